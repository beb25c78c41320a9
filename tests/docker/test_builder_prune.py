"""``docker builder prune`` of a lab, which has no such cache: its filters, its question, its event.

The answers were recorded from client 28.2.2 and engine 20.10.24 with ``DOCKER_BUILDKIT=0``.
"""

from __future__ import annotations

import pytest

from imagelab.lab import Lab, Result

_FAILED = "Error response from daemon: failed to prune build cache: "
_SPAN = f"{_FAILED}\"until\" filter expects a duration (e.g., '24h'): time: "
_SEVERAL = f"{_FAILED}filters expect only one value"


@pytest.mark.parametrize("filters", [
    "", "until=24h", "until=-1h", "until=24h until=24h", "unused-for=24h", "id=a", "inuse=zz",
    "private=a", "label=a label=b", "label!=zz",
])
def test_filters_that_pass(filters: str) -> None:
    done = _pruned(Lab(), filters)
    assert (done.exit_code, done.stdout) == (0, "Total reclaimed space: 0B\n")


@pytest.mark.parametrize(("filters", "words"), [
    ("foo=1 until=zz", f"{_FAILED}Invalid filter 'foo'"),
    ("dangling=true", f"{_FAILED}Invalid filter 'dangling'"),
    ("until=zz", f'{_SPAN}invalid duration "zz"'),
    ("until=", f'{_SPAN}invalid duration ""'),
    ("until=5", f'{_SPAN}missing unit in duration "5"'),
    ("until=2024-01-01", f'{_SPAN}unknown unit "-" in duration "2024-01-01"'),
    ("unused-for=zz", f'{_SPAN.replace("until", "unused-for")}invalid duration "zz"'),
    ("until=24h until=25h", _SEVERAL),
    ("until=zz until=24h", _SEVERAL),
    ("parent= parent=x", _SEVERAL),
    ("type=a type=b", _SEVERAL),
    ("unused-for=zz until=yy", f'{_FAILED}conflicting filters: "until" and "unused-for"'),
])
def test_filters_that_are_refused(filters: str, words: str) -> None:
    done = _pruned(Lab(), filters)
    assert (done.exit_code, done.stdout, done.stderr.splitlines()[-1]) == (1, "", words)


def test_the_cache_comes_last_in_a_prune_of_the_system() -> None:
    lab = Lab()
    done = lab.docker("system prune -f --filter until=2024-01-01")
    assert (done.exit_code, done.stderr) == (
        1, f'{_SPAN}unknown unit "-" in duration "2024-01-01"\n')
    assert _events(lab) == ["container", "network", "image"]


@pytest.mark.parametrize(("line", "answer", "said"), [
    ("builder prune", "n\n", "WARNING! This will remove all dangling build cache. "
     "Are you sure you want to continue? [y/N] "),
    ("builder prune -a", "y\n", "WARNING! This will remove all build cache. "
     "Are you sure you want to continue? [y/N] Total reclaimed space: 0B\n"),
])
def test_it_asks_and_is_an_event(line: str, answer: str, said: str) -> None:
    lab = Lab()
    assert lab.docker(line, stdin=answer).stdout == said
    assert _events(lab) == (["builder"] if answer == "y\n" else [])


def _pruned(lab: Lab, filters: str) -> Result:
    flags = " ".join(f"--filter {each}" for each in filters.split())
    return lab.docker(f"builder prune -f {flags}")


def _events(lab: Lab) -> list[str]:
    return [event.type for step in lab.journal for event in step.events]
