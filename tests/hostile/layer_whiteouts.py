"""Layers with whiteouts and opaque markers where no tool puts them."""

from __future__ import annotations

from tests.hostile.layers import BELOW, SPEC, WORDS, Case, Z, layer, one, over
from tests.hostile.tars import entry, folder, hard, symlink

OPAQUE = entry("d/.wh..wh..opq")

WHITEOUTS = {
    "of nothing": Case(one(entry(".wh.nothing"), Z), "z: f 644 z"),
    "of nothing in a folder that is not there": Case(
        one(entry("no/.wh.nothing"), Z), "z: f 644 z", "no: d 755, z: f 644 z", SPEC
    ),
    "before its target": Case(
        over(entry(".wh.f"), entry("f", b"new")), "d/old: f 644 old, d: d 755, f: f 644 new"
    ),
    "after its target": Case(
        over(entry("f", b"new"), entry(".wh.f")),
        "d/old: f 644 old, d: d 755, f: f 644 new",
        '! failed to mknod("/f", S_IFCHR, 0): file exists',
        SPEC,
    ),
    "before what is new": Case(one(entry(".wh.n"), entry("n", b"new")), "n: f 644 new"),
    "after what is new": Case(
        one(entry("n", b"new"), entry(".wh.n")),
        "n: f 644 new",
        '! failed to mknod("/n", S_IFCHR, 0): file exists',
        SPEC,
    ),
    "before what is below": Case(
        over(entry(".wh.d"), entry("d/new", b"1")),
        "d/new: f 644 1, d: d 755, f: f 644 f",
        "! open /d/new: not a directory",
        SPEC,
    ),
    "after what is below": Case(
        over(entry("d/new", b"1"), entry(".wh.d")),
        "d/new: f 644 1, d: d 755, f: f 644 f",
        '! failed to mknod("/d", S_IFCHR, 0): file exists',
        SPEC,
    ),
    "before its folder": Case(
        over(entry(".wh.d"), folder("d"), entry("d/new", b"1")),
        "d/new: f 644 1, d: d 755, f: f 644 f",
        "d/new: f 644 1, d/old: f 644 old, d: d 755, f: f 644 f",
        SPEC,
    ),
    "after its folder": Case(
        over(folder("d"), entry("d/new", b"1"), entry(".wh.d")),
        "d/new: f 644 1, d: d 755, f: f 644 f",
        '! failed to mknod("/d", S_IFCHR, 0): file exists',
        SPEC,
    ),
    "twice": Case(
        over(entry(".wh.f"), entry(".wh.f")),
        "! (duplicates of file paths not supported):",
        '! failed to mknod("/f", S_IFCHR, 0): file exists',
        WORDS,
    ),
    "of the folder above the root": Case(
        one(entry(".wh..."), Z),
        "! '.wh...' hides no name",
        '! failed to mknod("/", S_IFCHR, 0): file exists',
        WORDS,
    ),
    "of its own folder": Case(
        over(entry("d/.wh.."), Z),
        "! 'd/.wh..' hides no name",
        '! failed to mknod("/d", S_IFCHR, 0): file exists',
        WORDS,
    ),
    "of the folder above": Case(
        over(entry("d/.wh..."), Z),
        "! 'd/.wh...' hides no name",
        '! failed to mknod("/", S_IFCHR, 0): file exists',
        WORDS,
    ),
    "of no name": Case(
        over(entry("d/.wh."), Z),
        "d/old: f 644 old, d: d 755, f: f 644 f, z: f 644 z",
        '! failed to mknod("/d", S_IFCHR, 0): file exists',
        SPEC,
    ),
    "behind dots": Case(over(entry("a/../.wh.f"), Z), "d/old: f 644 old, d: d 755, z: f 644 z"),
    "as a folder": Case(over(entry(".wh.d/"), Z), "f: f 644 f, z: f 644 z"),
    "as a link": Case(over(symlink(".wh.f", "/d")), "d/old: f 644 old, d: d 755"),
    "as a FIFO": Case(over(entry(".wh.f", kind=b"6")), "d/old: f 644 old, d: d 755"),
    "with content": Case(
        over(entry(".wh.f", b"data"), Z), "d/old: f 644 old, d: d 755, z: f 644 z"
    ),
    "of a whiteout": Case(
        over(entry(".wh..wh.f"), Z), "d/old: f 644 old, d: d 755, f: f 644 f, z: f 644 z"
    ),
    "in capitals": Case(
        over(entry(".WH.f"), Z), ".WH.f: f 644 , d/old: f 644 old, d: d 755, f: f 644 f, z: f 644 z"
    ),
    "below a file": Case(
        over(entry("f/.wh.x")),
        "d/old: f 644 old, d: d 755, f: f 644 f",
        "d/old: f 644 old, d: d 755, f: d 755",
        SPEC,
    ),
    "opaque before": Case(
        over(folder("d"), OPAQUE, entry("d/new", b"1")), "d/new: f 644 1, d: d 755, f: f 644 f"
    ),
    "opaque after": Case(
        over(folder("d"), entry("d/new", b"1"), OPAQUE), "d/new: f 644 1, d: d 755, f: f 644 f"
    ),
    "opaque before its folder": Case(
        over(OPAQUE, folder("d", 0o700), entry("d/new", b"1")),
        "d/new: f 644 1, d: d 700, f: f 644 f",
    ),
    "opaque without its folder": Case(over(OPAQUE, Z), "d: d 755, f: f 644 f, z: f 644 z"),
    "opaque of nothing": Case(
        over(entry("n/.wh..wh..opq"), Z),
        "d/old: f 644 old, d: d 755, f: f 644 f, n: d 755, z: f 644 z",
    ),
    "opaque root": Case(
        over(entry(".wh..wh..opq"), Z),
        "z: f 644 z",
        "d/old: f 644 old, d: d 755, f: f 644 f, z: f 644 z",
        SPEC,
    ),
    "opaque as a folder": Case(
        over(folder("d"), entry("d/.wh..wh..opq/"), Z), "d: d 755, f: f 644 f, z: f 644 z"
    ),
    "opaque file": Case(
        over(entry("f/.wh..wh..opq"), Z), "d/old: f 644 old, d: d 755, f: d 755, z: f 644 z"
    ),
    "opaque and a whiteout": Case(
        over(folder("d"), OPAQUE, entry("d/.wh.old")), "d: d 755, f: f 644 f"
    ),
    "opaque again": Case(
        (
            BELOW,
            layer(folder("d"), OPAQUE, entry("d/a", b"1")),
            layer(folder("d"), OPAQUE, entry("d/b", b"2")),
        ),
        "d/b: f 644 2, d: d 755, f: f 644 f",
    ),
    "opaque, then removed, then again": Case(
        (
            BELOW,
            layer(folder("d"), OPAQUE),
            layer(entry(".wh.d")),
            layer(folder("d"), entry("d/b", b"2")),
        ),
        "d/b: f 644 2, d: d 755, f: f 644 f",
    ),
    "opaque folder that a container has files in": Case(
        (
            layer(folder("etc"), entry("etc/passwd", b"1")),
            layer(folder("etc"), entry("etc/.wh..wh..opq"), entry("etc/group", b"2")),
        ),
        "etc/group: f 644 2",
    ),
    "files of an old driver": Case(
        one(folder(".wh..wh.plnk"), entry(".wh..wh.plnk/1.2", b"1"), hard("h", ".wh..wh.plnk/1.2")),
        ".wh..wh.plnk/1.2: f 644 1, .wh..wh.plnk: d 755, h: = .wh..wh.plnk/1.2",
    ),
    "marker of an old driver": Case(one(entry(".wh..wh.aufs", b"1"), Z), "z: f 644 z"),
}
