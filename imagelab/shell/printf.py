"""printf: the same rules whether built in or in a file of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.quoting import shell_quote

_DIRECTIVE = re.compile(r"%([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z%])")
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
    strict: bool = False
    used: bool = False
    stop: bool = False

    def argument(self) -> str | None:
        if self.args:
            self.used = True
            return self.args.pop(0)
        return None

    def number(self, text: str | None) -> int:
        if text is None:
            return 0
        text = text.strip() if text[:1] != " " else text.lstrip()
        if text[:1] in ("'", '"') and len(text) > 1:
            return ord(text[1])
        match = re.match(r"[-+]?(0[xX][0-9a-fA-F]+|\d{1,400})", text, re.ASCII)
        if match is None:
            self.problems.append(("number", text))
            return 0
        if match.end() != len(text):
            self.problems.append(("rest", text))
            if self.strict:
                return 0
        digits = match[1]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        try:
            value = int(digits, base)
        except ValueError:
            self.problems.append(("rest", text))
            value = int(re.match(r"[0-7]*", digits)[0] or "0", 8)  # type: ignore[index]
        return max(-(1 << 63), min((1 << 64) - 1, -value if text[0] == "-" else value))

    def real(self, text: str | None) -> float:
        try:
            return float(text) if text else 0.0
        except ValueError:
            self.problems.append(("number", text or ""))
            return 0.0

    def run(self, text: str) -> None:
        pos = 0
        while pos < len(text) and not self.stop:
            if text[pos] == "\\":
                end = pos + 2
                while end < len(text) and end < pos + 5 and text[end] in "01234567abcdefABCDEF":
                    end += 1
                if text[pos + 1 : pos + 2] == '"':
                    self.out.append('"')
                    pos += 2
                    continue
                if text[pos + 1 : pos + 2] not in tuple("x01234567"):
                    end = pos + 2
                elif text[pos + 1] != "x":
                    octal = re.match(r"[0-7]{1,3}", text[pos + 1 :])
                    end = pos + 1 + (octal.end() if octal else 1)
                else:
                    hexes = re.match(r"[0-9a-fA-F]{1,2}", text[pos + 2 :])
                    end = pos + 2 + (hexes.end() if hexes else 0)
                piece, self.stop = unescape(text[pos:end], zero=False)
                self.out.append(piece)
                pos = end
            elif text[pos] == "%":
                match = _DIRECTIVE.match(text, pos)
                if match is None:
                    self.problems.append(("format", text[pos : pos + 2]))
                    self.stop = True
                    return
                self.directive(match)
                pos = match.end()
            else:
                end = pos
                while end < len(text) and text[end] not in "\\%":
                    end += 1
                self.out.append(text[pos:end])
                pos = end

    def directive(self, match: re.Match[str]) -> None:
        flags, letter = match[1], match[4]
        if letter == "%":
            self.out.append("%")
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
            self.problems.append(("directive", match[0]))
            self.stop = True
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
                text, self.stop = unescape(text)
            if letter == "q":

                text = shell_quote(text) if text else "''"
            if precision >= 0:
                text = decode(encode(text)[:precision])
            return text
        if letter == "c":
            return decode(encode(self.argument() or "")[:1])
        if letter in "di":
            value = self.number(self.argument())
            sign = "-" if value < 0 else "+" if "+" in flags else " " if " " in flags else ""
            return sign + str(abs(value)).zfill(max(precision, 0))
        if letter in "ouxX":
            value = self.number(self.argument()) % (1 << 64)
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


def printf(args: list[str], budget: Budget, *, strict: bool = False) -> Printed:
    """Return what printf prints for a format and its arguments; the format is used again.

    Args:
        args: format and arguments.
        budget: pays for the work.
        strict: a number with something after it counts as 0 (busybox).
    """
    state = _Printf(args[1:], budget, strict=strict)
    while True:
        state.used = False
        budget.take("steps")
        state.run(args[0])
        if state.stop or not state.args or not state.used:
            break
    data = encode("".join(state.out))
    budget.take("words", len(data))
    return Printed(data, state.problems)
