"""python and node: which version they are. Programs in these languages do not run in the lab."""

from __future__ import annotations

import re

from imagelab.formats.json_text import parsed
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated

#: The one line of Python that needs no Python: a plain text or number is printed.
_PRINT = re.compile(r"""\s*print\((?:'([^'"\\{}]*)'|"([^'"\\{}]*)"|(\d{1,15}))\)\s*;?\s*""")
_MODULES = "/usr/local/lib/node_modules"


def python(argv: list[str], io: Io) -> int:
    """Say the version, or print one plain text."""
    name = argv[0].rpartition("/")[2]
    version = io.env.get("PYTHON_VERSION", "")
    match argv[1:]:
        case ["-V" | "--version"] if version:
            io.out(f"Python {version}\n")
            return 0
        case ["-c", line] if found := _PRINT.fullmatch(line):
            io.out(next(text for text in found.groups() if text is not None) + "\n")
            return 0
        case [path, "-V" | "--version"] if path.rpartition("/")[2].startswith("pip"):
            return _pip(io, version)
        case [] if not io.terminal(0) and not io.stdin().size:
            return 0
    return not_simulated(io, _blamed(name, argv))


def _pip(io: Io, version: str) -> int:
    short = ".".join(version.split(".")[:2])
    folder = f"/usr/local/lib/python{short}/site-packages"
    for name in io.names(folder):
        if found := re.fullmatch(r"pip-(.+)\.dist-info", name):
            io.out(f"pip {found[1]} from {folder}/pip (python {short})\n")
            return 0
    return not_simulated(io, "pip")


def node(argv: list[str], io: Io) -> int:
    """Say the version of node, npm or npx."""
    version = io.env.get("NODE_VERSION", "")
    match argv[1:]:
        case ["-v" | "--version"] if version:
            io.out(f"v{version}\n")
            return 0
        case [path, "-v" | "--version"] if (tool := path.rpartition("/")[2]) in ("npm", "npx"):
            return _npm(io, tool)
        case [] if not io.terminal(0) and not io.stdin().size:
            return 0
    return not_simulated(io, _blamed("node", argv))


def _blamed(language: str, argv: list[str]) -> str:
    """Return what cannot run: a tool that is a script by its own name, else the language."""
    folder, slash, script = argv[1].rpartition("/") if len(argv) > 1 else ("", "", "")
    return script if slash and folder.endswith("bin") and "." not in script else language


def _npm(io: Io, tool: str) -> int:
    try:
        package = parsed(io.data(f"{_MODULES}/npm/package.json"))
        io.out(f"{package['version']}\n")
    except (FileError, ValueError, KeyError, TypeError):
        return not_simulated(io, tool)
    return 0
