"""``/networks``: what engine 20.10 answers."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from imagelab.engine.networks import network_id
from tests.api.conftest import Answered, Served

OWN = {"Driver": "default", "Config": [{"Subnet": "10.66.0.0/24"}]}


def create(lab: Served, name: str, **more: Any) -> Answered:
    return lab.ask("POST", "/networks/create", {"Name": name, **more})


def container(lab: Served, name: str, mode: str = "default", **asked: Any) -> Answered:
    return lab.ask("POST", f"/containers/create?name={name}", {
        "Image": "ubuntu:14.04", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": mode},
        "NetworkingConfig": {"EndpointsConfig": asked}})


def places(lab: Served, name: str) -> Any:
    return lab.ask("GET", f"/containers/{name}/json").json["NetworkSettings"]["Networks"]


def test_a_network_is_made_found_and_removed(lab: Served) -> None:
    answer = create(lab, "n1", Labels={"a": "b"}, Options={"o": "p"}, Internal=True)
    assert (answer.status, answer.json["Warning"]) == (201, "")
    identifier = answer.json["Id"]
    found = lab.ask("GET", f"/networks/{identifier[:7]}").json
    assert list(found.items()) == [
        ("Name", "n1"), ("Id", identifier), ("Created", found["Created"]), ("Scope", "local"),
        ("Driver", "bridge"), ("EnableIPv6", False), ("IPAM", {
            "Driver": "default", "Options": None,
            "Config": [{"Subnet": "172.18.0.0/16", "Gateway": "172.18.0.1"}]}),
        ("Internal", True), ("Attachable", False), ("Ingress", False),
        ("ConfigFrom", {"Network": ""}), ("ConfigOnly", False), ("Containers", {}),
        ("Options", {"o": "p"}), ("Labels", {"a": "b"})]
    names = [each["Name"] for each in lab.ask("GET", "/networks").json]
    assert names == ["bridge", "host", "n1", "none"]
    custom = lab.ask("GET", "/networks?filters=" + quote('{"type": ["custom"]}')).json
    assert custom == [found]
    assert lab.ask("DELETE", "/networks/n1").status == 204
    assert lab.ask("POST", "/networks/prune").json == {"NetworksDeleted": None}


def test_pools_are_gone_through_one_by_one(lab: Served) -> None:
    def subnet(name: str) -> str:
        create(lab, name)
        (pool,) = lab.ask("GET", f"/networks/{name}").json["IPAM"]["Config"]
        return str(pool["Subnet"])

    assert [subnet(f"n{number}") for number in range(3)] == [
        "172.18.0.0/16", "172.19.0.0/16", "172.20.0.0/16"]
    lab.ask("DELETE", "/networks/n0")
    assert subnet("n3") == "172.21.0.0/16"  # not the one that is free again
    create(lab, "own", IPAM={"Config": [{"Subnet": "172.22.3.0/24"}]})
    assert subnet("n4") == "172.23.0.0/16"
    assert [subnet(f"more{number}") for number in range(10)][-3:] == [
        "172.31.0.0/16", "192.168.0.0/20", "192.168.16.0/20"]
    assert lab.ask("POST", "/networks/prune").json["NetworksDeleted"][:2] == ["n1", "n2"]


def test_containers_are_told_of_their_networks(lab: Served) -> None:
    create(lab, "n1", IPAM=OWN)
    identifier = container(lab, "c1", "n1", n1={"Aliases": ["al"]}).json["Id"]
    assert places(lab, "c1")["n1"] == {
        "IPAMConfig": None, "Links": None, "Aliases": ["al"], "NetworkID": "", "EndpointID": "",
        "Gateway": "", "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "",
        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "MacAddress": "", "DriverOpts": None}
    assert lab.ask("POST", "/containers/c1/start").status == 204
    place = places(lab, "c1")["n1"]
    assert (place["Aliases"], place["IPAddress"], place["IPPrefixLen"], place["Gateway"]) == (
        ["al", identifier[:12]], "10.66.0.2", 24, "10.66.0.1")
    (listed,) = lab.ask("GET", "/containers/json").json
    assert listed["NetworkSettings"]["Networks"]["n1"] == {**place, "Aliases": None}
    assert lab.ask("GET", "/networks/n1").json["Containers"] == {identifier: {
        "Name": "c1", "EndpointID": place["EndpointID"], "MacAddress": "02:42:0a:42:00:02",
        "IPv4Address": "10.66.0.2/24", "IPv6Address": ""}}
    assert lab.ask("GET", "/networks").json[2]["Containers"] == {}
    create(lab, "n2", IPAM={"Config": [{"Subnet": "10.67.0.0/24"}]})
    assert lab.ask("POST", "/networks/n2/connect", {
        "Container": "c1", "EndpointConfig": {"IPAMConfig": {"IPv4Address": "10.67.0.77"}},
    }).status == 200
    assert places(lab, "c1")["n2"]["IPAddress"] == "10.67.0.77"
    refused = lab.ask("DELETE", "/networks/n2")
    assert refused.status == 403
    assert refused.json["message"].endswith(" has active endpoints")
    assert lab.ask("POST", "/networks/n1/disconnect", {"Container": "c1"}).status == 200
    assert list(places(lab, "c1")) == ["n2"]


def test_a_container_may_name_a_network_by_its_id(lab: Served) -> None:
    identifier = create(lab, "n1", IPAM=OWN).json["Id"]
    container(lab, "c1", identifier)
    lab.ask("POST", "/containers/c1/start")
    assert places(lab, "c1")["n1"]["NetworkID"] == identifier
    inspected = lab.ask("GET", "/containers/c1/json").json
    assert inspected["HostConfig"]["NetworkMode"] == identifier


def test_what_cannot_be_is_refused(lab: Served) -> None:
    create(lab, "n1")
    create(lab, "n3", IPAM=OWN)
    for name, mode in (("c1", "n1"), ("c2", "n3"), ("c3", "host"), ("c4", "none")):
        container(lab, name, mode)
        if name != "c1":
            lab.ask("POST", f"/containers/{name}/start")
    ids = {each.name: each.id for each in lab.daemon.state.containers.values()}
    many = "container cannot be connected to multiple networks with one of the networks in " \
           "private (none) mode"
    host = "container cannot be disconnected from host network or connected to host network"
    only = "user specified IP address is supported only when connecting to networks with user " \
           "configured subnets"
    for path, body, status, message in (
        ("create", {"Name": ""}, 500, "invalid name: "),
        ("create", {"Name": "bridge"}, 403,
         "operation is not permitted on predefined bridge network "),
        ("create", {"Name": "n1"}, 409, "network with name n1 already exists"),
        ("create", {"Name": "d1", "Driver": "host"}, 403,
         'only one instance of "host" network is allowed'),
        ("create", {"Name": "d1", "Driver": "nosuch"}, 404, 'plugin "nosuch" not found'),
        ("create", {"Name": "d1", "Driver": "macvlan"}, 501,
         "imagelab does not simulate networks of the driver macvlan"),
        ("create", {"Name": "d1", "EnableIPv6": True}, 501,
         "imagelab does not simulate EnableIPv6 (--ipv6) of a network"),
        ("create", {"Name": "d1", "IPAM": OWN}, 403,
         "Pool overlaps with other one on this address space"),
        ("create", {"Name": "d1", "IPAM": {"Config": [{"Subnet": "x"}]}}, 500,
         "Invalid subnet x : invalid CIDR address: x"),
        ("create", {"Name": "d1", "IPAM": {"Config": [{"Gateway": "10.79.0.1"}]}}, 500,
         "Invalid subnet  : invalid CIDR address: "),
        ("create", {"Name": "d1", "IPAM": {"Config": [
            {"Subnet": "10.79.0.0/24", "Gateway": "10.80.0.1"}]}}, 500,
         "failed to allocate gateway (10.80.0.1): Requested address is out of range"),
        ("create", {"Name": "d1", "IPAM": {"Config": [
            {"Subnet": "10.79.0.0/24"}, {"Subnet": "10.80.0.0/24"}]}}, 403,
         "bridge driver doesn't support multiple subnets"),
        ("n1/connect", {"Container": "nosuch"}, 404, "No such container: nosuch"),
        ("n1/connect", {}, 400, 'invalid name or ID supplied: ""'),
        ("n1/connect", {"Container": "c2", "EndpointConfig": {
            "IPAMConfig": {"IPv4Address": "1.2.3.4"}}}, 400, only),
        ("n3/connect", {"Container": "c2"}, 403,
         "endpoint with name c2 already exists in network n3"),
        ("nosuch/connect", {"Container": "c2"}, 404, "network nosuch not found"),
        ("host/connect", {"Container": "c2"}, 400, host),
        ("none/connect", {"Container": "c2"}, 400, many),
        ("n1/connect", {"Container": "c3"}, 400, "container sharing network namespace with "
         "another container or host cannot be connected to any other network"),
        ("n1/connect", {"Container": "c4"}, 400, many),
        ("n1/disconnect", {"Container": "c4"}, 500,
         f"container {ids['c4']} is not connected to network n1"),
        ("n3/disconnect", {"Container": "c1"}, 500,
         f"container {ids['c1']} is not connected to the network n3"),
        ("host/disconnect", {"Container": "c3"}, 400, host),
        ("nosuch/disconnect", {"Container": "c2", "Force": True}, 500,
         f"container {ids['c2']} is not connected to the network nosuch"),
        ("n1/disconnect", {"Container": "nosuch", "Force": True}, 404,
         "endpoint nosuch not found"),
        ("prune?filters=%7B%22until%22:[%22x%22]%7D", None, 500,
         'failed to parse value as time or duration: "x"'),
    ):
        answer = lab.ask("POST", f"/networks/{path}", body)
        assert (answer.status, answer.json) == (status, {"message": message}), (path, body)
    for name, status, message in (
        ("host", 403, "host is a pre-defined network and cannot be removed"),
        ("nosuch", 404, "network nosuch not found"),
    ):
        answer = lab.ask("DELETE", f"/networks/{name}")
        assert (answer.status, answer.json) == (status, {"message": message})
    wrong: tuple[Any, ...] = (
        {"Name": 1}, {"Name": "d1", "IPAM": []}, {"Name": "d1", "IPAM": {"Config": {}}},
        {"Name": "d1", "IPAM": {"Config": [1]}}, {"Name": "d1", "Labels": {"a": 1}},
        {"Name": "d1", "IPAM": {"Config": [{"Subnet": 1}]}})
    for body in wrong:
        answer = lab.ask("POST", "/networks/create", body)
        assert answer.status == 400
        assert "cannot unmarshal" in answer.json["message"]
    places: tuple[Any, ...] = (
        {"Aliases": "x"}, {"IPAMConfig": {"IPv4Address": 1}}, {"DriverOpts": []})
    for place in places:
        answer = lab.ask("POST", "/networks/n1/connect",
                         {"Container": "c2", "EndpointConfig": place})
        assert answer.status == 400


def test_a_new_container_asks_for_one_network(lab: Served) -> None:
    create(lab, "n1")
    cases: tuple[tuple[dict[str, Any], int, str], ...] = (
        ({"n1": {}, "n3": {}}, 400, "Container cannot be connected to network endpoints: n1, n3"),
        ({"n1": {"IPAMConfig": {"IPv4Address": "foo"}}}, 400, "invalid IPv4 address: foo"),
        ({"n1": {"IPAMConfig": {"LinkLocalIPs": ["a"]}}}, 501,
         "imagelab does not simulate LinkLocalIPs (--link-local-ip)"),
    )
    for asked, status, message in cases:
        answer = container(lab, "c1", "n1", **asked)
        assert (answer.status, answer.json) == (status, {"message": message})
    answer = container(lab, "c1", "container:c2")
    assert (answer.status, answer.json) == (
        501, {"message": "imagelab does not simulate containers that share a network"})
    container(lab, "c1", default={})
    container(lab, "c2", n1={})
    assert (list(places(lab, "c1")), list(places(lab, "c2"))) == (["bridge"], ["n1"])
    assert lab.ask("GET", f"/networks/{network_id('none')}").json["Name"] == "none"
