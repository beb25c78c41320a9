"""The layers that people of the community put on official images; some have flaws that teach."""

from __future__ import annotations

from imagelab.formats.gotime import parse_time
from imagelab.model.node import WHITEOUT, Changes, directory
from imagelab.registry.catalogue.service_layer import Layers, layer, layers

_CLEANED = parse_time("2024-11-20T12:00:05Z")


def ubuntu_nginx() -> Changes:
    """Return nginx on Ubuntu: the configuration of the official image, a program of its own."""
    return {**layer("nginx-1.27", "texts"), **layer("community", "ubuntu-nginx")}


def cleanup() -> Changes:
    """Return the removal of what the layer below has downloaded."""
    return {"opt": directory(0o755, _CLEANED), "opt/download.tar": WHITEOUT}


LAYERS: Layers = {
    "community/ubuntu-nginx": ubuntu_nginx,
    "community/cleanup": cleanup,
    **layers("community", "sshd", "korean", "old", "download", "volume-test", "start", "whoami",
             "site", "notebook", "report", "tools", "app", "sample", "small", "httpd-site",
             "hello-korean", "notes"),
}
