"""A whole lab in one file: all of it is there again, and a hostile file does no harm."""

import json
import os
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.course.levels.library import own
from imagelab.course.levels.read import build
from imagelab.course.replay.replay import replay
from imagelab.course.replay.transcript import transcript
from imagelab.course.saved_lab import SUFFIX
from imagelab.storage import bundle
from imagelab.storage.errors import StorageError


@pytest.fixture(scope="module")
def lab() -> Lab:
    lab = Lab(language="ko")
    lab.docker("pull busybox")
    lab.docker("run -i --name c1 busybox sh", stdin="echo hello > /hello\n")
    lab.docker("commit c1 hello:1")
    lab.undo()
    lab.docker("commit -m 'the other way' c1 hello:2")
    with tempfile.TemporaryDirectory() as folder:
        lab.docker("save -o a.tar busybox", folder=Path(folder))
        lab.docker("rmi -f busybox", folder=Path(folder))
        lab.docker("load -i a.tar", folder=Path(folder))
        lab.docker("export -o b.tar c1", folder=Path(folder))
        lab.docker("import b.tar flat:1", folder=Path(folder))
    lab.docker("run -d --name c2 hello:2 sleep 100")
    return lab


@pytest.fixture(scope="module")
def saved(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / f"lab{SUFFIX}"
    lab.save_to(path)
    return path


def test_all_of_a_lab_is_there_again(lab: Lab, saved: Path) -> None:
    again = Lab.from_file(saved)
    assert again.language == "ko"
    assert repr(again.journal) == repr(lab.journal)
    assert [step.events for step in again.journal] == [step.events for step in lab.journal]
    for one, other in zip(again.journal.steps, lab.journal.steps, strict=True):
        assert one.after.references == other.after.references
        assert list(one.after.containers) == list(other.after.containers)
    assert again.docker("images -a").stdout == lab.at(-1).docker("images -a").stdout
    assert again.docker("exec c2 cat /hello").stdout == "hello\n"


def test_one_can_go_on_from_there(lab: Lab, saved: Path, tmp_path: Path) -> None:
    again, same = Lab.from_file(saved), lab.at(-1)
    assert again.docker("commit c2 more:1").stdout == same.docker("commit c2 more:1").stdout
    assert again.docker("save -o more.tar more:1", folder=tmp_path).exit_code == 0
    again.undo()
    again.undo()
    again.docker("tag busybox b:2")
    again.undo()
    again.save_to(tmp_path / "again")
    third = Lab.from_file(tmp_path / "again")
    assert repr(third.journal) == repr(again.journal)
    assert third.journal.head == again.journal.head < len(again.journal.steps) - 1
    assert repr(third.redo()) == repr(again.redo())
    assert "b:2" in {str(name) for name in third.state.references}


def test_equal_labs_are_equal_files(lab: Lab, saved: Path, tmp_path: Path) -> None:
    lab.save_to(tmp_path / "same")
    assert (tmp_path / "same").read_bytes() == saved.read_bytes()


def test_a_level_goes_on_where_it_was(tmp_path: Path) -> None:
    lab = Lab.level("rmi-1", seed=1, folder=tmp_path)
    assert lab.play is not None
    lab.docker("images")
    lab.docker("run --rm -i ubuntu:14.04 cat", stdin="typed before")
    lab.play.check()
    lab.play.hint("en")
    lab.save_to(tmp_path / "level")
    again = Lab.from_file(tmp_path / "level")
    assert again.play is not None
    assert (again.play.attempts, again.play.hints, again.play.solution_shown) == (1, 1, False)
    assert again.play.level == lab.play.level != build(own()["rmi-1"], 0)
    again.shell.folder = tmp_path
    again.shell.run(again.play.level.solution, lambda *_: None)
    assert again.play.check().passed
    assert again.daemon.memory is not None
    done = transcript(again.journal.path(0), again.daemon.memory.contents)
    (tmp_path / "replay").mkdir()
    after = replay(again.daemon.fork(0), done, tmp_path / "replay").state
    assert after.references == again.state.references


def test_why_a_step_failed_is_still_known(tmp_path: Path) -> None:
    lab = Lab.start("04-rmi", language="en")
    lab.docker("rmi nosuch")
    lab.save_to(tmp_path / "lab")
    again = Lab.from_file(tmp_path / "lab")
    assert "nosuch" in repr(lab.why())
    assert repr(again.why()) == repr(lab.why())


def test_a_lab_that_is_kept_in_a_folder_can_be_saved_too(tmp_path: Path) -> None:
    kept = Lab.open(tmp_path / "kept")
    kept.docker("pull busybox")
    kept.save_to(tmp_path / "file")
    again = Lab.from_file(tmp_path / "file")
    assert not again.daemon.clock.simulated
    assert again.state.references == kept.state.references


def test_a_file_that_cannot_be_written_or_read_is_told(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        lab.save_to(tmp_path / "nowhere" / "lab")
    with pytest.raises(StorageError, match="No such file"):
        Lab.from_file(tmp_path / "nowhere")
    assert list(tmp_path.iterdir()) == []


# --- hostile files -------------------------------------------------------------------------

Change = Callable[[dict[str, bytes]], object]


def changed(saved: Path, target: Path, change: Change) -> Path:
    with zipfile.ZipFile(saved) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def about(files: dict[str, bytes], **values: object) -> None:
    files["about.json"] = json.dumps(json.loads(files["about.json"]) | values).encode()


def blob(files: dict[str, bytes]) -> str:
    return next(name for name in files if name.startswith("blobs/"))


BAD: list[Change] = [
    lambda files: files.pop("about.json"),
    lambda files: files.pop("objects.jsonl"),
    lambda files: files.pop("steps.jsonl"),
    lambda files: files.pop(blob(files)),
    lambda files: files.update({blob(files): b"something else"}),
    lambda files: files.update({"about.json": b"[" * 100_000}),
    lambda files: files.update({"about.json": b"\xff"}),
    lambda files: about(files, imagelab_lab=3),
    lambda files: about(files, imagelab_lab="2"),
    lambda files: about(files, head=10**30),
    lambda files: about(files, head=-1),
    lambda files: about(files, about=[]),
    lambda files: files.update({"objects.jsonl": files["objects.jsonl"].replace(b"busybox", b"x")}),
    lambda files: files.update({"objects.jsonl": b"{}\n" * 10}),
    lambda files: files.update({"steps.jsonl": b"[]\n"}),
    lambda files: files.update({"steps.jsonl": b'[5, "a", "{}"]\n'}),
    lambda files: files.update({"steps.jsonl": files["steps.jsonl"].replace(b"[-1", b"[0", 1)}),
]


@pytest.mark.parametrize("change", BAD)
def test_a_damaged_or_hostile_file_is_refused_and_leaves_nothing(
    saved: Path, tmp_path: Path, change: Change, monkeypatch: pytest.MonkeyPatch,
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    bad = changed(saved, tmp_path / "bad", change)
    with pytest.raises(StorageError):
        Lab.from_file(bad)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" + b"x" * 100, b"no archive at all"])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad").write_bytes(data)
    with pytest.raises(StorageError, match="no lab that was saved"):
        Lab.from_file(tmp_path / "bad")


@pytest.mark.parametrize("bound", ["MAX_BYTES", "MAX_TEXT", "MAX_LINE", "MAX_FILES", "MAX_LINES"])
def test_what_is_too_large_is_refused(
    saved: Path, bound: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bundle, bound, 3)
    with pytest.raises(StorageError, match="too large"):
        Lab.from_file(saved)


def test_names_of_an_archive_are_no_names_of_the_host(saved: Path, tmp_path: Path) -> None:
    def add(files: dict[str, bytes]) -> None:
        for name in ("../../../out", f"{tmp_path}/out", "blobs/sha256/../../out", "imagelab.db"):
            files[name] = b"evil"

    before = sorted(os.listdir(tmp_path))
    again = Lab.from_file(changed(saved, tmp_path / "bad", add))
    assert again.state.references
    assert sorted(os.listdir(tmp_path)) == [*before, "bad"]


def test_what_a_file_says_of_its_level_is_not_believed(saved: Path, tmp_path: Path) -> None:
    def level(name: object, **values: object) -> Change:
        return lambda files: about(files, about={"play": {"level": name, **values}})

    for number, change in enumerate([
            level("/etc/passwd"), level("../x.toml"), level(5), level("rmi-1", seed=-5, hints="x"),
            lambda files: about(files, about={"play": 5, "given": {"version": 1, "steps": 5}})]):
        lab = Lab.from_file(changed(saved, tmp_path / f"bad-{number}", change))
        if lab.play is not None:
            assert (lab.play.level.seed, lab.play.hints, lab.play.solution_shown) == (0, 0, True)
        assert (lab.play is not None) is (number == 3)


def test_no_more_hints_were_given_than_there_are(saved: Path, tmp_path: Path) -> None:
    play = Lab.from_file(changed(saved, tmp_path / "bad", lambda files: about(
        files, about={"play": {"level": "rmi-1", "hints": 1 << 50}}))).play
    assert play is not None
    assert play.hints == len(play.level.texts["en"].hints)
    assert play.hint("en") == ""
