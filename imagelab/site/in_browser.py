"""Run by the browser's own Python, when a site is built: nothing need be compiled in a browser."""

import importlib.util
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_INSTALLED = "/lib/python3.14/site-packages"


def compile_wheel(source: str, target: str) -> None:
    """Write a wheel anew with compiled modules; what cannot be compiled stays as it is.

    Sources are left out: with them a wheel would be half as large again.

    Args:
        source: path of a wheel.
        target: path of the new one.
    """
    with ZipFile(source) as old, ZipFile(target, "w", ZIP_DEFLATED) as new:
        for entry in old.infolist():
            data = old.read(entry)
            compiled = _compiled(entry.filename, data)
            name = entry.filename if compiled is None else f"{entry.filename}c"
            new.writestr(ZipInfo(name), data if compiled is None else compiled,
                         ZIP_DEFLATED)  # of a fixed date


def _compiled(name: str, data: bytes) -> bytes | None:
    if not name.endswith(".py"):
        return None
    try:
        code = compile(data, f"{_INSTALLED}/{name}", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return None
    # Valid whatever becomes of the source: nobody changes it there.
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(data), False))
