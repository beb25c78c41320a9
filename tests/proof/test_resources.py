"""What there is, what it takes up and what may be used of it: here and on a real Docker."""

from __future__ import annotations

import json
import re
import shlex
import time
from itertools import product
from pathlib import Path

import pytest

from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")

RUN = "run --network none"
FILES = ("head -c 5000 /dev/zero > /x; echo hi > /data/x; mkdir /data/d; ln -s x /data/l; "
         "ln /data/x /data/h; echo anon > /anon/f")
#: A container with volumes, images that share layers, names that moved, a nameless image.
STORY = f"""
    {RUN} --name c1 -v named:/data -v /anon --label a=b ubuntu:14.04 sh -c '{FILES}'
    commit c1 one:1
    tag one:1 two:1
    {RUN} -d --name c2 one:1 sleep 1000
    {RUN} --name c3 one:1 sh -c 'head -c 70000 /dev/zero > /y'
    commit c3 three:1
    {RUN} --name c4 three:1 true
    commit c4
    rm c3
    volume create unused
    pause c2"""


def tell(pair: Pair, story: str) -> None:
    for line in story.strip().splitlines():
        pair.both(*shlex.split(line))


def numbered(text: str) -> str:
    known: dict[str, str] = {}
    return re.sub(r"\b(?:[0-9a-f]{64}|[0-9a-f]{12})\b",
                  lambda match: known.setdefault(match[0][:12], f"ID{len(known)}"), text)


def same(pair: Pair, *words: str) -> None:
    """Assert that a command answers the same on both sides, IDs aside."""
    here, there = pair.lab.docker(words, ""), pair.dockerd.docker(*words, check=False)
    assert (here.exit_code, numbered(here.stdout), numbered(here.stderr)) == (
        there.returncode, numbered(there.stdout), numbered(there.stderr)), words


@pytest.fixture
def told(pair: Pair) -> Pair:
    tell(pair, STORY)
    return pair


def test_disk_usage(told: Pair) -> None:
    for words in ((), ("--format", "json"), ("--format", "{{.Type}} {{.Size}}"),
                  ("--format", r"table {{.Type}}\t{{.Reclaimable}}"), ("--format", "{{.Nope}}"),
                  ("--format", "{{"), ("x",), ("--filter", "a=b"),
                  ("-v", "--format", "{{.Nope}}"), ("-v", "--format", "{{"),
                  ("-v", "--format", r"{{len .Images}}\n{{len .BuildCache}}")):
        same(told, "system", "df", *words)
    told.both("kill", "c2")
    same(told, "system", "df")
    told.both("rm", "-v", "c1", "c2", "c4")
    same(told, "system", "df")
    told.both("rmi", "three:1")
    same(told, "system", "df")


def test_disk_usage_in_detail(told: Pair) -> None:
    fields = (
        "{{range .Images}}{{.Repository}}:{{.Tag}} {{.Size}} {{.SharedSize}} {{.UniqueSize}} "
        r"{{.VirtualSize}} {{.Containers}} {{.Digest}}\n{{end}}"
        r"{{range .Containers}}{{.Names}} {{.Size}} {{.LocalVolumes}} {{.State}}\n{{end}}"
        r"{{range .Volumes}}{{.Links}} {{.Size}} {{.Driver}}\n{{end}}")
    here, there = (sorted(text.splitlines()) for text in told.both(
        "system", "df", "-v", "--format", fields))
    assert here == there
    here, there = (_without_cells(text) for text in told.both("system", "df", "-v"))
    assert here == there
    here_json, there_json = (json.loads(text) for text in told.both(
        "system", "df", "-v", "--format", "json"))
    assert list(here_json) == list(there_json)
    assert [list(each) for each in here_json["Images"]] == [
        list(each) for each in there_json["Images"]]


def _without_cells(text: str) -> list[str]:
    """Return the headings of tables, with the number of lines below each."""
    return [re.sub(r"\s+", " ", line) if line.isupper() or line.endswith(":") else "row"
            for line in text.splitlines()]


def test_disk_usage_of_images_sent(pair: Pair) -> None:
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c", "head -c 3000 /dev/zero > /x")
    pair.here("commit", "c1", "one:1")
    pair.here("run", "--name", "c2", "one:1", "sh", "-c", "rm /x; head -c 70 /dev/zero > /y")
    pair.here("commit", "c2", "two:1")
    pair.here("rm", "c1", "c2")
    pair.send("ubuntu:14.04", "one:1", "two:1")
    same(pair, "system", "df")
    for container in ("a1", "a2"):
        pair.both("create", "--network", "none", "--name", container, "two:1", "true")
    same(pair, "system", "df")
    pair.both("rmi", "one:1")
    same(pair, "system", "df")


