"""Walls around a process that carries out what strangers wrote: it keeps to a folder.

What they wrote ought to touch nothing outside of it. These are behind that, for what nobody
thought of: they hold for all that the process does from then on.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Bytes of memory of the process, and of one file that it writes.
_MEMORY, _FILE = 3 << 30, 1 << 29
#: What is never done, by the beginnings of the names of Python's audit events.
_NEVER = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn",
          "os.spawn", "os.startfile", "pty.", "ctypes.dlopen", "winreg.", "webbrowser.", "ftplib.",
          "http.", "smtplib.", "urllib.")
#: Those whose first one or two values are paths that would change.
_CHANGES = frozenset({
    "os.chmod", "os.chown", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir",
    "os.symlink", "os.truncate", "os.utime", "os.setxattr", "os.removexattr", "shutil.rmtree",
    "shutil.move", "shutil.copyfile", "tempfile.mkstemp", "tempfile.mkdtemp"})
_READS = frozenset({"os.listdir", "os.scandir", "os.walk", "os.getxattr", "glob.glob"})
_DEVICES = frozenset({"/dev/null", "/dev/urandom", "/dev/random"})


def build_walls(folder: Path) -> None:
    """Let this process write below a folder only, and read there and what Python is made of.

    Args:
        folder: where temporary files go, too.
    """
    own = os.path.realpath(folder)
    tempfile.tempdir = own
    # Python does not tell from which open folder a name is seen, as when a tree is removed: such
    # names count as seen from here.
    os.chdir(own)
    _limit()
    program = tuple({os.path.realpath(path) for path in
                     (sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path),
                      str(Path(__file__).parents[3]))})
    busy = False

    def look(event: str, values: tuple[Any, ...]) -> None:
        nonlocal busy
        if busy:
            return  # what this looks at itself
        busy = True
        try:
            _look(event, values, own, program)
        finally:
            busy = False

    sys.addaudithook(look)


def _limit() -> None:
    with suppress(ImportError):  # Windows has none
        import resource

        for kind, most in ((resource.RLIMIT_AS, _MEMORY), (resource.RLIMIT_FSIZE, _FILE),
                           (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(kind)
            if hard != resource.RLIM_INFINITY:
                most = min(most, hard)
            with suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, hard))


def _look(event: str, values: tuple[Any, ...], own: str, program: tuple[str, ...]) -> None:
    """Refuse an event.

    Raises:
        PermissionError: it is not allowed.
    """
    if event == "open":
        path, _, flags = values
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        _check(path, (own,) if writes else (own, *program), own)
    elif event in _CHANGES:
        # Where a symbolic link leads does not matter here: it is opened before it matters.
        paths = values[1:2] if event == "os.symlink" else values[:2]
        for path in paths[: 2 if event in ("os.rename", "os.link", "shutil.move") else 1]:
            _check(path, (own,), own, follow=False)
    elif event in _READS:
        _check(values[0], (own, *program), own)
    elif event.startswith(_NEVER):
        raise PermissionError(f"this is not allowed here: {event}")


def _check(path: Any, allowed: tuple[str, ...], own: str, *, follow: bool = True) -> None:
    if path is None or isinstance(path, int):
        return
    name = os.fsdecode(path)
    if name in _DEVICES:
        return
    real = os.path.realpath(name) if follow else os.path.join(
        os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))
    if not any(real == each or real.startswith(os.path.join(each, "")) for each in allowed):
        raise PermissionError(f"this is not allowed here: {name}")
