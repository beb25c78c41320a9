"""A kept lab whose file fails for a moment stands where it stood."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NoReturn

import pytest

from imagelab.daemon import Daemon
from imagelab.engine.volumes import NewVolume
from imagelab.storage.errors import StorageError
from imagelab.storage.store import Store


def fail(*_: Any) -> NoReturn:
    raise StorageError("in use by another process")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path)


@pytest.fixture
def daemon(store: Store) -> Daemon:
    daemon = Daemon(store=store)
    daemon.create_volume(NewVolume("first"))
    return daemon


def interrupted(daemon: Daemon) -> NoReturn:
    with daemon.step("interrupted"):
        daemon.create_volume(NewVolume("half-done"))
        raise KeyboardInterrupt


def test_an_undo_that_could_not_be_kept_did_not_happen(
    daemon: Daemon, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "set_head", fail)
        with pytest.raises(StorageError):
            daemon.undo()
    assert (daemon.journal.head, list(daemon.state.volumes)) == (1, ["first"])
    daemon.create_volume(NewVolume("second"))
    assert list(Daemon(store=Store.open(tmp_path)).state.volumes) == ["first", "second"]


def test_nothing_is_built_on_a_command_that_came_to_nothing(
    daemon: Daemon, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(store, "load", fail)
        with pytest.raises(StorageError):
            interrupted(daemon)
    assert list(daemon.state.volumes) == ["first"]
    daemon.create_volume(NewVolume("second"))
    assert list(Daemon(store=Store.open(tmp_path)).state.volumes) == ["first", "second"]
