"""``--help``: usage, aliases and flags laid out as the docker client does it, in our words.

The texts are in ``help.toml`` and are read only when somebody asks for help.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from imagelab.docker.command import Command, usage_line
from imagelab.docker.flags import REPEATED, Flag, switch

#: Columns of a terminal that is none.
_WIDTH = 80
#: How far a line may run over rather than leave a short word alone on the next.
_SLOP = 5
#: Least room for descriptions beside the flags.
_LEAST = 24
_COMMON = ("run", "exec", "ps", "build", "pull", "push", "images", "login", "logout", "search",
           "version", "info")
#: What the client shows as the default of kinds that have one when nothing is given.
_EMPTY = {"duration": "0s", "map": "map[]", "uint16": "0", "ulimit": "[]"}


@cache
def _texts() -> Mapping[str, Any]:
    source = files("imagelab.docker").joinpath("help.toml").read_text("utf-8")
    return tomllib.loads(source)


def summary(name: str) -> str:
    """Return one line about a command or a group; empty for an unknown one."""
    texts = _texts()
    return str(texts["groups"].get(name) or texts["summaries"].get(name, ""))


def description(command: Command, each: Flag) -> str:
    """Return what a command's flag does; empty for an unknown one."""
    tables = _texts()["flags"]
    own = [tables[name] for name in (command.name, *command.also) if name in tables]
    # The --format of lists has no short form, and can make a table.
    key = "format-table" if each.name == "format" and not each.short else each.name
    shared = tables["any"].get(key, "")
    return str(next((table[each.name] for table in own if each.name in table), shared))


def command_help(command: Command) -> str:
    """Return what ``docker COMMAND --help`` prints."""
    sections = [usage_line(command), _summary_of(command)]
    if len(names := names_of(command)) > 1:
        sections.append("Aliases:\n  " + ", ".join(f"docker {name}" for name in names))
    if visible := [each for each in command.flags if each.is_visible]:
        if any(each.short == "h" for each in visible):  # where -h is taken, help is listed too
            visible.append(switch("help"))
        rows = [(each, description(command, each)) for each in visible]
        sections.append("Options:\n" + flag_lines(rows).rstrip("\n"))
    return "\n\n".join(sections) + "\n"


def _summary_of(command: Command) -> str:
    return next(filter(None, map(summary, (command.name, *command.also))), "")


def names_of(command: Command) -> list[str]:
    """Return all names of a command as help lists them: those in a group first.

    The builder's group, a late one, stands at the end.
    """
    return sorted((command.name, *command.also),
                  key=lambda name: (name.startswith("builder "), " " not in name))


def flag_lines(rows: Iterable[tuple[Flag, str]]) -> str:
    """Lay flags and their descriptions out in two columns."""
    found = sorted(rows, key=lambda row: row[0].name)
    fronts = [_front(each) for each, _ in found]
    indent = max(map(len, fronts)) + 3
    lines: list[str] = []
    for front, (each, text) in zip(fronts, found, strict=True):
        lines.append(front.ljust(indent) + wrap(text + _default(each), indent))
    return "".join(f"{line}\n" for line in lines)


def _front(each: Flag) -> str:
    front = f"  -{each.short}, --{each.name}" if each.short else f"      --{each.name}"
    return front if each.kind == "bool" else f"{front} {each.kind}"


def _default(each: Flag) -> str:
    """Return how help tells a flag's default; nothing where there is none to speak of."""
    if each.kind == "string":
        return f' (default "{each.default}")' if each.default else ""
    if each.kind in _EMPTY and each.default is None:
        return f" (default {_EMPTY[each.kind]})"
    if each.kind in REPEATED or not each.default:
        return ""
    shown = "true" if each.default is True else each.default
    return f" (default {shown})"


def wrap(text: str, indent: int, width: int = _WIDTH) -> str:
    """Break a description into lines, all but the first indented, as the client does.

    Line breaks in the text stay.
    """
    pad = "\n" + " " * indent
    room = width - 1 - indent
    front = ""
    if room < _LEAST:
        indent = 16
        pad = front = "\n" + " " * indent
        room = width - 1 - indent
    lines: list[str] = []
    rest = text
    while rest or not lines:
        line, rest = _cut(rest, room - _SLOP)
        lines.append(line.replace("\n", pad))
    return front + pad.join(lines)


def _cut(text: str, room: int) -> tuple[str, str]:
    """Cut the first line off at a blank; a text that is hardly longer stays whole."""
    if room + _SLOP > len(text):
        return text, ""
    front = text[:room]
    at = max(map(front.rfind, " \t\n"))
    if at <= 0:
        return text, ""
    line_break = front.rfind("\n")
    if 0 < line_break < at:
        at = line_break
    return text[:at], text[at + 1 :]


def overview(commands: Mapping[str, Command], groups: Sequence[str],
             global_flags: Sequence[Flag]) -> str:
    """Return what ``docker --help`` prints."""
    single = sorted(name for name in commands if " " not in name)
    sections = [
        "Usage:  docker [OPTIONS] COMMAND",
        summary("docker"),
        _list("Common Commands", {name: summary(name) for name in _COMMON if name in single}),
        _list("Management Commands", {name: summary(name) for name in sorted(groups)}),
        _list("Commands", {name: summary(name) for name in single if name not in _COMMON}),
        "Global Options:\n" + flag_lines(
            (each, str(_texts()["flags"]["docker"].get(each.name, "")))
            for each in global_flags).rstrip("\n"),
        "Run 'docker COMMAND --help' for more information on a command.",
    ]
    return "\n\n".join(sections) + "\n"


def group_overview(commands: Mapping[str, Command], group: str) -> str:
    """Return what ``docker GROUP --help`` prints."""
    own = {name: _summary_of(each) for name, each in sorted(commands.items())
           if name.startswith(f"{group} ") and each.name == name}
    sections = [
        f"Usage:  docker {group} COMMAND",
        summary(group),
        _list("Commands", own),
        f"Run 'docker {group} COMMAND --help' for more information on a command.",
    ]
    return "\n\n".join(sections) + "\n"


def _list(title: str, texts: Mapping[str, str]) -> str:
    """List names and the first lines of their texts."""
    width = max([11, *(len(_last(name)) for name in texts)])
    rows = [f"  {_last(name):<{width}} {text.splitlines()[0]}" for name, text in texts.items()]
    return "\n".join([f"{title}:", *rows])


def _last(name: str) -> str:
    return name.rpartition(" ")[2]
