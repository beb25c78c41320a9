"""Running the commands of sed over lines."""

from __future__ import annotations

import re

from imagelab.model.file_error import FileError
from imagelab.shell.escapes import decode
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.sed_command import Address, Command
from imagelab.shell.programs.sed_text import visible
from imagelab.shell.regex import Match


def _width(text: str) -> int:
    """Return the number that a text begins with, and 0, which is no bound, for none (C's atoi)."""
    match = re.match(r"\s*\+?([0-9]{1,9})", text)
    return int(match[1]) if match else 0


class Run:
    """Runs commands over lines."""

    def __init__(self, io: Io, commands: list[Command], options: dict[str, list[str]]) -> None:
        self.io, self.commands, self.quiet = io, commands, "n" in options
        self.line = 0
        self.width = _width(options["l"][-1]) if "l" in options else 70
        self.hold = ""
        self.out: list[str] = []
        self.quit: int | None = None
        self.opened: dict[str, list[str]] = {}

    def _lines(self, data: bytes) -> tuple[list[str], bool]:
        text = decode(data)
        lines = text.split("\n")
        ended = lines[-1] == ""
        return (lines[:-1] if ended else lines), ended or not text

    def text(self, data: bytes, *, last_file: bool) -> None:
        """Run the commands over a file's lines; ``last_file``: its last line is ``$``."""
        lines, ended = self._lines(data)
        at = 0
        restart = False
        space = ""
        while at < len(lines) or restart:
            if not restart:
                space = lines[at]
                at += 1
                self.line += 1
            restart = False
            after: list[str] = []
            pc = 0
            replaced = deleted = False
            while pc < len(self.commands):
                self.io.step(1)
                command = self.commands[pc]
                pc += 1
                last = last_file and at >= len(lines)
                if self._selected(command, space, last) == command.negate:
                    if command.name == "{":
                        pc = command.target
                    continue
                name = command.name
                if name == "s":
                    space, hit = self._substitute(command, space)
                    replaced = replaced or hit
                elif name == "p":
                    self._print(space)
                elif name == "d":
                    deleted = True
                    break
                elif name == "D":
                    _, newline, rest = space.partition("\n")
                    deleted = True
                    if newline:
                        space, restart = rest, True
                    break
                elif name == "P":
                    self._print(space.partition("\n")[0])
                elif name in ("q", "Q"):
                    self.quit = command.count
                    deleted = name == "Q"
                    break
                elif name == "a":
                    after.append(command.text)
                elif name == "i":
                    self.out.append(command.text)
                elif name == "c":
                    ranged = command.second is not None and not command.negate
                    if not ranged or not command.active:
                        self.out.append(command.text)
                    deleted = True
                    break
                elif name == "y":
                    table = dict(zip(command.parts[0], command.parts[1], strict=True))  # type: ignore[arg-type]
                    space = "".join(table.get(c, c) for c in space)
                elif name == "=":
                    self.out.append(f"{self.line}\n")
                elif name == "l" and self.io.gnu:
                    width = self.width if command.count < 0 else command.count
                    self.out.append(visible(space, width))
                elif name in ("n", "N"):
                    if at >= len(lines):
                        if name == "N" and not self.io.gnu:
                            deleted = False
                        if name == "n" or self.io.gnu:
                            pass
                        self.quit = self.quit if not last_file else 0
                        break
                    if name == "n":
                        if not self.quiet:
                            self._print(space)
                        space = lines[at]
                    else:
                        space += "\n" + lines[at]
                    at += 1
                    self.line += 1
                elif name == "g":
                    space = self.hold
                elif name == "G":
                    space += "\n" + self.hold
                elif name == "h":
                    self.hold = space
                elif name == "H":
                    self.hold += "\n" + space
                elif name == "x":
                    space, self.hold = self.hold, space
                elif name == "z":
                    space = ""
                elif name == "b" or (name == "t" and replaced) or (name == "T" and not replaced):
                    if command.target < 0:
                        self.io.out("".join(self.out))
                        raise UsageError(f"sed: can't find label for jump to '{command.text}'\n")
                    pc, replaced = command.target, False
                elif name == "r":
                    after.append(self._read_file(command.text))
                elif name == "w":
                    self.opened.setdefault(command.text, []).append(space + "\n")
                self.io.host.budget.take("words", len(space) // 8)
            if not deleted and not self.quiet:
                missing_end = at >= len(lines) and not ended
                self.out.append(space if missing_end and not after else space + "\n")
            self.out.extend(after)
            if self.quit is not None:
                return

    def _print(self, text: str) -> None:
        self.out.append(text + "\n")

    def _read_file(self, path: str) -> str:
        try:
            return decode(self.io.data(path))
        except FileError:
            return ""

    def _selected(self, command: Command, space: str, last: bool) -> bool:
        first, second = command.first, command.second
        if first is None:
            return True
        if second is None:
            return self._hit(first, space, last)
        if command.active:
            if second.kind == "line":
                command.active = self.line < second.number
                return self.line <= second.number
            if second.kind == "plus":
                command.active = self.line < command.active_until
                return True
            command.active = not self._hit(second, space, last)
            return True
        start = first.kind == "line" and first.number == 0
        if start and self.line == 1:
            command.active = not self._hit(second, space, last)
            return True
        if not self._hit(first, space, last):
            return False
        if second.kind == "line":
            command.active = second.number > self.line
        elif second.kind == "plus":
            command.active_until = self.line + second.number
            command.active = second.number > 0
        else:
            command.active = not (second.kind == "last" and last)
        return True

    def _hit(self, address: Address, space: str, last: bool) -> bool:
        if address.kind == "line":
            return self.line == address.number
        if address.kind == "last":
            return last
        if address.kind == "step":
            if address.step == 0:
                return self.line == address.number
            return self.line >= address.number and (self.line - address.number) % address.step == 0
        assert address.pattern is not None
        return address.pattern.search(space, 0, self.io.host.budget) is not None

    def _substitute(self, command: Command, space: str) -> tuple[str, bool]:
        assert command.pattern is not None
        out: list[str] = []
        at = count = 0
        search = 0
        hit = False
        last_end = -1
        while search <= len(space):
            match = command.pattern.search(space, search, self.io.host.budget)
            if match is None:
                break
            if match.end == match.start == last_end:
                search = match.end + 1
                continue
            count += 1
            last_end = match.end
            if count >= max(command.count, 1):
                hit = True
                out += [space[at : match.start], self._replacement(command, match, space)]
                at = match.end
                if "g" not in command.flags:
                    break
            search = match.end + (match.end == match.start)
        if not hit:
            return space, False
        result = "".join(out) + space[at:]
        self.io.host.budget.take("words", len(result))
        if "p" in command.flags:
            self._print(result)
        if "w" in command.flags:
            self.opened.setdefault(command.text, []).append(result + "\n")
        return result, True

    @staticmethod
    def _replacement(command: Command, match: Match, space: str) -> str:
        out: list[str] = []
        mode = once = 0
        for part in command.parts:
            if isinstance(part, int) and part >= 10:
                if part in (13, 14):
                    once = part
                else:
                    mode = 0 if part == 12 else part
                continue
            if isinstance(part, int):
                low, high = match.spans[part]
                text = space[low:high] if low >= 0 else ""
            else:
                text = part
            if mode:
                text = text.upper() if mode == 10 else text.lower()
            if once and text:
                text = (text[0].upper() if once == 13 else text[0].lower()) + text[1:]
                once = 0
            out.append(text)
        return "".join(out)
