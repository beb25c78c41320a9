"""The recorded cases of a real Docker, replayed on a lab in this process.

A case is a shell script. The ``docker`` on its PATH is a small program that hands its words and
its standard streams to the test through a socket; the test runs the command line in its lab.
"""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from io import BufferedReader, FileIO
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, recv_fds, socket
from tempfile import TemporaryDirectory

import pytest

from imagelab.daemon import Daemon
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.model.state import State
from imagelab.storage.blobs import BlobStore
from tests.conformance import conform

CASES = {path.stem: path for path in sorted((conform.HERE / "cases").glob("*.txt"))}
BASE = conform.HERE / "base.tar"

#: The cases that pass. The list only grows.
EXPECTED = frozenset("""
flow-01-commit-first flow-02-commit-second flow-03-layers-are-shared flow-04-inspect-fields
flow-05-history flow-06-remove-in-use flow-07-stop-rm-then-rmi
flow-08-rmi-child-deletes-unreferenced flow-09-rmi-force-stopped-container flow-10-image-prune
flow-11-image-prune-all flow-12-rmi-force-running-leaves-dangling
flow-13-remove-base-while-children-live
""".split())

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="the cases were recorded with the tools of a Linux system")

#: The client. It starts often, so it imports nothing that Python does not bring up anyway.
CLIENT = """\
#!{python} -ISE
import os, sys, _socket
words = [os.getcwd(), str(len(sys.argv) - 1), *sys.argv[1:]]
words += [f"{{key}}={{value}}" for key, value in os.environ.items()]
data = os.fsencode("\\0".join(words))
fds = b"".join(fd.to_bytes(4, sys.byteorder) for fd in (0, 1, 2))
server = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
server.connect({address!r})
server.sendmsg([b"%8d" % len(data)], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, fds)])
while data:
    data = data[server.send(data):]
sys.exit(int(server.recv(4) or 255))
"""


class Server:
    """Runs the command lines that clients send, each in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self.daemon = Daemon()
        self.program = folder / "docker"
        address = folder / "socket"
        self.program.write_text(CLIENT.format(python=sys.executable, address=str(address)))
        self.program.chmod(0o755)
        self._socket = socket(AF_UNIX, SOCK_STREAM)
        self._socket.bind(str(address))
        self._socket.listen()
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket) -> None:
        with ExitStack() as stack:
            stack.enter_context(connection)
            length, fds, _, _ = recv_fds(connection, 8, 3)
            stdin, stdout, stderr = (
                stack.enter_context(FileIO(fd, mode)) for fd, mode in zip(fds, "rww", strict=True))
            data = b""
            while len(data) < int(length):
                data += connection.recv(1 << 16)
            folder, count, *rest = os.fsdecode(data).split("\0")
            words, environment = rest[: int(count)], rest[int(count) :]
            io = Io(
                stdout.write, stderr.write, BufferedReader(stdin), folder=Path(folder),
                environment=dict(text.partition("=")[::2] for text in environment))
            try:
                code = execute(self.daemon, words, io)
            except BrokenPipeError:
                code = 1
            connection.send(b"%d" % code)


class InProcess(conform.Daemon):
    """The runner's daemon: a fresh lab with the base image for every case."""

    def __init__(self, server: Server) -> None:
        super().__init__("unix:///nowhere", str(server.program), BASE, timeout=60)
        self._server = server
        self._blobs = BlobStore()
        self._start = self._with_base()

    def _with_base(self) -> State:
        daemon = Daemon(blobs=self._blobs)
        with BASE.open("rb") as file:
            daemon.load(file)
        return daemon.state

    def reset(self) -> None:
        self._server.daemon = Daemon(state=self._start, blobs=self._blobs)


@pytest.fixture(scope="module")
def runner() -> Iterator[InProcess]:
    # pytest's own temporary folders are too deep for the path of a socket.
    with TemporaryDirectory(prefix="imagelab-") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        # Every command takes a second on the lessons' clock: there is nothing to wait for.
        tools = folder / "tools"
        tools.mkdir()
        (tools / "sleep").symlink_to(shutil.which("true") or "/bin/true")
        patch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        server = Server(folder)
        yield InProcess(server)
        server.close()


@cache
def difference(runner: InProcess, name: str) -> str:
    """Replay a case and return how the lab's answers differ from the recorded ones."""
    case = conform.parse_case(CASES[name])
    want, got = case.lines(case.expected()), case.lines(runner.replay(case))
    return conform.difference(want, got, f"{name} (expected)", "lab")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_case_gives_what_docker_gave(runner: InProcess, name: str) -> None:
    if found := difference(runner, name):
        pytest.fail(found, pytrace=False)


def test_the_list_of_cases_that_pass_is_complete(
    runner: InProcess, capsys: pytest.CaptureFixture[str],
) -> None:
    passing = {name for name in CASES if not difference(runner, name)}
    with capsys.disabled():
        print(f"\nconformance: {len(passing)} of {len(CASES)} pass")
    assert not passing - EXPECTED, "add these to EXPECTED"
