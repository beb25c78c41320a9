"""Volumes, what takes up room, and events: the real client with a lab and with a real daemon."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from select import select
from typing import Any
from urllib.parse import quote

import pytest

from tests.clients.sides import Client, both, without_chance
from tests.dockerd import Dockerd, client_environment

pytestmark = pytest.mark.requires("docker", "dockerd")

VOLUMES = """
volume create one
volume create --label a=b --label c two
volume create one
volume create x
volume create a/b
volume ls
volume ls -q --filter label=a
volume ls --filter dangling=maybe
volume inspect one two nosuch
run --rm --network none -v one:/d ubuntu:14.04 sh -c 'echo hi > /d/f'
create --name user --network none -v one:/d -v three:/e ubuntu:14.04 true
volume rm one
volume rm -f nosuch two
volume prune -f --filter label=x
system df
volume prune -f
rm -v user
volume prune -f
"""
ABSENT = """
plugin ls
plugin inspect nosuch
plugin rm nosuch
node ls
service ls
stack ls
secret ls
config inspect x
swarm leave
inspect nosuch
"""


def volumes(side: Client, line: str) -> tuple[object, ...]:
    """Return what a command says, without the folder of the daemon."""
    words, code, out, err = side.said(line)
    out = re.sub(r'"/\S*/(?:data|docker)/volumes/', '"<volumes>/', out)
    if line.startswith("volume prune"):  # in any order
        out = "\n".join(sorted(out.split("\n")))
    return words, code, out, err


@pytest.mark.parametrize("lines", [VOLUMES, ABSENT])
def test_the_client_says_the_same(lines: str, tmp_path: Path, dockerd: Dockerd) -> None:
    with both(tmp_path, dockerd) as (mine, real):
        for line in lines.split("\n")[1:-1]:
            assert volumes(mine, line) == volumes(real, line)


def test_disk_usage_is_the_same(tmp_path: Path, dockerd: Dockerd) -> None:
    order: dict[str, Callable[[Any], str]] = {
        "Images": lambda each: str(each["RepoTags"]), "Containers": lambda each: each["Names"][0],
        "Volumes": lambda each: each["Name"] if len(each["Name"]) < 64 else "~"}
    with both(tmp_path, dockerd) as sides:
        seen = []
        for side in sides:
            (side.folder / "f").write_text("FROM ubuntu:14.04\nRUN echo 1 > /1\n", "utf-8")
            for line in (
                "create --name c1 --network none ubuntu:14.04 true",
                "run --name c2 --network none -v data:/d -v /own ubuntu:14.04 sh -c "
                "'echo 12345 > /d/f; echo 123 > /x; echo 1234567 > /own/y'",
                "build --network none -t two:1 -t two:2 - < f",
                "run --name c3 --network none two:1 true",
                "volume create --label a=b lonely",
            ):
                assert side.run(line)[0] == 0, line
            usage = side.ask("GET", "/system/df").json
            for kind, key in order.items():
                usage[kind].sort(key=key)
            for each in (*usage["Images"], *usage["Containers"]):
                assert each.pop("Created") > 0
            for each in usage["Containers"]:
                each["Status"] = each["Status"].partition(" ")[0]
                each["Mounts"].sort(key=lambda mount: mount["Destination"])
                for mount in each["Mounts"]:
                    assert "Source" in mount
                    mount["Source"] = ""
            for each in usage["Volumes"]:
                each["Mountpoint"] = each["Mountpoint"].rpartition("/volumes/")[2]
            seen.append(without_chance(json.dumps(usage, indent=1)))
        assert seen[0] == seen[1]


EVENTS = (
    "create --name k1 --network none --label l=m ubuntu:14.04 true",
    "start -a k1",
    "volume create v1",
    "run --rm --name k2 --network none -v v1:/d ubuntu:14.04 true",
    "rm k1",
    "volume rm v1",
    "build -t two:1 --network none - < f",
    "build -q --network none - < f",
    "run -d --name k3 --network none ubuntu:14.04 sleep 600",
    "kill k3",
    "builder prune -f",
    "volume prune -f",
)
LAST = re.compile('"Type":"volume","Action":"prune"').search
#: A filter takes the beginning of an ID or of a name too. None that comes by chance begins as these
#: do: an ID has no k and no v, and a chosen name no digit in second place.
FILTERS = (
    '{"type": ["volume"]}', '{"type":{"network":true}}', '{"event": ["die"]}',
    '{"image": ["ubuntu:14.04"]}', '{"label": ["l=m"]}', '{"container": ["k2"]}',
    '{"volume": ["v1"]}', '{"type": ["container"], "event": ["start", "die"]}',
    '{"network": ["none"]}', '{"scope": ["swarm"]}', '{"daemon": ["k2"]}',
    '{"daemon": ["v2"]}',
)


def test_events_are_the_same(tmp_path: Path, dockerd: Dockerd) -> None:
    with both(tmp_path, dockerd) as sides:
        mine, real = (events(side) for side in sides)
        assert mine == real


def events(side: Client) -> list[object]:
    """Return the events of some commands: as they come, and of the past by filters."""
    (side.folder / "f").write_text("FROM ubuntu:14.04\nRUN true\nENV a=b\n", "utf-8")
    since = f"{time.time():.9f}"
    with subprocess.Popen(
            ["docker", "events", "--format", "json"], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL,
            env=client_environment(side.host, side.folder / ".client")) as watching:
        assert watching.stdout is not None
        listens = False
        while not listens:
            side.ask("POST", "/build/prune")
            listens = bool(select([watching.stdout], [], [], 0.2)[0])
        for line in EVENTS:
            assert side.run(line)[0] == 0, line
        seen: list[str] = []
        while not seen or not LAST(seen[-1]):
            seen.append(watching.stdout.readline())
        watching.terminate()
    until = f"{time.time():.9f}"
    past = side.run(f"events --since {since} --until {until} --format json")[1]
    assert past.splitlines(keepends=True)[-len(seen):] == seen
    kinds = [
        [(each["Type"], each["Action"]) for each in side.ask(
            "GET", f"/events?since={since}&until={until}&filters={quote(text)}").lines
         if each["Type"] != "builder"]
        for text in FILTERS]
    return [[plain(line) for line in seen if '"builder"' not in line], kinds]


def plain(line: str) -> dict[str, Any]:
    """Return an event without its time and what comes by chance."""
    event: dict[str, Any] = json.loads(without_chance(line))
    assert event.pop("timeNano") // 10**9 == event.pop("time")
    name = event["Actor"]["Attributes"].get("name", "")
    if event["Type"] == "container" and re.fullmatch(r"[a-z]+_[a-z0-9]+", name):
        event["Actor"]["Attributes"]["name"] = "<name>"
    return event
