"""The plan of a command line: what it would print and change, what stays and why.

It is worked out by trying the very same line on a copy of the lab, so what is planned is what
comes; nothing of the lab is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from imagelab.daemon import Daemon
from imagelab.docker.complete import Line, read_line
from imagelab.model.state import State
from imagelab.views.change import Change
from imagelab.views.plan.dry_run import DryRun, dry_run, split
from imagelab.views.plan.stays import Stay, stays
from imagelab.views.plan.ways import Obstacle, Way, obstacles, ways


@dataclass(frozen=True)
class Plan:
    """What a command line would do.

    Attributes:
        run: the trial.
        ways: past what is in its way, if it would be refused.
        id_is_open: whether it makes an image whose ID is known only then, since the time of
            creation is a part of it and the lab has the machine's clock.
    """

    run: DryRun
    ways: tuple[Way, ...]
    id_is_open: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The words after ``docker``."""
        return self.run.words

    @property
    def before(self) -> State:
        """The lab that the plan is about."""
        return self.run.before

    @property
    def state(self) -> State:
        """The lab as it would be."""
        return self.run.after

    @property
    def exit_code(self) -> int:
        """How the command would end."""
        return self.run.exit_code

    @property
    def printed(self) -> str:
        """What it would print, on both streams."""
        return self.run.printed

    @cached_property
    def line(self) -> Line:
        """The command line, understood."""
        found = read_line(self.words)
        assert found is not None, "only such lines are planned"
        return found

    @cached_property
    def change(self) -> Change:
        """What would be different."""
        return Change(self.before, self.state)

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """What it touches and leaves, with the reasons."""
        return stays(self.change, self.line)

    @cached_property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """What it would be refused for, as far as something can be done about it."""
        return obstacles(self.state, self.run.stderr)

    @property
    def is_asked(self) -> bool:
        """Whether it would ask first; the plan is of what comes if the answer is yes."""
        return self.line.name.endswith("prune") and "force" not in self.line.given

    def comes_out_as(self, other: DryRun) -> bool:
        """Whether a command line did, or would do, what is planned here."""
        theirs = Change(other.before, other.after)
        prints = self.id_is_open or other.printed == self.printed
        return other.exit_code == self.exit_code and prints and (
            self.change.is_like(theirs, new_ids=not self.id_is_open))


def plan(daemon: Daemon, line: str) -> Plan:
    """Work out what a command line would do; the lab stays as it is.

    Args:
        daemon: the lab.
        line: the command line, with or without ``docker`` in front.

    Raises:
        LineError: it cannot be planned.
    """
    words = split(line)
    run = dry_run(daemon, words)
    found = tuple(ways(daemon, words, obstacles(run.after, run.stderr)))
    is_open = not daemon.clock.simulated and bool(Change(run.before, run.after).new_images)
    return Plan(run, found, is_open)
