"""Every command is a step: before and after, undo and redo, branches, listeners, kept labs."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Step
from imagelab.docker.io import Io
from imagelab.docker.main import COMMANDS, execute
from imagelab.engine import tag
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.storage.store import Store
from tests.conformance import conform
from tests.storage.samples import everything

BASE = conform.HERE / "base.tar"

#: For each command, lines that it carries out and lines that it refuses, with their exit codes.
LINES: dict[str, dict[str, int]] = {
    "images": {"images -a": 0, "images -f dangling=maybe": 1},
    "history": {"history one:1": 0, "history nothing": 1},
    "tag": {"tag one:1 two:1": 0, "tag ubuntu:14.04 one:1": 0, "tag nothing two:1": 1},
    "commit": {
        "commit changed": 0, "commit -m message changed new:1": 0, "commit changed one:1": 0,
        "commit nothing new:1": 1, "commit changed Bad:1": 1,
    },
    "build": {
        "build -t new:1 context": 0, "build --no-cache --rm=false context": 0,
        "build -f context/failing context": 7, "build nothing": 1,
    },
    "builder prune": {"builder prune -f": 0, "builder prune -f --filter x=y": 1},
    "rmi": {
        "rmi changed:1": 0, "rmi -f one:1 ubuntu:14.04": 0, "rmi one:1": 1,
        "rmi nothing one:1 missing": 1, "rmi ubuntu:14.04": 1, "rmi -f nothing": 0,
    },
    "image prune": {
        "image prune -f": 0, "image prune -f -a": 0, "image prune -f --filter x=y": 1,
        "image prune": 0,
    },
    "ps": {"ps -a": 0, "ps -f status=odd": 1},
    "run": {
        "run --name new ubuntu:14.04 sh -c 'echo new > /new'": 0,
        "run -d ubuntu:14.04 sleep 600": 0, "run --rm ubuntu:14.04 sleep 5": 0,
        "run -i ubuntu:14.04 cat": 0, "run ubuntu:14.04 sh -c 'exit 3'": 3,
        "run --name new ubuntu:14.04 nothing": 127, "run --name changed ubuntu:14.04 true": 125,
        "run hello-world /no": 127, "run no/such-image": 125, "run --rm ubuntu:14.04 /etc": 126,
    },
    "create": {
        "create --name new one:1": 0, "create hello-world": 0, "create --name changed one:1": 1,
    },
    "start": {"start changed created": 0, "start changed nothing": 1, "start -a changed": 0},
    "stop": {"stop sleeping": 0, "stop sleeping nothing": 1},
    "restart": {"restart sleeping changed": 0, "restart nothing": 1},
    "wait": {"wait changed sleeping": 0, "wait paused": 1, "wait nothing": 1},
    "attach": {"attach sleeping": 0, "attach changed": 1, "attach nothing": 1},
    "exec": {
        "exec sleeping touch /new": 0, "exec -d sleeping sleep 5": 0, "exec -i sleeping cat": 0,
        "exec sleeping sh -c 'exit 3'": 3, "exec sleeping nothing": 126, "exec changed true": 1,
        "exec -d sleeping nothing": 1, "exec sleeping sleep infinity": 137,
    },
    "kill": {"kill sleeping": 0, "kill -s TERM sleeping": 0, "kill changed": 1},
    "pause": {"pause sleeping": 0, "pause changed": 1},
    "unpause": {"unpause paused": 0, "unpause sleeping": 1},
    "rm": {"rm changed created": 0, "rm -f sleeping": 0, "rm changed nothing sleeping": 1},
    "container prune": {"container prune -f": 0},
    "rename": {"rename changed renamed": 0, "rename changed sleeping": 1},
    "diff": {"diff changed": 0, "diff nothing": 1},
    "top": {"top sleeping": 0, "top paused -o pid,cmd": 0, "top changed": 1, "top nothing": 1},
    "stats": {"stats --no-stream": 0, "stats changed": 0, "stats nothing": 1},
    "update": {
        "update --restart always sleeping changed": 0, "update --cpus 0.5 created": 0,
        "update --memory 1m sleeping": 1, "update sleeping": 1,
        "update --restart no sleeping nothing": 1,
    },
    "events": {"events --since 1h": 0, "events --since 1m --until 2m": 1},
    "system df": {"system df": 0, "system df -v": 0, "system df --format {{.Nothing}}": 1},
    "system prune": {
        "system prune -f": 0, "system prune -af --volumes": 0, "system prune": 0,
        "system prune -f --filter x=y": 1, "system prune --volumes --filter until=1h": 1,
    },
    "logs": {"logs changed": 0, "logs nothing": 1},
    "volume ls": {"volume ls -q": 0},
    "volume inspect": {"volume inspect filled": 0, "volume inspect nothing": 1},
    "volume create": {"volume create": 0, "volume create new": 0, "volume create x": 1},
    "volume rm": {"volume rm filled": 0, "volume rm nothing filled": 1, "volume rm mounted": 1},
    "volume prune": {"volume prune -f": 0},
    "network ls": {"network ls": 0, "network ls --filter nothing=1": 1},
    "network inspect": {"network inspect bridge": 0, "network inspect nothing": 1},
    "network create": {
        "network create new": 0, "network create --subnet 10.1.0.0/24 new": 0,
        "network create net": 1,
    },
    "network rm": {"network rm net": 1, "network rm empty nothing": 1, "network rm empty": 0},
    "network connect": {
        "network connect empty inside": 0, "network connect empty created": 0,
        "network connect net inside": 1, "network connect nothing sleeping": 1,
    },
    "network disconnect": {
        "network disconnect net inside": 0, "network disconnect net sleeping": 1,
    },
    "network prune": {"network prune -f": 0, "network prune -f --filter x=y": 1},
    "port": {"port sleeping": 0, "port sleeping 80": 1},
    "search": {"search ubuntu": 0, "search --limit 101 ubuntu": 1},
    "login": {"login -u student --password-stdin": 1, "login": 1},
    "logout": {"logout": 0},
    "version": {"version": 0, "version -f {{.Nothing}}": 1},
    "info": {"info": 0},
    "pull": {"pull hello-world": 0, "pull hello-world:no-such-tag": 1},
    "push": {
        "push localhost:5000/one:1": 0, "push -a localhost:5000/one": 0, "push changed:1": 1,
        "push nothing": 1, "push localhost:5001/one": 1,
    },
    "manifest inspect": {
        "manifest inspect hello-world": 0, "manifest inspect no/such-image": 1,
    },
    "save": {"save -o saved.tar one:1": 0, "save one:1": 0, "save -o saved.tar nothing": 1},
    "load": {"load -i base.tar": 0, "load -i no-archive": 1, "load -i no-file": 1},
    "cp": {
        "cp base.tar changed:/new": 0, "cp changed:/changed out": 0, "cp changed:/changed -": 0,
        "cp base.tar created:/data": 0, "cp base.tar sleeping:/new": 0, "cp - changed:/": 1,
        "cp changed:/nothing out": 1, "cp base.tar created:/no/such": 1,
    },
    "export": {"export -o all.tar changed": 0, "export sleeping": 0, "export nothing": 1},
    "import": {
        "import base.tar flat:1": 0, "import -m message base.tar": 0, "import -": 1,
        "import no-archive": 1, "import no-file": 1,
    },
    "inspect": {"inspect one:1 sleeping": 0, "inspect one:1 nothing": 1},
    "image inspect": {"image inspect one:1": 0, "image inspect sleeping": 1},
    "container inspect": {"container inspect sleeping": 0, "container inspect one:1": 1},
}
PREPARED = (
    "load -i base.tar",
    "run --name changed ubuntu:14.04 sh -c 'echo changed > /changed; echo said'",
    "commit changed one:1",
    "commit -m again changed changed:1",
    "run -d --name sleeping one:1 sh -c 'sleep 6000; echo late'",
    "run -d --name paused one:1 sleep 6000",
    "pause paused",
    "create --name created -v mounted:/data one:1",
    "run --rm -v filled:/data one:1 touch /data/file",
    "run -d -p 5000:5000 --name registry registry:2",
    "tag registry:2 localhost:5000/one:1",
    "network create net",
    "network create empty",
    "run -d --name inside --network net one:1 sleep 6000",
)
ALL = [(line, code) for lines in LINES.values() for line, code in lines.items()]


def run(daemon: Daemon, line: str, folder: Path) -> int:
    io = Io(lambda _: None, lambda _: None, BytesIO(b"typed\n"), folder=folder)
    return execute(daemon, shlex.split(line), io)


def parts(state: State) -> Any:
    """Return all of a state down to texts and numbers; layers by what they are named after."""
    containers = [replace(each, layer=None) for each in state.containers.values()]
    below = [each.layer.chain_id if each.layer else "" for each in state.containers.values()]
    return (
        sorted(state.layers), _images(state),
        sorted((str(reference), target) for reference, target in state.references.items()),
        everything(containers), below, state.clock, state.counter,
        everything(state.volumes), everything(state.logins), everything(state.hub),
        everything(state.sources), everything(state.networks), state.pools)


def _images(state: State) -> list[tuple[str, str, int]]:
    return [(each.id, each.parent, each.last_tag_time) for each in state.images.values()]


def state_of(daemon: Daemon) -> Any:
    return parts(daemon.state)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files to load and with a kept lab."""
    made = tmp_path_factory.mktemp("folder")
    shutil.copy(BASE, made / "base.tar")
    (made / "no-archive").write_bytes(b"no archive")
    context = made / "context"
    context.mkdir()
    (context / "Dockerfile").write_text(
        "FROM ubuntu:14.04\nENV A=1\nCOPY Dockerfile /d\nRUN sleep 5; echo 1 > /1\n")
    (context / "failing").write_text("FROM ubuntu:14.04\nENV A=1\nRUN echo 1 > /1; exit 7\n")
    store = Store.open(made / "lab")
    daemon = Daemon(store=store)
    for line in PREPARED:
        assert run(daemon, line, made) == 0
    store.close()
    return made


