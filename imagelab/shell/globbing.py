"""Names of files that match a pattern."""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.shell import pattern
from imagelab.shell.budget import Budget
from imagelab.shell.escapes import encode


def matching_paths(
    glob: str, files: FileSystem, budget: Budget, *, cwd: str, dots: bool, hidden: bool,
) -> list[str]:
    """Return the paths that match, sorted.

    Args:
        glob: the pattern.
        files: where it is looked up.
        budget: pays for it.
        cwd: where relative patterns begin.
        dots: ``.*`` matches ``.`` and ``..`` too.
        hidden: what begins with a dot matches without one in the pattern.
    """
    found = ["/"] if glob.startswith("/") else [""]
    names = glob.strip("/").split("/") if glob.strip("/") else []
    front_only = glob.endswith("/")
    for index, name in enumerate(names):
        more = index + 1 < len(names) or front_only
        after: list[str] = []
        for front in found:
            if not pattern.has_magic(name):
                path = front + pattern.literal(name)
                if name == "" or files.lookup(path, cwd=cwd, follow=more):
                    after.append(path)
                continue
            try:
                there = files.names(front or ".", cwd=cwd)
            except FileError:
                continue
            budget.take("entries", len(there) + 1)
            own = [".", ".."] if dots and name.startswith(".") else []
            for each in sorted([*own, *there], key=encode):
                if each.startswith(".") and not hidden and not name.startswith((".", "\\.")):
                    continue
                if pattern.matches(name, each):
                    after.append(front + each)
        if more:
            after = [
                f"{path}/" for path in after
                if (node := files.lookup(path or "/", cwd=cwd)) is not None
                and node.is_directory
            ]
        found = after
    return found if names else []
