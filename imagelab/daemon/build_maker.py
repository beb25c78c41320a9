"""What the steps of a build do to the lab: containers come and go, images are made."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from imagelab.engine import create, remove_container
from imagelab.engine.builder import cache, steps
from imagelab.engine.builder.draft import Draft
from imagelab.engine.builder.options import BuildError, BuildOptions, Emit, step_host_config
from imagelab.engine.builder.restoring import restore
from imagelab.engine.lookup import find_image
from imagelab.formats import gojson
from imagelab.model.config import Config
from imagelab.model.container import STDERR, Log
from imagelab.model.image import Image
from imagelab.model.outcome import EngineError, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget

if TYPE_CHECKING:
    from imagelab.daemon.daemon import Daemon

#: How often the commands of a build may use up half of one command's budget.
_ALLOWANCE = 20


@dataclass
class Maker:
    """The image that a build has come to, and the containers of the step.

    Attributes:
        daemon: the lab.
        options: what is asked for.
        say: takes what is said.
        new_id: makes an ID out of the lab's counter.
        image_id: the image so far; empty for none.
        cache_lost: whether a step was not in the cache, so that none after it is looked for.
    """

    daemon: Daemon
    options: BuildOptions
    say: Emit
    new_id: Callable[[int], str]
    image_id: str = ""
    cache_lost: bool = False
    _containers: list[str] = field(default_factory=list)
    _allowance: int = _ALLOWANCE
    _sources: list[Image] | None = None

    def cached(self, config: Config) -> bool:
        """Go on from the image that the same step made before, if there is one."""
        if self.cache_lost or self.options.no_cache:
            return False
        state = self.daemon.state
        found = cache.find(state, self.image_id, config)
        if self.options.cache_from:
            found = self._found_in_sources(state, found, config)
        self.cache_lost = not found
        if found:
            self.say(" ---> Using cache\n")
            self.image_id = found
        return bool(found)

    def _found_in_sources(self, state: State, found: str, config: Config) -> str:
        """Return the image of a step if those of ``--cache-from`` have it; empty for none."""
        if self._sources is None:
            self._sources = list(_images(state, self.options.cache_from))
        if found in cache.chain(state, self._sources):
            return found
        restored = restore(state, state.images.get(self.image_id), config, self._sources)
        if restored is None:
            return ""
        state, image, source = restored
        self._sources = [source]  # as the daemon, which does not jump from one to another
        self.daemon.do("restore", lambda *_: Outcome(state, None))
        return image.id

    def container(self, config: Config) -> str:
        """Make a container of the image so far and return its ID.

        Raises:
            EngineError: it cannot be.
        """
        def run(state: State, now: int) -> Outcome[str]:
            identifier = self.new_id(state.counter)
            # Noted before it is there: whatever interrupts the build, it is known.
            self._containers.append(identifier)
            return create.create(
                replace(state, counter=state.counter + 1), config, identifier=identifier, now=now,
                host_config=step_host_config(self.options), from_scratch=not self.image_id)

        identifier = self.daemon.do("create", run)
        self.say(f" ---> Running in {identifier[:12]}\n")
        return identifier

    def run(self, identifier: str, command: tuple[str, ...]) -> None:
        """Run a container to its end; messages name its command.

        Raises:
            EngineError: it cannot start.
            BuildError: its command fails, or does not end.
        """
        if self.daemon.budget.steps < Budget.steps // 2 and self._allowance:
            self.daemon.budget = Budget()
            self._allowance -= 1
        self.daemon.attach(identifier)
        status = self.daemon.start(identifier, attach=self._show)
        if status is None:
            self.daemon.kill(identifier)
            raise BuildError("imagelab does not simulate a step that does not end by itself")
        if status:
            words = " ".join(command)
            raise BuildError(f"The command '{words}' returned a non-zero code: {status}", status)

    def _show(self, log: Log) -> None:
        text = gojson.clean(log.data.decode("utf-8", "surrogateescape"))
        self.say(as_error(text) if log.stream == STDERR else text)

    def commit(self, draft: Draft, identifier: str, config: Config, *, files: bool) -> None:
        """Make an image of a container: see :func:`steps.commit_container`.

        Raises:
            EngineError: there would be too many layers.
        """
        self.image_id = self.daemon.do("commit", lambda state, now: Outcome(
            *steps.commit_container(state, draft, identifier, config, now=now, files=files)))

    def remove_containers(self, *, quietly: bool = False) -> None:
        """Remove the containers of the step, and say so unless ``quietly``."""
        for identifier in self._containers:
            if identifier in self.daemon.state.containers:
                self._remove(identifier)
                if not quietly:
                    self.say(f"Removing intermediate container {identifier[:12]}\n")
        self._containers.clear()

    def keep_containers(self) -> None:
        """Leave the containers of the step to the user."""
        self._containers.clear()

    def _remove(self, identifier: str) -> None:
        self.daemon.do("rm", lambda state, now: remove_container.remove(
            state, identifier, now=now, force=True, volumes=True))


def _images(state: State, names: Iterable[str]) -> Iterator[Image]:
    """Yield the images of some names; the daemon only logs what is not there."""
    for name in names:
        with suppress(EngineError):
            yield find_image(state, name)


def as_error(text: str) -> str:
    """Return a text as the builder marks what comes from standard error."""
    return f"\x1b[91m{text}\x1b[0m"
