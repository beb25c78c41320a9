"""The code cells of the lessons, and the docker commands in them."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from imagelab.shell.builtins.table import find_builtin
from imagelab.shell.parser import Parser
from imagelab.shell.words import ScriptError
from imagelab.terminal.system import system
from imagelab.terminal.typed import Typed

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = tuple(sorted(path.stem for path in (NOTEBOOKS / "en").glob("*.ipynb")))
LANGUAGES = ("en", "ko")
#: Python that runs docker, which nothing here could record.
_HIDDEN = re.compile(r"\.docker\(|^!.*docker|(?<!^)%docker", re.MULTILINE)
_ENDS_EARLY = frozenset({"end", "quote", "brace"})


@dataclass(frozen=True)
class Command:
    """A command as it is typed into a shell.

    Attributes:
        line: the command, ``docker images`` for one; of more than one line if it goes on.
        typed: what its standard input is; None for nothing.
    """

    line: str
    typed: str | None = None

    @property
    def lines(self) -> list[str]:
        """The command as lines of a script."""
        if self.typed is None:
            return self.line.split("\n")
        return [f"{self.line} <<'END'", *self.typed.rstrip("\n").split("\n"), "END"]

    @property
    def wants_terminal(self) -> bool:
        """Whether it asks for a terminal, as ``docker run -t`` does."""
        words = shlex.split(self.line)
        return words[:2] in (["docker", "run"], ["docker", "exec"]) and not {
            "-t", "-it", "-ti", "--tty"}.isdisjoint(words)


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Attributes:
        name: where it is, ``03-history cell-03``.
        source: its text.
        stdout: what the notebook keeps of its standard output.
        stderr: the same of standard error.
    """

    name: str
    source: str
    stdout: str
    stderr: str

    @property
    def commands(self) -> tuple[Command, ...]:
        """The commands of its docker and terminal magics, in order.

        Raises:
            ValueError: it runs docker in another way.
        """
        magic, _, body = self.source.partition("\n")
        if magic.startswith("%%docker "):
            return (Command(magic.removeprefix("%%"), f"{body}\n"),)
        if magic.split()[:1] == ["%%lab"]:
            return tuple(map(Command, _split(f"{magic.removeprefix('%%lab')}\n{body}")))
        if _HIDDEN.search(self.source):
            raise ValueError(f"{self.name}: run docker by a magic of its own line or cell")
        lines = self.source.replace("\\\n", "").split("\n")
        return tuple(Command(line[1:]) for line in lines if line.startswith("%docker "))


def code_cells(lesson: str, language: str) -> list[Cell]:
    """Return a lesson's code cells in order."""
    path = NOTEBOOKS / language / f"{lesson}.ipynb"
    return [
        Cell(f"{lesson} {cell['id']}", "".join(cell["source"]),
             *("".join("".join(output["text"]) for output in cell["outputs"]
                       if output.get("name") == stream) for stream in ("stdout", "stderr")))
        for cell in json.loads(path.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def _split(body: str) -> list[str]:
    """Return the commands of a terminal cell, prompts removed."""
    typed = Typed(body.splitlines(keepends=True), _is_command)
    found = []
    while typed.lines:
        line = last = typed.next_command()
        while not _whole(line) and typed.lines:
            last = typed.next_part(last)
            line += last
        if line.strip() and not line.lstrip().startswith("#"):
            found.append(line.rstrip("\n"))
    return found


def _is_command(word: str) -> bool:
    return bool(find_builtin("bash", word) or system().get(f"usr/bin/{word}"))


def _whole(text: str) -> bool:
    if text.endswith("\\\n"):
        return False
    parser = Parser(text)
    try:
        while parser.next_command():
            pass
    except ScriptError as error:
        return error.kind not in _ENDS_EARLY
    return not parser.open_document
