"""stat."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import unescape
from imagelab.shell.programs.inodes import block_count, inode_of
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.times import strftime
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.users import group_name, user_name

_KIND_NAMES = {Kind.DIRECTORY: "directory", Kind.SYMLINK: "symbolic link", Kind.FIFO: "fifo",
               Kind.CHARACTER: "character special file", Kind.BLOCK: "block special file"}


def stat(argv: list[str], io: Io) -> int:
    """Print what is known about files."""
    options, args = parse(io, argv, "Lft", "c", long={
        "format": "c", "dereference": "L", "printf": "P", "terse": "t"})
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        try:
            follow = "L" in options
            node = io.stat(path, follow=follow)
            if "c" in options:
                io.out(_formatted(io, options["c"][-1], path, node, follow) + "\n")
            elif "P" in options:
                io.out(unescape(_formatted(io, options["P"][-1], path, node, follow))[0])
            else:
                io.out(_described(io, path, node, follow))
        except FileError as error:
            verb = io.words("cannot statx", "can't stat")
            shown = gnu_quote(path) if io.gnu else f"'{path}'"
            status = io.fail(f"{verb} {shown}: {error.message}")
    return status


def _kind_name(node: Node) -> str:
    if node.kind is Kind.FILE:
        return "regular file" if node.size else "regular empty file"
    return _KIND_NAMES.get(node.kind, "unknown")


def _formatted(io: Io, text: str, path: str, node: Node, follow: bool) -> str:
    def value(match: re.Match[str]) -> str:
        letter = match[2]
        size = 4096 if node.is_directory else node.size
        when = strftime("%F %T.%N +0000", node.mtime)
        try:
            links = io.files.links(path, cwd=io.cwd, follow=follow)
            inode = inode_of(io.files, path, io.cwd, follow=follow)
        except FileError:
            links, inode = 1, 2
        name = gnu_quote(path) if io.gnu else f"'{path}'"
        target = f"{name} -> '{node.target}'" if node.kind is Kind.SYMLINK else name
        values = {
            "n": path, "s": str(size), "a": f"{node.mode:o}", "A": mode_string(node),
            "h": str(links), "u": str(node.uid), "g": str(node.gid),
            "U": user_name(io.files, node.uid) or "UNKNOWN",
            "G": group_name(io.files, node.gid) or "UNKNOWN", "F": _kind_name(node),
            "i": str(inode), "Y": str(node.mtime // 10**9), "X": str(node.mtime // 10**9),
            "Z": str(node.mtime // 10**9), "y": when, "x": when, "z": when,
            "f": f"{node.st_mode:x}", "b": str(block_count(node) * 2), "B": "512",
            "o": "4096", "N": target, "d": "51", "D": "33", "t": f"{node.device[0]:x}",
            "T": f"{node.device[1]:x}", "m": "/", "w": "-" if io.gnu else "0", "W": "0", "%": "%",
        }
        found = values.get(letter)
        if found is None:
            return "?" if io.gnu else match[0]
        width = int(match[1].lstrip("-0") or 0) if match[1] else 0
        return found.ljust(width) if match[1].startswith("-") else (
            found.rjust(width, "0" if match[1].startswith("0") else " ")
        )

    return re.sub(r"%(-?0?\d{0,3})([a-zA-Z%])", value, text)


def _described(io: Io, path: str, node: Node, follow: bool) -> str:
    name = f"{path} -> {node.target}" if node.kind is Kind.SYMLINK else path
    form = (
        f"  File: {name.replace('%', '%%')}\n"
        "  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
        "Device: 33h/51d\tInode: %-10i  Links: %h\n"
        "Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
        "Access: %x\nModify: %y\nChange: %z\n"
    )
    if io.gnu:
        form += " Birth: -\n"
    return _formatted(io, form, path, node, follow)
