import subprocess
import sys
from xml.etree import ElementTree

import pytest

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.model.outcome import NotFound
from imagelab.views.frames import Frames
from imagelab.widgets.show import Show


@pytest.fixture
def daemon() -> Daemon:
    daemon = Daemon()
    with daemon.step("docker pull hello-world"):
        daemon.pull("hello-world")
    daemon.tag("hello-world", "mine:1")
    daemon.remove_image("mine:1")
    return daemon


def marks(text: str) -> list[str]:
    return [line[0] for line in text.splitlines() if line[:2] in ("+ ", "- ", "~ ", "> ")]


def test_now(daemon: Daemon) -> None:
    picture = Show(daemon, lambda: "en").map()
    assert "hello-world:latest" in picture.text
    assert "mine:1" not in picture.text
    assert marks(picture.text) == []
    assert "hello-world:latest" in picture.dot


def test_what_a_step_did(daemon: Daemon) -> None:
    show = Show(daemon, lambda: "en")
    text = show.map(step=1).text
    assert text.startswith("Step 1: docker pull hello-world\n")
    assert "+ hello-world:latest" in text
    assert "+ mine:1" in show.map(step=2).text
    assert "~ mine:1" in show.map(step=-1).text
    assert show.map(step=daemon.journal[2]).text == show.map(step=2).text


def test_a_command_with_control_characters_makes_a_picture_that_can_be_read() -> None:
    lab = Lab(language="en")
    lab.docker("pull hello-world")
    lab.docker(["create", "--name", "box", "hello-world", "\x1b[1m\x07"])
    shown = lab.show.map(step=-1)
    assert shown.still.alternative.isprintable()
    assert shown.svg is None or ElementTree.fromstring(shown.svg) is not None


def test_every_picture_has_an_alternative_text(daemon: Daemon) -> None:
    """Where no kernel stands behind a view, it is all that a screen reader has."""
    show = Show(daemon, lambda: "en")
    for shown in (show.map(), show.timeline(), show.space(), show.layers("hello-world"),
                  show.compare("hello-world", "hello-world"), show.plan("rmi hello-world")):
        assert shown.still.alternative


def test_what_changed_since_a_step(daemon: Daemon) -> None:
    show = Show(daemon, lambda: "en")
    text = show.map(since=2).text
    assert text.startswith("after step 2 → now\n")
    assert "~ mine:1" in text
    assert marks(show.map(since=1).text) == []
    assert show.map(since=0).text.startswith("beginning of the lab → now\n")
    assert "+ hello-world:latest" in show.map(since=0).text


def test_since_holds_after_an_undo(daemon: Daemon) -> None:
    daemon.undo()
    assert "+ mine:1" in Show(daemon, lambda: "en").map(since=3).text


def test_the_language_is_asked_for_each_time(daemon: Daemon) -> None:
    languages = iter(["ko", "en"])
    show = Show(daemon, lambda: next(languages))
    assert "레이어" in show.map().text
    assert "layer" in show.map().text


def test_a_step_that_is_not_there(daemon: Daemon) -> None:
    show = Show(daemon, lambda: "en")
    with pytest.raises(ValueError, match="There is no step 4; the steps are 0 to 3"):
        show.map(step=4)
    with pytest.raises(ValueError, match="not both"):
        show.map(step=1, since=1)


def test_pictures_that_are_tables_are_of_the_lab_as_it_is(daemon: Daemon) -> None:
    show = Show(daemon, lambda: "en")
    assert "names the image" in show.name("hello-world").text
    assert "no such image" in show.name("mine:1").text
    assert "only here" not in show.hub().text
    assert "+ /hello" in show.layers("hello-world").text
    assert show.sharing().text == show.sharing("hello-world:latest").text
    daemon.tag("hello-world", "more")
    assert "names of one image" in show.compare("hello-world", "more").text
    assert "more:latest" in show.sharing().text
    with pytest.raises(ValueError, match="two images"):
        show.compare("more")
    with pytest.raises(NotFound):
        show.layers("mine:1")


def test_every_picture_speaks_both_languages(daemon: Daemon) -> None:
    daemon.tag("hello-world", "more")
    english, korean = Show(daemon, lambda: "en"), Show(daemon, lambda: "ko")
    for draw in (Show.hub, Show.sharing, lambda show: show.name("a/b"),
                 lambda show: show.compare("hello-world", "more"),
                 lambda show: show.layers("more")):
        assert not any("가" <= char <= "힣" for char in draw(english).text)
        assert any("가" <= char <= "힣" for char in draw(korean).text)


def test_the_catalogue_is_loaded_for_the_hub_only() -> None:
    code = ("import sys, imagelab.widgets.show; "
            "sys.exit('imagelab.registry.hub' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_frames_are_of_the_lab_as_it_is(daemon: Daemon) -> None:
    pytest.importorskip("pandas")
    tables = Frames(daemon, lambda: "en")
    assert list(tables.images()["repository"]) == ["hello-world"]
    daemon.tag("hello-world", "more")
    assert sorted(tables.images()["repository"]) == ["hello-world", "more"]
    assert len(tables.layers()) == 1
    assert len(tables.containers()) == 0
    assert list(tables.sharing().columns) == ["hello-world:latest", "more:latest"]
    assert len(tables.history("more")) == len(daemon.history("more"))


def test_views_load_pandas_only_for_tables() -> None:
    code = ("import sys, imagelab.widgets.show; "
            "heavy = {'pandas', 'graphviz', 'IPython', 'ipywidgets', 'anywidget'}; "
            "sys.exit(bool(heavy & sys.modules.keys()))")
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
