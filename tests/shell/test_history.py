"""What shells at a terminal remember, and the files that they leave behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import directory, file
from tests.at_terminal import typed
from tests.shell.support import ELF, container, run, text

#: Sessions for bash, and what lies in its file before them.
SESSIONS = {
    "commands": "echo a\n echo sp\necho a\necho a\n\n# c\n   \necho b; echo c  \nexit\n",
    "the end of input": "echo a\n",
    "no command": "",
    "in the book": "echo test_first! >> first\nls -d .\nexit\n",
    "lines of one command": (
        "if true\nthen\n\necho x\nelse\necho y\nfi\nfor i in 1 2; do\necho $i\n\ndone\n"
        "for i in 1\ndo\necho $i\ndone\nf() {\necho f; }\ng()\n{\necho g\n}\n"
        "case x in\ny) echo y;;\nx)\necho X;;\nesac\n(\necho s\n)\n{ echo a\n\n\necho b; }\n"
        "echo a |\ncat\ntrue &&\necho y\ntrue ||\n\necho c\nwhile false\ndo\necho x\ndone\n"
        "[[ a = a &&\nb = b ]]\nfunction h {\necho h; }\nexit\n"),
    "quotations": "echo 'q\nw'\necho \"x\ny # z\"\necho $(echo a\necho b)\necho `echo a\necho b`\n",
    "backslashes": "echo a \\\nb\necho 'x\\\ny'\necho \"x\\\ny\"\nexit\n",
    "here-documents": (
        "cat <<E\na\n\nb\nE\necho after\nfor i in 1; do\ncat <<E\nx\nE\ndone\n"
        "cat <<'E' | cat\nit's !!\nE\nexit\n"),
    "comments": (
        "for i in 1 2; do\necho $i # c\n# only\n\ndone\nfor i in 1; do\necho $i # c\ndone\n"
        "echo x &&\n# comment\necho y\necho z # c\nexit\n"),
    "mistakes": "if )\necho (\nif true\n)\nnosuch\nexit 3\n",
    "HISTCONTROL": (
        "HISTCONTROL=ignoreboth\n echo sp\necho a\necho a\n if true\nthen echo x\nfi\n"
        "HISTCONTROL=ignoredups\n echo sp\n echo sp\nHISTCONTROL=erasedups\necho a\nexit\n"),
    "HISTIGNORE": "HISTIGNORE='ls*:&'\nls -d /\necho\necho\necho a\nexit 3\n",
    "HISTSIZE": "HISTSIZE=2\necho 1\necho 2\nhistory\nexit\n",
    "HISTFILESIZE": "HISTFILESIZE=2\necho 1\necho 2\nexit\n",
    "no lines": "HISTFILESIZE=0\necho 1\nexit\n",
    "switched off": "echo 1\nset +o history\necho 2\nexit\n",
    "off and on": "set +o history\necho 2\nset -o history\necho 3\nhistory\nexit\n",
    "no file": "unset HISTFILE\necho 1\nexit\n",
    "another file": "HISTFILE=$HOME/.bash_history2\necho 1\nexit\n",
    "a folder that is not there": "HISTFILE=$HOME/no/file\necho 1\nexit\n",
    "exec": "echo 1\nexec true\n",
    "a shell in a shell": "bash --norc\necho in\nexit\necho out\nexit\n",
    "a subshell": "(exit 3)\necho $(exit 4) | (exit)\nexit\n",
    "the builtin in a subshell": "echo a\n(history -c; history; echo b)\nhistory | cat\n",
    "no entries": "HISTSIZE=0\nif true\nthen echo a\nfi\nhistory\necho 'b\nc'\n!!\nexit\n",
    "written nowhere": "HISTFILE=\necho a\nhistory -w\n",
    "read": "read -p '> ' x\ntyped\necho $x\nexit\n",
    "the builtin": (
        "echo a\nhistory -d 1\nhistory\nhistory -d 99\nhistory -z\nhistory x\nhistory 2\n"
        "history -a\ncat .bash_history\nhistory -w\ncat .bash_history\nhistory -c\nhistory\n"
        "exit\n"),
    "earlier commands": "history\nold2\n!1\n",
    "events": (
        "echo a\n!!\necho !$ b\n!ec\n!nosuch\necho 'a!b'\necho it!=1 !\n!!:p\n^b^c\nhistory\n"),
}
BEFORE = {"earlier commands": "echo old1\n\nold2\n", "HISTFILESIZE": "echo old1\nold2\n",
          "commands": "echo old1"}


def _left(files: FileSystem) -> dict[str, tuple[int, str]]:
    return {name: (node.mode, node.content.read().decode())
            for name in files.names("/root")
            if "history" in name and (node := files.lookup(f"/root/{name}"))}


def _at_home(flavour: str, before: str = "") -> FileSystem:
    there = {"root/.bash_history": file(before.encode(), 0o600)} if before else {}
    return container(flavour, {"root": directory(), **there})


@pytest.mark.parametrize("name", SESSIONS)
def test_bash_leaves_the_file_that_a_real_one_leaves(name: str, tmp_path: Path) -> None:
    if shutil.which("bash") is None:
        pytest.skip("no bash on this machine")
    (tmp_path / "inputrc").write_text("set enable-bracketed-paste off\n")
    home = tmp_path / "home"
    home.mkdir()
    if name in BEFORE:
        (home / ".bash_history").write_text(BEFORE[name])
        (home / ".bash_history").chmod(0o600)
    shown, status = typed(
        ["bash", "--norc"], SESSIONS[name], cwd=home,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C.UTF-8",
             "INPUTRC": str(tmp_path / "inputrc")})
    real = {path.name: (path.stat().st_mode & 0o777, path.read_text())
            for path in home.iterdir() if "history" in path.name}

    files = _at_home("gnu", BEFORE.get(name, ""))
    here = run(files, "bash", "--norc", tty=True, cwd="/root", stdin=SESSIONS[name].encode())
    assert _left(files) == real
    assert text(here) == shown.replace("\r\n", "\n").replace("\r", "")
    assert here.process.status == status


#: Recorded from busybox 1.35 in its default configuration, which is that of Docker's images;
#: Debian's own build keeps no file.
ASH = {
    "echo a\n echo sp\necho a\necho a\n\n# c\nif true\nthen echo x\nfi\ncat <<E\ndoc\nE\nexit\n":
        "echo a\n echo sp\necho a\n# c\nif true\nthen echo x\nfi\ncat <<E\ndoc\nE\nexit\n",
    "HISTFILE=/root/.other_history\necho a\n": "HISTFILE=/root/.other_history\necho a\n",
    "read x\ntyped\necho $x\nexit\n": "read x\necho $x\nexit\n",
    "sh\necho in\nexit\necho out\n": "sh\necho in\nexit\necho out\n",
}


@pytest.mark.parametrize("session", ASH)
def test_ash_writes_each_line_at_once(session: str) -> None:
    files = _at_home("busybox")
    run(files, "ash", tty=True, stdin=session.encode())
    assert _left(files) == {".ash_history": (0o600, ASH[session])}


@pytest.mark.parametrize("version", ["1:1.35.0-4+deb12u1+b1", "1:1.30.1-6+b3"])
def test_debians_busybox_greets_keeps_no_file_and_has_no_colours(version: str) -> None:
    # As the base image of the conformance cases does at a terminal.
    program = file(ELF + f"\0BusyBox v1.35.0 (Debian {version})\0".encode(), 0o755)
    files = container("busybox", {"root": directory(), "bin/busybox": program, "d/e": directory(),
                                  "d": directory()})
    shell = run(files, "sh", tty=True, stdin=b"ls d\nls --color d\n")
    assert text(shell) == (
        f"\n\nBusyBox v1.35.0 (Debian {version}) built-in shell (ash)\n"
        "Enter 'help' for a list of built-in commands.\n\n"
        "/ # ls d\ne\n/ # ls --color d\n\x1b[1;34me\x1b[m\n/ # \n")
    assert _left(files) == {}


def test_ash_lists_from_nought() -> None:
    files = _at_home("busybox")
    run(files, "ash", tty=True, stdin=b"old\n")
    assert text(run(files, "ash", tty=True, stdin=b"echo a\nhistory\n")).endswith(
        "   0 old\n   1 echo a\n   2 history\n/ # \n")


@pytest.mark.parametrize(("flavour", "argv"), [
    ("gnu", ("bash",)), ("gnu", ("sh", "-i")), ("busybox", ("sh", "-i")), ("busybox", ("sh",))])
def test_nothing_is_left_where_nobody_types(flavour: str, argv: tuple[str, ...]) -> None:
    # As real ones do: bash <<< 'echo a', and dash -i, and busybox ash -i without a terminal.
    files = _at_home(flavour)
    run(files, *argv, stdin=b"echo a\nexit\n")
    assert _left(files) == {}


def test_a_bash_that_is_told_to_be_interactive_leaves_its_file_without_a_terminal() -> None:
    files = _at_home("gnu")
    run(files, "bash", "-i", stdin=b"echo a\n")
    assert _left(files) == {".bash_history": (0o600, "echo a\n")}


def test_a_huge_file_of_earlier_commands_is_read_from_its_end() -> None:
    files = _at_home("gnu", "x" * 100 + "\n" * 30_000_000 + "last\n")
    assert "    1  last\n" in text(run(files, "bash", tty=True, stdin=b"history\n"))
