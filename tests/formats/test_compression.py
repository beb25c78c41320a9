"""Compressed streams: all that a daemon takes, in any pieces, and nothing damaged."""

from __future__ import annotations

import bz2
import gzip
import importlib
import lzma
import random
import sys
import zlib
from collections.abc import Callable, Iterator

import pytest

from imagelab.formats.compression import (
    CompressionError,
    LibraryMissing,
    decompressed,
    is_compressed,
)
from imagelab.model.content import CHUNK

PACK: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}
DATA = random.Random(1).randbytes(3000) * 50 + bytes(5 * CHUNK)


def pieces(data: bytes, size: int = CHUNK) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def unpack(data: bytes, size: int = CHUNK) -> bytes:
    return b"".join(decompressed(pieces(data, size)))


@pytest.fixture(params=[*PACK, "zstd"])
def pack(request: pytest.FixtureRequest) -> Callable[[bytes], bytes]:
    return PACK[request.param] if request.param in PACK else zstd()


def zstd() -> Callable[[bytes], bytes]:
    name = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"
    compress: Callable[[bytes], bytes] = importlib.import_module(name).compress
    return compress


@pytest.mark.parametrize("size", [1, 7, 4096, CHUNK])
def test_what_was_packed_comes_out(pack: Callable[[bytes], bytes], size: int) -> None:
    packed = pack(DATA[:5000] if size == 1 else DATA)
    assert is_compressed(packed)
    assert unpack(packed, size) == (DATA[:5000] if size == 1 else DATA)
    assert max(map(len, decompressed(pieces(pack(DATA))))) <= CHUNK


def test_streams_behind_each_other(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(b"first") + pack(b"") + pack(DATA)
    assert unpack(packed) == unpack(packed, 5) == b"first" + DATA


@pytest.mark.parametrize("data", [b"", b"B", b"BZ", b"plain text", bytes(1000), b"\x1f\x8b"])
def test_what_is_not_compressed_passes(data: bytes) -> None:
    assert not is_compressed(data)
    assert unpack(data) == unpack(data, 1) == data


def test_cut_streams(pack: Callable[[bytes], bytes]) -> None:
    packed = pack(DATA)
    for end in (7, len(packed) // 2, len(packed) - 1):
        with pytest.raises(CompressionError, match="unexpected EOF"):
            unpack(packed[:end])


@pytest.mark.parametrize("kind", PACK)
def test_damaged_streams(kind: str) -> None:
    """Those of zstd need not have a checksum."""
    packed = PACK[kind](DATA)
    middle = len(packed) // 2
    with pytest.raises(CompressionError):
        unpack(packed[:middle] + b"\xff" * 40 + packed[middle + 40 :])


def test_other_bytes_behind_a_stream(pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CompressionError):
        unpack(pack(DATA) + b"more text")


def test_errors_of_the_source_pass() -> None:
    def broken() -> Iterator[bytes]:
        yield gzip.compress(DATA)[:500]
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        list(decompressed(broken()))


def test_xz_that_wants_much_memory() -> None:
    """Its header, from byte 12 on, claims a dictionary of 1 GiB."""
    data = bytearray(lzma.compress(bytes(100)))
    data[16] = 36
    data[20:24] = zlib.crc32(data[12:20]).to_bytes(4, "little")
    with pytest.raises(CompressionError, match="Memory"):
        unpack(bytes(data))


def test_zstd_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("imagelab.formats.compression.importlib.import_module", missing)
    with pytest.raises(LibraryMissing, match=r"pip install 'imagelab\[zstd\]'"):
        unpack(b"\x28\xb5\x2f\xfd rest")
