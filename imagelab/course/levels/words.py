"""What a level says to its learner, as lines of plain text with backticks around what is typed."""

from __future__ import annotations

from imagelab.course.levels.check import told
from imagelab.course.levels.level import Level
from imagelab.course.levels.play import Play
from imagelab.messages import text


def task(level: Level, language: str) -> list[str]:
    """Return a level's title and task, and how to go on, a paragraph each."""
    own = level.texts[language]
    files = [text("level.files", language, folder=f"{level.id}/")] if level.files else []
    title = text("level.task", language, id=level.id, title=own.title)
    return [title, *own.task.split("\n\n"), *files, text("level.how", language)]


def verdict(play: Play, language: str) -> list[str]:
    """Return how the last check ended, and what is still missing, a paragraph each."""
    level, found = play.level, play.verdict
    if found is None:
        return task(level, language)
    if found.passed:
        return [text("level.solved", language, id=level.id), *_solved(play, language)]
    wrong = [found.wrong.says[language]] if found.wrong else []
    return [text("level.open", language, id=level.id), *wrong,
            *told(level, found.differences, language)]


def _solved(play: Play, language: str) -> list[str]:
    assert play.verdict is not None, "it is solved"
    if play.solution_shown:
        result = text("level.not_counted", language)
    else:
        key = "par" if play.par_reached else "commands"
        result = text(f"level.{key}", language, count=play.verdict.commands, par=play.level.par)
    explanation = play.level.texts[language].explanation
    return [result, *(explanation.split("\n\n") if explanation else ())]
