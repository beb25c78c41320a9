"""Networks and published ports; expectations were recorded from a daemon 20.10.24 with a bridge
and docker's client 28.2.2.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from imagelab import Lab
from imagelab.engine.networks import network_id
from imagelab.model.state import State

SLEEP = "busybox sleep 100000"
FAILED = "driver failed programming external connectivity on endpoint "


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    lab.docker("pull busybox")
    return lab


def run(lab: Lab, name: str, options: str = "") -> None:
    done = lab.docker(f"run -d --name {name} {options} {SLEEP}")
    assert done.exit_code == 0, done.stderr


def inspect(lab: Lab, name: str, what: str) -> Any:
    return json.loads(lab.docker(f"inspect {name} --format '{{{{json {what}}}}}'").stdout)


def reason(text: str) -> str:
    """Return what a daemon says was wrong with publishing a port."""
    assert FAILED in text
    return text.partition("): ")[2].partition("\n")[0]


# --- networks ------------------------------------------------------------------------------


def test_three_networks(lab: Lab) -> None:
    assert lab.docker("network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'").stdout == (
        "bridge bridge local\nhost host local\nnone null local\n")
    header, *rows = lab.docker("network ls").stdout.splitlines()
    assert header == "NETWORK ID     NAME      DRIVER    SCOPE"
    assert rows[0] == f"{network_id('bridge')[:12]}   bridge    bridge    local"
    assert lab.docker("network ls -q --no-trunc").stdout.splitlines() == [
        network_id(name) for name in ("bridge", "host", "none")]


def test_a_row_as_json(lab: Lab) -> None:
    row = json.loads(lab.docker("network ls --format json").stdout.splitlines()[2])
    created = row.pop("CreatedAt")
    assert created.endswith(" +0000 UTC")
    assert row == {
        "Driver": "null", "ID": network_id("none")[:12], "IPv4": "false", "IPv6": "false",
        "Internal": "false", "Labels": "", "Name": "none", "Scope": "local"}


@pytest.mark.parametrize(("wish", "names"), [
    ("driver=bridge", ["bridge"]),
    ("driver=x", []),
    ("name=o", ["host", "none"]),
    (f"id={network_id('host')[:5]}", ["host"]),
    ("type=custom", []),
    ("type=builtin", ["bridge", "host", "none"]),
    ("dangling=true", []),
    ("dangling=false", ["bridge", "host", "none"]),
    ("scope=local", ["bridge", "host", "none"]),
    ("scope=x", []),
    ("label=x", []),
    ("name=[", []),
])
def test_filters(lab: Lab, wish: str, names: list[str]) -> None:
    done = lab.docker(f"network ls --filter {wish} --format '{{{{.Name}}}}'")
    assert (done.exit_code, done.stdout.split()) == (0, names)


@pytest.mark.parametrize(("line", "message"), [
    ("network ls --filter type=foo", "invalid filter: 'type'='foo'"),
    ("network ls --filter dangling=x", 'invalid value for filter \'dangling\', must be "true" '
                                       '(or "1"), or "false" (or "0")'),
    ("network ls --filter nope=1", "Invalid filter 'nope'"),
    ("network inspect nope", "network nope not found"),
    ("inspect --type network nope", "network nope not found"),
    ("ps --filter publish=x", "error while looking up for publish x: strconv.ParseUint: "
                              'parsing "x": invalid syntax'),
])
def test_refusals(lab: Lab, line: str, message: str) -> None:
    done = lab.docker(line)
    assert (done.exit_code, done.stderr) == (1, f"Error response from daemon: {message}\n")


def test_a_name_that_is_nothing_at_all(lab: Lab) -> None:
    assert lab.docker("inspect nope").stderr == "Error: No such object: nope\n"
    done = lab.docker("network inspect bridge nope -f '{{.Name}}'")
    assert (done.exit_code, done.stdout) == (1, "bridge\n")


EMPTY = {
    "Name": "none", "Created": "", "Scope": "local", "Driver": "null", "EnableIPv6": False,
    "IPAM": {"Driver": "default", "Options": None, "Config": []}, "Internal": False,
    "Attachable": False, "Ingress": False, "ConfigFrom": {"Network": ""}, "ConfigOnly": False,
    "Containers": {}, "Options": {}, "Labels": {},
}


@pytest.mark.parametrize("line", ["network inspect none", "inspect none",
                                  "inspect --type network none"])
def test_the_document_of_a_network(lab: Lab, line: str) -> None:
    (document,) = json.loads(lab.docker(line).stdout)
    assert document.pop("Id") == network_id("none")
    assert {**document, "Created": ""} == EMPTY
    assert list(document) == list(EMPTY)


def test_the_client_adds_a_field_of_its_own_in_templates(lab: Lab) -> None:
    printed = lab.docker("network inspect host -f '{{json .}}'").stdout
    assert '"Driver":"host","EnableIPv4":false,"EnableIPv6":false,' in printed


def test_the_bridge_and_who_is_on_it(lab: Lab) -> None:
    for name in ("aa", "bb", "cc"):
        run(lab, name)
    lab.docker("kill bb")
    lab.docker("pause cc")
    members = inspect(lab, "bridge", ".Containers")
    shown = {each["Name"]: (each["IPv4Address"], each["MacAddress"]) for each in members.values()}
    assert shown == {"aa": ("172.17.0.2/16", "02:42:ac:11:00:02"),
                     "cc": ("172.17.0.4/16", "02:42:ac:11:00:04")}
    assert inspect(lab, "bridge", ".IPAM.Config") == [
        {"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]
    run(lab, "dd")  # the lowest free address
    assert inspect(lab, "dd", ".NetworkSettings.IPAddress") == "172.17.0.3"


def test_templates_that_people_use(lab: Lab) -> None:
    run(lab, "aa")
    for line, expected in (
        ("inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' aa", "172.17.0.2"),
        ("inspect -f '{{.NetworkSettings.Networks.bridge.Gateway}}' aa", "172.17.0.1"),
        ("network inspect -f '{{range .Containers}}{{.Name}} {{end}}' bridge", "aa "),
        ("network inspect -f '{{range .IPAM.Config}}{{.Subnet}}{{end}}' bridge", "172.17.0.0/16"),
        ("ps --format '{{.Names}} {{.Networks}}'", "aa bridge"),
    ):
        assert lab.docker(line).stdout == f"{expected}\n"


SETTINGS = {
    "Bridge": "", "HairpinMode": False, "LinkLocalIPv6Address": "", "LinkLocalIPv6PrefixLen": 0,
    "Ports": {}, "SecondaryIPAddresses": None, "SecondaryIPv6Addresses": None, "Gateway": "",
    "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "IPAddress": "", "IPPrefixLen": 0,
    "IPv6Gateway": "", "MacAddress": "",
}
ONE_NETWORK = {
    "IPAMConfig": None, "Links": None, "Aliases": None, "Gateway": "", "IPAddress": "",
    "IPPrefixLen": 0, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
    "MacAddress": "", "DriverOpts": None,
}
ADDRESSES = {"Gateway": "172.17.0.1", "IPAddress": "172.17.0.2", "IPPrefixLen": 16,
             "MacAddress": "02:42:ac:11:00:02"}


@pytest.mark.parametrize("network", ["bridge", "none", "host"])
def test_network_settings_before_during_and_after_a_run(lab: Lab, network: str) -> None:
    lab.docker(f"create --name aa --network {network} --expose 80 {SLEEP}")
    on_bridge = network == "bridge"

    def settings() -> tuple[dict[str, Any], dict[str, Any]]:
        (document,) = json.loads(lab.docker("inspect aa").stdout)
        found = document["NetworkSettings"]
        return found, found.pop("Networks")[network]

    whole, one = settings()
    assert whole == {**SETTINGS, "SandboxID": "", "SandboxKey": "", "EndpointID": ""}
    assert one == {**ONE_NETWORK, "NetworkID": "", "EndpointID": ""}

    lab.docker("start aa")
    whole, one = settings()
    sandbox, endpoint = whole.pop("SandboxID"), one.pop("EndpointID")
    assert len(sandbox) == len(endpoint) == 64
    key = "default" if network == "host" else sandbox[:12]
    addresses = ADDRESSES if on_bridge else {}
    assert whole == {**SETTINGS, **addresses, "EndpointID": endpoint if on_bridge else "",
                     "SandboxKey": f"/var/run/docker/netns/{key}",
                     "Ports": {"80/tcp": None} if on_bridge else {}}
    assert one == {**ONE_NETWORK, **addresses, "NetworkID": network_id(network)}

    lab.docker("kill aa")
    whole, one = settings()
    assert whole == {**SETTINGS, "SandboxID": sandbox, "EndpointID": "",
                     "SandboxKey": f"/var/run/docker/netns/{key}"}
    assert one == {**ONE_NETWORK, "NetworkID": network_id(network), "EndpointID": ""}


HOSTS = """\
127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
ff00::0\tip6-mcastprefix
ff02::1\tip6-allnodes
ff02::2\tip6-allrouters
"""


def test_the_names_a_container_knows(lab: Lab) -> None:
    run(lab, "aa")
    assert lab.docker("run --rm -h here busybox cat /etc/hosts").stdout == (
        f"{HOSTS}172.17.0.3\there\n")
    assert lab.docker("run --rm --network none busybox cat /etc/hosts").stdout == HOSTS


def test_a_network_that_is_not_there(lab: Lab) -> None:
    done = lab.docker(f"run -d --name aa --network nope {SLEEP}")
    assert done.exit_code == 125
    assert done.stderr.startswith("docker: Error response from daemon: network nope not found\n")
    assert done.stdout.strip() == inspect(lab, "aa", ".Id")
    assert (inspect(lab, "aa", ".State.Status"), inspect(lab, "aa", ".State.ExitCode")) == (
        "created", 128)


def test_an_address_stays_while_the_container_runs(lab: Lab) -> None:
    run(lab, "aa")
    run(lab, "bb")
    lab.docker("stop aa")
    run(lab, "cc")
    lab.docker("start aa")
    shown = {name: inspect(lab, name, ".NetworkSettings.IPAddress") for name in ("aa", "bb", "cc")}
    assert shown == {"aa": "172.17.0.4", "bb": "172.17.0.3", "cc": "172.17.0.2"}


# --- ports ---------------------------------------------------------------------------------


def wish(host_ip: str = "", host_port: str = "") -> list[dict[str, str]]:
    return [{"HostIp": host_ip, "HostPort": host_port}]


@pytest.mark.parametrize(("text", "bindings"), [
    ("::1:80:80", {"80/tcp": wish("::1", "80")}),
    ("[::1]:80:80", {"80/tcp": wish("::1", "80")}),
    ("0", {"0/tcp": wish()}),
    ("80/", {"80/tcp": wish()}),
    ("80/TCP", {"80/tcp": wish()}),
    ("8080-8082:80", {"80/tcp": wish("", "8080-8082")}),
    ("1.2.3.4::80", {"80/tcp": wish("1.2.3.4")}),
    (":80", {"80/tcp": wish()}),
    ("::80", {"80/tcp": wish()}),
    ("published=80,target=8080", {"8080/tcp": wish("", "80")}),
    ("target=80", {"80/tcp": wish()}),
    ("target=80,published=8081,protocol=udp", {"80/udp": wish("", "8081")}),
    ("target=80,published=8081,mode=host", {"80/tcp": wish("", "8081")}),
    ("90-91", {"90/tcp": wish(), "91/tcp": wish()}),
    ("9000-9001:90-91", {"90/tcp": wish("", "9000"), "91/tcp": wish("", "9001")}),
    ("127.0.0.1:81:81/udp", {"81/udp": wish("127.0.0.1", "81")}),
    ("0:80", {"80/tcp": wish("", "0")}),
    ("080:80", {"80/tcp": wish("", "80")}),
    ("80:80/sctp", {"80/sctp": wish("", "80")}),
    ("127.0.0.1:8000-8001:80-81/tcp",
     {"80/tcp": wish("127.0.0.1", "8000"), "81/tcp": wish("127.0.0.1", "8001")}),
])
def test_what_publish_asks_for(lab: Lab, text: str, bindings: dict[str, Any]) -> None:
    lab.docker(["create", "--name", "aa", "-p", text, "busybox"])
    assert inspect(lab, "aa", ".HostConfig.PortBindings") == bindings
    assert inspect(lab, "aa", ".Config.ExposedPorts") == {port: {} for port in bindings}


@pytest.mark.parametrize(("flag", "text", "message"), [
    ("-p", "", "no port specified: <empty>"),
    ("-p", ":", "no port specified: :<empty>"),
    ("-p", "x", "invalid containerPort: x"),
    ("-p", "80:x", "invalid containerPort: x"),
    ("-p", "x:80", "invalid hostPort: x"),
    ("-p", "99999", "invalid containerPort: 99999"),
    ("-p", "8080:80/foo", "invalid proto: foo"),
    ("-p", "1.2.3:80:80", "invalid IP address: 1.2.3"),
    ("-p", "localhost:80:80", "invalid IP address: localhost"),
    ("-p", "1-2:3-5", "invalid ranges specified for container and host Ports: 3-5 and 1-2"),
    ("-p", "8080:80-81",
     "invalid ranges specified for container and host Ports: 80-81 and 8080"),
    ("-p", "5-2", "invalid containerPort: 5-2"),
    ("-p", "80:80:80:80", "invalid IP address: 80:80"),
    ("-p", "-1", "invalid containerPort: -1"),
    ("-p", "+80", "invalid containerPort: +80"),
    ("-p", "80:", "no port specified: 80:<empty>"),
    ("-p", "127.0.0.1:80", "invalid hostPort: 127.0.0.1"),
    ("-p", "127.0.0.1:8080:", "no port specified: 127.0.0.1:8080:<empty>"),
    ("-p", "published=81", "no port specified: 81:/tcp<empty>"),
    ("-p", "target=x", "invalid containerPort: x"),
    ("-p", "target=80,published=x", "invalid hostPort: x"),
    ("-p", "target=80,protocol=zz", "invalid proto: zz"),
    ("-p", "foo=bar", "no port specified: :/tcp<empty>"),
    ("-p", "published=80,=x", "invalid publish opts format (should be name=value but got '=x')"),
    ("--expose", "",
     "invalid range format for --expose: , error: empty string specified for ports"),
    ("--expose", "x", "invalid range format for --expose: x, error: "
                      'strconv.ParseUint: parsing "x": invalid syntax'),
    ("--expose", "3-1", "invalid range format for --expose: 3-1, error: "
                        "invalid range specified for port: 3-1"),
    ("--expose", "99999", "invalid range format for --expose: 99999, error: "
                          'strconv.ParseUint: parsing "99999": value out of range'),
    ("--expose", "8:80", "invalid port format for --expose: 8:80"),
    ("--expose", "/tcp", "invalid range format for --expose: /tcp, error: "
                         "empty string specified for ports"),
])
@pytest.mark.parametrize("command", ["create", "run"])
def test_what_the_client_refuses(
    lab: Lab, command: str, flag: str, text: str, message: str,
) -> None:
    done = lab.docker([command, flag, text, "busybox", "true"])
    assert (done.exit_code, done.stdout) == (125, "")
    assert done.stderr == (
        f"docker: {message}\n\nRun 'docker {command} --help' for more information\n")


@pytest.mark.parametrize(("text", "ports"), [
    ("80/tcp", ["80/tcp"]), ("80/foo", ["80/foo"]), ("1-3/udp", ["1/udp", "2/udp", "3/udp"]),
    ("0", ["0/tcp"]), ("80/SCTP", ["80/SCTP"]), ("80/", ["80/tcp"]), ("1-1", ["1/tcp"]),
])
def test_what_expose_asks_for(lab: Lab, text: str, ports: list[str]) -> None:
    lab.docker(["create", "--name", "aa", "--expose", text, "busybox"])
    assert inspect(lab, "aa", ".HostConfig.PortBindings") == {}
    assert list(inspect(lab, "aa", ".Config.ExposedPorts")) == ports


PUBLISHED = "-p 8080:80 -p 127.0.0.1:81:81/udp -p 9000-9001:90-91 --expose 7000"


@pytest.mark.parametrize(("options", "column"), [
    (PUBLISHED, "127.0.0.1:81->81/udp, 7000/tcp, 0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, "
                "0.0.0.0:9000->90/tcp, [::]:9000->90/tcp, 0.0.0.0:9001->91/tcp, "
                "[::]:9001->91/tcp"),
    ("-p 80 --expose 81", "81/tcp, 0.0.0.0:32768->80/tcp, [::]:32768->80/tcp"),
    ("--expose 81 --expose 82 --expose 82/udp --expose 90", "81-82/tcp, 90/tcp, 82/udp"),
    ("-p 0.0.0.0:7779:80 -p 5000:5000 -p 5001:5001 -p 5003:5003 -p 5002 -p 127.0.0.1:0:90",
     "0.0.0.0:5000-5001->5000-5001/tcp, [::]:5000-5001->5000-5001/tcp, 0.0.0.0:5003->5003/tcp, "
     "[::]:5003->5003/tcp, 0.0.0.0:7779->80/tcp, 127.0.0.1:32769->90/tcp, "
     "0.0.0.0:32768->5002/tcp, [::]:32768->5002/tcp"),
    ("-P --expose 1000-1003 --expose 53/udp",
     "0.0.0.0:32768->53/udp, [::]:32768->53/udp, 0.0.0.0:32771->1000/tcp, [::]:32771->1000/tcp, "
     "0.0.0.0:32770->1001/tcp, [::]:32770->1001/tcp, 0.0.0.0:32769->1002/tcp, "
     "[::]:32769->1002/tcp, 0.0.0.0:32768->1003/tcp, [::]:32768->1003/tcp"),
    ("--network none -p 80:80", ""),
])
def test_the_column_of_ports(lab: Lab, options: str, column: str) -> None:
    run(lab, "aa", options)
    assert lab.docker("ps --format '{{.Ports}}'").stdout == f"{column}\n"
    lab.docker("kill aa")
    assert lab.docker("ps -a --format '{{.Ports}}'").stdout == "\n"


def test_ports_of_the_hosts_own_choice_go_up(lab: Lab) -> None:
    run(lab, "aa", "-p 90-92")
    assert lab.docker("port aa").stdout == (
        "90/tcp -> 0.0.0.0:32770\n90/tcp -> [::]:32770\n91/tcp -> 0.0.0.0:32769\n"
        "91/tcp -> [::]:32769\n92/tcp -> 0.0.0.0:32768\n92/tcp -> [::]:32768\n")
    lab.docker("kill aa")
    lab.docker("start aa")
    assert lab.docker("port aa 92").stdout == "0.0.0.0:32771\n[::]:32771\n"


@pytest.mark.parametrize(("words", "code", "out", "err"), [
    ("ww", 0, "80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080\n81/udp -> 127.0.0.1:81\n"
              "90/tcp -> 0.0.0.0:9000\n90/tcp -> [::]:9000\n91/tcp -> 0.0.0.0:9001\n"
              "91/tcp -> [::]:9001\n", ""),
    ("ww 80", 0, "0.0.0.0:8080\n[::]:8080\n", ""),
    ("ww 80/tcp", 0, "0.0.0.0:8080\n[::]:8080\n", ""),
    ("ww 81/udp", 0, "127.0.0.1:81\n", ""),
    ("ww 81", 1, "", "Error: No public port '81' published for ww\n"),
    ("ww 7000", 1, "", "Error: No public port '7000' published for ww\n"),
    ("ww 80/foo", 1, "", "Error: No public port '80/foo' published for ww\n"),
    ("ww x/y", 1, "",
     'Error: invalid port (x): strconv.ParseUint: parsing "x": invalid syntax\n'),
    ("nope", 1, "", "Error response from daemon: No such container: nope\n"),
])
@pytest.mark.parametrize("command", ["port", "container port"])
def test_docker_port(lab: Lab, command: str, words: str, code: int, out: str, err: str) -> None:
    run(lab, "ww", PUBLISHED)
    done = lab.docker(f"{command} {words}")
    assert (done.exit_code, done.stdout, done.stderr) == (code, out, err)


@pytest.mark.parametrize(("first", "second", "message"), [
    ("8080:80", "8080:80", "Bind for 0.0.0.0:8080 failed: port is already allocated"),
    ("127.0.0.1:81:80/udp", "127.0.0.1:81:81/udp",
     "Bind for 127.0.0.1:81 failed: port is already allocated"),
    ("8080:80", "127.0.0.1:8080:80", "Error starting userland proxy: listen tcp4 "
                                     "127.0.0.1:8080: bind: address already in use"),
    ("127.0.0.1:80:80", "80:80", "Error starting userland proxy: listen tcp4 0.0.0.0:80: "
                                 "bind: address already in use"),
    ("127.0.0.1:81:81/udp", "81:80/udp", "Error starting userland proxy: listen udp4 "
                                         "0.0.0.0:81: bind: address already in use"),
    ("8000-8000:80", "8000-8000:80",
     "Bind for 0.0.0.0:8000 failed: port is already allocated"),
    ("1:1", "1.2.3.4:80:80", "Error starting userland proxy: listen tcp4 1.2.3.4:80: bind: "
                             "cannot assign requested address"),
])
def test_ports_that_cannot_be_had(lab: Lab, first: str, second: str, message: str) -> None:
    run(lab, "aa", f"-p {first}")
    done = lab.docker(f"run -d --name bb -p {second} {SLEEP}")
    assert done.exit_code == 125
    assert reason(done.stderr) == message
    assert done.stderr.startswith(f"docker: Error response from daemon: {FAILED}bb (")
    state = inspect(lab, "bb", ".State")
    assert (state["Status"], state["ExitCode"]) == ("created", 128)
    assert state["Error"].endswith(message)
    again = lab.docker("start bb")
    assert again.stderr.endswith("\nError: failed to start containers: bb\n")
    assert reason(again.stderr) == message


@pytest.mark.parametrize(("first", "second"), [
    ("8080:80", "8080:80/udp"), ("127.0.0.1:80:80", "127.0.0.2:80:80"), ("8080:80", "8081:80"),
    ("0.0.0.0:80:80", "::1:80:80"),
])
def test_ports_that_are_not_in_each_others_way(lab: Lab, first: str, second: str) -> None:
    run(lab, "aa", f"-p {first}")
    run(lab, "bb", f"-p {second}")


def test_a_range_of_host_ports_is_used_up(lab: Lab) -> None:
    for name, port in (("aa", "8000"), ("bb", "8001")):
        run(lab, name, "-p 8000-8001:80")
        assert lab.docker(f"port {name} 80").stdout == f"0.0.0.0:{port}\n[::]:{port}\n"
    done = lab.docker(f"run -d -p 8000-8001:80 {SLEEP}")
    assert reason(done.stderr) == "all ports are allocated"


def test_a_port_is_free_again_once_its_container_has_ended(lab: Lab) -> None:
    run(lab, "aa", "-p 8080:80")
    lab.docker("kill aa")
    run(lab, "bb", "-p 8080:80")
    done = lab.docker("start aa")
    assert "port is already allocated" in done.stderr
    state = inspect(lab, "aa", ".State")
    assert (state["Status"], state["ExitCode"]) == ("exited", 137)


def test_ports_on_the_hosts_network_are_not_published(lab: Lab) -> None:
    done = lab.docker(f"run -d --network host -p 80:80 {SLEEP}")
    assert done.stderr == (
        "WARNING: Published ports are discarded when using host network mode\n")


@pytest.mark.parametrize(("wish", "found"), [
    ("publish=8080", ["ww"]), ("publish=8080/tcp", ["ww"]), ("publish=8080/udp", []),
    ("publish=8000-9000", ["ww"]), ("publish=80", []), ("expose=81", ["w3"]),
    ("expose=81-90/tcp", ["w3", "ww"]), ("expose=81/udp", ["ww"]), ("network=bridge", ["w3", "ww"]),
    ("network=none", []),
])
def test_filters_of_ps(lab: Lab, wish: str, found: list[str]) -> None:
    run(lab, "ww", PUBLISHED)
    run(lab, "w3", "-p 80 --expose 81")
    lines = lab.docker(f"ps --filter {wish} --format '{{{{.Names}}}}'").stdout
    assert sorted(lines.split()) == found


def test_an_image_whose_exposed_ports_are_none(lab: Lab) -> None:
    from imagelab.daemon import Daemon
    from imagelab.model.image import Image

    name, image_id = next(iter(lab.state.references.items()))
    image = lab.state.images[image_id]
    ports: dict[str, dict[str, str]] = {"x": {}, "9" * 400: {}, "70/tcp": {}, "7": {}}
    config = {**image.json["config"], "ExposedPorts": ports}
    odd = Image(json.dumps({**image.json, "config": config}).encode())
    state: State = lab.state.with_image(odd).with_reference(name, odd.id)
    other = Lab(daemon=Daemon(state=state))
    run(other, "aa", "-P")
    assert other.docker("ps --format '{{.Ports}}'").stdout == (
        "0.0.0.0:32769->7/tcp, [::]:32769->7/tcp, 0.0.0.0:32768->70/tcp, [::]:32768->70/tcp\n")


def test_publishing_all_ports_there_are_ends_soon(lab: Lab) -> None:
    done = lab.docker(f"run -d -P --expose 1-65535 {SLEEP}")
    assert reason(done.stderr) == "all ports are allocated"
