"""What a link to the page asks for; the part of its address behind ``#`` says it.

It is written as a query is: ``level=rmi-1``, or ``docker=pull%20busybox&view=map``. Whoever sends
a link has written it, so all of it is checked and bounded, and nothing in it is ever run but
docker command lines, in the simulated lab.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import parse_qsl, quote, urlencode

from imagelab.course.lessons import LESSONS
from imagelab.messages import languages, text
from imagelab.views.words import printable

#: Characters of a link behind ``#``, docker command lines, and characters of one of them.
LONGEST, MOST_COMMANDS, LONGEST_COMMAND = 20_000, 50, 2_000
#: Views by name, with the fewest and the most things that each can be of.
VIEWS = {
    "map": (0, 0), "timeline": (0, 0), "space": (0, 0), "hub": (0, 0), "terminal": (0, 0),
    "layers": (1, 1), "compare": (2, 6), "sharing": (0, 6), "plan": (0, 1), "predict": (1, 1),
    "name": (1, 1),
}
_LONGEST_NAME, _MOST_FIELDS, _LARGEST_SEED = 500, 100, 999_999_999
_SHOWN = 60
_IN_FRONT = "docker "
_LINE_END = re.compile(r"\r+\n")


class LinkError(ValueError):
    """A link that asks for what there is not."""

    def __init__(self, key: str, **values: object) -> None:
        """Keep what to say: a text of the room ``embed``, and what its places stand for."""
        super().__init__(text(f"embed.{key}", "en", **values))
        self._key, self._values = key, values

    def said(self, language: str) -> str:
        """Return it in a reader's language."""
        return text(f"embed.{self._key}", language, **self._values)


@dataclass(frozen=True)
class Situation:
    r"""What a page is to show.

    Attributes:
        level: ID of a level to be played; empty for none.
        seed: which of its variants.
        lesson: the lesson whose start the lab has; empty for none.
        commands: docker command lines that prepare the lab, without ``docker`` in front. Lines
            below the first are typed to what it starts, ``\x03`` and ``\x04`` as Ctrl-C, Ctrl-D.
        view: name of a view.
        of: what the view is of: images, a command line, a name.
        terminal: whether the terminal is open from the beginning.
        language: ``ko`` or ``en``; empty for the reader's own.
    """

    level: str = ""
    seed: int = 0
    lesson: str = ""
    commands: tuple[str, ...] = ()
    view: str = ""
    of: tuple[str, ...] = ()
    terminal: bool = False
    language: str = ""


