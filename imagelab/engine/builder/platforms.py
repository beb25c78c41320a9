"""Platforms as a daemon reads them: ``linux/amd64``."""

from __future__ import annotations

import re

from imagelab.engine.builder.options import BuildOptions
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.goquote import quoted
from imagelab.model.outcome import BadRequest

_COMPONENT = re.compile(r"[A-Za-z0-9_-]+")
#: What may stand alone.
_KNOWN = frozenset((
    "386", "aarch64", "amd64", "arm", "arm64", "armhf", "armel", "darwin", "freebsd", "i386",
    "linux", "macos", "mips64le", "ppc64le", "riscv64", "s390x", "windows", "x86-64", "x86_64",
))


def check_platform(text: str) -> None:
    """Refuse a text that names no platform; which one it is makes no difference to a build.

    Raises:
        ValueError: in the daemon's words.
    """
    parts = text.split("/")
    for part in parts:
        if not _COMPONENT.fullmatch(part):
            raise ValueError(
                f"{quoted(part)} is an invalid component of {quoted(text)}: platform specifier "
                'component must match "^[A-Za-z0-9_-]+$": invalid argument')
    if len(parts) == 1 and text.lower() not in _KNOWN:
        raise ValueError(
            f"{quoted(text)}: unknown operating system or architecture: invalid argument")
    if len(parts) > 3:
        raise ValueError(f"{quoted(text)}: cannot parse platform specifier: invalid argument")


def check_base_platform(text: str) -> None:
    """Refuse the platform of a ``FROM`` that is none.

    Raises:
        DockerfileError: in the builder's words.
    """
    try:
        check_platform(text)
    except ValueError as error:
        raise DockerfileError(f"failed to parse platform {text}: {error}") from error


def check_options(options: BuildOptions) -> None:
    """Refuse what a daemon on Linux refuses before it begins.

    Raises:
        BadRequest: in its words.
        ValueError: the platform is none.
    """
    settings = options.host_config.settings
    if settings.get("Isolation", "") not in ("", "default"):
        raise BadRequest(f'Unsupported isolation: "{settings["Isolation"]}"')
    if settings.get("SecurityOpt"):
        raise BadRequest(
            "The daemon on this platform does not support setting security options on build")
    if options.platform:
        check_platform(options.platform)
