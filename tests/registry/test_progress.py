"""What pulls from and pushes to a real registry tell as the bytes go, and what is left of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.engine.progress import Progress
from tests.registry import process
from tests.registry.fakes import Fake
from tests.registry.servers import serving

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def run(lab: Lab, line: str, tell: Callable[[Progress], object]) -> str:
    out = bytearray()
    execute(lab.daemon, line.split(), Io(out.extend, out.extend, tell=tell))
    return out.decode()


def interrupt_at(tick: int) -> Callable[[Progress], None]:
    heard: list[Progress] = []

    def tell(told: Progress) -> None:
        heard.append(told)
        if len(heard) > tick:
            raise KeyboardInterrupt

    return tell


def test_a_pull(tmp_path: Path) -> None:
    fake = Fake()
    with serving(fake) as server:
        lab = Lab(registries="real")
        before = lab.state
        for tick in range(4):
            with pytest.raises(KeyboardInterrupt):
                run(lab, f"pull {server.host}/a/b", interrupt_at(tick))
            assert lab.state is before
            assert len(lab.journal) == 0
        heard: list[Progress] = []
        said = run(lab, f"pull {server.host}/a/b", heard.append)
    lines = [f"{each.id}: {each.status}" if each.id else each.status
             for each in heard if not each.is_tick]
    assert Counter(said.splitlines()[1:-1]) == Counter(lines)
    ticks = [each for each in heard if each.is_tick]
    assert [each.current for each in ticks] == [0, len(fake.packed)]
    assert {each.total for each in ticks} == {len(fake.packed)}


@pytest.mark.requires("docker-registry")
def test_a_push(tmp_path: Path) -> None:
    with process.serving(tmp_path) as host:
        lab = Lab(registries="real")
        for line in ("pull busybox", "run --name c1 busybox sh -c 'echo 1 > /1'",
                     f"commit c1 {host}/a:1", f"commit c1 {host}/a:2"):
            assert lab.docker(line).exit_code == 0
        before, steps = lab.state, len(lab.journal)
        with pytest.raises(KeyboardInterrupt):
            run(lab, f"push {host}/a:1", interrupt_at(4))
        assert (lab.state, len(lab.journal)) == (before, steps)
        heard: list[Progress] = []
        said = run(lab, f"push {host}/a:1", heard.append)
        lines = [f"{each.id}: {each.status}" if each.id else each.status
                 for each in heard if not each.is_tick]
        assert said.splitlines() == lines
        assert any(each.status == "Pushing" for each in heard)

        def tell(told: Progress) -> None:
            if told.status.startswith("2: digest"):
                raise KeyboardInterrupt

        before = lab.state
        with pytest.raises(KeyboardInterrupt):
            run(lab, f"push -a {host}/a", tell)
        step = lab.journal.current
        assert step.exit_code == 130
        assert step.host_effects[0].startswith(f"pushed {host}/a:1")
        assert lab.state.images is before.images
