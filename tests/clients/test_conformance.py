"""All recorded cases of a real Docker, by its own client, on a lab behind the Engine API.

What the cases' runner does (``conform.py run --host …``) is done here for a part of them at a
time. The same commands are then typed at the lab's own command line: both doors must print the
same, whatever was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.serving import served
from tests.conformance import conform
from tests.test_conformance import BASE, CASES, in_process

pytestmark = pytest.mark.requires("docker")

#: The cases in so many parts, each with some of every kind.
SHARES = 12
BY_CHANCE = ("commit-05-change-env",)


@pytest.fixture(scope="module")
def daemon() -> Iterator[conform.Daemon]:
    with served() as server:
        yield conform.Daemon(server.host, "docker", BASE, timeout=60)


def replayed(daemon: conform.Daemon, case: conform.Case) -> list[str]:
    """Return what the client prints; where that is left to chance, what is to come sooner or later.

    The client sends two variables the wrong way round in one of ten times, to a real daemon too.
    """
    got = case.lines(daemon.replay(case))
    for _ in range(9 if case.name in BY_CHANCE else 0):
        if got == case.lines(case.expected()):
            break
        got = case.lines(daemon.replay(case))
    return got


@pytest.mark.parametrize("share", range(SHARES))
def test_the_real_client_prints_what_was_recorded_and_what_the_command_line_does(
    daemon: conform.Daemon, share: int,
) -> None:
    cases = [conform.parse_case(CASES[name]) for name in sorted(CASES)[share::SHARES]]
    served = [replayed(daemon, case) for case in cases]
    with in_process() as runner:
        typed = [case.lines(runner.replay(case)) for case in cases]
    found = []
    for case, got, other in zip(cases, served, typed, strict=True):
        recorded = case.lines(case.expected())
        found += [
            conform.difference(recorded, got, f"{case.name} (recorded)", "the served lab"),
            conform.difference(other, got, f"{case.name} (command line)", "the served lab")]
    assert not any(found), "\n".join(filter(None, found))
