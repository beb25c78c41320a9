"""``SECURITY.md`` names tests for all that it says; they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)


def test_each_test_that_is_named_is_there() -> None:
    missing = [f"{path}::{name}" for path, name in NAMED if name not in functions(ROOT / path)]
    assert NAMED
    assert not missing


def functions(path: Path) -> set[str]:
    if not path.exists():
        return set()
    return {node.name for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.FunctionDef)}


def test_each_class_has_a_test() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| **")]
    assert len(rows) > 20
    assert not [row for row in rows if "::test_" not in row.rpartition("|")[0].rpartition("|")[2]]


def test_each_path_that_is_named_is_there() -> None:
    paths = set(re.findall(r"`(tests/[\w/.]+|[A-Z]+\.md)", TEXT))
    assert not [path for path in paths if not (ROOT / path).exists()]
