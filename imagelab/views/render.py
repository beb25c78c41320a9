"""DOT to SVG, wherever Graphviz is: ``dot`` on PATH, ``graphviz-pure``, or the page itself.

A page that runs the lab without a server has no programs, but can bring Graphviz along; it then
has a module ``imagelab_page`` with a function ``draw``.
"""

from __future__ import annotations

import itertools
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from imagelab.model.page import of_page

#: Seconds that a program may take for a drawing.
TIMEOUT = 20.0
#: Characters of DOT that a page is given: nothing can stop it once it draws.
MOST_IN_PAGE = 400_000
#: Widest drawing in pixels: a notebook's column on a screen 1280 wide, the file list open.
MAX_WIDTH = 840.0
_PIXELS_PER_POINT = 4 / 3
_SVG = "http://www.w3.org/2000/svg"


def render(dot: str, alternative: str = "") -> str | None:
    """Return a drawing as SVG, or None where nothing can draw it.

    Args:
        dot: Graphviz source; it reaches a program on its standard input.
        alternative: what the picture shows, for those who cannot see it.
    """
    drawings = (_tidied(drawn, alternative) for drawn in _drawings(dot) if drawn)
    return next(filter(None, drawings), None)


def _drawings(dot: str) -> Iterator[bytes | str | None]:
    """Yield what each one draws that can be asked, the best first."""
    for program in renderers():
        yield _run(program, dot)
    yield _drawn_in_page(dot)


def renderers() -> Iterator[str]:
    """Yield the programs that can draw, the best first."""
    if path := shutil.which("dot"):
        yield path
    # The script folder of a virtual environment that is not activated is not on PATH.
    folders = [sysconfig.get_path("scripts")]
    if sys.executable:  # where there are no processes, Python is no file that could be run
        folders.append(str(Path(sys.executable).parent))
    for folder in (None, *folders):
        if path := shutil.which("graphviz-pure", path=folder):
            yield path
            return


def _run(program: str, dot: str) -> bytes | None:
    try:
        done = subprocess.run(
            [program, "-Tsvg"], input=dot.encode("utf-8", "replace"), capture_output=True,
            timeout=TIMEOUT, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout


def _drawn_in_page(dot: str) -> str | None:
    """Return what the page draws; None without a page that can, or if it fails."""
    draw = of_page("draw")
    if draw is None or len(dot) > MOST_IN_PAGE:
        return None
    try:
        drawn = draw(dot.encode("utf-8", "replace").decode())
    except Exception:  # whatever the page threw, the text twin stands in for the drawing
        return None
    return drawn if isinstance(drawn, str) else None


def _tidied(drawn: bytes | str, alternative: str) -> str | None:
    """Return an ``svg`` element alone, without what differs from one program to the next.

    The titles go too: a browser shows them as tooltips, and they hold node numbers.
    """
    ElementTree.register_namespace("", _SVG)
    try:
        root = ElementTree.fromstring(drawn)
    except ElementTree.ParseError:
        return None
    for parent in list(root.iter()):
        for title in parent.findall(f"{{{_SVG}}}title"):
            parent.remove(title)
    for node in root.iter(f"{{{_SVG}}}g"):
        _anchor_right(node)
    root.set("role", "img")
    root.set("aria-label", alternative)
    _limit_width(root)
    return ElementTree.tostring(root, encoding="unicode")


def _limit_width(root: ElementTree.Element) -> None:
    """Give a wide drawing the width of a notebook's column: JupyterLab does not scale it down."""
    _, _, width, height = (float(part) for part in root.get("viewBox", "0 0 1 1").split())
    scale = min(_PIXELS_PER_POINT, MAX_WIDTH / width)
    root.set("width", f"{width * scale:.0f}")
    root.set("height", f"{height * scale:.0f}")


def _anchor_right(node: ElementTree.Element) -> None:
    """Let the second text of a row end as far from the right edge as the first is from the left.

    Renderers write the place where right-justified text begins, by their own idea of how wide
    it is.
    """
    box = node.find(f"{{{_SVG}}}polygon")
    texts = node.findall(f"{{{_SVG}}}text")
    classes = node.get("class", "").split()
    if "node" not in classes or "grid" in classes or box is None:
        return
    edges = [float(point.partition(",")[0]) for point in box.get("points", "").split()]
    for first, second in itertools.pairwise(texts):
        if first.get("y") == second.get("y"):
            margin = float(first.get("x", "0")) - min(edges)
            second.set("x", f"{max(edges) - margin:g}")
            second.set("text-anchor", "end")
