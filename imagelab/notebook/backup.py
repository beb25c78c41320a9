"""``%backup``: the whole lab, and the learner's progress, as a file beside the notebook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.start import put_files
from imagelab.course.progress import file, recorder
from imagelab.course.progress.record import Progress, merge
from imagelab.course.progress.recorder import set_aside
from imagelab.course.saved_lab import SUFFIX, SavedLab, load, save
from imagelab.lab import Lab, current
from imagelab.notebook.progress import read_progress, say
from imagelab.notebook.standing import stand_in
from imagelab.widgets.backup import Place, backup
from imagelab.widgets.view import View

#: The file that the button writes; what it held before is in the new one's journal.
NAME = f"my-lab{SUFFIX}"


@magics_class
class BackupMagics(Magics):
    """The magic that saves labs."""

    @no_var_expand
    @line_magic
    def backup(self, _: str) -> View:
        """Show buttons that save the whole lab into a file and bring it back."""
        lab = current()
        names: dict[str, Any] = self.shell.user_ns  # type: ignore[union-attr]
        return backup(place(Path.cwd(), names), lab.daemon, lambda: current().language)


def place(folder: Path, names: dict[str, Any]) -> Place:
    """Return where labs are saved and found.

    Args:
        folder: the notebook's.
        names: the notebook's names, of which those of the lab will mean the restored one.
    """
    return Place(lambda: _save(folder), lambda: _saved(folder), _restorer(folder, names), SUFFIX)


def _save(folder: Path) -> Path:
    lab, path, kept = current(), folder / NAME, file.place(folder)
    save(SavedLab(lab.daemon, lab.language, lab.lesson, lab.play, _progress(kept)), path)
    return path


def _progress(path: Path | None) -> Progress | None:
    """Return the learner's progress; a lab is saved without it where it cannot be read."""
    try:
        return read_progress(path) if path else None
    except OSError as error:
        say("progress.not_read", {"file": path, "reason": error.strerror or error})
        return None


def _saved(folder: Path) -> Sequence[Path]:
    """Return the files there are, the newest first."""
    try:
        found = [(each.stat().st_mtime, each) for each in folder.glob(f"*{SUFFIX}")
                 if each.is_file()]
    except OSError:
        return ()
    return [each for _, each in sorted(found, reverse=True)]


def _restorer(folder: Path, names: dict[str, Any]) -> Callable[[BinaryIO], str]:
    def restore(opened: BinaryIO) -> str:
        saved = load(opened, folder)
        lab = Lab.of(saved)
        if lab.play is not None:
            with suppress(LevelError, OSError):  # then %reset says why
                put_files(lab.play.level, folder, anew=False)
        stand_in(lab, names)
        _restore_progress(lab, folder, saved.progress)
        return lab.play.level.id if lab.play else ""

    return restore


def _restore_progress(lab: Lab, folder: Path, progress: Progress | None) -> None:
    path = file.place(folder)
    if path is not None and progress is not None:
        try:
            file.change(path, lambda own: merge(own, progress), set_aside(path, say))
        except OSError as error:
            say("progress.not_written", {"file": path, "reason": error.strerror or error})
    if lab.play is not None:
        recorder.record(lab.play, path, say)
