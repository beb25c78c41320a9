"""ping between containers; the lines are those of busybox 1.35 on a real Docker."""

from __future__ import annotations

import pytest

from imagelab.daemon.clock import SECOND
from imagelab.lab import Lab
from tests.dockerd import BASE

ONE = ("PING {0} (172.18.0.2): 56 data bytes\n"
       "64 bytes from 172.18.0.2: seq=0 ttl=64 time=0.050 ms\n\n"
       "--- {0} ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\n"
       "round-trip min/avg/max = 0.050/0.050/0.050 ms\n")


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    for line in (f"load -q -i {BASE}", "network create net",
                 "run -d --name c1 --network net --network-alias ping.target ubuntu:14.04 sleep "
                 "1000000"):
        assert lab.docker(line).exit_code == 0
    return lab


def ping(lab: Lab, network: str, words: str) -> tuple[int, str]:
    done = lab.docker(f"run --rm --network {network} ubuntu:14.04 ping {words}")
    return done.exit_code, done.stdout + done.stderr


def test_names_are_those_of_networks_that_were_made(lab: Lab) -> None:
    for name in ("c1", "ping.target", "172.18.0.2"):
        assert ping(lab, "net", f"-c1 {name}") == (0, ONE.format(name))
    for network, name in (("net", "nosuch"), ("bridge", "c1"), ("none", "ping.target"),
                          ("none", "999.1.1.1")):
        assert ping(lab, network, f"-c1 {name}") == (1, f"ping: bad address '{name}'\n")
    lab.docker("network disconnect net c1")
    assert ping(lab, "net", "-c1 c1") == (1, "ping: bad address 'c1'\n")


def test_a_build_reaches_a_network(lab: Lab) -> None:
    for network, code in (("net", 0), ("none", 1)):
        done = lab.docker(f"build --no-cache --network {network} -",
                          "FROM ubuntu:14.04\nRUN ping -c1 ping.target\n")
        assert done.exit_code == code


def test_nobody_answers(lab: Lab) -> None:
    before = lab.state.clock
    code, said = ping(lab, "net", "-c2 172.18.0.77")
    assert code == 1
    assert said.endswith("2 packets transmitted, 0 packets received, 100% packet loss\n")
    assert lab.state.clock - before >= 11 * SECOND
    assert ping(lab, "none", "-c1 10.0.0.1") == (
        1, "PING 10.0.0.1 (10.0.0.1): 56 data bytes\nping: sendto: Network is unreachable\n")


def test_packets_are_counted(lab: Lab) -> None:
    code, said = ping(lab, "none", "-q -c3 -s 100 localhost")
    assert (code, said.splitlines()[:4]) == (0, [
        "PING localhost (127.0.0.1): 100 data bytes", "", "--- localhost ping statistics ---",
        "3 packets transmitted, 3 packets received, 0% packet loss"])
    assert "108 bytes from 127.0.0.1: seq=1 ttl=64 " in ping(
        lab, "none", "-c2 -s 100 -t 9 localhost")[1]
    assert "2 packets transmitted" in ping(lab, "none", "-w 2 localhost")[1]
    assert ping(lab, "none", "-c x localhost") == (1, "ping: invalid number 'x'\n")
    assert ping(lab, "none", "")[0] == 1
    assert ping(lab, "none", "-c1 -s 3 localhost") == (0, (
        "PING localhost (127.0.0.1): 3 data bytes\n11 bytes from 127.0.0.1: seq=0 ttl=64\n\n"
        "--- localhost ping statistics ---\n"
        "1 packets transmitted, 1 packets received, 0% packet loss\n"))
    assert ping(lab, "none", "-s 65536 localhost") == (
        1, "ping: number 65536 is not in 0..65535 range\n")
    code, said = ping(lab, "none", "-c3 -w1 localhost")
    assert (code, "1 packets transmitted, 1 packets received" in said) == (1, True)
    before = lab.state.clock
    ping(lab, "none", "-c3 -i 0.5 localhost")
    assert SECOND <= lab.state.clock - before < 3 * SECOND


def answered(lab: Lab, network: str, address: str) -> bool:
    code, said = ping(lab, network, f"-c1 -W1 {address}")
    assert (code, f"{code}00% packet loss" in said or " 0% packet loss" in said) == (code, True)
    return code == 0


