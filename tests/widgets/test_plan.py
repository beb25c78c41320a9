"""The panes of plan and prediction without a browser: any order of acts, and any values."""

from __future__ import annotations

import random
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SystemClock
from imagelab.lab import Lab
from imagelab.views.plan.dry_run import DryRun, dry_run
from imagelab.widgets.carrying import Carrier
from imagelab.widgets.pane import Pane
from imagelab.widgets.plan import PlanPane
from imagelab.widgets.predict import PredictPane


def lab() -> Lab:
    return Lab.start("04-rmi", language="en")


def text(pane: Pane) -> str:
    return "".join(pane.draw().values())


def test_what_is_not_what_was_drawn_is_not_carried_out() -> None:
    own = lab()
    pane = PlanPane(own.daemon, lambda: "en", "rmi commit_test:second")
    pane.draw()
    own.docker("run --name new commit_test:second true")
    before = own.state
    pane.act("carry", None)
    assert own.state is before
    assert "can no longer be carried out" in text(pane)


def test_what_changes_elsewhere_does_not_matter() -> None:
    own = lab()
    pane = PlanPane(own.daemon, lambda: "en", "rmi commit_test:second")
    pane.draw()
    own.docker("pull hello-world")
    assert "The lab has changed" not in text(pane)
    pane.act("carry", None)
    assert own.journal[-1].command == "docker rmi commit_test:second"
    pane.act("carry", None)  # a second click
    assert len(own.journal) == 2


def test_undo_is_of_what_was_carried_out_here_only() -> None:
    own = lab()
    pane = PlanPane(own.daemon, lambda: "en", "rmi commit_test:second")
    pane.draw()
    pane.act("carry", None)
    own.docker("pull hello-world")
    head = own.journal.head
    pane.act("undo", None)
    assert own.journal.head == head
    assert "Carried out" not in text(pane)


def test_a_refused_line_is_not_carried_out_and_its_ways_are() -> None:
    own = lab()
    pane = PlanPane(own.daemon, lambda: "ko", "rmi ubuntu:14.04")
    pane.draw()
    pane.act("carry", None)
    pane.act("way", "7")
    assert len(own.journal) == 0
    pane.act("way", "0")
    assert [each.exit_code for each in own.journal] == [0, 0]
    assert "미리 본 그대로" in text(pane)
    pane.act("undo", None)
    assert own.journal.head == 0


def test_undo_takes_back_all_steps_that_a_command_made() -> None:
    """On the machine's clock a stop that has to wait is more than one step."""
    own = Lab(clock=SystemClock(), language="en")
    own.docker("pull busybox")
    script = "trap 'exit 3' TERM; while true; do sleep 1; done"
    own.docker(["run", "-d", "--name", "cc", "busybox", "sh", "-c", script])
    before = own.journal.head
    pane = PlanPane(own.daemon, lambda: "en", "rm cc")
    pane.draw()
    pane.act("way", "0")
    assert not own.state.containers
    assert len(own.journal) > before + 2
    pane.act("undo", None)
    assert own.journal.head == before
    assert f"Undone (step {before + 1}–{len(own.journal)})" in text(pane)


def test_commands_end_with_the_first_that_fails() -> None:
    own = lab()
    carrier = Carrier(own.daemon)
    carrier.carry([("rmi", "nosuch"), ("rmi", "commit_test:second")], lambda _: False)
    assert [each.command for each in own.journal] == ["docker rmi nosuch"]


def test_a_lab_that_moved_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = lab()
    pane = PredictPane(own.daemon, lambda: "en", "rmi commit_test:second")
    own.docker("tag commit_test:second another:1")
    runs: list[DryRun] = []

    def counted(daemon: Daemon, words: tuple[str, ...]) -> DryRun:
        runs.append(dry_run(daemon, words))
        return runs[-1]

    monkeypatch.setattr("imagelab.widgets.predict.dry_run", counted)
    pane.act("check", {})
    for _ in range(3):
        assert 'data-click="again"' in text(pane)
        assert 'data-click="carry"' not in text(pane)
    assert len(runs) == 1
    pane.act("again", None)
    assert 'data-click="again"' not in text(pane)


def test_asked_again_about_what_has_gone_the_questions_stay() -> None:
    own = lab()
    pane = PredictPane(own.daemon, lambda: "en", "rmi commit_test:second")
    own.docker("rmi commit_test:second")
    pane.act("again", None)
    assert "there is nothing to predict" in text(pane)
    assert "commit_test:second" in text(pane)


def test_what_is_not_there_is_not_asked_about() -> None:
    with pytest.raises(ValueError, match=r"nothing to predict\.$"):
        Lab(language="en").predict("rmi commit_test:second")


def test_a_name_that_is_being_typed_is_drawn_without_a_picture() -> None:
    pane = PlanPane(lab().daemon, lambda: "en", "rmi commit_te")
    assert pane.draw()["foot"] == ""
    assert "No such image" in text(pane)


def test_a_prediction_is_carried_out_only_once_the_truth_is_out() -> None:
    own = lab()
    pane = PredictPane(own.daemon, lambda: "en", "rmi commit_test:second")
    assert 'data-click="carry"' not in text(pane)
    pane.act("carry", None)
    assert len(own.journal) == 0
    pane.act("check", {})
    assert 'data-click="carry"' in text(pane)
    pane.act("guess", ["0 kept", True])
    assert 'data-click="carry"' not in text(pane)
    pane.act("check", {})
    pane.act("carry", None)
    assert len(own.journal) == 1


@pytest.mark.parametrize("seed", range(4))
def test_any_acts_with_any_values(seed: int) -> None:
    by = random.Random(seed)
    own = lab()
    panes: list[Pane] = [PlanPane(own.daemon, lambda: "en", "rm commit_test2"),
                         PredictPane(own.daemon, lambda: "ko", "system prune -a")]
    values: list[Any] = [
        None, True, 7, -1, 1.5, "", "0", "1", "²", "99999", "x" * 5000, [], [None], ["0 kept"],
        ["0 deleted", True], ["99 kept", 1], ["-1 kept"], [["0 kept"]], {}, {"line": None},
        {"line": "rmi ubuntu:14.04"}, {"line": "rmi commit_test:first"}, "rm commit_test",
        "15B", "rmi 'x"]
    actions = ["line", "plan", "carry", "way", "undo", "guess", "freed", "check", "again", "nope"]
    for _ in range(150):
        by.choice(panes).act(by.choice(actions), by.choice(values))
        if by.random() < 0.1:
            own.docker(by.choice(("pull hello-world", "rmi hello-world", "rm commit_test2",
                                  "tag ubuntu:14.04 more", "container prune -f")))
        for pane in panes:
            assert text(pane)
