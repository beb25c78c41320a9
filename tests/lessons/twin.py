"""Twins of the lab's images that lessons run: their programs are such as a kernel can run.

The lab's own have stand-ins: right in size, and nothing behind them. The twin of ``ubuntu:14.04``
has this machine's programs and their libraries in their places, and one big file that is as much
smaller as those are bigger; that of ``busybox`` has the busybox of the conformance cases, of the
same size. So twins have the layers, the sizes and the history of the originals, and digests of
their own.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from imagelab.formats import layer_tar
from imagelab.formats.layer_content import LayerTar
from imagelab.model.content import Bytes, Content, Joined, Zeros
from imagelab.model.node import Changes, Node, file, size_of
from imagelab.registry.remote import Remote, RemoteLayer, remote
from tests.conformance import conform
from tests.registry.changes import changes_of

#: What lessons run in containers of ubuntu:14.04.
PROGRAMS = ("bash", "cat", "dash", "ls", "rm", "sleep", "touch")
#: Makes the bash of today write to a terminal as that of 2014 does, which knows no bracketed paste.
BASHRC = b"bind 'set enable-bracketed-paste off'\n"
_BASHRC_PATH = "etc/bash.bashrc"
_LIBRARY = re.compile(r"(/\S+) \(0x")
#: Looks users up where /etc/nsswitch.conf says so, as that of 2014 does; lies beside the C library.
_USERS = "libnss_compat.so.2"


def twin(name: str, image: Remote) -> Remote:
    """Return an image like this one, with programs in its lowest layer that run.

    Args:
        name: one of the names that have twins.
        image: the image that the Hub has under it.
    """
    lowest = _layer(TWINS[name](changes_of(image.layers[0])))
    config = image.config_json.replace(image.layers[0].digest.encode(), lowest.digest.encode())
    return remote(config, (lowest, *image.layers[1:]))


def _layer(changes: Changes) -> RemoteLayer:
    digest = hashlib.sha256()
    for piece in layer_tar.write(changes):
        digest.update(piece)
    tar = LayerTar(f"sha256:{digest.hexdigest()}", changes)
    return RemoteLayer(tar.diff_id, tar.size, lambda: tar)


def _with_programs(changes: Changes) -> Changes:
    made = dict(changes)
    for path, data in _programs():
        _put(made, path, Bytes(data), 0o755)
    bashrc = made[_BASHRC_PATH].content
    _put(made, _BASHRC_PATH, Joined((bashrc, Bytes(BASHRC))), 0o644)
    biggest = max(made, key=lambda path: made[path].size)
    left = made[biggest].size - (size_of(made) - size_of(changes))
    made[biggest] = replace(made[biggest], content=Zeros(left))
    assert size_of(made) == size_of(changes)
    return made


def _programs() -> Iterator[tuple[str, bytes]]:
    """Yield paths of programs and of the libraries they need, each with what is there here."""
    libraries: set[str] = set()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found, f"the twin needs {name} of this machine"
        yield f"bin/{name}", Path(found).read_bytes()
        listed = subprocess.run(["ldd", found], capture_output=True, text=True, check=True)
        libraries |= set(_LIBRARY.findall(listed.stdout))
    libraries |= {str(Path(each).with_name(_USERS)) for each in libraries if "/libc." in each}
    for library in sorted(libraries):
        yield library[1:], Path(library).read_bytes()


def _put(changes: dict[str, Node], path: str, content: Content, mode: int) -> None:
    """Put a file where a path leads, links followed."""
    while path in changes and changes[path].target:
        path = posixpath.normpath(
            posixpath.join("/", posixpath.dirname(path), changes[path].target)).lstrip("/")
    changes[path] = replace(changes.get(path, file(b"")), content=content, mode=mode)


def _with_busybox(changes: Changes) -> Changes:
    made = dict(changes)
    _put(made, "bin/busybox", Bytes(_busybox()), 0o755)
    assert size_of(made) == size_of(changes)
    return made


def _busybox() -> bytes:
    """Return the program of the image that conformance cases begin with."""
    with tarfile.open(conform.HERE / "base.tar") as archive:
        for member in archive.getmembers():
            if member.name.endswith("/layer.tar"):
                with tarfile.open(fileobj=archive.extractfile(member)) as layer:
                    if "bin/busybox" in layer.getnames():
                        found = layer.extractfile("bin/busybox")
                        assert found, "it is a file"
                        return found.read()
    raise LookupError("there is no bin/busybox in base.tar")


#: The images that have twins, each with what puts programs into its lowest layer.
TWINS: dict[str, Callable[[Changes], Changes]] = {
    "library/ubuntu:14.04": _with_programs,
    "library/busybox:latest": _with_busybox,
}
