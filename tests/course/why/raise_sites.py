"""The messages of all errors that the rooms below the course can make, read from their source."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imagelab

ROOT = Path(imagelab.__file__).parent
ROOMS = ("model", "formats", "engine", "registry", "storage", "daemon", "docker")
#: Stands for what is not known before it happens.
SOMETHING = "x1"
#: Parts of the source of a place that another error's message comes through.
_PASSED_ON = ("error", "refusal", "message", "stopped", "needs", "found.failed")
#: The same of a reason that the system gives.
_SYSTEM = ("reason_of(", "reason.lower()")


@dataclass(frozen=True)
class Site:
    """A place in the source that makes an error.

    Attributes:
        where: file and line.
        kind: the error's class.
        sample: a message that it may make.
        passes_on: whether another error's message is in it.
    """

    where: str
    kind: str
    sample: str
    passes_on: bool


def error_classes() -> dict[str, Path]:
    """Return the errors that the rooms have, and the file of each."""
    family = {"Exception"}
    while more := {name for name, node in _classes().items()
                   if family.union(_BUILT_IN).intersection(map(_last_name, node.bases))} - family:
        family |= more
    return {name: path for name, path in _class_files().items() if name in family}


def sites(kinds: frozenset[str]) -> Iterator[Site]:
    """Yield the sites of some classes of errors, those that begin without a word of their own
    left out.
    """
    for file in _files():
        for kind, sample, passes_on, line in _sites_in(file, kinds):
            if sample.partition("\n\n")[0].replace(SOMETHING, "").strip(" \n:'\"()"):
                yield Site(f"{file.relative_to(ROOT).as_posix()}:{line}", kind, sample, passes_on)


_BUILT_IN = ("ValueError", "KeyError", "OSError", "RuntimeError", "KeyboardInterrupt")


@cache
def _files() -> list[Path]:
    return [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


@cache
def _classes() -> dict[str, ast.ClassDef]:
    return {node.name: node for file in _files() for node in ast.walk(_tree(file))
            if isinstance(node, ast.ClassDef)}


@cache
def _class_files() -> dict[str, Path]:
    return {node.name: file for file in _files() for node in ast.walk(_tree(file))
            if isinstance(node, ast.ClassDef)}


def _last_name(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _sites_in(file: Path, kinds: frozenset[str]) -> Iterator[tuple[str, str, bool, int]]:
    module = ".".join(("imagelab", *file.relative_to(ROOT).with_suffix("").parts))
    module = module.removesuffix(".__init__")
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Call) and node.args and _last_name(node.func) in kinds:
            kind = _last_name(node.func)
            own = _own_message(kind)
            given = dict(zip(own[1], node.args, strict=False)) if own else {}
            for sample, passes_on in _samples(own[0] if own else node.args[0], module, given):
                yield kind, sample, passes_on, node.lineno


@cache
def _own_message(kind: str) -> tuple[ast.expr, list[str]] | None:
    """Return the message that a class puts together itself, and the names it does so from."""
    for node in ast.walk(_classes()[kind]) if kind in _classes() else ():
        if isinstance(node, ast.FunctionDef) and node.name == "__init__":
            for call in ast.walk(node):
                if (isinstance(call, ast.Call) and call.args
                        and ast.unparse(call.func) == "super().__init__"
                        and isinstance(call.args[0], ast.JoinedStr)):
                    return call.args[0], [each.arg for each in node.args.args[1:]]
    return None


def _samples(
    node: ast.expr, module: str, given: Mapping[str, ast.expr],
) -> Iterator[tuple[str, bool]]:
    """Yield messages, one for each branch, and whether another's message is in it."""
    if isinstance(node, ast.Constant):
        yield str(node.value), False
    elif isinstance(node, ast.IfExp):
        yield from _samples(node.body, module, given)
        yield from _samples(node.orelse, module, given)
    elif isinstance(node, ast.BinOp):
        for left, one in _samples(node.left, module, given):
            for right, other in _samples(node.right, module, given):
                yield left + right, one or other
    elif isinstance(node, ast.BoolOp):
        yield from _samples(node.values[-1], module, given)
    elif isinstance(node, ast.JoinedStr):
        texts = [("", False)]
        for part in node.values:
            pieces = list(_samples(part, module, given))
            texts = [(text + piece, one or other) for text, one in texts for piece, other in pieces]
        yield from texts
    elif isinstance(node, ast.FormattedValue):
        yield from _samples(node.value, module, given)
    elif isinstance(node, ast.Name) and node.id in given:
        yield from _samples(given[node.id], module, {})
    elif isinstance(node, ast.Call) and (text := _text_in(node)):
        yield from _samples(text, module, given)
    elif isinstance(node, ast.Call) and (given_back := _texts_of().get(_last_name(node.func))):
        for each in given_back:
            yield from _samples(each, module, {})
    else:
        yield _piece(node, module)


@cache
def _texts_of() -> dict[str, list[ast.expr]]:
    """Return the texts that functions of the rooms give back, by the functions' names."""
    found: dict[str, list[ast.expr]] = {}
    for file in _files():
        for node in ast.walk(_tree(file)):
            if isinstance(node, ast.FunctionDef):
                found.setdefault(node.name, []).extend(
                    each.value for each in ast.walk(node)
                    if isinstance(each, ast.Return) and isinstance(each.value, ast.JoinedStr))
    return found


def _text_in(call: ast.Call) -> ast.JoinedStr | None:
    """Return the text that a call changes a little: ``one_line(f"…")``, ``f"…".rstrip()``."""
    inside = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return next((each for each in (*inside, *call.args) if isinstance(each, ast.JoinedStr)), None)


def _piece(node: ast.expr, module: str) -> tuple[str, bool]:
    source = ast.unparse(node)
    constant = getattr(importlib.import_module(module), source, None)
    if isinstance(constant, str):
        return constant, False
    if any(sign in source for sign in _SYSTEM):
        return "no such file or directory", False
    if source.startswith("quoted("):
        return f'"{SOMETHING}"', False
    return SOMETHING, any(sign in source for sign in _PASSED_ON)
