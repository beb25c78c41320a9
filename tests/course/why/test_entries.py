"""Every error that the rooms below can raise has one entry that explains it, and every entry a use.

The messages are read from the source: whoever adds an error adds its message to an entry.
"""

from __future__ import annotations

import json
import re
import string
import time
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from imagelab.course.why.entries import Found, entries, explaining, fitting, of_code, places
from imagelab.messages import catalogue, languages
from tests.conformance import conform
from tests.course.why.raise_sites import ROOT, Site, error_classes, sites

#: Errors whose message nobody reads by itself: why.
WITHIN = {
    "FileError": "other errors put its reason into their own words",
    "_LexError": "ParseError gives it on",
    "ParseError": "the client says 'template parsing error' in front",
    "Failure": "ExecError gives it on",
    "FunctionError": "Failure gives it on",
    "ExecError": "the client says 'template parsing error' in front",
    "_JumpSignal": "a break in a template, no error",
    "StorageError": "the lab's files cannot be used, for a reason that no lesson is about",
    "Stopped": "an interruption has no message",
}
#: The same of ValueError, which is no class of the lab's: rooms where it is no docker message.
WITHIN_VALUES = ("docker/", "registry/", "storage/", "model/", "formats/dockerfile.py",
                 "formats/json_text.py")
#: Names of all lessons, those that are yet to be written among them.
LESSONS = (
    "00-start", "01-commit", "02-inspect", "03-history", "04-rmi", "05-inside-a-layer",
    "06-save-and-export", "07-registries", "08-build", "09-free-practice",
)
NOTEBOOKS = ROOT.parent / "notebooks"
TESTS = Path(__file__).parents[2]


def explained(message: str) -> list[Found]:
    """Return the entries of the line that explains a message best, the best first."""
    lines = [found for line in message.splitlines() if (found := fitting(line))]
    return lines[0] if lines else []


@cache
def messages() -> list[Site]:
    """Return the sites whose message people read."""
    kinds = frozenset({*error_classes(), "ValueError"} - WITHIN.keys())
    return [site for site in sites(kinds)
            if site.kind != "ValueError" or not site.where.startswith(WITHIN_VALUES)]


def test_the_walk_sees_the_errors_of_all_rooms() -> None:
    seen = messages()
    assert len(seen) > 500
    assert {site.where.partition("/")[0] for site in seen} == {
        "daemon", "docker", "engine", "formats", "model", "registry", "storage"}
    kinds = Counter(site.kind for site in seen)
    assert {"NotFound", "Conflict", "BadRequest", "ClientError", "_ImageConflict", "FlagError",
            "NotSimulated", "DockerfileError", "Refused"} <= kinds.keys()
    assert "conflict: unable to delete x1 (x1) - image has dependent child images" in {
        site.sample for site in seen}


def test_every_error_has_an_entry() -> None:
    without = [site for site in messages() if not site.passes_on and not explained(site.sample)]
    assert without == []


def test_what_the_client_says_of_docker_run_has_the_same_entry() -> None:
    """There it puts ``docker: `` in front of its own words."""
    own = [site for site in messages() if site.where.startswith("docker/commands/run")
           and not site.passes_on]
    assert len(own) > 15
    assert [site for site in own if not site.sample.startswith("docker: ") and [
        found.entry for found in explained(f"docker: {site.sample}")[:1]] != [
        found.entry for found in explained(site.sample)[:1]]] == []


def test_one_entry_fits_every_error_best() -> None:
    for site in messages():
        sizes = [found.size for found in explained(site.sample)]
        assert sizes.count(max(sizes, default=0)) <= 1, site


def test_what_is_left_out_of_the_walk_is_there() -> None:
    assert WITHIN.keys() <= error_classes().keys()


def test_every_wording_is_of_some_message_or_of_a_code() -> None:
    used = {found.entry.key for site in messages() for found in explained(site.sample)[:1]}
    by_code = {key for key, entry in entries().items() if not entry.wordings}
    # The engine says these in no error of their own: imagelab/engine/processes.py.
    assert entries().keys() - used - by_code == {"program_missing", "program_not_executable"}
    assert by_code == {"ended_126", "ended_127", "ended_130", "ended_137", "ended_143",
                       "ended_otherwise"}
    assert of_code(137) is entries()["ended_137"]
    assert of_code(3) is None


