"""A sequence of commands on a lab, with all that must hold checked after each of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.model.outcome import EngineError
from imagelab.storage.store import Store
from tests.differential.folders import write_context, write_things
from tests.differential.sides import Answer, Here
from tests.differential.strategies import GO_TO, REDO, REOPEN, SWEEP, UNDO
from tests.differential.words import Command, Folder, Made, Settled, SettledWord, shown
from tests.dockerd import BASE
from tests.properties import digests, kept
from tests.properties.carried import Carried
from tests.properties.layers import Layers
from tests.properties.merged import Merged
from tests.properties.moments import Moments
from tests.properties.references import References


class Played:
    """A lab being used, kept in a folder or not."""

    def __init__(self, lab: Lab | None, folder: Path) -> None:
        """Begin.

        Args:
            lab: one that is kept nowhere; another is made, and kept, if left out.
            folder: where files are, and the lab if it is kept.
        """
        files = folder / "files"
        files.mkdir()
        write_things(files)
        self._home = folder / "home"
        self._store = Store.open(self._home) if lab is None else None
        self._here = Here(lab or Lab(daemon=Daemon(store=self._store)), files)
        self._made = Made()
        self._symbols: dict[str, str] = {}
        self._transcript: list[str] = []
        layers = Layers()
        self._references, self._merged = References(layers), Merged(layers)
        self._carried, self._moments, self._layers = Carried(), Moments(), layers
        if lab is None:
            self.do("load", "-q", "-i", str(BASE))
        else:
            self._look()

    def close(self) -> None:
        """Close the lab's folder."""
        if self._store is not None:
            self._store.close()

    def run(self, commands: Sequence[Command]) -> None:
        """Run commands that were drawn."""
        for command in commands:
            words = self._made.settle(command)
            if words is not None:
                self.do(*words)

    def do(self, *words: SettledWord) -> Answer:
        """Run one command, and check all there is to check.

        Raises:
            AssertionError: something is not as it must be; the message holds the commands.
        """
        is_comment = isinstance(words[0], str) and words[0].startswith("#")
        self._transcript.append(" ".join(map(str, words)) if is_comment else shown(words))
        try:
            answer = self._answer(words)
            self._check()
        except Exception as error:
            raise AssertionError("\n".join(["", *self._transcript, str(error)])) from error
        return answer

    def _answer(self, words: Settled) -> Answer:
        match words:
            case (str(movement), *rest) if movement.startswith("#"):
                self._move(movement, *map(str, rest))
                answer = Answer(0, "", "")
            case _:
                answer = self._here.docker(*map(self._word, words))
        new = self._look()
        if new:
            self._transcript[-1] += f"  # makes {' '.join(new)}"
        return answer

    def _word(self, word: SettledWord) -> str:
        if isinstance(word, str):
            return word
        if isinstance(word, Folder):
            write_context(self._here.folder / word.name, word.dockerfile)
            return word.name
        full = self._symbols[word.symbol]
        return full.removeprefix("sha256:")[: word.digits] if word.digits else full

    def _move(self, movement: str, step: str = "") -> None:
        lab = self._here.lab
        try:
            if movement == UNDO:
                lab.undo()
            elif movement == REDO:
                lab.redo()
            elif movement == GO_TO:
                lab.daemon.go_to(int(step) % len(lab.journal.rows))
        except EngineError as error:
            assert "nothing to" in str(error)  # noqa: PT017  it is at one end of time
        if self._store is not None and movement in (REOPEN, SWEEP):
            kept.check_with_doctor(self._store)
            if movement == SWEEP:
                kept.sweep_and_check(self._home, self._store)
            self._store.close()
            self._store = Store.open(self._home)
            self._here.lab = Lab(daemon=Daemon(store=self._store))
            kept.check_with_doctor(self._store)
            self._moments.check_past(self._here.lab)

    def _look(self) -> list[str]:
        """Note what is there; return the symbols of images that are new."""
        new = []
        for image in self._here.new_images(self._symbols.values()):
            symbol = f"I{len(self._symbols)}"
            self._symbols[symbol] = image["Id"]
            if symbol != "I0":
                self._made.images.append(symbol)
                new.append(symbol)
        names = {image_id: symbol for symbol, image_id in self._symbols.items()}
        self._made.note(self._here.images(), self._here.containers(), names.__getitem__)
        return new

    def _check(self) -> None:
        lab = self._here.lab
        self._references.check(lab.daemon)
        self._merged.check(lab)
        digests.check(lab, self._layers)
        self._carried.check(lab)
        other_step = hashlib.sha256("\n".join(self._transcript).encode()).digest()[0]
        self._moments.check(lab, other_step)
        if self._store is not None:
            kept.check(self._home, lab.state)
            with closing(Store.open(self._home)) as again:
                self._moments.check_opened_again(lab, Lab(daemon=Daemon(store=again)), other_step)
