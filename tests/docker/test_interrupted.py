"""Commands that are interrupted: nothing of them is half done, wherever it happens."""

from __future__ import annotations

import _imp
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from imagelab.daemon.timeline import Timeline
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.lab import Lab
from imagelab.model.state import State
from imagelab.storage.blobs import BlobStore
from imagelab.storage.database import WAIT

# A file may be interrupted between being opened and being looked after: Python closes it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
#: How often each command is interrupted, at moments spread over the time that it takes.
MOMENTS = 12
COMMANDS = (
    "pull ubuntu:14.04", "pull -a hello-world", "push localhost:5000/app:1", "save -o out.tar app",
    "load -i in.tar", "import c.tar new:1", "export -o out.tar c1", "run --name new busybox true",
    "run -d --name new busybox sleep 100", "commit c1 new:1", "rmi app:1", "rm c1",
    "system prune -af", "cp c1:/one out.tar", "build -t new:1 context",
)


def prepared(lab: Lab, folder: Path) -> Lab:
    (folder / "context").mkdir()
    (folder / "context" / "Dockerfile").write_text(
        "FROM busybox\nRUN echo 1 > /1\nCOPY Dockerfile /\nRUN cat /Dockerfile\n")
    for line in (
        "run -d -p 5000:5000 --name registry registry:2", "run --name c1 busybox touch /one",
        "commit c1 app:1", "tag app:1 localhost:5000/app:1", "save -o in.tar app:1",
        "export -o c.tar c1", "run --name c2 busybox touch /two", "commit c2 other:1",
    ):
        assert lab.docker(line, folder=folder).exit_code == 0, line
    return lab


def files_of(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_size
            for path in folder.rglob("*") if path.is_file()}


def leftovers(blobs: BlobStore) -> list[Path]:
    folder = blobs._folder
    return [*(folder / "incoming").iterdir()] if folder and (folder / "incoming").exists() else []


class Trial:
    """A command on a copy of a lab, interrupted somewhere."""

    def __init__(self, lab: Lab, folder: Path, line: str) -> None:
        self.lab = lab.at(-1)
        self.folder, self.line = folder, line
        self.before = self.lab.state
        self.files = files_of(folder)
        self.steps = len(self.lab.journal.rows)

    def run(self, tell: Callable[[object], object] = lambda _: None) -> bool:
        """Return whether it was interrupted."""
        out = bytearray()
        try:
            execute(self.lab.daemon, self.line.split(), Io(
                out.extend, out.extend, folder=self.folder, tell=tell))
        except KeyboardInterrupt:
            return True
        return False

    def check(self) -> None:
        """See that all of it is done, or nothing; a build keeps whole steps."""
        lab, state = self.lab, self.lab.state
        assert state is lab.journal.current.after
        assert leftovers(lab.daemon._blobs) == []
        files, more = files_of(self.folder), len(lab.journal.rows) - self.steps
        if more == 0:
            assert state is self.before
            assert files == self.files
        else:
            assert more == 1
            assert self.line in lab.journal.current.command
        if self.line.startswith("build"):
            assert state.containers.keys() == self.before.containers.keys()
        check_whole(state)
        for name in files.keys() - self.files.keys():
            assert name == "out.tar"
            (self.folder / name).unlink()
        assert lab.docker("ps -a").exit_code == 0  # nothing is locked


def check_whole(state: State) -> None:
    for image in state.images.values():
        assert all(each in state.layers for each in image.chain_ids)
    for image_id in state.references.values():
        assert image_id in state.images
    for container in state.containers.values():
        assert container.image_id in state.images or not container.image_id


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interrupted")


@pytest.fixture(scope="module")
def lab(place: Path) -> Lab:
    return prepared(Lab(), place)


#: Where things are taken that must be given back whatever interrupts it, below the package.
CAREFUL = ("daemon/timeline.py", "storage/aside.py", "storage/blobs.py", "storage/database.py")


