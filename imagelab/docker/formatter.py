"""``--format`` of list commands: tables, JSON, and templates for each row.

A row is a ``SubContext``: the Go type that messages name, and a string for each field. What
docker does is in its formatter package (28.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from imagelab.docker import gotemplate
from imagelab.docker.gotemplate import Function, StringMap, SubContext, Template
from imagelab.docker.table import align

_TABLE = "table"
_JSON = "{{json .}}"


class FormatError(Exception):
    """A ``--format`` that docker refuses: its message, from ``template parsing error:`` on."""


def _label_heading(name: str) -> str:
    """``com.example.build-date`` has the heading ``build date``."""
    return name.rsplit(".", 1)[-1].replace("-", " ").replace("_", " ")


class _SubHeaderContext(StringMap):
    """The headings, over which the template of a table runs once."""

    go_type: ClassVar[str] = "formatter.SubHeaderContext"
    methods: ClassVar[Mapping[str, Function]] = {"Label": Function(("string",), _label_heading)}


def render(
    rows: Iterable[SubContext], headers: Mapping[str, str], format: str, default_table: str
) -> str:
    r"""What a list command prints.

    Args:
        rows: one for each line.
        headers: the heading of each field.
        format: the command's ``--format``: empty or ``table`` for the default table, a
            ``table`` with a template, ``json``, or a template, in which ``\t`` and ``\n``
            stand for a tab and a newline.
        default_table: the default, such as ``table {{.ID}}\t{{.Tag}}``.

    Raises:
        FormatError: the template cannot be parsed, or fails for a row. Nothing is printed then.
    """
    chosen = default_table if format in ("", _TABLE) else format
    is_table = chosen.startswith(_TABLE)
    template = _parse(_template_text(chosen))
    body = "".join(_execute(template, row) + "\n" for row in rows)
    return align(_heading(template, headers) + "\n" + body) if is_table else body


def _template_text(format: str) -> str:
    if format.startswith(_TABLE):
        format = format[len(_TABLE) :]
    elif format == "json":
        format = _JSON
    return format.strip(" ").replace("\\t", "\t").replace("\\n", "\n")


def _parse(text: str) -> Template:
    try:
        return gotemplate.parse(text)
    except gotemplate.ParseError as error:
        raise FormatError(f"template parsing error: {error}") from None


def _execute(template: Template, row: SubContext) -> str:
    try:
        return template.execute(row)
    except gotemplate.ExecError as error:
        raise FormatError(f"template parsing error: {error}") from None


def _heading(template: Template, headers: Mapping[str, str]) -> str:
    """The template run over the headings; what fails there is left out, as docker does."""
    try:
        return template.execute(_SubHeaderContext(headers), functions=gotemplate.HEADER_FUNCTIONS)
    except gotemplate.ExecError as error:
        return error.output
