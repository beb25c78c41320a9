"""What a container is given besides its command, through docker-py on a lab and a real daemon."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError
from docker.types import LogConfig, Mount, Ulimit

from tests.clients.conftest import run
from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def said(client: DockerClient, script: str, **settings: Any) -> list[str]:
    """Return the lines that a script says, errors too."""
    container = run(client, ["sh", "-c", f"exec 2>&1; {script}"], **settings)
    container.wait()
    lines: list[str] = container.logs().decode().splitlines()
    return lines


def asked(client: DockerClient, **settings: Any) -> Any:
    """Return the settings that a container has that was made with some."""
    container = client.containers.create(BASE_NAME, "true", **settings)
    return container.attrs["HostConfig"]


# --- who it is -----------------------------------------------------------------------------

@pytest.mark.parametrize("groups", [[1000, 1001], ["1000", "1001"]])
def test_further_groups(client: DockerClient, groups: list[Any]) -> None:
    script = "id -G; id; mkdir /g; chgrp 1001 /g; chmod 570 /g"
    numbers, identity = said(client, script, group_add=groups)
    assert numbers.split()[-2:] == ["1000", "1001"]
    assert identity.endswith("1001")
    container = run(client, "cat", stdin_open=True, group_add=groups)
    assert {"1000", "1001"} <= set(container.exec_run("id -G").output.decode().split())
    assert container.exec_run("id -G", user="7").output == b"0 1000 1001\n"


def test_a_group_opens_a_file(client: DockerClient) -> None:
    prepare = "echo secret > /f; chgrp 1001 /f; chmod 640 /f"
    container = run(client, ["sh", "-c", f"{prepare}; cat"], stdin_open=True, group_add=["1001"])
    while container.exec_run("stat -c %a /f").output != b"640\n":
        pass
    assert container.exec_run("cat /f", user="7").output == b"secret\n"
    other = run(client, ["sh", "-c", f"{prepare}; cat"], stdin_open=True)
    while other.exec_run("stat -c %a /f").output != b"640\n":
        pass
    assert other.exec_run("cat /f", user="7").exit_code == 1


def test_groups_that_are_not_there(client: DockerClient) -> None:
    container = client.containers.create(
        BASE_NAME, "true", network_mode="none", group_add=["no-such"])
    with pytest.raises(APIError, match="Unable to find group no-such: no matching entries"):
        container.start()


@pytest.mark.parametrize(("user", "number"), [(1000, "1000"), ("0", "0"), ("12:34", "12")])
def test_its_user(client: DockerClient, user: Any, number: str) -> None:
    assert said(client, "id -u", user=user) == [number]


# --- what it may change --------------------------------------------------------------------

def test_a_root_that_stays_as_it_is(client: DockerClient) -> None:
    script = "touch /f; echo a > /etc/passwd; echo > /dev/null && touch /kept/f /memory/f && ls /k*"
    assert said(client, script, read_only=True, volumes=["kept:/kept"], tmpfs={"/memory": ""}) == [
        "touch: /f: Read-only file system", "sh: can't create /etc/passwd: Read-only file system",
        "f"]
    (container,) = client.containers.list(all=True)
    assert sorted(each["Path"] for each in container.diff()) == ["/kept", "/memory"]
    assert {each["Kind"] for each in container.diff()} == {1}
    assert container.attrs["HostConfig"]["ReadonlyRootfs"] is True
    with pytest.raises(APIError, match="container rootfs is marked read-only"):
        container.put_archive("/tmp", tar())
    assert container.put_archive("/kept", tar())


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("name"))
    return buffer.getvalue()


def test_volumes_that_stay_as_they_are(client: DockerClient) -> None:
    assert said(client, "echo hi > /v/f", volumes=["kept:/v"]) == []
    script = "cat /v/f; touch /v/f; rm /v/f; mkdir /v/d; echo a > /v/f"
    refused = [
        "hi", "touch: /v/f: Read-only file system",
        "rm: can't remove '/v/f': Read-only file system",
        "mkdir: can't create directory '/v/d': Read-only file system",
        "sh: can't create /v/f: Read-only file system"]
    assert said(client, script, volumes=["kept:/v:ro"]) == refused
    assert said(client, script, mounts=[Mount("/v", "kept", read_only=True)]) == refused
    (first, *_) = client.containers.list(all=True)
    assert said(client, script, volumes_from=[first.id]) == refused
    (mount,) = first.attrs["Mounts"]
    assert (mount["Name"], mount["RW"]) == ("kept", False)
    assert said(client, "touch /a/f2; ls /b", volumes=["kept:/a", "kept:/b:ro"]) == ["f", "f2"]
    with pytest.raises(APIError, match="mounted volume is marked read-only"):
        first.put_archive("/v", tar())


def test_folders_in_memory(client: DockerClient) -> None:
    script = "ls /tmp /m; touch /m/f; stat -c '%a %u' /m /tmp"
    container = run(client, ["sh", "-c", script],
                    tmpfs={"/m": "size=3M,mode=750,uid=7", "/tmp": ""})
    container.wait()
    container.start()
    container.wait()
    # The folder that is there from then on gives its own mode.
    assert container.logs().decode() == (
        "/m:\n\n/tmp:\n750 7\n1777 0\n/m:\n\n/tmp:\n755 7\n1777 0\n")
    assert container.attrs["HostConfig"]["Tmpfs"] == {"/m": "size=3M,mode=750,uid=7", "/tmp": ""}
    assert container.diff() == [{"Path": "/m", "Kind": 1}]
    memory = Mount("/m", None, type="tmpfs", tmpfs_mode=0o700)
    assert said(client, "stat -c %a /m", mounts=[memory]) == ["700"]
    wrong = client.containers.create(BASE_NAME, "true", tmpfs={"/m": "bogus"}, network_mode="none")
    with pytest.raises(APIError, match='invalid tmpfs option \\["bogus"\\]'):
        wrong.start()


# --- what is only kept account of ----------------------------------------------------------

@pytest.mark.parametrize(("settings", "key", "value"), [
    ({"mem_limit": "700M", "memswap_limit": "1G"}, "MemorySwap", 1 << 30),
    ({"mem_limit": "700M"}, "Memory", 700 << 20), ({"mem_swappiness": 40}, "MemorySwappiness", 40),
    ({"cpu_shares": 512}, "CpuShares", 512), ({"cpuset_cpus": "0"}, "CpusetCpus", "0"),
    ({"init": True}, "Init", True), ({"isolation": "default"}, "Isolation", "default"),
    ({"runtime": "runc"}, "Runtime", "runc"), ({"auto_remove": True}, "AutoRemove", True),
    ({"device_cgroup_rules": ["c 7:128 rwm"]}, "DeviceCgroupRules", ["c 7:128 rwm"]),
    ({"pid_mode": "host"}, "PidMode", "host"), ({"uts_mode": "host"}, "UTSMode", "host"),
    ({"ipc_mode": "host"}, "IpcMode", "host"), ({"shm_size": "1m"}, "ShmSize", 1 << 20),
    ({"cgroupns": "private"}, "CgroupnsMode", "private"),
    ({"privileged": True}, "Privileged", True),
    ({"cap_add": ["SYS_TIME"]}, "CapAdd", ["SYS_TIME"]),
    ({"ulimits": [Ulimit(name="nofile", soft=10, hard=20)]}, "Ulimits",
     [{"Name": "nofile", "Soft": 10, "Hard": 20}]),
    ({"dns": ["8.8.8.8"]}, "Dns", ["8.8.8.8"]), ({"volume_driver": "foo"}, "VolumeDriver", "foo"),
    ({"log_config": LogConfig(type="json-file", config={"max-file": "10"})}, "LogConfig",
     {"Type": "json-file", "Config": {"max-file": "10"}}),
    ({"log_config": LogConfig(type="", config={"max-file": "10"})}, "LogConfig",
     {"Type": "json-file", "Config": {"max-file": "10"}}),
    ({"restart_policy": {"Name": "on-failure", "MaximumRetryCount": 3}}, "RestartPolicy",
     {"Name": "on-failure", "MaximumRetryCount": 3}),
])
def test_settings_are_told_as_they_were_given(
    client: DockerClient, settings: dict[str, Any], key: str, value: Any,
) -> None:
    assert asked(client, **settings)[key] == value


def test_configuration(client: DockerClient) -> None:
    made = client.api.create_container(
        BASE_NAME, "true", environment={"None": None, "Empty": "", "One": "1"}, stop_timeout=25,
        working_dir="/w", labels=["a"], hostname="h", domainname="d", stop_signal="SIGINT",
        healthcheck={"test": "true", "retries": 3})
    config = client.api.inspect_container(made)["Config"]
    assert {"None", "Empty=", "One=1"} <= set(config["Env"])
    assert (config["StopTimeout"], config["StopSignal"], config["WorkingDir"]) == (
        25, "SIGINT", "/w")
    assert (config["Labels"], config["Hostname"], config["Domainname"]) == ({"a": ""}, "h", "d")
    assert config["Healthcheck"] == {"Test": ["CMD-SHELL", "true"], "Retries": 3}


def test_what_cannot_be(client: DockerClient) -> None:
    for settings, words in (
        ({"log_config": LogConfig(type="asdf")},
         'error looking up logging plugin asdf: plugin "asdf" not found'),
        ({"cap_add": ["BOGUS"]}, 'invalid CapAdd: unknown capability: "CAP_BOGUS"'),
        ({"mem_limit": 4}, "Minimum memory limit allowed is 6MB"),
        ({"tmpfs": {"m": ""}}, "invalid mount path: 'm' mount path must be absolute"),
        ({"volumes": ["kept:/v:bogus"]}, "invalid mode: bogus"),
        ({"auto_remove": True, "restart_policy": {"Name": "always"}},
         "can't create 'AutoRemove' container with restart policy"),
    ):
        with pytest.raises(APIError) as error:
            client.containers.create(BASE_NAME, "true", **settings)
        assert error.value.explanation == words
