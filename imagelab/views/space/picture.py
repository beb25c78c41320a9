"""The still picture of what takes the room: bars with their numbers, and the sum in bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.formats.units import human_size
from imagelab.messages import text as message
from imagelab.model.state import State
from imagelab.views.drawn import HATCHES, Drawn, drawing, hatched, label, rect
from imagelab.views.grid import TINTS, wrapped
from imagelab.views.html import Html
from imagelab.views.ink import FAINT, text_width
from imagelab.views.picture import Picture
from imagelab.views.space import words
from imagelab.views.space.bars import Part, column_parts, disk_parts, image_parts, lengths, merged
from imagelab.views.space.measure import ImageSpace, Space, space
from imagelab.views.space.text import text

_WIDTH = 840.0
_EDGE = 14.0
_BAR, _BAR_WIDTH = 216.0, 270.0
#: Right edges of the columns of numbers.
_COLUMNS = (564.0, 695.0, 826.0)
_COLUMN_ROOM = 131.0
_ROW, _LINE = 38.0, 20.0
_THICK = 22.0
#: Narrowest part of a bar, and most parts of one.
_LEAST, _MOST = 7.0, 40
#: Fill of what an image has to itself.
OWN = "#005F99"


def picture(state: State, language: str) -> Picture:
    """Return what takes the room in a lab, as a picture.

    Args:
        state: the lab.
        language: of its texts.
    """
    found = space(state)
    return Drawn(svg(found, language), text(found, language))


def svg(found: Space, language: str) -> Html:
    """Return the picture as an ``svg`` element."""
    sheet = _Sheet()
    title = message("space.title", language)
    sheet.line(title, size=16, bold=True)
    if not found.images:
        sheet.line(message("space.nothing", language))
    else:
        _images(sheet, found, language)
        _sums(sheet, found, language)
    said = [*words.arithmetic(found, language), *words.notes(found, language)]
    sheet.gap(6)
    for line in said:
        sheet.paragraph(line)
    return drawing(_WIDTH, sheet.y + _EDGE, " ".join((f"{title}.", *said)), *sheet.shapes)


class _Sheet:
    """Shapes, one below the other."""

    def __init__(self) -> None:
        self.shapes: list[Html] = []
        self.y = _EDGE

    def add(self, *shapes: Html) -> None:
        self.shapes += shapes

    def gap(self, height: float) -> None:
        self.y += height

    def line(
        self, data: str, *, size: float = 13, bold: bool = False, left: float = _EDGE,
    ) -> None:
        self.y += _LINE
        self.add(label(left, self.y - 5, data, _WIDTH - _EDGE - left, size=size, bold=bold))

    def paragraph(self, data: str, left: float = _EDGE) -> None:
        for line in wrapped(data, _WIDTH - _EDGE - left, lambda part: text_width(part, 13)):
            self.line(line, left=left)
        self.gap(4)


def _images(sheet: _Sheet, found: Space, language: str) -> None:
    sheet.gap(8)
    base = sheet.y + 14
    sheet.add(label(_EDGE, base, message("space.image", language), 190, bold=True))
    for x, head, source in zip(
            _COLUMNS, ("SIZE", "SHARED SIZE", "UNIQUE SIZE"),
            ("images", "system df -v", "system df -v"), strict=True):
        sheet.add(label(x, base, head, _COLUMN_ROOM, bold=True, anchor="end"),
                  label(x, base + 16, source, _COLUMN_ROOM, size=12, colour=FAINT, anchor="end"))
    sheet.gap(36)
    biggest = max(image.size for image in found.images)
    shown = found.images[:words.MAX_IMAGES]
    for image in shown:
        _image(sheet, image, biggest, language)
    if rest := found.images[len(shown):]:
        said = message("space.more", language, count=len(rest))
        sheet.add(label(_EDGE, sheet.y + 16, said, _BAR - _EDGE))
        _numbers(sheet, rest)
        sheet.gap(_ROW - 8)


def _image(sheet: _Sheet, image: ImageSpace, biggest: int, language: str) -> None:
    room = _BAR - _EDGE - 8
    sheet.add(label(_EDGE, sheet.y + 14, words.row_name(image), room, bold=True),
              label(_EDGE, sheet.y + 29, words.identity(image, language), room, size=12,
                    colour=FAINT))
    parts = image_parts(image)
    _bar(sheet, _BAR, sheet.y + 5, _length(image.size, biggest, parts, _BAR_WIDTH), parts)
    _numbers(sheet, (image,))
    sheet.gap(_ROW)


def _numbers(sheet: _Sheet, images: Sequence[ImageSpace]) -> None:
    sizes = (
        words.image_size(sum(each.size for each in images), exact=False),
        *(human_size(sum(part)) for part in zip(
            *((each.shared_size, each.unique_size) for each in images), strict=True)))
    for x, said in zip(_COLUMNS, sizes, strict=True):
        sheet.add(label(x, sheet.y + 20, said, _COLUMN_ROOM, anchor="end"))


def _sums(sheet: _Sheet, found: Space, language: str) -> None:
    sheet.gap(6)
    for key, size, parts in (("sum", found.column, column_parts(found)),
                             ("on_disk", found.disk, disk_parts(found))):
        sheet.add(label(_EDGE, sheet.y + 20, message(f"space.{key}", language), _BAR - _EDGE - 4,
                        bold=True))
        drawn = merged(parts, _MOST)
        _bar(sheet, _BAR, sheet.y + 4, _length(size, found.column, drawn, _BAR_WIDTH), drawn)
        sheet.add(label(_COLUMNS[0], sheet.y + 20, human_size(size), _COLUMN_ROOM, bold=True,
                        anchor="end"),
                  label(_COLUMNS[2], sheet.y + 20, f"{size:,}", 190, anchor="end"))
        sheet.gap(_ROW - 4)
    if found.shared:
        sheet.gap(4)
        sheet.line(message("space.groups", language), bold=True)
    for group in found.shared[:words.MAX_GROUPS]:
        sheet.add(*_part(_EDGE, sheet.y + 2, 26, Part(group.size, group), 17))
        sheet.paragraph(words.group(found, group, language), left=_EDGE + 34)
    if more := found.shared[words.MAX_GROUPS:]:
        sheet.line(message("space.more", language, count=len(more)))
    sheet.paragraph(message("space.legend", language))


def _length(size: int, biggest: int, parts: Sequence[Part], room: float) -> float:
    """Return how long a bar is, at least long enough for its parts to be seen."""
    return max(room * size / (biggest or 1), min(room, _LEAST * len(parts)))


def _bar(sheet: _Sheet, x: float, y: float, length: float, parts: Sequence[Part]) -> None:
    for part, width in zip(parts, lengths([part.size for part in parts], length, _LEAST),
                           strict=True):
        sheet.add(*_part(x, y, width, part))
        x += width


def _part(
    x: float, y: float, width: float, part: Part, height: float = _THICK,
) -> Iterator[Html]:
    if part.shared is None:
        yield rect(x, y, width, height, fill=OWN, stroke="#FFFFFF")
        return
    number = part.shared.number
    fill = TINTS[number % len(TINTS)]
    yield rect(x, y, width, height, fill=fill)
    yield hatched(x, y, width, height, number % HATCHES)
    said = words.letter(part.shared)
    taken = text_width(said, 13, True)
    if taken + 6 <= width:
        middle = x + width / 2
        yield rect(middle - taken / 2 - 2, y + 3, taken + 4, height - 6, fill=fill, stroke="none")
        yield label(middle, y + height / 2 + 5, said, width, bold=True, anchor="middle")