@pytest.mark.parametrize("line", [
    "", "x", "Error response from daemon: ", "docker: ", "Error: ", "a: b: c: d",
    "Error response from daemon: something that no version of Docker ever said",
    "Unable to find image 'ubuntu:14.04' locally", "14.04: Pulling from library/ubuntu",
    "Run 'docker run --help' for more information", "Usage:  docker rmi [OPTIONS] IMAGE [IMAGE...]",
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.",
    "Successfully copied 2.05kB to /work",
])
def test_nothing_fits_everything(line: str) -> None:
    assert fitting(line) == []


def test_a_wording_has_words() -> None:
    for entry in entries().values():
        for wording in entry.wordings:
            letters = sum(char in string.ascii_letters for word in wording.words for char in word)
            assert letters >= 3, entry.key
            assert wording.size >= 6, entry.key


def test_the_most_specific_wins_wherever_it_stands() -> None:
    inner = "denied: requested access to the resource is denied"
    assert fitting(inner)[0].entry.key == "push_denied"
    outer = ("pull access denied for x, repository does not exist or may require 'docker login': "
             f"{inner}")
    assert [found.entry.key for found in fitting(outer)][:2] == ["pull_denied", "push_denied"]


def test_each_line_of_a_complaint_is_explained_once() -> None:
    found = explaining("No such image: a\nNo such image: b\n\nNo such container: c")
    assert [(each.entry.key, each.values["name"]) for each in found] == [
        ("image_missing", "a"), ("container_missing", "c")]


def test_a_long_hostile_line_takes_no_time() -> None:
    line = "conflict: unable to delete (-) OCI runtime create failed: exec: \": stat" * 20_000
    begin = time.process_time()
    assert not list(explaining(f"{line}\n" * 200))
    assert time.process_time() - begin < 5


#: How the client and the daemon begin a line of their own, in the cases recorded from a real one.
REAL = re.compile("^! ((?:docker: )?Error response from daemon: .+|docker: .+|Error: No such .+)$",
                  re.MULTILINE)


def test_what_a_real_docker_was_recorded_to_say_has_an_entry() -> None:
    said = {line for case in sorted((conform.HERE / "cases").glob("*.txt"))
            for line in REAL.findall(case.read_text("utf-8"))}
    assert len(said) > 50
    assert [line for line in said if not fitting(line)] == []


@pytest.mark.parametrize("name", ["client_refusals", "flag_answers"])
def test_what_a_real_client_was_recorded_to_refuse_has_an_entry(name: str) -> None:
    answers = json.loads((TESTS / "docker" / f"{name}.json").read_text("utf-8"))
    refusals = [answer for answer in answers if answer["code"]]
    assert len(refusals) > 50
    assert [answer["line"] for answer in refusals
            if not any(map(fitting, answer["stderr"].splitlines()))] == []


# --- texts and places ----------------------------------------------------------------------


@pytest.mark.parametrize("language", languages)
def test_every_entry_has_a_text_of_some_length(language: str) -> None:
    texts = catalogue(language)
    for key in entries():
        assert len(texts[f"why.{key}"]) > 40, key


def test_every_entry_leads_to_a_lesson() -> None:
    assert {entry.place for entry in entries().values()} == places().keys()
    assert {place.lesson for place in places().values()} <= set(LESSONS)
    written = {file.stem for file in (NOTEBOOKS / "en").glob("0*.ipynb")}
    assert written <= set(LESSONS)


def headings(notebook: Path) -> set[str]:
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    lines = [line for cell in cells if cell["cell_type"] == "markdown"
             for line in "".join(cell["source"]).splitlines()]
    return {line.removeprefix("## ") for line in lines if line.startswith("## ")}


@pytest.mark.parametrize("language", languages)
def test_the_headings_are_in_the_lessons(language: str) -> None:
    for key, place in places().items():
        notebook = NOTEBOOKS / language / f"{place.lesson}.ipynb"
        if place.headings:
            assert place.headings[language] in headings(notebook), key
