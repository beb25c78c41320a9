"""States on disk and back."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext, suppress
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest

from imagelab.engine.networks import network_id
from imagelab.model.config import Config
from imagelab.model.container import (
    Container,
    Endpoint,
    Exec,
    HostConfig,
    Log,
    PortBinding,
    Restarts,
)
from imagelab.model.content import Blob, Bytes, Joined, Slice, Zeros
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import Kind, Node, file
from imagelab.model.process import Process
from imagelab.model.reference import Reference
from imagelab.model.state import State, Volume
from imagelab.storage.container import old_endpoint_from_json
from imagelab.storage.errors import StorageError
from imagelab.storage.store import Store
from tests.storage.samples import (
    blob_of,
    changes_of,
    everything,
    image,
    instances,
    lab_with,
    layer,
    random_changes,
    rich,
)

Reopen = Callable[[], Store]


@pytest.fixture
def reopen(tmp_path: Path) -> Iterator[Reopen]:
    """Return what opens one lab again and again, as commands of a terminal do."""
    opened: list[Store] = []

    def open_again() -> Store:
        for store in opened:
            store.close()
        opened.append(Store.open(tmp_path / "lab"))
        return opened[-1]

    yield open_again
    for store in opened:
        store.close()


def rows(store: Store) -> int:
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM objects").fetchone()[0])


def damage(store: Store, sql: str) -> None:
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as connection, connection:
        assert connection.execute(sql).rowcount > 0


# --- the same comes back -------------------------------------------------------------------


def test_a_state_with_everything_comes_back_the_same(tmp_path: Path, reopen: Reopen) -> None:
    state = rich(blob_of(tmp_path, b"0123456789"))
    object_id = reopen().save_state(state)

    again = reopen().state(object_id)

    assert again is not state
    assert everything(again) == everything(state)
    assert again == state


@pytest.mark.parametrize(
    "kind", [State, Layer, Image, Reference, Container, HostConfig, PortBinding, Endpoint,
             Exec, Restarts, Config, Process, Log, Node, Volume])
def test_the_state_with_everything_has_everything(tmp_path: Path, kind: type[Any]) -> None:
    """Each attribute has an unusual value somewhere, so that none is forgotten above."""
    found = [one for one in instances(rich(blob_of(tmp_path, b"0123456789"))) if type(one) is kind]
    for field in fields(kind):
        if not field.compare:
            continue  # worked out of the others, and not kept
        usual = field.default
        if field.default_factory is not MISSING:
            usual = field.default_factory()
        assert any(getattr(one, field.name) != usual for one in found), field.name


def test_the_empty_state(reopen: Reopen) -> None:
    object_id = reopen().save_state(State())

    assert reopen().state(object_id) == State()


@pytest.mark.parametrize("seed", range(12))
def test_random_files_come_back_the_same(tmp_path: Path, reopen: Reopen, seed: int) -> None:
    rng = random.Random(seed)
    blob = blob_of(tmp_path, rng.randbytes(50))
    bottom = layer(random_changes(rng, blob))
    state = lab_with(random_changes(rng, blob), layer=layer(random_changes(rng, blob), bottom))
    object_id = reopen().save_state(state)

    store = reopen()
    again = store.state(object_id)

    assert everything(again) == everything(state)
    assert store.save_state(again) == object_id
    assert reopen().save_state(state) == object_id


def test_a_blob_from_elsewhere_becomes_the_labs_own(tmp_path: Path, reopen: Reopen) -> None:
    blob = blob_of(tmp_path, b"0123456789")
    state = lab_with({"a": file(Slice(blob, 2, 3))}, layer=layer({}, blob=blob))
    object_id = reopen().save_state(state)
    blob.path.unlink()

    again = reopen().state(object_id)

    container = again.containers["c" * 64]
    assert container.changes["a"].content.read() == b"234"
    assert container.layer is not None
    assert container.layer.blob is not None
    assert tmp_path / "lab" in container.layer.blob.path.parents


def test_large_bytes_are_a_blob_kept_once(reopen: Reopen) -> None:
    store = reopen()
    first = lab_with({"a": file(b"x" * 70_000)})
    store.save_state(first)
    path, = (store.folder / "blobs" / "sha256").iterdir()
    written = path.stat().st_ino, path.stat().st_mtime_ns

    store.save_state(lab_with({**changes_of(first), "b": file(b"")}))

    assert path.read_bytes() == b"x" * 70_000
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == written


def test_a_stack_of_many_layers(reopen: Reopen) -> None:
    top: Layer | None = None
    for number in range(1_500):
        top = layer({f"f{number}": file(b"")}, top)
    assert top is not None
    object_id = reopen().save_state(lab_with({}, layer=top))

    again = reopen().state(object_id).containers["c" * 64].layer

    assert again is not None
    assert again.chain_id == top.chain_id
    assert [list(part.changes) for part in again.stack] == [[f"f{n}"] for n in range(1_500)]


def test_tables_come_back_with_all_their_changes(reopen: Reopen) -> None:
    """Kept are the rows that two states have in common, once, and what each has besides."""
    images = [image(None, str(number)) for number in range(60)]
    names = [Reference("docker.io", "library/a", str(number)) for number in range(60)]
    state = State()
    for each, name in zip(images[:40], names, strict=False):
        state = state.with_image(each).with_reference(name, each.id)
    first = reopen().save_state(state)
    changed = state.without_image(images[3].id).without_references(names[3], names[5])
    for each, name in zip(images[40:], names[40:], strict=True):
        changed = changed.with_image(each).with_reference(name, each.id)
    changed = changed.with_image(images[3]).with_reference(names[7], images[50].id)
    second = reopen().save_state(changed)

    store = reopen()
    for object_id, wanted in ((first, state), (second, changed)):
        found = store.state(object_id)
        assert everything(found) == everything(wanted)
        assert [row[1] for row in found.references.items()] == list(wanted.references.values())
        assert store.save_state(found) == object_id


@pytest.mark.parametrize(("changes", "is_read"), [(32, True), (33, False)])
def test_more_changes_than_are_ever_written_are_refused(
    reopen: Reopen, changes: int, is_read: bool,
) -> None:
    """A file that somebody made up must not keep whoever reads it busy."""
    store = reopen()
    state_id = store.save_state(State())
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as lab:
        (body,) = lab.execute("SELECT body FROM objects WHERE id = ?", (state_id,)).fetchone()
    made_up = json.loads(body)
    made_up["references"]["changed"] = [
        ["docker.io", f"a/{number}", "1", "", "sha256:0"] for number in range(changes)]
    body = json.dumps(made_up, separators=(",", ":"))
    store.add_object(body)

    with nullcontext() if is_read else pytest.raises(StorageError, match="more changes"):
        state = reopen().state(hashlib.sha256(body.encode()).hexdigest())
        assert len(state.references) == changes


def test_a_state_of_format_1_is_read(tmp_path: Path, reopen: Reopen) -> None:
    """There each state had all its rows itself."""
    state = rich(blob_of(tmp_path, b"0123456789"))
    store = reopen()
    object_id = store.save_state(state)
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as lab:
        bodies = dict(lab.execute("SELECT id, body FROM objects"))
    old = json.loads(bodies[object_id])
    for kind in ("layers", "images", "references"):
        assert not old[kind]["gone"]
        base = json.loads(bodies[old[kind]["base"]])
        old[kind] = [*base["rows"], *old[kind]["changed"]]
    for kind in ("containers", "volumes"):
        old[kind] = json.loads(bodies[old[kind]])["rows"]
    old["sources"] = json.loads(bodies[old["sources"]])["sources"]
    body = json.dumps(old, separators=(",", ":"))
    store.add_object(body)

    again = reopen().state(hashlib.sha256(body.encode()).hexdigest())

    assert everything(again) == everything(state)


# --- sharing -------------------------------------------------------------------------------


def test_states_share_their_layers_after_reading(reopen: Reopen) -> None:
    bottom = layer({"a": file(b"a")})
    left, right = layer({"l": file(b"l")}, bottom), layer({"r": file(b"r")}, bottom)
    one = lab_with({}, layer=left).with_layer(left).with_layer(bottom)
    two = one.with_layer(right).with_image(image(right))
    store = reopen()
    ids = store.save_state(one), store.save_state(two)

    store = reopen()
    first, second = (store.state(object_id) for object_id in ids)

    shared = first.layers[bottom.chain_id]
    assert second.layers[bottom.chain_id] is shared
    assert second.layers[right.chain_id].parent is shared
    assert second.layers[left.chain_id] is first.layers[left.chain_id]
    assert first.containers["c" * 64].layer is first.layers[left.chain_id]
    assert second.containers["c" * 64] is first.containers["c" * 64]


def test_a_layer_with_the_same_chain_id_but_other_knowledge_stays_apart(
    tmp_path: Path, reopen: Reopen
) -> None:
    """Loading an image again may bring the tar of a layer that was made here."""
    plain = layer({"a": file(b"a")})
    loaded = replace_blob(plain, blob_of(tmp_path, b"tar"))
    object_id = reopen().save_state(lab_with({}, layer=plain).with_layer(loaded))

    again = reopen().state(object_id)

    container_layer = again.containers["c" * 64].layer
    assert container_layer is not None
    assert container_layer.blob is None
    assert again.layers[plain.chain_id].blob == loaded.blob


def replace_blob(part: Layer, blob: Blob) -> Layer:
    return Layer(part.diff_id, part.changes, part.parent, blob)


def test_states_made_here_are_the_same_objects_while_in_use(reopen: Reopen) -> None:
    store = reopen()
    state = lab_with({"a": file(b"a")}, layer=layer({"b": file(b"b")}))

    assert store.state(store.save_state(state)) is state


# --- what it costs -------------------------------------------------------------------------


def many(count: int) -> dict[str, Node]:
    return {f"usr/share/{number % 50}/{number}": file(b"%d" % number) for number in range(count)}


class Counted(dict[str, Node]):
    """Changes that count how often they are gone through."""

    walks = 0

    def items(self) -> Any:
        self.walks += 1
        return super().items()


def test_a_layer_is_written_once(reopen: Reopen) -> None:
    changes = Counted(many(500))
    state = lab_with({}, layer=layer(changes))
    store = reopen()
    store.save_state(state)
    before = rows(store)

    for clock in range(5):
        store.save_state(replace(state, clock=clock))
        other = replace(state.containers["c" * 64], name=f"n{clock}")
        store.save_state(replace(state, clock=clock).with_container(other))

    assert changes.walks == 1
    assert rows(store) - before < 25


def test_a_step_costs_what_it_changes(reopen: Reopen) -> None:
    """However many images there are, a new name for one writes a few kilobytes."""
    state = State()
    for number in range(3_000):
        each = image(None, str(number))
        state = state.with_image(each).with_reference(Reference("docker.io", f"a/{number}", "1"),
                                                      each.id)
    store = reopen()
    store.save_state(state)
    before = sum(map(len, store.objects()))

    for number in range(10):
        state = state.with_reference(Reference("docker.io", f"b/{number}", "1"), each.id)
        assert len(state.images.items()) == 3_000  # somebody lists them meanwhile
        store.save_state(state)

    assert sum(map(len, store.objects())) - before < 10 * 8_000


def test_what_a_lost_transaction_had_kept_is_kept_again(reopen: Reopen) -> None:
    store = reopen()
    state = lab_with({"a": file(b"a")}, layer=layer({"b": file(b"b")})).with_image(image(None))
    with suppress(ZeroDivisionError), store.lock():
        store.save_state(state)
        raise ZeroDivisionError
    assert rows(store) == 0

    object_id = store.save_state(replace(state, clock=5))

    assert everything(reopen().state(object_id)) == everything(replace(state, clock=5))


def test_files_of_a_container_stay_known_while_it_does_not_change(reopen: Reopen) -> None:
    changes = Counted(many(500))
    state = lab_with(changes)
    store = reopen()
    for clock in range(3):
        store.save_state(replace(state, clock=clock))

    store.save_state(state.with_container(replace(state.containers["c" * 64], pid=5)))

    assert changes.walks == 1


def test_one_changed_file_among_many_is_a_small_change(reopen: Reopen) -> None:
    state = lab_with(many(5_000))
    store = reopen()
    store.save_state(state)
    before = rows(store)

    changed = {**changes_of(state), "usr/share/7/7": file(b"new"), "srv": file(b"more")}
    object_id = store.save_state(lab_with(changed))

    # state, containers, one of them, list of files; one page, and another that grew at the end
    assert rows(store) - before == 6
    assert everything(reopen().state(object_id)) == everything(lab_with(changed))


def test_more_output_is_a_small_change(reopen: Reopen) -> None:
    logs = tuple(Log(time, 1, b"line\n") for time in range(5_000))
    store = reopen()
    store.save_state(lab_with({}, logs=logs))
    before = rows(store)

    store.save_state(lab_with({}, logs=(*logs, Log(5_000, 2, b"end"))))

    assert rows(store) - before == 5


def test_a_step_on_a_large_layer_costs_no_more_than_on_a_small_one(reopen: Reopen) -> None:
    def seconds(count: int) -> float:
        store = reopen()
        state = lab_with({}, layer=layer(many(count)))
        object_id = store.save_state(state)
        best = 60.0
        for clock in range(1, 6):
            store = reopen()  # a new command in a terminal remembers nothing
            state = store.state(object_id)
            before = time.perf_counter()
            object_id = store.save_state(replace(state, clock=clock))
            best = min(best, time.perf_counter() - before)
        return best

    assert seconds(20_000) < 3 * seconds(20) + 0.005


def test_files_are_read_when_they_are_looked_at(reopen: Reopen) -> None:
    store = reopen()
    top = layer({"a": file(b"12345")})
    object_id = store.save_state(lab_with({"b": file(b"")}, layer=top).with_layer(top))
    damage(store, "UPDATE objects SET body = '' WHERE body LIKE '{\"kind\":\"page\"%'")

    store = reopen()
    state = store.state(object_id)

    assert state.layers[top.chain_id].size == 5
    assert store.save_state(state) == object_id
    with pytest.raises(StorageError, match="damaged"):
        len(changes_of(state))
    with pytest.raises(StorageError, match="damaged"):
        _ = state.layers[top.chain_id].tree


def test_a_state_that_was_rolled_back_can_be_saved_again(reopen: Reopen) -> None:
    store = reopen()
    state = lab_with({"a": file(b"a")}, layer=layer({"b": file(b"b")}))
    with suppress(RuntimeError), store.lock():
        store.save_state(state)
        raise RuntimeError
    object_id = store.save_state(state)

    assert everything(reopen().state(object_id)) == everything(state)


# --- what cannot be kept -------------------------------------------------------------------


@pytest.mark.parametrize("program", [
    (1, 2), {1: "a"}, b"bytes", float("nan"), {"a": {"b": {1}}}, object(),
], ids=lambda value: type(value).__name__)
def test_a_program_that_json_would_change_is_refused(reopen: Reopen, program: object) -> None:
    state = lab_with({}, processes={"": Process(("sh",), program=program)})

    with pytest.raises(StorageError, match="cannot keep"):
        reopen().save_state(state)


def nested(depth: int) -> list[Any]:
    program: list[Any] = []
    for _ in range(depth):
        program = [program]
    return program


def test_a_deep_program_is_kept_and_a_bottomless_one_refused(reopen: Reopen) -> None:
    state = lab_with({}, processes={"": Process(("sh",), program=nested(300))})
    object_id = reopen().save_state(state)
    assert reopen().state(object_id) == state

    state = lab_with({}, processes={"": Process(("sh",), program=nested(100_000))})
    with pytest.raises(StorageError, match="nested"):
        reopen().save_state(state)


@pytest.mark.parametrize("foreign", [
    {"Env": ["A=1", 2]}, {"Cmd": "sh"}, {"Labels": {"a": 1}}, {"Tty": 1}, {"User": []},
], ids=repr)
def test_a_configuration_with_wrong_types_is_refused(
    reopen: Reopen, foreign: dict[str, Any]
) -> None:
    """It came from an image's JSON, and a lab with it could not be read again."""
    container = Container("c" * 64, "c", "", Config.from_json(foreign), 1)

    with pytest.raises(StorageError):
        reopen().save_state(State().with_container(container))


