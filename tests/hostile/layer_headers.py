"""Layers whose headers lie, contradict themselves, are damaged or cut, or come twice."""

from __future__ import annotations

from tests.hostile.layers import (
    BOUND,
    DOUBT,
    DRIVER,
    SPARSE,
    WORDS,
    Case,
    Z,
    layer,
    one,
    over,
)
from tests.hostile.tars import END, base_256, entry, extended, folder, old_sparse, padded

ONE = entry("a", b"1")
LONG = entry("././@LongLink", b"gnu\0", kind=b"L")
#: What is a file's content to who reads its size as 512, else one more file.
INSIDE = entry("hidden", b"")


def sized(size: int | bytes, data: bytes = b"1") -> tuple[bytes, ...]:
    return one(entry("a", data, size=size))


def pax(records: dict[str, bytes], data: bytes = b"1") -> tuple[bytes, ...]:
    return one(entry("a", data, pax=records), Z)


def raw_pax(body: bytes) -> tuple[bytes, ...]:
    return one(entry("pax", body, kind=b"x"), ONE)


NUMBERS = {
    "size below zero": Case(sized(b"-0000000001\0"), "! archive/tar: invalid tar header"),
    "size below zero, of 256": Case(sized(base_256(-1)), "! archive/tar: invalid tar header"),
    "size of exabytes": Case(
        sized(base_256(1 << 62)), "! archive/tar: invalid tar header", "! unexpected EOF", WORDS
    ),
    "size beyond all": Case(sized(base_256(1 << 80)), "! archive/tar: invalid tar header"),
    "size of 256": Case(sized(base_256(1)), "a: f 644 1"),
    "size below zero in pax": Case(pax({"size": b"-1"}), "! archive/tar: invalid tar header"),
    "size in pax only": Case(
        one(entry("a", b"1" * 600, size=0, pax={"size": b"600"}), Z),
        "a: f 644 600 bytes, z: f 644 z",
    ),
    "size that is none": Case(sized(b"00000000zz1\0"), "! archive/tar: invalid tar header"),
    "size with spaces": Case(sized(b"          1 "), "a: f 644 1"),
    "size with an underscore": Case(sized(b"0000000_001\0"), "! archive/tar: invalid tar header"),
    "size behind a zero byte": Case(
        sized(b"\x0000000001000", INSIDE),
        "! archive/tar: invalid tar header",
        "a: f 644 512 bytes",
        DOUBT,
    ),
    "size in pax that is none": Case(pax({"size": b"x"}), "! archive/tar: invalid tar header"),
    "size in pax with an underscore": Case(
        pax({"size": b"0_1"}), "! archive/tar: invalid tar header"
    ),
    "size in pax that is empty": Case(
        pax({"size": b""}), "! archive/tar: invalid tar header", "a: f 644 1, z: f 644 z", DOUBT
    ),
    "owner as large as it may be": Case(
        pax({"uid": b"4294967294"}), "a: f 644 1 4294967294, z: f 644 z"
    ),
    "owner too large": Case(
        pax({"uid": b"4294967296"}),
        "! 'a' has an owner or device number out of range",
        "a: f 644 1, z: f 644 z",
        BOUND,
    ),
    "owner below zero": Case(
        pax({"uid": b"-1"}),
        "! 'a' has an owner or device number out of range",
        "a: f 644 1, z: f 644 z",
        BOUND,
    ),
    "owner that is none": Case(pax({"uid": b"root"}), "! archive/tar: invalid tar header"),
    "time before 1970": Case(pax({"mtime": b"-5"}), "a: f 644 1, z: f 644 z"),
    "time of the far future": Case(
        pax({"mtime": b"9223372036854775807"}), "a: f 644 1, z: f 644 z"
    ),
    "more rights than there are": Case(one(entry("a", b"1", mode=0o7777777)), "a: f 7777 1"),
    "setuid and sticky": Case(
        one(entry("a", b"1", mode=0o6755), entry("t/", mode=0o1777)), "a: f 6755 1, t: d 1777"
    ),
}

