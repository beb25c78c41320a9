"""The files of a selection as folders that open: rows with marks, sizes and where they are from."""

from __future__ import annotations

import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from imagelab.messages import text as message
from imagelab.model.node import Kind
from imagelab.model.tree import join_path, name_of
from imagelab.views.files import REMOVED
from imagelab.views.html import Html, join, tag
from imagelab.views.layers.file_tree import (
    MAX_ROWS,
    Mode,
    Place,
    Row,
    Selection,
    is_change,
    names,
    place,
    rows,
)
from imagelab.views.layers.path_key import identifier, key
from imagelab.views.layers.tree_counts import NONE, counts
from imagelab.views.layers.words import explanation, mark
from imagelab.views.words import printable, size

#: Rows that are drawn in all, however many folders are open.
MAX_TREE_ROWS = 600
#: Folders in folders that are drawn; browsers take elements in elements no deeper than 512.
MAX_LEVELS = 60
_LEGENDS = {Mode.LAYER: "about_layer", Mode.MERGED: "about_merged", Mode.IMAGE: "about_image"}


@dataclass(frozen=True)
class Look:
    """What a learner has done to the tree.

    Attributes:
        open: the folders that are open.
        starts: for folders with many rows, how many rows are before the first one shown.
        chosen: the file that is looked at.
        only_changes: whether to leave out what is as it was.
    """

    open: Collection[str] = ()
    starts: Mapping[str, int] = field(default_factory=dict)
    chosen: str = ""
    only_changes: bool = False


def tree(selection: Selection, look: Look, language: str) -> Html:
    """Return the tree of a selection, with a line that says what it lists."""
    about = message(f"layers.{_LEGENDS[selection.mode]}", language, number=selection.top.depth)
    drawing = _Drawing(selection, look, language)
    return tag(
        "div", tag("h4", message("layers.files", language), id="files-title"),
        tag("p", about, " ", message("layers.tree_legend", language), class_="il-muted"),
        drawing.heads(),
        tag("div", drawing.folder(place(selection, "")), class_="il-files", id="files"),
        class_="il-files-part")


