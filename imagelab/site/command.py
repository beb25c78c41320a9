"""``imagelab site``: a folder that any static host can serve."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab.course.lessons import LESSONS
from imagelab.site.packages import NoPackage

#: A folder that holds it is a site, and may be built anew.
MARK = "imagelab-site.txt"


def site(folder: Path, languages: Sequence[str], lessons: Sequence[str], *, small: bool) -> int:
    """Build a site, say how large it is and how to look at it, and return the exit code.

    Args:
        folder: where; a site that is there is replaced.
        languages: of lessons and start page.
        lessons: names of lessons; all of them if there are none.
        small: see :func:`imagelab.site.build.build`.
    """
    if refusal := _refusal(folder, lessons):
        print(f"imagelab: {refusal}", file=sys.stderr)
        return 1
    from imagelab.site.build import NotBuilt, build

    chosen = [each for each in LESSONS if each in lessons or not lessons]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Beside its place first: a site that is there stays until the new one is whole.
        with TemporaryDirectory(dir=folder.parent, prefix=".imagelab-site-") as work:
            made = Path(work, "site")
            build(made, languages, chosen, small=small)
            (made / MARK).write_text("imagelab site\n", "utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            made.rename(folder)
    except (NoPackage, NotBuilt) as error:
        print(f"imagelab: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"imagelab: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{folder}: {size / 1e6:.0f} MB, for any web server. To look at it here:")
    print(f"  {Path(sys.executable).name} -m http.server --bind 127.0.0.1 --directory {folder}")
    return 0


def _refusal(folder: Path, lessons: Sequence[str]) -> str:
    """Return why a site is not built; nothing if it can be tried."""
    if unknown := [each for each in lessons if each not in LESSONS]:
        return f"there is no lesson {unknown[0]!r}; there are: {', '.join(LESSONS)}"
    if any(find_spec(each) is None for each in ("jupyterlite_core", "jupyterlite_pyodide_kernel")):
        return 'JupyterLite is not installed: run  pip install "imagelab[site]"'
    if folder.exists() and not folder.is_dir():
        return f"{folder} is a file: name a folder"
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        return f"{folder} holds other things than a site: name an empty folder"
    return ""
