"""Columns of ls on a terminal, against the real one's, over folders of random names."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from imagelab.model.node import directory, file
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
