"""A process killed at any moment loses nothing that it has acknowledged, and leaves no half."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from imagelab.lab import Lab
from imagelab.storage.doctor import examine
from imagelab.storage.store import StepRecord
from imagelab.storage.sweep import sweep
from tests.storage import mortal
from tests.storage.whole import Told, Whole, check_whole

#: How often one is killed; and after how many times a new lab is begun.
MOMENTS, LIVES = 500 if os.environ.get("IMAGELAB_STRESS") else 50, 10
#: How long to wait for what a process tells.
PATIENCE = 60

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no processes of POSIX")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    mortal.prepare(folder)
    return folder


@dataclass
class Life:
    """What a process has told until it was killed.

    Attributes:
        before: how it found the lab.
        done: what it has done, and how the lab stood afterwards.
        begun: what it was doing; nothing if it was doing nothing.
        at: the call that it was told to have come to.
    """

    before: Told | None = None
    done: list[tuple[str, Told]] = field(default_factory=list)
    begun: str = ""
    at: str = ""

    def take(self, told: tuple[str, object]) -> None:
        match told:
            case "open", (int(steps), int(head), str(state)):
                self.before = steps, head, state
            case "begin", str(line):
                self.begun = line
            case "done", (int(steps), int(head), str(state)):
                self.done.append((self.begun, (steps, head, state)))
                self.begun = ""
            case "point", str(name):
                self.at = name


def lived(folder: Path, files: Path, chance: random.Random) -> Life:
    """Have a process work on a lab, and kill it.

    A third of them are killed at any moment of a command, a third right before a call that
    changes the disk, and a third in the moments after such a call has begun.
    """
    how, first = chance.choice(("moment", "point", "after")), chance.randrange(8)
    point = 0 if how == "moment" else chance.randrange(1, 250)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["imagelab.docker.main", "tests.storage.mortal"])
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=mortal.work, args=(
        folder, files, str(chance.random()), -point if how == "point" else point, its))
    process.start()
    its.close()
    life = Life()
    try:
        while told := _told(mine):
            life.take(told)
            if how == "moment" and life.begun and len(life.done) == first:
                time.sleep(chance.choice((0.002, 0.03)) * chance.random())
                break
            if life.at:
                time.sleep(0.001 * chance.random())
                break
    finally:
        process.kill()
        process.join(PATIENCE)
    while told := _told(mine):
        life.take(told)
    mine.close()
    assert process.exitcode == -9
    return life


def _told(pipe: Connection) -> tuple[str, object] | None:
    assert pipe.poll(PATIENCE), "a process tells nothing"
    try:
        told: tuple[str, object] = pipe.recv()
    except EOFError:
        return None
    return told


def check(life: Life, before: Whole, after: Whole) -> None:
    """See that a lab has all that was acknowledged, and at most one command more, all of it."""
    assert life.before in (None, before.standing)
    was = life.done[-1][1] if life.done else before.standing
    typed = [mortal.as_typed(line) for line, _ in life.done if line not in mortal.MOVES]
    old, new = after.steps[:len(before.steps)], after.steps[len(before.steps):]
    assert old == before.steps
    assert commands(new[:len(typed)]) == typed
    more = new[len(typed):]
    if more:
        assert commands(more) == [mortal.as_typed(life.begun)]
        assert (after.head, more[0].parent) == (len(after.steps) - 1, was[1])
    elif life.begun in mortal.MOVES and after.head != was[1]:
        low, high = sorted((after.head, was[1]))
        assert after.steps[high].parent == low
    else:
        assert after.standing == was


def commands(steps: Sequence[StepRecord]) -> list[str]:
    return [mortal.as_typed(each.command.removeprefix("docker ")) for each in steps]


def gone_on(folder: Path) -> Whole:
    """Use a lab after that, and tidy up: then nothing is left of the process."""
    lab = Lab.open(folder)
    assert lab.docker("volume create next").exit_code == 0
    store = lab.daemon._store
    assert store is not None
    sweep(store)
    assert list((folder / "incoming").iterdir()) == []
    assert examine(store).findings == ()
    steps, head = store.load()
    return Whole(steps, head, mortal.standing(lab)[2])


def test_nothing_is_lost_and_nothing_is_half_done(tmp_path: Path, files: Path) -> None:
    chance = random.Random(f"{MOMENTS}")
    done = 0
    for life in range(MOMENTS):
        folder = tmp_path / f"lab{life // LIVES}"
        if life % LIVES == 0:
            shutil.rmtree(tmp_path / f"lab{life // LIVES - 1}", ignore_errors=True)
            Lab.open(folder).docker("pull -q busybox")
            before = check_whole(folder)
        told = lived(folder, files, chance)
        after = check_whole(folder)
        check(told, before, after)
        done += len(told.done)
        before = gone_on(folder)
        assert len(before.steps) == len(after.steps) + 1
    assert done > MOMENTS
