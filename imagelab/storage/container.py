"""The parts of a container as JSON values: configuration, processes, output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from imagelab.engine.networks import BUILTIN, placed
from imagelab.model.config import Config
from imagelab.model.container import (
    Endpoint,
    Exec,
    HostConfig,
    Log,
    PortBinding,
    PortBindings,
    Restarts,
)
from imagelab.model.process import Process
from imagelab.storage.contents import bytes_from_json, bytes_to_json
from imagelab.storage.objects import Objects
from imagelab.storage.record import Record, check_json, damaged

_LOGS_A_PAGE = 64


def config_to_json(config: Config) -> dict[str, Any]:
    """Return the attributes that differ from an empty configuration's.

    Unlike Docker's own form this tells an empty list or mapping from none.

    Raises:
        StorageError: an attribute has no value of its type, as a foreign image's may.
    """
    values: dict[str, Any] = {}
    for field in fields(Config):
        value = getattr(config, field.name)
        if value == field.default:
            continue
        if isinstance(value, tuple):
            value = list(value)
        values[field.name] = dict(value) if isinstance(value, Mapping) else value
    check_json(values)
    config_from_json(values)
    return values


def config_from_json(value: Any) -> Config:
    """Read what :func:`config_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    record = Record(value, "configuration")
    values: dict[str, Any] = {}
    for field in fields(Config):
        if field.name in record:
            values[field.name] = _config_value(record, field.name, str(field.type))
    return Config(**values)


def _config_value(record: Record, name: str, kind: str) -> Any:
    match kind.removesuffix(" | None"):
        case "str":
            return record.text(name)
        case "bool":
            return record.flag(name)
        case "int":
            return record.integer(name)
        case "tuple[str, ...]":
            return record.texts(name)
        case "Mapping[str, str]":
            return record.text_mapping(name)
        case "Mapping[str, Any]":
            return record.mapping(name)
    raise TypeError(f"Config.{name} has a type that storage does not know: {kind}")


def host_config_to_json(host_config: HostConfig) -> dict[str, Any]:
    """Return all attributes."""
    return {
        "auto_remove": host_config.auto_remove,
        "network_mode": host_config.network_mode,
        "restart_policy": host_config.restart_policy,
        "binds": list(host_config.binds),
        "port_bindings": _ports_to_json(host_config.port_bindings),
        "publish_all_ports": host_config.publish_all_ports,
        "settings": dict(host_config.settings),
    }


def host_config_from_json(value: Any) -> HostConfig:
    """Read what :func:`host_config_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    record = Record(value, "host configuration")
    return HostConfig(
        record.flag("auto_remove"), record.text("network_mode"), record.text("restart_policy"),
        record.texts("binds", []), _ports_from_json(record, "port_bindings"),
        record.flag("publish_all_ports", False), record.mapping("settings", {}))


def endpoints_to_json(endpoints: Mapping[str, Endpoint] | None) -> list[dict[str, Any]] | None:
    """Return all attributes of each, or None for None."""
    return None if endpoints is None else [{
        "network": each.network, "id": each.id, "address": each.address,
        "ports": _ports_to_json(each.ports), "variables": list(each.variables),
        "network_id": each.network_id, "prefix": each.prefix, "gateway": each.gateway,
        "aliases": None if each.aliases is None else list(each.aliases),
        "settings": dict(each.settings),
    } for each in endpoints.values()]


