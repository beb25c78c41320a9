"""Objects that are well named but hold wrong values, as a lab made by someone else may have."""

from __future__ import annotations

import json
import os
import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from imagelab.storage.codec import Codec
from imagelab.storage.database import Database
from imagelab.storage.errors import StorageError
from imagelab.storage.objects import Objects
from imagelab.storage.store import Store
from tests.storage.samples import blob_of, everything, rich

WRONG: list[Any] = [
    None, True, -1, 1.5, 10**30, "x", "\ud800", [], {}, [[]], [1], {"a": 1}, ["x"], "0" * 64,
    {"joined": [{"joined": 1}]}, {"slice": "sha256:" + "0" * 64, "offset": 0, "size": 0},
]
_ITEMS = 24  # of a long list; the files of the sample are fewer
NAME = re.compile(r"[0-9a-f]{64}")


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each container of a value in a JSON value with the key it has there."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items)[:_ITEMS]:
        yield value, key
        if isinstance(item, dict | list):
            yield from places(item)


def variants(body: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield an object with each of its values left out or replaced by a wrong one."""
    for holder, key in list(places(body)):
        right = holder[key]
        holder[key] = rng.choice(WRONG)
        yield body
        holder[key] = right
        if isinstance(holder, dict):
            del holder[key]
            yield body
            holder[key] = right


class Foreign:
    """A lab's objects, to be put again with one of them changed."""

    def __init__(self, objects: Objects, bodies: dict[str, str]) -> None:
        self.objects = objects
        self.bodies = bodies

    def put(self, name: str, changed: str, body: dict[str, Any]) -> str:
        """Put an object and all it names; return its new name."""
        if name == changed:
            return self.objects.put(str(body.get("kind")), body)
        if name not in self.bodies:
            return name
        text = NAME.sub(lambda part: self.put(part[0], changed, body), self.bodies[name])
        if text == self.bodies[name]:
            return name
        above = json.loads(text)
        return self.objects.put(above.pop("kind"), above)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[tuple[Store, str, dict[str, str]]]:
    """Return a lab with a state in it, and the texts of its objects."""
    store = Store.open(tmp_path / "lab")
    object_id = store.save_state(rich(blob_of(tmp_path, b"0123456789")))
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as connection:
        bodies = dict(connection.execute("SELECT id, body FROM objects"))
    yield store, object_id, bodies
    store.close()


def complaint(codec: Codec, object_id: str) -> str:
    """Return what reading all of a state says, if it cannot be read."""
    try:
        everything(codec.get_state(object_id))
    except StorageError as error:
        return str(error)
    return ""


def test_a_wrong_value_anywhere_is_one_clear_error(
    lab: tuple[Store, str, dict[str, str]]
) -> None:
    store, root, bodies = lab
    rng = random.Random(1)
    database = Database(store.folder / "imagelab.db")
    objects = Objects(database)
    foreign = Foreign(objects, bodies)
    complaints: list[str] = []
    with suppress(KeyboardInterrupt), database.transaction():
        for name, text in bodies.items():
            for variant in variants(json.loads(text), rng):
                wrong = foreign.put(root, name, variant)
                complaints.append(complaint(Codec(objects, store.blobs), wrong))
        raise KeyboardInterrupt  # nothing of it has to be kept
    database.close()
    assert sum(map(bool, complaints)) > 500
    assert not any("\n" in text for text in complaints)


@pytest.mark.skipif(os.name != "posix", reason="links need rights there")
@pytest.mark.parametrize("name", [
    "imagelab.db", "blobs", "blobs/sha256", "incoming", "index.json", "oci-layout"])
def test_a_lab_s_folder_has_no_links(tmp_path: Path, name: str) -> None:
    """Whoever made the folder would have others write elsewhere."""
    store = Store.open(tmp_path / "lab")
    store.blobs.add(iter([b"kept"]))
    store.close()
    elsewhere = tmp_path / "elsewhere"
    path = tmp_path / "lab" / name
    if path.exists():
        path.rename(elsewhere)
    else:
        elsewhere.write_bytes(b"")
    path.symlink_to(elsewhere)
    with pytest.raises(StorageError, match="is a link: a lab's files lie in its folder"):
        Store.open(tmp_path / "lab")
