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

    That nothing can be written is told by :func:`record`.

    Args:
        path: the file of progress; it is made if it is not there.
        say: is told of a damaged file: a key of the messages, and the values for its places.
    """
    own = default_seed()
    if path is None or own is not None:
        return own or 0
    try:
        return file.change(path, lambda progress: progress, set_aside(path, say)).seed
    except OSError:
        return 0


def set_aside(path: Path, say: Say) -> Callable[[Path, ProgressError], object]:
    """Return what tells that a damaged file was moved."""
    return lambda where, error: say(
        "progress.set_aside", {"file": path.name, "aside": where.name, "reason": error})


def record(play: Play, path: Path | None, say: Say) -> None:
    """Have what is done in a level written down from now on.

    Args:
        play: the level being played.
        path: as for :func:`seed`.
        say: see there; it is told too, once, that the file cannot be written.
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
        failed: whether it has been told that the file cannot be written.
    """

    path: Path
    say: Say
    until: float
    attempts: int
    verdict: Verdict | None = None
    failed: bool = False

    def note(self, play: Play) -> None:
        """Write down what is new; a lesson goes on whatever becomes of that."""
        now = time.monotonic()
        spent = min(max(0.0, now - self.until), _MOST_AT_ONCE)
        more = play.attempts - self.attempts
        is_new = play.verdict is not None and play.verdict is not self.verdict
        attempt = _attempt(play) if is_new else None
        self.until, self.attempts, self.verdict = now, play.attempts, play.verdict
        try:
            after = file.change(self.path, partial(
                _noted, play=play, attempt=attempt, more=more, spent=spent),
                set_aside(self.path, self.say))
            play.shown_before = after.levels[play.level.id].solution_shown
        except OSError as error:
            if not self.failed:
                self.say("progress.not_written",
                         {"file": self.path, "reason": error.strerror or error})
            self.failed = True


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
