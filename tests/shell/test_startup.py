"""The files that shells read when they begin, and the prompts that they set."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from imagelab.model.node import directory, file
from tests.at_terminal import typed
from tests.shell.support import container, run, text


@dataclass(frozen=True)
class Session:
    """What is started, with which files at home, and what is typed."""

    argv: tuple[str, ...]
    typed: str
    files: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)


PS1 = "PS1='p> '\n"
SESSIONS = {
    "bashrc": Session(
        ("bash",), "echo $x; ll; f\nalias\nshopt histappend\n",
        {".bashrc": f"{PS1}x=1\nalias ll='echo LL'\nf() {{ ll f; }}\nshopt -s histappend\n"}),
    "return": Session(
        ("bash",), "echo $x $y\n",
        {".bashrc": f"{PS1}x=1\n[ -z \"$PS1\" ] || return\ny=2\n"}),
    "mistakes": Session(
        ("bash",), "echo $x $y\n",
        {".bashrc": f"{PS1}x=1\nnosuch\ncd /nosuch\ny=2\nif )\ny=3\n"}),
    "exit": Session(("bash",), "echo here\n", {".bashrc": f"{PS1}echo bye\nexit 3\n"}),
    "fault": Session(
        ("bash",), "echo $x $y\n", {".bashrc": f"{PS1}x=1\necho ${{nosuch?gone}}\ny=2\n"}),
    "norc": Session(("bash", "--norc"), "echo $x$-\n", {".bashrc": f"{PS1}x=1\n"}),
    "not typed": Session(("bash", "-c", "echo $x."), "", {".bashrc": "x=1\n"}),
    "bash_profile": Session(
        ("bash", "-l", "-c", "echo $x$y."), "",
        {".bash_profile": "x=1\n", ".profile": "y=2\n", ".bashrc": "y=3\n"}),
    "profile": Session(("bash", "--login", "-c", "echo $x."), "", {".profile": "x=1\n"}),
    "noprofile": Session(
        ("bash", "--noprofile", "-l", "-c", "echo $x."), "", {".profile": "x=1\n"}),
    "profile of sh": Session(("dash", "-l", "-c", "echo $x."), "", {".profile": "x=1\n"}),
    "ENV": Session(
        ("dash",), "echo $x\nll a\n", {"env": f"{PS1}x=1\nalias ll='echo LL'\n"},
        {"ENV": "env"}),
    "prompt": Session(
        ("bash",), "cd /\nx=2\nPS2='more> '\necho '\n'\nPS1='\\\\a\\$HOME> '\necho $-\n",
        {".bashrc": r"PS1='${x:+[$x]}$(echo s; echo t)`echo u`$((1+1))\w\s\\\"\"'\''\$ '" "\n"}),
    "prompt that is none": Session(
        ("bash",), "echo a\nPS1='\\z> '\necho b\n", {".bashrc": "PS1='${x> '\n"}),
    "prompt of sh": Session(("dash",), "x=2\nPS1='\\w $HOME> '\necho a\n", {"env": "PS1='[$x]$ '"},
                            {"ENV": "env", "x": "1"}),
    "variables": Session(
        ("bash",), "set | grep '^HIST\\|^PS'\n", {".bashrc": f"{PS1}HISTSIZE=7\n"}),
}


@pytest.mark.parametrize("name", SESSIONS)
def test_shell_begins_as_a_real_one(name: str, tmp_path: Path) -> None:
    session = SESSIONS[name]
    if shutil.which(session.argv[0]) is None:
        pytest.skip(f"no {session.argv[0]} on this machine")
    (tmp_path / "inputrc").write_text("set enable-bracketed-paste off\n")
    home = tmp_path / "root"
    home.mkdir()
    for path, content in session.files.items():
        (home / path).write_text(content)
    shown, status = typed(
        session.argv, session.typed, cwd=home, env={
            "HOME": str(home), "PATH": "/usr/bin:/bin", "TERM": "dumb", "LC_ALL": "C.UTF-8",
            "INPUTRC": str(tmp_path / "inputrc"), **session.env})

    there = {f"root/{path}": file(content.encode()) for path, content in session.files.items()}
    here = run(
        container("gnu", {"root": directory(), **there}), *session.argv, tty=True, cwd="/root",
        env=("HOME=/root", "PATH=/usr/bin:/bin", *(f"{k}={v}" for k, v in session.env.items())),
        stdin=session.typed.encode())
    expected = shown.replace("\r\n", "\n").replace(str(home), "/root")
    assert text(here).replace("dash: 0: can't access tty; job control turned off\n", "") == (
        expected.replace("dash: 0: can't access tty; job control turned off\n", ""))
    assert here.process.status == status


def test_an_alias_in_front_of_a_document_is_replaced_once() -> None:
    session = "alias cat='cat -n '\ncat <<E\na\nE\nif true; then cat <<E\nb\nE\nfi\n"
    shown = text(run(container("gnu"), "bash", tty=True, stdin=session.encode()))
    assert [line for line in shown.splitlines() if line.startswith("  ")] == [
        "     1\ta", "     1\tb"]
