"""What the views of layers say, in the learner's language."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.formats.layer_tar import OPAQUE_MARKER, WHITEOUT_PREFIX
from imagelab.messages import text as message
from imagelab.model.tree import name_of
from imagelab.views.files import ADDED, CHANGED, REMOVED
from imagelab.views.html import Html, tag
from imagelab.views.layers.hidden import Hidden
from imagelab.views.layers.overlay import Cause
from imagelab.views.words import printable, size

_MARKS = {ADDED: "added", CHANGED: "changed", REMOVED: "removed"}


def mark(symbol: str, language: str) -> Html:
    """Return a mark as a symbol, and as a word for those who hear it."""
    if not symbol:
        return tag("span", class_="il-mark")
    name = _MARKS[symbol]
    word = tag("span", message(f"layers.mark_{name}", language), class_="il-visually-hidden")
    return tag("span", symbol, word, class_=f"il-mark il-mark-{name}")


def numbers(depths: Sequence[int], language: str) -> str:
    """Name layers by their numbers, neighbours as a range."""
    if len(depths) == 1:
        return message("layers.number", language, number=depths[0])
    runs: list[list[int]] = []
    for depth in depths:
        if runs and runs[-1][-1] == depth - 1:
            runs[-1].append(depth)
        else:
            runs.append([depth])
    said = (f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
    return message("layers.layer_list", language, numbers=", ".join(said))


def explanation(hidden: Hidden | None, path: str, language: str) -> str:
    """Say what an entry hides of lower layers; nothing of a file that is only a newer one.

    Args:
        hidden: what it hides; None for a whiteout that hides nothing.
        path: the entry.
        language: of the text.
    """
    if hidden is None:
        return message("layers.hides_nothing", language)
    if hidden.cause is Cause.CHANGED:
        return ""
    name = f"hides_{hidden.cause.value}"
    if hidden.cause is Cause.WHITEOUT and not hidden.is_folder:
        name += "_file"
    marker = OPAQUE_MARKER
    if hidden.cause is Cause.WHITEOUT:
        marker = WHITEOUT_PREFIX + name_of(path)
    return message(
        f"layers.{name}", language, marker=printable(marker), number=hidden.by,
        files=f"{hidden.files:,}", size=size(hidden.size),
        layers=numbers(hidden.depths, language))
