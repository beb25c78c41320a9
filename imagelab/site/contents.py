"""What learners find in a site: the start page and lessons, all of them or some."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from imagelab.course.notebooks import START, handed_out
from imagelab.messages import languages as all_languages


def write_contents(folder: Path, languages: Sequence[str], lessons: Collection[str]) -> None:
    """Write the notebooks of a site.

    Args:
        folder: it is made.
        languages: some of those that lessons are in.
        lessons: their names, ``04-rmi`` for one.
    """
    for language in languages:
        (folder / language).mkdir(parents=True)
        for name in lessons:
            shutil.copyfile(_lesson(language, name), folder / language / f"{name}.ipynb")
    start = json.loads((handed_out() / START).read_text("utf-8"))
    for cell in start["cells"]:
        cell["source"] = "\n".join(_kept("".join(cell["source"]), languages, lessons))
    (folder / START).write_text(json.dumps(start, ensure_ascii=False, indent=1), "utf-8")


def title(language: str, lesson: str) -> str:
    """Return the heading of a lesson."""
    first = json.loads(_lesson(language, lesson).read_text("utf-8"))["cells"][0]
    return _heading("".join(first["source"]))


def _heading(markdown: str) -> str:
    return markdown.partition("\n")[0].removeprefix("# ")


def _lesson(language: str, name: str) -> Path:
    return handed_out() / language / f"{name}.ipynb"


def _kept(markdown: str, languages: Sequence[str], lessons: Collection[str]) -> Iterator[str]:
    """Yield the lines of the start page, tables without what is not in the site."""
    for line in markdown.splitlines():
        link = re.search(r"\((?:ko|en)/([^)]+)\.ipynb\)", line)
        if link is None or link[1] in lessons:
            yield _columns(line, languages) if line.startswith("|") else line


def _columns(row: str, languages: Sequence[str]) -> str:
    """Return a row of a table with the number and a column for each language."""
    number, *cells = row.strip("|").split("|")
    kept = [cell for language, cell in zip(all_languages, cells, strict=True)
            if language in languages]
    return "|".join(["", number, *kept, ""])
