"""The layers of ``node``: on the build tools, on slim Debian and on Alpine."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes, directory
from imagelab.registry.catalogue import alpine_3_21, debian_12
from imagelab.registry.catalogue.service_layer import Layers, account, layer, layers

_BUILT = parse_time("2025-05-20T12:00:00Z")


def user() -> Changes:
    """Return the user ``node`` on Debian, slim or not."""
    return {**account(debian_12.slim(), "node", 1000, home="/home/node", shell="/bin/bash",
                      when=_BUILT), **_home()}


def alpine_node() -> Changes:
    """Return node and its user on Alpine, which come in one layer."""
    return {**layer("node-20-alpine", "node"), **_home(),
            **account(alpine_3_21.rootfs(), "node", 1000, home="/home/node", shell="/bin/sh",
                      when=_BUILT)}


def _home() -> Changes:
    return {"home": directory(0o755, _BUILT),
            "home/node": directory(0o755, _BUILT, uid=1000, gid=1000)}


LAYERS: Layers = {
    "node-20/user": user,
    **layers("node-20", "node", "yarn", "entrypoint"),
    **layers("node-20-slim", "node"),
    "node-20-alpine/node": alpine_node,
    **layers("node-24", "node"),
}
