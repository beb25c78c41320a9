"""Questions about deletions, and the judgement of answers."""

from __future__ import annotations

import random

import pytest

from imagelab.lab import Lab
from imagelab.views.plan.dry_run import LineError
from imagelab.views.plan.plan import plan
from imagelab.views.plan.predict import MOST_ASKED, is_size, judge, questions
from imagelab.views.plan.predict_words import why
from imagelab.widgets.predict import Guess


@pytest.fixture
def lab() -> Lab:
    return Lab.start("04-rmi", language="en")


def kinds(lab: Lab, line: str) -> set[str]:
    return {each.kind for each in questions(plan(lab.daemon, line))}


def test_questions_are_about_the_named_its_parents_children_and_siblings(lab: Lab) -> None:
    items = questions(plan(lab.daemon, "rmi commit_test:second"))
    assert [each.id for each in items if each.kind == "name"] == [
        "ubuntu:14.04", "commit_test:first", "commit_test:second"]
    assert [each.fate for each in items if each.kind == "image"] == ["kept", "kept", "deleted"]
    lab.docker("pull busybox")
    lab.docker("pull hello-world")
    lab.docker("pull alpine")
    asked = questions(plan(lab.daemon, "rmi commit_test:second"))
    assert len([each for each in asked if each.kind == "image"]) == 3 + 2  # two bystanders


def test_containers_and_volumes_are_asked_about_where_they_may_go(lab: Lab) -> None:
    assert kinds(lab, "rmi commit_test:first") == {"name", "image"}
    assert kinds(lab, "rm commit_test2") == {"name", "image", "container"}
    assert kinds(lab, "container prune") == {"name", "image", "container"}
    lab.docker("volume create data")
    assert kinds(lab, "volume rm data") == {"volume"}
    assert "volume" in kinds(lab, "system prune --volumes")


def test_a_large_lab_asks_about_some(lab: Lab) -> None:
    lab.docker("pull busybox")
    for at in range(30):
        lab.docker(f"run --name c{at} busybox sh -c 'echo {at} > /f'")
        lab.docker(f"commit c{at} app:{at}")
    items = questions(plan(lab.daemon, "rmi app:29"))
    assert len([each for each in items if each.kind == "image"]) == MOST_ASKED
    assert "deleted" in {each.fate for each in items if each.kind == "image"}


def test_what_deletes_nothing_cannot_be_predicted(lab: Lab) -> None:
    for line in ("tag ubuntu:14.04 x", "commit commit_test2 x"):
        with pytest.raises(LineError):
            questions(plan(lab.daemon, line))
        with pytest.raises(ValueError, match=r"deletes nothing.*docker rmi"):
            lab.predict(line)
    with pytest.raises(ValueError, match="cannot be previewed"):
        lab.predict("run ubuntu:14.04")


def test_of_an_image_with_many_names_a_few_are_asked_about(lab: Lab) -> None:
    for number in range(60):
        lab.docker(f"tag commit_test:second many:{number:02}")
    items = questions(plan(lab.daemon, "rmi many:37"))
    assert len(items) < 2 * MOST_ASKED
    assert [each.id for each in items if each.fate != "kept"] == ["many:37"]
    lab.docker("rm commit_test2")
    image = next(each for each in lab.state.images
                 if "many:37" in map(str, lab.state.references_of(each)))
    asked = questions(plan(lab.daemon, f"rmi -f {image[7:19]}"))
    assert len([each for each in asked if each.fate == "untagged"]) == MOST_ASKED


def test_a_right_guess(lab: Lab) -> None:
    prediction = lab.predict("rmi commit_test:second")
    assert not prediction.passed
    done = prediction.guess(
        untagged=["commit_test:second"], deleted=["commit_test:second"], freed="97B")
    assert (done.passed, done.right, done.total) == (True, 7, 7)
    assert prediction.passed
    assert "All 7 are right" in repr(done)


def test_a_wrong_guess_says_what_and_why(lab: Lab) -> None:
    prediction = lab.predict("docker rmi commit_test:first")
    done = prediction.guess(
        untagged=["commit_test:first"], deleted=["commit_test:first"], freed="46B")
    assert (done.passed, done.right, done.total) == (False, 4, 7)
    assert not prediction.passed
    assert done.text.count("✘ wrong") == 3
    assert "Docker refuses the command" in done.text
    assert prediction.guess(freed="0B").passed
    assert prediction.guess(freed=0).passed
    assert prediction.passed


def test_things_are_named_as_in_commands_and_others_refused(lab: Lab) -> None:
    image = next(each for each in lab.state.images if each not in
                 {every.parent for every in lab.state.images.values()})
    prediction = lab.predict(f"rmi {image[7:19]}")
    assert prediction.guess(untagged=["docker.io/library/commit_test:second"],
                            deleted=[image[7:13]], freed=97).passed
    for names, things in ((["nothing:1"], []), ([], ["nothing"]), ([image], [])):
        with pytest.raises(ValueError, match="none of the things"):
            prediction.guess(untagged=names, deleted=things)
    assert prediction.guess(untagged="commit_test:second", deleted="commit_test:second",
                            freed="97B").passed
    rm = lab.predict("rm commit_test2")
    assert rm.guess(deleted=["commit_test2"], freed="97B").passed


def test_a_prediction_stays_about_the_lab_as_it_was(lab: Lab) -> None:
    prediction = lab.predict("rmi commit_test:second")
    before = lab.state
    lab.docker("rmi commit_test:second")
    assert lab.state is not before
    assert prediction.guess(untagged=["commit_test:second"],
                            deleted=["commit_test:second"], freed="97B").passed


def test_the_still_does_not_give_the_answer_away(lab: Lab) -> None:
    prediction = lab.predict("rmi commit_test:second")
    assert "Deleted" not in prediction.dot
    assert "commit_test:second" in prediction.text
    assert "97B" not in prediction.text
    lab.language = "ko"
    assert "예상해 보세요" in lab.predict("rmi commit_test:second").text


def test_results_are_the_same_each_time(lab: Lab) -> None:
    def once() -> Guess:
        return Lab.start("04-rmi", language="ko").predict("system prune -a").guess(freed="188MB")

    assert once() == once()
    assert once().right == 1


@pytest.mark.parametrize(("typed", "size", "right"), [
    ("15B", 15, True), ("15", 15, True), (" 15 b ", 15, True), ("15 bytes", 15, True),
    ("15바이트", 15, True), ("16B", 15, False), ("0", 0, True), ("0B", 0, True), ("", 0, False),
    ("188MB", 187_971_548, True), ("188 mb", 187_971_548, True),
    ("187.97MB", 187_971_548, True), ("187,971,548", 187_971_548, True),
    ("0.188GB", 187_971_548, True), ("187MB", 187_971_548, False),
    ("190MB", 187_971_548, False), ("200MB", 187_971_548, False), ("0.2GB", 187_971_548, False),
    ("2MB", 2_000_000, True), ("2MB", 2_010_000, False), ("1.39kB", 1_391, True),
    ("1.3kB", 1_391, False), ("-1", 0, False), ("1e3", 1000, False), ("many", 5, False),
    ("9" * 20 + "TB", 1, False), ("1MiB", 1_048_576, False)])
def test_sizes(typed: str, size: int, right: bool) -> None:
    assert is_size(typed, size) is right


@pytest.mark.parametrize("seed", range(6))
def test_the_truth_is_what_comes(seed: int) -> None:
    by = random.Random(seed)
    lab = Lab.start("04-rmi", language="en")
    lab.docker("run -d --name on commit_test:first sleep 1000")
    lab.docker("tag commit_test:second other:1")
    line = by.choice((
        "rmi -f commit_test:first", "rmi other:1 commit_test:second", "system prune -af",
        "rmi commit_test:second", "rm -f on commit_test2", "image prune -af"))
    asked = plan(lab.daemon, line)
    items = questions(asked)
    assert judge(items, lambda each: each.fate, str(asked.change.freed), asked).passed
    for each in items:
        assert why(each, asked, "ko")
        assert why(each, asked, "en")
    lab.docker(line)
    names = {str(each) for each in lab.state.references}
    there = {*lab.state.images, *lab.state.containers, *names}
    assert all((each.id in there) == (each.fate == "kept") for each in items)
