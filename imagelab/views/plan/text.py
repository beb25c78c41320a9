"""A plan as text, and as the picture of the lab before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.views.grid import Grid
from imagelab.views.grid import picture as grid_picture
from imagelab.views.map import Map, layer_map
from imagelab.views.map.dot import dot
from imagelab.views.map.fold import folded
from imagelab.views.picture import Picture
from imagelab.views.plan.dry_run import LineError
from imagelab.views.plan.plan import Plan, plan
from imagelab.views.plan.words import MOST_ROWS, Row, Said, refusal, said


def plan_picture(daemon: Daemon, line: str, language: str) -> Picture:
    """Return the picture of what a command line would do, or of why that cannot be told."""
    try:
        found = plan(daemon, line)
    except LineError as error:
        grid = Grid(message("plan.heading", language), (), (refusal(error, language),))
        return grid_picture(grid, language)
    return picture(found, said(found, language), language)


def picture(found: Plan, in_words: Said, language: str) -> Picture:
    """Return the picture of a plan."""
    drawing = drawing_of(found)
    alternative = " ".join((f"{in_words.title}.", in_words.verdict, in_words.space))
    return Picture(dot(drawing, language, in_words.title), text(in_words, language), alternative,
                   language)


def drawing_of(found: Plan) -> Map:
    """Return the map of before and after, with what the command touches in it."""
    touched = [f"{each.kind} {each.id}" for each in found.stays]
    return folded(layer_map(found.state, found.before), touched)


def text(in_words: Said, language: str) -> str:
    """Return a plan as text."""
    blocks = [
        [in_words.title, in_words.verdict],
        _block("printed", [*in_words.printed] or [message("plan.printed_nothing", language)],
               language),
        _block("obstacles", in_words.obstacles, language),
        *([each.title, *(f"  {line}" for line in each.lines), *(f"  - {note}" for note in
                                                               each.notes)]
          for each in in_words.helps),
        _block("changes", list(_rows(in_words.changes, language)), language),
        [in_words.space],
        _block("stays", list(_rows(in_words.stays, language)), language),
        list(in_words.notes),
    ]
    return "\n\n".join("\n".join(block) for block in blocks if block)


def _block(key: str, lines: Sequence[str], language: str) -> list[str]:
    if not lines:
        return []
    return [f"{message(f'plan.{key}', language)}:", *(f"  {line}" for line in lines)]


def _rows(rows: Sequence[Row], language: str) -> Iterator[str]:
    for row in rows[:MOST_ROWS]:
        size = f" · {row.size}" if row.size else ""
        yield f"{row.said}: {row.what}{size}" if row.said else f"{row.what}{size}"
        yield from (f"  - {why}" for why in row.why)
    if len(rows) > MOST_ROWS:
        yield message("plan.more", language, count=len(rows) - MOST_ROWS)
