"""Errors of file operations, by the names and words of the C library."""

from __future__ import annotations

#: Messages of the C library for the errors a file system gives.
MESSAGES = {
    "EACCES": "Permission denied",
    "EBUSY": "Device or resource busy",
    "EEXIST": "File exists",
    "EINVAL": "Invalid argument",
    "EISDIR": "Is a directory",
    "ELOOP": "Too many levels of symbolic links",
    "EMLINK": "Too many links",
    "ENAMETOOLONG": "File name too long",
    "ENOENT": "No such file or directory",
    "ENOTDIR": "Not a directory",
    "ENOTEMPTY": "Directory not empty",
    "EPERM": "Operation not permitted",
    "EROFS": "Read-only file system",
    "EXDEV": "Invalid cross-device link",
}


class FileError(Exception):
    """A file operation that failed.

    Attributes:
        code: name of the error, ``ENOENT``.
        path: the path as it was given.
    """

    def __init__(self, code: str, path: str) -> None:
        """Remember the error's name and the path."""
        super().__init__(f"{path}: {MESSAGES[code]}")
        self.code = code
        self.path = path

    @property
    def message(self) -> str:
        """The C library's words."""
        return MESSAGES[self.code]
