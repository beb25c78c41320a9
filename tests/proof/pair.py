"""The same commands in a lab and on a real Docker, and ways to compare what came of them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imagelab.lab import Lab
from imagelab.model.tree import Tree
from tests.dockerd import Dockerd

#: A file of an image: its type, mode, owner and what it holds or points at.
File = tuple[str, int, int, int, bytes | str]


@dataclass
class Pair:
    """A lab ("here"), a real daemon ("there") and a folder for archives."""

    lab: Lab
    dockerd: Dockerd
    folder: Path

    def here(self, *words: str, stdin: str = "") -> str:
        """Run a command in the lab, which must succeed."""
        done = self.lab.docker(words, stdin, folder=self.folder)
        assert done.exit_code == 0, f"here: {words}: {done.stderr}"
        return done.stdout

    def there(self, *words: str, stdin: str | None = None) -> str:
        """Run a command on the real daemon, which must succeed."""
        return self.dockerd.docker(*words, input=stdin).stdout

    def both(self, *words: str) -> tuple[str, str]:
        return self.here(*words), self.there(*words)

    def send(self, *names: str) -> None:
        """Carry images from here to there."""
        path = str(self.folder / "sent.tar")
        self.here("save", "-o", path, *names)
        self.there("load", "-q", "-i", path)

    def fetch(self, *names: str) -> None:
        """Carry images from there to here."""
        path = str(self.folder / "fetched.tar")
        self.there("save", "-o", path, *names)
        self.here("load", "-q", "-i", path)

    def compare(self, name: str, *, but: tuple[str, ...] = ()) -> None:
        """Assert that an image reads the same on both sides."""
        here, there = (json.loads(text)[0] for text in self.both("image", "inspect", name))
        for document in (here, there):
            for key in ("GraphDriver", "Metadata", "Parent", *but):
                document.pop(key, None)
        assert here == there
        line = "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}"
        history = ("history", "--no-trunc", "--human=false", "--format", line, name)
        mine, real = self.both(*history)
        assert _without_ids(mine) == _without_ids(real)

    def files_there(self, name: str) -> dict[str, File]:
        """Return the files of an image as a real container shows them."""
        identifier = self.there("create", "--network", "none", name, "x").strip()
        path = self.folder / "exported.tar"
        self.there("export", "-o", str(path), identifier)
        self.there("rm", identifier)
        with tarfile.open(path) as tar:
            return files_of_tar(tar)

    def files_here(self, name: str) -> dict[str, File]:
        """Return the files of an image as the lab's merged view shows them."""
        state = self.lab.state
        image = state.images[self.here("images", "-q", "--no-trunc", name).strip()]
        layer = state.layer_of(image)
        return files_of_tree(layer.tree if layer else Tree())


def _without_ids(history: str) -> list[list[str]]:
    """Leave out IDs below the first line: parents are known only where they were committed."""
    rows = [line.split("\t") for line in history.splitlines()]
    return [rows[0], *(row[1:] for row in rows[1:])]


def files_of_tree(tree: Tree) -> dict[str, File]:
    found: dict[str, File] = {}
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None
        node = entry.node
        content = node.target or b"".join(node.content.chunks())
        found[path] = (node.kind.value, node.mode, node.uid, node.gid, content)
    return found


def files_of_tar(tar: tarfile.TarFile) -> dict[str, File]:
    """Return the files of a tar; a hard link has the content of what it links to."""
    kinds = {tarfile.DIRTYPE: "directory", tarfile.SYMTYPE: "symlink", tarfile.FIFOTYPE: "fifo",
             tarfile.CHRTYPE: "character", tarfile.BLKTYPE: "block"}
    found: dict[str, File] = {}
    for member in tar:
        path = member.name.removeprefix("./").strip("/")
        if not path:
            continue
        kind = kinds.get(member.type, "file")
        file = tar.extractfile(member) if kind == "file" else None
        content = member.linkname if kind == "symlink" else file.read() if file else b""
        found[path] = (kind, member.mode & 0o7777, member.uid, member.gid, content)
    return found


def layers_of(archive: Path) -> list[bytes]:
    """Return the layer tars of an archive of one image, the lowest first."""
    with tarfile.open(archive) as tar:
        manifest = read_member(tar, "manifest.json")
        (entry,) = json.loads(manifest)
        return [read_member(tar, name) for name in entry["Layers"]]


def read_member(tar: tarfile.TarFile, name: str) -> bytes:
    """Read a file of an archive, through the links that ``docker save`` makes of equal layers."""
    member = tar.getmember(name)
    if member.issym():
        return read_member(tar, str(Path(name).parent / member.linkname).replace("/..", ""))
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def entries_of(layer: bytes) -> dict[str, tuple[bytes, int, int, int, int, str]]:
    """Return what a layer tar lists: times, order, and the modes of markers aside."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        for member in tar:
            marker = member.name.rpartition("/")[2].startswith(".wh.")
            target = member.linkname if member.issym() or member.islnk() else ""
            found[member.name.strip("/")] = (
                member.type, 0 if marker else member.mode & 0o7777, member.uid, member.gid,
                member.size, target)
    return found


def config_of(archive: Path) -> Mapping[str, Any]:
    """Return the image configuration in an archive of one image."""
    with tarfile.open(archive) as tar:
        (entry,) = json.loads(read_member(tar, "manifest.json"))
        config: Mapping[str, Any] = json.loads(read_member(tar, entry["Config"]))
        return config
