"""Hints about the line itself: mistyped commands, flags, names, and the book's misprints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from imagelab.course.hints_base import (
    Done,
    Hint,
    command,
    hint,
    nearest,
    refusals,
    rule,
)
from imagelab.docker.complete import read_line
from imagelab.docker.main import COMMANDS, GROUPS
from imagelab.model.reference import ReferenceError, parse

#: What people try first who do not know docker's word, to that word.
_MEANT = {"del": "rm", "delete": "rm", "remove": "rm", "untag": "rmi"}
#: The same, where what follows is no argument.
_LISTS = ("list", "ls", "status", "containers")
_GROUP_LISTS = {"image": "images", "container": "ps -a"}
#: Commands whose arguments behind the first are a program's.
_RUN = ("run", "create", "exec")


def line_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for a line that docker did not understand, or not as it was meant."""
    if len(done.words) == 1 and done.words[0] in GROUPS:
        group = done.words[0]
        yield hint("group_alone", group=group,
                   command=command(*_GROUP_LISTS.get(group, f"{group} ls").split()))
    if (done.words[:1] == ["images"] and done.arguments
            and f"image {done.arguments[0]}" in COMMANDS):
        yield hint("group_plural", command=command("image", *done.words[1:]))
    if found := _late_flags(done):
        yield found
    yield from refusals(done, _RULES)


def _unknown_command(done: Done, match: re.Match[str]) -> Hint:
    return _command_for(done, match[1])


def _command_for(done: Done, typed: str) -> Hint:
    """Return what may have been meant by words that are no command."""
    group, _, word = typed.rpartition(" ")
    rest = done.words[len(typed.split()) :] if " ".join(done.words).startswith(typed) else ()
    if word in _LISTS and not group and not (rest and f"container {rest[0]}" in COMMANDS):
        of_images = any(each.startswith("image") for each in rest)
        return hint("command_nearest", word=typed,
                    command=command("images") if of_images else command("ps", "-a"))
    front = f"{group} " if group else ""
    names = [name for name in COMMANDS if name.startswith(front) and name.count(" ") == bool(group)]
    meant = "" if group else _MEANT.get(word, "")
    meant = meant or nearest(typed, [*names, *([] if group else GROUPS)])
    if meant:
        return hint("command_nearest", word=typed, command=command(*meant.split(), *rest))
    return hint("command_unknown", word=typed, command=command(*group.split(), "--help"))


def _unknown_flag(done: Done, match: re.Match[str]) -> Hint:
    flag = match[1]
    if done.words[0].startswith("-"):
        return hint("flag_before_command", flag=flag)
    if done.line is None:  # the client reads flags before it looks for the command
        return _command_for(done, done.words[0])
    meant = nearest(flag, [f"--{each.name}" for each in done.line.command.flags if each.is_visible])
    help_line = command(*done.line.command.name.split(), "--help")
    if meant and flag.startswith("--"):
        return hint("flag_nearest", flag=flag, nearest=meant, command=help_line)
    return hint("flag_unknown", flag=flag, command=help_line)


def _not_simulated(done: Done, match: re.Match[str]) -> Hint:
    if match[1] == "buildx build":
        return hint("buildx_build", command=command(*done.words[1:]))
    return hint("not_simulated", command=f"docker {match[1]}")


def _program_not_simulated(done: Done, match: re.Match[str]) -> Hint:
    return hint("program_not_simulated", program=match[1])


def _host_folder(done: Done, match: re.Match[str]) -> Hint:
    """Propose a volume in the place of a folder of the host."""
    mended = [_HOST_FOLDER.sub(r"\1data\2", word) for word in done.words]
    return hint("host_folder", command=command(*mended))


def _feature_not_simulated(done: Done, match: re.Match[str]) -> Hint:
    return hint("feature_not_simulated", what=match[1])


def _bad_name(done: Done, match: re.Match[str]) -> Hint:
    """Say which word is no image name and, where it is clear, what was meant."""
    for word in _names(done):
        with suppress(ReferenceError):
            parse(word)
            continue
        if mended := _mended_name(word):
            return hint("bad_name_mended", name=word, command=done.mended(word, mended))
        return hint("bad_name", name=word)
    return hint("bad_name", name=" ".join(done.arguments))


