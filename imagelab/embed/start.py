"""The lab of a link: its start, and the command lines that prepare it, typed into a terminal."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from imagelab.embed.links import Situation
from imagelab.lab import Lab
from imagelab.terminal.prompt import Prompt

INTERRUPT, END = "\x03", "\x04"


@dataclass(frozen=True)
class Failed:
    """A command line of a link that failed.

    Attributes:
        number: its place in the link, from 1.
        command: the line.
        said: what was printed of errors.
    """

    number: int
    command: str
    said: str


@dataclass(frozen=True)
class Begun:
    """A lab as a link has it.

    Attributes:
        lab: the lab.
        prompt: its terminal, in which all that was typed can be seen.
        failed: the command lines that failed.
    """

    lab: Lab
    prompt: Prompt
    failed: tuple[Failed, ...] = ()


def begin(situation: Situation, folder: Path, language: str) -> Begun:
    """Make the lab of a link. A command that fails is noted, and the next one follows.

    Args:
        situation: what the link asks for, checked.
        folder: an empty folder, which is all of the host that the lab is to see.
        language: ``ko`` or ``en``.

    Raises:
        OSError: files of a level cannot be written.
    """
    lab = _lab(situation, folder, language)
    prompt = Prompt(lab.daemon, folder)
    failed = []
    for number, command in enumerate(situation.commands, 1):
        said = _type(prompt, command)
        if said is not None:
            failed.append(Failed(number, command.partition("\n")[0], said))
    return Begun(lab, prompt, tuple(failed))


def _lab(situation: Situation, folder: Path, language: str) -> Lab:
    if situation.level:
        return Lab.level(situation.level, language=language, seed=situation.seed, folder=folder)
    if situation.lesson:
        return Lab.start(situation.lesson, language=language)
    return Lab(language=language)


def _type(prompt: Prompt, command: str) -> str | None:
    """Type a docker command line and what is below it; return what was said if it failed."""
    line, *typed = command.split("\n")
    try:
        # Quoted word by word: it is for docker, and the shell takes no part.
        whole = shlex.join(["docker", *shlex.split(line)])
    except ValueError as error:
        return f"docker: {error}"
    _leave(prompt)
    before = len(prompt.screen.entries)
    prompt.submit(whole)
    for each in typed:
        if prompt.is_calm:
            break  # it has ended; what follows would be command lines of the shell
        if each == INTERRUPT:
            prompt.interrupt()
        elif each == END:
            prompt.end_input()
        else:
            prompt.submit(each)
    if not prompt.status:
        return None
    lines = [line for entry in prompt.screen.entries[before:] for line in entry.lines]
    return "\n".join(line for stream, line in lines[:-1] if stream == 2)  # the last is its code


def _leave(prompt: Prompt) -> None:
    """Be back at the shell, whatever the last command has begun."""
    if prompt.held is not None:
        prompt.detach()
    if not prompt.is_calm:
        prompt.interrupt()
