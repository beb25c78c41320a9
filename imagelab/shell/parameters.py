"""What ``${name…}`` makes of a value: pieces, replacements, other letters."""

from __future__ import annotations

from imagelab.shell import pattern
from imagelab.shell.escapes import decode, encode
from imagelab.shell.fields import Segment
from imagelab.shell.state import FaultError, Shell
from imagelab.shell.streams import Host
from imagelab.shell.syntax import Param, Word


class ParameterChanges:
    """The part of an expansion that changes values; the words in it are expanded as it goes."""

    _shell: Shell
    _host: Host

    def text(self, word: Word, *, assignment: bool = False) -> str:
        """Expand a word to one text."""
        raise NotImplementedError

    def pattern(self, word: Word) -> str:
        """Expand a word to a pattern."""
        raise NotImplementedError

    def _segments(self, word: Word) -> list[Segment]:
        raise NotImplementedError

    def _arithmetic(self, text: str) -> str:
        raise NotImplementedError

    def _slice(self, each: Param) -> list[str]:
        """Return bash's ``${@:offset:length}``, where 0 is the shell's name."""
        shell = self._shell
        args = [shell.name, *shell.args]
        start = int(self._arithmetic(self.text(each.word or ())))
        start = start if start >= 0 else len(args) + start
        if start < 0:
            return []
        if each.other is None:
            return args[start:]
        length = int(self._arithmetic(self.text(each.other)))
        if length < 0:
            raise FaultError(f"{length}: substring expression < 0", 1, discard=True)
        return args[start : start + length]

    def _changed(self, each: Param, value: str) -> str:
        op, word = each.op, each.word or ()
        if op in ("#", "##", "%", "%%"):
            return self._trimmed(op, value, self.pattern(word))
        if op in ("^", "^^", ",", ",,"):
            change = str.upper if op[0] == "^" else str.lower
            return change(value) if len(op) == 2 else change(value[:1]) + value[1:]
        if op == "substring":
            return self._substring(each, value)
        return self._replaced(op, value, self.pattern(word), each.other or ())

    def _trimmed(self, op: str, value: str, glob: str) -> str:
        ends = range(len(value) + 1)
        order = ends if op in ("#", "%%") else reversed(ends)
        self._host.budget.take("steps", len(value) * (len(value) + 1) // 500)
        for at in order:
            piece = value[:at] if op[0] == "#" else value[at:]
            if pattern.matches(glob, piece):
                return value[at:] if op[0] == "#" else value[:at]
        return value

    def _substring(self, each: Param, value: str) -> str:
        data = encode(value)
        start = int(self._arithmetic(self.text(each.word or ())))
        if start < 0:
            start = max(0, len(data) + start) if -start <= len(data) else len(data)
        if each.other is None:
            return decode(data[start:])
        length = int(self._arithmetic(self.text(each.other)))
        end = start + length if length >= 0 else len(data) + length
        if end < 0 and not self._shell.bash:
            end = len(data)
        if end < start and self._shell.bash:
            raise FaultError(f"{length}: substring expression < 0", 1, discard=True)
        return decode(data[start : max(start, end)])

    def _replaced(self, op: str, value: str, glob: str, word: Word) -> str:
        pieces = [[s.text] if s.quoted or not self._shell.bash else s.text.split("&")
                  for s in self._segments(word)]
        if not glob:
            return value
        out, at = [], 0
        while at <= len(value):
            last = at if op == "/#" else len(value)
            found = None
            for start in range(at, last + 1):
                ends = [len(value)] if op == "/%" else range(len(value), start, -1)
                end = next((e for e in ends if self._matches(glob, value[start:e])), None)
                if end is not None:
                    found = (start, end)
                    break
            if found is None:
                break
            # bash: what was found stands for an unquoted ``&``.
            new = "".join(value[found[0] : found[1]].join(piece) for piece in pieces)
            out += [value[at : found[0]], new]
            self._host.budget.take("words", len(new))
            at = found[1]
            if op != "//" or found[0] == found[1]:
                break
        return "".join(out) + value[at:]

    def _matches(self, glob: str, text: str) -> bool:
        self._host.budget.take("steps", 1 + len(text) // 20)
        return pattern.matches(glob, text)
