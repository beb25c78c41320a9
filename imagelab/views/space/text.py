"""The text twin of what takes the room: the table with bars out of letters."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.docker.table import align, display_width, ellipsis
from imagelab.formats.units import human_size
from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.views.grid import wrapped
from imagelab.views.space import words
from imagelab.views.space.bars import Part, column_parts, disk_parts, image_parts, lengths, merged
from imagelab.views.space.measure import ImageSpace, Space

_BAR = 24
_MOST_NAME, _MOST_LINE = 34, 96
OWN = "█"


def text(found: Space, language: str) -> str:
    """Return the view as text: the same numbers as in the picture."""
    title = message("space.title", language)
    said = [line for part in (*words.arithmetic(found, language), *words.notes(found, language))
            for line in wrapped(part, _MOST_LINE, display_width)]
    if not found.images:
        return "\n\n".join(filter(None, (title, message("space.nothing", language),
                                         "\n".join(said))))
    blocks = [[title], _table(found, language), _sums(found, language)]
    if found.shared:
        blocks.append(_groups(found, language))
    return "\n\n".join("\n".join(block) for block in (*blocks, said))


def _table(found: Space, language: str) -> list[str]:
    shown = found.images[:words.MAX_IMAGES]
    biggest = max(image.size for image in found.images)
    rows = ["\t".join((message("space.image", language), "IMAGE ID", "SIZE", "SHARED SIZE",
                       "UNIQUE SIZE", ""))]
    rows += [_row(words.row_name(image), short_id(image.id), (image,),
                  bar(image_parts(image), image.size, biggest)) for image in shown]
    if rest := found.images[len(shown):]:
        rows.append(_row(message("space.more", language, count=len(rest)), "", rest, ""))
    return _aligned(rows)


def _row(name: str, image_id: str, images: Sequence[ImageSpace], drawn: str) -> str:
    return "\t".join((
        ellipsis(name, _MOST_NAME), image_id,
        words.image_size(sum(each.size for each in images), exact=False),
        human_size(sum(each.shared_size for each in images)),
        human_size(sum(each.unique_size for each in images)), drawn))


def _sums(found: Space, language: str) -> list[str]:
    return _aligned([
        "\t".join((message(f"space.{key}", language), f"{size:,}", human_size(size),
                   bar(merged(parts, _BAR), size, found.column)))
        for key, size, parts in (("sum", found.column, column_parts(found)),
                                 ("on_disk", found.disk, disk_parts(found)))])


def _groups(found: Space, language: str) -> list[str]:
    said = [message("space.groups", language)]
    said += [words.group(found, each, language) for each in found.shared[:words.MAX_GROUPS]]
    if more := found.shared[words.MAX_GROUPS:]:
        said.append(message("space.more", language, count=len(more)))
    legend = message("space.legend_text", language, own=OWN)
    return [line for each in (*said, legend) for line in wrapped(each, _MOST_LINE, display_width)]


def bar(parts: Sequence[Part], size: int, biggest: int) -> str:
    """Return a bar: the letters of shared layers, blocks for an image's own, one at least each."""
    parts = merged(parts, _BAR)
    length = max(round(_BAR * size / (biggest or 1)), len(parts))
    drawn, out = 0.0, ""
    for part, share in zip(parts, lengths([part.size for part in parts], length, 1.0),
                           strict=True):
        drawn += share
        sign = words.letter(part.shared)[-1] if part.shared else OWN
        out += sign * (round(drawn) - len(out))
    return out


def _aligned(rows: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in align("\n".join(rows)).split("\n")]
