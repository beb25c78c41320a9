"""What is small and wants to become large ends soon, in little memory, with a clear line."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys

import pytest

from imagelab.formats import compression
from tests.deadline import slower
from tests.hostile.bombs import DOCKERFILES
from tests.memory import ROOT

STRESS = bool(os.environ.get("IMAGELAB_STRESS"))
#: Bytes that may be unpacked at all, here; ``make stress`` takes the lab's own bounds.
BOUND = 0 if STRESS else 32 << 20
#: Seconds of the processor, and bytes of memory, that one may take.
SECONDS, MEMORY = (30 if STRESS else 6) * slower, 150 << 20
SWELLS = "it unpacks to more than "

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="peak memory is measured on Linux")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, float, int]]:
    """What came of each bomb; they have one process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.bombs", str(tmp_path_factory.mktemp("bombs")),
         str(BOUND)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return {name: tuple(each) for name, each in json.loads(done.stdout).items()}


def test_each_ends_soon_and_in_little_memory(
    found: dict[str, tuple[int, str, float, int]],
) -> None:
    assert {name: each for name, each in found.items()
            if each[2] > SECONDS or each[3] > MEMORY} == {}


@pytest.mark.parametrize("name", [
    "load: bzip2", "load: xz", "load: packed layers in a packed archive", "load: layer of bzip2",
    "import -", "cp - c1:/"])
def test_what_swells_is_stopped(
    name: str, found: dict[str, tuple[int, str, float, int]],
) -> None:
    code, said = found[name][:2]
    assert code == 1
    assert SWELLS in said


@pytest.mark.parametrize(("name", "said"), [
    ("load: 10,000 layers", "max depth exceeded\n"),
    ("load: links that double", "too many levels of symbolic links"),
    ("load: number of a million digits", "invalid image JSON, a number has too many digits\n"),
    ("build: variables that double", "imagelab does not simulate"),
    ("build: arguments that double", "imagelab does not simulate"),
    ("build: loop without end", "returned a non-zero code: 152"),
    ("build: words that double", "returned a non-zero code: 152"),
    ("build: heredoc", "imagelab does not simulate a Dockerfile of more than 2000 instructions"),
    ("build -", "Cannot locate specified Dockerfile"),  # as of what is damaged
])
def test_what_is_said(
    name: str, said: str, found: dict[str, tuple[int, str, float, int]],
) -> None:
    assert said in found[name][1]
    assert found[name][0]


def test_zeros_in_gzip_are_no_bomb(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of zeros are made to see how large a layer becomes; gzip packs them 1:1030."""
    monkeypatch.setattr(compression, "FREE", 1 << 20)
    packed = gzip.compress(bytes(16 << 20))
    assert sum(map(len, compression.decompressed(iter([packed])))) == 16 << 20


def test_each_dockerfile_was_tried(found: dict[str, tuple[int, str, float, int]]) -> None:
    assert {f"build: {name}" for name in DOCKERFILES} <= set(found)
