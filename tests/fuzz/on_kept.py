"""Labs that were saved and then changed: objects, steps and what else a file says."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from imagelab.course.saved_lab import load
from imagelab.daemon import Daemon
from imagelab.formats.json_text import parsed
from imagelab.lab import Lab
from imagelab.storage.errors import StorageError
from tests.fuzz.mutate_json import places
from tests.fuzz.on_lines import small_budget, start

#: Changes of one input.
_MOST = 8
_SHOWN = ("ps -as", "images -a", "history made:1", "inspect c2 made:1", "diff c2", "volume ls",
          "network inspect net", "logs c2", "run --rm made:1 ls -R /etc", "start -a c2", "rm -f c3")


def saved(data: bytes) -> None:
    """Changes of a saved lab: a list of lists of file, line, place in it and what stands there.

    All digests are made right again, so that what was changed is looked at.
    """
    try:
        changes = parsed(data)
    except ValueError:
        return
    members = {name: list(lines) for name, lines in _members().items()}
    for change in changes[:_MOST] if isinstance(changes, list) else ():
        match change:
            case [int(file), int(line), int(place), value]:
                _change(members, file, line, place, value)
    with suppress(StorageError):
        lab = Lab.of(load(_zip(members), Path(tempfile.gettempdir())))
        with small_budget():
            for each in lab.journal.steps:
                with suppress(StorageError):
                    assert each.after.images is not None
            for shown in _SHOWN:
                with suppress(StorageError):
                    lab.docker(shown)


@cache
def _members() -> dict[str, tuple[bytes, ...]]:
    """Return the files of a lab that was saved, in lines where they are JSON."""
    state, blobs = start()
    lab = Lab(daemon=Daemon(state=state, blobs=blobs))
    for line in ("tag made:1 made:2", "rmi nosuch", "exec c1 touch /g", "run busybox echo hi"):
        lab.docker(line)
    lab.undo()
    path = Path(tempfile.mkdtemp(), "lab")
    lab.save_to(path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    path.unlink()
    return {name: tuple(content.splitlines()) if ".json" in name else (content,)
            for name, content in members.items()}


def _change(
    members: dict[str, list[bytes]], file: int, line: int, place: int, value: Any,
) -> None:
    lines = members[sorted(members)[file % len(members)]]
    at = line % max(len(lines), 1)
    try:
        document = json.loads(lines[at])
        found = places(document)
        holder, key = found[place % len(found)]
        holder[key] = value
        after = json.dumps(document, separators=(",", ":")).encode()
    except (ValueError, IndexError, ZeroDivisionError):
        return
    renamed = [(lines[at], after)]
    lines[at] = after
    while renamed:
        old, new = (hashlib.sha256(each).hexdigest().encode() for each in renamed.pop())
        for others in members.values():
            for number, other in enumerate(others):
                if old in other and len(others) > 1:
                    others[number] = other.replace(old, new)
                    renamed.append((other, others[number]))


def _zip(members: dict[str, list[bytes]]) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, lines in members.items():
            archive.writestr(name, b"".join(each + b"\n" for each in lines)
                             if ".json" in name else lines[0])
    file.seek(0)
    return file
