"""OCI layouts in a tar: which images come out, and under which names."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats.archive import Loaded
from tests.formats.archives import FIRST, SECOND, load
from tests.formats.layouts import (
    AMD64,
    ARM64,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    FULL_NAME,
    INDEX,
    MANIFEST,
    REF_NAME,
    UNKNOWN,
    Layout,
    digest,
    gzipped,
    named,
)


def arch(loaded: Loaded) -> str:
    return str(json.loads(loaded.config_json)["architecture"])


@pytest.mark.parametrize("pack", [gzipped, bytes])
@pytest.mark.parametrize("kind", [MANIFEST, DOCKER_MANIFEST])
def test_an_image(tmp_path: Path, kind: str, pack: Callable[[bytes], bytes]) -> None:
    layout = Layout()
    image = layout.image(FIRST, SECOND, kind=kind, pack=pack, **named("a:1"))
    loaded, = load(layout.packed(image), tmp_path)
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
def test_names(tmp_path: Path, annotations: Any, tags: tuple[str, ...]) -> None:
    """Docker 25 and later with containerd's image store: the full name, else the spec's."""
    layout = Layout()
    image = layout.image(FIRST, annotations=annotations)
    assert load(layout.packed(image), tmp_path)[0].tags == tags


def test_one_image_under_two_names_and_another(tmp_path: Path) -> None:
    layout = Layout()
    one, two, other = (
        layout.image(FIRST, **named("one:1")), layout.image(FIRST, **named("two:1")),
        layout.image(FIRST, SECOND, **named("other:1")))
    first, second = load(layout.packed(one, two, one, other), tmp_path)
    assert (first.tags, second.tags) == (("one:1", "two:1"), ("other:1",))
    assert first.layers[0] is second.layers[0]


@pytest.mark.parametrize("kind", [INDEX, DOCKER_LIST])
def test_of_an_index_the_image_of_this_platform_comes(tmp_path: Path, kind: str) -> None:
    layout = Layout()
    index = layout.index(
        layout.image(SECOND, arch="arm64", platform=ARM64), layout.image(FIRST, platform=AMD64),
        layout.image(b"attestation", platform=UNKNOWN), kind=kind, **named("multi:1"))
    loaded, = load(layout.packed(index), tmp_path)
    assert (arch(loaded), loaded.tags) == ("amd64", ("multi:1",))
    inner = layout.index(index, **named("nested:1"))
    outer = layout.packed(layout.index(inner, **named("deep:1")))
    assert load(outer, tmp_path)[0].tags == ("deep:1",)


def test_blobs_of_other_platforms_may_be_missing(tmp_path: Path) -> None:
    """``podman manifest push`` and ``docker save`` of one platform leave them out."""
    layout = Layout()
    gone = Layout().image(SECOND, arch="arm64", platform=ARM64)
    loaded, = load(layout.packed(layout.index(gone, layout.image(FIRST, platform=AMD64))), tmp_path)
    assert arch(loaded) == "amd64"


def test_platforms_side_by_side(tmp_path: Path) -> None:
    layout = Layout()
    arm = layout.image(SECOND, arch="arm64", platform=ARM64)
    ours = layout.image(FIRST, platform=AMD64)
    attestation = layout.image(b"attestation", platform=UNKNOWN)
    loaded, = load(layout.packed(arm, ours, attestation), tmp_path)
    assert arch(loaded) == "amd64"
    assert [arch(each) for each in load(layout.packed(arm), tmp_path)] == ["arm64"]
    other = {**arm, **named("arm:1")}
    assert [each.tags for each in load(layout.packed(other, ours), tmp_path)] == [("arm:1",), ()]


def test_unknown_types_are_left_out(tmp_path: Path) -> None:
    """OCI image spec, "Image Index": an unknown media type makes no error."""
    layout = Layout()
    chart = layout.blob(b"chart", "application/vnd.example.chart")
    assert len(load(layout.packed(chart, layout.image(FIRST)), tmp_path)) == 1


def test_manifest_json_comes_first(tmp_path: Path) -> None:
    layout = Layout()
    image = layout.image(FIRST, pack=bytes, **named("index:1"))
    config = json.loads(layout.files[f"blobs/sha256/{image['digest'][7:]}"])["config"]["digest"]
    layout.files["manifest.json"] = json.dumps([{
        "Config": f"blobs/sha256/{config[7:]}", "RepoTags": ["manifest:1"],
        "Layers": [f"blobs/sha256/{sha256(FIRST).hexdigest()}"]}]).encode()
    assert load(layout.packed(image), tmp_path)[0].tags == ("manifest:1",)


def test_a_compressed_archive(tmp_path: Path) -> None:
    layout = Layout()
    assert load(gzipped(layout.packed(layout.image(FIRST))), tmp_path)[0].layers
