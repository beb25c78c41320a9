"""The journal as a still picture: what was done, in which order, and on which branch."""

from __future__ import annotations

from imagelab.daemon.journal import Journal, Step
from imagelab.docker.table import ellipsis
from imagelab.formats.gotime import format_time
from imagelab.messages import text as message
from imagelab.views.branches import ends
from imagelab.views.changes import Teller, summary
from imagelab.views.html import Html, tag
from imagelab.views.ink import BACKGROUND, FAINT, FONT, INK, fit, text_width
from imagelab.views.lanes import Lanes, Piece, Row, lanes
from imagelab.views.picture import Picture
from imagelab.views.rail import MARGIN, PATH, rail, width
from imagelab.views.words import printable

_WIDTH = 840.0
_ROW, _MIDDLE = 46.0, 17.0
_LARGE, _SMALL, _TITLE = 14.0, 13.0, 16.0
_NUMBER = 34.0
_COMMAND_COLUMNS, _NOTE_COLUMNS = 96, 110
_SVG = "http://www.w3.org/2000/svg"


class Drawn(Picture):
    """A picture whose SVG Graphviz has no part in."""

    def __init__(self, svg: str, text: str) -> None:
        """Hold both faces."""
        super().__init__("", text)
        self._drawn = svg

    @property
    def svg(self) -> str:
        """The drawing as an ``svg`` element."""
        return self._drawn


def timeline(journal: Journal, language: str) -> Picture:
    """Return the picture of a journal: of a long one, the steps around where the lab stands."""
    drawing = lanes(journal)

    told = Teller()
    return Drawn(_svg(journal, drawing, language, told), _text(journal, drawing, language, told))


# --- what it says --------------------------------------------------------------------------


def command(step: Step, language: str) -> str:
    """Return a step's command as a line of printable text."""
    return printable(step.command) or message("show.beginning", language)


def named(step: Step, language: str) -> str:
    """Return a step with its number, as the caption of a map has it."""
    if not step.index:
        return message("show.beginning", language)
    said = ellipsis(printable(step.command), _COMMAND_COLUMNS)
    return message("show.step", language, step=step.index, command=said)


def moment(step: Step) -> str:
    """Return the time of a step on the lab's clock, in UTC: ``2026-03-02 09:00:01``."""
    return format_time(step.time)[:19].replace("T", " ")


def title(journal: Journal, language: str) -> str:
    """Count commands and branches."""
    return message("timeline.title", language, count=len(journal), branches=len(ends(journal)))


def notes(row: Row, language: str, told: Teller) -> list[str]:
    """Return what there is to say about a step besides its command and its time."""
    step = row.step
    said = []
    if row.branches:
        said.append(message("timeline.from_step", language, step=step.parent))
    if step.exit_code:
        said.append(message("timeline.exit_code", language, code=step.exit_code))
    if step.index:
        said.append(summary(told(step), language))
    return said + outside(step, language)


def outside(step: Step, language: str) -> list[str]:
    """Say what a step did that undo does not take back."""
    return [message("timeline.host_effect", language, what=printable(each))
            for each in step.host_effects]


def _stands(journal: Journal, language: str) -> str:
    if not len(journal):
        return message("timeline.empty", language)
    return message("timeline.stands", language, where=named(journal.current, language))


def _skipped(drawing: Lanes, language: str) -> tuple[str, str]:
    """Say how many steps before and after the rows are left out; empty for none."""
    sides = (("earlier", drawing.earlier), ("later", drawing.later))
    before, after = (message(f"timeline.{key}", language, count=count) if count else ""
                     for key, count in sides)
    return before, after


# --- text ----------------------------------------------------------------------------------


def _text(journal: Journal, drawing: Lanes, language: str, told: Teller) -> str:
    """Draw as ``git log --graph`` does, with ``*`` on the way to the lab and ``o`` off it."""
    before, after = _skipped(drawing, language)
    lines = [title(journal, language), _stands(journal, language), "", before]
    digits = len(str(journal.steps[-1].index))
    for row in drawing.rows:
        lines += _row_text(row, drawing.width, digits, language, told)
    lines += [after, "", _legend(drawing, language, "*", "o", "")]
    # What is left out is no empty line at the top or bottom.
    return "\n".join(line for at, line in enumerate(lines) if line or at in (2, len(lines) - 2))


def _row_text(
    row: Row, lanes_: int, digits: int, language: str, told: Teller,
) -> list[str]:
    here = f"  <- {message('timeline.here', language)}" if row.is_head else ""
    said = ellipsis(command(row.step, language), _COMMAND_COLUMNS)
    time = f"{moment(row.step)[11:]}  " if row.step.index else ""
    lines = [f"{_graph(row, lanes_, False)} {row.step.index:>{digits}}  {time}{said}{here}"]
    indent = " " * (digits + 3)
    lines += [f"{_graph(row, lanes_, True)}{indent}{ellipsis(note, _NOTE_COLUMNS)}"
              for note in notes(row, language, told)]
    if forks := _forks(row, lanes_):
        lines.append(forks)
    return [line.rstrip() for line in lines]


