"""The still picture of a comparison: the layers drawn, the files and settings as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from imagelab.docker.table import align, ellipsis
from imagelab.engine.lookup import find_image
from imagelab.messages import text as message
from imagelab.model.state import State
from imagelab.views.compare import words
from imagelab.views.compare.aligned import compare
from imagelab.views.compare.config_diff import config_diff
from imagelab.views.compare.file_diff import FileDiff, file_diff
from imagelab.views.grid import dot, text
from imagelab.views.picture import Picture
from imagelab.views.words import printable

#: Files and settings that are listed for a pair of images, and pairs.
MAX_FILES, MAX_SETTINGS, MAX_PAIRS = 12, 12, 3
_PATH, _SETTING = 48, 40


def picture(state: State, refs: Sequence[str], language: str) -> Picture:
    """Return a comparison of images: all by their layers, the first with others by files.

    Raises:
        ValueError: there are fewer than two.
        NotFound: there is no such image.
    """
    grid = compare(state, refs, language)
    pairs = [(refs[0], other) for other in dict.fromkeys(refs[1:])][:MAX_PAIRS]
    diffs = [(pair, _files(state, *pair)) for pair in pairs]
    drawn = replace(grid, notes=(*grid.notes, *(
        summary(*pair, found, language) for pair, found in diffs)))
    blocks = [text(grid)]
    for (first, second), found in diffs:
        blocks.append("\n".join(_file_lines(state, first, second, found, language)))
        blocks.append("\n".join(_settings(state, first, second, language)))
    alternative = printable(" ".join((f"{drawn.title}.", *drawn.notes)))
    return Picture(dot(drawn), "\n\n".join(blocks), alternative, language)


def _files(state: State, first: str, second: str) -> FileDiff:
    one, other = (state.layer_of(find_image(state, ref)) for ref in (first, second))
    return file_diff(one, other)


def summary(first: str, second: str, found: FileDiff, language: str) -> str:
    """Count the files that differ, by how they do, in a sentence."""
    title = message("compare.files", language, first=printable(first), second=printable(second))
    counts = [f"{words.SIGNS[kind]} {words.verdict(kind, first, second, language)}: {count:,}"
              for kind in words.SIGNS if (count := found.counts[kind])]
    return f"{title}. {' · '.join(counts) or message('compare.files_none', language)}"


def _file_lines(
    state: State, first: str, second: str, found: FileDiff, language: str,
) -> Iterator[str]:
    yield summary(first, second, found, language)
    one, other = (state.layer_of(find_image(state, ref)) for ref in (first, second))
    rows = []
    for each in found.differences[:MAX_FILES]:
        origin = words.origin(each.second, other, language) or (
            words.origin(each.first, one, language))
        rows.append("\t".join((
            f"{words.SIGNS[each.verdict]} {ellipsis(printable(each.shown), _PATH)}",
            words.detail(each, language), origin)))
    yield from _table(rows)
    if (more := len(found.differences) - MAX_FILES) > 0:
        yield message("compare.files_more", language, count=f"{more:,}")
    if not found.complete:
        yield message("compare.files_part", language)


def _settings(state: State, first: str, second: str, language: str) -> Iterator[str]:
    found = config_diff(*(find_image(state, ref) for ref in (first, second)))
    yield message("compare.settings", language, first=printable(first), second=printable(second))
    if not found:
        yield message("compare.settings_none", language)
    yield from _table(["\t".join(
        ellipsis(part, _SETTING) for part in (
            printable(each.key), words.setting(each.first, language),
            words.setting(each.second, language)))
        for each in found[:MAX_SETTINGS]])
    if len(found) > MAX_SETTINGS:
        yield message("compare.files_more", language, count=len(found) - MAX_SETTINGS)


def _table(rows: Sequence[str]) -> list[str]:
    return [line.rstrip() for line in align("\n".join(rows)).split("\n")] if rows else []
