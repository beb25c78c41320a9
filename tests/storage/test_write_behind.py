"""Ends of transactions that are put off."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SystemClock
from imagelab.engine.volumes import NewVolume
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError
from imagelab.storage.store import Store


def opened(folder: Path) -> Daemon:
    return Daemon(clock=SystemClock(), store=Store.open(folder))


def make(daemon: Daemon, name: str) -> None:
    daemon.create_volume(NewVolume(name))


def broken_off(daemon: Daemon) -> None:
    with daemon.step("broken off"):
        make(daemon, "two")
        raise KeyboardInterrupt


class Full:
    """A connection to a disk without room."""

    def __init__(self, real: sqlite3.Connection) -> None:
        self.real = real

    def execute(self, sql: str, values: tuple[str, ...]) -> object:
        if sql == "COMMIT":
            raise sqlite3.OperationalError("database or disk is full")
        return self.real.execute(sql, values)

    def __getattr__(self, name: str) -> object:
        return getattr(self.real, name)


def names(folder: Path) -> list[str]:
    return list(opened(folder).state.volumes)


def test_others_see_what_was_put_off_a_little_later(tmp_path: Path) -> None:
    daemon = opened(tmp_path)
    daemon.write_behind(0.05)
    make(daemon, "one")
    make(daemon, "two")
    deadline = time.monotonic() + 10
    while names(tmp_path) != ["one", "two"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert names(tmp_path) == ["one", "two"]
    assert list(daemon.state.volumes) == ["one", "two"]


def test_who_wants_to_write_waits_until_it_is_written(tmp_path: Path) -> None:
    daemon, other = opened(tmp_path), opened(tmp_path)
    daemon.write_behind(0.1)
    make(daemon, "one")
    make(other, "two")
    make(daemon, "three")
    daemon.write_behind(0)
    assert names(tmp_path) == ["one", "two", "three"]


def test_what_came_to_nothing_takes_nothing_with_it(tmp_path: Path) -> None:
    daemon = opened(tmp_path)
    daemon.write_behind(60)
    make(daemon, "one")
    with pytest.raises(KeyboardInterrupt):
        broken_off(daemon)
    with pytest.raises(EngineError):
        daemon.remove_volume("nosuch")
    make(daemon, "three")
    daemon.write_behind(0)
    assert names(tmp_path) == ["one", "three"]
    assert [each.command for each in opened(tmp_path).journal] == [
        "volume create one", "volume rm nosuch", "volume create three"]


def test_closing_writes_what_was_put_off(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    daemon = Daemon(clock=SystemClock(), store=store)
    store.write_behind(60)
    make(daemon, "one")
    store.close()
    assert names(tmp_path) == ["one"]


def test_what_could_not_be_written_is_known_not_to_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store.open(tmp_path)
    daemon = Daemon(clock=SystemClock(), store=store)
    make(daemon, "one")
    database = store._database
    connection = database._connection
    store.write_behind(1)
    monkeypatch.setattr(database, "_connection", Full(connection))
    make(daemon, "two")
    deadline = time.monotonic() + 10
    while not database.losses and time.monotonic() < deadline:
        time.sleep(0.01)
    monkeypatch.setattr(database, "_connection", connection)
    assert list(daemon.state.volumes) == ["one"]
    make(daemon, "three")
    store.write_behind(0)
    assert names(tmp_path) == ["one", "three"]


def test_a_step_whose_end_cannot_be_written_takes_those_before_it_along_and_all_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = Store.open(tmp_path)
    daemon = Daemon(clock=SystemClock(), store=store)
    make(daemon, "one")
    database = store._database
    store.write_behind(60)
    make(daemon, "two")
    connection = database._connection
    monkeypatch.setattr(database, "_connection", Full(connection))
    monkeypatch.setattr(database, "_due", 0.0)
    with pytest.raises(StorageError):
        make(daemon, "three")
    monkeypatch.setattr(database, "_connection", connection)
    assert list(daemon.state.volumes) == ["one"]
    make(daemon, "four")
    store.write_behind(0)
    assert names(tmp_path) == ["one", "four"]
