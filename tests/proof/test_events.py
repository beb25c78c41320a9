"""The same commands here and there: the same events, with the same attributes in the same order.

Containers run without a network on both sides, so that the bridge's events are the same too.
"""

from __future__ import annotations

import re
import shlex
import time
from itertools import groupby

import pytest

from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")

RUN = "run --network none"
CREATE = "create --network none"
SECONDS = 20  # so long a busy daemon may take to tell what has happened
TRAP = "'trap \"exit 3\" TERM; while true; do sleep 1; done'"
SCRIPTS = {
    "life of a container": f"""
        {CREATE} --name c1 --label z=1 --label a=2 ubuntu:14.04 echo hi
        start c1
        start -a c1
        rename c1 c9
        rm c9
        {RUN} --rm --name c2 ubuntu:14.04 true
        {RUN} -d --name c3 ubuntu:14.04 sh -c 'exit 3'
        wait c3
        rm c3""",
    "what cannot start": f"""
        {RUN} --rm --name c1 ubuntu:14.04 nothing
        {RUN} --name c2 ubuntu:14.04 nothing
        {RUN} --name c3 -u nobody-there ubuntu:14.04 true
        {RUN} --name c4 -v named:/x ubuntu:14.04 nothing
        start c2
        rm c2
        rm c3
        rm c4""",
    "ends": f"""
        {RUN} -d --name c1 ubuntu:14.04 sh -c {TRAP}
        stop c1
        stop c1
        start c1
        restart c1
        kill c1
        kill c1
        restart c1
        stop -t 0 c1
        {RUN} -d --name c2 ubuntu:14.04 sleep 1000
        stop -t 0 c2
        start c2
        kill -s HUP c2
        rm c2
        rm -f c2""",
    "what removes itself": f"""
        {RUN} -d --rm --name c1 -v /anon ubuntu:14.04 sleep 1000
        stop -t 0 c1
        {RUN} -d --rm --name c2 ubuntu:14.04 sleep 1000
        rm -f c2
        {RUN} -i --rm --name c3 ubuntu:14.04 true
        {RUN} -t --rm --name c4 ubuntu:14.04 true""",
    "names that move": f"""
        {CREATE} --name c1 ubuntu:14.04 true
        commit c1 ubuntu:14.04
        tag ubuntu:14.04 other:1
        rmi ubuntu:14.04
        rmi other:1
        rm c1""",
    "paused": f"""
        {RUN} -d --name c1 ubuntu:14.04 sleep 1000
        pause c1
        pause c1
        exec c1 true
        commit c1 paused:1
        unpause c1
        pause c1
        kill -s HUP c1
        unpause c1
        pause c1
        kill c1
        start c1
        pause c1
        rm -f c1""",
    "exec": f"""
        {RUN} -d --name c1 ubuntu:14.04 sleep 1000
        exec c1 echo hi there
        exec c1 nothing
        exec -u nobody-there c1 true
        exec -w /nowhere c1 true
        exec c1 sh -c 'exit 4'
        kill c1""",
    "commit and tag": f"""
        {RUN} --name c1 --label l=m ubuntu:14.04 sh -c 'head -c 5000 /dev/zero > /x'
        commit c1 one:1
        commit -c 'LABEL a=b' -m 'a message' -a me c1
        {RUN} -d --name c2 ubuntu:14.04 sleep 1000
        commit c2 running:1
        commit -p=false c2 running:2
        tag one:1 two:2
        tag one:1 one:1
        tag ubuntu:14.04 one:1
        rmi two:2
        rmi running:1
        tag nothing:1 x:1
        rmi -f one:1""",
    "archives": """
        save -o first.tar ubuntu:14.04
        tag ubuntu:14.04 two:1
        save -o second.tar two:1 ubuntu:14.04
        rmi two:1 ubuntu:14.04
        load -q -i second.tar
        load -q -i first.tar
        save -o third.tar nothing""",
    "volumes": f"""
        volume create v1
        volume create v1
        volume create --label a=b v2
        volume rm v1
        volume rm v1
        volume rm -f v1
        {RUN} --name c1 -v named:/data -v /anon ubuntu:14.04 true
        rm -v c1
        {RUN} --name c2 --rm -v named:/data -v /anon ubuntu:14.04 true
        {CREATE} --name c3 -v /anon ubuntu:14.04 true
        volume rm named
        rm -vf c3
        volume prune -f""",
    "prunes": f"""
        {RUN} --name c1 ubuntu:14.04 sh -c 'head -c 5000 /dev/zero > /x'
        commit c1
        {RUN} --name c2 ubuntu:14.04 true
        image prune -f
        container prune -f --filter label=x
        container prune -f
        commit c2 nothing
        {CREATE} --name c3 -v /anon ubuntu:14.04 true
        system prune -f
        volume create v1
        system prune -af --volumes
        system prune -f --filter until=x""",
    "what tells nothing": f"""
        {RUN} -d --name c1 ubuntu:14.04 sleep 1000
        ps -a
        images
        inspect c1
        logs c1
        diff c1
        port c1
        stats --no-stream c1
        system df
        version
        history ubuntu:14.04""",
    "top and update": f"""
        {RUN} -d --name c1 ubuntu:14.04 sleep 1000
        top c1
        top c1 -o pid,cmd
        update --restart always c1
        update --memory 1m c1
        update --restart no c1
        kill c1
        top c1
        update --cpus 1 c1""",
}
FILTERS = (
    "type=image", "type=contain", "event=create", "event=cre", "action=create", "container=k1",
    "container=k", "container=none", "container=", "image=ubuntu", "image=ubuntu:14.04",
    "image=one", "image=sha256", "label=a", "label=a=b", "label=image=ubuntu:14.04", "label=x",
    "volume=na", "network=no", "network=k1", "scope=local", "scope=swarm", "daemon=o",
    "foo=bar", "event=exec_create", "event=exec", "event=health_status", "secret=one",
    "node=k1", "type=Image",
)


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_commands_tell_the_same(pair: Pair, script: str) -> None:
    here, there = told(pair, script)
    assert here == there


