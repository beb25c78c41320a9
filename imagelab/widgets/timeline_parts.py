"""The parts of the live time line as HTML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from imagelab.daemon.journal import Journal, Step
from imagelab.messages import text as message
from imagelab.views.html import Html, join, tag
from imagelab.views.timeline.branches import ends, path_to
from imagelab.views.timeline.changes import Finding, Teller, say
from imagelab.views.timeline.going import going, next_command, outside
from imagelab.views.timeline.lanes import Lanes, Row, lanes
from imagelab.views.timeline.picture import command, moment, named, notes, title
from imagelab.views.timeline.rail import rail, width
from imagelab.views.words import printable

#: Rows of the list of commands.
ROWS = 14
#: Milliseconds that a step is shown for in play.
PACE = 1400
#: Branches that one can choose from; the latest.
MAX_BRANCHES = 40
#: Changes that are listed one by one.
MAX_CHANGES = 12
_ROW, _MIDDLE = 44.0, 15.0
_MAX_TEXT = 200


@dataclass(frozen=True)
class Seen:
    """What one looks at.

    Attributes:
        journal: the steps.
        language: of the texts.
        chosen: number of the step that is shown.
        way: numbers of the steps of the branch that it is on.
        playing: whether the next step comes by itself.
        unseen: how many steps came that have not been looked at.
        moves: a number that is another one whenever something but the slider chose a step.
        refusal: why the lab did not move.
    """

    journal: Journal
    language: str
    chosen: int
    way: tuple[int, ...]
    playing: bool
    unseen: int
    moves: int
    refusal: str

    @property
    def step(self) -> Step:
        """The step that is shown."""
        return self.journal[self.chosen]

    @property
    def at(self) -> int:
        """Its place on the branch."""
        return self.way.index(self.chosen)

    @property
    def is_here(self) -> bool:
        """Whether the lab stands at it."""
        return self.chosen == self.journal.head

    def say(self, key: str, **values: object) -> str:
        """Return a text."""
        return message(f"timeline.{key}", self.language, **values)


# --- controls ------------------------------------------------------------------------------


def head(seen: Seen, told: Teller) -> Html:
    """Return title, controls, and what there is to say about the step."""
    return join(
        tag("h3", title(seen.journal, seen.language)),
        tag("div", _buttons(seen), _slider(seen), class_="il-row il-tl-controls"),
        tag("div", _branches(seen), _news(seen), class_="il-row il-tl-ways"),
        _about(seen, told), _continue(seen))


def _buttons(seen: Seen) -> Html:
    last = seen.at == len(seen.way) - 1
    play = tag(
        "button", "❚❚ " if seen.playing else "▶ ", seen.say("pause" if seen.playing else "play"),
        id="play", class_="il-button il-tl-play", type="button", data_click="play",
        data_play="tick" if seen.playing else None, data_every=PACE if seen.playing else None,
        disabled=len(seen.way) < 2)
    return tag(
        "div", _button(seen, "first", "|‹", seen.at == 0), _button(seen, "back", "‹", seen.at == 0),
        play, _button(seen, "forward", "›", last), _button(seen, "last", "›|", last),
        class_="il-row il-tl-buttons", role="group")


def _button(seen: Seen, action: str, sign: str, off: bool) -> Html:
    # Not disabled: a button that has the focus and is disabled loses it.
    return tag("button", tag("span", sign, aria_hidden="true"), id=action, type="button",
               class_="il-button", data_click=action, aria_label=seen.say(action),
               title=seen.say(action), aria_disabled="true" if off else None)


def _slider(seen: Seen) -> Html:
    place = f"{seen.at} / {len(seen.way) - 1}"
    return tag(
        "label", tag("span", seen.say("step_label")),
        tag("input", type="range", id="at", min=0, max=max(len(seen.way) - 1, 1), step=1,
            value=seen.at, data_input="at", data_reset=seen.moves,
            aria_valuetext=named(seen.step, seen.language)),
        tag("span", place, class_="il-muted il-tl-place"), class_="il-tl-slider")


def _branches(seen: Seen) -> Html | None:
    found = ends(seen.journal)[-MAX_BRANCHES:]
    if len(found) < 2:
        return None
    way = set(path_to(seen.journal, seen.journal.head))
    options = [tag("option", _branch(seen, end, way), value=end, selected=end == seen.way[-1])
               for end in found]
    return tag("label", tag("span", seen.say("branch_label")), " ",
               tag("select", *options, id="branch", class_="il-input", data_input="branch"),
               class_="il-tl-branch")


def _branch(seen: Seen, end: int, way: set[int]) -> str:
    """Say where a branch leaves the way to the lab, and where it ends."""
    said = _short(command(seen.journal[end], seen.language), 60)
    fork = end
    while fork not in way:
        fork = seen.journal[fork].parent
    if fork == seen.journal.head:
        return seen.say("branch_option", step=end, command=said)
    return seen.say("branch_from", parent=fork, step=end, command=said)


def _news(seen: Seen) -> Html | None:
    if not seen.unseen:
        return None
    return tag("span", tag("span", seen.say("new_steps", count=seen.unseen), role="status"), " ",
               tag("button", seen.say("show_new"), id="newest", type="button", class_="il-button",
                   data_click="newest"), class_="il-note")


def _about(seen: Seen, told: Teller) -> Html:
    """Return the step's command, how it ended, when, and what it changed."""
    step = seen.step
    facts = []
    if seen.is_here:
        facts.append(tag("span", "◀ ", seen.say("here"), class_="il-badge il-tl-here"))
    if step.exit_code:
        facts.append(tag("span", "✗ ", seen.say("exit_code", code=step.exit_code),
                         class_="il-badge il-tl-failed"))
    if step.index:
        facts.append(tag("span", seen.say("time", time=moment(step)), class_="il-muted"))
    number = f"{step.index} " if step.index else None
    heading = tag("h4", number, tag("span", _short(command(step, seen.language), 1000),
                                    class_="il-mono"))
    return tag(
        "div", tag("div", heading, facts, class_="il-row"),
        tag("ul", _changes(seen, told(step)), class_="il-tl-changes") if step.index else None,
        [tag("p", each, class_="il-note") for each in outside(step.host_effects, seen.language)],
        class_="il-panel il-tl-about", aria_live="off" if seen.playing else "polite", id="about")


