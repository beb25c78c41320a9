"""Processes behind walls: what does not end is ended, and what is outside is out of reach."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import imagelab
from imagelab.course.replay.crew import Ended, run


def work(task: tuple[str, str], folder: Path) -> str:
    """Do what a task says; the name of what it raises is its result."""
    name, value = task
    try:
        return str(DEEDS[name](value, folder))
    except Exception as error:
        return type(error).__name__


def read_by_link(target: str, link: Path) -> str:
    link.symlink_to(target)
    return link.read_text()


def make_and_remove(path: Path, folder: Path) -> list[str]:
    path.mkdir(parents=True)
    (path / "file").write_text("x")
    shutil.rmtree(folder / path.relative_to(folder).parts[0])
    return os.listdir(folder)


DEEDS: dict[str, Callable[[str, Path], Any]] = {
    "sum": lambda value, _: sum(map(int, value.split())),
    "sleep": lambda value, _: time.sleep(float(value)),
    "exit": lambda value, _: os._exit(int(value)),
    "read": lambda value, _: Path(value).read_text(),
    "list": lambda value, _: os.listdir(value),
    "write": lambda value, _: Path(value).write_text("x"),
    "remove": lambda value, _: os.remove(value),
    "rename": lambda value, folder: os.rename(value, folder / "got"),
    "link": lambda value, folder: read_by_link(value, folder / "link"),
    "hard link": lambda value, folder: os.link(value, folder / "hard"),
    "own": lambda value, folder: [(folder / value).write_text("x"), os.listdir(folder)],
    "tree": lambda value, folder: make_and_remove(folder / value, folder),
    "run": lambda value, _: subprocess.run([value], check=True),
    "system": lambda value, _: os.system(value),
    "connect": lambda value, _: socket.create_connection((value, 80), 1),
    "memory": lambda value, _: len(bytes(int(value))),
    "import": lambda value, _: __import__(value).__name__,
}


def test_results_come_with_their_numbers_and_what_hangs_or_breaks_down_is_told() -> None:
    tasks = [("sum", "1 2"), ("sleep", "60"), ("exit", "3"), ("sum", "3 4"), ("sum", "5 6")]
    start = time.monotonic()
    found = dict(run(work, tasks, seconds=1, processes=2))
    assert time.monotonic() - start < 30
    assert {number: found[number] for number in (0, 3, 4)} == {0: "3", 3: "7", 4: "11"}
    assert "more than 1 seconds" in str(found[1])
    assert isinstance(found[2], Ended)
    assert "broke down" in str(found[2])


def test_nothing_outside_of_the_folder_can_be_reached(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path = str(secret)
    program = Path(imagelab.__file__).with_name("nobody-writes-this")
    tasks = [("read", path), ("list", str(tmp_path)), ("write", path), ("remove", path),
             ("rename", path), ("link", path), ("hard link", path), ("run", "/bin/true"),
             ("system", "true"),
             ("connect", "127.0.0.1"), ("read", "/etc/passwd"), ("write", "../out"),
             ("write", str(program))]
    allowed = [("own", "a"), ("import", "wave"), ("tree", "a/b/c")]
    found = dict(run(work, [*tasks, *allowed], seconds=30, processes=1))
    assert [found[number] for number in range(len(tasks))] == ["PermissionError"] * len(tasks)
    assert [found[len(tasks) + number] for number in range(3)] == ["[1, ['a']]", "wave", "[]"]
    assert not program.exists(), "what Python is made of can be read, not written"
    assert secret.read_text() == "secret"
    assert os.listdir(tmp_path) == ["secret"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_memory_is_bounded() -> None:
    assert dict(run(work, [("memory", str(1 << 36))], seconds=30)) == {0: "MemoryError"}


def test_no_tasks_need_no_process() -> None:
    assert list(run(work, [], seconds=1)) == []