def read(data: str) -> Situation:
    """Return what a link asks for.

    Args:
        data: what follows ``#`` or ``?``. What is not known is left out of account.

    Raises:
        LinkError: it asks for what there is not, or for too much.
    """
    if len(data) > LONGEST:
        raise LinkError("too_long", most=LONGEST)
    try:
        pairs = parse_qsl(data, keep_blank_values=True, errors="replace",
                          max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise LinkError("too_many", most=MOST_COMMANDS) from None
    one = dict(pairs)
    return checked(Situation(
        level=one.get("level", "").lower(), seed=_seed(one.get("seed", "0")),
        lesson=one.get("lesson", ""), commands=tuple(map(_line, _all(pairs, "docker"))),
        view=one.get("view", ""), of=tuple(_all(pairs, "of")),
        terminal=one.get("terminal", "0") not in ("", "0"), language=one.get("lang", "")))


def written(situation: Situation) -> str:
    """Return what stands behind ``#`` in a link.

    Raises:
        LinkError: it is too long.
    """
    data = urlencode(list(_fields(checked(situation))), quote_via=quote, safe="/:,",
                     errors="replace")
    if len(data) > LONGEST:
        raise LinkError("too_long", most=LONGEST)
    return data


def link(
    address: str, *, level: str = "", seed: int = 0, lesson: str = "",
    docker: Sequence[str] = (), view: str = "", of: Sequence[str] = (), terminal: bool = False,
    language: str = "",
) -> str:
    """Return a link to the page of one level or one view.

    Args:
        address: of the page, ``https://…/embed/``.
        level: see :class:`Situation`, as for all others.
        seed: see there.
        lesson: see there.
        docker: the command lines, see there.
        view: see there.
        of: see there.
        terminal: see there.
        language: see there.

    Raises:
        LinkError: it would ask for what there is not, or for too much.
    """
    situation = Situation(level.lower(), seed, lesson, tuple(map(_line, docker)), view, tuple(of),
                          terminal, language)
    return f"{address}#{written(situation)}"


def checked(situation: Situation) -> Situation:
    """Return it if it is one that can be shown, as far as one can tell without a lab.

    Raises:
        LinkError: it is not.
    """
    _check_start(situation)
    _check_commands(situation.commands)
    if situation.view or situation.of:
        _check_view(situation.view, situation.of)
    if situation.language not in ("", *languages):
        raise LinkError("no_language", name=shown(situation.language),
                        all=", ".join(languages))
    return situation


def shown(data: str) -> str:
    """Return the beginning of a text out of a link, without what cannot be seen."""
    return printable(data if len(data) <= _SHOWN else f"{data[:_SHOWN]}…")


def _fields(found: Situation) -> Iterator[tuple[str, str]]:
    if found.level:
        yield "level", found.level
    if found.seed:
        yield "seed", str(found.seed)
    if found.lesson:
        yield "lesson", found.lesson
    # One that reads as if the word stood in front of it gets it, so that it stays as it is.
    yield from (("docker", _IN_FRONT * each.startswith(_IN_FRONT) + each)
                for each in found.commands)
    if found.view:
        yield "view", found.view
    yield from (("of", each) for each in found.of)
    if found.terminal:
        yield "terminal", "1"
    if found.language:
        yield "lang", found.language


def _all(pairs: list[tuple[str, str]], name: str) -> Iterator[str]:
    return (value for key, value in pairs if key == name)


def _line(data: str) -> str:
    """Return a command line as it is kept: many write ``docker`` in front of it."""
    lines = _LINE_END.sub("\n", data.replace("\0", ""))
    return lines.strip(" ").removeprefix(_IN_FRONT).strip(" ")


def _seed(data: str) -> int:
    if not (data.isascii() and data.isdecimal() and len(data) < 10):
        raise LinkError("no_seed", name=shown(data), most=_LARGEST_SEED)
    return int(data)


def _check_start(found: Situation) -> None:
    if found.level and found.lesson:
        raise LinkError("two_starts")
    if not 0 <= found.seed <= _LARGEST_SEED:
        raise LinkError("no_seed", name=found.seed, most=_LARGEST_SEED)
    if found.lesson and found.lesson not in LESSONS:
        raise LinkError("no_lesson", name=shown(found.lesson), all=", ".join(LESSONS))
    if not found.level:
        return
    # All levels are much to read for a page that shows none.
    from imagelab.course.levels.library import own

    if found.level not in own():
        near = next(iter(get_close_matches(found.level[:_SHOWN], own(), 1)), next(iter(own())))
        raise LinkError("no_level", name=shown(found.level), nearest=near)


def _check_commands(commands: Sequence[str]) -> None:
    if len(commands) > MOST_COMMANDS:
        raise LinkError("too_many", most=MOST_COMMANDS)
    for each in commands:
        if len(each) > LONGEST_COMMAND:
            raise LinkError("long_command", command=shown(each), most=LONGEST_COMMAND)


def _check_view(view: str, of: Sequence[str]) -> None:
    if not view:
        raise LinkError("of_nothing")
    if view not in VIEWS:
        raise LinkError("no_view", name=shown(view), all=", ".join(VIEWS))
    fewest, most = VIEWS[view]
    if not fewest <= len(of) <= most:
        raise LinkError("of_count", view=view, fewest=fewest, most=most, count=len(of))
    for each in of:
        if len(each) > _LONGEST_NAME:
            raise LinkError("long_name", name=shown(each), most=_LONGEST_NAME)
