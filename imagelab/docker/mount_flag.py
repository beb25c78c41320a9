"""``--mount`` of ``docker run`` as the client reads it: ``type=volume,source=data,target=/x``."""

from __future__ import annotations

from typing import Any

from imagelab.docker.csv_fields import fields
from imagelab.docker.flag_values import boolean, size

_PLAIN = {
    "type": "Type", "source": "Source", "src": "Source", "target": "Target", "dst": "Target",
    "destination": "Target", "consistency": "Consistency",
}
#: Options of one type of mount: where their values go, by way of these keys.
_OPTIONS = {
    "bind-propagation": ("BindOptions", "Propagation"),
    "volume-driver": ("VolumeOptions", "DriverConfig", "Name"),
    "volume-label": ("VolumeOptions", "Labels"),
    "volume-nocopy": ("VolumeOptions", "NoCopy"),
    "volume-opt": ("VolumeOptions", "DriverConfig", "Options"),
    "volume-subpath": ("VolumeOptions", "Subpath"),
    "bind-nonrecursive": ("BindOptions", "NonRecursive"),
    "bind-recursive": ("BindOptions", "NonRecursive"),
    "tmpfs-mode": ("TmpfsOptions", "Mode"),
    "tmpfs-size": ("TmpfsOptions", "SizeBytes"),
}
#: May stand alone.
_SWITCHES = ("readonly", "ro", "volume-nocopy", "bind-nonrecursive")
_RECURSIVE = {"enabled": False, "disabled": True, "writable": False, "readonly": False}


def mount(text: str) -> dict[str, Any]:
    """Return a mount as the Engine API has it.

    Raises:
        ValueError: in the client's words.
    """
    if not text:
        raise ValueError("EOF")
    found: dict[str, Any] = {"Type": "volume"}
    for field in fields(text):
        key, equals, value = field.partition("=")
        key = key.lower()
        if not equals:
            if key not in _SWITCHES:
                raise ValueError(f"invalid field '{field}' must be a key=value pair")
            value = "true"
        _take(found, key, value, field)
    if not found["Type"]:
        raise ValueError("type is required")
    if not found.get("Target"):
        raise ValueError("target is required")
    for kind in ("volume", "bind", "tmpfs"):
        if f"{kind.capitalize()}Options" in found and found["Type"] != kind:
            raise ValueError(f"cannot mix '{kind}-*' options with mount type '{found['Type']}'")
    return found


def _take(found: dict[str, Any], key: str, value: str, field: str) -> None:
    if key in _PLAIN:
        found[_PLAIN[key]] = value.lower() if key == "type" else value
    elif key in ("readonly", "ro"):
        found["ReadOnly"] = _checked(boolean, key, value)
    elif key in _OPTIONS:
        *way, last = _OPTIONS[key]
        place = found
        for step in way:
            place = place.setdefault(step, {})
        if last in ("Labels", "Options"):
            name, _, rest = value.partition("=")
            place = place.setdefault(last, {})
            if name:
                place[name] = rest
        else:
            place[last] = _option(key, value)
    else:
        raise ValueError(f"unexpected key '{key}' in '{field}'")


def _option(key: str, value: str) -> Any:
    if key in ("volume-nocopy", "bind-nonrecursive"):
        return _checked(boolean, key, value)
    if key == "tmpfs-size":
        return _checked(size, key, value)
    if key == "tmpfs-mode":
        return _checked(lambda text: int(text, 8), key, value)
    if key == "bind-recursive":
        if value not in _RECURSIVE:
            raise ValueError(f"invalid value for {key}: {value} (must be \"enabled\", "
                             "\"disabled\", \"writable\", or \"readonly\")")
        return _RECURSIVE[value]
    return value


def _checked(read: Any, key: str, value: str) -> Any:
    try:
        return read(value)
    except ValueError as error:
        raise ValueError(f"invalid value for {key}: {value}") from error
