"""The Python packages that are in a site: each in one version, known by its digest."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab.site.compiled import LIBRARY, compile_all
from imagelab.site.own_wheel import write_own_wheel
from imagelab.site.packages import NoPackage, put

#: What is fetched, in pip's form; CONTRIBUTING.md says how it is made.
PINS = Path(__file__).parent / "wheels.txt"
#: What JupyterLite's Python kernel brings along: itself, and stand-ins for packages that need
#: more than a browser has.
_KERNEL = ("ipykernel", "piplite", "pyodide_kernel", "widgetsnbextension-4")


def collect(folder: Path, cache: Path, kernel: Path, core: Path) -> list[Path]:
    """Put Python's library and all wheels below a folder, and return the paths of the wheels.

    Each is where its digest says, so that a browser which kept files of an older site does not
    take one wheel for another.

    Args:
        folder: the site's.
        cache: where downloads are kept.
        kernel: the kernel's extension of JupyterLab.
        core: npm's ``pyodide``.

    Raises:
        NoPackage: they cannot be fetched or compiled.
    """
    with TemporaryDirectory() as work:
        compiled = Path(work, "compiled")
        found = [*_downloaded(cache), *_of_kernel(kernel), write_own_wheel(Path(work))]
        compile_all(found, compiled, core)
        shutil.copyfile(compiled / LIBRARY, folder / LIBRARY)
        return [_placed(compiled / wheel.name, folder) for wheel in found]


def _downloaded(cache: Path) -> list[Path]:
    """Return what the pins name; it is downloaded once for each version of the pins."""
    folder = cache / f"wheels-{_digest(PINS)}"
    if not folder.is_dir():
        cache.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=cache) as work:
            _pip("download", "--no-deps", "--only-binary", ":all:", "--python-version", "3.14",
                 "--require-hashes", "-r", str(PINS), "-d", f"{work}/wheels")
            put(Path(work, "wheels"), folder)
    return sorted(folder.iterdir())


def _pip(*words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise NoPackage(f"pip cannot download what the site needs: {done.stderr.strip()}")


def _of_kernel(extension: Path) -> list[Path]:
    return [next((extension / "static/pypi").glob(f"{name}*.whl")) for name in _KERNEL]


def _placed(wheel: Path, folder: Path) -> Path:
    target = folder / "wheels" / _digest(wheel) / wheel.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(wheel, target)
    return target


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
