"""A large image in a kept lab and in a real daemon: ``python -m tests.benchmarks.big_images``.

A gigabyte in a hundred thousand files is loaded, looked at, changed, saved and pushed. Needs what
the other comparisons need, and four gigabytes of disk for a while.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.big.archive import BIG, NAME, cached
from tests.big.steps import STEPS, Took, took
from tests.dockerd import Dockerd, started

RUNS = 2
#: How often what can be done again is done in each of them.
TIMES = 3
#: Most seconds, or what part of another tool's.
MOST = {"layer view": 3.0, "waste and efficiency": 2.0, "commit of one file": 0.05}
OF_DOCKER = {"load": 0.5, "save": 1.0}
OF_SHA256SUM = 2.0
MEMORY = 300_000_000


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    Attributes:
        name: what was done.
        ours: what the lab took for it, in the unit.
        unit: of that, and of the demand.
        most: the demand.
        theirs: what the other tool took, if there is one: ``docker 17.2 x 0.5``.
    """

    name: str
    ours: float
    unit: str
    most: float
    theirs: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is within the demand."""
        return self.ours <= self.most

    def __str__(self) -> str:
        """Return the line."""
        verdict = "" if self.is_met else "  MISSED"
        return (f"{self.name:32}{self.ours:10.3f} {self.unit:3} of {self.most:8.3f}"
                f"{self.ours / self.most:7.2f}  {self.theirs}{verdict}")


def figures(dockerd: Dockerd, folder: Path) -> list[Figure]:
    """Do everything, ours and theirs in turn, and return what it took."""
    archive = cached(BIG)
    ours: dict[str, list[Took]] = {step: [] for step in STEPS}
    theirs: dict[str, list[float]] = {"load": [], "save": [], "sha256sum": []}
    saved = folder / "saved.tar"
    for _ in range(RUNS):
        with TemporaryDirectory(dir=folder) as place:
            for step, took_so_far in ours.items():
                for _ in range(TIMES if step in MOST else 1):
                    took_so_far.append(took(Path(place), archive, step))
        theirs["sha256sum"].append(_seconds(
            lambda: subprocess.run(["sha256sum", archive], stdout=subprocess.DEVNULL, check=True)))
        theirs["load"].append(_seconds(lambda: dockerd.docker("load", "-q", "-i", archive)))
        theirs["save"].append(_seconds(lambda: dockerd.docker("save", "-o", saved, NAME)))
        saved.unlink()
        dockerd.docker("rmi", NAME)
    return _told(
        {step: min(each.seconds for each in runs) for step, runs in ours.items()},
        {name: min(runs) for name, runs in theirs.items()},
        {step: max(each.memory for each in runs) for step, runs in ours.items()})


def _told(
    ours: dict[str, float], theirs: dict[str, float], memory: dict[str, int],
) -> list[Figure]:
    found = [
        Figure(step, ours[step], "s", part * theirs[step], f"docker {theirs[step]:.3f} x {part}")
        for step, part in OF_DOCKER.items()]
    found.append(Figure(
        "load", ours["load"], "s", OF_SHA256SUM * theirs["sha256sum"],
        f"sha256sum {theirs['sha256sum']:.3f} x {OF_SHA256SUM}"))
    found += [Figure(step, ours[step], "s", most) for step, most in MOST.items()]
    found += [Figure(f"memory of {step}", size / 1e6, "MB", MEMORY / 1e6)
              for step, size in memory.items()]
    return found


def _seconds(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def printed(dockerd: Dockerd, folder: Path) -> bool:
    """Print all figures; return whether all are within the demands."""
    print(f"{BIG.files:,} files, {BIG.bytes / 1e9:.2f} GB: best of {RUNS}")
    found = figures(dockerd, folder)
    for each in found:
        print(each)
    return all(each.is_met for each in found)


def main() -> int:
    """Run this alone; the exit status says whether a demand is missed."""
    with TemporaryDirectory() as folder, started() as dockerd:
        return 0 if printed(dockerd, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