class _Drawing:
    """One drawing of a tree; it counts its rows."""

    def __init__(self, selection: Selection, look: Look, language: str) -> None:
        self.selection = selection
        self.look = look
        self.language = language
        self.counts = counts(selection)
        self.left = MAX_TREE_ROWS

    def heads(self) -> Html:
        """Name the columns; for the eye, since each row says what its cells are by their look."""
        cells = (tag("span", class_="il-mark"), *(
            tag("span", self._said(name), class_=f"il-f-{name}")
            for name in ("name", "size", "mode", "owner")),
            tag("span", self._said("from_layer"), class_="il-f-layer"))
        return tag("div", cells, class_="il-file il-file-heads", aria_hidden="true")

    def folder(self, here: Place) -> Html:
        """Return what is in a folder, a stretch of it if it is much."""
        listed = self._names(here)
        start = min(self.look.starts.get(here.path, 0), max(0, len(listed) - 1))
        start -= start % MAX_ROWS
        room = min(MAX_ROWS, self.left)
        page = listed[start : start + room]
        self.left -= len(page)
        items = [self._item(here, row) for row in rows(self.selection, here, page)]
        rest = len(listed) - start - len(page)
        if not items and not rest:
            return tag("p", self._said(self._why_empty(here)), class_="il-muted il-f-note")
        return join(
            self._turn("previous_rows", here, start - MAX_ROWS, start) if start else None,
            tag("ul", items, class_="il-tree"),
            self._rest(here, start, rest, len(page)) if rest else None)

    def _names(self, here: Place) -> list[str]:
        listed = names(self.selection, here)
        if not self.look.only_changes or not here.before:  # all is new where nothing was
            return listed
        touched = set(here.touched)
        return [name for name in listed
                if (path := join_path(here.path, name)) in self.counts
                or (name in touched and is_change(self.selection, here, path))]

    def _why_empty(self, here: Place) -> str:
        if self.look.only_changes:
            return "no_changes"
        return "no_rows" if here.path or self.selection.mode is not Mode.LAYER else "no_entries"

    def _rest(self, here: Place, start: int, rest: int, shown: int) -> Html:
        if shown < MAX_ROWS:
            return tag("p", self._said("too_many", count=f"{rest:,}"), class_="il-muted il-f-note")
        return self._turn("next_rows", here, start + MAX_ROWS, rest)

    def _turn(self, name: str, here: Place, start: int, count: int) -> Html:
        return tag("button", self._said(name, count=f"{count:,}"), type="button",
                   id=identifier(name, here.path), class_="il-button il-f-turn",
                   data_click="rows", data_value=f"{max(0, start)} {key(here.path)}")

    # --- rows ------------------------------------------------------------------------------

    def _item(self, here: Place, row: Row) -> Html:
        note = tag("p", said, class_="il-note il-f-note") if (said := self._note(row)) else None
        if not row.holds:
            return tag("li", self._button(row), note)
        is_open = row.path in self.look.open
        inner = join(note, self._opened(here, row)) if is_open else None
        head = tag("summary", self._cells(row), class_="il-file",
                   id=identifier("summary", row.path))
        return tag("li", tag(
            "details", head, inner, id=identifier("folder", row.path), data_toggle="folder",
            data_value=key(row.path), open=is_open), None if is_open else note)

    def _opened(self, here: Place, row: Row) -> Html:
        if row.path.count("/") >= MAX_LEVELS:
            return tag("p", self._said("too_deep"), class_="il-muted il-f-note")
        return self.folder(here.inside(row.path))

    def _button(self, row: Row) -> Html:
        return tag("button", self._cells(row), type="button", class_="il-file",
                   id=identifier("file", row.path), data_click="file", data_value=key(row.path),
                   aria_pressed="true" if row.path == self.look.chosen else "false")

    def _cells(self, row: Row) -> tuple[Html, ...]:
        node = row.node
        listed = node.kind is not Kind.WHITEOUT
        return (
            mark(row.mark, self.language),
            tag("span", self._name(row), class_="il-f-name"),
            tag("span", "" if node.is_directory or not listed else size(node.size),
                class_="il-f-size"),
            tag("span", stat.filemode(node.st_mode) if listed else "whiteout",
                class_="il-f-mode"),
            tag("span", f"{node.uid}:{node.gid}" if listed else "", class_="il-f-owner"),
            tag("span", self._said("number", number=row.layer.depth), class_="il-f-layer"))

    def _name(self, row: Row) -> tuple[Html | str | None, ...]:
        slash = "/" if row.node.is_directory else ""
        name = printable(name_of(row.path)) + slash
        shown = tag("s", name) if row.mark == REMOVED else name
        target = f" → {printable(row.node.target)}" if row.node.kind is Kind.SYMLINK else None
        return shown, target, self._below(row)

    def _below(self, row: Row) -> Html | None:
        """Count the changes in a folder, to see which one is worth opening."""
        found = self.counts.get(row.path, NONE) if row.holds else NONE
        removed = found.whiteouts if self.selection.mode is Mode.LAYER else found.removed
        parts = [f"{symbol}{number:,}" for symbol, number in
                 zip("+~-", (found.added, found.changed, removed), strict=True) if number]
        if not parts:
            return None
        said = self._said("below", added=found.added, changed=found.changed, removed=removed)
        return tag("span", tag("span", " ".join(parts), aria_hidden="true"),
                   tag("span", said, class_="il-visually-hidden"), class_="il-f-below",
                   title=said)

    def _note(self, row: Row) -> str:
        """Explain a whiteout, an opaque directory or a replacement where it occurs."""
        if row.hidden is None and row.node.kind is not Kind.WHITEOUT:
            return ""
        return explanation(row.hidden, row.path, self.language)

    def _said(self, name: str, **values: object) -> str:
        return message(f"layers.{name}", self.language, **values)
