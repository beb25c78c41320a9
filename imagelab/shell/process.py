"""Starting, running and signalling a container's processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from imagelab.model.filesystem import FileSystem
from imagelab.model.process import Process
from imagelab.shell.budget import LIMIT_STATUS, Budget, ExhaustedError
from imagelab.shell.codec import dump, load, register
from imagelab.shell.language import LANGUAGE
from imagelab.shell.launch import Running, launch
from imagelab.shell.lookup import DEFAULT_PATH, Found, StartError, find
from imagelab.shell.machine import Base, Frame, Machine
from imagelab.shell.programs.registry import Program, program_for
from imagelab.shell.script import Script
from imagelab.shell.state import Shell
from imagelab.shell.streams import Host, Open, Peers

__all__ = ["Advance", "Budget", "StartError", "advance", "signal", "spawn"]

#: Words for what a budget ran out of.
_LIMITS = {
    "steps": "it ran for too many steps", "output": "it printed too much",
    "words": "it needs too much memory", "hashed": "it reads too much",
    "written": "it writes too much", "entries": "it visits too many files",
    "nested calls": "its calls are nested too deeply",
}
_STATUS = {"HUP": 129, "INT": 130, "QUIT": 131, "KILL": 137, "USR1": 138, "USR2": 140, "PIPE": 141,
           "ALRM": 142, "TERM": 143}


@dataclass(frozen=True)
class Advance:
    """What came of running a process for a while.

    Attributes:
        process: as it stands now.
        output: ``(1, bytes)`` for standard output and ``(2, bytes)`` for standard error, in
            order; with a terminal all is standard output. Lines end in LF, never CR LF.
    """

    process: Process
    output: tuple[tuple[int, bytes], ...]


@dataclass(eq=False)
class Suspended:
    """The part of a machine that is written down while its process waits.

    Attributes:
        frames: what is being run, the innermost last.
        shells: the shells and subshells on that stack, the innermost last.
        status: of the last command.
        signals: those that came and were not handled yet.
    """

    frames: list[Frame]
    shells: list[Shell]
    status: int
    signals: list[str]


register(Suspended)


def suspended(process: Process) -> Suspended | None:
    """Return what a process waits in the middle of; None for one that has not begun."""
    found: Suspended | None = None if process.program is None else load(process.program)
    return found


def spawn(
    files: FileSystem, argv: Sequence[str], *, env: Sequence[str], cwd: str, uid: int, gid: int,
    groups: tuple[int, ...] = (), tty: bool = False, stdin: bytes = b"", stdin_open: bool = False,
) -> Process:
    """Return a process that is ready to run a program of the container.

    Raises:
        StartError: PATH look-up in the container's tree finds no program that may run, or the
            kernel cannot run what it finds (``format error``, ``bad interpreter``).
    """
    if not argv:
        raise StartError("not found", "")
    process = Process(
        tuple(argv), tuple(env), cwd, uid, gid, tty, stdin, stdin_open, groups=groups)
    with _As(files, process, files.now):
        found = find(files, argv[0], path=_environment(process).get("PATH"), cwd=cwd)
        runs = _interpreter(files, found, cwd)
    if not runs.elf:
        raise StartError("format error", found.path)
    program_for(runs, list(argv))
    return process


def _interpreter(files: FileSystem, program: Found, cwd: str) -> Found:
    """Return what the kernel runs for a program: itself, or what its ``#!`` line leads to."""
    runs = program
    for _ in range(4):
        if not runs.interpreter:
            break
        try:
            runs = find(files, runs.interpreter[0], path="", cwd=cwd)
        except StartError as error:
            raise StartError("bad interpreter", program.path) from error
    return runs


def advance(
    process: Process, files: FileSystem, now: int, budget: Budget, *, hostname: str,
    programs: Mapping[str, Program] | None = None, typed: bool = False, peers: Peers | None = None,
) -> Advance:
    """Run a process until it ends, sleeps or wants input that is not there.

    Args:
        process: new, or suspended by an earlier call; one that has ended stays as it is.
        files: the container's files; they are changed.
        now: time in nanoseconds since 1970; it stands still meanwhile.
        budget: bounds the work. When it is used up the process ends with one line on standard
            error and :data:`~imagelab.shell.budget.LIMIT_STATUS`.
        hostname: the container's.
        programs: further programs by the name of their file, for a shell outside containers.
        typed: whether its input is typed, although it has no terminal that repeats it.
        peers: what it reaches over networks.
    """
    if process.status is not None:
        return Advance(process, ())
    if process.wake is not None and process.wake > now:
        return Advance(process, ())
    host = Host(files, budget, now, hostname, process.tty, process.stdin, process.stdin_open,
                programs=programs or {}, typed=typed, peers=peers or Peers())
    with _As(files, process, now):
        machine = Machine(LANGUAGE, host, process.uid, process.gid)
        try:
            _prepare(machine, process)
            machine.run()
            if machine.frames and len(host.stdin) - host.stdin_pos > Budget.words:
                raise ExhaustedError("words")  # it wants all of its input, which has no end
        except ExhaustedError as error:
            budget.output = max(budget.output, 1000)
            what = _LIMITS.get(str(error), str(error))
            host.emit(2, f"imagelab: {process.argv[0]} was stopped: {what}\n".encode())
            machine.frames, machine.status = [], LIMIT_STATUS
    return Advance(_process(process, machine), _joined(host.output))


