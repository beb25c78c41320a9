"""The layers of ``mysql``, which stands on Oracle Linux."""

from __future__ import annotations

from functools import partial

from imagelab.formats.gotime import parse_time
from imagelab.model.node import Changes
from imagelab.registry.catalogue.service_layer import Layers, account, layer, layers

_BUILT = parse_time("2025-05-20T12:00:00Z")


def user(base: str) -> Changes:
    """Return the user ``mysql`` on a base system."""
    return account(layer(base, "rootfs"), "mysql", 999, home="/var/lib/mysql", shell="/bin/bash",
                   when=_BUILT)


LAYERS: Layers = {
    **layers("oraclelinux-7", "rootfs"),
    **layers("oraclelinux-9", "rootfs"),
    "mysql-5.7/user": partial(user, "oraclelinux-7"),
    "mysql-8.0/user": partial(user, "oraclelinux-9"),
    **layers("mysql-5.7", "server"),
    **layers("mysql-8.0", "gosu", "tools", "server", "shell", "entrypoint"),
    **layers("mysql-9.3", "server", "shell"),
}
