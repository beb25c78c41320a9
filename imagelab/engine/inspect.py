"""``docker inspect``: all that is known of an image or a container, as the Engine API gives it."""

from __future__ import annotations

from typing import Any

from imagelab.engine import host_document, links
from imagelab.engine.containers import root_size
from imagelab.engine.endpoints import has_joined
from imagelab.engine.images import image_size
from imagelab.engine.lookup import find_container, find_image
from imagelab.engine.network_settings import network_settings
from imagelab.engine.volumes import mount_points
from imagelab.formats.gotime import ZERO, format_time
from imagelab.model.config import Config
from imagelab.model.container import Container
from imagelab.model.layer import Layer
from imagelab.model.node import size_of
from imagelab.model.outcome import BadRequest, NotFound
from imagelab.model.state import State

_ROOT = "/var/lib/docker"


def inspect_image(state: State, name: str) -> dict[str, Any]:
    """Return an image as ``GET /images/…/json`` does (case ``commit-28``).

    Raises:
        NotFound: with both parts of the daemon's wording (case ``inspect-03``).
        BadRequest: the same for what is no name.
    """
    try:
        image = find_image(state, name)
    except NotFound as error:
        raise NotFound(f"no such image: {name}: {error.message}") from error
    except BadRequest as error:
        raise BadRequest(f"no such image: {name}: {error.message}") from error
    source = image.json
    references = state.references_of(image.id)
    size = image_size(state, image)
    entry: dict[str, Any] = {
        "Id": image.id,
        "RepoTags": [str(reference) for reference in references if reference.tag],
        "RepoDigests": [str(reference) for reference in references if reference.digest],
        "Parent": image.parent,
        "Comment": image.comment,
        "Created": image.created,
        "Container": str(source.get("container") or ""),
        "ContainerConfig": Config.from_json(source.get("container_config")).to_json(),
        "DockerVersion": str(source.get("docker_version") or ""),
        "Author": image.author,
        "Config": image.config.to_json() if source.get("config") is not None else None,
        "Architecture": str(source.get("architecture") or ""),
        "Os": str(source.get("os") or ""),
        "Size": size,
        "VirtualSize": size,
        "GraphDriver": _graph_driver(state.layer_of(image)),
        "RootFS": {"Type": "layers", "Layers": list(image.diff_ids)},
        "Metadata": {"LastTagTime": format_time(image.last_tag_time)},
    }
    if variant := source.get("variant"):
        entry["Variant"] = str(variant)
    if not image.diff_ids:
        entry["RootFS"] = {"Type": "layers"}
    return entry


def _graph_driver(layer: Layer | None) -> dict[str, Any]:
    """Return where the layers lie; the lab names their folders after their ChainIDs."""
    if layer is None:
        return {"Data": None, "Name": "overlay2"}
    folders = [f"{_ROOT}/overlay2/{each.chain_id.removeprefix('sha256:')}" for each in layer.stack]
    top, below = folders[-1], folders[-2::-1] if len(folders) > 1 else []
    data = {"LowerDir": ":".join(f"{each}/diff" for each in below)} if below else {}
    data |= {"MergedDir": f"{top}/merged", "UpperDir": f"{top}/diff", "WorkDir": f"{top}/work"}
    return {"Data": data, "Name": "overlay2"}


def inspect_container(state: State, name: str, *, size: bool = False) -> dict[str, Any]:
    """Return a container as ``GET /containers/…/json`` does.

    Raises:
        NotFound: there is no such container.
    """
    container = find_container(state, name)
    return {
        "Id": container.id,
        "Created": format_time(container.created),
        "Path": container.path,
        "Args": list(container.command[1:]),
        "State": _state(container),
        "Image": container.image_id,
        **_paths(container),
        "Name": f"/{container.name}",
        "RestartCount": container.restarts.count,
        "Driver": "overlay2",
        "Platform": "linux",
        "MountLabel": "",
        "ProcessLabel": "",
        "AppArmorProfile": "",
        "ExecIDs": [each.id for each in container.execs.values() if each.exit_code is None] or None,
        "HostConfig": host_document.document(container.host_config) | {
            "Links": links.shown(state, container)},
        "GraphDriver": _container_driver(container),
        **(_sizes(state, container) if size else {}),
        "Mounts": mount_points(container),
        "Config": container.config.to_json(),
        "NetworkSettings": network_settings(container),
    }


def _sizes(state: State, container: Container) -> dict[str, int]:
    return {"SizeRw": size_of(container.changes), "SizeRootFs": root_size(state, container)}


def _paths(container: Container) -> dict[str, str]:
    """Return where a daemon would have files of its own, which it makes at the first start."""
    folder = f"{_ROOT}/containers/{container.id}"
    names = {"ResolvConfPath": "resolv.conf", "HostnamePath": "hostname", "HostsPath": "hosts",
             "LogPath": f"{container.id}-json.log"}
    return {key: f"{folder}/{name}" if has_joined(container) else "" for key, name in names.items()}


def _container_driver(container: Container) -> dict[str, Any]:
    top = f"{_ROOT}/overlay2/{container.id}"
    layers = reversed(container.layer.stack if container.layer else ())
    lower = [f"{top}-init/diff", *(
        f"{_ROOT}/overlay2/{each.chain_id.removeprefix('sha256:')}/diff" for each in layers)]
    return {
        "Data": {
            "LowerDir": ":".join(lower), "MergedDir": f"{top}/merged",
            "UpperDir": f"{top}/diff", "WorkDir": f"{top}/work",
        },
        "Name": "overlay2",
    }


def _state(container: Container) -> dict[str, Any]:
    return {
        "Status": container.status,
        "Running": container.is_active,
        "Paused": container.status == "paused",
        "Restarting": container.status == "restarting",
        "OOMKilled": False,
        "Dead": False,
        "Pid": container.pid,
        "ExitCode": container.exit_code,
        "Error": container.error,
        "StartedAt": format_time(container.started) if container.started else ZERO,
        "FinishedAt": format_time(container.finished) if container.finished else ZERO,
    }