def _prepare(machine: Machine, process: Process) -> None:
    """Put the process's frames on the machine."""
    if (begun := suspended(process)) is not None:
        machine.frames, machine.shells = begun.frames, begun.shells
        machine.status = begun.status
        program = process.program or {}
        machine.signals = [*begun.signals, *program.get("signals", ())]
        if "interrupted" in program:
            machine.interrupt(_STATUS["INT"])
        return
    fds = {0: Open("stdin"), 1: Open("out"), 2: Open("err")}
    try:
        launch(machine, list(process.argv), env=_environment(process), cwd=process.cwd,
               umask=0o022, fds=fds)
    except StartError as error:
        machine.host.emit(2, f"{error.name}: {error.message}\n".encode())
        machine.status = 127 if error.kind in ("not found", "no such file") else 126


def _environment(process: Process) -> dict[str, str]:
    pairs = (entry.partition("=") for entry in process.env)
    env = {name: value for name, equals, value in pairs if equals}
    env.setdefault("PATH", DEFAULT_PATH)
    return env


def _process(process: Process, machine: Machine) -> Process:
    host = machine.host
    left = replace(process, stdin=host.stdin[host.stdin_pos :], wake=None)
    if not machine.frames:
        return replace(left, program=None, status=machine.status & 255)
    rest = Suspended(machine.frames, machine.shells, machine.status, machine.signals)
    return replace(left, program=dump(rest), wake=machine.wake)


def shell_status(process: Process) -> int | None:
    """Return ``$?`` of a shell that waits for its next command; None in the middle of one."""
    if process.stdin or process.wake is not None:
        return None
    begun = suspended(process)
    if begun is None or len(begun.frames) != 2:
        return None
    script = begun.frames[-1]
    if not isinstance(script, Script) or script.text.strip():
        return None
    return begun.shells[-1].status


def remembered(process: Process, name: str) -> Any:
    """Return what the main program remembers while it waits, if it is the one of that name."""
    if (begun := suspended(process)) is None:
        return None
    main = _main(begun)
    return main.state if isinstance(main, Running) and main.name == name else None


def _joined(output: list[tuple[int, bytes]]) -> tuple[tuple[int, bytes], ...]:
    """Join neighbouring pieces of one stream."""
    groups: list[tuple[int, list[bytes]]] = []
    for stream, data in output:
        if not groups or groups[-1][0] != stream:
            groups.append((stream, []))
        groups[-1][1].append(data)
    return tuple((stream, b"".join(pieces)) for stream, pieces in groups)


def signal(process: Process, name: str) -> Process:
    """Return a process as it is after a signal (``TERM``, ``SIGKILL`` …).

    A container's main process has the number 1: what it has no handler for is ignored, KILL
    excepted, which ends it with 137. A shell's trap runs when its current command has ended;
    a program that has a handler goes on at once.
    """
    name = name.upper().removeprefix("SIG")
    if process.status is not None:
        return process
    if name == "KILL":
        return replace(process, status=_STATUS[name], program=None, wake=None)
    begun = suspended(process)
    if begun is None or process.program is None or not _handles(begun, name):
        return process
    program = {**process.program, "signals": [*process.program.get("signals", ()), name]}
    wake = None if isinstance(_main(begun), Running) else process.wake
    return replace(process, program=program, wake=wake)


def interrupt(process: Process, *, is_first: bool) -> Process:
    """Return a process as it is after Ctrl-C was pressed at its terminal.

    Args:
        process: the one that was started there.
        is_first: whether it is its container's main process, which INT does not end.
    """
    begun = suspended(process)
    if begun is None or process.status is not None:
        return process
    if _shells(begun) and begun.shells[0].interactive and process.program is not None:
        return replace(process, program={**process.program, "interrupted": True}, wake=None)
    if is_first or _handles(begun, "INT"):
        return signal(process, "INT")
    return replace(process, status=_STATUS["INT"], program=None, wake=None)


def _handles(begun: Suspended, name: str) -> bool:
    """Whether the main program, what ``exec`` put in its place, has a handler for a signal."""
    main = _main(begun)
    if isinstance(main, Running):
        return name in main.handles
    shells = _shells(begun)
    return shells > 0 and bool(begun.shells[shells - 1].traps.get(name))


def _main(begun: Suspended) -> Frame | None:
    """Return the frame of the main program, what ``exec`` put in its place; None for a shell."""
    shells = _shells(begun)
    return begun.frames[shells] if len(begun.frames) > shells else None


def _shells(begun: Suspended) -> int:
    """Return how many frames of shells lie below that of the main program."""
    return sum(1 for _ in takewhile(lambda frame: isinstance(frame, Base), begun.frames))


class _As:
    """Files seen through the process's user, at the process's time; put back afterwards."""

    def __init__(self, files: FileSystem, process: Process, now: int) -> None:
        self._files, self._process, self._now = files, process, now

    def __enter__(self) -> None:
        files = self._files
        self._saved = files.now, files.uid, files.gid, files.groups, files.umask
        files.now, files.groups = self._now, self._process.groups
        files.uid, files.gid = self._process.uid, self._process.gid

    def __exit__(self, *error: object) -> None:
        files = self._files
        files.now, files.uid, files.gid, files.groups, files.umask = self._saved
