"""Run by the browser's own Python, when a site is built: what a lesson imports is compiled here.

Compiled modules load in half the time, and take twice the room that their sources take; so those
which a lesson does not import stay sources.
"""

import re
import sys
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as compile_file
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PACKAGES = "/lib/python3.14/site-packages"
#: Python's own; it is meant to be without its docstrings where room is dear (``python -OO``).
LIBRARY = "/lib/python314.zip"
#: What JupyterLab, and who works on a package, has of it.
_OUTSIDE = re.compile(r"\.data/|/(?:labextension|nbextension|tests)/|\.dist-info/RECORD$")
#: Of five hundred languages IPython colours one: the others' files are left out.
_LANGUAGES = "pygments/lexers/"
#: A kernel's start, and the beginning of a lesson.
_LESSON = """
import pyodide_kernel, piplite.piplite, anywidget
shell = pyodide_kernel.ipython_shell
shell.run_cell("%load_ext imagelab")
shell.run_cell("import imagelab; lab = imagelab.use(imagelab.Lab.start('04-rmi'))")
shell.run_cell("%docker images")
shell.run_cell("lab.show.map()")
"""


def imported(wheels: list[str]) -> list[str]:
    """Return the files of modules that a lesson imports, below where they are installed.

    Args:
        wheels: paths of all that is installed.
    """
    for wheel in wheels:
        with ZipFile(wheel) as archive:
            archive.extractall(PACKAGES)
    exec(_LESSON, {})
    return sorted({str(module.__file__) for module in list(sys.modules.values())
                   if getattr(module, "__file__", None)})


def compile_archive(source: str, target: str, root: str, chosen: list[str]) -> None:
    """Write a wheel or the library anew, some of its modules compiled instead of their sources.

    Args:
        source: path of the archive.
        target: path of the new one.
        root: where its files will be.
        chosen: which are compiled, by where they will be.
    """
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED, compresslevel=9) as new:
        for entry in old.infolist():
            name, path = entry.filename, f"{root}/{entry.filename}"
            is_idle = name.startswith(_LANGUAGES) and path not in chosen
            if entry.is_dir() or is_idle or _OUTSIDE.search(name):
                continue
            data = old.read(entry)
            if path in chosen:
                name, data = f"{name}c", _compiled(path, data)
            new.writestr(ZipInfo(name), data, ZIP_DEFLATED)  # of a fixed date


def _compiled(path: str, data: bytes) -> bytes:
    Path("/module.py").write_bytes(data)
    # Valid whatever becomes of the source: nobody changes it there.
    compile_file("/module.py", "/module.pyc", path, doraise=True,
                 optimize=2 if path.startswith(LIBRARY) else 0,
                 invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    return Path("/module.pyc").read_bytes()
