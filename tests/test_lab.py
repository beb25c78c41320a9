"""What a notebook holds: ``Lab``."""

from __future__ import annotations

import json
import re
import stat
from contextlib import closing
from pathlib import Path

import pytest

import imagelab
from imagelab import Lab
from imagelab.model.outcome import EngineError
from tests.dockerd import UnixConnection


@pytest.fixture
def lab() -> Lab:
    found = Lab()
    assert found.docker("pull -q busybox").exit_code == 0
    return found


def test_an_open_quote_is_explained_and_no_step(lab: Lab) -> None:
    steps = len(lab.journal)
    result = lab.docker("commit -m 'x")
    assert result.exit_code == 2
    assert "close the quote" in result.stderr
    assert len(lab.journal) == steps


def test_words_are_taken_as_they_are(lab: Lab) -> None:
    result = lab.docker(["run", "--rm", "busybox", "echo", "two  words 'here'"])
    assert result.stdout == "two  words 'here'\n"


def test_bytes_that_are_no_text_come_out_whole(lab: Lab) -> None:
    result = lab.docker(["run", "--rm", "busybox", "printf", r"\377\000a"])
    assert result.stdout_bytes == b"\xff\x00a"
    assert result.stdout == "\ufffd\x00a"


def test_an_earlier_lab_is_another_one(lab: Lab) -> None:
    lab.docker("tag busybox mine:1")
    earlier = lab.at(1)
    assert "mine" not in earlier.docker("images").stdout
    earlier.docker("rmi -f busybox")
    assert "busybox" in lab.docker("images").stdout
    assert lab.at(0).docker("images -q").stdout == ""
    assert lab.at(lab.journal[2]).docker("images -q mine").stdout != ""
    with pytest.raises(EngineError, match="no step 99"):
        lab.at(99)


def test_two_labs_of_the_same_commands_are_the_same() -> None:
    def run() -> list[str]:
        lab = Lab()
        lines = ("pull busybox", "run --name c1 busybox touch /x", "commit c1 mine",
                 "images --no-trunc", "ps -a", "history mine")
        return [lab.docker(line).stdout for line in lines]

    assert run() == run()


def test_a_kept_lab_is_found_again(tmp_path: Path) -> None:
    Lab.open(tmp_path).docker("pull -q busybox")
    again = Lab.open(tmp_path)
    assert again.docker("images --format '{{.Repository}}'").stdout == "busybox\n"
    again.undo()
    again.undo()
    assert Lab.open(tmp_path).docker("images -q").stdout == ""


def test_steps_show_themselves_in_a_line(lab: Lab) -> None:
    lab.docker("rmi nothing")
    assert repr(lab.undo()) == "step 2: docker rmi nothing (exit code 1)"
    assert repr(lab.journal).splitlines() == [
        "  step 0: the beginning", "> step 1: docker pull -q busybox",
        "  step 2: docker rmi nothing (exit code 1)"]
    assert repr(lab) == "<Lab: 1 images, 0 containers, step 1: docker pull -q busybox>"


def test_language_comes_from_the_environment_or_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("ko", "elsewhere"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("IMAGELAB_LANG", raising=False)
    monkeypatch.chdir(tmp_path / "ko")
    assert Lab().language == "ko"
    monkeypatch.setenv("IMAGELAB_LANG", "en")
    assert Lab().language == "en"
    monkeypatch.setenv("IMAGELAB_LANG", "xx")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert Lab().language == "en"


def test_a_lesson_has_a_start_and_others_are_named() -> None:
    assert len(Lab.start("01-commit").journal) == 0
    with pytest.raises(ValueError, match="01-commit"):
        Lab.start("99-nothing")


def test_magics_use_the_current_lab() -> None:
    mine = Lab()
    assert imagelab.use(mine) is imagelab.current() is mine


# --- served to docker clients --------------------------------------------------------------

def test_a_served_lab_is_the_lab_until_it_is_stopped() -> None:
    lab = Lab()
    lab.docker("pull -q hello-world")
    with lab.serve() as served:
        assert repr(served) == f"export DOCKER_HOST={served.host}"
        if served.host.startswith("unix://"):
            path = Path(served.host.removeprefix("unix://"))
            assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
            assert [each["RepoTags"] for each in _images(path)] == [["hello-world:latest"]]
            lab.docker("rmi hello-world")
            assert _images(path) == []
    assert repr(served) == f"# no longer served at {served.host}"
    if served.host.startswith("unix://"):
        assert not path.parent.exists()


def test_a_lab_is_served_where_one_says() -> None:
    with Lab().serve("tcp://127.0.0.1:0") as served:
        assert re.fullmatch(r"tcp://127\.0\.0\.1:[0-9]+", served.host)
    with pytest.raises(EngineError, match="this machine alone"):
        Lab().serve("tcp://0.0.0.0:2375")


def test_what_serving_needs_is_said_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("imagelab.api.listening.find_spec", lambda name: None)
    with pytest.raises(EngineError, match=r'run  pip install "imagelab\[serve\]"'):
        Lab().serve()


def _images(path: Path) -> list[dict[str, object]]:
    with closing(UnixConnection(str(path))) as connection:
        connection.request("GET", "/images/json")
        found: list[dict[str, object]] = json.loads(connection.getresponse().read())
        return found
