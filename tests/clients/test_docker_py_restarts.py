"""Restart policies through docker-py, with a lab and with a real daemon."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from tests.clients.conftest import run
from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

ALWAYS = {"Name": "always"}
FAILS = ["sh", "-c", "echo once; exit 3"]


def stand(container: Container) -> tuple[str, int, int]:
    """Return its status, exit code and number of restarts."""
    container.reload()
    attrs = container.attrs
    return attrs["State"]["Status"], attrs["State"]["ExitCode"], attrs["RestartCount"]


def until(what: Callable[[], bool]) -> None:
    """Wait until something is so; the test's own time is the limit."""
    while not what():
        time.sleep(0.02)


def waiting(client: DockerClient, command: Any = FAILS) -> Container:
    """Return a container that is to be started again in a second and a half."""
    container = run(client, command, restart_policy=ALWAYS)
    until(lambda: stand(container)[0] == "restarting" and stand(container)[2] >= 5)
    return container


def test_as_it_waits_for_its_restart(client: DockerClient) -> None:
    container = waiting(client)
    state = container.attrs["State"]
    assert (state["Running"], state["Restarting"], state["Paused"]) == (True, True, False)
    assert (state["Pid"], state["ExitCode"], state["Error"]) == (0, 3, "")
    assert client.containers.list() == [container]
    assert client.containers.list(filters={"status": "restarting"}) == [container]
    assert client.containers.list(filters={"exited": 3}, all=True) == []
    listed = client.api.containers()[0]
    assert listed["State"] == "restarting"
    assert re.fullmatch(r"Restarting \(3\) (Less than a|1) second ago", listed["Status"])
    counts = client.info()
    assert (counts["ContainersRunning"], counts["ContainersStopped"]) == (0, 1)
    assert client.containers.prune()["ContainersDeleted"] is None
    container.start()  # says nothing
    lines = container.logs().splitlines()
    assert set(lines) == {b"once"}
    assert len(lines) >= 5


def test_what_it_refuses_meanwhile(client: DockerClient) -> None:
    container = waiting(client)
    for ask in (container.pause, container.top, container.attach,
                lambda: container.exec_run(["true"])):
        until(lambda: stand(container)[0] == "restarting")
        with pytest.raises(APIError, match=r"ontainer .* is restarting, wait until the container "
                           "is running") as error:
            ask()
        assert error.value.status_code == 409


def test_removed_by_force_only(client: DockerClient) -> None:
    container = waiting(client)
    with pytest.raises(APIError) as error:
        container.remove()
    assert error.value.explanation == (
        f"You cannot remove a restarting container {container.id}. Stop the container before "
        "attempting removal or force remove")
    container.remove(force=True)
    with pytest.raises(NotFound):
        container.reload()


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_stopped_as_it_waits(client: DockerClient, way: str) -> None:
    container = waiting(client)
    count = stand(container)[2]
    getattr(container, way)()
    assert stand(container) == ("exited", 3, count)
    time.sleep(2)
    assert stand(container) == ("exited", 3, count)
    container.start()
    until(lambda: stand(container)[0] == "restarting")
    assert stand(container)[2] < count


@pytest.mark.parametrize("policy", ["always", "unless-stopped", "on-failure"])
@pytest.mark.parametrize("way", ["stop", "kill"])
def test_stopped_as_it_runs(client: DockerClient, policy: str, way: str) -> None:
    container = run(client, ["sleep", "60"], restart_policy={"Name": policy})
    getattr(container, way)(**({} if way == "kill" else {"timeout": 0}))
    until(lambda: stand(container) == ("exited", 137, 0))
    time.sleep(0.5)
    assert stand(container) == ("exited", 137, 0)
    container.restart()
    assert stand(container) == ("running", 0, 0)


@pytest.mark.parametrize(("policy", "command", "end"), [
    ({"Name": "on-failure", "MaximumRetryCount": 2}, FAILS, ("exited", 3, 2)),
    ({"Name": "on-failure"}, ["true"], ("exited", 0, 0)),
    ({"Name": "no"}, FAILS, ("exited", 3, 0)),
    ({"Name": "on-failure", "MaximumRetryCount": 5},
     ["sh", "-c", "test -e /a && exit 0; touch /a; exit 7"], ("exited", 0, 1)),
])
def test_policies_that_come_to_an_end(
    client: DockerClient, policy: dict[str, Any], command: list[str], end: tuple[str, int, int],
) -> None:
    container = run(client, command, restart_policy=policy)
    until(lambda: stand(container) == end)
    time.sleep(0.7)
    assert stand(container) == end


def test_whoever_listens_and_waits_does_so_until_its_first_end(client: DockerClient) -> None:
    container = client.containers.create(
        BASE_NAME, ["sh", "-c", "sleep 2; echo once; sleep 1; exit 3"], network_mode="none",
        restart_policy=ALWAYS)
    found: dict[str, Any] = {}
    asked = {
        "wait": lambda: container.wait()["StatusCode"],
        "next-exit": lambda: container.wait(condition="next-exit")["StatusCode"],
        "logs": lambda: b"".join(container.logs(stream=True, follow=True)),
        "attach": lambda: b"".join(container.attach(stream=True)),
    }
    container.start()
    threads = [threading.Thread(target=lambda name=name, ask=ask: found.update({name: ask()}))
               for name, ask in asked.items()]
    for each in threads:
        each.start()
    for each in threads:
        each.join(10)
    container.remove(force=True)
    assert found == {"wait": 3, "next-exit": 3, "logs": b"once\n", "attach": b"once\n"}


def test_waiting_for_one_that_waits_lasts_until_its_next_end(client: DockerClient) -> None:
    container = waiting(client)
    count = stand(container)[2]
    assert container.wait()["StatusCode"] == 3
    assert stand(container)[2] == count + 1


def test_a_policy_that_is_taken_away(client: DockerClient) -> None:
    container = waiting(client)
    count = stand(container)[2]
    container.update(restart_policy={"Name": "no"})
    until(lambda: stand(container)[0] == "exited")
    assert stand(container) == ("exited", 3, count)
    assert len(container.logs().splitlines()) == count + 1


def test_a_start_that_fails_is_not_tried_again(client: DockerClient) -> None:
    container = client.containers.create(BASE_NAME, ["nosuch"], network_mode="none",
                                         restart_policy=ALWAYS)
    with pytest.raises(APIError):
        container.start()
    time.sleep(0.5)
    assert stand(container) == ("created", 127, 0)
