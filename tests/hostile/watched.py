"""Feeds a lab hostile input and writes down all that its process asks the system for.

``python -m tests.hostile.watched FOLDER`` prints, as JSON, what was asked for that nobody named:
by step, Python's audit events with their values. It must be a process of its own, for such a hook
stays. In the folder the lab's own files come into ``own``, what a step names into ``here``; what
nobody names lies in ``secret``.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from imagelab.api.answer import Hijack, Stream
from imagelab.api.body import Body
from imagelab.api.request import Request
from imagelab.api.routes import router
from imagelab.api.service import Service
from imagelab.lab import Lab
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError
from tests.hostile.given import Given

#: Events of which none may come; by the beginnings of their names.
_NEVER = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "pty.",
          "ctypes.", "socket.connect", "socket.bind", "socket.getaddrinfo", "socket.gethostby",
          "socket.sendto", "socket.sendmsg", "urllib.", "http.", "ftplib.", "smtplib.",
          "webbrowser.", "pickle.", "os.kill", "os.chroot", "os.mount")
#: Those whose first values are paths, and how many of them are.
_PATHS = {
    "os.chmod": 1, "os.chown": 1, "os.link": 2, "os.mkdir": 1, "os.remove": 1, "os.rename": 2,
    "os.rmdir": 1, "os.truncate": 1, "os.utime": 1, "os.setxattr": 1, "os.removexattr": 1,
    "os.listdir": 1, "os.scandir": 1, "os.walk": 1, "os.getxattr": 1, "os.listxattr": 1,
    "os.mkfifo": 1, "os.mknod": 1, "os.chdir": 1,
}
#: Those that look where a path leads. Attributes are those of a link itself, as is seen below.
_LOOKS = frozenset({"os.listdir", "os.scandir", "os.walk"})
_DEVICES = frozenset({"/dev/null", "/dev/urandom"})


class Watch:
    """What may be touched, and what was touched besides."""

    def __init__(self, folder: Path) -> None:
        """Begin; what Python itself is made of may be read, the lab's own files be written."""
        self.found: list[list[str]] = []
        self._step = ""
        self._own = [os.path.realpath(folder / "own")]
        self._program = [os.path.realpath(each) for each in (
            sys.prefix, sys.base_prefix, *filter(None, sys.path), str(Path(__file__).parents[2]))]
        self._named: list[str] = []
        self._busy = False
        sys.addaudithook(self._see)

    @contextmanager
    def step(self, name: str, *named: Path) -> Iterator[None]:
        """Watch a step that names some paths; below those it may do what it likes."""
        self._step, self._named = name, [os.path.realpath(each) for each in named]
        try:
            yield
        finally:
            self._step = ""

    def _see(self, event: str, values: tuple[Any, ...]) -> None:
        if not self._step or self._busy:
            return
        self._busy = True
        try:
            if not self._is_fine(event, values):
                self.found.append([self._step, event, *map(repr, values[:2])])
        finally:
            self._busy = False

    def _is_fine(self, event: str, values: tuple[Any, ...]) -> bool:
        writable = [*self._own, *self._named]
        if event == "open":
            if values[1] is None and os.sep not in os.fsdecode(values[0]):
                return True  # in an open folder, as when a tree is removed; Python tells not which
            writes = values[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
            return _is_below(values[0], writable if writes else [*writable, *self._program])
        if event == "os.symlink":
            return _is_below(values[1], writable, follow=False)
        if event in _PATHS:
            known = [*writable, *self._program] if event in _LOOKS else writable
            return all(_is_below(_whole(event, each, values), known, follow=event in _LOOKS)
                       for each in values[:_PATHS[event]])
        return not event.startswith(_NEVER)


def _whole(event: str, path: Any, values: tuple[Any, ...]) -> Any:
    """Return a path that may be seen from an open folder, as when a tree is removed."""
    if event in ("os.remove", "os.rmdir", "os.mkdir") and values[-1] >= 0:
        return os.path.join(os.readlink(f"/proc/self/fd/{values[-1]}"), path)
    return path


def _is_below(path: Any, folders: list[str], *, follow: bool = True) -> bool:
    if path is None or isinstance(path, int):
        return True
    name = os.fsdecode(path)
    if name in _DEVICES:
        return True
    real = os.path.realpath(name) if follow else os.path.join(
        os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))
    return any(real == each or real.startswith(f"{each}/") for each in folders)


# --- doors ---------------------------------------------------------------------------------


