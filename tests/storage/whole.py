"""Whether a kept lab is whole, found without the code that keeps it where that can be."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from imagelab.model.content import Pattern, Zeros
from imagelab.model.node import Changes
from imagelab.model.state import State
from imagelab.storage.store import StepRecord, Store

#: How many steps a lab has, where it stands, and a digest of what it holds.
Told = tuple[int, int, str]


@dataclass(frozen=True)
class Whole:
    """A lab in which nothing is missing.

    Attributes:
        steps: its journal.
        head: where it stands.
        current: digest of the state there, see :func:`summary`.
    """

    steps: tuple[StepRecord, ...]
    head: int
    current: str

    @property
    def standing(self) -> Told:
        """How many steps there are, where the lab stands, and what it holds."""
        return len(self.steps), self.head, self.current


def check_whole(folder: Path) -> Whole:
    """Look at every object, every blob and the state of every step.

    Raises:
        AssertionError: something is missing or not what its name says.
        StorageError: likewise.
    """
    blobs = set(_blobs(folder))
    _check_index(folder / "index.json", blobs)
    _check_objects(folder / "imagelab.db", blobs)
    store = Store.open(folder)
    try:
        steps, head = store.load()
        current = ""
        for step in steps:
            state = store.state(step.state_id)
            _read(state, blobs)
            if step.index == head:
                current = summary(state)
    finally:
        store.close()
    return Whole(steps, head, current)


def summary(state: State) -> str:
    """Return a digest of all that a learner can see of a state."""
    seen = [
        sorted(state.images), sorted(state.layers), sorted(map(str, state.references.items())),
        [(each.id, each.name, each.status, each.exit_code, sorted(each.changes),
          [log.data.decode("utf-8", "replace") for log in each.logs])
         for each in state.containers.values()],
        sorted(state.volumes), sorted(state.networks), state.counter,
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


def _blobs(folder: Path) -> Iterator[str]:
    place = folder / "blobs" / "sha256"
    for path in place.iterdir() if place.exists() else ():
        with path.open("rb") as file:
            assert hashlib.file_digest(file, "sha256").hexdigest() == path.name
        yield f"sha256:{path.name}"


def _check_index(index: Path, blobs: set[str]) -> None:
    """See that other tools find all that they are told of."""
    for each in json.loads(index.read_bytes())["manifests"] if index.exists() else ():
        assert each["digest"] in blobs
        manifest = json.loads(
            (index.parent / "blobs" / each["digest"].replace(":", "/")).read_bytes())
        assert {part["digest"] for part in (manifest["config"], *manifest["layers"])} <= blobs


def _check_objects(database: Path, blobs: set[str]) -> None:
    with closing(sqlite3.connect(database)) as lab:
        assert lab.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        objects = dict(lab.execute("SELECT id, body FROM objects").fetchall())
        states = {state for (state,) in lab.execute("SELECT state FROM steps")}
    assert states <= objects.keys()
    for name, body in objects.items():
        assert hashlib.sha256(body.encode()).hexdigest() == name
        kept = json.loads(body)
        if kept["kind"] == "layer" and kept["blob"]:
            assert kept["blob"]["digest"] in blobs


def _read(state: State, blobs: set[str]) -> None:
    """Read all of a state, but for bytes that are made when they are asked for."""
    for image in state.images.values():
        assert all(each in state.layers for each in image.chain_ids)
    assert set(state.references.values()) <= set(state.images)
    for layer in state.layers.values():
        assert layer.blob is None or layer.blob.digest in blobs
        _read_files(layer.changes)
    for container in state.containers.values():
        assert container.image_id in state.images
        for files in (container.changes, *container.mounts.values()):
            _read_files(files)
        assert all(isinstance(each.data, bytes) for each in container.logs)
    for volume in state.volumes.values():
        _read_files(volume.changes)


def _read_files(files: Changes) -> None:
    for node in files.values():
        if not isinstance(node.content, (Pattern, Zeros)):
            assert len(node.content.read()) == node.content.size
