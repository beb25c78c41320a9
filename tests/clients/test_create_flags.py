"""Containers made by the real client with all sorts of flags: ``docker inspect`` here and there."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest

from tests.clients.beside import Beside, beside, differences, numbered
from tests.dockerd import Dockerd

pytestmark = pytest.mark.requires("docker", "dockerd")

FLAGS = (
    "", "-i", "-t", "-it", "-h host", "--domainname example.org", "-u 1:2",
    "-w /a/b", "-e A=1 -e B= -e PATH=/x", "-e NOWHERE", "-l a=b -l c", "--entrypoint sh",
    "--stop-signal INT", "--stop-timeout 3", "--health-cmd true --health-interval 5s "
    "--health-retries 2 --health-timeout 1s --health-start-period 3s", "--no-healthcheck",
    "--expose 80 --expose 90-91/udp", "-p 8080:80", "-p 127.0.0.1:81:81/udp -p 82", "-P",
    "--rm", "--restart always", "--restart on-failure:3", "--restart unless-stopped",
    "--restart ''", "-v /data", "-v named:/data", "-v named:/data:nocopy", "-v named:/d:z",
    "-v named:/data -v other:/other:rw -v /third", "--mount source=named,target=/data",
    "--mount target=/own", "--mount src=lab,dst=/x,volume-label=a=b,volume-nocopy",
    "-m 64m", "-m 64m --memory-swap 128m", "-m 64m --memory-swap -1", "--memory-swap -1",
    "-m 64m --memory-reservation 32m", "--memory-swappiness 0", "--memory-swappiness 60",
    "--kernel-memory 50m", "--oom-kill-disable", "-m 64m --oom-kill-disable",
    "--oom-score-adj 500", "--cpus 0.5", "-c 512", "--cpu-period 50000 --cpu-quota 25000",
    "--cpuset-cpus 0", "--cpuset-mems 0", "--cpu-rt-period 1000 --cpu-rt-runtime 500",
    "--pids-limit 100", "--pids-limit 0", "--pids-limit -1", "--shm-size 128m",
    "--ulimit nofile=10:20 --ulimit core=0", "--device-read-bps /dev/sda:1mb",
    "--device-write-iops /dev/sda:5", "--cap-add NET_ADMIN --cap-drop chown", "--cap-add ALL",
    "--privileged", "--security-opt no-new-privileges", "--security-opt label=disable",
    "--security-opt seccomp=unconfined", "--security-opt systempaths=unconfined",
    "--sysctl net.ipv4.ip_forward=1", "--init", "--init=false", "--ipc host", "--ipc shareable",
    "--ipc private", "--userns host", "--cgroupns host", "--cgroupns private",
    "--cgroup-parent /x", "--isolation default", "--runtime runc", "--log-driver json-file",
    "--log-driver local", "--log-driver none", "--log-opt max-size=10m --log-opt max-file=3",
    "--network none", "--network host", "--network host -p 80:80", "--network bridge",
    "--network nosuch", "--device-cgroup-rule 'c 1:3 rwm'", "--volume-driver local",
    "--add-host 'a: 1.2.3.4' --add-host b=[::1]",
    "--pull never", "--platform linux/amd64", "--platform linux", "--attach stdout",
    "-a stdin -i",
)
REFUSED = (
    "--name x", "--name 'a b'", "--log-driver asdf", "--log-opt x=y", "--platform linux/arm64 "
    "--pull never", "--platform nosuch --pull never", "-m 4m", "-m 64m --memory-swap 32m",
    "--memory-reservation 1m", "--cpu-period 5", "--cpu-quota 5", "--cpuset-cpus x",
    "--cpuset-cpus 1-0", "--oom-score-adj 2000", "--runtime x", "--isolation x", "-w rel",
    "--stop-signal FOO", "--cap-add FOO", "--restart foo", "--restart always:3",
    "--restart on-failure:-1", "--entrypoint ''", "-v named:rel", "-v named:/", "-v n:/x",
    "-v a+b:/x", "-v named:/x:zz", "-v named:/x -v other:/x", "--mount target=x",
    "--mount target=/", "--mount type=foo,target=/x", "--mount type=bind,target=/x",
    "--mount target=/x,ro", "--shm-size -1",
    "--volumes-from nosuch", "--storage-opt size=5g", "--health-interval 1us",
    "-v named:/x --mount target=/x", "--memory-swap 5m",
)


@pytest.fixture(scope="module")
def both(dockerd: Dockerd) -> Iterator[Beside]:
    with beside(dockerd) as made:
        yield made


def document(text: str) -> dict[str, Any]:
    """Return an inspected container without what no two containers share."""
    (found,) = json.loads(text)
    own: dict[str, Any] = found
    for key in ("Id", "Created", "Name", "GraphDriver", "Driver", "MountLabel", "ProcessLabel"):
        del own[key]
    if re.fullmatch("[0-9a-f]{12}", own["Config"]["Hostname"]):
        own["Config"]["Hostname"] = "ID"
    for mount in own["Mounts"]:
        mount["Source"] = mount["Source"].rpartition("volumes/")[2].replace(mount["Name"], "NAME")
        mount["Name"] = re.sub("[0-9a-f]{64}", "ID", mount["Name"])
    if binds := own["HostConfig"]["Binds"]:
        binds.sort()  # the client gives them in any order, variables too
    own["Config"]["Env"].sort()
    own["Mounts"].sort(key=lambda mount: str(mount["Destination"]))
    if own["Config"]["Hostname"] not in ("ID", "host"):
        own["Config"]["Hostname"] = "the host's"
    return own


@pytest.mark.parametrize("flags", FLAGS)
def test_a_container_is_described_as_on_a_real_daemon(both: Beside, flags: str) -> None:
    network = () if "--network" in flags else ("--network", "none")
    mine, real = both.docker(
        "create", *network, "--name", "c1", *shlex.split(flags), "ubuntu:14.04", "echo", "a b")
    try:
        assert numbered(mine) == numbered(real)
        inspected = both.docker("inspect", "c1")
        here, there = (document(said[1]) for said in inspected)
        assert not differences(here, there)
    finally:
        both.clear()


@pytest.mark.parametrize("flags", REFUSED)
def test_what_cannot_be_is_refused_as_on_a_real_daemon(both: Beside, flags: str) -> None:
    if flags == "--name x":
        flags = "--name x1"
        both.docker("create", "--network", "none", "--name", "x1", "ubuntu:14.04")
    both.same("create", "--network", "none", *shlex.split(flags), "ubuntu:14.04", "true")
    both.clear()


@pytest.mark.parametrize("address", [
    "x", "fe80::1%eth0", "[::1]", "1.2.3", "01.2.3.4", "::g", "", " 1.2.3.4", "host-gateway ",
])
def test_addresses_of_hosts_are_checked_as_on_a_real_daemon(
    both: Beside, address: str,
) -> None:
    """Sent as they are: the client would refuse most of them itself."""
    host_config = {"NetworkMode": "none", "ExtraHosts": [f"host:{address}"]}
    body = {"Image": "ubuntu:14.04", "Cmd": ["true"], "HostConfig": host_config}
    both.same_answer("POST", "/containers/create", body)
    both.clear()
