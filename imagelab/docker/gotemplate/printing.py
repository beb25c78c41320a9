"""Go's fmt: ``Sprint``, ``Sprintln`` and ``Sprintf`` over the values of a template.

Arguments are plain values (``values.plain``). Not here: ``%p``, hexadecimal and binary
floats, the zeros that ``%#g`` adds, and addresses, which Go prints for pointers in structs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.values import (
    FunctionError,
    Nil,
    Struct,
    Uint8,
    indirect,
    kind,
    type_name,
)

MAX_LENGTH = 1 << 22
"""No function of a template makes a string longer than this, in characters."""

_MAX_DEPTH = 100
_MAX_WIDTH = 1_000_000
_INTEGER_BASES = {"d": 10, "v": 10, "b": 2, "o": 8, "O": 8, "x": 16, "X": 16}
_BASE_FORMATS = {2: "b", 8: "o", 10: "d", 16: "x"}


class Buffer:
    """Text that grows piece by piece, up to MAX_LENGTH."""

    __slots__ = ("_parts", "_room")

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._room = MAX_LENGTH

    def write(self, text: str) -> None:
        """Add a piece.

        Raises:
            FunctionError: the whole would be too long.
        """
        self._room -= len(text)
        if self._room < 0:
            raise FunctionError(f"result is longer than {MAX_LENGTH} characters")
        self._parts.append(text)

    def text(self) -> str:
        """All that was written."""
        return "".join(self._parts)


@dataclass(frozen=True, slots=True)
class _Spec:
    """Flags, width and precision between ``%`` and its verb."""

    sharp: bool = False
    zero: bool = False
    plus: bool = False
    minus: bool = False
    space: bool = False
    sharp_v: bool = False
    plus_v: bool = False
    width: int | None = None
    precision: int | None = None


_PLAIN = _Spec()


def sprint(args: Sequence[object]) -> str:
    """``fmt.Sprint``: a space between two arguments neither of which is a string."""
    out = Buffer()
    was_string = True
    for arg in args:
        is_string = isinstance(arg, str)
        if not (was_string or is_string):
            out.write(" ")
        _value(out, arg, "v", _PLAIN)
        was_string = is_string
    return out.text()


def sprintln(args: Sequence[object]) -> str:
    """``fmt.Sprintln``: always a space, and a newline at the end."""
    out = Buffer()
    for index, arg in enumerate(args):
        if index:
            out.write(" ")
        _value(out, arg, "v", _PLAIN)
    out.write("\n")
    return out.text()


def sprintf(text: str, args: Sequence[object]) -> str:
    """``fmt.Sprintf``, with its complaints inside the text, such as ``%!d(string=x)``."""
    out = Buffer()
    run = _Format(text, args)
    at = 0
    while (mark := text.find("%", at)) >= 0:
        out.write(text[at:mark])
        at = run.verb(out, mark + 1)
    out.write(text[at:])
    if not run.reordered and run.next < len(args):
        out.write("%!(EXTRA ")
        for index, arg in enumerate(args[run.next :]):
            if index:
                out.write(", ")
            _typed(out, arg)
        out.write(")")
    return out.text()


class _Format:
    """Where a format string and its arguments stand."""

    def __init__(self, text: str, args: Sequence[object]) -> None:
        self.text = text
        self.args = args
        self.next = 0
        self.reordered = False
        self.good = True

    def verb(self, out: Buffer, at: int) -> int:
        """Print one verb; ``at`` is past the ``%``. Returns where its text ends."""
        self.good = True
        spec, at = self._flags(at)
        indexed, at = self._index(at)
        spec, at, indexed = self._width(out, spec, at, indexed)
        spec, at, indexed = self._precision(out, spec, at, indexed)
        if not indexed:
            _, at = self._index(at)
        if at >= len(self.text):
            out.write("%!(NOVERB)")
            return at
        verb = self.text[at]
        if verb == "%":
            out.write("%")
        elif not self.good:
            out.write(f"%!{verb}(BADINDEX)")
        elif self.next >= len(self.args):
            out.write(f"%!{verb}(MISSING)")
        else:
            if verb == "v":
                spec = replace(spec, sharp_v=spec.sharp, sharp=False, plus_v=spec.plus, plus=False)
            _value(out, self.args[self.next], verb, spec)
            self.next += 1
        return at + 1

    def _flags(self, at: int) -> tuple[_Spec, int]:
        start = at
        while at < len(self.text) and self.text[at] in "#0+- ":
            at += 1
        flags = self.text[start:at]
        spec = _Spec(
            sharp="#" in flags,
            minus="-" in flags,
            zero="0" in flags and "-" not in flags,
            plus="+" in flags,
            space=" " in flags,
        )
        return spec, at

    def _index(self, at: int) -> tuple[bool, int]:
        """An explicit argument index such as ``[2]``."""
        if self.text[at : at + 1] != "[":
            return False, at
        self.reordered = True
        end = self.text.find("]", at, at + 12)
        if end < 0:
            self.good = False
            return False, at + 1
        digits = self.text[at + 1 : end]
        number = int(digits) if digits.isascii() and digits.isdigit() else 0
        if not 1 <= number <= len(self.args):
            self.good = False
            return number > 0, end + 1
        self.next = number - 1
        return True, end + 1

    def _number(self, at: int) -> tuple[int | None, int]:
        end = at
        while end < len(self.text) and self.text[end] in "0123456789":
            end += 1
        if end == at:
            return None, at
        if end - at > 8 or int(self.text[at:end]) > _MAX_WIDTH:
            return None, len(self.text)
        return int(self.text[at:end]), end

    def _star(self) -> int | None:
        """A width or precision that is an argument."""
        if self.next >= len(self.args):
            return None
        value = self.args[self.next]
        self.next += 1
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAX_WIDTH:
            return value
        return None

    def _width(self, out: Buffer, spec: _Spec, at: int, indexed: bool) -> tuple[_Spec, int, bool]:
        if self.text[at : at + 1] == "*":
            width = self._star()
            if width is None:
                out.write("%!(BADWIDTH)")
            elif width < 0:
                return replace(spec, width=-width, minus=True, zero=False), at + 1, False
            return replace(spec, width=width), at + 1, False
        width, at = self._number(at)
        if indexed and width is not None:
            self.good = False
        return replace(spec, width=width), at, indexed

    def _precision(
        self, out: Buffer, spec: _Spec, at: int, indexed: bool
    ) -> tuple[_Spec, int, bool]:
        if self.text[at : at + 1] != "." or at + 1 >= len(self.text):
            return spec, at, indexed
        if indexed:
            self.good = False
        indexed, at = self._index(at + 1)
        if self.text[at : at + 1] == "*":
            precision = self._star()
            if precision is None or precision < 0:
                out.write("%!(BADPREC)")
                precision = None
            return replace(spec, precision=precision), at + 1, False
        precision, at = self._number(at)
        return replace(spec, precision=precision or 0), at, indexed


def _typed(out: Buffer, arg: object) -> None:
    """``type=value``, as in the complaints about arguments."""
    if arg is None:
        out.write("<nil>")
        return
    out.write(type_name(arg) + "=")
    _value(out, arg, "v", _PLAIN)


def _bad_verb(out: Buffer, arg: object, verb: str) -> None:
    out.write(f"%!{verb}(")
    _typed(out, arg)
    out.write(")")


def _pad(spec: _Spec, text: str) -> str:
    if not spec.width or spec.width <= len(text):
        return text
    if spec.minus:
        return text.ljust(spec.width)
    return text.rjust(spec.width, "0" if spec.zero else " ")


def _value(out: Buffer, value: object, verb: str, spec: _Spec, depth: int = 0) -> None:
    """Print one value with one verb."""
    if depth > _MAX_DEPTH:
        raise FunctionError("value is nested too deeply")
    if value is None:
        _nil(out, verb, spec, depth)
    elif verb == "T" and depth == 0:
        out.write(_pad(spec, type_name(value)))
    elif isinstance(value, str):
        _string(out, value, verb, spec)
    elif isinstance(value, bool):
        if verb in "tv":
            out.write(_pad(spec, "true" if value else "false"))
        else:
            _bad_verb(out, value, verb)
    elif isinstance(value, int):
        _integer(out, value, verb, spec)
    elif isinstance(value, float):
        _float(out, value, verb, spec)
    elif isinstance(value, complex):
        _complex(out, value, verb, spec)
    else:
        _composite(out, value, verb, spec, depth)


def _nil(out: Buffer, verb: str, spec: _Spec, depth: int) -> None:
    if depth:
        out.write("interface {}(nil)" if spec.sharp_v else "<nil>")
    elif verb in "vT":
        out.write(_pad(spec, "<nil>"))
    else:
        _bad_verb(out, None, verb)


def _string(out: Buffer, value: str, verb: str, spec: _Spec) -> None:
    text = value if spec.precision is None else value[: spec.precision]
    if verb == "s" or (verb == "v" and not spec.sharp_v):
        out.write(_pad(spec, str(text)))
    elif verb in "vq":
        raw = spec.sharp and "`" not in text and text.replace("\t", " ").isprintable()
        out.write(_pad(spec, f"`{text}`" if raw else strconv.quote(text, spec.plus)))
    elif verb in "xX":
        _hex_string(out, strconv.to_bytes(value)[: spec.precision], verb, spec)
    else:
        _bad_verb(out, value, verb)


def _hex_string(out: Buffer, data: bytes, verb: str, spec: _Spec) -> None:
    prefix = "0x" if spec.sharp and data else ""
    text = prefix + (data.hex(" ").replace(" ", " " + prefix) if spec.space else data.hex())
    out.write(_pad(spec, text.upper() if verb == "X" else text))


def _integer(out: Buffer, value: int, verb: str, spec: _Spec) -> None:
    if verb in _INTEGER_BASES:
        unsigned_v = isinstance(value, Uint8) and spec.sharp_v
        base = 16 if unsigned_v else _INTEGER_BASES[verb]
        shape = replace(spec, sharp=True) if unsigned_v else spec
        out.write(_pad(replace(spec, zero=False), _integer_text(value, base, verb, shape)))
    elif verb == "c":
        out.write(_pad(spec, strconv.rune(value)))
    elif verb == "q":
        out.write(_pad(spec, strconv.quote_rune(value, spec.plus)))
    elif verb == "U":
        out.write(_pad(replace(spec, zero=False), _unicode(value, spec)))
    else:
        _bad_verb(out, value, verb)


def _integer_text(value: int, base: int, verb: str, spec: _Spec) -> str:
    if spec.precision == 0 and value == 0:
        return ""
    sign = "-" if value < 0 else "+" if spec.plus else " " if spec.space else ""
    digits = format(abs(value), _BASE_FORMATS[base])
    least = spec.precision
    if least is None and spec.zero and spec.width:
        least = spec.width - len(sign)
    digits = digits.rjust(least or 0, "0")
    if spec.sharp and base == 8:
        digits = digits if digits.startswith("0") else "0" + digits
    elif spec.sharp and base != 10:
        digits = ("0b" if base == 2 else "0x") + digits
    if verb == "O":
        digits = "0o" + digits
    return sign + (digits.upper() if verb == "X" else digits)


def _unicode(value: int, spec: _Spec) -> str:
    text = "U+" + format(value & (2**64 - 1), "X").rjust(max(spec.precision or 0, 4), "0")
    char = strconv.rune(value)
    return f"{text} '{char}'" if spec.sharp and char.isprintable() else text


def _float(out: Buffer, value: float, verb: str, spec: _Spec) -> None:
    if verb not in "vgGeEfF":
        _bad_verb(out, value, verb)
        return
    text = _float_text(value, verb, spec)
    if text[-1] in "fN":
        out.write(_pad(replace(spec, zero=False), text))
    elif text[0] in "+- " and spec.zero and spec.width and spec.width > len(text):
        out.write(text[0] + text[1:].rjust(spec.width - 1, "0"))
    else:
        out.write(_pad(spec, text))


def _float_text(value: float, verb: str, spec: _Spec) -> str:
    flags = ("+" if spec.plus else " " if spec.space else "") + ("#" if spec.sharp else "")
    if verb in "vgG" and spec.precision is None:
        text = strconv.shortest(value)
        if flags[:1] in ("+", " ") and text[0] not in "+-":
            text = flags[0] + text
        return text.upper() if verb == "G" else text
    verb = "g" if verb == "v" else verb
    precision = 6 if spec.precision is None else spec.precision
    text = f"%{flags}.*{verb}" % (precision, value)
    return text.replace("inf", "Inf").replace("INF", "Inf").replace("nan", "NaN")


def _complex(out: Buffer, value: complex, verb: str, spec: _Spec) -> None:
    if verb not in "vgGeEfF":
        _bad_verb(out, value, verb)
        return
    out.write("(")
    _float(out, value.real, verb, spec)
    _float(out, value.imag, verb, replace(spec, plus=True))
    out.write("i)")


def _composite(out: Buffer, value: object, verb: str, spec: _Spec, depth: int) -> None:
    go_type = type_name(value)
    if isinstance(value, Nil) and kind(value) == "ptr":
        out.write(f"({go_type})(nil)" if spec.sharp_v else _pad(spec, "<nil>"))
        return
    if isinstance(value, Nil) and spec.sharp_v:
        out.write(f"{go_type}(nil)")
        return
    separator = ", " if spec.sharp_v else " "
    if isinstance(value, Struct) and go_type.startswith("*"):
        out.write("&")
        value = indirect(value)
    opening, closing = _brackets(value, spec)
    out.write(opening)
    for index, (key, item) in enumerate(_members(value, spec)):
        if index:
            out.write(separator)
        if isinstance(key, _FieldName):
            out.write(key + ":")
        elif key is not None:
            _value(out, key, verb, spec, depth + 1)
            out.write(":")
        _value(out, item, verb, spec, depth + 1)
    out.write(closing)


class _FieldName(str):
    """The name of a struct's field, printed as it is whatever the verb."""

    __slots__ = ()


def _brackets(value: object, spec: _Spec) -> tuple[str, str]:
    if spec.sharp_v:
        return type_name(value) + "{", "}"
    if isinstance(value, Struct):
        return "{", "}"
    return ("map[" if kind(value) == "map" else "["), "]"


def _members(value: object, spec: _Spec) -> list[tuple[str | None, object]]:
    if isinstance(value, Nil):
        return []
    if isinstance(value, Struct):
        named = spec.plus_v or spec.sharp_v
        fields = value.fields if value.printed is None else value.printed
        return [(_FieldName(key) if named else None, v) for key, v in fields.items()]
    if kind(value) == "map":
        mapping = cast("Mapping[str, object]", value)
        return [(key, mapping[key]) for key in sorted(mapping)]
    return [(None, item) for item in cast("Sequence[object]", value)]
