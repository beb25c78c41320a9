"""The layer map as plain text: the twin of the picture, and all there is without a renderer.

Every layer stands once, under the first image that has it; an image made from another one lists
what it adds and says on whose layers that lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.docker.table import display_width, ellipsis
from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.views import words
from imagelab.views.map import (
    ContainerNode,
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
)

#: Columns that a name, a container's name and the last column of the table may take.
MAX_NAME = 60
MAX_CONTAINER = 24
MAX_DETAIL = 42


@dataclass(frozen=True)
class _Row:
    """A line: a mark, and cells that line up with those of other lines, or one that need not."""

    mark: Mark
    cells: tuple[str, ...]


def text(drawing: Map, language: str, caption: str = "") -> str:
    """Return a map as text; the arguments are those of the picture.

    Lines begin with a mark's symbol, and a legend explains those that occur.
    """
    lines = [words.printable(caption)] if caption else []
    if not drawing.nodes:
        return "\n".join([*lines, message("map.empty", language)])
    lines += [words.title(drawing, language), words.disk(drawing, language)]
    lines += filter(None, (words.parts(drawing, language),))
    blocks = _Blocks(drawing, language).all()
    widths = _widths([row for block in blocks for row in block])
    for block in blocks:
        lines += ["", *(_line(row, widths) for row in block)]
    used = {row.mark for block in blocks for row in block} - {Mark.KEPT}
    if used:
        lines += ["", "   ".join(words.mark(mark, language) for mark in Mark if mark in used)]
    return "\n".join(lines)


def _widths(rows: Sequence[_Row]) -> list[int]:
    """Return the width of each column; a cell with nothing after it may be wider."""
    widths = [0] * max(len(row.cells) for row in rows)
    for row in rows:
        filled = [at for at, cell in enumerate(row.cells) if cell]
        for at in filled[:-1]:
            widths[at] = max(widths[at], display_width(row.cells[at]))
    return widths


def _line(row: _Row, widths: Sequence[int]) -> str:
    cells = [f"{cell}{' ' * (width - display_width(cell))}"
             for cell, width in zip(row.cells, widths, strict=False)]
    if len(cells) > 1:  # sizes stand at the right
        cells[1] = " " * (widths[1] - display_width(row.cells[1])) + row.cells[1]
    return f"{words.SYMBOLS[row.mark]} {'  '.join(cells)}".rstrip()


class _Blocks:
    """The lines of each image, and of what belongs to none."""

    def __init__(self, drawing: Map, language: str) -> None:
        self.drawing = drawing
        self.language = language
        self.below = {edge.tail: edge.head for edge in drawing.edges if edge.kind == "on"}
        self.top = {edge.tail: edge.head for edge in drawing.edges if edge.kind == "top"}
        self.layers = {node.key: node for node in drawing.layers}
        self.written: dict[str, str] = {}  # layers, each with the title of the image it is under

    def all(self) -> list[list[_Row]]:
        """Return the blocks, bases before what stands on them."""
        images = sorted(self.drawing.images, key=lambda image: len(self._stack(image)))
        blocks = [self._image(image) for image in images]
        keys = {image.key for image in images}
        rest = [self._layer(layer) for layer in reversed(self.drawing.layers)
                if layer.key not in self.written]
        rest += [self._container(each) for each in self.drawing.containers
                 if f"image {each.image_id}" not in keys]
        rest += [self._fold(each) for each in self.drawing.folds]
        return [*blocks, rest] if rest else blocks

    def _stack(self, image: ImageNode) -> list[str]:
        """Return the keys of an image's layers, the topmost first."""
        keys = []
        key = self.top.get(image.key, "")
        while key:
            keys.append(key)
            key = self.below.get(key, "")
        return keys

    def _image(self, image: ImageNode) -> list[_Row]:
        names = self._names(image)
        title = names[0].cells[0].partition(" ")[0] if names else short_id(image.id) or "<none>"
        said = [words.nameless(image, self.language), " · ".join(words.signature(image))]
        names += [_Row(Mark.KEPT, (ellipsis(line, MAX_NAME),)) for line in said if line]
        head = _Row(image.mark, (
            words.called(image, self.language), words.size(image.size),
            words.counts(image, self.language), ""))
        rows = self._own_layers(image, title)
        rows += [self._container(each) for each in self.drawing.containers
                 if f"image {each.image_id}" == image.key]
        rows += self._reasons(image)
        return [*names, head, *_branches(rows)]

    def _names(self, image: ImageNode) -> list[_Row]:
        named = {node.key: node for node in self.drawing.names}
        rows = []
        for edge in self.drawing.edges:
            if edge.kind == "name" and edge.head == image.key:
                node = named[edge.tail]
                digest = f" @{words.short_digests(node.digest)}" if node.digest else ""
                name = words.short_digests(words.printable(node.text))
                rows.append(_Row(edge.mark, (ellipsis(name, MAX_NAME) + digest,)))
        return rows

    def _own_layers(self, image: ImageNode, title: str) -> list[_Row]:
        """Return the layers down to the first one that another image has shown already."""
        rows = []
        for key in self._stack(image):
            layer = self.layers[key]
            if key in self.written:
                rows.append(_Row(Mark.KEPT, (self._standing_on(layer, self.written[key]),)))
                break
            self.written[key] = title
            rows.append(self._layer(layer))
            if isinstance(layer, LayerNode):
                rows += self._reasons(layer)
        return rows

    def _standing_on(self, layer: LayerNode | FoldNode, title: str) -> str:
        if isinstance(layer, LayerNode) and not layer.diff_id:
            return message("map.on_layers", self.language, image=title)
        return message("map.on_layer", self.language, image=title, id=_layer_id(layer))

    def _layer(self, layer: LayerNode | FoldNode) -> _Row:
        if isinstance(layer, FoldNode):
            return self._fold(layer)
        detail = self._files(layer) or words.command(layer.command)
        detail = "  ".join(filter(None, (detail, words.committed(layer))))
        return _Row(layer.mark, (
            words.called(layer, self.language), words.size(layer.size),
            words.sharing(layer, self.language), ellipsis(detail, MAX_DETAIL)))

    def _fold(self, fold: FoldNode) -> _Row:
        first, *more = words.folded(fold, self.language)
        weight = words.size(fold.size) if fold.size else ""
        return _Row(fold.mark, (first, weight, *more) if more else (first, weight, "", ""))

    def _container(self, container: ContainerNode) -> _Row:
        name = ellipsis(words.printable(container.name), MAX_CONTAINER)
        return _Row(container.mark, (
            message("map.container", self.language, id=name), words.size(container.size),
            words.status(container, self.language),
            ellipsis(self._files(container), MAX_DETAIL)))

    def _reasons(self, node: ImageNode | LayerNode) -> list[_Row]:
        return [_Row(Mark.KEPT, (said,)) for said in words.reasons(node.reasons, self.language)]

    def _files(self, node: LayerNode | ContainerNode) -> str:
        """Name as many files as fit, at least one if there are any."""
        said = ""
        for limit in range(words.MAX_FILES, 0, -1):
            said = words.files(node.files, self.language, limit)
            if display_width(said) <= MAX_DETAIL:
                break
        return said


def _layer_id(layer: LayerNode | FoldNode) -> str:
    return short_id(words.printable(layer.diff_id)) if isinstance(layer, LayerNode) else "⋮"


def _branches(rows: Sequence[_Row]) -> list[_Row]:
    """Draw the branches of a tree in front of the first cells."""
    return [
        _Row(row.mark, (("└─ " if at == len(rows) else "├─ ") + row.cells[0], *row.cells[1:]))
        for at, row in enumerate(rows, 1)]
