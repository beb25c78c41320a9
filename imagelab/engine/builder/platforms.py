"""Platforms as a daemon reads them: ``linux/amd64``."""

from __future__ import annotations

import re

from imagelab.formats.goquote import quoted

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
