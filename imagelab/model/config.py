"""The configuration of a container, which becomes that of the image committed from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Self


@dataclass(frozen=True)
class Config:
    """Docker's container configuration; the attributes are its JSON keys in snake case.

    A value of None is Go's nil: it is written as ``null``, unlike an empty list or mapping.
    """

    hostname: str = ""
    domainname: str = ""
    user: str = ""
    attach_stdin: bool = False
    attach_stdout: bool = False
    attach_stderr: bool = False
    exposed_ports: Mapping[str, Any] | None = None
    tty: bool = False
    open_stdin: bool = False
    stdin_once: bool = False
    env: tuple[str, ...] | None = None
    cmd: tuple[str, ...] | None = None
    healthcheck: Mapping[str, Any] | None = None
    args_escaped: bool = False
    image: str = ""
    volumes: Mapping[str, Any] | None = None
    working_dir: str = ""
    entrypoint: tuple[str, ...] | None = None
    network_disabled: bool = False
    mac_address: str = ""
    on_build: tuple[str, ...] | None = None
    labels: Mapping[str, str] | None = None
    stop_signal: str = ""
    stop_timeout: int | None = None
    shell: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """Read Docker's JSON object; unknown keys are left out, lists become tuples."""
        names = _names()
        values: dict[str, Any] = {
            names[key]: tuple(value) if isinstance(value, list) else value
            for key, value in (data or {}).items() if value is not None and key in names}
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """Return Docker's JSON object, keys in Docker's order, empty ones left out as there."""
        result: dict[str, Any] = {}
        for key, name in _names().items():
            value = getattr(self, name)
            if value or name not in _OMITTED_WHEN_EMPTY:
                is_plain = value is None or isinstance(value, (str, int))
                result[key] = value if is_plain else _compound(name, value)
        return result


def _compound(name: str, value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    if name == "healthcheck":
        return {key: value[key] for key in _HEALTH_KEYS if value.get(key)}
    return dict(sorted(value.items()))


#: The settings of a health check, in Docker's order.
_HEALTH_KEYS = ("Test", "Interval", "Timeout", "StartPeriod", "Retries")
_OMITTED_WHEN_EMPTY = frozenset({
    "exposed_ports", "healthcheck", "args_escaped", "network_disabled", "mac_address",
    "stop_signal", "stop_timeout", "shell",
})


@cache
def _names() -> Mapping[str, str]:
    """Return the attributes by their keys, in Docker's order."""
    return {json_key(field.name): field.name for field in fields(Config)}


@cache
def json_key(name: str) -> str:
    """Return Docker's key for an attribute: ``working_dir`` is ``WorkingDir``."""
    return "".join(part.capitalize() for part in name.split("_"))
