"""Flags of ``docker create`` against ``flag_answers.json``: what client and daemon said of them.

Each line was ``docker create --name … --network none LINE ubuntu:14.04``. ``settings`` has the
keys of ``HostConfig`` and ``Config`` that differ from those of a container without the flag.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab

ANSWERS = json.loads(Path(__file__).with_name("flag_answers.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def lab() -> Lab:
    found = Lab()
    found.docker("pull -q ubuntu:14.04")
    found.docker("create --name plain --network none ubuntu:14.04")
    return found


def settings(lab: Lab, name: str) -> dict[str, Any]:
    (document,) = json.loads(lab.docker(["inspect", name]).stdout)
    found: dict[str, Any] = {**document["HostConfig"], **document["Config"]}
    return found


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: answer["line"])
def test_a_flag_is_answered_as_by_docker(lab: Lab, answer: dict[str, Any]) -> None:
    network = "" if answer["line"].startswith("--net") else "--network none"
    done = lab.docker(f"create --name flags {network} {answer['line']} ubuntu:14.04")
    try:
        assert (done.exit_code, done.stderr) == (answer["code"], answer["stderr"])
        if "settings" in answer:
            plain, own = settings(lab, "plain"), settings(lab, "flags")
            differing = {key: value for key, value in own.items()
                         if value != plain.get(key, "-") and key != "Hostname"}
            assert differing == answer["settings"]
    finally:
        lab.docker("rm -f flags")


@pytest.mark.parametrize("flags", [
    "--mount type=bind,source=/,target=/x", "--device /dev/null", "-v /host:/x", "--gpus all",
    "--log-driver syslog", "--attach stdout", "--ip6 ::1", "--network container:plain",
    "--ipc container:plain", "--pid container:plain",
])
@pytest.mark.parametrize("command", ["create", "run"])
def test_what_would_change_results_is_refused(lab: Lab, command: str, flags: str) -> None:
    before = lab.state.containers
    done = lab.docker(f"{command} {flags} ubuntu:14.04 true")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("imagelab does not simulate ")
    assert done.stderr.count("\n") == 1
    assert lab.state.containers == before


def test_an_image_for_another_platform_is_asked_for_at_the_hub(lab: Lab) -> None:
    done = lab.docker("create --platform linux/arm64 ubuntu:14.04 true")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("Unable to find image 'ubuntu:14.04' locally\nError response ")
    assert lab.docker("create --platform linux/amd64 --name own ubuntu:14.04").exit_code == 0
    lab.docker("rm own")


@pytest.mark.parametrize(("text", "reason"), json.loads(
    Path(__file__).with_name("mount_answers.json").read_text("utf-8")))
def test_a_mount_that_cannot_be(lab: Lab, text: str, reason: str) -> None:
    done = lab.docker(["create", "--mount", text, "ubuntu:14.04"])
    assert done.exit_code != 0
    assert done.stderr.splitlines()[0] == reason


def test_a_mounted_volume_is_one_of_the_lab(lab: Lab) -> None:
    made = lab.docker("run --name writer --mount src=shared,dst=/data ubuntu:14.04 "
                      "sh -c 'echo hi > /data/x'")
    assert made.exit_code == 0
    read = lab.docker("run --rm --volumes-from writer ubuntu:14.04 cat /data/x")
    assert (read.exit_code, read.stdout) == (0, "hi\n")
    lab.docker("rm writer")
    lab.docker("volume rm shared")


def test_files_of_variables_and_labels(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "env").write_text("# note\n\nA=1\n  B=two words\nHOME_OF=\nNOWHERE\n", "utf-8")
    (tmp_path / "labels").write_text("x=1\ny\n", "utf-8")
    line = "create --name files --env-file env -e A=2 --label-file labels ubuntu:14.04"
    assert lab.docker(line, folder=tmp_path).exit_code == 0
    own = settings(lab, "files")
    assert own["Env"][:4] == ["A=1", "B=two words", "HOME_OF=", "A=2"]
    assert own["Labels"] == {"x": "1"}
    lab.docker("rm files")


@pytest.mark.parametrize(("text", "reason"), [
    ("a b=c", "variable 'a b' contains whitespaces"),
    ("  =x", "no variable name on line '=x'"),
])
def test_a_file_of_variables_that_cannot_be(
    lab: Lab, tmp_path: Path, text: str, reason: str,
) -> None:
    (tmp_path / "env").write_text(text, "utf-8")
    done = lab.docker("create --env-file env ubuntu:14.04", folder=tmp_path)
    assert (done.exit_code, done.stderr) == (
        125, f"docker: invalid env file (env): {reason}\n\n"
             "Run 'docker create --help' for more information\n")


def test_the_id_goes_into_a_file_that_is_not_there_yet(lab: Lab, tmp_path: Path) -> None:
    line = "create --cidfile id ubuntu:14.04"
    identifier = lab.docker(line, folder=tmp_path).stdout.strip()
    assert (tmp_path / "id").read_text("utf-8") == identifier
    assert any(step.host_effects for step in lab.journal)
    again = lab.docker(line, folder=tmp_path)
    assert (again.exit_code, again.stderr) == (
        1, "container ID file found, make sure the other container isn't running or delete id\n")
    lab.docker(["rm", identifier])


def test_a_health_check_arrives_in_a_committed_image(lab: Lab) -> None:
    lab.docker("create --name well --health-cmd true --health-retries 3 ubuntu:14.04")
    lab.docker("commit -c 'HEALTHCHECK --timeout=2s CMD x' well healthy")
    shown = lab.docker("inspect -f '{{json .Config.Healthcheck}}' healthy").stdout
    assert json.loads(shown) == {
        "Test": ["CMD-SHELL", "x"], "Timeout": 2_000_000_000, "Retries": 3}
    lab.docker("rm well")
