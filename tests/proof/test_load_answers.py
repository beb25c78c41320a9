"""What ``docker load`` and ``docker save`` say, beside a real daemon and the real client."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import os
import random
import re
import tarfile
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.lab import Lab
from tests.at_terminal import typed
from tests.conformance import conform
from tests.dockerd import Dockerd
from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")

BASE = (conform.HERE / "base.tar").read_bytes()
NOISE = random.Random(1).randbytes(3000)
EMPTY = bytes(1024)
PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


def tar(files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, BytesIO(data))
    return buffer.getvalue()


def with_layers(change: Callable[[bytes], bytes]) -> bytes:
    """Return the base's archive with its layers changed."""
    with tarfile.open(fileobj=BytesIO(BASE)) as archive:
        files = {
            member.name: file.read() for member in archive
            if (file := archive.extractfile(member)) is not None}
    return tar({name: change(data) if name.endswith("layer.tar") else data
                for name, data in files.items()})


def cut(pack: Callable[[bytes], bytes], data: bytes) -> bytes:
    return pack(data)[:-50]


def image(layers: int = 1, tags: Any = ("t:1",), **config: Any) -> bytes:
    diff_id = f"sha256:{hashlib.sha256(EMPTY).hexdigest()}"
    document = {"os": "linux", "architecture": "amd64", "created": "2021-03-25T22:36:08Z",
                "config": {}, "rootfs": {"type": "layers", "diff_ids": [diff_id] * layers}}
    item = {"Config": "c", "RepoTags": tags, "Layers": ["l"] * layers}
    return tar({"l": EMPTY, "c": json.dumps(document | config).encode(),
                "manifest.json": json.dumps([item]).encode()})


