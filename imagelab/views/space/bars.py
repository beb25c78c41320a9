"""Bars made of parts: how long each part is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from imagelab.views.space.measure import ImageSpace, Shared, Space


@dataclass(frozen=True)
class Part:
    """A part of a bar.

    Attributes:
        size: bytes.
        shared: the layers that it stands for; None for an image's own.
    """

    size: int
    shared: Shared | None = None


def image_parts(image: ImageSpace) -> tuple[Part, ...]:
    """Return the bar of an image, the lowest layers first; what weighs nothing is left out."""
    parts = (*(Part(each.size, each) for each in image.shared), Part(image.unique_size))
    return tuple(part for part in parts if part.size)


def column_parts(found: Space) -> tuple[Part, ...]:
    """Return the bar of the SIZE column: the bars of all its rows, one after the other."""
    return tuple(part for image in found.images for _ in image.names
                 for part in image_parts(image))


def disk_parts(found: Space) -> tuple[Part, ...]:
    """Return the bar of the disk: shared layers once, then what each image has to itself."""
    shared = [Part(each.size, each) for each in found.shared if each.size]
    own = [Part(each.unique_size) for each in found.images if each.unique_size]
    return (*shared, *own)


def merged(parts: Sequence[Part], most: int) -> tuple[Part, ...]:
    """Return a bar of at most so many parts: the smallest ones are put together as one."""
    if len(parts) <= most:
        return tuple(parts)
    keep = set(sorted(range(len(parts)), key=lambda at: -parts[at].size)[:most - 1])
    rest = sum(part.size for at, part in enumerate(parts) if at not in keep)
    return (*(part for at, part in enumerate(parts) if at in keep), Part(rest))


def lengths(sizes: Sequence[int], room: float, least: float) -> list[float]:
    """Share out a length by sizes, none shorter than the least; the longest make up for it."""
    if not sizes:
        return []
    least = min(least, room / len(sizes))
    total = sum(sizes)
    drawn = [max(room * each / total, least) for each in sizes]
    spare = [each - least for each in drawn]
    over = sum(drawn) - room
    return [each - over * part / (sum(spare) or 1) for each, part in zip(drawn, spare, strict=True)]
