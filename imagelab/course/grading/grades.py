"""Grading a class: points for what replays, and what went wrong most often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from imagelab.course.grading.judge import SECONDS, Graded, Task, grade
from imagelab.course.grading.submissions import Submission
from imagelab.course.levels.library import own
from imagelab.course.levels.read import build
from imagelab.course.progress.record import Attempt, LevelProgress
from imagelab.course.replay.crew import Ended, run
from imagelab.messages import catalogue, text

#: Seconds that all of one student's replays may take, and that one may take after its own limit.
_SECONDS, _GRACE = 240, 10.0


@dataclass(frozen=True)
class Row:
    """A student's grades.

    Attributes:
        student: the student's name.
        points: by level.
        attempts: of all levels.
        remarks: what is missing, and why what is said to be solved does not count; a line each.
    """

    student: str
    points: Mapping[str, int]
    attempts: int
    remarks: tuple[str, ...]

    @property
    def total(self) -> int:
        """All points."""
        return sum(self.points.values())


@dataclass(frozen=True)
class CommonError:
    """Something that students got wrong.

    Attributes:
        level: in which level.
        students: how many.
        text: what they were told.
    """

    level: str
    students: int
    text: str


@dataclass(frozen=True)
class Grades:
    """A class's grades.

    Attributes:
        possible: points that a level gives, by level.
        rows: a row for each student.
        errors: what students got wrong, the most frequent first.
    """

    possible: Mapping[str, int]
    rows: tuple[Row, ...]
    errors: tuple[CommonError, ...]


def possible_points() -> dict[str, int]:
    """Return what each of the course's levels gives: the harder, the more."""
    return {name: data.get("difficulty", 1) for name, data in own().items()}


def grades(found: Sequence[Submission], language: str, processes: int | None = None) -> Grades:
    """Grade what was handed in.

    Args:
        found: what was handed in.
        language: of the remarks.
        processes: how many grade side by side; as many as there are processors, if left out.
    """
    results: dict[tuple[int, str], Graded] = {}
    spent: Counter[int] = Counter()
    places: list[tuple[int, str]] = []

    def tasks() -> Iterator[Task]:
        for student, level, attempt in _attempts(found):
            if spent[student] > _SECONDS:
                results[student, level] = Graded(text("grade.too_long", language))
                continue
            places.append((student, level))
            yield Task(level, attempt.seed, attempt.transcript, language)

    for number, result in run(grade, tasks(), seconds=SECONDS + _GRACE, processes=processes):
        if isinstance(result, Ended):
            result = Graded(str(result), seconds=SECONDS)
        results[places[number]] = result
        spent[places[number][0]] += round(result.seconds)
    rows = tuple(_row(each, {level: graded for (student, level), graded in results.items()
                             if student == number}, language)
                 for number, each in enumerate(found))
    return Grades(possible_points(), rows, tuple(_errors(found, results, language)))


def _attempts(found: Sequence[Submission]) -> Iterator[tuple[int, str, Attempt]]:
    """Yield student, level and the attempt to look at; level by level, so that work is shared."""
    for level in own():
        for number, each in enumerate(found):
            progress = each.progress.levels.get(level, LevelProgress())
            attempt = progress.best if progress.solved else progress.failing
            if attempt is not None:
                yield number, level, attempt


def _row(handed_in: Submission, results: Mapping[str, Graded], language: str) -> Row:
    points, remarks = {}, list(handed_in.faults)
    for level, most in possible_points().items():
        progress = handed_in.progress.levels.get(level)
        graded = results.get(level)
        counts = (progress is not None and progress.solved and not progress.solution_shown
                  and graded is not None and graded.passed)
        points[level] = most if counts else 0
        if progress is not None and not counts:
            remarks.append(_remark(level, progress, graded, language))
    attempts = sum(each.attempts for each in handed_in.progress.levels.values())
    return Row(handed_in.student, points, attempts, tuple(remarks))


def _remark(level: str, progress: LevelProgress, graded: Graded | None, language: str) -> str:
    reason = ""
    if graded is not None:
        reason = graded.fault or " ".join(graded.missing)
    key = "open"
    if progress.solution_shown:
        key = "shown"
    elif progress.solved:
        key = "not_replayed" if graded is None or graded.fault else "not_solved"
    return text(f"grade.{key}", language, level=level, attempts=progress.attempts,
                reason=reason or text("grade.nothing", language))


def _errors(
    found: Sequence[Submission], results: Mapping[tuple[int, str], Graded], language: str,
) -> Iterator[CommonError]:
    """Yield what went wrong; a student counts once for each, however often it happened."""
    in_order = sorted(results.items(), key=itemgetter(0), reverse=True)  # the first one's words
    texts = {(level, key): told for (_, level), graded in in_order
             for key, told in graded.lacks.items()}
    counts: Counter[tuple[str, str]] = Counter()
    for number, each in enumerate(found):
        for level, progress in each.progress.levels.items():
            keys = {*progress.lacks, *results.get((number, level), Graded()).lacks}
            said = {texts.get((level, key)) or _text(level, key, language)
                    for key in keys if _text(level, key, language)}
            counts.update((level, told) for told in said)
    for (level, told), count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        yield CommonError(level, count, told)


@cache
def _text(level: str, key: str, language: str) -> str:
    """Return what is told of something that a level lacks; nothing where it has no such thing."""
    if level not in own():
        return ""
    found = build(own()[level])
    for number, wrong in enumerate(found.wrong, 1):
        if key == f"wrong-{number}":
            return wrong.says[language]
    for number, goal in enumerate(found.goals, 1):
        front, _, difference = key.partition(":")
        if front == f"goal-{number}" and f"goal.{difference}" in catalogue(language):
            own_words = goal.says.get(language)
            return own_words or text("grade.goal", language, number=number, kind=goal.kind)
    return ""
