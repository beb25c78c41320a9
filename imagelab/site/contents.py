"""What learners find in a site: the start page and lessons, all of them or some."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4.rwbase import rejoin_lines

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
            _write(folder / language / f"{name}.ipynb", _read(_lesson(language, name)))
    start = _read(handed_out() / START)
    for cell in start["cells"]:
        cell["source"] = "\n".join(_kept(cell["source"], languages, lessons))
    _write(folder / START, start)


def title(language: str, lesson: str) -> str:
    """Return the heading of a lesson."""
    first = _read(_lesson(language, lesson))["cells"][0]["source"]
    return str(first.partition("\n")[0].removeprefix("# "))


def _lesson(language: str, name: str) -> Path:
    return handed_out() / language / f"{name}.ipynb"


def _read(path: Path) -> Any:
    """Return a notebook with its texts in one piece each.

    On disk they are lists of lines, which a server joins and JupyterLite shows with commas.
    """
    notebook = json.loads(path.read_text("utf-8"), object_hook=NotebookNode)
    return rejoin_lines(notebook)  # type: ignore[no-untyped-call]


def _write(path: Path, notebook: Any) -> None:
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1), "utf-8")


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
