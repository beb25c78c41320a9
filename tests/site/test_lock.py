"""The lock of a site: what it has, and, in a small one, what Pyodide's network has."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from imagelab.site.lock import NAME, write_lock

BUILT = {
    "pandas": {"name": "pandas", "file_name": "pandas-3-cp314.whl", "depends": ["numpy"]},
    "numpy": {"name": "numpy", "file_name": "numpy-2-cp314.whl", "depends": []},
    "jedi": {"name": "jedi", "file_name": "jedi-1-py3.whl", "depends": []},
    "six": {"name": "six", "file_name": "six-1-py3.whl", "depends": []},
}


@pytest.fixture
def core(tmp_path: Path) -> Path:
    folder = tmp_path / "core"
    folder.mkdir()
    (folder / NAME).write_text(json.dumps({"info": {"python": "3.14.2"}, "packages": BUILT}))
    return folder


def wheel(folder: Path, name: str, *needs: str) -> Path:
    path = folder / f"wheels/abc/{name.replace('-', '_')}-1.0-py3-none-any.whl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{path.stem}.dist-info/METADATA", f"Name: {name}\n{lines}")
        archive.writestr(f"{name.replace('-', '_')}/__init__.pyc", b"")
        archive.writestr("single.py", b"")
    return path


def written(folder: Path, core: Path, network: str = "") -> dict[str, Any]:
    wheels = [
        wheel(folder, "my-tool", "Six>=1", "jedi", 'pexpect; sys_platform != "emscripten"',
              'winthing; sys_platform == "win32"', 'extra-thing; extra == "all"'),
        wheel(folder, "six"),
    ]
    write_lock(folder, wheels, core, network)
    content: dict[str, Any] = json.loads((folder / NAME).read_text("utf-8"))
    return content


def test_a_site_has_what_it_has_and_needs_nothing_else(tmp_path: Path, core: Path) -> None:
    lock = written(tmp_path, core)
    assert lock["info"] == {"python": "3.14.2"}
    assert lock["packages"].keys() == {"my-tool", "six"}
    tool = lock["packages"]["my-tool"]
    path = tmp_path / tool["file_name"]
    assert tool["file_name"] == "wheels/abc/my_tool-1.0-py3-none-any.whl"
    assert tool["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert tool["depends"] == ["six"]
    assert tool["imports"] == ["my_tool", "single"]
    assert tool["version"] == "1.0"


def test_a_small_one_has_the_network_s_packages_too_but_prefers_its_own(
    tmp_path: Path, core: Path,
) -> None:
    packages = written(tmp_path, core, "https://network.example/")["packages"]
    assert packages["pandas"] == {
        **BUILT["pandas"], "file_name": "https://network.example/pandas-3-cp314.whl"}
    assert packages["six"]["file_name"].startswith("wheels/")
    assert packages["my-tool"]["depends"] == ["six"]  # jedi is there, and is done without