#: How each is made, for they are large.
ARCHIVES: dict[str, Callable[[], bytes]] = {
    "plain": lambda: BASE,
    **{f"packed by {name}": partial(pack, BASE) for name, pack in PACKERS.items()},
    **{f"layers packed by {name}": partial(with_layers, pack) for name, pack in PACKERS.items()},
    **{f"cut, packed by {name}": partial(lambda pack: pack(BASE)[:-500], pack)
       for name, pack in PACKERS.items()},
    **{f"layers cut, packed by {name}": partial(with_layers, partial(cut, pack))
       for name, pack in PACKERS.items()},
    "cut": lambda: BASE[: len(BASE) // 2],
    "cut in a header": lambda: BASE[:1000],
    "noise": lambda: NOISE,
    "noise, gzipped": partial(gzip.compress, NOISE),
    "layers of noise": partial(with_layers, lambda _: NOISE),
    "layers cut": partial(with_layers, lambda data: data[:2000]),
    "no image": partial(tar, {"manifest.json": b"[]"}),
    "manifest null": partial(tar, {"manifest.json": b"null"}),
    "other machine": partial(image, architecture="arm64"),
    "no system": partial(image, os=""),
    "other system": partial(image, os="windows"),
    "no tags": partial(image, tags=None),
    "a name without a tag": partial(image, tags=["t"]),
    "a name with a digest": partial(image, tags=[f"t@sha256:{'0' * 64}"]),
    "two names": partial(image, tags=["t:1", "localhost:5000/a/b:c"]),
    "a bad name": partial(image, tags=["T:1"]),
}


LISTED = ("images", "--no-trunc", "--format", "{{.Repository}}:{{.Tag}} {{.ID}} {{.Size}}")


@pytest.fixture
def bare(dockerd: Dockerd) -> Dockerd:
    """A daemon without images."""
    dockerd.remove_all()
    return dockerd


@pytest.mark.parametrize("kind", ARCHIVES)
def test_load(bare: Dockerd, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "archive.tar"
    path.write_bytes(ARCHIVES[kind]())
    lab = Lab()
    here = lab.docker(["load", "-i", str(path)])
    there = bare.docker("load", "-i", path, check=False)
    # The storage driver vfs has other words for a damaged layer than overlay2.
    told = there.stderr.replace(
        "ApplyLayer exit status 1 stdout:  stderr:", "Error processing tar file(exit status 1):")
    assert (here.exit_code, here.stdout, here.stderr) == (there.returncode, there.stdout, told)
    if here.exit_code:  # a real daemon may keep what it had before the error
        assert not lab.state.images
    else:
        ours, theirs = lab.docker(LISTED).stdout, bare.docker(*LISTED).stdout
        assert sorted(ours.splitlines()) == sorted(theirs.splitlines())


@pytest.mark.parametrize("options", [(), ("-q",)])
@pytest.mark.parametrize("kind", ["plain", "layers packed by gzip", "no tags", "layers of noise"])
def test_load_at_a_terminal(
    bare: Dockerd, kind: str, options: tuple[str, ...], tmp_path: Path,
) -> None:
    """Of a layer's progress its last line stays; a second time no layer is new."""
    path = tmp_path / "archive.tar"
    path.write_bytes(ARCHIVES[kind]())
    words = ["load", *options, "-i", str(path)]
    lab = Lab()
    for _ in range(2):
        shown = BytesIO()
        code = execute(lab.daemon, words, Io(shown.write, shown.write, terminal=True))
        there = typed(["docker", *words], "", cwd=tmp_path, env={
            "PATH": os.environ["PATH"], "HOME": str(tmp_path), "TERM": "xterm",
            "DOCKER_HOST": bare.host})
        if code:  # what failed had begun there
            assert (code, shown.getvalue().decode()) == (there[1], settled(there[0])[-1])
        else:
            assert (code, shown.getvalue().decode()) == (there[1], "".join(settled(there[0])))


def settled(shown: str) -> list[str]:
    """Return the lines that stay of what the client wrote over, then the rest."""
    last = {line.partition(":")[0]: line for line in re.findall(r"\x1b\[2K\r(.*?)\r\x1b", shown)}
    rest = shown.rpartition("\x1b[1B")[2].replace("\r\n", "\n")
    return [*(f"{line}\n" for line in last.values()), rest]


def test_the_number_of_layers(tmp_path: Path) -> None:
    """As 20.10.24 answered; it takes half a minute for each."""
    lab = Lab()
    for layers, answer in ((126, (1, "", "max depth exceeded\n")),
                           (125, (0, "Loaded image: t:1\n", ""))):
        (tmp_path / "archive.tar").write_bytes(image(layers))
        done = lab.docker(["load", "-i", "archive.tar"], folder=tmp_path)
        assert (done.exit_code, done.stdout, done.stderr) == answer


SAVES = [
    "ubuntu", "ubuntu:14.04", "docker.io/library/ubuntu:14.04", "ubuntu:14.04 ubuntu", "{id}",
    "sha256:{id}", "{short}", "sha256:{short}", "ubuntu:14.04 {short}", "two ubuntu:14.04",
    "two:1 two:2", "ubuntu@sha256:{id}", "{short}:14.04", "sha256:nosuch", "nosuch", "nosuch:1",
    "ubuntu:nosuch", "ubuntu:14.04 nosuch:1", "UPPER",
]


@pytest.fixture(scope="module")
def named(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The base image under three names on both sides."""
    pair = Pair(Lab(), dockerd, tmp_path_factory.mktemp("saved"))
    dockerd.remove_all()
    pair.both("load", "-q", "-i", str(conform.HERE / "base.tar"))
    for tag in ("two:1", "two:2"):
        pair.both("tag", "ubuntu:14.04", tag)
    yield pair
    dockerd.remove_all()


@pytest.mark.parametrize("names", SAVES)
def test_save(named: Pair, names: str) -> None:
    (image,) = named.lab.state.images
    full = image.removeprefix("sha256:")
    words = names.format(id=full, short=full[:12]).split()
    paths = [named.folder / name for name in ("here.tar", "there.tar")]
    for path in paths:
        path.unlink(missing_ok=True)
    here = named.lab.docker(["save", "-o", str(paths[0]), *words])
    there = named.dockerd.docker("save", "-o", paths[1], *words, check=False)
    assert (here.exit_code, here.stdout, here.stderr) == (
        there.returncode, there.stdout, there.stderr)
    assert [path.exists() for path in paths] == [not here.exit_code] * 2
    if not here.exit_code:
        assert members(paths[0].read_bytes()) == members(paths[1].read_bytes())


def members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        return {member.name: file.read() if (file := tar.extractfile(member)) else b""
                for member in tar}
