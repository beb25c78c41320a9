"""Stacks of layers (OCI image layer spec: whiteouts, opaque whiteouts, applying changesets)."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from imagelab.model.layer import Layer, chain_id_of
from imagelab.model.node import (
    WHITEOUT,
    Changes,
    Kind,
    Node,
    directory,
    file,
    size_of,
    symlink,
)
from imagelab.model.tree import Tree
from tests.model.operations import nodes_of, random_layers, tree_of, view_of_tree

OPAQUE = replace(directory(), opaque=True)
BASE: Changes = {
    "a": directory(), "a/x": file(b"x"), "a/d": directory(), "a/d/y": file(b"y"),
    "f": file(b"f"), "l": symlink("a"),
}


def paths(*layers: Changes) -> list[str]:
    tree = Tree()
    for changes in layers:
        tree = tree.over(changes)
    return list(tree.paths())


def text(tree: Tree, path: str) -> bytes:
    entry = tree.get(path)
    assert entry is not None
    return entry.node.content.read()


@pytest.mark.parametrize(("changes", "expected"), [
    ({}, ["a", "a/d", "a/d/y", "a/x", "f", "l"]),
    ({"a": WHITEOUT}, ["f", "l"]),
    ({"a/d": WHITEOUT}, ["a", "a/x", "f", "l"]),
    ({"a/d/y": WHITEOUT}, ["a", "a/d", "a/x", "f", "l"]),
    ({"nothing": WHITEOUT, "no/thing": WHITEOUT}, ["a", "a/d", "a/d/y", "a/x", "f", "l"]),
    ({"f/below": WHITEOUT}, ["a", "a/d", "a/d/y", "a/x", "f", "l"]),
    ({"a": directory(0o700)}, ["a", "a/d", "a/d/y", "a/x", "f", "l"]),
    ({"a": OPAQUE}, ["a", "f", "l"]),
    ({"a": OPAQUE, "a/new": file(b"")}, ["a", "a/new", "f", "l"]),
    ({"a": OPAQUE, "a/d": directory(), "a/d/new": file(b"")},
     ["a", "a/d", "a/d/new", "f", "l"]),
    ({"a": OPAQUE, "a/d/new": file(b"")}, ["a", "a/d", "a/d/new", "f", "l"]),
    ({"a/d": OPAQUE, "a/d/new": file(b"")}, ["a", "a/d", "a/d/new", "a/x", "f", "l"]),
    ({"": OPAQUE, "new": file(b"")}, ["new"]),
    ({"a": file(b"")}, ["a", "f", "l"]),
    ({"a": symlink("f")}, ["a", "f", "l"]),
    ({"f": directory(), "f/new": file(b"")}, ["a", "a/d", "a/d/y", "a/x", "f", "f/new", "l"]),
    ({"f/new": file(b"")}, ["a", "a/d", "a/d/y", "a/x", "f", "f/new", "l"]),
    ({"l/new": file(b"")}, ["a", "a/d", "a/d/y", "a/x", "f", "l", "l/new"]),
    ({"n/e/w": file(b"")}, ["a", "a/d", "a/d/y", "a/x", "f", "l", "n", "n/e", "n/e/w"]),
    ({"a": WHITEOUT, "a/new": file(b"")}, ["a", "a/new", "f", "l"]),
])
def test_one_layer_on_another(changes: Changes, expected: list[str]) -> None:
    assert paths(BASE, changes) == expected


def test_a_whiteout_hides_only_lower_layers() -> None:
    assert paths(BASE, {"a": WHITEOUT}, {"a": directory(), "a/n": file(b"")}) == [
        "a", "a/n", "f", "l"]
    # What came back does not bring the old content with it.
    assert paths(BASE, {"a": WHITEOUT}, {"a": directory()}, {"a/d": directory()}) == [
        "a", "a/d", "f", "l"]


def test_an_opaque_folder_hides_nested_ones_too() -> None:
    """The old children of a folder inside an opaque one stay hidden (image-spec 840)."""
    old: Changes = {
        "etc": directory(), "etc/app": directory(), "etc/app/conf": directory(),
        "etc/app/conf/old": file(b"old"), "etc/app/old": file(b"old")}
    new: Changes = {
        "etc": OPAQUE, "etc/app": directory(), "etc/app/conf": directory(),
        "etc/app/conf/new": file(b"new")}
    assert paths(old, new) == ["etc", "etc/app", "etc/app/conf", "etc/app/conf/new"]
    nested = {**new, "etc/app": OPAQUE}
    assert paths(old, nested) == paths(old, new)


def test_metadata_come_from_the_top_and_entries_know_their_layer() -> None:
    tree = Tree().over(BASE).over({"a": directory(0o700, 7, uid=3), "a/x": file(b"new")})
    entry = tree.get("a")
    assert entry is not None
    assert (entry.node.mode, entry.node.uid, entry.node.mtime) == (0o700, 3, 7)
    depths = {path: found.depth for path in tree.paths() if (found := tree.get(path))}
    assert depths == {"a": 1, "a/d": 0, "a/d/y": 0, "a/x": 1, "f": 0, "l": 0}
    assert text(tree, "a/x") == b"new"


def test_lower_trees_stay_as_they_were() -> None:
    lower = Tree().over(BASE)
    before = view_of_tree(lower)
    for changes in ({"a": WHITEOUT}, {"": OPAQUE}, {"a/x": file(b"other")}, {"f/new": file(b"")}):
        lower.over(changes)
    assert view_of_tree(lower) == before
    assert len(lower) == 6


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_changes_does_not_matter(seed: int) -> None:
    dice = random.Random(seed)
    layers = random_layers(dice)
    tree = Tree()
    for rows in layers:
        items = list(nodes_of(rows).items())
        dice.shuffle(items)
        tree = tree.over(dict(items))
    assert view_of_tree(tree) == view_of_tree(tree_of(layers))


@pytest.mark.parametrize("seed", range(60))
def test_a_tree_is_connected(seed: int) -> None:
    """Every path's parent is a directory that names it, and nothing else is named."""
    tree = tree_of(random_layers(random.Random(seed)))
    for path in tree.paths():
        front, _, name = path.rpartition("/")
        parent = tree.get(front)
        assert parent is not None
        assert parent.node.is_directory
        assert name in tree.names(front)
        entry = tree.get(path)
        assert entry is not None
        assert entry.node.kind is not Kind.WHITEOUT
    assert len(list(tree.paths())) == len(tree)


