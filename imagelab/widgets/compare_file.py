"""One path that differs between two images: both sides' metadata, and the lines that differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import islice

from imagelab.formats.gotime import format_time
from imagelab.messages import text
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import Kind
from imagelab.views.compare.content_diff import head_lines, line_diff, text_lines
from imagelab.views.compare.file_diff import FileDifference, Verdict
from imagelab.views.compare.words import origin
from imagelab.views.html import Html, join, tag
from imagelab.views.layers import overlay
from imagelab.views.layers.content import beginning
from imagelab.views.layers.overlay import Found
from imagelab.views.sharing import commands
from imagelab.views.words import command, printable, size

#: Largest content whose digest is worked out, in bytes, and entries of a directory listed.
DIGEST_LIMIT, MAX_ENTRIES = 16 << 20, 200
#: :func:`format_time` takes 0 for never.
_EPOCH = "1970-01-01T00:00:00Z"
_diff = lru_cache(maxsize=8)(line_diff)


class Sides:
    """Two images that are compared."""

    def __init__(
        self, refs: tuple[str, str], images: tuple[Image, Image],
        tops: tuple[Layer | None, Layer | None], language: str,
    ) -> None:
        """Hold the images, each with its name and its top layer."""
        self.refs = refs
        self.images = images
        self.tops = tops
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """Return a text of the comparison."""
        return text(f"compare.{key}", self.language, **values)

    def file(self, difference: FileDifference) -> Html:
        """Return all about one path."""
        found = difference.first, difference.second
        heads = [tag("th", printable(ref), scope="col") for ref in self.refs]
        rows = [tag("tr", tag("th", self.say(f"row_{key}"), scope="row"),
                    [tag("td", part, class_="il-mono") for part in parts])
                for key, parts in self._rows(found) if any(parts)]
        return join(
            tag("table", tag("thead", tag("tr", tag("td"), heads)), tag("tbody", rows),
                class_="il-table il-compare-sides"),
            self._content(difference))

    def _rows(
        self, found: tuple[Found | None, Found | None],
    ) -> Iterator[tuple[str, Sequence[str]]]:
        made = [dict(commands(image)) for image in self.images]
        tellers: dict[str, Callable[[Found], str]] = {
            "kind": lambda each: self.say(f"kind_{each.node.kind.value}"),
            "size": lambda each: f"{each.node.size:,}" if each.node.kind is Kind.FILE else "",
            "target": lambda each: printable(each.node.target),
            "mode": lambda each: f"{each.node.mode:04o}",
            "owner": lambda each: f"{each.node.uid}:{each.node.gid}",
            "time": lambda each: format_time(each.node.mtime) if each.node.mtime else _EPOCH,
            "digest": self._digest,
        }
        for key, tell in tellers.items():
            yield key, [tell(each) if each else "" for each in found]
        pairs = list(zip(found, self.tops, strict=True))
        yield "layer", [origin(each, top, self.language) for each, top in pairs]
        yield "command", [command(of.get(each.layer.chain_id, ""))[:120] if each else ""
                          for each, of in zip(found, made, strict=True)]

    def _digest(self, found: Found) -> str:
        if found.node.kind is not Kind.FILE:
            return ""
        if found.node.size > DIGEST_LIMIT:
            return self.say("too_large")
        try:
            return found.node.content.digest
        except (OSError, EOFError):
            return "?"

    def _content(self, difference: FileDifference) -> Html | None:
        found = [each for each in (difference.first, difference.second) if each]
        if difference.inside or any(each.node.is_directory for each in found):
            return self._inside(difference)
        if any(each.node.kind is not Kind.FILE for each in found):
            return None
        texts = [text_lines(each.node.content) for each in found]
        first, second = texts[0], texts[-1]
        if first is None or second is None:
            return self._beginnings(difference)
        if len(found) == 2 and difference.verdict is not Verdict.METADATA:
            lines: Sequence[str] = _diff(tuple(first), tuple(second))
            legend = self.say("lines_legend", first=printable(self.refs[0]),
                              second=printable(self.refs[1]))
            return join(tag("h4", self.say("lines")), tag("p", legend, class_="il-muted"),
                        _block(lines, marked=True))
        ref = self.refs[0] if difference.first else self.refs[1]
        return join(tag("h4", self.say("lines_of", name=printable(ref))),
                    _block(head_lines(first), marked=False))

    def _beginnings(self, difference: FileDifference) -> Html:
        """Show what contents begin with that cannot be told line by line."""
        parts = [tag("p", self.say("no_lines"), class_="il-muted")]
        for ref, each in zip(self.refs, (difference.first, difference.second), strict=True):
            if each is not None:
                parts.append(tag("h4", self.say("lines_of", name=printable(ref))))
                parts.append(self._beginning(each))
        return join(parts)

    def _beginning(self, found: Found) -> Html:
        try:
            start = beginning(found.node.content)
        except (OSError, EOFError):
            return tag("p", "?")
        shown = start.text if start.text is not None else "\n".join(
            "  ".join(line) for line in start.lines)
        return join(tag("p", self.say("begins", shown=f"{start.shown:,}",
                                      size=f"{start.size:,}"), class_="il-muted"),
                    tag("pre", shown, tabindex="0", class_="il-compare-lines"))

    def _inside(self, difference: FileDifference) -> Html | None:
        """List what a directory holds that only one image has."""
        if not difference.inside:
            return None
        at = 0 if difference.first else 1
        through = overlay.folder(self.tops[at], difference.path)
        listed = sorted(islice(overlay.paths(through, difference.path), MAX_ENTRIES))
        rows = [tag("tr", tag("th", printable(f"/{path}"), scope="row", class_="il-mono"),
                    tag("td", size(each.node.size), class_="il-number"))
                for path, each in listed]
        if more := difference.inside - len(listed):
            rows.append(tag("tr", tag("th", self.say("files_more", count=f"{more:,}"),
                                      scope="row"), tag("td")))
        head = self.say("in_directory", name=printable(self.refs[at]))
        return join(tag("h4", head), tag("table", tag("tbody", rows), class_="il-table"))


def _block(lines: Sequence[str], *, marked: bool) -> Html:
    """Return lines of text; those of a diff are told apart by their first sign."""
    kinds = {"+": "il-compare-plus", "-": "il-compare-minus", "@": "il-muted"}
    return tag("pre", [tag("span", f"{line}\n", class_=kinds.get(line[:1]) if marked else None)
                       for line in lines], tabindex="0", class_="il-compare-lines")