FORMS = {
    "two pax headers": Case(
        one(extended({"size": b"3"}), entry("a", b"abcd", pax={"size": b"4"})),
        "! archive/tar: invalid tar header",
        "a: f 644 abcd",
        DOUBT,
    ),
    "two sizes that hide an entry": Case(
        one(extended({"size": b"512"}), entry("a", INSIDE, pax={"size": b"0"})),
        "! archive/tar: invalid tar header",
        "a: f 644 , hidden: f 644 ",
        DOUBT,
    ),
    "two long names": Case(
        one(LONG, entry("././@LongLink", b"two\0", kind=b"L"), ONE),
        "! archive/tar: invalid tar header",
        "two: f 644 1",
        DOUBT,
    ),
    "long name and pax": Case(
        one(LONG, entry("a", b"1", pax={"path": b"pax"})),
        "! archive/tar: invalid tar header",
        "gnu: f 644 1",
        DOUBT,
    ),
    "pax and long name": Case(
        one(extended({"path": b"pax"}), LONG, ONE),
        "! archive/tar: invalid tar header",
        "gnu: f 644 1",
        DOUBT,
    ),
    "long name goes on in its padding": Case(
        one(entry("././@LongLink", b"gnu" + b"x" * 9 + bytes(500), kind=b"L", size=3), ONE),
        "! archive/tar: invalid tar header",
        "gnu: f 644 1",
        DOUBT,
    ),
    "pax goes on in its padding": Case(
        one(entry("pax", b"9 path=b\n9 path=c\n", kind=b"x", size=9), ONE),
        "! archive/tar: invalid tar header",
        "b: f 644 1",
        DOUBT,
    ),
    "pax for all": Case(one(extended({"path": b"evil", "uid": b"7"}, b"g"), Z), "z: f 644 z"),
    "pax for all behind pax": Case(
        one(extended({"path": b"b"}), extended({"comment": b"x"}, b"g"), ONE),
        "! archive/tar: invalid tar header",
        "a: f 644 1",
        DOUBT,
    ),
    "pax of another system": Case(
        one(entry("pax", b"9 path=b\n", kind=b"X"), ONE),
        "! archive/tar: invalid tar header",
        "! unhandled tar header type 88",
        WORDS,
    ),
    "pax with an empty path": Case(
        pax({"path": b""}), "! archive/tar: invalid tar header", "a: f 644 1, z: f 644 z", DOUBT
    ),
    "pax alone": Case(
        one(extended({"path": b"x"})),
        "! archive/tar: invalid tar header",
        "",
        "a header of nothing",
    ),
    "pax without a value": Case(raw_pax(b"9 nothin\n"), "! archive/tar: invalid tar header"),
    "pax without an end": Case(raw_pax(b"8 path=b\n"), "! archive/tar: invalid tar header"),
    "pax that is too short": Case(raw_pax(b"99 path=b\n"), "! archive/tar: invalid tar header"),
    "pax with a negative length": Case(
        raw_pax(b"-9 path=b\n"), "! archive/tar: invalid tar header"
    ),
    "pax and more": Case(raw_pax(b"9 path=b\nmore\n"), "! archive/tar: invalid tar header"),
    "prefix in GNU's form": Case(
        one(entry("a", b"1", prefix=b"evil", magic=b"ustar  \0")),
        "! archive/tar: invalid tar header",
        "evil/a: f 644 1, evil: d 755",
        DOUBT,
    ),
    "prefix in the oldest form": Case(
        one(entry("a", b"1", prefix=b"evil", magic=bytes(8))),
        "! archive/tar: invalid tar header",
        "a: f 644 1",
        DOUBT,
    ),
    "prefix and no name": Case(
        one(entry("", INSIDE, kind=b"\0", prefix=b"evil")),
        "! archive/tar: invalid tar header",
        "evil: d 644, hidden: f 644 ",
        DOUBT,
    ),
    "folder by its long name": Case(
        one(entry("a", INSIDE, kind=b"\0", pax={"path": b"a/"})),
        "! archive/tar: invalid tar header",
        "a: d 644, hidden: f 644 ",
        DOUBT,
    ),
    "folder by its slash": Case(one(entry("a/", kind=b"\0"), Z), "a: d 644, z: f 644 z"),
    "file with a slash": Case(one(entry("a/", b"1", kind=b"0"), Z), "a: f 644 1, z: f 644 z"),
    "folder with content": Case(
        one(entry("a/", INSIDE), Z), "a: d 644, hidden: f 644 , z: f 644 z"
    ),
    "link with content": Case(
        one(entry("s", b"data", kind=b"2", link="t"), Z), "! archive/tar: invalid tar header"
    ),
    "FIFO with content": Case(
        one(entry("p", b"data", kind=b"6"), Z), "! archive/tar: invalid tar header"
    ),
    "wrong sum": Case(one(entry("a", b"1", checksum=1)), "! archive/tar: invalid tar header"),
    "wrong sum in the second": Case(
        one(ONE, entry("b", b"1", checksum=1)), "! archive/tar: invalid tar header"
    ),
    "cut in a header": Case((ONE[:300],), "! unexpected EOF"),
    "cut in a content": Case((entry("a", b"1" * 600)[:700],), "! unexpected EOF"),
    "cut in what fills a block": Case((entry("a", b"1" * 600)[:1200],), "a: f 644 600 bytes"),
    "no end": Case((ONE,), "a: f 644 1"),
    "half an end": Case((ONE + bytes(512),), "a: f 644 1"),
    "half an end and more": Case(
        (ONE + bytes(512) + Z + END,), "! archive/tar: invalid tar header"
    ),
    "two tars": Case((layer(ONE) + layer(Z),), "a: f 644 1"),
    "an end and garbage": Case((layer(ONE) + b"garbage" * 100,), "a: f 644 1"),
    "nothing": Case((b"",), ""),
    "zeros": Case((bytes(1024),), ""),
}

