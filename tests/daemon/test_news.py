"""Of what another process does to a kept lab, only what is new is read; and all of that."""

from __future__ import annotations

import random
import sqlite3
import sys
import threading
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SystemClock
from imagelab.engine.volumes import NewVolume
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import InUse, StorageError
from imagelab.storage.store import Store
from tests.storage.test_write_behind import Full


def opened(folder: Path) -> tuple[Daemon, Store]:
    store = Store.open(folder)
    return Daemon(clock=SystemClock(), store=store), store


def told(daemon: Daemon) -> list[Any]:
    """Return all that a daemon knows of a journal."""
    return [daemon.journal.head, list(daemon.state.volumes), *(
        (step.index, step.parent, step.command, step.exit_code, step.time, step.events,
         step.before, step.after) for step in daemon.journal.steps)]


def turn(daemon: Daemon, store: Store, chance: random.Random, name: str) -> None:
    kind = chance.choice(("volume", "volume", "undo", "redo", "to", "time", "fail", "forget"))
    with suppress(EngineError):
        if kind == "volume":
            daemon.create_volume(NewVolume(name))
        elif kind == "to":
            daemon.go_to(chance.randrange(len(daemon.journal.rows)))
        elif kind == "time":  # is one with the step before it
            with daemon.step("time") as step:
                step.continues = True
        elif kind == "fail":
            daemon.remove_volume("nosuch")
        elif kind == "forget" and chance.random() < 0.3:
            store.forget_steps()
        elif kind in ("undo", "redo"):
            getattr(daemon, kind)()


@pytest.mark.parametrize("seed", range(6))
def test_who_looks_knows_what_is_kept(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    pair = [opened(tmp_path), opened(tmp_path)]
    for number in range(60):
        turn(*chance.choice(pair), chance, f"volume-{number}")
        for daemon, _ in chance.sample(pair, chance.randrange(3)):
            told(daemon)
    fresh, _ = opened(tmp_path)
    assert [told(daemon) for daemon, _ in pair] == [told(fresh)] * 2


def test_steps_that_are_known_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    (one, _), (other, store) = opened(tmp_path), opened(tmp_path)
    for number in range(20):
        one.create_volume(NewVolume(f"volume-{number}"))
    assert len(other.journal) == 20
    read: list[int] = []
    real = Store.news

    def news(self: Store, first: int) -> Any:
        found = real(self, first)
        assert found is not None
        read.append(len(found[0]))
        return found

    monkeypatch.setattr(Store, "news", news)
    monkeypatch.setattr(store, "load", lambda: pytest.fail("all of the journal is read"))
    one.create_volume(NewVolume("new"))
    assert list(other.state.volumes)[-1] == "new"
    one.undo()
    assert other.journal.head == 20
    assert read == [2, 1]


def test_who_waits_for_nobody_lets_others_wait(tmp_path: Path) -> None:
    """A command that does not wait leaves the waiting of other threads alone."""
    store = Store.open(tmp_path)
    over = threading.Event()
    failures: list[BaseException] = []

    def impatient() -> None:
        while not over.is_set():
            with suppress(InUse), store.lock(0):
                pass

    def look() -> None:
        try:
            for _ in range(50):
                store.load()
        except InUse as error:
            failures.append(error)

    threads = [threading.Thread(target=each) for each in (impatient, look, look, look)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with closing(sqlite3.connect(tmp_path / "imagelab.db", isolation_level=None)) as foreign:
        for each in threads:
            each.start()
        for _ in range(20):
            with suppress(sqlite3.OperationalError):
                foreign.execute("BEGIN EXCLUSIVE")
                time.sleep(0.005)
                foreign.execute("COMMIT")
        for each in threads[1:]:
            each.join()
        over.set()
        threads[0].join()
    sys.setswitchinterval(before)
    assert failures == []


def test_a_journal_that_was_written_anew_is_read_whole(tmp_path: Path) -> None:
    (one, _), (other, store) = opened(tmp_path), opened(tmp_path)
    for number in range(3):
        one.create_volume(NewVolume(f"volume-{number}"))
    told(one)
    store.forget_steps()
    for number in range(5):
        other.create_volume(NewVolume(f"later-{number}"))
    assert [step.command for step in one.journal] == [f"volume create later-{n}" for n in range(5)]
    assert told(one) == told(other)


def test_steps_of_ones_own_that_were_lost_are_not_taken_for_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    (one, store), (other, _) = opened(tmp_path), opened(tmp_path)
    store.write_behind(60)
    for number in range(3):
        one.create_volume(NewVolume(f"lost-{number}"))
    with monkeypatch.context() as patch:
        patch.setattr(store._database, "_connection", Full(store._database._connection))
        with pytest.raises(StorageError):
            store.write_behind(0)
    for number in range(5):
        other.create_volume(NewVolume(f"kept-{number}"))
    assert list(one.state.volumes) == [f"kept-{number}" for number in range(5)]
    assert told(one) == told(other)
