"""A lab's folder: the journal of its steps, the states they led to, settings, blobs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from imagelab.formats.archive import oci
from imagelab.model.outcome import Event
from imagelab.model.state import State
from imagelab.storage import claims, layout, objects
from imagelab.storage.blobs import BlobStore, make_folder, size_of_file
from imagelab.storage.codec import Codec
from imagelab.storage.database import WAIT, Database
from imagelab.storage.errors import ReadOnly, StorageError, refused
from imagelab.storage.layout import Layout
from imagelab.storage.objects import Objects, from_json, name_of, to_json
from imagelab.storage.reach import Reached, reach
from imagelab.storage.record import Record, damaged

#: Version of what is in the folder. A lab of a newer one is refused.
FORMAT = 3

_FILE = "imagelab.db"
_SCHEMA = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    objects.SCHEMA,
    "CREATE TABLE steps ("
    " number INTEGER PRIMARY KEY, parent INTEGER NOT NULL,"
    " state TEXT NOT NULL REFERENCES objects (id), body TEXT NOT NULL)",
    "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    layout.SCHEMA,
    f"INSERT INTO meta VALUES ('format', {FORMAT}), ('head', -1)",
)
# The current step and how often the journal was written anew stand beside each step, so that all
# of it is of one moment.
_STEPS = (
    "SELECT (SELECT value FROM meta WHERE key = 'head'),"
    " (SELECT value FROM meta WHERE key = 'rewritten'), number, parent, state, body"
    " FROM steps WHERE number >= ? ORDER BY number")


@dataclass(frozen=True)
class StepRecord:
    """One step of the journal as it is kept.

    Attributes:
        index: its number; 0 is the lab's beginning, and there are no gaps.
        parent: the step whose state it started from; -1 for the beginning.
        command: the command line.
        exit_code: what the command ended with.
        time: when it ended, nanoseconds since 1970.
        state_id: object of the state afterwards, as :meth:`Store.save_state` gave it.
        host_effects: what it did outside the lab, which undo does not take back; one text each.
        events: what happened, in order.
        complaint: of a failed command, what Docker said of it.
    """

    index: int
    parent: int
    command: str
    exit_code: int
    time: int
    state_id: str
    host_effects: tuple[str, ...] = ()
    events: tuple[Event, ...] = ()
    complaint: str = ""


class Store:
    """A kept lab, open. Every method raises ``StorageError``; threads may share it.

    Attributes:
        folder: where it is.
        blobs: its blobs.
        is_read_only: whether it can be looked at only: when it was opened, a part of it lay on a
            drive, or had permissions, that let this process write nothing.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        """Use :meth:`open`."""
        self.folder = folder
        self.is_read_only = _is_read_only(folder)
        self.blobs = BlobStore(folder, is_read_only=self.is_read_only)
        self._database = database
        self._codec = Codec(Objects(database), self.blobs)
        self._layout = Layout(folder, database, self.blobs)
        database.around_end = self._ending
        self._seen = (-1, 0)
        self._rewritten: object = None

    @classmethod
    def open(cls, folder: Path | str, *, new: bool = True) -> Self:
        """Open the lab in a folder.

        Args:
            folder: where it is.
            new: whether a folder that is missing or has no lab gets a new one.

        Raises:
            StorageError: it cannot be read or made, is no lab, or a newer version wrote it.
        """
        folder = Path(folder)
        if not new and not (folder / _FILE).exists():
            raise StorageError(f"{folder}: there is no lab in it")
        try:
            make_folder(folder)
        except FileExistsError:
            raise StorageError(f"{folder} is no folder") from None
        except OSError as error:
            raise refused(str(folder), error) from None
        _check_links(folder)
        database = Database(folder / _FILE)
        try:
            _check_format(database, is_read_only=_is_read_only(folder))
        except StorageError:
            database.close()
            raise
        return cls(folder, database)

    def close(self) -> None:
        """Close the lab's file; what was not read yet cannot be read any more."""
        self._database.close()

    def write_behind(self, seconds: float) -> None:
        """Put off writing: see :meth:`imagelab.storage.database.Database.write_behind`."""
        self._database.write_behind(seconds)

    @contextmanager
    def lock(self, wait: float = WAIT) -> Iterator[None]:
        """Take the lab for one command, in turn with other threads and processes.

        All that is written inside is kept together at the end, or not at all where an error
        leaves the block or the process is killed. Inside another ``lock`` of the same thread it
        is a part of that one.

        Args:
            wait: seconds to wait for other processes; 0 for nobody, not even for the disk: see
                :meth:`imagelab.storage.database.Database.transaction`.

        Raises:
            InUse: the lab was taken for all that time.
        """
        with self._database.transaction(wait):
            wanted = self._layout.wanted
            try:
                yield
            except BaseException:
                self._layout.wanted = wanted
                raise

    def check_writable(self) -> None:
        """See that what it has can be changed.

        Raises:
            ReadOnly: it cannot.
        """
        if self.is_read_only:
            raise ReadOnly(self.folder)

    # --- journal ---------------------------------------------------------------------------

    def load(self) -> tuple[tuple[StepRecord, ...], int]:
        """Return all steps by number, and the number of the current one.

        A new lab has no steps and the current one is -1.
        """
        self._seen = self._version()
        rows = self._database.execute(_STEPS, 0)
        if not rows:
            return (), -1
        self._rewritten = rows[0][1]
        return _read_steps(rows, 0)

    def news(self, first: int) -> tuple[tuple[StepRecord, ...], int] | None:
        """Return the steps from a number on, and the number of the current one.

        None where those before it, or that one, need not be what they were at :meth:`load`.
        """
        version = self._version()
        rows = self._database.execute(_STEPS, first)
        if not rows or (rows[0][1], version[1]) != (self._rewritten, self._seen[1]):
            return None
        self._seen = version
        return _read_steps(rows, first)

    def changed(self) -> bool:
        """Whether what is kept is something else than this process knows since :meth:`load`.

        Another process has written, or what this one put off could not be written.
        """
        return self._version() != self._seen

    def _version(self) -> tuple[int, int]:
        return (int(self._database.execute("PRAGMA data_version")[0][0]), self._database.losses)

    def append(self, step: StepRecord) -> None:
        """Keep a step and make it the current one; under the last one's number, in its place."""
        body = step_body(step)
        # What could not be read again must not become part of the journal.
        read_step(step.index, step.parent, step.state_id, body)
        with self.lock():
            last = self._database.execute("SELECT max(number) FROM steps")[0][0]
            count = 0 if last is None else last + 1
            if not _follows(step, step.index if step.index == count - 1 else count):
                raise StorageError(f"step {step.index} cannot follow: the lab has {count} steps")
            if not Objects(self._database).has(step.state_id):
                raise StorageError(f"the state of step {step.index} has not been saved")
            self._database.execute(
                "INSERT OR REPLACE INTO steps VALUES (?, ?, ?, ?)",
                step.index, step.parent, step.state_id, body)
            self._set_head(step.index)

    def set_head(self, index: int) -> None:
        """Make another step the current one."""
        with self.lock():
            if not self._database.execute("SELECT 1 FROM steps WHERE number = ?", index):
                raise StorageError(f"the lab has no step {index}")
            self._set_head(index)

    def _set_head(self, index: int) -> None:
        self._database.execute("UPDATE meta SET value = ? WHERE key = 'head'", index)

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Have what is being kept need nothing that could still be lost, and be seen."""
        self.blobs.sync()
        with self._layout.seen():
            yield

    # --- other tools -----------------------------------------------------------------------

    def publish(self, state: State) -> None:
        """Let other tools see a state's images once what is being written is kept.

        Inside :meth:`lock`: see :mod:`imagelab.storage.layout`.
        """
        self._layout.prepare(state)

    def is_published(self) -> bool:
        """Whether other tools can see the images of the current step, as far as is known."""
        return not self._layout.is_there or self._layout.is_as_written()

    def publish_anew(self, state: State) -> None:
        """As :meth:`publish`, whatever was published before."""
        self._layout.forget()
        self._layout.prepare(state)

    def unpublished(self, state: State, bad: Collection[str]) -> Iterator[str]:
        """Yield what other tools cannot see as it is: see :meth:`Layout.problems`."""
        return self._layout.problems(state, bad)

    # --- states ----------------------------------------------------------------------------

    def save_state(self, state: State) -> str:
        """Keep a state; return its object's name, for :class:`StepRecord`.

        This costs what changed: a layer or file list that was saved in the state before, or was
        read from this lab, is not written again.
        """
        with self.lock():
            return self._codec.put_state(state)

    def state(self, object_id: str) -> State:
        """Return a state that was saved, its layers shared with the other states in use.

        The files in it are read when they are looked at, which may raise ``StorageError`` too.
        """
        return self._codec.get_state(object_id)

    def reader(self) -> Codec:
        """Return what reads states from the disk, whatever of them is in use already."""
        return Codec(Objects(self._database), self.blobs)

    def objects(self) -> Iterator[str]:
        """Yield the texts of all objects."""
        for (body,) in self._database.execute("SELECT body FROM objects ORDER BY id"):
            yield str(body)

    def add_object(self, body: str) -> None:
        """Keep an object that :meth:`objects` gave, whatever it is, under the name it has."""
        Objects(self._database).add(body)

    # --- space -----------------------------------------------------------------------------

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Claim what is added from now on though no step needs it yet: none of it is swept.

        To be begun inside :meth:`lock`.
        """
        with claims.claimed(self.blobs.incoming()):
            yield

    def needed(self) -> Reached:
        """Return what the steps of the journal need, and what other tools see."""
        rows = self._database.execute("SELECT DISTINCT state FROM steps")
        reached = reach(Objects(self._database), (state for (state,) in rows))
        reached.blobs.update(self._layout.needed())
        return reached

    def keep_only(self, names: Collection[str]) -> int:
        """Remove all objects but some; return how many went."""
        gone = [name for name in Objects(self._database).names() if name not in names]
        self.remove_objects(gone)
        return len(gone)

    def remove_objects(self, names: Iterable[str]) -> None:
        """Remove objects, needed or not."""
        with self.lock():
            Objects(self._database).remove(list(names))

    def forget_steps(self) -> int:
        """Make the state that the lab stands at its beginning; return how many steps that forgets.

        None of them can be undone or redone any more.
        """
        with self.lock():
            steps, head = self.load()
            self._seen = (-1, 0)  # whoever uses this very store does not know of that
            if len(steps) < 2:
                return 0
            now = steps[head]
            self._database.execute("DELETE FROM steps")
            self._database.execute(
                "INSERT INTO meta VALUES ('rewritten', 1)"
                " ON CONFLICT (key) DO UPDATE SET value = value + 1")
            self.append(StepRecord(0, -1, "", 0, now.time, now.state_id))
        return len(steps) - 1

    def integrity(self) -> list[str]:
        """Return what SQLite finds wrong with the database, a line each."""
        return self._database.integrity()

    def misnamed_objects(self) -> Iterator[tuple[str, str]]:
        """Yield the objects that are not what their names say, with what is wrong."""
        for name, body in self._database.execute("SELECT id, body FROM objects"):
            if not isinstance(body, str) or name_of(body) != name:
                yield name, "its text does not match its name"

    def object_count(self) -> int:
        """Return how many objects there are."""
        return int(self._database.execute("SELECT count(*) FROM objects")[0][0])

    def size(self) -> int:
        """Return the bytes that database, blobs and files being written take."""
        folders = self.blobs.incoming(), self.blobs.folder()
        paths = [self._database.path, *(path for each in folders for path in each.iterdir())]
        return sum(size_of_file(path) or 0 for path in paths)

    def compact(self) -> None:
        """Give the database's free pages back to the disk, unless somebody else is using it."""
        self._database.compact()

    # --- settings --------------------------------------------------------------------------

    def get_setting(self, key: str, default: Any = None) -> Any:
        """Return a setting, a JSON value."""
        rows = self._database.execute("SELECT value FROM settings WHERE key = ?", key)
        return from_json(rows[0][0], f"setting {key}") if rows else default

    def set_setting(self, key: str, value: Any) -> None:
        """Keep a setting, a JSON value."""
        with self.lock():
            self._database.execute(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)", key, to_json(value))


