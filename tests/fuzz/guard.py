"""What an input may touch of the host: its own folder, and to read what Python itself reads.

Python tells a hook of files, folders, programs and addresses before it turns to them. Where a
command line may name a path of the host, one that it names is refused as a system refuses it, so
that nothing is lost; any other is a finding.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

#: Says of a path whether the user has named it.
Named = Callable[[str], bool]

_ROOT = Path(__file__).parents[2]
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
#: Events that change paths: how many of their first arguments are paths, and where the numbers of
#: the folders begin from which those start; 0 for none.
_CHANGES = {
    "os.chflags": (1, 0), "os.chmod": (1, 2), "os.chown": (1, 3), "os.link": (2, 2),
    "os.mkdir": (1, 2), "os.remove": (1, 1), "os.rename": (2, 2), "os.rmdir": (1, 1),
    "os.setxattr": (1, 0), "os.removexattr": (1, 0), "os.truncate": (1, 0), "os.utime": (1, 3),
    "shutil.chown": (1, 0), "shutil.move": (2, 0),
}
_LOOKS = frozenset({
    "os.listdir", "os.scandir", "os.chdir", "os.getxattr", "os.listxattr", "sqlite3.connect"})
#: Beginnings of events that lead out of the process.
_NEVER = (
    "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system", "pty.spawn",
    "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.sendto",
    "subprocess.Popen", "urllib.Request", "webbrowser.open",
)
#: What Python and the lab's own package are made of; reading it is no finding.
_OWN = tuple({os.path.realpath(str(each)) for each in (
    sys.prefix, sys.base_prefix, sys.exec_prefix, _ROOT / "imagelab", _ROOT / "tests",
    *sysconfig.get_paths().values(), "/usr/share/zoneinfo", "/proc/self", "/dev/null",
    "/dev/urandom")})


class Touched(BaseException):
    """An input made the lab turn to what nobody named."""


class _Watch:
    folder = ""
    named: Named | None = None
    found: list[str]


_now: _Watch | None = None
_installed = False


@contextmanager
def watched(folder: Path, named: Named | None = None) -> Iterator[None]:
    """See that nothing but a folder is touched.

    Args:
        folder: where anything may be read and written.
        named: says what the user has named besides; that is refused all the same.

    Raises:
        Touched: something else was.
    """
    global _now, _installed
    if not _installed:
        sys.addaudithook(_hook)
        _installed = True
    watch = _Watch()
    watch.folder, watch.named, watch.found = os.path.realpath(folder), named, []
    _now = watch
    try:
        yield
    finally:
        _now = None
    if watch.found:
        raise Touched(watch.found[0])


def in_words(text: str) -> Named:
    """Return what says whether a command line names a path, or a folder above it."""

    def named(path: str) -> bool:
        above = [part for part in map(str, (Path(path), *Path(path).parents)) if len(part) > 1]
        climbed = ".." in text and os.path.basename(path) in text
        return path == "/" or climbed or any(part in text for part in above)

    return named


def by_docker(text: str) -> Named:
    """Return the same for a script: all that it gives ``docker``, which it may have composed."""
    return lambda path: "docker" in text


def _hook(event: str, args: tuple[Any, ...]) -> None:
    watch = _now
    if watch is None:
        return
    if event == "open":
        path, mode, flags = args
        writes = bool(flags & _WRITES) if isinstance(flags, int) else mode not in ("r", "rb")
        _see(watch, event, path, writes)
    elif event in _CHANGES:
        count, folders = _CHANGES[event]
        for number, path in enumerate(args[:count]):
            _see(watch, event, _from(args[folders + number], path) if folders else path, True)
    elif event in _LOOKS:
        _see(watch, event, args[0], False)
    elif event == "os.symlink":
        _see(watch, event, _from(args[2], args[1]), True)
    elif event.startswith(_NEVER):
        watch.found.append(f"{event} {args!r}")
        raise PermissionError(1, "Operation not permitted")


def _from(folder: int, path: Any) -> Any:
    """Return a path that starts from an open folder; as it is where the system does not tell."""
    global _now
    watch, _now = _now, None
    try:
        return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))
    except (OSError, TypeError):
        return path
    finally:
        _now = watch


def _see(watch: _Watch, event: str, path: object, writes: bool) -> None:
    """Refuse a path that is none of the folder's, and note it unless it was named."""
    if not isinstance(path, str | bytes | os.PathLike):
        return  # a file that is open already
    global _now
    _now = None  # looking may tell of events too
    try:
        text = os.fsdecode(path)
        if text == ":memory:" or (event == "os.listdir" and text in sys.path):  # for an import
            return
        real = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(text))),
                            os.path.basename(os.path.abspath(text)))
        own = (watch.folder,) if writes else (watch.folder, *_OWN)
        if text == os.devnull or any(real == each or real.startswith(each + os.sep)
                                     for each in own):
            return
        if not (watch.named and watch.named(text)):
            watch.found.append(f"{event} {text!r}")
    finally:
        _now = watch
    raise PermissionError(13, "Permission denied", text)