@pytest.fixture(scope="module")
def prepared(folder: Path) -> Daemon:
    daemon = Daemon()
    for line in PREPARED:
        run(daemon, line, folder)
    return daemon


@pytest.fixture
def daemon(prepared: Daemon) -> Daemon:
    return prepared.fork(prepared.journal.head)


def test_every_command_has_lines_here() -> None:
    first = {command.run: name for name, command in reversed(COMMANDS.items())}
    assert set(first.values()) == set(LINES)


@pytest.mark.parametrize(("line", "code"), ALL)
def test_undo_and_redo(daemon: Daemon, folder: Path, line: str, code: int) -> None:
    before = state_of(daemon)
    assert run(daemon, line, folder) == code
    after = state_of(daemon)
    step = daemon.journal.current
    assert (step.index, step.exit_code, step.command) == (1, code, shlex.join(
        ["docker", *shlex.split(line)]))
    assert parts(step.before) == before
    assert parts(step.after) == after
    assert daemon.undo() == step
    assert state_of(daemon) == before
    assert daemon.redo() == step
    assert state_of(daemon) == after
    # Another command after undo begins a branch; the old one is kept.
    daemon.undo()
    run(daemon, "tag ubuntu:14.04 branch:1", folder)
    assert [step.parent for step in daemon.journal.steps] == [-1, 0, 0]
    assert daemon.journal.head == 2
    daemon.go_to(1)
    assert state_of(daemon) == after
    assert state_of(daemon.fork(0)) == before