def test_content_outside_of_its_blob_is_refused(tmp_path: Path, reopen: Reopen) -> None:
    blob = blob_of(tmp_path, b"12345")

    with pytest.raises(StorageError, match="outside"):
        reopen().save_state(lab_with({"a": file(Slice(blob, 3, 3))}))


def test_a_blob_that_is_not_what_it_says_is_refused(tmp_path: Path, reopen: Reopen) -> None:
    blob = blob_of(tmp_path, b"12345")
    blob.path.write_bytes(b"54321")

    with pytest.raises(StorageError, match="digest"):
        reopen().save_state(lab_with({"a": file(Slice(blob, 0, 1))}))

    blob.path.unlink()
    with pytest.raises(StorageError, match="cannot be read"):
        reopen().save_state(lab_with({"a": file(Slice(blob, 0, 1))}))


def test_content_in_content_without_end_is_refused(reopen: Reopen) -> None:
    content = Joined((Bytes(b"a"), Zeros(1)))
    for _ in range(50):
        content = Joined((content,))

    with pytest.raises(StorageError, match="cannot keep content"):
        reopen().save_state(lab_with({"a": file(content)}))


def test_a_layer_needs_a_diff_id(reopen: Reopen) -> None:
    with pytest.raises(StorageError, match="DiffID"):
        reopen().save_state(lab_with({}, layer=Layer("sha256:x", {})))


