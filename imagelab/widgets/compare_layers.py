"""The layers of images side by side, as a table; what all of them have can be folded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.messages import text
from imagelab.model.image import Image, short_id
from imagelab.model.state import State
from imagelab.views.compare.aligned import ALONE, Row, aligned, marks, weight
from imagelab.views.html import Html, tag
from imagelab.views.sharing import commands
from imagelab.views.words import command, printable, size

#: Rows that are drawn, and fewest layers that are folded.
MAX_ROWS, MIN_FOLD = 150, 3
_LONGEST = 60


def layer_table(
    state: State, refs: Sequence[str], images: Sequence[Image], language: str, *, folded: bool,
) -> Html:
    """Return the table; its fold is a button with the action ``fold``."""
    rows = aligned(images)
    drawing = _Table(state, images, rows, language)
    head = tag("tr", [tag("th", tag("b", printable(ref)), tag("br"),
                          tag("span", short_id(image.id), class_="il-mono il-muted"),
                          tag("br"),
                          tag("span", weight(state, image, language), class_="il-muted"),
                          scope="col")
                      for ref, image in zip(refs, images, strict=True)],
               tag("th", text("compare.relation", language), scope="col"),
               tag("th", text("compare.row_command", language), scope="col"))
    body = list(drawing.body(folded))
    shown = body[:MAX_ROWS]
    if more := len(body) - len(shown):
        said = text("compare.files_more", language, count=more)
        shown.append(tag("tr", tag("td", said, colspan=len(images) + 2)))
    return tag("table", tag("thead", head), tag("tbody", shown), class_="il-table")


class _Table:
    """Aligned rows, drawn."""

    def __init__(
        self, state: State, images: Sequence[Image], rows: Sequence[Row], language: str,
    ) -> None:
        self.state = state
        self.images = images
        self.rows = rows
        self.language = language
        self.marks = marks(rows)
        self.made = {key: value for image in images for key, value in commands(image)}

    def body(self, folded: bool) -> Iterator[Html]:
        """Yield the rows; those that all images begin with are one row if they are folded."""
        common = 0
        while common < len(self.rows) and self.is_common(self.rows[common]):
            common += 1
        if common >= MIN_FOLD and len(self.images) > 1:
            yield self.fold(common, folded)
            common = common if folded else 0
        else:
            common = 0
        for row in self.rows[common:]:
            yield self.row(row)

    def is_common(self, row: Row) -> bool:
        """Whether all images have the same layer here."""
        return None not in row and len({entry.chain_id for entry in row if entry}) == 1

    def fold(self, count: int, folded: bool) -> Html:
        weight = sum(self.size(row[0].chain_id) for row in self.rows[:count] if row[0])
        said = text("compare.fold", self.language, count=count, size=size(weight))
        return tag("tr", tag("td", tag(
            "button", tag("span", "▸ " if folded else "▾ ", aria_hidden="true"), said,
            class_="il-button", id="fold", type="button", data_click="fold",
            aria_expanded="false" if folded else "true"), colspan=len(self.images) + 2))

    def size(self, chain_id: str) -> int:
        layer = self.state.layers.get(chain_id)
        return layer.size if layer else 0

    def row(self, row: Row) -> Html:
        filled = [entry for entry in row if entry]
        chains = {entry.chain_id for entry in filled}
        key = "alone" if len(filled) == 1 else (
            "same_layer" if len(chains) == 1 else "same_content")
        cells = []
        for entry in row:
            if entry is None:
                cells.append(tag("td"))
                continue
            mark = self.marks.get(entry.chain_id, ALONE)
            cells.append(tag(
                "td", tag("b", mark), " ",
                tag("span", short_id(printable(entry.diff_id)), class_="il-mono"), " ",
                size(self.size(entry.chain_id)),
                class_="il-compare-alone" if mark == ALONE else "il-compare-same"))
        made = command(self.made.get(filled[0].chain_id, ""))
        return tag("tr", cells, tag("td", text(f"compare.{key}", self.language)),
                   tag("td", made if len(made) <= _LONGEST else f"{made[:_LONGEST]}…",
                       class_="il-mono il-compare-made"))
