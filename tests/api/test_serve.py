"""``imagelab serve``: where it listens, what it says, how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imagelab.api.listening import ListenError, listen
from imagelab.cli import main
from imagelab.lab import Lab
from tests.dockerd import UnixConnection

PROGRAM = [sys.executable, "-m", "imagelab", "serve"]
ROOT = Path(__file__).resolve().parent.parent.parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs unix sockets")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket's."""
    with TemporaryDirectory(prefix="imagelab-") as name:
        yield Path(name)


@contextmanager
def serve(*words: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*PROGRAM, *words], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def hanging_up(action: signal.Handlers) -> Iterator[None]:
    """Start programs that do this if their terminal is closed, whatever these tests would."""
    before = signal.signal(signal.SIGHUP, action)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("end", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_it_says_where_it_is_and_ends_by_a_signal(folder: Path, end: str) -> None:
    path = folder / "docker.sock"
    with hanging_up(signal.SIG_DFL), serve("--lab", str(folder)) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        assert line.startswith(f"export DOCKER_HOST=unix://{path}  # ")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        connection = UnixConnection(str(path))
        with closing(connection):
            connection.request("GET", "/_ping")
            assert connection.getresponse().read() == b"OK"
            # One that waits, and one that is half a request, hold nobody up.
            waiting = UnixConnection(str(path))
            waiting.request("GET", "/events")
            waiting.getresponse()
            half = socket.socket(socket.AF_UNIX)
            half.connect(str(path))
            half.send(b"GET /_pi")
            with closing(waiting), closing(half):
                process.send_signal(getattr(signal, end))
                assert process.wait(10) == 0
        assert (process.stdout.read(), process.stderr.read()) == ("", "")
    assert not path.exists()


def test_after_nohup_it_outlives_its_terminal(folder: Path) -> None:
    path = folder / "docker.sock"
    with hanging_up(signal.SIG_IGN), serve("--lab", str(folder)) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGHUP)
        connection = UnixConnection(str(path))
        with closing(connection):
            connection.request("GET", "/_ping")
            assert connection.getresponse().read() == b"OK"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


def test_a_python_that_ends_with_a_served_lab_is_silent_and_keeps_the_last_step(
    folder: Path,
) -> None:
    code = ("import sys, http.client, socket; from imagelab.lab import Lab; "
            "served = Lab.open(sys.argv[1]).serve(); asks = http.client.HTTPConnection('docker'); "
            "asks.sock = socket.socket(socket.AF_UNIX); "
            "asks.sock.connect(served.host.removeprefix('unix://')); "
            "asks.request('POST', '/images/create?fromImage=busybox&tag=1.37'); "
            "asks.getresponse().read()")
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert repr(Lab.open(folder).journal.current) == "step 1: pull busybox:1.37"


def test_a_place_in_use_is_refused_and_stays_as_it_is(folder: Path) -> None:
    host = f"unix://{folder / 'docker.sock'}"
    first = listen(host)
    with serve("--host", host, "--lab", str(folder)) as process:
        assert process.stderr
        assert "is in use" in process.stderr.read()
        assert process.wait(10) == 1
    with closing(socket.socket(socket.AF_UNIX)) as client:
        client.connect(str(first.path))
    first.close()


def test_what_a_killed_one_left_is_replaced_and_other_files_never(folder: Path) -> None:
    path = folder / "docker.sock"
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(path))
    listener = listen(f"unix://{path}")
    later = folder / "other"
    os.rename(path, later)
    path.write_text("mine")
    listener.close()
    assert path.read_text() == "mine"  # the file under its name is not its own any more
    with pytest.raises(ListenError, match="no socket"):
        listen(f"unix://{path}")
    assert path.read_text() == "mine"


@pytest.mark.parametrize("host", [
    "", "docker.sock", "unix://docker.sock", "tcp://0.0.0.0:2375", "tcp://192.0.2.1:2375",
    "tcp://example.com:2375", "tcp://127.0.0.1", "tcp://127.0.0.1:99999", "ssh://here",
    "unix:///nosuch/folder/docker.sock", "unix:///" + "long/" * 40 + "docker.sock"])
def test_no_address_of_another_machine_or_kind_is_listened_at(host: str) -> None:
    with pytest.raises(ListenError):
        listen(host)


@pytest.mark.parametrize(("host", "said"), [
    ("unix://", "'unix://' is no address: give unix:///PATH or tcp://127.0.0.1:PORT"),
    ("unix://docker.sock", "unix://docker.sock: give a whole path: unix:///"),
    ("unix:///nosuch/docker.sock", "there is no folder /nosuch: make it, or give another host"),
    ("unix:///" + "long/" * 40 + "docker.sock", "too long for a socket: give a shorter host"),
    ("unix:///dev/null/docker.sock", "Not a directory: give another host, as unix:///PATH"),
    ("unix:///", "/ is there, and is no socket: give another host, as unix:///PATH"),
    ("tcp://127.0.0.1:99999", "there is no such port: give another port, or 0 for any free one"),
])
def test_what_to_give_instead_is_said(host: str, said: str) -> None:
    with pytest.raises(ListenError, match=re.escape(said)):
        listen(host)


def test_where_somebody_listens_it_is_said_how_to_use_that_or_what_to_give_instead(
    folder: Path,
) -> None:
    for host, said in ((f"unix://{folder / 'docker.sock'}", "export DOCKER_HOST={}  or give"),
                       ("tcp://127.0.0.1:0", "somebody listens there already: give another port")):
        with closing(listen(host)) as first, pytest.raises(ListenError) as refused:
            listen(first.host)
        assert said.format(host) in str(refused.value)


@pytest.mark.parametrize(("prepare", "said"), [
    (lambda lab: lab.write_text("mine"), "{} is no folder"),
    (lambda lab: lab.mkdir() or (lab / "imagelab.db").write_text("mine"),
     "{}/imagelab.db is not a lab"),
])
def test_a_lab_that_cannot_be_opened_is_named_with_what_to_do(
    folder: Path, prepare: Callable[[Path], object], said: str,
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    prepare(folder / "lab")
    said = said.format(folder / "lab")
    assert main(["serve", "--lab", str(folder / "lab")]) == 1
    assert capsys.readouterr() == ("", f"imagelab: {said}; give another folder\n")
    monkeypatch.setenv("IMAGELAB_HOME", str(folder / "lab"))
    for command in ("serve", "journal"):
        assert main([command]) == 1
        assert capsys.readouterr() == (
            "", f"imagelab: {said}; IMAGELAB_HOME names another folder\n")


@pytest.mark.parametrize("host", ["tcp://127.0.0.1:0", "tcp://localhost:0"])
def test_a_port_is_of_this_machine_alone(host: str) -> None:
    listener = listen(host)
    address, port = listener.socket.getsockname()
    listener.close()
    assert (address, listener.host) == ("127.0.0.1", f"tcp://127.0.0.1:{port}")


def test_without_what_it_needs_it_says_what_to_install(folder: Path) -> None:
    code = ("import sys; sys.modules['h11'] = None; import importlib.util as u; "
            "u.find_spec = lambda name, find=u.find_spec: None if name == 'h11' else find(name); "
            f"from imagelab.cli import main; sys.exit(main(['serve', '--lab', {str(folder)!r}]))")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert 'pip install "imagelab[serve]"' in done.stderr
    assert "Traceback" not in done.stderr
