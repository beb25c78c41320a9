"""Modes as ``ls -l`` and ``stat`` show them."""

from __future__ import annotations

from imagelab.model.node import Kind, Node

_LETTERS = {Kind.DIRECTORY: "d", Kind.SYMLINK: "l", Kind.FIFO: "p", Kind.CHARACTER: "c",
            Kind.BLOCK: "b", Kind.FILE: "-"}
_TYPES = {Kind.DIRECTORY: 0o040000, Kind.SYMLINK: 0o120000, Kind.FIFO: 0o010000,
          Kind.CHARACTER: 0o020000, Kind.BLOCK: 0o060000, Kind.FILE: 0o100000}


def mode_string(node: Node) -> str:
    """Return ``-rw-r--r--``."""
    out = [_LETTERS.get(node.kind, "?")]
    for shift, special, letter in ((6, 0o4000, "s"), (3, 0o2000, "s"), (0, 0o1000, "t")):
        bits = node.mode >> shift & 7
        out += ["r" if bits & 4 else "-", "w" if bits & 2 else "-"]
        if node.mode & special:
            out.append(letter if bits & 1 else letter.upper())
        else:
            out.append("x" if bits & 1 else "-")
    return "".join(out)


def full_mode(node: Node) -> int:
    """Return the mode with the bits of the file's type."""
    return _TYPES.get(node.kind, 0) | node.mode
