"""``%why`` on labs where commands have really failed: what it names, in which words, from when."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.course.hints_base import Done
from imagelab.course.why.blocks import found_in_lab
from imagelab.course.why.explained import Explanation, explain
from imagelab.course.why.shown import Why, typed, why
from imagelab.docker.main import MOST_KEPT
from imagelab.messages import languages

PULL = "pull -q busybox"
C1 = (PULL, "create --name c1 busybox")
#: Three images upon each other, and two containers, as small as they can be.
CHAPTER = (
    PULL, "run --name first busybox touch /first", "commit first chapter:first",
    "run --name second chapter:first touch /second", "commit second chapter:second",
)
RUNNING = (PULL, "run -d --name web busybox sleep 100000")
CRASHING = (PULL, "run -d --name c1 --restart always busybox false")

#: What was done before, the line that fails, its entry, what is named of the lab, the lesson.
CASES: list[tuple[tuple[str, ...], str, str, list[str], str]] = [
    (CHAPTER, "rmi chapter:first", "rmi_name_used", ["second"], "04-rmi"),
    (C1, "rmi {busybox}", "rmi_stopped", ["c1"], "04-rmi"),
    (RUNNING, "rmi {busybox}", "rmi_running", ["web"], "04-rmi"),
    ((PULL, "tag busybox one:1"), "rmi {busybox}", "rmi_names", ["busybox:latest", "one:1"],
     "04-rmi"),
    ((*CHAPTER, "rm second"), "rmi {chapter:first}", "rmi_children", ["chapter:second"], "04-rmi"),
    (CHAPTER, "rmi chapter", "image_missing", ["chapter:first", "chapter:second"], "01-commit"),
    ((), "rmi nothing", "image_missing", [], "01-commit"),
    ((PULL,), "pull UPPER", "bad_name", [], "01-commit"),
    ((PULL,), "tag busybox x@sha256:" + "0" * 64, "digest_as_name", [], "00-start"),
    ((), "pull secret-of-mine", "pull_denied", [], "01-commit"),
    ((), "pull busybox:never", "tag_missing", [], "01-commit"),
    ((PULL, "tag busybox u/app"), "push u/app", "push_denied", [], "07-registries"),
    ((PULL, "tag busybox localhost:5000/app"), "push localhost:5000/app", "registry_no_answer", [],
     "07-registries"),
    ((*C1, "rmi -f busybox"), "commit c1 mine", "commit_image_gone", ["c1", "busybox"], "04-rmi"),
    (C1, "run --name c1 busybox", "name_taken", ["c1", "busybox:latest"], "01-commit"),
    (RUNNING, "rm web", "rm_alive", ["web"], "04-rmi"),
    ((*RUNNING, "pause web"), "rm web", "rm_alive", ["web"], "04-rmi"),
    (C1, "rm c2", "container_missing", ["c1"], "01-commit"),
    (C1, "exec c1 ls", "not_running", ["c1"], "01-commit"),
    ((*RUNNING, "pause web"), "exec web ls", "paused", ["web"], "01-commit"),
    (CRASHING, "exec c1 ls", "restarting", ["c1", "1"], "01-commit"),
    (CRASHING, "rm c1", "rm_alive", ["c1"], "04-rmi"),
    (C1, "inspect c2", "object_missing", ["c1", "busybox:latest"], "02-inspect"),
    ((PULL,), "run --name c3 busybox nope", "program_missing", ["nope", "c3", "busybox:latest"],
     "01-commit"),
    (RUNNING, "exec web nope", "program_missing", ["nope", "web"], "01-commit"),
    ((PULL,), "run busybox /etc", "program_not_executable", ["/etc"], "01-commit"),
    ((*C1[:1], "run -d -p 8080:80 --name web busybox sleep 100000"),
     "run -d -p 8080:80 busybox sleep 1", "port_taken", ["web", "8080"], "01-commit"),
    ((PULL, "create --name c1 -v data:/data busybox"), "volume rm data", "volume_in_use", ["c1"],
     "05-inside-a-layer"),
    (("volume create data",), "volume rm nothing", "volume_missing", ["data"], "05-inside-a-layer"),
    ((), "imags", "unknown_command", [], "00-start"),
    ((), "images --al", "unknown_flag", [], "01-commit"),
    ((), "rmi", "argument_count", [], "00-start"),
    ((), "images --filter dangling", "flag_value", [], "01-commit"),
    ((PULL,), "inspect -f '{{{{.Nothing' busybox", "template", [], "02-inspect"),
    ((), "images --filter a=b", "filter", [], "04-rmi"),
    ((), "swarm init", "not_simulated", [], "00-start"),
    (C1, "cp c1:/nothing .", "cp_missing", [], "06-save-and-export"),
    ((), "load -i nothing.tar", "host_file", [], "06-save-and-export"),
    ((), "build .", "build_no_dockerfile", [], "08-build"),
    ((PULL,), "run -v :/data busybox", "volume_value", [], "05-inside-a-layer"),
    ((PULL,), "run -p 99999:80 busybox", "port_value", [], "01-commit"),
    ((PULL,), "run -p 80:x busybox", "port_value", [], "01-commit"),
    ((PULL, "run --cidfile file busybox"), "run --cidfile file busybox", "id_file", [],
     "01-commit"),
    ((), "rm ''", "empty_name", [], "00-start"),
    ((), "diff ''", "empty_name", [], "00-start"),
    # No word of Docker, only the code of the program.
    ((PULL,), "run --name c4 busybox sh -c nope", "ended_127", ["c4", "127"], "01-commit"),
    ((PULL,), "run --name c4 busybox false", "ended_otherwise", ["c4"], "01-commit"),
    ((PULL,), "run --name c4 busybox sh -c 'exit 137'", "ended_137", ["c4", "137"], "04-rmi"),
    (RUNNING, "exec web sh -c 'exit 5'", "ended_otherwise", ["web"], "01-commit"),
    ((PULL,), "run --name c4 busybox sh -c 'exit 126'", "ended_126", ["c4", "126"], "01-commit"),
    ((PULL,), "run --name c4 busybox sh -c 'exit 130'", "ended_130", ["c4", "130"], "01-commit"),
    ((PULL,), "run --name c4 busybox sh -c 'exit 143'", "ended_143", ["c4", "143"], "04-rmi"),
    (RUNNING, "unpause web", "not_paused", ["web"], "01-commit"),
    (RUNNING, "port web 80", "no_public_port", ["web"], "01-commit"),
    (("login -u student -p imagelab",), "login -u student -p wrong", "login_refused", ["student"],
     "07-registries"),
]


def lab_with(lines: tuple[str, ...], language: str = "en") -> Lab:
    lab = Lab(language=language)
    for line in lines:
        done = lab.docker(line)
        assert done.exit_code == 0, (line, done.stderr)
    return lab


def fill(lab: Lab, line: str) -> str:
    """Put in images' IDs: ``{name}``."""
    def identifier(match: re.Match[str]) -> str:
        return lab.docker(f"images -q {match[1]}").stdout.strip()

    return re.sub(r"(?<!\{)\{([a-z:]+)\}(?!\})", identifier, line).replace("{{", "{").replace(
        "}}", "}")


