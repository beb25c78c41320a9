"""The document of ``POST /containers/create``: what a container is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.api.create_types import CONFIG, CREATE
from imagelab.api.go_types import read
from imagelab.model.config import Config
from imagelab.model.container import HostConfig, PortBinding, PortBindings
from imagelab.model.outcome import BadRequest

Document = Mapping[str, Any]

#: Keys of ``HostConfig`` that have a place of their own.
_OWN = frozenset({"AutoRemove", "NetworkMode", "RestartPolicy", "Binds", "PortBindings",
                  "PublishAllPorts"})


@dataclass(frozen=True)
class Wanted:
    """What a client asks for.

    Attributes:
        config: the container's configuration.
        host_config: what else it is given.
        endpoints: its places in networks, by name.
    """

    config: Config
    host_config: HostConfig
    endpoints: Mapping[str, Any]


def wanted(body: Any) -> Wanted:
    """Return what a client asks for.

    Raises:
        BadRequest: there is nothing in it.
        WrongKind: it is no document of this type.
    """
    given = read(CREATE, body)
    config = _config(given)
    if config is None:
        raise BadRequest("Config cannot be empty in order to create a container")
    networking = given.get("NetworkingConfig", {})
    return Wanted(config, host_config(given.get("HostConfig", {})),
                  networking.get("EndpointsConfig", {}))


def config_of(body: Any) -> Config | None:
    """Return the configuration in the document of ``POST /commit``; None if there is none.

    One whose fields are all ``null`` is one that says nothing, as on the daemon.

    Raises:
        WrongKind: it is no document of this type.
    """
    known = {name.lower() for name in CONFIG}
    config = _config(read(CREATE, body))
    return config or (Config() if any(name.lower() in known for name in body or ()) else None)


def _config(given: Document) -> Config | None:
    config = {key: value for key, value in given.items() if key in CONFIG}
    if not config:
        return None
    for name in ("Volumes", "ExposedPorts"):
        if not config.get(name):
            config.pop(name, None)
    return Config.from_json(config)


def host_config(given: Document) -> HostConfig:
    """Return a ``HostConfig`` that was read, whatever of it is left out."""
    settings = {key: value for key, value in given.items() if key not in _OWN}
    policy = given.get("RestartPolicy", {})
    if policy.get("MaximumRetryCount"):
        settings["RestartPolicy"] = policy
    ports = given.get("PortBindings")
    if ports is None:
        settings["PortBindings"] = None
    if given.get("Binds") == []:
        settings["Binds"] = []
    return HostConfig(
        auto_remove=given.get("AutoRemove", False),
        network_mode=given.get("NetworkMode") or "default",
        restart_policy=policy.get("Name", ""), binds=tuple(given.get("Binds", ())),
        port_bindings=_port_bindings(ports or {}),
        publish_all_ports=given.get("PublishAllPorts", False), settings=settings)


def _port_bindings(given: Document) -> PortBindings:
    return {
        port if "/" in port else f"{port}/tcp": tuple(
            PortBinding(each["HostIp"], each["HostPort"]) for each in bindings or ())
        for port, bindings in given.items()
    }
