"""Columns of ls on a terminal, against the real one's, over folders of random names."""

from __future__ import annotations

import random
import shlex
from pathlib import Path

import pytest

from imagelab.model.node import directory, file, symlink
from tests.at_terminal import typed
from tests.shell.support import container, run, text
from tests.shell.test_colors import gnu_ls


def _names(seed: int) -> list[str]:
    chance = random.Random(seed)
    longest = chance.choice((1, 3, 8, 20, 60, 90))
    return sorted({"".join(chance.choices("abcxyz", k=chance.randint(1, longest)))
                   for _ in range(chance.choice((1, 3, 10, 30, 100)))})


@gnu_ls
@pytest.mark.parametrize("option", ["--color=never", "--color=always", "-F"])
@pytest.mark.parametrize("seed", range(20))
def test_names_stand_where_the_real_ls_puts_them(tmp_path: Path, seed: int, option: str) -> None:
    names = _names(seed)
    for name in names:
        (tmp_path / name).mkdir() if name[0] == "x" else (tmp_path / name).touch()
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C"}
    shown, status = typed(["ls", option], "", cwd=tmp_path, env=env)
    made = {f"work/{name}": directory() if name[0] == "x" else file(b"") for name in names}
    here = run(container("gnu", {"work": directory(), **made}), "ls", option, tty=True,
               cwd="/work", env=[f"{name}={value}" for name, value in env.items()])
    assert (text(here), here.process.status) == (shown.replace("\r\n", "\n"), status)


def _odd_names(seed: int) -> list[str]:
    chance = random.Random(seed)
    return sorted({"".join(chance.choices("abcxyz'\"~#{}@ !$=%é\n", k=chance.randint(1, 6)))
                   for _ in range(chance.choice((1, 4, 12)))})


@gnu_ls
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
@pytest.mark.parametrize("option", ["-1", "-x1", "-F", "--color=always", "-R", "-s", "-N", "-Q"])
@pytest.mark.parametrize("seed", range(8))
def test_names_are_quoted_as_by_the_real_ls(
    tmp_path: Path, seed: int, option: str, locale: str
) -> None:
    names = _odd_names(seed)
    for name in names:
        (tmp_path / name).mkdir() if name[0] in "xa" else (tmp_path / name).touch()
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": locale}
    shown, status = typed(["ls", option], "", cwd=tmp_path, env=env)
    made = {f"work/{name}": directory() if name[0] in "xa" else file(b"") for name in names}
    here = run(container("gnu", {"work": directory(), **made}), "ls", option, tty=True,
               cwd="/work", env=[f"{name}={value}" for name, value in env.items()])
    assert (text(here), here.process.status) == (shown.replace("\r\n", "\n"), status)


@gnu_ls
@pytest.mark.parametrize("command", ["-F l d", "-F l", "-d l", "l", "-Fd l n", "f l", "'a b' f"])
def test_a_link_that_is_an_argument(tmp_path: Path, command: str) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "x").touch()
    for name in ("f", "a b"):
        (tmp_path / name).touch()
    (tmp_path / "l").symlink_to("d")
    (tmp_path / "n").symlink_to("nothing")
    made = {"d": directory(), "d/x": file(b""), "f": file(b""), "a b": file(b""),
            "l": symlink("d"), "n": symlink("nothing")}
    env = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LC_ALL": "C"}
    argv = ["ls", *shlex.split(command)]
    shown, status = typed(argv, "", cwd=tmp_path, env=env)
    files = container("gnu", {"work": directory()} | {f"work/{n}": m for n, m in made.items()})
    here = run(files, *argv, tty=True, cwd="/work", env=[f"{n}={v}" for n, v in env.items()])
    assert (text(here), here.process.status) == (shown.replace("\r\n", "\n"), status)


@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_the_target_of_a_link_is_marked_without_colours(flavour: str) -> None:
    """As ``ls -lF`` of coreutils 9.1 and of busybox 1.35 shows links."""
    files = container(flavour, {"w": directory(), "w/d": directory(), "w/l": symlink("d"),
                                "w/n": symlink("nothing")})
    shown = text(run(files, "ls", "-lF", "w"))
    assert [line.split()[8:] for line in shown.splitlines()[1:]] == [
        ["d/"], ["l", "->", "d/"], ["n", "->", "nothing"]]
