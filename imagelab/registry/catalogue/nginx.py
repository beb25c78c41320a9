"""The layers of ``nginx``, on Debian and on Alpine."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue import alpine_3_21, debian_12
from imagelab.registry.catalogue.service_layer import Layers, account, layer, layers

_BUILT = parse_time("2025-05-20T12:00:00Z")
_HOME = "/var/cache/nginx"


def server() -> Changes:
    """Return nginx, its configuration and its user on Debian."""
    user = account(debian_12.slim(), "nginx", 101, home=_HOME, when=_BUILT)
    return {**layer("nginx-1.27", "texts", "server"), **user}


def alpine_server() -> Changes:
    """Return nginx, its configuration and its user on Alpine."""
    user = account(alpine_3_21.rootfs(), "nginx", 101, home=_HOME, shell="/sbin/nologin",
                   when=_BUILT)
    return {**layer("nginx-1.27-alpine", "texts", "server"), **user}


LAYERS: Layers = {
    "nginx-1.27/server": server,
    **layers("nginx-1.27", "docker-entrypoint.sh", "10-listen-on-ipv6-by-default.sh",
             "15-local-resolvers.envsh", "20-envsubst-on-templates.sh",
             "30-tune-worker-processes.sh"),
    "nginx-1.27-alpine/server": alpine_server,
    **layers("nginx-1.27-alpine", "modules"),
}
