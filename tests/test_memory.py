"""Large images are never held in memory."""

from __future__ import annotations

from pathlib import Path

from tests.memory import peak_of

_CHAPTER = r"""
import sys
from imagelab import Lab

lab = Lab()
for line, typed in (
    ("pull ubuntu:14.04", ""),
    ("run -i -t --name commit_test ubuntu:14.04", "echo test_first! >> first\n"),
    ("commit commit_test commit_test:first", ""),
    ("run -i -t --name commit_test2 commit_test:first", "echo test_second! >> second\n"),
    ("commit commit_test2 commit_test:second", ""),
    (f"save -o {sys.argv[1]} ubuntu:14.04 commit_test:first commit_test:second", ""),
):
    result = lab.docker(line, typed)
    assert result.exit_code == 0, result.stderr
"""


def test_the_chapter_with_a_save_takes_less_than_120_megabytes(tmp_path: Path) -> None:
    target = tmp_path / "images.tar"
    assert peak_of(_CHAPTER, str(target)) < 120e6
    assert target.stat().st_size > 188e6
