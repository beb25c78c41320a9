"""The layers of ``python``: on the build tools, on slim Debian and on Alpine."""

from __future__ import annotations

from imagelab.registry.catalogue.service_layer import Layers, layers

LAYERS: Layers = {
    **layers("python-3.12", "libraries", "python", "links"),
    **layers("python-3.12-slim", "libraries", "python"),
    **layers("python-3.12-alpine", "libraries", "python"),
    **layers("python-3.13", "python", "links"),
}
