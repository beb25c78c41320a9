"""What is compared when a sequence is over: all that docker shows of all there is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.differential.sides import Side
from tests.differential.symbols import Symbols
from tests.differential.words import Made

#: Fields of ``inspect`` that tell of the host, of the storage driver or of a moment. This is the
#: one place that leaves anything out.
_IMAGE_FIELDS = ("GraphDriver", "Metadata")
_CONTAINER_FIELDS = (
    "GraphDriver", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "Driver",
    "AppArmorProfile", "NetworkSettings", "Platform", "State.Pid",
)


#: Holds the host's own name servers, also where it was copied out of a container.
_NAME_SERVERS = "resolv.conf"


@dataclass(frozen=True)
class Look:
    """A way to look at a side.

    Attributes:
        title: what it shows, as a command line.
        see: returns the lines, normalised.
    """

    title: str
    see: Callable[[Side, Symbols], list[str]]


def look(made: Made) -> Iterator[Look]:
    """Yield all there is to look at in a lab."""
    yield _command("images", "-a", "--no-trunc", "--format",
                   "{{.ID}} {{.Repository}} {{.Tag}} {{.Size}}")
    yield _command("ps", "-a", "-s", "--no-trunc")
    yield _command("system", "df")
    yield Look("history of all images", _histories)
    yield Look("inspect of all images", _images)
    yield Look("inspect of all containers", _containers)
    yield Look("files of the folder", _files)
    for name in made.containers:
        yield _command("logs", name)
        yield _command("diff", name, ordered=False)


def _command(*words: str, ordered: bool = True) -> Look:
    def see(side: Side, symbols: Symbols) -> list[str]:
        done = side.docker(*words)
        lines = symbols.text(done.stdout).splitlines()
        lines = symbols.unshuffled(lines) if words[0] == "images" else lines
        return [*(lines if ordered else sorted(lines)), symbols.text(done.stderr),
                f"? {done.code}"]

    return Look(" ".join(["docker", *words]), see)


def _ids(side: Side, symbols: Symbols) -> list[str]:
    return sorted({each["Id"] for each in side.images()}, key=symbols.of)


def _histories(side: Side, symbols: Symbols) -> list[str]:
    row = "{{.ID}} {{.CreatedAt}} {{.CreatedBy}} {{.Size}} {{.Comment}}"
    lines = []
    for identifier in _ids(side, symbols):
        done = side.docker("history", "--no-trunc", "--format", row, identifier)
        lines += [symbols.of(identifier), *symbols.text(done.stdout + done.stderr).splitlines()]
    return lines


def _images(side: Side, symbols: Symbols) -> list[str]:
    ids = _ids(side, symbols)
    return _inspected(side, symbols, ("image", "inspect", *ids), _IMAGE_FIELDS) if ids else []


def _containers(side: Side, symbols: Symbols) -> list[str]:
    ids = sorted((str(each["Id"]) for each in side.containers()), key=symbols.of)
    return _inspected(side, symbols, ("inspect", *ids), _CONTAINER_FIELDS) if ids else []


def _files(side: Side, symbols: Symbols) -> list[str]:
    """List what commands have left on the host; an archive's bytes tell of times and IDs."""
    found = []
    for path in sorted(side.folder.rglob("*")):
        status = path.lstat()
        content = (os.readlink(path) if path.is_symlink()
                   else path.read_text("utf-8", "replace") if path.is_file()
                   and path.suffix != ".tar" and path.name != _NAME_SERVERS else "")
        found.append(f"{path.relative_to(side.folder)} {status.st_mode:o} {status.st_uid} "
                     f"{status.st_gid} {symbols.text(content)!r}")
    return found


def _inspected(
    side: Side, symbols: Symbols, words: tuple[str, ...], left_out: tuple[str, ...],
) -> list[str]:
    documents: list[dict[str, Any]] = json.loads(side.docker(*words).stdout)
    for document in documents:
        # The daemon keeps them in a map, and lists them in any order.
        document.get("Mounts", []).sort(key=lambda each: each["Destination"])
        for path in left_out:
            *parents, key = path.split(".")
            part = document
            for parent in parents:
                part = part[parent]
            part.pop(key, None)
    return symbols.text(json.dumps(documents, indent=1)).splitlines()
