"""Writing down how a level is played."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from imagelab.course.levels.check import Verdict, lacking
from imagelab.course.levels.play import Play
from imagelab.course.levels.seed import default_seed
from imagelab.course.progress import file
from imagelab.course.progress.record import (
    MAX_SEED,
    Attempt,
    LevelProgress,
    Progress,
    ProgressError,
    fewest,
    with_lack,
)
from imagelab.course.replay.transcript import to_json, transcript

#: Seconds between two things that somebody does which count as time spent; who is longer away is
#: not at work.
_MOST_AT_ONCE = 20 * 60.0

Say = Callable[[str, dict[str, object]], object]


def seed(path: Path | None, say: Say) -> int:
    """Return a learner's seed: that of the surroundings, else that of the file; 0 without both.

    Args:
        path: the file of progress; it is made if it is not there.
        say: is told what goes wrong: a key of the messages, and the values for its places.
    """
    found = _change(path, lambda progress: progress, say) if path else None
    own = default_seed()
    return (found.seed if found else 0) if own is None else own


def record(play: Play, path: Path | None, say: Say) -> None:
    """Have what is done in a level written down from now on.

    Args:
        play: the level being played.
        path: as for :func:`seed`, as is the next one.
        say: see there.
    """
    if path is not None:
        recorder = _Recorder(path, say, play.begun, play.attempts)
        play.noted = recorder.note
        recorder.note(play)


@dataclass
class _Recorder:
    """Knows what was written down of a level being played.

    Attributes:
        path: the file.
        say: is told what goes wrong.
        until: up to when time is counted, on the clock of :attr:`Play.begun`.
        attempts: how many are counted.
        verdict: the last one that was written down.
    """

    path: Path
    say: Say
    until: float
    attempts: int
    verdict: Verdict | None = None

    def note(self, play: Play) -> None:
        """Write down what is new."""
        now = time.monotonic()
        spent = min(max(0.0, now - self.until), _MOST_AT_ONCE)
        more = play.attempts - self.attempts
        is_new = play.verdict is not None and play.verdict is not self.verdict
        attempt = _attempt(play) if is_new else None
        self.until, self.attempts, self.verdict = now, play.attempts, play.verdict
        _change(self.path, partial(_noted, play=play, attempt=attempt, more=more, spent=spent),
                self.say)


def _attempt(play: Play) -> Attempt:
    assert play.verdict is not None
    memory = play.daemon.memory
    done = transcript(play.daemon.journal.path(0), memory.contents if memory else {})
    seed = min(play.level.seed, MAX_SEED)
    return Attempt(seed, play.verdict.commands, round(time.time()), to_json(done))


def _noted(
    progress: Progress, *, play: Play, attempt: Attempt | None, more: int, spent: float,
) -> Progress:
    before = progress.levels.get(play.level.id, LevelProgress())
    now = round(time.time())
    after = replace(
        before, attempts=before.attempts + more, hints=max(before.hints, play.hints),
        solution_shown=(before.solution_shown or play.solution_shown) and not before.solved,
        seconds=round(before.seconds + spent, 1), first=before.first or now, last=now)
    if attempt is not None and play.verdict is not None:
        after = _checked(after, play, play.verdict, attempt)
    return replace(progress, levels={**progress.levels, play.level.id: after})


def _checked(
    before: LevelProgress, play: Play, verdict: Verdict, attempt: Attempt,
) -> LevelProgress:
    if not verdict.passed:
        lacks = with_lack(before.lacks, lacking(play.level, verdict))
        return replace(before, failing=attempt, lacks=lacks)
    if before.solution_shown or play.solution_shown:
        return before
    best = before.best
    if best is None or attempt.commands < best.commands:
        best = attempt
    return replace(
        before, solved=True, best=best, commands=fewest(before.commands, verdict.commands),
        par_reached=before.par_reached or play.par_reached)


def _change(path: Path, changed: Callable[[Progress], Progress], say: Say) -> Progress | None:
    """Change the file; a lesson goes on whatever becomes of that."""
    def set_aside(where: Path, error: ProgressError) -> None:
        say("progress.set_aside", {"file": path.name, "aside": where.name, "reason": error})

    try:
        return file.change(path, changed, set_aside)
    except OSError as error:
        say("progress.not_written", {"file": path, "reason": error.strerror or error})
        return None
