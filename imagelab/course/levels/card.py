"""The card of a level: the task, buttons for all that one can do, and what the last check said."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagelab.course.levels import maps, notes, words
from imagelab.course.levels.check import changed
from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.play import Play
from imagelab.course.markup import as_html
from imagelab.course.why.shown import why
from imagelab.daemon.journal import Step
from imagelab.messages import text
from imagelab.model.outcome import EngineError
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.picture import Words
from imagelab.views.words import printable
from imagelab.widgets.drawing import Kept
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

Language = Callable[[], str]


def card(play: Play, language: Language) -> View:
    """Return a level's card; without a kernel it is the task.

    Args:
        play: the level.
        language: tells the language each time.
    """
    note = notes.task(play.level, language())
    return View(Words(note._repr_html_(), repr(note)), lambda: CardPane(play, language),
                play.daemon, language)


class CardPane(Pane):
    """A level as it is played, by this card's buttons or by magics."""

    def __init__(
        self, play: Play, language: Language, place: words.Place = words.NOTEBOOK,
    ) -> None:
        """Show a level where it is played; the other arguments are those of :func:`card`."""
        self._play = play
        self._language = language
        self._place = place
        self._asking = ""  # solution or reset: what is done only when it is asked for once more
        self._solution = False
        self._why: int | None = None  # a step that failed
        self._said = ""
        self._acting = False
        self._here = False  # whether the last check was: what %check finds is in a cell of its own
        self._maps = Kept()
        play.watchers.append(self._done_elsewhere)

    # --- what is done ----------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """Check, give a hint, move in time, show the solution, begin anew."""
        self._acting = True
        try:
            self._do(action)
        finally:
            self._acting = False

    def _done_elsewhere(self) -> None:
        if not self._acting:
            self._here = False
            self.push()

    def _do(self, action: str) -> None:
        asked, self._asking, self._said, self._why = self._asking, "", "", None
        match action:
            case "check":
                self._here = True
                self._play.check()
            case "hint":
                self._play.hint(self._language())
            case "undo":
                self._move(self._play.daemon.undo, "undone")
            case "redo":
                self._move(self._play.daemon.redo, "redone")
            case "reset":
                self._reset(sure=asked == "reset")
            case "why":
                self._why = self._failed()
            case "solution":
                self._show_solution(sure=asked == "solution")

    def _move(self, move: Callable[[], Step], key: str) -> None:
        try:
            command = printable(move().command)
        except EngineError:
            return  # its button says that there is nothing
        self._said = self._say(key, command=command)

    def _reset(self, *, sure: bool) -> None:
        if self._play.level.files and not sure:  # undo does not bring files back
            self._asking = "reset"
            return
        try:
            self._play.reset()
        except OSError as error:
            self._said = words.no_files(error, self._language())
        except LevelError as error:
            self._said = printable(str(error))
        else:
            self._said = self._say("reset", id=self._play.level.id)

    def _show_solution(self, *, sure: bool) -> None:
        if not (sure or self._play.solved or self._play.solution_shown):
            self._asking = "solution"
            return
        self._play.solution()
        self._solution = True

    def _failed(self) -> int | None:
        """Return the number of the last step on the way here that failed; None for none."""
        return next((each.index for each in reversed(self._play.daemon.journal.path(0))
                     if each.exit_code), None)

    # --- what is shown ---------------------------------------------------------------------

    def draw(self) -> Mapping[str, Html]:
        """Return the task, the buttons, and all that was asked for so far."""
        level, language = self._play.level, self._language()
        head = join(tag("h3", words.title(level, language)),
                    tag("p", words.about(level, language), class_="il-muted"))
        main = tag(
            "div", _paragraphs(words.task(level, language, self._place)),
            tag("p", as_html(text(self._place.how, language)), class_="il-muted"), self._buttons(),
            self._question(),
            tag("p", as_html(self._said), role="status", id="said",
                class_="il-note" if self._said else "il-visually-hidden"),
            tag("div", self._explained(), id="why", aria_live="polite"),
            tag("div", self._hints(), id="hints", aria_live="polite"), self._shown_solution(),
            class_="il-wide il-level")
        return {"head": head, "main": main, "foot": self._result()}

    def _say(self, key: str, **values: object) -> str:
        return text(f"level.{key}", self._language(), **values)

    def _buttons(self) -> Html:
        journal, hints = self._play.daemon.journal, self._play.level.texts[self._language()].hints
        left = len(hints) - self._play.hints
        return tag(
            "div", self._button("check", self._say("check"), style="il-button il-primary"),
            self._button("hint", self._say("hint_button", left=left), can=left > 0),
            self._button("why", self._say("why"), can=self._failed() is not None),
            self._button("undo", self._say("undo"), can=journal.head > 0),
            self._button("redo", self._say("redo"), can=journal.next_of_current() is not None),
            self._button("reset", self._say("reset_button")),
            self._button("solution", self._say("solution_button")),
            class_="il-row", role="group", aria_label=words.title(self._play.level,
                                                                  self._language()))

    @staticmethod
    def _button(action: str, label: str, *, style: str = "il-button", can: bool = True) -> Html:
        """Return a button; one that can do nothing now keeps the focus that it may have."""
        return tag("button", label, type="button", id=f"card-{action}", class_=style,
                   data_click=action, aria_disabled=None if can else "true")

    def _question(self) -> Html:
        if not self._asking:
            return EMPTY
        asking = self._asking
        said = self._say(f"{asking}_ask", folder=f"{self._play.level.id}/")
        return tag(
            "div", tag("p", as_html(said), id="question", tabindex="-1", data_focus=asking),
            tag("div",
                tag("button", self._say(f"{asking}_sure"), type="button", id="sure",
                    class_="il-button il-danger", data_click=asking),
                tag("button", self._say("leave"), type="button", id="leave", class_="il-button",
                    data_click="leave"), class_="il-row"),
            class_="il-panel il-level-ask", role="group", aria_labelledby="question")

    def _explained(self) -> Html:
        if self._why is None:
            return EMPTY
        return why(self._play.daemon.journal, self._why, self._language())._repr_html_()

    def _hints(self) -> list[Html]:
        hints = self._play.level.texts[self._language()].hints
        return [
            tag("div", tag("h4", self._say("hint", number=number, count=len(hints))),
                _paragraphs(words.paragraphs(hint)))
            for number, hint in enumerate(hints[:self._play.hints], 1)]

    def _shown_solution(self) -> Html:
        if not (self._solution or self._play.solution_shown):
            return EMPTY
        key = "solution_late" if self._play.solution_shown else "solution"
        return tag("div", tag("h4", self._say(key, id=self._play.level.id)),
                   tag("pre", words.lines(self._play.level.solution), id="solution-lines",
                       tabindex="0"))

    def _result(self) -> Html:
        """Return what the last check said, and whether the lab is still what it looked at."""
        play, language = self._play, self._language()
        found = play.verdict
        said: list[Html] = []
        if found is not None:
            mark, kind = ("✔", "il-level-solved") if found.passed else ("▢", "il-level-open")
            points = words.missing(play, language)
            said = [
                tag("h4", tag("span", mark, class_=kind), " ", words.heading(play, language)),
                *_paragraphs(words.result(play, language, self._place)),
                tag("p", self._say("differs")) if points else EMPTY,
                tag("ul", [tag("li", as_html(each)) for each in points]) if points else EMPTY]
            if not found.passed and changed(found.state, play.daemon.state):
                said.append(tag("p", self._say("moved"), class_="il-note"))
        result = tag("div", said, id="result", aria_live="polite", class_="il-level")
        return join(result, self._pictures())

    def _pictures(self) -> Html:
        found = self._play.verdict
        if found is None or found.passed:
            return EMPTY
        language = self._language()
        return self._maps(
            found, language, lambda: maps.live(self._play, language, opened=self._here))


def _paragraphs(said: Sequence[str]) -> list[Html]:
    return [tag("p", as_html(each)) for each in said]
