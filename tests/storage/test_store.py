"""The folder of a lab: journal, settings, format."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.model.outcome import Event
from imagelab.model.state import State
from imagelab.storage.errors import StorageError
from imagelab.storage.store import StepRecord, Store

ODD = "echo '한글 \udce9\n\x00'"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "home" / "lab")
    yield store
    store.close()


def step(store: Store, index: int, parent: int, command: str = "ps") -> StepRecord:
    state_id = store.save_state(State(clock=index))
    return StepRecord(index, parent, command, 0, 1_700_000_000 + index, state_id)


def again(store: Store) -> tuple[tuple[StepRecord, ...], int]:
    """Return what another process would load."""
    other = Store.open(store.folder)
    try:
        return other.load()
    finally:
        other.close()


def change(store: Store, sql: str) -> None:
    with closing(sqlite3.connect(store.folder / "imagelab.db", isolation_level=None)) as lab:
        assert lab.execute(sql).rowcount > 0


def test_a_new_lab_is_empty(store: Store) -> None:
    assert again(store) == ((), -1)


def test_steps_come_back_the_same(store: Store) -> None:
    events = (Event("image", "tag", "sha256:1", {"name": ODD, "a": ""}, 5), Event("layer", "x", ""))
    first = step(store, 0, -1, "")
    second = replace(
        step(store, 1, 0, ODD), exit_code=125, host_effects=("wrote /tmp/a.tar", ODD),
        events=events)
    store.append(first)
    store.append(second)

    assert again(store) == ((first, second), 1)
    assert store.state(second.state_id).clock == 1


def test_undo_and_a_new_branch(store: Store) -> None:
    for index in range(3):
        store.append(step(store, index, index - 1))
    store.set_head(0)
    assert again(store)[1] == 0

    store.append(step(store, 3, 0))

    steps, head = again(store)
    assert [one.parent for one in steps] == [-1, 0, 1, 0]
    assert head == 3


@pytest.mark.parametrize(("index", "parent"), [(0, 0), (1, 0), (2, 1), (3, 2), (2, -1), (1, -1)])
def test_a_step_that_does_not_follow_is_refused(store: Store, index: int, parent: int) -> None:
    store.append(step(store, 0, -1))
    store.append(step(store, 1, 0))
    fits = (index, parent) == (2, 1)

    with suppress(StorageError):
        store.append(step(store, index, parent))

    assert len(again(store)[0]) == (3 if fits else 2)


def test_a_step_needs_a_saved_state(store: Store) -> None:
    with pytest.raises(StorageError, match="not been saved"):
        store.append(StepRecord(0, -1, "", 0, 0, "0" * 64))


def test_an_event_that_could_not_be_read_again_is_refused(store: Store) -> None:
    wrong = Event("image", "pull", "x", {"size": 5})  # type: ignore[dict-item]

    with pytest.raises(StorageError, match="attribute"):
        store.append(replace(step(store, 0, -1), events=(wrong,)))


def test_there_is_no_head_without_its_step(store: Store) -> None:
    store.append(step(store, 0, -1))

    with pytest.raises(StorageError, match="no step 1"):
        store.set_head(1)


def test_an_error_undoes_all_of_a_command(store: Store) -> None:
    store.append(step(store, 0, -1))

    with pytest.raises(ZeroDivisionError), store.lock():
        use_everything_and_fail(store)

    assert len(again(store)[0]) == 1
    assert again(store)[1] == 0
    assert store.get_setting("language") is None
    store.append(step(store, 1, 0))
    assert again(store)[1] == 1


def use_everything_and_fail(store: Store) -> None:
    store.set_setting("language", "ko")
    store.append(step(store, 1, 0))
    store.append(step(store, 2, 1))
    raise ZeroDivisionError


def test_settings(store: Store) -> None:
    store.set_setting("seed", {"a": [1, None, ODD]})
    store.set_setting("seed", [2])
    store.set_setting("language", "ko")

    other = Store.open(store.folder)
    assert other.get_setting("seed") == [2]
    assert other.get_setting("language") == "ko"
    assert other.get_setting("clock", "system") == "system"
    other.close()


def test_a_setting_that_json_cannot_hold(store: Store) -> None:
    with pytest.raises(StorageError, match="cannot keep"):
        store.set_setting("seed", b"bytes")


def test_changed_tells_of_other_processes_only(store: Store) -> None:
    store.append(step(store, 0, -1))
    store.load()
    store.append(step(store, 1, 0))
    assert not store.changed()

    other = Store.open(store.folder)
    other.append(step(other, 2, 1))
    other.close()

    assert store.changed()
    assert store.load()[1] == 2
    assert not store.changed()


def test_only_one_at_a_time(store: Store) -> None:
    other = Store.open(store.folder)
    with store.lock():
        with pytest.raises(StorageError, match="in use by another process"), other.lock(wait=0.05):
            pytest.fail("both have the lab")
        assert other.load() == ((), -1)  # looking is free
    with other.lock(wait=0.05):
        pass
    other.close()


def test_threads_take_turns_on_one_store(store: Store) -> None:
    def work() -> None:
        for _ in range(10):
            with store.lock():
                steps, head = store.load()
                store.append(step(store, len(steps), head))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    steps, head = again(store)
    assert head == 39
    assert [one.parent for one in steps] == list(range(-1, 39))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_lab_is_its_owners_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store.open(tmp_path / "lab")
        store.blobs.add(iter([b"x"]))
        store.append(step(store, 0, -1))
    finally:
        os.umask(before)
    store.close()

    assert stat.S_IMODE(store.folder.stat().st_mode) == 0o700
    for path in store.folder.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_folder_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)

    Store.open(tmp_path).close()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "imagelab.db").stat().st_mode) == 0o600


# --- what is no lab ------------------------------------------------------------------------


def test_a_newer_format_is_refused_and_left_alone(store: Store) -> None:
    change(store, "UPDATE meta SET value = 4 WHERE key = 'format'")
    before = (store.folder / "imagelab.db").read_bytes()

    with pytest.raises(StorageError, match=(
            r"newer imagelab \(format 4; this one reads up to 3\): install that one")):
        Store.open(store.folder)

    assert (store.folder / "imagelab.db").read_bytes() == before


def test_an_older_format_becomes_this_one(store: Store) -> None:
    store.append(step(store, 0, -1))
    change(store, "UPDATE meta SET value = 1 WHERE key = 'format'")

    assert len(again(store)[0]) == 1

    with closing(sqlite3.connect(store.folder / "imagelab.db")) as lab:
        assert lab.execute("SELECT value FROM meta WHERE key = 'format'").fetchone() == (3,)


@pytest.mark.parametrize("sql", [
    "UPDATE meta SET value = 'one' WHERE key = 'format'",
    "UPDATE meta SET value = 0 WHERE key = 'format'",
    "DELETE FROM meta",
])
def test_a_format_that_was_never_written(store: Store, sql: str) -> None:
    change(store, sql)

    with pytest.raises(StorageError, match="is not a lab"):
        Store.open(store.folder)


@pytest.mark.parametrize("table", ["objects", "steps", "settings", "meta"])
def test_a_missing_table(store: Store, table: str) -> None:
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as lab:
        lab.execute(f"DROP TABLE {table}")

    with pytest.raises(StorageError):
        Store.open(store.folder)


def test_a_database_of_something_else(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "imagelab.db")) as foreign:
        foreign.execute("CREATE TABLE birds (name)")

    with pytest.raises(StorageError, match="is not a lab"):
        Store.open(tmp_path)


@pytest.mark.parametrize("content", [b"not a database, but long enough to be one" * 9, b"x"])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "imagelab.db").write_bytes(content)

    with pytest.raises(StorageError, match=r"imagelab\.db"):
        Store.open(tmp_path)

    assert (tmp_path / "imagelab.db").read_bytes() == content


def test_a_database_cut_short(store: Store) -> None:
    for index in range(50):
        store.append(step(store, index, index - 1))
    store.close()
    path = store.folder / "imagelab.db"
    path.write_bytes(path.read_bytes()[:8192])

    with pytest.raises(StorageError, match=r"imagelab\.db"):
        again(store)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "lab").write_text("")

    with pytest.raises(StorageError, match="lab is no folder"):
        Store.open(tmp_path / "lab")


@pytest.mark.parametrize("sql", [
    "UPDATE steps SET body = 'x'", "UPDATE steps SET body = '[]'", "UPDATE steps SET body = 1",
    "UPDATE steps SET body = '{}'", "UPDATE steps SET body = x'00'",
    "UPDATE steps SET state = x'00'", "UPDATE steps SET parent = 'x'",
    "UPDATE steps SET parent = 7", "UPDATE steps SET number = 5",
    "UPDATE meta SET value = 'x' WHERE key = 'head'", "DELETE FROM meta WHERE key = 'head'",
    "UPDATE meta SET value = 1 WHERE key = 'head'", "UPDATE meta SET value = -1 WHERE key = 'head'",
])
def test_a_damaged_journal(store: Store, sql: str) -> None:
    store.append(step(store, 0, -1))
    change(store, sql)

    with pytest.raises(StorageError, match="damaged"):
        store.load()


def test_a_damaged_setting(store: Store) -> None:
    store.set_setting("seed", 1)
    change(store, "UPDATE settings SET value = '{'")

    with pytest.raises(StorageError, match="setting seed"):
        store.get_setting("seed")


def test_a_closed_lab(store: Store) -> None:
    store.close()
    store.close()

    with pytest.raises(StorageError):
        store.load()
    with pytest.raises(StorageError), store.lock():
        pytest.fail("it is closed")


def test_an_interruption_as_a_transaction_begins_leaves_the_file_free(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "lab")
    database = store._database

    class Interrupted:
        """A connection that is interrupted as soon as it has the file."""

        def __init__(self) -> None:
            self.real = database._connection

        def execute(self, sql: str, *_: object) -> object:
            done = self.real.execute(sql)
            if sql.startswith("BEGIN"):
                raise KeyboardInterrupt
            return done

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

    connection = database._connection
    database._connection = Interrupted()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt), store.lock():
        pass
    database._connection = connection
    other = Store.open(tmp_path / "lab")
    with other.lock(wait=0):
        pass
    store.close()
    other.close()
