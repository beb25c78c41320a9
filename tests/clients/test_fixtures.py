"""The fixtures for pytest, with programs that a test starts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from imagelab.lab import Lab
from tests.dockerd import BASE


def docker(*words: str) -> str:
    return subprocess.run(
        ["docker", *words], check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.requires("docker")
def test_the_docker_command_in_a_test_uses_the_lab(
    docker_lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    docker_lab.docker(f"load -i {BASE}")
    assert docker("run", "--name", "web", "ubuntu:14.04", "echo", "hello") == "hello\n"
    assert "Login Succeeded" in docker("login", "-u", "student", "-p", "imagelab")
    assert list(tmp_path.iterdir()) == []  # of a user's files it touches none
    assert [each.name for each in docker_lab.state.containers.values()] == ["web"]


def test_processes_of_one_session_have_labs_of_their_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.mark.parametrize("turn", range(8))
        def test_it(docker_lab, docker_lab_client, turn):
            docker_lab.docker("load -i {BASE}")
            docker_lab_client.containers.create("ubuntu:14.04", name="web")
            assert len(docker_lab_client.containers.list(all=True)) == 1
    """)
    pytester.runpytest_subprocess("-n", "2").assert_outcomes(passed=8)
