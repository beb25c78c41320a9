"""Platforms as a daemon reads them: ``linux/amd64``, ``arm64``, ``Windows``."""

from __future__ import annotations

import re

from imagelab.formats.goquote import quoted
from imagelab.model.outcome import BadRequest

#: The lab's own.
DEFAULT = "linux/amd64"
_COMPONENT = re.compile(r"[A-Za-z0-9_-]+")
#: What a platform of one word may be: a system, or a machine that Linux runs on.
_SYSTEMS = frozenset({
    "aix", "android", "darwin", "dragonfly", "freebsd", "hurd", "illumos", "ios", "js", "linux",
    "nacl", "netbsd", "openbsd", "plan9", "solaris", "windows", "zos",
})
_MACHINES = frozenset({
    "386", "amd64", "amd64p32", "arm", "arm/v6", "arm64", "arm64be", "armbe", "mips", "mips64",
    "mips64le", "mips64p32", "mips64p32le", "mipsle", "ppc", "ppc64", "ppc64le", "riscv",
    "riscv64", "s390", "s390x", "sparc", "sparc64", "wasm",
})
#: Other names of systems and machines.
_ALIASES = {
    "aarch64": "arm64", "armel": "arm/v6", "armhf": "arm", "i386": "386", "macos": "darwin",
    "x86-64": "amd64", "x86_64": "amd64",
}


def read_platform(text: str) -> str:
    """Return the platform that a text means, in Go's names: ``linux/arm64`` for ``aarch64``.

    Raises:
        BadRequest: it means none.
    """
    for part in text.split("/"):
        if not _COMPONENT.fullmatch(part):
            raise BadRequest(
                f"{quoted(part)} is an invalid component of {quoted(text)}: platform specifier "
                f'component must match "^{_COMPONENT.pattern}$": invalid argument')
    first, *rest = (_ALIASES.get(part, part) for part in text.lower().split("/"))
    if len(rest) > 2:
        raise BadRequest(f"{quoted(text)}: cannot parse platform specifier: invalid argument")
    if rest:
        return "/".join((first, *_machine(*rest)))
    if first in _SYSTEMS:
        return f"{first}/amd64"
    if first in _MACHINES:
        return f"linux/{first}"
    raise BadRequest(f"{quoted(text)}: unknown operating system or architecture: invalid argument")


def _machine(name: str, variant: str = "") -> tuple[str, ...]:
    if name in ("arm", "arm64") and variant.isdigit():
        variant = f"v{variant}"
    is_usual = not variant or (name, variant) == ("amd64", "v1")
    return (name,) if is_usual else (name, variant)
