"""A target fuzzed for a while, in a process of its own, and what came of it."""

from __future__ import annotations

import ctypes
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import Any, NoReturn

from tests.fuzz.mutate_json import mutated
from tests.fuzz.target import HERE, KINDS, LONGEST, Function, Target, run

#: Megabytes that the process may have.
_MEMORY = 1500
#: Seconds by the clock after which one input counts as one without an end; busy machines are slow.
_STUCK = 60
#: Asks Linux for a signal once the process has gone that this one is a copy of.
_PARENT_DIES = 1
#: How much of what is printed about a fault is shown.
_LINES, _WIDTH = 40, 300
_COUNT = re.compile(r"^stat::number_of_executed_units: +(\d+)", re.MULTILINE)
_PROGRESS = re.compile(r"^#(\d+)\s+\S+ +cov: (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Fuzzed:
    """What came of it.

    Attributes:
        executions: how many inputs were tried.
        coverage: branches of the package that they took.
        seconds: how long it took by the clock.
        fault: what was found, with the path of the input; empty for nothing.
    """

    executions: int
    coverage: int
    seconds: float
    fault: str


@contextmanager
def prepared(targets: Iterable[Target]) -> Iterator[Mapping[str, Function]]:
    """Give what some targets test, imported so that atheris sees which branches are taken.

    All inputs that are kept run once, so that what is imported late is there, too. Files are
    made in a folder that goes in the end.
    """
    import atheris

    sys.dont_write_bytecode = True
    random.seed(0)
    before = tempfile.tempdir, os.getcwd()
    with (tempfile.TemporaryDirectory(prefix="imagelab-fuzz-") as folder,
          atheris.instrument_imports(include=["imagelab"])):
        tempfile.tempdir = folder
        os.chdir(folder)
        try:
            yield {target.name: _prepared(target, Path(folder)) for target in targets}
        finally:
            tempfile.tempdir = before[0]
            os.chdir(before[1])


def _prepared(target: Target, folder: Path) -> Function:
    function = target.load()
    for kind in KINDS:
        for path in target.inputs(kind):
            run(target, function, path.read_bytes(), folder=folder, seconds=inf)
    return partial(run, target, function, folder=folder)


def fuzz(target: Target, function: Function, runs: int, kept: Path, seed: int = 0) -> Fuzzed:
    """Fuzz a target in a copy of this process.

    Args:
        target: which.
        function: what :func:`prepared` gave for it.
        runs: how many inputs are tried.
        kept: where inputs are kept that led further, and those that found a fault.
        seed: where chance begins; 0 for another place each time.
    """
    known, faults = kept.absolute() / target.name, kept.absolute() / "faults" / target.name
    for folder in (known, faults):
        folder.mkdir(parents=True, exist_ok=True)
    flags = [
        f"-runs={max(runs, 1)}", f"-seed={seed}", f"-timeout={_STUCK}",
        f"-rss_limit_mb={_MEMORY}", f"-max_len={LONGEST}", "-print_final_stats=1",
        f"-artifact_prefix={faults}{os.sep}",
        *([f"-dict={target.words}"] if target.words else []),
        str(known), *(str(HERE / kind / target.name) for kind in KINDS
                      if (HERE / kind / target.name).is_dir()),
    ]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as log:
        pid = os.fork()
        if not pid:
            _child(target, function, log.fileno(), flags)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        log.seek(0)
        said = log.read().decode("utf-8", "replace")
    progress = _PROGRESS.findall(said) or [("0", "0")]
    count = _COUNT.search(said)
    return Fuzzed(
        int(count[1] if count else progress[-1][0]), int(progress[-1][1]),
        time.monotonic() - begun, _fault(said, status, faults) if status else "")


def _child(target: Target, function: Function, log: int, flags: list[str]) -> NoReturn:
    """Fuzz; never return."""
    import atheris

    system = ctypes.CDLL(None)
    try:
        system.prctl(_PARENT_DIES, signal.SIGKILL)
        os.dup2(log, 1)
        os.dup2(log, 2)
        more: dict[str, Any] = {"custom_mutator": _mutated} if target.is_json else {}
        atheris.Setup([target.name, *flags], function, **more)
        atheris.Fuzz()
    except SystemExit:
        system.exit(1)  # libFuzzer writes the input; Python has nothing to tidy up here
    except BaseException:
        sys.excepthook(*sys.exc_info())
    os._exit(1)


def _mutated(data: bytes, most: int, seed: int) -> bytes:
    import atheris

    return mutated(data, most, seed, atheris.Mutate)  # which is another one before it begins


def _fault(said: str, status: int, faults: Path) -> str:
    lines = [line[:_WIDTH] for line in said.splitlines()
             if not line.startswith(("INFO: ", "WARNING: Failed", "#", "stat::", "0x"))]
    inputs = sorted(faults.iterdir(), key=lambda path: path.stat().st_mtime)
    where = f"the input is in {inputs[-1]}" if inputs else "it came with no input of its own"
    return "\n".join([*lines[-_LINES:], f"exit status {status}; {where}"])
