"""The layers of ``httpd``."""

from __future__ import annotations

from imagelab.registry.catalogue.service_layer import layers

LAYERS = layers("httpd-2.4", "prefix", "libraries", "server", "foreground")
