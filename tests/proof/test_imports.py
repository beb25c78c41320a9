"""``docker import`` beside a real Docker: the same tar is the same image."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import re
import shlex
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proof.pair import Pair, config_of, layers_of
from tests.proof.side import Side, entries

pytestmark = pytest.mark.requires("docker", "dockerd")

PACKED = {
    "plain": lambda data: data, "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress,
}
TARS = {
    "one file": "echo hello > root/hello",
    "odd files": "cd root; mkdir -m 700 d; echo x > d/x; ln d/x d/y; ln -s d l; mkfifo p; "
                 "echo s > s; chmod 4755 s; mkdir 한글; echo > 'a b'; mknod c c 1 3",
    "whiteouts": "mkdir root/d; : > root/d/.wh.x; : > root/.wh.y; echo 1 > root/z",
    "a long name": f"mkdir root/{'n' * 150}; echo > root/{'n' * 150}/{'m' * 150}",
    "nothing": "true",
}


def import_both(pair: Pair, *words: str, data: bytes = b"") -> tuple[Any, Any]:
    """Import on both sides; return exit code, what was printed, and the image's configuration."""
    done = []
    for real in (False, True):
        side = Side(pair, real, pair.folder)
        (pair.folder / "in.tar").write_bytes(data)
        code, out, err = side.client(["import", *words], data)
        config: object = None
        if code == 0:
            name = out.decode().strip()
            side.docker(f"docker save -o saved.tar {name}")
            text = json.dumps(config_of(pair.folder / "saved.tar"))
            text = re.sub(r'"created": "[^"]*"', '"created"', text).replace("+dfsg1", "")
            kept = [hashlib.sha256(layer).hexdigest()
                    for layer in layers_of(pair.folder / "saved.tar")]
            size = side.docker(f"docker image inspect -f {{{{.Size}}}} {name}")[1]
            config = (text, kept, size)
            side.docker(f"docker rmi {name}")
        done.append((code, side.plain(out.decode()), side.plain(err.decode()), config))
    return done[0], done[1]


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED.keys())
@pytest.mark.parametrize("script", TARS.values(), ids=TARS.keys())
def test_an_import_is_the_same_image(
    module_pair: Pair, tmp_path: Path, script: str, packed: Callable[[bytes], bytes],
) -> None:
    (tmp_path / "root").mkdir()
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
    tar = subprocess.run(["tar", "-C", "root", "-c", "."], cwd=tmp_path, check=True,
                         capture_output=True).stdout
    here, there = import_both(module_pair, "-", data=packed(tar))
    assert here == there
    assert here[3][1] == [hashlib.sha256(tar).hexdigest()]


@pytest.mark.parametrize("line", [
    "in.tar", "- a:1", "-m message in.tar", "-m '' in.tar", "no.tar", "no.tar Flat", ".",
    "in.tar Flat", "in.tar 'x y'", f"in.tar a@sha256:{'0' * 64}", "in.tar sha256:x",
    "-c 'CMD x' in.tar", """-c 'CMD ["x"]' -c 'ENV A=1 B=2' -c 'LABEL k=v' -c 'EXPOSE 80' in.tar""",
    "-c 'USER u' -c 'VOLUME /v' -c 'WORKDIR /w' -c 'ENTRYPOINT e' -c 'ONBUILD RUN x' in.tar",
    "-c 'RUN x' in.tar", "-c BOGUS in.tar", "-c '' in.tar", "-c CMD in.tar", "-c ENV in.tar",
    "--platform linux in.tar", "--platform LINUX/arm64/v8 in.tar", "--platform arm64 in.tar",
    "--platform windows in.tar", "--platform bogus in.tar", "--platform a/b/c/d in.tar",
    "--platform 'a b' in.tar", "--platform / in.tar", "--platform foo/bar in.tar",
    "--platform bogus -c BOGUS in.tar", "", "in.tar a:1 more",
], ids=str)
def test_imports_are_answered_as_docker_does(module_pair: Pair, line: str) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("empty"))
    here, there = import_both(module_pair, *shlex.split(line), data=data.getvalue())
    assert here == there


@pytest.mark.parametrize("data", [
    b"", bytes(1024), bytes(10240), b"garbage\n", b"y\n" * 1000, b"y\n" * 1024,
    lzma.compress(b"x" * 600),
], ids=range(7))
def test_what_is_no_tar_is_no_image(module_pair: Pair, data: bytes) -> None:
    here, there = import_both(module_pair, "-", data=data)
    assert here == there


@pytest.mark.parametrize("size", [0, 100, 512, 515, 700, 1024, 1536, 2000])
def test_a_cut_tar(module_pair: Pair, size: int) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name in ("one", "two"):
            member = tarfile.TarInfo(name)
            member.size = 6
            tar.addfile(member, io.BytesIO(b"hello\n"))
    here, there = import_both(module_pair, "-", data=data.getvalue()[:size])
    assert here == there


@pytest.mark.parametrize("names", [
    ["d/" + "x" * 256, "y"], ["d/" + "x" * 255], ["한" * 86], ["x" * 256 + "/y"],
    ["/".join(["p" * 200] * 21)],
], ids=range(5))
def test_names_may_be_as_long_as_a_file_systems(module_pair: Pair, names: list[str]) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name))
    here, there = import_both(module_pair, "-", data=data.getvalue())
    assert here == there


def test_a_link_may_lead_as_far_as_a_path_is_long(module_pair: Pair) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        member = tarfile.TarInfo("link")
        member.type, member.linkname = tarfile.SYMTYPE, "z" * 4096
        tar.addfile(member)
    here, there = import_both(module_pair, "-", data=data.getvalue())
    assert here == there


def test_what_comes_back_from_an_import_is_what_was_exported(module_pair: Pair) -> None:
    """A container's files, exported there and imported here, are exported the same again."""
    for call in (module_pair.here, module_pair.there):
        call("create", "--name", "c1", "files:1")
    path = module_pair.folder / "all.tar"
    module_pair.there("export", "-o", str(path), "c1")
    module_pair.here("import", str(path), "flat:1")
    module_pair.here("create", "--name", "c4", "flat:1", "sh")
    again = module_pair.folder / "again.tar"
    module_pair.here("export", "-o", str(again), "c4")
    assert entries(again.read_bytes()) == entries(path.read_bytes())
    module_pair.here("rm", "c1", "c4")
    module_pair.here("rmi", "flat:1")
    module_pair.there("rm", "c1")