def _changes(seen: Seen, found: tuple[Finding, ...]) -> Iterator[Html]:
    if not found:
        yield tag("li", seen.say("nothing"))
    for each in found[:MAX_CHANGES]:
        yield tag("li", _short(say(each, seen.language), 400), class_=f"il-tl-{each.mark.value}")
    if len(found) > MAX_CHANGES:
        yield tag("li", message("map.more_files", seen.language, count=len(found) - MAX_CHANGES))


def _continue(seen: Seen) -> Html:
    """Return the buttons that move the lab, with what happens then."""
    language, journal = seen.language, seen.journal
    after = journal.next_of_current()
    moves = [_move(seen, "undo", "↶", journal.head or None), _move(seen, "redo", "↷", after)]
    said = [f"{seen.say('is_here')} {next_command(journal, journal.head, language)}"]
    if not seen.is_here:
        moves.insert(0, tag(
            "button", seen.say("continue"), id="continue", type="button", data_click="continue",
            class_="il-button il-primary", aria_describedby="consequence"))
        said = [seen.say("looking", where=_short(named(journal.current, language), 120)),
                *going(journal, seen.chosen, language)]
    refusal = tag("p", printable(seen.refusal), role="alert") if seen.refusal else None
    return tag("div", tag("div", moves, class_="il-row"),
               tag("div", [tag("p", each) for each in said], id="consequence"), refusal,
               class_="il-tl-continue")


def _move(seen: Seen, action: str, sign: str, step: int | None) -> Html:
    said = seen.say(action) if step is None else seen.say(f"{action}_step", step=step)
    return tag("button", f"{sign} {said}", id=action, type="button", class_="il-button",
               data_click=action, aria_disabled="true" if step is None else None)


# --- the list ------------------------------------------------------------------------------


def listed(seen: Seen, first: int, told: Teller) -> Html:
    """Return the commands, a row each, with the branches beside them.

    Args:
        seen: what one looks at.
        first: the step in the first row.
        told: says what steps changed.
    """
    drawing = lanes(seen.journal, first, ROWS)
    rows = [_row(seen, row, drawing, told) for row in drawing.rows]
    return join(
        tag("h4", seen.say("list"), id="list"),
        _skipped(seen, "earlier", drawing.earlier, max(first + 2 - ROWS, 0)),
        tag("ol", rows, class_="il-tl-list", aria_labelledby="list"),
        _skipped(seen, "later", drawing.later,
                 min(first + 2 * ROWS - 3, len(seen.journal))))


def _row(seen: Seen, row: Row, drawing: Lanes, told: Teller) -> Html:
    wide = width(drawing.width)
    picture = tag("svg", rail(row, _ROW, _MIDDLE), width=wide, height=_ROW,
                  viewBox=f"0 0 {wide:g} {_ROW:g}", aria_hidden="true", class_="il-tl-rail")
    index = row.step.index
    note = _short(" · ".join(notes(row, seen.language, told)))
    here = tag("span", " ◀ ", message("show.now", seen.language),
               class_="il-tl-here") if row.is_head else None
    button = tag(
        "button",
        tag("span", tag("span", f"{index} ", class_="il-muted il-tl-number"),
            tag("span", _short(command(row.step, seen.language)), class_="il-tl-command"), here,
            class_="il-tl-first"),
        tag("span", note, class_="il-muted il-tl-second") if note else None,
        type="button", id=f"step-{index}", class_="il-tl-step", data_click="go",
        data_value=index, aria_current="step" if index == seen.chosen else None)
    return tag("li", picture, button, id=f"row-{index}")


def _skipped(seen: Seen, key: str, count: int, target: int) -> Html | None:
    if not count:
        return None
    return tag("button", seen.say(key, count=count), id=key, type="button", class_="il-button",
               data_click="go", data_value=target)


def _short(data: str, room: int = _MAX_TEXT) -> str:
    return data if len(data) <= room else f"{data[:room]}…"
