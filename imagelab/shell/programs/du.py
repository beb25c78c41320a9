"""du."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.inodes import Links, block_count
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.paths import below
from imagelab.shell.programs.sizes import human_size
from imagelab.shell.quoting import gnu_quote


def du(argv: list[str], io: Io) -> int:
    """Print how much files weigh, in blocks of 4K."""
    options, args = parse(io, argv, "shkacxbm", "d", long={
        "summarize": "s", "human-readable": "h", "all": "a", "total": "c", "max-depth": "d",
        "apparent-size": "A", "bytes": "b", "one-file-system": "x"})
    deepest = 0 if "s" in options else 1 << 30
    if "d" in options:
        text = options["d"][-1]
        if not text.isdigit():
            return io.fail(f"invalid maximum depth {gnu_quote(text)}")
        deepest = int(text[:6])
    status = total = 0
    for path in args or ["."]:
        try:
            io.stat(path, follow=False)
        except FileError as error:
            status = io.fail(f"cannot access {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
            continue
        total += _weigh(io, path, options, deepest)
    if "c" in options:
        io.out(f"{_weight(io, total, options)}\ttotal\n")
    return status


def _weight(io: Io, amount: int, options: dict[str, list[str]]) -> str:
    if "b" in options:
        return str(amount)
    if "h" in options:
        return human_size(amount * 1024, gnu=io.gnu) if amount else "0"
    return str(-(-amount // 1024) if "m" in options else amount)


def _weigh(io: Io, top: str, options: dict[str, list[str]], deepest: int) -> int:
    """Add up a tree from the leaves; hard links count once."""
    sums: dict[str, int] = {}
    seen = Links()
    stack: list[tuple[str, int, bool]] = [(top, 0, False)]
    while stack:
        path, depth, left = stack.pop()
        node = io.stat(path, follow=False)
        if node.is_directory and not left:
            stack.append((path, depth, True))
            sums[path] = 0
            try:
                names = io.names(path)
            except FileError as error:
                io.fail(f"cannot read directory {gnu_quote(path)}: {error.message}")
                names = []
            stack += [(below(path, name), depth + 1, False) for name in reversed(names)]
            continue
        size = node.size if "b" in options else block_count(node)
        if node.is_directory:
            size = sums[path] + (4096 if "b" in options else 4)
        elif seen.first(node, path) is not None:
            continue
        if depth:
            parent = path.rpartition("/")[0]
            parent = parent if parent in sums else parent + "/" if parent + "/" in sums else top
            sums[parent] += size
        if depth <= deepest and (node.is_directory or "a" in options or depth == 0):
            io.out(f"{_weight(io, size, options)}\t{path}\n")
        if not depth:
            return size
    return 0