def at_call(
    number: int, run: Callable[[], object],
    see: Callable[[int, FrameType], object] = lambda *_: None,
) -> None:
    """Run something, with ``KeyboardInterrupt`` raised at a call.

    Calls are where Python looks for an interruption: when a function of its own begins, and when
    one that is written in C has ended.
    """
    at = -1

    def look(frame: FrameType, event: str, _: object) -> None:
        nonlocal at
        if event in ("call", "c_return"):
            at += 1
            see(at, frame)
            if at == number:
                raise KeyboardInterrupt

    before = sys.getprofile()
    sys.setprofile(look)
    try:
        run()
    except KeyboardInterrupt:
        pass
    finally:
        sys.setprofile(before)


def calls_of(run: Callable[[], object]) -> list[int]:
    """Return the first and the last call at each place that is careful or is called from one."""
    found: dict[object, list[int]] = {}

    def see(at: int, frame: FrameType) -> None:
        frames = [frame, *([frame.f_back] if frame.f_back else [])]
        if any(each.f_code.co_filename.replace("\\", "/").endswith(CAREFUL) for each in frames):
            place = tuple((each.f_code, each.f_lineno) for each in frames)
            found.setdefault(place, []).append(at)

    at_call(-1, run, see)
    return sorted({at for each in found.values() for at in (each[0], each[-1])})


def interrupted_after(seconds: float, run: Callable[[], object]) -> None:
    """Run something, with ``KeyboardInterrupt`` raised in the middle of it."""
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, max(seconds, 1e-6))
            run()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except KeyboardInterrupt:  # it may have come before or after the command
        pass
    signal.signal(signal.SIGALRM, before)
    # Python's own lock, which an import leaves behind if it is interrupted just there: without
    # this, a thread of a later test would wait for it for ever.
    while _imp.lock_held():
        _imp.release_lock()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of POSIX")
@pytest.mark.parametrize("line", COMMANDS)
def test_at_any_moment(lab: Lab, place: Path, line: str) -> None:
    trial = Trial(lab, place, line)
    begun = time.perf_counter()
    trial.run()
    took = time.perf_counter() - begun
    trial.check()
    chance = random.Random(line)
    for moment in range(MOMENTS):
        trial = Trial(lab, place, line)
        interrupted_after(took * (moment + chance.random()) / MOMENTS, trial.run)
        trial.check()


@pytest.mark.parametrize("line", [
    "pull ubuntu:14.04", "push localhost:5000/app:1", "save -o out.tar app", "load -i in.tar",
    "import c.tar new:1", "export -o out.tar c1", "run redis true"])
def test_at_every_tick(lab: Lab, place: Path, line: str) -> None:
    tick = 0
    while True:
        left = tick

        def tell(_: object) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt

        trial = Trial(lab, place, line)
        was_interrupted = trial.run(tell)
        if not was_interrupted:
            break
        assert trial.lab.state is trial.before
        trial.check()
        tick += 1
    assert tick > 1


@pytest.mark.parametrize("line", ["load -i in.tar", "import c.tar new:1", "save -o out.tar app"])
def test_at_every_call_of_what_takes_and_gives_back(lab: Lab, place: Path, line: str) -> None:
    Trial(lab, place, line).run()
    trial = Trial(lab, place, line)
    calls = calls_of(trial.run)
    trial.check()
    assert len(calls) > 50
    for number in calls:
        trial = Trial(lab, place, line)
        at_call(number, trial.run)
        trial.check()


