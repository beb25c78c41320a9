"""The simulated Hub answers as a registry does, without a network."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from imagelab.formats import layer_tar
from imagelab.model.image import Image
from imagelab.model.node import size_of
from imagelab.model.reference import parse
from imagelab.registry import hub
from imagelab.registry.remote import ManifestUnknown, NameUnknown, Remote
from tests.memory import peak_of
from tests.registry.changes import changes_of


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the simulated Hub opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)


@pytest.fixture
def trusty() -> Remote:
    return hub.resolve(parse("ubuntu:14.04"))


@pytest.mark.parametrize("name", [
    "docker.io/library/ubuntu:14.04", "library/ubuntu:14.04", "index.docker.io/ubuntu:14.04",
    "ubuntu:trusty",
])
def test_other_spellings_name_the_same_image(name: str, trusty: Remote) -> None:
    assert hub.resolve(parse(name)).digest == trusty.digest


def test_no_tag_means_latest() -> None:
    assert hub.resolve(parse("busybox")) is hub.resolve(parse("busybox:latest"))


def test_a_digest_names_an_image_whatever_the_tag(trusty: Remote) -> None:
    assert hub.resolve(parse(f"ubuntu@{trusty.digest}")) is trusty
    assert hub.resolve(parse(f"ubuntu:nonsense@{trusty.digest}")) is trusty


def test_a_digest_belongs_to_its_repository(trusty: Remote) -> None:
    with pytest.raises(ManifestUnknown):
        hub.resolve(parse(f"busybox@{trusty.digest}"))


@pytest.mark.parametrize("name", ["ubuntu:99", f"ubuntu@sha256:{64 * '0'}"])
def test_a_known_repository_may_lack_a_manifest(name: str) -> None:
    with pytest.raises(ManifestUnknown):
        hub.resolve(parse(name))


@pytest.mark.parametrize("name", ["nobody/nothing", "ubuntuu", "localhost:5000/library/ubuntu"])
def test_an_unknown_repository(name: str) -> None:
    with pytest.raises(NameUnknown):
        hub.resolve(parse(name))


def test_the_manifest_describes_configuration_and_layers(trusty: Remote) -> None:
    manifest = json.loads(trusty.manifest)
    assert trusty.digest == f"sha256:{hashlib.sha256(trusty.manifest).hexdigest()}"
    assert manifest["config"]["digest"] == Image(trusty.config_json).id
    assert manifest["config"]["size"] == len(trusty.config_json)
    assert [layer["digest"] for layer in manifest["layers"]] == list(
        Image(trusty.config_json).diff_ids)
    assert [layer["size"] for layer in manifest["layers"]] == [
        layer.size for layer in trusty.layers]


def test_the_configuration_is_written_as_go_writes_it(trusty: Remote) -> None:
    keys = list(json.loads(trusty.config_json))
    assert keys == sorted(keys)
    assert b"\\u0026\\u0026 echo 'docker' \\u003e /run/systemd/container" in trusty.config_json


def test_history_and_layers_agree(trusty: Remote) -> None:
    image = Image(trusty.config_json)
    filled = [step for step in image.history if not step.get("empty_layer")]
    assert len(filled) == len(image.diff_ids) == len(trusty.layers)
    # What `docker history ubuntu:14.04` said of the image of September 2017.
    sizes = [size_of(changes_of(layer)) for layer in trusty.layers]
    assert 187.5e6 < sizes[0] < 188.4e6
    assert 190_000 < sizes[1] < 200_000
    assert sizes[2] == 0
    assert sizes[4] == 7


def test_the_added_filesystem_is_named_by_its_digest(trusty: Remote) -> None:
    added = Image(trusty.config_json).history[0]["created_by"]
    assert added == f"/bin/sh -c #(nop) ADD file:{trusty.layers[0].digest[7:]} in / "


def test_it_runs_bash_as_the_official_image_does(trusty: Remote) -> None:
    config = Image(trusty.config_json).config
    assert config.cmd == ("/bin/bash",)
    assert config.env == ("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",)


@pytest.mark.parametrize("name", ["ubuntu:14.04", "busybox", "hello-world"])
def test_pinned_digests_are_those_of_the_bytes(name: str) -> None:
    for layer in hub.resolve(parse(name)).layers:
        sha, size = hashlib.sha256(), 0
        for chunk in layer_tar.write(changes_of(layer)):
            sha.update(chunk)
            size += len(chunk)
        assert (f"sha256:{sha.hexdigest()}", size) == (layer.digest, layer.size)


def test_the_image_is_listed_with_188_megabytes(trusty: Remote) -> None:
    total = sum(size_of(changes_of(layer)) for layer in trusty.layers)
    assert f"{total / 1e6:.3g}MB" == "188MB"


def test_resolving_builds_nothing(trusty: Remote) -> None:
    code = (
        "from imagelab.model.reference import parse\n"
        "from imagelab.registry import hub\n"
        "from imagelab.registry.catalogue import packages\n"
        "packages.install = None\n"
        "print(hub.resolve(parse('ubuntu:14.04')).digest)\n")
    assert _run(code) == trusty.digest


def test_writing_the_layers_needs_little_memory(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from imagelab.formats import layer_tar\n"
        "from imagelab.model.reference import parse\n"
        "from imagelab.registry import hub\n"
        "with open(sys.argv[1], 'wb') as file:\n"
        "    for layer in hub.resolve(parse('ubuntu:14.04')).layers:\n"
        "        file.writelines(layer.content().chunks())\n")
    target = tmp_path / "layers.tar"
    assert peak_of(code, str(target)) < 80e6
    assert target.stat().st_size > 188e6


def _run(code: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True,
        check=True)
    return done.stdout.strip()
