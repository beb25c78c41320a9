"""How the worker begins: whatever a link's commands write, it stays in the lab's folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

ROOT = Path(__file__).parents[2]
_WORKER = """
import json, sys
from imagelab.embed.worker import begin
sent = []
session = begin(lambda data: sent.append(json.loads(data)), sys.argv[1])
session.receive(json.dumps({"open": {"link": sys.argv[2], "language": "en", "address": ""}}))
assert "" not in sys.path
session.receive(json.dumps({"pane": "terminal", "content": {
    "action": "line", "value": {"line": sys.argv[3]}, "number": 1}}))
try:
    import chosen_by_a_stranger
except ImportError:
    sys.stdout.write(json.dumps(sent))
"""
_MAKE = "run --name box busybox sh -c 'mkdir /m; echo 1/0 > /m/chosen_by_a_stranger.py'"


@pytest.mark.parametrize("line", [
    "cp box:/m/chosen_by_a_stranger.py {outside}", "cp box:/m {outside}/m",
    "export -o {outside}/chosen_by_a_stranger.py box", "save -o {outside}/x.tar busybox",
    "cp box:/m/. ..", "build --iidfile {outside}/x {outside}"])
def test_nothing_is_written_outside_or_imported(line: str, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "lab"
    outside.mkdir()
    (outside / "Dockerfile").write_text("FROM busybox\nRUN echo built\n")
    command = line.format(outside=outside)
    link = urlencode([("docker", _MAKE), ("docker", command), ("view", "map")])
    done = subprocess.run(
        [sys.executable, "-c", _WORKER, str(folder), link, f"docker {command}"],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert [each.name for each in outside.iterdir()] == ["Dockerfile"]
    sent = json.loads(done.stdout)
    assert "open" in sent[0]
    if str(outside) in command:
        assert "this is not allowed here" in json.dumps(sent[0])
        assert "this is not allowed here" in json.dumps(sent[1:])
    else:
        assert (folder / "chosen_by_a_stranger.py").exists()
