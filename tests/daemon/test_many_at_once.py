"""Threads and processes that use one lab at a time lose nothing of each other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.model.state import State
from tests.daemon.crowd import Crowd, kept
from tests.dockerd import BASE

#: Turns of each thread; ``make stress`` takes many more.
_THREADS, _TURNS = 4, 100 if os.environ.get("IMAGELAB_STRESS") else 6
_ROOT = Path(__file__).parent.parent.parent


def with_base(daemon: Daemon) -> Daemon:
    with BASE.open("rb") as file:
        daemon.load(file)
    return daemon


def check(daemon: Daemon, made: list[tuple[str, str]]) -> None:
    """See that all of it is there, and that the journal tells how it came about."""
    state, steps = daemon.state, daemon.journal.steps
    names = {
        "volume": set(state.volumes),
        "tag": {str(each).rpartition(":")[2] for each in state.references},
        "container": {each.name.lstrip("/") for each in state.containers.values()}}
    names["run"] = names["container"]
    assert [each for each in made if each[1] not in names[each[0]]] == []
    assert [step.index for step in steps] == list(range(len(steps)))
    assert [step.parent for step in steps] == list(range(-1, len(steps) - 1))
    for step in steps[1:]:
        assert timeless(step.before) == timeless(steps[step.parent].after), step
    happened = Counter(
        (event.action, event.attributes.get("name")) for step in steps for event in step.events
        if event.type == "container")
    for kind, label in made:
        wanted = {"run": ("create", "start", "die"), "container": ("create",)}.get(kind, ())
        assert [happened[action, label] for action in wanted] == [1] * len(wanted), label


def timeless(state: State) -> State:
    return replace(state, clock=0)


def test_threads_lose_nothing_of_each_other() -> None:
    daemon = with_base(Daemon(clock=SystemClock(), ids=RandomIds()))
    crowd = Crowd(daemon)
    with crowd.looked_at():
        crowd.work("a", _THREADS, _TURNS)
    assert crowd.errors == []
    check(daemon, crowd.made)


def test_processes_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """One of them writes what it does a moment later, as a served lab does."""
    daemon = with_base(kept(tmp_path))
    crowd = Crowd(daemon)
    with crowd.looked_at(), subprocess.Popen(
        [sys.executable, "-m", "tests.daemon.crowd", str(tmp_path), "b", str(_THREADS),
         str(_TURNS)], cwd=_ROOT, text=True, stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "ready\n"
        crowd.work("a", _THREADS, _TURNS)
        told = other.communicate()[0].split()
    assert (other.returncode, crowd.errors) == (0, [])
    made = [*crowd.made, *zip(told[::2], told[1::2], strict=True)]
    check(daemon, made)
    check(kept(tmp_path), made)
