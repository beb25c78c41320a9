"""Hints after docker commands, on a lab where the command has really been carried out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.course.hints import MOST, Hint, hints, programs_not_found, slips, text
from imagelab.messages import catalogue, languages
from imagelab.model.state import State
from tests.course.hint_files import CASES_WITH_FILES, FILES, QUIET_WITH_FILES

PULL = "pull -q busybox"
#: The chapter's three images and two containers, as small as they can be.
CHAPTER = (
    "pull -q busybox", "run --name commit_test busybox touch /first",
    "commit commit_test commit_test:first",
    "run --name commit_test2 commit_test:first touch /second",
    "commit commit_test2 commit_test:second",
)
RUNNING = (PULL, "run -d --name web busybox sleep 100000")

#: What was done before, the line, the hint it leads to, what the hint must name.
CASES: list[tuple[tuple[str, ...], str, str, str]] = [
    # the line itself
    ((), "image", "group_alone", "docker images"),
    ((), "run --name w1 nginx", "left_running", "docker stop w1"),
    ((), "imags", "command_nearest", "docker images"),
    ((), "imagse", "command_nearest", "`docker images`"),  # letters changed places
    ((), "delete x", "command_nearest", "`docker rm x`"),
    ((), "containers", "command_nearest", "docker ps -a"),
    ((), "containers ls -q", "command_nearest", "docker container ls -q"),
    ((), "list images", "command_nearest", "docker images"),
    ((PULL,), "images rm busybox", "group_plural", "docker image rm busybox"),
    ((PULL,), "images ls", "group_plural", "docker image ls"),
    ((), "image lst", "command_nearest", "docker image "),
    ((), "imags -a -q", "command_nearest", "docker images -a -q"),
    ((), "frobnicate", "command_unknown", "docker --help"),
    ((), "images --al", "flag_nearest", "--all"),
    ((), "images -z", "flag_unknown", "docker images --help"),
    ((PULL,), "run busybox -it", "flags_after_image", "docker run -it busybox"),
    ((PULL,), "run -d busybox --name x1 -e A=1 sh", "flags_after_image",
     "docker run -d --name x1 -e A=1 busybox sh"),
    ((PULL,), "create busybox -it", "flags_after_image", "docker create -it busybox"),
    (RUNNING, "exec web -it sh", "flags_after_container", "docker exec -it web sh"),
    ((PULL,), "run --name busybox", "image_left_out", "--name"),
    ((), "run ubuntu:!4.04", "bad_name_mended", "docker run ubuntu:14.04"),
    ((), "pull Ubuntu", "bad_name_mended", "docker pull ubuntu"),
    ((), "pull -- -x", "bad_name", "-x"),
    # names that are not there
    ((*CHAPTER,), "rmi commit_test", "tag_assumed", "docker rmi commit_test:"),
    ((*CHAPTER,), "history commit_test:frist", "tag_other", "docker history commit_test:first"),
    ((*CHAPTER,), "run commit_test", "tag_assumed", "docker run commit_test:"),
    ((*CHAPTER,), "rmi comit_test:first", "image_nearest", "docker rmi commit_test:first"),
    ((*CHAPTER,), "rmi commit_test2", "image_is_container", "docker rm commit_test2"),
    ((), "rmi nothing", "image_missing", "nothing"),
    ((), "run bizybox", "hub_nearest", "docker run busybox"),
    ((), "pull secret-notes-of-mine", "hub_denied", "`docker login`"),
    ((PULL, "tag busybox student/private-app:1"), "pull student/private-app:1", "hub_denied",
     "`docker login`"),
    ((), "pull busybox:latst", "hub_other_tags", "docker pull busybox:latest"),
    # registries
    ((PULL, "tag busybox student/app"), "push student/app", "push_login",
     "docker login -u student"),
    ((PULL, "login -u student -p imagelab"), "push busybox:latest", "push_foreign",
     "docker tag busybox:latest student/busybox:latest"),
    ((PULL, "login -u student -p imagelab", "tag busybox student/private",
      "tag busybox student/private2", "push student/private"), "push student/private2",
     "push_private_limit", "docker run -d -p 5000:5000 "),
    ((), "pull localhost:5001/app", "registry_none", "docker run -d -p 5001:5000 "),
    (("run -d -p 5000:5000 --name images registry:2", "stop images"), "pull localhost:5000/app",
     "registry_stopped", "docker start images"),
    ((PULL,), "push student/busybox", "push_untagged",
     "docker tag busybox:latest student/busybox"),
    ((PULL, "tag busybox student/app:2", "login -u student -p imagelab"), "push student/app",
     "tag_assumed", "docker push student/app:2"),
    ((), "push nothing", "image_missing", "docker images"),
    ((*CHAPTER,), "rm comit_test", "container_nearest", "docker rm commit_test"),
    ((PULL,), "start busybox", "container_is_image", "docker run -it busybox"),
    ((), "stop nothing", "container_missing", "docker ps -a"),
    ((*CHAPTER,), "inspect commit_tst", "object_nearest", "docker inspect commit_test"),
    ((), "inspect nothing", "object_missing", "nothing"),
    ((PULL, "create --name twin busybox", "tag busybox twin"), "inspect twin", "inspect_both",
     "docker inspect --type image twin"),
    ((PULL,), "images bisybox", "images_nearest", "docker images busybox"),
    ((PULL, "create --name c1 busybox"), "push c1", "container_not_image",
     "docker commit c1 c1:1"),
    ((PULL, "create --name c1 busybox"), "save -o c1.tar c1", "save_is_container",
     "docker export -o c1.tar c1"),
    ((PULL,), "export -o x.tar busybox", "export_is_image", "docker save -o busybox.tar busybox"),
    # rmi
    ((*CHAPTER,), "rmi commit_test:first", "rmi_used_stopped", "docker rm commit_test2"),
    ((*RUNNING, "create --name c1 busybox"), "rmi busybox", "rmi_used_running",
     "docker stop web && docker rm web c1"),
    ((PULL, "tag busybox one:1"), "rmi {busybox}", "rmi_several_names",
     "docker rmi busybox:latest one:1"),
    ((*CHAPTER, "rm commit_test2"), "rmi {commit_test:first}", "rmi_has_children",
     "docker rmi commit_test:second"),
    ((PULL, "tag busybox one:1"), "rmi one:1", "untagged_has_names", "busybox:latest"),
    ((*CHAPTER, "rm commit_test2"), "rmi commit_test:first", "untagged_has_children",
     "commit_test:second"),
    (RUNNING, "rmi -f busybox", "untagged_is_used", "docker rm -f web"),
    ((PULL, "create --name c1 busybox"), "rmi -f busybox", "deleted_under_container",
     "docker rm c1"),
    ((PULL, "create --name c1 busybox", "commit c1 same"), "rmi same", "deleted_layers_shared",
     "busybox:latest"),
    ((*CHAPTER, "rm commit_test2", "rmi commit_test:first"), "rmi commit_test:second",
     "rmi_parents_too", "2"),
    # commit and tag
    ((PULL, "create --name c1 busybox"), "commit c1 same", "commit_no_changes", "c1"),
    ((PULL, "run --name c1 -v /data busybox touch /data/x /y"), "commit c1 mine",
     "commit_volumes", "/data"),
    ((PULL, "create --name c1 busybox", "rmi -f busybox"), "commit c1 mine",
     "commit_image_gone", "busybox"),
    ((*CHAPTER,), "commit commit_test commit_test:second", "name_moved", "commit_test:second"),
    ((*CHAPTER,), "commit commit_test2 commit_test:first", "name_moved_has_children",
     "commit_test:second"),
    ((*CHAPTER,), "tag busybox commit_test:second", "name_moved", "commit_test:second"),
    # lists and prune
    ((*CHAPTER,), "ps", "ps_none_running", "docker ps -a"),
    ((*CHAPTER, "rm commit_test2", "rmi commit_test:first"), "images -a", "images_intermediate",
     "1"),
    ((*CHAPTER, "rm commit_test2", "rmi commit_test:first"), "images -f dangling=true",
     "images_not_dangling", "1"),
    (("pull -q ubuntu:14.04",), "history ubuntu:14.04", "history_missing", "<missing>"),
    ((*CHAPTER, "tag busybox commit_test:second", "rm commit_test commit_test2"), "image prune",
     "prune_not_confirmed", "docker image prune -f"),
    ((*RUNNING, "rmi -f busybox"), "image prune -f", "prune_keeps_used", "web"),
    ((PULL,), "image prune -f", "prune_keeps_named", "docker image prune -a"),
    ((*CHAPTER, "rm commit_test commit_test2", "rmi commit_test:first"), "image prune -af --filter "
     "until=99999h", "prune_keeps_intermediate", "1"),
    (RUNNING, "system prune", "prune_not_confirmed", "docker system prune -f"),
    (RUNNING, "system prune -f", "system_prune_keeps_running", "web"),
    ((PULL,), "system prune -f", "prune_keeps_named", "docker system prune -a"),
    ((PULL, "create --name c1 busybox"), "container prune", "prune_not_confirmed",
     "docker container prune -f"),
    # containers
    (RUNNING, "rm web", "rm_running", "docker stop web && docker rm web"),
    ((*CHAPTER,), "run --name commit_test busybox", "name_taken", "docker rm commit_test"),
    ((PULL, "create -it --name c1 busybox"), "run --name c1 busybox", "name_taken",
     "docker start -a -i c1"),
    (RUNNING, "create --name web busybox", "name_taken_running", "docker rm -f web"),
    ((PULL,), "run --name c busybox", "container_name", "c"),
    ((*CHAPTER,), "kill commit_test", "not_running", "docker start commit_test"),
    ((*RUNNING, "pause web"), "exec web ls", "paused", "docker unpause web"),
    (RUNNING, "exec web ehco hi", "program_nearest", "echo"),
    (RUNNING, "exec web sh -c 'ehco hi'", "program_nearest", "echo"),
    ((*CHAPTER,), "exec commit_test ls", "not_running", "docker start commit_test"),
    ((*RUNNING, "pause web"), "pause web", "paused", "docker unpause web"),
    ((PULL, "run -d --name c1 --restart always busybox false"), "exec c1 ls", "restarting",
     "docker stop c1"),
    ((PULL,), "run -d --name c1 busybox", "shell_ended_at_once",
     "docker run -it -d --name c1 busybox"),
    ((PULL,), "run -d --name c1 busybox sh -c 'exit 3'", "ended_at_once", "docker logs c1"),
    ((PULL,), "run -d --name c1 --restart always busybox false", "restarts", "docker logs c1"),
    ((*CHAPTER,), "start commit_test", "ended_at_once", "docker logs commit_test"),
    ((PULL,), "run busybox", "shell_without_input", "docker run -it busybox"),
    ((PULL, "create --name c1 busybox", "rmi -f busybox"), "rm c1", "rm_freed_layers", "1"),
    ((PULL,), "run --name c1 -v /home/me/x:/data busybox true", "host_folder",
     "docker run --name c1 -v data:/data busybox true"),
    ((PULL,), "create -v ./x:/data busybox", "host_folder",
     "docker create -v data:/data busybox"),
    ((*CHAPTER,), "stats --no-stream commit_test", "stats_stopped", "docker start commit_test"),
    ((*CHAPTER,), "stats --no-stream", "ps_none_running", "docker stats --no-stream -a"),
    ((*CHAPTER,), "top commit_test", "not_running", "docker start commit_test"),
    ((*CHAPTER,), "events", "events_past", "docker events --since 1h"),
    ((*CHAPTER,), "update commit_test", "update_no_flags",
     "docker update --restart unless-stopped commit_test"),
    ((*CHAPTER,), "update -m 64m commit_test", "update_swap",
     "docker update --memory-swap -1 -m 64m commit_test"),
    # programs
    ((PULL,), "run busybox ehco hi", "program_nearest", "echo"),
    ((PULL,), "run --rm busybox sh -c 'ehco hi'", "program_nearest", "echo"),
    ((PULL,), "run busybox frobnicate", "program_missing", "frobnicate"),
    (("pull -q hello-world",), "run --rm hello-world cat", "program_missing", "cat"),
    (("pull -q hello-world",), "run hello-world sh", "program_bare_image", "sh"),
    (("pull -q ubuntu:14.04",), "run --rm ubuntu:14.04 perl -v", "program_not_simulated", "perl"),
]
#: Lines that a learner needs no hint for.
QUIET: list[tuple[tuple[str, ...], str]] = [
    ((), "images"), ((), "ps"), ((), "ps -a"), ((), PULL), (RUNNING, "ps"), (CHAPTER, "ps -q"),
    (CHAPTER, "images"), (CHAPTER, "rm commit_test2"), (RUNNING, "rm -f web"),
    (RUNNING, "rm web -f"),
    ((PULL,), "rmi busybox"), ((PULL,), "run --rm busybox echo hi"),
    ((PULL,), "run -d busybox sleep 100"), ((PULL,), "run -it --name c1 busybox"),
    ((PULL, "run --name c1 busybox touch /x"), "commit c1 mine"), ((PULL,), "tag busybox mine"),
    ((PULL,), "run --rm busybox sh -c 'exit 3'"), ((), "--help"), ((), "ps --help"),
    (RUNNING, "stats --no-stream"), (RUNNING, "stats --no-stream web"), (RUNNING, "top web"),
    ((), "events --since 1h"), ((), "system df"), ((), "system df -v"), ((), "system prune -f"),
    ((PULL,), "inspect busybox"), ((PULL,), "run --rm busybox ls -it"),
]
#: What docker or the lab says about lines that the lab may come to understand one day.
SAID = [
    ("buildx build -t x .", "imagelab does not simulate 'docker buildx build'", "buildx_build"),
    ("save busybox", "cowardly refusing to save to a terminal. Use the -o flag or redirect",
     "output_to_screen"),
    ("load", "requested load from stdin, but stdin is empty", "load_no_file"),
    ("swarm init", "imagelab does not simulate 'docker swarm'", "not_simulated"),
    ("run x", "docker: imagelab does not simulate containers that share a network",
     "feature_not_simulated"),
    ("-it run x", "unknown shorthand flag: 'i' in -it\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]"
     "\n\nRun 'docker --help' for more information", "flag_before_command"),
]


ALL = [*CASES, *CASES_WITH_FILES]


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)


def after(lab: Lab, line: str, stdin: str = "") -> tuple[Hint, ...]:
    words = shlex.split(line)
    before = lab.state
    result = lab.docker(words, stdin)
    return hints(before, lab.state, words, result.exit_code, result.stderr, result.stdout)


def lab_after(lines: tuple[str, ...]) -> Lab:
    lab = Lab()
    for line in lines:
        assert lab.docker(line).exit_code == 0, line
    return lab


def with_ids(lab: Lab, line: str) -> str:
    """Put the ID of an image in the place of its name in braces."""
    return re.sub(r"\{(.+?)\}", lambda match: lab.docker(f"images -q {match[1]}").stdout[:12], line)


@pytest.mark.parametrize(("start", "line", "key", "named"), ALL,
                         ids=[f"{case[1]}-{case[2]}" for case in ALL])
def test_a_hint_says_what_it_is_and_what_to_type(
    start: tuple[str, ...], line: str, key: str, named: str,
) -> None:
    lab = lab_after(start)
    found = after(lab, with_ids(lab, line))
    assert key in [each.key for each in found]
    hint = next(each for each in found if each.key == key)
    for language in languages:
        assert named in text(hint, language)


@pytest.mark.parametrize(("start", "line", "key", "named"), [
    case for case in ALL if case[3].startswith("docker ")],
    ids=[f"{case[1]}-{case[2]}" for case in ALL if case[3].startswith("docker ")])
def test_what_a_hint_says_to_type_can_be_typed(
    start: tuple[str, ...], line: str, key: str, named: str,
) -> None:
    lab = lab_after(start)
    found = after(lab, with_ids(lab, line))
    hint = next(each for each in found if each.key == key)
    if key == "shell_ended_at_once":
        lab.docker("rm c1")  # as the hint says
    if key == "build_no_context":
        Path("Dockerfile").write_text("FROM busybox\n")
    for each in hint.values.get("command", "docker ps").split(" && "):
        result = lab.docker(each.removeprefix("docker "), "exit\n")
        # What is named rightly now may be in use.
        assert result.exit_code == 0 or "conflict:" in result.stderr, (each, result)
    if key.startswith("rmi_used"):
        assert lab.docker(line).exit_code == 0


@pytest.mark.parametrize(("line", "stderr", "key"), SAID)
def test_hints_for_what_was_only_said(line: str, stderr: str, key: str) -> None:
    found = hints(State(), State(), shlex.split(line), 1, f"{stderr}\n")
    assert [each.key for each in found] == [key]
    assert all(text(found[0], language) for language in languages)


@pytest.mark.parametrize(("start", "line"), [*QUIET, *QUIET_WITH_FILES],
                         ids=[case[1] for case in (*QUIET, *QUIET_WITH_FILES)])
def test_what_needs_no_hint_gets_none(start: tuple[str, ...], line: str) -> None:
    assert after(lab_after(start), line, "exit\n") == ()


def test_every_hint_there_is_has_been_seen() -> None:
    by_themselves = {"magic_in_terminal", "read_only"}  # below, and in test_magics
    seen = {case[2] for case in ALL} | {case[2] for case in SAID} | {
        case[1] for case in SLIPS} | by_themselves
    there = {key.removeprefix("hint.") for key in catalogue("en") if key.startswith("hint.")}
    assert there == seen


def test_a_program_mistyped_at_a_prompt_of_the_container() -> None:
    lab = lab_after((PULL,))
    found = after(lab, "run -it --name c1 busybox", "ehco hi\nexit\n")
    assert [each.values for each in found] == [{"program": "ehco", "nearest": "echo"}]


def test_only_programs_that_the_container_has_are_proposed() -> None:
    lab = lab_after((PULL, "run --name c1 busybox rm /bin/echo", "commit c1 mute"))
    found = after(lab, "run mute ehco hi")
    assert "echo" not in [each.values.get("nearest") for each in found]


def test_a_program_mistyped_in_a_terminal_cell() -> None:
    for said in ("sh: ehco: not found\n", "sh: 1: ehco: not found\r\n",
                 "bash: ehco: command not found\n", "ok\n/bin/sh: ehco: not found"):
        found = list(programs_not_found(said))
        assert [each.values for each in found] == [{"program": "ehco", "nearest": "echo"}]
    assert list(programs_not_found("cat: x: No such file or directory\n")) == []


def test_a_magic_typed_in_a_terminal_cell() -> None:
    (found,) = programs_not_found("bash: %docker: command not found\n")
    assert (found.key, found.values) == ("magic_in_terminal", {"name": "%docker"})


def test_no_more_than_a_few_and_none_twice() -> None:
    lab = lab_after((*CHAPTER, "run -d --name web commit_test:second sleep 100000"))
    found = after(lab, "rm nothing web comit_test nothing2")
    assert len(found) == MOST
    assert len({each.key for each in found}) == len(found)


def test_names_in_a_hint_are_plain_text_of_bounded_length() -> None:
    found = after(Lab(), "rmi 'a\x1b[31m\n\u202eb'")
    assert [each.values["name"] for each in found] == ["a?[31m??b"]
    found = after(Lab(), f"rmi {'x' * 220}")
    assert found
    assert all(len(value) <= 200 for each in found for value in each.values.values())


SLIPS = [
    ("docker stop commit_test %% docker rm commit_test2", "slip_percent",
     "docker stop commit_test && docker rm commit_test2"),
    ("ehco test_second >> second", "slip_ehco", "echo test_second >> second"),
    ("docker run -it ubuntu:!4.04", "slip_tag", "docker run -it ubuntu:14.04"),
    ("docker run –it ubuntu", "slip_dash", "docker run -it ubuntu"),
    ("docker run —name web ubuntu", "slip_dash", "docker run --name web ubuntu"),
    ("docker commit -m “my first commit” c1 x", "slip_quotes",
     'docker commit -m "my first commit" c1 x'),
]


@pytest.mark.parametrize(("line", "key", "mended"), SLIPS)
def test_misprints_are_put_right(line: str, key: str, mended: str) -> None:
    found = slips(line)
    assert [(each.key, each.values["mended"]) for each in found] == [(key, mended)]
    assert all(mended in text(found[0], language) for language in languages)


@pytest.mark.parametrize("line", [
    "docker stop a && docker rm b", "echo 100%%", "%%lab", "date +%%s", "cat echo.txt", "ls -l",
    "./ehco", "docker run ubuntu:14.04 echo hello!", "docker pull localhost:5000/x",
])
def test_lines_without_a_misprint(line: str) -> None:
    assert slips(line) == ()


def test_a_build_that_went_well_is_told_of_the_builder_only() -> None:
    lab = lab_after((PULL, "build -t app -f good.df ."))
    for line in ("build -t two --no-cache -f good.df .", "build -t app app"):
        assert "build_notice" in [each.key for each in after(lab, line)]
    assert [each.key for each in after(lab, "build -t three --no-cache -f good.df .")] == [
        "build_notice"]