def _is_read_only(folder: Path) -> bool:
    """Whether there is a part of a lab that this process cannot write."""
    parts = (".", _FILE, "incoming", "blobs", "blobs/sha256")
    return any((folder / each).exists() and not os.access(folder / each, os.W_OK)
               for each in parts)


def _check_format(database: Database, *, is_read_only: bool) -> None:
    """Make the tables of a new lab, or see that they are of a version known here."""
    if not _tables(database):
        with database.transaction():
            if not _tables(database):
                for statement in _SCHEMA:
                    database.execute(statement)
    if "meta" not in _tables(database):
        raise StorageError(f"{database.path} is not a lab")
    rows = database.execute("SELECT value FROM meta WHERE key = 'format'")
    version = rows[0][0] if rows else None
    if type(version) is not int or version < 1:
        raise StorageError(f"{database.path} is not a lab")
    if version > FORMAT:
        raise StorageError(
            f"{database.path} was written by a newer imagelab"
            f" (format {version}; this one reads up to {FORMAT}): install that one")
    if not {"objects", "steps", "settings"} <= _tables(database):
        raise damaged(f"{database.path} lacks a table")
    if not is_read_only and (version < FORMAT or "manifests" not in _tables(database)):
        _migrate(database)


def _migrate(database: Database) -> None:
    """Make a lab of an older format one of this: what it has can be read, and stays."""
    with database.transaction():
        if "manifests" not in _tables(database):
            database.execute(layout.SCHEMA)
        database.execute("UPDATE meta SET value = ? WHERE key = 'format'", FORMAT)


