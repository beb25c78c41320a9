"""``docker create``: a container out of an image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine import links
from imagelab.engine.endpoints import with_endpoints
from imagelab.engine.events import container_event, volume_event
from imagelab.engine.host_checks import check_host_config
from imagelab.engine.host_settings import settled
from imagelab.engine.lookup import find_image
from imagelab.engine.names import random_name
from imagelab.engine.networks import HOST_NAME
from imagelab.engine.platforms import read_platform
from imagelab.engine.rootfs import first_mounts, with_working_directory
from imagelab.engine.unsimulated import check_endpoints, check_simulated
from imagelab.engine.volumes import mount_volumes, volumes_of
from imagelab.formats.gopath import clean
from imagelab.model.config import Config
from imagelab.model.container import Container, HostConfig
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, Conflict, NotFound, Outcome
from imagelab.model.state import State

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def create(
    state: State, config: Config, *, identifier: str, now: int, name: str = "",
    host_config: HostConfig | None = None, endpoints: Mapping[str, Any] | None = None,
    platform: str = "", from_scratch: bool = False, host_folders: bool = False,
) -> Outcome[str]:
    """Make a container and return its ID.

    Args:
        state: the lab.
        config: what the user asked for; ``image`` names the image, and whatever is left open
            comes from that image's configuration.
        identifier: the new container's ID, 64 hexadecimal digits.
        now: its time of creation.
        name: its name; empty for a random one.
        host_config: see there.
        endpoints: its places in networks, by name, as ``EndpointsConfig`` of the Engine API.
        platform: what the image must be for, as ``linux/amd64``; empty for whatever it is.
        from_scratch: whether it has no image, as in a build ``FROM scratch``.
        host_folders: see :func:`imagelab.engine.unsimulated.check_simulated`.

    Raises:
        NotFound: there is no such image, or it is for another platform.
        Conflict: the name is taken.
        BadRequest: name, command, working directory, a setting or a volume cannot be.
        Unsimulated: the lab does not follow a setting.
    """
    wanted = read_platform(platform) if platform else ""
    if config.working_dir and not config.working_dir.startswith("/"):
        raise BadRequest(f"the working directory '{config.working_dir}' is invalid, "
                         "it needs to be an absolute path")
    host_config = host_config or HostConfig()
    check_host_config(host_config, config)
    check_simulated(host_config, host_folders=host_folders)
    check_endpoints(endpoints or {})
    host_config = links.registered(state, settled(host_config))
    image = find_image(state, config.image) if config.image and not from_scratch else None
    if image and wanted:
        _check_platform(config.image, image, wanted)
    merged = merge(config, image.config) if image else config
    shares_host = "host" in (host_config.network_mode, host_config.settings.get("UTSMode"))
    usual_name = HOST_NAME if shares_host else identifier[:12]
    merged = replace(merged, hostname=merged.hostname or usual_name)
    if merged.entrypoint == ("",):  # ``--entrypoint ""``: neither the image's nor its command
        merged = replace(merged, entrypoint=None)
    if not merged.entrypoint and not merged.cmd:
        raise BadRequest("No command specified")
    is_anonymous = not name
    if name:
        check_name(name)
    name = name.removeprefix("/") or random_name(identifier, taken_names(state))
    check_free(state, name)
    if merged.working_dir:
        merged = replace(merged, working_dir=clean(merged.working_dir))
    container = Container(
        id=identifier, name=name, image_id=image.id if image else "", config=merged, created=now,
        host_config=host_config, layer=state.layer_of(image) if image else None,
        mounts=first_mounts(identifier, merged, host_config, now), anonymous=is_anonymous,
    )
    container = with_endpoints(state, container, endpoints or {})
    state, container = mount_volumes(state, container, now)
    container = with_working_directory(container, now)
    # The daemon tells of a volume that is there already as if it made it.
    events = [volume_event(each, "create", now) for each in volumes_of(container).values()]
    events.append(container_event(container, "create", now))
    return Outcome(state.with_container(container), container.id, tuple(events))


def _check_platform(name: str, image: Image, wanted: str) -> None:
    own = f"{image.json.get('os') or 'linux'}/{image.json.get('architecture') or 'amd64'}"
    variant = str(image.json.get("variant") or "")
    given, _, given_variant = wanted.partition("/")[2].partition("/")
    matches = f"{wanted.partition('/')[0]}/{given}" == own
    if not matches or (variant and given_variant and variant != given_variant):
        own = f"{own}/{variant}" if variant else own
        raise NotFound(f"image with reference {name} was found but does not match the specified "
                       f"platform: wanted {wanted}, actual: {own}")


def check_name(name: str) -> None:
    """Refuse a name that a container cannot have.

    Raises:
        BadRequest: in the daemon's words (case ``container-05``).
    """
    if not _NAME.fullmatch(name.removeprefix("/")):
        raise BadRequest(
            f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")


def check_free(state: State, name: str) -> None:
    """Refuse a name that another container has.

    Raises:
        Conflict: in the daemon's words (case ``container-02``).
    """
    for other in state.containers.values():
        if other.name == name:
            raise Conflict(
                f'Conflict. The container name "/{name}" is already in use by container '
                f'"{other.id}". You have to remove (or rename) that container to be able to '
                "reuse that name.")


def taken_names(state: State) -> frozenset[str]:
    """Return the names of all containers."""
    return frozenset(container.name for container in state.containers.values())


def merge(config: Config, image: Config) -> Config:
    """Fill what a user left open from an image's configuration, as the daemon does.

    An entrypoint of one's own drops the image's command (case ``commit-06``); the user's
    variables stand before the image's (case ``commit-22``).
    """
    entrypoint, cmd = config.entrypoint, config.cmd
    if not entrypoint:
        cmd = cmd or image.cmd
        entrypoint = image.entrypoint if entrypoint is None else entrypoint
    return replace(
        config,
        user=config.user or image.user,
        exposed_ports=_merged(config.exposed_ports, image.exposed_ports),
        env=_merged_env(config.env, image.env),
        cmd=cmd,
        entrypoint=entrypoint or None,
        healthcheck=_merged_healthcheck(config.healthcheck, image.healthcheck),
        volumes=_merged(config.volumes, image.volumes),
        working_dir=config.working_dir or image.working_dir,
        on_build=config.on_build,
        labels=_merged(config.labels, image.labels) or {},
        stop_signal=config.stop_signal or image.stop_signal,
    )


def _merged(own: Mapping[str, Any] | None, image: Mapping[str, Any] | None) -> Any:
    return {**(image or {}), **(own or {})} or own


def _merged_healthcheck(
    own: Mapping[str, Any] | None, image: Mapping[str, Any] | None,
) -> Mapping[str, Any] | None:
    """Fill what a health check leaves open from an image's, setting by setting."""
    if own is None or image is None:
        return image if own is None else own
    keys = ("Test", "Interval", "Timeout", "StartPeriod", "Retries")
    merged = {key: own.get(key) or image.get(key) for key in keys}
    return {key: value for key, value in merged.items() if value}


def _merged_env(
    own: tuple[str, ...] | None, image: tuple[str, ...] | None,
) -> tuple[str, ...] | None:
    keys = {entry.partition("=")[0] for entry in own or ()}
    rest = [entry for entry in image or () if entry.partition("=")[0] not in keys]
    return (*(own or ()), *rest) or own
