"""``docker history``: the steps an image was made in."""

from __future__ import annotations

from typing import Any

from imagelab.engine.lookup import find_image
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.state import State

MISSING = "<missing>"


def history(state: State, name: str) -> list[dict[str, Any]]:
    """Return an image's history, newest step first, as ``GET /images/…/history`` does.

    Sizes go to the steps that made a layer. IDs are known only where this lab committed the
    image: they follow the local parents, one row an image; the rest is ``<missing>`` (cases
    ``history-01``, ``load-04``).

    Raises:
        NotFound: there is no such image.
    """
    image = find_image(state, name)
    top = state.layer_of(image)
    sizes = iter([layer.size for layer in top.stack] if top else [])
    rows: list[dict[str, Any]] = [
        {
            "Comment": str(entry.get("comment") or ""),
            "Created": parse_time(str(entry.get("created") or "")) // SECOND,
            "CreatedBy": str(entry.get("created_by") or ""),
            "Id": MISSING,
            "Size": 0 if entry.get("empty_layer") else next(sizes, 0),
            "Tags": None,
        }
        for entry in image.history
    ]
    rows.reverse()
    here = image
    for row in rows:
        row["Id"] = here.id
        tags = [str(reference) for reference in state.references_of(here.id) if reference.tag]
        row["Tags"] = tags or None
        if here.parent not in state.images:
            break
        here = state.images[here.parent]
    return rows