@pytest.mark.parametrize(("before", "line", "entry", "named", "lesson"), CASES,
                         ids=[case[1][:40] for case in CASES])
def test_a_failure_is_explained(
    before: tuple[str, ...], line: str, entry: str, named: list[str], lesson: str,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    lab = lab_with(before)
    assert lab.docker(fill(lab, line)).exit_code != 0
    for language in languages:
        shown = why(lab.journal, None, language)
        part = shown.explanation.parts[0]
        assert part.key == entry
        around = "\n".join(part.around)
        assert all(name in around if name.isdecimal() else f"`{name}`" in around for name in named)
        assert f"`{lesson}`" in part.place
        assert bool(part.said) is not entry.startswith("ended_")
        assert part.text in repr(shown)
        assert any("가" <= char <= "힣" for char in part.text) is (language == "ko")


def why_of(lab: Lab, step: int | None = None) -> Explanation:
    return explain(lab.journal, step, lab.language)


def test_the_way_out_is_a_line_to_type_and_it_works() -> None:
    lab = lab_with(CHAPTER)
    lab.docker("rmi chapter:first")
    [way] = why_of(lab).ways
    assert "`docker rm second`" in way
    assert lab.docker("rm second").exit_code == 0
    assert lab.docker("rmi chapter:first").exit_code == 0


def test_containers_that_a_beginning_of_an_id_may_mean_are_named() -> None:
    lab = lab_with((PULL, *["create busybox"] * 17))  # two of them begin alike
    begins = [each[:12] for each in lab.state.containers]
    first, _ = Counter(each[0] for each in begins).most_common(1)[0]
    lab.docker(["rm", first])
    [part] = why_of(lab).parts
    assert part.key == "ambiguous_id"
    named = re.findall(r"`([0-9a-f]{12})`", part.around[0])
    assert len(named) > 1
    assert set(named) <= {each for each in begins if each.startswith(first)}


def test_how_many_layers_are_in_the_way_is_told() -> None:
    lab = lab_with(CHAPTER)
    done = Done(lab.state, lab.state, ["commit", "second"], 1)
    [found] = found_in_lab("max_depth", done, {})
    assert dict(found.values) == {"name": "second", "image": "chapter:first", "count": "2"}


def test_a_program_that_the_shell_did_not_find_is_named() -> None:
    lab = lab_with((PULL,))
    lab.docker("run -t busybox sh -c ehco")
    assert "`ehco`" in why_of(lab).ways[0]


def test_a_failed_step_of_a_build_is_named(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM busybox\nRUN touch /a\nRUN nope\n")
    lab = lab_with((PULL,))
    lab.docker("build -t x .", folder=tmp_path)
    [part] = why_of(lab).parts
    assert part.key == "build_step"
    assert "`/bin/sh -c nope` (exit code 127)" in part.around[0]
    assert part.place.endswith("`08-build`")


def test_the_first_two_messages_of_one_command_are_explained() -> None:
    lab = lab_with((*C1, "tag busybox one:1"))
    done = lab.docker(shlex.join(["rmi", "nothing", fill(lab, "{busybox}"), "UPPER"]))
    assert len(done.stderr.splitlines()) == 3
    assert [part.key for part in why_of(lab).parts] == ["image_missing", "rmi_names"]


@pytest.mark.parametrize(("language", "kind_words"), [("ko", "실패하지 않았습니다"),
                                                      ("en", "did not fail")])
def test_a_command_that_did_not_fail_is_told_so_kindly(language: str, kind_words: str) -> None:
    lab = lab_with((), language)
    assert why_of(lab).parts == ()
    lab.docker("rmi nothing")
    lab.docker("images")
    shown = why_of(lab)
    assert kind_words in shown.title
    assert "`docker images`" in shown.title
    assert "`%why 1`" in shown.note
    assert not shown.parts


def test_a_step_is_explained_by_the_lab_as_it_was_then() -> None:
    lab = lab_with(CHAPTER)
    lab.docker("rmi chapter:first")
    step = lab.journal.head
    lab.docker("rm second")
    lab.docker("rmi chapter:first")
    assert "`second`" in why_of(lab, step).parts[0].around[0]
    lab.undo()
    lab.undo()
    assert why_of(lab) == why_of(lab, step)
    lab.undo()
    assert "did not fail" in why_of(lab).title


def test_a_kept_lab_knows_why_after_it_was_opened_again(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path, language="en")
    for line in C1:
        lab.docker(line)
    lab.docker("run --name c1 busybox")
    before = why_of(lab)
    assert before.parts[0].key == "name_taken"
    assert why_of(Lab.open(tmp_path, language="en")) == before


def test_a_lab_that_kept_no_complaints_yet_says_that_it_cannot_tell(tmp_path: Path) -> None:
    import sqlite3
    from contextlib import closing

    lab = Lab.open(tmp_path, language="en")
    lab.docker("rmi nothing")
    with closing(sqlite3.connect(tmp_path / "imagelab.db")) as database:
        database.execute("UPDATE steps SET body = json_remove(body, '$.complaint')")
        database.commit()
    shown = why_of(Lab.open(tmp_path, language="en"))
    assert shown.parts == ()
    assert shown.note


@pytest.mark.parametrize("step", [-1, 2, 99])
def test_a_step_that_is_not_there_is_an_error(step: int) -> None:
    lab = lab_with((PULL,))
    with pytest.raises(ValueError, match="1"):
        lab.why(step)


@pytest.mark.parametrize("line", ["one", "-1", "1.5", "1 2", "²", "9" * 40, "<b>"])
def test_what_is_no_number_of_a_step_is_told_so(line: str) -> None:
    shown = typed(lab_with((PULL,)).journal, line, "en")
    assert "`%why 3`" in repr(shown)
    assert "<b><b>" not in shown._repr_html_()


def test_a_number_of_no_step_is_told_so() -> None:
    assert repr(typed(lab_with((PULL,)).journal, "99", "en")).startswith("There is no step 99")


# --- what is kept, and what is hostile -----------------------------------------------------


def test_only_what_docker_says_is_kept_not_what_a_container_prints() -> None:
    lab = lab_with((PULL,))
    lab.docker("run busybox sh -c 'echo No such image: x >&2; exit 1'")
    assert lab.journal.current.complaint == ""
    assert why_of(lab).parts[0].key == "ended_otherwise"


def test_a_step_that_went_well_keeps_no_complaint() -> None:
    lab = lab_with(())
    assert lab.docker("run busybox true").stderr.startswith("Unable to find image")
    assert lab.journal.current.complaint == ""


def test_a_complaint_is_kept_only_so_far() -> None:
    lab = lab_with(())
    lab.docker(["rmi", *(f"image{number}" for number in range(5_000))])
    assert len(lab.journal.current.complaint) == MOST_KEPT
    assert why_of(lab).parts[0].key == "image_missing"


HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("words", [
    ["rmi", HOSTILE], ["run", "--name", HOSTILE, "busybox"], ["rm", HOSTILE], [HOSTILE],
    ["images", f"--{HOSTILE}"], ["inspect", HOSTILE], ["run", "busybox", HOSTILE],
    ["inspect", "-f", f"{{{{{HOSTILE}", "busybox"], ["volume", "rm", HOSTILE],
    ["run", "busybox", "sh", "-c", HOSTILE], ["login", "-u", HOSTILE, "-p", HOSTILE],
    ["rm", "a\n<b>\x1b[31m`</code>`\u202e"],
])
def test_hostile_words_stay_words(words: list[str]) -> None:
    lab = lab_with((PULL,))
    assert lab.docker(words).exit_code != 0
    html = lab.why()._repr_html_()
    assert "<img" not in html
    assert "<b>\x1b" not in html
    assert "</code>`" not in html
    text = repr(lab.why())
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_the_text_twin_says_what_the_markup_says() -> None:
    lab = lab_with(CHAPTER)
    lab.docker("rmi chapter:first")
    shown = lab.why()
    assert isinstance(shown, Why)
    html = re.sub(r"<[^>]+>", "", shown._repr_html_())
    for each in (*shown.explanation.parts[0].around, *shown.explanation.ways):
        assert each in repr(shown)
        assert each.replace("`", "").replace('"', "&quot;") in html
