"""docker-py's ``exec`` in all its forms, with a lab and with a real daemon."""

from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.utils.proxy import ProxyConfig
from docker.utils.socket import frames_iter

from tests.clients.conftest import run

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

#: Says something on both streams, at two moments.
BOTH = ["sh", "-c", "echo out; sleep 0.2; echo err >&2"]
#: What is said when one detaches from an exec: engine 20.10 complains, later ones do not.
DETACHED = (b"", b"exec attach failed: error on attach stdin: read escape sequence\r\n")
CTRL_P, CTRL_Q, CTRL_X = b"\x10", b"\x11", b"\x18"


def start(box: Container, command: Any, start: dict[str, Any] | None = None, **create: Any) -> Any:
    """Make an exec and start it at once."""
    api = box.client.api
    return api.exec_start(api.exec_create(box.id, command, **create), **start or {})


def code(box: Container, command: Any, **create: Any) -> tuple[bytes, int]:
    """Return what an exec says, and its exit code."""
    api = box.client.api
    made = api.exec_create(box.id, command, **create)
    said = api.exec_start(made)
    return said, api.exec_inspect(made)["ExitCode"]


@pytest.mark.parametrize("command", [["echo", "one two"], "echo 'one two'"])
def test_words_or_a_line(box: Container, command: Any) -> None:
    assert code(box, command) == (b"one two\n", 0)


def test_a_program_that_ends_at_once_says_all_and_ends(box: Container) -> None:
    for _ in range(5):
        assert start(box, ["sh", "-c", "for i in 1 2 3; do echo $i; done"]) == b"1\n2\n3\n"


def test_exit_codes(box: Container) -> None:
    assert code(box, ["sh", "-c", "exit 3"])[1] == 3
    assert code(box, ["mkdir", "/no/such/folder"])[1] == 1


def test_what_cannot_start_says_why_and_has_a_code(box: Container) -> None:
    why = (b'OCI runtime exec failed: exec failed: unable to start container process: exec: '
           b'"nosuch": executable file not found in $PATH: unknown\r\n')
    assert code(box, ["nosuch"]) == (why, 126)
    assert box.exec_run("nosuch")[0] == 126
    assert code(box, ["true"], workdir="/nosuch")[1] == 126
    assert code(box, ["true"], user="nobody-at-all")[1] == 126
    with pytest.raises(APIError, match="unable to find user x: no matching entries in passwd"):
        start(box, ["true"], {"detach": True}, user="x")


def test_surroundings(box: Container) -> None:
    assert start(box, ["pwd"], workdir="/var") == b"/var\n"
    assert start(box, ["id", "-u"], user="12") == b"12\n"
    said = start(box, ["env"], environment={"X": "y", "Z": "1 2"})
    assert {b"X=y", b"Z=1 2"} <= set(said.splitlines())


def test_proxies_of_the_client_are_in_the_environment(client: DockerClient) -> None:
    client.api._proxy_configs = ProxyConfig(http="one", no_proxy="two")
    box = run(client, "cat", stdin_open=True)
    said = start(box, ["env"], environment={"no_proxy": "own"}).splitlines()
    assert {b"http_proxy=one", b"HTTP_PROXY=one", b"no_proxy=own", b"NO_PROXY=two"} <= set(said)


# --- streams -------------------------------------------------------------------------------

def test_both_streams_in_one(box: Container) -> None:
    assert start(box, BOTH) == b"out\nerr\n"
    assert list(start(box, BOTH, {"stream": True})) == [b"out\n", b"err\n"]


def test_streams_apart(box: Container) -> None:
    assert start(box, BOTH, {"demux": True}) == (b"out\n", b"err\n")
    assert list(start(box, BOTH, {"demux": True, "stream": True})) == [
        (b"out\n", None), (None, b"err\n")]
    assert box.exec_run(BOTH, demux=True).output == (b"out\n", b"err\n")


@pytest.mark.parametrize(("wanted", "said"), [
    ({"stdout": True, "stderr": False}, b"out\n"), ({"stdout": False, "stderr": True}, b"err\n")])
def test_one_stream_only(box: Container, wanted: dict[str, Any], said: bytes) -> None:
    assert start(box, BOTH, **wanted) == said


def test_a_terminal_has_one_stream_and_its_line_ends(box: Container) -> None:
    assert start(box, BOTH, tty=True) == b"out\r\nerr\r\n"
    assert start(box, BOTH, {"demux": True}, tty=True) == (b"out\r\nerr\r\n", None)
    assert b"".join(start(box, BOTH, {"stream": True}, tty=True)) == b"out\r\nerr\r\n"


