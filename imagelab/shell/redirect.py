"""Redirections: opening what they name, and putting the descriptors back."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.model.content import Bytes
from imagelab.model.file_error import FileError
from imagelab.shell.escapes import encode
from imagelab.shell.machine import ExpandingFrame, Machine
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import Open
from imagelab.shell.syntax import Redirect, Redirects


@dataclass(eq=False)
class Redirections:
    """Redirections of one command.

    Attributes:
        at: the next one to be made.
        saved: descriptors as they were before.
    """

    at: int = 0
    saved: list[tuple[int, Open | None]] = field(default_factory=list)

    def apply(self, m: Machine, frame: ExpandingFrame, redirects: Redirects) -> str | None:
        """Make redirections; None when a substitution has to run first.

        Returns:
            An error message, or nothing.
        """
        while self.at < len(redirects):
            redirect = redirects[self.at]
            target = m.text(frame, redirect.word)
            if target is None:
                return None
            if redirect.op == "<<<":
                target += "\n"
            self.at += 1
            try:
                problem = self._make(m, redirect, target)
            except FileError as error:
                return _problem(m.shell, redirect, target, error)
            if problem:
                return problem
        return ""

    def _make(self, m: Machine, redirect: Redirect, target: str) -> str:
        fds, op, fd = m.shell.fds, redirect.op, redirect.fd
        if op in ("<<", "<<<"):
            self._put(m.shell, fd, Open("pipe", data=Bytes(encode(target)), writable=False))
            return ""
        if op in (">&", "<&"):
            if target == "-":
                self._put(m.shell, fd, None)
                return ""
            if target.isdigit() and len(target) < 5:
                source = fds.get(int(target))
                if source is None:
                    return f"{target}: Bad file descriptor"
                self._put(m.shell, fd, source)
                return ""
            if m.shell.dialect == "dash" or op != ">&" or fd != 1:
                if m.shell.bash:
                    return f"{target}: ambiguous redirect"
                raise FaultError({"ash": "redir error"}.get(m.shell.dialect,
                                                            "Syntax error: Bad fd number"))
            op = "&>"
        mode = {"<": "r", ">>": "a", "&>>": "a", "<>": "rw"}.get(op, "w")
        if op == ">" and "C" in m.shell.options:
            mode = "x"
        opened = m.host.open(target, fds, cwd=m.shell.cwd, mode=mode, umask=m.shell.umask)
        self._put(m.shell, fd, opened)
        if op in ("&>", "&>>"):
            self._put(m.shell, 2, opened)
        return ""

    def _put(self, shell: Shell, fd: int, opened: Open | None) -> None:
        self.saved.append((fd, shell.fds.get(fd)))
        if opened is None:
            shell.fds.pop(fd, None)
        else:
            shell.fds[fd] = opened

    def undo(self, shell: Shell) -> None:
        """Put the descriptors back."""
        for fd, before in reversed(self.saved):
            if before is None:
                shell.fds.pop(fd, None)
            else:
                shell.fds[fd] = before
        self.saved = []


def _problem(shell: Shell, redirect: Redirect, target: str, error: FileError) -> str:
    if shell.bash:
        if error.code == "EEXIST":
            return f"{target}: cannot overwrite existing file"
        return f"{target}: {error.message}"
    verb = "open" if redirect.op == "<" else "create"
    missing, words = _MISSING[shell.dialect == "dash", verb]
    reason = missing if error.code in ("ENOENT", "ENOTDIR") else error.message
    return f"{words} {target}: {reason}"


#: What is missing, and how a message begins, in dash and in others.
_MISSING = {
    (True, "open"): ("No such file", "cannot open"),
    (True, "create"): ("Directory nonexistent", "cannot create"),
    (False, "open"): ("no such file", "can't open"),
    (False, "create"): ("nonexistent directory", "can't create"),
}
