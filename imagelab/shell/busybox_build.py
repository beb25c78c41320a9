"""Debian's build of busybox, which a loaded image may hold.

The simulated busybox is built in its default configuration, as that of Docker's images is.
Debian's differs where somebody types: ash keeps no file of what was typed and greets, and ls does
not colour by itself. The program says whose it is.
"""

from __future__ import annotations

import re

from imagelab.model.filesystem import FileSystem
from imagelab.shell.budget import Budget
from imagelab.shell.lookup import StartError, find

_VERSION = re.compile(rb"BusyBox v[\w.]{1,20} \(Debian [\x21-\x7e]{1,80}\)")


def debian_version(
    files: FileSystem, name: str, *, path: str | None, cwd: str, budget: Budget,
) -> str:
    """Return how a program names itself that is Debian's busybox; nothing for any other."""
    try:
        found = find(files, name.removeprefix("-"), path=path, cwd=cwd)
    except StartError:
        return ""
    content = files.read(found.resolved)
    budget.take("hashed", content.size)
    version = _VERSION.search(content.read())
    return version[0].decode("ascii") if version else ""
