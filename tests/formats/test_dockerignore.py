"""``.dockerignore`` without a client: answers recorded from client 28.2.2, and hostile patterns.

The recorded ones are of builds with that file, sent to a socket; ``tests/docker`` asks anew.
"""

from __future__ import annotations

from contextlib import suppress

import pytest

from imagelab.formats.dockerignore import IgnoreError, compile_patterns, read
from imagelab.formats.ignore_pattern import PatternError
from imagelab.formats.ignore_regex import UnsupportedPatternError
from tests.deadline import within

LONG_PATH = "/".join(["a" * 200] * 20)


@pytest.mark.parametrize(("text", "patterns"), [
    (b"", []),
    (b"\xef\xbb\xbfa\r\n\n# note\n # a\n", ["a", "# a"]),
    (b"/a\n//b\n./c/\n/\n.\nd/../e", ["a", "b", "c", "/", ".", "e"]),
    (b"!a\n! /b\n!", ["!a", "!b", "!"]),
    ("한글\n\xa0x".encode(), ["한글", "x"]),
])
def test_reading(text: bytes, patterns: list[str]) -> None:
    assert read(text) == patterns


def test_a_line_too_long_is_refused() -> None:
    assert read(b"x" * 65535) == ["x" * 65535]
    with pytest.raises(IgnoreError, match="token too long"):
        read(b"a\n" + b"x" * 65536)


@pytest.mark.parametrize(("patterns", "ignored", "kept"), [
    (["*.pyc"], ["a.pyc", "a.pyc/b"], ["d/a.pyc"]),
    (["**/*.pyc"], ["a.pyc", "d/e/a.pyc"], ["a.py"]),
    (["**/a"], ["a", "d/a", "d/a/b"], ["ba", "d/ba"]),
    (["d/**"], ["d/a", "d/e/b"], ["d", "da"]),
    (["a?b"], ["axb", "a.b"], ["ab", "a/b"]),
    (["[^a-c]"], ["d", "한"], ["a", "dd"]),
    (["*", "!d"], ["a", "da"], ["d", "d/a"]),
    (["d", "!d/e", "d/e/f"], ["d", "d/a", "d/e/f"], ["d/e", "d/e/g"]),
    (["a|*"], ["a", "anything", "b/c"], []),
    (["a{2}*"], ["aa", "aab"], ["a{2}", "a"]),
    (["*.{js,ts}"], ["x.{js,ts}"], ["x.js", "x.ts"]),
    (["\\d*"], ["7", "7x"], ["d"]),
    (["a.b"], ["a.b"], ["axb"]),
])
def test_matching(patterns: list[str], ignored: list[str], kept: list[str]) -> None:
    found = compile_patterns(patterns)
    assert [path for path in ignored + kept if found.names(path)] == ignored


@pytest.mark.parametrize("pattern", ["[", "[]", "[a", "a[z-", "[-a]", "\\", "a\\"])
def test_what_is_no_pattern(pattern: str) -> None:
    with pytest.raises(PatternError, match="syntax error in pattern"):
        compile_patterns([pattern])


def test_an_exception_of_nothing() -> None:
    with pytest.raises(PatternError, match='illegal exclusion pattern: "!"'):
        compile_patterns(["!"])


@pytest.mark.parametrize("patterns", [
    ["*a" * 100 + "b"], ["a*" * 5000], ["a{0,1000}" * 16], ["a{1000}" * 16 + "*"], ["?" * 16000],
    ["**/a/" * 3000 + "x"], ["[" + "ab" * 20000 + "]*"], ["a|" * 10000 + "*"],
    ["[[:a" * 8000 + "]"], ["!" * 60000], ["(" * 60000 + "*"], ["[" * 30000 + "]"],
    [f"*a*{number}" for number in range(3000)],
])
def test_hostile_patterns_take_no_time(patterns: list[str]) -> None:
    with within(20), suppress(UnsupportedPatternError):
        found = compile_patterns(patterns)
        for number in range(20):
            found.names(f"{LONG_PATH}{number}")
