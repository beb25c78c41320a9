"""No input makes a lab touch what its user did not name: seen by Python's audit events."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.memory import ROOT


@pytest.mark.skipif(sys.platform != "linux", reason="names of open folders are told on Linux")
def test_no_input_touches_what_nobody_named(tmp_path: Path) -> None:
    """No file is read or written, no process run, no address reached, but for those named."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.watched", str(tmp_path)], cwd=ROOT,
        capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report["seen"]) >= {
        "open", "os.listdir", "os.utime", "os.remove", "os.posix_spawn"}
    assert report["found"] == []
    assert report["secret"] == {"key": "nobody named this"}
