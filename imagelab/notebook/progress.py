"""``%progress``: what was reached, and carrying it to another machine."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from imagelab.course.progress import file
from imagelab.course.progress.record import Progress, ProgressError, merge
from imagelab.course.progress.table import Table, table
from imagelab.lab import current
from imagelab.messages import text


def say(key: str, values: dict[str, object]) -> None:
    """Tell what went wrong with the file, apart from what the cell is about."""
    print(text(key, current().language, **values), file=sys.stderr)


@magics_class
class ProgressMagics(Magics):
    """The magic on the learner's progress."""

    @no_var_expand
    @line_magic
    def progress(self, line: str) -> Table | None:
        """Show what was reached; ``export FILE`` copies it, ``import FILE`` adds what is there."""
        language = current().language
        path = file.place(Path.cwd())
        if path is None:
            raise ValueError(text("progress.off", language, variable=file.VARIABLE))
        match shlex.split(line):
            case []:
                return table(read_progress(path), language)
            case ["export", name]:
                _written(Path(name), read_progress(path), language)
                print(text("progress.exported", language, file=name))
                return None
            case ["import", name]:
                found = _imported(path, Path(name), language)
                print(text("progress.imported", language, file=name))
                return table(found, language)
        raise ValueError(text("progress.usage", language))


def read_progress(path: Path) -> Progress:
    """Return what is in the file; one that cannot be read is set aside, and that is told.

    Raises:
        OSError: it cannot be read or written.
    """
    return file.change(path, lambda progress: progress, set_aside(path))


def set_aside(path: Path) -> Callable[[Path, ProgressError], None]:
    """Return what tells that a file was moved."""
    def tell(where: Path, error: ProgressError) -> None:
        say("progress.set_aside", {"file": path.name, "aside": where.name, "reason": error})

    return tell


def _written(target: Path, progress: Progress, language: str) -> None:
    if target.exists():
        raise ValueError(text("progress.exists", language, file=target))
    file.write(target, progress)


def _imported(path: Path, source: Path, language: str) -> Progress:
    try:
        other = file.read(source)
    except (OSError, ProgressError) as error:
        raise ValueError(text("progress.not_read", language, file=source, reason=error)) from error
    return file.change(path, lambda progress: merge(progress, other), set_aside(path))
