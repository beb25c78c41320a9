"""Colours of ls and grep on a terminal and off it, compared with the real programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node, directory, file, symlink
from imagelab.shell.budget import LIMIT_STATUS, Budget
from tests.at_terminal import typed
from tests.shell.support import container, run, text

_TEXT = b"one foo two foo\nbar\nfoofoo\n\nbaz FOO\nlast\nx\ny\nfoo end\n"
_OLD = 1_000_000_000
_LONG = "n" * 60
_HARD = replace(file(b""), inode=7)
_NODES: dict[str, Node] = {
    "d": directory(), "dd.tar": directory(), "sticky": directory(0o1755), "ow": directory(0o777),
    "tw": directory(0o1777), "sg": directory(0o2755), "e": directory(), "e/f": directory(),
    "e/lx": symlink("../x"), "plain": _HARD, "hard": _HARD, "x": file(b"", 0o755),
    "suid": file(b"", 0o4755), "sgid": file(b"", 0o2755), "a.tar": file(b""),
    "A.TAR": file(b""), "b.jpg": file(b""), "foo~": file(b""), "z.zip": file(b"", 0o755),
    "ff": Node(Kind.FIFO), "ld": symlink("d"), "lp": symlink("plain"), "lx": symlink("x"),
    "lt": symlink("a.tar"), "broken": symlink("nope"), "loop": symlink("loop"),
    "w": directory(), f"w/{_LONG}d": directory(), f"w/{_LONG}{_LONG}d": directory(),
    f"w/{_LONG}x": file(b"", 0o755), "w/l": symlink(f"{_LONG}d"),
    "w/m": symlink(f"{_LONG}{_LONG}d"), "a": file(_TEXT), "b": file(b"nothing\nfoo b\n"),
    "bin": file(b"foo\0bar\n"), "s": directory(), "s/a2": file(_TEXT),
}
#: Every kind of entry, the test's own files left out.
_ALL = ("A.TAR a.tar b.jpg broken d dd.tar ff foo~ hard ld loop lp lt lx ow plain sg sgid sticky "
        "suid tw x z.zip /dev/null")
_DIRCOLORS = ("rs=0:di=01;34:ln=01;36:mh=00:pi=40;33:so=01;35:do=01;35:bd=40;33;01:cd=40;33;01:"
              "or=40;31;01:mi=00:su=37;41:sg=30;43:ca=00:tw=30;42:ow=34;42:st=37;44:ex=01;32:"
              "*.tar=01;31:*.zip=01;31:*.jpg=01;35:*~=00;90:")


def _gnu(program: str, package: str) -> bool:
    found = shutil.which(program)
    if found is None:
        return False
    said = subprocess.run([found, "--version"], capture_output=True, check=False).stdout
    return package.encode() in said


gnu_ls = pytest.mark.skipif(not _gnu("ls", "GNU coreutils"), reason="no GNU ls on this machine")
gnu_grep = pytest.mark.skipif(not _gnu("grep", "GNU grep"), reason="no GNU grep on this machine")
real_busybox = pytest.mark.skipif(not shutil.which("busybox"), reason="no busybox on this machine")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of ``_NODES``, really."""
    top = tmp_path_factory.mktemp("colors")
    for name, node in _NODES.items():
        _make(top / name, node, top)
    for name in (*reversed(_NODES), "."):
        os.utime(top / name, (_OLD, _OLD), follow_symlinks=False)
    return top


def _make(path: Path, node: Node, top: Path) -> None:
    if node.kind is Kind.SYMLINK:
        path.symlink_to(node.target)
        return
    if node is _HARD and path.name == "hard":
        path.hardlink_to(top / "plain")
        return
    if node.kind is Kind.DIRECTORY:
        path.mkdir()
    elif node.kind is Kind.FIFO:
        os.mkfifo(path)
    else:
        path.write_bytes(node.content.read())
    path.chmod(node.mode)


def _container(flavour: str) -> FileSystem:
    extra = {f"work/{name}": replace(node, mtime=_OLD * 10**9) for name, node in _NODES.items()}
    return container(flavour, {"work": directory(), **extra})


