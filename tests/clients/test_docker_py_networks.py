"""docker-py's networks, and builds in them, with a lab and with a real daemon."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from tests.clients.conftest import run
from tests.dockerd import BASE_NAME
from tests.real_docker import dockerd_apart

__all__ = ["dockerd_apart"]

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

POOL = IPAMConfig(pool_configs=[IPAMPool(subnet="10.213.7.0/24", gateway="10.213.7.9")])


@pytest.fixture
def net(client: DockerClient) -> Iterator[Network]:
    """A network with addresses of its own; nothing of it stays."""
    made = client.networks.create("net", driver="bridge", ipam=POOL, labels={"a": "b"})
    yield made
    for each in client.containers.list(all=True):
        each.remove(force=True)
    made.remove()


def built(client: DockerClient, *lines: str, **wanted: Any) -> list[dict[str, Any]]:
    script = io.BytesIO("\n".join((f"FROM {BASE_NAME}", *lines)).encode())
    return list(client.api.build(fileobj=script, decode=True, rm=True, **wanted))


def test_a_network_of_ones_own(client: DockerClient, net: Network) -> None:
    assert net.name == "net"
    assert client.networks.list(names=["net"]) == [net]
    assert client.networks.list(filters={"label": "a=b"}) == [net]
    assert client.networks.list(filters={"label": "b"}) == []
    seen = client.networks.get(net.id).attrs
    assert (seen["Driver"], seen["Scope"], seen["Internal"], seen["Labels"]) == (
        "bridge", "local", False, {"a": "b"})
    assert seen["IPAM"]["Config"] == [{"Subnet": "10.213.7.0/24", "Gateway": "10.213.7.9"}]
    with pytest.raises(APIError) as refused:
        client.networks.create("net", check_duplicate=True)
    assert refused.value.status_code == 409
    with pytest.raises(APIError) as refused:
        client.networks.create("other", ipam=POOL)
    assert refused.value.status_code == 403


def test_containers_come_and_go(client: DockerClient, net: Network) -> None:
    first = run(client, "cat", stdin_open=True, network_mode="net", name="first")
    second = client.containers.create(
        BASE_NAME, "cat", stdin_open=True, network="net", name="second")
    second.start()
    net.reload()
    assert {each.name for each in net.containers} == {"first", "second"}
    net.disconnect(first)
    net.reload()
    assert net.containers == [second]
    net.connect(first, aliases=["other"], ipv4_address="10.213.7.77", links=[("second", "it")])
    first.reload()
    place = first.attrs["NetworkSettings"]["Networks"]["net"]
    assert (place["IPAddress"], place["IPPrefixLen"], place["Gateway"]) == (
        "10.213.7.77", 24, "10.213.7.9")
    assert place["Aliases"] == ["other", first.id[:12]]
    assert place["Links"] == ["second:it"]
    assert second.exec_run(["ping", "-c1", "other"]).exit_code == 0
    assert first.exec_run(["ping", "-c1", "it"]).exit_code == 0
    assert second.exec_run(["ping", "-c1", "it"]).exit_code == 1
    with pytest.raises(APIError, match="has active endpoints"):
        net.remove()
    with pytest.raises(APIError, match="already exists in network net"):
        net.connect(first)


def test_prune(client: DockerClient, net: Network) -> None:
    client.networks.create("unused", internal=True)
    run(client, "cat", stdin_open=True, network_mode="net")
    assert client.networks.prune()["NetworksDeleted"] == ["unused"]
    with pytest.raises(NotFound, match="network unused not found"):
        client.networks.get("unused")


def test_a_build_in_a_network(client: DockerClient, net: Network) -> None:
    client.networks.create("first")
    target = run(client, "top", network_mode="first")
    client.api.connect_container_to_network(target.id, net.id, aliases=["the.target.of.pings"])
    said = built(client, "RUN ping -c1 the.target.of.pings", network_mode="net", tag="pinged")
    assert [each for each in said if "errorDetail" in each] == []
    assert client.images.get("pinged")
    said = built(client, "RUN ping -c1 the.target.of.pings", network_mode="none", nocache=True)
    assert said[-1]["errorDetail"]["code"] == 1
    said = built(client, "RUN true", network_mode="nosuch")
    assert said[-1]["error"] == "network nosuch not found"
    target.remove(force=True)
    client.networks.get("first").remove()


def test_a_build_with_more_hosts(lab_client: DockerClient) -> None:
    said = built(
        lab_client, "RUN ping -c1 far.away.test", "RUN ping -c1 right.here.test",
        "RUN cp /etc/hosts /kept", tag="hosts",
        extra_hosts={"right.here.test": "127.0.0.1", "far.away.test": "8.8.8.8"})
    assert [each for each in said if "errorDetail" in each] == []
    kept: bytes = lab_client.containers.run("hosts", "cat /kept", remove=True)
    assert {"127.0.0.1\tright.here.test", "8.8.8.8\tfar.away.test"} <= set(
        kept.decode().splitlines())
