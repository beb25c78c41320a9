"""``imagelab docker …`` in a terminal: a process for each command, one lab for all of them."""

from __future__ import annotations

import os
import select
import shlex
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conformance import conform
from tests.test_conformance import CASES, EXPECTED

ROOT = Path(__file__).resolve().parent.parent
BASE = conform.HERE / "base.tar"
PROGRAM = [sys.executable, "-m", "imagelab"]
#: The cases in so many parts, each with some of every kind, for as many processors as there may
#: be. All of them take ten minutes of a processor, so but one runs, and the others with ``make
#: stress``: in one process all cases run (``test_conformance``), and between commands each kind of
#: command has its lab written and read again (``daemon/test_steps``).
SHARES = 32
RUN = range(SHARES) if os.environ.get("IMAGELAB_STRESS") else (3,)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")


@pytest.fixture(scope="module", autouse=True)
def _checkout() -> Iterator[None]:
    """Let the many processes of this file find imagelab wherever they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        yield


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    monkeypatch.setenv("IMAGELAB_HOME", str(folder))
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture
def lab(home: Path) -> Path:
    """The folder of a lab with the base image."""
    docker("load", "-q", "-i", str(BASE))
    return home


def imagelab(
    *words: str, input: str = "", check: bool = True,
) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*PROGRAM, *words], input=input, capture_output=True, encoding="utf-8", check=False)
    assert not check or done.returncode == 0, done.stderr
    return done


def docker(*words: str, input: str = "") -> str:
    return imagelab("docker", *words, input=input).stdout


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a shell's line in which ``docker`` stands for ``imagelab docker``."""
    docker_function = f'docker() {{ {shlex.join(PROGRAM)} docker "$@"; }}'
    return subprocess.run(
        ["/bin/sh", "-c", f"{docker_function}\n{line}"], stdin=subprocess.DEVNULL,
        capture_output=True, encoding="utf-8", check=False)


def names() -> list[str]:
    return docker("images", "--format", "{{.Repository}}:{{.Tag}}").split()


@pytest.mark.skipif(sys.platform != "linux", reason="recorded with the tools of a Linux system")
@pytest.mark.parametrize("share", RUN)
def test_the_cases_pass_with_a_process_for_each_command(
    tmp_path: Path, share: int,
) -> None:
    """A case that passes in one process passes here: most of the time goes into starting."""
    program = tmp_path / "docker"
    program.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} docker "$@"\n')
    program.chmod(0o755)
    cases = [CASES[name] for name in sorted(EXPECTED)[share::SHARES]]
    done = subprocess.run(
        [sys.executable, conform.HERE / "conform.py", "run", "--host", "unix:///nowhere",
         "--docker", program, *cases],
        env={**os.environ, "IMAGELAB_HOME": str(tmp_path / "home")},
        capture_output=True, encoding="utf-8", check=False)
    assert (done.stdout, done.stderr) == (f"{len(cases)} passed, 0 failed\n", "")


# --- the lab between processes -------------------------------------------------------------


def test_undo_and_redo_and_the_journal(lab: Path) -> None:
    docker("tag", "ubuntu:14.04", "mine:1")
    imagelab("docker", "rmi", "nothing", check=False)
    docker("rmi", "mine:1")
    assert "mine:1" not in names()
    assert imagelab("undo").stdout.startswith("undone: docker images")
    assert imagelab("undo").stdout == "undone: docker rmi mine:1\n"
    assert imagelab("undo").stdout == "undone: docker rmi nothing\n"
    assert imagelab("redo").stdout == "redone: docker rmi nothing\n"
    lines = imagelab("journal").stdout.splitlines()
    assert [line[:2] for line in lines] == ["  ", "  ", "  ", "> ", "  ", "  "]
    assert lines[3] == "> step 3: docker rmi nothing (exit code 1)"
    assert "mine:1" in names()


def test_what_one_process_left_running_others_can_use(lab: Path) -> None:
    docker("run", "-d", "--name", "up", "ubuntu:14.04", "sh", "-c",
           "trap 'exit 3' TERM; while sleep 1; do echo tick; done")
    for line in ("top up", "stats --no-stream up", "logs up", "inspect up", "ps", "port up",
                 "exec up true", "diff up", "commit up made:1", "export -o up.tar up",
                 "cp up:/bin/sh here", "events --since 1h --until 0s", "system df -v", "pause up",
                 "unpause up", "update --cpus 1 up", "rename up on", "restart on", "kill on"):
        done = imagelab("docker", *line.split(), check=False)
        assert (done.returncode, done.stderr) == (0, ""), line
    docker("start", "on")
    assert docker("top", "on", "-o", "pid,args").splitlines()[-1].endswith(" sleep 1")


