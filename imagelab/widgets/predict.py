"""``lab.predict``: a learner says what a command will do, and then sees what it does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.model.state import State
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.map import Map, layer_map
from imagelab.views.map.dot import dot
from imagelab.views.map.fold import folded
from imagelab.views.picture import Picture
from imagelab.views.plan import html as plan_html
from imagelab.views.plan import predict_words as say
from imagelab.views.plan.dry_run import LineError, dry_run
from imagelab.views.plan.plan import Plan, plan
from imagelab.views.plan.predict import FATES, Item, Judged, judge, named, questions
from imagelab.views.plan.words import can_be_done, said
from imagelab.widgets.carrying import Carrier, carry_button, outcome
from imagelab.widgets.drawing import Kept, zoomable
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

_LONGEST = 40


@dataclass(frozen=True)
class Guess:
    """A guess, looked at.

    Attributes:
        passed: whether all of it is right.
        right: how many answers are right.
        total: how many there are.
        text: each answer beside the truth, with the reason.
    """

    passed: bool
    right: int
    total: int
    text: str

    def __repr__(self) -> str:
        """Return it as plain text."""
        return self.text


class Prediction(View):
    """Questions about what a command line will do to the lab as it is now."""

    def __init__(self, daemon: Daemon, language: Callable[[], str], line: str) -> None:
        """Ask about a command line.

        Args:
            daemon: the lab.
            language: of the texts.
            line: the command line, with or without ``docker`` in front.

        Raises:
            ValueError: it is none that deletes something.
        """
        try:
            self._questions = PredictPane(daemon, language, line)
        except LineError as error:
            raise ValueError(say.refusal(error, language())) from None
        super().__init__(self._questions.still(), lambda: self._questions, daemon, language)

    @property
    def passed(self) -> bool:
        """Whether all was right at the last look, here or on the page; False before the first."""
        judged = self._questions.judged
        return judged is not None and judged.passed

    def guess(
        self, *, untagged: Iterable[str] = (), deleted: Iterable[str] = (),
        freed: str | int = "",
    ) -> Guess:
        """Answer all questions at once and look at the truth.

        Args:
            untagged: names that go; all others stay.
            deleted: images, containers and volumes that go, by a name or ID; all others stay.
            freed: bytes that come free: ``15B``, ``188MB``, or a number of bytes.

        Raises:
            ValueError: something is named that is not asked about.
        """
        return self._questions.guess(untagged, deleted, str(freed))


class PredictPane(Pane):
    """The pane of one prediction; it stays about the lab as it was when it was asked.

    Attributes:
        judged: the answers as they were looked at last; None before.
    """

    def __init__(self, daemon: Daemon, language: Callable[[], str], line: str) -> None:
        """Ask about a command line.

        Raises:
            LineError: it is none that deletes something.
        """
        self._daemon = daemon
        self._language = language
        self._line = line
        self._carrier = Carrier(daemon)
        self._note = ""
        self._kept = Kept()
        self._moved_to: tuple[State, bool] | None = None
        self._ask()

    def _ask(self) -> None:
        asked = plan(self._daemon, self._line)
        self._items = questions(asked)
        self._plan: Plan = asked
        self._moved_to = None
        self._guesses: dict[str, str] = {}
        self._freed = ""
        self.judged: Judged | None = None
        self._looking = False

    def still(self) -> Picture:
        """Return the questions as text, with a picture of the lab before the command."""
        language = self._language()
        drawing = self._folded(layer_map(self._plan.before))
        title = say.title(self._plan, language)
        return Picture(dot(drawing, language, title),
                       say.questions_text(self._plan, self._items, language), title, language)

    def _folded(self, whole: Map) -> Map:
        return folded(whole, [each.key for each in self._items if each.kind != "volume"])

    def guess(self, untagged: Iterable[str], deleted: Iterable[str], freed: str) -> Guess:
        """Answer all questions: see :meth:`Prediction.guess`."""
        language = self._language()
        names = [each for each in self._items if each.kind == "name"]
        things = [each for each in self._items if each.kind != "name"]
        try:
            gone = named(self._plan, names, untagged) | named(self._plan, things, deleted)
        except ValueError as error:
            raise ValueError(message("predict.unknown", language, name=error)) from None
        self._guesses = {each.key: FATES[each.kind][each.key not in gone]
                         for each in self._items}
        self._freed = freed[:_LONGEST]
        judged = self._judge()
        return Guess(judged.passed, judged.right, judged.total,
                     say.judged_text(judged, self._plan, language))

    def _judge(self) -> Judged:
        self.judged = judge(self._items, lambda each: self._guesses.get(each.key, ""),
                            self._freed, self._plan)
        self._looking = True
        return self.judged

    # --- what is done ----------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """Take an answer, look at the truth, carry the command out, or take it back."""
        self._note = ""
        if action == "guess" and isinstance(value, list) and value and isinstance(value[0], str):
            self._answer(value[0])
        elif action == "freed" and isinstance(value, str):
            if value != self._freed:
                self._freed, self._looking = value[:_LONGEST], False
        elif action == "check":
            self._judge()
        elif action == "again":
            self._again()
        elif action == "carry":
            if self._is_open():
                self._carrier.carry([self._plan.words],
                                    lambda runs: self._plan.comes_out_as(runs[0]))
        elif action == "undo":
            self._note = self._carrier.undo(self._language())

    def _answer(self, told: str) -> None:
        number, _, fate = told.partition(" ")
        at = int(number[:4]) if number.isdecimal() else -1
        if 0 <= at < len(self._items) and fate in FATES[self._items[at].kind]:
            self._guesses[self._items[at].key] = fate
            self._looking = False

    def _again(self) -> None:
        try:
            self._ask()
        except LineError as error:
            self._note = say.refusal(error, self._language())

    def _is_open(self) -> bool:
        """Whether the truth has been seen, and the command would still do that."""
        return (self._looking and self._carrier.done is None and can_be_done(self._plan)
                and not self._has_moved())

    def _has_moved(self) -> bool:
        """Whether the command would do something else to the lab as it is now."""
        state = self._daemon.state
        if self._carrier.done or state is self._plan.before:
            return False
        if self._moved_to is None or self._moved_to[0] is not state:
            run = dry_run(self._daemon, self._plan.words)
            self._moved_to = state, not self._plan.comes_out_as(run)
        return self._moved_to[1]

    # --- what is shown ---------------------------------------------------------------------

    def draw(self) -> Mapping[str, Html]:
        """Return the questions, the truth beside the answers, and the way to see it happen."""
        self._carrier.look()
        language = self._language()
        judged = self.judged if self._looking else None
        status = say.score(judged, language) if judged else ""
        if done := self._carrier.done:
            status = outcome(done, language)
        head = join(
            tag("h3", say.title(self._plan, language)),
            tag("p", message("predict.how", language)),
            self._moved(language),
            tag("p", self._note or status, id="status", role="status",
                class_="il-note" if self._note or status else "il-visually-hidden"))
        return {"head": head, "main": self._form(judged, language),
                "side": self._picture(judged, language), "foot": self._foot(judged, language)}

    def _moved(self, language: str) -> Html | None:
        if not self._has_moved():
            return None
        return tag("div", tag("span", message("predict.lab_moved", language)),
                   tag("button", message("predict.ask_again", language), type="button",
                       id="again", class_="il-button", data_click="again"),
                   class_="il-row il-note")

    def _form(self, judged: Judged | None, language: str) -> Html:
        told = [_told(*row, language) for row in
                say.judged_rows(judged, self._plan, language)] if judged else []
        kinds = dict.fromkeys(each.kind for each in self._items)
        groups = [
            tag("div", tag("h4", message(f"predict.{kind}", language)),
                [self._question(at, each, told[at] if told else None, language)
                 for at, each in enumerate(self._items) if each.kind == kind])
            for kind in kinds]
        button = tag("button", message("predict.check", language), type="submit", id="check",
                     class_="il-button il-primary")
        return tag("form", groups, self._bytes(told[-1] if told else None, language),
                   tag("p", button), class_="il-wide", data_submit="check")

    def _question(self, at: int, item: Item, told: Html | None, language: str) -> Html:
        choices = [
            tag("label",
                tag("input", type="radio", name=f"item{at}", id=f"item{at}-{fate}", value=fate,
                    checked=self._guesses.get(item.key) == fate, data_input="guess",
                    data_value=f"{at} {fate}"),
                " ", say.fate(fate, language))
            for fate in FATES[item.kind]]
        return tag("fieldset", tag("legend", say.label(item)), choices, told,
                   class_="il-predict-item")

    def _bytes(self, told: Html | None, language: str) -> Html:
        return tag(
            "div", tag("label", message("predict.freed", language), for_="freed"),
            tag("input", type="text", id="freed", name="freed", value=self._freed,
                class_="il-input il-mono", data_input="freed", autocomplete="off",
                maxlength=_LONGEST, size=12, aria_describedby="freed-hint"),
            tag("span", message("predict.freed_hint", language), id="freed-hint",
                class_="il-muted"), told,
            class_="il-predict-item")

    def _picture(self, judged: Judged | None, language: str) -> Html:
        """Return the lab before the command; once the truth is out, with what becomes of it."""
        before, after = self._plan.before, self._plan.state
        heading = message("plan.picture" if judged else "predict.before", language)

        def draw() -> Html:
            whole = layer_map(after, before) if judged else layer_map(before)
            return zoomable(self._folded(whole), language, heading, heading)

        return self._kept(self._plan if judged else before, language, draw)

    def _foot(self, judged: Judged | None, language: str) -> Html:
        if self._carrier.done:
            return self._carrier.result(self._carrier.done, language)
        if judged is None:
            return EMPTY
        in_words = said(self._plan, language)
        return join(plan_html.verdict(in_words, bool(self._plan.exit_code)),
                    plan_html.printed(in_words.printed, language),
                    carry_button(language) if self._is_open() else None)


def _told(cells: tuple[str, ...], why: Sequence[str], language: str) -> Html:
    """Return the truth that stands beside an answer."""
    result, _, _, truth = cells
    kind = "il-predict-right" if result.startswith("✔") else "il-predict-wrong"
    return tag("div", tag("span", result, class_=f"il-badge {kind}"), " ",
               tag("strong", f"{message('predict.truth', language)}: {truth}"),
               tag("ul", [tag("li", each) for each in why]), class_="il-predict-told")
