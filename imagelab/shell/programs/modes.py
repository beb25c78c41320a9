"""Modes as ``ls -l`` and ``stat`` show them."""

from __future__ import annotations

from imagelab.model.node import Kind, Node

_LETTERS = {Kind.DIRECTORY: "d", Kind.SYMLINK: "l", Kind.FIFO: "p", Kind.CHARACTER: "c",
            Kind.BLOCK: "b", Kind.FILE: "-"}


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
