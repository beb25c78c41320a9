"""Archives of ``docker save``: what the daemon wrote comes out again."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from imagelab.formats import archive
from imagelab.formats.archive import Loaded, Saved
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.reference import parse
from tests.formats.archives import FILES, FIRST, ITEM, SECOND, config, item, load, manifest, pack
from tests.formats.blobs import tar

BASE = Path(__file__).parents[1] / "conformance" / "base.tar"


def saved(loaded: Loaded) -> Saved:
    layer: Layer | None = None
    for blob, changes in loaded.layers:
        layer = Layer(blob.digest, changes, layer, blob)
    return Saved(Image(loaded.config_json), tuple(parse(tag) for tag in loaded.tags), layer)


def save(*images: Saved) -> bytes:
    return b"".join(archive.write(images))


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
