"""Checks of an image configuration that came from outside, before it becomes an image.

A daemon decodes it into Go's types and refuses what does not fit them. The same is refused here,
so that whatever reads an image later finds the types it expects.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any

from imagelab.formats.gotime import ZERO, is_time
from imagelab.formats.json_text import check_keys, document
from imagelab.model.config import Config, json_key
from imagelab.model.content import DIGEST

_TEXTS = (
    "architecture", "author", "comment", "container", "created", "docker_version", "os",
    "os.version", "parent", "variant",
)
_HISTORY_TEXTS = ("author", "comment", "created", "created_by")
#: All keys of an image's objects that a daemon reads.
_KEYS = frozenset({*_TEXTS, "id", "config", "container_config", "rootfs", "history", "os.features",
                   "Size"})
_HISTORY_KEYS = frozenset({*_HISTORY_TEXTS, "empty_layer"})
_ROOTFS_KEYS = frozenset({"type", "diff_ids"})
#: By the annotation of a configuration's field: what a value is, and what is in it.
_TYPES: dict[str, tuple[type, type]] = {
    "str": (str, object),
    "bool": (bool, object),
    "int | None": (int, object),
    "tuple[str, ...] | None": (list, str),
    "Mapping[str, str] | None": (dict, str),
    "Mapping[str, Any] | None": (dict, object),
}
#: What is in the sets of Go, where each value is an empty object.
_SETS = {"ExposedPorts": dict, "Volumes": dict}
#: The settings of a health check, likewise.
_HEALTH = {
    "Test": (list, str), "Interval": (int, object), "Timeout": (int, object),
    "StartPeriod": (int, object), "Retries": (int, object),
}
_FIELDS = {
    json_key(field.name): (outer, _SETS.get(json_key(field.name), inner))
    for field in fields(Config) for outer, inner in [_TYPES[str(field.type)]]}


class ConfigError(ValueError):
    """A text that is no image configuration."""


def check(config_json: bytes) -> tuple[str, ...]:
    """Return the DiffIDs of an image configuration, the lowest layer's first.

    Raises:
        ConfigError: it is none.
    """
    try:
        config = document(config_json)
    except ValueError as error:
        raise ConfigError(f"invalid image JSON, {error}") from error
    if not isinstance(config, dict):
        raise ConfigError("invalid image JSON, it is no object")
    _check_keys(config, _KEYS)
    _check_texts(config, _TEXTS)
    for entry in _list(config, "history"):
        if not isinstance(entry, dict):
            raise ConfigError("invalid image JSON, an entry of history is no object")
        _check_keys(entry, _HISTORY_KEYS)
        _check_texts(entry, _HISTORY_TEXTS)
    for key in ("config", "container_config"):
        container = _object(config, key)
        _check_keys(container, _FIELDS)
        _check_types(container, _FIELDS)
        health = _object(container, "Healthcheck")
        _check_keys(health, _HEALTH)
        _check_types(health, _HEALTH)
    if config.get("rootfs") is None:
        raise ConfigError("invalid image JSON, no RootFS key")
    rootfs = _object(config, "rootfs")
    _check_keys(rootfs, _ROOTFS_KEYS)
    diff_ids = _list(rootfs, "diff_ids")
    if not all(isinstance(each, str) and DIGEST.fullmatch(each) for each in diff_ids):
        raise ConfigError("invalid image JSON, rootfs.diff_ids are no digests")
    return tuple(diff_ids)


def _check_keys(data: Mapping[str, Any], known: Collection[str]) -> None:
    try:
        check_keys(data, known)
    except ValueError as error:
        raise ConfigError(f"invalid image JSON, {error}") from error


def _check_texts(data: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in keys:
        if not isinstance(data.get(key), str | None):
            raise ConfigError(f"invalid image JSON, {key} is no text")
    if not is_time(data.get("created") or ZERO):
        raise ConfigError("invalid image JSON, created is no time")


def _object(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict | None):
        raise ConfigError(f"invalid image JSON, {key} is no object")
    return value or {}


def _list(data: Mapping[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if not isinstance(value, list | None):
        raise ConfigError(f"invalid image JSON, {key} is no list")
    return value or []


def _check_types(data: Mapping[str, Any], types: Mapping[str, tuple[type, type]]) -> None:
    for key, (outer, inner) in types.items():
        value = data.get(key)
        if value is None:
            continue
        if not _fits(value, outer):
            raise ConfigError(f"invalid image JSON, {key} has the wrong type")
        if not all(isinstance(each, inner) for each in _inside(value)):
            raise ConfigError(f"invalid image JSON, {key} holds the wrong type")


def _fits(value: object, kind: type) -> bool:
    if kind is int:
        return type(value) is int and -(1 << 63) <= value < 1 << 63
    return isinstance(value, kind)


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []
