"""Processes that share a lab; those that are killed are in ``test_killed``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from imagelab.storage.store import Store
from tests.storage.samples import changes_of

ROOT = Path(__file__).parents[2]

# Each step adds a file to a container, a layer, output and a blob, and counts in the settings.
WORKER = """
import sys
from dataclasses import replace
from imagelab.model.container import Log
from imagelab.model.node import file
from imagelab.model.state import State, layer_table
from imagelab.storage.store import StepRecord, Store
from tests.storage.samples import lab_with, layer

def after(state, index):
    name = str(index)
    old = state.containers.get("c" * 64) or lab_with({}).containers["c" * 64]
    new = replace(
        old, changes={**old.changes, name: file(b"%d" % index * 20_000)},
        logs=(*old.logs, Log(index, 1, name.encode())))
    state = replace(state, layers=layer_table()).with_layer(layer({name: file(name.encode())}))
    return replace(state, counter=index).with_container(new)

store = Store.open(sys.argv[1])
print("open", flush=True)
for _ in range(int(sys.argv[2])):
    with store.lock():
        steps, head = store.load()
        index = len(steps)
        state = store.state(steps[head].state_id) if steps else State()
        state_id = store.save_state(after(state, index))
        store.append(StepRecord(index, head, f"step {index}", 0, index, state_id))
        store.set_setting("steps", index)
    print(index, flush=True)
"""


def start(folder: Path, count: int) -> subprocess.Popen[str]:
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(folder), str(count)], cwd=ROOT,
        stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "open\n"
    return worker


def check(folder: Path) -> int:
    """Check that the lab is one unbroken history; return the number of its steps."""
    store = Store.open(folder)
    steps, head = store.load()
    assert head == len(steps) - 1
    assert [one.parent for one in steps] == list(range(-1, head))
    assert store.get_setting("steps", -1) == head
    for one in steps[-3:]:
        state = store.state(one.state_id)
        names = [str(index) for index in range(one.index + 1)]
        files = changes_of(state)
        assert list(files) == names
        assert all(files[name].content.read(20) == (name.encode() * 20)[:20] for name in names)
        assert [log.data.decode() for log in state.containers["c" * 64].logs] == names
        assert [list(layer.changes) for layer in state.layers.values()] == [[str(one.index)]]
    store.close()
    return len(steps)


def test_two_processes_take_turns(tmp_path: Path) -> None:
    workers = [start(tmp_path, 15), start(tmp_path, 15)]
    said = []
    for worker in workers:
        assert worker.stdout is not None
        said.append([int(line) for line in worker.stdout.read().split()])
        worker.stdout.close()
        assert worker.wait() == 0

    assert check(tmp_path) == 30
    assert sorted(said[0] + said[1]) == list(range(30))
