"""The layer map as Graphviz source.

Renderers disagree about the width of text, of Korean above all, and the browser may use another
font than any of them. So every box has its width given, wide enough for the widest usual font,
text that would not fit is cut, and every line starts or ends at a fixed place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from imagelab.messages import text
from imagelab.model.image import short_id
from imagelab.views import words
from imagelab.views.map import (
    ContainerNode,
    Edge,
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Node,
)

FONT = "Arial,DejaVu Sans,NanumGothic,Noto Sans CJK KR,sans-serif"
BACKGROUND = "#FFFFFF"
INK = "#1B2733"
FAINT = "#4A5763"
LINE = "#5B6875"
#: Colours that the usual kinds of colour blindness tell apart, dark enough for text on white.
_COLOURS = {
    Mark.KEPT: LINE, Mark.NEW: "#005F99", Mark.UNTAGGED: "#8A3B7E", Mark.DELETED: "#A63D00",
    Mark.MOVED: "#005F99", Mark.DANGLING: "#7A5200",
}
_STYLES = {
    Mark.KEPT: "solid", Mark.NEW: "bold", Mark.UNTAGGED: "dashed", Mark.DELETED: "dashed",
    Mark.MOVED: "bold", Mark.DANGLING: "dotted",
}
_WIDTHS = {
    Mark.KEPT: 1.0, Mark.NEW: 2.6, Mark.UNTAGGED: 1.6, Mark.DELETED: 1.6, Mark.MOVED: 2.6,
    Mark.DANGLING: 2.0,
}
_FILLS = {
    NameNode: "#FFF6D5", ImageNode: "#DDEBF9", LayerNode: "#F0EFEA", FoldNode: "#F7F7F4",
    ContainerNode: "#E0F2E6",
}
#: Widest box text by kind, in points.
_MAX_TEXT = {NameNode: 150.0, ImageNode: 212.0, LayerNode: 220.0, FoldNode: 220.0,
             ContainerNode: 190.0}
_MIN_TEXT = 80.0
_LARGE, _SMALL = 10.5, 8.5
_PADDING = 8.0
_GAP = 12.0
_POINTS = 72.0


@dataclass(frozen=True)
class _Line:
    """A line of a box: text at the left and at the right edge."""

    left: str
    right: str = ""
    large: bool = False
    bold: bool = False
    colour: str = FAINT

    @property
    def font_size(self) -> float:
        return _LARGE if self.large else _SMALL

    @property
    def height(self) -> float:
        return round(self.font_size * 1.5)

    @property
    def width(self) -> float:
        gap = _GAP if self.right else 0
        return self._width(self.left) + gap + self._width(self.right)

    def _width(self, part: str) -> float:
        return text_width(part, self.font_size, self.bold)


def dot(drawing: Map, language: str, caption: str = "") -> str:
    """Return DOT source of a map.

    Args:
        drawing: the map.
        language: of its texts.
        caption: what the picture is about, above it.
    """
    lines = {node.key: _lines(node, language) for node in drawing.nodes}
    widths = _box_widths(drawing.nodes, lines)
    ids = {node.key: f"n{at}" for at, node in enumerate(drawing.nodes)}
    out = ["digraph map {", *_settings(drawing, language, caption)]
    out += [_box(node, ids[node.key], lines[node.key], widths[node.key])
            for node in _left_to_right(drawing)]
    out += [_arrow(edge, ids) for edge in drawing.edges]
    return "\n".join([*out, "}", ""])


def _left_to_right(drawing: Map) -> list[Node]:
    """Order the nodes so that dot puts images left of the layers and containers right of them.

    It leaves what comes first to the left. Names draw their images along; those without one
    have to come before the layers.
    """
    named = {edge.head for edge in drawing.edges if edge.kind == "name"}
    nameless = [each for each in drawing.images if each.key not in named]
    rest = [each for each in drawing.images if each.key in named]
    return [*drawing.names, *nameless, *drawing.layers, *rest, *drawing.containers]


def text_width(data: str, font_size: float, bold: bool = False) -> float:
    """Estimate the width of text in points, on the wide side for usual fonts."""
    em = sum(map(_em, data))
    return em * font_size * (1.1 if bold else 1.0)


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WFA":
        return 1.0 if char <= "\uffff" else 1.35
    if char in "mwMW@%&":
        return 1.0
    if char in "iljtfI.,:;'|!()[]{}/ ":
        return 0.42
    return 0.84 if char in "+<=>~#^" or char.isupper() else 0.64


def fit(data: str, room: float, font_size: float, bold: bool = False) -> str:
    """Cut text to a width in points; what is left out is in the middle, as ends tell apart."""
    if text_width(data, font_size, bold) <= room:
        return data
    keep = min(len(data), int(room / font_size * 4))
    while keep > 1:
        keep -= 1
        tail = keep * 2 // 5
        short = f"{data[: keep - tail]}…{data[len(data) - tail :]}"
        if text_width(short, font_size, bold) <= room:
            return short
    return "…"


def escape(data: str) -> str:
    """Escape text for a place inside an HTML-like label; printable text only."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        data = data.replace(char, entity)
    return data


