"""What imagelab offers to the tests of other projects: fixtures of a lab instead of a daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from imagelab.lab import Lab
from tests.dockerd import BASE

#: Seconds for a fresh lab and the first request to it.
FRESH = 0.05


@pytest.fixture
def with_image(project: pytest.Pytester) -> pytest.Pytester:
    """A project with an image in its tests' labs."""
    project.makeconftest(f"""
        import pytest

        @pytest.fixture(scope="session")
        def docker_lab_start(docker_lab_start):
            docker_lab_start.docker("load -i {BASE}")
            return docker_lab_start
    """)
    return project


def test_code_under_test_finds_the_lab_by_itself(docker_lab: Lab) -> None:
    docker_lab.docker(f"load -i {BASE}")
    client = docker.from_env()
    client.containers.create("ubuntu:14.04", "sleep 600", name="web").start()
    client.close()
    assert docker_lab.docker("ps --format {{.Names}}").stdout == "web\n"
    assert docker_lab.journal[2].command == "create ubuntu:14.04"


def test_the_client_is_one_of_docker_py_for_the_lab(
    docker_lab: Lab, docker_lab_client: docker.DockerClient,
) -> None:
    docker_lab.docker(f"load -i {BASE}")
    assert [image.tags for image in docker_lab_client.images.list()] == [["ubuntu:14.04"]]


@pytest.fixture
def other_daemon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment for another daemon, and a configuration for accounts of its own."""
    (tmp_path / "config.json").write_text('{"credsStore": "keychain"}')
    for name, value in {
        "DOCKER_HOST": "tcp://127.0.0.1:9", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/none",
        "DOCKER_API_VERSION": "1.99", "DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "else",
        "DOCKER_AUTH_CONFIG": '{"auths":{"registry.example.com":{"auth":"bWU6c2VjcmV0"}}}',
    }.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_a_daemon_and_accounts_of_the_user_are_left_alone(
    other_daemon: Path, docker_lab_client: docker.DockerClient,
) -> None:
    assert docker_lab_client.ping()
    assert Path(os.environ["DOCKER_CONFIG"]) != other_daemon
    assert not {"DOCKER_AUTH_CONFIG", "DOCKER_CONTEXT"} & os.environ.keys()


def test_the_environment_is_as_it_was_after_the_test(with_image: pytest.Pytester) -> None:
    with_image.makepyfile("""
        import os

        def test_during(docker_lab):
            assert "DOCKER_HOST" in os.environ

        def test_after():
            assert "DOCKER_HOST" not in os.environ
    """)
    with_image.runpytest_inprocess().assert_outcomes(passed=2)


def test_every_test_begins_with_the_same_lab(with_image: pytest.Pytester) -> None:
    with_image.makepyfile("""
        import pytest

        @pytest.mark.parametrize("turn", range(3))
        def test_it(docker_lab, docker_lab_client, turn):
            assert len(docker_lab_client.images.list()) == 1
            docker_lab_client.containers.create("ubuntu:14.04", name="web")
            assert len(docker_lab.state.containers) == 1

        def test_the_start_is_as_it_was(docker_lab_start):
            assert not docker_lab_start.state.containers
    """)
    with_image.runpytest_inprocess().assert_outcomes(passed=4)


def test_a_lab_on_the_lessons_clock_needs_no_time_and_repeats_itself(
    with_image: pytest.Pytester,
) -> None:
    with_image.makeconftest(f"""
        import imagelab, pytest

        @pytest.fixture(scope="session")
        def docker_lab_start():
            lab = imagelab.Lab()
            lab.docker("load -i {BASE}")
            return lab
    """)
    with_image.makepyfile("""
        import pytest

        IDS = set()

        @pytest.mark.parametrize("turn", range(2))
        def test_it(docker_lab_client, turn):
            container = docker_lab_client.containers.create("ubuntu:14.04", "sleep 86400")
            container.start()
            assert container.wait()["StatusCode"] == 0
            container.reload()
            IDS.add((container.id, container.attrs["State"]["FinishedAt"]))
            assert len(IDS) == 1
    """)
    with_image.runpytest_inprocess().assert_outcomes(passed=2)


def test_a_failure_shows_what_was_done_to_the_lab(with_image: pytest.Pytester) -> None:
    with_image.makepyfile("""
        def test_it(docker_lab, docker_lab_client):
            docker_lab_client.containers.create("ubuntu:14.04", name="web")
            docker_lab.docker("rmi ubuntu:14.04")
            assert False

        def test_another_one():
            assert False
    """)
    result = with_image.runpytest_inprocess()
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines([
        "*- docker_lab -*", "*step 1: create ubuntu:14.04",
        "*step 2: docker rmi ubuntu:14.04 (exit code 1)"])
    assert result.stdout.str().count("- docker_lab -") == 1


def test_without_what_serving_needs_it_says_what_to_install(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.api.listening.find_spec", lambda name: None)
    assert "h11" in _refusal(project, "docker_lab", "serve")


def test_without_docker_py_it_says_what_to_install(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "docker", None)
    assert "import of docker" in _refusal(project, "docker_lab_client", "testing")


def _refusal(project: pytest.Pytester, fixture: str, extra: str) -> str:
    """Return the one line that a test gets instead of the fixture: what to install is its end."""
    project.makepyfile(f"def test_it({fixture}): pass")
    result = project.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    assert "Traceback" not in result.stdout.str()
    line, = (each for each in result.outlines if each.startswith(f"{fixture}: "))
    assert line.endswith(f': run  pip install "imagelab[{extra}]"')
    return line


def test_a_start_that_is_none_is_named(project: pytest.Pytester) -> None:
    project.makeconftest("""
        import pytest

        @pytest.fixture(scope="session")
        def docker_lab_start(docker_lab_start):
            docker_lab_start.docker("images")
    """)
    project.makepyfile("def test_it(docker_lab): pass")
    result = project.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["docker_lab: docker_lab_start is to return a lab, not None"])
    assert "Traceback" not in result.stdout.str()


def test_a_fresh_lab_and_its_first_request_are_quick(with_image: pytest.Pytester) -> None:
    with_image.makepyfile(f"""
        import pytest
        from tests.deadline import within

        @pytest.fixture(scope="module")
        def quickly():
            with within(20 * {FRESH}):
                yield

        def test_that_pays_for_the_imports(docker_lab_client):
            assert docker_lab_client.images.list()

        @pytest.mark.parametrize("turn", range(20))
        def test_it(quickly, docker_lab_client, turn):
            assert docker_lab_client.images.list()
    """)
    with_image.runpytest_inprocess().assert_outcomes(passed=21)


def test_a_project_that_has_imagelab_pays_nothing_for_it() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, pytest; before = set(sys.modules); "
         "import imagelab.testing; print(*sorted(set(sys.modules) - before))"],
        check=True, capture_output=True, text=True).stdout.split()
    assert loaded == ["imagelab", "imagelab.testing"]
