"""What ``docker system df`` adds up: the client's sums of what ``GET /system/df`` lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.formats.units import human_size

_ACTIVE = ("running", "paused", "restarting")


@dataclass(frozen=True)
class Total:
    """A row of ``docker system df``; its fields are the columns, sizes in bytes.

    Attributes:
        kind: ``Images``, ``Containers``, ``Local Volumes`` or ``Build Cache``.
        count: TOTAL, how many there are.
        active: how many are in use.
        size: what they take.
        reclaimable: what could be had back, as the client reckons.
    """

    kind: str
    count: int
    active: int
    size: int
    reclaimable: int


def reclaimable(total: Total) -> str:
    """Return the column RECLAIMABLE: ``12.3MB (45%)``."""
    share = f" ({total.reclaimable * 100 // total.size}%)" if total.size else ""
    return human_size(total.reclaimable) + share


def totals(usage: Mapping[str, Any]) -> tuple[Total, ...]:
    """Return a row each for images, containers, volumes and build cache.

    What images could give back is all that no image with a container has to itself; so a layer
    that two such images share counts as reclaimable, as the client reckons.
    """
    images, containers, volumes = usage["Images"], usage["Containers"], usage["Volumes"]
    used = [each for each in images if each["Containers"]]
    active = [each for each in containers if each["State"] in _ACTIVE]
    mounted = [each for each in volumes if each["UsageData"]["RefCount"]]
    own = sum(each["Size"] - each["SharedSize"] for each in used)
    written, written_by_active = (
        sum(each.get("SizeRw", 0) for each in some) for some in (containers, active))
    kept, kept_by_mounted = (
        sum(each["UsageData"]["Size"] for each in some) for some in (volumes, mounted))
    size = usage["LayersSize"]
    return (
        Total("Images", len(images), len(used), size, size - own),
        Total("Containers", len(containers), len(active), written, written - written_by_active),
        Total("Local Volumes", len(volumes), len(mounted), kept, kept - kept_by_mounted),
        Total("Build Cache", 0, 0, 0, 0),
    )
