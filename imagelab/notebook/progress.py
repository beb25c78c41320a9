"""``%progress``: what was reached, and carrying it to another machine."""

from __future__ import annotations

import sys
from pathlib import Path

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from imagelab.course.progress import file
from imagelab.course.progress.record import Progress, ProgressError, merge
from imagelab.course.progress.recorder import set_aside
from imagelab.course.progress.table import table
from imagelab.lab import current
from imagelab.messages import text
from imagelab.views.table import Table


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
        verb, _, rest = line.strip().partition(" ")
        name = _unquoted(rest.strip())
        if not verb:
            return table(_read(path, language), language)
        if verb == "export" and name:
            _written(Path(name), _read(path, language), language)
            print(text("progress.exported", language, file=name))
            return None
        if verb == "import" and name:
            found = _imported(path, Path(name), language)
            print(text("progress.imported", language, file=name))
            return table(found, language)
        raise ValueError(text("progress.usage", language))


def _unquoted(name: str) -> str:
    """Return a file's name as it is, with the backslashes of Windows, but for quotes around it."""
    return name[1:-1] if len(name) > 1 and name[0] == name[-1] and name[0] in "'\"" else name


def _read(path: Path, language: str) -> Progress:
    try:
        return read_progress(path)
    except OSError as error:
        raise ValueError(_said("not_read", path, error, language)) from error


def _said(key: str, path: Path, error: Exception, language: str) -> str:
    reason = getattr(error, "strerror", None) or error
    return text(f"progress.{key}", language, file=path, reason=reason)


def read_progress(path: Path) -> Progress:
    """Return what is in the file; a damaged one is set aside, and that is told.

    Nothing is written where there is nothing to set aside: the folder may be read-only.

    Raises:
        OSError: it cannot be read, or not set aside.
    """
    try:
        return file.read(path)
    except FileNotFoundError:
        return Progress()
    except ProgressError:
        return file.change(path, lambda progress: progress, set_aside(path, say))


def _written(target: Path, progress: Progress, language: str) -> None:
    if target.exists():
        raise ValueError(text("progress.exists", language, file=target))
    try:
        file.write(target, progress)
    except OSError as error:
        raise ValueError(_said("not_exported", target, error, language)) from error


def _imported(path: Path, source: Path, language: str) -> Progress:
    try:
        other = file.read(source)
    except (OSError, ProgressError) as error:
        raise ValueError(_said("not_read", source, error, language)) from error
    try:
        return file.change(path, lambda progress: merge(progress, other), set_aside(path, say))
    except OSError as error:
        raise ValueError(_said("not_written", path, error, language)) from error
