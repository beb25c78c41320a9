"""Networks that are made, left and removed, in a lab and on a real Docker with bridges."""

from __future__ import annotations

import re
import shlex

import pytest

from tests.proof.pair import Pair
from tests.real_docker import dockerd_apart

__all__ = ["dockerd_apart"]

pytestmark = pytest.mark.requires("docker", "dockerd")

SHOW = ("inspect {0} --format '{{{{json .NetworkSettings.Networks}}}} "
        "{{{{json .NetworkSettings.Ports}}}} {{{{.HostConfig.NetworkMode}}}} "
        "{{{{.NetworkSettings.IPAddress}}}}{{{{.NetworkSettings.MacAddress}}}} "
        "{{{{.State.Status}}}} {{{{.State.ExitCode}}}} {{{{.State.Error}}}}'")
SEE = "network inspect {0} --format '{{{{json .Containers}}}}'"
ONE, TWO = "--subnet 10.200.1.0/24", "--subnet 10.200.2.0/24"
STORIES = {
    "made and removed": f"""
        network create {ONE} one
        network create {TWO} --label a=b --label c --internal -o x=y --ipam-opt z=w two
        network create one
        network create
        network create a b
        network create bridge
        network create default
        network create -d host x
        network create -d null x
        network create ' '
        network create {ONE} x
        network create --subnet 10.200.0.0/16 x
        network create --subnet 10.201.0.0/16 --gateway 10.201.9.9 --ip-range 10.201.7.0/24 \
            --aux-address s=10.201.7.3 three
        network create --subnet x y
        network create --subnet x --gateway 10.1.0.1 y
        network create --gateway 10.1.1.1 y
        network create --subnet 10.202.0.0/16 --gateway 10.203.0.1 y
        network create --subnet 10.202.0.0/16 --ip-range 10.203.0.0/24 y
        network create --subnet 10.202.0.0/16 --aux-address a=10.203.0.1 y
        network create --subnet 10.202.0.0/16 --aux-address a y
        network create --subnet 10.202.0.0/16 --subnet 10.202.1.0/24 y
        network create --subnet 10.202.0.0/16 --subnet 10.203.1.0/24 y
        network create --subnet 10.202.0.0/16 --subnet 10.203.0.0/16 --gateway 10.202.0.1 \
            --gateway 10.202.0.2 y
        network create --subnet 10.202.0.0/16 --subnet 10.203.0.0/16 --ip-range 10.202.0.0/24 \
            --ip-range 10.202.1.0/24 y
        network ls --format '{{{{.Name}}}} {{{{.Driver}}}} {{{{.Scope}}}} {{{{.Internal}}}}' \
            --filter type=custom
        network ls -q --filter label=a=b
        network ls -q --filter dangling=true
        network ls -q --filter driver=bridge --filter name=o
        network inspect one two three
        {SEE.format("nosuch")}
        run --rm --network three ubuntu:14.04 tail -n +7 /etc/hosts
        network rm one two nosuch host
        network rm -f nosuch
        network rm ''
        network rm
        network remove three
        network create {ONE} --label x one
        network create {TWO} two
        network prune -f --filter label=x
        network prune -f --filter foo=bar
        network prune -f --filter until=x
        network prune -f --filter until=1h
        network prune
        network prune -f""",
    "containers come and go": f"""
        network create {ONE} one
        network create {TWO} two
        create --name c1 --network one --network-alias al -h host1 ubuntu:14.04 sleep 1000
        {SHOW.format("c1")}
        {SEE.format("one")}
        network connect two c1
        network connect two c1
        {SHOW.format("c1")}
        start c1
        {SHOW.format("c1")}
        {SEE.format("one")}
        exec c1 sh -c 'tail -n +7 /etc/hosts | sort'
        run --rm --network one ubuntu:14.04 ping -c1 al
        run --rm --network one ubuntu:14.04 ping -c2 -s 100 c1
        run --rm --network one ubuntu:14.04 ping -qc1 host1
        run --rm --network one ubuntu:14.04 ping -c1 nosuch
        run --rm --network two ubuntu:14.04 ping -c1 al
        run --rm --network none ubuntu:14.04 ping -c1 al
        run --rm --network none ubuntu:14.04 ping -c1 10.200.1.2
        run --rm --network none ubuntu:14.04 ping -c1 localhost
        network rm one
        network disconnect one c1
        {SHOW.format("c1")}
        exec c1 sh -c 'tail -n +7 /etc/hosts | sort'
        network disconnect one c1
        network connect --ip 10.200.1.9 --alias z --alias y one c1
        network connect one c1
        {SHOW.format("c1")}
        run -d --name c2 --network one --ip 10.200.1.2 ubuntu:14.04 sleep 1000
        run --rm --network one --ip 10.200.1.2 ubuntu:14.04 true
        run --rm --network one --ip 10.9.9.9 ubuntu:14.04 true
        run --rm --network one --ip foo ubuntu:14.04 true
        run --rm --network one ubuntu:14.04 tail -n +7 /etc/hosts
        ps --format '{{{{.Names}}}}' --filter network=two
        stop -t 0 c1
        {SHOW.format("c1")}
        {SEE.format("one")}
        network disconnect one c1
        {SHOW.format("c1")}
        network rm two
        start c1
        {SHOW.format("c1")}
        network disconnect two c1
        network disconnect -f two c1
        start c1
        {SHOW.format("c1")}
        network prune -f
        rm -f c1 c2""",
    "what does not go together": f"""
        network create {ONE} one
        run -d --name c1 --network one ubuntu:14.04 sleep 1000
        run -d --name c2 --network host ubuntu:14.04 sleep 1000
        run -d --name c3 --network none ubuntu:14.04 sleep 1000
        network connect host c1
        network connect none c1
        network connect one c2
        network connect one c3
        network connect nosuch c1
        network connect one nosuch
        network connect one ''
        network connect '' c1
        network connect one
        network disconnect one c3
        network disconnect host c2
        network disconnect host c1
        network disconnect nosuch c1
        network disconnect -f nosuch c1
        network disconnect one nosuch
        network disconnect -f one nosuch
        network disconnect none c3
        network connect one c3
        {SHOW.format("c3")}
        create --name c4 --network nosuch ubuntu:14.04 true
        start c4
        {SHOW.format("c4")}
        create --name c5 --network none --ip 10.1.1.1 ubuntu:14.04 true
        start c5
        run --network-alias x ubuntu:14.04 true
        run --network none --network-alias x ubuntu:14.04 true
        rm -f c1 c2 c3 c4 c5""",
    "what run asks for": f"""
        network create {ONE} one
        network create {TWO} two
        run -d --name c1 --network name=one,alias=x,alias=y,ip=10.200.1.40 ubuntu:14.04 sleep 1000
        {SHOW.format("c1")}
        create --name c2 --network name=one,driver-opt=a=b,gw-priority=3 ubuntu:14.04 sleep 1000
        {SHOW.format("c2")}
        run --network one --network two ubuntu:14.04 true
        create --network name=one,foo=x ubuntu:14.04
        create --network alias=x ubuntu:14.04
        create --network name=host,alias=x ubuntu:14.04
        create --network one --network one ubuntu:14.04
        create --network host --network one ubuntu:14.04
        create --network name=one,ip=x ubuntu:14.04
        create --network name=one,ip=10.200.1.7 --ip 10.200.1.8 ubuntu:14.04
        create --network name=one,alias=a --network-alias b ubuntu:14.04
        create --network name=one,driver-opt=x ubuntu:14.04
        create --network name=one,gw-priority=x ubuntu:14.04
        create --network name=one,mac-address=02:00:00:00:00:01 ubuntu:14.04
        create --name c3 --network one --link c1:z --link nosuch --ip 10.200.1.50 \
            --network-alias g ubuntu:14.04 sleep 1000
        {SHOW.format("c3")}
        start c3
        {SHOW.format("c3")}
        inspect c3 --format '{{{{json .HostConfig.Links}}}}'
        exec c3 ping -c1 z
        exec c3 ping -c1 nosuch
        exec c3 ping -c1 X.one
        exec c3 ping -c1 g
        exec c3 ping -c1 -W1 10.200.1.77
        exec c3 ping -c1 10.200.2.1
        exec c3 ping -c1 -W1 10.99.1.1
        exec c3 ping -c3 -w1 localhost
        exec c3 ping -6 -c1 localhost
        exec c3 ping -s 3 -c1 c1
        exec -u 1000 c3 ping -c1 c1
        exec c3 ping -c1 -s 70000 c1
        exec c3 hostname -i
        exec c3 cat /etc/resolv.conf
        run --rm --network none -h alone ubuntu:14.04 hostname -i
        create --network one --link a:b:c ubuntu:14.04
        network connect --link '' two c3
        network connect --ip zz two c2
        start c2
        network connect --ip zz two c1
        network connect --alias a,b --alias c --link c3:friend --driver-opt x=y two c1
        {SHOW.format("c1")}
        network connect --driver-opt x two c3
        network inspect two --format '{{{{json .IPAM}}}}'
        network inspect none --format '{{{{json .IPAM}}}}'
        create --name c4 --network host ubuntu:14.04
        create --link c4:x ubuntu:14.04
        rm -f c1 c2 c3 c4""",
    "ports": f"""
        network create {ONE} one
        network create {TWO} --internal inner
        run -d --name c1 --network one -p 127.0.0.1:18099:80 --expose 81 ubuntu:14.04 sleep 1000
        {SHOW.format("c1")}
        ps --format '{{{{.Ports}}}}'
        network connect inner c1
        {SHOW.format("c1")}
        network disconnect one c1
        {SHOW.format("c1")}
        network connect one c1
        {SHOW.format("c1")}
        port c1
        rm -f c1""",
}


