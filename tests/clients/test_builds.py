"""The real client's ``docker build``, with a lab and with a real daemon."""

from __future__ import annotations

import gzip
import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.clients.sides import Client, both, lab_client, without_chance
from tests.dockerd import Dockerd

FILES = {
    "Dockerfile": "FROM ubuntu:14.04\nARG WHO=nobody\nRUN echo hi $WHO\nCOPY . /src\n",
    ".dockerignore": "*.log\nDockerfile\n",
    "a.txt": "a", "b.log": "b",
    "stages/Dockerfile": "FROM ubuntu:14.04 AS one\nRUN echo one > /1\n"
                         "FROM ubuntu:14.04 AS two\nCOPY --from=one /1 /2\n",
    "fails/Dockerfile": "FROM ubuntu:14.04\nENV a=1\nRUN echo said; exit 3\n",
    "triggers/Dockerfile": "FROM ubuntu:14.04\nONBUILD RUN echo once\nONBUILD ENV a=b\n",
    "child/Dockerfile": "FROM triggers\n",
    "wrong/Dockerfile": "FROM ubuntu:14.04\nBOGUS\n",
    "plain": "FROM ubuntu:14.04\nLABEL from=stdin\n",
}
LINES = """
build -t app:1 .
build -t app:1 -t app:2 .
build --build-arg WHO=me --build-arg NONE=x --label l=m --no-cache --network none .
build -q .
build -q fails
build --rm=false -t kept .
build --force-rm fails
build fails
build --target one stages
build --target nosuch stages
build stages
build -t triggers triggers
build child
build wrong
build -f nosuch .
build -f stages/Dockerfile -t other .
build - < plain
build - < context.tar.gz
build -t Wrong:Tag .
build --squash .
build --memory 5 --no-cache .
build --iidfile id .
history -q app:1
run --rm --network none app:1 ls -a /src
images --format {{.Repository}}:{{.Tag}} app
builder prune -f
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def fill(folder: Path) -> None:
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (folder / "context.tar.gz").write_bytes(gzip.compress(tar(FILES)))


def tar(files: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(text), 1_600_000_000
            archive.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


@pytest.mark.requires("docker", "dockerd")
def test_builds_say_the_same_with_a_lab_and_a_daemon(folder: Path, dockerd: Dockerd) -> None:
    with both(folder, dockerd) as (mine, real):
        for side in (mine, real):
            fill(side.folder)
        for line in LINES.split("\n")[1:-1]:
            assert said(mine, line) == said(real, line)
        for side in (mine, real):
            assert (side.folder / "id").read_text("utf-8").startswith("sha256:")


def said(side: Client, line: str) -> tuple[object, ...]:
    """Return what a command says; the sizes of contexts differ by the names of the folders."""
    words, code, out, err = side.said(line)
    return words, code, out, err.replace(str(side.folder), "<folder>")


#: Contexts and queries of one's own, as other clients send them.
F = "FROM ubuntu:14.04\n"
REQUESTS: list[tuple[str, dict[str, Any]]] = [
    (F, {}),
    (f"{F}RUN echo hi\n", {"rm": "False", "t": "rm:1"}),
    (f"{F}RUN echo hi\n", {"q": "1"}),
    (f"{F}RUN echo hi; false\n", {"q": "1"}),
    (f"{F}RUN echo err >&2\n", {}),
    (f'{F}RUN ["nosuch"]\n', {}),
    (f"{F}RUN true && \\\n\n true\n", {"nocache": "1"}),
    (f"{F}ENV a=1\nFROM scratch\nCOPY --from=0 /bin/busybox /b\n", {}),
    ("FROM scratch\n", {}),
    (f"{F}COPY nosuch /\n", {}),
    (f"{F}EXPOSE x\n", {}),
    ("ARG x=ubuntu:14.04\nFROM $x\nARG y\nRUN echo $y\n", {"buildargs": {"y": "1", "n": None}}),
    (F, {"labels": {"b": "c", "a": None}}),
    (F, {"labels": [1]}), (F, {"buildargs": {"a": 1}}), (F, {"cachefrom": {}}),
    (F, {"ulimits": [1]}), (F, {"shmsize": "x"}), (F, {"isolation": "hyperv"}),
    (F, {"securityopt": ""}), (F, {"t": f"a@sha256:{'0' * 64}"}), (F, {"t": "A"}), (F, {"t": ""}),
    (F, {"version": "3"}), (F, {"squash": "1"}), (F, {"remote": "nowhere"}), (F, {"target": "x"}),
    (F, {"dockerfile": "../x"}), (F, {"dockerfile": "a/../Dockerfile"}), ("", {}), ("BOGUS\n", {}),
    (F, {"platform": "x/y/z/w"}), (F, {"platform": "linux/arm64"}),
    (f"{F}RUN true\n", {"extrahosts": "bad"}), (f"{F}RUN true\n", {"memory": "5"}),
    (f"{F}RUN true\n", {"networkmode": "nosuch", "nocache": "1"}),
]


@pytest.mark.requires("dockerd")
def test_lines_are_those_of_the_daemon(folder: Path, dockerd: Dockerd) -> None:
    with both(folder, dockerd) as sides:
        for dockerfile, query in REQUESTS:
            words = {key: value if isinstance(value, str) else json.dumps(value)
                     for key, value in {"networkmode": "none", **query}.items()}
            mine, real = (side.ask(
                "POST", f"/build?{urlencode(words)}", tar({"Dockerfile": dockerfile}),
                {"Content-Type": "application/x-tar"}) for side in sides)
            assert (mine.status, mine.headers["Content-Type"], told(mine.body)) == (
                real.status, real.headers["Content-Type"], told(real.body)), (dockerfile, query)


def told(body: bytes) -> list[Any]:
    """Return the lines of a stream; pieces of a program's output may come one by one."""
    return [json.loads(line) for line in without_chance(body.decode()).splitlines()]


@pytest.mark.requires("docker")
def test_a_client_that_is_interrupted_ends_the_build(folder: Path) -> None:
    import signal
    import subprocess
    import time

    from tests.dockerd import client_environment

    (folder / "Dockerfile").write_text("FROM ubuntu:14.04\nENV a=1\nRUN sleep 1000\n", "utf-8")
    with lab_client(folder) as (client, served):
        running = subprocess.Popen(
            ["docker", "build", "."], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=client_environment(client.host, folder / ".client"))
        deadline = time.monotonic() + 20
        while not client.run("ps -q")[1] and time.monotonic() < deadline:
            pass
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=20)
        assert re.search(rb"Step 3/3 : RUN sleep 1000\n", out)
        while served.daemon.state.containers and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not served.daemon.state.containers
        assert len(served.daemon.state.images) == 2
