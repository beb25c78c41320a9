"""Ways through the journal: its branches, and what lies on each."""

from __future__ import annotations

from imagelab.daemon.journal import Journal


def path_to(journal: Journal, index: int) -> tuple[int, ...]:
    """Return the numbers of the steps from the beginning to a step."""
    return tuple(step.index for step in journal.at(index).path())


def branch(journal: Journal, through: int) -> tuple[int, ...]:
    """Return the numbers of the steps of a branch, from the beginning to its end.

    From the step that it goes through it follows the way to where the lab stands, if that lies
    ahead, and then, as redo does, the latest step each time.
    """
    front = path_to(journal, through)
    ahead = path_to(journal, journal.head)
    way = list(ahead if ahead[:len(front)] == front else front)
    latest = {step.parent: step.index for step in journal.steps}
    while (step := latest.get(way[-1])) is not None:
        way.append(step)
    return tuple(way)


def ends(journal: Journal) -> tuple[int, ...]:
    """Return the numbers of the steps that no other started from: one for each branch."""
    parents = {step.parent for step in journal.steps}
    return tuple(step.index for step in journal.steps if step.index not in parents)


def left(journal: Journal, target: int) -> tuple[int, ...]:
    """Return the numbers of the steps that are taken back on the way to another step."""
    kept = set(path_to(journal, target))
    return tuple(index for index in path_to(journal, journal.head) if index not in kept)
