"""Layer tars of other writers, edges of whiteouts, and damaged or hostile ones."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats import layer_tar
from imagelab.formats.layer_tar import LayerError, clean_path
from imagelab.model.content import Bytes, digest_of
from imagelab.model.node import WHITEOUT, Kind, Node, directory, file, symlink
from imagelab.model.tree import Tree
from tests.deadline import within
from tests.formats.blobs import Folder, plain, read, tar, written
from tests.formats.test_layer_tar_write import SAMPLES
from tests.model.operations import nodes_of, random_layers, tree_of, view_of_tree

OPAQUE = replace(directory(), opaque=True)
FILE: dict[str, Any] = {"mode": 0o644}
FOLDER: dict[str, Any] = {"type": tarfile.DIRTYPE, "mode": 0o755}


def link(target: str) -> dict[str, Any]:
    return {"type": tarfile.LNKTYPE, "linkname": target}


# --- other writers -------------------------------------------------------------------------


def lay_out(folder: Path) -> None:
    (folder / "d" / "sub").mkdir(parents=True)
    (folder / "d" / "sub" / "file").write_bytes(b"x" * 1000)
    (folder / "d" / ("n" * 90)).write_bytes(b"long name")
    (folder / "d" / "한글").write_bytes(b"korean")
    (folder / "d" / "link").symlink_to("sub/file")
    os.link(folder / "d" / "sub" / "file", folder / "d" / "zz hard")
    (folder / "d" / ".wh.gone").touch()
    os.chmod(folder / "d" / "sub" / "file", 0o4711)
    os.mkfifo(folder / "d" / "pipe")
    for path in (*folder.rglob("*"), folder / "d"):
        os.utime(path, (1_500_000_000, 1_500_000_000), follow_symlinks=False)


@pytest.mark.skipif(os.name != "posix" or not shutil.which("tar"), reason="no tar")
@pytest.mark.parametrize(("form", "front"), [
    (form, front) for form in ("gnu", "pax", "ustar", "v7", "oldgnu")
    for front in ("d", "./d", "absolute") if (form, front) != ("v7", "absolute")])
def test_tars_of_gnu_tar(form: str, front: str, tmp_path: Path) -> None:
    lay_out(tmp_path)
    # v7 has no FIFOs; nor long names, thus no absolute ones here.
    excluded = ["--exclude=pipe"] if form == "v7" else []
    names = [str(tmp_path / "d")] if front == "absolute" else ["-C", str(tmp_path), front]
    done = subprocess.run(
        ["tar", f"--format={form}", *excluded, "-P", "-cf", "-", *names], capture_output=True)
    if b"unrecognized option" in done.stderr or b"unknown" in done.stderr:
        pytest.skip("tar is not GNU tar")
    assert done.returncode == 0, done.stderr
    root = str(tmp_path).strip("/") + "/d" if front == "absolute" else "d"
    changes = read(done.stdout)
    expected = {"", "/sub", "/sub/file", "/" + "n" * 90, "/한글", "/link", "/zz hard", "/gone"}
    assert set(changes) == {root + path for path in expected} | (
        set() if excluded else {f"{root}/pipe"})
    hard, other = changes[f"{root}/sub/file"], changes[f"{root}/zz hard"]
    assert hard.content.read() == b"x" * 1000
    assert hard == other
    assert hard.inode
    assert (hard.mode, hard.uid, hard.mtime) == (0o4711, os.getuid(), 1_500_000_000 * 10**9)
    assert changes[f"{root}/link"].target == "sub/file"
    assert changes[f"{root}/gone"] is WHITEOUT


@pytest.mark.skipif(not shutil.which("tar"), reason="no tar")
def test_a_sparse_file_is_refused_not_misread(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as handle:
        handle.truncate(1 << 20)
    for form in ("gnu", "pax"):
        done = subprocess.run(
            ["tar", f"--format={form}", "-S", "-C", tmp_path, "-cf", "-", "sparse"],
            capture_output=True)
        if done.returncode:
            pytest.skip("tar is not GNU tar")
        with pytest.raises(LayerError):
            read(done.stdout)


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_python(form: int) -> None:
    long = "l" * 60 + "/" + "m" * 90
    data = tar(
        ("./", FOLDER), ("./d", {**FOLDER, "mode": 0o1777, "uid": 7, "gid": 8, "mtime": 9}),
        ("./d/f", {"data": b"data", "uid": 2_000_000, "uname": "someone"}),
        (long, {"data": b"l"}),
        ("./d/s", {"type": tarfile.SYMTYPE, "linkname": "/etc//x/../y/"}),
        ("/absolute//./f", {"data": b"a"}), ("d/h", link("./d/f")),
        ("null", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 3, "mode": 0o666}),
        format=form)
    changes = read(data)
    assert changes["d"] == Node(Kind.DIRECTORY, 0o1777, 7, 8, 9 * 10**9)
    assert changes["d/f"].uid == 2_000_000
    assert changes["d/h"].content == Bytes(b"data")
    assert changes["d/s"].target == "/etc//x/../y/"
    assert changes["absolute/f"].content == Bytes(b"a")
    assert changes["null"].device == (1, 3)
    assert changes[long].content == Bytes(b"l")
    assert "" not in changes


def test_contents_are_slices_of_the_blob(tmp_path: Path) -> None:
    blob = Folder(tmp_path).add(layer_tar.write(SAMPLES))
    assert plain(layer_tar.read(blob)) == plain(layer_tar.canonical(SAMPLES))


@pytest.mark.parametrize(("text", "seconds"), [
    ("0", 0), ("1.999999999", 1), ("-1", -1), ("-1.5", -2), ("-1.000", -1), ("-0.5", -1),
    ("9007199254740993", 9007199254740993), ("9223372036854775807", 2**63 - 1),
    ("12345678901.", 12345678901),
])
def test_times_of_pax(text: str, seconds: int) -> None:
    data = tar(("f", {"pax_headers": {"mtime": text}}))
    assert read(data)["f"].mtime == seconds * 10**9


@pytest.mark.parametrize("text", [
    "nan", "inf", "-inf", "1e999", "1e9", "99999999999999999999", "-9223372036854775809", "", "x",
    "١", "1_0", "0x1", "1.-5"])
def test_times_that_are_none(text: str) -> None:
    data = tar(("f", {"pax_headers": {"mtime": text}}))
    with pytest.raises(LayerError):
        read(data)


# --- whiteouts, duplicates, order ----------------------------------------------------------


@pytest.mark.parametrize(("names", "expected"), [
    ([".wh.a"], {"a": WHITEOUT}),
    (["d/.wh.a"], {"d/a": WHITEOUT}),
    (["./d/.wh.a"], {"d/a": WHITEOUT}),
    (["/d/.wh..a"], {"d/.a": WHITEOUT}),
    (["d/.wh....a"], {"d/...a": WHITEOUT}),
    (["d/.wh.한글"], {"d/한글": WHITEOUT}),
    (["d/.wh.a b"], {"d/a b": WHITEOUT}),
    (["d/.wh..wh..opq"], {"d": OPAQUE}),
    ([".wh..wh..opq"], {"": OPAQUE}),
    (["d/", "d/.wh..wh..opq"], {"d": OPAQUE}),
    (["d/.wh..wh..opq", "d/"], {"d": OPAQUE}),
    ([".wh.d", "d/"], {"d": OPAQUE}),
    (["d/", ".wh.d"], {"d": OPAQUE}),
    ([".wh.f", "f"], {"f": file(b"")}),
    (["f", ".wh.f"], {"f": file(b"")}),
    # Names that the spec reserves, of old storage drivers.
    ([".wh.", "d/.wh."], {}),
    ([".wh..wh.plnk", ".wh..wh.aufs", "d/.wh..wh.orph"], {}),
    # No whiteouts: the prefix is not in front, or not whole.
    (["x.wh.a"], {"x.wh.a": file(b"")}),
    ([".wha"], {".wha": file(b"")}),
    ([".WH.a"], {".WH.a": file(b"")}),
    ([".wh"], {".wh": file(b"")}),
])
def test_whiteouts(names: list[str], expected: dict[str, Node]) -> None:
    data = tar(*((name, FOLDER if name.endswith("/") else FILE) for name in names))
    assert read(data) == expected


@pytest.mark.parametrize("name", [".wh..", "d/.wh..", ".wh...", "d/.wh...", "./.wh..."])
def test_whiteouts_of_no_name(name: str) -> None:
    with pytest.raises(LayerError):
        read(tar((name, FILE)))


@pytest.mark.parametrize("names", [
    ["f", "f"], ["f", "./f"], ["f", "/f"], ["f", "f/"], ["d/", "d/"], ["d/", "d/f", "d/../d/"],
    [".wh.f", ".wh.f"], ["d/.wh..wh..opq", "d/.wh..wh..opq"], [".wh.d", "d/", "d/"],
])
def test_no_path_comes_twice(names: list[str]) -> None:
    """As a daemon has it."""
    data = tar(*((name, FOLDER if name.endswith("/") else FILE) for name in names))
    with pytest.raises(LayerError, match="duplicates of file paths not supported"):
        read(data)


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_entries_gives_the_same_tree(seed: int, tmp_path: Path) -> None:
    """And a DiffID of its own, since the bytes differ."""
    dice = random.Random(seed)
    layers = random_layers(dice)
    changes = nodes_of(layers[-1])
    below = tree_of(layers[:-1])
    canonical = written(changes)
    with tarfile.open(fileobj=io.BytesIO(canonical), mode="r:") as archive:
        members = archive.getmembers()
        order = members[:]
        dice.shuffle(order)
        order.sort(key=lambda member: member.islnk())  # a hard link needs its target
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as shuffled:
            for member in order:
                shuffled.addfile(member, archive.extractfile(member) if member.isreg() else None)
    blob = Folder(tmp_path).add(iter([buffer.getvalue()]))
    assert view_of_tree(below.over(layer_tar.read(blob))) == view_of_tree(below.over(changes))
    if order != members:
        assert blob.digest != digest_of(iter([canonical]))


# --- hard links ----------------------------------------------------------------------------


def test_hard_links() -> None:
    data = tar(
        ("f", {"data": b"f"}), ("a", link("f")), ("b", link("./a")), ("s", {
            "type": tarfile.SYMTYPE, "linkname": "f"}), ("t", link("/s")),
        ("other", {"data": b"f"}), ("more", link("other")))
    changes = read(data)
    groups: dict[int, list[str]] = {}
    for path, node in changes.items():
        groups.setdefault(node.inode, []).append(path)
    assert sorted(map(sorted, groups.values())) == [["a", "b", "f"], ["more", "other"], ["s", "t"]]
    assert changes["t"] == replace(symlink("f"), mode=changes["s"].mode, inode=changes["s"].inode)


@pytest.mark.parametrize("members", [
    [("a", link("f")), ("f", FILE)],
    [("a", link("nothing"))],
    [("a", link("a"))],
    [("d", FOLDER), ("a", link("d"))],
    [("a", link(""))],
    [("f", FILE), ("a", link("../f"))],
    [(".wh.f", FILE), ("a", link("f"))],
])
def test_hard_links_to_what_is_not_there(members: list[tuple[str, dict[str, Any]]]) -> None:
    with pytest.raises(LayerError):
        read(tar(*members))


# --- hostile -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [
    "..", "../f", "/../f", "a/../../f", "./../f", "a/b/../../../f", "../" * 100 + "etc/passwd"])
def test_names_that_leave_the_root(name: str) -> None:
    with pytest.raises(LayerError):
        read(tar((name, FILE)))
    with pytest.raises(LayerError):
        clean_path(name)


def test_dots_inside_are_resolved() -> None:
    assert set(read(tar(("a/../b/./c/..", FOLDER), ("x/y/../z", FILE)))) == {"b", "x/z"}
    assert [clean_path(name) for name in ("", "/", ".", "a/..", "//a//b/")] == [
        "", "", "", "", "a/b"]


def header_with(**fields: Any) -> bytes:
    info = tarfile.TarInfo("f")
    for key, value in fields.items():
        setattr(info, key, value)
    return info.tobuf(tarfile.GNU_FORMAT)


def pax(records: bytes, kind: bytes = b"x") -> bytes:
    """A file ``f`` behind an extended header with these records."""
    info = tarfile.TarInfo("pax")
    info.type, info.size = kind, len(records)
    return (
        info.tobuf(tarfile.USTAR_FORMAT) + records + bytes(-len(records) % 512)
        + tarfile.TarInfo("f").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def record(key: str, value: bytes) -> bytes:
    rest = len(key) + len(value) + 3
    length = rest + len(str(rest))
    return b"%d %s=%s\n" % (rest + len(str(length)), key.encode(), value)


DEEP = b"a/" * 2000 + b"f"
GOOD = written({"a": file(b"a" * 600), "b": file(b"b")})

HOSTILE: dict[str, bytes] = {
    "garbage": random.Random(1).randbytes(5000),
    "text": b"not a tar at all\n" * 100,
    "short": b"x",
    "cut in the header": GOOD[:300],
    "cut in the content": GOOD[:700],
    "cut in the second header": GOOD[:1700],
    "cut in the padding": GOOD[:1400],
    "second header damaged": GOOD[:1600] + b"?" + GOOD[1601:],
    "zeros and more": GOOD[:1536] + bytes(512) + GOOD[1536:],
    "size below zero": header_with(size=-512) + bytes(1024),
    "size of pax below zero": pax(record("size", b"-512")),
    "header size below zero": header_with(type=b"x", size=-1024) + bytes(1024),
    "global header size below zero": header_with(type=b"g", size=-1024) + bytes(1024),
    "name size below zero": header_with(type=b"L", size=-1024) + bytes(1024),
    "gigantic size": header_with(size=1 << 80) + bytes(1024),
    "large size": header_with(size=1 << 40) + bytes(1024),
    "gigantic pax size": pax(record("size", b"9" * 30)),
    "gigantic header": header_with(type=b"x", size=1 << 62) + bytes(1024),
    "header of gigabytes": header_with(type=b"L", size=8 << 30) + bytes(1024),
    "header of two megabytes": pax(record("comment", bytes(2 << 20))),
    "headers only": b"".join(pax(record("comment", b"x"))[:1024] for _ in range(5000)),
    "names only": (header_with(type=b"L", size=2) + b"n\0".ljust(512, b"\0")) * 5000,
    "endless sparse": header_with(type=b"S", size=1)[:482] + b"\1" + bytes(29),
    "zero byte in a name": pax(record("path", b"a\0b")),
    "zero byte in a link": pax(record("linkpath", b"a\0b")).replace(
        tarfile.TarInfo("f").tobuf(tarfile.USTAR_FORMAT), header_with(type=tarfile.SYMTYPE)),
    "very long name": pax(record("path", b"n" * 5000)),
    "very deep name": pax(record("path", DEEP)),
    "owner below zero": header_with(uid=-5) + bytes(1024),
    "gigantic owner": pax(record("uid", b"9" * 40)),
    "long number": pax(record("uid", b"9" * 5000)),
    "gigantic device": header_with(type=tarfile.CHRTYPE, devmajor=1 << 40) + bytes(1024),
    "device of no Linux": header_with(type=tarfile.BLKTYPE, devmajor=1 << 12) + bytes(1024),
    "minor number of no Linux": header_with(type=tarfile.CHRTYPE, devminor=1 << 20) + bytes(1024),
    "time below the range": header_with(mtime=-(1 << 80)) + bytes(1024),
    "damaged pax": pax(b"99999999999999999999 path=x\n"),
    "pax without end": pax(b"30 path=x\n"),
}


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_hostile_tars(kind: str) -> None:
    with within(2):
        if kind in MAY_PASS:
            read(HOSTILE[kind])
        else:
            with pytest.raises(LayerError):
                read(HOSTILE[kind])


#: Go takes it for whole, thus the daemon.
MAY_PASS = frozenset({"cut in the padding"})


@pytest.mark.parametrize("data", [b"", bytes(512), bytes(1024), bytes(10240)])
def test_empty_tars(data: bytes) -> None:
    """Docker takes a layer of no bytes at all for an empty one."""
    assert read(data) == {}


def test_an_end_without_zeros() -> None:
    assert set(read(GOOD[:-1024])) == {"a", "b"}
    assert set(read(GOOD[:-512])) == {"a", "b"}
    assert set(read(GOOD + b"\0" * 5 + b"rest")) == {"a", "b"}


def mutations(data: bytes, seed: int, count: int) -> list[bytes]:
    dice = random.Random(seed)
    starts = range(0, len(data), 512)
    mutants = []
    for _ in range(count):
        mutant = bytearray(data)
        for _ in range(dice.choice((1, 1, 2, 8))):
            at = dice.choice((dice.randrange(len(data)), dice.choice(starts) + dice.randrange(345)))
            mutant[min(at, len(data) - 1)] = dice.choice((0, 0xFF, 0x80, 0x37, dice.randrange(256)))
        if dice.random() < 0.5:
            _repair(mutant)
        if dice.random() < 0.1:
            del mutant[dice.randrange(len(mutant)) :]
        mutants.append(bytes(mutant))
    return mutants


def _repair(data: bytearray) -> None:
    """Give each header its right checksum again, so that the change is believed."""
    for at in range(0, len(data) - 511, 512):
        if data[at + 257 : at + 262] == b"ustar":
            data[at + 148 : at + 156] = b" " * 8
            data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])


@pytest.mark.parametrize("seed", range(4))
def test_fuzzed_tars(seed: int) -> None:
    """Whatever is in it: changes that a tree can be made of and written again, or LayerError."""
    small = {path: node for path, node in SAMPLES.items() if len(path) < 200}
    gnu = tar(("a" * 120, {"data": b"a"}), ("s", {"type": tarfile.SYMTYPE, "linkname": "b" * 120}),
              ("big", {"uid": 3_000_000}), ("d", FOLDER), ("h", link("a" * 120)),
              format=tarfile.GNU_FORMAT)
    read_well = 0
    for mutant in mutations(written(small), seed, 250) + mutations(gnu, seed, 250):
        try:
            changes = read(mutant)
        except LayerError:
            continue
        read_well += 1
        Tree().over(changes)
        assert plain(read(written(changes))) == plain(layer_tar.canonical(changes))
    assert read_well > 20


def test_many_entries_take_no_long_time() -> None:
    count = 50_000
    empty = tarfile.TarInfo().tobuf(tarfile.USTAR_FORMAT)
    data = bytearray()
    for number in range(count):
        name = b"d%03d/f%06d" % (number % 300, number)
        data += name + empty[len(name) : 148] + b" " * 8 + empty[156:]
        data[-364:-356] = b"%06o\0 " % sum(data[-512:])
    with within(2.5):
        assert len(read(bytes(data))) == count


def test_too_many_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_tar, "MAX_ENTRIES", 3)
    assert len(read(tar(*((str(number), FILE) for number in range(3))))) == 3
    with pytest.raises(LayerError):
        read(tar(*((str(number), FILE) for number in range(4))))
