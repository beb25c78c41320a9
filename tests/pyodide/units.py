"""Runs tests inside of Pyodide and prints what came of them, as JSON in the last line."""

from __future__ import annotations

import json
import sys
from collections import Counter

import pytest

from tests import deadline
from tests.pyodide.left_out import singles

#: How many times longer than CPython it takes, at most.
_SLOWER = 8


class Count:
    """Leaves out what cannot be, and counts the others by what came of them."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed: list[str] = []
        self.skipped: Counter[str] = Counter()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        needs = {f"tests/{name}": need for name, need in singles().items()}
        for item in items:
            need = needs.get(item.nodeid) or needs.get(item.nodeid.partition("[")[0])
            if need is not None:
                item.add_marker(pytest.mark.skip(reason=f"needs {need}"))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)
        elif report.skipped:
            self.skipped[str(report.longrepr[2] if isinstance(report.longrepr, tuple) else "")] += 1
        elif report.when == "call":
            self.passed += 1


if __name__ == "__main__":
    deadline.slower = _SLOWER
    count = Count()
    code = pytest.main(
        ["-q", "--tb=short", "-p", "no:cacheprovider", *sys.argv[1:]], [count])
    print(json.dumps(vars(count)))
    sys.exit(int(code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)))