def test_undo_says_what_it_cannot_take_back(lab: Path) -> None:
    docker("save", "-o", "saved.tar", "ubuntu:14.04")
    lines = imagelab("undo").stdout.splitlines()
    assert lines[0] == "undone: docker save -o saved.tar ubuntu:14.04"
    assert len(lines) == 2
    assert "not undone" in lines[1]
    assert "saved.tar" in lines[1]
    assert Path("saved.tar").exists()


def test_undo_at_the_beginning_fails(home: Path) -> None:
    done = imagelab("undo", check=False)
    assert done.returncode == 1
    assert "nothing to undo" in done.stderr
    assert "Traceback" not in done.stderr


def test_processes_take_turns(lab: Path) -> None:
    processes = [
        subprocess.Popen([*PROGRAM, "docker", "tag", "ubuntu:14.04", f"mine:{number}"])
        for number in range(6)
    ]
    assert [process.wait() for process in processes] == [0] * 6
    assert len(names()) == 7
    assert len(imagelab("journal").stdout.splitlines()) == 9


def test_a_program_in_the_background_goes_on_between_commands(lab: Path) -> None:
    docker("run", "-d", "--name", "c1", "ubuntu:14.04", "sh", "-c", "sleep 3; echo late; exit 3")
    assert docker("ps", "-q") != ""
    deadline = time.monotonic() + 20
    while docker("ps", "-q") and time.monotonic() < deadline:
        time.sleep(0.2)
    assert docker("logs", "c1") == "late\n"
    assert docker("inspect", "-f", "{{.State.ExitCode}}", "c1") == "3\n"


