"""The answer to ``%why``: a failed step of the journal, explained in the learner's language."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from imagelab.course.hints import hints
from imagelab.course.hints import text as hint_text
from imagelab.course.hints_base import Done
from imagelab.course.why.blocks import BLOCKING, found_in_lab
from imagelab.course.why.entries import Entry, Found, entries, explaining, of_code, places
from imagelab.daemon.journal import Journal, Step
from imagelab.formats.printable import printable
from imagelab.messages import text

#: Messages of one command that are explained; more would not be read.
_MOST = 2
#: Characters of a command and of a message that are shown.
_MOST_SHOWN = 500
#: Commands that pass on what a container's program ended with, and the code that is Docker's own.
_OF_PROGRAMS, _DOCKERS_OWN = ("run", "start", "exec", "attach"), 125


@dataclass(frozen=True)
class Explained:
    """One message, explained.

    Attributes:
        key: of the entry.
        said: Docker's message; empty where it said nothing.
        text: what it means, why it is so, and what can be done.
        around: what of the lab has to do with it.
        is_blocked: whether that is in the way.
        place: where it is taught.
    """

    key: str
    said: str
    text: str
    around: tuple[str, ...]
    is_blocked: bool
    place: str


@dataclass(frozen=True)
class Explanation:
    """A step, explained. Backticks stand around what may be typed and names, in all texts.

    Attributes:
        title: which command it was, and whether it failed.
        parts: its messages.
        ways: what to type next.
        note: what there is to say in the place of an explanation.
    """

    title: str
    parts: tuple[Explained, ...] = ()
    ways: tuple[str, ...] = ()
    note: str = ""


def explain(journal: Journal, step: int | None, language: str) -> Explanation:
    """Explain a step, or the one that the lab stands at.

    Raises:
        ValueError: there is no such step.
    """
    if step is not None and step not in range(len(journal.rows)):
        raise ValueError(text("show.no_step", language, step=step, last=len(journal)))
    row = journal.current if step is None else journal[step]
    if not row.exit_code:
        return _no_failure(journal, row, language)
    done = _done(row)
    parts = tuple(_explained(each, done, language) for each in _found(row, done))
    title = text("why.title", language, step=row.index, command=_shown(row.command))
    note = "" if parts else text("why.no_entry", language)
    ways = hints(done.before, done.after, done.words, done.exit_code, done.stderr, done.stdout)
    return Explanation(title, parts, tuple(hint_text(each, language) for each in ways), note)


def _no_failure(journal: Journal, row: Step, language: str) -> Explanation:
    """Say kindly that there is nothing to explain, and which step could be explained."""
    title = text("why.nothing_typed", language) if row.parent < 0 else text(
        "why.not_failed", language, step=row.index, command=_shown(row.command))
    failed = [each.index for each in journal.path() if each.exit_code and each.index < row.index]
    note = (text("why.last_failed", language, step=failed[-1]) if failed
            else text("why.none_failed", language))
    return Explanation(title, note=note)


def _done(row: Step) -> Done:
    """Return a step as hints take it; a container's output is what it keeps of it."""
    try:
        words = shlex.split(row.command)[1:]
    except ValueError:
        words = []
    before, after = row.before, row.after
    made = [each for key, each in after.containers.items() if key not in before.containers]
    output = b"".join(each.data for each in made[-1].logs) if made else b""
    return Done(before, after, words, row.exit_code, output.decode("utf-8", "replace"),
                f"{row.complaint}\n")


def _found(row: Step, done: Done) -> list[Found]:
    found = list(explaining(row.complaint))[:_MOST]
    if not found and done.name in _OF_PROGRAMS and row.exit_code != _DOCKERS_OWN:
        return [Found(_of_program(row.exit_code), "", {}, 0)]
    return found


def _of_program(code: int) -> Entry:
    return of_code(code) or entries()["ended_otherwise"]


def _explained(found: Found, done: Done, language: str) -> Explained:
    key = found.entry.key
    around = tuple(text(f"why.{each.key}", language, **each.values)
                   for each in found_in_lab(key, done, found.values))
    return Explained(key, _shown(found.line), text(f"why.{key}", language), around,
                     key in BLOCKING, _place(found.entry.place, language))


def _place(key: str, language: str) -> str:
    place = places()[key]
    heading = place.headings.get(language, "")
    return text(f"why.taught_{'at' if heading else 'in'}", language, lesson=place.lesson,
                **({"heading": heading} if heading else {}))


def _shown(words: str) -> str:
    return printable(words if len(words) <= _MOST_SHOWN else f"{words[:_MOST_SHOWN]}…")
