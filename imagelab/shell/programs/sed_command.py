"""Commands of sed."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.shell.regex import Pattern


@dataclass
class Address:
    """Which lines: ``line``, ``last``, ``regex``, ``step`` or, after another one, ``plus``."""

    kind: str
    number: int = 0
    step: int = 0
    pattern: Pattern | None = None


@dataclass
class Command:
    """A command with its addresses and arguments.

    Attributes:
        text: what it inserts, the label it goes to, or the file it names.
        parts: replacement of ``s``, as :func:`.sed_text.replacement` splits it; the two sets of
            ``y``.
        count: which match ``s`` replaces; exit status of ``q``; width of ``l``, -1 for sed's own.
        target: command where a jump or a group's end leads.
        active_until: last line of a range that ends with ``+n``.
        active: whether a range has begun.
    """

    name: str
    first: Address | None = None
    second: Address | None = None
    negate: bool = False
    text: str = ""
    pattern: Pattern | None = None
    parts: list[str | int] = field(default_factory=list)
    flags: str = ""
    count: int = 0
    target: int = -1
    active_until: int = -1
    active: bool = False
