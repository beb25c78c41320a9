"""The settings in ``HostConfig`` that the lab only keeps account of, as a daemon completes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine.host_document import without_defaults
from imagelab.engine.mounts import chosen
from imagelab.model.container import HostConfig


def settled(host_config: HostConfig) -> HostConfig:
    """Return a new container's settings with what engine 20.10 makes of those left open.

    What is as usual is left out. Swap is as large again as memory. With the host's IPC or all
    privileges no labels confine it, unless it was given its own; with all privileges no path is
    kept from it either.
    """
    settings = without_defaults({
        **host_config.settings, "LogConfig": _log_config(host_config.settings)})
    if settings.get("PidsLimit", 1) <= 0:
        del settings["PidsLimit"]
    if settings.get("Memory", 0) > 0 and not settings.get("MemorySwap"):
        settings["MemorySwap"] = 2 * settings["Memory"]
    privileged, options = settings.get("Privileged"), settings.get("SecurityOpt") or ()
    if (privileged or settings.get("IpcMode") == "host") and not any(
            each.partition("=")[0] == "label" for each in options):
        settings["SecurityOpt"] = [*options, "label=disable"]
    if privileged:
        settings |= {"MaskedPaths": None, "ReadonlyPaths": None}
    return replace(host_config, settings=settings)


def _log_config(settings: Mapping[str, Any]) -> dict[str, Any]:
    given = settings.get("LogConfig") or {}
    return {"Type": given.get("Type") or "json-file", "Config": given.get("Config") or {}}


def warnings(host_config: HostConfig) -> list[str]:
    """Return what there is to say of the settings of a container that is made all the same."""
    settings = host_config.settings
    said = []
    if settings.get("KernelMemory", 0) > 0:
        said.append("Specifying a kernel memory limit is deprecated and will be removed in a "
                    "future release.")
    if settings.get("OomKillDisable") and not settings.get("Memory"):
        said.append("OOM killer is disabled for the container, but no memory limit is set, this "
                    "can result in the system running out of resources.")
    if host_config.network_mode == "host" and host_config.port_bindings:
        said.append("Published ports are discarded when using host network mode")
    if settings.get("PidMode") == "host":
        said.append("imagelab: the container sees its own processes alone, whatever --pid says")
    said += [f"imagelab: {mount.folder} is a folder of the lab's own machine, empty at first, and "
             "not one of yours" for mount in chosen(host_config) if mount.folder]
    return said
