"""A FileSystem against the kernel's overlayfs: the same operations, the same results.

Compared are the result of every operation, the merged view, the counts of hard links, and the
upper directory, which is what a daemon makes a layer of. ``overlay_recorded.json`` holds what a
kernel (6.18) answered; where overlayfs can be mounted, the kernel is asked again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Changes, Kind
from imagelab.model.tree import Tree
from tests.model.operations import NOW, apply, shown, tree_of, view_of_files
from tests.model.overlay import random_case, replay

RECORDED: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("overlay_recorded.json").read_text(encoding="utf-8"))


def upper_of(tree: Tree, changes: Changes) -> dict[str, Any]:
    """The changes in the worker's form; an opaque mark counts where it hides something."""
    paths: dict[str, list[Any]] = {}
    links: dict[int, list[str]] = {}
    for path, node in changes.items():
        white = node.kind is Kind.WHITEOUT
        paths["/" + path] = ["whiteout"] if white else shown(node)
        if node.inode:
            links.setdefault(node.inode, []).append("/" + path)
    return {
        "paths": paths,
        "opaque": effective(tree, ["/" + path for path, node in changes.items() if node.opaque]),
        "links": sorted(sorted(each) for each in links.values() if len(each) > 1),
    }


def effective(tree: Tree, opaque: list[str]) -> list[str]:
    """The opaque folders that hide something; the kernel marks others too, to save look-ups."""
    return sorted(
        path for path in opaque
        if (entry := tree.get(path.strip("/"))) and entry.node.is_directory
        and not any(path.startswith(f"{other}/") for other in opaque))


def check(case: dict[str, Any], seen: dict[str, Any]) -> None:
    tree = tree_of(case["layers"])
    files = FileSystem(tree, {}, now=NOW)
    for number, operation in enumerate(case["operations"]):
        expected = seen["results"][number]
        if expected != "skipped":
            result = apply(files, operation)
            assert result == expected, f"operation {number}: {operation}"
    assert view_of_files(files) == seen["view"]
    upper = seen["upper"]
    files.uid = 0
    for path, count in seen["counts"].items():
        # A lower file keeps the count of its own layer, whatever is hidden of it.
        if path in upper["paths"] or files.stat(path, follow=False).is_directory:
            assert files.links(path) == count, path
    mine = upper_of(tree, files.changes)
    mine["paths"].setdefault("/", upper["paths"]["/"])  # the upper directory always has a root
    assert mine["paths"] == upper["paths"]
    assert mine["opaque"] == effective(tree, upper["opaque"])
    assert mine["links"] == sorted(upper["links"])


@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_recorded_answers(number: int) -> None:
    check(RECORDED[number]["case"], RECORDED[number]["seen"])


def test_the_kernel_still_answers_so(tmp_path: Path) -> None:
    seen = replay([each["case"] for each in RECORDED], tmp_path)
    assert seen == [each["seen"] for each in RECORDED]


def test_random_operations(tmp_path: Path) -> None:
    cases = [random_case(seed) for seed in range(1000, 1300)]
    for case, seen in zip(cases, replay(cases, tmp_path), strict=True):
        check(case, seen)
