"""What the parts of tar share: messages, safe names, what names select."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.shell import pattern
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.tar_options import Call

MAX_ENTRIES = 200_000


class TarEndError(Exception):
    """Tar gives up; the message is what it prints last."""


@dataclass(eq=False)
class Session:
    """One run of tar.

    Attributes:
        io: the program's.
        call: what it is to do.
        status: exit status so far.
        warned: leading parts whose removal was told.
    """

    io: Io
    call: Call
    status: int = 0
    warned: set[str] = field(default_factory=set)

    def complain(self, message: str) -> None:
        """Print an error and go on."""
        self.io.fail(message)
        self.status = 2 if self.io.gnu else 1

    def fatal(self, gnu: str, busybox: str) -> TarEndError:
        """Return the error that ends tar, its first line printed."""
        if self.io.gnu:
            self.io.fail(gnu)
            return TarEndError("Error is not recoverable: exiting now")
        return TarEndError(busybox)

    def check_folder(self, folder: str) -> None:
        """Check that a folder of ``-C`` is there.

        Raises:
            TarEndError: it is not.
        """
        try:
            self.io.files.names(folder)
        except FileError as error:
            shown = self.call.typed.get(folder, folder)
            raise self.fatal(
                f"{shown}: Cannot open: {error.message}",
                f"can't change directory to '{shown}': {error.message}") from None

    def safe(self, name: str, what: str = "member names") -> str:
        """Return a name that stays below the folder; tell once what was taken off."""
        if "P" in self.call.flags:
            return name
        cut = _unsafe_length(name)
        front = name[:cut]
        if front and front not in self.warned and (self.io.gnu or not self.warned):
            self.warned.add(front)
            if self.io.gnu:
                self.io.fail(f"Removing leading `{front}' from {what}")
            else:
                self.io.fail(f"removing leading '{front}' from member names")
        return name[cut:] or ("." if self.io.gnu or not front else "")

    def excluded(self, name: str) -> bool:
        """Whether a pattern leaves a name out: it fits the name, or the end of it."""
        parts = name.rstrip("/").split("/")
        self.io.step(len(self.call.exclude) * len(parts) // 4)
        return any(
            pattern.matches(each, "/".join(parts[start:]))
            for each in self.call.exclude for start in range(len(parts)))

    @property
    def lister(self) -> bool:
        """Whether names go to standard error, since data goes to standard output."""
        if self.call.mode == "x":
            return "O" in self.call.flags
        return self.call.file == "-" and self.call.mode != "t"

    def tell(self, line: str) -> None:
        """Print a line about an entry."""
        if self.lister:
            self.io.err(line + "\n")
        else:
            self.io.out(line + "\n")


def _unsafe_length(name: str) -> int:
    """Return how much of a name leads out of the folder: slashes, all up to the last ``..``."""
    cut = at = 0
    for part in name.split("/"):
        if part == "..":
            cut = at + 2
        at += len(part) + 1
    while name[cut : cut + 1] == "/":
        cut += 1
    return cut
