"""The machine that runs a process: a stack of frames, one step at a time.

Nothing of a running program lives on Python's stack between two steps, so it can stop anywhere,
be written down, and go on later. Stages of a pipe run one after the other on buffered bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, ClassVar, TypeVar

from imagelab.model.file_error import FileError
from imagelab.shell.budget import ExhaustedError
from imagelab.shell.escapes import decode, encode
from imagelab.shell.expand import Expansion, SubstitutionNeeded
from imagelab.shell.history import session
from imagelab.shell.programs.io import PauseRequest, SleepRequest
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import (
    BlockedError,
    ClosedError,
    Host,
    Open,
    PipeFullError,
)
from imagelab.shell.syntax import Command, Word

_T = TypeVar("_T")
#: Frames a program may pile up by calling itself.
MAX_FRAMES = 2500
SIGPIPE_STATUS = 141


@dataclass(eq=False, kw_only=True)
class Frame:
    """Something that runs; ``tested`` says that a failure of it is looked at (``set -e``)."""

    tested: bool = False
    #: Whether a signal's trap may run before the next step.
    between: ClassVar[bool] = True
    #: Whether this is the call of a function.
    function: ClassVar[bool] = False

    def step(self, m: Machine) -> None:
        """Do a piece of work: change, push a frame, or be done."""
        raise NotImplementedError

    def leave(self, m: Machine) -> None:
        """Put back what the frame changed, whatever way it ends."""

    def forget(self) -> None:
        """Drop what was read of a command that is not whole, and its prompt."""

    def reads_on(self, m: Machine) -> bool:
        """Whether a shell reads its next command here after an error in the last one."""
        return False


@dataclass(eq=False, kw_only=True)
class ExpandingFrame(Frame):
    """A frame that expands words; see :mod:`imagelab.shell.expand`."""

    results: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Language:
    """The parts of the shell that stand on the machine and that it runs.

    Attributes:
        frame: makes the frame that runs a command; the flag says that its failure is tested.
        script: makes the frame that reads a script; see :mod:`imagelab.shell.script`.
        builtin: function of a builtin by dialect and name; see :mod:`imagelab.shell.command`.
    """

    frame: Callable[[Command, bool], Frame]
    script: Callable[..., Frame]
    builtin: Callable[[str, str], Callable[[Machine, Any, list[str]], int | None] | None]


@dataclass(eq=False)
class Machine:
    """A process's frames and shells while it runs."""

    language: Language
    host: Host
    uid: int
    gid: int
    frames: list[Frame] = field(default_factory=list)
    shells: list[Shell] = field(default_factory=list)
    status: int = 0
    signals: list[str] = field(default_factory=list)
    wake: int | None = None
    floors: list[int] = field(default_factory=list)

    @property
    def shell(self) -> Shell:
        """The innermost shell."""
        return self.shells[-1]

    # --- frames ----------------------------------------------------------------------------

    def push(self, frame: Frame) -> None:
        """Run a frame next."""
        if len(self.frames) >= MAX_FRAMES:
            raise ExhaustedError("nested calls")
        self.frames.append(frame)

    def run_command(self, node: Command, *, tested: bool) -> None:
        """Run a command next; with ``set -n`` none is run."""
        if "n" not in self.shell.options or self.shell.interactive:
            self.push(self.language.frame(node, tested))

    def pop(self) -> Frame:
        """Take away the top frame and undo its changes."""
        frame = self.frames.pop()
        frame.leave(self)
        return frame

    def done(self, status: int) -> None:
        """The top frame ends with a status."""
        self.pop()
        self.status = status
        if self.shells:
            self.shell.status = status

    def finish(self, status: int) -> None:
        """As :meth:`done`, for commands whose failure ``set -e`` looks at."""
        tested = self.frames[-1].tested
        self.done(status)
        if status and not tested and self.shells:
            self._failed(status)

    def exit_shell(self, status: int) -> None:
        """End the innermost shell or subshell."""
        while not isinstance(self.frames[-1], Base):
            self.pop()
        self.frames[-1].end(self, status)

    def expand(self, frame: ExpandingFrame, work: Callable[[Expansion], _T]) -> _T | None:
        """Return an expansion; None when a substitution has to run first."""
        try:
            value = work(Expansion(self.shell, self.host, frame.results))
        except SubstitutionNeeded as need:
            self.push_subshell("capture", tested=False, script=(need.script, need.line))
            return None
        frame.results = []
        return value

    def fields(self, frame: ExpandingFrame, word: Word) -> list[str] | None:
        """Expand a command's word; None as :meth:`expand` has it."""
        return self.expand(frame, lambda expansion: expansion.fields(word))

    def text(
        self, frame: ExpandingFrame, word: Word, *, assignment: bool = False
    ) -> str | None:
        """Expand a word to one text; None as :meth:`expand` has it."""
        return self.expand(frame, lambda expansion: expansion.text(word, assignment=assignment))

    def run_trap(self) -> bool:
        """Run the trap of a signal that came, if one is due; ``$?`` is as before after it.

        It is due when a command of the shell that got the signal has ended, its redirections
        being undone, and no other trap runs.
        """
        if not self.shells or not (self.frames[-1].between):
            return False
        shell = self.shell
        if self.signals and len(self.shells) == 1:
            shell.pending += self.signals
            self.signals.clear()
        if not shell.pending or shell.trapping or shell.depth:
            return False
        trap = shell.traps.get(shell.pending.pop(0))
        if trap:
            shell.trapping = True
            self.push(self.language.script("trap", trap, tested=True, saved=self.status))
        return bool(trap)

    def _failed(self, status: int) -> None:
        """Run the trap for errors of a command, then end the shell if ``set -e`` says so."""
        shell, ends = self.shell, "e" in self.shell.options
        trap = shell.traps.get("ERR")
        if trap and not shell.trapping and not self._in_function():
            shell.trapping = True
            self.push(self.language.script("trap", trap, tested=True, saved=status, ends=ends))
        elif ends:
            self.exit_shell(status)

    def _in_function(self) -> bool:
        """Whether a function of the innermost shell runs; those do not inherit the ERR trap."""
        for frame in reversed(self.frames):
            if isinstance(frame, Base):
                break
            if frame.function:
                return True
        return False

    def push_subshell(
        self, kind: str, *, tested: bool, script: tuple[str, int] | None = None,
        fds: dict[int, Open] | None = None,
    ) -> Base:
        """Begin a subshell; its command is pushed by the caller, or is a script's text."""
        shell = self.shell.copy()
        if shell.bash or (shell.dialect == "ash" and kind == "capture"):
            shell.listed = dict(self.shell.traps)
        base = Base(kind=kind, tested=tested)
        if kind == "capture":
            base.pipe = Open("pipe")
            shell.fds[1] = base.pipe
        shell.fds.update(fds or {})
        self.push(base)
        self.shells.append(shell)
        if script is not None:
            self.push(self.language.script("c", script[0], line=script[1], tested=tested))
        return base

    # --- errors ----------------------------------------------------------------------------

    def complain(self, message: str, *, builtin: str = "") -> None:
        """Write an error message of the innermost shell."""
        self.write_error(f"{self.shell.prefix(builtin)}{message}\n")

    def write_error(self, text: str) -> None:
        """Write to the innermost shell's standard error, if it has one."""
        try:
            self.host.write(self.shell.fds.get(2), encode(text))
        except (ClosedError, FileError):
            return

    def fault(self, error: FaultError) -> None:
        """Report an error that ends the shell or its current line."""
        shell = self.shell
        if error.message:
            self.complain(error.message, builtin=error.builtin)
        keeps_going = shell.interactive or error.discard
        if not keeps_going or shell.depth:
            self.exit_shell(1 if shell.bash and shell.depth else error.status)
            return
        while not self.frames[-1].reads_on(self):
            self.pop()
        self.status = shell.status = error.status

    def interrupt(self, status: int) -> None:
        """End all that an interactive shell runs; it reads its next command."""
        bottom = sum(1 for _ in takewhile(lambda frame: isinstance(frame, Base), self.frames))
        while len(self.frames) > bottom + 1:
            self.pop()
        self.frames[-1].forget()
        self.status = self.shell.status = status

    # --- the loop --------------------------------------------------------------------------

    def run(self) -> None:
        """Run until the process ends, sleeps, or wants input that is not there.

        Raises:
            ExhaustedError: the budget is used up.
        """
        budget = self.host.budget
        self.floors = [budget.steps // 2 for frame in self.frames
                       if isinstance(frame, Base) and frame.kind == "stage"]
        self.wake = None
        while self.frames:
            budget.take("steps")
            if self.floors and budget.steps < self.floors[-1]:
                self._end_stage()
                continue
            try:
                if (self.signals or (self.shells and self.shell.pending)) and self.run_trap():
                    continue
                self.frames[-1].step(self)
            except SleepRequest as request:
                self.wake = request.until
                return
            except (BlockedError, PauseRequest):
                return
            except PipeFullError:
                self._end_stage()
            except FaultError as error:
                self.fault(error)

    def _end_stage(self) -> None:
        """End the stage of a pipe whose output nobody could take."""
        while self.frames:
            frame = self.frames[-1]
            if isinstance(frame, Base) and frame.kind in ("stage", "capture"):
                break
            self.pop()
        base = self.frames[-1] if self.frames else None
        if not isinstance(base, Base) or base.kind == "capture":
            raise ExhaustedError("words")
        pipe = self.shell.fds.get(1)
        if base.pipe is not None:
            base.pipe.cut = True
        elif pipe is not None:
            pipe.cut = True
        self.shell.traps.clear()
        base.end(self, SIGPIPE_STATUS)


