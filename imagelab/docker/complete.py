"""Tab completion: what the word at the cursor of a docker command line may become.

What stands where follows from a command's usage line (``CONTAINER [CONTAINER...]``), so a new
command needs nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from imagelab.docker.command import Command
from imagelab.docker.complete_paths import copy_side, host_paths
from imagelab.docker.flags import REPEATED, Flag
from imagelab.docker.main import COMMANDS, GROUPS
from imagelab.engine import volumes
from imagelab.engine.networks import all_networks
from imagelab.model.container import Container
from imagelab.model.image import short_id
from imagelab.model.reference import DEFAULT_DOMAIN
from imagelab.model.state import State
from imagelab.registry.search import public_tags

_HEX = re.compile(r"[0-9a-f]{1,64}")
_SLOT = re.compile(r"[A-Z][A-Z_]*")
#: Which containers a command can do something with; they are offered before the others.
_FITTING: Mapping[str, Callable[[Container], bool]] = {
    **dict.fromkeys(("attach", "exec", "pause", "stats", "top"),
                    lambda container: container.is_running),
    **dict.fromkeys(("kill", "stop", "wait"), lambda container: container.is_active),
    "start": lambda container: not container.is_active,
    "unpause": lambda container: container.status == "paused",
}
_VALUES: Mapping[str, tuple[str, ...]] = {
    "platform": ("linux/amd64",),
    "pull": ("always", "missing", "never"),
    "restart": ("always", "no", "on-failure", "unless-stopped"),
    "signal": ("CONT", "HUP", "INT", "KILL", "QUIT", "STOP", "TERM", "USR1", "USR2", "WINCH"),
    "type": ("container", "image", "network", "volume"),
}
#: Flags whose value is a file of the host, and those whose value is a name of images.
_FILES = frozenset({"cidfile", "env-file", "file", "iidfile", "input", "label-file", "output"})
_NAMES = frozenset({"cache-from", "tag"})
_FILTERS: Mapping[str, tuple[str, ...]] = {
    "images": ("before", "dangling", "label", "reference", "since"),
    "events": ("container", "event", "image", "label", "network", "type", "volume"),
    "image prune": ("label", "label!", "until"),
    "container prune": ("label", "label!", "until"),
    "network prune": ("label", "label!", "until"),
    "network ls": ("driver", "id", "label", "name", "scope", "type"),
    "ps": ("ancestor", "before", "exited", "expose", "health", "id", "label", "name", "network",
           "publish", "since", "status", "volume"),
    "system prune": ("label", "label!", "until"),
    "search": ("is-official", "stars"),
    "volume ls": ("dangling", "driver", "label", "name"),
}
_FILTER_VALUES: Mapping[str, tuple[str, ...]] = {
    "dangling": ("true", "false"),
    "is-official": ("true", "false"),
    "status": ("created", "exited", "paused", "restarting", "running"),
}


@dataclass
class Line:
    """What is known of a command line up to some word.

    Attributes:
        name: the command, under its first name: ``rmi`` for ``image rm``.
        command: what it is.
        arguments: words that are no flags and no flags' values.
        given: long names of the flags so far.
        waiting: the flag whose value comes next.
        flags_end: whether flags can no longer come, as behind the image of ``run``.
        folder: the host's folder that it is typed in; None if its files are not to be looked at.
    """

    name: str
    command: Command
    arguments: list[str] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    waiting: Flag | None = None
    flags_end: bool = False
    folder: Path | None = None


def complete(
    state: State, words: Sequence[str], prefix: str, folder: Path | None = None,
) -> list[str]:
    """Return what the word at the cursor may become, whole words, best first.

    Args:
        state: the lab.
        words: the words between ``docker`` and that one.
        prefix: that word as far as it is typed; may be empty.
        folder: the host's folder that paths start from; none are offered if left out.
    """
    return list(dict.fromkeys(each for each in _candidates(state, words, prefix, folder)
                              if each.startswith(prefix)))


def _candidates(
    state: State, words: Sequence[str], prefix: str, folder: Path | None,
) -> Iterable[str]:
    while words and words[0].startswith("-"):
        words = words[1:]
    if not words or list(words) == ["help"]:
        return sorted({*GROUPS, *(name for name in COMMANDS if " " not in name)})
    if len(words) == 1 and words[0] in GROUPS:
        return _commands_of(f"{words[0]} ")
    line = read_line(words)
    if line is None:
        return ()
    line.folder = folder
    if line.waiting is not None:
        return _flag_values(state, line, line.waiting.name, prefix)
    if prefix.startswith("-") and not line.flags_end:
        return _flags(state, line, prefix)
    return _arguments(state, line, prefix)


def _commands_of(front: str) -> list[str]:
    """Return a group's commands, each under the first of its names: ``ls``, not ``list`` too."""
    first: dict[object, str] = {}
    for name, each in COMMANDS.items():
        if name.startswith(front):
            first.setdefault(each.run, name.removeprefix(front))
    return sorted(first.values())


