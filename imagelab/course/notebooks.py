"""Opening JupyterLab on the lessons."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

START = "start.ipynb"
#: Where an installed package's lessons go if the learner names no folder.
FOLDER = "imagelab-notebooks"
#: Settings that keep JupyterLab from asking about news from other hosts in a first lesson, and
#: print a notebook by our template.
SETTINGS = Path(__file__).parent / "jupyter_config"


def notebooks(folder: Path | None = None) -> Path:
    """Return the folder of lessons to work in, complete: what is missing there is copied to it.

    A learner's work is in a place of their own, and notebooks that are there already stay as they
    are. Only a checkout has lessons that can be worked on where they stand.

    Args:
        folder: the learner's; left out, a checkout's own lessons, else ``imagelab-notebooks`` in
            the current folder.

    Raises:
        OSError: the folder cannot be made or written to.
    """
    source = handed_out()
    if folder is None and source.parent != _package():
        return source
    own = (folder or Path(FOLDER)).absolute()
    for name in _lessons_in(source):
        target = own / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / name, target)
    return own


def lessons(language: str) -> Path:
    """Return the folder of a language's lessons as they were handed out, not to be worked in."""
    return handed_out() / language


def handed_out() -> Path:
    """Return the lessons' folder in an installed package, or that of a checkout."""
    installed = _package() / "notebooks"
    return installed if installed.is_dir() else _package().parent / "notebooks"


def _package() -> Path:
    return Path(__file__).resolve().parent.parent


def _lessons_in(folder: Path) -> list[Path]:
    """Return the notebooks' paths in a folder, without what Jupyter keeps there for itself."""
    found = sorted(path.relative_to(folder) for path in folder.rglob("*.ipynb"))
    return [path for path in found if not any(part.startswith(".") for part in path.parts)]


def open_lab(words: Sequence[str] = ()) -> int:
    """Run JupyterLab on the start page until it is closed and return its exit code.

    Args:
        words: a folder for the lessons, if the first one is no option; then options for
            JupyterLab, such as ``--no-browser``.
    """
    try:
        from jupyterlab.labapp import main
    except ImportError:
        print('JupyterLab is not installed: run  pip install "imagelab[lab]"', file=sys.stderr)
        return 1
    named = words[:1] if words and not words[0].startswith("-") else ()
    try:
        folder = notebooks(*map(Path, named))
    except OSError as error:
        print(f"imagelab: no lessons in {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"The lessons are in {folder}", flush=True)
    paths = [str(SETTINGS), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    # JupyterLab does not start for root unasked; in a container there is nobody else.
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    main([f"--notebook-dir={folder}", f"--LabApp.default_url=/lab/tree/{START}", *root,
          *words[len(named):]])
    return 0
