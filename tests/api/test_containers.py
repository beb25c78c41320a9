"""Containers listed, changed, started, stopped, looked into. As engine 20.10.24 answers."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from imagelab.api import running
from tests.api.conftest import Served


@pytest.fixture
def busy(lab: Served) -> Served:
    """A lab with a container of each kind: run, paused, done, new."""
    for name, command in (
        ("run", "sleep 600"), ("paused", "sleep 600"), ("done", "true"), ("new", "sleep 600")):
        lab.ask("POST", f"/containers/create?name={name}", {
            "Image": "ubuntu:14.04", "Cmd": command.split(), "Labels": {"kind": name},
            "HostConfig": {"NetworkMode": "none"}})
        if name != "new":
            lab.ask("POST", f"/containers/{name}/start")
    lab.ask("POST", "/containers/paused/pause")
    return lab


def identifier(lab: Served, name: str) -> str:
    return str(lab.ask("GET", f"/containers/{name}/json").json["Id"])


def named(name: str) -> str:
    return quote(json.dumps({"name": [name]}))


@pytest.mark.parametrize(("method", "path", "status", "message"), [
    ("GET", "/containers/me/app:1/json", 404, "No such container: me/app:1"),
    ("GET", "/containers/me/app/logs?stdout=1", 404, "No such container: me/app"),
    ("GET", "/containers/x/exec/json", 404, "No such container: x/exec"),
    ("POST", "/containers/me/app/start", 404, "No such container: me/app"),
    ("POST", "/containers/a/attach/start", 404, "No such container: a/attach"),
    ("POST", "/containers/me/app/kill", 404,
     "Cannot kill container: me/app: No such container: me/app"),
    ("GET", "/exec/a/b/json", 404, "No such exec instance: a/b"),
    ("DELETE", "/containers/me/app", 404, "No such container: me/app"),
    ("DELETE", "/containers/", 400, 'invalid name or ID supplied: ""'),
    ("GET", "/volumes/", 404, "get: no such volume"),
    ("DELETE", "/images/", 400, "image name cannot be blank"),
])
def test_names_may_have_slashes_or_be_empty(
    lab: Served, method: str, path: str, status: int, message: str,
) -> None:
    answer = lab.ask(method, path)
    assert (answer.status, answer.json["message"]) == (status, message)


NOT_RUNNING = "Container ID is not running"


@pytest.mark.parametrize(("method", "path", "status", "message"), [
    ("POST", "run/start", 304, ""),
    ("POST", "new/start", 204, ""),
    ("POST", "paused/start", 409, "cannot start a paused container, try unpause instead"),
    ("POST", "done/stop", 304, ""),
    ("POST", "run/stop?t=0", 204, ""),
    ("POST", "run/stop?t=a", 500, 'strconv.Atoi: parsing "a": invalid syntax'),
    ("POST", "run/restart?t=0", 204, ""),
    ("POST", "run/kill?signal=WINCH", 204, ""),
    ("POST", "run/kill?signal=BOGUS", 400, "Invalid signal: BOGUS"),
    ("POST", "new/kill", 409, f"Cannot kill container: new: {NOT_RUNNING}"),
    ("POST", "run/pause", 204, ""),
    ("POST", "new/pause", 409, NOT_RUNNING),
    ("POST", "paused/pause", 409, "Container ID is already paused"),
    ("POST", "run/unpause", 500, "Container ID is not paused"),
    ("POST", "run/resize?h=1&w=2", 200, ""),
    ("POST", "run/resize?h=a&w=2", 400, 'strconv.Atoi: parsing "a": invalid syntax'),
    ("POST", "run/resize", 400, 'strconv.Atoi: parsing "": invalid syntax'),
    ("POST", "new/resize?h=1&w=2", 409, NOT_RUNNING),
    ("POST", "run/rename?name=other", 204, ""),
    ("POST", "run/rename", 400, "Neither old nor new names may be empty"),
    ("POST", "run/rename?name=done", 409,
     'Error when allocating new name: Conflict. The container name "/done" is already in use by '
     'container "OTHER". You have to remove (or rename) that container to be able to reuse that '
     "name."),
    ("GET", "new/top", 409, NOT_RUNNING),
    ("GET", "run/top?ps_args=-o+cmd", 500, "Couldn't find PID field in ps output"),
    ("DELETE", "new", 204, ""),
    ("DELETE", "run", 409, "You cannot remove a running container ID. Stop the container before "
                           "attempting removal or force remove"),
    ("DELETE", "run?force=True", 204, ""),
    ("DELETE", "nosuch", 404, "No such container: nosuch"),
])
def test_what_is_done_to_a_container(
    busy: Served, method: str, path: str, status: int, message: str,
) -> None:
    name = path.partition("/")[0].partition("?")[0]
    wanted = message.replace("OTHER", identifier(busy, "done"))
    if "ID" in message and name != "nosuch":
        wanted = wanted.replace("Container ID", f"Container {identifier(busy, name)}").replace(
            "container ID", f"container {identifier(busy, name)}")
    answered = busy.ask(method, f"/containers/{path}")
    assert answered.status == status
    if message:
        assert answered.json == {"message": wanted}
    else:
        assert answered.body == b""


def test_a_start_takes_no_settings(busy: Served) -> None:
    assert busy.ask("POST", "/containers/new/start", {"Binds": []}).status == 400
    assert busy.ask("POST", "/containers/new/start", {}).status == 204


@pytest.mark.parametrize(("command", "code", "reason"), [
    ("nosuch", 127, 'exec: "nosuch": executable file not found in $PATH: unknown'),
    ("/etc/passwd", 126, 'exec: "/etc/passwd": permission denied: unknown'),
])
def test_a_start_that_fails_leaves_its_reason(
    lab: Served, command: str, code: int, reason: str,
) -> None:
    lab.ask("POST", "/containers/create?name=c1", {"Image": "ubuntu:14.04", "Cmd": command})
    answered = lab.ask("POST", "/containers/c1/start")
    message = ("failed to create shim task: OCI runtime create failed: runc create failed: "
               f"unable to start container process: {reason}")
    assert (answered.status, answered.json) == (400, {"message": message})
    state = lab.ask("GET", "/containers/c1/json").json["State"]
    assert (state["Status"], state["ExitCode"], state["Error"]) == ("created", code, message)


@pytest.mark.parametrize(("query", "names"), [
    ("", ["paused", "run"]),
    ("all=1", ["new", "done", "paused", "run"]), ("all=True", ["new", "done", "paused", "run"]),
    ("all=0", ["paused", "run"]), ("all=False", ["paused", "run"]),
    ("limit=-1", ["paused", "run"]), ("limit=2", ["new", "done"]), ("limit=0", ["paused", "run"]),
    ({"status": ["exited"]}, ["done"]), ({"status": {"exited": True}}, ["done"]),
    ({"status": {"exited": False}}, ["done"]), ({"status": []}, ["paused", "run"]),
    ({"status": ["paused", "created"]}, ["new", "paused"]),
    ({"name": ["^/run$"]}, ["run"]), ({"label": ["kind=paused"]}, ["paused"]),
    ({"exited": ["0"], "status": ["exited"]}, ["done"]),
    ({"before": ["paused"]}, ["run"]), ({"since": ["run"]}, ["paused"]),
    ({"ancestor": {"ubuntu:14.04": True}}, ["paused", "run"]), ({"ancestor": ["no"]}, []),
    ({"network": ["none"]}, ["paused", "run"]), ("filters=", ["paused", "run"]),
    ("filters=null", ["paused", "run"]), ({"id": ["run's"]}, ["run"]),
])
def test_containers_are_listed(busy: Served, query: Any, names: list[str]) -> None:
    if not isinstance(query, str):
        query = f"filters={quote(json.dumps(query))}"
    query = query.replace(quote("run's"), identifier(busy, "run"))
    found = busy.ask("GET", f"/containers/json?{query}")
    assert [each["Names"] for each in found.json] == [[f"/{name}"] for name in names]


@pytest.mark.parametrize(("query", "status", "message"), [
    ('filters={"zz":["x"]}', 400, "Invalid filter 'zz'"),
    ('filters={"status":["zz"]}', 400, "Invalid filter 'status=zz'"),
    ("filters=zz", 500, "invalid character 'z' looking for beginning of value"),
    ("filters=[]", 500,
     "json: cannot unmarshal array into Go value of type map[string]map[string]bool"),
    ('filters={"name":3}', 500,
     "json: cannot unmarshal number into Go value of type map[string]bool"),
    ('filters={"name":"x"}', 500,
     "json: cannot unmarshal string into Go value of type map[string]bool"),
    ('filters={"since":["nosuch"]}', 500, "no such container nosuch"),
    ("limit=x", 500, 'strconv.Atoi: parsing "x": invalid syntax'),
])
def test_a_list_that_cannot_be(lab: Served, query: str, status: int, message: str) -> None:
    answered = lab.ask("GET", f"/containers/json?{quote(query, safe='=&')}")
    assert (answered.status, answered.json) == (status, {"message": message})


def test_sizes_are_there_if_asked_for(busy: Served) -> None:
    body = {"Image": "ubuntu:14.04", "Cmd": ["sh", "-c", "echo hi > /x"]}
    busy.ask("POST", "/containers/create?name=wrote", body)
    busy.ask("POST", "/containers/wrote/start")
    for name, rows in (("run", {"SizeRootFs"}), ("wrote", {"SizeRw", "SizeRootFs"})):
        one, other = (busy.ask("GET", f"/containers/{name}/json{more}").json
                      for more in ("", "?size=1"))
        assert set(other) - set(one) == {"SizeRw", "SizeRootFs"}
        keys = list(other)
        assert keys[keys.index("GraphDriver"):][:4] == [
            "GraphDriver", "SizeRw", "SizeRootFs", "Mounts"]
        listed = [busy.ask("GET", f"/containers/json?all=1{more}&filters={named(name)}").json[0]
                  for more in ("", "&size=1")]
        assert set(listed[1]) - set(listed[0]) == rows  # 0 is left out there


def test_limits_are_changed(busy: Served) -> None:
    done = busy.ask("POST", "/containers/run/update", {
        "Memory": 64 << 20, "MemorySwap": -1, "KernelMemory": 9 << 20,
        "RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3},
        "Ulimits": [{"Name": "core", "Soft": 1, "Hard": 1}]})
    assert (done.status, done.json) == (200, {"Warnings": [
        "Specifying a kernel memory limit is deprecated and will be removed in a future release."]})
    now = busy.ask("GET", "/containers/run/json").json["HostConfig"]
    assert (now["Memory"], now["Ulimits"], now["RestartPolicy"]) == (
        64 << 20, None, {"Name": "on-failure", "MaximumRetryCount": 3})
    wrong = busy.ask("POST", "/containers/run/update", {"Memory": "x"})
    assert (wrong.status, wrong.json) == (500, {
        "message": "json: cannot unmarshal string into Go struct field UpdateConfig.Memory of "
                   "type int64"})
    assert busy.ask("POST", "/containers/run/update", {"CpuShares": 2}).json == {"Warnings": None}


def test_what_does_not_run_is_pruned(busy: Served) -> None:
    kept = quote(json.dumps({"label": ["kind=nosuch"]}))
    assert busy.ask("POST", f"/containers/prune?filters={kept}").json == {
        "ContainersDeleted": None, "SpaceReclaimed": 0}
    ids = {identifier(busy, name) for name in ("done", "new")}
    pruned = busy.ask("POST", "/containers/prune").json
    assert (set(pruned["ContainersDeleted"]), pruned["SpaceReclaimed"]) == (ids, 0)


def test_processes_are_shown(busy: Served) -> None:
    found = busy.ask("GET", "/containers/run/top").json
    assert list(found) == ["Processes", "Titles"]
    assert found["Titles"] == ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
    assert [each[-1] for each in found["Processes"]] == ["sleep 600"]
    few = busy.ask("GET", "/containers/run/top?ps_args=-o+pid,comm").json
    assert few["Titles"] == ["PID", "COMMAND"]


def test_figures_come_once(busy: Served) -> None:
    none = "0001-01-01T00:00:00Z"
    found = busy.ask("GET", "/containers/run/stats?stream=0").json
    assert list(found) == [
        "read", "preread", "pids_stats", "blkio_stats", "num_procs", "storage_stats",
        "cpu_stats", "precpu_stats", "memory_stats", "name", "id"]
    assert none < found["preread"] < found["read"]
    assert found["pids_stats"] == {"current": 1}
    assert 0 < found["memory_stats"]["usage"] < found["memory_stats"]["limit"]
    machine = [found[each]["system_cpu_usage"] for each in ("precpu_stats", "cpu_stats")]
    assert machine[0] < machine[1]
    first = busy.ask("GET", "/containers/run/stats?stream=False&one-shot=1").json
    assert (first["preread"], first["precpu_stats"]["cpu_usage"]["total_usage"]) == (none, 0)
    stopped = busy.ask("GET", "/containers/new/stats?stream=0").json
    assert (stopped["read"], stopped["pids_stats"], stopped["memory_stats"]) == (none, {}, {})
    assert busy.ask("GET", "/containers/nosuch/stats?stream=0").status == 404


def test_figures_come_on_and_on_until_the_container_goes(
    busy: Served, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_BEAT", 0.05)
    connection = busy.connection()
    connection.request("GET", "/v1.41/containers/run/stats")
    response = connection.getresponse()
    assert (response.status, response.getheader("Content-Type")) == (200, None)
    first = json.loads(response.readline())
    second = json.loads(response.readline())
    assert second["preread"] == first["read"] < second["read"]
    busy.ask("DELETE", "/containers/run?force=1")
    assert response.read() == b""
    connection.close()
