"""What an image is, is said in one way: documents in doubt are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.formats.archive import ArchiveError
from tests.formats.archives import FIRST, SECOND, load
from tests.formats.blobs import tar
from tests.formats.layouts import INDEX, MANIFEST, Layout
from tests.hostile.documents import DOUBTS


@pytest.mark.parametrize("name", DOUBTS)
def test_a_document_in_doubt_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "image.tar"
    path.write_bytes(DOUBTS[name].archive)
    lab = Lab()
    done = lab.docker(["load", "-i", str(path)])
    assert (done.exit_code, done.stderr) == (1, f"{DOUBTS[name].refusal}\n")
    assert not lab.state.images


def parts(layout: Layout, layer: bytes) -> dict[str, Any]:
    image = layout.image(layer)
    found: dict[str, Any] = json.loads(layout.files[f"blobs/sha256/{image['digest'][7:]}"])
    return found


def test_a_manifest_that_is_an_index_too_is_refused(tmp_path: Path) -> None:
    """One digest, two images: as in CVE-2021-41190."""
    for media_type in (MANIFEST, INDEX):
        layout = Layout()
        other = layout.image(SECOND)
        both = parts(layout, FIRST) | {"manifests": [other]}
        with pytest.raises(ArchiveError, match="is an index and a manifest at once"):
            load(layout.packed(layout.blob(both, media_type)), tmp_path)


def test_a_blob_is_of_the_type_that_it_is_named_by(tmp_path: Path) -> None:
    layout = Layout()
    named = layout.blob(parts(layout, FIRST) | {"mediaType": INDEX}, MANIFEST)
    with pytest.raises(ArchiveError, match="its mediaType is not the one that it is named by"):
        load(layout.packed(named), tmp_path)


def test_an_index_of_a_layout_is_no_manifest(tmp_path: Path) -> None:
    layout = Layout()
    index = {"schemaVersion": 2, "manifests": [layout.image(FIRST)], "layers": []}
    files = {**layout.files, "index.json": json.dumps(index).encode()}
    data = tar(*((name, {"data": each}) for name, each in files.items()))
    with pytest.raises(ArchiveError, match=r"index\.json is an index and a manifest at once"):
        load(data, tmp_path)
