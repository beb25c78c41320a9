"""basename, dirname and pwd."""

from __future__ import annotations

from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import base_name
from imagelab.shell.quoting import gnu_quote


def basename(argv: list[str], io: Io) -> int:
    """Print the last part of a path."""
    options, args = parse(io, argv, "az", "s", permute=False)
    if not args:
        return missing(io, "missing operand")
    if "a" in options or "s" in options:
        suffix = options.get("s", [""])[-1]
        pairs = [(arg, suffix) for arg in args]
    else:
        if len(args) > 2:
            return missing(io, f"extra operand {gnu_quote(args[2])}")
        pairs = [(args[0], args[1] if len(args) > 1 else "")]
    for path, suffix in pairs:
        name = base_name(path)
        io.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


def dirname(argv: list[str], io: Io) -> int:
    """Print the directory part of a path."""
    _, args = parse(io, argv, "z")
    if not args:
        return missing(io, "missing operand")
    for path in args:
        stripped = path.rstrip("/")
        folder, slash, _ = stripped.rpartition("/")
        if not stripped:
            io.out("/\n" if path else ".\n")
        else:
            io.out((folder.rstrip("/") or ("/" if slash else ".")) + "\n")
    return 0


def working_directory(argv: list[str], io: Io) -> int:
    """Print the working directory."""
    io.out(io.cwd + "\n")
    return 0
