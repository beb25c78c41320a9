"""Reading a script command by command."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.shell.escapes import decode
from imagelab.shell.machine import Frame, Machine
from imagelab.shell.messages import syntax_error
from imagelab.shell.parser import Parser
from imagelab.shell.streams import ClosedError
from imagelab.shell.users import user_name
from imagelab.shell.words import ScriptError

_UNFINISHED = ("end", "quote", "brace")


@dataclass(eq=False)
class Script(Frame):
    """A script that is read and run.

    Attributes:
        kind: ``c``, ``file``, ``stdin``; ``dot``, ``eval``, ``trap`` inside another one.
        text: what was read and not forgotten yet.
        pos: where the next command begins.
        line: its line.
        ended: standard input came to its end.
        saved: status to give back after a trap.
        ran: whether a command was run.
        prompted: whether the prompt for the next line stands already.
    """

    kind: str
    text: str
    pos: int = 0
    line: int = 1
    ended: bool = False
    saved: int | None = None
    ran: bool = False
    prompted: bool = False

    def step(self, m: Machine) -> None:
        """Run the next command, or be done."""
        if m.signals and self.kind != "trap":
            m.run_trap()
            return
        parser = self._parser(m)
        try:
            command = parser.next_command()
            unfinished = parser.open_document
        except ScriptError as error:
            if self.kind == "stdin" and not self.ended and error.kind in _UNFINISHED:
                self._read(m, more=True)
                return
            self._bad(m, error)
            return
        unfinished = unfinished or (parser.pos >= len(self.text) and _continued(self.text))
        if self.kind == "stdin" and not self.ended and (command is None or unfinished):
            if not unfinished:
                self.text = ""  # nothing but space and comments
            self._read(m, more=unfinished)
            return
        if command is None:
            self._end(m)
            return
        source = self.text[self.pos : parser.pos]
        self.pos, self.line = parser.pos, parser.line
        if self.kind == "stdin":
            self.text, self.pos = self.text[self.pos :], 0
        self.ran = True
        if "v" in m.shell.options:
            m.write_error(source)
        if "n" not in m.shell.options:
            m.run_command(command, tested=self.tested)

    def reads_on(self) -> bool:
        """The text of a shell of its own is read on; see :meth:`Frame.reads_on`."""
        return self.kind in ("c", "file", "stdin")

    def _parser(self, m: Machine) -> Parser:
        m.host.budget.take("steps", 1 + (len(self.text) - self.pos) // 2000)
        return Parser(self.text, pos=self.pos, line=self.line, bash=m.shell.bash)

    def _end(self, m: Machine) -> None:
        if self.kind == "stdin" and m.shell.interactive:
            m.write_error("exit\n" if m.shell.bash else "\n")
        if self.kind == "trap" and self.saved is not None:
            m.done(self.saved)
        else:
            m.done(m.shell.status if self.ran or self.kind in ("stdin", "file") else 0)

    def _bad(self, m: Machine, error: ScriptError) -> None:
        shell = m.shell
        if shell.mode != "c" or shell.dialect != "ash":
            shell.line = error.line
        m.write_error(syntax_error(shell, error, self.text, self.kind))
        status = shell.status = 1 if error.kind == "for" and shell.bash else 2
        if self.kind == "stdin" and shell.interactive:
            self.text, self.pos = "", 0
            return
        if shell.bash and self.kind in ("eval", "dot", "trap"):
            m.done(status)
            return
        m.exit_shell(status)

    # --- standard input --------------------------------------------------------------------

    def _read(self, m: Machine, *, more: bool) -> None:
        """Read a line; shells that are not bash read ahead where there is no terminal."""
        shell, host = m.shell, m.host
        source = shell.fds.get(0)
        try:
            if shell.interactive and not self.prompted:
                m.write_error(prompt(m, "PS2" if more else "PS1"))
                self.prompted = True
            if shell.bash or shell.interactive:
                data = host.read_line(source)
            else:
                data = host.read_some(source, 8191).read()
            self.prompted = False
        except ClosedError:
            data = b""
        if not data:
            self.ended = True
        text = decode(data)
        m.host.budget.take("words", len(text))
        self.text += text


def _continued(text: str) -> bool:
    """Whether a backslash takes the end of the last line away."""
    line = text.removesuffix("\n")
    return line != text and (len(line) - len(line.rstrip("\\"))) % 2 == 1


def prompt(m: Machine, name: str) -> str:
    """Return a prompt.

    bash's is the one that Ubuntu's ``/etc/bash.bashrc`` sets; busybox's its own default.
    """
    shell = m.shell
    defaults = {"bash": r"\u@\h:\w\$ ", "ash": r"\w \$ ", "dash": r"\$ "}
    text = shell.vars.get(name, "> " if name == "PS2" else defaults[shell.dialect])
    if shell.dialect == "dash":
        return "# " if text == r"\$ " and m.uid == 0 else text.replace(r"\$", "$")
    home = shell.vars.get("HOME", "")
    cwd = shell.cwd
    if home and home != "/" and (cwd == home or cwd.startswith(home + "/")):
        cwd = "~" + cwd[len(home) :]
    values = {
        "u": user_name(m.host.files, m.uid) or "I have no name!", "h": m.host.hostname, "w": cwd,
        "H": m.host.hostname, "W": cwd.rpartition("/")[2] or "/", "$": "#$"[m.uid != 0],
        "n": "\n", "s": shell.name.rpartition("/")[2], "[": "", "]": "", "e": "\x1b",
        "\\": "\\", "a": "", "v": "5.2", "r": "\r",
    }
    out, pos = [], 0
    while pos < len(text):
        if text[pos] == "\\" and text[pos + 1 : pos + 2] in values and text[pos + 1 : pos + 2]:
            out.append(values[text[pos + 1]])
            pos += 2
        else:
            out.append(text[pos])
            pos += 1
    return "".join(out)
