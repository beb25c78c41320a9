"""``/volumes``: what engine 20.10 answers."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from tests.api.conftest import Served


def filtered(path: str, filters: str) -> str:
    return f"/volumes{path}?filters={quote(filters)}"


def made(lab: Served, **body: Any) -> Any:
    answer = lab.ask("POST", "/volumes/create", body)
    assert answer.status == 201, answer.body
    return answer.json


def test_a_volume_is_made_found_and_removed(lab: Served) -> None:
    volume = made(lab, Name="v1", Labels={"b": "c", "a": None}, Driver="local", DriverOpts=None)
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", volume["CreatedAt"])
    assert list(volume.items())[1:] == [
        ("Driver", "local"), ("Labels", {"a": "", "b": "c"}),
        ("Mountpoint", "/var/lib/docker/volumes/v1/_data"), ("Name", "v1"), ("Options", None),
        ("Scope", "local")]
    assert made(lab, Name="v1") == volume
    assert lab.ask("GET", "/volumes/v1").json == volume
    assert made(lab, Labels={})["Labels"] == {}
    own = made(lab)
    assert re.fullmatch("[0-9a-f]{64}", own["Name"])
    assert own["Labels"] is None
    listed = lab.ask("GET", filtered("", '{"name": ["v1"]}'))
    assert listed.json == {"Volumes": [volume], "Warnings": None}
    assert lab.ask("DELETE", "/volumes/v1").status == 204
    assert len(lab.ask("GET", "/volumes").json["Volumes"]) == 2


def test_what_cannot_be_is_refused(lab: Served) -> None:
    lab.ask("POST", "/containers/create?name=c1", {
        "Image": "ubuntu:14.04", "HostConfig": {"Binds": ["used:/d"]}})
    (container,) = lab.daemon.state.containers
    for method, path, body, status, message in (
        ("POST", "create", {"Name": "v"}, 400, "create v: volume name is too short, names should "
         "be at least two alphanumeric characters"),
        ("POST", "create", {"Name": "v3", "Driver": "nosuch"}, 404, "create v3: error looking up "
         'volume plugin nosuch: plugin "nosuch" not found'),
        ("POST", "create", {"Name": "v4", "DriverOpts": {"type": "tmpfs"}}, 501,
         "imagelab does not simulate options of volumes"),
        ("GET", "nosuch", None, 404, "get nosuch: no such volume"),
        ("GET", "a/b", None, 404, "get a/b: no such volume"),
        ("DELETE", "nosuch", None, 404, "get nosuch: no such volume"),
        ("DELETE", "used?force=1", None, 409,
         f"remove used: volume is in use - [{container}]"),
    ):
        answer = lab.ask(method, f"/volumes/{path}", body)
        assert (answer.status, answer.json) == (status, {"message": message}), path
    assert lab.ask("DELETE", "/volumes/nosuch?force=1").status == 204
    wrong: tuple[Any, ...] = (
        {"Name": 1}, {"Labels": []}, {"Labels": {"a": 1}}, {"DriverOpts": "x"}, [])
    for body in wrong:
        answer = lab.ask("POST", "/volumes/create", body)
        assert answer.status == 400
        assert "cannot unmarshal" in answer.json["message"]


def test_a_prune_removes_what_nothing_mounts(lab: Served) -> None:
    nothing = {"VolumesDeleted": [], "SpaceReclaimed": 0}
    assert lab.ask("POST", "/volumes/prune").json == nothing
    made(lab, Name="v1", Labels={"a": "b"})
    assert lab.ask("POST", filtered("/prune", '{"label": ["x"]}')).json == nothing
    assert lab.ask("POST", filtered("/prune", '{"label":{"a":true}}')).json == {
        "VolumesDeleted": ["v1"], "SpaceReclaimed": 0}
    refused = lab.ask("POST", filtered("/prune", '{"all": ["true"]}'))
    assert (refused.status, refused.json) == (400, {"message": "Invalid filter 'all'"})
