"""Journals for tests: steps without a lab behind them, and a lab with branches."""

from __future__ import annotations

from imagelab.daemon import Daemon
from imagelab.daemon.journal import Journal, Step
from imagelab.model.state import State

EVIL = ('docker rmi "><script>alert(1)</script>&amp;]]>\x1b[31m\u202e\n\t'
        "<img src=x onerror=alert(2)>")


def journal(*parents: int, head: int = -1, **commands: str) -> Journal:
    """Return a journal whose steps 1, 2 … started from these; it stands at the last one."""
    state = State()

    def step(index: int, parent: int) -> Step:
        command = commands.get(f"step{index}", f"docker command {index}" if index else "")
        return Step(index, parent, command, 0, index * 10**9, (), (), lambda: state,
                    lambda: state)

    steps = [step(index, parent) for index, parent in enumerate((-1, *parents))]
    return Journal.of(steps, len(parents) if head < 0 else head)


def branched() -> Daemon:
    """Return a lab of six steps: 3 failed, 4 wrote a file, 5 and 6 are a branch from step 2."""
    daemon = Daemon()
    with daemon.step("docker pull hello-world"):
        daemon.pull("hello-world")
    with daemon.step("docker tag hello-world mine:1"):
        daemon.tag("hello-world", "mine:1")
    with daemon.step("docker rmi nothing") as step:
        step.exit_code = 1
    with daemon.step("docker save -o x.tar mine:1") as step:
        step.host_effects.append("wrote x.tar")
    daemon.go_to(2)
    with daemon.step("docker rmi mine:1"):
        daemon.remove_image("mine:1")
    with daemon.step("docker rmi hello-world"):
        daemon.remove_image("hello-world")
    return daemon
