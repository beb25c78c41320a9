"""What it means to go to another step of the journal and to continue from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.daemon.journal import Journal
from imagelab.messages import text
from imagelab.views.timeline.branches import left
from imagelab.views.words import printable

#: What happened outside the lab and is told of one by one.
MAX_EFFECTS = 5


def going(journal: Journal, target: int, language: str) -> list[str]:
    """Return sentences on what happens if the lab goes to a step.

    Args:
        journal: the journal.
        target: number of the step.
        language: of the sentences.
    """
    key = "go_to" if target else "go_to_beginning"
    said = [text(f"timeline.{key}", language, step=target), next_command(journal, target, language)]
    if kept := left(journal, target):
        said.append(text("timeline.kept", language, steps=ranges(kept)))
    effects = [effect for index in kept for effect in journal[index].host_effects]
    return said + outside(effects, language)


def outside(effects: Sequence[str], language: str) -> list[str]:
    """Say what steps did that undo does not take back, the first few one by one."""
    said = [text("timeline.host_effect", language, what=printable(effect))
            for effect in effects[:MAX_EFFECTS]]
    if (more := len(effects) - MAX_EFFECTS) > 0:
        said.append(text("map.more_files", language, count=more))
    return said


def next_command(journal: Journal, target: int, language: str) -> str:
    """Say where the next command comes to stand if the lab stands at a step."""
    if any(step.parent == target for step in journal.steps):
        return text("timeline.begins_branch", language)
    return text("timeline.goes_on", language, step=target)


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers in rising order with runs shortened: ``3, 5–8``."""
    return ", ".join(f"{low}–{high}" if low != high else str(low) for low, high in _runs(numbers))


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    low = high = numbers[0]
    for number in numbers[1:]:
        if number != high + 1:
            yield low, high
            low = number
        high = number
    yield low, high
