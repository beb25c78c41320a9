"""A lab with its journal, and the level that is played in it, as one file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from imagelab.course.levels.library import own
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build
from imagelab.course.progress.record import Progress, ProgressError
from imagelab.course.progress.record import from_json as progress_from_json
from imagelab.course.progress.record import to_json as progress_to_json
from imagelab.course.replay.transcript import TranscriptError, from_json, to_json, transcript
from imagelab.daemon import Daemon
from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.daemon.given import AnyGiven
from imagelab.daemon.journal import Journal, Step
from imagelab.messages import languages
from imagelab.model.state import State
from imagelab.storage.aside import written_aside
from imagelab.storage.bundle import read_bundle, write_bundle
from imagelab.storage.errors import StorageError
from imagelab.storage.store import StepRecord, Store

#: What the names of such files end with.
SUFFIX = ".imagelab"


@dataclass(frozen=True)
class SavedLab:
    """What a file holds.

    Attributes:
        daemon: the lab with its journal.
        language: of its texts; empty for none.
        lesson: the lesson that it is the start of; empty for none.
        play: the level that is played in it, if there is one.
        progress: what its learner has reached, if that is in it.
    """

    daemon: Daemon
    language: str
    lesson: str
    play: Play | None
    progress: Progress | None = None


def save(lab: SavedLab, path: Path) -> None:
    """Write a lab into a file; one that is there is written over once the new one is whole.

    Raises:
        StorageError: it cannot be written.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            store = Store.open(folder)
            try:
                _keep(lab.daemon.journal, store)
                with written_aside(path.parent, f".{path.name}-") as (aside, file):
                    write_bundle(store, file, _about(lab))
                    file.close()
                    aside.replace(path)
            finally:
                store.close()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror or error}") from error


def _keep(journal: Journal, store: Store) -> None:
    with store.lock():
        for step in journal.steps:
            store.append(StepRecord(
                step.index, step.parent, step.command, step.exit_code, step.time,
                store.save_state(step.after), step.host_effects, step.events, step.complaint))
        store.set_head(journal.head)


def _about(lab: SavedLab) -> dict[str, Any]:
    memory = lab.daemon.memory
    given = transcript(lab.daemon.journal.steps, memory.contents if memory else {})
    play = lab.play and {
        "level": lab.play.level.id, "seed": lab.play.level.seed, "hints": lab.play.hints,
        "solution_shown": lab.play.solution_shown, "attempts": lab.play.attempts}
    return {"simulated": lab.daemon.clock.simulated, "language": lab.language,
            "lesson": lab.lesson, "given": to_json(given), "play": play,
            "progress": lab.progress and progress_to_json(lab.progress)}


def load(file: BinaryIO, folder: Path) -> SavedLab:
    """Return what a file holds; it is kept nowhere else.

    Args:
        file: anybody may have written it.
        folder: where the files of its level are.

    Raises:
        StorageError: it is no such file.
    """
    store, about = read_bundle(file)
    is_real = about.get("simulated") is False
    daemon = Daemon(clock=SystemClock() if is_real else None, ids=RandomIds() if is_real else None,
                    blobs=store.blobs)
    daemon.take_over(_journal(store, daemon, about))
    return SavedLab(daemon, _text(about, "language", languages), _text(about, "lesson"),
                    _play(about.get("play"), daemon, folder), _progress(about.get("progress")))


def _journal(store: Store, daemon: Daemon, about: dict[str, Any]) -> Journal:
    records, head = store.load()
    given: list[AnyGiven | None] = [None] * len(records)
    try:
        noted = from_json(about.get("given"))
    except TranscriptError:
        noted = None  # then it cannot be done again, and that is all
    if noted and daemon.memory and len(noted.steps) == len(records):
        given = [each.given for each in noted.steps]
        for data in noted.contents.values():
            daemon.memory.keep(data)
    return Journal.of((_step(store, records, each.index, given[each.index]) for each in records),
                      head)


def _step(
    store: Store, records: tuple[StepRecord, ...], index: int, given: AnyGiven | None,
) -> Step:
    record = records[index]

    def state_after(number: int) -> Callable[[], State]:
        return lambda: store.state(records[number].state_id) if number >= 0 else State()

    return Step(record.index, record.parent, record.command, record.exit_code, record.time,
                record.events, record.host_effects, state_after(record.parent), state_after(index),
                given, record.complaint)


def _play(value: Any, daemon: Daemon, folder: Path) -> Play | None:
    """Return the level that was played; None where there is none, or no such level here."""
    if not isinstance(value, dict):
        return None
    try:
        level = own()[_text(value, "level")]
    except KeyError:
        return None
    found = build(level, _count(value, "seed"))
    hints = min(_count(value, "hints"), *(len(each.hints) for each in found.texts.values()))
    return Play(found, folder, daemon, hints, value.get("solution_shown") is not False,
                attempts=_count(value, "attempts"))


def _progress(value: Any) -> Progress | None:
    try:
        return progress_from_json(value)
    except ProgressError:
        return None


def _text(values: dict[str, Any], key: str, known: tuple[str, ...] = ()) -> str:
    """Return a text; an empty one for anything else, or for one that is not known."""
    found = values.get(key)
    return found if isinstance(found, str) and (not known or found in known) else ""


def _count(values: dict[str, Any], key: str) -> int:
    found = values.get(key)
    return found if type(found) is int and found >= 0 else 0
