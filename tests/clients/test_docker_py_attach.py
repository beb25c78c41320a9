"""docker-py attached to a container, with a lab and with a real daemon."""

from __future__ import annotations

import socket
import threading
import time
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError
from docker.models.containers import Container
from docker.utils.socket import frames_iter

from tests.clients.conftest import UNTIL_TOLD, run, tell
from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

BOTH = ["sh", "-c", "echo out; sleep 0.2; echo err >&2; sleep 0.2; echo more"]
CTRL_P, CTRL_Q, CTRL_X = b"\x10", b"\x11", b"\x18"


def made(client: DockerClient, command: Any, **settings: Any) -> Container:
    return client.containers.create(BASE_NAME, command, network_mode="none", **settings)


def own(sock: Any) -> socket.socket:
    """Return the socket beneath what docker-py gives."""
    found = getattr(sock, "_sock", sock)
    assert isinstance(found, socket.socket)
    return found


def test_before_the_start_one_misses_nothing(client: DockerClient) -> None:
    container = made(client, BOTH)
    output = container.attach(stream=True)
    container.start()
    assert list(output) == [b"out\n", b"err\n", b"more\n"]


def test_streams_apart(client: DockerClient) -> None:
    container = made(client, BOTH)
    output = container.attach(stream=True, demux=True)
    container.start()
    assert list(output) == [(b"out\n", None), (None, b"err\n"), (b"more\n", None)]


@pytest.mark.parametrize(("stdout", "stderr", "said"), [
    (True, False, b"out\nmore\n"), (False, True, b"err\n")])
def test_one_stream_only(client: DockerClient, stdout: bool, stderr: bool, said: bytes) -> None:
    container = made(client, BOTH)
    output = container.attach(stdout=stdout, stderr=stderr, stream=True)
    container.start()
    assert b"".join(output) == said


def test_a_terminal_has_no_frames(client: DockerClient) -> None:
    container = made(client, BOTH, tty=True)
    output = container.attach(stream=True)
    container.start()
    assert b"".join(output) == b"out\r\nerr\r\nmore\r\n"


def test_until_the_end_of_a_running_one(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", f"{UNTIL_TOLD}; echo one; sleep 0.1; echo two"])
    output = container.attach(stream=True)
    tell(container)
    assert b"".join(output) == b"one\ntwo\n"


def test_what_is_past_and_what_comes(lab_client: DockerClient) -> None:
    """A real daemon is too quick for docker-py now and then, which then loses what is past."""
    container = run(lab_client, ["sh", "-c", f"echo one; {UNTIL_TOLD}; echo two"])
    while not container.logs():
        time.sleep(0.02)
    output = container.attach(stream=True, logs=True)
    tell(container)
    assert list(output) == [b"one\n", b"two\n"]


def test_only_what_is_past(lab_client: DockerClient) -> None:
    container = run(lab_client, ["sh", "-c", "echo one; echo two; sleep 60"])
    api = lab_client.api
    assert api.attach(container.id, stream=False, logs=True) == b"one\ntwo\n"
    container.kill()
    assert api.attach(container.id, stream=False, logs=True) == b"one\ntwo\n"


def test_closing_a_stream_ends_it_and_not_the_container(client: DockerClient) -> None:
    container = made(client, ["sh", "-c", "echo one; sleep 60"], tty=True)
    output = container.attach(stream=True)
    container.start()
    threading.Timer(0.5, output.close).start()
    assert list(output) == [b"one\r\n"]
    container.reload()
    assert container.status == "running"


def test_it_ends_with_a_start_that_fails(client: DockerClient) -> None:
    container = made(client, ["nosuch"])
    output = container.attach(stream=True)
    with pytest.raises(APIError, match="executable file not found"):
        container.start()
    assert list(output) == []


def test_a_container_that_removes_itself_is_heard_to_the_end(client: DockerClient) -> None:
    container = made(client, ["sh", "-c", "echo one; sleep 0.2; printf two"], auto_remove=True)
    output = container.attach(stream=True)
    container.start()
    assert b"".join(output) == b"one\ntwo"


# --- sockets -------------------------------------------------------------------------------

def test_a_socket_has_the_frames(client: DockerClient) -> None:
    container = made(client, ["printf", "no end of line"])
    sock = container.attach_socket(params={"stdout": 1, "stream": 1, "logs": 1})
    assert sock.fileno() > -1
    container.start()
    assert list(frames_iter(sock, tty=False)) == [(1, b"no end of line")]
    sock.close()


def test_input_reaches_a_running_container(client: DockerClient) -> None:
    container = run(client, "cat", stdin_open=True)
    sock = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    own(sock).sendall(b"one\n")
    assert next(frames_iter(sock, tty=False)) == (1, b"one\n")
    own(sock).shutdown(socket.SHUT_WR)
    assert list(frames_iter(sock, tty=False)) == []
    sock.close()
    container.reload()
    assert container.status == "running"  # its input stays open for others


def test_the_end_of_the_input_ends_a_container_that_takes_it_once(client: DockerClient) -> None:
    config = client.api.create_container_config(
        BASE_NAME, "cat", stdin_open=True,
        host_config=client.api.create_host_config(network_mode="none"))
    config["StdinOnce"] = True
    container = client.containers.get(client.api.create_container_from_config(config)["Id"])
    sock = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    own(sock).sendall(b"early\n")
    own(sock).shutdown(socket.SHUT_WR)
    container.start()
    assert b"".join(data for _, data in frames_iter(sock, tty=False)) == b"early\n"
    assert container.wait()["StatusCode"] == 0
    sock.close()


def test_a_terminal_shows_what_is_typed(client: DockerClient) -> None:
    container = run(client, "cat", stdin_open=True, tty=True)
    sock = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    own(sock).sendall(b"one\n")
    said = b""
    while len(said) < 10:
        said += own(sock).recv(100)
    assert said == b"one\r\none\r\n"
    own(sock).sendall(b"\x04")
    while own(sock).recv(100):
        pass
    assert container.wait()["StatusCode"] == 0
    sock.close()


@pytest.mark.parametrize(("keys", "params", "settings"), [
    ([CTRL_P, CTRL_Q], {}, {}), ([CTRL_P + CTRL_Q], {}, {}),
    ([CTRL_X], {"detachKeys": "ctrl-x"}, {}), ([CTRL_P], {}, {"detachKeys": "ctrl-p"}),
    ([CTRL_X], {"detachKeys": "ctrl-x"}, {"detachKeys": "ctrl-p"})])
def test_keys_that_detach_leave_the_container_running(
    client: DockerClient, keys: list[bytes], params: dict[str, Any], settings: dict[str, str],
) -> None:
    client.api._general_configs = settings
    container = run(client, "cat", stdin_open=True, tty=True)
    sock = container.attach_socket(params={"stdin": True, "stream": True, **params})
    for each in keys:
        own(sock).sendall(each)
        time.sleep(0.1)
    assert own(sock).recv(100) == b""
    sock.close()
    container.reload()
    assert container.status == "running"


def test_a_paused_container_takes_nobody(client: DockerClient) -> None:
    container = run(client, "cat", stdin_open=True)
    container.pause()
    with pytest.raises(APIError, match="is paused, unpause the container before attach") as error:
        container.attach_socket(params={"stdout": 1, "stream": 1})
    assert error.value.status_code == 409
    container.unpause()
