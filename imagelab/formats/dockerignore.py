"""``.dockerignore``: the files of a folder that are no part of a build context.

Read and applied as the docker client 28.2 with the classic builder does, observed on the client;
the format is that of Docker's reference for the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from imagelab.formats.gopath import clean
from imagelab.formats.ignore_pattern import Pattern, PatternError, compile_pattern
from imagelab.formats.ignore_regex import UnsupportedPatternError

NAME = ".dockerignore"
#: Most bytes of a line; the client's limit.
MAX_LINE = 1 << 16
#: Most steps of work on patterns for all paths of a folder.
MAX_STEPS = 20_000_000

_BOM = b"\xef\xbb\xbf"
#: What Go takes for white space.
_SPACE = (" \t\n\v\f\r\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
          "\u200a\u2028\u2029\u202f\u205f\u3000")


class IgnoreError(ValueError):
    """A file that cannot be read as patterns; the message is the client's."""


def read(data: bytes) -> list[str]:
    """Return the patterns of a file, exceptions with their ``!``.

    Raises:
        IgnoreError: a line is too long.
    """
    found = []
    for line in data.removeprefix(_BOM).split(b"\n"):
        if len(line) >= MAX_LINE:
            raise IgnoreError("bufio.Scanner: token too long")
        text = line.decode("utf-8", "surrogateescape")
        if pattern := "" if text.startswith("#") else text.strip(_SPACE):
            found.append(_cleaned(pattern))
    return found


def _cleaned(pattern: str) -> str:
    """Return a pattern as a path below the folder."""
    mark = "!" if pattern.startswith("!") else ""
    path = pattern.removeprefix("!").strip(_SPACE) if mark else pattern
    if path:
        path = clean(path)
        path = path[1:] if path.startswith("/") and len(path) > 1 else path
    return mark + path


@dataclass
class Ignored:
    """The patterns of a folder, applied in turn: the last one that names a path decides.

    Attributes:
        patterns: what is ignored and what is not.
    """

    patterns: list[Pattern]
    _steps: int = field(default=0, repr=False)

    def visit(self, path: str, parent: list[bool] | None) -> tuple[bool, list[bool]]:
        """Tell whether a path is ignored, and which patterns name it or a folder above it.

        Args:
            path: relative to the folder.
            parent: what this returned for the folder that it lies in; None at the top.

        Raises:
            PatternError: a pattern turns out to be none.
            UnsupportedPatternError: too much work.
        """
        ignored = False
        marks = parent[:] if parent else [False] * len(self.patterns)
        for at, pattern in enumerate(self.patterns):
            # As in the client, a pattern that would change nothing is not asked here, and hence
            # not remembered for what lies below.
            if not marks[at] and pattern.exception == ignored:
                marks[at] = self._matches(pattern, path)
            if marks[at]:
                ignored = not pattern.exception
        return ignored, marks

    def _matches(self, pattern: Pattern, path: str) -> bool:
        if not path.endswith(pattern.end):
            return False
        self._steps += 1 + pattern.cost * len(path)
        if self._steps > MAX_STEPS:
            raise UnsupportedPatternError(
                "imagelab does not spend so long on the patterns of .dockerignore")
        return pattern.matches(path)

    def names(self, path: str) -> bool:
        """Tell whether a path is ignored, be it for a folder above it.

        Raises:
            PatternError: a pattern turns out to be none.
            UnsupportedPatternError: too much work.
        """
        parts = path.split("/")
        above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
        ignored = False
        for pattern in self.patterns:
            if pattern.exception != ignored:
                continue
            if any(self._matches(pattern, each) for each in above):
                ignored = not pattern.exception
        return ignored

    def reopens(self, folder: str) -> bool:
        """Tell whether an exception begins with an ignored folder, so that it is looked into."""
        return any(each.exception and f"{each.text}/".startswith(f"{folder}/")
                   for each in self.patterns)


def compile_patterns(patterns: Iterable[str]) -> Ignored:
    """Make patterns ready, as :func:`read` gives them.

    Raises:
        PatternError: one is none, in the client's words.
    """
    return Ignored([_compiled(pattern) for text in patterns if (pattern := text.strip(_SPACE))])


def _compiled(text: str) -> Pattern:
    text = clean(text)
    if text == "!":
        raise PatternError('illegal exclusion pattern: "!"')
    exception = text.startswith("!")
    return compile_pattern(text[1:] if exception else text, exception=exception)
