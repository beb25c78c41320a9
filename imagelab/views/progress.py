"""How far the work of a command is: a bar for each piece of it, as HTML and as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from imagelab.engine.progress import Progress
from imagelab.formats.printable import printable
from imagelab.formats.units import human_size
from imagelab.messages import text as message
from imagelab.views.html import Html, tag

#: Bars that are drawn; of more pieces those that were begun last, and are not done yet.
MAX_BARS = 12
#: Seconds that work may take before bars are shown, and between two drawings of them.
PATIENCE = 0.3
EVERY = 0.1
_CELLS = 20


@dataclass
class Board:
    """What a command that is at work has told of its pieces.

    Attributes:
        pieces: the last message of each piece, by its ID, or by its status if it has none.
    """

    pieces: dict[str, Progress] = field(default_factory=dict)
    _due: float | None = None  # when to draw next, in seconds; None while nothing is at work

    @property
    def is_busy(self) -> bool:
        """Whether a command is at work."""
        return self._due is not None

    def begin(self, now: float) -> None:
        """A command begins its work: quick work shows nothing."""
        self._due = now + PATIENCE

    def end(self) -> None:
        """It has ended its work; nothing of it is left."""
        self.pieces.clear()
        self._due = None

    def is_due(self, now: float) -> bool:
        """Return whether it is time to draw, and wait for the next time if so."""
        if self._due is None or now < self._due:
            return False
        self._due = now + EVERY
        return True

    def take(self, told: Progress) -> bool:
        """Note a message; return whether there is something new to draw.

        Lines are noted where they end the work on a piece: ``Pull complete``.
        """
        key = told.id or told.status
        if not told.is_tick:
            before = self.pieces.get(key)
            if before is None or not before.is_tick:
                return False
            told = Progress(told.status, told.id, before.total, before.total)
        if key not in self.pieces and len(self.pieces) >= MAX_BARS:
            self.pieces.pop(self._done_first())
        self.pieces[key] = told
        return True

    def _done_first(self) -> str:
        return next((key for key, each in self.pieces.items() if each.current == each.total),
                    next(iter(self.pieces)))


class Live:
    """Bars that are shown while one command is at work: wherever that is, nothing of them stays."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without any; the clock tells seconds."""
        self._clock = clock
        self._board = Board()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Take the bars away, however the command ended."""
        self.end()

    def tell(self, told: Progress) -> None:
        """Take a message, and show the bars if it is time to."""
        if not self._board.take(told):
            return
        now = self._clock()
        if not self._board.is_busy:
            self._board.begin(now)
        if self._board.is_due(now):
            self.show(list(self._board.pieces.values()))

    def end(self) -> None:
        """Take the bars away; more may come."""
        self._board.end()
        self.clear()

    def show(self, pieces: Sequence[Progress]) -> None:
        """Show the bars in place of those that are shown."""
        raise NotImplementedError

    def clear(self) -> None:
        """Take away what is shown, if anything is."""
        raise NotImplementedError


def html(pieces: Sequence[Progress], language: str) -> Html:
    """Return the bars; they need no style sheet."""
    return tag("div", (_bar(each) for each in pieces), class_="il-work", role="group",
               aria_label=message("terminal.progress", language))


def text(pieces: Sequence[Progress]) -> str:
    """Return the bars as lines: ``a1b2c3d4e5f6: Downloading [=====>    ] 12.3MB/34.5MB``."""
    return "\n".join(
        " ".join(filter(None, (_name(each), _drawn(each), _amount(each)))) for each in pieces)


def _bar(each: Progress) -> Html:
    done = _share(each)
    known = {} if done is None else {"value": str(round(100 * done)), "max": "100"}
    return tag(
        "div",
        tag("progress", role="progressbar", aria_label=_name(each), aria_valuetext=_amount(each),
            **known),
        " ", tag("span", _name(each), class_="il-mono"), " ",
        tag("span", _amount(each), class_="il-muted"), class_="il-work-piece")


def _name(each: Progress) -> str:
    return printable(f"{each.id}: {each.status}" if each.id else each.status)


def _amount(each: Progress) -> str:
    if each.current is None:
        return ""
    if each.units:
        return f"{each.current}/{each.total} {each.units}"
    done = human_size(each.current)
    return done if each.total is None else f"{done}/{human_size(each.total)}"


def _share(each: Progress) -> float | None:
    """Return how much of the work is done, from 0 to 1; None where nobody knows."""
    if each.current is None or each.total is None:
        return None
    return min(1.0, each.current / each.total) if each.total else 1.0


def _drawn(each: Progress) -> str:
    done = _share(each)
    if done is None:
        return ""
    full = round(_CELLS * done)
    return f"[{'=' * full}{'>' if full < _CELLS else ''}{' ' * (_CELLS - full - 1)}]"
