"""Our own ``docker``: at a terminal, in pipes, with a lab and without one."""

from __future__ import annotations

import os
import pty
import select
import shlex
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imagelab.daemon.clock import LessonClock
from tests.api.conftest import Served, lab, serving, with_base
from tests.conformance import conform
from tests.test_conformance import BASE, CASES, EXPECTED

__all__ = ["lab"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")

PROGRAM = Path(__file__).parents[2] / "imagelab/client/bin/docker"
SECONDS = 20
#: The recorded cases in so many parts, each with some of every kind; one of them runs.
SHARES, SHARE = 32, 3
DETACH = b"\x10\x11"
#: Where a terminal's settings have flags and keys.
LOCAL, CHARACTERS = 3, 6


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A served lab on the lessons' clock, which is this terminal's."""
    with serving(with_base(LessonClock())) as served:
        monkeypatch.setenv("DOCKER_HOST", served.host)
        yield served


def shell(line: str, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that has our docker."""
    return subprocess.run(
        ["/bin/sh", "-c", f'docker() {{ {shlex.quote(str(PROGRAM))} "$@"; }}\n{line}'],
        capture_output=True, text=True, check=False, cwd=folder, stdin=subprocess.DEVNULL,
        timeout=60)


class Terminal:
    """Our docker at a terminal."""

    def __init__(self, *words: str) -> None:
        self._terminal, line = pty.openpty()
        self._name = os.ttyname(line)
        self.process = os.fork()
        if self.process == 0:
            os.login_tty(line)
            os.execv(PROGRAM, [str(PROGRAM), *words])
        os.close(line)
        self._seen = b""

    def expect(self, text: bytes) -> bytes:
        """Return what is shown up to and with a text."""
        end = time.monotonic() + SECONDS
        while text not in self._seen:
            assert select.select([self._terminal], [], [], max(0, end - time.monotonic()))[0], (
                f"no {text!r} in {self._seen!r}")
            self._seen += os.read(self._terminal, 4096)
        shown, _, self._seen = self._seen.partition(text)
        return shown + text

    def type(self, keys: bytes, *, echoes: bool = True) -> None:
        """Type, once the client wants a line: keys before that are the terminal's to deal with.

        Args:
            keys: what to type.
            echoes: whether the client has the terminal show it.
        """
        end = time.monotonic() + SECONDS
        while not self._wants_line() or self.echoes() != echoes:
            assert time.monotonic() < end, "the client wants no line"
            time.sleep(0.01)
        self.press(keys)

    def press(self, keys: bytes) -> None:
        """Type at once."""
        os.write(self._terminal, keys)

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[LOCAL] & termios.ECHO)

    def _wants_line(self) -> bool:
        return bool(termios.tcgetattr(self._terminal)[CHARACTERS][termios.VEOL] == DETACH[1:])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have the terminal outlast the client, as that of a shell does."""
        other = os.open(self._name, os.O_RDWR | os.O_NOCTTY)
        try:
            yield
        finally:
            os.close(other)

    def code(self) -> int:
        """Wait for the end, and return the exit code."""
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])

    def rest(self) -> tuple[bytes, int]:
        """Return what is shown to the end, and the exit code."""
        with suppress(OSError):  # the end, as Linux tells it
            while select.select([self._terminal], [], [], SECONDS)[0]:
                data = os.read(self._terminal, 4096)
                self._seen += data
                if not data:
                    break
        return self._seen, self.code()

    def close(self) -> None:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        os.close(self._terminal)


@contextmanager
def terminal(*words: str) -> Iterator[Terminal]:
    found = Terminal(*words)
    try:
        yield found
    finally:
        found.close()


def test_it_prints_what_a_real_docker_was_recorded_to_print(lab: Served) -> None:
    daemon = conform.Daemon(lab.host, str(PROGRAM), BASE, timeout=60)
    for name in sorted(EXPECTED)[SHARE::SHARES]:
        case = conform.parse_case(CASES[name])
        wanted, got = case.lines(case.expected()), case.lines(daemon.replay(case))
        assert not conform.difference(wanted, got, f"{name} (recorded)", "our docker")


# --- at a terminal -------------------------------------------------------------------------

@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_books_first_container(lesson: Served) -> None:
    with terminal("run", "-i", "-t", "--name", "commit_test", "ubuntu:14.04", "/bin/sh") as own:
        own.expect(b"# ")
        own.type(b"echo test_first! >> first\n")
        assert own.expect(b"# ") == b"echo test_first! >> first\r\n/ # "
        assert shell("docker ps --format {{.Names}}").stdout == "commit_test\n"
        own.type(b"cat\n")
        own.expect(b"cat\r\n")
        own.type(b"one\n")
        own.expect(b"one\r\none\r\n")
        own.type(b"\x04")  # ends cat, not the shell
        own.expect(b"# ")
        own.type(b"half a line\x03")
        assert own.expect(b"# ").endswith(b"^C\r\n/ # ")
        own.type(b"exit 3\n")
        assert own.rest() == (b"exit 3\r\n", 3)
    assert shell("docker commit -q commit_test commit_test:first; docker diff commit_test"
                 ).stdout.endswith("A /first\n")


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_container_is_left_and_come_back_to_and_ends_elsewhere(lesson: Served) -> None:
    with terminal("run", "-i", "-t", "--name", "c1", "ubuntu:14.04") as own:
        own.expect(b"# ")
        own.type(DETACH)
        assert own.rest()[1] == 0
    assert shell("docker ps -q").stdout
    with terminal("attach", "c1") as own:
        own.type(b"\n")
        own.expect(b"# ")
        assert shell("docker stop -t 0 c1").stdout == "c1\n"
        assert own.rest()[1] == 137


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_question_and_a_password(lesson: Served) -> None:
    shell("docker run --name c1 ubuntu:14.04 true")
    with terminal("container", "prune") as own:
        own.expect(b"[y/N] ")
        own.type(b"y\n")
        shown, code = own.rest()
        assert (code, shown.startswith(b"y\r\nDeleted Containers:\r\n")) == (0, True)
    with terminal("login") as own:
        own.expect(b"Username: ")
        own.type(b"student\n")
        own.expect(b"Password: ")
        own.type(b"imagelab\n", echoes=False)
        assert own.rest() == (b"\r\nLogin Succeeded\r\n", 0)
    with terminal("image", "prune", "-a") as own:
        own.expect(b"[y/N] ")
        own.type(b"\x03")
        assert own.rest() == (b"^C", 130)
    assert shell("docker images -q").stdout


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_ctrl_c_ends_what_waits_and_a_signal_leaves_the_terminal_in_order(
    lab: Served, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", lab.host)
    with terminal("run", "ubuntu:14.04", "sh", "-c", "while echo tick; do sleep 1; done") as own:
        own.expect(b"tick\r\n")
        own.press(b"\x03")
        shown, code = own.rest()
        assert (code, shown.endswith(b"^C")) == (130, True)
    with terminal("login") as own:
        own.expect(b"Username: ")
        own.type(b"student\n")
        own.expect(b"Password: ")
        own.type(b"image", echoes=False)
        with own.held():
            os.kill(own.process, signal.SIGTERM)
            assert own.code() == 128 + signal.SIGTERM
            assert own.echoes()


# --- in pipes ------------------------------------------------------------------------------

def test_streams_and_files(lesson: Served, tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "Dockerfile").write_text("FROM ubuntu:14.04\nCOPY hello /\n")
    (tmp_path / "app" / "hello").write_text("hello\n")
    done = shell("""
        docker build -q -t app:1 app > id 2> notice && cd app
        docker build -q -t app:2 . 2>> ../notice | cmp - ../id
        docker save app:1 | tar t | grep -c manifest.json
        docker save -o ../app.tar app:1 && docker rmi -f app:1 app:2 > /dev/null
        docker load < ../app.tar
        docker run --name c1 app:1 cat /hello
        docker cp c1:/hello ../copy && cat ../copy
        echo from a pipe | docker run -i ubuntu:14.04 cat
        printf 'a\\nb\\n' | while read line; do echo $line; docker images -q app; done
        docker run ubuntu:14.04 sh -c 'echo out; echo err >&2; exit 4' 2> ../err; echo $?
        docker images <&- >&- && docker save app:1 | head -c 5 | wc -c
    """, tmp_path)
    identifier = (tmp_path / "id").read_text().removeprefix("sha256:")[:12]
    assert done.stdout.split("\n") == [
        "1", "Loaded image: app:1", "hello", "hello", "from a pipe", "a", identifier, "b",
        identifier, "out", "4", "5", ""]
    assert (tmp_path / "err").read_text() == "err\n"
    assert done.stderr == ""


def test_it_answers_at_once(lesson: Served) -> None:
    def seconds(*argv: str | Path) -> float:
        """Return the time of a processor that a program takes: waiting for others is none."""
        before = os.times()
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
        after = os.times()
        return (after.children_user + after.children_system
                - before.children_user - before.children_system)

    started = min(seconds("python3", "-IS", "-c", "pass") for _ in range(5))
    assert min(seconds(PROGRAM, "images") for _ in range(5)) - started < 0.06


# --- without a lab -------------------------------------------------------------------------

OPEN = {"ko": "imagelab: 노트북에서 레슨을 열고", "en": "imagelab: open a lesson in a notebook"}


@pytest.mark.parametrize(("variable", "folder", "languages"), [
    ("", "here", ["ko", "en"]), ("", "ko", ["ko"]), ("", "en", ["en"]), ("ko", "en", ["ko"])])
def test_where_no_lab_is_it_says_so_as_docker_does_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, folder: str,
    languages: list[str],
) -> None:
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("IMAGELAB_SERVE", str(tmp_path))
    monkeypatch.setenv("IMAGELAB_LANG", variable)
    (tmp_path / folder).mkdir()
    done = shell("docker images", tmp_path / folder)
    said, *advice = done.stderr.splitlines()
    assert said == ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. "
                    "Is the docker daemon running?")
    assert [line.startswith(OPEN[each]) for each, line in zip(languages, advice, strict=True)] == (
        [True] * len(languages))
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.parametrize(("host", "said"), [
    ("unix:///nowhere", "Cannot connect to the Docker daemon at unix:///nowhere. "
                        "Is the docker daemon running?\n"
                        "imagelab: no lab is served there: serve one with  imagelab serve  or "),
    ("tcp://127.0.0.1:1", "docker: DOCKER_HOST is tcp://127.0.0.1:1: "),
])
def test_hosts_that_are_no_lab_are_named(
    monkeypatch: pytest.MonkeyPatch, host: str, said: str,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", host)
    monkeypatch.setenv("IMAGELAB_LANG", "en")
    done = shell("docker images")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


def test_a_real_daemon_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with (TemporaryDirectory(prefix="imagelab-") as folder,
          socket.socket(socket.AF_UNIX) as listening):
        listening.bind(f"{folder}/docker.sock")
        listening.listen()
        listening.settimeout(SECONDS)

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 29\r\n\r\n"
                    b'{"message":"page not found"}\n')

        thread = threading.Thread(target=answer)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{folder}/docker.sock")
        done = shell("docker images")
        thread.join()
    assert done.returncode == 1
    assert "is no lab" in done.stderr
