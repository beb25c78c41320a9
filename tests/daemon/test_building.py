"""Builds as steps of a lab's time line: what they keep, what they cost, what they refuse."""

from __future__ import annotations

import gzip
import io
import tarfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SECOND, SystemClock
from imagelab.daemon.outside import Outside
from imagelab.engine.builder.dockerfile_of import MAX_SIZE
from imagelab.engine.builder.options import BuildError, BuildOptions, Message
from imagelab.engine.builder.stages import MOST_INSTRUCTIONS
from imagelab.lab import Lab
from imagelab.model.node import Node
from imagelab.model.outcome import EngineError
from imagelab.model.state import State
from imagelab.registry.fetch import Download
from imagelab.storage.store import Store
from tests.conformance import conform

BASE = conform.HERE / "base.tar"


def context(dockerfile: str, **files: bytes) -> io.BytesIO:
    """Return a build context."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in {"Dockerfile": dockerfile.encode(), **files}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(data), 1_600_000_000
            tar.addfile(member, io.BytesIO(data))
    made.seek(0)
    return made


def with_base(daemon: Daemon) -> Daemon:
    with BASE.open("rb") as file:
        daemon.load(file)
    return daemon


@pytest.fixture
def daemon() -> Daemon:
    return with_base(Daemon())


def ignore(message: Message) -> None:
    """Take a message and say nothing."""


def build(daemon: Daemon, dockerfile: str, **files: bytes) -> str:
    return daemon.build(context(dockerfile, **files), BuildOptions(), ignore)


def said(daemon: Daemon, dockerfile: str, options: BuildOptions | None = None) -> str:
    messages: list[Message] = []
    daemon.build(context(dockerfile), options or BuildOptions(), messages.append)
    return "".join(message for message in messages if isinstance(message, str))


def node(state: State, image_id: str, path: str) -> Node:
    layer = state.layer_of(state.images[image_id])
    assert layer is not None
    entry = layer.tree.get(path)
    assert entry is not None
    return entry.node


def test_a_build_is_one_step_and_undone_as_one(daemon: Daemon) -> None:
    before = daemon.state
    build(daemon, "FROM ubuntu:14.04\nENV A=1\nRUN echo 1 > /1\n")
    assert [step.command for step in daemon.journal.steps][-1] == "build"
    daemon.undo()
    assert daemon.state.images == before.images
    assert daemon.state.layers == before.layers


def test_a_failed_build_is_a_step_that_keeps_what_was_made(daemon: Daemon) -> None:
    with pytest.raises(BuildError) as failed:
        build(daemon, "FROM ubuntu:14.04\nENV A=1\nRUN exit 3\n")
    assert failed.value.code == 3
    assert daemon.journal.current.exit_code == 1
    assert len(daemon.state.images) == 2
    (container,) = daemon.state.containers.values()
    assert (container.status, container.exit_code) == ("exited", 3)


def test_time_passes_in_a_step_of_a_lesson(daemon: Daemon) -> None:
    image_id = build(daemon, "FROM ubuntu:14.04\nRUN sleep 600; date +%s > /now\n")
    began = daemon.journal.current.events[0].time
    assert daemon.state.clock == began + 600 * SECOND
    assert int(node(daemon.state, image_id, "now").content.read()) == daemon.state.clock // SECOND


def test_time_passes_in_a_step_on_the_systems_clock() -> None:
    daemon = with_base(Daemon(clock=SystemClock()))
    began = time.monotonic()
    build(daemon, "FROM ubuntu:14.04\nRUN sleep 0.3\n")
    assert 0.3 <= time.monotonic() - began < 10


def test_a_step_that_never_ends_ends_the_build(daemon: Daemon) -> None:
    with pytest.raises(BuildError, match="does not end by itself"):
        build(daemon, "FROM ubuntu:14.04\nRUN sleep infinity\n")
    assert not any(each.is_running for each in daemon.state.containers.values())


def test_a_step_that_uses_up_its_budget_fails(daemon: Daemon) -> None:
    with pytest.raises(BuildError, match="returned a non-zero code: 152"):
        build(daemon, "FROM ubuntu:14.04\nRUN while :; do :; done\n")


def test_each_step_may_cost_what_a_command_may(daemon: Daemon) -> None:
    loop = "i=0; while [ $i -lt 12000 ]; do i=$((i+1)); done"
    build(daemon, "FROM ubuntu:14.04\n" + "".join(f"RUN {loop}; echo {n}\n" for n in range(4)))


def test_copied_files_keep_their_times_and_belong_to_root(daemon: Daemon) -> None:
    image_id = build(daemon, "FROM ubuntu:14.04\nCOPY a /a\n", a=b"a\n")
    copied = node(daemon.state, image_id, "a")
    assert (copied.mtime, copied.uid, copied.gid) == (1_600_000_000 * SECOND, 0, 0)


def test_large_files_are_kept_with_the_lab(tmp_path: Path) -> None:
    data = bytes(range(256)) * 1000
    daemon = with_base(Daemon(store=Store.open(tmp_path / "lab")))
    image_id = build(daemon, "FROM ubuntu:14.04\nCOPY big small /x/\nENV A=1\n",
                     big=data, small=b"s")
    again = Daemon(store=Store.open(tmp_path / "lab"))
    assert node(again.state, image_id, "x/big").content.read() == data
    assert node(again.state, image_id, "x/small").content.read() == b"s"
    assert " ---> Using cache\n" not in said(again, "FROM ubuntu:14.04\nENV A=2\n")


def test_a_kept_lab_keeps_its_cache(tmp_path: Path) -> None:
    dockerfile = "FROM ubuntu:14.04\nRUN echo 1 > /1\nENV A=1\n"
    image_id = build(with_base(Daemon(store=Store.open(tmp_path / "lab"))), dockerfile)
    again = Daemon(store=Store.open(tmp_path / "lab"))
    assert said(again, dockerfile).count("Using cache") == 2
    assert build(again, dockerfile) == image_id


def test_a_cached_build_is_quick() -> None:
    lab = Lab()
    lab.docker(["load", "-i", str(BASE)])
    lines = [f"RUN echo {number}" for number in range(5)] + [f"ENV A{n}={n}" for n in range(5)]
    text = "\n".join(["FROM ubuntu:14.04", *lines])
    assert lab.docker("build -", text).exit_code == 0
    times = []
    for _ in range(5):
        began = time.process_time()
        done = lab.docker("build -", text)
        times.append(time.process_time() - began)
        assert done.stdout.count("Using cache") == 10
    assert min(times) < 0.02


# --- addresses -----------------------------------------------------------------------------


def test_addresses_are_not_fetched_unless_the_lab_is_open(daemon: Daemon) -> None:
    with pytest.raises(BuildError, match="ADD failed: imagelab does not fetch http://x/y: "
                       "this lab was opened without fetch_urls"):
        build(daemon, "FROM ubuntu:14.04\nADD http://x/y /y\n")


def fetching(fetch: Callable[[str], Download]) -> Daemon:
    return with_base(Daemon(outside=Outside(fetch=fetch)))


@pytest.mark.parametrize(("url", "name", "target", "path"), [
    ("http://x/y.tar", "y.tar", "/d/", "d/y.tar"), ("https://x/a/y?q#f", "y", "/d/", "d/y"),
    ("http://x/y", "y", "/z", "z"), ("http://x", "", "/z", "z"),
])
def test_what_an_address_gives_is_added_as_it_is(
    url: str, name: str, target: str, path: str,
) -> None:
    tar = context("x").getvalue()
    daemon = fetching(lambda asked: Download(io.BytesIO(tar), name, 5))
    image_id = build(daemon, f"FROM ubuntu:14.04\nADD {url} {target}\n")
    added = node(daemon.state, image_id, path)
    assert (added.content.read(), added.mode, added.mtime) == (tar, 0o600, 5 * SECOND)


def test_an_address_without_a_name_needs_one() -> None:
    daemon = fetching(lambda asked: Download(io.BytesIO(), "", 0))
    with pytest.raises(BuildError, match="cannot determine filename for source http://x"):
        build(daemon, "FROM ubuntu:14.04\nADD http://x /d/\n")


def test_a_failure_to_fetch_fails_the_step() -> None:
    def fetch(url: str) -> Download:
        raise EngineError("no such host")

    with pytest.raises(BuildError, match="ADD failed: no such host"):
        build(fetching(fetch), "FROM ubuntu:14.04\nADD http://x/y /d/\n")


# --- base images ---------------------------------------------------------------------------


def test_a_missing_base_is_fetched_from_the_hub() -> None:
    daemon = Daemon()
    messages: list[Message] = []
    daemon.build(context("FROM busybox\nCOPY --from=hello-world /hello /hi\n"), BuildOptions(),
                 messages.append)
    shown = [each.status for each in messages if not isinstance(each, str)
             and hasattr(each, "status")]
    assert shown.count("Pulling from library/busybox") == 1
    assert shown.count("Pulling from library/hello-world") == 1


def test_pull_looks_for_each_base_once(daemon: Daemon) -> None:
    messages: list[Message] = []
    daemon.build(context("FROM busybox AS a\nFROM busybox\nENV A=1\n"), BuildOptions(pull=True),
                 messages.append)
    daemon.build(context("FROM busybox AS a\nFROM busybox\nENV A=1\n"), BuildOptions(pull=True),
                 messages.append)
    shown = [each.status for each in messages if hasattr(each, "status")]
    assert shown.count("Pulling from library/busybox") == 2


def test_a_base_that_is_nowhere_is_refused(daemon: Daemon) -> None:
    with pytest.raises(BuildError, match="pull access denied for nothing-here"):
        build(daemon, "FROM nothing-here\n")


# --- what would never end ------------------------------------------------------------------


def refused(daemon: Daemon, file: io.BytesIO, options: BuildOptions | None = None) -> str:
    before = daemon.state
    with pytest.raises(EngineError) as error:
        daemon.build(file, options or BuildOptions(), ignore)
    assert daemon.state.images == before.images
    return str(error.value)


def test_a_dockerfile_has_a_bound(daemon: Daemon) -> None:
    many = "FROM scratch\n" + "ENV A=1\n" * MOST_INSTRUCTIONS
    assert "does not simulate a Dockerfile of more than" in refused(daemon, context(many))
    large = "FROM scratch\n" + "#\n" * (MAX_SIZE // 2)
    assert "does not simulate a Dockerfile of" in refused(daemon, context(large))


@pytest.mark.parametrize("data", [
    b"", b"no tar", b"\0" * 100, context("FROM scratch\n").getvalue()[:700], b"\xff" * 5000,
])
def test_a_context_that_is_no_tar_is_refused(daemon: Daemon, data: bytes) -> None:
    assert refused(daemon, io.BytesIO(data))


@pytest.mark.parametrize("name", ["../out", "/../../out", "a/" * 300, "a\0b"])
def test_names_of_a_context_stay_in_it(daemon: Daemon, name: str) -> None:
    file = context("FROM scratch\nCOPY . /\n", **{name: b"x"})
    if "\0" in name:
        image_id = daemon.build(file, BuildOptions(), ignore)
        assert node(daemon.state, image_id, "a").size == 1
    else:
        assert refused(daemon, file)


def test_an_archive_that_unpacks_without_end_is_refused(
    daemon: Daemon, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("imagelab.engine.builder.unpacking.MAX_UNPACKED", 1 << 20)
    bomb = gzip.compress(context("x", zeros=bytes(2 << 20)).getvalue())
    with pytest.raises(BuildError, match="does not simulate archives of more than"):
        build(daemon, "FROM scratch\nADD bomb /\n", bomb=bomb)


def test_copying_has_a_bound(daemon: Daemon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(
        __import__("imagelab.daemon.building", fromlist=["_BUDGET"])._BUDGET, "written", 1000)
    with pytest.raises(BuildError, match="does not simulate builds that copy so much"):
        build(daemon, "FROM scratch\nCOPY a /1\nCOPY a /2\n", a=bytes(600))


def test_links_in_a_ring_end(daemon: Daemon) -> None:
    for line in ("COPY a /ring/x", "COPY --from=r /ring /x", "COPY --from=r /p /q"):
        with pytest.raises(BuildError):
            build(daemon, "FROM ubuntu:14.04 AS r\nRUN ln -s /ring /ring; ln -s q /p; ln -s p /q\n"
                          f"FROM r\n{line}\n", a=b"")


def test_a_chain_of_triggers_runs_once(daemon: Daemon) -> None:
    options = BuildOptions(tags=("one:1",))
    daemon.build(context("FROM ubuntu:14.04\nONBUILD RUN echo 1\n"), options, ignore)
    assert "# Executing 1 build trigger\n" in said(daemon, "FROM one:1\n", options)
    assert "# Executing" not in said(daemon, "FROM one:1\n", options)


def test_links_that_lead_in_circles_are_copied_with_their_folder(tmp_path: Path) -> None:
    """The digest and the refusal were recorded from a daemon 20.10.24."""
    folder = tmp_path / "d"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "f").write_text("x")
    (folder / "f").chmod(0o644)
    (folder / "l").symlink_to("l")
    lab = Lab()
    with_base(lab.daemon)
    (tmp_path / "Dockerfile").write_text("FROM ubuntu:14.04\nCOPY d /d\n")
    assert lab.docker(["build", "-t", "t", str(tmp_path)]).exit_code == 0
    told = lab.docker("history --no-trunc --format {{.CreatedBy}} t").stdout.splitlines()[0]
    assert "dir:dd2de94437ae731f6f3b470a45143004dcbd7c28a5b60d8506f8c61c46318d83 in /d" in told
    (tmp_path / "Dockerfile").write_text("FROM ubuntu:14.04\nCOPY d/l /d\n")
    refused = lab.docker(["build", str(tmp_path)]).stderr
    assert refused.endswith("COPY failed: forbidden path outside the build context: d/l ()\n")
