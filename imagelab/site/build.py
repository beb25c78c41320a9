"""Building a site: JupyterLite, Pyodide beside it, and what makes them one."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from platformdirs import user_cache_path

from imagelab.site import lite
from imagelab.site.contents import write_contents
from imagelab.site.lite import NotBuilt as NotBuilt
from imagelab.site.lock import write_lock
from imagelab.site.packages import PINS, npm_package
from imagelab.site.start import start_page
from imagelab.site.wheels import collect

_STATIC = Path(__file__).parent / "static"
#: Where Pyodide's makers offer it to all.
_NETWORK = f"https://cdn.jsdelivr.net/pyodide/v{PINS['pyodide'][0]}/full/"
_CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")


def build(
    folder: Path, languages: Sequence[str], lessons: Sequence[str], *, small: bool = False,
) -> None:
    """Build a site into a folder; what it needs is downloaded once, into the user's cache.

    Args:
        folder: it is made.
        languages: of lessons and start page.
        lessons: names of those that it has.
        small: whether browsers are to fetch Pyodide from its public network.

    Raises:
        NoPackage: something cannot be fetched.
        NotBuilt: JupyterLite cannot be built.
        OSError: the folder cannot be written to.
    """
    cache = user_cache_path("imagelab", False)
    with TemporaryDirectory() as contents:
        write_contents(Path(contents), languages, lessons)
        lite.build(folder, Path(contents))
    _add_pyodide(folder / "pyodide", cache, small)
    shutil.copyfile(_STATIC / lite.ICON, folder / lite.ICON)
    shutil.copytree(_STATIC / "embed", folder / "embed")
    (folder / "index.html").write_text(start_page(languages, lessons), "utf-8")


def _add_pyodide(folder: Path, cache: Path, small: bool) -> None:
    core = npm_package("pyodide", cache)
    folder.mkdir(exist_ok=True)
    graphviz = npm_package("@hpcc-js/wasm-graphviz", cache)
    shutil.copyfile(graphviz / "dist/index.js", folder / "graphviz.mjs")
    shutil.copyfile(_STATIC / "runtime.mjs", folder / "runtime.mjs")
    if not small:
        for name in _CORE:
            shutil.copyfile(core / name, folder / name)
    place = f'"{_NETWORK}"' if small else 'new URL("./", import.meta.url).href'
    (folder / "core.mjs").write_text(f"export const core = {place};\n", "utf-8")
    wheels = collect(folder, cache, lite.extension(lite.KERNEL), core)
    write_lock(folder, wheels, core, _NETWORK if small else "")