def by_lines(watch: Watch, given: Given) -> None:
    """Take everything in through the docker command line, and let it out again."""
    for name, data in given.archives().items():
        path = given.put("in.tar", data)
        for line in (f"load -i {path}", f"import {path} imported:1"):
            with watch.step(f"{name}: {line.split()[0]}", path):
                lab = given.empty()
                lab.docker(line, folder=given.here)
        _let_out(watch, given, lab, f"{name}: imported")
    for name, data in given.contexts().items():
        lab = given.lab()
        with watch.step(f"{name}: build -"):
            lab.docker("build -t t:1 -", data, folder=given.here)
        with watch.step(f"{name}: cp -"):
            lab.docker("cp - c1:/srv", data, folder=given.here)
        _let_out(watch, given, lab, f"{name}: cp")


def _let_out(watch: Watch, given: Given, lab: Lab, name: str) -> None:
    out = given.fresh("out")
    with watch.step(f"{name}, out", out):
        lab.docker("create --name c1 imported:1 x", folder=out)
        for line in ("cp c1:/ all", "cp -a c1:/. .", "cp -L c1:/a a", "cp c1:/srv/. srv",
                     "cp c1:/d/../../x x", "export -o c1.tar c1", "save -o image.tar imported:1",
                     "diff c1", "inspect c1", "history imported:1"):
            lab.docker(line, folder=out)


def by_folders(watch: Watch, given: Given) -> None:
    """Build from folders with links that lead out of them, and copy from and to such."""
    for name, dockerfile in given.dockerfiles().items():
        folder = given.folder(dockerfile)
        lab = given.lab()
        with watch.step(f"{name}: build", folder):
            lab.docker(f"build -t t:1 {folder}", folder=given.here)
            lab.docker(f"cp {folder} c1:/srv", folder=given.here)
    for name, lines in given.containers().items():
        lab, out = given.lab(), given.fresh("out")
        with watch.step(f"{name}: run and cp", out):
            for line in (*lines, "cp c1:/x x", "cp c1:/x/. y", "cp c1:/. z", "cp -L c1:/x/l w"):
                lab.docker(line, folder=out)


def by_requests(watch: Watch, given: Given) -> None:
    """Send everything to the Engine API's handlers; no socket is needed."""

    async def ask(lab: Lab, requests: list[tuple[str, str, bytes]]) -> None:
        service, routes = Service(lab.daemon, is_private=True), router()
        for method, target, body in requests:
            pieces = [body[at:at + 65536] for at in range(0, len(body), 65536)]

            async def receive(pieces: list[bytes] = pieces) -> bytes:
                return pieces.pop(0) if pieces else b""

            with watch.step(f"{method} {target}"):
                try:
                    answer = await routes.answer(service, Request.read(
                        method, target, {"host": "docker", "content-type": "application/json"},
                        Body(receive, len(body))))
                    if isinstance(answer, Stream):
                        async for _ in answer.pieces:
                            pass
                    assert not isinstance(answer, Hijack)
                except EngineError:
                    pass
        await service.close()

    asyncio.run(ask(given.lab(), given.requests()))


def by_files(watch: Watch, given: Given) -> None:
    """Open files that others may have made: labs and labs' folders."""
    for name, data in given.saved_labs().items():
        path = given.put("lab.imagelab", data)
        with watch.step(f"{name}: from a file", path):
            _try(partial(Lab.from_file, path))
    for name, folder in given.kept_labs():
        with watch.step(f"{name}: open", folder):
            _try(partial(_opened, folder))


def _opened(folder: Path) -> None:
    lab = Lab.open(folder)
    for line in ("images -a", "run busybox ls /", "save -o out.tar busybox", "rmi -f busybox"):
        lab.docker(line, folder=folder)


def _try(run: Callable[[], object]) -> None:
    with suppress(StorageError, EngineError):
        run()


def main(folder: Path) -> None:
    """Run all steps and print what was found."""
    for name in ("own", "here"):
        (folder / name).mkdir()
    tempfile.tempdir = str(folder / "own")
    sys.dont_write_bytecode = True  # modules are loaded as they are needed
    given = Given(folder)
    os.chdir(given.here)
    watch = Watch(folder)
    seen = _is_seen(watch, folder / "secret" / "key")
    for door in (by_lines, by_folders, by_requests, by_files):
        door(watch, given)
    print(json.dumps({"seen": seen, "found": watch.found, "secret": given.secret()}))


def _is_seen(watch: Watch, path: Path) -> list[str]:
    """Do what must be found, to see that it is; return the names of the events."""
    with watch.step("what must be seen"):
        path.read_bytes()
        os.listdir(path.parent)
        os.utime(path)
        try:
            with path.with_name("nothing").open("xb"):
                pass
        finally:
            path.with_name("nothing").unlink()
        os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {})
        os.wait()
    seen = [event for _, event, *_ in watch.found]
    watch.found.clear()
    return seen


if __name__ == "__main__":
    main(Path(sys.argv[1]))