def endpoints_from_json(value: Any) -> dict[str, Endpoint] | None:
    """Read what :func:`endpoints_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    if value is None:
        return None
    rows = Record({"all": value}, "endpoints").items("all")
    records = (Record(each, "endpoint") for each in rows)
    return {record.text("network"): Endpoint(
        record.text("network"), record.text("id"), record.text("address"),
        _ports_from_json(record, "ports"), record.texts("variables"), record.text("network_id"),
        record.integer("prefix"), record.text("gateway"),
        None if record.value("aliases") is None else record.texts("aliases"),
        record.mapping("settings")) for record in records}


def old_endpoint_from_json(value: Any) -> dict[str, Endpoint] | None:
    """Read the one place that a container had before networks could be made.

    Raises:
        StorageError: it is something else.
    """
    if value is None:
        return None
    record = Record(value, "endpoint")
    endpoint = Endpoint(record.text("network"), record.text("id"), record.text("address"),
                        _ports_from_json(record, "ports"), record.texts("variables", []))
    if endpoint.network not in BUILTIN:
        raise damaged(f"there is no network {endpoint.network!r}")
    return {endpoint.network: placed(endpoint, BUILTIN[endpoint.network])}


def restarts_to_json(restarts: Restarts) -> dict[str, Any]:
    """Return all attributes."""
    return {"count": restarts.count, "delay": restarts.delay, "due": restarts.due,
            "over": restarts.over}


def restarts_from_json(value: Any) -> Restarts:
    """Read what :func:`restarts_to_json` wrote; none were kept by an older release.

    Raises:
        StorageError: it is something else.
    """
    if value is None:
        return Restarts()
    record = Record(value, "restarts")
    return Restarts(record.integer("count"), record.integer("delay"), record.integer("due"),
                    record.flag("over"))


def _ports_to_json(ports: PortBindings) -> dict[str, list[list[str]]]:
    return {
        port: [[each.host_ip, each.host_port] for each in bindings]
        for port, bindings in ports.items()
    }


def _ports_from_json(record: Record, key: str) -> PortBindings:
    ports: dict[str, tuple[PortBinding, ...]] = {}
    for port, rows in record.mapping(key, {}).items():
        found = []
        for row in rows if isinstance(rows, list) else [None]:
            match row:
                case [str(host_ip), str(host_port)]:
                    found.append(PortBinding(host_ip, host_port))
                case _:
                    raise damaged("a published port has a bad line")
        ports[port] = tuple(found)
    return ports


def process_to_json(process: Process) -> dict[str, Any]:
    """Return all attributes.

    Raises:
        StorageError: the suspended program is not made of JSON values only.
    """
    check_json(process.program)
    return {
        "argv": list(process.argv), "env": list(process.env), "cwd": process.cwd,
        "uid": process.uid, "gid": process.gid, "tty": process.tty,
        "stdin": bytes_to_json(process.stdin), "stdin_open": process.stdin_open,
        "program": process.program, "wake": process.wake, "status": process.status,
        "groups": list(process.groups),
    }


def process_from_json(record: Record) -> Process:
    """Read what :func:`process_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    return Process(
        record.texts("argv"), record.texts("env"), record.text("cwd"),
        record.integer("uid"), record.integer("gid"), record.flag("tty"),
        bytes_from_json(record.value("stdin")), record.flag("stdin_open"),
        record.value("program"), record.optional_integer("wake"),
        record.optional_integer("status"), record.integers("groups", []),
    )


def exec_to_json(run: Exec) -> dict[str, Any]:
    """Return all attributes."""
    return {
        "id": run.id, "command": list(run.command), "env": list(run.env), "user": run.user,
        "working_dir": run.working_dir, "tty": run.tty, "privileged": run.privileged,
        "open_stdin": run.open_stdin, "open_stdout": run.open_stdout,
        "open_stderr": run.open_stderr, "detach_keys": run.detach_keys,
        "exit_code": run.exit_code, "finished": run.finished, "pid": run.pid,
        "logs": _log_rows(run.output),
    }


def exec_from_json(record: Record) -> Exec:
    """Read what :func:`exec_to_json` wrote.

    Raises:
        StorageError: it is something else.
    """
    return Exec(
        record.text("id"), record.texts("command"), record.texts("env"), record.text("user"),
        record.text("working_dir"), record.flag("tty"), record.flag("privileged"),
        record.flag("open_stdin"), record.flag("open_stdout"), record.flag("open_stderr"),
        record.text("detach_keys"), record.optional_integer("exit_code"),
        record.integer("finished"), record.integer("pid"), tuple(_logs(record)),
    )


def put_logs(logs: Sequence[Log], objects: Objects) -> str:
    """Keep a container's output in pages, so that more output makes one new page."""
    pages = []
    for start in range(0, len(logs), _LOGS_A_PAGE):
        page = logs[start : start + _LOGS_A_PAGE]
        pages.append(objects.put("log page", {"logs": _log_rows(page)}))
    return objects.put("logs", {"pages": pages})


def _log_rows(logs: Sequence[Log]) -> list[list[Any]]:
    return [[log.time, log.stream, bytes_to_json(log.data)] for log in logs]


def get_logs(object_id: str, objects: Objects) -> tuple[Log, ...]:
    """Read what :func:`put_logs` kept.

    Raises:
        StorageError: it is damaged.
    """
    pages = objects.get(object_id, "logs").texts("pages")
    return tuple(log for page in pages for log in _logs(objects.get(page, "log page")))


def _logs(page: Record) -> Iterator[Log]:
    for row in page.items("logs"):
        match row:
            case [int(time), int(stream), data]:
                yield Log(time, stream, bytes_from_json(data))
            case _:
                raise damaged("container output has a bad line")
