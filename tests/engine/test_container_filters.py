"""Name filters of ``docker ps`` are regular expressions."""

from __future__ import annotations

import pytest

from imagelab import Lab

#: Answers of a daemon 20.10.24 that had made c1, c2, c3 and web, in this order.
RECORDED = {
    "c[12]": "c2 c1", "c.$": "c3 c2 c1", "^c1|c3$": "c3 c1", "(": "", "C1": "",
    r"c\d": "c3 c2 c1", "w+eb": "web", "c{1}3": "c3", "^/web$": "web", "x*": "web c3 c2 c1",
}


@pytest.fixture(scope="module")
def lab() -> Lab:
    found = Lab()
    for name in ("c1", "c2", "c3", "web"):
        assert found.docker(f"create --name {name} busybox").exit_code == 0
    return found


@pytest.mark.parametrize("pattern", RECORDED)
def test_a_name_filter_answers_as_recorded(lab: Lab, pattern: str) -> None:
    result = lab.docker(["ps", "-a", "-f", f"name={pattern}", "--format", "{{.Names}}"])
    assert " ".join(result.stdout.split()) == RECORDED[pattern]


def test_no_pattern_runs_away(lab: Lab) -> None:
    assert lab.docker(["ps", "-a", "-f", "name=" + "(a*)*" * 40 + "$", "-q"]).exit_code == 0
