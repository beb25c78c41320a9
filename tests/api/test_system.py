"""``_ping`` and ``version``, and what every answer carries."""

from __future__ import annotations

from tests.api.conftest import Served


def test_a_client_learns_the_version_of_the_api(lab: Served) -> None:
    ping = lab.ask("HEAD", "/_ping", version="")
    assert (ping.status, ping.body) == (200, b"")
    assert {name: ping.headers[name] for name in (
        "Api-Version", "Docker-Experimental", "Ostype", "Server", "Cache-Control", "Pragma",
        "Content-Type", "Content-Length")} == {
        "Api-Version": "1.41", "Docker-Experimental": "false", "Ostype": "linux",
        "Server": "Docker/20.10.24 (linux)",
        "Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache",
        "Content-Type": "text/plain; charset=utf-8", "Content-Length": "0"}
    assert lab.ask("GET", "/_ping").body == b"OK"


def test_paths_without_a_version_and_with_one_are_the_same(lab: Served) -> None:
    assert lab.ask("GET", "/version", version="").json == lab.ask("GET", "/version").json


def test_versions_out_of_range_are_refused(lab: Served) -> None:
    new = lab.ask("GET", "/info", version="/v1.99")
    assert new.status == 400
    assert new.json == {"message": "client version 1.99 is too new. "
                                   "Maximum supported API version is 1.41"}
    assert lab.ask("GET", "/info", version="/v1.11").status == 400


def test_unknown_paths_and_methods_are_not_found(lab: Served) -> None:
    for method, path in (("GET", "/nosuch"), ("PUT", "/images/json"), ("GET", "/")):
        answer = lab.ask(method, path)
        assert (answer.status, answer.json) == (404, {"message": "page not found"})


def test_disk_usage_counts_what_is_there(lab: Served) -> None:
    image, = lab.ask("GET", "/images/json").json
    lab.ask("POST", "/containers/create?name=c1", {
        "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", "echo 12345 > /d/f; echo 1 > /x"],
        "HostConfig": {"Binds": ["data:/d"]}})
    lab.ask("POST", "/containers/c1/start")
    lab.ask("POST", "/containers/c1/wait")
    usage = lab.ask("GET", "/system/df").json
    assert list(usage) == [
        "LayersSize", "Images", "Containers", "Volumes", "BuildCache", "BuilderSize"]
    assert (usage["LayersSize"], usage["BuildCache"], usage["BuilderSize"]) == (
        image["Size"], None, 0)
    assert usage["Images"] == [{**image, "Containers": 1, "SharedSize": 0}]
    (container,), (volume,) = usage["Containers"], usage["Volumes"]
    assert (container["SizeRw"], container["SizeRootFs"]) == (2, image["Size"] + 2)
    assert list(container)[6:10] == ["Ports", "SizeRw", "SizeRootFs", "Labels"]
    assert (volume["Name"], volume["UsageData"]) == ("data", {"RefCount": 1, "Size": 6})


def test_info_says_what_it_is_and_counts(lab: Served) -> None:
    lab.ask("POST", "/containers/create", {"Image": "ubuntu:14.04"})
    info = lab.ask("GET", "/info").json
    assert (info["Containers"], info["ContainersStopped"], info["Images"]) == (1, 1, 1)
    assert info["OperatingSystem"] == "imagelab (simulated)"
    assert info["Swarm"]["LocalNodeState"] == "inactive"
