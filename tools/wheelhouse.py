"""Fill a folder with all that installs the lab in a room without a network.

``python -m tools.wheelhouse`` is for machines like this one; ``python -m tools.wheelhouse windows
3.13`` for others and their Python. In the room:
``pip install --no-index --find-links wheelhouse "imagelab[lab]"``.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "wheelhouse"
#: uv's names of systems, which it evaluates a requirement's conditions for, and wheels' tags there.
SYSTEMS = {
    "windows": ["win_amd64"],
    "macos": ["macosx_13_0_arm64"],  # pip adds those of older systems
    "linux": ["manylinux2014_x86_64", *(f"manylinux_2_{minor}_x86_64" for minor in range(5, 29))],
}


def main(arguments: list[str]) -> int:
    """Make the folder anew and return the exit code."""
    if arguments and (len(arguments) != 2 or arguments[0] not in SYSTEMS):
        print(f"name no system, or one of {', '.join(SYSTEMS)} and its Python: windows 3.13",
              file=sys.stderr)
        return 2
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    try:
        if arguments:
            _fill_for(*arguments)
            _check_for(*arguments)
        else:
            _fill()
            _check()
    except subprocess.CalledProcessError as error:
        return error.returncode
    wheels = list(FOLDER.iterdir())
    size = sum(wheel.stat().st_size for wheel in wheels)
    print(f"{FOLDER}: {len(wheels)} wheels, {size / 1e6:.0f} MB; they are all that is needed")
    return 0


def _fill() -> None:
    _pip("wheel", "-c", "constraints.txt", "-w", str(FOLDER), ".[lab]")


def _check() -> None:
    _pip("install", "--dry-run", "--ignore-installed", "--no-index", "--find-links", str(FOLDER),
         "imagelab[lab]")


def _fill_for(system: str, python: str) -> None:
    """Download what uv finds is needed there: pip reads conditions for this machine alone."""
    _pip("wheel", "--no-deps", "-w", str(FOLDER), ".")
    with TemporaryDirectory() as folder:
        needed = Path(folder) / "requirements.txt"
        _uv("compile", "--python-platform", system, "--python-version", python, "--extra", "lab",
            "-c", "constraints.txt", "-o", str(needed), "pyproject.toml")
        _pip("download", "--no-deps", "--only-binary", ":all:", "--python-version", python,
             *(f"--platform={tag}" for tag in SYSTEMS[system]), "-d", str(FOLDER),
             "-r", str(needed))


def _check_for(system: str, python: str) -> None:
    with TemporaryDirectory() as folder:
        _uv("install", "--dry-run", "--no-index", "--find-links", str(FOLDER),
            "--python-platform", system, "--python-version", python, "--target", folder,
            "--only-binary", ":all:", "imagelab[lab]")


def _pip(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *words],
                   cwd=ROOT, check=True)


def _uv(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "uv", "--quiet", "pip", *words], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
