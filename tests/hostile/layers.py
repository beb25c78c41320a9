"""Hostile layers, each with what comes of it: what a container sees, or why it is refused.

What a daemon makes of the same bytes is that of engine 20.10.24 with overlay2; where the lab has
another answer, it says why. ``tests/proof/test_hostile_layers.py`` asks a real one.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.hostile.tars import END, entry, folder, symlink


@dataclass(frozen=True)
class Case:
    """One or more layers, and what comes of them.

    Attributes:
        layers: their tars, the lowest first.
        answer: the files of a container, or what follows ``Error processing tar file``.
        daemon: what a daemon answers, if that is something else.
        why: the reason for the difference.
    """

    layers: tuple[bytes, ...]
    answer: str
    daemon: str | None = None
    why: str = ""


CLIMBS = "a daemon takes what climbs out for the root's; no tool writes such, and others follow it"
BOUND = "a bound of the lab"
DOUBT = "readers differ: what the lab showed would not be what others unpack"
SPEC = (
    "OCI image spec: a whiteout hides what lower layers have, wherever it stands; overlay2 makes \
a device of it, which something else may be in the way of"
)
DRIVER = "a trick of one storage driver; by the OCI image spec it means nothing"
SPARSE = "sparse files are refused, not misread"
WORDS = "refused by both, in other words"


def layer(*entries: bytes) -> bytes:
    """Return a layer with some entries."""
    return b"".join(entries) + END


BELOW = layer(folder("d"), entry("d/old", b"old"), entry("f", b"f"))
Z = entry("z", b"z")


def one(*entries: bytes) -> tuple[bytes, ...]:
    """Return a layer alone."""
    return (layer(*entries),)


def over(*entries: bytes) -> tuple[bytes, ...]:
    """Return a layer over one with a folder and files."""
    return (BELOW, layer(*entries))


NAMES = {
    "dots inside": Case(
        one(folder("a"), entry("a/../b/./c", b"1")), "a: d 755, b/c: f 644 1, b: d 755"
    ),
    "climbing": Case(
        one(entry("../x", b"1")), "! '../x' is outside of the root", "x: f 644 1", CLIMBS
    ),
    "climbing from inside": Case(
        one(entry("a/../../../x", b"1")),
        "! 'a/../../../x' is outside of the root",
        "x: f 644 1",
        CLIMBS,
    ),
    "climbing from the root": Case(
        one(entry("/../x", b"1")), "! '/../x' is outside of the root", "x: f 644 1", CLIMBS
    ),
    "absolute": Case(one(entry("/a/b", b"1")), "a/b: f 644 1, a: d 755"),
    "doubled slashes": Case(one(entry("//a///b", b"1")), "a/b: f 644 1, a: d 755"),
    "no name": Case(one(entry("", b"1")), ""),
    "the root as a file": Case(one(entry(".", b"1")), ""),
    "the root with rights": Case(one(entry("./", mode=0o700), entry("a", b"1")), "a: f 644 1"),
    "the root as a link": Case(
        one(symlink("/", "/tmp"), entry("a", b"1")),
        "a: f 644 1",
        "! unlinkat .//: device or resource busy",
        "the root is no part of a layer, whatever it says",
    ),
    "zero byte in pax": Case(
        one(entry("a", b"1", pax={"path": b"a\0b"})), "! archive/tar: invalid tar header"
    ),
    "zero byte in a link": Case(
        one(entry("a", kind=b"2", pax={"linkpath": b"a\0b"})), "! archive/tar: invalid tar header"
    ),
    "zero byte in a header": Case(one(entry(b"a\0b", b"1")), "a: f 644 1"),
    "invalid UTF-8": Case(one(entry(b"a\xff\xfeb", b"1")), "a\\udcff\\udcfeb: f 644 1"),
    "invalid UTF-8 in a link": Case(
        one(entry(b"a", kind=b"2", link=b"\xff\xfe")), "a: -> \\udcff\\udcfe"
    ),
    "invalid UTF-8 in pax": Case(
        one(entry("a", b"1", pax={"path": b"a\xff"})), "a\\udcff: f 644 1"
    ),
    "new line": Case(one(entry("a\nb", b"1")), "a\\nb: f 644 1"),
    "escape sequence": Case(one(entry("\x1b[31mred", b"1")), "\\x1b[31mred: f 644 1"),
    "as long as it may be": Case(
        one(entry("a", b"1", pax={"path": b"n" * 255})), "nnnnnnnnnnnnnnnnnnnn...255: f 644 1"
    ),
    "too long": Case(
        one(entry("a", b"1", pax={"path": b"n" * 256})),
        "! open /nnnnnnnnnnnnnnnnnnn...258 file name too long",
    ),
    "too deep": Case(
        one(entry("a", b"1", pax={"path": b"d/" * 300 + b"x"})),
        "! a path of 301 parts",
        "d/d/d/d/d/d/d/d/d/d/...101: d 755, d/d/d/d/d/d/d/d/d/d/...10...11085",
        BOUND,
    ),
    "two cases": Case(one(entry("A", b"1"), entry("a", b"2")), "A: f 644 1, a: f 644 2"),
    "two forms of Unicode": Case(
        one(entry("\u00e9", b"1"), entry("e\u0301", b"2")), "\\xe9: f 644 1, e\\u0301: f 644 2"
    ),
    "another system's": Case(
        one(entry("a\\..\\b", b"1"), entry("C:x", b"2")), "C:x: f 644 2, a\\\\..\\\\b: f 644 1"
    ),
    "long name that climbs": Case(
        one(entry("././@LongLink", b"../../x\0", kind=b"L"), entry("a", b"1")),
        "! '../../x' is outside of the root",
        "x: f 644 1",
        CLIMBS,
    ),
    "prefix that climbs": Case(
        one(entry("a", b"1", prefix=b"../fix")),
        "! '../fix/a' is outside of the root",
        "fix/a: f 644 1, fix: d 755",
        CLIMBS,
    ),
    "prefix": Case(
        one(entry("a", b"1", prefix=b"pre/fix")), "pre/fix/a: f 644 1, pre/fix: d 755, pre: d 755"
    ),
    "parents left out": Case(one(entry("p/q/r", b"1")), "p/q/r: f 644 1, p/q: d 755, p: d 755"),
}
