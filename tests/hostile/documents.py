"""Documents of images that readers of JSON take for different things; and archives of them.

What a daemon makes of each is that of engine 20.10.24: the image's command, user and author.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.formats.archives import FIRST, config, item, pack
from tests.formats.blobs import tar

_CONFIG = config(FIRST).decode()
_PLAIN = '"config": {}'
#: Shows what a daemon made of it.
FORMAT = "{{json .RepoTags}} {{json .Config.Cmd}} {{.Config.User}} {{.Author}}"


@dataclass(frozen=True)
class Document:
    """An archive with a document in doubt.

    Attributes:
        archive: its bytes.
        refusal: what the lab says.
        daemon: what :data:`FORMAT` shows of the daemon's image, or what it says.
    """

    archive: bytes
    refusal: str
    daemon: str


def _image(text: str) -> bytes:
    return pack({"l": FIRST, "c.json": text.encode()}, item("c.json", "l"))


def _with(text: str) -> bytes:
    return _image(_CONFIG.replace(_PLAIN, text))


def _manifest(text: str) -> bytes:
    return tar(("l", {"data": FIRST}), ("c.json", {"data": _CONFIG.encode()}),
               ("d.json", {"data": config(FIRST, author="d")}),
               ("manifest.json", {"data": text.encode()}))


_TWICE = "a key comes twice in an object"

DOUBTS = {
    "config twice": Document(
        _with('"config":{"Cmd":["a"],"User":"u"},"config":{"Cmd":["b"]}'),
        f"invalid image JSON, {_TWICE}", '["t:1"] ["b"] u '),
    "config in two spellings": Document(
        _with('"config":{"Cmd":["a"]},"Config":{"Cmd":["b"]}'),
        "invalid image JSON, the key config is spelled in another way", '["t:1"] ["b"]  '),
    "command in two spellings": Document(
        _with('"config":{"Cmd":["a"],"CMD":["b"]}'),
        "invalid image JSON, the key cmd is spelled in another way", '["t:1"] ["b"]  '),
    "command in small letters": Document(
        _with('"config":{"cmd":["b"]}'),
        "invalid image JSON, the key cmd is spelled in another way", '["t:1"] ["b"]  '),
    "user with a long s": Document(
        _with('"config":{"U\u017fer":"evil"}'),
        "invalid image JSON, the key user is spelled in another way", '["t:1"] null evil '),
    "layers in two spellings": Document(
        _image(_CONFIG[:-1] + ',"RootFS":{"diff_ids":["sha256:' + "0" * 64 + '"]}}'),
        "invalid image JSON, the key rootfs is spelled in another way",
        'invalid diffID for layer 0: expected "sha256:'),
    "no number": Document(
        _with('"config":{"x":NaN}'), "invalid image JSON, NaN is no number",
        "invalid character 'N' looking for beginning of value"),
    "another encoding": Document(
        pack({"l": FIRST, "c.json": _CONFIG.encode("utf-16")}, item("c.json", "l")),
        "invalid image JSON, "
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        "invalid character 'ÿ' looking for beginning of value"),
    "manifest's config in two spellings": Document(
        _manifest('[{"Config":"c.json","config":"d.json","RepoTags":["t:1"],"Layers":["l"]}]'),
        "manifest.json: the key config is spelled in another way", '["t:1"] null  d'),
    "manifest's config twice": Document(
        _manifest('[{"Config":"c.json","Config":"d.json","RepoTags":["t:1"],"Layers":["l"]}]'),
        f"manifest.json: {_TWICE}", '["t:1"] null  d'),
    "names in two spellings": Document(
        _manifest('[{"Config":"c.json","RepoTags":["t:1"],"repotags":["t:2"],"Layers":["l"]}]'),
        "manifest.json: the key repotags is spelled in another way", '["t:2"] null  '),
}
