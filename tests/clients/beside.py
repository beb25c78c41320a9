"""The same requests and the same commands of a real client, to a served lab and a real daemon."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.api.conftest import Answered, Served, serving, with_base
from tests.dockerd import Dockerd

#: What a client shows of an answer: exit code, standard output, standard error.
Told = tuple[int, str, str]


@dataclass(frozen=True)
class Beside:
    """A served lab ("here") and a real daemon ("there"), both with the base image."""

    lab: Served
    here: Dockerd
    there: Dockerd

    def docker(
        self, *words: str, input: str | None = None, folders: tuple[Path, Path] | None = None,
    ) -> tuple[Told, Told]:
        """Run a command on both sides, each in a folder of its own if they are given."""
        places = folders or (None, None)
        mine, real = (
            told(side.docker(*words, input=input, check=False, folder=place))
            for side, place in zip((self.here, self.there), places, strict=True))
        return mine, real

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None,
    ) -> tuple[Answered, Answered]:
        """Send a request to both sides."""
        real = Served(self.lab.daemon, self.there.host)
        return (self.lab.ask(method, path, body, headers=headers),
                real.ask(method, path, body, headers=headers))

    def same(self, *words: str, input: str | None = None) -> None:
        """Assert that a command says the same on both sides, IDs aside."""
        mine, real = self.docker(*words, input=input)
        assert numbered(mine) == numbered(real), words

    def same_answer(self, method: str, path: str, body: Any = None) -> None:
        """Assert that a request is answered in the same way, IDs aside."""
        mine, real = self.ask(method, path, body)
        assert plain(mine) == plain(real), (method, path)

    def clear(self) -> None:
        """Remove all containers and volumes on both sides."""
        daemon = self.lab.daemon
        for name in tuple(daemon.state.containers):
            daemon.remove_container(name, force=True)
        daemon.prune_volumes({})
        self.there.reset()


@contextmanager
def beside(dockerd: Dockerd) -> Iterator[Beside]:
    """Serve a lab beside a real daemon that has nothing but the base image."""
    dockerd.reset()
    with serving(with_base()) as served:
        yield Beside(served, replace(dockerd, host=served.host), dockerd)


def differences(here: Any, there: Any, path: str = "") -> list[str]:
    """Return where two documents differ, the order of keys included."""
    if isinstance(here, dict) and isinstance(there, dict):
        found = [line for key in here if key in there
                 for line in differences(here[key], there[key], f"{path}.{key}")]
        if list(here) != list(there):
            only = [f"-{key}" for key in here if key not in there]
            only += [f"+{key}" for key in there if key not in here]
            found.append(f"{path}: {' '.join(only) or 'another order'}")
        return found
    return [] if here == there else [f"{path}: {here!r} {there!r}"]


def told(done: subprocess.CompletedProcess[str]) -> Told:
    """Return what a client showed."""
    return done.returncode, done.stdout, done.stderr


def numbered(said: Told) -> Told:
    """Return what a client showed, its IDs made the same."""
    return said[0], without_ids(said[1]), without_ids(said[2])


def plain(answered: Answered) -> tuple[int, str, str]:
    """Return status, type and body of an answer, its IDs made the same."""
    return (answered.status, answered.headers.get("Content-Type", ""),
            without_ids(answered.body.decode("utf-8", "replace")))


def without_ids(text: str) -> str:
    """Return a text whose IDs are all the same."""
    return re.sub(r"\b[0-9a-f]{64}\b", "ID", text)
