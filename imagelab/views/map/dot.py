"""The layer map as Graphviz source.

Every box has its width given, and every line starts or ends at a fixed place: renderers disagree
about the width of text.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.views import words
from imagelab.views.ink import BACKGROUND, FONT, LINE, escape, fit
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
from imagelab.views.map.boxes import COLOURS, GAP, MAX_TEXT, Line, heading, lines_of

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
_MIN_TEXT = 80.0
#: More stacks of layers than these are drawn below each other.
MAX_STACKS = 4
_PADDING = 8.0
_POINTS = 72.0


def dot(drawing: Map, language: str, caption: str | None = "") -> str:
    """Return DOT source of a map.

    Args:
        drawing: the map.
        language: of its texts.
        caption: what the picture is about; it stands above, with counts, sizes and the legend.
            None for nothing above.
    """
    lines = {node.key: lines_of(node, language) for node in drawing.nodes}
    widths = _box_widths(drawing.nodes, lines)
    ids = {node.key: f"n{at}" for at, node in enumerate(drawing.nodes)}
    out = ["digraph map {", *_settings(drawing, language, caption)]
    out += [_box(node, ids[node.key], lines[node.key], widths[node.key])
            for node in _left_to_right(drawing)]
    wide = _is_wide(drawing)
    out += [_arrow(edge, ids, wide) for edge in drawing.edges]
    return "\n".join([*out, "}", ""])


def _left_to_right(drawing: Map) -> list[Node]:
    """Order the nodes so that dot puts images left of the layers and containers right of them.

    It leaves what comes first to the left. Names draw their images along; those without one
    have to come before the layers.
    """
    named = {edge.head for edge in drawing.edges if edge.kind == "name"}
    nameless = [each for each in drawing.images if each.key not in named]
    rest = [each for each in drawing.images if each.key in named]
    return [*drawing.names, *nameless, *drawing.layers, *rest, *drawing.containers,
            *drawing.folds]


def _settings(drawing: Map, language: str, caption: str | None) -> list[str]:
    label = ""
    if caption is not None:
        label = f" label={_table(heading(drawing, language, caption), 0)}"
    # Beside each other in columns, many images stand in a column that one can scroll.
    columns = " rankdir=LR" if _is_wide(drawing) else ""
    return [
        f'graph [bgcolor="{BACKGROUND}" fontname="{FONT}" labelloc=t labeljust=l nodesep=0.16 '
        f"ranksep=0.24 pad=0.15{columns}{label}];",
        f'node [shape=box fixedsize=true margin=0 fontname="{FONT}"];',
        f'edge [color="{LINE}" arrowsize=0.7];',
    ]


def _is_wide(drawing: Map) -> bool:
    """Whether more stacks of layers stand side by side than layers on each other."""
    heights: dict[str, int] = {}
    below = {edge.tail: edge.head for edge in drawing.edges if edge.kind == "on"}
    for layer in drawing.layers:
        heights[layer.key] = heights.get(below.get(layer.key, ""), 0) + 1
    tips = len(heights.keys() - set(below.values()))
    return tips > max(MAX_STACKS, *heights.values()) if heights else False


def _box_widths(nodes: Sequence[Node], lines: dict[str, list[Line]]) -> dict[str, float]:
    """Return the room for text in each box; layers are all as wide as the widest of them."""
    widths = {}
    for node in nodes:
        widest = max(line.width for line in lines[node.key])
        widths[node.key] = min(max(widest, _MIN_TEXT), MAX_TEXT[type(node)])
    bricks = [node.key for node in nodes if words.kind(node) == "layer"]
    widest = max((widths[key] for key in bricks), default=0.0)
    return widths | dict.fromkeys(bricks, widest)


def _box(node: Node, identifier: str, lines: list[Line], width: float) -> str:
    kind = type(node).__name__.removesuffix("Node").lower()
    styles = ["filled", _STYLES[node.mark]]
    if isinstance(node, NameNode):
        styles.append("rounded")
    attributes = {
        "id": identifier,
        "class": f"{kind} {node.mark.value}",
        "style": ",".join(styles),
        "fillcolor": BACKGROUND if node.mark is Mark.DELETED else _FILLS[type(node)],
        "color": COLOURS[node.mark],
        "penwidth": f"{_WIDTHS[node.mark]:g}",
        "width": f"{(width + 2 * _PADDING) / _POINTS:.3f}",
        "height": f"{(sum(line.height for line in lines) + _PADDING) / _POINTS:.3f}",
        "group": "layers" if words.kind(node) == "layer" else "",
    }
    listed = " ".join(f'{key}="{value}"' for key, value in attributes.items() if value)
    return f"{identifier} [{listed} label={_table(lines, width)}];"


def _table(lines: Sequence[Line], width: float) -> str:
    """Return lines as an HTML-like label, as wide as given or as they need."""
    width = width or max(line.width for line in lines)
    rows = "".join(_row(line, width) for line in lines)
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0">{rows}</TABLE>>'


def _row(line: Line, width: float) -> str:
    right = line.width_of(line.right) if line.right else 0.0
    # Adding and taking away widths may leave a hair less than the text was measured to need.
    room = width - right - (GAP if line.right else 0) + 0.01
    left = fit(line.left, room, line.font_size, line.bold)
    cells = [_cell(line, left, width - right, "LEFT")]
    if line.right:
        cells.append(_cell(line, line.right, right, "RIGHT"))
    # A table of its own: the columns of different rows have nothing to do with each other.
    inner = (f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"><TR>'
             f'{"".join(cells)}</TR></TABLE>')
    return f"<TR><TD>{inner}</TD></TR>"


def _cell(line: Line, said: str, width: float, side: str) -> str:
    words_ = escape(said) or " "
    if line.bold:
        words_ = f"<B>{words_}</B>"
    font = f'<FONT POINT-SIZE="{line.font_size:g}" COLOR="{line.colour}">{words_}</FONT>'
    return (f'<TD FIXEDSIZE="TRUE" WIDTH="{width:.0f}" HEIGHT="{line.height:.0f}" '
            f'ALIGN="{side}" BALIGN="{side}">{font}<BR ALIGN="{side}"/></TD>')


def _arrow(edge: Edge, ids: dict[str, str], wide: bool) -> str:
    attributes = {"class": f"{edge.kind} {edge.mark.value}"}
    if edge.mark is not Mark.KEPT:
        attributes |= {"color": COLOURS[edge.mark], "style": _STYLES[edge.mark],
                       "penwidth": f"{_WIDTHS[edge.mark]:g}"}
    if edge.kind == "on":
        attributes |= {"arrowhead": "none", "weight": "20"}
        attributes.setdefault("penwidth", "3")
    if edge.kind == "parent":
        attributes |= {"constraint": "false", "arrowhead": "vee", "style": "dotted",
                       "penwidth": "1.2"}
    if edge.kind == "commit":
        attributes |= {"constraint": "false", "arrowhead": "odiamond"}
    tail, head = ids[edge.tail], ids[edge.head]
    if wide and edge.kind == "writable":
        # Containers stand on the other side of the layers than images do.
        tail, head = head, tail
        attributes["dir"] = "back"
    listed = " ".join(f'{key}="{value}"' for key, value in attributes.items())
    return f"{tail} -> {head} [{listed}];"
