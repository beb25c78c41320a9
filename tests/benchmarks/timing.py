"""Times of a function, and how two compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Times:
    """Milliseconds of a number of runs.

    Attributes:
        runs: in order.
    """

    runs: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return median(self.runs)

    def __str__(self) -> str:
        """Return the median, the least and the most."""
        return f"{self.middle:9.3f}  ({min(self.runs):.3f} - {max(self.runs):.3f})"


@dataclass(frozen=True)
class Row:
    """What one command took in a lab, and on a real daemon if that was asked, too."""

    name: str
    ours: Times
    theirs: Times | None = None

    def line(self, wishes: Mapping[str, float]) -> str:
        """Return a line of the table, with how many times faster it is to be at least."""
        line = f"{self.name:28}{self.ours!s:36}"
        if self.theirs is None:
            return line
        ratio = self.theirs.middle / self.ours.middle
        wish = f"  (wanted: {wishes[self.name]})" if self.name in wishes else ""
        return f"{line}{self.theirs!s:36}{ratio:7.1f} times{wish}"


def timed(run: Callable[[str], object], arguments: Iterable[str], warm_up: int = 1) -> Times:
    """Return what each run took; the first ones are for warming up and do not count."""
    runs = []
    for argument in arguments:
        begin = time.perf_counter()
        run(argument)
        runs.append((time.perf_counter() - begin) * 1000)
    return Times(tuple(runs[warm_up:]))
