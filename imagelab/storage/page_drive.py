"""The drive of a page without a server: JupyterLite's, where a file comes and goes as a whole."""

from __future__ import annotations

from pathlib import Path


def most_bytes(path: Path) -> int:
    """Return how many bytes a file at a path may have; 0 where that is no page's drive: no bound.

    Such a file goes through the browser's memory several times over.
    """
    try:
        from imagelab_page import drive, largest
    except ImportError:
        return 0
    return int(largest) if path.absolute().is_relative_to(drive) else 0
