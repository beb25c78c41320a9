"""Garbage collection of a kept lab."""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from imagelab.cli import main
from imagelab.lab import Lab
from imagelab.storage.doctor import examine
from imagelab.storage.errors import StorageError
from imagelab.storage.objects import Objects
from imagelab.storage.reach import reach
from imagelab.storage.store import Store
from imagelab.storage.sweep import sweep
from tests.storage.kept import blobs, do, garbage, listed, seen
from tests.storage.samples import blob_of, everything, rich


def store_of(lab: Lab) -> Store:
    store = lab.daemon._store
    assert store is not None
    return store


def objects(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "imagelab.db")) as database:
        return {name for (name,) in database.execute("SELECT id FROM objects")}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_nothing_of_a_lab_in_use_is_garbage(lab: Lab, folder: Path) -> None:
    before = blobs(folder), objects(folder)
    swept = sweep(store_of(lab))
    assert (swept.objects, swept.blobs, swept.files, swept.bytes) == (0, 0, 0, 0)
    assert (blobs(folder), objects(folder)) == before


def test_what_a_broken_off_command_left_goes_and_is_counted(lab: Lab, folder: Path) -> None:
    before = blobs(folder)
    left = list(garbage(folder))
    with closing(sqlite3.connect(folder / "imagelab.db")) as database:
        text = '{"kind":"bytes","data":"' + "x" * 100_000 + '"}'
        database.execute("INSERT INTO objects VALUES (?, ?)", (
            hashlib.sha256(text.encode()).hexdigest(), text))
        database.commit()
    total = bytes_in(folder)
    swept = sweep(store_of(lab))
    assert (swept.objects, swept.blobs, swept.files) == (1, 1, 1)
    assert swept.bytes == total - bytes_in(folder) > 50_000  # whole pages of the database
    assert not any(path.exists() for path in left)
    assert blobs(folder) == before


def test_an_image_that_a_step_can_bring_back_stays(lab: Lab, folder: Path) -> None:
    """What only other tools read of it goes, and is there again after the undo."""
    expected, shown, images = listed(lab), seen(folder), everything(lab.state.images)
    do(lab, "rm one two", "rmi imported:1", "rmi app:2 localhost:5000/my/app:x", "rmi app:1")
    before = blobs(folder)
    assert sweep(store_of(lab)).blobs > 0
    assert blobs(folder) < before
    lab.daemon.go_to(len(lab.journal.rows) - 5)
    assert listed(lab) == expected
    assert seen(folder) == shown
    assert everything(lab.state.images) == images
    assert examine(store_of(lab)).findings == ()


def test_forgotten_steps_free_what_only_they_needed(lab: Lab, folder: Path) -> None:
    do(lab, "rm one two", "rmi imported:1", "rmi app:2 localhost:5000/my/app:x", "rmi app:1")
    lab.docker("rmi busybox")
    assert main(["gc", "--forget", "--lab", str(folder)]) == 0
    assert blobs(folder) == set()
    other = Lab.open(folder)
    assert len(other.journal) == 0
    assert list(other.state.volumes) == ["kept"]
    assert main(["gc", "--lab", str(folder)]) == 0
    do(other, "pull busybox", "run --name again busybox true")
    assert examine(store_of(other)).findings == ()


def test_an_open_lab_goes_on_after_another_process_has_forgotten_its_steps(
    lab: Lab, folder: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    steps = len(lab.journal)
    assert main(["gc", "--forget", "--lab", str(folder)]) == 0
    assert f"forgot {steps} steps" in capsys.readouterr().out
    do(lab, "tag app:1 again:1")
    assert [step.command for step in lab.journal] == ["docker tag app:1 again:1"]
    assert seen(folder) == listed(lab)


def test_what_was_swept_is_kept_anew_when_it_comes_back(lab: Lab, folder: Path) -> None:
    """A process remembers what it has kept; another one may have had it removed."""
    do(lab, "create --name three busybox")
    other = Lab.open(folder)
    do(other, "rm one two three")
    assert main(["gc", "--forget", "--lab", str(folder)]) == 0
    do(lab, "create --name three busybox")  # without output, as before: an equal object
    assert examine(store_of(lab)).findings == ()
    do(lab, "rm three")
    store_of(lab).forget_steps()
    assert sweep(store_of(lab)).objects > 0
    do(lab, "create --name three busybox")
    assert examine(store_of(lab)).findings == ()


def test_what_is_being_loaded_while_the_lab_is_left_to_others_stays(
    lab: Lab, folder: Path,
) -> None:
    store = store_of(lab)
    with lab.daemon.step("load"), lab.daemon.released():
        blob = store.blobs.add(iter([b"not yet part of any step"]))
        assert main(["gc", "--lab", str(folder)]) == 0
        assert blob.path.exists()
    assert sweep(store).blobs == 1
    assert not blob.path.exists()


def test_garbage_that_is_added_again_meanwhile_stays(lab: Lab, folder: Path) -> None:
    *_, old = garbage(folder)
    with lab.daemon.step("load"), lab.daemon.released():
        assert store_of(lab).blobs.add(iter([b"no one"])).path == old
        assert main(["gc", "--lab", str(folder)]) == 0
        assert old.exists()


_CLAIMS = """
import sys, time
from imagelab.storage.store import Store
store = Store.open(sys.argv[1])
with store.lock():
    claim = store.claimed()
    claim.__enter__()
print(store.blobs.add(iter([b"claimed"])).path, flush=True)
time.sleep(60)
"""


def test_a_claim_ends_with_its_process(lab: Lab, folder: Path) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-c", _CLAIMS, str(folder)], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    claimed = Path(worker.stdout.readline().strip())
    swept = sweep(store_of(lab))
    assert (claimed.exists(), swept.blobs) == (True, 0)
    worker.kill()
    worker.wait()
    worker.stdout.close()
    swept = sweep(store_of(lab))
    assert (claimed.exists(), swept.blobs) == (False, 1)
    assert list((folder / "incoming").iterdir()) == []


class Noted(Objects):
    """Objects that note which were read."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.read: set[str] = set()

    def any(self, object_id: str, kind: str = "object") -> Any:
        self.read.add(object_id)
        return super().any(object_id, kind)


def test_what_is_reached_is_what_reading_a_whole_state_reads(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "lab")
    object_id = store.save_state(rich(blob_of(tmp_path, b"0123456789")))
    noted = Noted(store._database)
    store._codec._objects = noted
    store._codec._live.clear()
    everything(store.state(object_id))
    reached = reach(Objects(store._database), [object_id])
    assert reached.objects == noted.read == set(Objects(store._database).names())
    assert reached.blobs == blobs(store.folder)
    store.close()


def test_nothing_is_freed_of_a_lab_with_objects_of_a_later_kind(lab: Lab, folder: Path) -> None:
    list(garbage(folder))
    before = blobs(folder)
    store = store_of(lab)
    later = Objects(store._database).put("invented later", {})
    steps, _ = store.load()
    store._database.execute("UPDATE steps SET state = ? WHERE number = ?", later, len(steps) - 1)
    with pytest.raises(StorageError, match="invented later"):
        sweep(store)
    assert blobs(folder) == before
