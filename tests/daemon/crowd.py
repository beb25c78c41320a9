"""Many who use one lab at a time, as threads and as another process."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.engine.volumes import NewVolume
from imagelab.model.config import Config
from imagelab.model.outcome import EngineError
from imagelab.storage.store import Store

IMAGE = "ubuntu:14.04"


class Crowd:
    """Threads that use a lab.

    Attributes:
        made: kind and name of what each has made.
        errors: what went wrong.
    """

    def __init__(self, daemon: Daemon) -> None:
        """Use a lab."""
        self.made: list[tuple[str, str]] = []
        self.errors: list[BaseException] = []
        self._daemon = daemon
        self._is_over = threading.Event()

    def work(self, name: str, threads: int, turns: int) -> None:
        """Do something in each thread, so many times, and wait for all of it."""
        workers = [self._thread(self._turns, f"{name}{number}", turns) for number in range(threads)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

    @contextmanager
    def looked_at(self) -> Iterator[None]:
        """Have the lab looked at and its time pass all the while."""
        lookers = [self._thread(self._look), self._thread(self._look), self._thread(self._tick)]
        for each in lookers:
            each.start()
        try:
            yield
        finally:
            self._is_over.set()
            for each in lookers:
                each.join()

    def _thread(self, do: Callable[..., None], *arguments: object) -> threading.Thread:
        def run() -> None:
            try:
                do(*arguments)
            except BaseException as error:
                self.errors.append(error)

        return threading.Thread(target=run)

    def _turns(self, name: str, turns: int) -> None:
        chance = random.Random(name)
        for turn in range(turns):
            self._turn(chance.choice(("volume", "tag", "container", "run", "failure")),
                       f"{name}-{turn}")

    def _turn(self, kind: str, label: str) -> None:
        daemon = self._daemon
        if kind == "failure":
            with suppress(EngineError):
                daemon.tag("nosuch", label)
            return
        if kind == "volume":
            daemon.create_volume(NewVolume(label))
        elif kind == "tag":
            daemon.tag(IMAGE, f"t:{label}")
        else:
            line = "sleep 0.02; echo a; sleep 0.02" if kind == "run" else "true"
            created = daemon.create(
                Config.from_json({"Image": IMAGE, "Cmd": ["sh", "-c", line]}), name=label)
            if kind == "run":  # and leave the lab to others while it waits
                daemon.start(created)
                daemon.wait(created)
        self.made.append((kind, label))

    def _look(self) -> None:
        """Look without a lock, as a served lab's loop does."""
        seen = self._daemon.journal
        while not self._is_over.wait(0.0005):
            journal, state = self._daemon.journal, self._daemon.state
            assert len(journal.rows) >= len(seen.rows)
            assert all(number in journal.rows for number in seen.rows)
            assert len(journal.rows[len(seen.rows) - 1].events) >= len(
                seen.rows[len(seen.rows) - 1].events)
            assert set(journal.current.after.images) == set(state.images)
            seen = journal

    def _tick(self) -> None:
        while not self._is_over.wait(0.005):
            self._daemon.catch_up(self._daemon.clock.now(0))


def kept(folder: Path, *, is_served: bool = False) -> Daemon:
    """Return the lab in a folder; one that is served writes its steps a moment later."""
    daemon = Daemon(clock=SystemClock(), ids=RandomIds(), store=Store.open(folder))
    daemon.write_behind(0.02 if is_served else 0)
    return daemon


if __name__ == "__main__":
    daemon = kept(Path(sys.argv[1]), is_served=True)
    crowd = Crowd(daemon)
    print("ready", flush=True)
    crowd.work(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    daemon.write_behind(0)
    for error in crowd.errors:
        raise error
    print("\n".join(" ".join(each) for each in crowd.made))
