"""What a build says, and to whom: at once, or only when it fails."""

from __future__ import annotations

from functools import partial

from imagelab.daemon.timeline import OpenStep
from imagelab.engine.builder.options import BuildError, Emit, Message
from imagelab.engine.progress import Progress
from imagelab.model.outcome import BadRequest, EngineError
from imagelab.shell.budget import ExhaustedError


class Talk:
    """A build's messages on their way.

    While the build waits, the last of how far it is goes out again and again: whoever takes it
    can stop the build by that.
    """

    def __init__(self, emit: Emit, quiet: bool, step: OpenStep) -> None:
        """Begin.

        Args:
            emit: takes the messages.
            quiet: whether it gets them only if the build fails, else the image's ID alone.
            step: the step of the build.
        """
        self._emit = emit
        self._quiet = quiet
        self._step = step
        self._has_begun = False
        self._kept: list[Message] = []

    def say(self, message: Message) -> None:
        """Pass a message on, or keep it."""
        self._has_begun = True
        if isinstance(message, Progress) and message.is_tick:
            self._step.idle = partial(self._emit, message)
            self._emit(message)
        elif self._quiet:
            self._kept.append(message)
        else:
            self._emit(message)

    def end(self, image_id: str) -> None:
        """Say what a quiet build says."""
        if self._quiet:
            self._emit(f"{image_id}\n")

    def fail(self, error: Exception) -> EngineError:
        """Say what was kept, and return an error as it is told after that, or before all."""
        for message in self._kept:
            self._emit(message)
        if not self._has_begun:
            return error if isinstance(error, EngineError) else BadRequest(str(error))
        if isinstance(error, ExhaustedError):
            return BuildError("imagelab does not simulate builds that copy so much")
        return error if isinstance(error, BuildError) else BuildError(str(error))

    def over(self) -> None:
        """Have the step wait in silence."""
        self._step.idle = bool
