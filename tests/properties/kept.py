"""A kept lab's folder: what other tools read in it, what the doctor says, and what a sweep leaves.

The folder is read here with nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from imagelab.model.state import State
from imagelab.storage.doctor import examine
from imagelab.storage.store import Store
from imagelab.storage.sweep import sweep
from tests.properties.digests import diff_ids, digest

_NAME = "org.opencontainers.image.ref.name"
_HEX = re.compile(r"[0-9a-f]{64}")


def check(folder: Path, state: State) -> None:
    """Check that the OCI image layout is the state's."""
    named = Counter[tuple[str, str]]()
    read: dict[str, bytes] = {}

    def blob(descriptor: dict[str, Any]) -> bytes:
        name = descriptor["digest"]
        if name not in read:
            read[name] = _path(folder, name).read_bytes()
            assert digest(read[name]) == name
        assert len(read[name]) == descriptor["size"]
        return read[name]

    for entry in json.loads((folder / "index.json").read_bytes())["manifests"]:
        manifest = json.loads(blob(entry))
        layers = manifest["layers"]
        for each in layers:
            blob(each)
        assert diff_ids(blob(manifest["config"])) == [each["digest"] for each in layers]
        named[manifest["config"]["digest"], entry.get("annotations", {}).get(_NAME, "")] += 1
    names = {(image_id, str(reference)) for reference, image_id in state.references.items()}
    nameless = state.images.keys() - state.references.values()
    assert named == Counter([*names, *((image_id, "") for image_id in nameless)])


def check_with_doctor(store: Store) -> None:
    """Check that the doctor finds nothing."""
    report = examine(store)
    assert report.is_clean, report.findings


def sweep_and_check(folder: Path, store: Store) -> None:
    """Free what nothing needs, and check that this is what was left, and all of it."""
    sweep(store)
    bodies = {hashlib.sha256(each.encode()).hexdigest(): each for each in store.objects()}
    steps, _ = store.load()
    found, todo = set[str](), [each.state_id for each in steps]
    while todo:
        name = todo.pop()
        if name in bodies and name not in found:
            found.add(name)
            todo += _HEX.findall(bodies[name])
    assert found == bodies.keys()
    told = {each for name in found for each in _HEX.findall(bodies[name])}
    for entry in json.loads((folder / "index.json").read_bytes())["manifests"]:
        manifest = _path(folder, entry["digest"]).read_text()
        told |= {entry["digest"].removeprefix("sha256:"), *_HEX.findall(manifest)}
    blobs = {each.name for each in (folder / "blobs" / "sha256").iterdir()}
    assert blobs <= told
    again = sweep(store)
    assert (again.objects, again.blobs, again.files) == (0, 0, 0)


def _path(folder: Path, name: str) -> Path:
    return folder / "blobs" / "sha256" / name.removeprefix("sha256:")
