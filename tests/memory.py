"""How much memory a piece of Python takes, measured in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_STATUS = Path("/proc/self/status")


def peak_of(code: str, *arguments: str) -> int:
    """Run code and return the most memory that its process had, in bytes.

    Linux tells it in the process's status; what ``getrusage`` says there begins with the memory
    of the process that started it, the test runner's.
    """
    if not _STATUS.exists():
        pytest.skip("peak memory is measured on Linux")
    report = (
        "\nfrom pathlib import Path\n"
        f"line = next(x for x in Path({str(_STATUS)!r}).read_text().splitlines()"
        " if x.startswith('VmHWM:'))\n"
        "print(int(line.split()[1]) * 1024)\n")
    done = subprocess.run(
        [sys.executable, "-c", code + report, *arguments], cwd=ROOT, capture_output=True,
        text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])
