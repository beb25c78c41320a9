"""The magics of levels, in an IPython of our own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab.course.levels import schema
from imagelab.course.levels.errors import LevelError
from imagelab.course.progress import file
from imagelab.course.progress.record import Progress
from imagelab.messages import languages, text
from tests.ipython import ipython

TEMPLATE = files("imagelab.course.levels") / "template.toml"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMAGELAB_LANG", "en")
    with ipython() as shell:
        imagelab.use(imagelab.Lab(language="en"))
        yield shell


def test_a_level_becomes_the_lab_under_every_name_that_it_had(shell: Any) -> None:
    own = imagelab.current()
    shell.user_ns.update(lab=own, mine=own, other=5)
    shell.run_line_magic("level", "rmi-1")
    lab = imagelab.current()
    assert lab is not own
    assert shell.user_ns["lab"] is lab
    assert shell.user_ns["mine"] is lab
    assert shell.user_ns["other"] == 5


def test_a_level_is_checked_helped_with_and_begun_anew(shell: Any) -> None:
    shell.run_line_magic("level", "rmi-1")
    lab = imagelab.current()
    assert repr(shell.run_line_magic("check", "")).startswith("▢")
    assert "Hint 1" in repr(shell.run_line_magic("hint", ""))
    lab.docker("images")
    shell.run_line_magic("reset", "")
    assert lab.journal.head == 0
    assert "docker " in repr(shell.run_line_magic("solution", ""))


def test_reset_without_a_level_is_ipython_s(shell: Any) -> None:
    shell.user_ns["word"] = 1
    shell.run_line_magic("reset", "-f")
    assert "word" not in shell.user_ns


def test_reset_with_options_is_ipython_s_in_a_level_too(shell: Any) -> None:
    shell.run_line_magic("level", "rmi-1")
    shell.user_ns["word"] = 1
    shell.run_line_magic("reset", "-f")
    assert "word" not in shell.user_ns


def test_without_a_level_the_magics_say_how_to_begin_one(shell: Any) -> None:
    for name in ("check", "hint", "solution"):
        with pytest.raises(ValueError, match="%level"):
            shell.run_line_magic(name, "")


def test_levels_are_listed_and_one_that_is_not_there_is_refused(shell: Any) -> None:
    assert "rmi-1" in repr(shell.run_line_magic("level", ""))
    with pytest.raises(LevelError, match="did you mean"):
        shell.run_line_magic("level", "rmi1")


@pytest.mark.parametrize("language", languages)
def test_without_jsonschema_a_level_of_one_s_own_says_what_is_missing(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str,
) -> None:
    (tmp_path / "rmi-9.toml").write_text(TEMPLATE.read_text("utf-8"), "utf-8")
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    schema._validator.cache_clear()
    imagelab.current().language = language
    with pytest.raises(LevelError) as error:
        shell.run_line_magic("level", "rmi-9.toml")
    assert str(error.value) == text("level.no_schema", language)
    assert imagelab.current().play is None
    shell.run_line_magic("level", "rmi-1")


def test_a_level_that_is_not_there_is_refused_in_the_learner_s_language(shell: Any) -> None:
    imagelab.current().language = "ko"
    with pytest.raises(LevelError, match="혹시 `rmi-1`인가요"):
        shell.run_line_magic("level", "rm-1")
    with pytest.raises(LevelError, match="레벨은 없습니다"):
        shell.run_line_magic("level", "3")


def test_the_list_marks_what_is_solved(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "progress.json"
    monkeypatch.setenv("IMAGELAB_PROGRESS", str(path))
    shell.run_line_magic("level", "start-1")
    play = imagelab.current().play
    assert play is not None
    imagelab.current().shell.run(play.level.solution, lambda *_: None)
    assert "solved" in repr(shell.run_line_magic("check", ""))

    def marked() -> list[str]:
        lines = repr(shell.run_line_magic("level", "")).splitlines()
        return [line.split()[0] for line in lines if line.endswith("✔")]

    assert marked() == ["start-1"]
    path.write_text("no progress")
    assert marked() == []


def test_a_level_shows_its_card_and_a_check_what_is_missing(shell: Any) -> None:
    from imagelab.widgets.view import View

    card = shell.run_line_magic("level", "start-1")
    assert isinstance(card, View)
    assert repr(card).startswith("Level start-1: ")
    first, second = (shell.run_line_magic("check", "") for _ in range(2))
    assert repr(first) == repr(second)
    assert "<img" in first._repr_html_()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_files_that_cannot_be_written_are_told_in_the_learner_s_language(
    shell: Any, tmp_path: Path, language: str,
) -> None:
    imagelab.use(imagelab.Lab(language=language))
    (tmp_path / "build-1").touch()
    before = imagelab.current()
    said = {"en": "cannot be written", "ko": "쓸 수 없습니다"}[language]
    with pytest.raises(ValueError, match=said):
        shell.run_line_magic("level", "build-1")
    assert imagelab.current() is before


def test_reset_leads_back_even_where_files_cannot_be_written(shell: Any, tmp_path: Path) -> None:
    shell.run_line_magic("level", "build-1")
    lab = imagelab.current()
    lab.docker("pull alpine")
    (tmp_path / "build-1" / "Dockerfile").unlink()
    (tmp_path / "build-1" / "Dockerfile").mkdir()
    with pytest.raises(ValueError, match="cannot be written"):
        shell.run_line_magic("reset", "")
    assert lab.journal.head == 0


def test_a_seed_chooses_a_variant(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    from importlib.resources import files

    template = (files("imagelab.course.levels") / "template.toml").read_text("utf-8")
    (tmp_path / "rmi-9.toml").write_text(template, "utf-8")
    assert "spare:1" in repr(shell.run_line_magic("level", "rmi-9.toml --seed 0"))
    assert "extra:1" in repr(shell.run_line_magic("level", "rmi-9.toml --seed 1"))
    # Without one it is the learner's own.
    monkeypatch.setenv(file.VARIABLE, str(tmp_path / file.NAME))
    for seed, name in enumerate(("spare:1", "extra:1")):
        file.write(tmp_path / file.NAME, Progress(seed))
        assert name in repr(shell.run_line_magic("level", "rmi-9.toml"))