# --- damage --------------------------------------------------------------------------------


def look_at_all(store: Store, object_id: str) -> None:
    everything(store.state(object_id))


@pytest.mark.parametrize("body", [
    "", "null", "{}", '{"kind":"state"}', "[" * 100_000, "\x00", "\ud55c", b"{}", 1,
], ids=lambda body: repr(body)[:20])
def test_a_changed_object_is_noticed(
    tmp_path: Path, reopen: Reopen, body: str | bytes | int
) -> None:
    store = reopen()
    object_id = store.save_state(rich(blob_of(tmp_path, b"0123456789")))
    with closing(sqlite3.connect(store.folder / "imagelab.db", isolation_level=None)) as lab:
        for name, original in lab.execute("SELECT id, body FROM objects").fetchall():
            lab.execute("UPDATE objects SET body = ? WHERE id = ?", (body, name))
            store = reopen()
            with pytest.raises(StorageError, match="damaged"):
                look_at_all(store, object_id)
            lab.execute("UPDATE objects SET body = ? WHERE id = ?", (original, name))
    look_at_all(reopen(), object_id)


def test_an_object_with_another_plausible_value_is_noticed(reopen: Reopen) -> None:
    store = reopen()
    object_id = store.save_state(State(clock=5))
    damage(store, """UPDATE objects SET body = replace(body, '"clock":5', '"clock":6')""")

    with pytest.raises(StorageError, match="digest"):
        reopen().state(object_id)


