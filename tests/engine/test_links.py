"""Links between containers, and lines of /etc/hosts. As engine 20.10.24 has them."""

from __future__ import annotations

import json

import pytest

from imagelab import Lab


@pytest.fixture
def lab() -> Lab:
    found = Lab()
    for line in (
        "pull -q ubuntu:14.04",
        "run -d --name s1 -h host1 -e FOO=1 -e HOME=/x -e BAR --expose 80 --expose 90/udp "
        "ubuntu:14.04 sleep 600",
    ):
        assert found.docker(line).exit_code == 0
    return found


def test_a_linked_container_is_told_of(lab: Lab) -> None:
    done = lab.docker("run --name c2 --link s1:my-al --link s1 --add-host ex:1.2.3.4 --add-host "
                      "gw:host-gateway ubuntu:14.04 sh -c 'env; cat /etc/hosts'")
    lines = done.stdout.splitlines()
    assert {line for line in lines if line.startswith("MY_AL_")} == {
        "MY_AL_PORT=tcp://172.17.0.2:80", "MY_AL_PORT_80_TCP=tcp://172.17.0.2:80",
        "MY_AL_PORT_80_TCP_ADDR=172.17.0.2", "MY_AL_PORT_80_TCP_PORT=80",
        "MY_AL_PORT_80_TCP_PROTO=tcp", "MY_AL_PORT_90_UDP=udp://172.17.0.2:90",
        "MY_AL_PORT_90_UDP_ADDR=172.17.0.2", "MY_AL_PORT_90_UDP_PORT=90",
        "MY_AL_PORT_90_UDP_PROTO=udp", "MY_AL_NAME=/c2/my-al", "MY_AL_ENV_FOO=1"}
    assert "S1_ENV_FOO=1" in lines
    identifier = lab.docker("inspect -f '{{.Config.Hostname}}' c2").stdout.strip()
    assert lines[-5:] == [
        "1.2.3.4\tex", "172.17.0.1\tgw", "172.17.0.2\tmy-al host1 s1", "172.17.0.2\ts1 host1",
        f"172.17.0.3\t{identifier}"]


def test_links_follow_names_and_are_removed(lab: Lab) -> None:
    def links() -> object:
        return json.loads(lab.docker("inspect -f '{{json .HostConfig.Links}}' c22").stdout)

    lab.docker("create --name c2 --link s1:al --link s1 ubuntu:14.04")
    lab.docker("rename c2 c22")
    lab.docker("rename s1 s11")
    assert links() == ["/s11:/c22/al", "/s11:/c22/s1"]
    names = lab.docker("ps --no-trunc --format '{{.Names}}'").stdout
    assert names == "c22/al,c22/s1,s11\n"
    assert lab.docker("ps --format '{{.Names}}'").stdout == "s11\n"
    assert lab.docker("rm --link c22/al").stdout == "c22/al\n"
    assert links() == ["/s11:/c22/s1"]
    assert lab.docker("rm --link c22/al").stderr == (
        "Error response from daemon: No such container: c22/al\n")
    assert lab.docker("rm --link s11").stderr == (
        "Error response from daemon: Conflict, cannot remove the default link name of the "
        "container\n")
    lab.docker("rm -f s11")
    assert links() == ["/s11:/c22/s1"]
    failed = lab.docker("start c22").stderr
    assert failed.startswith("Error response from daemon: Cannot link to a non running container: "
                             "/s11 AS /c22/s1\n")


def test_links_lead_to_the_default_network_only(lab: Lab) -> None:
    for line in ("network create own", "run -d --name n1 --network none ubuntu:14.04 sleep 600",
                 "run -d --name o1 --network own ubuntu:14.04 sleep 600",
                 "run -d --name h1 --network host ubuntu:14.04 sleep 600"):
        assert lab.docker(line).exit_code == 0
    for name in ("n1", "o1"):
        failed = lab.docker(f"run --rm --link {name}:x ubuntu:14.04 true")
        assert failed.stderr.startswith(
            f"docker: Error response from daemon: Cannot link to /{name}, as it does not belong "
            "to the default network\n")
    assert "host type networking can't be used with links" in lab.docker(
        "create --link h1:x ubuntu:14.04").stderr
    assert lab.docker("run --rm --network none --link o1:x ubuntu:14.04 tail -n +7 /etc/hosts"
                      ).stdout == ""
    lab.docker("network connect bridge o1")
    assert "\tx " in lab.docker("run --rm --link o1:x ubuntu:14.04 tail -n +7 /etc/hosts").stdout
    # In a network of its own a container is told of nobody, but finds it.
    lab.docker("create --name both --network own --link s1:x -h me ubuntu:14.04 sleep 600")
    lab.docker("network connect bridge both")
    lab.docker("start both")
    assert lab.docker("exec both sh -c 'env | grep X_; tail -n +7 /etc/hosts'").stdout == (
        "172.17.0.4\tme\n172.18.0.3\tme\n")


@pytest.mark.parametrize("command", ["run", "create", "network connect own"])
def test_what_the_client_refuses(lab: Lab, command: str) -> None:
    for text, reason in (("a:b:c", "bad format for links: a:b:c"),
                         ("", "empty string specified for links")):
        done = lab.docker([*command.split()[:2], "--link", text, "x", "y"])
        assert done.stderr.startswith(
            f'invalid argument "{text}" for "--link" flag: {reason}\n\nUsage:  docker ')


@pytest.mark.parametrize(("flags", "reason"), [
    ("--link nosuch", "could not get container for nosuch: No such container: nosuch"),
    ("--link s1:x --network host", "conflicting options: host type networking can't be used with "
                                   "links. This would result in undefined behavior"),
    ("--uts host -h x", "conflicting options: hostname and the UTS mode"),
])
def test_what_cannot_be(lab: Lab, flags: str, reason: str) -> None:
    done = lab.docker(f"create {flags} ubuntu:14.04")
    assert (done.exit_code, done.stderr) == (1, f"Error response from daemon: {reason}\n")


@pytest.mark.parametrize(("flags", "program", "out"), [
    ("--dns 1.1.1.1 --dns-search a.b --dns-option x", "cat /etc/resolv.conf",
     "search a.b\nnameserver 1.1.1.1\noptions x\n"),
    ("--network own --dns 1.1.1.1 --dns-search a.b --dns-option x", "cat /etc/resolv.conf",
     "search a.b\nnameserver 127.0.0.11\noptions x ndots:0\n"),
    ("--network own --dns-option ndots:3", "cat /etc/resolv.conf",
     "nameserver 127.0.0.11\noptions ndots:3\n"),
    ("--uts host", "hostname", "imagelab\n"),
])
def test_names_of_the_host_and_of_servers(lab: Lab, flags: str, program: str, out: str) -> None:
    lab.docker("network create own")
    assert lab.docker(f"run --rm {flags} ubuntu:14.04 {program}").stdout == out


def test_a_client_that_wants_a_newer_daemon_for_a_hardware_address(lab: Lab) -> None:
    done = lab.docker("create --mac-address 02:42:ac:11:00:0a ubuntu:14.04")
    assert (done.exit_code, done.stderr) == (
        1, '"specify mac-address per network" requires API version 1.44, but the Docker daemon '
           "API version is 1.41\n")
