"""What a refused command runs into, and the commands that clear the way for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from imagelab.daemon import Daemon
from imagelab.docker.complete import read_line
from imagelab.docker.main import GROUPS
from imagelab.engine.volumes import users
from imagelab.model.state import State
from imagelab.views.change import Change
from imagelab.views.plan.dry_run import copy, run
from imagelab.views.plan.who import container_of, image_of, leaves, names_of, users_of

Words = tuple[str, ...]
#: Commands that clear one way; a longer one is not worth reading.
_MOST = 24
_DEEPEST = 8


@dataclass(frozen=True)
class Obstacle:
    """What is in a command's way.

    Attributes:
        kind: ``containers`` that an image is used by, ``names`` of one removed by its ID,
            ``children`` of an image, a container that is ``running`` or ``paused``, or
            containers that have a volume ``mounted``.
        subject: what cannot go: an image ID, a container's name, a volume's name.
        who: names of what is in the way.
        running: those of them that run.
    """

    kind: str
    subject: str
    who: Words
    running: Words = ()

    def commands(self, most: int | None = None) -> tuple[Words, ...]:
        """Return what to type against it.

        Args:
            most: names that one command line may have; any number if left out.
        """
        who, running = self.who[:most], self.running[:most]
        if self.kind in ("names", "children"):
            return (("rmi", *who),)
        if self.kind in ("running", "restarting"):
            return (("stop", *who),)
        if self.kind == "paused":
            return (("unpause", *who), ("stop", *who))
        return (*((("stop", *running),) if running else ()), ("rm", *who))


def obstacles(state: State, complaints: str) -> tuple[Obstacle, ...]:
    """Return what Docker complained of, as far as there is something to be done about it.

    Args:
        state: the lab.
        complaints: what a command printed on standard error.
    """
    found: dict[Obstacle, None] = {}
    for line in complaints.splitlines():
        for pattern, make in _RULES:
            if (match := pattern.search(line)) and (obstacle := make(state, match)):
                found[obstacle] = None
                break
    return tuple(found)


def _used(state: State, match: re.Match[str]) -> Obstacle | None:
    user = container_of(state, match["container"])
    if user is None:
        return None
    everybody = sorted(users_of(state, user.image_id), key=lambda each: not each.is_active)
    return Obstacle("containers", user.image_id, tuple(each.name for each in everybody),
                    tuple(each.name for each in everybody if each.is_active))


def _several_names(state: State, match: re.Match[str]) -> Obstacle | None:
    image = image_of(state, match["image"])
    return Obstacle("names", image.id, tuple(names_of(state, image.id))) if image else None


def _has_children(state: State, match: re.Match[str]) -> Obstacle | None:
    image = image_of(state, match["image"])
    return Obstacle("children", image.id, tuple(leaves(state, image.id))) if image else None


def _runs(state: State, match: re.Match[str]) -> Obstacle | None:
    found = container_of(state, match["container"])
    if found is None:
        return None
    return Obstacle(match["status"], found.name, (found.name,), (found.name,))


def _mounted(state: State, match: re.Match[str]) -> Obstacle | None:
    each = [state.containers[key] for key in users(state, match["volume"])]
    return Obstacle("mounted", match["volume"], tuple(one.name for one in each),
                    tuple(one.name for one in each if one.is_active)) if each else None


#: Lines of refusal, and what each speaks of.
_RULES: tuple[tuple[re.Pattern[str], Callable[[State, re.Match[str]], Obstacle | None]], ...] = (
    (re.compile(r"unable to remove repository reference .* container (?P<container>[0-9a-f]+) "
                "is using"), _used),
    (re.compile(r"image is being used by (?:running|stopped) container (?P<container>[0-9a-f]+)"),
     _used),
    (re.compile(r"unable to delete (?P<image>[0-9a-f]+) \(.*\) - image is referenced in multiple"),
     _several_names),
    (re.compile(r"unable to delete (?P<image>[0-9a-f]+) \(.*\) - image has dependent child images"),
     _has_children),
    (re.compile(r"You cannot remove a (?P<status>running|paused|restarting) container "
                "(?P<container>[0-9a-f]+)"), _runs),
    (re.compile(r"remove (?P<volume>\S+): volume is in use"), _mounted),
)


@dataclass(frozen=True)
class Way:
    """Command lines that lead to what a refused one wanted; each of them has been tried out.

    Attributes:
        lines: the words after ``docker`` of each, in order.
        change: what all of them together do.
        forced: whether it is the refused command with ``-f``.
    """

    lines: tuple[Words, ...]
    change: Change
    forced: bool = False


def ways(daemon: Daemon, words: Words, refused: Sequence[Obstacle]) -> Iterator[Way]:
    """Yield the ways past some obstacles: by clearing them, and by force where that helps.

    Args:
        daemon: the lab; it is left as it is.
        words: of the refused command.
        refused: what it ran into.
    """
    if not refused:
        return
    before = daemon.state
    search = _Search(copy(daemon))
    if search.reach(words) and search.lines:
        yield Way(tuple(search.lines), Change(before, search.trial.state))
    if forced := _with_force(words):
        trial = copy(daemon)
        done = run(trial, forced)
        if not done.exit_code and not (change := Change(before, done.after)).is_nothing:
            yield Way((forced,), change, forced=True)


def _with_force(words: Words) -> Words:
    """Return a command line with ``-f``; nothing if it has that, or knows no such flag."""
    line = read_line(words)
    if line is None or "force" in line.given or line.name not in ("rmi", "rm"):
        return ()
    at = _arguments_at(words)
    return (*words[:at], "-f", *words[at:])


def _arguments_at(words: Words) -> int:
    """Return where a command's name ends: an image may be called ``rmi`` too."""
    at = next(at for at, word in enumerate(words) if not word.startswith("-"))
    return at + (2 if words[at] in GROUPS else 1)


