"""A container's life through docker-py, with a lab and with a real daemon."""

from __future__ import annotations

import signal
import threading
import time
from typing import Any

import pytest
import requests
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from tests.clients.conftest import run
from tests.dockerd import BASE_ID, BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def made(client: DockerClient, command: Any = "cat", **settings: Any) -> Container:
    return client.containers.create(BASE_NAME, command, network_mode="none", **settings)


def state(container: Container) -> tuple[str, bool, bool, int]:
    container.reload()
    now = container.attrs["State"]
    return now["Status"], now["Running"], now["Paused"], now["ExitCode"]


# --- beginning -----------------------------------------------------------------------------

def test_created_started_ended(client: DockerClient) -> None:
    container = made(client, ["sh", "-c", "sleep 0.5; exit 3"])
    assert state(container) == ("created", False, False, 0)
    assert container.attrs["State"]["StartedAt"] == "0001-01-01T00:00:00Z"
    container.start()
    assert state(container) == ("running", True, False, 0)
    assert container.attrs["State"]["Pid"] > 0
    assert container.wait() == {"Error": None, "StatusCode": 3}
    assert state(container) == ("exited", False, False, 3)
    assert container.attrs["State"]["FinishedAt"] > container.attrs["State"]["StartedAt"]


def test_started_twice_and_again(client: DockerClient) -> None:
    container = run(client, "cat", stdin_open=True)
    container.reload()
    first = container.attrs["State"]["StartedAt"]
    container.start()  # says nothing
    container.reload()
    assert container.attrs["State"]["StartedAt"] == first
    container.kill()
    container.start()
    assert state(container)[0] == "running"
    assert container.attrs["State"]["StartedAt"] != first


def test_a_start_that_fails_leaves_its_reason(client: DockerClient) -> None:
    container = made(client, ["nosuch"])
    with pytest.raises(APIError, match="executable file not found") as error:
        container.start()
    assert error.value.status_code == 400
    assert state(container) == ("created", False, False, 127)
    assert "executable file not found" in container.attrs["State"]["Error"]
    going = made(client, ["nosuch"], auto_remove=True)
    with pytest.raises(APIError):
        going.start()
    with pytest.raises(NotFound):
        going.reload()


@pytest.mark.parametrize(("line", "command"), [
    ('echo "two words"', ["echo", "two words"]), ("echo 'a b' c", ["echo", "a b", "c"]),
    ("true && echo", ["true", "&&", "echo"]), ('/bin/sh -c \'echo "x y"\'',
                                               ["/bin/sh", "-c", 'echo "x y"'])])
def test_lines_are_split_by_the_client(
    client: DockerClient, line: str, command: list[str],
) -> None:
    container = run(client, line)
    assert container.wait()["StatusCode"] == 0
    assert container.attrs["Config"]["Cmd"] == command


# --- waiting -------------------------------------------------------------------------------

def test_waiting_for_what_has_ended_already(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "exit 2"])
    assert container.wait()["StatusCode"] == 2
    assert container.wait()["StatusCode"] == 2
    assert container.wait(condition="not-running")["StatusCode"] == 2


@pytest.mark.parametrize("condition", ["next-exit", "removed"])
def test_waiting_for_more_than_its_end(client: DockerClient, condition: str) -> None:
    container = run(client, ["true"])
    container.wait()
    with pytest.raises(requests.exceptions.ConnectionError):
        container.wait(condition=condition, timeout=0.5)


def test_waiting_for_its_removal(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "sleep 0.5; exit 4"], auto_remove=True)
    assert container.wait(condition="removed")["StatusCode"] == 4
    with pytest.raises(NotFound):
        container.wait()


@pytest.mark.parametrize("condition", ["not-running", "next-exit", "removed"])
def test_waiting_while_somebody_else_ends_it(client: DockerClient, condition: str) -> None:
    container = run(client, "cat", stdin_open=True)
    ending = threading.Timer(0.5, container.remove, kwargs={"force": True})
    ending.start()
    assert container.wait(condition=condition)["StatusCode"] == 137
    ending.join()


# --- ending --------------------------------------------------------------------------------

def test_stop(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    container.stop(timeout=1)  # a first process has no handler for TERM
    assert state(container) == ("exited", False, False, 137)
    container.stop()  # says nothing


def test_stop_of_one_that_ends_by_itself(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "trap 'exit 5' TERM; while :; do sleep 0.1; done"])
    time.sleep(0.3)
    container.stop(timeout=20)
    assert state(container) == ("exited", False, False, 5)


@pytest.mark.parametrize("wanted", [None, "KILL", "SIGKILL", 9, signal.SIGKILL])
def test_kill(client: DockerClient, wanted: str | int | None) -> None:
    container = run(client, ["sleep", "60"])
    container.kill(wanted)
    assert state(container) == ("exited", False, False, 137)


