"""What random sequences have found, each with a case that a real daemon answered.

``tests/conformance/conform.py record`` wrote the answers, with docker 20.10.24 and client 28.2.2;
its README explains the format.
"""

from pathlib import Path

import pytest

from tests.conformance import conform
from tests.test_conformance import InProcess

CASES = sorted(Path(__file__).with_name("cases").glob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_gives_what_docker_gave(runner: InProcess, path: Path) -> None:
    case = conform.parse_case(path)
    want, got = case.lines(case.expected()), case.lines(runner.replay(case))
    if found := conform.difference(want, got, f"{path.stem} (expected)", "lab"):
        pytest.fail(found, pytrace=False)
