"""Commands that the recorded cases run inside containers, over the recorded base image."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import pytest

from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Node, directory, file, symlink
from imagelab.model.tree import Tree
from tests.shell.support import NOW, run, text

_BASE = Path(__file__).parents[1] / "conformance" / "base.tar"


@pytest.fixture(scope="module")
def base() -> Tree:
    if not _BASE.exists():
        pytest.skip("no recorded base image")
    tree = Tree()
    with tarfile.open(_BASE) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        for layer in json.load(manifest)[0]["Layers"]:
            found = archive.extractfile(layer)
            assert found is not None
            tree = tree.over(_changes(found.read()))
    return tree


def _changes(data: bytes) -> dict[str, Node]:
    changes: dict[str, Node] = {}
    with tarfile.open(fileobj=io.BytesIO(data)) as layer:
        for entry in layer:
            name = entry.name.rstrip("/")
            if entry.isdir():
                changes[name] = directory(entry.mode)
            elif entry.issym():
                changes[name] = symlink(entry.linkname)
            elif entry.isfile():
                content = layer.extractfile(entry)
                assert content is not None
                changes[name] = file(content.read(), entry.mode)
    return changes


@pytest.mark.parametrize(("script", "out", "err", "status"), [
    ("echo one > /one; cat /one", "one\n", "", 0),
    ("cat /srv/data/a.txt; ls /srv/data", "alpha\na.txt\nb.txt\nbig.bin\nsub\n", "", 0),
    ("echo out; echo err >&2", "out\n", "err\n", 0),
    ("exit 3", "", "", 3),
    ("ln -s a.txt /srv/data/soft; echo h > /h1; ln /h1 /h2; cat /srv/data/soft /h2;"
     "stat -c %h /h1", "alpha\nh\n2\n", "", 0),
    ("rm /srv/data/big.bin; ls /srv/data", "a.txt\nb.txt\nsub\n", "", 0),
    ("rm -r /srv/data; mkdir /srv/data; echo new > /srv/data/new.txt; ls /srv/data",
     "new.txt\n", "", 0),
    ("echo $A-$B-$PATH", "1--/bin\n", "", 0),
    ("pwd; hostname; id -u", "/\nbox\n0\n", "", 0),
    ("head -c 3000 /dev/zero > /x; wc -c < /x", "3000\n", "", 0),
    ("ls /one /two", "", "ls: /one: No such file or directory\n"
     "ls: /two: No such file or directory\n", 1),
])
def test_a_command_behaves_as_recorded(
    base: Tree, script: str, out: str, err: str, status: int
) -> None:
    files = FileSystem(base, {}, now=NOW)
    result = run(files, "/bin/sh", "-c", script, env=("A=1", "PATH=/bin"))
    assert (text(result, 1), text(result, 2), result.process.status) == (out, err, status)


def test_what_a_command_changes_is_what_a_layer_records(base: Tree) -> None:
    files = FileSystem(base, {}, now=NOW)
    run(files, "sh", "-c", "echo one > /one; echo x >> /srv/data/a.txt; rm /srv/data/b.txt;"
        "mkdir /new; echo y > /new/y; echo t > /t; rm /t")
    kinds = {path: node.kind.value for path, node in files.changes.items() if path}
    assert kinds == {"one": "file", "srv": "directory", "srv/data": "directory",
                     "srv/data/a.txt": "file", "srv/data/b.txt": "whiteout",
                     "new": "directory", "new/y": "file"}
