"""Archives of ``docker save``: what the daemon wrote comes out again, and nothing else goes in."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats import archive
from imagelab.formats.archive import ArchiveError, Loaded, Saved, layers, members
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import directory, file
from imagelab.model.reference import parse
from tests.formats.blobs import Folder, tar, written

BASE = Path(__file__).parents[1] / "conformance" / "base.tar"
FIRST = written({"d": directory(), "d/f": file(b"first")})
SECOND = written({"d": directory(), "d/g": file(b"second")})


def load(data: bytes, folder: Path) -> tuple[Loaded, ...]:
    return archive.read(io.BytesIO(data), Folder(folder).add)


def saved(loaded: Loaded) -> Saved:
    layer: Layer | None = None
    for blob, changes in loaded.layers:
        layer = Layer(blob.digest, changes, layer, blob)
    return Saved(Image(loaded.config_json), tuple(parse(tag) for tag in loaded.tags), layer)


def save(*images: Saved) -> bytes:
    return b"".join(archive.write(images))


def config(*layers: bytes, **changed: Any) -> bytes:
    diff_ids = [f"sha256:{sha256(layer).hexdigest()}" for layer in layers]
    return json.dumps({
        "architecture": "amd64", "os": "linux", "created": "2021-03-25T22:36:08Z", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids}, **changed}).encode()


def item(config: str, *layers: str, tags: Any = ("t:1",), **more: Any) -> dict[str, Any]:
    return {"Config": config, "RepoTags": tags, "Layers": layers, **more}


def pack(files: dict[str, Any], *items: Any) -> bytes:
    """An archive with these files; texts are targets of symbolic links."""
    members: list[tuple[str, dict[str, Any]]] = [
        (name, {"type": tarfile.SYMTYPE, "linkname": data} if isinstance(data, str)
         else {"data": data}) for name, data in files.items()]
    manifest = json.dumps(list(items)).encode()
    return tar(*members, ("manifest.json", {"data": manifest}))


# --- writing -------------------------------------------------------------------------------


def test_the_daemons_archive_is_written_member_for_member(tmp_path: Path) -> None:
    images = [saved(each) for each in load(BASE.read_bytes(), tmp_path)]
    data = save(*images)
    with (
        tarfile.open(BASE) as expected, tarfile.open(fileobj=io.BytesIO(data)) as found
    ):
        assert found.getnames() == expected.getnames()
        for theirs, ours in zip(expected, found, strict=True):
            assert ours.type == theirs.type, theirs.name
            assert ours.mode == theirs.mode & 0o7777, theirs.name
            assert (ours.uid, ours.gid, ours.mtime) == (theirs.uid, theirs.gid, theirs.mtime)
            if theirs.isreg():
                original, copy = expected.extractfile(theirs), found.extractfile(ours)
                assert original is not None
                assert copy is not None
                assert copy.read() == original.read(), theirs.name


def test_what_is_written_is_read(tmp_path: Path) -> None:
    loaded = load(BASE.read_bytes(), tmp_path)
    again = load(save(*map(saved, loaded)), tmp_path)
    assert [each.config_json for each in again] == [each.config_json for each in loaded]
    assert [each.tags for each in again] == [each.tags for each in loaded] == [("ubuntu:14.04",)]
    assert [blob.digest for blob, _ in again[0].layers] == [
        blob.digest for blob, _ in loaded[0].layers]


def test_a_layer_of_two_places_is_stored_once(tmp_path: Path) -> None:
    """The daemon writes a link for a layer that stands elsewhere in the archive already."""
    files = {"1": FIRST, "2": SECOND, "c": config(FIRST, SECOND, FIRST)}
    loaded, = load(pack(files, item("c", "1", "2", "1")), tmp_path)
    data = save(saved(loaded))
    with tarfile.open(fileobj=io.BytesIO(data)) as found:
        kinds = sorted(m.type for m in found if m.name.endswith("layer.tar"))
        links = [m.linkname for m in found if m.issym()]
        names = found.getnames()
    assert kinds == [tarfile.REGTYPE, tarfile.REGTYPE, tarfile.SYMTYPE]
    assert links[0].removeprefix("../") in names
    assert load(data, tmp_path)[0].config_json == loaded.config_json


@pytest.mark.parametrize(("created", "mtime"), [
    ("1969-01-01T00:00:00Z", 0), ("0001-01-01T00:00:00Z", 0), ("9999-01-01T00:00:00Z", 0),
    ("2262-04-11T23:47:16Z", 9223372036), ("2262-04-12T00:00:00Z", 0),
    ("2261-01-01T00:00:00.9Z", 9183110400), (None, 0),
])
def test_times_of_members(created: str | None, mtime: int, tmp_path: Path) -> None:
    """As Docker 20.10.24 saved an image of each."""
    files = {"1": FIRST, "c": config(FIRST, created=created)}
    loaded, = load(pack(files, item("c", "1")), tmp_path)
    with tarfile.open(fileobj=io.BytesIO(save(saved(loaded)))) as found:
        times = {m.name: m.mtime for m in found}
    assert times.pop("manifest.json") == times.pop("repositories") == 0
    assert set(times.values()) == {mtime}


# --- reading -------------------------------------------------------------------------------

FILES = {"1/layer.tar": FIRST, "2/layer.tar": SECOND, "c.json": config(FIRST, SECOND)}
ITEM = item("c.json", "1/layer.tar", "2/layer.tar")


def oci() -> bytes:
    """An archive of a newer Docker: OCI layout beside manifest.json."""
    blobs = {f"blobs/sha256/{sha256(data).hexdigest()}": data for data in FILES.values()}
    first, second, conf = blobs
    return pack({**blobs, "oci-layout": b"{}", "index.json": b"{}"}, item(conf, first, second))


GOOD: dict[str, Callable[[], bytes]] = {
    "plain": lambda: pack(FILES, ITEM),
    "gzipped": lambda: gzip.compress(pack(FILES, ITEM)),
    "gzipped layers": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST), "2/layer.tar": gzip.compress(SECOND)}, ITEM),
    "layers of several gzip members": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST[:700]) + gzip.compress(FIRST[700:])}, ITEM),
    "all gzipped": lambda: gzip.compress(
        pack(FILES | {"1/layer.tar": gzip.compress(FIRST)}, ITEM)),
    "symbolic link": lambda: pack(
        {"x/layer.tar": FIRST} | FILES | {"1/layer.tar": "../x/layer.tar"}, ITEM),
    "link to a link": lambda: pack(
        {"x": FIRST, "y": "x"} | FILES | {"1/layer.tar": "../y"}, ITEM),
    "oci layout": oci,
    "dots in front": lambda: tar(
        *((f"./{name}", {"data": data}) for name, data in FILES.items()),
        ("./manifest.json", {"data": json.dumps([ITEM]).encode()})),
    "dots in the manifest": lambda: pack(
        FILES, item("./c.json", "x/../1/layer.tar", "./2//layer.tar")),
    "gnu format": lambda: tar(
        *((name, {"data": data}) for name, data in FILES.items()),
        ("manifest.json", {"data": json.dumps([ITEM]).encode()}), format=tarfile.GNU_FORMAT),
    "unknown parts": lambda: pack(FILES | {"version": b"9", "x/y/z": b""}, ITEM),
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_archives(kind: str, tmp_path: Path) -> None:
    loaded, = load(GOOD[kind](), tmp_path)
    assert loaded.config_json == FILES["c.json"]
    assert loaded.tags == ("t:1",)
    assert [blob.path.read_bytes() for blob, _ in loaded.layers] == [FIRST, SECOND]
    assert [sorted(changes) for _, changes in loaded.layers] == [["d", "d/f"], ["d", "d/g"]]


def test_hard_linked_layers(tmp_path: Path) -> None:
    data = tar(
        *((name, {"data": data}) for name, data in FILES.items()),
        ("3/layer.tar", {"type": tarfile.LNKTYPE, "linkname": "1/layer.tar"}),
        ("manifest.json", {"data": json.dumps(
            [item("c.json", "3/layer.tar", "2/layer.tar")]).encode()}))
    assert load(data, tmp_path)[0].layers[0][0].path.read_bytes() == FIRST


def test_several_images_share_what_they_share(tmp_path: Path) -> None:
    files = FILES | {"b.json": config(FIRST)}
    parent = f"sha256:{sha256(files['b.json']).hexdigest()}"
    data = pack(files, item("b.json", "1/layer.tar", tags=None),
                item("c.json", "1/layer.tar", "2/layer.tar", tags=["a", "b:2"], Parent=parent))
    base, top = load(data, tmp_path)
    assert (base.tags, top.tags) == ((), ("a", "b:2"))
    assert (base.parent, top.parent) == ("", parent)
    assert base.layers[0] is top.layers[0]


@pytest.mark.parametrize("layer", [b"", bytes(1024), bytes(10240)])
def test_empty_layers(layer: bytes, tmp_path: Path) -> None:
    """Docker loads a layer of no bytes at all."""
    loaded, = load(pack({"1": layer, "c": config(layer)}, item("c", "1")), tmp_path)
    assert loaded.layers[0][1] == {}


def test_an_image_without_layers(tmp_path: Path) -> None:
    bare = {"Config": "c", "RepoTags": None, "Layers": None}
    loaded, = load(pack({"c": config()}, bare), tmp_path)
    assert loaded.layers == ()
    assert load(pack({}), tmp_path) == load(manifest(b"null"), tmp_path) == ()


def manifest(data: bytes) -> bytes:
    return tar(*((name, {"data": each}) for name, each in FILES.items()),
               ("manifest.json", {"data": data}))


def without(name: str) -> bytes:
    return pack({key: data for key, data in FILES.items() if key != name}, ITEM)


def oversized(name: str, size: int) -> bytes:
    """An archive whose last member claims more bytes than there are."""
    data = pack(FILES, ITEM)
    info = tarfile.TarInfo(name)
    info.size = size
    return data[: data.rindex(b"manifest.json") // 512 * 512] + info.tobuf(tarfile.GNU_FORMAT)


GARBAGE = random.Random(1).randbytes(3000)
PLAIN = pack(FILES, ITEM)

BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"x",
    "garbage": lambda: GARBAGE,
    "zeros": lambda: bytes(10240),
    "gzipped garbage": lambda: gzip.compress(GARBAGE),
    "damaged gzip": lambda: b"\x1f\x8b\x08\x00" + GARBAGE,
    "cut gzip": lambda: gzip.compress(PLAIN)[:-200],
    "flipped gzip": lambda: gzip.compress(PLAIN)[:60] + b"\xff" * 9 + gzip.compress(PLAIN)[69:],
    "no manifest": lambda: tar(*((name, {"data": data}) for name, data in FILES.items())),
    "manifest is a folder": lambda: tar(("manifest.json", {"type": tarfile.DIRTYPE})),
    "manifest is a link to itself": lambda: tar(
        ("manifest.json", {"type": tarfile.SYMTYPE, "linkname": "manifest.json"})),
    "manifest is a link outside": lambda: tar(
        ("manifest.json", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})),
    "manifest is a hard link to nothing": lambda: tar(
        ("manifest.json", {"type": tarfile.LNKTYPE, "linkname": "x"})),
    "manifest is a device": lambda: tar(("manifest.json", {"type": tarfile.CHRTYPE})),
    "manifest is no JSON": lambda: manifest(b"{"),
    "manifest is not UTF-8": lambda: manifest(b'["\xff"]'),
    "manifest is deep": lambda: manifest(b"[" * 200_000),
    "manifest is empty": lambda: manifest(b""),
    "manifest is too large": lambda: manifest(b" " * (members.MAX_JSON + 1)),
    **{f"manifest is {text!r}": partial(manifest, text)
       for text in (b"{}", b"5", b'"x"', b"[5]", b"[null]", b"[[]]", b"[{}]",
                    b'[{"Config":5}]')},
    "Layers is a text": lambda: pack(FILES, ITEM | {"Layers": "1/layer.tar"}),
    "Layers has a number": lambda: pack(FILES, ITEM | {"Layers": [1, 2]}),
    "RepoTags is an object": lambda: pack(FILES, ITEM | {"RepoTags": {"a": 1}}),
    "Parent is a list": lambda: pack(FILES, ITEM | {"Parent": ["a"]}),
    "too few Layers": lambda: pack(FILES, ITEM | {"Layers": ["1/layer.tar"]}),
    "no Layers": lambda: pack(FILES, ITEM | {"Layers": None}),
    "config missing": lambda: without("c.json"),
    "layer missing": lambda: without("2/layer.tar"),
    "config is no JSON": lambda: pack(FILES | {"c.json": b"x"}, ITEM),
    "config is a list": lambda: pack(FILES | {"c.json": b"[]"}, ITEM),
    "config is deep": lambda: pack(FILES | {"c.json": b'{"a":' * 200_000}, ITEM),
    "config without rootfs": lambda: pack(FILES | {"c.json": b"{}"}, ITEM),
    "config outside": lambda: pack(FILES, ITEM | {"Config": "../../etc/passwd"}),
    "config with a zero byte": lambda: pack(FILES, ITEM | {"Config": "a\0b"}),
    "wrong DiffID": lambda: pack(FILES | {"2/layer.tar": FIRST}, ITEM),
    "layers exchanged": lambda: pack(FILES, ITEM | {"Layers": ["2/layer.tar", "1/layer.tar"]}),
    "layer is no tar": lambda: pack({"1": GARBAGE, "c": config(GARBAGE)}, item("c", "1")),
    "layer is cut": lambda: pack({"1": FIRST[:700], "c": config(FIRST[:700])}, item("c", "1")),
    "layer is damaged gzip": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST)[:40]}, ITEM),
    "layer is flipped gzip": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST)[:20] + b"\xff" * 30}, ITEM),
    "layer leaves the root": lambda: pack(
        {"1": tar(("../x", {})), "c": config(tar(("../x", {})))}, item("c", "1")),
    "layer is a link outside": lambda: pack(FILES | {"1/layer.tar": "../../etc/passwd"}, ITEM),
    "layer is a loop of links": lambda: pack(FILES | {"1/layer.tar": "layer.tar"}, ITEM),
    "cut": lambda: PLAIN[: len(PLAIN) // 2],
    "huge layer": lambda: oversized("manifest.json", 1 << 45),
    "gigantic layer": lambda: oversized("manifest.json", 1 << 80),
    "size below zero": lambda: oversized("manifest.json", -1024),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_archives(kind: str, tmp_path: Path) -> None:
    data = BAD[kind]()
    start = time.perf_counter()
    with pytest.raises(ArchiveError):
        load(data, tmp_path)
    assert time.perf_counter() - start < 3


def test_the_daemons_words(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match='invalid diffID for layer 1: expected "sha256:'):
        load(BAD["wrong DiffID"](), tmp_path)
    with pytest.raises(ArchiveError, match="invalid manifest, layers length mismatch: expected 2"):
        load(BAD["too few Layers"](), tmp_path)
    with pytest.raises(ArchiveError, match="invalid image JSON, no RootFS key"):
        load(BAD["config without rootfs"](), tmp_path)


DAEMON_SAYS = {
    "nothing": "invalid archive: does not contain a manifest.json",  # of version 28
    "garbage": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "gzipped garbage": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "cut": "Error processing tar file(exit status 1): unexpected EOF",
    "cut gzip": "Error processing tar file(exit status 1): unexpected EOF",
    "layer is no tar": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "layer is cut": "Error processing tar file(exit status 1): unexpected EOF",
    "layer is damaged gzip": "Error processing tar file(exit status 1): unexpected EOF",
}


@pytest.mark.parametrize("kind", DAEMON_SAYS)
def test_what_the_daemon_says_of_damage(kind: str, tmp_path: Path) -> None:
    """See also tests/proof/test_load_answers.py, where a real one is asked."""
    with pytest.raises(ArchiveError) as caught:
        load(BAD[kind](), tmp_path)
    assert str(caught.value) == DAEMON_SAYS[kind]


def test_a_bomb_of_zeros_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(8 << 20))
    monkeypatch.setattr(members, "MAX_UNPACKED", 1 << 20)
    taken = 0

    def count(chunks: Any) -> Any:
        nonlocal taken
        for chunk in chunks:
            taken += len(chunk)

    data = pack(FILES | {"1/layer.tar": bomb}, ITEM)
    with pytest.raises(ArchiveError):
        archive.read(io.BytesIO(data), count)
    assert taken <= 1 << 20


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 3)
    with pytest.raises(ArchiveError):
        load(PLAIN, tmp_path)


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_NAMES", "MAX_LAYERS"])
def test_too_many_of_something(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = FILES | {"b.json": config(FIRST)}
    data = pack(files, item("c.json", "1/layer.tar", "2/layer.tar"), item("b.json", "1/layer.tar"))
    monkeypatch.setattr(layers, limit, 2)
    assert len(load(data, tmp_path)) == 2
    monkeypatch.setattr(layers, limit, 1)
    with pytest.raises(ArchiveError, match="more than"):
        load(data, tmp_path)


def test_messages_are_one_line(tmp_path: Path) -> None:
    """Whatever an archive says is shown without control characters, and not at any length."""
    for name in ("a\nb", "\x1b[2J", "x" * 100_000, "a\udcffb", "\u202e"):
        with pytest.raises(ArchiveError) as caught:
            load(pack(FILES, ITEM | {"Config": name}), tmp_path)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1100


@pytest.mark.parametrize("seed", range(2))
def test_fuzzed_archives(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    folder = Folder(tmp_path)
    sources = [PLAIN, gzip.compress(PLAIN, mtime=0), GOOD["gzipped layers"]()]
    refused = 0
    for _ in range(300):
        data = bytearray(dice.choice(sources))
        for _ in range(dice.choice((1, 2, 10))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            archive.read(io.BytesIO(data), folder.add)
        except ArchiveError:
            refused += 1
    assert refused > 50
