"""Values of filters against ``filter_answers.json``, what a daemon 20.10.24 answered.

It had one image under the names of ``NAMES`` and the containers of ``CONTAINERS``, made in this
order; beside ``until`` nothing was dangling.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.formats.timestamp import parse_timestamp
from tests.deadline import within

ANSWERS = json.loads(Path(__file__).with_name("filter_answers.json").read_text("utf-8"))
CONTAINERS = ("c1", "c2", "c3", "web", "d_x-9")
NAMES = ("aa:x", "foo/bar:y", "l.io:5000/q/r:z")
SECOND = 10**9


@pytest.fixture(scope="module")
def lab() -> Lab:
    found = Lab()
    found.docker("pull -q ubuntu:14.04")
    for name in NAMES:
        assert found.docker(["tag", "ubuntu:14.04", name]).exit_code == 0
    for name in CONTAINERS:
        assert found.docker(["create", "--name", name, "ubuntu:14.04"]).exit_code == 0
    return found


@pytest.mark.parametrize("pattern", ANSWERS["name"])
def test_a_container_name_is_matched_as_a_go_regexp(lab: Lab, pattern: str) -> None:
    result = lab.docker(["ps", "-a", "-f", f"name={pattern}", "--format", "{{.Names}}"])
    assert (result.stdout.split(), result.stderr) == (ANSWERS["name"][pattern], "")


@pytest.mark.parametrize("pattern", ANSWERS["reference"])
def test_a_reference_is_matched_as_a_go_path(lab: Lab, pattern: str) -> None:
    result = lab.docker(
        ["images", "-f", f"reference={pattern}", "--format", "{{.Repository}}:{{.Tag}}"])
    expected = ANSWERS["reference"][pattern].split("\n")
    assert sorted((result.stdout + result.stderr).rstrip("\n").split("\n")) == sorted(expected)


@pytest.mark.parametrize("value", ANSWERS["until"])
def test_a_time_is_taken_or_refused_in_gos_words(lab: Lab, value: str) -> None:
    result = lab.docker(["image", "prune", "-f", "--filter", f"until={value}"])
    assert (result.stdout + result.stderr).rstrip("\n") == ANSWERS["until"][value]


@pytest.mark.parametrize(("text", "seconds"), [
    ("10m", 999_400), ("-1h", 1_003_600), ("1h30m", 994_600), ("1.5s", 999_998.5), ("0", 0),
    ("5", 5), ("5.25", 5.25), ("1970-01-02", 86_400), ("1970-01-01T01", 3_600),
    ("1970-01-01T09:00+09:00", 0), ("1970-01-01T00:00:01.5Z", 1.5), ("0000-03-01", -62162035200),
])
def test_a_time_means_what_it_says(text: str, seconds: float) -> None:
    assert parse_timestamp(text, 1_000_000 * SECOND) == int(seconds * SECOND)


def test_a_container_id_is_matched_by_a_prefix_of_it_alone(lab: Lab) -> None:
    def named(text: str) -> str:
        return lab.docker(["ps", "-aqf", f"id={text}"]).stdout.strip()

    own = lab.docker("inspect -f '{{.Id}}' c1").stdout.strip()
    assert named(own) == named(own[:8]) == own[:12]
    assert [named(text) for text in ("", own[1:9], f"^{own[:8]}", own + "0", "c1")] == [""] * 5


@pytest.mark.parametrize("words", [
    ["ps", "-a", "-f", "name=" + "(a*)*" * 40 + "$", "-q"],
    ["ps", "-a", "-f", "name=" + "(" * 5_000, "-q"],
    ["ps", "-a", "-f", "name=" + "(?:(?:.{1000}){1000}){1000}", "-q"],
    ["images", "-q", "-f", "reference=" + "*a" * 40 + "*c"],
    ["images", "-q", "-f", "reference=" + "a?" * 50_000],
    ["image", "prune", "-f", "--filter", "until=" + "1h" * 50_000],
])
def test_no_value_runs_away(lab: Lab, words: list[str]) -> None:
    lab.docker(["tag", "ubuntu:14.04", "a" * 120 + "b"])
    with within(2):
        assert lab.docker(words).exit_code == 0
    lab.docker(["rmi", "a" * 120 + "b"])