@pytest.mark.parametrize("device", [(1 << 12, 0), (0, 1 << 20), (-1, 0), (0, -1)])
def test_a_device_of_no_linux_is_noticed(reopen: Reopen, device: tuple[int, int]) -> None:
    object_id = reopen().save_state(lab_with({"d": Node(Kind.BLOCK, device=device)}))
    with pytest.raises(StorageError, match="bad device number"):
        look_at_all(reopen(), object_id)


def test_a_missing_object_is_noticed(reopen: Reopen) -> None:
    store = reopen()
    object_id = store.save_state(State())

    with pytest.raises(StorageError, match="missing"):
        store.state(object_id[::-1])
    with pytest.raises(StorageError, match="missing"):
        store.state("\udc80")


def test_an_object_of_another_kind_is_noticed(reopen: Reopen) -> None:
    store = reopen()
    object_id = store.save_state(lab_with({}))
    with closing(sqlite3.connect(store.folder / "imagelab.db")) as lab:
        names = [row[0] for row in lab.execute("SELECT id FROM objects")]
    others = [name for name in names if name != object_id]
    # Container, configuration, files, output; layers, images, references, sources, and the lists
    # of containers, volumes and networks, two of them empty and alike.
    assert len(others) == 11

    for other in others:
        with pytest.raises(StorageError, match="something else"):
            store.state(other)


