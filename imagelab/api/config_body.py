"""A container's configuration as it is in a document: of ``/containers/create``, ``/commit``."""

from __future__ import annotations

from typing import Any

from imagelab.api.fields import Document, flag, mapping, number, text, texts
from imagelab.model.config import Config

_HEALTH = ("Interval", "Timeout", "StartPeriod", "Retries")


def config_of(body: Document) -> Config:
    """Return a configuration; other keys mean nothing.

    Raises:
        BadRequest: a field is of a wrong kind.
    """
    return Config(
        hostname=text(body, "Hostname"), domainname=text(body, "Domainname"),
        user=text(body, "User"), attach_stdin=flag(body, "AttachStdin"),
        attach_stdout=flag(body, "AttachStdout"), attach_stderr=flag(body, "AttachStderr"),
        exposed_ports=_names(body, "ExposedPorts"), tty=flag(body, "Tty"),
        open_stdin=flag(body, "OpenStdin"), stdin_once=flag(body, "StdinOnce"),
        env=_list(body, "Env"), cmd=_list(body, "Cmd"), healthcheck=_healthcheck(body),
        args_escaped=flag(body, "ArgsEscaped"), image=text(body, "Image"),
        volumes=_names(body, "Volumes"), working_dir=text(body, "WorkingDir"),
        entrypoint=_list(body, "Entrypoint"), network_disabled=flag(body, "NetworkDisabled"),
        mac_address=text(body, "MacAddress"), on_build=_list(body, "OnBuild"),
        labels=_labels(body), stop_signal=text(body, "StopSignal"),
        stop_timeout=None if body.get("StopTimeout") is None else number(body, "StopTimeout"),
        shell=_list(body, "Shell"))


def _list(body: Document, name: str) -> tuple[str, ...] | None:
    return None if body.get(name) is None else texts(body, name)


def _names(body: Document, name: str) -> dict[str, Any] | None:
    """Return what Go has as a set: names, each with an empty object."""
    if body.get(name) is None:
        return None
    given = mapping(body, name)
    return {each: dict(mapping(given, each)) for each in given}


def _labels(body: Document) -> dict[str, str] | None:
    if body.get("Labels") is None:
        return None
    given = mapping(body, "Labels")
    return {each: text(given, each) for each in given}


def _healthcheck(body: Document) -> dict[str, Any] | None:
    if body.get("Healthcheck") is None:
        return None
    given = mapping(body, "Healthcheck")
    return {"Test": list(texts(given, "Test")), **{each: number(given, each) for each in _HEALTH}}
