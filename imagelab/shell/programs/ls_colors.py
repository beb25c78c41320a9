"""Colours of ls: which sequence goes before and after a name, as GNU and busybox write them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from imagelab.model.node import Kind, Node
from imagelab.shell.programs.color_option import busybox_ls_colors, gnu_ls_colors
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.ls_color_variable import ColorsError, Table, read_colors

_WIDTH = 80
#: busybox's colours by kind; an executable file and a link to nothing have their own.
_BUSYBOX = {Kind.FILE: "0;0", Kind.DIRECTORY: "1;34", Kind.SYMLINK: "1;36", Kind.FIFO: "0;35",
            Kind.CHARACTER: "1;35", Kind.BLOCK: "1;35"}
_KEYS = {Kind.SYMLINK: "ln", Kind.FIFO: "pi", Kind.CHARACTER: "cd", Kind.BLOCK: "bd"}


@dataclass(frozen=True)
class Entry:
    """What a colour depends on.

    Attributes:
        name: as shown.
        node: of the name itself, a link not followed.
        referent: what a link leads to; None if to nothing.
        links: hard links.
        shown: quotes the name and a link's target.
    """

    name: str
    node: Node
    referent: Node | None = None
    links: int = 1
    shown: Callable[[str], str] = str


class Colors(Protocol):
    """A way to colour names."""

    def start(self) -> str:
        """Return what an entry begins with."""

    def name(self, entry: Entry, column: int) -> str:
        """Return an entry's name, which begins at a column, with its colour."""

    def target(self, entry: Entry, column: int) -> str:
        """Return the target of an entry that is a link, with its colour."""

    def end(self) -> str:
        """Return what the whole output ends with."""


class BusyboxColors:
    """busybox's fixed colours."""

    def start(self) -> str:
        """Return nothing."""
        return ""

    def name(self, entry: Entry, column: int) -> str:
        """Return the name in the colour of its kind."""
        return self._paint(entry.shown(entry.name), entry.node)

    def target(self, entry: Entry, column: int) -> str:
        """Return the target in the colour of what it is; in red if it is nothing."""
        return self._paint(entry.node.target, entry.referent)

    def end(self) -> str:
        """Return nothing."""
        return ""

    @staticmethod
    def _paint(text: str, node: Node | None) -> str:
        if node is None:
            code = "1;31"
        elif node.kind is Kind.FILE and node.mode & 0o111:
            code = "1;32"
        else:
            code = _BUSYBOX.get(node.kind, "0;0")
        return f"\x1b[{code}m{text}\x1b[m"


class GnuColors:
    """The colours of GNU ls.

    Args:
        table: sequences by key.
        long: the listing is a long one.
        classify: names get a mark for their kind.
    """

    def __init__(self, table: Table, *, long: bool, classify: bool) -> None:
        """Begin an output in which nothing is coloured yet."""
        self.table = table
        self.used = False
        # Else ls does not look where links lead, and takes them all for sound ones; only a
        # target that it shows then has the colour of a missing file.
        self.resolves = (table.codes["ln"] == "target" or table.colored("or")
                         or (long and (classify or table.colored("mi"))))

    def start(self) -> str:
        """Return the sequence of ``no``, which colours all of a line but the name."""
        normal = self.table.codes["no"]
        return self._sequence(normal) if normal and self.table.colored("no") else ""

    def name(self, entry: Entry, column: int) -> str:
        """Return the name in its colour."""
        return self._paint(entry.shown(entry.name), self._code(entry), column)

    def target(self, entry: Entry, column: int) -> str:
        """Return the target in the colour of what it is."""
        if self.resolves and entry.referent is not None:
            code = self._kind(entry.node.target, entry.referent, 1)
        else:
            code = self.table.codes["mi" if self.table.colored("mi") else "or"]
        return self._paint(entry.shown(entry.node.target), code, column)

    def end(self) -> str:
        """Return the reset that sequences of other shapes than ``ESC [ … m`` ask for."""
        plain = (self.table.codes["lc"], self.table.codes["rc"]) == ("\x1b[", "m")
        return "" if plain or not self.used else self._wrapped("")

    # --- sequences -------------------------------------------------------------------------

    def _wrapped(self, code: str) -> str:
        return f"{self.table.codes['lc']}{code}{self.table.codes['rc']}"

    def _reset(self) -> str:
        end = self.table.codes["ec"]
        return self._wrapped(self.table.codes["rs"] or "") if end is None else end

    def _sequence(self, code: str) -> str:
        """Return a sequence; before the first one all colours are reset."""
        front = "" if self.used else self._reset()
        self.used = True
        return front + self._wrapped(code)

    def _paint(self, text: str, code: str | None, column: int) -> str:
        normal = self.table.colored("no")
        if code is None and not normal:
            return text
        front = ""
        if code is not None:
            front = (self._sequence("") if normal else "") + self._sequence(code)
        # A name that goes on in the next line of the terminal would leave its background there.
        wraps = column // _WIDTH != (column + len(text) - 1) // _WIDTH
        clear = self.table.codes["cl"] or "" if wraps else ""
        return f"{front}{text}{self._reset()}{clear}"

    # --- choosing --------------------------------------------------------------------------

    def _code(self, entry: Entry) -> str | None:
        if entry.node.kind is not Kind.SYMLINK:
            return self._kind(entry.name, entry.node, entry.links)
        sound = self.resolves and entry.referent is not None
        if self.table.codes["ln"] == "target":
            if sound and entry.referent is not None:
                return self._kind(entry.name, entry.referent, entry.links)
            return self.table.codes["or"]
        return self.table.codes["ln" if sound or not self.table.colored("or") else "or"]

    def _kind(self, name: str, node: Node, links: int) -> str | None:
        if node.kind is Kind.DIRECTORY:
            return self.table.codes[self._directory(node)]
        if node.kind is Kind.FILE:
            key = self._file(node, links)
            found = self.table.of_suffix(name) if key == "fi" else None
            return self.table.codes[key] if found is None else found
        return self.table.codes[_KEYS.get(node.kind, "or")]

    def _directory(self, node: Node) -> str:
        sticky, writable = node.mode & 0o1000, node.mode & 0o002
        for key, holds in (("tw", sticky and writable), ("ow", writable), ("st", sticky)):
            if holds and self.table.colored(key):
                return key
        return "di"

    def _file(self, node: Node, links: int) -> str:
        for key, holds in (("su", node.mode & 0o4000), ("sg", node.mode & 0o2000),
                           ("ex", node.mode & 0o111), ("mh", links > 1)):
            if holds and self.table.colored(key):
                return key
        return "fi"


def colors_of(io: Io, values: list[str], *, long: bool, classify: bool) -> Colors | None:
    """Return the colours that ls is to use, if it is to.

    A variable that cannot be read is complained about and turns colours off.

    Args:
        io: the program's.
        values: of its option ``--color``.
        long: the listing is a long one.
        classify: names get a mark for their kind.

    Raises:
        UsageError: a value is wrong.
    """
    if not io.gnu:
        return BusyboxColors() if busybox_ls_colors(io, values) else None
    if not gnu_ls_colors(io, values):
        return None
    try:
        table = read_colors(io.env.get("LS_COLORS", ""))
    except ColorsError as error:
        for message in error.messages:
            io.fail(message)
        return None
    return GnuColors(table, long=long, classify=classify)
