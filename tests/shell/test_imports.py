"""What the shell imports, and that what it finds by name is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from imagelab.shell.builtins import table
from imagelab.shell.lazy import Place, load
from imagelab.shell.programs import registry

_LOADED = (
    "import sys, {module}\n"
    "print(*(name for name in sys.modules if name.startswith('imagelab.shell.')))"
)


def loaded_by(module: str) -> set[str]:
    done = subprocess.run([sys.executable, "-c", _LOADED.format(module=module)], text=True,
                          capture_output=True, check=True, cwd=Path(__file__).parents[2])
    return set(done.stdout.split())


def test_the_shell_loads_no_program_before_it_runs() -> None:
    loaded = loaded_by("imagelab.shell.process")
    assert "imagelab.shell.machine" in loaded
    front = "imagelab.shell.programs."
    assert {n for n in loaded if n.startswith(front)} == {f"{front}io", f"{front}registry"}
    front = "imagelab.shell.builtins."
    assert {n for n in loaded if n.startswith(front)} == {f"{front}table"}


@pytest.mark.parametrize("place", sorted(
    {*registry.PLACES.values(), *(p for shell in table.PLACES.values() for p in shell.values())}
))
def test_every_program_and_builtin_is_there(place: Place) -> None:
    assert callable(load(place))


def test_busybox_knows_every_program_by_name() -> None:
    assert {"sh", "ash", "ls", "[", "sha256sum"} <= registry.APPLETS
    assert registry.UNKNOWN not in registry.APPLETS
