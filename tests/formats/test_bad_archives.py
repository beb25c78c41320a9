"""Archives that are damaged, or want to do damage: refused in one line, and soon."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from imagelab.formats import archive
from imagelab.formats.archive import ArchiveError, layers, members
from tests.deadline import within
from tests.formats.archives import FILES, FIRST, ITEM, config, item, load, manifest, pack
from tests.formats.blobs import Folder, tar


def without(name: str) -> bytes:
    return pack({key: data for key, data in FILES.items() if key != name}, ITEM)


def oversized(name: str, size: int) -> bytes:
    """An archive whose last member claims more bytes than there are."""
    data = pack(FILES, ITEM)
    info = tarfile.TarInfo(name)
    info.size = size
    return data[: data.rindex(b"manifest.json") // 512 * 512] + info.tobuf(tarfile.GNU_FORMAT)


GARBAGE = random.Random(1).randbytes(3000)
PLAIN = pack(FILES, ITEM)

BAD: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "one byte": lambda: b"x",
    "garbage": lambda: GARBAGE,
    "zeros": lambda: bytes(10240),
    "gzipped garbage": lambda: gzip.compress(GARBAGE),
    "damaged gzip": lambda: b"\x1f\x8b\x08\x00" + GARBAGE,
    "cut gzip": lambda: gzip.compress(PLAIN)[:-200],
    "flipped gzip": lambda: gzip.compress(PLAIN)[:60] + b"\xff" * 9 + gzip.compress(PLAIN)[69:],
    "no manifest": lambda: tar(*((name, {"data": data}) for name, data in FILES.items())),
    "manifest is a folder": lambda: tar(("manifest.json", {"type": tarfile.DIRTYPE})),
    "manifest is a link to itself": lambda: tar(
        ("manifest.json", {"type": tarfile.SYMTYPE, "linkname": "manifest.json"})),
    "manifest is a link outside": lambda: tar(
        ("manifest.json", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"})),
    "manifest is a hard link to nothing": lambda: tar(
        ("manifest.json", {"type": tarfile.LNKTYPE, "linkname": "x"})),
    "manifest is a device": lambda: tar(("manifest.json", {"type": tarfile.CHRTYPE})),
    "manifest is no JSON": lambda: manifest(b"{"),
    "manifest is not UTF-8": lambda: manifest(b'["\xff"]'),
    "manifest is deep": lambda: manifest(b"[" * 200_000),
    "manifest is empty": lambda: manifest(b""),
    "manifest is too large": lambda: manifest(b" " * (members.MAX_JSON + 1)),
    **{f"manifest is {text!r}": partial(manifest, text)
       for text in (b"{}", b"5", b'"x"', b"[5]", b"[null]", b"[[]]", b"[{}]",
                    b'[{"Config":5}]')},
    "Layers is a text": lambda: pack(FILES, ITEM | {"Layers": "1/layer.tar"}),
    "Layers has a number": lambda: pack(FILES, ITEM | {"Layers": [1, 2]}),
    "RepoTags is an object": lambda: pack(FILES, ITEM | {"RepoTags": {"a": 1}}),
    "Parent is a list": lambda: pack(FILES, ITEM | {"Parent": ["a"]}),
    "too few Layers": lambda: pack(FILES, ITEM | {"Layers": ["1/layer.tar"]}),
    "no Layers": lambda: pack(FILES, ITEM | {"Layers": None}),
    "config missing": lambda: without("c.json"),
    "layer missing": lambda: without("2/layer.tar"),
    "config is no JSON": lambda: pack(FILES | {"c.json": b"x"}, ITEM),
    "config is a list": lambda: pack(FILES | {"c.json": b"[]"}, ITEM),
    "config is deep": lambda: pack(FILES | {"c.json": b'{"a":' * 200_000}, ITEM),
    "config without rootfs": lambda: pack(FILES | {"c.json": b"{}"}, ITEM),
    "config outside": lambda: pack(FILES, ITEM | {"Config": "../../etc/passwd"}),
    "config with a zero byte": lambda: pack(FILES, ITEM | {"Config": "a\0b"}),
    "wrong DiffID": lambda: pack(FILES | {"2/layer.tar": FIRST}, ITEM),
    "layers exchanged": lambda: pack(FILES, ITEM | {"Layers": ["2/layer.tar", "1/layer.tar"]}),
    "layer is no tar": lambda: pack({"1": GARBAGE, "c": config(GARBAGE)}, item("c", "1")),
    "layer is cut": lambda: pack({"1": FIRST[:700], "c": config(FIRST[:700])}, item("c", "1")),
    "layer is damaged gzip": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST)[:40]}, ITEM),
    "layer is flipped gzip": lambda: pack(
        FILES | {"1/layer.tar": gzip.compress(FIRST)[:20] + b"\xff" * 30}, ITEM),
    "layer leaves the root": lambda: pack(
        {"1": tar(("../x", {})), "c": config(tar(("../x", {})))}, item("c", "1")),
    "layer is a link outside": lambda: pack(FILES | {"1/layer.tar": "../../etc/passwd"}, ITEM),
    "layer is a loop of links": lambda: pack(FILES | {"1/layer.tar": "layer.tar"}, ITEM),
    "cut": lambda: PLAIN[: len(PLAIN) // 2],
    "huge layer": lambda: oversized("manifest.json", 1 << 45),
    "gigantic layer": lambda: oversized("manifest.json", 1 << 80),
    "size below zero": lambda: oversized("manifest.json", -1024),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_archives(kind: str, tmp_path: Path) -> None:
    data = BAD[kind]()
    with within(3), pytest.raises(ArchiveError):
        load(data, tmp_path)


def test_the_daemons_words(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match='invalid diffID for layer 1: expected "sha256:'):
        load(BAD["wrong DiffID"](), tmp_path)
    with pytest.raises(ArchiveError, match="invalid manifest, layers length mismatch: expected 2"):
        load(BAD["too few Layers"](), tmp_path)
    with pytest.raises(ArchiveError, match="invalid image JSON, no RootFS key"):
        load(BAD["config without rootfs"](), tmp_path)


DAEMON_SAYS = {
    "nothing": "invalid archive: does not contain a manifest.json",  # of version 28
    "garbage": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "gzipped garbage": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "cut": "Error processing tar file(exit status 1): unexpected EOF",
    "cut gzip": "Error processing tar file(exit status 1): unexpected EOF",
    "layer is no tar": "Error processing tar file(exit status 1): archive/tar: invalid tar header",
    "layer is cut": "Error processing tar file(exit status 1): unexpected EOF",
    "layer is damaged gzip": "Error processing tar file(exit status 1): unexpected EOF",
}


@pytest.mark.parametrize("kind", DAEMON_SAYS)
def test_what_the_daemon_says_of_damage(kind: str, tmp_path: Path) -> None:
    """See also tests/proof/test_load_answers.py, where a real one is asked."""
    with pytest.raises(ArchiveError) as caught:
        load(BAD[kind](), tmp_path)
    assert str(caught.value) == DAEMON_SAYS[kind]


def test_a_bomb_of_zeros_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(bytes(8 << 20))
    monkeypatch.setattr(members, "MAX_UNPACKED", 1 << 20)
    taken = 0

    def count(chunks: Any) -> Any:
        nonlocal taken
        for chunk in chunks:
            taken += len(chunk)

    data = pack(FILES | {"1/layer.tar": bomb}, ITEM)
    with pytest.raises(ArchiveError):
        archive.read(io.BytesIO(data), count)
    assert taken <= 1 << 20


def test_too_many_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "MAX_MEMBERS", 3)
    with pytest.raises(ArchiveError):
        load(PLAIN, tmp_path)


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_NAMES", "MAX_LAYERS"])
def test_too_many_of_something(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = FILES | {"b.json": config(FIRST)}
    data = pack(files, item("c.json", "1/layer.tar", "2/layer.tar"), item("b.json", "1/layer.tar"))
    monkeypatch.setattr(layers, limit, 2)
    assert len(load(data, tmp_path)) == 2
    monkeypatch.setattr(layers, limit, 1)
    with pytest.raises(ArchiveError, match="more than"):
        load(data, tmp_path)


def test_messages_are_one_line(tmp_path: Path) -> None:
    """Whatever an archive says is shown without control characters, and not at any length."""
    for name in ("a\nb", "\x1b[2J", "x" * 100_000, "a\udcffb", "\u202e"):
        with pytest.raises(ArchiveError) as caught:
            load(pack(FILES, ITEM | {"Config": name}), tmp_path)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1100


@pytest.mark.parametrize("seed", range(2))
def test_fuzzed_archives(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    folder = Folder(tmp_path)
    sources = [PLAIN, gzip.compress(PLAIN, mtime=0),
               pack(FILES | {"1/layer.tar": gzip.compress(FIRST, mtime=0)}, ITEM)]
    refused = 0
    for _ in range(300):
        data = bytearray(dice.choice(sources))
        for _ in range(dice.choice((1, 2, 10))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            archive.read(io.BytesIO(data), folder.add)
        except ArchiveError:
            refused += 1
    assert refused > 50
