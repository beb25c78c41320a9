"""Secrets of accounts at real registries, apart from all that a lab keeps.

A lab's states and journal hold names of accounts only, since they are shown, copied and sent
around. A secret stays in the memory of the process, or, for a lab that a terminal opens anew for
each command, in a file of its own that nobody else may read.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from imagelab.formats.json_text import parsed
from imagelab.storage.errors import StorageError, refused

#: The file's name in a lab's folder.
FILE = "credentials.json"
_MAX_FILE = 1 << 20


class Credentials:
    """Secrets by registry host and account."""

    def __init__(self, path: Path | None = None) -> None:
        """Keep them in a file, or in memory."""
        self._path = path
        self._known: dict[str, list[str]] = {}

    def secret(self, host: str, user: str) -> str | None:
        """Return the secret of an account, None if it is not known.

        Raises:
            StorageError: the file cannot be read.
        """
        known = self._read().get(host)
        return known[1] if known and known[0] == user else None

    def keep(self, host: str, user: str, secret: str) -> None:
        """Keep the secret of an account in place of any other at that host.

        Raises:
            StorageError: the file cannot be written.
        """
        self._write({**self._read(), host: [user, secret]})

    def forget(self, host: str) -> None:
        """Forget the account at a host.

        Raises:
            StorageError: the file cannot be written.
        """
        known = self._read()
        if known.pop(host, None) is not None:
            self._write(known)

    def _read(self) -> dict[str, list[str]]:
        if self._path is None:
            return dict(self._known)
        try:
            with self._path.open("rb") as file:
                data = parsed(file.read(_MAX_FILE))
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise refused(str(self._path), error) from None
        except ValueError:
            raise StorageError(f"{self._path} is damaged: delete it and log in again") from None
        if not isinstance(data, dict) or not all(map(_is_account, data.values())):
            raise StorageError(f"{self._path} is damaged: delete it and log in again")
        return data

    def _write(self, known: dict[str, list[str]]) -> None:
        if self._path is None:
            self._known = known
            return
        # A file that mkstemp makes is readable for its owner only, from the first moment on.
        aside = ""
        try:
            handle, aside = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE}-")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(known, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, self._path)
        except OSError as error:
            raise refused(str(self._path), error) from None
        finally:
            if aside:
                with suppress(OSError):
                    os.unlink(aside)


def _is_account(value: object) -> bool:
    return (isinstance(value, list) and len(value) == 2
            and all(isinstance(each, str) for each in value))
