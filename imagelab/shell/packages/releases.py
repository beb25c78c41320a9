"""Releases of Debian and Ubuntu: which version of a package each has, under which name."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Any

from imagelab.shell.packages.reader import Package, packages

#: What Debian's own changes of a version look like.
_DEBIAN_CHANGE = re.compile(r"(?:[+~]deb12u\d+|\+b\d+)+$")


@dataclass(frozen=True)
class Release:
    """A release.

    Attributes:
        name: ``ubuntu 22.04``.
        codename: ``jammy``.
        packages: what it has, by name.
    """

    name: str
    codename: str
    packages: Mapping[str, Package]

    @property
    def old(self) -> bool:
        """Whether its apt is of the time before version 1.1, which words some things otherwise."""
        return self.codename == "trusty"


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads((files(__package__) / "releases.json").read_bytes())
    return found


def index_size(suite: str, component: str) -> int:
    """Return the bytes of a suite's index as it is downloaded; 0 if there is none.

    Args:
        suite: ``jammy-updates``.
        component: ``main``, ``sources main``, or ``InRelease``.
    """
    sizes: dict[str, int] = _data()["indexes"].get(suite, {})
    return sizes.get(component, 0)


def release_of(os_release: str) -> Release:
    """Return the release that ``/etc/os-release`` names; the nearest known one for others."""
    fields = dict(re.findall(r'^(ID|VERSION_ID)="?([\w.]{1,20})"?$', os_release, re.MULTILINE))
    return _release(f"{fields.get('ID', 'debian')} {fields.get('VERSION_ID', '')}")


@lru_cache(maxsize=8)
def _release(name: str) -> Release:
    known = _data()["releases"]
    if name not in known:
        name = "ubuntu 24.04" if name.startswith("ubuntu") else "debian 12"
    facts = known[name]
    names: dict[str, str] = facts["names"]
    found: dict[str, Package] = {}
    for package in packages("debian").values():
        renamed = _renamed(package, names, facts["paths"])
        version = facts["versions"].get(renamed.name)
        if version is None and name.startswith("ubuntu"):
            version = _DEBIAN_CHANGE.sub("", package.version) + "ubuntu1"
        found[renamed.name] = replace(renamed, version=version or package.version)
    return Release(name, facts["codename"], found)


def _renamed(package: Package, names: Mapping[str, str], paths: Mapping[str, str]) -> Package:
    def each(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(names.get(word, word) for word in words))

    lines = "\n".join(package.lines)
    for old, new in paths.items():
        lines = lines.replace(old, new)
    return replace(
        package, name=names.get(package.name, package.name), depends=each(package.depends),
        recommends=each(package.recommends), lines=tuple(lines.splitlines()))


def alpine_packages(version: str) -> Mapping[str, Package]:
    """Return the packages of a version of Alpine, ``3.21``; the newest known one for others."""
    versions: dict[str, str] = _data()["alpine"].get(version, {})
    return {name: replace(package, version=versions.get(name, package.version))
            for name, package in packages("alpine").items()}
