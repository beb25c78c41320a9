"""The layers of ``registry``, which serves images out of a container, on Alpine."""

from __future__ import annotations

from imagelab.registry.catalogue.service_layer import Layers, layers

LAYERS: Layers = layers("registry-2.8", "certificates", "registry", "config", "entrypoint")