@pytest.mark.parametrize(("line", "code"), ALL)
def test_a_kept_lab_does_the_same(
    prepared: Daemon, folder: Path, tmp_path: Path, line: str, code: int,
) -> None:
    memory = prepared.fork(prepared.journal.head)
    shutil.copytree(folder / "lab", tmp_path / "lab")
    store = Store.open(tmp_path / "lab")
    kept = Daemon(store=store)
    assert state_of(kept) == state_of(memory)
    assert run(kept, line, folder) == run(memory, line, folder) == code
    assert state_of(kept) == state_of(memory)
    step = kept.journal.current
    assert (step.exit_code, step.events, step.host_effects) == (
        code, memory.journal.current.events, memory.journal.current.host_effects)
    store.close()

    store = Store.open(tmp_path / "lab")
    kept = Daemon(store=store)
    assert state_of(kept) == state_of(memory)
    assert kept.undo().index == len(PREPARED) + 1
    assert parts(kept.journal[-1].before) == state_of(kept) == state_of(prepared)
    store.close()

    store = Store.open(tmp_path / "lab")
    kept = Daemon(store=store)
    kept.redo()
    assert state_of(kept) == state_of(memory)
    store.close()


def test_undo_and_redo_at_the_ends() -> None:
    daemon = Daemon()
    with pytest.raises(EngineError, match="nothing to undo"):
        daemon.undo()
    with pytest.raises(EngineError, match="nothing to redo"):
        daemon.redo()
    with pytest.raises(EngineError, match="no step 5"):
        daemon.go_to(5)
    with pytest.raises(EngineError, match="no step -1"):
        daemon.fork(-1)


