"""OCI layouts in a tar: which images come out under which names, and what does not go in."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats import archive
from imagelab.formats.archive import ArchiveError, Loaded, members
from imagelab.model.content import Blob
from imagelab.model.node import directory, file
from tests.formats.blobs import Folder, tar, written

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
REF_NAME = "org.opencontainers.image.ref.name"
FULL_NAME = "io.containerd.image.name"
AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64", "variant": "v8"}
UNKNOWN = {"os": "unknown", "architecture": "unknown"}
FIRST = written({"d": directory(), "d/f": file(b"first")})
SECOND = written({"d": directory(), "d/g": file(b"second")})


def digest(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


class Layout:
    """A layout under construction; blobs are added before what names them."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}

    def blob(self, data: bytes | dict[str, Any], kind: str = "", **more: Any) -> dict[str, Any]:
        """Add a blob and return its descriptor."""
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        self.files[f"blobs/sha256/{sha256(data).hexdigest()}"] = data
        return {"mediaType": kind, "digest": digest(data), "size": len(data), **more}

    def image(
        self, *layers: bytes, pack: Callable[[bytes], bytes] = gzip.compress, kind: str = MANIFEST,
        arch: str = "amd64", **more: Any,
    ) -> dict[str, Any]:
        config = {"architecture": arch, "os": "linux", "created": "2021-03-25T22:36:08Z",
                  "rootfs": {"type": "layers", "diff_ids": list(map(digest, layers))}}
        return self.blob({
            "schemaVersion": 2, "config": self.blob(config),
            "layers": [self.blob(pack(layer)) for layer in layers]}, kind, **more)

    def index(self, *entries: dict[str, Any], kind: str = INDEX, **more: Any) -> dict[str, Any]:
        return self.blob({"schemaVersion": 2, "manifests": list(entries)}, kind, **more)

    def packed(self, *entries: Any) -> bytes:
        self.files["index.json"] = json.dumps(
            {"schemaVersion": 2, "manifests": list(entries)}).encode()
        return tar(*((name, {"data": data}) for name, data in self.files.items()))


def named(text: str, key: str = REF_NAME) -> dict[str, Any]:
    return {"annotations": {key: text}}


@pytest.fixture
def load(tmp_path: Path) -> Callable[[bytes], tuple[Loaded, ...]]:
    return lambda data: archive.read(io.BytesIO(data), Folder(tmp_path).add)


Load = Callable[[bytes], tuple[Loaded, ...]]


def arch(loaded: Loaded) -> str:
    return str(json.loads(loaded.config_json)["architecture"])


# --- what comes out ------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, bytes])
@pytest.mark.parametrize("kind", [MANIFEST, DOCKER_MANIFEST])
def test_an_image(load: Load, kind: str, pack: Callable[[bytes], bytes]) -> None:
    layout = Layout()
    loaded, = load(layout.packed(layout.image(FIRST, SECOND, kind=kind, pack=pack, **named("a:1"))))
    assert digest(loaded.config_json).removeprefix("sha256:") in "".join(layout.files)
    assert loaded.tags == ("a:1",)
    assert [blob.path.read_bytes() for blob, _ in loaded.layers] == [FIRST, SECOND]


@pytest.mark.parametrize(("annotations", "tags"), [
    ({REF_NAME: "ubuntu:14.04"}, ("ubuntu:14.04",)),
    ({REF_NAME: "docker.io/library/ubuntu:14.04"}, ("ubuntu:14.04",)),
    ({REF_NAME: "ubuntu"}, ("ubuntu:latest",)),
    ({REF_NAME: "14.04", FULL_NAME: "docker.io/library/ubuntu:14.04"}, ("ubuntu:14.04",)),
    ({REF_NAME: "localhost:5000/a/b:c"}, ("localhost:5000/a/b:c",)),
    ({REF_NAME: "Not A Name"}, ()),
    ({REF_NAME: "a@sha256:" + "0" * 64}, ()),
    ({REF_NAME: "../../x:1"}, ()),
    ({REF_NAME: "0" * 64}, ()),
    ({REF_NAME: ""}, ()),
    ({"other": "a:1"}, ()),
    ({}, ()),
    (None, ()),
])
def test_names(load: Load, annotations: Any, tags: tuple[str, ...]) -> None:
    """Docker 25 and later with containerd's image store: the full name, else the spec's."""
    layout = Layout()
    assert load(layout.packed(layout.image(FIRST, annotations=annotations)))[0].tags == tags


