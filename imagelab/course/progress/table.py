"""A learner's progress as a table."""

from __future__ import annotations

from imagelab.course.levels.library import own
from imagelab.course.levels.read import build
from imagelab.course.progress.record import LevelProgress, Progress
from imagelab.messages import text
from imagelab.views.table import Table

#: Columns, by the names of their texts.
_COLUMNS = ("level", "state", "commands", "attempts", "hints", "time")
_NUMBERS = range(2, len(_COLUMNS))


def table(progress: Progress, language: str) -> Table:
    """Return what a learner has reached: the course's levels in order, then other ones."""
    ids = [each for each in own() if each in progress.levels]
    ids += [each for each in progress.levels if each not in own()]
    solved = sum(level.solved for level in progress.levels.values())
    key = "caption" if ids else "none"
    caption = text(f"progress.{key}", language, solved=solved, count=len(own()))
    head = [text(f"progress.{each}", language) for each in _COLUMNS] if ids else []
    rows = [_row(each, progress.levels[each], language) for each in ids]
    return Table(head, rows, _NUMBERS, caption)


def _row(name: str, level: LevelProgress, language: str) -> list[str]:
    title = f"{name} {build(own()[name]).texts[language].title}" if name in own() else name
    return [title, text(f"progress.{_state(level)}", language), str(level.commands or "–"),
            str(level.attempts), str(level.hints), _time(level.seconds, language)]


def _state(level: LevelProgress) -> str:
    if level.solved:
        return "par" if level.par_reached else "solved"
    if level.solution_shown:
        return "shown"
    return "open" if level.attempts else "begun"


def _time(seconds: float, language: str) -> str:
    return text("progress.minutes", language, count=round(seconds / 60))