def _tables(database: Database) -> set[str]:
    return {str(row[0]) for row in database.execute("SELECT name FROM sqlite_master")}


def _read_steps(rows: list[tuple[Any, ...]], first: int) -> tuple[tuple[StepRecord, ...], int]:
    """Read steps, the first of which has a number, and return them with that of the current one.

    Raises:
        StorageError: they are no journal.
    """
    steps = tuple(read_step(*row[2:]) for row in rows)
    head = rows[0][0]
    if not all(_follows(step, index) for index, step in enumerate(steps, first)):
        raise damaged("the journal has gaps")
    if type(head) is not int or not 0 <= head < first + len(steps):
        raise damaged("the journal has no current step")
    return steps, head


def _follows(step: StepRecord, count: int) -> bool:
    """Whether a step may come after so many others; only the beginning has no parent."""
    return step.index == count and -1 <= step.parent < count and (step.parent < 0) == (count == 0)


def step_body(step: StepRecord) -> str:
    """Return what is kept of a step besides its place and its state, as a text."""
    return to_json({
        "command": step.command,
        "exit_code": step.exit_code,
        "time": step.time,
        "host_effects": list(step.host_effects),
        "events": [
            [event.type, event.action, event.id, dict(event.attributes), event.time]
            for event in step.events
        ],
        "complaint": step.complaint,
    })


