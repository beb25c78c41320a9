"""The ``Layers`` arrays of ``docker inspect`` for several images, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from imagelab.engine.lookup import find_image
from imagelab.messages import text as message
from imagelab.model.image import Image, short_id
from imagelab.model.state import State
from imagelab.views.grid import Cell, Grid, Look, cell
from imagelab.views.words import letters, printable, size

#: More rows than this are folded where nothing differs.
MAX_ROWS = 30
#: Rows that a fold leaves on either side.
_EDGE = 2
#: Equal contents on other layers below that are told of.
_MAX_CHAINS = 4
ALONE = "*"


@dataclass(frozen=True)
class Entry:
    """An entry of a ``Layers`` array.

    Attributes:
        diff_id: the entry.
        chain_id: the layer that it is with those below.
    """

    diff_id: str
    chain_id: str


Row = tuple[Entry | None, ...]


def aligned(images: Sequence[Image]) -> tuple[Row, ...]:
    """Return the arrays as columns of one table, the first layer first, equal DiffIDs in a row.

    Every array is laid along the rows so far; an entry meets the next row that has its DiffID.
    """
    rows: list[dict[int, Entry]] = []
    for column, image in enumerate(images):
        rows = _laid(rows, column, [
            Entry(*pair) for pair in zip(image.diff_ids, image.chain_ids, strict=True)])
    return tuple(tuple(row.get(column) for column in range(len(images))) for row in rows)


def _laid(
    rows: Sequence[dict[int, Entry]], column: int, entries: Sequence[Entry],
) -> list[dict[int, Entry]]:
    places: dict[str, list[int]] = {}
    for at in reversed(range(len(rows))):
        places.setdefault(_diff_id(rows[at]), []).append(at)
    done: list[dict[int, Entry]] = []
    waiting: list[dict[int, Entry]] = []
    here = 0
    for entry in entries:
        later = places.get(entry.diff_id, [])
        while later and later[-1] < here:
            later.pop()
        if not later:
            waiting.append({column: entry})
            continue
        there = later.pop()
        done += [*rows[here:there], *waiting, {**rows[there], column: entry}]
        waiting, here = [], there + 1
    return [*done, *rows[here:], *waiting]


def _diff_id(row: dict[int, Entry]) -> str:
    return next(iter(row.values())).diff_id


def compare(state: State, refs: Sequence[str], language: str) -> Grid:
    """Return the drawing of some images' ``Layers``.

    Args:
        state: the lab.
        refs: the images, two or more, as one would type them.
        language: of the drawing's texts.

    Raises:
        ValueError: there are fewer than two.
        NotFound: there is no such image.
    """
    if len(refs) < 2:
        raise ValueError(message("compare.two", language))
    images = [find_image(state, ref) for ref in refs]
    rows = aligned(images)
    drawing = _Drawing(state, rows, language)
    heads = tuple(drawing.head(ref, image) for ref, image in zip(refs, images, strict=True))
    names = ", ".join(map(printable, refs))
    return Grid(message("compare.title", language, names=names), (heads, *drawing.body()),
                (*_same_images(refs, images, language), *drawing.notes()))


def weight(state: State, image: Image, language: str) -> str:
    """Say how many layers an image has, and their bytes; of none, that it has no ``Layers``."""
    top = state.layer_of(image)
    if top is None:
        return message("compare.no_layers", language)
    count = message("compare.layers", language, count=len(image.diff_ids))
    return f"{count} · {size(top.total_size)}"


def _same_images(refs: Sequence[str], images: Sequence[Image], language: str) -> list[str]:
    names: dict[str, list[str]] = {}
    for ref, image in zip(refs, images, strict=True):
        names.setdefault(image.id, []).append(printable(ref))
    return [message("compare.same_image", language, names=", ".join(found))
            for found in names.values() if len(set(found)) > 1]


class _Drawing:
    """The aligned rows with their marks."""

    def __init__(self, state: State, rows: Sequence[Row], language: str) -> None:
        self.state = state
        self.rows = rows
        self.language = language
        self.marks = marks(rows)
        self.order = {mark.rstrip("′"): at for at, mark in
                      enumerate(dict.fromkeys(self.marks.values()))}

    def head(self, ref: str, image: Image) -> Cell:
        return cell(ref, short_id(image.id), weight(self.state, image, self.language),
                    look=Look.HEAD)

    def body(self) -> list[tuple[Cell, ...]]:
        return self._folded([tuple(map(self._entry, row)) for row in self.rows])

    def _entry(self, entry: Entry | None) -> Cell:
        if entry is None:
            return Cell()
        layer = self.state.layers.get(entry.chain_id)
        weight = size(layer.size) if layer else "?"
        mark = self.marks.get(entry.chain_id, ALONE)
        said = f"{mark}  {short_id(printable(entry.diff_id))}  {weight}"
        if mark == ALONE:
            return cell(said, look=Look.THICK)
        return cell(said, look=Look.BOX, tint=self.order[mark.rstrip("′")])

    def _folded(self, shown: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        """Fold runs of rows that the same columns have, if there are many rows."""
        if len(shown) <= MAX_ROWS:
            return shown
        out: list[tuple[Cell, ...]] = []
        start = 0
        while start < len(shown):
            end = start + 1
            while end < len(shown) and _filled(self.rows[end]) == _filled(self.rows[start]):
                end += 1
            out += self._run(shown[start:end])
            start = end
        return out

    def _run(self, run: list[tuple[Cell, ...]]) -> list[tuple[Cell, ...]]:
        if len(run) <= 2 * _EDGE + 1:
            return run
        said = message("compare.folded", self.language, count=len(run) - 2 * _EDGE)
        fold = tuple(cell(said) if each.lines else Cell() for each in run[0])
        return [*run[:_EDGE], fold, *run[-_EDGE:]]

    def notes(self) -> list[str]:
        shared = sum(map(_is_shared, self.rows))
        said = [message("compare.marks", self.language)] if self.rows else []
        said.append(message("compare.shared", self.language, count=shared, total=len(self.rows))
                    if shared else message("compare.nothing_shared", self.language))
        return [*said, *self._other_chains()]

    def _other_chains(self) -> list[str]:
        """Tell equal DiffIDs on other layers below."""
        chains: dict[str, dict[str, None]] = {}
        for entry in filter(None, chain.from_iterable(self.rows)):
            chains.setdefault(entry.diff_id, {})[entry.chain_id] = None
        several = {diff_id: tuple(found) for diff_id, found in chains.items() if len(found) > 1}
        return [
            message("compare.other_chain", self.language,
                    marks=", ".join(self.marks[each] for each in found[:_MAX_CHAINS]),
                    id=short_id(printable(diff_id)),
                    chains=" ≠ ".join(short_id(printable(each)) for each in found[:_MAX_CHAINS]))
            for diff_id, found in list(several.items())[:_MAX_CHAINS]]


def _is_shared(row: Row) -> bool:
    """Whether two images have the same layer here, not only the same content."""
    counted = Counter(entry.chain_id for entry in row if entry)
    return any(number > 1 for number in counted.values())


def _filled(row: Row) -> tuple[bool, ...]:
    return tuple(entry is not None for entry in row)


def marks(rows: Sequence[Row]) -> dict[str, str]:
    """Return the mark of each ChainID that is not alone: a letter for its DiffID.

    The second ChainID of a DiffID has a dash at its letter, the third two.
    """
    entries = [entry for row in rows for entry in row if entry]
    often = Counter(entry.diff_id for entry in entries)
    chosen: dict[str, str] = {}
    found: dict[str, str] = {}
    chains: Counter[str] = Counter()
    for entry in entries:
        if often[entry.diff_id] < 2 or entry.chain_id in found:
            continue
        if entry.diff_id not in chosen:
            chosen[entry.diff_id] = letters(len(chosen))
        found[entry.chain_id] = chosen[entry.diff_id] + "′" * min(chains[entry.diff_id], 9)
        chains[entry.diff_id] += 1
    return found
