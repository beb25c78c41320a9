"""Reading a script command by command."""

from __future__ import annotations

from dataclasses import dataclass

from imagelab.shell.escapes import decode
from imagelab.shell.history import session
from imagelab.shell.history.expansion import EventError, expand_events
from imagelab.shell.machine import ExpandingFrame, Machine
from imagelab.shell.messages import syntax_error
from imagelab.shell.parser import Parser
from imagelab.shell.prompt import prompt
from imagelab.shell.streams import ClosedError
from imagelab.shell.words import ScriptError

_UNFINISHED = ("end", "quote", "brace", "arithmetic")


@dataclass(eq=False)
class Script(ExpandingFrame):
    """A script that is read and run.

    Attributes:
        kind: ``c``, ``file``, ``stdin``; ``dot``, ``eval``, ``trap`` inside another one.
        text: what was read and not forgotten yet.
        pos: where the next command begins.
        line: its line.
        ended: standard input came to its end.
        saved: status to give back after a trap.
        ends: whether the shell ends after the trap (``set -e``).
        ran: whether a command was run.
        prompted: whether the prompt for the next line stands already.
        path: of a file that is read inside another script.
        outer: the path of the one around it, once it has begun.
    """

    kind: str
    text: str
    pos: int = 0
    line: int = 1
    ended: bool = False
    saved: int | None = None
    ran: bool = False
    prompted: bool = False
    path: str = ""
    outer: str | None = None
    ends: bool = False

    def step(self, m: Machine) -> None:
        """Run the next command, or be done."""
        if self.path and self.outer is None:
            self.outer, m.shell.reading = m.shell.reading, self.path
        parser = self._parser(m)
        try:
            command = parser.next_command()
            inside = "document" if parser.open_document else ""
        except ScriptError as error:
            if self.kind == "stdin" and not self.ended and error.kind in _UNFINISHED:
                self._read(m, more=True, inside="document" if parser.open_document else
                           error.token if error.kind == "quote" else "")
                return
            self._bad(m, error)
            return
        unfinished = bool(inside) or (parser.pos >= len(parser.text) and _continued(self.text))
        if self.kind == "stdin" and not self.ended and (command is None or unfinished):
            if not unfinished:
                self.text = ""  # nothing but space and comments
            self._read(m, more=unfinished, inside=inside)
            return
        if command is None:
            self._end(m)
            return
        if inside and m.shell.bash:
            line, end = parser.unended
            m.complain(f"warning: here-document at line {max(1, line)} delimited by end-of-file "
                       f"(wanted `{end}')")
        source = parser.text[self.pos : parser.pos]
        self.text, self.pos, self.line = parser.text, parser.pos, parser.line
        if self.kind == "stdin":
            self.text, self.pos = self.text[self.pos :], 0
        self.ran = True
        if "v" in m.shell.options:
            m.write_error(source)
        if "n" not in m.shell.options:
            m.run_command(command, tested=self.tested)

    def reads_on(self, m: Machine) -> bool:
        """A shell's own text is read on, by bash also that of eval and of a file it reads."""
        return self.kind in ("c", "file", "stdin") or (m.shell.bash and self.kind != "trap")

    def leave(self, m: Machine) -> None:
        """Errors are no longer in the file that was read, and traps may run again."""
        if self.kind == "trap":
            m.shell.trapping = False
        if self.outer is not None:
            m.shell.reading = self.outer

    def forget(self) -> None:
        """Drop what was read of a command that is not whole, and its prompt."""
        self.text, self.pos, self.prompted = "", 0, False

    def _parser(self, m: Machine) -> Parser:
        m.host.budget.take("steps", 1 + (len(self.text) - self.pos) // 2000)
        shell = m.shell
        expands = not shell.bash or "expand_aliases" in shell.switches
        return Parser(self.text, pos=self.pos, line=self.line, bash=shell.bash,
                      ash=shell.dialect == "ash",
                      aliases=shell.aliases if expands else None)

    def _end(self, m: Machine) -> None:
        if self.kind == "stdin" and m.shell.interactive:
            m.write_error("exit\n" if m.shell.bash else "\n")
        if self.kind == "trap" and self.saved is not None:
            m.done(self.saved)
            if self.ends:
                m.exit_shell(self.saved)
        else:
            m.done(m.shell.status if self.ran or self.kind in ("stdin", "file") else 0)

    def _bad(self, m: Machine, error: ScriptError) -> None:
        shell = m.shell
        if shell.mode != "c" or shell.dialect != "ash" or shell.reading:
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

    def _read(self, m: Machine, *, more: bool, inside: str = "") -> None:
        """Read a line; shells that are not bash read ahead where there is no terminal.

        Args:
            m: the machine.
            more: the command that is being read goes on.
            inside: what it goes on inside of: ``document`` or the quotation's sign.
        """
        shell, host = m.shell, m.host
        source = shell.fds.get(0)
        try:
            if shell.interactive and not self.prompted:
                if shell.history is None:
                    session.begin(shell, host)
                text = prompt(m, self, "PS2" if more else "PS1")
                if text is None:
                    return
                m.write_error(text)
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
        if text and shell.interactive:
            text = self._remembered(m, text, inside)
        self.text += text

    def _remembered(self, m: Machine, text: str, inside: str) -> str:
        """Return a line as it is to be read, with ``!`` expanded, and note it."""
        shell = m.shell
        known = shell.history
        assert known is not None
        line, end = text.removesuffix("\n"), text[len(text.removesuffix("\n")):]
        if "H" in shell.options and inside != "document":
            entries = known.entries[:-1] if self.text and known.open else known.entries
            try:
                expanded = expand_events(
                    line, entries, quote=inside, first=known.first, remembered=known.remembered)
            except EventError as error:
                m.write_error(f"{shell.blamed}: {error}\n")
                return ""
            line = expanded.text
            if expanded.changed:
                m.write_error(f"{line}\n")
            if expanded.only_print:
                session.note(shell, m.host, line, before=self.text, inside=inside)
                return ""
        session.note(shell, m.host, line, before=self.text, inside=inside)
        return line + end


def _continued(text: str) -> bool:
    """Whether a backslash takes the end of the last line away."""
    line = text.removesuffix("\n")
    return line != text and (len(line) - len(line.rstrip("\\"))) % 2 == 1

