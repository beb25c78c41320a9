"""Large images take little memory: so much for each file, and nothing for their bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.big.archive import BIG, Size, cached, write
from tests.big.steps import STEPS, took

#: Most bytes that a lab may have at a time.
MOST = 300_000_000
#: Most bytes for each file more, seen in every way there is, and for buffers of any size.
A_FILE, BUFFERS = 1300, 4_000_000
FEW, MANY = Size(1_000, 3 << 20), Size(20_000, 120 << 20)


def peak(folder: Path, size: Size) -> int:
    folder.mkdir()
    write(folder / "in.tar", size)
    return took(folder, folder / "in.tar", *STEPS).memory


def test_memory_grows_with_the_files_and_not_with_their_bytes(tmp_path: Path) -> None:
    few, many = peak(tmp_path / "few", FEW), peak(tmp_path / "many", MANY)
    assert many - few < (MANY.files - FEW.files) * A_FILE + BUFFERS
    assert many < MOST


@pytest.mark.skipif("IMAGELAB_STRESS" not in os.environ, reason="a gigabyte: make stress")
def test_a_gigabyte_of_a_hundred_thousand_files(tmp_path: Path) -> None:
    done = {step: took(tmp_path, cached(BIG), step).memory for step in STEPS}
    assert {step: memory for step, memory in done.items() if memory > MOST} == {}
