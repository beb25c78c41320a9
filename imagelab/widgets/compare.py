"""The live comparison of two images: which they are, layers, files and settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.engine.lookup import find_image
from imagelab.messages import text
from imagelab.model.image import Image, short_id
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.views.compare import words
from imagelab.views.compare.config_diff import config_diff
from imagelab.views.compare.file_diff import FileDiff, FileDifference, Verdict, file_diff
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.sharing import tagged
from imagelab.views.words import printable
from imagelab.widgets.compare_file import Sides
from imagelab.widgets.compare_layers import layer_table
from imagelab.widgets.pane import Pane

#: Files shown at first and with each "more", settings, images to choose from.
PAGE, MAX_SETTINGS, MAX_CHOICES = 200, 60, 300
_MOST_FILES = 2000


class ComparePane(Pane):
    """Images of a daemon's lab side by side."""

    def __init__(
        self, daemon: Daemon, language: Callable[[], str], refs: Sequence[str],
    ) -> None:
        """Compare some images, the first with the second to begin with.

        Args:
            daemon: whose lab it is.
            language: tells the language each time.
            refs: the images, two or more.
        """
        self._daemon = daemon
        self._language = language
        self._refs = list(refs)
        self._second = refs[1]
        self._folded = True
        self._filter: Verdict | None = None
        self._shown = PAGE
        self._chosen: str | None = None
        self._found: tuple[tuple[str, str], FileDiff] | None = None

    def act(self, action: str, value: Any) -> None:
        """Choose images, filter files, look at one."""
        if action in ("first", "second") and isinstance(value, str):
            if value in dict(self._choices()):
                self._choose(action, value)
        elif action == "fold":
            self._folded = not self._folded
        elif action == "filter":
            self._filter = next((each for each in Verdict if each.value == value), None)
            self._shown = PAGE
        elif action == "more":
            self._shown = min(self._shown + PAGE, _MOST_FILES)
        elif action == "file":
            self._look_at(value)

    def _choose(self, which: str, ref: str) -> None:
        self._shown, self._chosen = PAGE, None
        if which == "first":
            self._refs[0] = ref
        else:
            self._second = ref
            if ref not in self._refs[1:]:
                self._refs[1:] = [ref]

    def _look_at(self, value: Any) -> None:
        """Look at a file by its place in the list: a path may hold what HTML cannot."""
        listed = self._found[1].differences if self._found else ()
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 9:
            for each in listed[int(value):int(value) + 1]:
                self._chosen = None if each.path == self._chosen else each.path

    def draw(self) -> Mapping[str, Html]:
        """Return the images to choose, layers and files, the chosen file, the settings."""
        state = self._daemon.state
        refs = (self._refs[0], self._second)
        try:
            columns = [find_image(state, ref) for ref in self._refs]
            images = find_image(state, refs[0]), find_image(state, refs[1])
        except EngineError as error:
            return {"head": self._head(), "main": tag("p", printable(error.message),
                                                      class_="il-note", role="status")}
        tops = state.layer_of(images[0]), state.layer_of(images[1])
        found = self._files(images, state)
        sides = Sides(refs, images, tops, self._language())
        return {
            "head": self._head(),
            "main": join(tag("h4", self._say("layers_head")),
                         tag("div", layer_table(state, self._refs, columns, self._language(),
                                                folded=self._folded),
                             class_="il-compare-scroll il-wide", id="layers", tabindex="0",
                             role="region", aria_label=self._say("layers_head")),
                         self._file_part(sides, found)),
            "side": self._side(sides, found),
            "foot": self._settings(sides),
        }

    def _say(self, key: str, **values: object) -> str:
        return text(f"compare.{key}", self._language(), **values)

    def _files(self, images: tuple[Image, Image], state: State) -> FileDiff:
        """Compare the files, once for each pair of top layers."""
        key = images[0].chain_id, images[1].chain_id
        if self._found is None or self._found[0] != key:
            self._found = key, file_diff(*(state.layer_of(image) for image in images))
        return self._found[1]

    # --- which images ----------------------------------------------------------------------

    def _choices(self) -> Iterator[tuple[str, str]]:
        """Yield what can be chosen: what stands for an image, and what is shown for it."""
        state = self._daemon.state
        for ref in dict.fromkeys(self._refs):
            yield ref, printable(ref)
        for name, _ in tagged(state):
            yield name, printable(name)
        for image in state.images.values():
            if not state.references_of(image.id):
                yield short_id(image.id), f"<none> {short_id(image.id)}"

    def _head(self) -> Html:
        names = ", ".join(map(printable, self._refs))
        return join(tag("h3", self._say("live_title", names=names)), tag(
            "div", self._select("first", self._refs[0]), self._select("second", self._second),
            class_="il-row"))

    def _select(self, which: str, chosen: str) -> Html:
        options = list(dict(self._choices()).items())[:MAX_CHOICES]
        return tag("label", self._say(f"{which}_image"), " ", tag(
            "select", [tag("option", shown, value=ref, selected=ref == chosen)
                       for ref, shown in options],
            class_="il-input", id=f"choose-{which}", data_input=which))

    # --- files -----------------------------------------------------------------------------

    def _file_part(self, sides: Sides, found: FileDiff) -> Html:
        head = tag("h4", f"{self._say('files_head')}: {' → '.join(map(printable, sides.refs))}")
        if not found.differences:
            return join(head, tag("p", self._say("files_none")))
        chosen = self._filter if self._filter and found.counts[self._filter] else None
        wanted = [(at, each) for at, each in enumerate(found.differences)
                  if chosen in (None, each.verdict)]
        rows = [self._file_row(sides, *pair) for pair in wanted[:self._shown]]
        heads = (self._say("how"), self._say("path"), self._say("what"),
                 *(self._say("made_in", name=printable(ref)) for ref in sides.refs))
        table = tag("table", tag("thead", tag("tr", [tag("th", said, scope="col")
                                                     for said in heads])),
                    tag("tbody", rows), class_="il-table il-compare-files")
        return join(
            head, self._filters(sides, found, chosen),
            tag("div", table, class_="il-compare-scroll", id="files", tabindex="0",
                role="region", aria_label=self._say("files_head")),
            self._more(len(wanted) - len(rows)),
            None if found.complete else tag("p", self._say("files_part"), class_="il-note"),
            tag("p", self._say("files_times"), class_="il-muted"))

    def _filters(self, sides: Sides, found: FileDiff, chosen: Verdict | None) -> Html:
        kinds = [None, *(each for each in Verdict if found.counts[each])]
        return tag("div", [
            tag("button", self._filter_name(sides, kind), f" ({self._count(found, kind):,})",
                class_="il-button", id=f"filter-{kind.value if kind else 'all'}", type="button",
                data_click="filter", data_value=kind.value if kind else "",
                aria_pressed="true" if kind is chosen else "false")
            for kind in kinds], class_="il-row", role="group", aria_label=self._say("how"))

    def _filter_name(self, sides: Sides, kind: Verdict | None) -> str:
        if kind is None:
            return self._say("all")
        return f"{words.SIGNS[kind]} {words.verdict(kind, *sides.refs, self._language())}"

    def _count(self, found: FileDiff, kind: Verdict | None) -> int:
        return found.counts[kind] if kind else len(found.differences)

    def _file_row(self, sides: Sides, at: int, each: FileDifference) -> Html:
        language = self._language()
        return tag(
            "tr", tag("td", tag("b", words.SIGNS[each.verdict]), " ",
                      words.verdict(each.verdict, *sides.refs, language),
                      class_=f"il-compare-{each.verdict.value}"),
            tag("th", tag("button", printable(each.shown), class_="il-compare-path il-mono",
                          id=f"file-{at}", type="button", data_click="file", data_value=at,
                          aria_pressed="true" if each.path == self._chosen else "false"),
                scope="row"),
            tag("td", words.detail(each, language)),
            [tag("td", f"{found.layer.depth} / {top.depth}" if found and top else "")
             for found, top in zip((each.first, each.second), sides.tops, strict=True)])

    def _more(self, left: int) -> Html | None:
        if left <= 0:
            return None
        if self._shown >= _MOST_FILES:
            return tag("p", self._say("files_more", count=f"{left:,}"))
        return tag("button", self._say("show_more", count=f"{left:,}"), class_="il-button",
                   id="more", type="button", data_click="more")

    def _side(self, sides: Sides, found: FileDiff) -> Html:
        at = found.places.get(self._chosen) if self._chosen is not None else None
        if at is None:
            hint = self._say("choose") if found.differences else None
            return tag("p", hint, class_="il-muted") if hint else EMPTY
        close = tag("button", self._say("close"), class_="il-button", id="close", type="button",
                    data_click="file", data_value=at)
        each = found.differences[at]
        return tag("div", tag("div", tag("h4", printable(each.shown)), close, class_="il-row"),
                   sides.file(each), class_="il-panel")

    # --- settings --------------------------------------------------------------------------

    def _settings(self, sides: Sides) -> Html:
        found = config_diff(*sides.images)
        head = tag("h4", f"{self._say('settings_head')}: {' → '.join(map(printable, sides.refs))}")
        if not found:
            return join(head, tag("p", self._say("settings_none")))
        language = self._language()
        rows = [tag("tr", tag("th", printable(each.key), scope="row"),
                    tag("td", words.setting(each.first, language), class_="il-mono"),
                    tag("td", words.setting(each.second, language), class_="il-mono"))
                for each in found[:MAX_SETTINGS]]
        heads = (self._say("setting"), *map(printable, sides.refs))
        table = tag("table", tag("thead", tag("tr", [tag("th", said, scope="col")
                                                     for said in heads])),
                    tag("tbody", rows), class_="il-table il-compare-settings")
        more = len(found) - len(rows)
        return join(head, tag("div", table, class_="il-compare-scroll", id="settings",
                              tabindex="0", role="region", aria_label=self._say("settings_head")),
                    tag("p", self._say("files_more", count=more)) if more else None)
