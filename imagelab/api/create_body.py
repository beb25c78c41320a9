"""The document of ``POST /containers/create``: what a container is to be."""

from __future__ import annotations

from typing import Any

from imagelab.api.fields import Document, flag, mapping, text, texts
from imagelab.model.config import Config
from imagelab.model.container import HostConfig, PortBinding, PortBindings
from imagelab.model.outcome import BadRequest

#: Keys of ``HostConfig`` that have a place of their own.
_OWN = frozenset({"AutoRemove", "NetworkMode", "RestartPolicy", "Binds", "PortBindings",
                  "PublishAllPorts"})


def wanted(body: Document) -> tuple[Config, HostConfig]:
    """Return what a client asks for.

    Raises:
        BadRequest: there is nothing in it, or a field is of a wrong kind.
    """
    if not body:
        raise BadRequest("Config cannot be empty in order to create a container")
    return Config.from_json(body), _host_config(mapping(body, "HostConfig"))


def _host_config(given: Document) -> HostConfig:
    policy = mapping(given, "RestartPolicy")
    settings: dict[str, Any] = {
        key: value for key, value in given.items() if key not in _OWN and value is not None}
    if policy.get("MaximumRetryCount"):
        settings["RestartPolicy"] = dict(policy)
    return HostConfig(
        auto_remove=flag(given, "AutoRemove"), network_mode=text(given, "NetworkMode") or "default",
        restart_policy=text(policy, "Name"), binds=texts(given, "Binds"),
        port_bindings=_port_bindings(mapping(given, "PortBindings")),
        publish_all_ports=flag(given, "PublishAllPorts"), settings=settings)


def _port_bindings(given: Document) -> PortBindings:
    return {
        port: tuple(PortBinding(text(each, "HostIp"), text(each, "HostPort"))
                    for each in bindings or [{}])
        for port, bindings in given.items()
    }
