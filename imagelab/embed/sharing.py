"""A link to what a page shows now: the commands typed so far become part of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from imagelab.daemon.given import Given, GivenLine
from imagelab.daemon.journal import Step
from imagelab.embed.links import LinkError, Situation, shown, written
from imagelab.embed.start import END, INTERRUPT
from imagelab.lab import Lab
from imagelab.messages import text
from imagelab.model.state import State
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.widgets.pane import Pane

#: Height of a frame in pixels, as long as the page around it does not ask how much is needed.
HEIGHT = 640
_SHOWN = 3
#: What a command line of a link cannot have: a line break within a word, bytes that are no UTF-8.
_NO_TEXT = re.compile("[\n\ud800-\udfff]")


@dataclass(frozen=True)
class Typed:
    """What was typed, as far as a link can have it.

    Attributes:
        commands: as :class:`Situation` has them.
        left_out: commands that read files or pipes or a password, or are more than a line of text.
    """

    commands: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def typed(steps: Sequence[Step]) -> Typed:
    """Return the command lines of steps, each with the lines that were typed to what it began."""
    commands: list[list[str]] = []
    left_out: list[str] = []
    for step in steps:
        given = step.given
        if isinstance(given, Given) and _can_be_typed(step, given):
            line = shlex.join(shlex.split(step.command)[1:])
            commands.append([line, *map(_line, given.lines or ())])
        elif isinstance(given, GivenLine) and commands:
            commands[-1].append(INTERRUPT if given.interrupt else _line(given.line))
        elif isinstance(given, Given) and _changes(step):
            left_out.append(step.command)
    return Typed(tuple(map("\n".join, commands)), tuple(left_out))


def _can_be_typed(step: Step, given: Given) -> bool:
    """Tell whether a link can have a command; one whose output went elsewhere may do nothing."""
    wants_more = given.stdin or given.files or given.withheld or given.lost
    does_something = given.is_read or _changes(step)
    return does_something and not wants_more and not _NO_TEXT.search(step.command)


def _changes(step: Step) -> bool:
    """Tell whether a step has changed more than the time."""
    before, after = step.before, step.after
    return any(getattr(before, each.name) is not getattr(after, each.name)
               for each in fields(State) if each.name != "clock")


def _line(data: bytes) -> str:
    return data.decode("utf-8", "replace").removesuffix("\n") if data else END


class SharingPane(Pane):
    """The link and the frame's markup, to be copied."""

    def __init__(self, situation: Situation, lab: Lab, address: str) -> None:
        """Make links to a page.

        Args:
            situation: what the page was asked to show.
            lab: its lab, in which more has been done since.
            address: of the page.
        """
        self._situation, self._lab = situation, lab
        self._address = address.removesuffix("index.html")

    def act(self, action: str, value: Any) -> None:
        """Nothing is done here; the page itself copies."""

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        found = typed(self._lab.journal.path(0))
        try:
            link = f"{self._address}#{written(replace(self._situation, commands=found.commands))}"
        except LinkError as error:
            said = self._say("no_link", said=error.said(self._lab.language))
            return {"main": tag("p", said, class_="il-note")}
        return {"main": tag("div", tag("p", self._say("link_about"), class_="il-muted"),
                            self._left_out(found.left_out), self._copied("link", link),
                            self._copied("frame", str(self._frame(link))), class_="il-wide")}

    def _say(self, key: str, **values: object) -> str:
        return text(f"embed.{key}", self._lab.language, **values)

    def _left_out(self, commands: Sequence[str]) -> Html:
        if not commands:
            return EMPTY
        named = ", ".join(map(shown, commands[:_SHOWN]))
        more = "…" if len(commands) > _SHOWN else ""
        return tag("p", self._say("left_out", count=len(commands), commands=named + more),
                   class_="il-note")

    def _frame(self, link: str) -> Html:
        """Return the markup; its address is escaped once, and shown as it is to be copied."""
        return tag("iframe", src=link, title=self._say("frame_title"), width="100%",
                   height=HEIGHT, loading="lazy", style="border: 0", allow="clipboard-write")

    def _copied(self, name: str, value: str) -> Html:
        return join(
            tag("div", tag("label", self._say(name), for_=name),
                tag("button", self._say("copy"), type="button", id=f"copy-{name}",
                    class_="il-button", data_copy=name, data_copied=self._say("copied")),
                class_="il-row"),
            tag("textarea", value, id=name, class_="il-input il-mono il-embed-copied",
                readonly=True, rows=3, spellcheck="false"))
