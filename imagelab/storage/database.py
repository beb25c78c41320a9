"""One SQLite file that processes and threads take turns with."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol

from imagelab.storage.errors import DiskFull, InUse, ReadOnly, StorageError, refused

#: Seconds that one process waits for another before it gives up.
WAIT = 30.0
#: Seconds between two tries, at first and at most.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.0005, 0.004

# A rollback journal, not WAL: the lab then works on network file systems too, and is one file
# when nobody writes. TRUNCATE with FULL syncs the end of a transaction to the disk.
_SETTINGS = ("PRAGMA journal_mode = TRUNCATE", "PRAGMA synchronous = FULL")

# SQLite takes a file that is shorter than any page for an empty one, and would write over it.
_SMALLEST = 512


_ERRORS = (sqlite3.Error, OSError, OverflowError, UnicodeError)


class _Lock(Protocol):
    def acquire(self, blocking: bool = ...) -> bool: ...

    def release(self) -> None: ...


class Database:
    """A connection that threads may share. Every method raises ``StorageError``.

    Attributes:
        path: the file.
        losses: how often a transaction could not be ended, and came to nothing.
        rollbacks: how often something that was written was taken back.
        around_end: what goes around the end of each transaction that is to be kept.
    """

    around_end: Callable[[], AbstractContextManager[None]]

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, readable by its owner only."""
        self.path = path
        self.around_end = nullcontext
        # The thread that has one can take it again: newer Pythons can be interrupted when a lock
        # is taken and not yet known to be, and what is done about that needs it, too.
        self._turn = threading.RLock()
        self._statement = threading.RLock()
        self.losses = 0
        self.rollbacks = 0
        self._depth = 0
        self._delay = 0.0
        self._due = 0.0
        with self._errors():
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
            if 0 < path.stat().st_size < _SMALLEST:
                raise StorageError(f"{path} is not a lab")
            self._connection = sqlite3.connect(
                path, timeout=0, isolation_level=None, check_same_thread=False)
            self._closer = weakref.finalize(self, self._connection.close)
        for setting in _SETTINGS:
            self.execute(setting)

    def close(self) -> None:
        """Close the file; what reads from it lazily fails from now on."""
        with self._turn:
            if self._closer.alive:
                self.write_behind(0)
                self._closer()

    def write_behind(self, seconds: float) -> None:
        """Put the ends of transactions off, so that many which follow upon each other share one.

        Other processes see them that much later. Should the machine or this process break off,
        those of this time are lost, and only those.

        Args:
            seconds: at most so long; 0 for not at all, which ends what was put off.
        """
        with self._turn:
            self._delay = seconds
            if not seconds:
                self._end()

    def integrity(self) -> list[str]:
        """Return what SQLite finds wrong with the file, a line each."""
        try:
            lines = [str(line) for (line,) in self.execute("PRAGMA integrity_check")]
        except StorageError as error:
            return [str(error)]
        return [] if lines == ["ok"] else lines

    def compact(self) -> None:
        """Give the pages that are free back to the disk, unless somebody is using the file."""
        with self._turn, suppress(StorageError):
            if not self._connection.in_transaction:
                self.execute("VACUUM", wait=0)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except _ERRORS as error:
            raise self._told(error) from None

    def _told(self, error: Exception) -> StorageError:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY"):
            return InUse(f"{self.path} is in use by another process")
        if name.startswith("SQLITE_READONLY"):
            return ReadOnly(self.path.parent)
        if name == "SQLITE_FULL":
            return DiskFull(f"{self.path}: no space left on device")
        if isinstance(error, OSError):
            return refused(str(self.path), error)
        if isinstance(error, sqlite3.OperationalError):
            return StorageError(f"{self.path}: {error}")
        if isinstance(error, sqlite3.Error):
            return StorageError(f"{self.path} cannot be read: {error}")
        return StorageError(f"{self.path}: cannot keep a value: {error}")

    def execute(self, sql: str, *values: Any, wait: float = WAIT) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows.

        Who only reads does not wait for another thread's transaction, and sees what it did.

        Args:
            sql: the statement.
            values: for its places.
            wait: seconds to wait for other processes.

        Raises:
            InUse: others kept the file for so long.
        """
        end = time.monotonic() + wait
        pause = _FIRST_PAUSE
        while True:
            try:
                with self._statement:
                    return self._connection.execute(sql, values).fetchall()
            except _ERRORS as error:
                told = self._told(error)
                if not isinstance(told, InUse) or time.monotonic() + pause > end:
                    raise told from None
            # Not by SQLite: it waits in C, where nothing interrupts it, and threads share what
            # its connection is told of waiting.
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    @contextmanager
    def transaction(self, wait: float = WAIT) -> Iterator[None]:
        """Hold the file alone; everything inside happens, or nothing where an error leaves it.

        Inside another transaction of the same thread this is a part of that one.

        Args:
            wait: seconds to wait for other processes; 0 for not at all, for threads neither, nor
                for the disk where writing is put off.

        Raises:
            InUse: others kept the file for so long.
        """
        with self._turn if wait else at_once(self._turn):
            if self._depth:
                yield
                return
            is_part = self._delay > 0
            with self._errors():
                was_open = self._connection.in_transaction
            self._depth += 1
            try:
                if not was_open:
                    self._begin(wait)
                if is_part:
                    self.execute("SAVEPOINT step")
                yield
                if is_part:
                    self.execute("RELEASE step")
                if time.monotonic() >= self._due and (wait or not is_part):
                    self._commit()
            except BaseException:  # an interruption may come anywhere in between
                self._take_back(is_part and was_open)
                raise
            finally:
                self._depth -= 1

    def _begin(self, wait: float) -> None:
        """Begin a transaction, and have it end in time if writing is put off."""
        self.execute("BEGIN IMMEDIATE", wait=wait)
        self._due = time.monotonic() + self._delay
        if self._delay:
            timer = threading.Timer(self._delay, self._end_in_time)
            timer.daemon = True
            timer.start()

    def _take_back(self, is_part: bool) -> None:
        """Undo a part, if it was begun and is not done, or the transaction if it is all of it."""
        self.rollbacks += 1
        if not (is_part and self._connection.in_transaction):
            self._roll_back()
            return
        try:
            self.execute("ROLLBACK TO step")
            self.execute("RELEASE step")
        except StorageError as error:
            if "no such savepoint" not in str(error):
                self._roll_back()

    def _end_in_time(self) -> None:
        with self._turn, suppress(StorageError):  # who looks next learns of the loss
            if self._closer.alive:
                self._end()

    def _end(self) -> None:
        """Write down the transaction that is open, if one is."""
        if not self._depth and self._connection.in_transaction:
            self._commit()

    def _commit(self) -> None:
        try:
            with self.around_end():
                self.execute("COMMIT")
        except BaseException:
            self.losses += 1
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        self.rollbacks += 1
        with self._statement:
            if self._connection.in_transaction:  # a full disk makes SQLite do so by itself
                self._connection.rollback()


@contextmanager
def at_once(lock: _Lock) -> Iterator[None]:
    """Take a lock if it is free.

    Raises:
        InUse: it is not.
    """
    if not lock.acquire(blocking=False):
        raise InUse("the lab is in use by another thread")
    try:
        yield
    finally:
        lock.release()