@pytest.mark.parametrize("harm", ["missing", "short", "changed"])
def test_a_harmed_blob_is_noticed(reopen: Reopen, harm: str) -> None:
    store = reopen()
    object_id = store.save_state(lab_with({"a": file(b"x" * 70_000)}))
    path, = (store.folder / "blobs" / "sha256").iterdir()
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(b"x" * 69_999 if harm == "short" else b"y" * 70_000)

    with pytest.raises(StorageError, match=f"blob sha256:{path.name}"):
        look_at_all(reopen(), object_id)


def test_a_slice_of_a_short_blob_is_noticed(tmp_path: Path, reopen: Reopen) -> None:
    store = reopen()
    blob = blob_of(tmp_path / "lab", b"12345")
    object_id = store.save_state(lab_with({"a": file(Slice(blob, 3, 2))}))
    blob.path.write_bytes(b"1234")

    with pytest.raises(StorageError, match="too short"):
        look_at_all(reopen(), object_id)


def test_the_one_place_in_a_network_of_older_labs_is_read() -> None:
    old = {"network": "bridge", "id": "d" * 64, "address": "172.17.0.2", "ports": {}}
    assert old_endpoint_from_json(old) == {"bridge": Endpoint(
        "bridge", "d" * 64, "172.17.0.2", {}, (), network_id("bridge"), 16, "172.17.0.1")}
    assert old_endpoint_from_json({**old, "network": "none", "address": ""}) == {
        "none": Endpoint("none", "d" * 64, network_id=network_id("none"))}
    assert old_endpoint_from_json(None) is None
    with pytest.raises(StorageError):
        old_endpoint_from_json({**old, "network": "nosuch"})
