"""What four processes do to one lab at a time is one history."""

from __future__ import annotations

import multiprocessing
import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SystemClock
from imagelab.daemon.journal import Step
from imagelab.lab import Lab
from imagelab.model.state import State
from imagelab.storage.doctor import examine
from tests.storage import hammer
from tests.storage.whole import check_whole

STRESS = bool(os.environ.get("IMAGELAB_STRESS"))
PROCESSES = 4
#: How long it goes on, and how much each of six threads does, at least.
SECONDS, TURNS = (60, 0) if STRESS else (10, 50)
#: Every so many steps are done again.
EACH = 1 if STRESS else 3

pytestmark = pytest.mark.skipif(
    "forkserver" not in multiprocessing.get_all_start_methods(), reason="no processes of POSIX")


def hammered(folder: Path) -> list[hammer.Told]:
    """Have processes use a lab; two of them with two threads, two of them going back at times."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["imagelab.docker.main", "tests.storage.hammer"])
    pipes, processes = [], []
    for index in range(PROCESSES):
        mine, its = context.Pipe(duplex=False)
        process = context.Process(target=hammer.work, args=(
            folder, hammer.Task(
                f"p{index}t", 1 + index % 2, index >= PROCESSES // 2, TURNS, SECONDS), its))
        process.start()
        its.close()
        pipes.append(mine)
        processes.append(process)
    told: list[hammer.Told] = [each for pipe in pipes for each in pipe.recv()]
    for process in processes:
        process.join()
    assert [each.exitcode for each in processes] == [0] * PROCESSES
    return told


def test_the_journal_is_a_serial_history(
    tmp_path: Path, record_property: Callable[[str, object], None],
) -> None:
    lab = Lab.open(tmp_path / "lab")
    assert lab.docker("pull -q busybox").exit_code == 0
    told = hammered(tmp_path / "lab")
    assert [each.wrong for each in told if each.wrong] == []

    steps = lab.journal.steps
    at = {step.command: step.index for step in steps}
    for each in told:
        numbers = [at[as_kept(line)] for line, _ in each.done]
        assert numbers == sorted(numbers)
        assert [steps[number].exit_code for number in numbers] == [code for _, code in each.done]
    assert len(steps) == 2 + sum(len(each.done) for each in told)
    for step in steps[1::EACH]:
        check_again(lab, step)
    assert check_whole(tmp_path / "lab").head == lab.journal.head
    assert lab.daemon._store is not None
    assert examine(lab.daemon._store).findings == ()
    assert Lab.open(tmp_path / "lab").docker("images").exit_code == 0
    moves = sum(each.moves for each in told)
    record_property("figure", f"{len(steps)} commands and {moves} moves of {PROCESSES} processes")
    assert moves > 5


def check_again(lab: Lab, step: Step) -> None:
    """Do a command again on what it started from: it does the same."""
    before = lab.journal.steps[step.parent].after
    assert step.before == before
    alone = Lab(daemon=Daemon(clock=SystemClock(), state=before, blobs=lab.daemon._blobs))
    done = alone.docker(shlex.split(step.command)[1:])
    assert done.exit_code == step.exit_code, step
    assert without_ids(alone.journal.current.complaint) == without_ids(step.complaint)
    assert shape(alone.state) == shape(step.after), step


def as_kept(line: str) -> str:
    return shlex.join(["docker", *shlex.split(line)])


def without_ids(text: str) -> str:
    return re.sub(r"[0-9a-f]{12,64}", "ID", text)


def shape(state: State) -> Any:
    """Return what of a state depends on neither time nor chance."""
    return [
        sorted(map(str, state.references)), len(state.images), len(state.layers),
        sorted((each.name if "_" not in each.name else "", each.status, each.exit_code,
                sorted(each.changes)) for each in state.containers.values()),
        sorted(state.volumes),
    ]
