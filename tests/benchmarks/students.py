"""What one student costs: ``python -m tests.benchmarks.students``.

A student has a Jupyter server and a kernel. Memory is what a process has for itself; libraries
mapped from disk are there once for all who use them, and are not counted. The server has the
extensions of the whole environment: with those for development it is larger than a student's.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import psutil

from tests.browser.jupyter import LAB, TOKEN, serving
from tests.remote import Kernel, Remote

LESSON = Path("notebooks/en/04-rmi.ipynb")
#: A kernel after the lesson may have so much more than a bare one with pandas, in bytes.
WISH = 60_000_000
NODE = 24 << 30
RUNS = 5


@dataclass(frozen=True)
class Cost:
    """Bytes of memory, and seconds.

    Attributes:
        server: a Jupyter server with nothing open.
        bare: a kernel that has imported pandas.
        learned: a kernel after the lesson.
        start: of a kernel, until the lab can be used.
        bare_start: of a kernel, until it answers.
    """

    server: int
    bare: int
    learned: int
    start: float
    bare_start: float

    def __str__(self) -> str:
        """Return the figures, a line each."""
        student = self.server + self.learned
        return "\n".join((
            f"a kernel with pandas         {_megabytes(self.bare)}",
            f"a kernel after {LESSON.stem:13} {_megabytes(self.learned)}"
            f"  {_megabytes(self.learned - self.bare)} more; the aim is {_megabytes(WISH).strip()}",
            f"a Jupyter server             {_megabytes(self.server)}",
            f"a kernel's start             {self.bare_start:6.2f} s",
            f"with %load_ext imagelab      {self.start:6.2f} s",
            f"students on a node of 24 GiB {NODE // student:6}"))


def measured() -> Cost:
    """Start a server as ``imagelab lab`` does, and kernels on it."""
    # An installation has its byte code; a machine that tests may have been told to keep none.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with TemporaryDirectory() as folder, serving(LAB, Path(folder)) as serving_lab:
        server = Remote(serving_lab.address, TOKEN)
        process = next(each for each in psutil.Process().children() if "imagelab" in each.cmdline())
        before = process.memory_full_info().uss
        with _started(server) as (kernel, _):
            kernel.run("import pandas")
            bare = _kernel_of(process)
        with _started(server) as (kernel, _):
            kernel.run_lesson(Path(folder) / LESSON)
            learned = _kernel_of(process)
        starts = [_start(server) for _ in range(RUNS)]
        return Cost(before, bare, learned, *(median(times) for times in zip(*starts, strict=True)))


def _start(server: Remote) -> tuple[float, float]:
    begin = time.perf_counter()
    with _started(server) as (kernel, seconds):
        kernel.run("%load_ext imagelab")
        return time.perf_counter() - begin, seconds


@contextmanager
def _started(server: Remote) -> Iterator[tuple[Kernel, float]]:
    """Start a kernel in the lesson's folder; give it, and the seconds until it answered."""
    begin = time.perf_counter()
    with server.kernel(str(Path(*LESSON.parts[1:]))) as kernel:
        kernel.run("")
        yield kernel, time.perf_counter() - begin


def _kernel_of(server: psutil.Process) -> int:
    kernel, = (each for each in server.children(recursive=True)
               if "ipykernel_launcher" in each.cmdline())
    uss: int = kernel.memory_full_info().uss
    return uss


def _megabytes(size: int) -> str:
    return f"{size / 1e6:6.0f} MB"


if __name__ == "__main__":
    print(measured())
