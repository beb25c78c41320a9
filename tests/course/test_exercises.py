"""The lessons' exercises: a solution passes, the start and likely wrong attempts do not."""

from __future__ import annotations

import pytest

from imagelab.course.exercises import EXERCISES, Exercise, check
from imagelab.course.lessons import LESSONS
from imagelab.lab import Lab
from imagelab.messages import catalogue, languages, text

#: What a learner has when the exercises begin, beyond the lesson's start.
BEFORE = {
    "01-commit": "docker pull -q ubuntu:14.04\n"
                 "echo 'echo x >> first' | docker run -i --name commit_test ubuntu:14.04\n",
}
SOLUTIONS = {
    ("01-commit", 1): "docker commit commit_test practice",
    ("01-commit", 2): "docker commit -a me -m 'my words' commit_test signed:1",
    ("01-commit", 3): "docker run --name g1 ubuntu:14.04 sh -c 'echo hi > /hello'\n"
                      "docker commit g1 greeting:1",
    ("01-commit", 4): "docker create --name e1 ubuntu:14.04\ndocker commit e1 same:1",
    ("02-inspect", 1): "docker run --name t1 commit_test:second touch /third\n"
                       "docker commit t1 third:1",
    ("02-inspect", 2): "docker create --name clash ubuntu:14.04\ndocker tag ubuntu:14.04 clash",
    ("02-inspect", 3): "for side in left right; do\n"
                       "  docker run --name $side commit_test:first touch /$side\n"
                       "  docker commit $side $side:1\ndone",
    ("03-history", 1): "docker create --name q1 commit_test:second\ndocker commit q1 quiet:1",
    ("03-history", 2): "docker run --name s1 commit_test:second rm /first\n"
                       "docker commit s1 smaller:1",
    ("03-history", 3): "docker commit --change 'CMD [\"cat\", \"/first\"]' commit_test starter:1",
    ("04-rmi", 1): "docker commit commit_test2 commit_test:second",
    ("04-rmi", 2): "docker rm commit_test2; docker rmi commit_test:first",
    ("04-rmi", 3): "docker run -d --name r1 commit_test:second sleep 1000\n"
                   "docker rmi -f commit_test:second",
    ("04-rmi", 4): "docker rm commit_test commit_test2\n"
                   "docker rmi commit_test:first commit_test:second",
}
#: What a check must see through, and what it says is missing.
WRONG = [
    ("01-commit", 1, "docker tag ubuntu:14.04 practice", "practice_other_container"),
    ("01-commit", 2, "docker commit -a me commit_test signed:1", "no_message"),
    ("01-commit", 2, "docker commit -m words commit_test signed:1", "no_author"),
    ("01-commit", 3, "docker tag ubuntu:14.04 greeting:1", "greeting_not_on_ubuntu"),
    ("01-commit", 3, "docker commit commit_test greeting:1", "no_hello"),
    ("01-commit", 4, "docker commit commit_test same:1", "same_has_layer"),
    ("01-commit", 4, "docker tag ubuntu:14.04 same:1", "same_is_ubuntu"),
    ("02-inspect", 1, "docker tag commit_test:second third:1", "third_not_on_second"),
    ("02-inspect", 2, "docker create --name clash ubuntu:14.04", "no_clash_image"),
    ("02-inspect", 3, "docker commit commit_test2 left:1; docker tag left:1 right:1",
     "same_top_layer"),
    ("02-inspect", 3, "docker tag ubuntu:14.04 left:1; docker tag left:1 right:1",
     "not_on_first"),
    ("03-history", 1, "docker tag commit_test:second quiet:1", "quiet_no_row"),
    ("03-history", 1, "docker commit commit_test quiet:1", "quiet_has_layer"),
    ("03-history", 2, "docker run --name w1 commit_test:second rm /second\n"
                      "docker commit w1 smaller:1", "first_still_there"),
    ("03-history", 2, "docker tag ubuntu:14.04 smaller:1", "smaller_not_on_second"),
    ("03-history", 3, "docker commit commit_test starter:1", "starter_other_command"),
    # Under the name's child it is an intermediate image, not a dangling one.
    ("04-rmi", 1, "docker rmi -f commit_test:first", "no_dangling"),
    ("04-rmi", 2, "docker commit commit_test2 commit_test:second", "no_intermediate"),
    ("04-rmi", 3, "docker run -d --name r1 commit_test:second sleep 1000",
     "running_image_has_name"),
    ("04-rmi", 4, "docker rm commit_test commit_test2; docker rmi commit_test:first",
     "images_left"),
    ("04-rmi", 4, "docker rm commit_test commit_test2; docker rmi $(docker images -q)\n"
                  "docker rmi commit_test:first ubuntu:14.04", "ubuntu_gone"),
]
OPEN = [(lesson, number) for lesson, checks in EXERCISES.items()
        for number in range(1, len(checks) + 1)]


def lab_for(lesson: str, commands: str = "") -> Lab:
    lab = Lab.start(lesson, language="en")
    lab.shell.run(BEFORE.get(lesson, "") + commands, lambda *_: None)
    return lab


def test_every_lesson_has_three_to_five_exercises() -> None:
    assert set(EXERCISES) == set(LESSONS)
    assert all(3 <= len(checks) <= 5 for checks in EXERCISES.values())
    assert set(SOLUTIONS) == set(OPEN)


@pytest.mark.parametrize(("lesson", "number"), OPEN)
def test_the_solution_passes(lesson: str, number: int) -> None:
    assert lab_for(lesson, SOLUTIONS[lesson, number]).check(number).done


@pytest.mark.parametrize(("lesson", "number"), OPEN)
def test_the_start_does_not_pass(lesson: str, number: int) -> None:
    lab = lab_for(lesson)
    assert not lab.check(number).done
    assert "not yet" in repr(lab.check(number))


@pytest.mark.parametrize(("lesson", "number", "commands", "missing"), WRONG)
def test_a_wrong_attempt_is_told_what_is_missing(
    lesson: str, number: int, commands: str, missing: str,
) -> None:
    assert check(lab_for(lesson, commands).state, lesson, number) == missing


@pytest.mark.parametrize("language", languages)
def test_there_is_a_text_for_every_answer_and_no_other(language: str) -> None:
    answers = {key for checks in EXERCISES.values() for each in checks for key in each.answers}
    keys = {f"exercise.{key}" for key in answers | {"done"}}
    assert keys == {key for key in catalogue(language) if key.startswith("exercise.")}
    for key in keys:
        assert text(key, language, number=3)


@pytest.mark.parametrize(("lesson", "number"), OPEN)
def test_every_declared_answer_is_given(lesson: str, number: int) -> None:
    attempts = ["", *(commands for *exercise, commands, _ in WRONG if exercise == [lesson, number])]
    given = {check(lab_for(lesson, commands).state, lesson, number) for commands in attempts}
    assert given == EXERCISES[lesson][number - 1].answers


def test_an_answer_that_is_not_declared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    stray = Exercise(lambda state: "stray", frozenset({"declared"}))
    monkeypatch.setitem(EXERCISES, "01-commit", (stray,))
    with pytest.raises(LookupError, match="'stray' is not declared"):
        check(lab_for("01-commit").state, "01-commit", 1)


def test_an_exercise_that_is_not_there() -> None:
    with pytest.raises(ValueError, match="has no exercise 9"):
        Lab.start("01-commit").check(9)
