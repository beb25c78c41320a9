"""What Pyodide reads to know its packages: a name, a place, a digest, what else is needed."""

from __future__ import annotations

import hashlib
import json
from email.parser import BytesParser
from email.policy import compat32
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

NAME = "pyodide-lock.json"
#: What conditions of dependencies see; those that ask for more than this are not fulfilled.
_BROWSER = {"sys_platform": "emscripten", "platform_system": "Emscripten", "os_name": "posix",
            "platform_machine": "wasm32", "python_version": "3.14", "extra": "",
            "python_full_version": "3.14.2", "implementation_name": "cpython",
            "platform_python_implementation": "CPython"}


def write_lock(folder: Path, wheels: list[Path], core: Path, network: str = "") -> None:
    """Write the lock of a site.

    Args:
        folder: where it lies; the wheels are below it.
        wheels: what the site has.
        core: npm's ``pyodide``, whose lock tells of the interpreter and of all packages that have
            been built for it.
        network: address of the folder where those packages are; without it there are none.
    """
    lock = json.loads((core / NAME).read_text("utf-8"))
    built = lock["packages"] if network else {}
    packages = {name: {**about, "file_name": network + about["file_name"]}
                for name, about in built.items()}
    own = {about["name"]: about for about in (_about(wheel, folder) for wheel in wheels)}
    for about in own.values():
        # What else a server would need is not there, nor is it missed.
        about["depends"] = [name for name in about["depends"] if name in own]
    packages |= own
    (folder / NAME).write_text(json.dumps({**lock, "packages": packages}), "utf-8")


def _about(wheel: Path, folder: Path) -> dict[str, Any]:
    name, version, _, _ = parse_wheel_filename(wheel.name)
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(each for each in names if each.endswith(".dist-info/METADATA"))
        headers = BytesParser(policy=compat32).parsebytes(archive.read(metadata))
    needed = [Requirement(line) for line in headers.get_all("Requires-Dist", [])]
    return {
        "name": name, "version": str(version), "package_type": "package", "install_dir": "site",
        "file_name": wheel.relative_to(folder).as_posix(),
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "depends": [canonicalize_name(each.name) for each in needed
                    if each.marker is None or each.marker.evaluate(dict(_BROWSER))],
        "imports": sorted({each.split("/")[0].partition(".")[0] for each in names
                           if each.endswith((".py", ".pyc")) and ".dist-info/" not in each}),
    }
