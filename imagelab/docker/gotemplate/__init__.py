"""The templates of ``docker --format``: Go's text/template with docker's functions.

``parse`` a template once, ``execute`` it for each value. ``values`` says which Python value
stands for which Go value. Left out are templates within templates (``define``, ``template``
and ``block``) and ``call``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from imagelab.docker.gotemplate.evaluate import Options
from imagelab.docker.gotemplate.execute import ExecError, Limits, execute
from imagelab.docker.gotemplate.functions import FUNCTIONS, HEADER_FUNCTIONS
from imagelab.docker.gotemplate.nodes import Node
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


@dataclass(frozen=True, slots=True)
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
        options = Options(functions, missing_key_error)
        return execute(self.text, self.nodes, value, options, limits)


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
