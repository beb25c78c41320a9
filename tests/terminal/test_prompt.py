"""The prompt: a shell and containers that wait between two lines, and what others do meanwhile."""

from __future__ import annotations

import os
import pty
import shutil
import termios
import time
from contextlib import suppress
from pathlib import Path

import pytest

from imagelab.engine.progress import Progress
from imagelab.lab import Lab
from imagelab.terminal import scrollback
from imagelab.terminal.history import MOST, History
from imagelab.terminal.prompt import Prompt
from imagelab.terminal.scrollback import Scrollback, plain


class Typist:
    """Somebody at a prompt."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab()
        self.lab.docker("pull -q ubuntu:14.04")
        self.prompt = Prompt(self.lab.daemon, folder)

    def type(self, *lines: str) -> list[str]:
        """Return what stands on the screen below the last of the lines."""
        for line in lines:
            self.prompt.submit(line)
        return [text for _, text in self.prompt.screen.entries[-1].lines]


@pytest.fixture
def at(tmp_path: Path) -> Typist:
    return Typist(tmp_path)


def test_a_container_is_entered_until_exit(at: Typist) -> None:
    at.type("docker run -it --name c1 ubuntu:14.04")
    (container,) = at.lab.state.containers.values()
    assert at.prompt.text == f"root@{container.id[:12]}:/# "
    assert at.type("cd /tmp", "pwd") == ["/tmp"]
    assert at.prompt.text == f"root@{container.id[:12]}:/tmp# "
    assert at.lab.docker("exec c1 cat /etc/hostname").stdout == f"{container.id[:12]}\n"
    assert at.type("exit") == ["exit"]
    assert at.prompt.text == "$ "
    commands = [row.command for row in at.lab.journal]
    assert f"root@{container.id[:12]}:/tmp# pwd" in commands


def test_what_follows_a_container_waits_for_its_end(at: Typist) -> None:
    at.type("docker run -it --rm ubuntu:14.04 && echo after $? > said")
    assert at.type("echo inside") == ["inside"]
    at.type("exit 0", "cat said")
    assert at.prompt.screen.text()[-1] == "after 0"
    assert at.type("docker run -i --rm ubuntu:14.04 cat | tr a-z A-Z") == []
    at.type("hello")
    at.prompt.end_input()
    assert at.prompt.screen.text()[-1] == "HELLO"


CTRL_D = "\x04"
#: Lines typed at bash, Ctrl-D among them at the beginning of lines; each session ends the shell.
SESSIONS = [
    ["x=kept", "cat > f", "one", "two", CTRL_D, "cat f", "cat", CTRL_D, "echo $x", "exit"],
    ["wc -l", "a", "b", CTRL_D, "echo after", CTRL_D],
    ["read v", CTRL_D, 'echo "$? [$v]"', "read v", "word", "echo $v", "exit"],
    ["(cat; echo in)", "t", CTRL_D, "sort", "b", "a", CTRL_D, "exit"],
    ["while read l; do echo got $l; done", "q", CTRL_D, "echo done", CTRL_D],
    ["cat | tr a-z A-Z", "up", CTRL_D, "cat - f 2>&1 | wc -l", "x", CTRL_D, "exit"],
]


def bash_at_a_terminal(folder: Path, session: list[str]) -> list[str]:
    """What a real bash prints, without prompts and echo."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execve(shutil.which("bash") or "bash", ["bash", "--norc", "--noediting", "-i"], {
            "HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C", "PS1": "", "PS2": ""})
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.OPOST
    modes[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, modes)
    time.sleep(0.3)
    for line in session:
        os.write(terminal, line.encode() if line == CTRL_D else f"{line}\n".encode())
        time.sleep(0.15)
    said = b""
    with suppress(OSError):  # EIO: nobody has the other side open any more
        while data := os.read(terminal, 1 << 16):
            said += data
    os.waitpid(pid, 0)
    os.close(terminal)
    return [line for line in said.decode().splitlines() if not line.startswith("bash-")]


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash: install bash")
@pytest.mark.parametrize("session", SESSIONS, ids=lambda session: session[0])
@pytest.mark.parametrize("inside", [False, True], ids=["shell", "container"])
def test_ctrl_d_ends_one_read_as_at_a_real_terminal(
    at: Typist, tmp_path: Path, session: list[str], inside: bool,
) -> None:
    (tmp_path / "real").mkdir()
    if inside:
        at.type("docker run -it --name c1 ubuntu:14.04 bash --norc")
    before = len(at.prompt.screen.entries)
    for line in session:
        if line == CTRL_D:
            at.prompt.end_input()
        else:
            at.prompt.submit(line)
    said = [text for entry in at.prompt.screen.entries[before:] for _, text in entry.lines]
    shown = [line for line in said if not line.startswith(("[exit code", "bash-"))]
    assert shown == bash_at_a_terminal(tmp_path / "real", session)
    assert at.prompt.text == "$ "


