r"""The lines of a terminal cell, as they would be typed one after the other.

Learners paste what a book prints, prompts and all: ``# `` or ``$ `` or ``me@host:~$ `` in front of
what the terminal's shell reads, ``root@3f…:/# `` or ``/ # `` in front of what goes to a container.
A line that a container's prompt stands in front of is never typed into the terminal's own shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_CONTAINER = re.compile(
    r"\s*(?:root@[0-9a-f]*\s*:[^#$\s]*|(?:/[^#$\s]*|~)(?=\s+#))\s*[#$](?:\s+|$)")
_HOST = re.compile(r"\s*(?:\[?[\w.-]+@[\w.-]+[:\s][^#$\n]*[#$]|\$)(?:\s+|$)")
_HASH = re.compile(r"\s*#\s*(?=(\S+))")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_CONTINUED = re.compile(r"\s*>\s+")
_KEYWORDS = frozenset({
    "if", "for", "while", "until", "case", "{", "(", "!", "[[", "((", "function"})


@dataclass(eq=False)
class Typed:
    """What is typed.

    Attributes:
        lines: those not typed yet, each with its end.
        is_command: whether a word begins a command of the terminal's shell.
        in_container: whether a line with a container's prompt has been typed into one.
        answered: whether a line of the last command was typed into a container.
        starved: whether a container wanted input at the end of the cell and never got any.
    """

    lines: list[str]
    is_command: Callable[[str], bool]
    in_container: bool = False
    answered: bool = False
    starved: bool = False

    def next_command(self) -> str:
        """Take the next line for the shell where it waits for a command, its prompt removed.

        A line that begins with ``#`` is a command where its first word names one, else a comment.
        """
        line = self.lines.pop(0)
        self.in_container = self.answered = False
        host = _HOST.match(line)
        if host:
            return line[host.end():]
        mark = _HASH.match(line)
        if mark and (self.is_command(mark[1]) or mark[1] in _KEYWORDS
                     or _ASSIGNMENT.match(mark[1])):
            return line[mark.end():]
        return line

    def next_part(self, before: str) -> str:
        """Take the next line in the middle of a command.

        Args:
            before: the line in front of it; behind a backslash a prompt ``> `` is removed.
        """
        line = self.lines.pop(0)
        more = _CONTINUED.match(line) if before.rstrip("\n").endswith("\\") else None
        return line[more.end():] if more else line

    def next_for_container(self) -> str:
        """Take the next line for a container that waits for input; nothing at the end.

        The container's input ends where the cell does, and where a plain prompt follows upon
        lines with a container's.
        """
        if not self.lines:
            self.starved = self.starved or not self.answered
            return ""
        line = self.lines[0]
        prompt = _CONTAINER.match(line)
        back = self.in_container and not prompt and (_HOST.match(line) or _HASH.match(line))
        if back:
            return ""
        self.lines.pop(0)
        self.answered = True
        if prompt:
            self.in_container = True
            return line[prompt.end():]
        mark = _HOST.match(line) or (_HASH.match(line) if line.startswith("# ") else None)
        return line[mark.end():] if mark else line

    def take_stray(self) -> list[str]:
        """Take the lines with a container's prompt that no container is there for."""
        stray = []
        while self.lines and _CONTAINER.match(self.lines[0]):
            stray.append(self.lines.pop(0))
        return stray
