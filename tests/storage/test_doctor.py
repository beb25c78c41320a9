"""What ``imagelab doctor`` finds in a kept lab, and mends."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from imagelab.cli import main
from imagelab.lab import Lab
from imagelab.storage.doctor import Report, examine
from imagelab.storage.errors import StorageError
from imagelab.storage.store import Store
from tests.storage.kept import do, garbage, listed, read, seen


def look(folder: Path, *, repair: bool = False) -> Report:
    store = Store.open(folder, new=False)
    try:
        return examine(store, repair=repair)
    finally:
        store.close()


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings if not finding.is_mended}


def change(folder: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(folder / "imagelab.db")) as database:
        assert database.execute(sql, values).rowcount > 0
        database.commit()


def blob(folder: Path, digest: str) -> Path:
    return folder / "blobs" / "sha256" / digest.removeprefix("sha256:")


def spoil(path: Path) -> None:
    """Change one byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def layers(lab: Lab, name: str) -> list[str]:
    found = json.loads(do(lab, f"inspect {name}"))[0]["RootFS"]["Layers"]
    assert isinstance(found, list)
    return found


def test_a_lab_in_use_is_clean(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = look(folder)
    assert (report.findings, report.is_clean) == ((), True)
    assert report.steps == 10
    assert report.blobs == len(os.listdir(folder / "blobs/sha256"))
    assert main(["doctor", "--lab", str(folder)]) == 0
    assert "All of it is as it should be." in capsys.readouterr().out


def test_a_folder_without_a_lab_is_not_made_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    for command in ("doctor", "gc"):
        assert main([command, "--lab", str(tmp_path / "none")]) == 1
        assert "there is no lab in it" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("kind", ["manifest", "config", "layer"])
@pytest.mark.parametrize("harm", [spoil, os.unlink])
def test_what_other_tools_read_is_made_again(
    lab: Lab, folder: Path, kind: str, harm: Callable[[Path], None],
) -> None:
    expected = seen(folder)
    entry = read(folder / "index.json")["manifests"][0]["digest"]
    image = do(lab, "images -q --no-trunc app:1").strip()
    digest = {"manifest": entry, "config": image, "layer": layers(lab, "app:1")[-1]}[kind]
    harm(blob(folder, digest))
    assert {"layout"} <= kinds(look(folder)) <= {"layout", "blob"}
    report = look(folder, repair=True)
    assert report.is_clean
    assert report.findings
    assert look(folder).findings == ()
    assert seen(folder) == expected
    damaged = list((folder / "damaged").iterdir()) if harm is spoil else []
    assert len(damaged) == (1 if harm is spoil else 0)


def test_the_index_is_made_again(folder: Path) -> None:
    expected = seen(folder)
    store = Store.open(folder)  # no lab is opened on it, which would mend that already
    (folder / "index.json").write_text('{"schemaVersion": 2, "manifests": []}')
    change(folder, "DELETE FROM manifests WHERE rowid = 1")
    assert {each.kind for each in examine(store).findings} == {"layout"}
    assert examine(store, repair=True).is_clean
    store.close()
    assert seen(folder) == expected


def test_a_loaded_layer_that_is_damaged_is_told_and_comes_back_by_loading_it_again(
    lab: Lab, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    expected = listed(lab)
    do(lab, "ps")
    steps = len(lab.journal.rows)
    digest = layers(lab, "imported:1")[0]
    spoil(blob(folder, digest))
    report = look(folder)
    assert kinds(report) == {"blob", "step", "head"}
    lost = [int(each.name) for each in report.findings if each.kind == "step"]
    assert lost == list(range(9, steps + 1))
    assert main(["doctor", "--repair", "--lab", str(folder)]) == 1
    said = capsys.readouterr().out
    assert f"step 9-{steps}: blob {digest} is missing\n" in said
    assert "Loading or pulling an image again" in said

    other = Lab.open(folder)  # it stands at the last step that is whole
    assert other.journal.head == 8
    assert "imported" not in do(other, "images")
    do(other, "import --change 'CMD true' in.tar imported:2", folder=tmp_path)
    other.daemon.go_to(steps)
    assert listed(other) == expected
    assert look(folder).findings == ()


def test_a_damaged_object_loses_the_steps_that_need_it_and_no_others(
    lab: Lab, folder: Path,
) -> None:
    do(lab, "run --name three busybox sh -c 'echo needle > /three'", "rm three", "ps")
    change(folder, "UPDATE objects SET body = replace(body, 'needle', 'noodle')"
                   " WHERE body LIKE '%needle\\n%' AND body LIKE '%\"page\"%'")
    report = look(folder)
    assert kinds(report) == {"object", "step"}
    assert [each.name for each in report.findings if each.kind == "step"] == ["10"]
    report = look(folder, repair=True)
    assert kinds(report) == {"step"}
    other = Lab.open(folder)
    assert other.journal.head == 12
    *_, three = other.at(10).state.containers.values()
    with pytest.raises(StorageError, match="is missing"):
        _ = three.changes["three"]


def test_an_object_that_does_not_fit_is_found_though_its_name_is_right(
    lab: Lab, folder: Path,
) -> None:
    with closing(sqlite3.connect(folder / "imagelab.db")) as database:
        state = lab.daemon._store.load()[0][-1].state_id  # type: ignore[union-attr]
        body = json.loads(database.execute(
            "SELECT body FROM objects WHERE id = ?", (state,)).fetchone()[0])
        body["references"]["changed"].append(
            ["docker.io", "library/ghost", "1", "", f"sha256:{'0' * 64}"])
        text = json.dumps(body, separators=(",", ":"))
        name = hashlib.sha256(text.encode()).hexdigest()
        database.execute("INSERT INTO objects VALUES (?, ?)", (name, text))
        database.execute("UPDATE steps SET state = ? WHERE number = 9", (name,))
        database.commit()
    report = look(folder)
    assert "ghost:1 is the name of no image" in report.findings[0].detail
    assert {each.name for each in report.findings} >= {"9"}


def test_a_journal_that_cannot_be_read_is_told(folder: Path) -> None:
    change(folder, "DELETE FROM steps WHERE number = 4")
    report = look(folder, repair=True)
    assert [(each.kind, each.is_mended) for each in report.findings] == [("journal", False)]


def test_a_database_that_sqlite_cannot_read_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    data = bytearray((folder / "imagelab.db").read_bytes())
    data[-4096:-4000] = bytes(range(96))
    (folder / "imagelab.db").write_bytes(data)
    assert main(["doctor", "--repair", "--lab", str(folder)]) == 1
    said = capsys.readouterr()
    assert "database: " in said.out
    assert "cannot be mended" in said.out


@pytest.mark.parametrize("sql", [
    "DROP TABLE manifests", "UPDATE manifests SET digest = x'ff'",
    "UPDATE manifests SET size = 'x'",
    "UPDATE settings SET value = '[' WHERE key = 'index.json'",
])
def test_what_is_kept_of_the_index_may_be_anything(folder: Path, sql: str) -> None:
    expected = seen(folder)
    with closing(sqlite3.connect(folder / "imagelab.db")) as database:
        database.execute(sql)
        database.commit()
    assert look(folder, repair=True).is_clean
    assert look(folder).findings == ()
    assert seen(folder) == expected
    assert seen(folder) == listed(Lab.open(folder))


def test_leftovers_and_strangers_are_put_in_order(folder: Path) -> None:
    list(garbage(folder))
    (folder / "blobs/sha256/notes.txt").write_text("mine")
    assert kinds(look(folder)) == {"incoming", "blob"}
    assert look(folder, repair=True).is_clean
    assert (folder / "damaged/notes.txt").read_text() == "mine"
    assert look(folder).findings == ()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_links_and_pipes_in_place_of_files_are_never_followed(
    lab: Lab, folder: Path, tmp_path: Path,
) -> None:
    expected = seen(folder)
    digest = layers(lab, "imported:1")[0]
    (tmp_path / "secret").write_bytes(blob(folder, digest).read_bytes())
    blob(folder, digest).unlink()
    blob(folder, digest).symlink_to(tmp_path / "secret")
    made = blob(folder, layers(lab, "app:1")[-1])
    made.unlink()
    os.mkfifo(made)
    (folder / "index.json").unlink()
    os.mkfifo(folder / "index.json")
    assert f"blob {digest} is missing" in str(look(folder).findings)
    assert not look(folder, repair=True).is_clean
    assert (folder / "damaged" / made.name).is_fifo()
    assert seen(folder).keys() < expected.keys()


def test_each_finding_is_told_in_both_languages(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    list(garbage(folder))
    spoil(max((folder / "blobs/sha256").iterdir(), key=lambda path: path.stat().st_size))
    change(folder, "UPDATE objects SET body = replace(body, 'kept', 'lost')"
                   " WHERE body LIKE '%\"kept\"%'")
    for language in ("en", "ko"):
        copy = folder.with_name(language)
        shutil.copytree(folder, copy)
        monkeypatch.setenv("IMAGELAB_LANG", language)
        main(["doctor", "--lab", str(copy)])
        main(["doctor", "--repair", "--lab", str(copy)])
        main(["gc", "--lab", str(copy)])
        said = capsys.readouterr()
        assert ("블롭" in said.out) == (language == "ko")
