"""Hints as displays of their own, apart from what Docker prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from imagelab.course.hints import text
from imagelab.course.hints_base import Hint
from imagelab.course.markup import as_html
from imagelab.messages import text as message
from imagelab.views.html import Html, tag

#: Hints of one cell: more would be read by nobody.
MOST = 2
_STYLE = ("border-left:4px solid #0b7285;padding:.2em .8em;margin:.3em 0;white-space:pre-line;"
          "background:rgba(11,114,133,.08)")


@dataclass(frozen=True)
class Notice:
    """A hint as it is shown.

    Attributes:
        title: what it is, in the learner's language.
        text: what it says; names in it come from images and command lines.
    """

    title: str
    text: str

    def _repr_html_(self) -> Html:
        return tag("div", tag("b", as_html(self.title)), " ", as_html(self.text), style=_STYLE)

    def __repr__(self) -> str:
        """Return it as plain text."""
        return f"{self.title} {self.text}"


def unseen(seen: set[str], found: Iterable[Hint], exit_code: int) -> list[Hint]:
    """Return the hints to show, and note them.

    What explains a success is worth telling once; a command that failed again needs help again.

    Args:
        seen: keys of the hints shown so far; added to.
        found: the hints of a command.
        exit_code: how the command ended.
    """
    fresh = [hint for hint in found if exit_code or hint.key not in seen]
    seen.update(hint.key for hint in fresh)
    return fresh


def show_hints(language: str, found: Sequence[Hint], unanswered: str = "") -> None:
    """Show hints, each once.

    Args:
        language: the learner's.
        found: the hints of a cell's commands.
        unanswered: why a container got no input: ``cell_ended``, or what
            :class:`imagelab.notebook.screen.Screen` says; nothing if it got some.
    """
    from IPython.display import display

    texts = [message(f"notebook.{unanswered}", language)] if unanswered else []
    texts += [text(hint, language) for hint in found]
    for each in list(dict.fromkeys(texts))[:MOST]:
        display(Notice(message("notebook.hint", language), each))  # type: ignore[no-untyped-call]
