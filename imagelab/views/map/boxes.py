"""What the boxes of the layer map say, line by line, and what stands above them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imagelab.messages import text
from imagelab.views import words
from imagelab.views.ink import FAINT, INK, LINE, fit, text_width
from imagelab.views.map import (
    ContainerNode,
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Node,
)

#: Colours that the usual kinds of colour blindness tell apart, dark enough for text on white.
COLOURS = {
    Mark.KEPT: LINE, Mark.NEW: "#005F99", Mark.UNTAGGED: "#8A3B7E", Mark.DELETED: "#A63D00",
    Mark.MOVED: "#005F99", Mark.DANGLING: "#7A5200",
}
#: Widest box text by kind, in points.
MAX_TEXT = {NameNode: 150.0, ImageNode: 212.0, LayerNode: 220.0, FoldNode: 220.0,
             ContainerNode: 190.0}
_LARGE, _SMALL = 10.5, 8.5
#: Points between the text at the left and the one at the right.
GAP = 12.0


@dataclass(frozen=True)
class Line:
    """A line of a box: text at the left and at the right edge."""

    left: str
    right: str = ""
    large: bool = False
    bold: bool = False
    colour: str = FAINT

    @property
    def font_size(self) -> float:
        """In points."""
        return _LARGE if self.large else _SMALL

    @property
    def height(self) -> float:
        """In points."""
        return round(self.font_size * 1.5)

    @property
    def width(self) -> float:
        """In points, as estimated."""
        gap = GAP if self.right else 0
        return self.width_of(self.left) + gap + self.width_of(self.right)

    def width_of(self, part: str) -> float:
        """Return the width of a text in this line's font."""
        return text_width(part, self.font_size, self.bold)


def lines_of(node: Node, language: str) -> list[Line]:
    """Return what a box says."""
    lines = _describe(node, language)
    if node.mark is not Mark.KEPT:
        said = words.mark(node.mark, language)
        lines.append(Line(said, bold=True, colour=COLOURS[node.mark]))
    if isinstance(node, ImageNode | LayerNode) and node.reasons:
        lines += [Line(said, bold=True, colour=INK)
                  for said in words.reasons(node.reasons, language)]
    return lines


def _describe(node: Node, language: str) -> list[Line]:
    if isinstance(node, NameNode):
        name = words.short_digests(words.printable(node.text))
        lines = [Line(name, large=True, bold=True, colour=INK)]
        return lines + ([Line(f"@{words.short_digests(node.digest)}")] if node.digest else [])
    if isinstance(node, ImageNode):
        return _describe_image(node, language)
    if isinstance(node, LayerNode):
        return _describe_layer(node, language)
    if isinstance(node, FoldNode):
        first, *more = words.folded(node, language)
        weight = words.size(node.size) if node.size else ""
        return [Line(first, weight, colour=INK), *(Line(each, colour=INK) for each in more)]
    return _describe_container(node, language)


def _describe_image(image: ImageNode, language: str) -> list[Line]:
    title = words.called(image, language)
    lines = [Line(title, words.size(image.size), large=True, bold=True, colour=INK)]
    lines += [Line(signature) for signature in words.signature(image)]
    lines.append(Line(words.counts(image, language)))
    if (nameless := words.nameless(image, language)) and image.mark is not Mark.DELETED:
        lines.append(Line(nameless, bold=True, colour=INK))
    return lines


def _describe_layer(layer: LayerNode, language: str) -> list[Line]:
    lines = [Line(words.called(layer, language), words.size(layer.size), large=True, colour=INK)]
    shared = words.sharing(layer, language)
    counted = words.references(layer, language) if layer.mark is not Mark.DELETED else ""
    command = words.command(layer.command)
    if committed := words.committed(layer):
        lines.append(Line(committed, bold=True, colour=INK))
    last = _files(layer, language, shared) if layer.files else Line(shared)
    return [*lines, Line(command, counted), last]


def _describe_container(container: ContainerNode, language: str) -> list[Line]:
    origin = text("map.made_from", language, image=words.printable(container.image))
    return [
        Line(words.printable(container.name), large=True, bold=True, colour=INK),
        Line(words.status(container, language), bold=True, colour=INK),
        Line(words.called(container, language)),
        Line(origin),
        Line(words.writable(container, language)),
        *([_files(container, language)] if container.files else []),
    ]


def _files(node: LayerNode | ContainerNode, language: str, right: str = "") -> Line:
    """Return a line that names as many files as fit, at least one, shortened if need be."""
    room = MAX_TEXT[type(node)]
    for limit in range(words.MAX_FILES, 0, -1):
        line = Line(words.files(node.files, language, limit), right, colour=INK)
        if line.width <= room:
            return line
    one = words.files(node.files[:1], language)
    more = line.left.removeprefix(one)
    taken = replace(line, left=more).width
    return replace(line, left=fit(one, room - taken, line.font_size) + more)


def heading(drawing: Map, language: str, caption: str = "") -> list[Line]:
    """Return what stands above a map: what it is about, counts and sizes, the legend."""
    lines = []
    if caption:
        lines.append(Line(words.printable(caption), large=True, bold=True, colour=INK))
    summary = f"{words.title(drawing, language)} · {words.disk(drawing, language)}"
    if not drawing.images:
        summary = text("map.empty", language)
    lines.append(Line(summary, large=not caption, bold=not caption, colour=INK))
    if parts := words.parts(drawing, language):
        lines.append(Line(parts, colour=INK))
    if legend := _legend(drawing, language):
        lines.append(Line(legend))
    return lines


def _legend(drawing: Map, language: str) -> str:
    """Explain the line styles that occur."""
    lines = {Mark.NEW: "bold", Mark.MOVED: "bold", Mark.UNTAGGED: "dashed",
             Mark.DELETED: "dashed", Mark.DANGLING: "dotted"}
    said: dict[str, list[str]] = {}
    for mark, style in lines.items():
        if mark in drawing.marks:
            said.setdefault(style, []).append(words.mark(mark, language))
    parts = [f"{text(f'map.line_{style}', language)}: {', '.join(marks)}"
             for style, marks in said.items()]
    if Mark.MOVED in drawing.marks:
        parts.append(text("map.line_before", language))
    if any(edge.kind == "parent" for edge in drawing.edges):
        parts.append(text("map.line_parent", language))
    if any(edge.kind == "commit" for edge in drawing.edges):
        parts.append(text("map.line_commit", language))
    return "   ".join(parts)
