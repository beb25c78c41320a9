"""The layers of ``redis``, on Debian and on Alpine."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue import alpine_3_21, debian_12
from imagelab.registry.catalogue.service_layer import Layers, account, layers

_BUILT = parse_time("2025-05-20T12:00:00Z")


def user() -> Changes:
    """Return the user ``redis`` on Debian."""
    return account(debian_12.slim(), "redis", 999, when=_BUILT)


def alpine_user() -> Changes:
    """Return the user ``redis`` on Alpine."""
    return account(alpine_3_21.rootfs(), "redis", 999, group=1000, shell="/sbin/nologin",
                   when=_BUILT)


LAYERS: Layers = {
    "redis-7.4/user": user,
    **layers("redis-7.4", "gosu", "server", "data", "entrypoint"),
    "redis-7.4-alpine/user": alpine_user,
    **layers("redis-7.4-alpine", "tzdata", "server", "data"),
}
