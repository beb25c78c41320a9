"""The layer map as a value: names → images → layers ← containers, of one state or of two.

What is drawn and how each part is marked is decided here, once; pictures and texts only say it.
"""

from imagelab.views.map.draw_up import MAX_ENTRIES, layer_map
from imagelab.views.map.nodes import (
    ContainerNode,
    Edge,
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Node,
    Reason,
    name_key,
)

__all__ = [
    "MAX_ENTRIES", "ContainerNode", "Edge", "FoldNode", "ImageNode", "LayerNode", "Map", "Mark",
    "NameNode", "Node", "Reason", "layer_map", "name_key",
]
