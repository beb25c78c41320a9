"""imagelab itself as a wheel, made from where it is installed: there need be no checkout."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_PACKAGE = Path(__file__).resolve().parent.parent
#: Lessons are in the site as files; what builds a site, marks a class or runs in a terminal has no
#: place in it.
_LEFT_OUT = {"notebooks", "site", "grading", "assignment", "testing.py", "cli.py", "__main__.py",
             "__pycache__"}
_WHEEL = "Wheel-Version: 1.0\nGenerator: imagelab\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def write_own_wheel(folder: Path) -> Path:
    """Write the wheel into a folder and return its path; the same package gives the same bytes."""
    installed = distribution("imagelab")
    about = f"imagelab-{installed.version}.dist-info"
    files = dict(_sources())
    files[f"{about}/METADATA"] = (installed.read_text("METADATA") or "").encode()
    files[f"{about}/WHEEL"] = _WHEEL.encode()
    files[f"{about}/RECORD"] = _record(files, f"{about}/RECORD")
    path = folder / f"imagelab-{installed.version}-py3-none-any.whl"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)  # of a fixed date
    return path


def _sources() -> Iterator[tuple[str, bytes]]:
    for path in sorted(_PACKAGE.rglob("*")):
        parts = path.relative_to(_PACKAGE).parts
        if path.is_file() and not _LEFT_OUT & {parts[0], *parts[:-1]}:
            yield "/".join(("imagelab", *parts)), path.read_bytes()


def _record(files: dict[str, bytes], own: str) -> bytes:
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    return "\n".join([*lines, f"{own},,", ""]).encode()


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