def read_line(words: Sequence[str]) -> Line | None:
    """Read the words after ``docker``, mistakes or not; None if they begin with no command."""
    words = list(words)
    while words and words[0].startswith("-"):
        words.pop(0)
    size = 2 if words and words[0] in GROUPS else 1
    command = COMMANDS.get(" ".join(words[:size]))
    if command is None or len(words) < size:
        return None
    first = next(name for name, each in COMMANDS.items() if each.run is command.run)
    line = Line(first, command)
    for word in words[size:]:
        _take(line, word)
    return line


def _take(line: Line, word: str) -> None:
    if line.waiting is not None:
        line.waiting = None
    elif line.flags_end or word == "-" or not word.startswith("-"):
        line.arguments.append(word)
        line.flags_end = line.flags_end or not line.command.interspersed
    elif word == "--":
        line.flags_end = True
    else:
        _take_flag(line, word)


def _take_flag(line: Line, word: str) -> None:
    """Note a flag, or several letters of them; the last may wait for its value."""
    name, equals, _ = word.lstrip("-").partition("=")
    for each in [name] if word.startswith("--") else name:
        found = next((known for known in line.command.flags
                      if each in (known.name, known.short, *known.aliases)), None)
        if found is None:
            return
        line.given.add(found.name)
        if found.kind != "bool" and not equals:
            rest = "" if word.startswith("--") else name.partition(each)[2]
            line.waiting = None if rest else found
            return


# --- flags ---------------------------------------------------------------------------------


def _flags(state: State, line: Line, prefix: str) -> Iterable[str]:
    name, equals, value = prefix.removeprefix("--").partition("=")
    if equals:
        return (f"--{name}={each}" for each in _flag_values(state, line, name, value))
    known = sorted((each for each in line.command.flags
                    if each.is_visible
                    and (each.kind in REPEATED or each.name not in line.given)),
                   key=lambda each: each.name)
    long = [f"--{each.name}" for each in known] + ["--help"]
    return [*long, *(f"-{each.short}" for each in known if each.short)]


def _flag_values(state: State, line: Line, name: str, prefix: str) -> Iterable[str]:
    if name in _FILES:
        return host_paths(line.folder, prefix)
    if name in _NAMES:
        return _references(state, prefix)
    if name == "network":
        return _networks(state)
    if name != "filter":
        return _VALUES.get(name, ())
    key, equals, value = prefix.partition("=")
    if equals:
        return (f"{key}={each}" for each in _filter_values(state, line, key, value))
    return (f"{each}=" for each in _FILTERS.get(line.name, ()))