def test_who_answers(lab: Lab) -> None:
    lab.docker("network create --internal inner")
    lab.docker("run -d --name c2 ubuntu:14.04 sleep 1000000")
    lab.docker("pause c1")
    answers = {
        # Gateways are the lab's machine, which is reached from each network.
        "172.17.0.1": ("bridge", "net", "inner", "host"),
        "172.18.0.1": ("bridge", "net", "inner", "host"),
        "172.17.0.2": ("bridge", "host"),
        "172.18.0.2": ("net", "host"),
        "8.8.8.8": ("bridge", "net", "host"),
        "10.1.2.3": (), "192.168.77.1": (), "224.0.0.1": (), "172.18.255.255": (),
        "127.3.4.5": ("bridge", "net", "inner", "host"),
    }
    for address, networks in answers.items():
        for network in ("bridge", "net", "inner", "host"):
            assert answered(lab, network, address) == (network in networks), (address, network)
        if not address.startswith("127."):
            assert ping(lab, "none", f"-c1 {address}")[1].endswith(
                "ping: sendto: Network is unreachable\n")
    far = ping(lab, "net", "-c1 8.8.8.8")[1]
    assert "64 bytes from 8.8.8.8: seq=0 ttl=55 time=12.500 ms\n" in far


def test_names_have_no_case_and_may_have_their_network_with_them(lab: Lab) -> None:
    for name in ("C1", "PING.target", "c1.net", "ping.target.net"):
        assert ping(lab, "net", f"-c1 {name}") == (0, ONE.format(name))
    assert ping(lab, "net", "-c1 c1.bridge") == (1, "ping: bad address 'c1.bridge'\n")


def test_a_name_that_nobody_gave_is_not_told(lab: Lab) -> None:
    identifier = lab.docker("run -d --network net ubuntu:14.04 sleep 1000000").stdout.strip()
    name = lab.docker(f"inspect {identifier} --format '{{{{.Name}}}}'").stdout.strip("/\n")
    assert ping(lab, "net", f"-c1 {name}") == (1, f"ping: bad address '{name}'\n")
    assert ping(lab, "net", f"-c1 {identifier[:12]}")[0] == 0
    lab.docker(f"rename {name} named")
    assert ping(lab, "net", "-c1 named")[0] == 0


def test_links_in_a_network_are_names_of_ones_own(lab: Lab) -> None:
    lab.docker("create --name c2 --network net --link c1:friend --link nosuch:nobody "
               "ubuntu:14.04 sleep 1000000")
    lab.docker("start c2")
    for name, code in (("friend", 0), ("friend.net", 0), ("nobody", 1), ("c1", 0)):
        assert lab.docker(f"exec c2 ping -c1 {name}").exit_code == code
    assert lab.docker("exec c1 ping -c1 friend").exit_code == 1
    shown = lab.docker("inspect c2 --format '{{json .NetworkSettings.Networks.net.Links}} "
                       "{{json .HostConfig.Links}}'").stdout
    assert shown == '["c1:friend","nosuch:nobody"] null\n'


def test_other_versions_of_ip(lab: Lab) -> None:
    none = "ping: sendto: Cannot assign requested address\n"
    for words, said in (
        ("::1", f"PING ::1 (::1): 56 data bytes\n{none}"),
        ("-6 localhost", f"PING localhost (::1): 56 data bytes\n{none}"),
        ("-4 ::1", "ping: bad address '::1'\n"),
        ("-6 127.0.0.1", "ping: bad address '127.0.0.1'\n"),
    ):
        assert ping(lab, "none", f"-c1 {words}") == (1, said)


def test_only_root_pings(lab: Lab) -> None:
    done = lab.docker("run --rm -u 1000 ubuntu:14.04 ping -c1 localhost")
    assert (done.exit_code, done.stderr) == (1, "ping: permission denied (are you root?)\n")


def test_an_interrupted_ping_counts_what_it_has(lab: Lab) -> None:
    lab.docker("run -d --name endless ubuntu:14.04 ping 127.0.0.1")
    lab.docker("kill -s INT endless")
    shown = lab.docker("inspect endless --format '{{.State.Status}} {{.State.ExitCode}}'").stdout
    assert shown == "exited 0\n"
    assert "packets received, 0% packet loss" in lab.docker("logs endless").stdout


def test_hostname_tells_the_address(lab: Lab) -> None:
    assert lab.docker("run --rm --network net ubuntu:14.04 hostname -i").stdout == "172.18.0.3\n"
    done = lab.docker("run --rm --network none -h alone ubuntu:14.04 hostname -i")
    assert (done.exit_code, done.stderr) == (1, "hostname: alone: Host name lookup failure\n")