def test_redo_takes_the_latest_branch(daemon: Daemon, folder: Path) -> None:
    run(daemon, "tag one:1 first:1", folder)
    daemon.undo()
    run(daemon, "tag one:1 second:1", folder)
    daemon.undo()
    assert daemon.redo().command == "docker tag one:1 second:1"


@pytest.mark.parametrize("is_kept", [False, True])
def test_redo_does_again_what_was_taken_back(tmp_path: Path, is_kept: bool) -> None:
    """Also on a branch that is not the latest, and in another process."""
    stores: list[Store] = []

    def opened() -> Daemon:
        stores.append(Store.open(tmp_path / "lab"))
        return Daemon(store=stores[-1])

    daemon = opened() if is_kept else Daemon()
    for line in ("pull -q busybox", "tag busybox one", "tag busybox two"):
        run(daemon, line, tmp_path)
    daemon.go_to(1)
    run(daemon, "tag busybox three", tmp_path)
    daemon.go_to(3)
    for back in (1, 2, 3):
        daemon = opened() if is_kept else daemon
        for _ in range(back):
            daemon.undo()
        daemon = opened() if is_kept else daemon
        for _ in range(back):
            daemon.redo()
        assert daemon.journal.head == 3
    # Who goes elsewhere has taken nothing back there: the latest is meant again.
    daemon.go_to(4)
    daemon.go_to(1)
    assert daemon.redo().index == 4
    daemon.go_to(2)
    daemon.undo()
    run(daemon, "tag busybox four", tmp_path)
    daemon.undo()
    assert daemon.redo().index == 5
    for store in stores:
        store.close()


def test_a_fork_leaves_the_lab_alone(daemon: Daemon, folder: Path) -> None:
    before, length = state_of(daemon), len(daemon.journal)
    other = daemon.fork(0)
    run(other, "rmi -f one:1", folder)
    assert state_of(daemon) == before
    assert len(daemon.journal) == length


# --- listeners -----------------------------------------------------------------------------


def test_listeners_are_told_once_a_step(daemon: Daemon, folder: Path) -> None:
    told: list[tuple[int, bool]] = []

    def listen(step: Step) -> None:
        told.append((step.index, daemon.state is daemon.journal.current.after))

    end = daemon.subscribe(listen)
    run(daemon, "rmi one:1 nothing missing", folder)
    run(daemon, "run --rm ubuntu:14.04 sh -c 'sleep 3; echo a; sleep 3'", folder)
    run(daemon, "rmi --no-such-flag", folder)
    run(daemon, "ps --help", folder)
    assert told == [(1, True), (2, True), (3, True)]
    daemon.undo()
    daemon.redo()
    daemon.go_to(0)
    assert [index for index, _ in told] == [1, 2, 3, 3, 3, 0]
    end()
    run(daemon, "images", folder)
    assert len(told) == 6


