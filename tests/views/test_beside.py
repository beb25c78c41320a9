"""Two labs beside each other: what differs from the start is drawn, and no IDs."""

from __future__ import annotations

import re

from imagelab.lab import Lab
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views.map import FoldNode, Map
from imagelab.views.map.beside import beside
from imagelab.views.map.dot import dot
from imagelab.views.map.text import text
from tests.views import labs


def after(*lines: str, start: Lab | None = None) -> State:
    """A lab's state after docker command lines."""
    lab = (start or Lab.start("04-rmi")).at(0)
    for line in lines:
        assert lab.docker(line).exit_code == 0, line
    return lab.state


START = after()


def names(drawing: Map) -> list[str]:
    return [each.text for each in drawing.names]


def containers(drawing: Map) -> list[str]:
    return [each.name for each in drawing.containers]


def test_what_neither_has_changed_is_not_drawn() -> None:
    now, goal = beside(START, START, after("tag ubuntu:14.04 mine:1"))
    assert names(now) == ["ubuntu:14.04"]
    assert names(goal) == ["mine:1", "ubuntu:14.04"]
    assert containers(now) == containers(goal) == []


def test_what_one_has_removed_is_drawn_in_the_other() -> None:
    now, goal = beside(START, START, after("rm commit_test2"))
    assert containers(now) == ["commit_test2"]
    assert containers(goal) == []
    assert "commit_test:first" in names(goal), "what the container was made from"


def test_what_both_have_removed_is_in_neither() -> None:
    now, goal = beside(START, after("rm commit_test2", "rm commit_test"), after("rm commit_test2"))
    assert containers(now) == []
    assert containers(goal) == ["commit_test"]


def test_a_container_that_has_changed_its_state_is_drawn() -> None:
    now, goal = beside(START, START, after("start commit_test"))
    assert containers(now) == containers(goal) == ["commit_test"]


def test_what_is_the_same_at_another_time_looks_the_same() -> None:
    """Image IDs tell of when the commit was."""
    made = ("commit commit_test mine:1",)
    early, late = after(*made), after("pull hello-world", "rmi hello-world", *made)
    assert early.images.keys() != late.images.keys()
    now, goal = beside(START, early, late)
    assert dot(now, "en", None) == dot(goal, "en", None)
    assert text(now, "en") == text(goal, "en")


def test_no_id_is_shown() -> None:
    state = after("run --name box commit_test:second true", "commit box mine:1",
                  "rmi -f commit_test:second")
    ids = {short_id(each) for each in (*state.images, *state.containers)}
    ids |= {short_id(layer.diff_id) for layer in state.layers.values()}
    for drawing in beside(START, state, START):
        shown = dot(drawing, "en", None) + text(drawing, "en")
        assert not {each for each in ids if each in shown}
        assert not re.search(r"\bsha256:", shown)


def test_the_text_twin_puts_containers_under_their_images() -> None:
    now, _ = beside(START, after("run --name box ubuntu:14.04 true",
                                 "run --name cab commit_test:first true"), START)
    lines = text(now, "en").splitlines()
    at = {word: next(n for n, line in enumerate(lines) if word in line) for word in
          ("ubuntu:14.04", "box", "commit_test:first", "cab")}
    assert at["ubuntu:14.04"] < at["box"] < at["commit_test:first"] < at["cab"]


def test_layers_far_below_are_one_box() -> None:
    now, _ = beside(START, after("commit commit_test mine:1"), START)
    folds = [each for each in now.layers if isinstance(each, FoldNode)]
    assert [each.count for each in folds] == [4]
    assert len(now.layers) == 3


def test_many_changes_stay_a_picture() -> None:
    now, _ = beside(labs.pulled(), labs.many(200), labs.pulled())
    assert len(now.nodes) <= 60
