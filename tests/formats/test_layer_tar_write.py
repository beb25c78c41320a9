"""Python's tarfile and GNU tar read the layer tars that are written, and find all in them."""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from imagelab.formats import layer_tar
from imagelab.model.content import CHUNK, Content, Joined, Pattern, Zeros, digest_of
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import WHITEOUT, Changes, Kind, Node, directory, file, symlink
from tests.formats.blobs import Folder, plain, read, written
from tests.model.operations import NOW, apply, tree_of, view_of_files, view_of_tree
from tests.model.overlay import random_case

SECOND = 1_000_000_000
UNDECODABLE = b"caf\xe9 \xff".decode("utf-8", "surrogateescape")
LONG = "/".join(["seventeen letters"] * 9)  # 161 bytes
VERY_LONG = "/".join(["가나다라마바사아자차카타파하"] * 20)  # 859 bytes
LINKED = replace(file(b"linked"), inode=7)

SAMPLES: dict[str, Node] = {
    "empty": file(b""),
    "one": file(b"1", 0o640),
    "block": file(b"b" * 512),
    "block and one": file(b"b" * 513),
    "x" * 100: file(b"100 bytes"),
    "y" * 101: file(b"101 bytes"),
    "z" * 255: file(b"255 bytes"),
    LONG: file(b"long"),
    VERY_LONG: file(b"very long"),
    "한글/파일 이름.txt": file("내용".encode()),
    f"{UNDECODABLE}/{UNDECODABLE}": file(b"bytes"),
    f"{UNDECODABLE}/{'long ' * 30}{UNDECODABLE}": file(b"bytes"),
    "new\nline": file(b""),
    " spaces ": file(b""),
    "folder": directory(0o1777),
    "f" * 99: directory(),
    "g" * 100: directory(),
    "setuid": file(b"", 0o4755),
    "setgid": file(b"", 0o2711),
    "no permission": file(b"", 0),
    "owner": replace(file(b""), uid=2_097_151, gid=2_097_151),
    "large owner": replace(file(b""), uid=2_097_152, gid=4_000_000_000),
    "epoch": file(b"", mtime=0),
    "before": file(b"", mtime=-SECOND),
    "long before": file(b"", mtime=-62135596800 * SECOND),
    "last of ustar": file(b"", mtime=0o77777777777 * SECOND),
    "later": file(b"", mtime=(0o77777777777 + 1) * SECOND),
    "link": symlink("../some/where"),
    "long link": symlink(LONG),
    "very long link": symlink("/" + VERY_LONG),
    "foreign link": symlink(UNDECODABLE),
    "hard 1": LINKED,
    "hard 2": LINKED,
    LONG + " linked": LINKED,
    "null": Node(Kind.CHARACTER, 0o666, device=(1, 3)),
    "disk": Node(Kind.BLOCK, 0o660, device=(259, 1_048_575)),
    "pipe": Node(Kind.FIFO, 0o600),
    "capable": replace(file(b""), xattrs=(
        ("security.capability", b"\1\0\0\2\0\4\0\0\n=\xff"), ("user.한글", "값".encode()))),
}