def _graph(row: Row, lanes_: int, below: bool) -> str:
    """Return the lines that run through a row, with its sign, or below its sign."""
    signs = [" "] * lanes_
    wanted = (Piece.THROUGH, Piece.BELOW) if below else (Piece.THROUGH,)
    for track in row.tracks:
        if track.piece in wanted:
            signs[track.lane] = "|"
    if not below:
        signs[row.lane] = "*" if row.on_path else "o"
    elif any(track.piece is Piece.FORK for track in row.tracks):
        signs[row.lane] = "|"
    return " ".join(signs)


def _forks(row: Row, lanes_: int) -> str:
    """Return the line in which branches leave a row; empty for none."""
    forks = [track.lane for track in row.tracks if track.piece is Piece.FORK]
    if not forks:
        return ""
    signs = list(_graph(row, lanes_, True))
    low, high = 2 * min(*forks, row.lane), 2 * max(*forks, row.lane)
    signs[low:high] = ["-" if sign == " " else sign for sign in signs[low:high]]
    for lane in forks:
        signs[2 * lane] = "."
    if not any(track.piece is Piece.BELOW for track in row.tracks):
        signs[2 * row.lane] = "'"
    return "".join(signs)


def _legend(drawing: Lanes, language: str, path: str, side: str, failed: str) -> str:
    """Explain the signs that occur; an empty one is not used."""
    signs = (
        (path, "legend_path", any(row.on_path for row in drawing.rows)),
        (side, "legend_side", not all(row.on_path for row in drawing.rows)),
        (failed, "legend_failed", any(row.step.exit_code for row in drawing.rows)))
    return " · ".join(f"{sign} {message(f'timeline.{key}', language)}"
                      for sign, key, occurs in signs if sign and occurs)


# --- SVG -----------------------------------------------------------------------------------


def _svg(journal: Journal, drawing: Lanes, language: str, told: Teller) -> str:
    before, after = _skipped(drawing, language)
    top = 74.0 if before else 58.0
    bottom = top + _ROW * len(drawing.rows)
    height = bottom + (44.0 if after else 26.0)
    heading = title(journal, language)
    stands = _stands(journal, language)
    parts = [
        tag("rect", width=_WIDTH, height=height, fill=BACKGROUND),
        _line(MARGIN, 24, heading, _WIDTH - 2 * MARGIN, _TITLE, bold=True),
        _line(MARGIN, 46, stands, _WIDTH - 2 * MARGIN, _SMALL),
        _line(MARGIN, 68, before, _WIDTH, _SMALL, FAINT),
        *(tag("g", _row_svg(row, drawing.width, language, told),
              transform=f"translate(0 {top + _ROW * at:g})")
          for at, row in enumerate(drawing.rows)),
        _line(MARGIN, bottom + 16, after, _WIDTH, _SMALL, FAINT),
        _line(MARGIN, height - 9, _legend(drawing, language, "●", "○", "×"), _WIDTH - 2 * MARGIN,
              _SMALL, FAINT),
    ]
    return tag("svg", *parts, xmlns=_SVG, viewBox=f"0 0 {_WIDTH:g} {height:g}",
               width=f"{_WIDTH:g}", height=f"{height:g}", role="img",
               aria_label=f"{heading}. {stands}", font_family=FONT)


def _row_svg(row: Row, lanes_: int, language: str, told: Teller) -> list[Html | None]:
    left = width(lanes_) + _NUMBER
    here = f"◀ {message('timeline.here', language)}" if row.is_head else ""
    time = moment(row.step)[11:] if row.step.index else ""
    right = _WIDTH - MARGIN
    taken = text_width(here, _SMALL, True) + text_width(time, _SMALL) + 24
    room = right - left - 10 - taken
    said = fit(command(row.step, language), room, _LARGE, row.is_head)
    note = " · ".join(notes(row, language, told))
    return [
        rail(row, _ROW, _MIDDLE),
        _line(left, 22, str(row.step.index), _NUMBER, _LARGE, FAINT, end=True),
        _line(left + 10, 22, said, room, _LARGE, INK, bold=row.is_head),
        _line(right - text_width(time, _SMALL) - 12, 22, here, taken, _SMALL, PATH, bold=True,
              end=True),
        _line(right, 22, time, taken, _SMALL, FAINT, end=True),
        _line(left + 10, 39, note, right - left - 10, _SMALL, FAINT),
    ]


def _line(
    x: float, y: float, said: str, room: float, size: float, colour: str = INK, *,
    bold: bool = False, end: bool = False,
) -> Html | None:
    if not said:
        return None
    return tag("text", fit(said, room, size, bold), x=f"{x:g}", y=f"{y:g}", font_size=f"{size:g}",
               fill=colour, font_weight="bold" if bold else None,
               text_anchor="end" if end else None)
