"""The live view of what takes the room: bars or table, sorted at will, and one image looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker.usage_totals import Total, reclaimable
from imagelab.messages import text
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views.drawn import HATCHES
from imagelab.views.html import Html, join, tag
from imagelab.views.space import words
from imagelab.views.space.bars import Part, column_parts, disk_parts, image_parts, merged
from imagelab.views.space.measure import ImageSpace, Other, Shared, Space, deletion, space
from imagelab.views.words import printable
from imagelab.widgets.pane import Pane

#: Images, and containers, volumes or layers, that are listed.
MAX_IMAGES, MAX_OTHERS = 100, 30
_MAX_PARTS = 40
_SORTS: Mapping[str, Callable[[ImageSpace], Any]] = {
    "name": lambda image: (image.names[0].startswith("<"), image.names),
    "size": lambda image: image.size,
    "shared": lambda image: image.shared_size,
    "unique": lambda image: image.unique_size,
    "containers": lambda image: image.containers,
}
_HEADS = {"size": "SIZE", "shared": "SHARED SIZE", "unique": "UNIQUE SIZE",
          "containers": "CONTAINERS"}


class SpacePane(Pane):
    """What takes the room in a daemon's lab."""

    def __init__(self, daemon: Daemon, language: Callable[[], str]) -> None:
        """Look at a daemon's lab, in the language that a function tells each time."""
        self._daemon = daemon
        self._language = language
        self._sort, self._falling = "size", True
        self._bars, self._exact = True, False
        self._chosen = ""
        self._found: tuple[State, Space] | None = None

    def act(self, action: str, value: Any) -> None:
        """Sort, switch, or look at an image."""
        if action == "sort" and isinstance(value, str) and value in _SORTS:
            self._falling = not self._falling if value == self._sort else value != "name"
            self._sort = value
        elif action == "view" and value in ("bars", "table"):
            self._bars = value == "bars"
        elif action == "exact":
            self._exact = value is True
        elif action == "choose" and isinstance(value, str):
            self._chosen = "" if value == self._chosen else value

    def draw(self) -> Mapping[str, Html]:
        """Return controls, table, the chosen image, and the sums."""
        found = self._measured()
        image = found.image(self._chosen)
        return {
            "head": self._head(found),
            "main": join(self._sums(found), self._table(found), self._others(found)),
            "side": self._image(found, image) if image else self._hint(found),
            "foot": self._foot(found),
        }

    def _measured(self) -> Space:
        """Measure the lab, once for each of its states."""
        state = self._daemon.state
        if self._found is None or self._found[0] is not state:
            self._found = state, space(state)
        return self._found[1]

    def _say(self, key: str, **values: object) -> str:
        return text(f"space.{key}", self._language(), **values)

    def _size(self, count: int) -> str:
        return words.image_size(count, self._exact)

    def _number(self, count: int) -> str:
        return words.number(count, self._exact)

    # --- controls --------------------------------------------------------------------------

    def _head(self, found: Space) -> Html:
        switches = [
            tag("button", self._say(name), class_="il-button", id=f"view-{name}", type="button",
                data_click="view", data_value=name,
                aria_pressed="true" if self._bars == (name == "bars") else "false")
            for name in ("bars", "table")]
        exact = tag("label", tag("input", type="checkbox", id="exact", data_input="exact",
                                 checked=self._exact), " ", self._say("exact"))
        controls = tag("div", tag("span", *switches, role="group", class_="il-row",
                                  aria_label=self._say("view")), exact, class_="il-row")
        return join(tag("h3", self._say("title")), controls if found.images else None)

    # --- bars and table --------------------------------------------------------------------

    def _sums(self, found: Space) -> Html | None:
        if not found.images or not self._bars:
            return None
        return tag("div", [
            tag("div", tag("span", self._say(key), class_="il-space-name"),
                tag("span", self._bar(merged(parts, _MAX_PARTS), size, found.column),
                    class_="il-space-room"),
                tag("span", self._number(size), class_="il-space-number"),
                class_="il-space-sum")
            for key, size, parts in (("sum", found.column, column_parts(found)),
                                     ("on_disk", found.disk, disk_parts(found)))],
            class_="il-space-sums il-wide")

    def _bar(self, parts: Sequence[Part], size: int, biggest: int) -> Html:
        """Return a bar; to those who do not see it, it says its parts."""
        said = " + ".join(
            f"{words.letter(part.shared)} {part.size:,}" if part.shared
            else self._say("own_of", bytes=f"{part.size:,}") for part in parts)
        return tag("span", [_part(part) for part in parts], class_="il-space-bar", role="img",
                   aria_label=said or "0", style=f"width: {100 * size / (biggest or 1):.2f}%")

    def _table(self, found: Space) -> Html:
        if not found.images:
            return tag("p", self._say("nothing"))
        listed = sorted(found.images, key=_SORTS[self._sort], reverse=self._falling)
        biggest = max(image.size for image in found.images)
        rows = [self._row(image, biggest) for image in listed[:MAX_IMAGES]]
        if rest := listed[MAX_IMAGES:]:
            rows.append(self._rest(rest))
        head = tag("tr", self._sorter("name", self._say("image")),
                   tag("th", self._say("bars"), scope="col") if self._bars else None,
                   [self._sorter(key, said) for key, said in _HEADS.items()])
        return tag("div", tag("table", tag("caption", self._say("title"),
                                           class_="il-visually-hidden"),
                              tag("thead", head), tag("tbody", rows),
                              class_="il-table il-space-table"),
                   class_="il-space-scroll", id="images", tabindex="0", role="region",
                   aria_label=self._say("title"))

    def _sorter(self, key: str, said: str) -> Html:
        here = key == self._sort
        arrow = ("▼" if self._falling else "▲") if here else "↕"
        order = ("descending" if self._falling else "ascending") if here else "none"
        return tag("th", tag("button", said, " ", tag("span", arrow, aria_hidden="true"),
                             class_="il-space-sort", id=f"sort-{key}", type="button",
                             data_click="sort", data_value=key),
                   scope="col", aria_sort=order, class_=None if key == "name" else "il-number")

    def _row(self, image: ImageSpace, biggest: int) -> Html:
        chosen = image.id == self._chosen
        more = tag("span", f"+{len(image.names) - 1}", class_="il-muted") if (
            len(image.names) > 1) else None
        name = tag("button", tag("b", words.short(image)), " ", more, " ",
                   tag("span", words.identity(image, self._language()), class_="il-muted"),
                   class_="il-space-image", id=f"image-{short_id(image.id)}", type="button",
                   data_click="choose", data_value=image.id,
                   aria_pressed="true" if chosen else "false")
        parts = merged(image_parts(image), _MAX_PARTS)
        return tag("tr", tag("th", name, scope="row"),
                   tag("td", self._bar(parts, image.size, biggest), class_="il-space-room")
                   if self._bars else None,
                   _numbers(self._size(image.size), self._number(image.shared_size),
                            self._number(image.unique_size), str(image.containers)),
                   class_="il-space-chosen" if chosen else None)

    def _rest(self, images: Sequence[ImageSpace]) -> Html:
        return tag("tr", tag("th", self._say("more", count=len(images)), scope="row"),
                   tag("td") if self._bars else None,
                   _numbers(self._size(sum(each.size for each in images)),
                            self._number(sum(each.shared_size for each in images)),
                            self._number(sum(each.unique_size for each in images)),
                            str(sum(each.containers for each in images))))

    def _others(self, found: Space) -> Iterator[Html]:
        for key, others in (("containers", found.containers), ("volumes", found.volumes),
                            ("held", found.held)):
            if others:
                yield tag("details", tag("summary", self._say(f"{key}_head"),
                                         f" ({len(others):,})"),
                          self._list(key, others), id=f"others-{key}")

    def _list(self, key: str, others: Sequence[Other]) -> Html:
        heads = {"containers": "NAMES", "volumes": "VOLUME NAME", "held": self._say("layer")}
        used = key != "containers"
        size = self._size if key == "containers" else self._number
        rows = [tag("tr", tag("th", _name(each), scope="row"),
                    tag("td", size(each.size), class_="il-number"),
                    tag("td", ", ".join(map(printable, each.users[:MAX_OTHERS])))
                    if used else None)
                for each in others[:MAX_OTHERS]]
        if more := len(others) - len(rows):
            rows.append(tag("tr", tag("th", self._say("more", count=more), scope="row"),
                            tag("td"), tag("td") if used else None))
        return tag("table", tag("thead", tag(
            "tr", tag("th", heads[key], scope="col"),
            tag("th", "SIZE", scope="col", class_="il-number"),
            tag("th", self._say("used_by"), scope="col") if used else None)),
            tag("tbody", rows), class_="il-table")

    # --- one image -------------------------------------------------------------------------

    def _hint(self, found: Space) -> Html:
        return join(tag("p", self._say("choose"), class_="il-muted") if found.images else None,
                    self._legend(found))

    def _legend(self, found: Space) -> Html | None:
        if not found.shared:
            return None
        language = self._language()
        groups = [tag("li", _swatch(each), " ", words.group(found, each, language))
                  for each in found.shared[:words.MAX_GROUPS]]
        if more := len(found.shared) - len(groups):
            groups.append(tag("li", self._say("more", count=more)))
        return join(tag("h4", self._say("groups")), tag("ul", groups, class_="il-space-groups"),
                    tag("p", self._say("legend"), class_="il-muted"))

    def _image(self, found: Space, image: ImageSpace) -> Html:
        parts = [tag("li", _swatch(each), f" {self._number(each.size)} ",
                     self._say("shared_with", names=words.others(found, each, image,
                                                                 self._language())))
                 for each in image.shared]
        if not parts:
            parts.append(tag("li", self._say("shared_with_none")))
        parts.append(tag("li", _part(Part(image.unique_size)), " ", self._say(
            "own_layers", size=words.number(image.unique_size, False),
            bytes=f"{image.unique_size:,}")))
        return tag(
            "div", tag("div", tag("h4", words.names(image, self._language())),
                       tag("button", self._say("close"), class_="il-button", id="close",
                           type="button", data_click="choose", data_value=image.id),
                       class_="il-row"),
            tag("p", tag("span", short_id(image.id), class_="il-mono")),
            tag("h4", self._say("layers_of")), tag("ul", parts, class_="il-space-groups"),
            tag("h4", self._say("alone")), self._deletion(image), class_="il-panel")

    def _deletion(self, image: ImageSpace) -> Html:
        done = deletion(self._daemon.state, image)
        said = self._say("frees", size=words.number(done.freed, False), bytes=f"{done.freed:,}",
                         layers=done.layers)
        if done.error:
            said = self._say("refused")
        elif not done.gone:
            said = self._say("names_only")
        elif not done.freed:
            said = self._say("frees_nothing")
        return join(tag("p", tag("code", printable(done.command))), tag("p", tag("strong", said)),
                    tag("pre", printable(done.error)) if done.error else None)

    # --- sums ------------------------------------------------------------------------------

    def _foot(self, found: Space) -> Html:
        language = self._language()
        lines = [tag("li", line) for line in words.arithmetic(found, language)]
        return join(tag("ul", lines, class_="il-space-arithmetic") if lines else None,
                    self._totals(found.totals),
                    [tag("p", line, class_="il-muted") for line in words.notes(found, language)])

    def _totals(self, totals: Sequence[Total]) -> Html:
        heads = ("TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE")
        rows = [tag("tr", tag("th", each.kind, scope="row"),
                    _numbers(str(each.count), str(each.active), self._number(each.size),
                             f"{each.reclaimable:,}" if self._exact else reclaimable(each)))
                for each in totals]
        return tag("table", tag("caption", tag("code", "docker system df")),
                   tag("thead", tag("tr", [tag("th", head, scope="col",
                                               class_="il-number" if at else None)
                                           for at, head in enumerate(heads)])),
                   tag("tbody", rows), class_="il-table")


def _numbers(*said: str) -> list[Html]:
    return [tag("td", each, class_="il-number") for each in said]


def _part(part: Part) -> Html:
    if part.shared is None:
        return tag("span", class_="il-space-part il-space-own", style=f"flex-grow: {part.size}")
    return tag("span", tag("b", words.letter(part.shared)), style=f"flex-grow: {part.size}",
               class_=f"il-space-part il-space-hatch{part.shared.number % HATCHES}")


def _swatch(group: Shared) -> Html:
    return _part(Part(group.size, group))


def _name(other: Other) -> str:
    shown = printable(other.name)
    return short_id(shown) if shown.startswith("sha256:") else shown