def test_execs_and_attaching_and_detaching(at: Typist) -> None:
    at.type("docker run -dit --name c1 ubuntu:14.04", "docker exec -it c1 bash", "cd /usr")
    assert at.prompt.text.endswith(":/usr# ")
    assert at.type("exit") == ["exit"]
    at.type("docker attach c1", "")
    assert at.prompt.text.endswith(":/# ")
    at.prompt.detach()
    assert at.prompt.text == "$ "
    assert at.prompt.screen.text()[-2:] == ["read escape sequence", "[exit code 1]"]
    at.type("docker run -it --name c2 ubuntu:14.04")
    at.prompt.detach()
    assert at.prompt.screen.text()[-1].endswith(":/# ")
    at.type("docker rm -f c2")
    assert at.type("docker ps -q") != []
    at.type("docker attach c1")
    at.prompt.end_input()
    assert at.prompt.text == "$ "
    assert at.type("docker ps -q") == []


def test_ctrl_c(at: Typist) -> None:
    at.type("echo 'not")
    assert at.prompt.text == "> "
    at.prompt.interrupt("closed")
    assert at.prompt.text == "$ "
    at.type("cat")
    assert at.prompt.text == ""
    at.prompt.interrupt()
    assert at.prompt.text == "$ "
    at.type("docker run -it --name c1 ubuntu:14.04", "cat", "line")
    at.prompt.interrupt()
    assert at.prompt.text.startswith("root@")
    assert at.type("echo $?") == ["130"]
    at.type("trap 'echo trapped' INT", "exit", "docker run -it --name c2 ubuntu:14.04 cat")
    at.prompt.interrupt()  # the first process of a container ignores it
    assert at.type("again") == ["again"]
    at.prompt.end_input()
    at.type("docker exec -it c1 cat")
    assert at.prompt.text == "$ "  # it does not run
    at.type("docker start c1", "docker exec -it c1 cat")
    at.prompt.interrupt()
    assert at.prompt.text == "$ "
    assert at.prompt.screen.text()[-1] == "[exit code 130]"


def test_questions_are_answered(at: Typist) -> None:
    at.lab.docker("create --name c1 ubuntu:14.04")
    at.type("docker container prune")
    assert at.prompt.text == "Are you sure you want to continue? [y/N] "
    steps = len(at.lab.journal)
    at.prompt.interrupt()
    assert (at.prompt.text, len(at.lab.journal)) == ("$ ", steps)
    assert len(at.type("docker container prune", "y")) == 4
    assert at.lab.state.containers == {}
    at.type("docker login", "student")
    assert at.prompt.is_secret
    at.type("swordfish")
    assert "swordfish" not in "\n".join(at.prompt.screen.text())
    assert at.prompt.history.lines[-1] == "docker login"


def test_others_end_the_container(at: Typist) -> None:
    at.type("docker run -it --name c1 ubuntu:14.04")
    assert not at.prompt.has_ended
    at.lab.docker("rm -f c1")
    assert at.prompt.has_ended
    assert at.type("echo back")[-1:] == ["back"]
    at.type("docker run -it --name c2 ubuntu:14.04")
    at.lab.undo()
    assert at.prompt.has_ended
    at.type("")
    assert at.prompt.text == "$ "
    at.lab.redo()
    assert [each.name for each in at.lab.state.containers.values()] == ["c2"]


def test_a_container_s_prompt_may_look_like_the_shell_s_own(at: Typist) -> None:
    at.type("docker run -it -u 1000 --name c1 ubuntu:14.04 sh", "if true; then", "echo yes; fi")
    assert at.prompt.screen.text()[1:] == ["$ if true; then", "> echo yes; fi", "yes"]
    assert at.lab.journal.current.command == "> echo yes; fi"
    assert at.prompt.rest == ""


def test_what_follows_a_container_is_a_step_of_its_own(at: Typist) -> None:
    at.type("docker run -it --name c1 ubuntu:14.04; docker commit c1 app:1", "touch /x", "exit")
    assert [step.command.partition("# ")[2] or step.command for step in at.lab.journal][-3:] == [
        "touch /x", "exit", "docker commit c1 app:1"]


def test_interrupted_after_the_end_of_a_container(at: Typist) -> None:
    at.type("docker run -it --name c1 ubuntu:14.04; docker pull redis; echo later")

    def tell(_: Progress) -> None:
        raise KeyboardInterrupt

    at.prompt.submit("exit", tell)
    assert at.prompt.text == "$ "
    assert not at.lab.state.containers[next(iter(at.lab.state.containers))].is_running
    assert at.type("echo now") == ["now"]


def test_what_was_typed_ahead_is_forgotten_with_the_line_that_is_interrupted(at: Typist) -> None:
    def tell(_: Progress) -> None:
        raise KeyboardInterrupt

    at.prompt.submit("echo 1\r\ndocker pull redis\r\necho 2", tell)
    assert [text for _, text in at.prompt.screen.entries[-1].lines] == ["1", "^C"]


def test_ctrl_c_ends_a_look_through_the_history(at: Typist) -> None:
    at.type("echo 1", "echo 2", "echo 3")
    assert [at.prompt.history.older("") for _ in range(3)] == ["echo 3", "echo 2", "echo 1"]
    at.prompt.interrupt("echo 1")
    assert at.prompt.history.older("") == "echo 3"


