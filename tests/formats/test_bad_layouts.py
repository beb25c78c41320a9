"""OCI layouts that are damaged, or want to do damage: refused in one line, and soon."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats import archive
from imagelab.formats.archive import ArchiveError, members
from imagelab.model.content import Blob
from tests.deadline import within
from tests.formats.archives import FIRST, SECOND, load
from tests.formats.blobs import Folder, tar
from tests.formats.layouts import (
    ARM64,
    INDEX,
    MANIFEST,
    REF_NAME,
    Layout,
    named,
)


def changed(path: Callable[[Layout, dict[str, Any]], str], data: bytes | None) -> bytes:
    """Return an archive of an image in which one file is another, or missing."""
    layout = Layout()
    image = layout.image(FIRST, SECOND)
    layout.packed(image)
    name = path(layout, image)
    assert name in layout.files
    files = {**layout.files, name: data}
    return tar(*((key, {"data": each}) for key, each in files.items() if each is not None))


def manifest_path(layout: Layout, image: dict[str, Any]) -> str:
    return f"blobs/sha256/{image['digest'][7:]}"


def config_path(layout: Layout, image: dict[str, Any]) -> str:
    config = json.loads(layout.files[manifest_path(layout, image)])["config"]["digest"]
    return f"blobs/sha256/{config[7:]}"


def layer_path(layout: Layout, image: dict[str, Any]) -> str:
    layer = json.loads(layout.files[manifest_path(layout, image)])["layers"][1]["digest"]
    return f"blobs/sha256/{layer[7:]}"


def index_path(layout: Layout, image: dict[str, Any]) -> str:
    return "index.json"


def layout_path(layout: Layout, image: dict[str, Any]) -> str:
    return "oci-layout"


def with_descriptor(**more: Any) -> bytes:
    layout = Layout()
    return layout.packed({**layout.image(FIRST), **more})


def with_manifest(**more: Any) -> bytes:
    layout = Layout()
    image = layout.image(FIRST)
    document = json.loads(layout.files[manifest_path(layout, image)])
    return layout.packed(layout.blob({**document, **more}, MANIFEST))


def chain_of_indexes(length: int) -> bytes:
    layout = Layout()
    entry = layout.image(FIRST)
    for _ in range(length):
        entry = layout.index(entry)
    return layout.packed(entry)


def loop_of_indexes() -> bytes:
    """A blob that names itself; no digest fits such a one."""
    layout = Layout()
    name = "0" * 64
    entry = {"mediaType": INDEX, "digest": f"sha256:{name}", "size": 1}
    layout.files[f"blobs/sha256/{name}"] = json.dumps({"manifests": [entry]}).encode()
    return layout.packed(entry)


def linked(path: Callable[[Layout, dict[str, Any]], str], target: str) -> bytes:
    layout = Layout()
    image = layout.image(FIRST, SECOND)
    layout.packed(image)
    name = path(layout, image)
    return tar(*((key, {"data": each}) for key, each in layout.files.items() if key != name),
               (name, {"type": tarfile.SYMTYPE, "linkname": target}))


OTHER = gzip.compress(FIRST, mtime=1)
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no index.json": (lambda: changed(index_path, None), "open index.json: no such file"),
    "index.json is no JSON": (lambda: changed(index_path, b"{"), "index.json: "),
    "index.json is deep": (lambda: changed(index_path, b"[" * 200_000), "index.json: "),
    "index.json is a list": (lambda: changed(index_path, b"[]"), "index.json is not an object"),
    "index.json names nothing": (lambda: changed(index_path, b"{}"), "names no image"),
    "manifests is a text": (
        lambda: changed(index_path, b'{"manifests":"x"}'), "manifests is not a list"),
    "an entry is a number": (lambda: Layout().packed(5), "a descriptor is not an object"),
    "layout of another version": (
        lambda: changed(layout_path, b'{"imageLayoutVersion":"2.0.0"}'),
        "unsupported OCI version 2.0.0"),
    "layout is a list": (lambda: changed(layout_path, b"[]"), "oci-layout is not an object"),
    "manifest missing": (lambda: changed(manifest_path, None), "no such file or directory"),
    "manifest is another": (
        lambda: changed(manifest_path, b"{}"), "manifest verification failed for digest sha256:"),
    "config missing": (lambda: changed(config_path, None), "no such file or directory"),
    "config is another": (
        lambda: changed(config_path, b"{}"), "image config verification failed for digest"),
    "layer missing": (lambda: changed(layer_path, None), "no such file or directory"),
    "layer is another": (
        lambda: changed(layer_path, OTHER), "filesystem layer verification failed for digest"),
    "layer is a link outside": (
        lambda: linked(layer_path, "../../../../etc/passwd"), "no such file or directory"),
    "layer is a link to itself": (
        lambda: linked(layer_path, "x"), "no such file or directory"),
    "config is a link to index.json": (
        lambda: linked(config_path, "../../index.json"), "verification failed"),
    "wrong size": (lambda: with_descriptor(size=7), "manifest verification failed"),
    "absurd size": (lambda: with_descriptor(size=1 << 80), "has no size"),
    "size below zero": (lambda: with_descriptor(size=-1), "has no size"),
    "size is a text": (lambda: with_descriptor(size="7"), "has no size"),
    "size is true": (lambda: with_descriptor(size=True), "has no size"),
    "digest is a path": (
        lambda: with_descriptor(digest="sha256:../../../../etc/passwd"), "no sha256 digest"),
    "digest of another kind": (
        lambda: with_descriptor(digest="sha512:" + "0" * 128), "no sha256 digest"),
    "digest is a list": (lambda: with_descriptor(digest=["x"]), "no sha256 digest"),
    "annotations is a list": (lambda: with_descriptor(annotations=[1]), "not an object"),
    "annotation is a number": (lambda: with_descriptor(annotations={REF_NAME: 5}), "not a text"),
    "platform is a text": (lambda: with_descriptor(platform="linux"), "not an object"),
    "type is a list": (lambda: with_descriptor(mediaType=["x"]), "names no image"),
    "config is null": (lambda: with_manifest(config=None), "a descriptor is not an object"),
    "layers is a text": (lambda: with_manifest(layers="x"), "layers is not a list"),
    "too few layers": (
        lambda: with_manifest(layers=[]),
        "invalid manifest, layers length mismatch: expected 1, got 0"),
    "no image for this platform": (
        lambda: (layout := Layout()).packed(layout.index(layout.image(FIRST, platform=ARM64))),
        "no matching manifest for linux/amd64 in the manifest list entries"),
    "indexes in each other": (lambda: chain_of_indexes(40), "indexes in each other"),
    "an index of itself": (loop_of_indexes, "manifest verification failed"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_layouts(kind: str, tmp_path: Path) -> None:
    make, words = BAD[kind]
    data = make()
    with within(3), pytest.raises(ArchiveError) as caught:
        load(data, tmp_path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_of_files_with_one_name_the_last_counts(tmp_path: Path) -> None:
    """As where a tar is unpacked."""
    layout = Layout()
    data = layout.packed(layout.image(FIRST))
    twice = tar(("index.json", {"data": b"[]"}),
                *((name, {"data": each}) for name, each in layout.files.items()))
    assert load(twice, tmp_path) == load(data, tmp_path)


def test_an_image_made_a_second_later_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = Layout().image(FIRST)
    monkeypatch.setattr("time.time", lambda: 2.0**31)
    assert Layout().image(FIRST) == first


def test_json_is_read_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout()
    data = layout.packed(*(layout.index(layout.image(FIRST), **named(f"a:{number}"))
                           for number in range(200)))
    assert len(load(data, tmp_path)[0].tags) == 200
    monkeypatch.setattr(members, "MAX_ALL_JSON", 50_000)
    with pytest.raises(ArchiveError, match="more than 50000 bytes of JSON"):
        load(data, tmp_path)


def test_all_that_is_unpacked_counts_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten layers of a megabyte of zeros each, packed into a few kilobytes."""
    monkeypatch.setattr(members, "MAX_UNPACKED", 5 << 20)
    sizes = []

    def keep(chunks: Iterator[bytes]) -> Blob:
        blob = Folder(tmp_path).add(chunks)
        sizes.append(blob.size)
        return blob

    layout = Layout()
    layers = [tar((f"zeros{number}", {"data": bytes(1 << 20)})) for number in range(10)]
    with pytest.raises(ArchiveError, match="more than 5242880 bytes, unpacked"):
        archive.read(io.BytesIO(layout.packed(layout.image(*layers))), keep)
    assert len(sizes) == 4
