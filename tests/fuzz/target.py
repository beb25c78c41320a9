"""What is fuzzed: a name, a function that takes bytes, and how bytes for it are changed."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.guard import Named, watched

HERE = Path(__file__).parent
#: Folders of inputs that are kept: some of each kind, and what found a fault once.
KINDS = ("corpus", "crashes")
#: Seconds of a processor that one input may take: more is a fault like an exception.
SECONDS = 5.0
#: Most bytes of an input that is drawn.
LONGEST = 4096

#: Takes an input; what it raises is a fault.
Function = Callable[[bytes], None]


@dataclass(frozen=True)
class Target:
    """Something that takes bytes from outside.

    Attributes:
        name: what it is called, also in ``corpus`` and ``crashes``.
        function: where the function is, ``module.function``. It returns for whatever the bytes
            are; what it raises is a fault.
        is_json: whether the bytes are JSON, so that most changes should leave them that.
        cost: about how many times as long an execution takes as one of the quickest targets.
        named: says which paths of the host a text names; None where it cannot name any.
    """

    name: str
    function: str
    is_json: bool = False
    cost: int = 1
    named: Callable[[str], Named] | None = None

    def load(self) -> Function:
        """Import the function, and with it what it tests."""
        module, _, name = self.function.rpartition(".")
        found: Function = getattr(
            importlib.import_module(f"tests.fuzz.{module}"), name)
        return found

    def inputs(self, kind: str) -> list[Path]:
        """Return the inputs of one of the :data:`KINDS`."""
        return sorted(path for path in (HERE / kind / self.name).glob("*") if path.is_file())

    @property
    def words(self) -> Path | None:
        """A file of words that are worth trying, for libFuzzer; None without one."""
        path = HERE / "words" / f"{self.name}.dict"
        return path if path.is_file() else None


class TooSlow(AssertionError):
    """An input took longer than anything of its size should."""


def run(
    target: Target, function: Function, data: bytes, *, folder: Path, seconds: float = SECONDS,
) -> None:
    """Run one input.

    Args:
        target: what takes it.
        function: what :meth:`Target.load` gave.
        data: the input.
        folder: the only one that it may change.
        seconds: of a processor that it may take.

    Raises:
        TooSlow: it took longer than it may.
        Touched: it turned to the host.
        Exception: whatever else the target did not expect.
    """
    begun = time.process_time()
    named = target.named and target.named(data.decode("utf-8", "surrogateescape"))
    with watched(folder, named):
        function(data)
    if (took := time.process_time() - begun) > seconds:
        raise TooSlow(f"{len(data)} bytes took {took:.1f} s")
