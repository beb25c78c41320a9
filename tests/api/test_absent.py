"""What a lab has not: answers as of a daemon without a swarm and without plugins."""

from __future__ import annotations

from tests.api.conftest import Served

NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect '
    "this node to swarm and try again.")


def test_there_is_no_swarm(lab: Served) -> None:
    for method, path in (
        ("GET", "/swarm"), ("GET", "/swarm/unlockkey"), ("GET", "/nodes"), ("GET", "/services/x"),
        ("GET", "/tasks"), ("GET", "/secrets"), ("GET", "/configs/x"), ("DELETE", "/nodes/x"),
        ("POST", "/services/create"), ("POST", "/secrets/x/update?version=1"),
        ("GET", "/services/x/logs?stdout=1"),
    ):
        answer = lab.ask(method, path)
        assert (answer.status, answer.json) == (503, {"message": NO_MANAGER}), path
    for path, status, message in (
        ("/swarm/leave", 503, "This node is not part of a swarm"),
        ("/swarm/init", 501, "imagelab does not simulate swarms"),
    ):
        answer = lab.ask("POST", path)
        assert (answer.status, answer.json) == (status, {"message": message})


def test_there_are_no_plugins(lab: Served) -> None:
    assert lab.ask("GET", "/plugins").json == []
    for method, path in (("GET", "/plugins/a/b/json"), ("DELETE", "/plugins/a/b"),
                         ("POST", "/plugins/a/b/enable?timeout=0")):
        answer = lab.ask(method, path)
        assert (answer.status, answer.json) == (404, {"message": 'plugin "a/b" not found'})
    assert lab.ask("GET", "/plugins?filters={%22x%22:[%22y%22]}").json == {
        "message": "Invalid filter 'x'"}
    assert lab.ask("POST", "/plugins/pull?remote=x").status == 501


def test_the_networks_that_every_daemon_has_stay(lab: Served) -> None:
    for name, status, message in (
        ("none", 403, "none is a pre-defined network and cannot be removed"),
        ("nosuch", 404, "network nosuch not found"),
    ):
        answer = lab.ask("DELETE", f"/networks/{name}")
        assert (answer.status, answer.json) == (status, {"message": message})


def test_nobody_attaches_by_a_websocket(lab: Served) -> None:
    answer = lab.ask("GET", "/containers/x/attach/ws?stream=1")
    assert answer.status == 501
    assert "WebSocket" in answer.json["message"]


def test_there_are_no_sessions_of_buildkit(lab: Served) -> None:
    answer = lab.ask("POST", "/session", version="")
    assert (answer.status, answer.json) == (400, {"message": "no upgrade proto in request"})
    answer = lab.ask("POST", "/session", headers={"Connection": "Upgrade", "Upgrade": "h2c"})
    assert answer.status == 501
    assert "does not simulate BuildKit" in answer.json["message"]
