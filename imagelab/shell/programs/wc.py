"""wc."""

from __future__ import annotations

from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse


def wc(argv: list[str], io: Io) -> int:
    """Count lines, words and bytes."""
    options, args = parse(io, argv, "lwcmL", long={"lines": "l", "words": "w", "bytes": "c",
                                                   "chars": "m", "max-line-length": "L"})
    chosen = [letter for letter in "lwmcL" if letter in options] or ["l", "w", "c"]
    rows: list[tuple[list[int], str]] = []
    status = 0
    for path in args or ["-"]:
        try:
            content = io.content(path)
            rows.append((_counts(io, content, chosen), "" if path == "-" and not args else path))
        except FileError as error:
            status = io.fail(f"{path}: {error.message}")
            if error.code == "EISDIR":
                rows.append(([0] * len(chosen), path))
    if len(args) > 1:
        total = [sum(row[i] for row, _ in rows) for i in range(len(chosen))]
        rows.append((total, "total"))
    width = _wc_width(io, rows, args, chosen)
    for row, name in rows:
        line = " ".join(str(n).rjust(width) for n in row)
        io.out(line + (f" {name}" if name else "") + "\n")
    return status


def _counts(io: Io, content: Content, chosen: list[str]) -> list[int]:
    data = b""
    if set(chosen) - {"c"}:
        io.host.budget.take("hashed", content.size)
        io.host.budget.take("words", content.size)
        data = content.read()
    values = {"c": lambda: content.size, "l": lambda: data.count(b"\n"),
              "w": lambda: len(data.split()), "m": lambda: content.size,
              "L": lambda: max((len(line) for line in data.split(b"\n")), default=0)}
    return [values[letter]() for letter in chosen]


def _wc_width(io: Io, rows: list[tuple[list[int], str]], args: list[str], chosen: list[str]) -> int:
    if len(chosen) == 1 and len(rows) <= 1:
        return 0
    if not io.gnu:
        return 0 if len(chosen) == 1 and len(args) < 2 else 9
    sizes, least = 0, 1
    for path in args or ["-"]:
        node = _looked_up(io, path)
        if node is not None and node.kind is Kind.FILE:
            sizes += node.size
        elif node is not None or path == "-":
            # What is no file has no size to tell the width by.
            least = 7
    return max(least, len(str(sizes)))


def _looked_up(io: Io, path: str) -> Node | None:
    if path != "-":
        return io.lookup(path)
    source = io.fds.get(0)
    return io.lookup(source.path) if source is not None and source.kind == "file" else None
