"""Plain headers are read as the library reads them; whatever else is left to it."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from typing import Any, Literal
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from imagelab.formats import plain_header, tar_entries
from tests.formats.blobs import tar

BLOCK = 512
MORE = 20 if os.environ.get("IMAGELAB_STRESS") else 1
ATTRIBUTES = (
    "name", "mode", "uid", "gid", "size", "mtime", "chksum", "type", "linkname", "uname", "gname",
    "devmajor", "devminor", "offset", "offset_data", "pax_headers", "sparse")
TYPES = st.sampled_from([*[b"0", b"5", b"2", b"1"] * 5, b"\0", b"3", b"6", b"7", b"D", b"V"])
FORMATS: tuple[Literal[0, 1, 2], ...] = (
    tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
NUMBERS = st.sampled_from([*[0o644, 0, 1000, 0o7777777] * 5, 0o10000000, 1 << 40, -1])
NAMES = st.one_of(
    st.text("ab./", max_size=20), st.text("a/", min_size=90, max_size=250),
    st.text("ab/ \n~", max_size=60), st.text("a한\udcff", max_size=5))
#: Bytes to put somewhere into a header: fields that are not as usual, and any byte anywhere.
DAMAGE = st.one_of(
    st.sampled_from([
        (100, b"000_644\0"), (100, b"000644 \0"), (108, b"   1000\0"), (108, b"-000001\0"),
        (116, b"\x80\0\0\0\0\0\0\1"), (116, b"+000001\0"), (116, b"00\0garba"), (116, b"0000008\0"),
        (124, b"00000000001 "), (124, b"000000000001"), (124, b"\0" * 12), (124, b"00000001000\0"),
        (136, b"\xff" * 12), (136, b"0000000001 \0"), (157, b"\0link"), (263, b"99"),
        (257, bytes(8)), (257, b"ustar  \0"), (265, b"a\0b"), (296, b"abc"), (329, b"0000007\0"),
        (337, b"0000007\0"), (329, b"x"), (345, b"in/front"),
        (345, b"/"), (345, b"\0b"), (500, b"z"), (0, b"/\0"),
    ]),
    st.tuples(st.integers(0, BLOCK - 1), st.sampled_from([bytes([each]) for each in range(256)])))


@st.composite
def members(draw: st.DrawFn) -> bytes:
    """An entry as the library writes it, in one of its formats, with what belongs to it."""
    member = tarfile.TarInfo(draw(NAMES))
    member.type = draw(TYPES)
    member.linkname = draw(NAMES) if member.type in (b"1", b"2") or draw(st.booleans()) else ""
    member.mode, member.uid, member.gid = draw(NUMBERS), draw(NUMBERS), draw(NUMBERS)
    member.mtime = draw(st.one_of(NUMBERS, st.sampled_from([1_700_000_000, 1.5])))
    member.size = draw(st.sampled_from([0, 0, 0, 0, 1, 512, 1300]))
    member.uname, member.gname = draw(
        st.sampled_from([("", ""), ("", ""), ("root", "sys"), ("한", "x" * 32)]))
    member.devmajor, member.devminor = draw(st.sampled_from([*[(0, 0)] * 5, (7, 1 << 30)]))
    for form in draw(st.permutations(FORMATS)):
        try:
            head = member.tobuf(form, "utf-8", "surrogateescape")
        except ValueError:  # this one cannot say it
            continue
        whole = member.size if member.type in (b"0", b"\0", b"7", b"V", b"D") else 0
        return head + b"x" * whole + bytes(-whole % BLOCK)
    return bytes(BLOCK)


def damaged(block: bytes, damage: tuple[int, bytes]) -> bytes:
    place, data = damage
    return (block[:place] + data + block[place + len(data) :])[:BLOCK]


def with_sum(block: bytes) -> bytes:
    total = 256 + sum(block[:148]) + sum(block[156:])
    return block[:148] + b"%06o\0 " % total + block[156:]


@st.composite
def tars(draw: st.DrawFn) -> bytes:
    """A tar of some entries, damaged in places, most headers so that their sums are right."""
    front = draw(st.sampled_from([b"", b"", b"", GLOBAL]))
    data = front + b"".join(draw(st.lists(members(), min_size=1, max_size=5))) + bytes(2 * BLOCK)
    for _ in range(draw(st.integers(0, 3))):
        at = BLOCK * draw(st.integers(0, len(data) // BLOCK - 1))
        block = damaged(data[at : at + BLOCK], draw(DAMAGE))
        if draw(st.integers(0, 3)):
            block = with_sum(block)
        data = data[:at] + block + data[at + BLOCK :]
    return data[: draw(st.integers(0, len(data)))] if not draw(st.integers(0, 4)) else data


GLOBAL = tarfile.TarInfo.create_pax_global_header({"uid": "77", "mtime": "3", "comment": "x"})


def values(member: tarfile.TarInfo) -> dict[str, Any]:
    return {name: getattr(member, name) for name in ATTRIBUTES}


def read(data: bytes, *, padded: bool) -> Iterator[Any]:
    try:
        for member in tar_entries.entries(io.BytesIO(data), 100, padded=padded):
            yield values(member)
    except tar_entries.TarError as error:
        yield str(error)


@settings(max_examples=150 * MORE)
@given(tars(), st.booleans())
@example(tar(("a", {}), ("b", {"data": b"x" * 600}), ("c", {}))[:BLOCK * 3], False)
@example(tar(("a", {}), ("b", {"data": b"x" * 600}), ("c", {}))[:BLOCK * 3 + 20], True)
@example(tar(("a", {}), ("b", {"data": b"x" * 600}), ("c", {}))[:BLOCK * 4], True)
def test_any_tar_is_read_as_by_the_library(data: bytes, padded: bool) -> None:
    ours = list(read(data, padded=padded))
    with patch.object(tar_entries, "_next_plain", lambda *_: None):
        assert ours == list(read(data, padded=padded))


@settings(max_examples=400 * MORE)
@given(members(), st.lists(DAMAGE, max_size=3))
@example(tarfile.TarInfo("a").tobuf(), [(329, b"0000007\0")])
@example(tarfile.TarInfo("a").tobuf(), [(345, b"b")])
def test_any_header_is_read_as_by_the_library_or_not_at_all(
    data: bytes, damage: list[tuple[int, bytes]],
) -> None:
    block = data[:BLOCK]
    for each in damage:
        block = damaged(block, each)
    for header in (block, with_sum(block)):
        if ours := plain_header.plain(header, 0):
            theirs = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
            theirs.offset_data = BLOCK
            if theirs.isdir():  # as the library does once it has read more
                theirs.name = theirs.name.rstrip("/")
            assert values(ours) == values(theirs)


@pytest.mark.parametrize("kind", [b"0", b"1", b"2", b"5"])
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_usual_does_not_wait_for_the_library(
    kind: bytes, form: Literal[0, 1, 2],
) -> None:
    member = tarfile.TarInfo("usr/lib/" + "d" * 80 + "/file" * (form == tarfile.USTAR_FORMAT) * 3)
    member.type, member.linkname, member.uname, member.mtime = kind, "a", "root", 1_700_000_000
    assert plain_header.plain(member.tobuf(form), 0)


def test_a_sum_that_is_off_by_what_adler_cuts_by() -> None:
    header = bytearray(tarfile.TarInfo("a").tobuf(tarfile.USTAR_FORMAT))
    for begin, end in ((157, 257), (265, 329), (345, 512)):
        header[begin:end] = b"\xff" * (end - begin)
    block = with_sum(bytes(header))
    wrong = int(block[148:154], 8) - 65521
    assert wrong > 0
    block = block[:148] + b"%06o\0 " % wrong + block[156:]
    with pytest.raises(tarfile.HeaderError, match="bad checksum"):
        tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    data = tarfile.TarInfo("first").tobuf(tarfile.USTAR_FORMAT) + block + bytes(1024)
    with pytest.raises(tar_entries.TarError):
        list(tar_entries.entries(io.BytesIO(data), 100))