class _Search:
    """A search for commands, carried out one by one on a copy of the lab."""

    def __init__(self, trial: Daemon) -> None:
        self.trial = trial
        self.lines: list[Words] = []

    def reach(self, words: Words, depth: int = 0) -> bool:
        """Make a command possible and carry it out; return whether that can be."""
        while len(self.lines) < _MOST and depth < _DEEPEST:
            rest = _still_there(self.trial.state, words)
            if not rest:
                return True
            done = run(self.trial, rest)
            if not done.exit_code:
                self.lines.append(rest)
                return True
            self.trial.undo()
            found = obstacles(self.trial.state, done.stderr)
            if not found:
                return self._reach_one_by_one(rest, depth)
            if not all(self.reach(each, depth + 1) for each in found[0].commands()):
                return False
        return False

    def _reach_one_by_one(self, words: Words, depth: int) -> bool:
        """Split a line that names the same thing twice, or something that goes with another."""
        line = read_line(words)
        if line is None or len(line.arguments) < 2:
            return False
        front = _without(words, set(line.arguments))
        return all(self.reach((*front, name), depth + 1) for name in line.arguments)


def _still_there(state: State, words: Words) -> Words:
    """Leave out of a command line what is not there (any more); nothing if that is all of it."""
    line = read_line(words)
    assert line is not None, "it begins with a command"
    gone = {name for name in line.arguments if not _is_there(state, line.name, name)}
    if gone.issuperset(line.arguments):
        return ()
    return _without(words, gone)


def _without(words: Words, names: set[str]) -> Words:
    """Leave arguments out of a command line."""
    at = _arguments_at(words)
    return (*words[:at], *(word for word in words[at:] if word not in names))


def _is_there(state: State, command: str, name: str) -> bool:
    if command == "rmi":
        return image_of(state, name) is not None
    return name in state.volumes if command == "volume rm" else bool(container_of(state, name))
