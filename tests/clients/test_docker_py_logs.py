"""docker-py's ``logs`` and ``run``, with a lab and with a real daemon."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

import pytest
from docker import DockerClient
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound
from docker.models.containers import Container

from tests.clients.conftest import UNTIL_TOLD, run, tell
from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

BOTH = ["sh", "-c", "echo one; sleep 0.2; echo two >&2; sleep 0.2; printf three"]


@pytest.fixture
def ended(client: DockerClient) -> Container:
    """A container that has said three lines."""
    container = run(client, BOTH)
    container.wait()
    return container


def test_all_of_it(ended: Container) -> None:
    assert ended.logs() == b"one\ntwo\nthree"
    assert ended.logs(stdout=True, stderr=False) == b"one\nthree"
    assert ended.logs(stdout=False, stderr=True) == b"two\n"
    with pytest.raises(APIError, match="you must choose at least one stream"):
        ended.logs(stdout=False, stderr=False)


@pytest.mark.parametrize(("tail", "said"), [
    (0, b""), (1, b"three"), (2, b"two\nthree"), (9, b"one\ntwo\nthree"),
    ("all", b"one\ntwo\nthree")])
def test_the_last_lines(ended: Container, tail: int | str, said: bytes) -> None:
    assert ended.logs(tail=tail) == said


def test_line_by_line(ended: Container) -> None:
    assert list(ended.logs(stream=True)) == [b"one\n", b"two\n", b"three"]
    assert list(ended.logs(stream=True, follow=True)) == [b"one\n", b"two\n", b"three"]


def test_times(ended: Container) -> None:
    times = []
    for line in ended.logs(timestamps=True).splitlines():
        time_of, _, text = line.partition(b" ")
        times.append(datetime.fromisoformat(time_of.decode()[:26]).replace(tzinfo=UTC))
        assert text in (b"one", b"two", b"three")
    assert times == sorted(times)
    assert ended.logs(since=times[0]) == b"one\ntwo\nthree"
    assert ended.logs(since=times[1].timestamp()) == b"two\nthree"
    assert ended.logs(until=times[1].timestamp()) == b"one\n"
    assert ended.logs(until=1) == ended.logs(since=times[0].timestamp() + 3600) == b""


def test_following_to_the_end(client: DockerClient) -> None:
    container = run(client, [*BOTH[:2], f"{BOTH[2]}; echo"])
    assert list(container.logs(stream=True, follow=True)) == [b"one\n", b"two\n", b"three\n"]
    assert container.wait()["StatusCode"] == 0


def test_following_from_now(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", f"echo one; {UNTIL_TOLD}; echo two"])
    while not container.logs():
        time.sleep(0.02)
    lines = container.logs(stream=True, follow=True, tail=0)
    tell(container)
    assert list(lines) == [b"two\n"]


def test_no_longer_following(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo one; sleep 60"])
    lines = container.logs(stream=True, follow=True)
    threading.Timer(0.5, lines.close).start()
    assert list(lines) == [b"one\n"]


def test_of_a_terminal(client: DockerClient) -> None:
    container = run(client, BOTH, tty=True)
    container.wait()
    assert container.logs() == b"one\r\ntwo\r\nthree"


def test_a_container_that_runs_again_goes_on_with_its_log(client: DockerClient) -> None:
    container = run(client, ["echo", "hi"])
    container.wait()
    container.start()
    container.wait()
    assert container.logs() == b"hi\nhi\n"


def test_nobody_s(client: DockerClient) -> None:
    with pytest.raises(NotFound, match="No such container: nosuch"):
        client.api.logs("nosuch")


# --- run -----------------------------------------------------------------------------------

def test_run_returns_what_was_said(client: DockerClient) -> None:
    assert client.containers.run(
        BASE_NAME, "echo hello world", network_mode="none", remove=True) == b"hello world\n"
    assert client.containers.list(all=True) == []


def test_run_of_a_command_that_fails(client: DockerClient) -> None:
    with pytest.raises(ContainerError) as error:
        client.containers.run(BASE_NAME, "cat /nosuch", network_mode="none", remove=True)
    assert error.value.exit_status == 1
    assert error.value.command == "cat /nosuch"
    assert b"No such file or directory" in error.value.stderr
    assert client.containers.list(all=True) == []


def test_run_of_one_that_removes_itself(client: DockerClient) -> None:
    command = ["sh", "-c", "echo hello; sleep 1"]
    assert client.containers.run(
        BASE_NAME, command, network_mode="none", auto_remove=True) == b"hello\n"
    with pytest.raises(ContainerError) as error:
        client.containers.run(BASE_NAME, ["sh", "-c", "sleep 1; exit 3"], network_mode="none",
                              auto_remove=True)
    assert (error.value.exit_status, error.value.stderr) == (3, None)


def test_run_as_a_stream(client: DockerClient) -> None:
    command = ["sh", "-c", "echo one; echo two >&2; echo three"]
    assert list(client.containers.run(BASE_NAME, command, network_mode="none", stream=True)) == [
        b"one\n", b"three\n"]


def test_run_without_a_log(client: DockerClient) -> None:
    settings = {"network_mode": "none", "log_config": {"type": "none"}}
    assert client.containers.run(BASE_NAME, "echo hello", **settings) is None
    settings["log_config"] = {"type": "json-file", "config": {"max-file": "2"}}
    assert client.containers.run(BASE_NAME, "echo hello", **settings) == b"hello\n"


def test_run_of_an_image_that_is_not_there(lab_client: DockerClient) -> None:
    with pytest.raises(ImageNotFound):
        lab_client.containers.run("imagelab-has-no-such-image")


def test_run_fetches_an_image_that_the_hub_has(lab_client: DockerClient) -> None:
    assert lab_client.containers.run("alpine:3.10", "cat /etc/alpine-release") == b"3.10.9\n"
