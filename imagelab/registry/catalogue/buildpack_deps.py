"""The layers that the full images of languages share: tools to fetch, to version and to build."""

from __future__ import annotations

from imagelab.registry.catalogue.service_layer import layers

LAYERS = layers("buildpack-deps", "curl", "scm", "dev")
