"""A prompt where one types line by line: the shell, and a container's for as long as it runs.

Between two lines nothing runs here. The shell is a value that waits, and so is a container, which
is in the lab's state; whatever else is done to the lab meanwhile is done to it too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker.conversation import (
    DETACH,
    INTERRUPT,
    Held,
    NoLineYet,
    asks_for_secret,
    line_name,
)
from imagelab.engine.progress import Tell, silent
from imagelab.shell.budget import LIMIT_STATUS
from imagelab.shell.launch import Running
from imagelab.shell.process import shell_status, suspended
from imagelab.shell.streams import EOT
from imagelab.terminal.completing import Completion, complete_in_container, complete_line
from imagelab.terminal.history import History
from imagelab.terminal.host_shell import HostShell, Kept
from imagelab.terminal.scrollback import Scrollback, plain
from imagelab.terminal.system import DOCKER

_PS1, _PS2 = "$ ", "> "
_CTRL_C, _CTRL_D = "^C", "^D"


class Prompt:
    """A docker prompt on a lab.

    Attributes:
        daemon: the lab.
        screen: what stands there.
        seen: called when there is more on the screen, while a line is at work.
        status: how what was typed last has ended, 0 if well; None as long as it goes on.
    """

    def __init__(self, daemon: Daemon, folder: Path) -> None:
        """Stand in a folder of the host, which is all of the host that it sees."""
        self.daemon = daemon
        self.screen = Scrollback()
        self.seen: Callable[[], object] = lambda: None
        self.status: int | None = 0
        self._folder = folder
        self._kept = self._calm = Kept()
        self._waiting: list[bytes] = []
        self._called = ""  # what the line that is at work is called in the journal
        self._histories: dict[str, History] = {}

    # --- where one stands --------------------------------------------------------------------

    @property
    def held(self) -> Held | None:
        """The container, or the exec in one, that lines go to; None at the shell's prompt."""
        state = self._docker_waits()
        return Held(*state["held"]) if state and "held" in state else None

    @property
    def has_ended(self) -> bool:
        """Whether the container that lines went to has ended by what was done elsewhere."""
        held = self.held
        return held is not None and held.ended(self.daemon.state) is not None

    @property
    def text(self) -> str:
        """What stands in front of what is typed."""
        own = self._own_text
        return plain(self.screen.rest) if own is None else own

    @property
    def rest(self) -> str:
        """The unfinished line above what is typed, if that is not what stands in front of it."""
        return "" if self._own_text is None else plain(self.screen.rest)

    @property
    def _own_text(self) -> str | None:
        """The shell's own prompt; None where something else reads, whatever its prompt is."""
        process = self._kept.process
        if process is None or shell_status(process) is not None:
            return _PS1
        begun = suspended(process)
        # With no more than the shell and what it reads, a command is not whole yet; else it runs.
        return _PS2 if begun and len(begun.frames) == 2 else None

    @property
    def is_calm(self) -> bool:
        """Whether the shell waits for a new command, and nothing that it has begun for a line."""
        return self._own_text == _PS1

    @property
    def is_secret(self) -> bool:
        """Whether what is typed is not to be shown."""
        return self._docker_waits() is not None and asks_for_secret(self.screen.rest)

    @property
    def history(self) -> History:
        """What was typed here; a container has its own."""
        held = self.held
        return self._histories.setdefault(held.id if held else "", History())

    def complete(self, line: str) -> Completion:
        """Return what the word at the end of a line may become."""
        held = self.held
        if held is not None:
            return complete_in_container(self.daemon.state, held, line)
        with ExitStack() as keep:
            return complete_line(self.daemon.state, self._shell(keep, silent), line)

    def _docker_waits(self) -> dict[str, Any] | None:
        """Return what ``docker`` remembers where it waits for a line; None where it does not."""
        begun = suspended(self._kept.process) if self._kept.process is not None else None
        top = begun.frames[-1] if begun and begun.frames else None
        if not isinstance(top, Running) or top.name != DOCKER:
            return None
        found: dict[str, Any] = top.state or {}
        return found

    # --- typing ------------------------------------------------------------------------------

    def submit(self, line: str, tell: Tell = silent) -> None:
        """Type a line and Enter.

        Args:
            line: what is typed.
            tell: is told how far long work is.
        """
        line = line.replace("\r\n", "\n").replace("\r", "\n")
        if self.has_ended:
            self._note("", keep=False)
            self._run(tell, "")
            if not line.strip():
                return
        self._note(line)
        for each in line.split("\n"):
            if not self._type(each, tell):
                return  # a terminal forgets what was typed ahead, too

    def _type(self, line: str, tell: Tell) -> bool:
        """Give a line to whoever reads; return whether nothing interrupted it."""
        if self._docker_waits() is None:
            return self._run(tell, line + "\n")
        self._waiting.append(f"{line}\n".encode("utf-8", "surrogateescape"))
        return self._run(tell, "", typed=line)

    def interrupt(self, typed: str = "", tell: Tell = silent) -> None:
        """Press Ctrl-C."""
        self._note(f"{typed}{_CTRL_C}", keep=False)
        self.history.leave()
        if self.held is None:
            self._kept = self._calm
            return
        self._waiting.append(INTERRUPT)
        self._run(tell, "", typed=_CTRL_C)

    def end_input(self, tell: Tell = silent) -> None:
        """Press Ctrl-D at the beginning of a line: what reads gets its end; a shell is left so."""
        self._note("", keep=False)
        if self._docker_waits() is None:
            self._run(tell, EOT.decode())
            return
        held = self.held
        # Without a terminal of its own there, it is the client's own input that ends, for good.
        at_terminal = held is not None and held.has_terminal(self.daemon.state)
        self._waiting.append(EOT if at_terminal else b"")
        self._run(tell, "", typed=_CTRL_D)

    def detach(self, tell: Tell = silent) -> None:
        """Press Ctrl-P Ctrl-Q: leave a container alone that goes on running."""
        if self.held is not None:
            self._note("", keep=False)
            self._waiting.append(DETACH)
            self._run(tell, "")

    def clear(self) -> None:
        """Press Ctrl-L: forget what stands there."""
        rest = self.screen.rest
        self.screen.clear()
        self.screen.rest = rest

    # --- running -----------------------------------------------------------------------------

    def _note(self, line: str, *, keep: bool = True) -> None:
        """Note what is typed, and for the history too."""
        if self.is_secret:
            self.screen.type(self.text, "")
            return
        if keep and (self._docker_waits() is None or self.held is not None):
            self.history.add(line)
        if self._own_text is not None:
            self.screen.settle()
        self.screen.type(self.text, line)

    def _run(self, tell: Tell, line: str, *, typed: str = "") -> bool:
        """Let the shell go on with a line until it waits again; return whether it did.

        An interruption, of the kernel or by Ctrl-C to a question, leaves it where it stood.
        ``_calm`` is where it last stood at its own prompt.
        """
        before = self._kept
        self._called = self._name(typed)
        try:
            with ExitStack() as keep:
                shell = self._shell(keep, tell)
                shell.feed(line)
                is_new = bool(line.strip(f"{EOT.decode()}\n ") or self._docker_waits())
                self._settle(shell, before, is_new=is_new)
                shell.flush()
            self._kept = shell.kept
            if self.is_calm:
                self._calm = self._kept
        except KeyboardInterrupt:
            # A container that ended before that has been left, with all that was to follow.
            self._kept = before if self.held is not None and not self.has_ended else self._calm
            self._emit(2, b"^C\n")
            return False
        finally:
            self._waiting.clear()
        return True

    def _name(self, typed: str) -> str:
        """Return what a line that a container gets is called: what stands on the screen."""
        held = self.held
        container = held.container(self.daemon.state) if held else None
        if container is None:
            return ""
        entry = self.screen.entries[-1]
        shown = typed if typed in (_CTRL_C, _CTRL_D) else entry.typed
        return line_name(container, entry.prompt, shown)

    def _settle(self, shell: HostShell, before: Kept, *, is_new: bool) -> None:
        """See how a line ended: a shell that has ended is followed by another one."""
        status = shell.process.status
        if status == LIMIT_STATUS:
            shell.process = before.process or shell.new()
        elif status is not None:
            shell.process = shell.new()
        else:
            status = shell_status(shell.process)
        self.status = status
        if status and is_new:
            self.screen.settle()
            self._emit(2, f"[exit code {status}]\n".encode())

    def _shell(self, keep: ExitStack, tell: Tell) -> HostShell:
        return HostShell(self.daemon, self._folder, self._kept, keep, self._emit,
                         self._next_line, tell=tell, called=lambda: self._called)

    def _next_line(self) -> bytes:
        if not self._waiting:
            raise NoLineYet
        return self._waiting.pop(0)

    def _emit(self, stream: int, data: bytes) -> None:
        self.screen.write(stream, data)
        self.seen()