def test_an_exec_that_ends_with_its_container(pair: Pair) -> None:
    """A daemon hears of that end before, between or after the container's ``kill`` and ``die``."""
    here, there = told(pair, f"""
        {RUN} -d --name c1 ubuntu:14.04 sleep 1000
        exec -d c1 sleep 100
        kill c1""")
    ends = [[line for line in lines[-4:] if "exec_die" in line] for lines in (here, there)]
    assert len(ends[0]) == 1
    assert ends[0] == ends[1]
    for lines in (here, there):
        lines.remove(*ends[0])
    assert here == there


def told(pair: Pair, script: str) -> tuple[list[str], list[str]]:
    """Run a script on both sides, with the same exit codes; return the events of both."""
    events = Events(pair)
    for line in script.strip().splitlines():
        words = shlex.split(line)
        code = pair.lab.docker(words, "", folder=pair.folder).exit_code
        paths = [str(pair.folder / word) if word.endswith(".tar") else word for word in words]
        assert pair.dockerd.docker(*paths, check=False).returncode == code, words
        events.wait()
    here, there = events.all()
    return _comparable(here), _comparable(there)


class Events:
    """What both sides tell from now on."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.since, self.begin = pair.here("info", "-f", "{{.SystemTime}}").strip(), _now()

    def both(self, line: str) -> None:
        """Run a line on both sides, which must succeed, until both have told of it."""
        self.pair.both(*shlex.split(line))
        self.wait()

    def wait(self) -> None:
        """Wait until the daemon has told as much as the lab.

        It answers before it tells the last of a command (``destroy`` of a container of ``--rm``,
        ``die``): on a busy machine, the events of the next command may come before those.
        """
        here, there = self.read()
        deadline = time.monotonic() + SECONDS
        while there.count("\n") < here.count("\n"):
            assert time.monotonic() < deadline, f"{here}\nhere, but there:\n{there}"
            time.sleep(0.02)
            there = self.read()[1]

    def all(self, *flags: str) -> tuple[str, str]:
        """Return the events of both, and what the daemon told without being waited for."""
        time.sleep(0.5)
        return self.read(*flags)

    def read(self, *flags: str) -> tuple[str, str]:
        here = self.pair.here("events", *flags, "--since", self.since, "--until", "0s")
        return here, self.pair.there("events", *flags, "--since", self.begin, "--until", _now())


def test_filters_choose_the_same(pair: Pair) -> None:
    events = Events(pair)
    for line in (
        f"{RUN} --name k1 --label a=b -v named:/x ubuntu:14.04 true",
        "commit k1 one:1",
        f"{RUN} --name k2 -d ubuntu:14.04 sleep 1000",
        "exec k2 true",
        "rm k1",
        "rmi one:1",
        "image prune -f",
    ):
        events.both(line)
    events.all()
    for text in (*FILTERS, "type=image --filter type=volume", "label=a --filter label=image",
                 "container=k1 --filter image=ubuntu", "event=exec_create --filter event=st"):
        here, there = events.read(*f"--filter {text}".split(), "--format", "{{.Type}} {{.Action}}")
        assert here.splitlines() == there.splitlines(), text


@pytest.mark.parametrize("words", [
    ("--since", "x"), ("--until", "2026-13-01"), ("--since", "1m", "--until", "2m"),
    ("--filter", "x"), ("--format", "{{"), ("--format", "{{.Nope}}"), ("x",),
], ids=" ".join)
def test_refusals(pair: Pair, words: tuple[str, ...]) -> None:
    here = pair.lab.docker(["events", *words])
    there = pair.dockerd.docker("events", *words, check=False)
    assert (here.exit_code, here.stdout, _without_times(here.stderr)) == (
        there.returncode, there.stdout, _without_times(there.stderr))


@pytest.mark.parametrize("format", [
    "json", "{{json .}}", "{{.ID}} {{.Status}} {{.From}} {{.Actor}} {{.Scope}}", "table",
    '{{.Actor.Attributes.name}} {{.Actor.Attributes.none}} {{index .Actor.Attributes "image"}}',
])
def test_templates(pair: Pair, format: str) -> None:
    events = Events(pair)
    events.both(f"{RUN} --rm --name c1 --label a=b -v x1:/x ubuntu:14.04 true")
    events.both("volume rm x1")
    events.both("image prune -f")
    here, there = events.all("--format", format)
    assert _without_ids(_without_times(here)) == _without_ids(_without_times(there))


def _now() -> str:
    seconds, rest = divmod(time.time_ns(), 1_000_000_000)
    return f"{seconds}.{rest:09d}"


def _without_times(text: str) -> str:
    return re.sub(r"\b[0-9]{10,19}\b", "TIME", text)


def _without_ids(text: str) -> str:
    """Number the IDs in the order in which they come up."""
    known: dict[str, str] = {}
    return re.sub(r"\b[0-9a-f]{64}\b",
                  lambda match: known.setdefault(match[0], f"ID{len(known)}"), text)


def _comparable(text: str) -> list[str]:
    """Return events without times; the daemon goes through a container's volumes in no order."""
    text = re.sub(r"(?<= volume )(\w+) [0-9a-f]{64}\b", r"\1 ID", text)
    lines = [line.partition(" ")[2] for line in _without_ids(text).splitlines()]
    return [line for _, group in groupby(lines, _kind) for line in sorted(group)]


def _kind(line: str) -> str:
    kind, action, *_ = line.split(" ")
    return f"{kind} {action}" if kind == "volume" else line
