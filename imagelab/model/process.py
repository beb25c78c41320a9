"""A process of a container, running or suspended, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Process:
    """A program of a container where it stands.

    Attributes:
        argv: command and arguments.
        env: ``KEY=value`` entries.
        cwd: working directory, absolute.
        uid: user it runs as.
        gid: that user's group.
        tty: whether it talks to a terminal (prompts, echo, one output stream).
        stdin: bytes that were sent and not read yet.
        stdin_open: whether more may come.
        program: the suspended program, made of JSON values only; None before the first step.
            Only the ``shell`` room reads or writes it.
        wake: time it sleeps until, nanoseconds since 1970; None when it does not sleep.
        status: exit status once it has ended, else None.
        groups: further groups of the user.
    """

    argv: tuple[str, ...]
    env: tuple[str, ...] = ()
    cwd: str = "/"
    uid: int = 0
    gid: int = 0
    tty: bool = False
    stdin: bytes = b""
    stdin_open: bool = False
    program: Any = None
    wake: int | None = None
    status: int | None = None
    groups: tuple[int, ...] = ()
