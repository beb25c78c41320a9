"""Reading rendered SVG: where its boxes and texts are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
#: Widths of printable ASCII in DejaVu Sans, the widest of the usual fonts, in thousandths of an em.
PLAIN = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636,
    636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698,
    770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732,
    684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635,
    634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592,
    525, 636, 337, 636, 838,
)
BOLD = (
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696,
    696, 696, 696, 696, 696, 696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734,
    830, 683, 683, 821, 837, 372, 372, 775, 637, 995, 837, 850, 733, 850, 770, 720, 682, 812,
    774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716, 678, 435, 716,
    712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652,
    582, 712, 365, 712, 838,
)


@dataclass(frozen=True)
class Area:
    """A rectangle in the drawing's own units."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Area) -> bool:
        return (self.left < other.right and other.left < self.right
                and self.top < other.bottom and other.top < self.bottom)

    def holds(self, other: Area) -> bool:
        return (self.left <= other.left and other.right <= self.right
                and self.top <= other.top and other.bottom <= self.bottom)


def nodes(svg: str) -> list[ElementTree.Element]:
    groups = ElementTree.fromstring(svg).iter(f"{SVG}g")
    return [each for each in groups if "node" in each.get("class", "").split()]


def box(node: ElementTree.Element) -> Area:
    polygon, path = node.find(f"{SVG}polygon"), node.find(f"{SVG}path")
    shape = polygon.get("points") if polygon is not None else (
        path.get("d") if path is not None else None)
    assert shape is not None
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", shape)]
    return Area(min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2]))


def texts(node: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in node.findall(f"{SVG}text")]


def text_areas(node: ElementTree.Element) -> list[Area]:
    """Return where the texts of a box are when a browser draws them in DejaVu Sans."""
    areas = []
    for each in node.findall(f"{SVG}text"):
        size = float(each.get("font-size", ""))
        ems = BOLD if each.get("font-weight") == "bold" else PLAIN
        width = sum(_em(char, ems) for char in each.text or "") * size
        x, y = float(each.get("x", "")), float(each.get("y", ""))
        left = x - width if each.get("text-anchor") == "end" else x
        areas.append(Area(left, y - 0.8 * size, left + width, y + 0.2 * size))
    return areas


def _em(char: str, ems: tuple[int, ...]) -> float:
    if " " <= char <= "~":
        return ems[ord(char) - 32] / 1000
    if char == "\xa0":
        return ems[0] / 1000
    return 1.0
