"""An image's waste: the formula with its numbers, the biggest spots, and each layer's share."""

from __future__ import annotations

from imagelab.messages import text as message
from imagelab.model.layer import Layer
from imagelab.model.tree import parent_of
from imagelab.views.html import Child, Html, join, tag
from imagelab.views.layers import overlay
from imagelab.views.layers.overlay import Cause
from imagelab.views.layers.path_history import is_copy
from imagelab.views.layers.path_key import identifier, key
from imagelab.views.layers.waste import Spot, Waste, waste
from imagelab.views.layers.words import numbers
from imagelab.views.words import printable, size

#: Spots that have a row.
MAX_SPOTS = 10


def wasted(top: Layer, language: str) -> Html:
    """Return the waste of the layers up to one."""
    found = waste(top)
    title = tag("h4", message("waste.title", language))
    formula = tag("p", message("waste.formula", language, wasted=f"{found.wasted:,}",
                               total=f"{found.total:,}"), class_="il-muted")
    if not found.wasted:
        return join(title, tag("p", message("waste.all_seen", language)), formula)
    result = message("waste.result", language, wasted=size(found.wasted),
                     total=size(found.total), percent=percent(found.efficiency))
    return join(title, tag("p", tag("b", result)), formula,
                _spots(top, found, language), _layers(found, language))


def percent(share: float) -> str:
    """Return a share with two digits after the point, never 100% or 0% unless it is all or none."""
    shown = f"{share:.2%}"
    if share < 1 and shown == "100.00%":
        return "> 99.99%"
    return "< 0.01%" if share > 0 and shown == "0.00%" else shown


def _spots(top: Layer, found: Waste, language: str) -> Html:
    layers = top.stack
    rows = [_spot(layers, each, language) for each in found.spots[:MAX_SPOTS] if each.size]
    more = len([each for each in found.spots[MAX_SPOTS:] if each.size]) + found.more
    rest = tag("p", message("waste.more", language, count=more), class_="il-muted")
    heads = ("path", "why", "by", "files", "bytes", "lie_in")
    return join(_table("spots", heads, rows, language), rest if more else None)


def _spot(layers: tuple[Layer, ...], spot: Spot, language: str) -> Html:
    path = spot.hider.path
    shown = f"/{printable(path)}"
    button = tag("button", shown, type="button", class_="il-button il-mono",
                 id=identifier("spot", f"{spot.hider.depth}/{path}"), data_click="reveal",
                 data_value=f"{spot.hider.depth} {key(path)}",
                 aria_label=message("waste.show", language, path=shown)) if path else shown
    cells = (
        message(f"waste.{_why(layers, spot)}", language),
        message("layers.number", language, number=spot.hider.depth),
        f"{spot.files:,}", f"{spot.size:,}", numbers(spot.depths, language))
    return tag("tr", tag("th", button, scope="row"), map(_cell, cells))


def _why(layers: tuple[Layer, ...], spot: Spot) -> str:
    hider = spot.hider
    if hider.cause is not Cause.CHANGED:
        return str(hider.cause.value)
    upper = layers[hider.depth - 1]
    lower = overlay.look(overlay.folder(upper.parent, parent_of(hider.path)), hider.path)
    copied = lower is not None and is_copy(lower.node, upper.changes[hider.path])
    return "copied" if copied else "changed"


def _layers(found: Waste, language: str) -> Html:
    rows = [tag("tr", tag("th", message("layers.number", language, number=each.depth),
                          scope="row"), _numbers(each.size, each.wasted))
            for each in found.layers[::-1]]
    rows.append(tag("tr", tag("th", message("waste.sum", language), scope="row"),
                    _numbers(found.total, found.wasted), class_="il-sum"))
    title = tag("summary", message("waste.layers", language))
    return tag("details", title, _table(
        "", ("layer", "size", "wasted", "share"), rows, language), id="waste-layers")


def _numbers(total: int, lost: int) -> list[Html]:
    share = percent(lost / total) if total else ""
    return [_cell(each) for each in (f"{total:,}", f"{lost:,}", share)]


def _cell(said: str) -> Html:
    is_number = said[:1].isdigit() or said[:1] in "<>"
    return tag("td", said, class_="il-number" if is_number else None)


def _table(caption: str, heads: tuple[str, ...], rows: list[Html], language: str) -> Html:
    cells = (tag("th", message(f"waste.{name}", language), scope="col") for name in heads)
    title: Child = tag("caption", message(f"waste.{caption}", language)) if caption else None
    return tag("table", title, tag("thead", tag("tr", cells)), tag("tbody", rows),
               class_="il-table")
