"""The layer map without IDs: of two labs that came to the same by other commands."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.image import short_id
from imagelab.views.map import ContainerNode, FoldNode, LayerNode, Map


def without_ids(drawing: Map) -> Map:
    """Return a map that shows no image, layer or container by its ID.

    IDs tell of the time at which a command ran. Where somebody is to see whether two labs are
    built alike, they would say that everything differs.
    """
    return replace(
        drawing,
        names=tuple(replace(each, digest="") for each in drawing.names),
        images=tuple(replace(each, id="") for each in drawing.images),
        layers=tuple(map(_layer, drawing.layers)),
        containers=tuple(map(_container, drawing.containers)))


def _layer(node: LayerNode | FoldNode) -> LayerNode | FoldNode:
    return node if isinstance(node, FoldNode) else replace(node, diff_id="")


def _container(node: ContainerNode) -> ContainerNode:
    nameless = node.image == short_id(node.image_id)
    return replace(node, id="", image="<none>" if nameless else node.image)