def members(data: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(
        fileobj=io.BytesIO(data), mode="r:", encoding="utf-8", errors="surrogateescape",
    ) as archive:
        return {member.name: member for member in archive}


@pytest.mark.parametrize("path", sorted(SAMPLES))
def test_pythons_tarfile_reads_an_entry(path: str) -> None:
    node = SAMPLES[path]
    found = members(written({path: node}))
    assert list(found) == [path]
    member = found[path]
    kinds = {
        Kind.FILE: tarfile.REGTYPE, Kind.DIRECTORY: tarfile.DIRTYPE, Kind.SYMLINK: tarfile.SYMTYPE,
        Kind.CHARACTER: tarfile.CHRTYPE, Kind.BLOCK: tarfile.BLKTYPE, Kind.FIFO: tarfile.FIFOTYPE}
    assert member.type == kinds[node.kind]
    assert (member.mode, member.uid, member.gid) == (node.mode, node.uid, node.gid)
    assert member.mtime == node.mtime // SECOND
    assert member.size == node.content.size
    assert member.linkname == node.target
    assert (member.devmajor, member.devminor) == node.device
    assert (member.uname, member.gname) == ("", "")
    xattrs = {
        key.removeprefix("SCHILY.xattr."): value.encode("utf-8", "surrogateescape")
        for key, value in member.pax_headers.items() if key.startswith("SCHILY.xattr.")}
    assert xattrs == dict(node.xattrs)


def test_all_of_it_comes_back() -> None:
    assert plain(read(written(SAMPLES))) == plain(layer_tar.canonical(SAMPLES))


@pytest.mark.skipif(not shutil.which("tar"), reason="no GNU tar")
def test_gnu_tar_reads_them(tmp_path: Path) -> None:
    archive = tmp_path / "layer.tar"
    archive.write_bytes(written(SAMPLES))
    version = subprocess.run(["tar", "--version"], capture_output=True, check=True).stdout
    if b"GNU tar" not in version:
        pytest.skip("tar is not GNU tar")
    done = subprocess.run(
        ["tar", "--numeric-owner", "--full-time", "--quoting-style=literal", "-tvf", archive],
        capture_output=True, check=True, env={"TZ": "UTC", "LC_ALL": "C", "PATH": "/bin:/usr/bin"})
    assert done.stderr == b""
    lines = done.stdout.decode("utf-8", "surrogateescape").split("\n")
    listing = "\n".join(lines)
    for line in (
        "-rw-r-----" + " 0/0               1 1970-01-01 00:00:00 one",
        "-rwsr-xr-x 0/0               0 1970-01-01 00:00:00 setuid",
        "-rwx--s--x 0/0               0 1970-01-01 00:00:00 setgid",
        "drwxrwxrwt 0/0               0 1970-01-01 00:00:00 folder/",
        "-rw-r--r-- 2097152/4000000000     0 1970-01-01 00:00:00 large owner",
        "-rw-r--r-- 0/0               0 1969-12-31 23:59:59 before",
        "-rw-r--r-- 0/0               0 1-01-01 00:00:00 long before",
        "-rw-r--r-- 0/0               0 2242-03-16 12:56:32 later",
        f"-rw-r--r-- 0/0               4 1970-01-01 00:00:00 {LONG}",
        f"-rw-r--r-- 0/0               9 1970-01-01 00:00:00 {VERY_LONG}",
        "-rw-r--r-- 0/0               6 1970-01-01 00:00:00 한글/파일 이름.txt",
        f"-rw-r--r-- 0/0               5 1970-01-01 00:00:00 {UNDECODABLE}/{UNDECODABLE}",
        f"lrwxrwxrwx 0/0               0 1970-01-01 00:00:00 very long link -> /{VERY_LONG}",
        "hrw-r--r-- 0/0               0 1970-01-01 00:00:00 hard 2 link to hard 1",
        "crw-rw-rw- 0/0             1,3 1970-01-01 00:00:00 null",
        "brw-rw---- 0/0     259,1048575 1970-01-01 00:00:00 disk",
        "prw------- 0/0               0 1970-01-01 00:00:00 pipe",
    ):
        kind, owner, *rest = line.split(maxsplit=5)
        assert any(
            row.split(maxsplit=5) == [kind, owner, *rest] for row in lines), (line, listing)


def test_whiteouts_are_empty_files_and_opaque_marks_follow_their_folder() -> None:
    found = members(written({
        "a": replace(directory(), opaque=True), "a/b": file(b""), "gone": WHITEOUT,
        "d": directory(), "d/gone": WHITEOUT}))
    assert list(found) == ["a", "a/.wh..wh..opq", "a/b", "d", "d/.wh.gone", ".wh.gone"]
    for name in ("a/.wh..wh..opq", "d/.wh.gone", ".wh.gone"):
        assert found[name].isreg()
        assert found[name].size == 0


def test_no_changes_are_two_blocks_of_zeros() -> None:
    """The DiffID of an empty layer that Docker gives, known from many images."""
    assert written({}) == bytes(1024)
    assert written({"": directory(0o700)}) == bytes(1024)
    assert digest_of(layer_tar.write({})) == (
        "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")


def test_large_sizes_are_written_without_their_bytes() -> None:
    changes: Changes = {"big": file(Zeros(9 << 30)), "small": file(b"s")}
    pieces = list(layer_tar.header("big", b"0", size=9 << 30))
    assert layer_tar.length(changes) == sum(map(len, pieces)) + (9 << 30) + 512 + 512 + 1024
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces)), mode="r:") as archive:
        member = archive.next()
        assert member is not None
        assert member.size == 9 << 30


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, CHUNK, 3 * CHUNK + 1])
def test_the_length_is_known_before(size: int) -> None:
    changes: Changes = {"f": file(Pattern("f", size)), "d": directory(), "gone": WHITEOUT}
    assert layer_tar.length(changes) == len(written(changes))


def test_the_length_of_samples() -> None:
    assert layer_tar.length(SAMPLES) == len(written(SAMPLES))


def test_the_bytes_depend_on_neither_order_nor_chunks_nor_fractions() -> None:
    whole = written(SAMPLES)
    shuffled = list(SAMPLES.items())
    random.Random(1).shuffle(shuffled)
    assert written(dict(shuffled)) == whole

    def in_pieces(content: Content) -> Content:
        data = content.read()
        return Joined(tuple(file(data[at : at + 100]).content for at in range(0, len(data), 100)))

    pieces = {
        path: replace(node, content=in_pieces(node.content), mtime=node.mtime + 123)
        for path, node in SAMPLES.items()}
    assert written(pieces) == whole
    assert hashlib.sha256(written(layer_tar.canonical(pieces))).digest() == hashlib.sha256(
        whole).digest()


def test_long_pax_records_count_themselves() -> None:
    for length in [*range(80, 130), *range(960, 1010), 9980, 9990, 9995, 10_000]:
        value = bytes(length)
        node = replace(file(b""), xattrs=(("user.x", value),))
        assert read(written({"f": node}))["f"].xattrs == (("user.x", value),)


@pytest.mark.parametrize("seed", range(120))
def test_a_commit_shows_what_the_container_showed(seed: int, tmp_path: Path) -> None:
    """Also after its tar was written and read: no whiteout, mark or time is lost."""
    case = random_case(seed + 5000)
    tree = tree_of(case["layers"])
    files = FileSystem(tree, {}, now=NOW)
    for operation in case["operations"]:
        apply(files, operation)
    shown = view_of_files(files)
    assert view_of_tree(tree.over(files.changes)) == shown

    changes = layer_tar.canonical(files.changes)
    blob = Folder(tmp_path).add(layer_tar.write(changes))
    loaded = layer_tar.read(blob)
    assert plain(loaded) == plain(changes)
    assert b"".join(layer_tar.write(loaded)) == blob.path.read_bytes()
    committed = view_of_tree(tree.over(loaded))
    del committed["/"], shown["/"]  # the root directory is part of no layer
    assert committed == shown