KINDS = {
    "character device": Case(one(entry("n", kind=b"3", device=(1, 3), mode=0o666)), "n: c 666 1:3"),
    "character device that overlayfs takes for a whiteout": Case(
        over(entry("f", kind=b"3", device=(0, 0))),
        "d/old: f 644 old, d: d 755, f: c 644 0:0",
        "d/old: f 644 old, d: d 755",
        DRIVER,
    ),
    "block device": Case(one(entry("n", kind=b"4", device=(8, 0))), "n: b 644 8:0"),
    "FIFO": Case(one(entry("n", kind=b"6")), "n: p 644 0:0"),
    "contiguous file": Case(one(entry("n", b"1", kind=b"7"), Z), "! unhandled tar header type 55"),
    "name of a volume": Case(one(entry("n", kind=b"V"), Z), "! unhandled tar header type 86"),
    "part of a file": Case(one(entry("n", b"1", kind=b"M"), Z), "! unhandled tar header type 77"),
    "unknown": Case(one(entry("n", b"1", kind=b"Z"), Z), "! unhandled tar header type 90"),
    "capabilities": Case(
        one(
            entry(
                "n", b"1", pax={"SCHILY.xattr.security.capability": (b"\1\0\0\2\0\x20" + bytes(14))}
            )
        ),
        "n: f 644 1 caps",
    ),
    "attribute that overlayfs takes for opaque": Case(
        over(entry("d/", mode=0o755, pax={"SCHILY.xattr.trusted.overlay.opaque": b"y"})),
        "d/old: f 644 old, d: d 755, f: f 644 f",
        "d: d 755, f: f 644 f",
        DRIVER,
    ),
    "attribute that overlayfs takes for a move": Case(
        over(entry("e/", mode=0o755, pax={"SCHILY.xattr.trusted.overlay.redirect": b"/d"})),
        "d/old: f 644 old, d: d 755, e: d 755, f: f 644 f",
        "d/old: f 644 old, d: d 755, e/old: f 644 old, e: d 755, f: f 644 f",
        DRIVER,
    ),
    "sparse, GNU": Case(
        one(old_sparse("s", 2048, [(1024, 4)], b"data"), Z),
        "! 's' is a sparse file",
        "! unhandled tar header type 83",
        WORDS,
    ),
    "sparse, GNU, in the wrong order": Case(
        one(old_sparse("s", 2048, [(1024, 4), (0, 4)], b"datadata"), Z),
        "! 's' is a sparse file",
        "! archive/tar: invalid tar header",
        WORDS,
    ),
    "sparse, GNU, of gigabytes": Case(
        one(old_sparse("s", 1 << 32, [(0, 4)], b"data"), Z),
        "! 's' is a sparse file",
        "! unhandled tar header type 83",
        WORDS,
    ),
    "sparse, pax 0.0": Case(
        one(
            entry(
                "s",
                b"data",
                pax={
                    "GNU.sparse.size": b"2048",
                    "GNU.sparse.numblocks": b"1",
                    "GNU.sparse.offset": b"1024",
                    "GNU.sparse.numbytes": b"4",
                },
            ),
            Z,
        ),
        "! 's' is a sparse file",
        "s: f 644 2048 bytes, z: f 644 z",
        SPARSE,
    ),
    "sparse, pax 0.1": Case(
        one(
            entry(
                "s",
                b"data",
                pax={
                    "GNU.sparse.size": b"2048",
                    "GNU.sparse.numblocks": b"1",
                    "GNU.sparse.map": b"1024,4",
                    "GNU.sparse.name": b"real",
                },
            ),
            Z,
        ),
        "! 'real' is a sparse file",
        "real: f 644 2048 bytes, z: f 644 z",
        SPARSE,
    ),
    "sparse, pax 1.0": Case(
        one(
            entry(
                "s",
                padded(b"1\n1024\n4\n") + b"data",
                pax={
                    "GNU.sparse.major": b"1",
                    "GNU.sparse.minor": b"0",
                    "GNU.sparse.realsize": b"2048",
                    "GNU.sparse.name": b"real",
                },
            ),
            Z,
        ),
        "! 'real' is a sparse file",
        "real: f 644 2048 bytes, z: f 644 z",
        SPARSE,
    ),
    "sparse, pax of no version": Case(
        one(
            entry(
                "s",
                b"data",
                pax={
                    "GNU.sparse.major": b"7",
                    "GNU.sparse.realsize": b"1",
                    "GNU.sparse.name": b"real",
                },
            ),
            Z,
        ),
        "! archive/tar: invalid tar header",
        "s: f 644 data, z: f 644 z",
        DOUBT,
    ),
}