@dataclass(eq=False)
class Base(Frame):
    """Where a shell begins: ``shell``, ``subshell``, ``stage``, ``capture``, ``background``.

    Attributes:
        kind: see above.
        pipe: what a capture or a stage writes to.
        ending: status of a shell that runs its EXIT trap.
    """

    kind: str
    pipe: Open | None = None
    ending: int | None = None
    floored: bool = False

    def step(self, m: Machine) -> None:
        """The body came to its end."""
        self.end(m, m.status if self.ending is None else self.ending)

    def end(self, m: Machine, status: int) -> None:
        """End the shell; its EXIT trap runs first."""
        trap = m.shell.traps.pop("EXIT", "")
        if trap and self.ending is None:
            self.ending = status
            m.shell.status = status
            m.push(m.language.script("trap", trap, tested=True))
            return
        if self.kind == "capture":
            self._deliver(m, status)
        elif self.kind == "background":
            m.done(0)
            m.shell.ended[m.shell.background] = status
        elif self.kind == "subshell":
            m.finish(status)
        elif self.kind == "shell" and m.shell.interactive:
            session.save(m.shell, m.host)
            m.done(status)
        else:
            m.done(status)

    def _deliver(self, m: Machine, status: int) -> None:
        assert self.pipe is not None
        if self.pipe.data.size > m.host.budget.words:
            raise ExhaustedError("words")
        data = self.pipe.data.read()
        m.pop()
        if b"\0" in data:
            if m.shell.bash:
                m.complain("warning: command substitution: ignored null byte in input")
            data = data.replace(b"\0", b"")
        m.host.budget.take("words", len(data))
        m.shell.substituted = m.status = status
        if m.shell.bash:
            m.shell.status = status
        parent = m.frames[-1]
        assert isinstance(parent, ExpandingFrame)
        parent.results.append(decode(data.rstrip(b"\n")))

    def leave(self, m: Machine) -> None:
        """Forget the shell."""
        m.shells.pop()
        if self.floored:
            m.floors.pop()
