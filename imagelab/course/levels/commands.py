"""``imagelab levels``: list, verify, write and try levels at a terminal."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path

from imagelab.course.levels import notes, words
from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.library import find, find_data, own
from imagelab.course.levels.listing import listed
from imagelab.course.levels.play import Play
from imagelab.course.levels.verify import verify as faults_of
from imagelab.terminal.prompt import Prompt


def listing(language: str) -> int:
    """Print the levels there are."""
    print(listed(language))
    return 0


def verify(names: Sequence[str]) -> int:
    """Try levels out, all of the course's if none is named; return 1 if one is not in order.

    The last line says how many are.
    """
    bad = 0
    wanted = names or tuple(own())
    for name in wanted:
        try:
            faults = faults_of(find_data(name), name)
        except LevelError as error:
            faults = [str(error)]
        for fault in faults:
            print(fault, file=sys.stderr)
        bad += bool(faults)
    print(f"{len(wanted) - bad} levels verified")
    return int(bool(bad))


def new(path: str) -> int:
    """Write a level to begin with, which verifies and explains itself, into a new file.

    Raises:
        LevelError: the file cannot be written, or is there already.
    """
    target = Path(path)
    if not target.name.endswith(".toml"):
        raise LevelError(f"{path}: a level's file ends with .toml, such as rmi-9.toml")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write((files(__package__) / "template.toml").read_text("utf-8"))
    except OSError as error:
        raise LevelError(f"{path}: {error.strerror}") from error
    print(f"{path}: written. Change it, then:\n  imagelab levels verify {path}\n"
          f"  imagelab levels try {path}")
    return 0


def play(name: str, language: str, seed: int) -> int:
    """Play a level at the terminal; its files are in a folder that is gone afterwards.

    Raises:
        LevelError: there is no such level, or its files cannot be written.
    """
    level = find(name, seed)
    with tempfile.TemporaryDirectory() as folder:
        try:
            play = Play.start(level, Path(folder))
        except OSError as error:
            raise LevelError(words.no_files(error, language)) from error
        print(notes.task(level, language))
        print(", ".join((*_WORDS, _QUIT)))
        prompt = Prompt(play.daemon, Path(folder))
        while (line := _asked(prompt)) != _QUIT:
            if line in _WORDS and prompt.held is None:
                print(_WORDS[line](play, language))
            else:
                _type(prompt, line)
    return 0


_WORDS: dict[str, Callable[[Play, str], notes.Note]] = {
    "check": notes.check, "hint": notes.hint, "solution": notes.solution, "reset": notes.reset,
}
_QUIT = "quit"


def _asked(prompt: Prompt) -> str | None:
    """Return the next line; None for the end of input, which ends what runs, else the level."""
    try:
        return input(prompt.text)
    except EOFError:
        print()
        return None if prompt.held else _QUIT


def _type(prompt: Prompt, line: str | None) -> None:
    if line is None:
        prompt.end_input()
    else:
        prompt.submit(line)
    for stream, each in prompt.screen.entries[-1].lines:
        print(each, file=sys.stderr if stream == 2 else sys.stdout)
