"""Log five students in at once, let each run a lesson, and print what it took.

``python -m tests.hub ENVIRONMENT``: a folder with JupyterHub and imagelab in it, and its proxy in
``node_modules``. The hub's configuration is the one in docs; all of it listens on 127.0.0.1 alone.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.error import HTTPError

import psutil

from tests.hub.student import logged_in
from tests.remote import ROOT, Kernel, Remote, first_lesson, memory

CONFIGURATION = ROOT / "docs/jupyterhub/jupyterhub_config.py"
STUDENTS = ("bada", "haneul", "iseul", "namu", "sol")
PASSWORD = secrets.token_hex()
LESSON = first_lesson("ko")


@dataclass(frozen=True)
class Student:
    """A student who has run the lesson.

    Attributes:
        name: at the hub.
        server: of the student's own.
        kernel: of the lesson.
        first: seconds from the login to the first cell's outputs.
        last: seconds from the login to the last cell's.
    """

    name: str
    server: Remote
    kernel: Kernel
    first: float
    last: float


def main(environment: Path) -> None:
    """Print the figures.

    Raises:
        AssertionError: a lesson showed something else, or one student sees another's work.
    """
    with (TemporaryDirectory() as folder, _hub(environment, Path(folder)) as (address, process),
          ExitStack() as kernels, ThreadPoolExecutor() as pool):
        students = list(pool.map(lambda name: _learn(address, name, kernels), STUDENTS))
        each, others = _memory(process)
        list(pool.map(_leave_a_mark, students))
        for student in students:
            _check_is_alone(student, students)
    first, last = ([getattr(one, when) for one in students] for when in ("first", "last"))
    print(f"{len(students)} students logged in at once and ran {LESSON}:")
    print("all outputs are as stored, and nobody sees another's work")
    print(f"from the login to the first cell   {median(first):6.1f} s (at most {max(first):.1f} s)")
    print(f"from the login to the last cell    {median(last):6.1f} s (at most {max(last):.1f} s)")
    print(f"memory of a server and its kernel  {median(each) / 1e6:6.0f} MB "
          f"(at most {max(each) / 1e6:.0f} MB)")
    print(f"memory of the hub and its proxy    {others / 1e6:6.0f} MB")


def _learn(hub: str, name: str, kernels: ExitStack) -> Student:
    """Log in and run the lesson."""
    begin = time.monotonic()
    server = logged_in(hub, name, PASSWORD)
    kernel = kernels.enter_context(server.kernel(LESSON.as_posix()))
    before = time.monotonic() - begin
    first = before + kernel.run_lesson(ROOT / "notebooks" / LESSON)
    return Student(name, server, kernel, first, time.monotonic() - begin)


def _leave_a_mark(student: Student) -> None:
    """Make an image and a file that bear the student's name."""
    student.kernel.run(f"%%lab\ndocker pull busybox\ndocker tag busybox {student.name}:1\n"
                       f"echo mine > {student.name}.txt")


def _check_is_alone(student: Student, students: list[Student]) -> None:
    """Check that a student sees no other one's images or files, and gets into no other's server."""
    shown = student.kernel.run("%docker images --format {{.Repository}}")
    images = "".join(output["text"] for output in shown).split()
    assert set(images) & set(STUDENTS) == {student.name}, shown
    listed = student.server.ask(f"contents/{LESSON.parent}")["content"]
    marks = [each["name"] for each in listed if each["name"].endswith(".txt")]
    assert marks == [f"{student.name}.txt"]
    for other in students:
        theirs = Remote(other.server.address, student.server.token)
        assert _refused(theirs) == (other is not student), (student.name, other.name)


def _refused(server: Remote) -> bool:
    try:
        server.get("api/contents")
    except HTTPError as error:
        return error.code == 403
    return False


def _memory(hub: int) -> tuple[list[int], int]:
    """Return the bytes of each student's processes, and of all others of the hub's."""
    below = psutil.Process(hub).children(recursive=True)
    servers = [each for each in below if any("singleuser" in word for word in each.cmdline()[:2])]
    assert len(servers) == len(STUDENTS), servers
    students = [memory(each.pid) for each in servers]
    return students, memory(hub) - sum(students)


@contextmanager
def _hub(environment: Path, folder: Path) -> Iterator[tuple[str, int]]:
    """Start the hub; give its address and its process."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        door, hub, proxy = (each.getsockname()[1] for each in sockets)
    (folder / "homes").mkdir()
    for name in STUDENTS:
        (folder / "homes" / name).mkdir()
    address = f"http://127.0.0.1:{door}"
    variables = {
        **os.environ, "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "HUB_ADDRESS": address, "HUB_PORT": str(hub), "HUB_PROXY_PORT": str(proxy),
        "HUB_CONFIG": str(CONFIGURATION), "HUB_FOLDER": str(folder),
        "HUB_PASSWORD": PASSWORD,
        "HUB_PROXY": str(environment / "node_modules/.bin/configurable-http-proxy")}
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [str(environment / "bin/jupyterhub"), "-f",
             str(Path(__file__).with_name("jupyterhub_config.py"))],
            cwd=folder, env=variables, stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait_for(f"{address}/hub/api", process)
        yield address, process.pid
    except BaseException:
        print((folder / "log").read_text("utf-8"), file=sys.stderr)
        raise
    finally:
        process.terminate()  # and with it, its proxy and all servers
        process.wait(60)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "the hub ended"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the hub has not started")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
