"""What a program gets to work with.

A program is a function ``(argv, io) -> status``. One that has to wait or to run another program
raises a request with a state of JSON values; it is called again later with that state in
``io.state`` (and the other program's status in ``io.result``, or the signal that came in
``io.signal``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import encode
from imagelab.shell.streams import (
    ClosedError,
    Host,
    Open,
    device_node,
    is_terminal,
    plain_path,
)


class SleepRequest(Exception):
    """Sleep until a time in nanoseconds, or a signal that the program has a handler for."""

    def __init__(self, until: int, state: Any, signals: list[str] | None = None) -> None:
        """Keep them; signals are named without ``SIG``."""
        super().__init__(until)
        self.until, self.state, self.signals = until, state, signals or []


class PauseRequest(Exception):
    """Wait, as ``pause(2)``, until one of the signals comes that the program has handlers for."""

    def __init__(self, signals: list[str], state: Any = True) -> None:
        """Keep both; signals are named without ``SIG``."""
        super().__init__(signals)
        self.signals, self.state = signals, state


class RunRequest(Exception):
    """Run another program, in place of this one if ``replace``."""

    def __init__(
        self, argv: list[str], state: Any = None, *, env: dict[str, str] | None = None,
        fds: dict[int, Open] | None = None, replace: bool = False, missing: str = "",
        applet: bool = False,
    ) -> None:
        """Keep the parts.

        ``missing`` words the failure with ``{name}`` and ``{message}``; ``applet`` says that the
        program is one of busybox's, whatever files there are.
        """
        super().__init__(argv)
        self.argv, self.state, self.env = argv, state, env
        self.fds, self.replace, self.missing = fds or {}, replace, missing
        self.applet = applet


class UsageError(Exception):
    """Options that a program does not know; the message is what it prints."""

    def __init__(self, message: str, status: int = 1) -> None:
        """Keep both."""
        super().__init__(message)
        self.message, self.status = message, status


@dataclass(eq=False)
class Io:
    """A program's surroundings.

    Attributes:
        host: files, budget, clock.
        name: what the program is.
        flavour: ``busybox`` or ``gnu``: whose words it uses.
        fds: open files by descriptor.
        state: see the module.
        result: see the module.
        signal: the one that a program that waited for signals goes on with; empty for none.
        applets: names that the busybox of the lab knows.
    """

    host: Host
    name: str
    flavour: str
    argv: list[str]
    env: dict[str, str]
    cwd: str
    umask: int
    fds: dict[int, Open]
    uid: int
    gid: int
    state: Any = None
    result: int | None = None
    signal: str = ""
    applets: frozenset[str] = frozenset()

    @property
    def gnu(self) -> bool:
        """Whether GNU wording is wanted."""
        return self.flavour == "gnu"

    @property
    def files(self) -> FileSystem:
        """The container's files."""
        return self.host.files

    def words(self, gnu: str, busybox: str) -> str:
        """Choose the wording."""
        return gnu if self.gnu else busybox

    # --- output ----------------------------------------------------------------------------

    def out(self, data: str | bytes | Content) -> None:
        """Write to standard output."""
        self.host.write(self.fds.get(1), encode(data) if isinstance(data, str) else data)

    def err(self, text: str) -> None:
        """Write to standard error."""
        try:
            self.host.write(self.fds.get(2), encode(text))
        except ClosedError:
            return

    def fail(self, message: str, status: int = 1) -> int:
        """Write an error message with the program's name and return a status."""
        self.err(f"{self.name}: {message}\n")
        return status

    def terminal(self, fd: int) -> bool:
        """Whether a descriptor is the terminal."""
        return is_terminal(self.host, self.fds.get(fd))

    def step(self, amount: int = 1) -> None:
        """Count work."""
        self.host.budget.take("steps", amount)

    # --- input -----------------------------------------------------------------------------

    def stdin(self) -> Content:
        """Take all of standard input."""
        return self.host.read_all(self.fds.get(0))

    def content(self, path: str) -> Content:
        """Return the content of a file; ``-`` is standard input.

        Raises:
            FileError: it cannot be read.
        """
        if path == "-":
            return self.stdin()
        if plain_path(path, self.cwd).startswith("/dev/"):
            source = self.host.open(path, self.fds, cwd=self.cwd, mode="r")
            return self.host.read_all(source)
        return self.files.read(path, cwd=self.cwd)

    def data(self, path: str) -> bytes:
        """Return the bytes of a file that is to be looked through; counted.

        Raises:
            FileError: it cannot be read.
        """
        content = self.content(path)
        self.host.budget.take("hashed", content.size)
        self.host.budget.take("words", content.size)
        return content.read()

    # --- files -----------------------------------------------------------------------------

    def open(self, path: str, mode: str) -> Open:
        """Open a path as :meth:`Host.open` does."""
        return self.host.open(path, self.fds, cwd=self.cwd, mode=mode, umask=self.umask)

    def stat(self, path: str, *, follow: bool = True) -> Node:
        """Return a path's node, Docker's devices included.

        Raises:
            FileError: there is none.
        """
        try:
            return self.files.stat(path, cwd=self.cwd, follow=follow)
        except FileError:
            node = device_node(plain_path(path, self.cwd))
            if node is None:
                raise
            return node

    def lookup(self, path: str, *, follow: bool = True) -> Node | None:
        """Return a path's node or None."""
        try:
            return self.stat(path, follow=follow)
        except FileError:
            return None

    def is_directory(self, path: str, *, follow: bool = True) -> bool:
        """Whether a path is a directory."""
        node = self.lookup(path, follow=follow)
        return node is not None and node.kind is Kind.DIRECTORY

    def names(self, path: str) -> list[str]:
        """Return a directory's names by bytes; counted.

        Raises:
            FileError: it cannot be listed.
        """
        names = self.files.names(path, cwd=self.cwd)
        self.host.budget.take("entries", len(names) + 1)
        return sorted(names, key=encode)
