"""What the catalogue's layers change."""

from __future__ import annotations

from imagelab.formats.layer_content import LayerTar
from imagelab.model.node import Changes
from imagelab.registry.remote import RemoteLayer


def changes_of(layer: RemoteLayer) -> Changes:
    """Return what a layer of the catalogue changes."""
    tar = layer.content()
    assert isinstance(tar, LayerTar)
    return tar.changes
