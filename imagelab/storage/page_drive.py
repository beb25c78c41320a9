"""The drive of a page without a server: JupyterLite's, where a file comes and goes as a whole."""

from __future__ import annotations

from pathlib import Path

from imagelab.model.page import of_page


def most_bytes(path: Path) -> int:
    """Return how many bytes a file at a path may have; 0 where that is no page's drive: no bound.

    Such a file goes through the browser's memory several times over.
    """
    drive = of_page("drive")
    return int(of_page("largest")) if drive and path.absolute().is_relative_to(drive) else 0
