"""Replaying a transcript upon the start of a level."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from imagelab.course.replay.folder import HostFolder, Lost
from imagelab.course.replay.transcript import Done, Transcript
from imagelab.daemon import Daemon
from imagelab.daemon.clock import LessonClock
from imagelab.daemon.given import Given, GivenLine, GivenTime
from imagelab.daemon.outside import Outside
from imagelab.docker.command import ClientError
from imagelab.docker.commands.hub import with_password
from imagelab.docker.conversation import Held
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.model.outcome import EngineError
from imagelab.registry.accounts import SHARED_PASSWORD

#: Bytes that the files of a replay may have, and seconds that it may take.
MAX_BYTES = 1 << 30
SECONDS = 20.0


class ReplayError(Exception):
    """A transcript that cannot be done again; the message says why."""


@dataclass(frozen=True)
class Limits:
    """What a replay may cost: seconds, looked at between two steps, and bytes of its files."""

    seconds: float = SECONDS
    size: int = MAX_BYTES


def replay(
    start: Daemon, transcript: Transcript, folder: Path, limits: Limits | None = None,
) -> Daemon:
    """Do again what a transcript says, and return the lab that it leads to.

    Nothing outside of the folder is read or written, no address is fetched, and a name with a
    host means a simulated registry. Passwords are in no transcript: where one was typed, that of
    the simulated Hub's account is given, if the learner's was right.

    Args:
        start: a lab where it begins; it stays as it is.
        transcript: what was done.
        folder: an empty folder, the replay's host.
        limits: what it may cost.

    Raises:
        ReplayError: it takes too long or is too large, input was not kept, or a step cannot be
            done again.
    """
    limits = limits or Limits()
    daemon = start.fork(start.journal.head)
    daemon.clock, daemon.outside, daemon.memory = LessonClock(), Outside(), None
    host = HostFolder(folder, transcript.contents)
    deadline = time.monotonic() + limits.seconds
    for number, step in enumerate(transcript.steps, 1):
        try:
            _do(daemon, step, host, number)
        except (ClientError, EngineError, Lost, ReplayError) as error:
            raise ReplayError(f"step {number}: {error}") from error
        except Exception as error:
            # Whatever somebody thought up, it ends this replay and nothing else.
            raise ReplayError(f"step {number}: {type(error).__name__}: {error}") from error
        if time.monotonic() > deadline:
            raise ReplayError(f"it took more than {limits.seconds:g} seconds, up to step {number}")
        if host.size > limits.size:
            raise ReplayError(f"step {number}: more than {limits.size:,} bytes of files")
    return daemon


def _do(daemon: Daemon, step: Done, host: HostFolder, number: int) -> None:
    given = step.given
    if isinstance(given, Given):
        _command(daemon, step, given, host, number)
    elif isinstance(given, GivenLine):
        _line(daemon, given)
    elif isinstance(given, GivenTime):
        with daemon.step("sleep"):
            daemon.let_pass(given.until)
            daemon.bring_up_to_date()
    else:
        raise ReplayError("it was not done by a docker command line")


def _line(daemon: Daemon, given: GivenLine) -> None:
    held = Held(given.id, given.is_exec)
    if held.ended(daemon.state) is not None:
        raise ReplayError("the process that a line was typed to has ended")
    with daemon.step("line"):
        if given.interrupt:
            held.interrupt(daemon, lambda _: None)
        else:
            held.feed(daemon, given.line, lambda _: None)


def _command(daemon: Daemon, step: Done, given: Given, host: HostFolder, number: int) -> None:
    if given.lost and step.exit_code:
        with daemon.step("failed"):  # what failed took its time, and mostly nothing else
            return
    if given.lost:
        raise ReplayError(f"{given.lost[0]} was too large to be kept in the transcript")
    password = SHARED_PASSWORD if step.exit_code == 0 else ""
    words = with_password(step.words, password) if given.withheld else step.words
    host.put(given.files)
    with ExitStack() as stack:
        stdin: BinaryIO = BytesIO(password.encode() if given.withheld else b"")
        if given.stdin:
            stdin = stack.enter_context(host.open(given.stdin))
        printed = stack.enter_context(host.printing(number)) if given.writes else None
        execute(daemon, words, Io(
            out=printed.write if printed else _nowhere, err=_nowhere, stdin=stdin,
            read_line=_typist(given, password) if given.lines is not None else None,
            take_over=_nowhere if given.taken_over else None,
            folder=host.working_folder(given), environment=dict(given.environment),
            cell=given.is_read, locate=lambda name: host.locate(given.folder, name)))


def _nowhere(_: object) -> None:
    """Take what nobody reads."""


def _typist(given: Given, password: str) -> Callable[[], bytes]:
    """Return what types the lines, then a password that was left out of them."""
    lines = iter([*(given.lines or ()), *([f"{password}\n".encode()] if given.withheld else [])])
    return lambda: next(lines, b"")
