"""What an awk program remembers: its input, the record and its fields, variables."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.shell import regex
from imagelab.shell.programs.awk_parser import Function
from imagelab.shell.programs.awk_values import AwkError, Input, Value, number, text
from imagelab.shell.programs.io import Io
from imagelab.shell.regex_parser import RegexError
from imagelab.shell.streams import Open

#: Parts of a program that count as one step of the budget.
_MOVES = 8
_MAX_FIELD = 1 << 16
#: Texts that are longer count as memory.
_SHORT = 64
Array = dict[str, Value]


@dataclass(eq=False)
class Memory:
    """Everything but the program.

    Attributes:
        io: awk's surroundings.
        args: files that are still to be read, and assignments among them.
        stdin: what standard input held.
        variables: by name.
        arrays: by name.
        files: what is written to, by name.
        readers: lines that ``getline`` will read from files, the next one last.
        locals: for each function that runs, its variables and arrays.
        chance: where ``rand`` gets its numbers.
        seed: what ``srand`` was given.
    """

    io: Io
    args: list[str]
    stdin: bytes | None = None
    variables: dict[str, Value] = field(default_factory=dict)
    arrays: dict[str, Array] = field(default_factory=dict)
    files: dict[str, Open] = field(default_factory=dict)
    readers: dict[str, list[str]] = field(default_factory=dict)
    locals: list[tuple[Function, dict[str, Value], dict[str, Array]]] = field(
        default_factory=list)
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    seed: float = 0.0
    _fields: list[str] = field(default_factory=list)
    _record: str = ""
    _whole: bool = True
    _split: bool = True
    _moves: int = 0
    _records: list[str] = field(default_factory=list)
    _any_file: bool = False

    def __post_init__(self) -> None:
        self.variables = {
            "FS": " ", "OFS": " ", "ORS": "\n", "RS": "\n", "NR": 0.0, "FNR": 0.0, "NF": 0.0,
            "SUBSEP": "\x1c", "CONVFMT": "%.6g", "OFMT": "%.6g", "RSTART": 0.0,
            "RLENGTH": -1.0, "FILENAME": None, "ARGC": float(len(self.args) + 1),
            **self.variables}
        self.arrays["ENVIRON"] = {
            name: Input(_bytes(value)) for name, value in self.io.env.items()}
        self.arrays["ARGV"] = {"0": "awk", **{
            str(i): Input(each) for i, each in enumerate(self.args, 1)}}
        self.below = float(1 << 31) if self.io.gnu else float(1 << 63)

    def step(self) -> None:
        """Count a part of the program."""
        self._moves += 1
        if self._moves >= _MOVES:
            self._moves = 0
            self.io.step()

    def long(self, made: str) -> str:
        """Count a long text."""
        if len(made) > _SHORT:
            self.io.host.budget.take("words", len(made))
        return made

    # --- input -----------------------------------------------------------------------------

    def next_record(self) -> bool:
        """Take the next record of the files, or of standard input if there are none."""
        while not self._records:
            if not self._open_next():
                return False
        self.set_record(self._records.pop())
        for name in ("NR", "FNR"):
            self.variables[name] = number(self.variables[name]) + 1
        self.step()
        return True

    def _open_next(self) -> bool:
        while self.args:
            arg = self.args.pop(0)
            match = re.match(r"([A-Za-z_]\w*)=(.*)", arg, re.DOTALL | re.ASCII)
            if match:
                self.variables[match[1]] = Input(match[2])
                continue
            if arg:
                return self._load(arg)
        if self._any_file:
            return False
        return self._load("-")

    def _load(self, path: str) -> bool:
        self._any_file = True
        if path == "-":
            data = self.stdin if self.stdin is not None else self.io.data("-")
        else:
            try:
                data = self.io.data(path.encode("latin-1").decode("utf-8", "surrogateescape"))
            except FileError as error:
                raise AwkError(f"cannot open {path} ({error.message})" if self.io.gnu
                               else f"{path}: {error.message}") from None
            self.variables["FILENAME"] = path
        self.variables["FNR"] = 0.0
        self._records = self.records(data.decode("latin-1"))[::-1]
        return True

    def records(self, data: str) -> list[str]:
        """Take a text apart by ``RS``."""
        separator = self.string(self.variables["RS"])
        if separator == "":
            return [part for part in re.split(r"\n\n+", data.strip("\n")) if part]
        found = data.split(separator) if len(separator) == 1 else self.split_by(data, separator)
        if found and found[-1] in ("", "\n") and (separator != "\n" or found[-1] == ""):
            found.pop()
        return found

    def set_record(self, record: str) -> None:
        """Make a text the current record."""
        self._record, self._whole, self._split = record, True, False

    def fields(self) -> list[str]:
        """Return the fields of the current record."""
        if not self._split:
            self._split = True
            self._fields = self.split(self._record, self.string(self.variables["FS"]))
            self.variables["NF"] = float(len(self._fields))
        return self._fields

    def split(self, record: str, separator: str) -> list[str]:
        """Take a text apart by a separator as fields are."""
        self.io.step(len(record) // 200)
        if separator == " ":
            found = re.split(r"[ \t\n]+", record.strip(" \t\n"))
            return [] if found == [""] else found
        if record == "":
            return []
        if separator == "":
            return list(record)
        if len(separator) == 1 and separator != "\\":
            if self.variables["RS"] == "":
                return re.split(f"[{re.escape(separator)}\n]", record)
            return record.split(separator)
        return self.split_by(record, separator)

    def split_by(self, record: str, pattern: str) -> list[str]:
        """Take a text apart where a pattern fits."""
        found: list[str] = []
        start = pos = 0
        while (match := self.search(pattern, record, pos)) is not None:
            self.io.step()
            if match[1] == match[0]:
                pos = match[1] + 1
                continue
            found.append(record[start : match[0]])
            start = pos = match[1]
        return [*found, record[start:]]

    def search(self, pattern: str, where: str, start: int = 0) -> tuple[int, int] | None:
        """Return where a pattern fits first."""
        try:
            compiled = regex.compile_pattern(pattern, ere=True)
        except RegexError as error:
            raise AwkError(f"regular expression compile failed ({error})\n{pattern}") from None
        match = compiled.search(where, start, self.io.host.budget)
        return None if match is None else (match.start, match.end)

    # --- variables -------------------------------------------------------------------------

    def string(self, value: Value) -> str:
        """Return a value as a text, as ``CONVFMT`` has it."""
        if isinstance(value, str):
            return value
        form = self.variables["CONVFMT"]
        return text(value, form if isinstance(form, str) else "%.6g", self.below)

    def array(self, name: str) -> Array:
        """Return an array, made if need be."""
        if self.locals:
            function, _, arrays = self.locals[-1]
            if name in function.params:
                return arrays.setdefault(name, {})
        return self.arrays.setdefault(name, {})

    def get(self, name: str) -> Value:
        """Return a variable."""
        if self.locals and name in self.locals[-1][0].params:
            return self.locals[-1][1].get(name)
        if name == "NF":
            self.fields()
        return self.variables.get(name)

    def set(self, name: str, value: Value) -> None:
        """Set a variable."""
        if self.locals and name in self.locals[-1][0].params:
            self.locals[-1][1][name] = value
            return
        if name == "NF":
            self._resize(number(value))
            return
        self.variables[name] = value

    def _resize(self, amount: float) -> None:
        size = self._field_number(amount)
        found = self.fields()
        self.io.step(abs(size - len(found)) // 8)
        self._fields = [*found, *[""] * (size - len(found))][:size]
        self.variables["NF"] = float(size)
        self._whole = False

    def _field_number(self, amount: float) -> int:
        if not 0 <= amount <= _MAX_FIELD:
            raise AwkError(f"negative field index {amount:g}" if amount < 0
                           else "maximum number of fields exceeded")
        return int(amount)

    def record(self) -> str:
        """Return the current record, put together again if a field was set."""
        if not self._whole:
            self._record = self.long(self.string(self.variables["OFS"]).join(self._fields))
            self._whole = True
        return self._record

    def get_field(self, amount: float) -> Value:
        """Return a field; 0 is the record."""
        at = self._field_number(amount)
        if at == 0:
            return Input(self.record())
        found = self.fields()
        return Input(found[at - 1]) if at <= len(found) else None

    def set_field(self, amount: float, value: Value) -> None:
        """Set a field or the record."""
        at = self._field_number(amount)
        if at == 0:
            self.set_record(self.string(value))
            return
        if at > len(self.fields()):
            self._resize(float(at))
        self._fields[at - 1] = self.string(value)
        self._whole = False


def _bytes(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("latin-1")