def comparable(text: str) -> str:
    """Leave out IDs, times, how long answers take, and the order of a Go map's names."""
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b", "ID", text)
    text = re.sub(r"(?<=time=)[0-9.]+|(?<= = )[0-9./]+(?= ms)", "SPAN", text)
    text = re.sub(r"(?<=network endpoints: ).*", lambda names: ", ".join(
        sorted(names[0].split(", "))), text)
    return re.sub(r"20[0-9]{2}-[0-9T:.-]+Z", "TIME", text)


def _lines(text: str) -> str:
    return "\n".join(sorted(text.splitlines()))


def _leave_nothing(pair: Pair) -> None:
    pair.dockerd.remove_all()
    pair.there("network", "prune", "-f")


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_each_line_answers_the_same(pair: Pair, story: str) -> None:
    wrong = []
    try:
        for line in story.strip().splitlines():
            words = shlex.split(line)
            here = pair.lab.docker(words, "")
            there = pair.dockerd.docker(*words, input="", check=False)
            own = (here.exit_code, comparable(here.stdout), comparable(here.stderr))
            real = (there.returncode, comparable(there.stdout), comparable(there.stderr))
            if "prune" in line:
                own, real = ((code, _lines(out), err) for code, out, err in (own, real))
            if own != real:
                wrong.append((line.strip(), own, real))
    finally:
        _leave_nothing(pair)
    for line, own, real in wrong:
        print(line, own, real, sep="\n", end="\n\n")
    assert not wrong
