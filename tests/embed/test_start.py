"""The lab of a link: commands that are typed as they are, those that fail, and nothing else."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from imagelab.embed.links import Situation
from imagelab.embed.start import END, INTERRUPT, Begun, begin
from imagelab.model.image import short_id


def begun(folder: Path, *commands: str, level: str = "", lesson: str = "") -> Begun:
    return begin(Situation(level=level, lesson=lesson, commands=commands), folder, "en")


def printed(found: Begun) -> str:
    return "\n".join(found.prompt.screen.text())


def containers(found: Begun) -> dict[str, str]:
    listed = found.lab.docker("ps -a --format '{{.Names}} {{.State}}'").stdout
    return dict(line.split() for line in listed.splitlines())


def test_commands_prepare_the_lab_and_can_be_seen(tmp_path: Path) -> None:
    found = begun(tmp_path, "pull -q busybox", "tag busybox mine:1")
    assert found.failed == ()
    assert "mine:1" in found.lab.docker("images --format '{{.Repository}}:{{.Tag}}'").stdout
    assert printed(found).splitlines() == [
        "$ docker pull -q busybox", "docker.io/library/busybox:latest",
        "$ docker tag busybox mine:1"]
    assert found.prompt.history.lines[-1] == "docker tag busybox mine:1"


def test_a_lesson_and_a_level_begin_as_they_are(tmp_path: Path) -> None:
    lesson = begun(tmp_path, lesson="04-rmi")
    assert len(lesson.lab.state.images) == 3
    assert len(lesson.lab.journal) == 0
    level = begun(tmp_path, "rm reader", level="rmi-1")
    assert level.lab.play is not None
    assert level.lab.play.level.id == "rmi-1"
    assert [step.command for step in level.lab.journal] == ["docker rm reader"]


def test_the_commands_of_a_level_count_as_its_players(tmp_path: Path) -> None:
    found = begun(tmp_path, "rm reader", "rmi notes:1", level="rmi-1")
    assert found.lab.play is not None
    assert found.lab.play.check().passed


def test_a_failed_command_is_told_and_the_next_one_follows(tmp_path: Path) -> None:
    found = begun(tmp_path, "rmi nothing", "pull -q busybox", "images 'busy", "nonsense")
    first, quote, last = found.failed
    assert (first.number, first.command) == (1, "rmi nothing")
    assert first.said == "Error response from daemon: No such image: nothing:latest"
    assert (quote.number, quote.said) == (3, "docker: No closing quotation")
    assert last.said.startswith("docker: unknown command: docker nonsense")
    assert len(found.lab.state.images) == 1


def test_a_failure_is_not_told_of_the_command_after_it(tmp_path: Path) -> None:
    found = begun(tmp_path, "rmi nothing", "run -it --name box busybox")
    assert [each.number for each in found.failed] == [1]


@pytest.mark.parametrize("line", [
    "ps; touch x", "ps && touch x", "ps | tee x", "ps > x", "ps $(touch x)", "ps `touch x`",
    "ps '\n' touch x", "ps\rtouch x", "ps 'a\rtouch x\r'", "ps\ntouch x", "ps\n\x03\ntouch x",
    "ps &\ntouch x", "ps <<EOF\ntouch x", "ps #\n\x04\ntouch x"])
def test_no_shell_takes_part(tmp_path: Path, line: str) -> None:
    begun(tmp_path, line)
    assert list(tmp_path.iterdir()) == []


def test_lines_below_go_to_what_the_command_begins(tmp_path: Path) -> None:
    found = begun(tmp_path, "run -it --name box busybox\necho hi > /note\nexit",
                  "commit box note:1", "run --rm note:1 cat /note")
    assert found.failed == ()
    assert printed(found).endswith("$ docker run --rm note:1 cat /note\nhi")


def test_what_is_left_open_is_open_for_the_reader(tmp_path: Path) -> None:
    found = begun(tmp_path, "run -it --name box busybox\ncd /etc")
    assert found.prompt.held is not None
    assert found.prompt.text == "/etc # "


def test_the_next_command_is_not_typed_into_a_container(tmp_path: Path) -> None:
    found = begun(tmp_path, "run -it --name box busybox\ncd /etc",
                  "run -d --name two busybox sleep 9", "container prune", "tag busybox b:1")
    assert found.failed == ()
    assert containers(found) == {"box": "running", "two": "running"}
    assert "b:1" in found.lab.docker("images --format '{{.Repository}}:{{.Tag}}'").stdout


def test_answers_and_keys_are_typed(tmp_path: Path) -> None:
    found = begun(
        tmp_path, "run --name one busybox", f"run -i --name two busybox cat\nhello\n{END}",
        f"run -it --name three busybox\nsleep 9\n{INTERRUPT}\n{END}", "container prune\ny")
    assert containers(found) == {}
    assert "hello" in printed(found)


def test_files_of_a_link_stay_in_its_folder(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    found = begun(work, "pull -q busybox", "save -o b.tar busybox")
    assert found.failed == ()
    assert [each.name for each in work.iterdir()] == ["b.tar"]
    assert [each.name for each in tmp_path.iterdir()] == ["work"]


def test_a_link_leads_to_the_same_lab_each_time(tmp_path: Path) -> None:
    commands = ("run -it --name box busybox\necho hi > /note\nexit", "commit box note:1")
    first, second = (begun(tmp_path, *commands) for _ in range(2))
    ids = [sorted(map(short_id, each.lab.state.images)) for each in (first, second)]
    assert ids[0] == ids[1]
    assert shlex.join(["docker", "commit", "box", "note:1"]) in printed(first)
