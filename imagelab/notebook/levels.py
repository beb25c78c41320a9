"""The magics of levels: ``%level``, ``%check``, ``%hint``, ``%solution``, ``%reset``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from imagelab.course.levels import notes, words
from imagelab.course.levels.card import card
from imagelab.course.levels.errors import LevelError, NoLevelError, NoSchemaError
from imagelab.course.levels.library import own
from imagelab.course.levels.listing import Listing, Mark, listed
from imagelab.course.levels.notes import Note
from imagelab.course.levels.play import Play
from imagelab.course.progress import recorder
from imagelab.course.progress.file import place, read
from imagelab.course.progress.record import ProgressError
from imagelab.lab import Lab, current
from imagelab.messages import text
from imagelab.notebook.progress import say
from imagelab.notebook.standing import stand_in
from imagelab.views.words import printable
from imagelab.widgets.view import View


@magics_class
class LevelMagics(Magics):
    """Magics on the level being played."""

    def __init__(self, shell: InteractiveShell) -> None:
        """Keep IPython's own ``%reset``, whose name ours takes."""
        super().__init__(shell)
        self._reset = shell.find_line_magic("reset")  # type: ignore[no-untyped-call]

    @no_var_expand
    @line_magic
    def level(self, line: str) -> View | Listing:
        """Begin a level, named by its ID or its file; without a name, list them all.

        ``--seed N`` behind the name chooses its variant.

        The lab of the level takes the place of the current one, also under the names that the
        notebook has for that, and under ``lab``.
        """
        before = current()
        name, seed = _name_and_seed(line)
        if not name:
            return listed(before.language, _solved_marks())
        progress = place(Path.cwd())
        if seed is None:
            seed = recorder.seed(progress, say)
        try:
            with _told_of_files(before.language):
                lab = Lab.level(name, language=before.language, seed=seed, folder=Path.cwd())
        except NoLevelError as error:
            raise LevelError(_no_level(error, before.language)) from None
        except NoSchemaError:
            raise LevelError(text("level.no_schema", before.language)) from None
        recorder.record(_play(lab), progress, say)
        stand_in(lab, self.shell.user_ns)  # type: ignore[union-attr]
        return card(_play(lab), lambda: lab.language)

    @line_magic
    def check(self, _: str) -> Note:
        """Say whether the level is solved, or what still differs."""
        return _told(notes.check)

    @line_magic
    def hint(self, _: str) -> Note:
        """Give one more hint."""
        return _told(notes.hint)

    @line_magic
    def solution(self, _: str) -> Note:
        """Show the model solution; the level does not count any more."""
        return _told(notes.solution)

    @line_magic
    def reset(self, line: str) -> Note | None:
        """Go back to the beginning of the level; with options, or without a level, as ever."""
        if current().play is not None and not line.strip():
            return _told(notes.reset)
        self._reset(line)
        return None


def _solved_marks() -> Mark:
    """Return what marks the levels that are solved, as far as progress is kept and can be read."""
    path = place(Path.cwd())
    try:
        found = read(path).levels if path else {}
    except (OSError, ProgressError):
        found = {}
    return lambda name: "✔" if name in found and found[name].solved else ""


def _name_and_seed(line: str) -> tuple[str, int | None]:
    match = re.fullmatch(r"(.*?)(?:\s--seed[ =](\d{1,9}))?", line.strip())
    assert match, "all of it can be the name"
    return match[1].strip(), int(match[2]) if match[2] else None


def _no_level(error: NoLevelError, language: str) -> str:
    key = "no_level_but" if error.nearest else "no_level"
    return text(f"level.{key}", language, name=printable(error.name), nearest=error.nearest)


def _told(note: Callable[[Play, str], Note]) -> Note:
    lab = current()
    with _told_of_files(lab.language):
        return note(_play(lab), lab.language)


@contextmanager
def _told_of_files(language: str) -> Iterator[None]:
    """Say in the learner's language that a level's files cannot be written."""
    try:
        yield
    except OSError as error:
        raise ValueError(words.no_files(error, language)) from error


def _play(lab: Lab) -> Play:
    if lab.play is None:
        raise ValueError(text("level.none", lab.language, first=next(iter(own()))))
    return lab.play
