"""The real client on containers: the same commands to a served lab and to a real daemon."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import pytest

from tests.clients.beside import Beside, Told, beside, differences, numbered
from tests.dockerd import Dockerd

pytestmark = pytest.mark.requires("docker", "dockerd")

RUN = "run --network none"


@pytest.fixture(scope="module")
def empty(dockerd: Dockerd) -> Iterator[Beside]:
    with beside(dockerd) as made:
        yield made


@pytest.fixture
def both(empty: Beside) -> Iterator[Beside]:
    """Both sides with containers of each kind."""
    for line in (
        f"{RUN} -d --name run -l kind=a ubuntu:14.04 sleep 600",
        f"{RUN} -d --name paused -l kind=b ubuntu:14.04 sleep 600",
        f"{RUN} --name done -v named:/data ubuntu:14.04 sh -c 'echo x > /x; rm /etc/group'",
        f"{RUN} --name failed ubuntu:14.04 sh -c 'exit 3'",
        "create --network none --name new --expose 80 ubuntu:14.04 sleep 600",
        "pause paused",
    ):
        empty.docker(*shlex.split(line))
    yield empty
    empty.clear()


def seen(said: Told) -> Told:
    """Return what a client showed, without IDs and ages."""
    out = re.sub(r"\b[0-9a-f]{12}\b", "SHORT", numbered(said)[1])
    out = re.sub(r"(About a|Less than a|[0-9]+) (second|minute)s?( ago)?", r"AGE\3", out)
    return said[0], re.sub(r" {2,}", "  ", out), numbered(said)[2]


def same(both: Beside, line: str) -> None:
    mine, real = (seen(said) for said in both.docker(*shlex.split(line)))
    if line.startswith("diff"):  # the daemon tells in any order
        mine, real = ((code, "".join(sorted(out)), err) for code, out, err in (mine, real))
    assert mine == real, line


@pytest.mark.parametrize("line", [
    "ps", "ps -a", "ps -q --no-trunc", "ps -aq", "ps -l", "ps -n 2", "ps -n -1", "ps --no-trunc",
    "ps -a -f status=exited", "ps -a -f status=created -f status=paused", "ps -f name=run",
    "ps -a -f name=^/d", "ps -a -f label=kind", "ps -a -f label=kind=b", "ps -a -f exited=3",
    "ps -a -f exited=0", "ps -a -f ancestor=ubuntu:14.04", "ps -a -f ancestor=nosuch",
    "ps -a -f before=done", "ps -a -f since=done", "ps -a -f since=nosuch",
    "ps -a -f volume=named", "ps -a -f volume=/data", "ps -a -f network=none",
    "ps -a -f health=none", "ps -a -f expose=80", "ps -a -f id=x", "ps -a -f zz=x",
    "ps -a -f status=zz", "ps -a -f exited=x", "ps -a -f name=[",
    "ps -a --format '{{.Names}} {{.Image}} {{.Command}} {{.State}} {{.Status}} {{.Mounts}}'",
    "ps -a --format '{{.Networks}} {{.Ports}} {{.Labels}} {{.LocalVolumes}}'",
])
def test_containers_are_listed(both: Beside, line: str) -> None:
    same(both, line)


@pytest.mark.parametrize("lines", [
    ("diff done", "diff new", "diff nosuch"),
    ("rename run other", "rename new other", "rename nosuch x1", "rename paused 'a b'",
     "ps -a --format '{{.Names}}'"),
    ("start run", "start new", "start paused", "start nosuch new", "ps -a --format "
     "'{{.Names}} {{.State}}'"),
    ("stop -t 0 run", "stop done", "stop nosuch", "stop -t 0 paused", "ps -a --format "
     "'{{.Names}} {{.Status}}'"),
    ("kill run", "kill new", "kill nosuch", "kill -s BOGUS paused", "ps -a --format "
     "'{{.Names}} {{.Status}}'"),
    ("restart -t 0 run", "restart -t 0 done", "restart nosuch"),
    ("pause run", "pause run", "pause new", "unpause paused run", "unpause run", "ps --format "
     "'{{.Names}} {{.Status}}'"),
    ("rm run", "rm new", "rm -f nosuch", "rm nosuch", "rm paused", "rm -f paused", "rm -l run",
     "rm -l run/alias", "ps -a --format '{{.Names}}'"),
    ("rm -v done", "volume ls -q"),
    ("update -m 64m --memory-swap -1 run", "update --restart always run", "update --cpus 0.5 run",
     "update -m 1m run", "update nosuch -c 2", "update --restart zz run", "update run",
     "inspect -f '{{.HostConfig.Memory}} {{.HostConfig.RestartPolicy}} {{.HostConfig.NanoCpus}}' "
     "run", "update --restart no run"),
    ("container prune -f --filter label=nosuch", "container prune -f --filter zz=x",
     "container prune -f --filter until=1h", "ps -a --format '{{.Names}}'"),
    ("port run", "port nosuch", "port run 80"),
    ("inspect nosuch", "inspect -f '{{.State.Status}} {{.State.ExitCode}} {{.Path}}' failed",
     "inspect -s -f '{{.SizeRw}}' done", "inspect -f '{{json .State.Running}}' run"),
    ("top new", "top nosuch", "top run -o zz", "top run -o cmd"),
    ("stats --no-stream nosuch",),
    ("create --network none --name miss ubuntu:14.04 nosuch", "start miss",
     "inspect -f '{{.State.ExitCode}} {{.State.Error}}' miss",
     f"{RUN} --rm ubuntu:14.04 nosuch", f"{RUN} --rm ubuntu:14.04 /etc/passwd",
     f"{RUN} -u nosuch --rm ubuntu:14.04 true"),
], ids=lambda lines: lines[0])
def test_commands_say_the_same(both: Beside, lines: tuple[str, ...]) -> None:
    for line in lines:
        if line == "volume ls -q":
            names = both.there.docker("volume", "ls", "-q").stdout.split()
            assert sorted(both.lab.daemon.state.volumes) == sorted(names)
        else:
            same(both, line)


def test_the_prune_of_containers(both: Beside) -> None:
    mine, real = both.docker("container", "prune", "-f")
    kinds = [re.sub(r"ID|[0-9.]+k?B", "X", seen(said)[1]) for said in (mine, real)]
    assert kinds[0] == kinds[1]
    assert mine[1].count("\n") == 6
    same(both, "container prune -f")


@pytest.mark.parametrize("words", ["", "-ef", "aux", "-o pid,comm", "-eo pid,ppid,user,args"])
def test_processes_are_shown(both: Beside, words: str) -> None:
    for name in ("run", "paused"):
        mine, real = both.docker("top", name, *words.split())
        assert _titles(mine) == _titles(real)
        assert mine[1].split()[-1] == real[1].split()[-1]


def _titles(said: Told) -> tuple[int, list[str], int]:
    return said[0], said[1].splitlines()[0].split(), said[1].count("\n")


@pytest.mark.parametrize("words", [
    "", "-a", "new", "run new run", "--format '{{.Name}} {{.CPUPerc}} {{.NetIO}} {{.PIDs}}' run",
])
def test_figures_are_shown(both: Beside, words: str) -> None:
    figures = []
    for said in both.docker("stats", "--no-stream", *shlex.split(words)):
        text = re.sub(r"[0-9.]+[KMG]?i?B\b", "N", seen(said)[1])
        figures.append(sorted(re.sub(r"[0-9.]+%", "P", text).splitlines()))
    assert figures[0] == figures[1]


@pytest.mark.parametrize("lines", [
    ("start new",), ("pause run",), ("kill run",), ("stop -t 0 run",), ("restart -t 0 run",),
    ("update -m 64m --memory-swap -1 run",),
], ids=lambda lines: lines[0])
def test_a_container_is_described_whatever_was_done_to_it(
    both: Beside, lines: tuple[str, ...],
) -> None:
    for line in lines:
        same(both, line)
    for name in ("run", "paused", "done", "failed", "new"):
        here, there = (described(said[1]) for said in both.docker("inspect", "-s", name))
        assert not differences(here, there), name


def described(text: str) -> object:
    """Return an inspected container with its IDs, times and places made the same."""
    (document,) = json.loads(text)
    del document["GraphDriver"]
    for mount in document["Mounts"]:
        del mount["Source"]
    text = re.sub(r'"[^"]*/(containers|netns)/', r'"\1/', json.dumps(document))
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b", "ID", text)
    text = re.sub(r'"(?!0001)[0-9]{4}-[^"]*Z"', '"TIME"', text)
    return json.loads(re.sub(r'"Pid": [1-9][0-9]*', '"Pid": 1', text))