def test_deep_and_wide_stacks() -> None:
    tree = Tree()
    for number in range(127):
        tree = tree.over({f"d{number % 7}/f{number}": file(b"x")})
    assert tree.depth == 127
    assert len(tree) == 7 + 127
    deep: Changes = {"/".join(["d"] * 2000): file(b"")}
    assert len(Tree().over(deep)) == 2000
    assert len(Tree().over(deep).over({"d": WHITEOUT})) == 0


def test_chain_ids() -> None:
    first, second = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
    assert chain_id_of("", first) == first
    # printf 'sha256:1… sha256:2…' | sha256sum
    expected = "sha256:9932074217c35353d2e03a3f5a86549f7c67bfeb0ba53e23d69f4d4c8f7958f5"
    base = Layer(first, BASE)
    top = Layer(second, {"f": WHITEOUT}, base)
    assert (base.depth, top.depth) == (1, 2)
    assert top.stack == (base, top)
    assert top.chain_id == expected
    assert list(top.tree.paths()) == ["a", "a/d", "a/d/y", "a/x", "l"]
    assert top == Layer(second, {}, base)
    assert top != Layer(second, {"f": WHITEOUT})


def test_sizes() -> None:
    """As ``docker history`` counts: files, link targets, each hard-linked file once."""
    linked = replace(file(b"12345"), inode=1)
    changes: dict[str, Node] = {
        "d": directory(), "d/f": file(b"123"), "d/가": symlink("한"), "one": linked,
        "two": linked, "three": replace(linked, inode=2), "gone": WHITEOUT}
    assert size_of(changes) == 3 + 3 + 5 + 5
    assert Layer(f"sha256:{'1' * 64}", changes).size == 16