@pytest.mark.parametrize("put_off", [False, True])
def test_at_every_call_of_what_keeps_a_lab(tmp_path: Path, put_off: bool) -> None:
    Lab.open(tmp_path / "first").docker("pull -q busybox")

    def opened() -> Lab:
        shutil.rmtree(tmp_path / "lab", ignore_errors=True)
        shutil.copytree(tmp_path / "first", tmp_path / "lab")
        found = Lab.open(tmp_path / "lab")
        found.daemon.write_behind(9 * put_off)
        found.docker("tag busybox one")
        return found

    def tag(lab: Lab) -> Callable[[], object]:
        return lambda: lab.docker("tag busybox two")

    calls = calls_of(tag(opened()))
    assert len(calls) > 50
    for number in calls:
        lab = opened()
        at_call(number, tag(lab))
        assert lab.state is lab.journal.current.after
        if put_off:
            lab.docker("tag busybox three")
            lab.daemon.write_behind(0)
        begun = time.monotonic()
        other = Lab.open(tmp_path / "lab")
        commands = [each.command for each in other.journal]
        assert commands == [each.command for each in lab.journal]
        assert commands[:2] == ["docker pull -q busybox", "docker tag busybox one"]
        assert not put_off or commands[-1] == "docker tag busybox three"
        assert other.docker("tag busybox four").exit_code == 0
        assert time.monotonic() - begun < WAIT  # no transaction was left open
        assert lab.docker("tag busybox five").exit_code == 0


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timers of POSIX")
def test_while_it_waits_for_the_lab_again(lab: Lab, place: Path) -> None:
    """Who interrupts it takes nothing away from whoever else uses the lab by then."""
    trial = Trial(lab, place, "load -i in.tar")
    has_it = threading.Event()
    said: list[object] = []

    def other() -> None:
        with trial.lab.daemon.step("docker of another thread"):
            has_it.set()
            time.sleep(0.6)
            trial.lab.daemon.tag("app:1", "theirs:1")
        said.append("done")

    thread = threading.Thread(target=other)

    def tell(_: object) -> None:
        if not thread.ident:
            thread.start()
            has_it.wait()

    interrupted_after(0.3, lambda: said.append(trial.run(tell)))
    thread.join()
    assert said == ["done", True]
    assert trial.lab.journal.current.command == "docker of another thread"
    assert trial.lab.docker("rmi theirs:1").exit_code == 0


def test_a_build_keeps_the_steps_that_were_finished(lab: Lab, place: Path) -> None:
    stopped = lab.at(-1)

    def out(data: bytes) -> None:
        if b"Step 3/4" in data:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(stopped.daemon, ["build", "-t", "new:1", "context"], Io(out, out, folder=place))
    step = stopped.journal.current
    assert (step.command, step.exit_code) == ("docker build -t new:1 context", 130)
    assert len(stopped.state.images) == len(lab.state.images) + 1
    assert stopped.state.containers.keys() == lab.state.containers.keys()
    again = stopped.docker("build -t new:1 context", folder=place)
    assert (again.exit_code, again.stdout.count("Using cache")) == (0, 1)
    stopped.undo()
    stopped.undo()
    assert stopped.state is lab.at(-1).state


def test_a_kept_lab(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    with_files = Lab()
    with_files.docker("pull -q busybox")
    with_files.docker("save -o in.tar busybox", folder=tmp_path / "files")
    line = ["load", "-i", "in.tar"]
    for tick in range(3):
        lab = Lab.open(tmp_path / "lab")
        heard: list[object] = []

        def tell(told: object, heard: list[object] = heard, tick: int = tick) -> None:
            heard.append(told)
            if len(heard) > tick:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            execute(lab.daemon, line, Io(
                lambda _: None, lambda _: None, folder=tmp_path / "files", tell=tell))
        assert lab.state.images == {}
        assert leftovers(lab.daemon._blobs) == []
        other = Lab.open(tmp_path / "lab")
        assert len(other.journal) == 0
        assert other.state.images == {}
    assert Lab.open(tmp_path / "lab").docker(line, folder=tmp_path / "files").exit_code == 0


@pytest.mark.parametrize("moment", ["_keep", "_record"])
@pytest.mark.parametrize("kept", [False, True])
def test_while_the_step_is_written_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, kept: bool,
) -> None:
    lab = Lab.open(tmp_path / "lab") if kept else Lab()
    lab.docker("pull -q busybox")
    write = getattr(Timeline, moment)
    times = iter((True, False))

    def interrupted(*values: object) -> object:
        done = write(*values)
        if next(times):
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(
        Timeline, moment, staticmethod(interrupted) if moment == "_keep" else interrupted)
    out = bytearray()
    try:
        execute(lab.daemon, ["save", "-o", "out.tar", "busybox"], Io(
            out.extend, out.extend, folder=tmp_path))
    except KeyboardInterrupt:
        assert kept or moment == "_record"
    monkeypatch.undo()
    assert len(lab.journal) == 2
    assert lab.journal[2].host_effects == (f"wrote {tmp_path / 'out.tar'}",)
    assert lab.docker("tag busybox two").exit_code == 0
    if kept:
        other = Lab.open(tmp_path / "lab")
        assert [each.command for each in other.journal] == [each.command for each in lab.journal]
        assert other.state.references.keys() == lab.state.references.keys()
