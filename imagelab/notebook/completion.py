"""Tab in a notebook: docker command lines in ``%docker``, ``%%docker`` and ``%%lab`` cells."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from imagelab.docker.complete import complete
from imagelab.lab import current
from imagelab.terminal.completing import SEPARATORS, command_words, split

_MAGIC = re.compile(r"\s*(?:[\w.,\s\[\]'\"]+=\s*)?%%?docker\s")
_TERMINAL = re.compile(r"%%lab(?:\s|$)")
_PROMPT = re.compile(r"\s*[#$] ")


def register(shell: Any) -> None:
    """Add the completion to an IPython shell; once is enough, twice does no harm."""
    if find_spec("jedi") is None:
        shell.Completer.use_jedi = False  # JupyterLite's kernel asks for it, there or not
    if docker_matcher not in shell.Completer.custom_matchers:
        shell.Completer.custom_matchers.append(docker_matcher)


@context_matcher()  # type: ignore[untyped-decorator]
def docker_matcher(context: CompletionContext) -> SimpleMatcherResult:
    """Complete the docker command line at the cursor, if it stands in one."""
    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    lines[-1] = lines[-1][: context.cursor_position]
    words, fragment = words_at_cursor(lines)
    # What is replaced is what stands before the cursor, quote and all: IPython's own token would
    # begin behind the last ``:`` or ``/`` of a reference.
    quote = fragment[:1] if fragment[:1] in ("'", '"') else ""
    prefix = fragment[len(quote) :]
    found: list[str] = []
    if words and not set(prefix) & set("'\"\\"):
        found = complete(current().state, words[1:], prefix, Path.cwd())
    elif words == [] and prefix and "docker".startswith(prefix):
        found = ["docker"]
    return {
        "completions": [SimpleCompletion(text=quote + each, type="docker") for each in found],
        "matched_fragment": fragment,
        "suppress": bool(found),
        "ordered": True,
    }


def words_at_cursor(lines: list[str]) -> tuple[list[str] | None, str]:
    """Return the words of the docker command at the end of a cell's text, and the last one raw.

    Args:
        lines: the cell up to the cursor.

    Returns:
        The words before the one at the cursor, beginning with ``docker``: none yet where the
        command's own name is being typed, None where it is no docker command. And the word at
        the cursor as it is typed.
    """
    line = _whole_line(lines)
    if match := _MAGIC.match(line):
        part = split(line[match.end() :], separators="")
        return ["docker", *part.words], part.raw
    if _TERMINAL.match(lines[0].lstrip()) and len(lines) > 1:
        part = split(line[match.end() :] if (match := _PROMPT.match(line)) else line, SEPARATORS)
        words = command_words(part)
        if not words or words[0] == "docker":
            return words, part.raw
    return None, ""


def _whole_line(lines: list[str]) -> str:
    """Return the last line, with those before it that it continues."""
    start = len(lines) - 1
    while start > 0 and lines[start - 1].endswith("\\"):
        start -= 1
    return "".join(f"{each[:-1]} " for each in lines[start:-1]) + lines[-1]
