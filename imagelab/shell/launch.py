"""Starting programs, and the frame of one that runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import encode
from imagelab.shell.lookup import Found, StartError, find
from imagelab.shell.machine import Base, Frame, Machine
from imagelab.shell.programs.io import Io, PauseRequest, RunRequest, SleepRequest
from imagelab.shell.programs.registry import APPLETS, program_for, run_program
from imagelab.shell.start import start_shell
from imagelab.shell.streams import BlockedError, ClosedError, Open

SHELLS = ("ash", "dash", "bash")
_MAX_INTERPRETERS = 4
#: What starting a program costs, beside its own work.
_START_STEPS = 6


def launch(
    m: Machine, argv: list[str], *, env: dict[str, str], cwd: str, umask: int,
    fds: dict[int, Open], path: str | None = None,
) -> None:
    """Start a program from PATH in a frame of its own.

    Raises:
        StartError: there is none.
    """
    found = find(m.host.files, argv[0], path=env.get("PATH") if path is None else path,
                 cwd=cwd)
    start(m, found, argv, env=env, cwd=cwd, umask=umask, fds=fds)


def start(
    m: Machine, found: Found, argv: list[str], *, env: dict[str, str], cwd: str, umask: int,
    fds: dict[int, Open],
) -> None:
    """Start a program that was found."""
    m.host.budget.take("steps", _START_STEPS)
    for _ in range(_MAX_INTERPRETERS):
        if not found.interpreter:
            break
        argv = [*found.interpreter, found.path, *argv[1:]]
        try:
            found = find(m.host.files, found.interpreter[0], path="", cwd=cwd)
        except StartError:
            raise StartError("no such file", argv[len(found.interpreter)]) from None
    text = found.text
    if text is None and not found.elf:
        raise StartError("format error", argv[0])
    if text is not None:
        name, flavour = m.shells[-1].dialect if m.shells else "dash", "gnu"
        argv = [name, found.path, *argv[1:]]
    else:
        name, flavour = program_for(found, argv, m.host.programs)
    if name in SHELLS:
        start_shell(m, name, argv, env=env, cwd=cwd, umask=umask, fds=fds, text=text)
        return
    m.push(Running(name, flavour, argv, env=dict(env), cwd=cwd, umask=umask,
                   fds=dict(fds)))


@dataclass(eq=False)
class Running(Frame):
    """A program that is not a shell.

    Attributes:
        name: what it is.
        flavour: ``busybox`` or ``gnu``.
        state: what it wants to remember until it goes on.
        child: whether it waits for a program that it started.
        handles: the signals that it waits for.
    """

    name: str
    flavour: str
    argv: list[str]
    env: dict[str, str]
    cwd: str
    umask: int
    fds: dict[int, Open]
    state: Any = None
    child: bool = False
    handles: list[str] = field(default_factory=list)
    between: ClassVar[bool] = False

    def step(self, m: Machine) -> None:
        """Call the program's function, or call it again after it waited."""
        host = m.host
        files = host.files
        files.umask = self.umask
        io = Io(
            host=host, name=self.name, flavour=self.flavour, argv=self.argv, env=self.env,
            cwd=self.cwd, umask=self.umask, fds=self.fds, uid=m.uid, gid=m.gid,
            state=self.state, result=m.status if self.child else None, applets=APPLETS,
            signal=self._signal(m),
        )
        try:
            status = run_program(self.name, self.argv, io)
        except RunRequest as request:
            self.state, self.child = request.state, True
            self._run(m, request)
            return
        except (SleepRequest, PauseRequest) as request:
            self.state, self.handles = request.state, request.signals
            raise
        except BlockedError:
            self.state = io.state
            raise
        except FileError as error:
            status = io.fail(f"{error.path}: {error.message}")
        except ClosedError:
            status = io.fail("write error: Bad file descriptor")
        m.done(status)

    def _signal(self, m: Machine) -> str:
        """Take the next signal, if this is the main program and it waits for that."""
        main = all(isinstance(frame, Base) for frame in m.frames[:-1])
        return m.signals.pop(0) if main and m.signals and m.signals[0] in self.handles else ""

    def _run(self, m: Machine, request: RunRequest) -> None:
        fds = dict(self.fds)
        fds.update(request.fds)
        if request.replace:
            m.pop()
        if request.applet:
            applet = Found(self.argv[0], "/bin/busybox", elf=True)
            start(m, applet, request.argv, env=self.env, cwd=self.cwd, umask=self.umask, fds=fds)
            return
        try:
            launch(m, request.argv, env=self.env if request.env is None else request.env,
                     cwd=self.cwd, umask=self.umask, fds=fds)
        except StartError as error:
            status = 127 if error.kind in ("not found", "no such file") else 126
            if request.missing:
                name = self.argv[0].rpartition("/")[2]
                quoted = request.missing.format(name=error.name, message=error.message)
                m.host.write(self.fds.get(2), encode(f"{name}: {quoted}\n"))
            m.status = status
            if request.replace and m.shells:
                m.shell.status = status
