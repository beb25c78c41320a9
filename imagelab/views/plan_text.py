"""A plan as text, and as the picture of the lab before and after."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.views.dot import dot
from imagelab.views.dry_run import LineError
from imagelab.views.fold import folded
from imagelab.views.grid import Grid
from imagelab.views.grid import picture as grid_picture
from imagelab.views.map import Map, Mark, layer_map
from imagelab.views.picture import Picture
from imagelab.views.plan import Plan, plan
from imagelab.views.plan_words import MOST_ROWS, Row, Said, refusal, said

#: Boxes that are drawn; of more, those that the command does not concern are left out.
MOST_BOXES = 60


def plan_picture(daemon: Daemon, line: str, language: str) -> Picture:
    """Return the picture of what a command line would do, or of why that cannot be told."""
    try:
        found = plan(daemon, line)
    except LineError as error:
        return grid_picture(Grid(message("plan.heading", language), (),
                                 (refusal(error, language),)))
    return picture(found, said(found, language), language)


def picture(found: Plan, in_words: Said, language: str) -> Picture:
    """Return the picture of a plan."""
    drawing, left_out = drawing_of(found, language)
    caption = " · ".join(filter(None, (in_words.title, left_out)))
    alternative = " ".join((f"{in_words.title}.", in_words.verdict, in_words.space))
    return Picture(dot(drawing, language, caption), text(in_words, language), alternative)


def drawing_of(found: Plan, language: str) -> tuple[Map, str]:
    """Return the map of before and after, and a note if it is only a part of it."""
    touched = {f"{each.kind} {each.id}" for each in found.stays}
    return part_of(layer_map(found.state, found.before), touched, language)


def part_of(whole: Map, touched: set[str], language: str) -> tuple[Map, str]:
    """Return the part of a map that is drawn, and a note if it is not all of it.

    Args:
        whole: the map.
        touched: keys of nodes that are to be seen although nothing happens to them.
        language: of the note.
    """
    whole = folded(whole)
    drawing = concerned(whole, touched)
    if drawing is whole:
        return whole, ""
    return drawing, message("plan.part", language, shown=len(drawing.nodes),
                            all=len(whole.nodes))


def concerned(drawing: Map, touched: set[str]) -> Map:
    """Leave out of a large map what a command has nothing to do with."""
    if len(drawing.nodes) <= MOST_BOXES:
        return drawing
    wanted = [node.key for node in drawing.nodes if node.mark is not Mark.KEPT]
    wanted += [node.key for node in drawing.nodes if node.key in touched]
    centre = set(wanted)
    for edge in drawing.edges:
        if edge.tail in centre or edge.head in centre:
            wanted += (edge.tail, edge.head)
    keys = set(list(dict.fromkeys(wanted))[:MOST_BOXES])
    return replace(
        drawing,
        names=tuple(each for each in drawing.names if each.key in keys),
        images=tuple(each for each in drawing.images if each.key in keys),
        layers=tuple(each for each in drawing.layers if each.key in keys),
        containers=tuple(each for each in drawing.containers if each.key in keys),
        edges=tuple(each for each in drawing.edges if each.tail in keys and each.head in keys))


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
