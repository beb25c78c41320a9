"""The layers of an image and what each changes, the topmost first."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.engine.lookup import find_image
from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.model.layer import Layer
from imagelab.model.state import State
from imagelab.views.files import ADDED, CHANGED, REMOVED, FileChange, file_changes
from imagelab.views.grid import Cell, Grid, Look, cell
from imagelab.views.sharing import commands
from imagelab.views.words import command, printable, size

#: Files of a layer that are named before "… more".
MAX_FILES = 6
#: Layers that are drawn one by one; those below are one row.
MAX_LAYERS = 24
_TINTS = {ADDED: 2, CHANGED: 1, REMOVED: 5}


def layers(state: State, ref: str, language: str) -> Grid:
    """Return the drawing of an image's layers.

    Args:
        state: the lab.
        ref: the image.
        language: of the drawing's texts.

    Raises:
        NotFound: there is no such image.
    """
    image = find_image(state, ref)
    title = message("layers.title", language, name=printable(ref))
    top = state.layer_of(image)
    if top is None:
        return Grid(title, (), (message("layers.none", language),))
    made = dict(commands(image))
    stack = top.stack[::-1]
    rows = [_row(layer, made.get(layer.chain_id, ""), language) for layer in stack[:MAX_LAYERS]]
    if rest := stack[MAX_LAYERS:]:
        rows.append(_fold(rest, language))
    return Grid(title, tuple(rows), (message("layers.legend", language),))


def _row(layer: Layer, made: str, language: str) -> tuple[Cell, ...]:
    head = cell(short_id(printable(layer.diff_id)), size(layer.size), look=Look.BOX, tint=4)
    return (head, _files(layer, language), cell(command(made), even=True))


def _files(layer: Layer, language: str) -> Cell:
    changes = file_changes(layer.changes, layer.parent)
    named = [_said(each) for each in sorted(changes, key=_rank)[:MAX_FILES]]
    if len(changes) > MAX_FILES:
        named.append(message("layers.more", language, count=len(changes) - MAX_FILES))
    if not named:
        return cell(message("layers.nothing", language), even=True)
    kinds = {each.kind for each in changes}
    tint = _TINTS[kinds.pop()] if len(kinds) == 1 else 0
    return cell(*named, look=Look.BOX, tint=tint, even=True)


def _rank(change: FileChange) -> int:
    """Return the place of a change: what hides or changes something comes first."""
    return (REMOVED, CHANGED, ADDED).index(change.kind)


def _said(change: FileChange) -> str:
    return f"{change.kind} {change.path}"


def _fold(rest: Sequence[Layer], language: str) -> tuple[Cell, ...]:
    weight = size(sum(layer.size for layer in rest))
    return (cell(message("layers.folded", language, count=len(rest)), weight), Cell(), Cell())
