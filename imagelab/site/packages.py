"""Packages of npm that a site is built from: each in one version, known by its digest."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tarfile
from base64 import b64encode
from pathlib import Path
from tempfile import TemporaryDirectory

#: Version and integrity, as ``npm view NAME version dist.integrity`` says.
PINS = {
    "pyodide": (
        "314.0.7",
        "sha512-0YvXxEhfEdpLfb/XkM2BFAeMROq0iMUX2bzzH9pOttyMcWkwq+HbE5uyuGD82LN7"
        "y2q+SNvi/6V5JEsOlD2R1A==",
    ),
    "@hpcc-js/wasm-graphviz": (
        "1.29.2",
        "sha512-AkArBAZERT5OxH52/+kvCHB07cZ6ZNd9GnOvjw+S880bR88D6i27XfK6xj4dBhUD"
        "xNA2QPPMdgEcky3x4TJ3KA==",
    ),
}


class NoPackage(Exception):
    """A package that a site needs cannot be had; the text says why."""


def npm_package(name: str, cache: Path) -> Path:
    """Return the folder of the pinned package *name* below *cache*, fetched if it is not there.

    Raises:
        NoPackage: there is no npm, npm cannot fetch it, or what came is not what was pinned.
    """
    version, integrity = PINS[name]
    folder = cache / f"{name.replace('/', '-')}-{version}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=cache) as work:
            archive = _fetch(f"{name}@{version}", work)
            if _integrity(archive) != integrity:
                raise NoPackage(f"{name} {version} is not the file that was pinned")
            with tarfile.open(archive) as tar:
                tar.extractall(work, filter="data")
            put(Path(work) / "package", folder)
    return folder


def _fetch(specifier: str, folder: str) -> Path:
    npm = shutil.which("npm")  # by its whole name: npm.cmd on Windows
    if npm is None:
        raise NoPackage(f"{specifier} comes by npm, and there is no npm: install Node.js")
    done = subprocess.run([npm, "pack", "--silent", "--pack-destination", folder, specifier],
                          cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoPackage(f"npm cannot fetch {specifier}: {done.stderr.strip()}")
    return Path(folder) / done.stdout.strip()


def _integrity(archive: Path) -> str:
    return f"sha512-{b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()}"


def put(made: Path, folder: Path) -> None:
    """Put *made* at *folder* in one step; another process may have been faster.

    Raises:
        OSError: it cannot be put there.
    """
    try:
        os.rename(made, folder)
    except OSError:
        if not folder.is_dir():
            raise
