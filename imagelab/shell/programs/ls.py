"""ls."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import encode
from imagelab.shell.programs.inodes import block_count, inode_of
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.ls_colors import Entry, colors_of
from imagelab.shell.programs.ls_columns import columns
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sizes import human_size
from imagelab.shell.programs.times import listed, strftime
from imagelab.shell.quoting import c_escaped, gnu_quote, gnu_word
from imagelab.shell.users import group_name, user_name

_LONG = {"all": "a", "almost-all": "A", "recursive": "R", "reverse": "r", "human-readable": "h",
         "directory": "d", "inode": "i", "size": "s", "classify": "F", "color": "color",
         "full-time": "f"}


@dataclass
class _Item:
    name: str
    path: str
    node: Node


def ls(argv: list[str], io: Io) -> int:
    """List directories."""
    options, args = parse(io, argv, "aA1ldhRrtSiFpsnogLHkCxXUucqQNGvfBZz", "wIT", long=_LONG,
                          status=2 if io.gnu else 1)
    return _Listing(io, options).run(args or ["."])


class _Listing:
    def __init__(self, io: Io, options: dict[str, list[str]]) -> None:
        self.io, self.options = io, set(options)
        self.long = bool(self.options & set("lnog"))
        self.colors = colors_of(io, options.get("color", []), long=self.long,
                                classify="F" in self.options)
        self.status = 0
        self.first = True
        #: Whether names get a blank in front, for the quotation marks of others.
        self.pads = False
        self.quotes = io.gnu and (io.terminal(1) or "Q" in self.options) and (
            "N" not in self.options)
        self.utf8 = "UTF-8" in (io.env.get("LC_ALL") or io.env.get("LC_CTYPE")
                                or io.env.get("LANG") or "").upper()
        self.users: dict[int, str] = {}
        self.groups: dict[int, str] = {}

    def run(self, args: list[str]) -> int:
        io = self.io
        plain: list[_Item] = []
        folders: list[_Item] = []
        for arg in args:
            shows_links = self.long or self.options & ({"F", "d"} if io.gnu else
                                                       {"F", "i", "s"})
            follow = bool(self.options & {"L", "H"}) or not shows_links
            try:
                node = self.stat(arg, follow or arg.endswith("/"))
            except FileError as error:
                self.fail(arg, error)
                continue
            as_folder = node.is_directory and "d" not in self.options
            (folders if as_folder else plain).append(_Item(arg, arg, node))
        if plain:
            self.pads = self.padded(plain + folders)
            self.show(self.sorted(plain), total=False)
            self.first = False
        several = len(args) > 1 or "R" in self.options
        stack = self.sorted(folders)[::-1]
        while stack:
            item = stack.pop()
            inside = self.folder(item, header=several)
            if "R" in self.options:
                stack += [child for child in reversed(inside)
                          if child.node.is_directory and child.name not in (".", "..")]
        if self.colors:
            io.out(self.colors.end())
        return self.status

    def fail(self, path: str, error: FileError, status: int = 2) -> None:
        self.io.fail(f"cannot access {gnu_quote(path)}: {error.message}" if self.io.gnu
                     else f"{path}: {error.message}")
        self.status = max(self.status, status if self.io.gnu else 1)

    def stat(self, path: str, follow: bool) -> Node:
        try:
            return self.io.stat(path, follow=follow)
        except FileError as error:
            if not self.io.gnu or error.code != "ENOENT" or self.options & {"L", "H"}:
                raise
            return self.io.stat(path, follow=False)

    def folder(self, item: _Item, *, header: bool) -> list[_Item]:
        io = self.io
        try:
            names = io.names(item.path)
        except FileError as error:
            io.fail(f"cannot open directory {gnu_quote(item.path)}: {error.message}" if io.gnu
                    else f"can't open '{item.path}': {error.message}")
            self.status = 2 if io.gnu else 1
            return []
        if header:
            io.out(("" if self.first else "\n") + f"{self.shown(item.path)}:\n")
        self.first = False
        if "a" in self.options or "f" in self.options:
            names = [".", "..", *names]
        elif "A" not in self.options:
            names = [name for name in names if not name.startswith(".")]
        front = item.path if item.path.endswith("/") else item.path + "/"
        items = []
        for name in names:
            try:
                node = io.stat(front + name, follow="L" in self.options)
            except FileError as error:
                if not io.gnu:
                    self.fail(front + name, error)
                    continue
                # GNU's shows the name all the same, and does not look where a name is enough.
                if self.long or self.options & {"F", "s", "S", "t"}:
                    self.fail(front + name, error, status=1)
                node = io.stat(front + name, follow=False)
            items.append(_Item(name, front + name, node))
        items = self.sorted(items)
        self.pads = self.padded(items)
        self.show(items, total=True)
        return items

    def sorted(self, items: list[_Item]) -> list[_Item]:
        if self.options & {"f", "U"}:
            return items
        items = sorted(items, key=lambda item: encode(item.name))
        if "t" in self.options:
            items.sort(key=lambda item: -item.node.mtime)
        elif "S" in self.options:
            items.sort(key=lambda item: -item.node.size)
        return items[::-1] if "r" in self.options else items

    # --- showing ---------------------------------------------------------------------------

    def shown(self, name: str) -> str:
        """Quote a name as GNU ls does on a terminal; there, raw names lose control characters."""
        if "Q" in self.options and self.quotes:
            return '"' + c_escaped(name, utf8=self.utf8) + '"'
        if self.quotes:
            return gnu_word(name, utf8=self.utf8, also="@" if "F" in self.options else "")
        if self.io.gnu and self.io.terminal(1):
            return "".join(c if " " <= c <= "~" or (self.utf8 and c > "\xa0")
                           else "?" * len(encode(c)) for c in name)
        return name

    def padded(self, items: list[_Item]) -> bool:
        """Whether names that are not quoted begin with a blank, because others are."""
        aligned = self.long or (self.io.terminal(1) and "1" not in self.options)
        return aligned and self.quotes and "Q" not in self.options and any(
            self.shown(item.name) != item.name for item in items)

    def pad(self, name: str) -> str:
        return " " if self.pads and self.shown(name) == name else ""

    def show(self, items: list[_Item], *, total: bool) -> None:
        if total and (self.long or "s" in self.options):
            blocks = sum(block_count(item.node) for item in items)
            human = "h" in self.options
            shown = human_size(blocks * 1024, gnu=self.io.gnu) if human else str(blocks)
            self.io.out(f"total {shown}\n")
        if self.long:
            self.show_long(items)
            return
        entries = [self.entry(item) for item in items]
        fronts = self.fronts(items)
        if self.io.terminal(1) and "1" not in self.options:
            names = [len(front) + len(self.pad(item.name) + self.shown(item.name))
                     for item, front in zip(items, fronts, strict=True)]
            marks = [len(self.mark(entry.node)) for entry in entries]
            self.io.out(columns(self.io, names, marks, lambda i: self.short(fronts[i], entries[i]),
                                tabs=self.io.gnu and self.colors is None))
        else:
            self.io.out("".join(f"{self.short(*both)}\n"
                                for both in zip(fronts, entries, strict=True)))

    def short(self, front: str, entry: Entry) -> str:
        start = self.colors.start() if self.colors else ""
        name = self.colors.name(entry, 0) if self.colors else self.shown(entry.name)
        return start + front + self.pad(entry.name) + name + self.mark(entry.node)

    def fronts(self, items: list[_Item]) -> list[str]:
        """Return what stands before each entry: numbers of ``-i`` and ``-s``, in columns."""
        cells: list[list[str]] = []
        if "i" in self.options:
            cells.append([str(inode_of(self.io.files, item.path, self.io.cwd))
                          for item in items])
        if "s" in self.options:
            cells.append([str(block_count(item.node)) for item in items])
        widths = [max(map(len, column), default=0) for column in cells]
        return ["".join(f"{column[at]:>{width}} " for column, width in
                        zip(cells, widths, strict=True)) for at in range(len(items))]

    def mark(self, node: Node) -> str:
        if self.options & {"F", "p"} and node.is_directory:
            return "/"
        if "F" not in self.options:
            return ""
        if node.kind is Kind.FILE:
            return "*" if node.mode & 0o111 else ""
        return {Kind.SYMLINK: "@", Kind.FIFO: "|"}.get(node.kind, "")

    def entry(self, item: _Item) -> Entry:
        """Return what a colour depends on; without colours no more is looked up."""
        if self.colors is None:
            referent = None
            if self.long and "F" in self.options and item.node.kind is Kind.SYMLINK:
                referent = self.io.lookup(item.path)
            return Entry(item.name, item.node, referent, shown=self.shown)
        io, node = self.io, item.node
        argument = item.name == item.path
        # busybox takes the colour of the link itself even where it shows what that leads to.
        if not io.gnu or (argument and "L" not in self.options):
            node = io.lookup(item.path, follow=False) or node
        referent = io.lookup(item.path) if node.kind is Kind.SYMLINK else None
        links = self.links(item) if node.kind is Kind.FILE else 1
        return Entry(item.name, node, referent, links, self.shown)

    def links(self, item: _Item) -> int:
        try:
            return self.io.files.links(item.path, cwd=self.io.cwd)
        except FileError:
            return 1

    def show_long(self, items: list[_Item]) -> None:
        rows = [self.row(item) for item in items]
        if self.io.gnu:
            widths = [max((len(row[i]) for row in rows), default=0) for i in range(1, 5)]
        else:
            widths = [4, 8, 8, 9]
        for item, row, front in zip(items, rows, self.fronts(items), strict=True):
            mode, links, user, group, size, time = row
            cells = [mode, links.rjust(widths[0])]
            if "g" not in self.options:
                cells.append(user.ljust(widths[1]))
            if "o" not in self.options:
                cells.append(group.ljust(widths[2]))
            cells += [size.rjust(widths[3]), time]
            start = self.colors.start() if self.colors else ""
            # GNU ls counts a name's column from the size on, if there is an owner before it.
            counted = cells if self.options >= {"g", "o"} else cells[-2:]
            name = self.long_name(item, sum(len(cell) + 1 for cell in counted))
            self.io.out(f"{start}{front}{' '.join(cells)} {self.pad(item.name)}{name}\n")

    def long_name(self, item: _Item, column: int) -> str:
        entry = self.entry(item)
        if entry.node.kind is not Kind.SYMLINK:
            name = self.colors.name(entry, column) if self.colors else self.shown(item.name)
            return name + self.mark(entry.node)
        if self.colors is None:
            name, target = self.shown(item.name), self.shown(entry.node.target)
            return f"{name} -> {target}{self.target_mark(entry)}"
        name = self.colors.name(entry, column)
        target = self.colors.target(entry, column + len(item.name) + 4)
        return f"{name} -> {target}{self.target_mark(entry)}"

    def target_mark(self, entry: Entry) -> str:
        if "F" not in self.options or entry.referent is None:
            return ""
        return self.mark(entry.referent)

    def row(self, item: _Item) -> list[str]:
        node, io = item.node, self.io
        numeric = "n" in self.options
        user = str(node.uid) if numeric else self.user(node.uid)
        group = str(node.gid) if numeric else self.group(node.gid)
        if node.kind in (Kind.CHARACTER, Kind.BLOCK):
            major, minor = node.device
            size = f"{major}, {minor}" if io.gnu else f"{major:3d}, {minor:3d}"
        else:
            shown = 4096 if node.is_directory else node.size
            size = human_size(shown, gnu=io.gnu) if "h" in self.options else str(shown)
        time = listed(node.mtime, io.host.now)
        if "f" in self.options and io.gnu:
            time = strftime("%F %T.%N %z", node.mtime)
        return [mode_string(node), str(self.links(item)), user, group, size, time]

    def user(self, uid: int) -> str:
        if uid not in self.users:
            self.users[uid] = user_name(self.io.files, uid) or str(uid)
        return self.users[uid]

    def group(self, gid: int) -> str:
        if gid not in self.groups:
            self.groups[gid] = group_name(self.io.files, gid) or str(gid)
        return self.groups[gid]
