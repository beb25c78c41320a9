"""Short steps run where requests are read; nobody else waits there while they wait their turn."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from imagelab.daemon.clock import LessonClock
from imagelab.lab import Lab
from tests.api.conftest import SECONDS, Answered, Served, serving, with_base
from tests.dockerd import BASE

#: Requests whose steps are short, and what is answered.
SHORT = (("POST", "/images/ubuntu:14.04/tag?repo=a&tag=1", 201),
         ("DELETE", "/images/ubuntu:14.04", 200))

Hold = Callable[[Served, Path], AbstractContextManager[None]]


@contextmanager
def held_by_a_thread(lab: Served, _: Path) -> Iterator[None]:
    begun, over = threading.Event(), threading.Event()

    def use() -> None:
        with lab.daemon.step("a long one"):
            begun.set()
            over.wait()

    thread = threading.Thread(target=use)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def held_by_a_process(_: Served, folder: Path) -> Iterator[None]:
    """Another process takes the file of a kept lab in the same way."""
    file = folder / "imagelab.db"
    with closing(sqlite3.connect(file, isolation_level=None, timeout=SECONDS)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def in_memory(_: Path) -> Iterator[Served]:
    with serving(with_base()) as lab:
        yield lab


@contextmanager
def kept(folder: Path) -> Iterator[Served]:
    lab = Lab.open(folder)
    with BASE.open("rb") as file:
        lab.daemon.load(file)
    with serving(lab.daemon) as served:
        yield served


@pytest.mark.parametrize(("method", "path", "status"), SHORT)
@pytest.mark.parametrize(("served", "hold"), [
    (in_memory, held_by_a_thread), (kept, held_by_a_thread), (kept, held_by_a_process)])
def test_a_short_step_waits_its_turn_and_nobody_else_does(
    tmp_path: Path, method: str, path: str, status: int,
    served: Callable[[Path], AbstractContextManager[Served]], hold: Hold,
) -> None:
    answers: list[Answered] = []
    with served(tmp_path) as lab:
        asking = threading.Thread(target=lambda: answers.append(lab.ask(method, path)))
        with hold(lab, tmp_path):
            asking.start()
            end = time.monotonic() + 1
            while time.monotonic() < end:
                begin = time.monotonic()
                assert lab.ask("GET", "/images/json").json[0]["RepoTags"] == ["ubuntu:14.04"]
                assert time.monotonic() - begin < 0.5
            assert not answers
        asking.join()
        assert [each.status for each in answers] == [status]
        after = lab.ask("GET", "/images/json").json
        assert [each["RepoTags"] for each in after] == (
            [["a:1", "ubuntu:14.04"]] if method == "POST" else [])


def test_a_short_step_with_a_program_to_go_on_before_it_holds_nobody_up() -> None:
    """What is due is done first, and that may be long: not where requests are read."""
    program = "sleep 1; i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"
    with serving(with_base(LessonClock())) as lab:  # its time goes on with the next step
        created = lab.ask("POST", "/containers/create", {
            "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", program]}).json["Id"]
        lab.ask("POST", f"/containers/{created}/start")
        asking = threading.Thread(target=lab.ask, args=SHORT[0][:2])
        asking.start()
        times = []
        while asking.is_alive():
            begin = time.monotonic()
            assert lab.ask("GET", "/_ping").status == 200
            times.append(time.monotonic() - begin)
    assert len(times) > 5
    assert max(times) < sum(times) / 2
