"""Running awk programs: every step of them is counted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from imagelab.model.file_error import FileError
from imagelab.shell.programs.awk_functions import call
from imagelab.shell.programs.awk_memory import Array, Memory
from imagelab.shell.programs.awk_parser import Program, Tree
from imagelab.shell.programs.awk_values import (
    AwkError,
    Input,
    Value,
    formatted,
    is_number,
    number,
    text,
    truth,
)


class _BreakError(Exception):
    pass


class _ContinueError(Exception):
    pass


class _NextError(Exception):
    pass


class _ExitError(Exception):
    pass


class _ReturnError(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


@dataclass(eq=False)
class Awk(Memory):
    """A program that runs."""

    program: Program = field(default_factory=Program)
    status: int = 0
    _active: list[bool] = field(default_factory=list)

    # --- the whole -------------------------------------------------------------------------

    def run(self) -> int:
        """Run the program and return its status."""
        self._active = [False] * len(self.program.rules)
        try:
            for body in self.program.begin:
                self.execute(body)
            if self.program.rules or self.program.end:
                while self.next_record():
                    self._one()
        except _ExitError:
            pass
        except _NextError:
            raise AwkError("next used in BEGIN or END") from None
        try:
            for body in self.program.end:
                self.execute(body)
        except _ExitError:
            pass
        return self.status

    def _one(self) -> None:
        try:
            for at, (first, last, body) in enumerate(self.program.rules):
                if self._fits(at, first, last):
                    if body is None:
                        self.print_record()
                    else:
                        self.execute(body)
        except _NextError:
            return

    def _fits(self, at: int, first: Tree | None, last: Tree | None) -> bool:
        if first is None:
            return True
        if last is None:
            return truth(self.value(first))
        if not self._active[at] and not truth(self.value(first)):
            return False
        self._active[at] = not truth(self.value(last))
        return True

    def key(self, keys: list[Tree]) -> str:
        """Return the subscript that values make."""
        values = [self.string(self.value(each)) for each in keys]
        return values[0] if len(values) == 1 else self.long(
            self.string(self.variables["SUBSEP"]).join(values))

    def assign(self, target: Tree, value: Value) -> Value:
        """Set what may be set."""
        if isinstance(value, str) and not isinstance(value, Input) and target[0] == "field":
            value = str(value)
        if target[0] == "var":
            self.set(target[1], value)
        elif target[0] == "item":
            array, key = self.array(target[1]), self.key(target[2])
            if key not in array:
                self.io.host.budget.take("words", 64 + len(key))
            array[key] = value
        else:
            self.set_field(number(self.value(target[1])), value)
        return value

    # --- statements ------------------------------------------------------------------------

    def execute(self, tree: Tree) -> None:
        """Run a statement."""
        self.step()
        getattr(self, f"run_{tree[0]}")(tree)

    def run_block(self, tree: Tree) -> None:
        """``{ … }``."""
        for each in tree[1]:
            self.execute(each)

    def run_do_expression(self, tree: Tree) -> None:
        """An expression alone."""
        self.value(tree[1])

    def run_if(self, tree: Tree) -> None:
        """``if``."""
        if truth(self.value(tree[1])):
            self.execute(tree[2])
        elif tree[3] is not None:
            self.execute(tree[3])

    def _loop(self, test: Tree | None, body: Tree, step: Tree | None = None) -> None:
        while test is None or truth(self.value(test)):
            self.io.step()
            try:
                self.execute(body)
            except _BreakError:
                return
            except _ContinueError:
                pass
            if step is not None:
                self.execute(step)

    def run_while(self, tree: Tree) -> None:
        """``while``."""
        self._loop(tree[1], tree[2])

    def run_do(self, tree: Tree) -> None:
        """``do … while``."""
        try:
            self.execute(tree[1])
        except _BreakError:
            return
        except _ContinueError:
            pass
        self._loop(tree[2], tree[1])

    def run_for(self, tree: Tree) -> None:
        """``for (;;)``."""
        if tree[1] is not None:
            self.execute(tree[1])
        self._loop(tree[2], tree[4], tree[3])

    def run_each(self, tree: Tree) -> None:
        """``for (k in a)``."""
        for key in list(self.array(tree[2])):
            self.io.step()
            self.set(tree[1], Input(key))
            try:
                self.execute(tree[3])
            except _BreakError:
                return
            except _ContinueError:
                continue

    def run_break(self, tree: Tree) -> None:
        """``break``."""
        raise _BreakError

    def run_continue(self, tree: Tree) -> None:
        """``continue``."""
        raise _ContinueError

    def run_next(self, tree: Tree) -> None:
        """``next``."""
        raise _NextError

    def run_exit(self, tree: Tree) -> None:
        """``exit``."""
        if tree[1] is not None:
            amount = number(self.value(tree[1]))
            self.status = int(amount) & 255 if math.isfinite(amount) else 0
        raise _ExitError

    def run_return(self, tree: Tree) -> None:
        """``return``."""
        raise _ReturnError(None if tree[1] is None else self.value(tree[1]))

    def run_delete(self, tree: Tree) -> None:
        """``delete``."""
        array = self.array(tree[1])
        if tree[2] is None:
            array.clear()
        else:
            array.pop(self.key(tree[2]), None)

    def run_pipe(self, tree: Tree) -> None:
        """``print | command``."""
        raise AwkError("imagelab does not simulate pipes of awk")

    def run_print(self, tree: Tree) -> None:
        """``print``."""
        if not tree[1]:
            line = self.record()
        else:
            form = self.variables["OFMT"]
            shown = form if isinstance(form, str) else "%.6g"
            line = self.string(self.variables["OFS"]).join(
                text(self.value(each), shown, self.below) for each in tree[1])
        self.write(line + self.string(self.variables["ORS"]), tree[2])

    def print_record(self) -> None:
        """Print the current record."""
        self.write(self.record() + self.string(self.variables["ORS"]), None)

    def run_printf(self, tree: Tree) -> None:
        """``printf``."""
        if tree[1]:
            self.write(self.sprintf(tree[1]), tree[2])

    def sprintf(self, trees: list[Tree]) -> str:
        """Return what sprintf makes of values."""
        form, *args = [self.value(each) for each in trees] or [""]
        return self.long(formatted(self.string(form), args, self.io.host.budget, "%.6g",
                                   self.below))

    def write(self, line: str, target: Tree | None) -> None:
        """Write to standard output or to a file."""
        data = line.encode("latin-1")
        if target is None:
            self.io.out(data)
            return
        path = self.string(self.value(target[1]))
        if path not in self.files:
            name = path.encode("latin-1").decode("utf-8", "surrogateescape")
            try:
                self.files[path] = self.io.open(name, "w" if target[0] == ">" else "a")
            except FileError as error:
                raise AwkError(f"cannot open \"{path}\" for output ({error.message})"
                               if self.io.gnu else f"{path}: {error.message}") from None
        self.io.host.write(self.files[path], data)

    # --- expressions -----------------------------------------------------------------------

    def value(self, tree: Tree) -> Value:
        """Return what an expression is."""
        self.step()
        found: Value = getattr(self, f"get_{tree[0]}")(tree) if tree[0] != "field" else (
            self.get_field(number(self.value(tree[1]))))
        return found

    def get_number(self, tree: Tree) -> Value:
        """A number."""
        return float(tree[1])

    def get_string(self, tree: Tree) -> Value:
        """A string."""
        return str(tree[1])

    def get_ere(self, tree: Tree) -> Value:
        """A pattern alone is held against the record."""
        return float(self.search(tree[1], self.record()) is not None)

    def get_only(self, tree: Tree) -> Value:
        """Parentheses."""
        return self.value(tree[1])

    def get_var(self, tree: Tree) -> Value:
        """A variable."""
        return self.get(tree[1])

    def get_item(self, tree: Tree) -> Value:
        """A part of an array; asking for it makes it."""
        array, key = self.array(tree[1]), self.key(tree[2])
        if key not in array:
            self.io.host.budget.take("words", 64 + len(key))
            array[key] = None
        return array[key]

    def get_assign(self, tree: Tree) -> Value:
        """An assignment."""
        _, target, sign, source = tree
        value = self.value(source)
        if sign:
            value = self.calculate(number(self.value(target)), sign, number(value))
        return self.assign(target, value)

    def get_choice(self, tree: Tree) -> Value:
        """``a ? b : c``."""
        return self.value(tree[2] if truth(self.value(tree[1])) else tree[3])

    def get_or(self, tree: Tree) -> Value:
        """``||``."""
        return float(truth(self.value(tree[1])) or truth(self.value(tree[2])))

    def get_and(self, tree: Tree) -> Value:
        """``&&``."""
        return float(truth(self.value(tree[1])) and truth(self.value(tree[2])))

    def get_not(self, tree: Tree) -> Value:
        """``!``."""
        return float(not truth(self.value(tree[1])))

    def get_sign(self, tree: Tree) -> Value:
        """A sign."""
        amount = number(self.value(tree[2]))
        return -amount if tree[1] == "-" else amount

    def get_in(self, tree: Tree) -> Value:
        """``k in a``."""
        return float(self.key(tree[1]) in self.array(tree[2]))

    def get_match(self, tree: Tree) -> Value:
        """``~`` and ``!~``."""
        where = self.string(self.value(tree[1]))
        return float((self.search(self.pattern(tree[2]), where) is not None) == tree[3])

    def pattern(self, tree: Tree) -> str:
        """Return what is used as a pattern."""
        return str(tree[1]) if tree[0] == "ere" else self.string(self.value(tree))

    def get_compare(self, tree: Tree) -> Value:
        """Comparisons, of numbers if both sides are numbers."""
        left, right = self.value(tree[1]), self.value(tree[3])
        a: Any
        b: Any
        if is_number(left) and is_number(right):
            a, b = number(left), number(right)
        else:
            a, b = str(self.string(left)), str(self.string(right))
        return float({"<": a < b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b,
                      ">=": a >= b}[tree[2]])

    def get_join(self, tree: Tree) -> Value:
        """Texts one after another."""
        return self.long("".join([self.string(self.value(each)) for each in tree[1]]))

    def get_calculate(self, tree: Tree) -> Value:
        """Arithmetic."""
        left = number(self.value(tree[1]))
        return self.calculate(left, tree[2], number(self.value(tree[3])))

    def calculate(self, a: float, sign: str, b: float) -> float:
        """Return the value of an operation."""
        if sign in "/%" and b == 0:
            if not self.io.gnu:
                raise AwkError("Division by zero")
            return math.nan if sign == "%" or a == 0 else math.copysign(math.inf, a)
        try:
            return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b,
                    "/": lambda: a / b, "%": lambda: math.fmod(a, b),
                    "^": lambda: math.pow(a, b)}[sign]()
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    def get_step(self, tree: Tree) -> Value:
        """``++`` and ``--``."""
        _, target, sign, first = tree
        old = number(self.value(target))
        new = old + 1 if sign == "+" else old - 1
        self.assign(target, new)
        return new if first else old

    def get_getline(self, tree: Tree) -> Value:
        """``getline``: from the files, or from one of its own."""
        _, target, source = tree
        if source is None:
            kept, whole = self._record, self._whole
            if not self.next_record():
                return 0.0
            if target is not None:
                line = self._record
                self._record, self._whole, self._split = kept, whole, False
                self.assign(target, Input(line))
            return 1.0
        path = self.string(self.value(source))
        if path not in self.readers:
            try:
                name = path.encode("latin-1").decode("utf-8", "surrogateescape")
                data = self.io.data(name)
            except FileError:
                return -1.0
            self.readers[path] = self.records(data.decode("latin-1"))[::-1]
        if not self.readers[path]:
            return 0.0
        line = self.readers[path].pop()
        if target is None:
            self.set_record(line)
        else:
            self.assign(target, Input(line))
        return 1.0

    def get_call(self, tree: Tree) -> Value:
        """A function of the program."""
        _, name, trees = tree
        function = self.program.functions.get(name)
        if function is None:
            raise AwkError(f"function {name} never defined")
        if len(trees) > len(function.params):
            raise AwkError(f"too many arguments in call to {name}")
        values: dict[str, Value] = {}
        arrays: dict[str, Array] = {}
        for param, each in zip(function.params, trees, strict=False):
            if each[0] == "var" and (param in function.arrays or each[1] in self.arrays):
                arrays[param] = self.array(each[1])
            else:
                values[param] = self.value(each)
        self.locals.append((function, values, arrays))
        try:
            self.execute(function.body)
        except _ReturnError as result:
            return result.value
        finally:
            self.locals.pop()
        return None

    def get_builtin(self, tree: Tree) -> Value:
        """A function of awk's."""
        return call(self, tree[1], tree[2])