# --- what the boxes say --------------------------------------------------------------------


def _lines(node: Node, language: str) -> list[_Line]:
    lines = _describe(node, language)
    if node.mark is not Mark.KEPT:
        said = words.mark(node.mark, language)
        lines.append(_Line(said, bold=True, colour=_COLOURS[node.mark]))
    if isinstance(node, ImageNode | LayerNode) and node.reasons:
        lines += [_Line(said, bold=True, colour=INK)
                  for said in words.reasons(node.reasons, language)]
    return lines


def _describe(node: Node, language: str) -> list[_Line]:
    if isinstance(node, NameNode):
        name = words.short_digests(words.printable(node.text))
        lines = [_Line(name, large=True, bold=True, colour=INK)]
        return lines + ([_Line(f"@{words.short_digests(node.digest)}")] if node.digest else [])
    if isinstance(node, ImageNode):
        return _describe_image(node, language)
    if isinstance(node, LayerNode):
        return _describe_layer(node, language)
    if isinstance(node, FoldNode):
        title = text("map.folded", language, count=node.layers)
        return [_Line(f"⋮ {title}", words.size(node.size), colour=INK)]
    return _describe_container(node, language)


def _describe_image(image: ImageNode, language: str) -> list[_Line]:
    title = text("map.image", language, id=short_id(image.id))
    lines = [_Line(title, words.size(image.size), large=True, bold=True, colour=INK)]
    lines += [_Line(signature) for signature in words.signature(image)]
    lines.append(_Line(words.counts(image, language)))
    if (nameless := words.nameless(image, language)) and image.mark is not Mark.DELETED:
        lines.append(_Line(nameless, bold=True, colour=INK))
    return lines


def _describe_layer(layer: LayerNode, language: str) -> list[_Line]:
    title = text("map.layer", language, id=short_id(words.printable(layer.diff_id)))
    lines = [_Line(title, words.size(layer.size), large=True, colour=INK)]
    shared = words.sharing(layer, language)
    command = words.command(layer.command)
    if committed := words.committed(layer):
        lines.append(_Line(committed, bold=True, colour=INK))
    if not layer.files:
        return [*lines, _Line(command, shared)]
    return [*lines, _Line(command), _files(layer, language, shared)]


def _describe_container(container: ContainerNode, language: str) -> list[_Line]:
    origin = text("map.made_from", language, image=words.printable(container.image))
    title = text("map.container", language, id=short_id(container.id))
    return [
        _Line(words.printable(container.name), large=True, bold=True, colour=INK),
        _Line(words.status(container, language), bold=True, colour=INK),
        _Line(title),
        _Line(origin),
        _Line(words.writable(container, language)),
        *([_files(container, language)] if container.files else []),
    ]


def _files(node: LayerNode | ContainerNode, language: str, right: str = "") -> _Line:
    """Return a line that names as many files as fit, at least one, shortened if need be."""
    room = _MAX_TEXT[type(node)]
    for limit in range(words.MAX_FILES, 0, -1):
        line = _Line(words.files(node.files, language, limit), right, colour=INK)
        if line.width <= room:
            return line
    one = words.files(node.files[:1], language)
    more = line.left.removeprefix(one)
    taken = replace(line, left=more).width
    return replace(line, left=fit(one, room - taken, line.font_size) + more)


# --- DOT -----------------------------------------------------------------------------------


def _settings(drawing: Map, language: str, caption: str) -> list[str]:
    heading = _table(_heading(drawing, language, caption), 0)
    return [
        f'graph [bgcolor="{BACKGROUND}" fontname="{FONT}" labelloc=t labeljust=l nodesep=0.16 '
        f"ranksep=0.24 pad=0.15 label={heading}];",
        f'node [shape=box fixedsize=true margin=0 fontname="{FONT}"];',
        f'edge [color="{LINE}" arrowsize=0.7];',
    ]