def test_others_use_the_lab_while_a_container_sleeps(lab: Path) -> None:
    command = [*PROGRAM, "docker", "run", "--name", "c1", "ubuntu:14.04", "sleep", "600"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 20
        while not docker("ps", "-q", "-f", "name=c1") and time.monotonic() < deadline:
            time.sleep(0.1)
        started = time.monotonic()
        assert docker("kill", "c1") == "c1\n"
        assert time.monotonic() - started < 3
        assert process.wait(20) == 137
        assert process.stderr is not None
        assert process.stderr.read() == b""


# --- standard streams ----------------------------------------------------------------------


def test_a_reader_that_leaves_early_is_no_error(lab: Path) -> None:
    done = shell("docker images | head -n 1; docker inspect ubuntu:14.04 | head -n 1;"
                 "docker save ubuntu:14.04 | head -c 1 | wc -c")
    assert done.stdout.split("\n")[0].startswith("REPOSITORY")
    assert done.stdout.split("\n")[1:] == ["[", "1", ""]
    assert done.stderr == ""


def test_save_and_load_through_redirections(lab: Path) -> None:
    done = shell("docker save ubuntu:14.04 > saved.tar && docker rmi ubuntu:14.04 && "
                 "docker images -q && docker load < saved.tar")
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "Loaded image: ubuntu:14.04"
    assert names() == ["ubuntu:14.04"]


def test_commands_of_one_lab_in_one_pipe(lab: Path) -> None:
    done = shell("docker save ubuntu:14.04 | docker load; "
                 "docker run --rm ubuntu:14.04 cat /srv/data/a.txt"
                 " | docker run -i --rm ubuntu:14.04 sh -c 'cat; echo end'")
    assert done.stderr == ""
    assert done.stdout == "Loaded image: ubuntu:14.04\nalpha\nend\n"


def test_run_reads_a_pipe(lab: Path) -> None:
    assert docker("run", "-i", "--rm", "ubuntu:14.04", "cat", input="a\nb\n") == "a\nb\n"
    assert docker("run", "-i", "--rm", "ubuntu:14.04", input="echo a\n") == "a\n"
    done = imagelab("docker", "run", "--rm", "-i", "ubuntu:14.04", "sh", "-c",
                    "echo out; echo err >&2; exit 7", check=False)
    assert (done.stdout, done.stderr, done.returncode) == ("out\n", "err\n", 7)


def test_paths_are_those_of_the_terminal(lab: Path, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    assert shell(f"cd {folder} && docker save -o here.tar ubuntu:14.04").returncode == 0
    assert (folder / "here.tar").exists()


def test_a_damaged_lab_is_named_in_one_line(home: Path) -> None:
    home.mkdir()
    (home / "imagelab.db").write_bytes(b"no database, but longer than a header" * 10)
    done = imagelab("docker", "images", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("imagelab: ")
    assert len(done.stderr.splitlines()) == 1


def test_damage_that_a_command_meets_leads_to_the_doctor(lab: Path) -> None:
    with closing(sqlite3.connect(lab / "imagelab.db")) as database:
        database.execute("UPDATE objects SET body = replace(body, 'layers', 'lairs')")
        database.commit()
    done = imagelab("docker", "images", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("imagelab: the lab's files are damaged: ")
    assert done.stderr.endswith("; `imagelab doctor` says more\n")
    told = imagelab("doctor", check=False)
    assert (told.returncode, told.stderr) == (1, "")
    assert "does not match its name" in told.stdout


def test_what_a_deleted_image_took_comes_free(lab: Path) -> None:
    assert imagelab("gc").stdout.startswith("freed 0B: 0 blobs")
    image = names()[0]
    docker("rmi", image)
    assert imagelab("undo").stdout == f"undone: docker rmi {image}\n"
    docker("rmi", image)
    free, rest = imagelab("gc", "--forget").stdout.splitlines()
    assert (free, rest.startswith("freed 0B")) == ("forgot 4 steps", False)
    assert list((lab / "blobs" / "sha256").iterdir()) == []
    assert imagelab("doctor").returncode == 0


def test_a_folder_that_is_gone_is_told(lab: Path, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    done = shell(f"cd {tmp_path / 'gone'} && rmdir ../gone && docker images")
    assert done.returncode == 1
    assert done.stderr.startswith("imagelab: the current folder is gone")


# --- a terminal ----------------------------------------------------------------------------


class Terminal:
    """A program at a terminal of its own."""

    def __init__(self, *words: str) -> None:
        import pty

        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(PROGRAM[0], [*PROGRAM, *words])
        self.seen = b""

    def expect(self, text: bytes) -> bytes:
        """Return what is printed up to and with a text."""
        deadline = time.monotonic() + 30
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], max(deadline - time.monotonic(), 0))
            assert ready, f"no {text!r} in {self.seen!r}"
            self.seen += os.read(self.fd, 4096)
        printed, _, self.seen = self.seen.partition(text)
        return printed + text

    def type(self, text: bytes) -> None:
        os.write(self.fd, text)

    def close(self) -> tuple[bytes, int]:
        """Read the rest; return it and the exit code."""
        try:
            while data := os.read(self.fd, 4096):
                self.seen += data
        except OSError:  # Linux says EIO when the last program has left a terminal
            pass
        os.close(self.fd)
        return self.seen, os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_session_typed_at_a_terminal(lab: Path) -> None:
    terminal = Terminal("docker", "run", "-it", "--name", "c1", "ubuntu:14.04")
    terminal.expect(b"# ")
    terminal.type(b"echo hello > /greeting\n")
    assert terminal.expect(b"# ").count(b"echo hello") == 1
    terminal.type(b"cat /greeting\n")
    assert terminal.expect(b"# ") == b"cat /greeting\r\nhello\r\n/ # "
    assert docker("ps", "--format", "{{.Names}}") == "c1\n", "others use the lab meanwhile"
    terminal.type(b"exit 3\n")
    assert terminal.close() == (b"exit 3\r\n", 3)
    assert docker("diff", "c1") == "A /greeting\n"


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_end_of_input_ends_the_shell(lab: Path) -> None:
    terminal = Terminal("docker", "run", "-it", "--rm", "ubuntu:14.04")
    terminal.expect(b"# ")
    terminal.type(b"false\n")
    terminal.expect(b"# ")
    terminal.type(b"\x04")
    rest, code = terminal.close()
    assert code == 1
    assert b"Traceback" not in rest
    assert docker("ps", "-aq") == ""


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_save_refuses_a_terminal(lab: Path) -> None:
    terminal = Terminal("docker", "save", "ubuntu:14.04")
    printed, code = terminal.close()
    assert code == 1
    assert printed.startswith(b"cowardly refusing to save to a terminal.")


# --- what starting costs -------------------------------------------------------------------


def seconds(code: str) -> float:
    """Return the CPU time of a Python that runs some code: waiting for others does not count."""
    best = 60.0
    for _ in range(5):
        before = os.times()
        subprocess.run([sys.executable, "-c", code], check=True)
        after = os.times()
        used = after.children_user + after.children_system
        best = min(best, used - before.children_user - before.children_system)
    return best


def test_importing_imagelab_is_cheap() -> None:
    assert seconds("import imagelab") - seconds("pass") < 0.1


@pytest.mark.parametrize("module", ["imagelab", "imagelab.lab", "imagelab.cli"])
def test_importing_imagelab_loads_the_standard_library_only(module: str) -> None:
    code = f"import sys; before = set(sys.modules); import {module};" \
           "print(*{name.partition('.')[0] for name in sys.modules.keys() - before})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert set(done.stdout.split()) - sys.stdlib_module_names == {"imagelab"}
