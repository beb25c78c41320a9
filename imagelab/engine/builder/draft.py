"""The image in the making: what instructions of the configuration have said so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from imagelab.formats.dockerfile_words import expand
from imagelab.model.config import Config

DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass(frozen=True)
class Draft:
    """What instructions change.

    Attributes:
        config: the configuration so far; its ``image`` is of no meaning.
        image_id: the image so far; empty for none.
        cmd_set: whether one of them set a command, which a later ``ENTRYPOINT`` then keeps.
        escape: the character that escapes in the Dockerfile.
        arguments: values of ``ARG``, which those of ``ENV`` hide.
        author: who is named by ``MAINTAINER``.
        comment: the last instruction as the image's history is to tell it.
        note: what the builder has to say of the last instruction.
    """

    config: Config
    image_id: str = ""
    cmd_set: bool = False
    escape: str = "\\"
    arguments: Mapping[str, str] = field(default_factory=dict)
    author: str = ""
    comment: str = ""
    note: str = ""

    def with_config(self, comment: str, **fields: Any) -> Draft:
        """Return it with fields of the configuration replaced, and how history tells that."""
        config = replace(self.config, **fields)
        return replace(self, config=config, comment=comment, note="")

    @property
    def whole_config(self) -> Config:
        """The configuration, with the image so far in it."""
        return replace(self.config, image=self.image_id)

    @property
    def makes_folder(self) -> bool:
        """Whether the last instruction was ``WORKDIR``, the only one of these with a folder."""
        return self.comment.startswith("WORKDIR ")

    @property
    def shell(self) -> tuple[str, ...]:
        """What runs a command that is no JSON array."""
        return self.config.shell or DEFAULT_SHELL

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment; of a name that is there twice the first value counts."""
        pairs = (entry.partition("=") for entry in reversed(self.config.env or ()))
        return {**self.arguments, **{name: value for name, _, value in pairs}}

    def expand(self, word: str) -> str:
        """Return a word without quotes, its variables replaced.

        Raises:
            DockerfileError: in the builder's words.
        """
        return expand(word, self.variables, self.escape)


#: What an instruction does.
Action = Callable[[Draft], Draft]
