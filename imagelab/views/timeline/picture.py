"""The journal as a still picture: what was done, in which order, and on which branch."""

from __future__ import annotations

from imagelab.daemon.journal import Journal, Step
from imagelab.docker.table import ellipsis
from imagelab.formats.gotime import format_time
from imagelab.messages import text as message
from imagelab.views.drawn import Drawn, drawing, label
from imagelab.views.html import Html, tag
from imagelab.views.ink import FAINT, text_width
from imagelab.views.picture import Picture
from imagelab.views.timeline.branches import ends
from imagelab.views.timeline.changes import Teller, summary
from imagelab.views.timeline.going import outside
from imagelab.views.timeline.lanes import Lanes, Piece, Row, lanes
from imagelab.views.timeline.rail import MARGIN, PATH, rail, width
from imagelab.views.words import printable

_WIDTH = 840.0
_ROW, _MIDDLE = 46.0, 17.0
_LARGE, _SMALL, _TITLE = 14.0, 13.0, 16.0
_NUMBER = 34.0
_COMMAND_COLUMNS, _NOTE_COLUMNS = 96, 110


def timeline(journal: Journal, language: str) -> Picture:
    """Return the picture of a journal: of a long one, the steps around where the lab stands."""
    rows, told = lanes(journal), Teller()
    return Drawn(_svg(journal, rows, language, told), _text(journal, rows, language, told))


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
    return said + outside(step.host_effects, language)


def _stands(journal: Journal, language: str) -> str:
    if not len(journal):
        return message("timeline.empty", language)
    return message("timeline.stands", language, where=named(journal.current, language))


def _skipped(rows: Lanes, language: str) -> tuple[str, str]:
    """Say how many steps before and after the rows are left out; empty for none."""
    sides = (("earlier", rows.earlier), ("later", rows.later))
    before, after = (message(f"timeline.{key}", language, count=count) if count else ""
                     for key, count in sides)
    return before, after


# --- text ----------------------------------------------------------------------------------


def _text(journal: Journal, rows: Lanes, language: str, told: Teller) -> str:
    """Draw as ``git log --graph`` does, with ``*`` on the way to the lab and ``o`` off it."""
    before, after = _skipped(rows, language)
    lines = [title(journal, language), _stands(journal, language), "", before]
    digits = len(str(journal.steps[-1].index))
    for row in rows.rows:
        lines += _row_text(row, rows.width, digits, language, told)
    lines += [after, "", _legend(rows, language, "*", "o", "")]
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


def _legend(rows: Lanes, language: str, path: str, side: str, failed: str) -> str:
    """Explain the signs that occur; an empty one is not used."""
    signs = (
        (path, "legend_path", any(row.on_path for row in rows.rows)),
        (side, "legend_side", not all(row.on_path for row in rows.rows)),
        (failed, "legend_failed", any(row.step.exit_code for row in rows.rows)))
    return " · ".join(f"{sign} {message(f'timeline.{key}', language)}"
                      for sign, key, occurs in signs if sign and occurs)


# --- SVG -----------------------------------------------------------------------------------


def _svg(journal: Journal, rows: Lanes, language: str, told: Teller) -> str:
    before, after = _skipped(rows, language)
    top = 74.0 if before else 58.0
    bottom = top + _ROW * len(rows.rows)
    height = bottom + (44.0 if after else 26.0)
    heading, stands = title(journal, language), _stands(journal, language)
    room = _WIDTH - 2 * MARGIN
    return drawing(
        _WIDTH, height, f"{heading}. {stands}",
        label(MARGIN, 24, heading, room, size=_TITLE, bold=True),
        label(MARGIN, 46, stands, room),
        before and label(MARGIN, 68, before, room, colour=FAINT),
        *(tag("g", _row_svg(row, rows.width, language, told),
              transform=f"translate(0 {top + _ROW * at:g})") for at, row in enumerate(rows.rows)),
        after and label(MARGIN, bottom + 16, after, room, colour=FAINT),
        label(MARGIN, height - 9, _legend(rows, language, "●", "○", "×"), room, colour=FAINT))


def _row_svg(row: Row, lanes_: int, language: str, told: Teller) -> list[Html | str]:
    left, right = width(lanes_) + _NUMBER, _WIDTH - MARGIN
    here = f"◀ {message('timeline.here', language)}" if row.is_head else ""
    time = moment(row.step)[11:] if row.step.index else ""
    taken = text_width(here, _SMALL, True) + text_width(time, _SMALL) + 24
    said = command(row.step, language)
    note = " · ".join(notes(row, language, told))
    return [
        rail(row, _ROW, _MIDDLE),
        label(left, 22, str(row.step.index), _NUMBER, size=_LARGE, colour=FAINT, anchor="end"),
        label(left + 10, 22, said, right - left - 10 - taken, size=_LARGE, bold=row.is_head),
        here and label(right - text_width(time, _SMALL) - 12, 22, here, taken, bold=True,
                       colour=PATH, anchor="end"),
        time and label(right, 22, time, taken, colour=FAINT, anchor="end"),
        note and label(left + 10, 39, note, right - left - 10, colour=FAINT),
    ]
