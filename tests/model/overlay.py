"""Asks the kernel's overlayfs; run as a module it records the answers for ``test_overlay.py``.

``python -m tests.model.overlay`` writes ``overlay_recorded.json`` anew.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from tests.model.operations import random_layers, random_operations

WORKER = Path(__file__).with_name("overlay_worker.py")
CANNOT_MOUNT = 77
OPERATIONS = 40
RECORDED = 40


def random_case(seed: int) -> dict[str, Any]:
    dice = random.Random(seed)
    layers = random_layers(dice)
    return {"layers": layers, "operations": random_operations(dice, layers, OPERATIONS)}


def replay(cases: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """Let the kernel carry out each case; the folder gets a mount that others do not see."""
    if sys.platform != "linux" or os.geteuid() != 0 or not shutil.which("unshare"):
        pytest.skip("mounting overlayfs needs Linux, root and unshare (util-linux)")
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, str(WORKER), str(folder)],
        input=json.dumps(cases), capture_output=True, text=True, timeout=120)
    if done.returncode == CANNOT_MOUNT or done.stderr.startswith("unshare:"):
        pytest.skip(f"cannot mount overlayfs here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    return seen


def record() -> None:
    cases = [random_case(seed) for seed in range(RECORDED)]
    with tempfile.TemporaryDirectory() as folder:
        seen = replay(cases, Path(folder))
    rows = [
        json.dumps({"case": case, "seen": each}, ensure_ascii=False, separators=(",", ":"))
        for case, each in zip(cases, seen, strict=True)
    ]
    text = "[\n" + ",\n".join(rows) + "\n]\n"
    Path(__file__).with_name("overlay_recorded.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    record()
