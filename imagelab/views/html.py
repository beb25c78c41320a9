"""HTML out of Python values: the only way in which markup is made, so that nothing goes unescaped.

Names, commands, files and messages come from images, archives and command lines; whoever wrote
those may have written markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TypeAlias

#: Elements that have no content and no end.
_VOID = frozenset({"br", "hr", "img", "input", "wbr"})


class Html(str):
    """Finished markup, as against text that is yet to be escaped."""

    __slots__ = ()


Child: TypeAlias = "Html | str | int | float | Iterable[Child] | None"
Attribute: TypeAlias = str | int | float | bool | None

EMPTY = Html()


def tag(name: str, /, *children: Child, **attributes: Attribute) -> Html:
    """Return an element.

    Args:
        name: of the element.
        children: markup stays, all else is escaped; None is left out, and iterables count for
            what they hold.
        attributes: underscores stand for hyphens, one at the end for nothing (``class_``); True
            is an attribute without a value, False and None are none. Values are escaped.
    """
    listed = "".join(map(_attribute, attributes.items()))
    if name in _VOID:
        return Html(f"<{name}{listed}>")
    return Html(f"<{name}{listed}>{join(*children)}</{name}>")


def join(*children: Child) -> Html:
    """Return children one after the other, without an element around them."""
    return Html("".join(map(_child, children)))


def raw(markup: str) -> Html:
    """Call markup finished that another part of the lab has escaped: an SVG of its own drawing."""
    return Html(markup)


def _child(child: Child) -> str:
    if child is None:
        return ""
    if isinstance(child, Html):
        return child
    if isinstance(child, str | int | float):
        return escape(_text(str(child)))
    return "".join(map(_child, child))


def _attribute(pair: tuple[str, Attribute]) -> str:
    name, value = pair
    if value is None or value is False:
        return ""
    name = name.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(_text(str(value)))}"'


def _text(data: str) -> str:
    """Return text that UTF-8 can hold: paths may have bytes that are none, kept as surrogates."""
    return data.encode("utf-8", "replace").decode()