def _heading(drawing: Map, language: str, caption: str) -> list[_Line]:
    lines = []
    if caption:
        lines.append(_Line(words.printable(caption), large=True, bold=True, colour=INK))
    summary = f"{words.title(drawing, language)} · {words.disk(drawing, language)}"
    if not drawing.images:
        summary = text("map.empty", language)
    lines.append(_Line(summary, large=not caption, bold=not caption, colour=INK))
    if parts := words.parts(drawing, language):
        lines.append(_Line(parts, colour=INK))
    if legend := _legend(drawing, language):
        lines.append(_Line(legend))
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


def _box_widths(nodes: Sequence[Node], lines: dict[str, list[_Line]]) -> dict[str, float]:
    """Return the room for text in each box; layers are all as wide as the widest of them."""
    widths = {}
    for node in nodes:
        widest = max(line.width for line in lines[node.key])
        widths[node.key] = min(max(widest, _MIN_TEXT), _MAX_TEXT[type(node)])
    bricks = [node.key for node in nodes if isinstance(node, LayerNode | FoldNode)]
    widest = max((widths[key] for key in bricks), default=0.0)
    return widths | dict.fromkeys(bricks, widest)


def _box(node: Node, identifier: str, lines: list[_Line], width: float) -> str:
    kind = type(node).__name__.removesuffix("Node").lower()
    styles = ["filled", _STYLES[node.mark]]
    if isinstance(node, NameNode):
        styles.append("rounded")
    attributes = {
        "id": identifier,
        "class": f"{kind} {node.mark.value}",
        "style": ",".join(styles),
        "fillcolor": BACKGROUND if node.mark is Mark.DELETED else _FILLS[type(node)],
        "color": _COLOURS[node.mark],
        "penwidth": f"{_WIDTHS[node.mark]:g}",
        "width": f"{(width + 2 * _PADDING) / _POINTS:.3f}",
        "height": f"{(sum(line.height for line in lines) + _PADDING) / _POINTS:.3f}",
        "group": "layers" if isinstance(node, LayerNode | FoldNode) else "",
    }
    listed = " ".join(f'{key}="{value}"' for key, value in attributes.items() if value)
    return f"{identifier} [{listed} label={_table(lines, width)}];"


def _table(lines: Sequence[_Line], width: float) -> str:
    """Return lines as an HTML-like label, as wide as given or as they need."""
    width = width or max(line.width for line in lines)
    rows = "".join(_row(line, width) for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'


def _row(line: _Line, width: float) -> str:
    right = line._width(line.right) if line.right else 0.0
    # Adding and taking away widths may leave a hair less than the text was measured to need.
    room = width - right - (_GAP if line.right else 0) + 0.01
    left = fit(line.left, room, line.font_size, line.bold)
    cells = [_cell(line, left, width - right, "LEFT")]
    if line.right:
        cells.append(_cell(line, line.right, right, "RIGHT"))
    # A table of its own: the columns of different rows have nothing to do with each other.
    inner = (f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
             f'{"".join(cells)}</TR></TABLE>')
    return f"<TR><TD>{inner}</TD></TR>"


def _cell(line: _Line, said: str, width: float, side: str) -> str:
    words_ = escape(said) or " "
    if line.bold:
        words_ = f"<B>{words_}</B>"
    font = f'<FONT POINT-SIZE="{line.font_size:g}" COLOR="{line.colour}">{words_}</FONT>'
    return (f'<TD FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{line.height:.0f}" '
            f'ALIGN="{side}" BALIGN="{side}">{font}<BR ALIGN="{side}"/></TD>')


def _arrow(edge: Edge, ids: dict[str, str]) -> str:
    attributes = {"class": f"{edge.kind} {edge.mark.value}"}
    if edge.mark is not Mark.KEPT:
        attributes |= {"color": _COLOURS[edge.mark], "style": _STYLES[edge.mark],
                       "penwidth": f"{_WIDTHS[edge.mark]:g}"}
    if edge.kind == "on":
        attributes |= {"arrowhead": "none", "weight": "20"}
        attributes.setdefault("penwidth", "3")
    if edge.kind == "parent":
        attributes |= {"constraint": "false", "arrowhead": "vee", "style": "dotted",
                       "penwidth": "1.2"}
    if edge.kind == "commit":
        attributes |= {"constraint": "false", "arrowhead": "odiamond"}
    listed = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"{ids[edge.tail]} -> {ids[edge.head]} [{listed}];"
