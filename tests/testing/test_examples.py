"""The examples of the README and of the guides, run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
GUIDES = [f"docs/{language}/engine-api.md" for language in ("en", "ko")]
#: An indented block that begins with the name of a file.
FILE = re.compile(r"^    # (\w+\.py)\n((?:    .*\n|\n)+)", re.MULTILINE)


def files(page: str) -> dict[str, str]:
    text = (ROOT / page).read_text("utf-8")
    return {name: re.sub("^    ", "", block, flags=re.MULTILINE)
            for name, block in FILE.findall(text)}


@pytest.mark.parametrize("page", ["README.md", *GUIDES])
def test_the_example_works(page: str, project: pytest.Pytester) -> None:
    tests = 0
    for name, text in files(page).items():
        (project.path / name).write_text(text, "utf-8")
        tests += text.count("def test_")
    assert tests
    project.runpytest_inprocess().assert_outcomes(passed=tests)


def test_both_languages_have_the_same_example() -> None:
    english, korean = map(files, GUIDES)
    assert {name: code(text) for name, text in english.items()} == {
        name: code(text) for name, text in korean.items()}


def code(text: str) -> str:
    """Return a file's code without its comments and texts in prose."""
    return re.sub(r'\s+#.*|""".*"""', "", text)
