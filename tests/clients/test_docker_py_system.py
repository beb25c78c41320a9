"""docker-py's look at the daemon, its volumes and networks, with a lab and with a real daemon."""

from __future__ import annotations

import threading
import time
import warnings
from typing import Any

import pytest
from docker import APIClient, DockerClient
from docker.errors import APIError, NotFound

from tests.clients.conftest import run
from tests.dockerd import BASE_ID, BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def test_the_daemon_tells_of_itself(client: DockerClient) -> None:
    assert client.ping() is True
    assert client.api._version == "1.41"
    version = client.version()
    assert (version["ApiVersion"], version["Os"], version["Arch"]) == ("1.41", "linux", "amd64")
    assert {"GoVersion", "GitCommit", "KernelVersion", "Components"} <= version.keys()
    info = client.info()
    assert (info["Containers"], info["Images"], info["OSType"]) == (0, 1, "linux")
    assert {"ID", "Name", "Debug", "NCPU", "MemTotal", "Driver", "Swarm"} <= info.keys()


def test_a_client_leaves_nothing_open(client: DockerClient) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        other = APIClient(base_url=f"unix://{client.api._custom_adapter.socket_path}")
        other.images()
        other.close()
        del other
    assert said == []


def test_disk_usage(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo 12345 > /f"])
    container.wait()
    usage = client.df()
    (image,) = usage["Images"]
    assert (image["Id"], image["Containers"], image["SharedSize"]) == (BASE_ID, 1, 0)
    assert usage["LayersSize"] == image["Size"]
    (used,) = usage["Containers"]
    assert (used["Id"], used["SizeRw"], used["SizeRootFs"]) == (
        container.id, 6, image["Size"] + 6)


# --- events --------------------------------------------------------------------------------

def test_what_happened(client: DockerClient) -> None:
    since = time.time()
    container = run(client, ["sh", "-c", "exit 3"], name="one", labels={"a": "b"})
    container.wait()
    container.remove()
    events = list(client.events(since=since, until=time.time() + 0.1, decode=True))
    mine = [each for each in events if each["Type"] == "container"]
    assert [each["Action"] for each in mine] == ["create", "start", "die", "destroy"]
    assert {each["id"] for each in mine} == {container.id}
    assert mine[2]["Actor"]["Attributes"] == {
        "a": "b", "exitCode": "3", "image": BASE_NAME, "name": "one"}
    assert mine[2]["timeNano"] // 10**9 == mine[2]["time"]
    deaths = client.events(since=since, until=time.time() + 0.1, decode=True,
                           filters={"event": ["die", "destroy"], "container": "one"})
    assert [each["status"] for each in deaths] == ["die", "destroy"]


def test_what_happens(client: DockerClient) -> None:
    seen: list[Any] = []
    stream = client.events(decode=True, filters={"type": "image"})

    def look() -> None:
        for event in stream:
            seen.append((event["Action"], event["Actor"]["Attributes"]["name"]))
            if event["Action"] == "untag":
                return

    looking = threading.Thread(target=look)
    looking.start()
    client.images.get(BASE_NAME).tag("own", "1")
    client.images.remove("own:1")
    looking.join(30)
    stream.close()
    assert seen == [("tag", "own:1"), ("untag", BASE_ID)]


def test_looking_no_longer(client: DockerClient) -> None:
    stream = client.events()
    threading.Timer(0.3, stream.close).start()
    assert list(stream) == []


# --- volumes -------------------------------------------------------------------------------

def test_volumes(client: DockerClient) -> None:
    volume = client.volumes.create("one", labels={"a": "b"})
    assert (volume.name, volume.id) == ("one", "one")
    assert volume.attrs["Labels"] == {"a": "b"}
    assert volume.attrs["Driver"] == "local"
    assert client.volumes.get("one").attrs == volume.attrs
    assert client.volumes.list() == [volume]
    assert client.volumes.list(filters={"name": "on"}) == [volume]
    assert client.volumes.list(filters={"name": "two"}) == []
    volume.remove()
    with pytest.raises(NotFound, match="get one: no such volume"):
        client.volumes.get("one")
    with pytest.raises(NotFound):
        volume.remove()
    with pytest.raises(APIError) as error:
        client.volumes.create("two", driver="no-such-driver-at-all")
    assert error.value.status_code in (400, 404)


def test_a_volume_keeps_what_containers_write(client: DockerClient) -> None:
    client.volumes.create("kept")
    write = ["sh", "-c", "echo hello > /data/said"]
    client.containers.run(BASE_NAME, write, network_mode="none", volumes=["kept:/data"])
    assert client.containers.run(
        BASE_NAME, "cat /there/said", network_mode="none", remove=True,
        volumes={"kept": {"bind": "/there", "mode": "rw"}}) == b"hello\n"
    (container,) = client.containers.list(all=True)
    with pytest.raises(APIError, match="volume is in use") as error:
        client.volumes.get("kept").remove()
    assert error.value.status_code == 409
    (mount,) = container.attrs["Mounts"]
    assert (mount["Type"], mount["Name"], mount["Destination"], mount["RW"]) == (
        "volume", "kept", "/data", True)


def test_volumes_that_nobody_needs(client: DockerClient) -> None:
    volume = client.volumes.create()
    assert len(volume.name) == 64
    done = client.volumes.prune()
    assert done["VolumesDeleted"] == [volume.name]
    assert client.volumes.prune() == {"VolumesDeleted": [], "SpaceReclaimed": 0}


# --- networks ------------------------------------------------------------------------------

def test_networks_that_are_always_there(client: DockerClient) -> None:
    assert {"host", "none"} <= {each.name for each in client.networks.list()}
    none = client.networks.list(names=["none"])[0]
    assert (none.attrs["Driver"], none.attrs["Scope"]) == ("null", "local")
    assert client.networks.get(none.id).name == client.networks.get("none").name == "none"
    assert client.networks.list(ids=[none.id[:10]]) == [none]
    container = run(client, "cat", stdin_open=True)
    assert client.networks.get("none").containers == [container]
    with pytest.raises(NotFound, match="network nosuch not found"):
        client.networks.get("nosuch")
    with pytest.raises(APIError):
        client.networks.create("mine", driver="host")
