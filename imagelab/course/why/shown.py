"""An explanation as a notebook shows it: quiet, with a text twin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.course.markup import as_html
from imagelab.course.why.explained import Explained, Explanation, explain
from imagelab.daemon.journal import Journal
from imagelab.formats.printable import printable
from imagelab.messages import text
from imagelab.views.html import Html, join, raw, tag

_FRAME = ("border-left:4px solid #0b7285;padding:.2em .8em;margin:.3em 0;"
          "background:rgba(11,114,133,.08);overflow-wrap:anywhere")
_SAID = "margin:.5em 0;white-space:pre-wrap"
_LINE, _LIST = "margin:.4em 0", "margin:.2em 0;padding-left:1.4em"


@dataclass(frozen=True)
class Why:
    """Why a step failed, for a learner to read.

    Attributes:
        explanation: what there is to say.
        language: the learner's.
    """

    explanation: Explanation
    language: str

    def _repr_html_(self) -> Html:
        shown = self.explanation
        return tag(
            "div", tag("b", _marked(shown.title)), *(self._part(each) for each in shown.parts),
            _paragraph(shown.note), self._list("ways", shown.ways),
            map(_paragraph, _places(shown)), style=_FRAME)

    def _part(self, part: Explained) -> Html:
        return join(
            tag("pre", part.said, style=_SAID) if part.said
            else _paragraph(text("why.said_nothing", self.language)),
            _paragraph(part.text), self._list(_heading(part), part.around))

    def _list(self, heading: str, lines: tuple[str, ...]) -> Html | None:
        if not lines:
            return None
        title = tag("b", text(f"why.{heading}", self.language))
        rows = (tag("li", _marked(line)) for line in lines)
        return tag("div", title, tag("ul", rows, style=_LIST), style=_LINE)

    def __repr__(self) -> str:
        """Return it as plain text."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        shown = self.explanation
        yield shown.title
        for part in shown.parts:
            yield f"  {part.said}" if part.said else text("why.said_nothing", self.language)
            yield part.text
            yield from self._listed(_heading(part), part.around)
        if shown.note:
            yield shown.note
        yield from self._listed("ways", shown.ways)
        yield from _places(shown)

    def _listed(self, heading: str, lines: tuple[str, ...]) -> Iterator[str]:
        if lines:
            yield f"{text(f'why.{heading}', self.language)}:"
            yield from (f"- {line}" for line in lines)


def why(journal: Journal, step: int | None, language: str) -> Why:
    """Explain a step of a journal, or the one that its lab stands at.

    Raises:
        ValueError: there is no such step.
    """
    return Why(explain(journal, step, language), language)


def typed(journal: Journal, line: str, language: str) -> Why:
    """Explain what ``%why`` was typed with: nothing, or the number of a step."""
    typed = line.strip()
    if typed and not re.fullmatch("[0-9]{1,9}", typed):
        return Why(Explanation(text("why.no_number", language, typed=printable(typed[:40]))),
                   language)
    try:
        return why(journal, int(typed) if typed else None, language)
    except ValueError as error:
        return Why(Explanation(str(error)), language)


def _places(shown: Explanation) -> list[str]:
    return list(dict.fromkeys(part.place for part in shown.parts))


def _heading(part: Explained) -> str:
    return "in_the_way" if part.is_blocked else "in_the_lab"


def _paragraph(words: str) -> Html | None:
    return tag("p", _marked(words), style=_LINE) if words else None


def _marked(words: str) -> Html:
    return raw(as_html(words))
