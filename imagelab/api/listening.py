"""Where a lab is served: a socket of its user's own, or a port of this machine alone."""

from __future__ import annotations

import errno
import os
import re
import socket
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from imagelab.model.local import check_local
from imagelab.model.outcome import EngineError

_TCP = re.compile(r"tcp://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})/?")
_LOOPBACK = {"localhost": "127.0.0.1", "127.0.0.1": "127.0.0.1", "[::1]": "::1"}
_BACKLOG = 128
_OTHER_PATH = "give another host, as unix:///PATH"
_OTHER_PORT = "give another port, or 0 for any free one"


class ListenError(EngineError):
    """A lab cannot be served there; the message says why, and what to do."""


@dataclass(frozen=True)
class Listener:
    """An open door.

    Attributes:
        socket: takes connections.
        host: what clients are to have as ``DOCKER_HOST``.
        path: the socket's file; None for a port.
        inode: number of that file.
        folder: the folder that was made for it; None for one that was there.
    """

    socket: socket.socket
    host: str
    path: Path | None = None
    inode: int = 0
    folder: Path | None = None

    def close(self) -> None:
        """Close the door; a second time does nothing."""
        self.hide()
        self.socket.close()

    def hide(self) -> None:
        """Remove the socket's file if it is still this one's, with its own folder.

        That can be told as long as the socket is open: its number is nobody else's till then.
        """
        if self.path is not None and self.socket.fileno() >= 0:
            with suppress(OSError):
                if self.path.lstat().st_ino == self.inode:
                    self.path.unlink()
        if self.folder is not None:
            with suppress(OSError):
                self.folder.rmdir()


def check_installed() -> None:
    """Check that a lab can be served at all.

    Raises:
        EngineError: what that needs is not there; the message says what to do.
    """
    check_local("serve a lab")
    if find_spec("h11") is None:
        raise ListenError("a lab is served to docker clients with h11, which is not installed: "
                          'run  pip install "imagelab[serve]"')


def listen_alone() -> Listener:
    """Open a door at a new socket in a new folder, both the user's alone.

    Where the system has no such sockets, it is at any free port of this machine.

    Raises:
        ListenError: there is no place for it.
    """
    if not hasattr(socket, "AF_UNIX"):
        return listen("tcp://127.0.0.1:0")
    folder = Path(tempfile.mkdtemp(prefix="imagelab-"))
    try:
        return replace(listen(f"unix://{folder / 'docker.sock'}"), folder=folder)
    except ListenError:
        folder.rmdir()
        raise


def listen(host: str) -> Listener:
    """Open a door at ``unix:///path`` or ``tcp://127.0.0.1:2375``; port 0 is any free one.

    A file of a socket that nobody answers at any more is replaced. The socket is its user's alone.

    Raises:
        ListenError: it is in use, or no address for this.
    """
    if host.startswith("unix://") and host != "unix://":
        return _at_path(Path(host.removeprefix("unix://")))
    match = _TCP.fullmatch(host)
    if match is None:
        raise ListenError(f"{host!r} is no address: give unix:///PATH or tcp://127.0.0.1:PORT")
    if match[1].lower() not in _LOOPBACK:
        raise ListenError(
            f"{host}: a lab is served on this machine alone: give tcp://127.0.0.1:{match[2]}")
    return _at_port(_LOOPBACK[match[1].lower()], int(match[2]))


def _at_path(path: Path) -> Listener:
    if not path.is_absolute():
        raise ListenError(f"unix://{path}: give a whole path: unix://{path.absolute()}")
    if not hasattr(socket, "AF_UNIX"):
        raise ListenError("this system's Python has no unix sockets: give tcp://127.0.0.1:PORT")
    _make_way(path)
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        own.bind(str(path))
        # Nobody can connect before it listens.
        os.chmod(path, 0o600)
        own.listen(_BACKLOG)
        inode = path.lstat().st_ino
    except OSError as error:
        own.close()
        raise _no_place_for(path, error) from error
    return Listener(own, f"unix://{path}", path, inode)


def _make_way(path: Path) -> None:
    """Remove the file of a socket that nobody listens at.

    Raises:
        ListenError: somebody does, or it is another kind of file.
    """
    try:
        mode = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(mode):
        raise ListenError(f"{path} is there, and is no socket: {_OTHER_PATH}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            with suppress(OSError):
                path.unlink()
            return
        except OSError as error:
            raise _no_place_for(path, error) from error
    raise ListenError(f"{path} is in use: somebody serves there already; go on with  "
                      f"export DOCKER_HOST=unix://{path}  or {_OTHER_PATH}")


def _no_place_for(path: Path, error: OSError) -> ListenError:
    if error.errno is None:  # Python's own, before it asks the system
        return ListenError(f"{path}: that is too long for a socket: give a shorter host, as "
                           f"unix://{Path(tempfile.gettempdir()) / 'docker.sock'}")
    if error.errno == errno.ENOENT:
        return ListenError(f"{path}: there is no folder {path.parent}: make it, or {_OTHER_PATH}")
    return ListenError(f"{path}: {error.strerror}: {_OTHER_PATH}")


def _at_port(address: str, port: int) -> Listener:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    own = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((address, port))
        own.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        own.close()
        reason = "there is no such port"
        if isinstance(error, OSError):
            is_used = error.errno == errno.EADDRINUSE
            reason = "somebody listens there already" if is_used else str(error.strerror or error)
        raise ListenError(f"tcp://{address}:{port}: {reason}: {_OTHER_PORT}") from error
    shown = f"[{address}]" if ":" in address else address
    return Listener(own, f"tcp://{shown}:{own.getsockname()[1]}")
