"""Opening JupyterLab on the lessons."""

from __future__ import annotations

import os
import shutil
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
    installed = package / "notebooks"
    if not installed.is_dir():
        return package.parent / "notebooks"
    own = Path.cwd() / "imagelab-notebooks"
    for source in sorted(installed.rglob("*.ipynb")):
        target = own / source.relative_to(installed)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    return own


def lessons(language: str) -> Path:
    """Return the folder of a language's lessons as they were handed out, not to be worked in."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "notebooks"
    return (installed if installed.is_dir() else package.parent / "notebooks") / language


def open_lab(options: Sequence[str] = ()) -> int:
    """Run JupyterLab on the start page until it is closed and return its exit code.

    Args:
        options: further options for JupyterLab, such as ``--no-browser``.
    """
    try:
        from jupyterlab.labapp import main
    except ImportError:
        print('JupyterLab is not installed: run  pip install "imagelab[lab]"', file=sys.stderr)
        return 1
    # Its settings keep JupyterLab from asking about news from other hosts in a first lesson.
    own = str(Path(__file__).parent / "jupyter_config")
    paths = [own, os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # JupyterLab does not start for root unasked; in a container there is nobody else.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    main([f"--notebook-dir={notebooks()}", f"--LabApp.default_url=/lab/tree/{START}", *root,
          *options])
    return 0