def test_one_image_under_two_names_and_another(load: Load) -> None:
    layout = Layout()
    one, two, other = (
        layout.image(FIRST, **named("one:1")), layout.image(FIRST, **named("two:1")),
        layout.image(FIRST, SECOND, **named("other:1")))
    first, second = load(layout.packed(one, two, one, other))
    assert (first.tags, second.tags) == (("one:1", "two:1"), ("other:1",))
    assert first.layers[0] is second.layers[0]


@pytest.mark.parametrize("kind", [INDEX, DOCKER_LIST])
def test_of_an_index_the_image_of_this_platform_comes(load: Load, kind: str) -> None:
    layout = Layout()
    index = layout.index(
        layout.image(SECOND, arch="arm64", platform=ARM64), layout.image(FIRST, platform=AMD64),
        layout.image(b"attestation", platform=UNKNOWN), kind=kind, **named("multi:1"))
    loaded, = load(layout.packed(index))
    assert (arch(loaded), loaded.tags) == ("amd64", ("multi:1",))
    inner = layout.index(index, **named("nested:1"))
    assert load(layout.packed(layout.index(inner, **named("deep:1"))))[0].tags == ("deep:1",)


def test_blobs_of_other_platforms_may_be_missing(load: Load) -> None:
    """``podman manifest push`` and ``docker save`` of one platform leave them out."""
    layout = Layout()
    gone = Layout().image(SECOND, arch="arm64", platform=ARM64)
    loaded, = load(layout.packed(layout.index(gone, layout.image(FIRST, platform=AMD64))))
    assert arch(loaded) == "amd64"


def test_platforms_side_by_side(load: Load) -> None:
    layout = Layout()
    arm = layout.image(SECOND, arch="arm64", platform=ARM64)
    ours = layout.image(FIRST, platform=AMD64)
    attestation = layout.image(b"attestation", platform=UNKNOWN)
    assert [arch(each) for each in load(layout.packed(arm, ours, attestation))] == ["amd64"]
    assert [arch(each) for each in load(layout.packed(arm))] == ["arm64"]
    other = {**arm, **named("arm:1")}
    assert [each.tags for each in load(layout.packed(other, ours))] == [("arm:1",), ()]


def test_unknown_types_are_left_out(load: Load) -> None:
    """OCI image spec, "Image Index": an unknown media type makes no error."""
    layout = Layout()
    chart = layout.blob(b"chart", "application/vnd.example.chart")
    assert len(load(layout.packed(chart, layout.image(FIRST)))) == 1


def test_manifest_json_comes_first(load: Load) -> None:
    layout = Layout()
    image = layout.image(FIRST, pack=bytes, **named("index:1"))
    config = json.loads(layout.files[f"blobs/sha256/{image['digest'][7:]}"])["config"]["digest"]
    layout.files["manifest.json"] = json.dumps([{
        "Config": f"blobs/sha256/{config[7:]}", "RepoTags": ["manifest:1"],
        "Layers": [f"blobs/sha256/{sha256(FIRST).hexdigest()}"]}]).encode()
    assert load(layout.packed(image))[0].tags == ("manifest:1",)


def test_a_compressed_archive(load: Load) -> None:
    layout = Layout()
    assert load(gzip.compress(layout.packed(layout.image(FIRST))))[0].layers


# --- what does not go in -------------------------------------------------------------------


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
    "absurd size": (lambda: with_descriptor(size=1 << 80), "manifest verification failed"),
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
def test_bad_layouts(kind: str, load: Load) -> None:
    make, words = BAD[kind]
    data = make()
    start = time.perf_counter()
    with pytest.raises(ArchiveError) as caught:
        load(data)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert time.perf_counter() - start < 3


def test_of_files_with_one_name_the_last_counts(load: Load) -> None:
    """As where a tar is unpacked."""
    layout = Layout()
    data = layout.packed(layout.image(FIRST))
    twice = tar(("index.json", {"data": b"[]"}),
                *((name, {"data": each}) for name, each in layout.files.items()))
    assert load(twice) == load(data)


def test_json_is_read_within_bounds(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout()
    data = layout.packed(*(layout.index(layout.image(FIRST), **named(f"a:{number}"))
                           for number in range(200)))
    assert len(load(data)[0].tags) == 200
    monkeypatch.setattr(members, "MAX_ALL_JSON", 50_000)
    with pytest.raises(ArchiveError, match="more than 50000 bytes of JSON"):
        load(data)


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