def test_system_prune(told: Pair) -> None:
    for words in (("--filter", "label=x"), ("--volumes", "--filter", "until=5s"),
                  ("--filter", "foo=bar"), ("--filter", "until=x"), ("x",),
                  ("--filter", "until=1h", "--filter", "until=2h")):
        same(told, "system", "prune", "-f", *words)
    for flags in ("", "-f", "-f", "-f --volumes", "-af"):
        here, there = (_deletions(text) for text in told.both("system", "prune", *flags.split()))
        assert here == there, flags
    same(told, "system", "df")


def _deletions(text: str) -> list[str]:
    """Return what was deleted by kind, in no order: the daemon has none for images."""
    return ["\n".join(sorted(re.sub(r"ID[0-9]+|[0-9a-f]{64}", "ID", part).splitlines()))
            for part in text.split("\n\n")]


@pytest.mark.parametrize("words", [
    (), ("-a",), ("--volumes",), ("-a", "--volumes"), ("--filter", "label=x"),
    ("-a", "--filter", "label!=x", "--filter", "until=1h", "--filter", "label=y"),
    ("--filter", "foo=bar"), ("--volumes", "--filter", "until=5m"),
], ids=" ".join)
def test_system_prune_asks(pair: Pair, words: tuple[str, ...]) -> None:
    here = pair.lab.docker(["system", "prune", *words], "n\n")
    there = pair.dockerd.docker("system", "prune", *words, input="n\n", check=False)
    assert (here.exit_code, here.stdout, here.stderr) == (
        there.returncode, there.stdout, there.stderr)


#: What a container runs, and the programs that a look from outside finds.
PROGRAMS = (
    "sleep 1000",
    "sleep 1000; echo",
    "(sleep 100; echo) ; echo",
    "(sleep 100); echo",
    'sh -c "sleep 107; echo"; echo',
    'sh -c "sleep 100"',
    "sleep 100 | cat",
    "exec sleep 100",
    "env sleep 100; true",
    "while true; do sleep 50; done",
    "x=$(sleep 100); echo",
    "true && sleep 100",
    "sleep 100 && true",
    "{ sleep 100; }",
    'trap "" TERM; sleep 100',
    "trap true TERM; sleep 100",
    "if true; then sleep 100; fi",
    "if sleep 100; then true; fi",
    "(sleep 100)",
    "sleep 100 > /dev/null",
    "sleep 100 & wait",
    "sleep 90 | cat | cat -n",
    "f() { sleep 100; }; f",
    "for i in 1 2; do sleep 100; done",
    "case a in a) sleep 100;; esac",
    "! sleep 100",
    "eval 'sleep 100'",
)


def test_top_shows_the_programs(pair: Pair) -> None:
    for number, script in enumerate(PROGRAMS):
        name = f"k{number}"
        pair.both("run", "-d", "--network", "none", "--name", name, "ubuntu:14.04", "sh", "-c",
                  script)
    time.sleep(1)
    wrong = {}
    for number, script in enumerate(PROGRAMS):
        here, there = (_programs(text) for text in pair.both(
            "top", f"k{number}", "-o", "pid,ppid,user,cmd"))
        if here != there:
            wrong[script] = (here, there)
    assert not wrong


def _programs(text: str) -> list[tuple[int, str, str]]:
    """Return the programs with the line of their parents (-1 for none) and their users.

    They come in the order of their numbers, counted from the first program's: a machine that has
    given out its last number begins again with small ones.
    """
    rows = [line.split(maxsplit=3) for line in text.splitlines()[1:]]
    pids = [row[0] for row in rows]
    first = next(int(pid) for pid, parent, *_ in rows if parent not in pids)
    numbers = int(Path("/proc/sys/kernel/pid_max").read_text())
    rows.sort(key=lambda row: (int(row[0]) - first) % numbers)
    pids = [row[0] for row in rows]
    return [(pids.index(row[1]) if row[1] in pids else -1, row[2], row[3]) for row in rows]


@pytest.fixture
def busy(pair: Pair) -> Pair:
    tell(pair, f"""
        {RUN} -d --name c1 ubuntu:14.04 sh -c 'sleep 99;:'
        exec -d -u 1:1 c1 sleep 500
        create --network none --name c3 ubuntu:14.04 true
        {RUN} -d --name c2 ubuntu:14.04 sleep 1000
        pause c2""")
    time.sleep(0.5)
    return pair