def read_step(index: Any, parent: Any, state_id: Any, body: Any) -> StepRecord:
    """Read a step; all but its number may be anything.

    Raises:
        StorageError: it is none.
    """
    where = f"step {index}"
    record = Record(from_json(body, where), where)
    if type(index) is not int or type(parent) is not int or not isinstance(state_id, str):
        raise damaged(f"{where} is not as it was written")
    return StepRecord(
        index, parent, record.text("command"), record.integer("exit_code"),
        record.integer("time"), state_id, record.texts("host_effects"), tuple(_events(record)),
        record.text("complaint", ""))


def _events(record: Record) -> Iterator[Event]:
    for type_, action, id_, attributes, time in record.rows("events", str, str, str, dict, int):
        if not all(isinstance(text, str) for text in attributes.values()):
            raise damaged("an event has a bad attribute")
        yield Event(type_, action, id_, attributes, time)


def _check_links(folder: Path) -> None:
    """See that a lab's files are in its own folder, whoever made it.

    Raises:
        StorageError: a link leads out of it.
    """
    for name in (_FILE, "blobs", "blobs/sha256", "incoming", oci.INDEX, oci.LAYOUT):
        if (folder / name).is_symlink():
            raise StorageError(f"{folder / name} is a link: a lab's files lie in its folder")
