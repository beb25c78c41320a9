"""Images of the lab in a real Docker, and images of a real Docker in the lab."""

from __future__ import annotations

import hashlib
import io
import json
import random
import tarfile
from pathlib import Path

import pytest

from tests.proof.pair import File, Pair, config_of, files_of_tar, layers_of, read_member

pytestmark = pytest.mark.requires("docker", "dockerd")

#: What a container did to its files before the commit.
SHAPES = {
    "files": """
        echo new > /new; echo more >> /srv/data/a.txt; mkdir -p /one/two/three
        echo deep > /one/two/three/file; dd if=/dev/zero of=/zeros bs=1000000 count=5 2>/dev/null
        ln -s /srv/data/a.txt /link; ln -s nowhere /dangling; ln -s . /here""",
    "names": f"""
        mkdir /한글; echo 안녕 > /한글/인사.txt; ln -s 인사.txt /한글/링크
        mkdir -p /{'d' * 90}/{'e' * 90}; echo l > /{'d' * 90}/{'e' * 90}/{'f' * 200}
        ln -s /{'g' * 150} /{'h' * 110}
        echo q > '/a b"c\\d'; echo w > '/*'; echo t > "/$(printf 't\\tn\\nu')\"""",
    "modes and owners": """
        chmod 600 /srv/data/a.txt; chown 1000:1000 /srv/data/a.txt; chmod 700 /srv/data
        echo o > /o; chown 3000000:4000000 /o
        echo s > /s; chmod 4755 /s; mkdir /t; chmod 1777 /t; chmod 2750 /srv""",
    "hard links": "echo h > /h1; ln /h1 /h2; ln /srv/data/a.txt /srv/data/a2.txt",
    "empty files": ": > /empty; : > /srv/data/a.txt",
    "deleted file": "rm /srv/data/a.txt",
    "deleted directory": "rm -r /srv/data",
    "opaque directory": "rm -r /srv/data; mkdir /srv/data; echo other > /srv/data/z",
    "file for a directory": "rm -r /srv/data; echo file > /srv/data",
    "directory for a file": "rm /srv/data/a.txt; mkdir /srv/data/a.txt; "
                            "echo in > /srv/data/a.txt/in",
}
SECOND = "rm -rf /new /srv; echo second > /second; mkdir /srv; chmod 711 /srv"


@pytest.mark.parametrize("script", SHAPES.values(), ids=SHAPES.keys())
def test_an_image_of_the_lab_is_the_same_image_there(pair: Pair, script: str) -> None:
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c", script)
    committed = pair.here("commit", "c1", "one:1")
    pair.here("run", "--name", "c2", "one:1", "sh", "-c", SECOND)
    pair.here("commit", "c2", "two:1")
    pair.send("one:1", "two:1")
    assert pair.there("images", "-q", "--no-trunc", "one:1") == committed
    for name in ("one:1", "two:1"):
        pair.compare(name)
        assert _without_mount_points(pair.files_there(name)) == pair.files_here(name)


def _without_mount_points(files: dict[str, File]) -> dict[str, File]:
    """Leave out what a daemon puts in every container."""
    own = {".dockerenv", "dev", "dev/console", "dev/pts", "dev/shm", "etc/hostname", "etc/hosts",
           "etc/mtab", "etc/resolv.conf", "proc", "sys"}
    return {path: file for path, file in files.items() if path not in own}


def test_author_and_message_with_odd_characters(pair: Pair) -> None:
    odd = 'say "hi" & <b>; \\ 한글 \u2028 \t!'
    pair.here("create", "--name", "c1", "-e", f"V={odd}", "-l", f"k={odd}", "ubuntu:14.04",
              "echo", odd)
    pair.here("commit", "-a", odd, "-m", odd, "c1", "one:1")
    pair.send("one:1")
    pair.compare("one:1")


def test_a_commit_without_changes(pair: Pair) -> None:
    pair.here("create", "--name", "c1", "ubuntu:14.04")
    pair.here("commit", "c1", "one:1")
    pair.send("one:1")
    pair.compare("one:1")


def test_several_images_and_names_in_one_archive(pair: Pair) -> None:
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c", "echo 1 > /1")
    pair.here("commit", "c1", "one:1")
    pair.here("tag", "one:1", "registry.example:5000/team/one:latest")
    pair.send("ubuntu:14.04", "one:1", "registry.example:5000/team/one")
    pair.compare("one:1")
    pair.compare("registry.example:5000/team/one")


