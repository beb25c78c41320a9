"""Hard links of several layers, whose inode numbers count from 1 in each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Node, file
from tests.shell.support import NOW, run, text, tree


def _files(flavour: str) -> FileSystem:
    def linked(data: bytes) -> Node:
        return replace(file(data * 5000), inode=1)

    lower = tree(flavour).over({"tmp/a": linked(b"x"), "tmp/b": linked(b"x")})
    return FileSystem(lower.over({"tmp/c": linked(b"y"), "tmp/d": linked(b"y")}), {}, now=NOW)


@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_du_counts_the_files_of_each_layer(flavour: str) -> None:
    assert text(run(_files(flavour), "du", "-s", "/tmp")) == "20\t/tmp\n"


def test_cp_links_within_a_layer_only() -> None:
    files = _files("gnu")
    run(files, "cp", "-a", "/tmp", "/copy")
    shell = run(files, "bash", "-c", "cd /copy; [ a -ef b ]; echo $?; [ a -ef c ]; echo $?; "
                                     "[ c -ef d ]; echo $?; cmp c d; cmp a b; cmp -s a c; echo $?")
    assert text(shell) == "0\n1\n0\n1\n"


@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_ls_gives_the_files_of_each_layer_their_own_numbers(flavour: str) -> None:
    rows = text(run(_files(flavour), "ls", "-i1", "/tmp")).splitlines()
    a, b, c, d = (row.split()[0] for row in rows)
    assert (a, c) == (b, d)
    assert a != c
