"""Archives between the lab and the programs that people use beside Docker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from imagelab.lab import Lab
from tests.conformance import conform
from tests.dockerd import Dockerd
from tests.proof.docker25 import layout, pack
from tests.proof.pair import File, files_of_tree, layers_of
from tests.proof.tools import Tools

pytestmark = pytest.mark.requires("skopeo", "umoci")

SCRIPT = (
    "mkdir -p /d/한글; echo new > /d/한글/f; ln /d/한글/f /h; ln -s ../h /d/link; echo s > /s; "
    "chmod 4755 /s; chown 1000:2000 /s; rm -r /srv/data; mkdir /srv/data; echo o > /srv/data/o; "
    f"rm /etc/passwd; echo l > /{'d' * 90}; : > /empty")


@dataclass(frozen=True)
class Sample:
    """An image made in a lab and saved there.

    Attributes:
        folder: of the archive, ``lab.tar``, of one more with the base image too, ``both.tar``, and
            of the programs.
    """

    folder: Path
    id: str
    diff_ids: list[str]
    files: dict[str, File]


@dataclass(frozen=True)
class Image:
    """What a lab has of an image."""

    id: str
    diff_ids: list[str]
    files: dict[str, File]
    names: list[str]


def docker(lab: Lab, folder: Path, *words: str) -> str:
    done = lab.docker(words, folder=folder)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def loaded(path: Path) -> tuple[Lab, Image]:
    """Load an archive of one image into an empty lab."""
    lab = Lab()
    docker(lab, path.parent, "load", "-q", "-i", path.name)
    state = lab.state
    (image,) = state.images.values()
    layer = state.layer_of(image)
    assert layer is not None
    return lab, Image(
        image.id, [each.diff_id for each in layer.stack], files_of_tree(layer.tree),
        sorted(map(str, state.references)))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of a short name: podman takes no longer ones than 50 characters."""
    with TemporaryDirectory(prefix="archives-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def sample(folder: Path) -> Sample:
    lab = Lab()
    docker(lab, folder, "load", "-q", "-i", str(conform.HERE / "base.tar"))
    docker(lab, folder, "run", "--name", "c1", "ubuntu:14.04", "sh", "-c", SCRIPT)
    docker(lab, folder, "commit", "-c", "CMD [\"sh\"]", "c1", "one:1")
    docker(lab, folder, "save", "-o", "lab.tar", "one:1")
    docker(lab, folder, "save", "-o", "both.tar", "one:1", "ubuntu:14.04")
    _, image = loaded(folder / "lab.tar")
    return Sample(folder, image.id, image.diff_ids, image.files)


@pytest.fixture(scope="module")
def tools(sample: Sample) -> Tools:
    made = Tools(sample.folder)
    made.prepare()
    return made


@pytest.fixture
def podman(tools: Tools, sample: Sample) -> Iterator[Tools]:
    """The tools, with the sample among podman's images."""
    tools.podman("load", "-q", "-i", "lab.tar")
    yield tools
    tools.clean()


# --- what the lab saves --------------------------------------------------------------------


def test_skopeo_and_umoci_read_what_the_lab_saves(tools: Tools, sample: Sample) -> None:
    source = "docker-archive:lab.tar"
    assert tools.id_of(source) == sample.id
    listed = json.loads(tools.run("skopeo", "inspect", source))
    assert listed["Layers"] == sample.diff_ids
    assert tools.files_of(source) == sample.files
    history = json.loads(tools.run("umoci", "stat", "--image", "layout:image", "--json"))["history"]
    assert [step["diff_id"] for step in history if step["diff_id"]] == sample.diff_ids


@pytest.mark.requires("podman")
def test_podman_reads_what_the_lab_saves(podman: Tools, sample: Sample) -> None:
    (image,) = json.loads(podman.podman("image", "inspect", "one:1"))
    assert f"sha256:{image['Id']}" == sample.id
    assert image["RootFS"]["Layers"] == sample.diff_ids
    assert podman.podmans_files_of("one:1") == sample.files


@pytest.mark.requires("podman", "buildah")
def test_buildah_reads_what_the_lab_saves(podman: Tools, sample: Sample) -> None:
    podman.clean()
    assert f"sha256:{podman.buildah('pull', '-q', 'docker-archive:lab.tar')}" == sample.id


@pytest.mark.requires("podman")
def test_several_images_of_one_archive(tools: Tools, sample: Sample) -> None:
    names = json.loads(tools.run("skopeo", "list-tags", "docker-archive:both.tar"))["Tags"]
    assert sorted(names) == ["one:1", "ubuntu:14.04"]
    identifiers = {
        f"localhost/{name}": tools.id_of(f"docker-archive:both.tar:{name}")
        for name in names}
    assert identifiers["localhost/one:1"] == sample.id
    tools.podman("load", "-q", "-i", "both.tar")
    tools.podman("save", "-m", "-o", "many.tar", *identifiers)
    tools.clean()
    lab = Lab()
    docker(lab, sample.folder, "load", "-i", "many.tar")
    assert {str(ref): image for ref, image in lab.state.references.items()} == identifiers


# --- what the lab loads --------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """How a program writes an archive of the sample, ``made.tar``.

    Attributes:
        make: writes it.
        names: of the image in it, as the lab has to give them.
        source: where skopeo finds the image.
        same: whether the program keeps the configuration; OCI's manifest wants OCI's form of it,
            so the image gets another ID.
    """

    make: Callable[[Tools], object]
    names: tuple[str, ...] = ()
    source: str = "oci-archive:made.tar"
    same: bool = False


DOCKER = "docker-archive:made.tar"


def skopeo(target: str, *options: str) -> Callable[[Tools], None]:
    return lambda tools: tools.copy("docker-archive:lab.tar", target, *options)


def layout_of_two_names(tools: Tools) -> None:
    """skopeo writes a second name into a folder only, so the archive is made of that."""
    tools.run("rm", "-rf", "two")
    for name in ("one", "example.com/two:2"):
        tools.copy("docker-archive:lab.tar", f"oci:two:{name}")
    tools.run("tar", "-cf", "made.tar", "-C", "two", ".")


def index(tools: Tools) -> None:
    """An index of two platforms: the base's image stands for another one's."""
    base = f"docker-archive:{conform.HERE / 'base.tar'}"
    tools.buildah("manifest", "create", "both")
    tools.buildah("manifest", "add", "--arch=arm64", "both", base)
    tools.buildah("manifest", "add", "--arch=amd64", "both", "docker-archive:lab.tar")
    tools.buildah("manifest", "push", "--all", "both", "oci-archive:made.tar:both:1")
    tools.buildah("rmi", "both")


SKOPEO = {
    "skopeo docker-archive": Made(
        skopeo("docker-archive:made.tar:two:2", "--additional-tag=three:3"), ("three:3", "two:2"),
        DOCKER, same=True),
    "skopeo oci-archive": Made(skopeo("oci-archive:made.tar:two:2"), ("two:2",)),
    "skopeo oci-archive without a name": Made(skopeo("oci-archive:made.tar")),
    "skopeo oci-archive, layers not packed": Made(skopeo(
        "oci-archive:made.tar:two:2", "--dest-oci-accept-uncompressed-layers"), ("two:2",)),
    "skopeo oci, two names": Made(layout_of_two_names, ("example.com/two:2", "one:latest"),
                                  "oci:two:one"),
}
PODMAN = {
    "podman save": Made(
        lambda tools: tools.podman("save", "-o", "made.tar", "one:1"), ("localhost/one:1",),
        DOCKER, same=True),
    "podman save -m": Made(
        lambda tools: (tools.podman("tag", "one:1", "example.com/two:2"),
                       tools.podman("save", "-m", "-o", "made.tar", "one:1", "example.com/two:2")),
        ("example.com/two:2", "localhost/one:1"), DOCKER, same=True),
    "podman save --format oci-archive": Made(
        lambda tools: tools.podman("save", "--format=oci-archive", "-o", "made.tar", "one:1"),
        ("localhost/one:1",)),
}
BUILDAH = {
    "buildah manifest push": Made(index, ("both:1",)),
    "buildah push to docker-archive": Made(
        lambda tools: tools.buildah("push", "one:1", "docker-archive:made.tar:two:2"),
        ("localhost/one:1", "two:2"), DOCKER, same=True),
    "buildah push to oci-archive": Made(
        lambda tools: tools.buildah("push", "one:1", "oci-archive:made.tar:two:2"), ("two:2",)),
    "buildah push to oci-archive, Docker's manifest": Made(
        lambda tools: tools.buildah(
            "push", "--format=v2s2", "one:1", "oci-archive:made.tar:two:2"), ("two:2",), same=True),
}


def check(tools: Tools, sample: Sample, made: Made) -> None:
    """Assert that the lab has the image that the archive has, and so after a round trip."""
    path = sample.folder / "made.tar"
    path.unlink(missing_ok=True)
    made.make(tools)
    lab, image = loaded(path)
    assert image.id == tools.id_of(made.source)
    assert (image.id == sample.id) == made.same
    assert image.diff_ids == tools.diff_ids_of(made.source) == sample.diff_ids
    assert image.files == tools.files_of(made.source) == sample.files
    assert tuple(image.names) == made.names
    docker(lab, sample.folder, "save", "-o", "again.tar", image.id)
    assert tools.id_of("docker-archive:again.tar") == image.id
    tools.run("rm", "-f", "back.tar")
    tools.copy("docker-archive:again.tar", "docker-archive:back.tar")
    _, back = loaded(sample.folder / "back.tar")
    assert (back.id, back.files) == (image.id, image.files)


@pytest.mark.parametrize("kind", SKOPEO)
def test_what_skopeo_writes(tools: Tools, sample: Sample, kind: str) -> None:
    check(tools, sample, SKOPEO[kind])


@pytest.mark.requires("podman")
@pytest.mark.parametrize("kind", PODMAN)
def test_what_podman_saves(podman: Tools, sample: Sample, kind: str) -> None:
    check(podman, sample, PODMAN[kind])


@pytest.mark.requires("podman", "buildah")
@pytest.mark.parametrize("kind", BUILDAH)
def test_what_buildah_pushes(podman: Tools, sample: Sample, kind: str) -> None:
    check(podman, sample, BUILDAH[kind])


def test_layers_packed_by_zstd(tools: Tools, sample: Sample) -> None:
    tools.copy("docker-archive:lab.tar", "oci:zstd:z:1", "--format=oci", "--dest-compress",
               "--dest-compress-format=zstd")
    tools.run("tar", "-cf", "zstd.tar", "-C", "zstd", ".")
    _, image = loaded(sample.folder / "zstd.tar")
    assert image == Image(tools.id_of("oci:zstd:z:1"), sample.diff_ids, sample.files, ["z:1"])


# --- Docker 25 and later -------------------------------------------------------------------


def test_an_archive_of_docker_25(tools: Tools, sample: Sample, dockerd: Dockerd) -> None:
    path = sample.folder / "docker25.tar"
    pack(path, docker25(tools, sample))
    _, image = loaded(path)
    assert image == Image(sample.id, sample.diff_ids, sample.files, ["two:2"])
    for transport in ("docker-archive", "oci-archive"):
        assert tools.id_of(f"{transport}:docker25.tar") == sample.id
    assert dockerd.docker("load", "-i", path).stdout == "Loaded image: two:2\n"
    assert dockerd.docker("images", "-q", "--no-trunc", "two:2").stdout.strip() == sample.id
    dockerd.docker("rmi", "two:2")


def test_a_layout_without_manifest_json_has_the_same_image(
    tools: Tools, sample: Sample, dockerd: Dockerd,
) -> None:
    """Here the lab follows newer Dockers: those without containerd's image store refuse it."""
    path = sample.folder / "pure.tar"
    pack(path, {
        name: data for name, data in docker25(tools, sample).items() if name != "manifest.json"})
    _, image = loaded(path)
    assert image == Image(sample.id, sample.diff_ids, sample.files, ["two:2"])
    assert dockerd.docker("load", "-i", path, check=False).returncode == 1


def docker25(tools: Tools, sample: Sample) -> dict[str, bytes]:
    return layout(tools.config_of("docker-archive:lab.tar"), layers_of(sample.folder / "lab.tar"),
                  "docker.io/library/two", "2")
