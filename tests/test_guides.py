"""The guides: both languages have them, and what they point at is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from imagelab.course.levels.library import own

ROOT = Path(__file__).parent.parent
LANGUAGES = ("ko", "en")
GUIDES = sorted(path for path in (ROOT / "docs").glob("*/*.md"))


def headings(language: str, lesson: str) -> set[str]:
    path, = (ROOT / "notebooks" / language).glob(f"{lesson}-*.ipynb")
    cells = json.loads(path.read_text("utf-8"))["cells"]
    texts = ("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return {match for text in texts for match in re.findall(r"^## (.*)$", text, re.MULTILINE)}


def rows(language: str) -> list[list[str]]:
    text = (ROOT / "docs" / language / "teacher.md").read_text("utf-8").rpartition("\n## ")[2]
    return [line.strip("| ").split(" | ") for line in text.splitlines()
            if re.match(r"\| \d", line)]


def test_both_languages_have_the_same_guides() -> None:
    korean, english = (
        sorted(path.name for path in GUIDES if path.parent.name == each) for each in LANGUAGES)
    assert korean == english
    assert "teacher.md" in korean


def test_both_languages_meet_the_same_confusions() -> None:
    korean, english = ([row[0] for row in rows(each)] for each in LANGUAGES)
    assert korean == english
    assert len(korean) >= 45


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_confusion_is_met_somewhere(language: str) -> None:
    for number, _, where in rows(language):
        for place in where.split(" · "):
            assert is_there(place, language), (number, place)


def is_there(place: str, language: str) -> bool:
    if match := re.fullmatch(r'(\d\d) "(.+)"', place):
        return match[2] in headings(language, match[1])
    named = place.rpartition(" ")[2].strip("`")
    path, _, test = named.partition("::")
    if test:
        return f"def {test}(" in (ROOT / path).read_text("utf-8")
    return named in own() or (ROOT / "tests/conformance/cases" / f"{named}.txt").exists()


@pytest.mark.parametrize("path", [ROOT / "README.md", *GUIDES], ids=lambda path: str(path)[-24:])
def test_files_that_guides_link_to_are_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target
