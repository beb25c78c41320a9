"""The query of ``POST /build``: what a build is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imagelab.api.go_json import parsed
from imagelab.api.go_types import kind_of
from imagelab.api.request import Request, blamed
from imagelab.engine.builder.options import BuildOptions
from imagelab.model.container import HostConfig
from imagelab.model.outcome import BadRequest, EngineError

_TEXTS = {"cgroupparent": "CgroupParent", "cpusetcpus": "CpusetCpus", "cpusetmems": "CpusetMems",
          "isolation": "Isolation"}
_NUMBERS = {"cpuperiod": "CpuPeriod", "cpuquota": "CpuQuota", "cpushares": "CpuShares",
            "memory": "Memory", "memswap": "MemorySwap"}
_LISTS = {"extrahosts": "ExtraHosts", "securityopt": "SecurityOpt"}
_BITS = 63


def options(request: Request) -> BuildOptions:
    """Return what a client asks for.

    Raises:
        EngineError: a parameter is of a wrong kind, or asks for what there is not.
    """
    _check_builder(request)
    force = request.flag("forcerm")
    return BuildOptions(
        dockerfile=request.text("dockerfile"),
        tags=request.texts("t"),
        arguments=_mapping(request, "buildargs", "build args", "map[string]*string"),
        labels={name: value or "" for name, value in _mapping(
            request, "labels", "labels", "map[string]string").items()},
        target=request.text("target"),
        no_cache=request.flag("nocache"),
        cache_from=_names(request, "cachefrom"),
        platform=request.text("platform"),
        pull=request.flag("pull"),
        remove=force or not request.text("rm") or request.flag("rm"),
        force_remove=force,
        host_config=HostConfig(
            network_mode=request.text("networkmode") or "default", settings=_settings(request)),
        quiet=request.flag("q"),
        remote=request.text("remote"),
    )


def _check_builder(request: Request) -> None:
    """Refuse another builder, and what the classic one does not do.

    Raises:
        EngineError: in the daemon's words where it has any.
    """
    version = request.text("version") or "1"
    if version == "2":
        raise EngineError("imagelab does not simulate BuildKit: build with DOCKER_BUILDKIT=0", 501)
    if version != "1":
        raise EngineError(f'invalid version "{version}"')
    _json(request, "outputs")  # of use to BuildKit alone
    if request.flag("squash"):
        raise BadRequest("squash is only supported with experimental mode")
    if request.text("remote") == "client-session":
        raise BadRequest("experimental session with v1 builder is no longer supported, use "
                         "builder version v2 (BuildKit) instead")


def _settings(request: Request) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        **{key: request.text(name) for name, key in _TEXTS.items()},
        **{key: _number_or_zero(request.text(name)) for name, key in _NUMBERS.items()},
        **{key: list(request.texts(name)) for name, key in _LISTS.items()},
        "ShmSize": _number(request.text("shmsize")),
        "Ulimits": _ulimits(request),
    }
    return {key: value for key, value in found.items() if value}


def _number(text: str) -> int:
    """Return a whole number; 0 for none.

    Raises:
        EngineError: it is something else, in Go's words.
    """
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not text:
        return 0
    if not (digits.isascii() and digits.isdigit()):
        raise EngineError(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    if len(digits) > 40 or abs(int(text)) >> _BITS:
        raise EngineError(f'strconv.ParseInt: parsing "{text}": value out of range')
    return int(text)


def _number_or_zero(text: str) -> int:
    try:
        return _number(text)
    except EngineError:
        return 0


def _mapping(request: Request, name: str, title: str, kind: str) -> dict[str, str | None]:
    front = f"error reading {title}: "
    with blamed(front):
        given = _json(request, name)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise BadRequest(f"{front}{_misfit(given, kind)}")
    for value in given.values():
        if value is not None and not isinstance(value, str):
            raise BadRequest(f"{front}{_misfit(value, 'string')}")
    return given


def _names(request: Request, name: str) -> tuple[str, ...]:
    given = _json(request, name)
    if given is None:
        return ()
    if not isinstance(given, list):
        raise EngineError(_misfit(given, "[]string"))
    for value in given:
        if not isinstance(value, str):
            raise EngineError(_misfit(value, "string"))
    return tuple(given)


def _ulimits(request: Request) -> list[dict[str, Any]]:
    front = "error reading ulimit settings: "
    with blamed(front):
        given = _json(request, "ulimits")
    if given is None:
        return []
    if not isinstance(given, list):
        raise BadRequest(f"{front}{_misfit(given, '[]*units.Ulimit')}")
    for each in given:
        if not isinstance(each, dict):
            raise BadRequest(f"{front}{_misfit(each, 'units.Ulimit')}")
        for key, type_, kind in (("Name", str, "string"), ("Hard", int, "int64"),
                                 ("Soft", int, "int64")):
            value = each.get(key, type_())
            if not isinstance(value, type_) or isinstance(value, bool):
                wrong = f"json: cannot unmarshal {kind_of(value)} into Go struct field Ulimit"
                raise BadRequest(f"{front}{wrong}.{key} of type {kind}")
    return [{"Name": each.get("Name", ""), "Hard": each.get("Hard", 0), "Soft": each.get("Soft", 0)}
            for each in given]


def _json(request: Request, name: str) -> Any:
    text = request.text(name)
    return parsed(text) if text else None


def _misfit(value: object, kind: str) -> str:
    return f"json: cannot unmarshal {kind_of(value)} into Go value of type {kind}"
