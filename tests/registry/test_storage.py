"""A registry's store: the layout of the real one, and what damage to it does."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from imagelab.formats.layer_content import LayerTar
from imagelab.formats.layer_tar import write
from imagelab.lab import Lab
from imagelab.model.content import Bytes, Content, digest_of
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import directory, file
from imagelab.model.tree import Tree
from imagelab.registry.remote import (
    BlobDamaged,
    BlobUnknown,
    Damaged,
    ManifestUnknown,
    NameUnknown,
    Remote,
    RemoteLayer,
    remote,
)
from imagelab.registry.storage import Store
from tests.registry.process import serving, write_to

V2 = "docker/registry/v2"


def store() -> Store:
    return Store(FileSystem(Tree(), {}, now=5))


def image(*texts: str) -> Remote:
    layers = []
    for text in texts:
        changes = {"a": file(text.encode())}
        tar = LayerTar(digest_of(write(changes)), changes)
        layers.append(RemoteLayer(tar.diff_id, tar.size, partial(_same, tar)))
    config = {"rootfs": {"type": "layers", "diff_ids": [each.digest for each in layers]}}
    return remote(json.dumps(config).encode(), layers)


def _same(content: Content) -> Content:
    return content


def push(to: Store, repository: str, tag: str, pushed: Remote) -> None:
    for layer in pushed.layers:
        to.put_blob(repository, layer.content())
    to.put_image(repository, tag, pushed)


def test_what_was_put_is_found_by_tag_and_digest() -> None:
    kept, pushed = store(), image("one", "two")
    push(kept, "a/b", "1", pushed)

    for found in (kept.image("a/b", "1"), kept.image("a/b", "other", pushed.digest)):
        assert (found.manifest, found.config_json) == (pushed.manifest, pushed.config_json)
        assert [each.content() for each in found.layers] == [
            each.content() for each in pushed.layers]
    assert kept.tags("a/b") == ("1",)
    assert kept.has("a/b", pushed.layers[0].digest)
    assert not kept.has("a", pushed.layers[0].digest)


def test_a_tag_moves_and_the_old_image_stays_by_its_digest() -> None:
    kept, first, second = store(), image("one"), image("two")
    push(kept, "a", "latest", first)
    push(kept, "a", "latest", second)

    assert kept.image("a", "latest").digest == second.digest
    assert kept.image("a", "", first.digest).digest == first.digest
    index = kept.files.names(f"/{V2}/repositories/a/_manifests/tags/latest/index/sha256")
    assert set(index) == {each.digest.partition(":")[2] for each in (first, second)}


def test_a_blob_is_kept_once_and_linked_by_each_repository() -> None:
    kept, pushed = store(), image("one")
    push(kept, "a", "1", pushed)
    before = {path for path in kept.files.changes if "/blobs/" in path}
    push(kept, "b", "1", pushed)

    assert {path for path in kept.files.changes if "/blobs/" in path} == before


def test_what_is_not_there() -> None:
    kept, pushed = store(), image("one")
    with pytest.raises(NameUnknown):
        kept.tags("a")
    push(kept, "a", "1", pushed)
    for tag, digest in (("2", ""), ("1", f"sha256:{'e' * 64}")):
        with pytest.raises(ManifestUnknown):
            kept.image("a", tag, digest)
    with pytest.raises(ManifestUnknown):
        kept.image("b", "1", pushed.digest)
    with pytest.raises(BlobUnknown):
        kept.blob("b", pushed.layers[0].digest)


def test_damage_is_found() -> None:
    kept, pushed = store(), image("one")
    push(kept, "a", "1", pushed)
    config = digest_of(iter([pushed.config_json])).partition(":")[2]
    data = f"/{V2}/blobs/sha256/{config[:2]}/{config}/data"

    kept.files.write(data, b"{}")
    with pytest.raises(BlobDamaged):
        kept.image("a", "1")
    kept.files.unlink(data)
    with pytest.raises(BlobUnknown):
        kept.image("a", "1")
    kept.files.write(f"/{V2}/repositories/a/_manifests/tags/1/current/link", b"nonsense")
    with pytest.raises(Damaged):
        kept.image("a", "1")


@pytest.mark.parametrize("manifest", [
    b"", b"[]", b"{}", b'{"config": {}, "layers": []}', b'{"config": 1, "layers": {}}',
    b'{"config": {"digest": "sha256:../..", "size": 1}, "layers": []}', b"[" * 100_000,
])
def test_what_is_no_manifest(manifest: bytes) -> None:
    kept = store()
    kept.put_image("a", "1", Remote(manifest, b"{}", ()))
    with pytest.raises(Damaged):
        kept.image("a", "1")


def test_files_in_the_way() -> None:
    kept = Store(FileSystem(Tree(), {"docker": file(b"")}))
    with pytest.raises(Damaged):
        kept.put_blob("a", Bytes(b"x"))
    with pytest.raises(ManifestUnknown):
        kept.image("a", "1")


def test_a_root_of_its_own() -> None:
    kept = Store(FileSystem(Tree(), {"srv": directory()}), "/srv/images")
    push(kept, "a", "1", image("one"))
    assert all(path.startswith("srv") for path in kept.files.changes)
    assert kept.image("a", "1").digest == image("one").digest


# --- beside the real one --------------------------------------------------------------------


def _lab_with_registry() -> Lab:
    lab = Lab()
    for line in (
        "run -d -p 5000:5000 -v images:/var/lib/registry registry:2", "pull busybox",
        "run --name c1 busybox sh -c 'echo one > /one; rm /bin/vi'",
        "commit c1 localhost:5000/app:1", "push localhost:5000/app:1",
        "tag busybox localhost:5000/team/base", "push localhost:5000/team/base",
    ):
        done = lab.docker(line)
        assert done.exit_code == 0, done.stderr
    return lab


def _skopeo(*words: str) -> str:
    return subprocess.run(["skopeo", *words], check=True, capture_output=True, text=True).stdout


@pytest.mark.requires("docker-registry", "skopeo")
def test_a_real_registry_serves_a_labs_store(tmp_path: Path) -> None:
    lab = _lab_with_registry()
    write_to(tmp_path / "data", lab.state.volumes["images"].changes)

    with serving(tmp_path) as host:
        for name, inside in (("app:1", "localhost:5000/app"),
                             ("team/base:latest", "localhost:5000/team/base")):
            source = f"docker://{host}/{name}"
            shown = json.loads(_skopeo("inspect", "--tls-verify=false", source))
            digests = lab.docker(f"images --digests --format {{{{.Digest}}}} {inside}").stdout
            assert shown["Digest"] == digests.strip()
            assert shown["RepoTags"] == [name.partition(":")[2]]
            copy = tmp_path / name.partition(":")[0].replace("/", "-")
            _skopeo("copy", "--src-tls-verify=false", source, f"dir:{copy}")  # checks digests


@pytest.mark.requires("docker-registry", "skopeo")
def test_a_real_registry_writes_the_same_files(tmp_path: Path) -> None:
    own = _lab_with_registry().state.volumes["images"].changes
    write_to(tmp_path / "data", own)
    second = tmp_path / "second"
    second.mkdir()

    with serving(tmp_path) as first, serving(second) as other:
        for name in ("app:1", "team/base:latest"):
            _skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false",
                    "--preserve-digests", f"docker://{first}/{name}", f"docker://{other}/{name}")

    real = {str(path.relative_to(second / "data")): "" if path.is_dir() else path.read_bytes()
            for path in (second / "data").rglob("*")}
    assert real == {path: "" if node.is_directory else node.content.read()
                    for path, node in own.items() if path}
    modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in second.rglob("data/**/*")}
    assert modes == {(node.is_directory, node.mode) for path, node in own.items() if path}
