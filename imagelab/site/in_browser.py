"""Run by the browser's own Python, when a site is built: nothing need be compiled in a browser."""

import re
from pathlib import Path
from py_compile import PycInvalidationMode, PyCompileError
from py_compile import compile as compile_file
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_INSTALLED = "/lib/python3.14/site-packages"
_OUTSIDE = re.compile(r"\.data/|/(?:labextension|nbextension|tests|testing|sphinxext)/")
#: Imported when one is asked for, if ever: as sources they are half as large.
_SELDOM = "imagelab/shell/programs/"


def compile_wheel(source: str, target: str) -> None:
    """Write a wheel anew with compiled modules; what cannot be compiled stays as it is.

    Sources are left out: with them a wheel would be half as large again. So are tests, and what
    JupyterLab has of it outside Python.

    Args:
        source: path of a wheel.
        target: path of the new one.
    """
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if _OUTSIDE.search(entry.filename):
                continue
            data = old.read(entry)
            compiled = _compiled(entry.filename, data)
            name = entry.filename if compiled is None else f"{entry.filename}c"
            new.writestr(ZipInfo(name), data if compiled is None else compiled,
                         ZIP_DEFLATED)  # of a fixed date


def _compiled(name: str, data: bytes) -> bytes | None:
    if not name.endswith(".py") or name.startswith(_SELDOM):
        return None
    Path("/module.py").write_bytes(data)
    try:
        # Valid whatever becomes of the source: nobody changes it there.
        compile_file("/module.py", "/module.pyc", f"{_INSTALLED}/{name}", doraise=True,
                     invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
    except PyCompileError:
        return None
    return Path("/module.pyc").read_bytes()