COLUMNS = (
    (), ("-ef",), ("aux",), ("-eo", "pid,ppid,user,args"), ("-o", "pid,comm"), ("-x",), ("-ax",),
    ("-e",), ("-o", "pid", "-o", "comm"), ("u",), ("-o", "pid,stat,etime=E,tty"),
    ("-o", "pid,%cpu,%mem,uid,gid,euser,state,ni,nlwp,stime,cputime,tname,rss,vsz"),
)


def test_top_has_the_columns(busy: Pair) -> None:
    wrong = {}
    for words in product(("c1", "c2"), COLUMNS):
        here, there = (_figures(text) for text in busy.both("top", words[0], *words[1]))
        if here != there:
            wrong[words] = (here, there)
    assert not wrong


def _figures(text: str) -> list[str]:
    """Return a table with its numbers of processes and its sizes made the same.

    A real machine may be nice, number processes backwards, and cut long commands off.
    """
    head, *rows = re.sub(r"\b([SD])N", r"\1", text).splitlines()
    rows = [re.sub(r"\b[0-9][0-9:.-]*\b *", "N ", row) for row in rows]
    return [head, *sorted(re.sub(r" +", " ", re.sub("sh -c .*", "sh", row)) for row in rows)]


def test_what_top_stats_and_update_refuse(busy: Pair) -> None:
    for line in (
        "top c3", "top nope", "top", "top c1 -o cmd", "top c1 -o nonsense", "top c1 -o pid=",
        "top -o pid c1", "stats --no-stream nope", "stats --no-stream c1 nope",
        "stats --no-stream --format {{ c1", "stats --no-stream --format {{.Nope}} c1",
        "update", "update c1", "update --restart always nope", "update --restart sometimes c1",
        "update --restart always:3 c1", "update --restart on-failure:x c1",
        "update --memory 1m c1", "update --memory 64m c1", "update --memory x c1",
        "update --memory 64m --memory-swap 32m c1", "update --cpus x c1",
        "update --cpus 1 --cpu-period 5000 c1", "update --cpu-period 5 c1",
        "update --cpu-quota 5 c1", "update --kernel-memory 5m c1", "update --foo c1",
        "update --memory-reservation 1m c1", "update --memory 1m nope",
    ):
        same(busy, *line.split())


def test_stats(busy: Pair) -> None:
    for words in ((), ("-a",), ("c3",), ("c1", "c3", "c1"), ("--no-trunc", "c2"),
                  ("--format", "json"), ("--format", r"table {{.Name}}\t{{.PIDs}}"),
                  ("--format", "{{.Container}} {{.Name}} {{.CPUPerc}} {{.NetIO}} {{.PIDs}}")):
        here, there = (_sizes(text) for text in busy.both("stats", "--no-stream", *words))
        assert numbered(here) == numbered(there)


def _sizes(text: str) -> str:
    text = re.sub(r"[0-9.]+[KMG]iB / [0-9.]+[KMG]iB *", "SIZES ", text)
    text = re.sub(r"[0-9.]+[KMGkM]?B / [0-9.]+[kKM]?B", "IO", text)
    text = re.sub(r"MEM USAGE / LIMIT *", "MEM USAGE / LIMIT ", text)
    text = re.sub(r"NET I/O *BLOCK I/O *", "NET I/O BLOCK I/O ", text)
    return re.sub(r"[0-9.]+% *| {2,}", " ", text)


def test_update(busy: Pair) -> None:
    for line in (
        "--restart always c1", "--restart no c1 c2", "--restart on-failure:3 c1",
        "--restart unless-stopped c1", "--restart no:0 c1", "--cpu-shares 512 c1",
        "--memory 64m --memory-swap 128m c3", "--memory 32m c3", "--memory-swap -1 c3",
        "--memory-reservation 16m c3", "--cpus 0.5 c1", "--cpuset-cpus 0 c1",
        "--cpuset-mems 0 c1", "--pids-limit 100 c1", "--pids-limit -1 c1", "--pids-limit 0 c1",
        "--cpu-period 50000 c3", "--cpu-quota 20000 c3", "--memory 0 c3", "--cpus 0 c1",
        "--cpus 0.5 c3", "--cpu-period 50000 c1", "--memory 256m c3",
    ):
        same(busy, "update", *line.split())
        for name in ("c1", "c3"):
            here, there = (_limits(text) for text in busy.both(
                "inspect", "-f", "{{json .HostConfig}}", name))
            assert here == there, line
    tell(busy, f"{RUN} -d --rm --name c5 ubuntu:14.04 sleep 1000")
    for line in ("--restart always c5", "--restart no c5"):
        same(busy, "update", *line.split())


def _limits(text: str) -> dict[str, object]:
    document = json.loads(text)
    return {key: document[key] for key in document
            if key.startswith(("Cpu", "Memory", "Nano", "Pids", "Restart", "Blkio"))}