def _names(done: Done) -> Sequence[str]:
    """Return the words that are to be names of images."""
    if done.name == "build":
        return _FLAG_VALUE.findall(done.complaints) or _FROM.findall(done.stdout)[-1:]
    return done.arguments[1:] if done.name == "import" else done.arguments


def _mended_name(word: str) -> str:
    name, colon, tag = word.rpartition(":")
    tries = (_unbanged(word), f"{name.lower()}{colon}{tag}" if colon else word.lower())
    for each in tries:
        with suppress(ReferenceError):
            parse(each)
            return each
    return ""


def _unbanged(text: str) -> str:
    """Put a misprinted tag right: ``ubuntu:!4.04`` is ``ubuntu:14.04``."""
    return re.sub(r"(?<=\w):!(?=\d)", ":1", text)


#: Where a build tells the name that it cannot take.
_FLAG_VALUE = re.compile(r'^invalid argument "(.*)" for "-t, --tag" flag:', re.MULTILINE)
_FROM = re.compile(r"^Step \d+/\d+ : FROM (\S+)", re.MULTILINE)
_HOST_FOLDER = re.compile(r"^(--volume=|-v=?)?[./~][^:]*(:/[^:]*)")
_RULES = (
    rule(r"^docker: unknown command: docker (.+)$", _unknown_command),
    rule(r"^unknown flag: (--\S+)", _unknown_flag),
    rule(r"^unknown shorthand flag: '.+' in (-\S+)", _unknown_flag),
    rule(r"^imagelab does not simulate '?docker ([^']+?)'?$", _not_simulated),
    rule(r"^(?:\S+: )?imagelab does not simulate (?!'?docker )(\S+)$", _program_not_simulated),
    rule(r"imagelab does not simulate folders of the host in containers", _host_folder),
    rule(r"imagelab does not simulate (?!'?docker |folders of the host)(\S+ .+)$",
         _feature_not_simulated),
    rule(r"'docker (?:run|create)' requires at least 1 argument",
         lambda done, match: hint("image_left_out", usage="docker run --name c1 ubuntu:14.04")),
    rule(r"invalid reference format|must be lowercase", _bad_name),
)


def _late_flags(done: Done) -> Hint | None:
    """Notice ``docker run ubuntu -it``: the flags went to the container as its program."""
    rest = done.arguments[1:]
    if done.name not in _RUN or not rest or not rest[0].startswith("-"):
        return None
    made = done.new_containers
    taken_as_program = f'exec: "{rest[0]}"' in done.complaints or (
        bool(made) and made[-1].path == rest[0])
    if not taken_as_program:
        return None
    moved: list[str] = []
    while rest and rest[0].startswith("-"):
        moved.append(rest.pop(0))
        line = read_line([done.name, moved[-1]])
        if line and line.waiting and rest:
            moved.append(rest.pop(0))
    front = done.words[: len(done.words) - len(done.arguments)]
    return hint("flags_after_container" if done.name == "exec" else "flags_after_image",
                flag=moved[0], command=command(*front, *moved, done.arguments[0], *rest))


# --- misprints -----------------------------------------------------------------------------

_DASHES = re.compile(r"(?<=\s)[–—−]([A-Za-z][\w-]*)")
_CURLY = str.maketrans("“”„‘’", "\"\"\"''")


def slips(line: str) -> tuple[Hint, ...]:
    """Return hints for misprints in a line of a terminal cell, as books and web pages have them.

    Each hint has the whole line put right as far as it goes: ``docker stop a %% docker rm b``
    is meant as ``docker stop a && docker rm b``.
    """
    checks = (
        ("slip_percent", re.sub(r"(?<=\s)%%(?=\s)", "&&", line)),
        ("slip_ehco", re.sub(r"(?<![\w./-])ehco(?=\s|$)", "echo", line)),
        ("slip_tag", _unbanged(line)),
        ("slip_dash", _DASHES.sub(_plain_dash, line)),
        ("slip_quotes", line.translate(_CURLY)),
    )
    return tuple(hint(key, mended=mended.strip()) for key, mended in checks if mended != line)


def _plain_dash(match: re.Match[str]) -> str:
    """Put a dash of print right: it stands for ``--`` before a long name, else for ``-``."""
    long = {each.name for known in COMMANDS.values() for each in known.flags}
    return f"{'--' if match[1] in long else '-'}{match[1]}"