def _env(more: dict[str, str]) -> dict[str, str]:
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC0", "TERM": "xterm", **more}
    return {name: value for name, value in env.items() if value != "unset"}


def _real(argv: list[str], place: Path, env: dict[str, str], *, tty: bool) -> tuple[int, str]:
    """Run a real program and return its status and all that it wrote."""
    if not tty:
        done = subprocess.run(argv, cwd=place, env=env, stdin=subprocess.DEVNULL, timeout=20,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return done.returncode, done.stdout.decode()
    shown, status = typed(argv, "", cwd=place, env=env)
    return status, shown.replace("\r\n", "\n")


def _here(
    flavour: str, argv: list[str], env: dict[str, str], *, tty: bool
) -> tuple[int | None, str]:
    files = _container(flavour)
    result = run(files, *argv, cwd="/work", env=[f"{n}={v}" for n, v in env.items()], tty=tty)
    return result.process.status, text(result, 1) + text(result, 2)


def _comparable(output: str) -> str:
    """Leave out what depends on the machine: owners, links, sizes and blocks."""
    output = re.sub(r"(?m)^total \d+$", "total", output)
    output = re.sub(r"(?m)^(\S*[-rwxstST]{9}) +\d+ .*  2001 ", r"\1 ", output)
    return re.sub(r"(?m)^(\S*c[-rwx]{9}) .*?(?=\S*/dev/null)", r"\1 ", output)


def _same(flavour: str, command: str, place: Path, *, tty: bool, **more: str) -> None:
    argv, env = command.split(), _env(more)
    real = ["busybox", *argv] if flavour == "busybox" else argv
    status, output = _real(real, place, env, tty=tty)
    our_status, ours = _here(flavour, argv, env, tty=tty)
    assert (our_status, _comparable(ours)) == (status, _comparable(output))


# --- ls ------------------------------------------------------------------------------------


@gnu_ls
@pytest.mark.parametrize("tty", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize("colors", ["unset", _DIRCOLORS, "ln=target", "ln=target:or=31:mi=32"],
                         ids=["built-in", "dircolors", "target", "target-or-mi"])
@pytest.mark.parametrize("options", ["", "-d", "-1", "-F", "-p", "-A e", "-a1 e", "-R e", "-r",
                                     "-l e", "-lF e", "-lp e", "-l w", "-lF w", "-1 w", "w e"])
def test_gnu_ls(options: str, colors: str, tty: bool, place: Path) -> None:
    _same("gnu", f"ls --color {options}", place, tty=tty, LS_COLORS=colors)


_VALUES = [
    "unset", _DIRCOLORS, "di=33", "di=", "di=0", "ex=", "fi=32", "mh=31", "su=00", "sg=0", "ow=00",
    "tw=", "ow=00:tw=00", "st=0", "st=0:tw=0", "or=31", "mi=32", "mi=32:or=31", "mi=00:or=31",
    "mi=0:or=0", "or=0", "or=", "mi=", "ln=00", "ln=", "ln=target", "ln=target:*lt=44:*.tar=31",
    "*.tar=31", "*.TAR=31", "*tar=35", "*=36", "*.tar=31:*.tar=32", "*.tar=31:*=32",
    "no=35", "no=0", "no=35:fi=0", "no=35:or=31", "no=35:lc=<:rc=>", "rs=1", "lc=A:rc=B:rs=C",
    "ec=E", "ec=E:lc=<:rc=>", "cl=Z", r"di=\e[33", "di=^[x", "di=^?", r"di=\x41\101\_\?",
    r"di=\999", "di=33=44", "di=33:", ":", "::", "di=33::ex=31", "ex=31:ex=32", "",
]
#: ls complains about these and does not colour; the lab then marks no targets of links with -lF.
_UNREADABLE = ["di=33:bogus", "bogus=1", "zz=1:di=33", "di", "*", "*.tar", "*.tar:", "di:33",
               "d=33", "DI=33", "di=3\\", "di=^", "di=^1", "*.a\\"]


@gnu_ls
@pytest.mark.parametrize(("options", "colors"), [
    *((options, colors) for options in ("-d", "-ld", "-lFd") for colors in _VALUES),
    *((options, colors) for options in ("-d", "-ld") for colors in _UNREADABLE),
])
def test_ls_colors(options: str, colors: str, place: Path) -> None:
    # The messages come first on both sides where there are any: names are not coloured then.
    argv, env = f"ls --color {options} {_ALL}".split(), _env({"LS_COLORS": colors})
    _, output = _real(argv, place, env, tty=False)
    result = run(_container("gnu"), *argv, cwd="/work", env=[f"{n}={v}" for n, v in env.items()])
    assert _comparable(text(result, 2) + text(result)) == _comparable(output)


@gnu_ls
@pytest.mark.parametrize("tty", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize("option", [
    "--color=always", "--color=yes", "--color=force", "--color=never", "--color=no",
    "--color=none", "--color=auto", "--color=tty", "--color=if-tty", "--color", "--color=alw",
    "--color=n", "--color=i", "--color=y", "--color=a", "--color=bad", "--color=ALWAYS",
    "--color=never --color", "--color --color=never", "--color=bad --color", "--col", "--colour",
])
def test_words_of_gnu_ls(option: str, tty: bool, place: Path) -> None:
    _same("gnu", f"ls {option} -d d x plain", place, tty=tty)


@gnu_ls
@pytest.mark.parametrize("term", ["unset", "", "dumb", "xterm", "xterm-256color", "vt220", "vt100",
                                  "linux", "screen.xterm", "st", "st-256", "con80x25"])
@pytest.mark.parametrize("more", [{}, {"COLORTERM": "yes"}, {"COLORTERM": ""}, {"LS_COLORS": ""},
                                  {"LS_COLORS": "di=33"}],
                         ids=["alone", "colorterm", "empty-colorterm", "empty", "ls-colors"])
def test_terminal_of_gnu_ls(term: str, more: dict[str, str], place: Path) -> None:
    _same("gnu", "ls --color -d d x", place, tty=True, TERM=term, **more)


@gnu_ls
@pytest.mark.parametrize("command", ["lx", "ld", "ld lx d", "-d ld", "-d ld/", "-ld ld/ lx", "x",
                                     "-L lx lp", "-Ld lx ld", "nofile", "plain"])
def test_arguments_of_gnu_ls(command: str, place: Path) -> None:
    _same("gnu", f"ls --color {command}", place, tty=True)


def test_ls_without_the_option_has_no_colours_in_gnu() -> None:
    env = _env({"LS_COLORS": _DIRCOLORS})
    assert _here("gnu", ["ls", "-d", "d", "x"], env, tty=True) == (0, "d  x\n")
    assert _here("gnu", ["bash", "-c", "ls --color=auto -d d | cat"], env, tty=True) == (0, "d\n")


@real_busybox
@pytest.mark.parametrize("tty", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize("options", [
    "", "-1", "-F", "-p", "-A e", "-R e", "-l e", "-lF e", "-l w", "-L e", f"-lFd {_ALL}",
    f"-ld {_ALL}", "-d lx ld", "lx", "-d plain",
])
def test_busybox_ls(options: str, tty: bool, place: Path) -> None:
    _same("busybox", f"ls --color=always {options}", place, tty=tty)


@real_busybox
@pytest.mark.parametrize("option", ["--color", "--color=al", "--color=auto", "--color=au",
                                    "--color=never", "--color=n", "--color=nonesense"])
@pytest.mark.parametrize("term", ["unset", "dumb", "vt220"])
@pytest.mark.parametrize("tty", [False, True], ids=["pipe", "terminal"])
def test_words_of_busybox_ls(option: str, term: str, tty: bool, place: Path) -> None:
    _same("busybox", f"ls {option} -d d x", place, tty=tty, TERM=term)


@pytest.mark.parametrize(("more", "colored"), [
    ({}, True), ({"TERM": "unset"}, True), ({"TERM": ""}, True), ({"TERM": "vt220"}, True),
    ({"TERM": "dumb"}, False), ({"LS_COLORS": ""}, False), ({"LS_COLORS": "none"}, False),
    ({"LS_COLORS": "di=33"}, True), ({"LS_COLORS": "nonesuch"}, True),
])
def test_busybox_ls_colours_by_itself(more: dict[str, str], colored: bool) -> None:
    # As busybox 1.35.0 does on a terminal when built from its sources with `make defconfig`;
    # Debian's build does not.
    shown = "\x1b[1;34md\x1b[m  \x1b[1;32mx\x1b[m\n" if colored else "d  x\n"
    for option in ([], ["--color=bad"], ["--color=a"]):
        assert _here("busybox", ["ls", *option, "-d", "d", "x"], _env(more), tty=True) == (0, shown)
    assert _here("busybox", ["ls", "-d", "d", "x"], _env(more), tty=False) == (0, "d\nx\n")


# --- grep ----------------------------------------------------------------------------------


@gnu_grep
@pytest.mark.parametrize("arguments", [
    "foo a", "foo a b", "-n foo a b", "-v foo a", "-vn foo a b", "-o foo a", "-on foo a b",
    "-c foo a", "-c foo a b", "-l foo a b", "-L one a b", "-q foo a", "-H foo a", "-h foo a b",
    "-C1 foo a", "-nA1 foo a", "-nC1 foo a b", "-B1 foo a b", "-v -C1 foo a", "-vnC1 bar a",
    "-vnB2 bar a b", "-i foo a", "-i FOO a", "^ a", "$ a", "f* a", "-o f* a", "o* a", "-w foo a",
    "-w fo* a", "-x bar a", "-E foo|two a", "-E fo|foo a", "-E ^|foo a", "-e foo -e two a",
    "-F foo a", "-Fi foo a", "-F -e foo -e bar a", "-r foo s", "-rn foo s", "-r foo s a",
    "-m1 foo a", "-m1 -A2 foo a", "-v -m2 foo a", "-vc foo a b", "-vl foo a", "-vw foo a",
    "-vo foo a", "-a foo bin", "foo bin", "-c foo bin", "foo$ a", "^foo a", "-o ^foo a",
    "-o foo$ a", r"o\b a", r"-E (f)(o)\2 a", "-nH last a", "-x -E bar|x|y a", "nowhere a",
    "-s foo nofile", "foo nofile",
])
@pytest.mark.parametrize("option", ["--color=always", "--color=auto"])
def test_gnu_grep(arguments: str, option: str, place: Path) -> None:
    _same("gnu", f"grep {option} {arguments}", place, tty=True)


@gnu_grep
@pytest.mark.parametrize("tty", [False, True], ids=["pipe", "terminal"])
@pytest.mark.parametrize("term", ["unset", "", "dumb", "vt220"])
@pytest.mark.parametrize("option", [
    "", "--color", "--colour", "--color=always", "--color=yes", "--color=force", "--color=never",
    "--color=no", "--color=none", "--color=auto", "--color=tty", "--color=if-tty", "--colour=auto",
    "--color=ALWAYS", "--color=never --color", "--color --color=never",
])
def test_words_of_gnu_grep(option: str, term: str, tty: bool, place: Path) -> None:
    _same("gnu", f"grep {option} foo b", place, tty=tty, TERM=term)


@real_busybox
@pytest.mark.parametrize("option", ["--color", "--color=always", "--color=auto", "--color=bad"])
def test_busybox_grep_takes_the_option_and_has_no_colours(option: str, place: Path) -> None:
    _same("busybox", f"grep {option} foo a", place, tty=True)


@pytest.mark.parametrize("words", [["-F", "-e", "a", "-e", "zz"], ["a"], ["x*"], ["-o", "x*"]],
                         ids=" ".join)
def test_many_matches_in_a_line_use_up_the_budget(words: list[str]) -> None:
    files = container("gnu", {"long": file(b"a" * 1_000_000)})
    budget = Budget(steps=5000)
    result = run(files, "grep", "--color=always", *words, "/long", budget=budget)
    assert (result.process.status, budget.steps) == (LIMIT_STATUS, 0)
