"""Which lab a terminal's ``docker`` speaks to.

``DOCKER_HOST`` names one. Else it is the one that was used last of those whose notebooks serve
them: each has a socket in the folder ``IMAGELAB_SERVE``, and touches its file when it is used.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress

#: The folder in which notebooks serve their labs; ``binder/start`` makes one.
FOLDER = "IMAGELAB_SERVE"
#: Behind the names of sockets there.
ENDING = ".sock"
_UNIX = "unix://"
_USUAL = "unix:///var/run/docker.sock"
_NONE = "Cannot connect to the Docker daemon at {host}. Is the docker daemon running?"
_OPEN = {
    "ko": "imagelab: 노트북에서 레슨을 열고 첫 번째 셀을 실행하세요. "
          "이 명령은 그 실습실에서 실행됩니다.",
    "en": "imagelab: open a lesson in a notebook and run its first cell: this command runs in its "
          "lab.",
}
_SERVE = {
    "ko": "imagelab: 그곳에는 열려 있는 실습실이 없습니다. imagelab serve나 lab.serve()로 열고, "
          "거기에 나온 줄을 여기에 입력하세요.",
    "en": "imagelab: no lab is served there: serve one with  imagelab serve  or lab.serve(), and "
          "type here the line that it prints.",
}


class NoLab(Exception):
    """There is no lab to speak to; the message says what to do."""


def connect() -> socket.socket:
    """Return a connection to the lab.

    Raises:
        NoLab: there is none.
    """
    if host := os.environ.get("DOCKER_HOST", ""):
        return _named(host)
    for path in _newest(os.environ.get(FOLDER, "")):
        try:
            return _connected(path)
        except ConnectionRefusedError:
            _remove(path)  # its notebook has gone
        except OSError:
            continue
    raise _no_lab(_USUAL, _OPEN)


def _named(host: str) -> socket.socket:
    if not host.startswith(_UNIX):
        raise NoLab(f"docker: DOCKER_HOST is {host}: this docker speaks to a lab at a socket only, "
                    "as unix:///path")
    try:
        return _connected(host[len(_UNIX):])
    except OSError as error:
        raise _no_lab(host, _SERVE) from error


def _connected(path: str) -> socket.socket:
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        own.connect(path)
    except OSError:
        own.close()
        raise
    return own


def _newest(folder: str) -> list[str]:
    """Return the sockets in a folder, the one that was used last first."""
    try:
        found = [(each.stat().st_mtime_ns, each.path) for each in os.scandir(folder or os.devnull)
                 if each.name.endswith(ENDING)]
    except OSError:
        return []
    return [path for _, path in sorted(found, reverse=True)]


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)


def _no_lab(host: str, advice: dict[str, str]) -> NoLab:
    """Return Docker's words, and what to do, in the user's language if it is known, else in both.

    Args:
        host: where there is none.
        advice: what to do, by language. That is ``IMAGELAB_LANG``, else the folder's name.
    """
    wishes = (os.environ.get("IMAGELAB_LANG", ""), os.path.basename(os.getcwd()))
    known = [advice[wish] for wish in wishes if wish in advice]
    return NoLab("\n".join([_NONE.format(host=host), *(known[:1] or advice.values())]))
