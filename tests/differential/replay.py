"""A sequence of commands on a lab and on a real daemon, compared after each command."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from tests.client_log import without_closed_pipe
from tests.differential.final import look
from tests.differential.folders import write_context, write_things
from tests.differential.sides import Answer, Here, Side, There
from tests.differential.symbols import Symbols
from tests.differential.words import (
    Command,
    Folder,
    Made,
    Settled,
    SettledWord,
    is_given,
    name_of,
    shown,
)

#: Seconds that a real daemon gets to end a container, or remove it, after a command has returned;
#: on a busy machine it has taken more than three.
_PATIENCE = 15
#: How often images are pruned at most until nothing is left to prune.
_PRUNES = 8
#: An image's user that a refusal names is any of them: the daemon keeps them in a map.
_USER = re.compile(r"(container) <\w+:12>( is using|$)", re.MULTILINE)
#: What the image is called here that both sides begin with.
BASE_SYMBOL = "I0"
#: What every sequence ends with.
_PRUNE: tuple[Command, ...] = (("image", "prune", "-f"), ("image", "prune", "-f", "-a"))


class Disagreement(AssertionError):
    """The two sides differ; the message holds the commands, to paste, and the difference."""


class Replay:
    """One sequence being run on both sides."""

    def __init__(self, here: Here, there: There) -> None:
        """Begin with sides that hold the base image and nothing else."""
        self.sides: tuple[Side, Side] = (here, there)
        self._lab = here.lab
        self.symbols = (Symbols(), Symbols())
        self.made = Made()
        self._ids: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self._containers = (set[str](), set[str]())
        self._transcript: list[str] = []
        for side in self.sides:
            write_things(side.folder)
        self._discover()

    def run(self, commands: Sequence[Command]) -> None:
        """Run the commands, then compare all there is to see.

        Raises:
            Disagreement: the sides differ.
        """
        self._run_each(commands)
        for step in look(self.made):
            self._transcript.append(f"# {step.title}")
            here, there = (step.see(*each) for each in zip(self.sides, self.symbols, strict=True))
            self._check(here, there)
        self._run_each(_PRUNE)

    def _run_each(self, commands: Sequence[Command]) -> None:
        for command in commands:
            words = self.made.settle(command)
            if words is None or self._is_a_race(words):
                continue
            self._transcript.append(shown(words))
            answers = tuple(self._answer(side, words) for side in (0, 1))
            self._settle()
            new = self._discover()
            if new:
                self._transcript[-1] += f"  # makes {' '.join(new)}"
            self._compare(words, answers)

    def _is_a_race(self, words: Settled) -> bool:
        """Whether a command restarts what may have been run with ``--rm``.

        Under load a daemon may begin to remove it meanwhile, and then neither ends nor removes it.
        """
        containers = self._lab.state.containers.values()
        return words[0] == "restart" and any(each.host_config.auto_remove for each in containers)

    def _answer(self, side: int, words: Settled) -> list[Answer]:
        """Run a command on one side.

        ``image prune`` goes on until it finds nothing: the daemon goes through the images in any
        order, and leaves parents that it came to before their children.
        """
        line = [self._word(side, word) for word in words]
        answers = [self.sides[side].docker(*line)]
        while line[:2] == ["image", "prune"] and len(answers) < _PRUNES and (
                "Deleted" in answers[-1].stdout):
            answers.append(self.sides[side].docker(*line))
        return answers

    def _word(self, side: int, word: SettledWord) -> str:
        if isinstance(word, str):
            return word
        if isinstance(word, Folder):
            write_context(self.sides[side].folder / word.name, word.dockerfile)
            return word.name
        full = self._ids[side].get(word.symbol, word.symbol)
        return full.removeprefix("sha256:")[: word.digits] if word.digits else full

    def _settle(self) -> None:
        """Wait for what the real daemon does after it has answered."""
        here, there = self.sides
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline and _behind(here.containers(), there.containers()):
            time.sleep(0.02)

    def _discover(self) -> list[str]:
        """Give symbols to the images and containers that are new; return those of images."""
        found = []
        for side, (daemon, symbols) in enumerate(zip(self.sides, self.symbols, strict=True)):
            known = self._ids[side]
            new = []
            for image in daemon.new_images(known.values()):
                symbol = f"I{len(known)}"
                known[symbol] = image["Id"]
                symbols.add(image["Id"], symbol)
                symbols.add_layers(image["RootFS"].get("Layers") or (), symbol)
                new.append(symbol)
            found.append(new)
            seen = self._containers[side]
            for container in daemon.containers():
                if container["Id"] not in seen:
                    seen.add(container["Id"])
                    symbols.add(container["Id"], f"C{len(seen)}")
                    if not is_given(name_of(container)):
                        symbols.add_name(name_of(container), f"C{len(seen)}")
        new = max(found, key=len)
        self.made.images.extend(each for each in new if each != BASE_SYMBOL)
        for symbols in self.symbols:
            symbols.made_together(new)
        here = self.sides[0]
        self.made.note(here.images(), here.containers(), self.symbols[0].of)
        return new

    def _compare(
        self, words: Settled, answers: tuple[list[Answer], ...],
    ) -> None:
        """Compare the answers to a command, and what is there after it.

        Raises:
            Disagreement: the sides differ.
        """
        here, there = (
            self._told(side, words, answers[side]) + _holdings(self.sides[side], symbols)
            for side, symbols in enumerate(self.symbols))
        self._check(here, there)

    def _told(self, side: int, words: Settled, answers: list[Answer]) -> list[str]:
        folder = str(self.sides[side].folder)

        def lines(text: str) -> list[str]:
            text = without_closed_pipe(text.replace(folder, "<folder>"))
            return _USER.sub(r"\1 <user>\2", self.symbols[side].text(text)).splitlines()

        out = [line for each in answers for line in lines(each.stdout)]
        if words[:2] == ("image", "prune"):
            out = sorted({line for line in out if "reclaimed" not in line})
        elif words[0] == "images":
            out = self.symbols[side].unshuffled(out)
        elif words[0] == "load":
            out = _in_any_order(out)
        err = [line for each in answers for line in lines(each.stderr)]
        return [*(f"| {line}" for line in out), *(f"! {line}" for line in err),
                f"? {answers[0].code}"]

    def _check(self, here: list[str], there: list[str]) -> None:
        if here != there:
            found = difflib.unified_diff(there, here, "real daemon", "lab", lineterm="", n=50)
            raise Disagreement("\n".join(["", *self._transcript, *found]))


def _in_any_order(loaded: list[str]) -> list[str]:
    """Return what ``load`` printed without what follows from the order of its images.

    The daemon saves images in any order, and tells IDs where the last one has no name.
    """
    return sorted(line for line in loaded if line.startswith("Loaded image:")) or sorted(loaded)


def _behind(here: list[dict[str, Any]], there: list[dict[str, Any]]) -> bool:
    """Whether containers run or exist on the real daemon that do not in the lab."""
    left = {name_of(each): each["State"] for each in here}
    return any(
        each["State"] in ("running", "removing") and left.get(name_of(each), "gone") != "running"
        for each in there)


def _holdings(side: Side, symbols: Symbols) -> list[str]:
    """Return what is there, a line for each image and container, in no special order."""
    name: Callable[[str], str] = symbols.of
    images = [
        f"image {name(each['Id'])} parent {each['ParentId'] and name(each['ParentId'])} "
        f"size {each['Size']} names {each['RepoTags']} labels {each['Labels']}"
        for each in side.images()]
    containers = [
        f"container {name(each['Id'])} {symbols.text(name_of(each))} of {name(each['ImageID'])} "
        f"{symbols.text(each['Image'])} {each['State']} {symbols.text(each['Status'])} "
        f"{symbols.text(each['Command'])}"
        for each in side.containers()]
    return sorted(images) + sorted(containers)
