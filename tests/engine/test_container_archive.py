"""Archives that are put into a container, whatever their bytes are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
from collections.abc import Callable

import pytest

from imagelab import Lab
from imagelab.formats import compression
from imagelab.formats.file_archive import length, read_packed, write
from imagelab.model.config import Config
from imagelab.model.outcome import EngineError
from tests.conformance import conform


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = Lab()
    made.docker(["load", "-i", str(conform.HERE / "base.tar")])
    made.docker("create --name c1 -v data:/vol ubuntu:14.04")
    return made


def sample() -> bytes:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, target in (
            ("d", tarfile.DIRTYPE, ""), ("d/f", tarfile.REGTYPE, ""), ("l", tarfile.SYMTYPE, "d"),
            ("h", tarfile.LNKTYPE, "d/f"), ("n" * 150, tarfile.REGTYPE, ""),
            ("p", tarfile.FIFOTYPE, ""), ("d/é", tarfile.REGTYPE, ""),
        ):
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            content = b"content" if kind == tarfile.REGTYPE else b""
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return data.getvalue()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_damaged_archives_are_refused_or_taken(lab: Lab, pack: Callable[[bytes], bytes]) -> None:
    source = random.Random(7)
    whole = pack(sample())
    for _ in range(150):
        damaged = bytearray(whole)
        for _ in range(source.randint(1, 6)):
            damaged[source.randrange(len(damaged))] = source.randrange(256)
        if source.random() < 0.3:
            del damaged[source.randrange(len(damaged)):]
        try:
            lab.daemon.put_archive("c1", "/srv", read_packed(io.BytesIO(bytes(damaged))))
        except EngineError as error:
            words = error.message
        else:
            words = "Error processing tar file(exit status 1): "
        assert words.startswith("Error processing tar file(exit status 1): ")
        done = lab.docker("import -", bytes(damaged))
        assert (done.exit_code, done.stderr[:6]) in ((0, ""), (1, "Error "))


def test_a_name_has_no_zero_byte(lab: Lab) -> None:
    """Only pax headers can hold one; Go's reader takes such a header for damaged."""
    for key in ("path", "linkpath"):
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as tar:
            member = tarfile.TarInfo("x")
            member.type, member.linkname = tarfile.SYMTYPE, "y"
            member.pax_headers = {key: "a\0b"}
            tar.addfile(member)
        done = lab.docker("cp - c1:/tmp", stdin=data.getvalue())
        assert done.stderr == ("Error response from daemon: Error processing tar file(exit status "
                               "1): archive/tar: invalid tar header\n")


def test_an_archive_that_unpacks_to_too_much_is_refused(
    lab: Lab, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compression, "MAX_UNPACKED", 100_000)
    bomb = gzip.compress(bytes(200_000))
    with pytest.raises(EngineError, match="an archive of more than 100000 bytes"):
        lab.daemon.put_archive("c1", "/srv", read_packed(io.BytesIO(bomb)))
    done = lab.docker("import -", bomb)
    assert done.exit_code == 1
    assert "an archive of more than 100000 bytes" in done.stderr


def test_length_is_the_number_of_bytes_written(lab: Lab) -> None:
    for path in ("/", "/srv/data", "/srv/data/big.bin", "/etc/mtab"):
        archive = lab.daemon.get_archive("c1", path)
        assert length(archive.entries) == sum(map(len, write(archive.entries)))


def test_a_volume_has_what_was_put_into_it(lab: Lab) -> None:
    lab.daemon.create(Config(image="ubuntu:14.04"), name="other")
    lab.daemon.put_archive("c1", "/vol", read_packed(io.BytesIO(sample())))
    assert "d/f" in lab.state.volumes["data"].changes
    assert "vol/d/f" not in next(iter(lab.state.containers.values())).changes
