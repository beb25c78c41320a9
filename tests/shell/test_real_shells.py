"""Scripts that run here as they run in the real busybox, dash and bash."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shell.support import run_here, run_real

_ALL = ("busybox", "dash", "bash")


@dataclass(frozen=True)
class Case:
    """A script and the shells it is for."""

    name: str
    shells: tuple[str, ...]
    script: str


def _cases() -> list[Case]:
    """Read ``scripts.txt``: ``### name`` or ``### name: shell shell``, then the script."""
    cases: list[Case] = []
    source = (Path(__file__).parent / "scripts.txt").read_text(encoding="utf-8")
    for block in source.split("### ")[1:]:
        head, _, script = block.partition("\n")
        name, _, shells = head.partition(":")
        cases.append(Case(name.strip(), tuple(shells.split()) or _ALL, script.rstrip("\n") + "\n"))
    return cases


_PAIRS = [(case, shell) for case in _cases() for shell in case.shells]


@pytest.mark.parametrize(
    ("case", "shell"), _PAIRS, ids=[f"{case.name}-{shell}" for case, shell in _PAIRS]
)
def test_script_runs_as_in_the_real_shell(case: Case, shell: str, tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} on this machine")
    real = run_real(shell, case.script, tmp_path)
    here = run_here(shell, case.script, tmp_path)
    assert here.stdout == real.stdout
    assert here.stderr == real.stderr
    assert here.status == real.status
    assert here.files == real.files
