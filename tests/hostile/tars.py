"""Tars that no library would write: headers by hand, with any name, number and type."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from typing import Any

from tests.formats.archives import config, item, pack

BLOCK = 512
END = bytes(2 * BLOCK)


def entry(
    name: str | bytes, data: bytes = b"", *, kind: bytes = b"", link: str | bytes = b"",
    mode: int = 0o644, uid: int = 0, size: int | bytes | None = None, device: tuple[int, int] = (
        0, 0), pax: dict[str, bytes] | None = None, checksum: int = 0, prefix: bytes = b"",
    magic: bytes = b"ustar\x0000",
) -> bytes:
    """Return an entry: its header, what it holds, and zeros to the end of the block.

    Args:
        name: as it is written; a directory's ends in a slash, if ``kind`` does not say otherwise.
        data: what follows the header.
        kind: the type flag; that of a file, or of a directory, if left out.
        link: what it links to.
        mode: its permissions.
        uid: its owner.
        size: what the header says of the data: a number or a field's bytes; the truth if left out.
        device: its numbers.
        pax: what an extended header before it says.
        checksum: what is added to the right checksum.
        prefix: what goes before the name.
        magic: says which form the header has.
    """
    name, link = (each.encode() if isinstance(each, str) else each for each in (name, link))
    kind = kind or (b"5" if name.endswith(b"/") else b"0")
    front = extended(pax) if pax else b""
    field = size if isinstance(size, bytes) else b"%011o\0" % (
        len(data) if size is None else size)
    block = b"".join((
        name[:100].ljust(100, b"\0"), b"%07o\0" % mode, b"%07o\0" % uid, b"0000000\0",
        field.ljust(12, b"\0"), b"00000000000\0", b" " * 8, kind, link[:100].ljust(100, b"\0"),
        magic, bytes(64), b"%07o\0%07o\0" % device, prefix)).ljust(BLOCK, b"\0")
    return front + summed(block, checksum) + padded(data)


def extended(records: dict[str, bytes], kind: bytes = b"x") -> bytes:
    """Return a pax header with some records."""
    return entry("pax", b"".join(record(key, value) for key, value in records.items()), kind=kind)


def record(key: str, value: bytes) -> bytes:
    """Return a record of a pax header; the number in front counts itself."""
    rest = len(key.encode()) + len(value) + 3
    length = rest + len(str(rest))
    return b"%d %s=%s\n" % (rest + len(str(length)), key.encode(), value)


def summed(block: bytes, wrong: int = 0) -> bytes:
    """Return a header with its checksum in place."""
    blank = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % (sum(blank) + wrong) + block[156:]


def padded(data: bytes) -> bytes:
    """Return data with zeros up to a whole block."""
    return data + bytes(-len(data) % BLOCK)


def folder(name: str, mode: int = 0o755) -> bytes:
    """Return a directory's entry."""
    return entry(name.rstrip("/") + "/", mode=mode)


def symlink(name: str, target: str) -> bytes:
    """Return a symbolic link's entry."""
    return entry(name, kind=b"2", link=target, mode=0o777)


def hard(name: str, target: str) -> bytes:
    """Return the entry of one more name of a file."""
    return entry(name, kind=b"1", link=target)


def base_256(number: int, width: int = 12) -> bytes:
    """Return a number as GNU tar writes those that octal digits do not hold."""
    data = bytearray((number & (1 << 8 * width) - 1).to_bytes(width, "big"))
    data[0] = 0xFF if number < 0 else data[0] | 0x80
    return bytes(data)


def old_sparse(name: str, size: int, pieces: list[tuple[int, int]], data: bytes) -> bytes:
    """Return a sparse file in GNU's old form: where its pieces lie, by offset and length."""
    block = bytearray(entry(name, kind=b"S", size=len(data), magic=b"ustar  \0"))
    at = 386
    for offset, length in pieces:
        block[at:at + 24] = b"%011o\0%011o\0" % (offset, length)
        at += 24
    block[483:495] = b"%011o\0" % size
    return summed(bytes(block)) + padded(data)


def archive(layers: Sequence[bytes]) -> bytes:
    """Return an archive of an image ``t:1`` with some layers, as ``docker load`` takes it."""
    names = [f"{number}/layer.tar" for number in range(len(layers))]
    files = dict(zip(names, layers, strict=True))
    return pack({**files, "c.json": config(*layers)}, item("c.json", *names))


#: What a daemon makes in each container.
_OWN = frozenset({".dockerenv", "dev", "dev/console", "dev/pts", "dev/shm", "etc", "etc/hostname",
                  "etc/hosts", "etc/mtab", "etc/resolv.conf", "proc", "sys"})


def listed(exported: bytes) -> str:
    """Return what ``docker export`` gave, in a few characters for each file."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(exported)) as tar:
        for member in tar:
            path = member.name.removeprefix("./").strip("/")
            if path and path not in _OWN:
                found.append(f"{short(ascii(path)[1:-1])}: {_shown(tar, member)}")
    return bounded(", ".join(sorted(found)))


def refusal(said: str) -> str:
    """Return why a layer was refused, out of what ``docker load`` said."""
    front = "Error processing tar file"
    assert said.startswith(front), said
    reason = said.removeprefix(front).removeprefix("(exit status 1): ").rstrip()
    return bounded("! " + " ".join(map(short, reason.split(" "))))


def short(text: str) -> str:
    """Return a word, of a long one its beginning and length."""
    return text if len(text) < 80 else f"{text[:20]}...{len(text)}"


def bounded(text: str) -> str:
    """Return a text, of a long one its beginning and length."""
    return text if len(text) <= 200 else f"{text[:60]}...{len(text)}"


def _shown(tar: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    owner = f" {member.uid}" if member.uid else ""
    caps = " caps" if "SCHILY.xattr.security.capability" in member.pax_headers else ""
    tail = f"{owner}{caps}"
    if member.islnk():
        return f"= {member.linkname}"
    if member.issym():
        return f"-> {short(ascii(member.linkname)[1:-1])}{owner}"
    if member.isdev():
        kind = {tarfile.FIFOTYPE: "p", tarfile.CHRTYPE: "c", tarfile.BLKTYPE: "b"}[member.type]
        return f"{kind} {member.mode & 0o7777:o} {member.devmajor}:{member.devminor}{tail}"
    if member.isdir():
        return f"d {member.mode & 0o7777:o}{tail}"
    file: Any = tar.extractfile(member)
    data = file.read()
    text = data.decode("latin-1") if len(data) < 40 else f"{len(data)} bytes"
    return f"f {member.mode & 0o7777:o} {text}{tail}"
