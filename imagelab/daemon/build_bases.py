"""What a build stands on: images and stages by the names that ``FROM`` and ``--from`` use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imagelab.engine.builder.options import Emit
from imagelab.engine.builder.sources import Source, image_source
from imagelab.engine.lookup import find_image
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, EngineError, NotFound
from imagelab.model.tree import Tree
from imagelab.shell.budget import Budget

if TYPE_CHECKING:
    from imagelab.daemon.daemon import Daemon


@dataclass
class _Stage:
    """A stage that was begun: its name and its image, both empty until it is done."""

    name: str = ""
    image_id: str = ""


@dataclass
class Bases:
    """The stages so far, and the images used.

    Attributes:
        daemon: the lab.
        pull: whether images are fetched even if they are there.
        say: takes progress.
        budget: what looking for files may cost.
    """

    daemon: Daemon
    pull: bool
    say: Emit
    budget: Budget
    _stages: list[_Stage] = field(default_factory=list)
    _pulled: set[str] = field(default_factory=set)
    _sources: dict[str, Source] = field(default_factory=dict)

    def check_free(self, name: str) -> None:
        """Refuse the name of a stage that another one has.

        Raises:
            DockerfileError: in the builder's words.
        """
        if self._named(name) is not None:
            raise DockerfileError(f"{name} stage name already used")

    def begin_stage(self) -> None:
        """Count one more stage."""
        self._stages.append(_Stage())

    def end_stage(self, name: str, image_id: str) -> None:
        """Let later stages use the one that was begun last."""
        self._stages[-1] = _Stage(name, image_id)

    def base(self, name: str) -> Image | None:
        """Return what a ``FROM`` names; None for ``scratch``.

        Raises:
            DockerfileError: the name is none.
            EngineError: it is not there, and cannot be fetched.
        """
        if (stage := self._named(name)) is not None:
            return self._image_of(stage)
        return None if name == "scratch" else self._image(name)

    def source(self, name: str) -> Source:
        """Return the files of what ``--from`` names: a stage's name or number, or an image.

        Raises:
            DockerfileError: it names nothing.
        """
        try:
            image = self._from(name)
        except (EngineError, ValueError) as error:
            raise DockerfileError(f"invalid from flag value {name}: {error}") from error
        key = image.id if image else ""
        if key not in self._sources:
            layer = self.daemon.state.layer_of(image) if image else None
            self._sources[key] = image_source(
                layer.tree if layer else Tree(), self.budget)
        return self._sources[key]

    def _from(self, name: str) -> Image | None:
        stage = self._named(name)
        if stage is None and name.isdecimal() and len(name) < 10:
            number = int(name)
            if number == len(self._stages) - 1:
                raise DockerfileError("refers to current build stage")
            if number >= len(self._stages):
                raise DockerfileError("index out of bounds")
            stage = self._stages[number]
        return self._image(name) if stage is None else self._image_of(stage)

    def _named(self, name: str) -> _Stage | None:
        found = [each for each in self._stages if each.name and each.name == name.lower()]
        return found[-1] if found else None

    def _image_of(self, stage: _Stage) -> Image | None:
        return self.daemon.state.images.get(stage.image_id)

    def _image(self, name: str) -> Image:
        """Return an image of the lab, or fetch it."""
        if not self.pull or name in self._pulled:
            with suppress(NotFound), daemons_words():
                return find_image(self.daemon.state, name)
        self.daemon.pull(name, tell=self.say)
        self._pulled.add(name)
        return find_image(self.daemon.state, name)


@contextmanager
def daemons_words() -> Iterator[None]:
    """Let the errors of reading an image's name be as a build tells them.

    Raises:
        BadRequest: the name is none, in the words of the daemon's library, an older one than
            the client's.
    """
    try:
        yield
    except BadRequest as error:
        if "must be lowercase" in error.message:
            raise BadRequest(
                "invalid reference format: repository name must be lowercase") from error
        raise
