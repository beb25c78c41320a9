"""What commands tell while they are at work: the lines of their answer, and how far they are."""

from __future__ import annotations

import gzip
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest

from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.engine.progress import Progress
from imagelab.lab import Lab


class Told:
    """A lab whose commands are listened to."""

    def __init__(self, folder: Path) -> None:
        self.lab = Lab()
        self.folder = folder
        self.heard: list[Progress] = []
        self.out = bytearray()

    def run(self, line: str, stdin: bytes = b"") -> None:
        self.heard.clear()
        self.out.clear()
        io = Io(self.out.extend, self.out.extend, BytesIO(stdin), folder=self.folder,
                tell=self.heard.append)
        assert execute(self.lab.daemon, line.split(), io) == 0, self.out.decode()

    @property
    def ticks(self) -> list[Progress]:
        return [each for each in self.heard if each.is_tick]

    @property
    def lines(self) -> list[str]:
        return [f"{each.id}: {each.status}" if each.id else each.status
                for each in self.heard if not each.is_tick]


@pytest.fixture
def told(tmp_path: Path) -> Told:
    return Told(tmp_path)


def check_ticks(ticks: list[Progress]) -> None:
    """Each piece of work begins at nothing, grows, and ends with all of it."""
    pieces: dict[tuple[str, str], list[Progress]] = {}
    for each in ticks:
        pieces.setdefault((each.id, each.status), []).append(each)
    assert pieces
    for key, found in pieces.items():
        assert found[0].current == 0, key
        assert all((one.current or 0) <= (other.current or 0) for one, other in pairwise(found))
        assert found[-1].current == found[-1].total, key


def test_a_pull_tells_its_lines_in_order(told: Told) -> None:
    told.run("pull ubuntu:14.04")
    assert told.lines == told.out.decode().splitlines()[:-1]
    check_ticks(told.ticks)
    assert {each.status for each in told.ticks} == {"Downloading", "Extracting"}
    assert sum(each.total or 0 for each in told.ticks if each.current == 0) > 300_000_000
    told.run("pull ubuntu:14.04")
    assert told.ticks == []


def test_a_push_tells_its_lines_in_order(told: Told) -> None:
    told.run("run -d -p 5000:5000 --name registry registry:2")
    told.run("pull -q ubuntu:14.04")
    assert told.heard == []
    told.run("tag ubuntu:14.04 localhost:5000/a:1")
    told.run("push localhost:5000/a:1")
    assert told.lines == told.out.decode().splitlines()
    check_ticks(told.ticks)
    told.run("push -q localhost:5000/a:1")
    assert told.heard == []


def test_save_and_load_tell_of_bytes(told: Told) -> None:
    told.run("pull -q busybox")
    told.run("save -o a.tar busybox")
    check_ticks(told.ticks)
    size = (told.folder / "a.tar").stat().st_size
    assert {each.total for each in told.ticks} == {size}
    told.run("rmi busybox")
    told.run("load -i a.tar")
    check_ticks(told.ticks)
    assert "Loaded image: busybox:latest" in told.lines
    (told.folder / "a.tar.gz").write_bytes(gzip.compress((told.folder / "a.tar").read_bytes()))
    told.run("load -i a.tar.gz")
    check_ticks(told.ticks)
    told.run("load -q -i a.tar")
    assert told.heard == []


def test_export_and_import_tell_of_bytes(told: Told) -> None:
    told.run("run --name c1 busybox true")
    told.run("export -o c.tar c1")
    check_ticks(told.ticks)
    size = (told.folder / "c.tar").stat().st_size
    assert {each.total for each in told.ticks} == {size}
    told.run("import c.tar again:1")
    check_ticks(told.ticks)
    assert {each.total for each in told.ticks} == {size}
    told.run("import - again:2", (told.folder / "c.tar").read_bytes())
    check_ticks(told.ticks)


def test_a_build_tells_of_its_base(told: Told) -> None:
    (told.folder / "Dockerfile").write_text("FROM busybox\nENV A=1\n")
    told.run("build -t a .")
    check_ticks(told.ticks)
    steps = [(each.current, each.total) for each in told.ticks if each.units == "steps"]
    assert steps == [(0, 2), (1, 2), (2, 2)]
    assert told.out.count(b"Pull complete") == 1


def test_what_is_printed_does_not_depend_on_listeners(told: Told, tmp_path: Path) -> None:
    other = Lab()
    for line in ("pull busybox", "save -o b.tar busybox", "rmi busybox", "load -i b.tar",
                 "run ubuntu:14.04 echo hi"):
        told.run(line)
        done = other.docker(line, folder=tmp_path)
        assert bytes(told.out) == (done.stderr_bytes + done.stdout_bytes), line