def _filter_values(state: State, line: Line, key: str, prefix: str) -> Iterable[str]:
    if key in ("ancestor", "image") or (key in ("before", "since") and line.name == "images"):
        return _images(state, prefix)
    if key == "volume":
        return sorted(volumes.named(state))
    if key in ("before", "container", "since", "name"):
        return _containers(state, "", prefix)
    if key == "network":
        return _networks(state)
    if key == "reference":
        return _repositories(state)
    return _FILTER_VALUES.get(key, ())


# --- arguments -----------------------------------------------------------------------------


def _arguments(state: State, line: Line, prefix: str) -> Iterator[str]:
    repeats = line.command.usage.endswith("...]")
    for each in _argument(state, line, prefix):
        if not repeats or each not in line.arguments:
            yield each


def _argument(state: State, line: Line, prefix: str) -> Iterable[str]:
    if line.name == "cp":
        return copy_side(state, line.arguments[:1], prefix, line.folder)
    slot = _slot(line)
    if slot in ("PATH", "URL"):  # of build, which takes a folder, and of import
        return host_paths(line.folder, prefix, only_folders=slot == "PATH")
    if slot == "CONTAINER":
        return _containers(state, line.name, prefix)
    if slot == "IMAGE" and line.name in ("run", "create"):
        return (*_images(state, prefix), *_catalogue_names(prefix))
    if slot in ("IMAGE", "SOURCE_IMAGE"):
        return _images(state, prefix)
    if slot == "TARGET_IMAGE":
        return _references(state, prefix)
    if slot == "REPOSITORY":
        return (*_repositories(state), *_references(state, prefix))
    if slot == "NAME" and line.name == "push":
        return _references(state, prefix)
    if slot.startswith("MANIFEST") or (slot == "NAME" and line.name == "pull"):
        return (*_references(state, prefix), *_catalogue_names(prefix))
    if slot == "NAME":
        return (*_containers(state, line.name, prefix), *_images(state, prefix))
    if slot == "VOLUME":
        return sorted(volumes.named(state))
    return _networks(state) if slot == "NETWORK" else ()


def _slot(line: Line) -> str:
    """Return what the usage line names at the next argument: ``IMAGE``; empty for nothing."""
    usage = line.command.usage.removeprefix("[OPTIONS] ")
    slots = [match[0] for word in usage.split() if (match := _SLOT.search(word))]
    place = len(line.arguments)
    if slots and place >= len(slots) and usage.endswith("...]"):
        return slots[-1]
    return slots[place] if place < len(slots) else ""


def _networks(state: State) -> list[str]:
    return [each.name for each in all_networks(state)]


def _containers(state: State, command: str, prefix: str) -> Iterator[str]:
    fits: Callable[[Container], bool] = _FITTING.get(command, lambda _: True)
    newest = list(state.containers.values())
    newest.reverse()
    newest.sort(key=lambda each: not fits(each))
    yield from (each.name for each in newest)
    if _HEX.fullmatch(prefix):
        yield from (each.id[:12] if len(prefix) <= 12 else each.id for each in newest)


def _images(state: State, prefix: str) -> Iterator[str]:
    yield from _references(state, prefix)
    if _HEX.fullmatch(prefix):
        for image_id in state.images:
            yield short_id(image_id) if len(prefix) <= 12 else image_id.rpartition(":")[2]
    elif prefix.startswith("sha256:"):
        yield from state.images


def _references(state: State, prefix: str) -> list[str]:
    """Return the names of images, in the form that the prefix has."""
    full = prefix.startswith(f"{DEFAULT_DOMAIN}/")
    return sorted(ref.canonical if full else str(ref) for ref in state.references
                  if ref.tag or "@" in prefix)


def _repositories(state: State) -> list[str]:
    return sorted({ref.familiar_name for ref in state.references})


def _catalogue_names(prefix: str) -> list[str]:
    """Return what the Hub has: repositories, and once a colon is typed their tags."""
    listed = public_tags()
    if ":" not in prefix:
        return sorted(listed)
    name = prefix.partition(":")[0]
    return [f"{name}:{tag}" for tag in listed.get(name, ())]