def test_files_of_the_folder(at: Typist, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM ubuntu:14.04\nRUN echo 1 > /1\n")
    at.type("docker build -q -t a .", "docker save -o a.tar a", "mkdir sub; cd sub; echo x > y")
    assert (tmp_path / "sub" / "y").read_text() == "x\n"
    assert at.type("ls ..") == ["Dockerfile", "a.tar", "sub"]
    assert at.type("false") == ["[exit code 1]"]
    assert at.type("") == []


def test_an_interrupted_line_leaves_all_as_it_was(
    at: Typist, monkeypatch: pytest.MonkeyPatch,
) -> None:
    at.type("cd /tmp; name=value")
    before, steps = at.lab.state, len(at.lab.journal)

    def tell(_: Progress) -> None:
        raise KeyboardInterrupt

    at.prompt.submit("docker pull redis; cd /", tell)
    assert at.prompt.screen.text()[-1] == "^C"
    assert (at.lab.state, len(at.lab.journal)) == (before, steps)
    assert at.type("pwd; echo $name") == ["/tmp", "value"]
    at.type("docker run -it --name c1 ubuntu:14.04", "x=1")
    monkeypatch.setattr("imagelab.shell.machine.Machine.run", interrupt)
    before = at.lab.state
    at.type("x=2")
    monkeypatch.undo()
    assert at.lab.state is before
    assert at.type("echo $x") == ["1"]


def interrupt(_: object) -> None:
    raise KeyboardInterrupt


def test_progress_is_told(at: Typist) -> None:
    heard: list[Progress] = []
    at.prompt.submit("for image in redis busybox; do docker pull -q $image; docker pull nginx; "
                     "done | wc -l", heard.append)
    assert {each.status for each in heard if each.is_tick} == {"Downloading", "Extracting"}
    assert any(each.status.startswith("Pulling from") for each in heard)


@pytest.mark.parametrize(("typed", "start", "found"), [
    ("doc", 0, ("docker",)),
    ("docker rmi ub", 11, ("ubuntu:14.04",)),
    ("cat fi", 4, ("file",)),
    ("cd s", 3, ("sub/",)),
    ("docker ps | gre", 12, ("grep",)),
    ("docker save -o fi", 15, ("file",)),
])
def test_completion(
    at: Typist, tmp_path: Path, typed: str, start: int, found: tuple[str, ...],
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "inner").touch()
    assert at.prompt.complete(typed) == (start, found)
    at.type("cd sub")
    assert at.prompt.complete("cat ") == (4, ("inner",))


def test_completion_in_a_container(at: Typist) -> None:
    at.type("docker run -it ubuntu:14.04", "echo 1 > /tmp/one")
    assert at.prompt.complete("cat /tmp/") == (4, ("/tmp/one",))
    assert at.prompt.complete("cat o").found == ()


# --- parts ----------------------------------------------------------------------------------


def test_history() -> None:
    history = History()
    assert history.older("draft") == "draft"
    for line in ("a", "b", "b", " ", "c"):
        history.add(line)
    assert history.lines == ["a", "b", "c"]
    assert [history.older("draft") for _ in range(5)] == ["c", "b", "a", "a", "a"]
    assert [history.newer("") for _ in range(4)] == ["b", "c", "draft", ""]
    for number in range(2 * MOST):
        history.add(str(number))
    assert len(history.lines) == MOST
    assert history.lines[-1] == str(2 * MOST - 1)


@pytest.mark.parametrize(("raw", "shown"), [
    ("\x1b[1;31mred\x1b[0m", "red"), ("\x1b]0;title\x07text", "text"), ("12345\rab", "ab345"),
    ("line\r", "line"), ("ab\b\bxy", "xy"), ("\bab\b", "a"), ("a\tb", "a       b"),
    ("a\x00b\u202e", "a\ufffdb\ufffd"), ("\x1b[2J\x1b(Bok", "ok"), ("한글", "한글"),
])
def test_what_a_line_ends_up_showing(raw: str, shown: str) -> None:
    assert plain(raw) == shown


def test_a_line_of_backspaces_takes_no_time() -> None:
    begun = time.process_time()
    for _ in range(10):
        assert plain("a" * 8_000 + "\b" * 8_000) == ""
    assert time.process_time() - begun < 5


def test_the_scrollback_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrollback, "MOST_LINES", 10)
    screen = Scrollback()
    for number in range(5):
        screen.type("$ ", f"line {number}")
        screen.write(1, b"a\nb\nc\n")
    assert sum(entry.height for entry in screen.entries) <= 10
    assert screen.dropped + sum(entry.height for entry in screen.entries) == 20
    screen.write(1, b"x\n" * 100)
    assert len(screen.text()) <= 10
    assert screen.dropped >= 110
    screen.write(1, "한".encode()[:1])
    screen.write(1, "한".encode()[1:])
    assert screen.rest == "한"
