"""The live plan: type a command line, see what it would do, carry it out, take it back."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.views.change import Change
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.plan import html as plan_html
from imagelab.views.plan.dry_run import DryRun, LineError
from imagelab.views.plan.plan import Plan, plan
from imagelab.views.plan.text import drawing_of
from imagelab.views.plan.ways import Way
from imagelab.views.plan.words import Said, can_be_done, refusal, said
from imagelab.views.words import printable
from imagelab.widgets.carrying import Carrier, carry_button, outcome
from imagelab.widgets.drawing import Kept, zoomable
from imagelab.widgets.pane import Pane

#: Characters of a command line that are looked at.
_LONGEST = 1000


class PlanPane(Pane):
    """The pane of one command line at a time."""

    def __init__(self, daemon: Daemon, language: Callable[[], str], line: str) -> None:
        """Plan for a lab.

        Args:
            daemon: the lab.
            language: of the texts.
            line: the command line to begin with.
        """
        self._daemon = daemon
        self._language = language
        self._line = line[:_LONGEST]
        self._known: tuple[object, ...] = ()
        self._plan: Plan | LineError = LineError("empty")
        self._carrier = Carrier(daemon)
        self._note = ""
        self._picture = Kept()

    # --- what is done ----------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """Take a command line, carry one out, or take it back."""
        if action == "plan" and isinstance(value, dict):
            action, value = "line", value.get("line")
        if action == "line" and isinstance(value, str):
            self._take(value[:_LONGEST])
        elif action == "carry":
            self._carry(None)
        elif action == "way" and isinstance(value, str) and value.isdecimal():
            self._carry(int(value[:3]))
        elif action == "undo":
            self._undo()

    def _take(self, line: str) -> None:
        if line != self._line or self._carrier.done:
            self._line, self._note, self._carrier.done = line, "", None

    def _carry(self, way: int | None) -> None:
        """Carry out what is shown, if it still is what would come."""
        seen = self._plan
        self._look()
        shown = self._plan
        if self._carrier.done or not isinstance(seen, Plan) or not isinstance(shown, Plan):
            return
        if not seen.comes_out_as(shown.run):
            return  # the lab has changed since it was drawn; what is new is to be seen first
        self._note = ""
        if way is None and can_be_done(shown):
            self._carrier.carry([shown.words], lambda runs: shown.comes_out_as(runs[0]))
        elif way is not None and way < len(shown.ways):
            taken = shown.ways[way]
            self._carrier.carry(taken.lines, lambda runs: _is_like(taken, runs))

    def _undo(self) -> None:
        if said_now := self._carrier.undo(self._language()):
            self._known = ()
            self._look()
            self._note = said_now

    # --- what is shown ---------------------------------------------------------------------

    def _look(self) -> None:
        """Work the plan out anew if the line is another or the lab has changed."""
        was_done = self._carrier.done
        self._carrier.look()
        if self._carrier.done:
            return
        if was_done:
            self._known = ()
        known = (self._line, self._daemon.state)
        if self._known and known[0] == self._known[0] and known[1] is self._known[1]:
            return
        before = self._plan if self._known and known[0] == self._known[0] else None
        self._known, self._note = known, ""
        try:
            self._plan = plan(self._daemon, self._line)
        except LineError as error:
            self._plan = error
        if isinstance(before, Plan) and isinstance(self._plan, Plan):
            self._compare(before, self._plan)

    def _compare(self, before: Plan, now: Plan) -> None:
        if before.comes_out_as(now.run):
            return
        refused = now.exit_code and not before.exit_code
        key = "plan.changed_refused" if refused else "plan.changed_other"
        self._note = message(key, self._language())

    def draw(self) -> Mapping[str, Html]:
        """Return the line on top, the plan, what stays beside it, and the picture below."""
        self._look()
        language, found = self._language(), self._plan
        head = join(_form(self._line, language), self._status(language))
        if isinstance(found, LineError):
            return {"head": head,
                    "main": tag("p", refusal(found, language), class_="il-note")}
        in_words = said(found, language)
        main = join(
            self._verdict(found, in_words, language),
            None if self._carrier.done else plan_html.printed(in_words.printed, language),
            plan_html.obstacles(in_words, self._buttons(found, language), language),
            plan_html.changes(in_words, language))
        side = join(plan_html.stays(in_words, language), plan_html.notes(in_words.notes))
        foot = self._picture(found, language, lambda: _picture(found, in_words, language))
        return {"head": head, "main": main, "side": side, "foot": foot}

    def _status(self, language: str) -> Html:
        """Return what a screen reader is to be told of by itself."""
        done = self._carrier.done
        return tag("p", outcome(done, language) if done else self._note, id="status",
                   role="status",
                   class_="il-note" if self._note and not done else "il-visually-hidden")

    def _verdict(self, found: Plan, in_words: Said, language: str) -> Html:
        if self._carrier.done:
            return self._carrier.result(self._carrier.done, language)
        return join(tag("h3", in_words.title), plan_html.verdict(in_words, bool(found.exit_code)),
                    carry_button(language) if can_be_done(found) else None)

    def _buttons(self, found: Plan, language: str) -> list[Html]:
        if self._carrier.done:
            return []
        names = [message("plan.carry_way" if len(way.lines) > 1 else "plan.carry_out", language)
                 for way in found.ways]
        return [tag("button", names[at], type="button", id=f"way{at}", class_="il-button",
                    data_click="way", data_value=at,
                    aria_label=f"{names[at]}: {' · '.join(map(_typed, way.lines))}")
                for at, way in enumerate(found.ways)]


def _is_like(way: Way, runs: Sequence[DryRun]) -> bool:
    """Whether command lines did what a way was to do."""
    done = Change(runs[0].before, runs[-1].after)
    return not any(each.exit_code for each in runs) and done.is_like(way.change)


def _typed(words: Sequence[str]) -> str:
    return printable(shlex.join(["docker", *words]))


def _form(line: str, language: str) -> Html:
    return tag(
        "form",
        tag("label", message("plan.type", language), for_="line"),
        tag("input", type="text", id="line", name="line", value=line, maxlength=_LONGEST,
            class_="il-input il-mono il-plan-line", data_input="line", autocomplete="off",
            autocapitalize="off", spellcheck="false"),
        tag("button", message("plan.work_out", language), type="submit", id="work-out",
            class_="il-button"),
        class_="il-row", data_submit="plan")


def _picture(found: Plan, in_words: Said, language: str) -> Html:
    if found.change.is_nothing and not found.stays:
        return EMPTY  # it is about nothing that is there, as long as a name is being typed
    return zoomable(drawing_of(found), language, message("plan.picture", language),
                    f"{in_words.verdict} {in_words.space}")