@pytest.mark.parametrize(("tty", "said"), [(False, b"out\n"), (True, b"out\r\nerr\r\n")])
def test_without_frames_errors_are_lost_but_at_a_terminal(
    box: Container, tty: bool, said: bytes,
) -> None:
    assert start(box, BOTH, {"tty": True}, tty=tty) == said


def test_detached_it_goes_on_by_itself(box: Container) -> None:
    assert start(box, ["touch", "/made"], {"detach": True}) == ""
    while "made" not in start(box, ["ls", "/"]).decode().split():
        time.sleep(0.05)


# --- sockets -------------------------------------------------------------------------------

def own(sock: Any) -> socket.socket:
    """Return the socket beneath what docker-py gives."""
    found = getattr(sock, "_sock", sock)
    assert isinstance(found, socket.socket)
    return found


def test_a_socket_has_the_frames(box: Container) -> None:
    sock = start(box, BOTH, {"socket": True})
    assert list(frames_iter(sock, tty=False)) == [(1, b"out\n"), (2, b"err\n")]
    sock.close()


def test_a_terminal_s_socket_has_frames_too_if_it_is_started_so(box: Container) -> None:
    sock = start(box, ["printf", "no end of line"], {"socket": True}, tty=True)
    assert list(frames_iter(sock, tty=False)) == [(1, b"no end of line")]
    sock.close()


def test_input_and_its_end(box: Container) -> None:
    sock = start(box, ["sort"], {"socket": True}, stdin=True)
    own(sock).sendall(b"b\na\n")
    own(sock).shutdown(socket.SHUT_WR)
    assert b"".join(data for _, data in frames_iter(sock, tty=False)) == b"a\nb\n"
    sock.close()


@pytest.mark.parametrize(("keys", "settings"), [
    ([CTRL_P, CTRL_Q], {}), ([CTRL_P + CTRL_Q], {}), ([CTRL_X], {"detach_keys": "ctrl-x"}),
    ([b"a", b"b"], {"detach_keys": "a,b"})])
def test_keys_that_detach_close_the_socket(
    box: Container, keys: list[bytes], settings: dict[str, Any],
) -> None:
    sock = start(box, ["cat"], {"socket": True, "tty": True}, stdin=True, tty=True, **settings)
    for each in keys:
        own(sock).sendall(each)
        time.sleep(0.1)
    assert b"".join(data for _, data in frames_iter(sock, tty=True)) in DETACHED
    sock.close()


def test_keys_of_the_client_s_settings_detach(box: Container) -> None:
    box.client.api._general_configs = {"detachKeys": "ctrl-x"}
    sock = start(box, ["cat"], {"socket": True, "tty": True}, stdin=True, tty=True)
    own(sock).sendall(CTRL_X)
    assert b"".join(data for _, data in frames_iter(sock, tty=True)) in DETACHED
    sock.close()


# --- what is known of them -----------------------------------------------------------------

def test_inspect(box: Container) -> None:
    api = box.client.api
    made = api.exec_create(box.id, ["sh", "-c", "sleep 30"], user="1")["Id"]
    known = api.exec_inspect(made)
    assert (known["Running"], known["ExitCode"], known["ContainerID"]) == (False, None, box.id)
    assert known["ProcessConfig"] == {
        "tty": False, "entrypoint": "sh", "arguments": ["-c", "sleep 30"], "privileged": False,
        "user": "1"}
    api.exec_start(made, detach=True)
    assert api.exec_inspect(made)["Running"] is True
    box.reload()
    assert made in box.attrs["ExecIDs"]
    api.exec_resize(made, height=10, width=20)


def test_refusals(client: DockerClient, box: Container) -> None:
    api = client.api
    with pytest.raises(NotFound, match="No such container: nosuch"):
        api.exec_create("nosuch", "true")
    with pytest.raises(NotFound, match="No such exec instance: nosuch"):
        api.exec_start("nosuch")
    with pytest.raises(APIError, match="No exec command specified"):
        api.exec_create(box.id, [])
    made = api.exec_create(box.id, "true")["Id"]
    api.exec_start(made)
    with pytest.raises(APIError, match=f"Error: Exec command {made} has already run"):
        api.exec_start(made, detach=True)
    waiting = api.exec_create(box.id, "true")["Id"]
    box.pause()
    with pytest.raises(APIError, match="is paused, unpause the container before exec"):
        api.exec_start(waiting)
    box.unpause()
    box.kill()
    with pytest.raises(APIError, match=f"Container {box.id} is not running") as refused:
        api.exec_create(box.id, "true")
    assert refused.value.status_code == 409


def test_it_ends_with_its_container(box: Container) -> None:
    said = start(box, ["sh", "-c", "echo begun; sleep 60"], {"stream": True})
    assert next(said) == b"begun\n"
    box.kill()
    assert list(said) == []
