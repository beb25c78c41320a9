"""printf: the same rules whether built in or in a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.quoting import backslash_quote, gnu_word

_START = re.compile(r"%[-+ 0#]*(?:\*|\d+)?(?:\.(?:\*|\d*))?(?:hh|h|ll|l|L|q(?=[diouxX])|j|z|t)?")
_DIRECTIVE = re.compile(
    r"%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q(?=[diouxX])|j|z|t)?([a-zA-Z%])")
_LENGTH = re.compile(r"^(%[-+ 0#*.\d]*)(?:hh|h|ll|l|L|q(?=[diouxX])|j|z|t)")
_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]{1,400}|0[0-7]{0,400}|[1-9]\d{0,400})", re.ASCII)
_REAL = re.compile(
    r"\s*[-+]?(?:0[xX][0-9a-fA-F]+(?:\.[0-9a-fA-F]*)?(?:[pP][-+]?\d{1,5})?"
    r"|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,5})?|inf(?:inity)?|nan)", re.ASCII | re.IGNORECASE)
_ESCAPE = re.compile(r"\\(?:[0-7]{1,3}|x[0-9a-fA-F]{0,2})")
_UNICODE = re.compile(r"\\(?:u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))")
MAX_WIDTH = 1 << 20


@dataclass(eq=False)
class Printed:
    """What printf made: its output, and its errors as kind and argument."""

    data: bytes = b""
    problems: list[tuple[str, str]] = field(default_factory=list)


@dataclass(eq=False)
class _Printf:
    args: list[str]
    budget: Budget
    out: list[str] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)
    style: str = "bash"
    used: bool = False
    stop: bool = False

    def argument(self) -> str | None:
        if self.args:
            self.used = True
            return self.args.pop(0)
        return None

    def number(self, text: str | None) -> int:
        if text is None and self.style != "ash":
            return 0
        text = (text or "").lstrip()
        if text[:1] in ("'", '"'):
            return encode(text)[1] if len(text) > 1 else 0
        match = _NUMBER.match(text)
        if match is None:
            if text or self.style in ("ash", "gnu"):
                self.problems.append(("number", text))
            return 0
        if match.end() != len(text):
            self.problems.append((self._malformed(text), text))
            if self.style == "ash":
                return 0
        digits = match[1]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        value = -int(digits, base) if text[0] == "-" else int(digits, base)
        return value

    def _malformed(self, text: str) -> str:
        """Return the kind of a problem: bash tells numbers of other bases apart."""
        prefix = text.lstrip("+-")[:2].lower()
        if prefix == "0x":
            return "hex"
        return "octal" if prefix[:1] == "0" and prefix[1:].isdigit() else "rest"

    def integer(self, *, signed: bool) -> int:
        """Return the next argument as a number of 64 bits."""
        text = self.argument()
        value = self.number(text)
        least, most = -(1 << 63), (1 << 63 if signed else 1 << 64) - 1
        if least <= value <= most:
            return value
        self.problems.append(("range", text or ""))
        return 0 if self.style == "ash" else most if value > 0 or not signed else least

    def real(self, text: str | None) -> float:
        text = text or ""
        match = _REAL.match(text)
        if match is None:
            if text:
                self.problems.append(("number", text))
            return 0.0
        if match.end() != len(text):
            self.problems.append(("rest", text))
            if self.style == "ash":
                return 0.0
        digits = match[0].strip()
        return float.fromhex(digits) if "x" in digits.lower() else float(digits)

    def run(self, text: str) -> None:
        pos = 0
        while pos < len(text) and not self.stop:
            if text[pos] == "\\":
                pos = self.escape(text, pos)
            elif text[pos] == "%":
                match = _DIRECTIVE.match(text, pos)
                if match is None:
                    self.wrong(text, pos, _START.match(text, pos)[0])  # type: ignore[index]
                    return
                self.directive(match)
                pos = match.end()
            else:
                end = pos
                while end < len(text) and text[end] not in "\\%":
                    end += 1
                self.out.append(text[pos:end])
                pos = end

    def escape(self, text: str, pos: int) -> int:
        """Print what an escape of the format stands for and return where it ends."""
        after = text[pos + 1 : pos + 2]
        if after == "c" and self.style in ("bash", "dash"):
            self.out.append("\\c")
            return pos + 2
        if after and after in {"bash": "'\"?", "gnu": '"'}.get(self.style, ""):
            self.out.append(after)
            return pos + 2
        if after in ("u", "U") and self.style in ("bash", "gnu"):
            match = _UNICODE.match(text, pos)
            if match and int(match[1] or match[2], 16) < 128:
                self.out.append(chr(int(match[1] or match[2], 16)))
                return match.end()
        match = _ESCAPE.match(text, pos)
        end = match.end() if match else pos + 2
        if after == "x" and end == pos + 2 and self.style in ("bash", "gnu"):
            self.problems.append(("hexdigit", ""))
        piece, self.stop = unescape(text[pos:end], zero=False, hexes=self.style != "dash")
        self.out.append(piece)
        return end

    def wrong(self, format_: str, pos: int, directive: str) -> None:
        """Stop at a directive that there is not."""
        self.stop = True
        rest = format_[pos:]
        if self.style == "ash":
            self.problems.append(("directive", _LENGTH.sub(r"\1", rest, count=1)))
        elif self.style == "bash":
            after = _START.sub("", rest, count=1)[:1]
            self.problems.append(("directive", after) if after else ("format", rest))
        elif len(rest) == len(directive):
            self.problems.append(("format", rest))
        else:
            self.problems.append(("directive", rest[: len(directive) + 1]))

    def directive(self, match: re.Match[str]) -> None:
        flags, letter = match[1], match[4]
        if match[0] == "%%":
            self.out.append("%")
            return
        if letter == "%" or (letter == "q" and self.style in ("ash", "dash")):
            self.wrong(match.string, match.start(), match[0][:-1])
            return
        width = self.number(self.argument()) if match[2] == "*" else int((match[2] or "0")[:12])
        if width < 0:
            flags, width = flags + "-", -width
        precision = -1
        if match[3] is not None:
            precision = self.number(self.argument()) if match[3] == "*" else int(
                (match[3] or "0")[:12]
            )
        if width > MAX_WIDTH or precision > MAX_WIDTH:
            raise ExhaustedError("words")
        text = self.converted(letter, flags, precision)
        if text is None:
            self.wrong(match.string, match.start(), match[0][:-1])
            return
        missing = width - len(encode(text))
        if missing > 0:
            self.budget.take("words", missing)
            if "-" in flags:
                text += " " * missing
            elif "0" in flags and letter in "diouxXeEfFgG" and (
                precision < 0 or letter in "eEfFgG"
            ):
                sign = re.match(r"[-+ ]?(0[xX])?", text)
                at = sign.end() if sign else 0
                text = text[:at] + "0" * missing + text[at:]
            else:
                text = " " * missing + text
        self.out.append(text)

    def converted(self, letter: str, flags: str, precision: int) -> str | None:
        if letter in ("s", "b", "q"):
            text = self.argument() or ""
            if letter == "b":
                text, self.stop = unescape(text, hexes=self.style != "dash")
            if letter == "q":
                text = backslash_quote(text) if self.style == "bash" else gnu_word(text)
            if precision >= 0:
                text = decode(encode(text)[:precision])
            return text
        if letter == "c":
            return decode(encode(self.argument() or "")[:1] or b"\0")
        if letter in "di":
            value = self.integer(signed=True)
            sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
            return sign + str(abs(value)).zfill(max(precision, 0))
        if letter in "ouxX":
            value = self.integer(signed=False) % (1 << 64)
            digits = format(value, {"u": "d"}.get(letter, letter)).zfill(max(precision, 0))
            if "#" in flags and letter in "xX" and value:
                digits = "0" + letter + digits
            if "#" in flags and letter == "o" and digits[0] != "0":
                digits = "0" + digits
            return digits
        if letter in "eEfFgG":
            real = self.real(self.argument())
            kept = "".join(c for c in flags if c in "+ #")
            places = min(precision, 400) if precision >= 0 else 6
            return f"%{kept}.{places}{letter}" % real
        return None


def printf(args: list[str], budget: Budget, *, style: str) -> Printed:
    """Return what printf prints for a format and its arguments; the format is used again.

    Args:
        args: format and arguments.
        budget: pays for the work.
        style: whose rules: ``bash``, ``dash``, ``ash``, or ``gnu`` (the program).
    """
    state = _Printf(args[1:], budget, style=style)
    while True:
        state.used = False
        budget.take("steps")
        state.run(args[0])
        if state.stop or not state.args or not state.used:
            break
    data = encode("".join(state.out))
    budget.take("words", len(data))
    return Printed(data, state.problems)
