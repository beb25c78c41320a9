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
from contextlib import ExitStack, contextmanager
from functools import cache
from io import BufferedReader, FileIO
from pathlib import Path
from socket import AF_UNIX, SHUT_RDWR, SOCK_STREAM, recv_fds, socket
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
PASSING = """
build-01-first-build build-02-cache build-03-copy build-04-failing-step
build-05-config-instructions build-06-rmi-takes-intermediates build-07-errors build-08-onbuild
commit-01-no-repository commit-02-default-tag commit-03-retag-makes-dangling commit-04-change-cmd
commit-05-change-env commit-06-change-entrypoint commit-07-change-expose commit-08-change-label
commit-09-change-user commit-10-change-volume commit-11-change-onbuild
commit-12-change-not-allowed commit-13-pause commit-14-invalid-names commit-15-missing-container
commit-17-deleted-file commit-18-whiteout-entries commit-19-opaque-directory commit-20-chain
commit-21-by-id-prefix commit-22-container-config-carries-over commit-23-cmd-of-container
commit-24-author-and-message commit-25-same-layer-different-image
commit-26-volume-content-stays-out commit-27-container-metadata-of-image commit-28-full-json
commit-29-deleted-own-file commit-30-registry-name commit-31-paused-container
commit-32-layer-is-the-tar commit-33-id-is-digest-of-config container-01-lifecycle
container-02-name-conflict container-03-rename container-04-rm-missing-and-running
container-05-invalid-name container-06-missing-command container-07-not-executable
diff-01-added-changed-deleted diff-02-nothing diff-03-same-content-written
diff-04-deleted-directory diff-05-links flow-01-commit-first flow-02-commit-second
flow-03-layers-are-shared flow-04-inspect-fields flow-05-history flow-06-remove-in-use
flow-07-stop-rm-then-rmi flow-08-rmi-child-deletes-unreferenced
flow-09-rmi-force-stopped-container flow-10-image-prune flow-11-image-prune-all
flow-12-rmi-force-running-leaves-dangling flow-13-remove-base-while-children-live history-01-base
history-02-format history-03-missing history-04-empty-layers history-05-parent-removed
history-06-long-command images-01-table images-02-filter-dangling images-03-filter-before-since
images-04-filter-reference images-05-repository-argument images-06-all-shows-intermediates
images-07-format-json images-08-format-table images-09-format-fields images-10-order
images-11-empty images-12-unknown-filter images-13-digests inspect-01-image-json inspect-02-type
inspect-03-missing inspect-04-format-errors inspect-05-container-fields
inspect-06-created-container inspect-07-template-functions load-01-moves-name
load-02-already-there load-03-not-an-archive load-04-history-of-loaded logs-01-tail-and-timestamps
prune-01-keeps-named-and-used prune-02-reclaimed-space prune-03-filter-label prune-04-filter-until
prune-05-filter-unknown prune-06-chain-of-dangling prune-07-all-two-tags
prune-08-all-parent-and-child prune-09-container-prune ps-01-all ps-02-filters
ps-03-filter-ancestor ps-04-format-and-size ps-05-name-moves rmi-02-untagged-only
rmi-03-by-id-multiple-repositories rmi-04-in-use-by-stopped-container
rmi-05-in-use-by-running-container rmi-06-by-id-single-tag rmi-07-by-id-two-tags-one-repository
rmi-08-several-one-missing rmi-09-missing rmi-10-no-prune rmi-11-parent-has-children
rmi-12-parent-by-name-only-untags rmi-13-force-by-id-stopped-container
rmi-14-commit-after-image-is-gone rmi-15-same-argument-twice rmi-16-image-rm-alias
rmi-17-tag-missing-repository-there rmi-18-chain-ids rmi-19-dangling-chain rmi-20-prefix
rmi-21-by-id-in-use-by-stopped-container rmi-22-paused-container
rmi-24-force-by-name-two-tags run-01-exit-status run-02-rm
run-03-stdin run-04-stdout-and-stderr run-05-environment run-06-options save-01-round-trip
save-02-several-tags save-03-repository save-04-missing save-05-manifest tag-01-new-name
tag-02-missing-source tag-03-invalid-names tag-04-by-id tag-05-moves-name tag-06-same-name-again
tag-07-source-is-container exec-01-running commit-16-running-container
container-08-start-stop-missing container-09-kill run-07-detached
cp-01-in-and-out cp-02-missing cp-03-to-stdout export-01-flattens export-02-content
export-03-missing import-01-layer-is-the-tar import-02-change-and-message
import-03-stdin-no-name import-04-errors rmi-01-untagged-and-deleted
df-01-summary prune-10-system-prune rmi-23-events
"""
EXPECTED = frozenset(PASSING.split())

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
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # Closing alone would leave the thread waiting, by number: a signal (seteuid sends one to
        # all threads) would let it go on with the socket that has got the same number by then.
        self._socket.shutdown(SHUT_RDWR)
        self._thread.join()
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
                code = self.run(words, io)
            except BrokenPipeError:
                code = 1
            connection.send(b"%d" % code)

    def run(self, words: list[str], io: Io) -> int:
        """Run a command line and return its exit code."""
        return execute(self.daemon, words, io)


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

    @property
    def daemon(self) -> Daemon:
        """The lab, as the last case left it."""
        return self._server.daemon

    def reset(self) -> None:
        self._server.daemon = Daemon(state=self._start, blobs=self._blobs)


@contextmanager
def in_process() -> Iterator[InProcess]:
    """Give the cases' runner a lab in this process, and tools that have time by that lab."""
    # pytest's own temporary folders are too deep for the path of a socket.
    with TemporaryDirectory(prefix="imagelab-") as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        # Every command takes a second on the lessons' clock: there is nothing to wait for.
        tools = folder / "tools"
        tools.mkdir()
        (tools / "sleep").symlink_to(shutil.which("true") or "/bin/true")
        # What time it is, the lab tells.
        (tools / "date").write_text("#!/bin/sh\nexec docker info -f '{{.SystemTime}}'\n")
        (tools / "date").chmod(0o755)
        patch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
        server = Server(folder)
        yield InProcess(server)
        server.close()


@pytest.fixture(scope="module")
def runner() -> Iterator[InProcess]:
    with in_process() as found:
        yield found


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
