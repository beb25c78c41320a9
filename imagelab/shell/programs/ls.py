"""ls."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import encode
from imagelab.shell.programs.inodes import block_count, inode_of
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.sizes import human_size
from imagelab.shell.programs.times import listed, strftime
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.users import group_name, user_name

_LONG = {"all": "a", "almost-all": "A", "recursive": "R", "reverse": "r", "human-readable": "h",
         "directory": "d", "inode": "i", "size": "s", "classify": "F", "color": "z",
         "full-time": "f"}
_WIDTH = 80


@dataclass
class _Item:
    name: str
    path: str
    node: Node


def ls(argv: list[str], io: Io) -> int:
    """List directories."""
    options, args = parse(io, argv, "aA1ldhRrtSiFpsnogLHkCxXUucqQNGvfBZz", "wIT", long=_LONG,
                          status=2 if io.gnu else 1)
    return _Listing(io, set(options)).run(args or ["."])


class _Listing:
    def __init__(self, io: Io, options: set[str]) -> None:
        self.io, self.options = io, options
        self.long = bool(options & set("lnog"))
        self.status = 0
        self.first = True
        self.users: dict[int, str] = {}
        self.groups: dict[int, str] = {}

    def run(self, args: list[str]) -> int:
        io = self.io
        plain: list[_Item] = []
        folders: list[_Item] = []
        for arg in args:
            follow = not self.long or "L" in self.options
            try:
                node = self.stat(arg, follow or arg.endswith("/"))
            except FileError as error:
                io.fail(f"cannot access {gnu_quote(arg)}: {error.message}" if io.gnu
                        else f"{arg}: {error.message}")
                self.status = 2 if io.gnu else 1
                continue
            as_folder = node.is_directory and "d" not in self.options
            (folders if as_folder else plain).append(_Item(arg, arg, node))
        if plain:
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
        return self.status

    def stat(self, path: str, follow: bool) -> Node:
        try:
            return self.io.stat(path, follow=follow)
        except FileError:
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
            io.out(("" if self.first else "\n") + f"{item.path}:\n")
        self.first = False
        if "a" in self.options or "f" in self.options:
            names = [".", "..", *names]
        elif "A" not in self.options:
            names = [name for name in names if not name.startswith(".")]
        front = item.path if item.path.endswith("/") else item.path + "/"
        items = []
        for name in names:
            node = io.lookup(front + name, follow="L" in self.options)
            if node is not None:
                items.append(_Item(name, front + name, node))
        items = self.sorted(items)
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

    def show(self, items: list[_Item], *, total: bool) -> None:
        if total and (self.long or "s" in self.options):
            blocks = sum(block_count(item.node) for item in items)
            human = "h" in self.options
            shown = human_size(blocks * 1024, gnu=self.io.gnu) if human else str(blocks)
            self.io.out(f"total {shown}\n")
        if self.long:
            self.show_long(items)
            return
        names = [self.decorated(item) for item in items]
        if self.io.terminal(1) and "1" not in self.options:
            self.io.out(columns(names, gnu=self.io.gnu))
        else:
            self.io.out("".join(f"{name}\n" for name in names))

    def decorated(self, item: _Item) -> str:
        front = ""
        if "i" in self.options:
            front += f"{inode_of(self.io.files, item.path, self.io.cwd)} "
        if "s" in self.options:
            front += f"{block_count(item.node)} "
        tail = ""
        if self.options & {"F", "p"} and item.node.is_directory:
            tail = "/"
        elif "F" in self.options:
            kind = item.node.kind
            tail = {Kind.SYMLINK: "@", Kind.FIFO: "|"}.get(
                kind, "*" if kind is Kind.FILE and item.node.mode & 0o111 else ""
            )
        return front + item.name + tail

    def show_long(self, items: list[_Item]) -> None:
        rows = [self.row(item) for item in items]
        if self.io.gnu:
            widths = [max((len(row[i]) for row in rows), default=0) for i in range(1, 5)]
        else:
            widths = [4, 8, 8, 9]
        for row in rows:
            mode, links, user, group, size, time, name = row
            cells = [mode, links.rjust(widths[0])]
            if "g" not in self.options:
                cells.append(user.ljust(widths[1]))
            if "o" not in self.options:
                cells.append(group.ljust(widths[2]))
            cells += [size.rjust(widths[3]), time, name]
            self.io.out(" ".join(cells) + "\n")

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
        try:
            links = io.files.links(item.path, cwd=io.cwd)
        except FileError:
            links = 1
        time = listed(node.mtime, io.host.now)
        if "f" in self.options and io.gnu:
            time = strftime("%F %T.%N %z", node.mtime)
        name = self.decorated(item)
        if node.kind is Kind.SYMLINK:
            name = f"{name.removesuffix('@')} -> {node.target}"
        return [mode_string(node), str(links), user, group, size, time, name]

    def user(self, uid: int) -> str:
        if uid not in self.users:
            self.users[uid] = user_name(self.io.files, uid) or str(uid)
        return self.users[uid]

    def group(self, gid: int) -> str:
        if gid not in self.groups:
            self.groups[gid] = group_name(self.io.files, gid) or str(gid)
        return self.groups[gid]


def columns(names: list[str], *, gnu: bool) -> str:
    """Lay names out in columns, filled downwards, on a terminal of 80."""
    if not names:
        return ""
    lengths = [len(name) for name in names]
    for rows in range(1, len(names) + 1):
        count = -(-len(names) // rows)
        widths = [max(lengths[c * rows : (c + 1) * rows], default=0) for c in range(count)]
        if not gnu:
            widths = [max(lengths)] * count
        if sum(widths) + 2 * (count - 1) < _WIDTH or rows == len(names):
            break
    lines = []
    for row in range(rows):
        cells = [names[i] for i in range(row, len(names), rows)]
        padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=False)]
        padded[-1] = cells[-1]
        lines.append("  ".join(padded) + "\n")
    return "".join(lines)
