"""The answer to ``lab.check``: done, or what is still missing, in the learner's language."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.course.exercises import check
from imagelab.course.markup import as_html
from imagelab.messages import text
from imagelab.model.state import State

_STYLE = "border-left:4px solid {colour};padding:.2em .8em;margin:.3em 0"
_DONE, _OPEN = "#2b8a3e", "#e67700"


@dataclass(frozen=True)
class Checked:
    """How far an exercise is.

    Attributes:
        done: whether nothing is missing.
        text: what to tell the learner.
    """

    done: bool
    text: str

    @property
    def _mark(self) -> str:
        return "✔" if self.done else "▢"

    def _repr_html_(self) -> str:
        style = _STYLE.format(colour=_DONE if self.done else _OPEN)
        return f'<div style="{style}"><b>{self._mark}</b> {as_html(self.text)}</div>'

    def __repr__(self) -> str:
        """Return it as plain text."""
        return f"{self._mark} {self.text}"


def checked(state: State, lesson: str, number: int, language: str) -> Checked:
    """Return how far an exercise of a lesson is in a lab.

    Raises:
        ValueError: there is no such exercise.
    """
    missing = check(state, lesson, number)
    return Checked(not missing, text(f"exercise.{missing or 'done'}", language, number=number))
