"""What holds in a browser's Python alone: these run in Pyodide, where no thread starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.cli import main
from imagelab.course.replay.crew import run
from imagelab.model.outcome import Unsimulated

LOCAL = ('in a browser: use a lab on your own computer (pip install "imagelab[lab]", '
         "then imagelab lab)")


@pytest.mark.parametrize("line", [
    "pull localhost:5000/app", "login -u me -p secret localhost:5000",
    "import http://1.1.1.1/a.tar", "run registry.example/app",
])
def test_other_servers_need_a_local_lab(line: str) -> None:
    lab = Lab(registries="real", fetch_urls=True)
    done = lab.docker(line)
    assert done.exit_code
    assert f"imagelab cannot talk to real servers {LOCAL}" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(lab.docker("images -q").stdout) == 0


@pytest.mark.parametrize(("language", "words"), [("en", "runs in a browser"), ("ko", "브라우저")])
def test_why_explains_it(language: str, words: str) -> None:
    lab = Lab(registries="real", language=language)
    lab.docker("pull localhost:5000/app")
    assert words in str(lab.why())


def test_a_lab_is_not_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                             capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unsimulated, match="cannot serve a lab in a browser"):
        Lab().serve()
    monkeypatch.setenv("IMAGELAB_HOME", str(tmp_path))
    assert main(["serve"]) == 1
    assert capsys.readouterr().err == f"imagelab: imagelab cannot serve a lab {LOCAL}\n"


def _nothing(_: int, __: Path) -> None:
    pass


def test_nothing_is_graded() -> None:
    with pytest.raises(Unsimulated, match="cannot grade what others did in a browser"):
        list(run(_nothing, [1], seconds=1))


def test_a_kept_lab_is_there_again(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path / "lab")
    for line in ("pull busybox", "run --name c1 busybox touch /a", "commit c1 mine"):
        assert lab.docker(line).exit_code == 0
    images = set(lab.state.images)
    again = Lab.open(tmp_path / "lab")
    assert set(again.state.images) == images
    again.undo()
    assert len(again.state.images) == len(images) - 1
    again.save_to(tmp_path / "all.imagelab")
    other = Lab.from_file(tmp_path / "all.imagelab")
    other.redo()
    assert set(other.state.images) == images
