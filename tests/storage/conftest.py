"""A kept lab with images, made once and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from imagelab.lab import Lab
from tests.storage.kept import used


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kept")
    used(folder)
    return folder


@pytest.fixture
def folder(_made: Path, tmp_path: Path) -> Path:
    """Return the folder of a lab with images; ``in.tar`` beside it has one of them."""
    shutil.copytree(_made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "lab"


@pytest.fixture
def lab(folder: Path) -> Lab:
    """Return that lab, open."""
    return Lab.open(folder)
