"""A kept lab's folder as an OCI image layout."""

from __future__ import annotations

import json
import subprocess
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.storage.errors import StorageError
from imagelab.storage.store import Store
from tests.storage.kept import blobs, do, listed, seen


def test_a_new_lab_shows_no_image(tmp_path: Path) -> None:
    Lab.open(tmp_path)
    assert seen(tmp_path) == {}


def test_other_tools_see_the_images_after_each_command(
    lab: Lab, folder: Path, tmp_path: Path,
) -> None:
    assert seen(folder) == listed(lab)
    assert ["localhost:5000/my/app:x"] in [names[1:] for names in seen(folder).values()]
    for line in ("rmi -f app:1", "commit one", "rmi localhost:5000/my/app:x", "rm two",
                 "rmi app:2", "tag busybox again:1", "load -i in.tar", "image prune -af"):
        do(lab, line, folder=tmp_path)
        assert seen(folder) == listed(lab), line


def test_they_see_what_undo_redo_and_another_process_lead_to(lab: Lab, folder: Path) -> None:
    def images_of(index: int) -> set[str]:
        return set(lab.journal.steps[index].after.images)

    last = lab.journal.head
    for index in [*range(last, -1, -1), *range(last + 1)]:
        lab.daemon.go_to(index)
        assert set(seen(folder)) == images_of(index)
    lab.undo()
    lab.redo()
    assert set(seen(folder)) == images_of(last)

    other = Lab.open(folder)
    do(other, "pull hello-world")
    lab.undo()
    assert seen(folder) == listed(other)
    do(other, "pull hello-world", "tag hello-world here:1")
    other.undo()
    do(lab, "ps")
    assert seen(folder) == listed(other)


def test_a_refused_or_failed_command_shows_nothing_new(
    lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = seen(folder)
    assert lab.docker("rmi nothing").exit_code == 1
    with monkeypatch.context() as patch:
        patch.setattr(Store, "append", _fail)
        done = lab.docker("rmi -f app:1")
    assert (done.exit_code, done.stderr) == (1, "Error response from daemon: no\n")
    assert seen(folder) == before == listed(lab)


def _fail(*_: Any) -> None:
    raise StorageError("no")


def test_the_old_index_comes_back_where_the_end_of_a_command_cannot_be_kept(
    lab: Lab, folder: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = seen(folder)
    store = lab.daemon._store
    assert store is not None
    database = store._database
    execute = type(database).execute

    def failing(self: Any, sql: str, *values: Any, **wait: float) -> Any:
        if sql == "COMMIT":
            assert seen(folder) != before, "the index is written before the end"
            raise StorageError("disk full")
        return execute(self, sql, *values, **wait)

    with monkeypatch.context() as patch:
        patch.setattr(type(database), "execute", failing)
        done = lab.docker("rmi -f app:1")
    assert (done.exit_code, done.stderr) == (1, "Error response from daemon: disk full\n")
    assert seen(folder) == before == listed(Lab.open(folder))


@pytest.mark.parametrize("name", ["index.json", "oci-layout"])
@pytest.mark.parametrize("text", ["", "{}", None])
def test_files_that_somebody_has_changed_are_written_anew(
    lab: Lab, folder: Path, name: str, text: str | None,
) -> None:
    path, expected = folder / name, seen(folder)
    path.unlink() if text is None else path.write_text(text)
    Lab.open(folder)
    assert seen(folder) == expected == listed(lab)


def test_blobs_are_kept_once(lab: Lab, folder: Path) -> None:
    before = blobs(folder)
    do(lab, "tag app:1 other:1", "rmi other:1", "rmi -f app:1")
    lab.undo()
    assert blobs(folder) == before


@pytest.mark.requires("skopeo")
def test_skopeo_inspects_an_image_of_each_kind(lab: Lab, folder: Path) -> None:
    for name in ("busybox:latest", "app:1", "localhost:5000/my/app:x", "imported:1"):
        document = json.loads(do(lab, f"inspect {name}"))[0]
        told = _run("skopeo", "inspect", f"oci:{folder}:{name}")
        assert json.loads(told)["Layers"] == document["RootFS"]["Layers"]
        config = _run("skopeo", "inspect", "--config", "--raw", f"oci:{folder}:{name}")
        assert json.loads(config)["rootfs"]["diff_ids"] == document["RootFS"]["Layers"]


@pytest.mark.requires("skopeo")
def test_what_skopeo_copies_from_it_is_the_same_image(
    lab: Lab, folder: Path, tmp_path: Path,
) -> None:
    _run("skopeo", "copy", f"oci:{folder}:app:2", f"docker-archive:{tmp_path / 'out.tar'}:app:2")
    other = Lab()
    do(other, "load -i out.tar", folder=tmp_path)
    assert do(other, "images -q --no-trunc app:2") == do(lab, "images -q --no-trunc app:2")


@pytest.mark.requires("umoci")
def test_umoci_reads_names_and_history(lab: Lab, folder: Path) -> None:
    named = {name for names in seen(folder).values() for name in names}
    assert set(_run("umoci", "ls", "--layout", str(folder)).split()) == named
    told = json.loads(_run("umoci", "stat", "--json", "--image", f"{folder}:app:1"))
    history = json.loads(do(lab, "inspect app:1"))[0]["RootFS"]["Layers"]
    assert [each["layer"]["digest"] for each in told["history"] if each["layer"]] == history


def test_docker_load_takes_the_folder_as_an_archive(
    lab: Lab, folder: Path, tmp_path: Path,
) -> None:
    with tarfile.open(tmp_path / "folder.tar", "w") as archive:
        for name in ("oci-layout", "index.json", "blobs"):
            archive.add(folder / name, name)
    other = Lab()
    do(other, "load -i folder.tar", folder=tmp_path)
    assert set(do(other, "images -aq --no-trunc").split()) == set(listed(lab))


def _run(*words: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def state_with(name: str, lab: Lab) -> State:
    image_id = next(iter(lab.state.images))
    return lab.state.with_reference(Reference("docker.io", f"library/{name}", "1"), image_id)


def names(folder: Path) -> set[str]:
    return {name.partition(":")[0] for names in seen(folder).values() for name in names}


def publish(store: Store, state: State) -> None:
    with store.lock():
        store.publish(state)


def test_a_state_is_shown_again_after_another_process_showed_its_own(
    lab: Lab, folder: Path,
) -> None:
    one, other = Store.open(folder), Store.open(folder)
    first, second = state_with("first", lab), state_with("second", lab)
    for store, state, name in ((one, first, "first"), (other, second, "second"),
                               (one, first, "first"), (one, first, "first")):
        publish(store, state)
        assert names(folder) & {"first", "second"} == {name}
    one.close()
    other.close()


def test_what_is_taken_back_while_writing_is_put_off_is_never_shown(
    lab: Lab, folder: Path,
) -> None:
    store = Store.open(folder)
    store.write_behind(60)
    publish(store, state_with("first", lab))
    with suppress(KeyboardInterrupt), store.lock():
        store.publish(state_with("second", lab))
        raise KeyboardInterrupt
    assert names(folder) & {"first", "second"} == set()
    store.write_behind(0)
    assert names(folder) & {"first", "second"} == {"first"}
    store.close()