@pytest.mark.parametrize("script", SHAPES.values(), ids=SHAPES.keys())
def test_an_image_made_there_is_the_same_image_here(pair: Pair, script: str) -> None:
    pair.there("run", "--network", "none", "--name", "c1", "ubuntu:14.04", "sh", "-c", script)
    pair.there("commit", "-a", "somebody", "-m", "message", "c1", "one:1")
    pair.there("run", "--network", "none", "--name", "c2", "one:1", "sh", "-c", SECOND)
    pair.there("commit", "c2", "two:1")
    files = {name: _without_mount_points(pair.files_there(name)) for name in ("one:1", "two:1")}
    pair.fetch("one:1", "two:1")
    for name in ("one:1", "two:1"):
        pair.compare(name)
        assert pair.files_here(name) == files[name]
    # And back, after they have gone there.
    before = pair.there("images", "-q", "--no-trunc", "two:1")
    pair.there("rm", "c1", "c2")
    pair.there("rmi", "two:1", "one:1")
    assert pair.there("images", "-q", "two") == ""
    pair.send("one:1", "two:1")
    assert pair.there("images", "-q", "--no-trunc", "two:1") == before
    for name in ("one:1", "two:1"):
        pair.compare(name)
        assert _without_mount_points(pair.files_there(name)) == files[name]


def shuffled(archive: Path, target: Path) -> str:
    """Rewrite an archive of one image with its last layer's entries in another order.

    Returns the layer's new DiffID.
    """
    *lower, top = layers_of(archive)
    config = dict(config_of(archive))
    with tarfile.open(fileobj=io.BytesIO(top)) as tar:
        members = [(member, tar.extractfile(member)) for member in tar]
        random.Random(1).shuffle(members)
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w", format=tarfile.GNU_FORMAT) as out:
            for member, file in members:
                out.addfile(member, file)
    layers = [*lower, raw.getvalue()]
    diff_ids = [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]
    config["rootfs"] = {"type": "layers", "diff_ids": diff_ids}
    names = [f"{number}.tar" for number in range(len(layers))]
    manifest = [{"Config": "config.json", "RepoTags": ["shuffled:1"], "Layers": names}]
    with tarfile.open(target, "w") as tar:
        for name, data in (("manifest.json", json.dumps(manifest).encode()),
                           ("config.json", json.dumps(config).encode()),
                           *zip(names, layers, strict=True)):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return diff_ids[-1]


def test_a_layer_in_another_order_keeps_its_diff_id(pair: Pair) -> None:
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c",
              "mkdir -p /d/e; echo 1 > /d/e/f; echo 2 > /a; rm -r /srv/data; mkdir /srv/data; "
              "echo 3 > /srv/data/new; rm /etc/passwd")
    pair.here("commit", "c1", "one:1")
    path, mixed, again = (pair.folder / name for name in ("one.tar", "mixed.tar", "again.tar"))
    pair.here("save", "-o", str(path), "one:1")
    files = pair.files_here("one:1")
    diff_id = shuffled(path, mixed)
    pair.here("load", "-i", str(mixed))
    assert pair.files_here("shuffled:1") == files
    pair.here("save", "-o", str(again), "shuffled:1")
    with tarfile.open(again) as tar:
        (entry,) = json.loads(read_member(tar, "manifest.json"))
        saved = read_member(tar, entry["Layers"][-1])
    assert f"sha256:{hashlib.sha256(saved).hexdigest()}" == diff_id
    pair.there("load", "-q", "-i", str(again))
    pair.compare("shuffled:1")
    assert _without_mount_points(pair.files_there("shuffled:1")) == files


def test_a_real_container_runs_what_the_lab_committed(pair: Pair) -> None:
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c",
              "printf '#!/bin/sh\\necho from the lab\\n' > /hello; chmod 755 /hello")
    pair.here("commit", "c1", "one:1")
    pair.send("one:1")
    assert pair.there("run", "--rm", "--network", "none", "one:1", "/hello") == "from the lab\n"


def test_what_the_export_of_a_container_holds_is_what_it_was_given(pair: Pair) -> None:
    """The way files are compared here is itself compared: a tar's files against the base's."""
    with tarfile.open(fileobj=io.BytesIO(layers_of(_saved(pair))[0])) as tar:
        lowest = files_of_tar(tar)
    merged = pair.files_here("ubuntu:14.04")
    assert lowest["bin/busybox"] == merged["bin/busybox"]
    assert len(lowest) < len(merged)


def _saved(pair: Pair) -> Path:
    path = pair.folder / "base.tar"
    pair.there("save", "-o", str(path), "ubuntu:14.04")
    return path
