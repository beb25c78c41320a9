"""Carrying out what a view has shown, saying how it came out, and taking it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.views.html import Html, tag
from imagelab.views.plan import html as plan_html
from imagelab.views.plan.dry_run import DryRun, carry_out
from imagelab.views.plan.words import printed_lines
from imagelab.views.timeline.going import ranges
from imagelab.views.words import printable


@dataclass(frozen=True)
class Carried:
    """Command lines that were carried out.

    Attributes:
        runs: what each did.
        begin: number of the step that the lab stood at before.
        first: number of the step of the first.
        last: that of the last; a command that has the lab wait may be several.
        as_planned: whether they did what was shown.
    """

    runs: tuple[DryRun, ...]
    begin: int
    first: int
    last: int
    as_planned: bool

    @property
    def commands(self) -> str:
        """The command lines, in one."""
        return printable(" && ".join(each.line for each in self.runs))

    @property
    def steps(self) -> str:
        """The numbers of the steps."""
        return ranges(range(self.first, self.last + 1))


class Carrier:
    """What was carried out from a view last, as long as the lab stands there.

    Attributes:
        done: that; None if there is nothing, or the lab has moved on.
    """

    def __init__(self, daemon: Daemon) -> None:
        """Carry out in a lab."""
        self._daemon = daemon
        self.done: Carried | None = None

    def carry(
        self, lines: Sequence[Sequence[str]], as_planned: Callable[[Sequence[DryRun]], bool],
    ) -> None:
        """Run command lines, one after the other as long as they succeed.

        Args:
            lines: the words after ``docker`` of each.
            as_planned: tells whether they did what was shown.
        """
        begin, first = self._daemon.journal.head, len(self._daemon.journal) + 1
        runs: list[DryRun] = []
        for words in lines:
            runs.append(carry_out(self._daemon, words))
            if runs[-1].exit_code:
                break
        self.done = Carried(tuple(runs), begin, first, self._daemon.journal.head,
                            as_planned(runs))

    def look(self) -> None:
        """Forget what was carried out if the lab stands elsewhere by now."""
        if self.done is not None and self._daemon.journal.head != self.done.last:
            self.done = None

    def undo(self, language: str) -> str:
        """Take back what was carried out, and say so; nothing if the lab stands elsewhere."""
        self.look()
        done = self.done
        if done is None:
            return ""
        self._daemon.go_to(done.begin)
        self.done = None
        return message("plan.undone", language, step=done.steps, command=done.commands)

    def result(self, done: Carried, language: str) -> Html:
        """Return what was printed, whether it came out as planned, and the way back."""
        shown = [line for each in done.runs for line in printed_lines(each.printed, language)]
        return tag(
            "div",
            tag("h3", message("plan.carried", language, step=done.steps, command=done.commands),
                id="carried", tabindex="-1", data_focus=f"carried-{done.last}"),
            plan_html.printed(shown, language),
            tag("p", tag("strong", outcome(done, language)), class_="il-note"),
            tag("button", message("plan.undo", language), type="button", id="undo",
                class_="il-button", data_click="undo"),
            class_="il-panel il-plan-carried")


def outcome(done: Carried, language: str) -> str:
    """Say whether it came out as planned."""
    return message("plan.as_planned" if done.as_planned else "plan.not_as_planned", language)


def carry_button(language: str) -> Html:
    """Return the button that carries out, with what there is to know before."""
    return tag(
        "div",
        tag("button", message("plan.carry_out", language), type="button", id="carry",
            class_="il-button il-primary", data_click="carry", aria_describedby="carry-note"),
        tag("span", message("plan.carry_note", language), id="carry-note", class_="il-muted"),
        class_="il-row")