def test_a_listener_may_use_the_lab(daemon: Daemon, folder: Path) -> None:
    seen: list[int] = []
    daemon.subscribe(lambda step: seen.append(len(daemon.images())))
    run(daemon, "pull hello-world", folder)
    assert seen == [5]


# --- what must not happen ------------------------------------------------------------------


class Bug(Exception):
    """An error that no command is meant to give."""


def broken(*_: object, **__: object) -> Any:
    raise Bug


@pytest.fixture(params=["memory", "kept"])
def any_daemon(
    request: pytest.FixtureRequest, daemon: Daemon, folder: Path, tmp_path: Path,
) -> Iterator[Daemon]:
    if request.param == "memory":
        yield daemon
        return
    shutil.copytree(folder / "lab", tmp_path / "lab")
    store = Store.open(tmp_path / "lab")
    yield Daemon(store=store)
    store.close()


def test_an_unexpected_error_leaves_the_lab_as_it_was(
    any_daemon: Daemon, folder: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    daemon = any_daemon
    before, steps = state_of(daemon), len(daemon.journal)
    told: list[Step] = []
    daemon.subscribe(told.append)
    with monkeypatch.context() as patch:
        patch.setattr(tag, "tag_image", broken)
        with pytest.raises(Bug):
            run(daemon, "tag one:1 two:1", folder)

    def several() -> None:
        with daemon.step("several"):
            daemon.remove_image("changed:1")
            daemon.tag("ubuntu:14.04", "two:1")
            raise Bug

    with pytest.raises(Bug):
        several()
    assert state_of(daemon) == before
    assert (len(daemon.journal), daemon.journal.head, told) == (steps, steps, [])
    assert run(daemon, "tag one:1 two:1", folder) == 0
    assert len(daemon.journal) == steps + 1


def test_what_was_done_stays_done_when_nobody_reads_the_output(
    any_daemon: Daemon, folder: Path,
) -> None:
    def gone(_: bytes) -> None:
        raise BrokenPipeError

    steps = len(any_daemon.journal)
    with pytest.raises(BrokenPipeError):
        execute(any_daemon, ["commit", "changed", "new:1"], Io(gone, gone, folder=folder))
    assert "new:1" in map(str, any_daemon.state.references)
    assert len(any_daemon.journal) == steps + 1
    assert any_daemon.journal.current.exit_code == 1


def test_a_loaded_state_is_the_beginning() -> None:
    state = State(clock=5)
    daemon = Daemon(state=state)
    assert daemon.journal[0].after is state
    assert len(daemon.journal) == 0


# --- processes of others -------------------------------------------------------------------


def two_doors(folder: Path, tmp_path: Path) -> tuple[Daemon, Daemon, Callable[[], None]]:
    shutil.copytree(folder / "lab", tmp_path / "lab")
    stores = Store.open(tmp_path / "lab"), Store.open(tmp_path / "lab")

    def close() -> None:
        for store in stores:
            store.close()

    return Daemon(store=stores[0]), Daemon(store=stores[1]), close


def test_what_another_process_does_is_seen(folder: Path, tmp_path: Path) -> None:
    one, two, close = two_doors(folder, tmp_path)
    run(one, "tag one:1 two:1", folder)
    assert state_of(two) == state_of(one)
    assert run(two, "rmi two:1", folder) == 0
    assert [step.command for step in one.journal][-2:] == [
        "docker tag one:1 two:1", "docker rmi two:1"]
    assert one.undo().command == "docker rmi two:1"
    assert state_of(two) == state_of(one)
    close()


def test_the_journal_shows_what_a_terminal_would_obey() -> None:
    daemon = Daemon()
    with daemon.step("docker tag \x1b]8;;x\x07 \u202e\nmore"):
        pass
    line = "> step 1: docker tag \ufffd]8;;x\ufffd \ufffd more"
    assert repr(daemon.journal).splitlines()[1:] == [line]
