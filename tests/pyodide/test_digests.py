"""What lessons and levels come to has the same digests in Pyodide as here, in every bit."""

from __future__ import annotations

import json

import pytest

from tests.browser.looks import STRESS
from tests.pyodide.digests import digests, names
from tests.pyodide.node import Pyodide

#: Lessons and levels with all that can be in an image, each in few seconds.
SOME = ("04-rmi", "05-inside-a-layer", "06-save-and-export", "build-1", "save-1")


@pytest.mark.requires("npm")
def test_lessons_and_levels_come_to_the_same(pyodide: Pyodide) -> None:
    asked = names() if STRESS else SOME
    there = json.loads(pyodide.run("tests.pyodide.digests", *asked))
    here = json.loads(json.dumps({name: digests(name) for name in asked}))
    assert sum("archive" in each for each in here.values()) > 1
    assert [name for name in asked if there[name] != here[name]] == []
