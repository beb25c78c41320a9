"""States with something of every kind in them, and a way to compare all of two states."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from imagelab.formats.layer_content import LayerTar
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
from imagelab.model.content import Blob, Bytes, Content, Joined, Pattern, Slice, Zeros
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.network import Network
from imagelab.model.node import WHITEOUT, Changes, Kind, Node, directory, file, symlink
from imagelab.model.process import Process
from imagelab.model.reference import Reference
from imagelab.model.state import State, Volume
from imagelab.storage.blobs import BlobStore

NOT_UTF8 = b"caf\xe9"
ESCAPED = NOT_UTF8.decode("utf-8", "surrogateescape")

#: A value for each type that an attribute of a configuration has.
OF_TYPE: dict[str, Any] = {
    "str": ESCAPED,
    "bool": True,
    "int | None": 7,
    "tuple[str, ...] | None": ("b", "", "a"),
    "Mapping[str, str] | None": {"b": "", "a": ESCAPED},
    "Mapping[str, Any] | None": {"80/tcp": {}, "22/tcp": ["NONE", 0, None]},
}


def diff_id(seed: object) -> str:
    return f"sha256:{hashlib.sha256(str(seed).encode()).hexdigest()}"


def layer(changes: Changes, parent: Layer | None = None, blob: Blob | None = None) -> Layer:
    seed = sorted(changes), parent.chain_id if parent else ""
    return Layer(diff_id(seed), changes, parent, blob)


def image(top: Layer | None, comment: str = "") -> Image:
    layers = [part.diff_id for part in top.stack] if top else []
    config = {"comment": comment, "rootfs": {"type": "layers", "diff_ids": layers}}
    return Image(json.dumps(config).encode(), parent=diff_id("parent"), last_tag_time=7)


def lab_with(changes: Changes, **more: Any) -> State:
    """Return a state with one container."""
    container = Container("c" * 64, "c", "", Config(), 1, changes=changes, **more)
    return State().with_container(container)


def changes_of(state: State) -> Changes:
    return next(iter(state.containers.values())).changes


def blob_of(folder: Path, data: bytes) -> Blob:
    return BlobStore(folder).add(iter([data]))


def all_kinds(blob: Blob) -> dict[str, Node]:
    """Return changes with every kind of node and of content."""
    linked = replace(file(b"twice"), inode=3)
    return {
        "": directory(0o711, 5),
        "srv": Node(Kind.DIRECTORY, 0o1777, 3, 4, -2_000_000_000, opaque=True),
        "srv/text": file("한글\x00\n".encode(), 0o4755, 1_700_000_000_123_456_789),
        "srv/bytes": file(bytes(range(256))),
        "srv/middle": file(b"m" * 5_000),
        "srv/middle-bytes": file(b"\xff" * 5_000),
        "srv/large": file(b"\xfe" * 100_000),
        "srv/zeros": file(Zeros(1 << 40)),
        "srv/pattern": file(Pattern("seed", 1 << 33, b"\x7fELF")),
        "srv/slice": file(Slice(blob, 3, 5)),
        "srv/joined": file(Joined((Bytes(b"a"), Zeros(3), Joined((Slice(blob, 0, 2),))))),
        "srv/empty-slice": file(Slice(blob, 0, 0)),
        "srv/a": linked,
        "srv/b": linked,
        ESCAPED: symlink(f"../{ESCAPED}", 9),
        "gone": WHITEOUT,
        "odd-gone": replace(WHITEOUT, mtime=4),
        "fifo": Node(Kind.FIFO, 0o600),
        "dev/null": Node(Kind.CHARACTER, 0o666, device=(1, 3)),
        "dev/sda": Node(Kind.BLOCK, 0o660, device=(8, 0)),
        "caps": replace(file(b""), xattrs=(("security.capability", b"\x01\xff"), ("user.a", b"b"))),
    }


def rich(blob: Blob) -> State:
    """Return a state with every kind of part."""
    bottom = layer(all_kinds(blob), blob=blob)
    middle = layer({"srv/text": WHITEOUT}, bottom)
    top = layer({"top": file(b"top")}, middle)
    first, second = image(middle, "first"), image(top, NOT_UTF8.decode("latin-1"))
    sleeping = Process(
        ("sh", "-c", ESCAPED), ("PATH=/bin", f"X={ESCAPED}"), "/srv", 1, 2, True, NOT_UTF8, True,
        {"at": [1, None, True, 0.5, {"z": ESCAPED, "a": -(10**30)}], "": []}, 12, None, (3, 1000),
    )
    full = Config(**{field.name: OF_TYPE[str(field.type)] for field in fields(Config)})
    empty = Config(env=(), cmd=(), volumes={}, labels={}, stop_timeout=0)
    asked = {"80/tcp": (PortBinding(), PortBinding("127.0.0.1", "8080-8090")), "9/udp": ()}
    taken = {"80/tcp": (PortBinding("0.0.0.0", "32768"), PortBinding("127.0.0.1", "8080"))}
    kept = Volume("kept", 10, {"": directory(), "text": file(b"kept")}, {"of": ESCAPED})
    run = Exec(
        "e" * 64, ("sh", ESCAPED), ("A=1", "B"), "user", "/srv", True, True, True, True, True,
        "ctrl-p", 3, 14, 42, (Log(13, 1, NOT_UTF8), Log(14, 2, b"")))
    endpoints = {
        "bridge": Endpoint("bridge", "d" * 64, "172.17.0.2", taken, ("DB_NAME=/c/db",), "f" * 64,
                           16, "172.17.0.1"),
        "own": Endpoint("own", aliases=("x", ESCAPED), settings={"IPAMConfig": {"a": ESCAPED}}),
    }
    own = Network(
        "own", "n" * 64, 9, "bridge", "10.0.0.0/24", "10.0.0.9", {"Subnet": "10.0.0.0/24"}, {},
        {"o": ESCAPED}, {"l": ESCAPED}, True, True)
    running = Container(
        "a" * 64, "brave_kirch", second.id, full, 11,
        HostConfig(True, "none", "always", ("kept:/data",), asked, True, {"Memory": 8}), top,
        {"srv/new": file(b"x"), "top": WHITEOUT}, {"proc": {"": directory()}, "data": kept.changes},
        "running", 0, "", 3, 0, 41, {"": sleeping, "e" * 64: replace(sleeping, status=3)},
        tuple(Log(time, 1 + time % 2, NOT_UTF8 * time) for time in range(70)),
        {"data": "kept"}, endpoints, {"e" * 64: run}, ("data",), Restarts(2, 400, 15, True), True,
    )
    created = Container(
        "b" * 64, "b", "", empty, 12, error="no such file", exit_code=127, finished=13)
    state = State(
        clock=99, counter=5, logins={"docker.io": "student"},
        hub={"blobs": directory(), "blobs/data": file(LayerTar(top.diff_id, top.changes))},
        sources={top.diff_id: ("docker.io/library/b", "localhost:5000/a")},
        networks={"own": own, "plain": Network("plain", "p" * 64, 10)}, pools=3).with_volume(kept)
    state = state.with_volume(Volume("c" * 64, 11))
    for part in (top, bottom, middle):
        state = state.with_layer(part)
    for container in (running, created):
        state = state.with_container(container)
    return (
        state.with_image(second).with_image(first)
        .with_reference(Reference("docker.io", "library/b", "latest"), first.id)
        .with_reference(Reference("localhost:5000", "a", "", diff_id("m")), second.id)
    )


def everything(value: Any) -> Any:
    """Return a value taken apart down to texts and numbers, order of mappings included."""
    match value:
        case Layer():
            parts = value.diff_id, value.changes, value.parent, value.blob, value.size
            return [everything(part) for part in parts]
        case Blob():
            return [value.digest, value.size]
        case Bytes() | str() | bytes() | int() | float() | None | Kind():
            return [type(value).__name__, value]
        case tuple() | list():
            return [type(value).__name__, *map(everything, value)]
        case _ if hasattr(value, "items"):
            return [[everything(key), everything(item)] for key, item in value.items()]
    return [type(value).__name__, *(everything(getattr(value, f.name)) for f in fields(value))]


def instances(value: Any) -> Iterator[Any]:
    """Yield a value and all in it that have attributes."""
    if isinstance(value, tuple | list):
        parts = list(value)
    elif hasattr(value, "items"):
        parts = [*value.keys(), *value.values()]
    elif is_dataclass(value):
        yield value
        parts = [getattr(value, field.name) for field in fields(value)]
    else:
        return
    for part in parts:
        yield from instances(part)


def random_changes(rng: random.Random, blob: Blob) -> dict[str, Node]:
    """Return changes with random paths, kinds and attributes."""
    return {_name(rng): _node(rng, blob) for _ in range(rng.choice([0, 1, 5, 300]))}


def _name(rng: random.Random) -> str:
    raw = bytes(rng.choice(b"ab/\x01\x7f\xed\x95\x9c\xff\x80") for _ in range(rng.randint(0, 12)))
    return raw.decode("utf-8", "surrogateescape")


def _node(rng: random.Random, blob: Blob) -> Node:
    def number() -> int:
        return rng.choice([0, 1, -1, rng.getrandbits(31), rng.getrandbits(63)])

    return Node(
        rng.choice(list(Kind)), rng.randrange(0o10000), number(), number(), number(),
        _content(rng, blob), _name(rng), (rng.randrange(3), rng.randrange(3)),
        tuple((_name(rng), rng.randbytes(3)) for _ in range(rng.choice([0, 0, 2]))),
        rng.random() < 0.2, rng.choice([0, 0, 7]),
    )


def _content(rng: random.Random, blob: Blob, depth: int = 0) -> Content:
    offset = rng.randint(0, blob.size)
    choices: list[Content] = [
        Bytes(), Bytes(b"t" * rng.choice([1, 1024, 1025])), Bytes(rng.randbytes(9)),
        Zeros(rng.getrandbits(40)), Pattern("seed", rng.getrandbits(40), rng.randbytes(2)),
        Slice(blob, offset, rng.randint(0, blob.size - offset)),
    ]
    if depth < 2:
        parts = (_content(rng, blob, depth + 1) for _ in range(rng.randint(0, 3)))
        choices.append(Joined(tuple(parts)))
    return rng.choice(choices)
