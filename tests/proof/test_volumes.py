"""Volumes, and what remains of the commands about running containers, beside a real Docker."""

from __future__ import annotations

import re
import shlex
import time

import pytest

from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")

RUN = "run --network none"
TRAP = 'trap "echo bye; exit 3" TERM; while true; do sleep 1; done'
VOLUMES = f"""
    volume create a
    volume create ab
    volume create ab
    volume create --name cd
    volume create --name cd ef
    volume create --label x --label y=z lab
    volume create -
    volume create a/b
    volume create a b
    volume create --foo
    volume create --scope multi x1
    volume ls
    volume ls -q
    volume list
    {RUN} --name c1 -v used:/data -v /anon ubuntu:14.04 true
    volume ls -q --filter dangling=true
    volume ls -q --filter dangling=false --filter name=used
    volume ls --filter dangling=x
    volume ls --filter name=a --filter dangling=1
    volume ls --filter name=^ab$
    volume ls --filter label=x
    volume ls --filter label=y=z
    volume ls --filter label=y=q
    volume ls --filter driver=loc
    volume ls --filter foo=bar
    volume ls --filter name=used --format json
    volume ls --filter label=x --format '{{{{.Name}}}} {{{{.Label "x"}}}} {{{{.Label "y"}}}}'
    volume ls --filter label=x --format '{{{{.Links}}}} {{{{.Size}}}} {{{{.Status}}}}'
    volume ls --format 'table {{{{.Name}}}}' --filter name=la
    volume ls --format '{{{{.Nope}}}}'
    volume ls x
    volume ls --cluster
    volume inspect nope
    volume inspect ab nope
    volume inspect lab
    volume inspect
    volume inspect -f '{{{{.Name}}}} {{{{.Labels}}}}' lab
    volume inspect -f '{{{{.Nope}}}}' lab
    volume inspect -f '{{{{' lab
    volume rm used
    volume rm -f used
    volume rm nope ab
    volume rm -f nope
    volume rm
    volume prune
    volume prune -a
    volume prune -f --filter label=x
    volume prune -f --filter foo=bar
    volume prune -f --filter all=true
    volume prune -f --filter until=1h
    volume prune -f x
    volume prune --filter label!=q -f
    volume ls -q --filter name=used
    rm c1
    volume prune -f --filter label=q
    volume rm used
    volume update x
    volume update
    volume nonsense
    volume --foo
    run --rm --network none -v one1:/x ubuntu:14.04 sh -c 'echo hello > /x/f'
    run --rm --network none -v one1:/y ubuntu:14.04 cat /y/f
    run --rm --network none -v one1:relative ubuntu:14.04 true
    run --rm --network none -v one1:/x -v one1:/x ubuntu:14.04 true
    run --rm --network none -v one1:/x:zz ubuntu:14.04 true
    run --rm --network none -v one1:/ ubuntu:14.04 true
    run --rm --network none -v : ubuntu:14.04 true
    create --network none --name c2 -v one1:/x ubuntu:14.04 true
    volume rm one1
    rm -v c2
    volume rm one1"""
CONTAINERS = f"""
    {RUN} -d --name c1 ubuntu:14.04 sh -c '{TRAP}'
    create --network none --name c2 ubuntu:14.04 true
    port c1
    port c1 80
    port c1 80/tcp
    port c1 80/xyz
    port c1 x
    port c1 99999
    port c1 1-5
    port c2
    port nope
    port
    port c1 1 2
    attach nope
    attach c2
    attach
    attach c1 c2
    attach --nope c1
    restart nope
    restart
    restart c1
    restart c1 nope c2
    restart -t x c1
    restart -t 1 --time 2 c1
    restart --signal KILL -t 1 c1
    restart --time 1 c1
    inspect -f '{{{{.State.Status}}}} {{{{.RestartCount}}}}' c1 c2
    logs c1
    pause c1
    attach c1
    restart -t 0 c1
    inspect -f '{{{{.State.Status}}}} {{{{.State.Paused}}}}' c1
    kill c1
    attach c1
    restart -t 0 c1
    stop -t 1 c1
    container restart -t 1 c1
    container stop -t 1 c1"""


def _comparable(text: str) -> str:
    """Number the IDs; leave out the folder of the daemon and the times."""
    known: dict[str, str] = {}
    text = re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b",
                  lambda match: known.setdefault(match[0][:12], f"ID{len(known)}"), text)
    text = re.sub(r"/[\w/.-]+/volumes/", "/volumes/", text)
    return re.sub(r"20[0-9]{2}-[0-9T:.-]+Z", "TIME", text)


@pytest.mark.parametrize("story", [VOLUMES, CONTAINERS], ids=["volumes", "containers"])
def test_each_line_answers_the_same(pair: Pair, story: str) -> None:
    wrong = []
    for line in story.strip().splitlines():
        words = shlex.split(line)
        here, there = pair.lab.docker(words, ""), pair.dockerd.docker(*words, input="", check=False)
        own = (here.exit_code, _comparable(here.stdout), _comparable(here.stderr))
        real = (there.returncode, _comparable(there.stdout), _comparable(there.stderr))
        if "prune" in line or "ls -q" in line:
            own, real = ((code, "\n".join(sorted(re.sub(r"ID[0-9]+", "ID", out).split("\n"))), err)
                         for code, out, err in (own, real))
        if own != real:
            wrong.append((line.strip(), own, real))
        if words[0] in ("restart", "run"):
            time.sleep(0.3)  # until its trap is set
    assert not wrong
