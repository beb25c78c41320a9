"""Opening JupyterLab on the lessons."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

START = "start.ipynb"


def notebooks() -> Path:
    """Return the lessons' folder: the checkout's, or a copy of an installed package's.

    The copy is made in the current folder, ``imagelab-notebooks``, so that a learner's work is
    in a place of their own; notebooks that are there already stay as they are.
    """
    package = Path(__file__).resolve().parent.parent
    checkout = package.parent / "notebooks"
    if checkout.is_dir():
        return checkout
    own = Path.cwd() / "imagelab-notebooks"
    for source in sorted((package / "notebooks").rglob("*.ipynb")):
        target = own / source.relative_to(package / "notebooks")
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return own


def open_lab(options: Sequence[str] = ()) -> int:
    """Start JupyterLab on the start page and return its exit code once it is closed.

    Args:
        options: further options for JupyterLab, such as ``--no-browser``.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        print('JupyterLab is not installed: run  pip install "imagelab[lab]"', file=sys.stderr)
        return 1
    folder = notebooks()
    return subprocess.run(
        [sys.executable, "-m", "jupyterlab", f"--notebook-dir={folder}",
         f"--LabApp.default_url=/lab/tree/{START}", *options],
        check=False,
    ).returncode
