"""The templates of ``docker --format``: Go's text/template with docker's functions.

``parse`` a template once, ``execute`` it for each value. ``values`` says which Python value
stands for which Go value. Left out are templates within templates (``define``, ``template``
and ``block``) and ``call``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from imagelab.docker.gotemplate import strconv
from imagelab.docker.gotemplate.evaluate import Options
from imagelab.docker.gotemplate.execute import ExecError, Limits, execute
from imagelab.docker.gotemplate.functions import FUNCTIONS, HEADER_FUNCTIONS
from imagelab.docker.gotemplate.nodes import Action, Field, Node, Text
from imagelab.docker.gotemplate.parser import ParseError, parse_nodes
from imagelab.docker.gotemplate.values import (
    Function,
    FunctionError,
    Int64,
    JSONNumber,
    Nil,
    StringMap,
    StringSlice,
    Struct,
    SubContext,
    raw,
)

_LIMITS = Limits()


@dataclass(frozen=True)
class Template:
    """A parsed template; ``text`` is what it was parsed from."""

    text: str
    nodes: tuple[Node, ...]

    def execute(
        self,
        value: object,
        *,
        missing_key_error: bool = False,
        functions: Mapping[str, Function] = FUNCTIONS,
        limits: Limits = _LIMITS,
    ) -> str:
        """What the template prints for a value.

        ``missing_key_error`` refuses keys that a map does not have, where otherwise
        ``<no value>`` is printed: Go's ``missingkey=error``.

        Raises:
            ExecError: the template failed, with Go's message, or went past a limit.
        """
        if (filled := self._filled(value)) is not None:
            return filled
        options = Options(functions, missing_key_error)
        return execute(self.text, self.nodes, value, options, limits)

    @cached_property
    def _parts(self) -> tuple[tuple[bool, str], ...] | None:
        """Texts, and names of fields, of a template that has nothing else; None for others."""
        parts: list[tuple[bool, str]] = []
        for node in self.nodes:
            if isinstance(node, Text):
                parts.append((False, node.text))
            elif isinstance(node, Action) and (name := _field_alone(node)):
                parts.append((True, name))
            else:
                return None
        return tuple(parts)

    def _filled(self, value: object) -> str | None:
        """Return what texts and fields print for a row or a heading; None for all else.

        Lists have thousands of rows, and nearly all templates are of this kind.
        """
        fields: Mapping[str, object]
        if isinstance(value, SubContext):
            fields = value.fields
        elif isinstance(value, StringMap) and not value.methods.keys() & self._names:
            fields = value
        else:
            return None
        if self._parts is None:
            return None
        try:
            texts = [fields[text] if is_field else text for is_field, text in self._parts]
            return strconv.valid("".join(texts))  # type: ignore[arg-type]  # see below
        except (KeyError, TypeError):  # no such field, or one that is no text
            return None

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(text for is_field, text in self._parts or () if is_field)


def _field_alone(action: Action) -> str:
    """Return the name of the field that an action prints, if it does no more than that."""
    if action.pipe.variables or len(action.pipe.commands) != 1:
        return ""
    first, *rest = action.pipe.commands[0].args
    if rest or not isinstance(first, Field) or len(first.names) != 1:
        return ""
    return first.names[0]


@lru_cache(maxsize=64)  # the same few are used again and again
def parse(text: str) -> Template:
    """A template, ready to be executed.

    Raises:
        ParseError: with Go's message, ``template: :1: unclosed action`` for one.
    """
    return Template(text, parse_nodes(text, FUNCTIONS))


__all__ = [
    "FUNCTIONS",
    "HEADER_FUNCTIONS",
    "ExecError",
    "Function",
    "FunctionError",
    "Int64",
    "JSONNumber",
    "Limits",
    "Nil",
    "ParseError",
    "StringMap",
    "StringSlice",
    "Struct",
    "SubContext",
    "Template",
    "parse",
    "raw",
]
