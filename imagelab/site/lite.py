"""JupyterLite's part of a site: JupyterLab as files, with the kernel, widgets and lessons."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jupyter_core.paths import jupyter_path

from imagelab.course.notebooks import SETTINGS

KERNEL = "@jupyterlite/pyodide-kernel-extension"
#: Of all that may be installed where a site is built, what a site has.
_EXTENSIONS = (KERNEL, "@jupyter-widgets/jupyterlab-manager", "anywidget", "imagelab",
               "jupyterlab_pygments")
#: Loaded when a kernel starts, so that nothing need be looked up and resolved in the browser.
_LOADED = ("imagelab", "ipywidgets", "anywidget", "jsonschema", "ipython", "comm", "jedi",
           "ipykernel", "pyodide-kernel", "piplite", "micropip")
#: Loaded at once, as large as all pictures of the course, and there is no formula in it.
_LEFT_OUT = ("@jupyterlab/mathjax-extension",)
#: JupyterLite's own is as large as a chapter.
ICON = "icon.svg"


class NotBuilt(Exception):
    """JupyterLite cannot be built; the text says why."""


def build(folder: Path, contents: Path) -> None:
    """Build JupyterLite into a folder.

    Args:
        folder: it is made.
        contents: the folder of what learners find there.

    Raises:
        NotBuilt: an extension is missing, or JupyterLite fails.
    """
    with TemporaryDirectory() as work:
        _write(work, "jupyter-lite.json", {
            "jupyter-lite-schema-version": 0,
            "jupyter-config-data": {
                "appName": "imagelab", "faviconUrl": f"./{ICON}",
                "disabledExtensions": _LEFT_OUT,
                "litePluginSettings": {f"{KERNEL}:kernel": _kernel()}}})
        _write(work, "overrides.json", _settings())
        _write(work, "jupyter_lite_config.json", {"LiteBuildConfig": {
            "apps": ["lab", "notebooks"], "contents": [str(contents)],
            "federated_extensions": [str(extension(name)) for name in _EXTENSIONS],
            "ignore_sys_prefix": True, "no_sourcemaps": True, "no_unused_shared_packages": True,
            "no_libarchive": True, "output_dir": str(folder), "cache_dir": f"{work}/cache"}})
        done = subprocess.run(
            [sys.executable, "-m", "jupyterlite_core", "build"], cwd=work,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise NotBuilt(f"JupyterLite was not built:\n{done.stdout.strip()}")


def extension(name: str) -> Path:
    """Return the folder of an extension of JupyterLab.

    Raises:
        NotBuilt: it is not installed.
    """
    for folder in jupyter_path("labextensions"):
        if (found := Path(folder, name)).is_dir():
            return found
    raise NotBuilt(f'JupyterLab has no extension {name}: run  pip install "imagelab[site]"')


def _kernel() -> Mapping[str, Any]:
    return {"pyodideUrl": "./pyodide/runtime.mjs", "disablePyPIFallback": True,
            "loadPyodideOptions": {"packages": _LOADED}}


def _settings() -> Any:
    return json.loads((SETTINGS / "labconfig/default_setting_overrides.json").read_text("utf-8"))


def _write(folder: str, name: str, content: Mapping[str, Any]) -> None:
    Path(folder, name).write_text(json.dumps(content), "utf-8")