def test_signals_that_do_not_end_it(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    container.kill("WINCH")
    container.kill("TERM")
    assert state(container)[0] == "running"
    with pytest.raises(APIError, match="Invalid signal: BOGUS") as error:
        container.kill("BOGUS")
    assert error.value.status_code == 400
    container.kill()
    with pytest.raises(APIError, match=f"Cannot kill container: .* {container.id} is not running"):
        container.kill()


def test_restart(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    container.reload()
    first = container.attrs["State"]["StartedAt"]
    container.restart(timeout=0)
    assert state(container)[0] == "running"
    assert container.attrs["State"]["StartedAt"] != first
    container.kill()
    container.restart()
    assert state(container)[0] == "running"


def test_pause(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    container.pause()
    assert state(container) == ("paused", True, True, 0)
    with pytest.raises(APIError, match="is already paused") as error:
        container.pause()
    assert error.value.status_code == 409
    with pytest.raises(APIError, match="Unpause and then stop the container before"):
        container.remove()
    container.unpause()
    assert state(container) == ("running", True, False, 0)
    with pytest.raises(APIError, match="is not paused"):
        container.unpause()


# --- names and lists -----------------------------------------------------------------------

def test_remove(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    with pytest.raises(APIError) as error:
        container.remove()
    assert error.value.explanation == (
        f"You cannot remove a running container {container.id}. Stop the container before "
        "attempting removal or force remove")
    container.remove(force=True)
    assert client.containers.list(all=True) == []
    with pytest.raises(NotFound, match=f"No such container: {container.id}"):
        container.remove()


def test_rename(client: DockerClient) -> None:
    one, two = made(client, name="one"), made(client, name="two")
    assert one.attrs["Name"] == "/one"
    one.rename("three")
    one.reload()
    assert one.name == "three"
    with pytest.raises(APIError, match='The container name "/three" is already in use'):
        two.rename("three")
    with pytest.raises(APIError, match='The container name "/three" is already in use') as error:
        made(client, name="three")
    assert error.value.status_code == 409
    assert client.containers.get("three") == one


def test_lists(client: DockerClient) -> None:
    running = run(client, ["sleep", "60"], name="runs", labels={"a": "1"})
    ended = run(client, ["false"], name="ended")
    ended.wait()
    assert client.containers.list() == [running]
    assert client.containers.list(all=True) == [ended, running]
    assert client.containers.list(limit=1) == [ended]
    assert client.containers.list(all=True, limit=-1) == [ended, running]
    for filters, found in (
        ({"status": "exited"}, [ended]), ({"exited": 1}, [ended]), ({"name": "run"}, [running]),
        ({"label": "a"}, [running]), ({"label": ["a=2"]}, []), ({"id": ended.id[:12]}, [ended]),
        ({"ancestor": BASE_NAME}, [ended, running]), ({"since": "runs"}, [ended]),
        ({"before": "ended"}, [running]), ({"status": ["running", "created"]}, [running]),
    ):
        assert client.containers.list(all=True, filters=filters) == found, filters
    with pytest.raises(APIError, match="Invalid filter 'x'"):
        client.containers.list(filters={"x": "y"})
    short = client.containers.list(sparse=True)[0].attrs
    assert (short["Names"], short["Image"], short["ImageID"]) == (["/runs"], BASE_NAME, BASE_ID)
    assert (short["Command"], short["State"]) == ("sleep 60", "running")
    assert len(client.api.containers(trunc=True)[0]["Id"]) == 12
    assert client.api.containers(quiet=True) == [{"Id": running.id}]


def test_prune(client: DockerClient) -> None:
    ended = run(client, ["sh", "-c", "echo 12345 > /file"])
    ended.wait()
    running = run(client, ["sleep", "60"])
    done = client.containers.prune()
    assert done["ContainersDeleted"] == [ended.id]
    assert done["SpaceReclaimed"] >= 6
    assert client.containers.list(all=True) == [running]
    assert client.containers.prune() == {"ContainersDeleted": None, "SpaceReclaimed": 0}


# --- looking into it -----------------------------------------------------------------------

def test_changes(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo > /etc/new; rm /etc/passwd; mkdir /a; echo > /a/b"])
    container.wait()
    assert {(each["Path"], each["Kind"]) for each in container.diff()} == {
        ("/etc", 0), ("/etc/new", 1), ("/etc/passwd", 2), ("/a", 1), ("/a/b", 1)}
    assert made(client).diff() is None


def test_processes(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"])
    top = container.top()
    while "runc" in top["Processes"][0][-1]:  # a real one, in its first moment
        top = container.top()
    assert top["Titles"] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert [each[-1] for each in top["Processes"]] == ["sleep 60"]
    assert container.top(ps_args="-o pid,args")["Titles"] == ["PID", "COMMAND"]
    container.kill()
    with pytest.raises(APIError, match="is not running"):
        container.top()


def test_update(client: DockerClient) -> None:
    container = run(client, ["sleep", "60"], mem_limit="400m", cpu_shares=512)
    assert (container.attrs["HostConfig"]["Memory"],
            container.attrs["HostConfig"]["CpuShares"]) == (400 << 20, 512)
    container.update(mem_limit=300 << 20, cpu_shares=300)
    container.update(restart_policy={"Name": "on-failure", "MaximumRetryCount": 4})
    container.reload()
    settings = container.attrs["HostConfig"]
    assert (settings["Memory"], settings["CpuShares"]) == (300 << 20, 300)
    assert settings["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 4}


def test_an_id_may_be_short_and_a_name_may_not(client: DockerClient) -> None:
    container = made(client, name="one")
    assert client.containers.get(container.id[:5]) == container
    assert client.containers.get(container.short_id) == container
    with pytest.raises(NotFound, match="No such container: on"):
        client.containers.get("on")