TWICE = {
    "file twice": Case(one(ONE, entry("a", b"2")), "! (duplicates of file paths not supported):"),
    "file twice, by other names": Case(
        one(ONE, entry("./a", b"2")), "! (duplicates of file paths not supported):"
    ),
    "file, then folder": Case(
        one(ONE, folder("a"), entry("a/x", b"2")), "! (duplicates of file paths not supported):"
    ),
    "folder, then file": Case(
        one(folder("a"), entry("a/x", b"2"), ONE),
        "! (duplicates of file paths not supported):",
    ),
    "folder that nobody listed, then file": Case(
        one(entry("a/x", b"2"), ONE),
        "a: f 644 1",
    ),
    "file, then below": Case(one(ONE, entry("a/x", b"2")), "! open /a/x: not a directory"),
    "folder twice": Case(
        one(folder("a", 0o700), entry("a/x", b"1"), folder("a", 0o711)),
        "! (duplicates of file paths not supported):",
    ),
    "lower file, then below": Case(
        over(entry("f/x", b"2")), "d/old: f 644 old, d: d 755, f/x: f 644 2, f: d 755"
    ),
    "lower file, then folder": Case(
        over(folder("f"), entry("f/x", b"1")), "d/old: f 644 old, d: d 755, f/x: f 644 1, f: d 755"
    ),
    "lower folder, then file": Case(over(entry("d", b"1")), "d: f 644 1, f: f 644 f"),
}
