"""A root filesystem that dpkg knows, out of a list of packages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import translate

from imagelab.model.node import Changes, Node, file
from imagelab.registry.catalogue.packages import (
    Package,
    folders_of,
    nodes_of,
    read,
    with_folders,
)

DEBIAN = "Debian Developers <debian-devel@lists.debian.org>"
UBUNTU = "Ubuntu Developers <ubuntu-devel-discuss@lists.ubuntu.com>"
_SETTINGS = "etc/dpkg/dpkg.cfg.d/"


def install(name: str, mtime: int, maintainer: str) -> dict[str, Node]:
    """Return the root filesystem of a list of packages, without what dpkg is set to leave out.

    Args:
        name: folder of the catalogue that holds ``packages.txt`` and ``files/``.
        mtime: when the filesystem was put together, nanoseconds since 1970; the time of folders
            and of dpkg's records.
        maintainer: who looks after the packages.

    Raises:
        ValueError: a line of the list makes no sense.
    """
    packages = read(name)
    nodes = nodes_of(packages)
    settings = "".join(node.content.read().decode() for path, node in nodes.items()
                       if path.startswith(_SETTINGS))
    nodes = {**without(nodes, settings), **dict(_records(packages, mtime, maintainer))}
    return with_folders(nodes, mtime)


def without(nodes: Changes, settings: str) -> dict[str, Node]:
    """Return the nodes that dpkg's ``path-exclude`` and ``path-include`` lines let through.

    The last line whose pattern fits a path decides (dpkg(1)); ``*`` crosses folders.
    """
    rules = [(word == "exclude", re.compile(translate(pattern))) for word, pattern in re.findall(
        r"^path-(exclude|include)\s*=?\s*(\S+)$", settings, re.MULTILINE)]
    rules.reverse()
    return {path: node for path, node in nodes.items()
            if not next((out for out, rule in rules if rule.match(f"/{path}")), False)}


def _records(
    packages: list[Package], mtime: int, maintainer: str,
) -> Iterator[tuple[str, Node]]:
    """Yield what dpkg keeps about packages."""
    known = [package for package in packages if package.known]
    status = "\n".join(_status(package, maintainer) for package in known) + "\n"
    yield "var/lib/dpkg/status", file(status.encode(), 0o644, mtime)
    for package in known:
        text = _file_list(package).encode()
        yield f"var/lib/dpkg/info/{_info_name(package)}.list", file(text, 0o644, package.mtime)


def _info_name(package: Package) -> str:
    """Return how dpkg names its records; libraries of several architectures live together."""
    library = package.name.startswith(("lib", "gcc-")) and not package.name.endswith("-bin")
    shared = library and package.architecture != "all"
    return f"{package.name}:{package.architecture}" if shared else package.name


def _status(package: Package, maintainer: str) -> str:
    """Return the package's paragraph of dpkg's status file."""
    kilobytes = sum(1 + node.size // 1024 for node in package.nodes.values())
    return (
        f"Package: {package.name}\nStatus: install ok installed\nPriority: {package.priority}\n"
        f"Section: {package.section}\nInstalled-Size: {kilobytes}\nMaintainer: {maintainer}\n"
        f"Architecture: {package.architecture}\nVersion: {package.version}\n")


def _file_list(package: Package) -> str:
    """Return the package's paths with their folders, as dpkg keeps them."""
    paths = set(package.nodes)
    for path in package.nodes:
        paths.update(folders_of(path))
    return "".join(f"/{path}\n" for path in [".", *sorted(paths)])
