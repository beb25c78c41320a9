"""Hostile bytes: kept inputs go through on every machine, new ones where atheris is."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.fuzz.guard import Touched, watched
from tests.fuzz.target import HERE, KINDS, Target, TooSlow, run
from tests.fuzz.targets import GROUPS, TARGETS

#: Executions of a quick target, in ``make test`` and in ``make stress``: a million in all targets.
RUNS = 80_000 if os.environ.get("IMAGELAB_STRESS") else 250


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The one folder that inputs may change; what targets keep for the next input is there, too."""
    found = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(found))
        patch.setattr(sys, "dont_write_bytecode", True)
        patch.chdir(found)
        yield found


@pytest.mark.parametrize("name", TARGETS)
def test_kept_inputs(name: str, folder: Path) -> None:
    target = TARGETS[name]
    function = target.load()
    assert target.inputs("corpus")
    for kind in KINDS:
        for path in target.inputs(kind):
            run(target, function, path.read_bytes(), folder=folder)


def test_kept_inputs_belong_to_a_target() -> None:
    named = {path.name for kind in KINDS for path in (HERE / kind).iterdir()}
    named |= {path.stem for path in (HERE / "words").iterdir()}
    assert named <= TARGETS.keys()


@pytest.mark.requires("atheris")
@pytest.mark.parametrize("group", GROUPS, ids=("formats", "labs"))
def test_new_inputs(
    group: Sequence[Target], tmp_path: Path, record_property: Callable[[str, object], None],
) -> None:
    chance = () if os.environ.get("IMAGELAB_STRESS") else ("--seed=1",)
    done = python("-m", "tests.fuzz", *(target.name for target in group), f"--runs={RUNS}",
                  f"--kept={tmp_path}", *chance)
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.endswith("no fault was found")
    record_property("figure", f"fuzzing: {last}")


@pytest.mark.requires("atheris")
def test_a_fault_is_found_and_its_input_kept(tmp_path: Path) -> None:
    done = python("-c", _BROKEN, str(tmp_path))
    assert "ValueError: an n" in done.stdout, done.stderr
    found, = (tmp_path / "faults" / "broken").iterdir()
    assert b"n" in found.read_bytes()
    assert f"the input is in {found}" in done.stdout


_BROKEN = """
import sys
from pathlib import Path
from tests.fuzz.fuzzing import fuzz, prepared
from tests.fuzz.target import Target

target = Target("broken", "test_fuzz.broken")
with prepared([target]) as functions:
    print(fuzz(target, functions["broken"], 100_000, Path(sys.argv[1]), seed=1).fault)
"""


def broken(data: bytes) -> None:
    """A target with a fault."""
    if b"n" in data:
        raise ValueError("an n")


def python(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *words], cwd=HERE.parents[1], capture_output=True,
                          text=True, check=False)


# --- what is seen of an input ------------------------------------------------------------------


_OUTSIDE: dict[str, Callable[[], object]] = {
    "read": lambda: Path("/etc/hostname").read_text(),
    "written": lambda: Path("/x-fuzz").write_text(""),
    "above": lambda: Path("../x-fuzz").touch(), "made": lambda: os.open("/x-fuzz", os.O_CREAT),
    "folder": lambda: os.mkdir("/x-fuzz"), "removed": lambda: os.remove("/x-fuzz"),
    "renamed": lambda: os.rename("a", "/x-fuzz"), "link": lambda: os.symlink("a", "/x-fuzz"),
    "listed": lambda: os.listdir("/etc"), "program": lambda: subprocess.run(["true"]),
    "shell": lambda: os.system("true"),
    "address": lambda: socket.create_connection(("127.0.0.1", 9)),
}


@pytest.mark.parametrize("what", _OUTSIDE)
def test_what_nobody_named_is_refused_and_told(what: str, folder: Path) -> None:
    def touch() -> None:
        with watched(folder), pytest.raises(PermissionError):
            _OUTSIDE[what]()

    with pytest.raises(Touched):
        touch()


def test_what_was_named_is_refused(folder: Path) -> None:
    with watched(folder, {"/x-fuzz"}.__contains__), pytest.raises(PermissionError):
        _OUTSIDE["written"]()


def test_its_own_folder_may_be_used(folder: Path) -> None:
    with watched(folder):
        tempfile.TemporaryDirectory().cleanup()
        Path("a").write_text("b")
        Path("a").unlink()


def test_an_input_that_takes_long_is_a_fault(folder: Path) -> None:
    def slow(data: bytes) -> None:
        end = time.process_time() + 0.02
        while time.process_time() < end:
            pass

    with pytest.raises(TooSlow, match="3 bytes took"):
        run(TARGETS["port"], slow, b"abc", folder=folder, seconds=0.01)
