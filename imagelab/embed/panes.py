"""The panes of the page: what stands on it, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.course.levels import words
from imagelab.course.levels.card import CardPane
from imagelab.course.levels.library import following
from imagelab.course.levels.play import Play
from imagelab.embed.links import Situation, link, shown
from imagelab.embed.sharing import SharingPane
from imagelab.embed.start import Begun, Failed
from imagelab.lab import Lab
from imagelab.messages import text
from imagelab.model.outcome import EngineError
from imagelab.views.html import EMPTY, Html, join, raw, tag
from imagelab.views.picture import Picture
from imagelab.views.words import printable
from imagelab.widgets.pane import Pane
from imagelab.widgets.terminal import TerminalPane
from imagelab.widgets.view import View

_VIEWS: dict[str, Callable[[Lab, Sequence[str]], View | Picture]] = {
    "map": lambda lab, _: lab.show.map(),
    "timeline": lambda lab, _: lab.show.timeline(),
    "space": lambda lab, _: lab.show.space(),
    "hub": lambda lab, _: lab.show.hub(),
    "layers": lambda lab, of: lab.show.layers(of[0]),
    "compare": lambda lab, of: lab.show.compare(*of),
    "sharing": lambda lab, of: lab.show.sharing(*of),
    "plan": lambda lab, of: lab.show.plan(*of),
    "predict": lambda lab, of: lab.predict(of[0]),
    "name": lambda lab, of: lab.show.name(of[0]),
}
#: Failed commands, and characters of what was said of each, that are told above the terminal.
_MOST_FAILED, _MOST_SAID = 5, 600


@dataclass(frozen=True)
class Placed:
    """A pane and its place.

    Attributes:
        name: of the place: ``notice``, ``card``, ``terminal``, ``view`` or ``sharing``.
        pane: what stands there.
        fold: what it is called where it is folded in; empty where it is not.
    """

    name: str
    pane: Pane
    fold: str = ""


def placed(situation: Situation, begun: Begun, address: str) -> list[Placed]:
    """Return the panes of a page, from top to bottom.

    Args:
        situation: what the link asks for.
        begun: its lab.
        address: of the page, for links to it.
    """
    lab = begun.lab
    found = []
    if begun.failed:
        found.append(Placed("notice", Notice(_told(
            begun.failed, len(situation.commands), lab.language))))
    terminal = TerminalPane(begun.prompt, lambda: lab.language, busy="embed.busy")
    if lab.play is not None:
        found += [Placed("card", LevelCard(lab.play, lambda: lab.language, address)),
                  Placed("terminal", terminal)]
    if situation.view != "terminal":
        found.append(_view(lab, situation))
    if lab.play is None:
        is_open = situation.terminal or situation.view == "terminal"
        fold = "" if is_open else text("terminal.title", lab.language)
        found.append(Placed("terminal", terminal, fold))
    sharing = SharingPane(situation, lab, address)
    return [*found, Placed("sharing", sharing, text("embed.sharing", lab.language))]


def refused(said: str) -> list[Placed]:
    """Return the panes of a page that cannot show what its link asks for."""
    return [Placed("notice", Notice(tag("p", said, class_="il-note")))]


class Notice(Pane):
    """Something that is said and does not change."""

    def __init__(self, said: Html) -> None:
        """Say it."""
        self._said = said

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        return {"main": tag("div", self._said, class_="il-embed-notice")}

    def act(self, action: str, value: Any) -> None:
        """Nothing can be done here."""


class LevelCard(CardPane):
    """The card of a level on a page without cells; it leads to the next level by a link."""

    def __init__(self, play: Play, language: Callable[[], str], address: str) -> None:
        """Show a level.

        Args:
            play: see :class:`CardPane`.
            language: see there.
            address: of the page.
        """
        super().__init__(play, language, words.PAGE)
        self._address = address
        self._next = following(play.level)

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        return {**super().draw(), "side": self._onward()}

    def _onward(self) -> Html:
        after, language = self._next, self._language()
        if after is None or not self._play.solved:
            return EMPTY
        label = text("embed.next", language, title=words.title(after, language))
        there = link(self._address, level=after.id, seed=after.seed, language=language)
        return tag("p", tag("a", label, href=there, class_="il-button"))


class Still(Pane):
    """A picture that is not to be clicked, drawn anew after every step."""

    def __init__(self, picture: Callable[[], Picture]) -> None:
        """Show what a function gives."""
        self._picture = picture

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        try:
            picture = self._picture()
        except EngineError as error:  # what it is of has gone meanwhile
            return {"main": tag("p", str(error), class_="il-note")}
        drawn = raw(picture.svg) if picture.svg else tag("pre", picture.text, tabindex="0")
        return {"main": tag("div", drawn, class_="il-embed-still il-wide")}

    def act(self, action: str, value: Any) -> None:
        """Nothing can be done here."""


def _view(lab: Lab, situation: Situation) -> Placed:
    make, of = _VIEWS[situation.view or "map"], situation.of
    try:
        found = make(lab, of)
    except (EngineError, ValueError) as error:
        said = text("embed.no_picture", lab.language, view=situation.view,
                    of=", ".join(map(shown, of)), said=printable(str(error)))
        return Placed("view", Notice(tag("p", said, class_="il-note")))
    if isinstance(found, View):
        return Placed("view", found.pane())
    return Placed("view", Still(lambda: _picture(make(lab, of))))


def _picture(found: View | Picture) -> Picture:
    return found.still if isinstance(found, View) else found


def _told(failed: Sequence[Failed], count: int, language: str) -> Html:
    """Say which commands of a link failed, and what was said of them."""
    said = [tag("li", tag("code", f"docker {printable(each.command)}"),
                tag("pre", _whole(each.said)) if each.said else EMPTY, value=each.number)
            for each in failed[:_MOST_FAILED]]
    return join(tag("p", text("embed.failed", language, failed=len(failed), count=count)),
                tag("ol", said))


def _whole(said: str) -> str:
    cut = said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]}…"
    return "\n".join(map(printable, cut.split("\n")))
