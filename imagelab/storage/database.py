"""One SQLite file that processes and threads take turns with."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from imagelab.storage.errors import StorageError

#: Seconds that one process waits for another before it gives up.
WAIT = 30.0

# A rollback journal, not WAL: the lab then works on network file systems too, and is one file
# when nobody writes. TRUNCATE with FULL syncs the end of a transaction to the disk.
_SETTINGS = ("PRAGMA journal_mode = TRUNCATE", "PRAGMA synchronous = FULL")

# SQLite takes a file that is shorter than any page for an empty one, and would write over it.
_SMALLEST = 512


class Database:
    """A connection that threads may share. Every method raises ``StorageError``."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it, readable by its owner only."""
        self.path = path
        self._turn = threading.RLock()
        with self._errors():
            os.close(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
            if 0 < path.stat().st_size < _SMALLEST:
                raise StorageError(f"{path} is not a lab")
            self._connection = sqlite3.connect(
                path, timeout=WAIT, isolation_level=None, check_same_thread=False)
            self._closer = weakref.finalize(self, self._connection.close)
            for setting in _SETTINGS:
                self._connection.execute(setting).fetchall()

    def close(self) -> None:
        """Close the file; what reads from it lazily fails from now on."""
        with self._turn:
            self._closer()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.OperationalError, OSError) as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise StorageError(f"{self.path} is in use by another process") from None
            raise StorageError(f"{self.path}: {_reason(error)}") from None
        except sqlite3.Error as error:
            raise StorageError(f"{self.path} cannot be read: {error}") from None
        except (OverflowError, UnicodeError) as error:
            raise StorageError(f"{self.path}: cannot keep a value: {error}") from None

    def execute(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with self._turn, self._errors():
            return self._connection.execute(sql, values).fetchall()

    @contextmanager
    def transaction(self, wait: float = WAIT) -> Iterator[None]:
        """Hold the file alone; everything inside happens, or nothing where an error leaves it.

        Inside another transaction of the same thread this is a part of that one.

        Args:
            wait: seconds to wait for other processes.

        Raises:
            StorageError: another process kept the file for so long.
        """
        with self._turn:
            with self._errors():
                nested = self._connection.in_transaction
            if nested:
                yield
                return
            try:
                with self._errors():
                    self._connection.execute(f"PRAGMA busy_timeout = {round(wait * 1000)}")
                    self._connection.execute("BEGIN IMMEDIATE")
                    self._connection.execute(f"PRAGMA busy_timeout = {round(WAIT * 1000)}")
                yield
                with self._errors():
                    self._connection.execute("COMMIT")
            finally:
                # It may have been interrupted as soon as it began, and a full disk makes SQLite
                # roll back by itself.
                if self._connection.in_transaction:
                    self._connection.rollback()


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
