"""``POST /containers/create``: what a field may be, and what becomes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab.api.create_body import wanted
from imagelab.api.go_types import WrongKind
from tests.api.conftest import Answered, Served

#: Fields with a value of a wrong kind, and what engine 20.10.24 says of them.
WRONG = json.loads(Path(__file__).with_name("create_answers.json").read_text("utf-8"))
IMAGE = "ubuntu:14.04"


def create(lab: Served, **fields: Any) -> Answered:
    return lab.ask("POST", "/containers/create", {"Image": IMAGE, "Cmd": ["true"], **fields})


def inspected(lab: Served, answered: Answered) -> Any:
    assert answered.status == 201, answered.json
    return lab.ask("GET", f"/containers/{answered.json['Id']}/json").json


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_value_of_a_wrong_kind_is_refused_in_the_words_of_go(
    path: str, value: object, message: str,
) -> None:
    document: Any = value
    for name in reversed(path.split(".")):
        document = {name: document}
    with pytest.raises(WrongKind) as refused:
        wanted({"Image": IMAGE, **document})
    assert refused.value.message == message


@pytest.mark.parametrize(("document", "status", "message"), [
    ({"Image": IMAGE, "HostConfig": {"Memory": "x"}}, 500,
     "json: cannot unmarshal string into Go struct field HostConfig.HostConfig.Memory of type "
     "int64"),
    ({}, 400, "Config cannot be empty in order to create a container"),
    ({"a": 1, "HostConfig": {}}, 400, "Config cannot be empty in order to create a container"),
    ({"Image": "nosuch"}, 404, "No such image: nosuch:latest"),
    ({"Image": IMAGE, "HostConfig": {"LogConfig": {"Type": "asdf"}}}, 400,
     'error looking up logging plugin asdf: plugin "asdf" not found'),
    ({"Image": IMAGE, "Env": ["=x"]}, 400, "invalid environment variable: =x"),
    ({"Image": IMAGE, "HostConfig": {"PortBindings": {"x/tcp": []}}}, 400,
     'invalid port specification: "x"'),
    ({"Image": IMAGE, "NetworkingConfig": {"EndpointsConfig": {"none": {}, "bridge": {}}}}, 400,
     "Container cannot be connected to network endpoints: none, bridge"),
    ({"Image": IMAGE, "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/etc",
                                                 "Target": "/x"}]}}, 400,
     'invalid mount config for type "bind": bind source path does not exist: /etc'),
    ({"Image": IMAGE, "HostConfig": {"Tmpfs": {"x": ""}}}, 400,
     "invalid mount path: 'x' mount path must be absolute"),
    ({"Image": IMAGE, "HostConfig": {"PidMode": "container:x"}}, 501,
     "imagelab does not simulate containers that share processes"),
    ({"Image": IMAGE, "HostConfig": {"Binds": ["named:/x"], "VolumeDriver": "foo"}}, 404,
     'create named: error looking up volume plugin foo: plugin "foo" not found'),
    *(({"Image": IMAGE, "HostConfig": {"Binds": [spec]}}, 500, message) for spec, message in (
        ("", "invalid volume specification: ''"),
        (":/b", "invalid volume specification: ':/b'"),
        ("a:/b:ro:rw", "invalid volume specification: 'a:/b:ro:rw'"),
        ("/a:/b:zz", "invalid mode: zz"), ("a:/b:zz", "invalid mode: zz"),
        ("a:/", "invalid volume specification: 'a:/': invalid mount config for type \"volume\": "
         "invalid specification: destination can't be '/'"))),
    ({"Image": IMAGE, "HostConfig": {"Mounts": [{"Type": "volume", "Target": "/"}]}}, 400,
     "invalid mount config for type \"volume\": invalid specification: destination can't be '/'"),
    ({"Image": IMAGE, "HostConfig": {"Links": ["nosuch:x"]}}, 400,
     "could not get container for nosuch: No such container: nosuch"),
    ({"Image": IMAGE, "HostConfig": {"Links": ["a:b:c"]}}, 400, "bad format for links: a:b:c"),
    ({"Image": IMAGE, "NetworkingConfig": {"EndpointsConfig": {"bridge": {
        "IPAMConfig": {"IPv6Address": "::9"}}}}}, 501,
     "imagelab does not simulate IPv6Address (--ip6)"),
])
def test_what_cannot_be_is_refused(
    lab: Served, document: object, status: int, message: str,
) -> None:
    answered = lab.ask("POST", "/containers/create", document)
    assert (answered.status, answered.json) == (status, {"message": message})
    assert not lab.daemon.state.containers


def test_names_of_fields_count_in_any_case_and_unknown_ones_are_passed_over(lab: Served) -> None:
    answered = lab.ask("POST", "/containers/create", {
        "image": IMAGE, "cmd": "true", "HOSTCONFIG": {"networkmode": "none", "New": 1},
        "env": None, "Nosuch": {"a": 1}})
    found = inspected(lab, answered)
    assert (found["Config"]["Cmd"], found["HostConfig"]["NetworkMode"]) == (["true"], "none")


def test_what_a_client_leaves_out_is_nothing(lab: Served) -> None:
    found = inspected(lab, create(lab))["HostConfig"]
    assert {key for key, value in found.items() if value is None} == {
        "Binds", "PortBindings", "VolumesFrom", "CapAdd", "CapDrop", "Dns", "DnsOptions",
        "DnsSearch", "ExtraHosts", "GroupAdd", "Links", "SecurityOpt", "BlkioWeightDevice",
        "BlkioDeviceReadBps", "BlkioDeviceWriteBps", "BlkioDeviceReadIOps",
        "BlkioDeviceWriteIOps", "Devices", "DeviceCgroupRules", "DeviceRequests",
        "MemorySwappiness", "PidsLimit", "Ulimits"}
    assert found["RestartPolicy"] == {"Name": "", "MaximumRetryCount": 0}


@pytest.mark.parametrize(("given", "shown"), [
    ({"MemorySwappiness": -1}, {"MemorySwappiness": None}),
    ({"MemorySwappiness": 40}, {"MemorySwappiness": 40}),
    ({"ConsoleSize": [50, 200]}, {"ConsoleSize": [50, 200]}),
    ({"ConsoleSize": [50]}, {"ConsoleSize": [50, 0]}),
    ({"PidsLimit": -1}, {"PidsLimit": None}),
    ({"ShmSize": 0, "IpcMode": "", "Runtime": ""},
     {"ShmSize": 67108864, "IpcMode": "private", "Runtime": "runc"}),
    ({"LogConfig": {"Type": "", "Config": {"max-file": "9"}}},
     {"LogConfig": {"Type": "json-file", "Config": {"max-file": "9"}}}),
    ({"LogConfig": {"Type": "json-file", "Config": None}},
     {"LogConfig": {"Type": "json-file", "Config": {}}}),
    ({"Binds": [], "PortBindings": {}, "CapDrop": []},
     {"Binds": [], "PortBindings": {}, "CapDrop": []}),
    ({"VolumeDriver": "foo"}, {"VolumeDriver": "foo"}),
    ({"CapAdd": "net_admin"}, {"CapAdd": ["net_admin"]}),
    ({"Ulimits": [{"Name": "core"}]}, {"Ulimits": [{"Name": "core", "Hard": 0, "Soft": 0}]}),
])
def test_settings_are_shown_as_engine_20_10_shows_them(
    lab: Served, given: dict[str, Any], shown: dict[str, Any],
) -> None:
    found = inspected(lab, create(lab, HostConfig=given))["HostConfig"]
    assert {key: found[key] for key in shown} == shown


def test_a_variable_without_a_value_is_kept(lab: Served) -> None:
    found = inspected(lab, create(lab, Env=["Foo", "Blank=", "Other=one"]))
    assert found["Config"]["Env"][:3] == ["Foo", "Blank=", "Other=one"]


def test_text_that_is_none_is_replaced(lab: Served) -> None:
    body = b'{"Image": "ubuntu:14.04", "Cmd": ["echo", "\\ud83d"], "Labels": {"a": "\x80"}}'
    answered = lab.ask("POST", "/containers/create", body, headers={
        "Content-Type": "application/json"})
    found = inspected(lab, answered)
    assert (found["Args"], found["Config"]["Labels"]) == (["\ufffd"], {"a": "\ufffd"})
    assert lab.ask("POST", f"/containers/{found['Id']}/start").status == 204


def test_the_daemon_warns(lab: Served) -> None:
    warned = create(lab, HostConfig={
        "NetworkMode": "host", "PortBindings": {"80/tcp": [{"HostPort": "80"}]}})
    assert warned.json["Warnings"] == [
        "Published ports are discarded when using host network mode"]
    assert create(lab).json["Warnings"] == []


@pytest.mark.parametrize(("platform", "status", "message"), [
    ("linux/amd64", 201, ""), ("linux", 201, ""), ("", 201, ""), ("LINUX%2Famd64%2Fv2", 201, ""),
    ("linux/arm64", 404, "image with reference ubuntu:14.04 was found but does not match the "
                         "specified platform: wanted linux/arm64, actual: linux/amd64"),
    ("foo", 400, '"foo": unknown operating system or architecture: invalid argument'),
])
def test_an_image_must_be_for_the_platform(
    lab: Served, platform: str, status: int, message: str,
) -> None:
    answered = lab.ask("POST", f"/containers/create?platform={platform}", {"Image": IMAGE})
    assert answered.status == status
    assert answered.json.get("message", "") == message


def test_volumes_come_by_all_ways(lab: Served) -> None:
    answered = create(lab, Volumes={"/own": {}}, HostConfig={
        "Binds": ["named:/a", "/b"], "Mounts": [
            {"Type": "volume", "Source": "other", "Target": "/c"},
            {"Type": "volume", "Target": "/d", "VolumeOptions": {"Labels": {"k": "v"}}}]})
    mounts = {each["Destination"]: each for each in inspected(lab, answered)["Mounts"]}
    assert {key: (each["Mode"], len(each["Name"])) for key, each in mounts.items()} == {
        "/own": ("", 64), "/a": ("z", 5), "/b": ("z", 64), "/c": ("z", 5), "/d": ("z", 64)}
    assert lab.daemon.state.volumes[mounts["/d"]["Name"]].labels == {"k": "v"}
    taken = create(lab, HostConfig={"VolumesFrom": [answered.json["Id"]]})
    assert {each["Name"] for each in inspected(lab, taken)["Mounts"]} == {
        each["Name"] for each in mounts.values()}
    for name in (taken, answered):
        lab.ask("DELETE", f"/containers/{name.json['Id']}?v=1")
    assert set(lab.daemon.state.volumes) == {"named", "other"}


def test_a_hardware_address_is_that_of_the_network(lab: Served) -> None:
    made = create(lab, MacAddress="02:42:ac:11:00:0a", Cmd=["sleep", "9"]).json["Id"]
    assert lab.ask("POST", f"/containers/{made}/start").status == 204
    found = lab.ask("GET", f"/containers/{made}/json").json["NetworkSettings"]
    assert found["MacAddress"] == found["Networks"]["bridge"]["MacAddress"] == "02:42:ac:11:00:0a"
    wrong = create(lab, MacAddress="zz").json["Id"]
    assert lab.ask("POST", f"/containers/{wrong}/start").json == {
        "message": "address zz: invalid MAC address"}


def test_a_link_is_removed_by_its_name(lab: Served) -> None:
    create(lab)
    first = create(lab, Cmd=["sleep", "9"]).json["Id"]
    own = inspected(lab, create(lab, HostConfig={"Links": [f"{first}:al"]}))
    name = own["Name"]
    linked = lab.ask("GET", f"/containers/{first}/json").json["Name"]
    assert own["HostConfig"]["Links"] == [f"{linked}:{name}/al"]
    assert lab.ask("DELETE", f"/containers{name}/al?link=True").status == 204
    gone = lab.ask("DELETE", f"/containers{name}/al?link=True")
    assert (gone.status, gone.json) == (404, {"message": f"No such container: {name[1:]}/al"})
    assert lab.ask("DELETE", f"/containers{name}?link=1").status == 500
    assert len(lab.daemon.state.containers) == 3
