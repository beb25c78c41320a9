"""The daemon: it holds the lab's state, runs commands on it one at a time and keeps the journal.

Every door (notebook, terminal, Engine API) calls these methods; none decides anything itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO, TypeVar

from imagelab.daemon.clock import SECOND, Clock, Ids, LessonClock, SeededIds
from imagelab.daemon.journal import Journal, Step
from imagelab.engine import (
    commit,
    containers,
    create,
    diff,
    history,
    images,
    inspect,
    lookup,
    pause,
    processes,
    prune,
    pull,
    remove,
    remove_container,
    rename,
    tag,
    transfer,
)
from imagelab.engine.filters import Filters
from imagelab.engine.logs import log_lines
from imagelab.formats import archive
from imagelab.model.config import Config
from imagelab.model.container import Container, HostConfig, Log
from imagelab.model.outcome import EngineError, Event, Outcome
from imagelab.model.state import State
from imagelab.shell.budget import Budget
from imagelab.storage.blobs import BlobStore
from imagelab.storage.store import StepRecord, Store

T = TypeVar("T")
Listener = Callable[[Step], None]
#: How often a command that waits looks at what others do, in nanoseconds.
POLL = SECOND // 10
#: Exit status for a container that others killed and removed.
REMOVED_STATUS = 137
#: Gets a container's output, piece by piece.
Attach = Callable[[Log], None]


@dataclass
class OpenStep:
    """A command being run; a door may set how it ended and what it did outside.

    Attributes:
        command: the command line.
        before: the state it started from.
        exit_code: how it ended.
        host_effects: files written and the like.
        events: what happened so far.
        resumed: whether an earlier part of the command is written down already.
    """

    command: str
    before: State
    exit_code: int = 0
    host_effects: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    resumed: bool = False


class Daemon:
    """The lab's engine room. Methods raise ``EngineError`` with Docker's wording."""

    def __init__(
        self, *, clock: Clock | None = None, ids: Ids | None = None, store: Store | None = None,
        state: State | None = None, blobs: BlobStore | None = None,
    ) -> None:
        """Begin with an empty lab, a given state, or what a store holds.

        Args:
            clock: the lessons' clock if left out.
            ids: seeded ones if left out.
            store: where the lab is kept; nowhere if left out.
            state: what a lab that is not kept begins with.
            blobs: where the blobs of that state are; they must live as long as this daemon.
        """
        self._clock = clock or LessonClock()
        self._ids = ids or SeededIds()
        self._store = store
        self._blobs = store.blobs if store else blobs or BlobStore()
        self._lock = threading.Lock()
        self._listeners: list[Listener] = []
        self._open: OpenStep | None = None
        self._owner = 0
        self._exits = ExitStack()
        self._budget = Budget()
        self._state = state or State()
        self._journal = Journal((_beginning(self._state),))
        if store is not None:
            with store.lock():
                self._reload(store)

    # --- state and journal -----------------------------------------------------------------

    @property
    def state(self) -> State:
        """The lab as it is now."""
        if self._open is None:
            self._refresh()
        return self._state

    @property
    def journal(self) -> Journal:
        """The commands so far."""
        if self._open is None:
            self._refresh()
        return self._journal

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a function called after every step; return what ends the subscription."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @contextmanager
    def step(self, command: str) -> Iterator[OpenStep]:
        """Run a command line as one step of the journal; inside another one, as a part of it."""
        if self._open is not None and self._owner == threading.get_ident():
            yield self._open
            return
        with self._lock:
            self._owner = threading.get_ident()
            self._open = OpenStep(command, self._state)
            try:
                self._enter(self._open)
                self._apply(processes.advance(self._state, self._state.clock, self._budget))
                yield self._open
                step = self._leave(self._open)
            except BaseException:
                self._state = self._open.before
                self._exits.close()
                raise
            finally:
                self._open = None
        if step is not None:
            self._tell(step)

    def _enter(self, opened: OpenStep) -> None:
        """Take the lab and begin a step."""
        if self._store:
            self._exits.enter_context(self._store.lock())
        self._refresh()
        opened.before = self._state
        opened.events.clear()
        self._budget = Budget()
        self._state = replace(self._state, clock=self._clock.now(self._state.clock))

    def _leave(self, opened: OpenStep) -> Step | None:
        """Write the step down, if there is anything to it, and let go of the lab."""
        idle = opened.resumed and not opened.exit_code and _same_but_for_time(
            opened.before, self._state)
        step = None if idle else self._record(opened)
        self._exits.close()
        return step

    def undo(self) -> Step:
        """Go back to the state before the current step and return that step.

        Raises:
            EngineError: there is nothing to undo.
        """
        with self._moving():
            step = self._journal.current
            if step.parent < 0:
                raise EngineError("nothing to undo: this is the beginning of the lab")
            self._move(step.parent)
        self._tell(step)
        return step

    def redo(self) -> Step:
        """Go forward again to the latest step that started from here, and return it.

        Raises:
            EngineError: there is nothing to redo.
        """
        with self._moving():
            index = self._journal.next_of_current()
            if index is None:
                raise EngineError("nothing to redo: no later step starts from here")
            self._move(index)
        self._tell(self._journal.current)
        return self._journal.current

    def go_to(self, index: int) -> Step:
        """Stand at another step; the next command starts from there.

        Raises:
            EngineError: there is no such step.
        """
        with self._moving():
            if not 0 <= index < len(self._journal.steps):
                raise EngineError(f"there is no step {index}: the last is {len(self._journal)}")
            self._move(index)
        self._tell(self._journal.current)
        return self._journal.current

    @contextmanager
    def _moving(self) -> Iterator[None]:
        with self._lock, self._store.lock() if self._store else nullcontext():
            self._refresh()
            yield

    def _move(self, index: int) -> None:
        self._journal = self._journal.at(index)
        self._state = self._journal.current.after
        if self._store:
            self._store.set_head(index)

    def _tell(self, step: Step) -> None:
        for listener in tuple(self._listeners):
            listener(step)

    def fork(self, index: int) -> Daemon:
        """Return another daemon, not kept, that begins with the state after a step.

        Raises:
            EngineError: there is no such step.
        """
        if not 0 <= index < len(self.journal.steps):
            raise EngineError(f"there is no step {index}: the last is {len(self.journal)}")
        return Daemon(clock=self._clock, ids=self._ids, state=self.journal[index].after,
                      blobs=self._blobs)

    def _record(self, done: OpenStep) -> Step:
        before, after = done.before, self._state
        step = Step(
            len(self._journal.steps), self._journal.head, done.command, done.exit_code,
            after.clock, tuple(done.events), tuple(done.host_effects),
            lambda: before, lambda: after)
        if self._store:
            self._keep(self._store, step, after)
        self._journal = self._journal.with_step(step)
        return step

    @staticmethod
    def _keep(store: Store, step: Step, after: State) -> None:
        store.append(StepRecord(
            step.index, step.parent, step.command, step.exit_code, step.time,
            store.save_state(after), step.host_effects, step.events))

    def _refresh(self) -> None:
        """Take over what other processes did to a kept lab."""
        if self._store is not None and self._store.changed():
            self._reload(self._store)

    def _reload(self, store: Store) -> None:
        records, head = store.load()
        if not records:
            self._keep(store, self._journal.current, self._state)
            records, head = store.load()

        def loader(index: int) -> Callable[[], State]:
            return lambda: store.state(records[index].state_id) if index >= 0 else State()

        steps = tuple(
            Step(each.index, each.parent, each.command, each.exit_code, each.time, each.events,
                 each.host_effects, loader(each.parent), loader(each.index))
            for each in records)
        self._journal = Journal(steps, head)
        self._state = self._journal.current.after

    # --- running engine functions ----------------------------------------------------------

    def _apply(self, outcome: Outcome[T]) -> T:
        assert self._open is not None, "only inside a step"
        self._state = outcome.state
        self._open.events.extend(outcome.events)
        if outcome.error is not None:
            raise outcome.error
        return outcome.value

    def _do(self, command: str, run: Callable[[State, int], Outcome[T]]) -> T:
        """Run an engine function as a step or as a part of the open one."""
        error: EngineError | None = None
        with self.step(command) as step:
            try:
                return self._apply(run(self._state, self._state.clock))
            except EngineError as refused:
                step.exit_code = 1
                error = refused
        raise error

    # --- images ----------------------------------------------------------------------------

    def images(self, *, every: bool = False, filters: Filters | None = None,
               ) -> list[dict[str, Any]]:
        """List images: see :func:`imagelab.engine.images.list_images`."""
        return images.list_images(self.state, every=every, filters=filters)

    def inspect_image(self, name: str) -> dict[str, Any]:
        """Describe an image: see :func:`imagelab.engine.inspect.inspect_image`."""
        return inspect.inspect_image(self.state, name)

    def history(self, name: str) -> list[dict[str, Any]]:
        """List an image's steps: see :func:`imagelab.engine.history.history`."""
        return history.history(self.state, name)

    def tag(self, source: str, target: str) -> None:
        """Name an image: see :func:`imagelab.engine.tag.tag_image`."""
        self._do(f"tag {source} {target}",
                 lambda state, now: tag.tag_image(state, source, target, now=now))

    def commit(self, container: str, reference: str = "", *, author: str = "",
               comment: str = "") -> str:
        """Make an image of a container: see :func:`imagelab.engine.commit.commit`."""
        return self._do(
            f"commit {container} {reference}".rstrip(),
            lambda state, now: commit.commit(
                state, container, now=now, reference=reference, author=author,
                comment=comment))

    def remove_image(self, name: str, *, force: bool = False, prune: bool = True,
                     ) -> tuple[remove.Record, ...]:
        """Untag or delete an image: see :func:`imagelab.engine.remove.remove_image`."""
        return self._do(
            f"rmi {name}",
            lambda state, now: remove.remove_image(
                state, name, now=now, force=force, prune=prune))

    def prune_images(self, filters: Filters) -> prune.Pruned:
        """Delete images nothing needs: see :func:`imagelab.engine.prune.prune_images`."""
        return self._do("image prune",
                        lambda state, now: prune.prune_images(state, filters, now=now))

    def pull(self, name: str) -> tuple[pull.Progress, ...]:
        """Fetch an image: see :func:`imagelab.engine.pull.pull`."""
        return self._do(f"pull {name}", lambda state, now: pull.pull(state, name, now=now))

    def save(self, names: Sequence[str]) -> Iterator[bytes]:
        """Stream an archive of images.

        Raises:
            NotFound: a name is not there; before the first byte.
        """
        return archive.write(transfer.select(self.state, names))

    def load(self, file: BinaryIO) -> tuple[str, ...]:
        """Take in an archive out of a seekable file; return the lines to print.

        Raises:
            EngineError: it is no archive.
        """
        def run(state: State, now: int) -> Outcome[tuple[str, ...]]:
            try:
                loaded = archive.read(file, self._blobs.add)
            except archive.ArchiveError as error:
                raise EngineError(str(error)) from error
            return transfer.load(state, loaded, now=now)

        return self._do("load", run)

    # --- containers ------------------------------------------------------------------------

    def containers(self, *, every: bool = False, limit: int = 0, size: bool = False,
                   filters: Filters | None = None) -> list[dict[str, Any]]:
        """List containers: see :func:`imagelab.engine.containers.list_containers`."""
        state = self.state
        return containers.list_containers(
            state, now=state.clock, every=every, limit=limit, size=size, filters=filters)

    def inspect_container(self, name: str, *, size: bool = False) -> dict[str, Any]:
        """Describe a container: see :func:`imagelab.engine.inspect.inspect_container`."""
        return inspect.inspect_container(self.state, name, size=size)

    def create(self, config: Config, *, name: str = "", host_config: HostConfig | None = None,
               ) -> str:
        """Make a container and return its ID: see :func:`imagelab.engine.create.create`."""
        def run(state: State, now: int) -> Outcome[str]:
            identifier = self._ids.identifier(state.counter)
            counted = replace(state, counter=state.counter + 1)
            return create.create(
                counted, config, identifier=identifier, now=now, name=name,
                host_config=host_config)

        return self._do(f"create {config.image}", run)

    def start(self, name: str, *, stdin: bytes = b"", stdin_open: bool = False,
              attach: Attach | None = None) -> int | None:
        """Start a container: see :func:`imagelab.engine.processes.start`.

        Args:
            name: the container.
            stdin: input for it.
            stdin_open: whether more may come, by :meth:`send_input`.
            attach: gets the output until the container ends or waits for input.

        Returns:
            The exit status of a container that was attached to and has ended, else None.
        """
        return self._attached(f"start {name}", name, attach, lambda state, now: processes.start(
            state, name, now=now, budget=self._budget, stdin=stdin, stdin_open=stdin_open))

    def send_input(self, name: str, data: bytes, *, close: bool = False,
                   attach: Attach | None = None) -> int | None:
        """Feed a container's stdin: see :func:`imagelab.engine.processes.send_input`.

        The result is that of :meth:`start`.
        """
        return self._attached(
            f"attach {name}", name, attach, lambda state, now: processes.send_input(
                state, name, data, now=now, budget=self._budget, close=close))

    def _attached(
        self, command: str, name: str, attach: Attach | None,
        run: Callable[[State, int], Outcome[tuple[processes.Output, ...]]],
    ) -> int | None:
        """Run something and, if attached, go on until the container ends or wants input."""
        identifier = lookup.find_container(self.state, name).id
        with self.step(command) as step:
            seen = len(step.events)
            self._show(identifier, self._do(command, run), attach)
            while attach is not None:
                status = _exit_status(identifier, step.events[seen:])
                if status is not None:
                    return status
                container = self._state.containers.get(identifier)
                if container is None:
                    return REMOVED_STATUS
                if not container.is_running:
                    return container.exit_code
                wake = processes.next_wake(container)
                if wake is None and (self._clock.simulated or container.status != "paused"):
                    return None
                self._wait(container, wake)
                seen = len(step.events)
                for log in self._missed(container):
                    attach(log)
                now = self._state.clock
                output = self._apply(processes.advance(self._state, now, self._budget))
                self._show(identifier, output, attach)
        return None

    @staticmethod
    def _show(
        identifier: str, output: tuple[processes.Output, ...], attach: Attach | None,
    ) -> None:
        for piece in output if attach else ():
            if piece.container == identifier and attach:
                attach(piece.log)

    def _missed(self, before: Container) -> tuple[Log, ...]:
        """Return what a container printed while others used the lab."""
        after = self._state.containers.get(before.id)
        return after.logs[len(before.logs) :] if after else ()

    def _wait(self, container: Container, wake: int | None) -> None:
        """Let time pass up to a moment, or until others have touched a container."""
        if self._clock.simulated:
            assert wake is not None, "without another one nobody pauses or resumes it"
            now = max(self._clock.wait_until(wake), self._state.clock)
            self._state = replace(self._state, clock=now)
            return
        with self.released():
            while True:
                soon = self._clock.now(0) + POLL
                now = self._clock.wait_until(soon if wake is None else min(soon, wake))
                after = self.state.containers.get(container.id)
                if (wake is not None and now >= wake) or _stand(after) != _stand(container):
                    break

    @contextmanager
    def released(self) -> Iterator[None]:
        """Let others use the lab while the open step waits for time to pass or for its user.

        The step is written down before, and another one of the same command begins after. On a
        simulated clock nobody waits, and the step stays one.
        """
        step = self._open
        if step is None or self._clock.simulated:
            yield
            return
        done = self._leave(step)
        self._open = None
        self._lock.release()
        try:
            if done is not None:
                self._tell(done)
            yield
        finally:
            self._lock.acquire()
            self._owner = threading.get_ident()
            self._open = step
            step.resumed = True
            self._enter(step)

    def stop(self, name: str) -> bool:
        """Stop a container: see :func:`imagelab.engine.processes.stop`."""
        return self._do(f"stop {name}", lambda state, now: processes.stop(
            state, name, now=now, budget=self._budget))

    def kill(self, name: str, signal: str = "KILL") -> None:
        """Signal a container: see :func:`imagelab.engine.processes.kill`."""
        self._do(f"kill {name}", lambda state, now: processes.kill(
            state, name, now=now, budget=self._budget, signal=signal))

    def pause(self, name: str) -> None:
        """Freeze a container: see :func:`imagelab.engine.pause.pause`."""
        self._do(f"pause {name}", lambda state, now: pause.pause(state, name, now=now))

    def unpause(self, name: str) -> None:
        """Let a container go on: see :func:`imagelab.engine.pause.unpause`."""
        self._do(f"unpause {name}", lambda state, now: pause.unpause(state, name, now=now))

    def remove_container(self, name: str, *, force: bool = False) -> None:
        """Remove a container: see :func:`imagelab.engine.remove_container.remove`."""
        self._do(f"rm {name}", lambda state, now: remove_container.remove(
            state, name, now=now, force=force))

    def rename(self, name: str, new_name: str) -> None:
        """Rename a container: see :func:`imagelab.engine.rename.rename`."""
        self._do(f"rename {name} {new_name}",
                 lambda state, now: rename.rename(state, name, new_name, now=now))

    def diff(self, name: str) -> tuple[diff.Change, ...]:
        """List a container's changes: see :func:`imagelab.engine.diff.diff`."""
        return diff.diff(lookup.find_container(self.state, name))

    def logs(self, name: str) -> tuple[Log, ...]:
        """Return a container's output so far, line by line.

        Raises:
            NotFound: there is no such container.
        """
        return tuple(log_lines(lookup.find_container(self.state, name).logs))


def _same_but_for_time(before: State, after: State) -> bool:
    """Whether two states share all their parts."""
    return (
        before.layers is after.layers and before.images is after.images
        and before.references is after.references and before.containers is after.containers
        and before.counter == after.counter)


def _stand(container: Container | None) -> tuple[object, ...]:
    """Return what whoever is attached to a container waits for."""
    if container is None:
        return ()
    return container.status, len(container.logs), processes.next_wake(container)


def _exit_status(identifier: str, events: Sequence[Event]) -> int | None:
    """Return the status that a container ended with during some events."""
    for event in events:
        if event.id == identifier and event.action == "die":
            return int(event.attributes["exitCode"])
    return None


def _beginning(state: State) -> Step:
    return Step(0, -1, "", 0, state.clock, (), (), lambda: state, lambda: state)
