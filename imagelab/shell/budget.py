"""What one advance of a process may cost at most."""

from __future__ import annotations

from dataclasses import dataclass

#: Exit status of a program that used up its budget (128 + SIGXCPU).
LIMIT_STATUS = 152


class ExhaustedError(Exception):
    """The budget is used up; the message says of what."""


@dataclass(eq=False)
class Budget:
    """Amounts left. One budget bounds everything; each amount only goes down.

    Attributes:
        steps: commands, loop turns and pieces of work of programs.
        output: bytes written to standard output and error.
        words: bytes of expanded words, variables and pipes.
        hashed: bytes of files read to be hashed, searched or copied.
        written: bytes written to files, lazy zeros included.
        entries: paths visited in directories.
    """

    steps: int = 150_000
    output: int = 16 << 20
    words: int = 32 << 20
    hashed: int = 512 << 20
    written: int = 4 << 30
    entries: int = 200_000

    def take(self, what: str, amount: int = 1) -> None:
        """Use up an amount.

        Raises:
            ExhaustedError: there is not that much left.
        """
        left = getattr(self, what) - amount
        setattr(self, what, max(left, 0))
        if left < 0:
            raise ExhaustedError(what)
