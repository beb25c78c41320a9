"""What a student costs; then commands timed in a lab and on a real daemon in turn.

The lab is asked through ``lab.docker``: parsing the line and printing are part of its time. The
daemon is asked over HTTP on an open connection: a client that starts for every command would
add its own time. Needs root, dockerd and npm; takes some minutes, most of it to make 300 images
there.
"""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab.lab import Lab
from tests.benchmarks import big_images, doors, in_pyodide, students
from tests.benchmarks.over_http import OverHttp
from tests.benchmarks.timing import Row, Times, timed
from tests.conformance import conform
from tests.dockerd import started

BASE = conform.HERE / "base.tar"
IMAGE = "ubuntu:14.04"
RUNS = 21
MANY, MOST = 300, 10_000
DEEP, FLAT = 120, 2
#: How many times faster than the daemon a command is to be.
WISHES = {"commit of one file": 20, "rmi": 10, "tag": 3, "inspect": 3, "history": 3}
STEPS = "".join(f"RUN echo {number} > /f{number}\n" for number in range(9))
DOCKERFILE = f"FROM {IMAGE}\n{STEPS}CMD [\"sh\"]\n"


class Here:
    """A lab that must do as it is told."""

    def __init__(self) -> None:
        self.lab = Lab()
        self.docker(f"load -q -i {BASE}")

    def docker(self, line: str, folder: Path | None = None) -> None:
        """Run a command line."""
        done = self.lab.docker(line, folder=folder)
        assert done.exit_code == 0, f"{line}: {done.stderr}"

    def with_images(self, count: int) -> Here:
        """Add images, each of its own, of one container."""
        self.docker(f"run --name many {IMAGE} sh -c 'echo many > /many'")
        for number in range(count):
            self.docker(f"commit -m {number} many many{number}:1")
        return self


def names(what: str, count: int = RUNS) -> list[str]:
    return [f"{what}{number}" for number in range(count)]


def compare(here: Here, there: OverHttp, folder: Path) -> list[Row]:
    """Time the commands that both sides have, each side under the same number of images."""
    here.docker(f"run --name c1 {IMAGE} sh -c 'echo one > /one'")
    container = there.run(IMAGE, "sh", "-c", "echo one > /one")
    rows = [
        Row("commit of one file", timed(lambda name: here.docker(f"commit c1 {name}:1"),
                                        names("one")),
            timed(lambda name: there.commit(container, name), names("one"))),
        Row("tag", timed(lambda name: here.docker(f"tag {IMAGE} {name}:1"), names("two")),
            timed(lambda name: there.tag(IMAGE, name), names("two"))),
        Row("inspect", timed(lambda name: here.docker(f"inspect {name}"), [IMAGE] * RUNS),
            timed(there.inspect, [IMAGE] * RUNS)),
        Row("history", timed(lambda name: here.docker(f"history {name}"), [IMAGE] * RUNS),
            timed(there.history, [IMAGE] * RUNS)),
        Row("rmi", timed(lambda name: here.docker(f"rmi {name}:1"), names("one")),
            timed(lambda name: there.remove(f"{name}:1"), names("one"))),
        Row("images (3)", timed(lambda _: here.docker("images"), names("")),
            timed(lambda _: there.images(), names(""))),
        built(here, there, folder),
    ]
    there_many = there.run(IMAGE, "sh", "-c", "echo many > /many")
    for number in range(MANY):
        there.commit(there_many, f"many{number}", str(number))
    many = Here().with_images(MANY)
    rows.append(Row(f"images ({MANY})", timed(lambda _: many.docker("images"), names("")),
                    timed(lambda _: there.images(), names(""))))
    for number in range(MANY):
        many.docker(f"commit -m {number} many lost:1")
        there.commit(there_many, "lost", str(number))
    rows.append(Row(f"prune of {MANY}",
                    timed(lambda _: many.docker("image prune -f"), [""], warm_up=0),
                    timed(lambda _: there.prune(), [""], warm_up=0)))
    return rows


def built(here: Here, there: OverHttp, folder: Path) -> Row:
    """Time a build of ten steps whose images are all there."""
    (folder / "Dockerfile").write_text(DOCKERFILE)
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as tar:
        tar.add(folder / "Dockerfile", "Dockerfile")
    return Row("cached build of 10 steps",
               timed(lambda name: here.docker(f"build -t {name} .", folder), names("built")),
               timed(lambda name: there.build(context.getvalue(), name), names("built")))


def alone() -> list[Row]:
    """Time what only the lab can be asked for here: many images, and long chains of layers."""
    rows = []
    few, most = Here().with_images(3), Here().with_images(MOST)
    rows.append(Row(f"images ({MOST:,})", timed(lambda _: most.docker("images"), names("", 8))))
    for count, here in ((3, few), (MOST, most)):
        rows += [Row(f"{command.split()[0]} of {count:,} images", _each(here, command))
                 for command in ("commit many {}:1", f"tag {IMAGE} {{}}:2", "rmi {}:1")]
    for depth in (FLAT, DEEP):
        rows.append(Row(f"commit on {depth} layers", _commit_on(depth)))
    return rows


def _each(here: Here, command: str) -> Times:
    return timed(lambda name: here.docker(command.format(name)), names("z"))


def _commit_on(depth: int) -> Times:
    here = Here()
    below = IMAGE
    for number in range(2, depth):
        here.docker(f"run --name d{number} {below} sh -c 'echo {number} > /f'")
        below = f"deep{number}:1"
        here.docker(f"commit d{number} {below}")
        here.docker(f"rm d{number}")
    here.docker(f"run --name top {below} sh -c 'echo top > /top'")
    return _each(here, "commit top {}:1")


def main() -> int:
    """Print what a student costs, and the tables of times; return 1 where a demand is missed."""
    print(f"{students.measured()}\n")
    with TemporaryDirectory() as folder, started() as dockerd:
        there = OverHttp(dockerd.connection())
        there.load(BASE)
        print(f"{'milliseconds: median (range)':28}{'the lab':36}{'a real daemon':36}")
        for row in compare(Here(), there, Path(folder)):
            print(row.line(WISHES))
        for title, rows, wishes in doors.compared(dockerd, Path(folder)):
            print(f"\n{title}")
            for row in rows:
                print(row.line(wishes))
        print()
        is_met = big_images.printed(dockerd, Path(folder))
        print()
    for row in alone():
        print(row.line({}))
    print(f"\n{in_pyodide.compared()}")
    return 0 if is_met else 1


if __name__ == "__main__":
    sys.exit(main())
