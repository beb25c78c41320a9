"""What ``COPY`` and ``ADD`` copy: files of the build context or of an image, and their digests."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from imagelab.engine.path_match import path_match
from imagelab.engine.scope import follow
from imagelab.formats import layer_tar
from imagelab.formats.context_tar import Context
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.tarsum import entry_digest
from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Kind, Node
from imagelab.model.tree import Tree
from imagelab.shell.budget import Budget

_URLS = ("http://", "https://")


@dataclass(frozen=True)
class Source:
    """A place that files are copied from.

    Attributes:
        files: its files.
        digest: tells the digest of what a path leads to; a path itself for nothing. Links that
            lead in circles raise ``FileError``.
        budget: what looking for files may cost.
        is_context: whether it is the build context.
        is_missing: whether there is none: the build has a Dockerfile alone.
    """

    files: FileSystem
    digest: Callable[[str], str]
    budget: Budget
    is_context: bool = False
    is_missing: bool = False

    def paths(self, folder: str) -> Iterator[str]:
        """Yield the paths of a folder and of all in it, names in order; not the root's.

        Raises:
            ExhaustedError: there are too many.
        """
        for path, _ in self.files.walk(f"/{folder}"):
            self.budget.take("entries")
            if path != "/":
                yield path[1:]


@dataclass(frozen=True)
class Found:
    """One thing to copy.

    Attributes:
        source: where it is.
        path: its path there, as it was named.
        name: the name that it has in a folder; empty for an address without one.
        digest: ``file:…`` or ``dir:…``.
        url: where it was fetched from, or empty: ``ADD`` unpacks no such archive.
    """

    source: Source
    path: str
    name: str
    digest: str
    url: str = ""


@dataclass(frozen=True)
class Fetched:
    """What an address gave.

    Attributes:
        content: the bytes, in the lab's own keeping.
        mtime: when they last changed, nanoseconds since 1970; 0 for unknown.
        name: the last part of the address's path, decoded; empty for none.
    """

    content: Content
    mtime: int = 0
    name: str = ""


#: Fetches a file from an address; raises ``DockerfileError`` with the reason.
Fetch = Callable[[str], Fetched]


def no_context(budget: Budget) -> Source:
    """Return the source of a build without a context."""
    return Source(FileSystem(Tree(), {}), str, budget, is_context=True, is_missing=True)


def context_source(context: Context, budget: Budget) -> Source:
    """Return a build context as a source."""
    files = FileSystem(context.tree, {})

    @cache
    def digest(path: str) -> str:
        found = follow(files, path)
        _count(files, found, budget)
        return context.digest(found) or path

    return Source(files, digest, budget, is_context=True)


def image_source(tree: Tree, budget: Budget) -> Source:
    """Return the files of an image as a source."""
    files = FileSystem(tree, {})

    @cache
    def digest(path: str) -> str:
        found = follow(files, path)
        node = _count(files, found, budget)
        return found if node is None else _node_digest(found, node)

    return Source(files, digest, budget)


def _count(files: FileSystem, path: str, budget: Budget) -> Node | None:
    """Return what is at a path, its bytes counted as read."""
    node = files.lookup(f"/{path}", follow=False)
    budget.take("hashed", node.size if node else 0)
    return node


def _node_digest(path: str, node: Node) -> str:
    """Return the digest that a file of an image has for the builder.

    The names of owners are those of the daemon's machine, where at least root is one.
    """
    regular = node.kind is Kind.FILE
    return entry_digest(
        path + ("/" if node.is_directory else ""), layer_tar.TYPES[node.kind].decode(),
        mode=node.st_mode, uid=node.uid, gid=node.gid,
        size=node.size if regular else 0, target=node.target, device=node.device,
        user="" if node.uid else "root", group="" if node.gid else "root",
        xattrs=tuple(each for each in node.xattrs if each[0] == "security.capability"),
        content=node.content if regular and node.size else None)


def find(
    source: Source, instruction: str, words: Sequence[str], fetch: Fetch | None,
) -> list[Found]:
    """Return what the words of an instruction name: paths, patterns of paths, or addresses.

    Args:
        source: where paths are looked for.
        instruction: ``COPY`` or ``ADD``.
        words: what the instruction names.
        fetch: fetches from addresses; None where the lab was not opened for that.

    Raises:
        DockerfileError: something is not there, or no pattern matches anything.
    """
    found: list[Found] = []
    for word in words:
        if word.startswith(_URLS):
            found.append(_remote(source, word, instruction, fetch))
        elif source.is_missing:
            raise DockerfileError("missing build context")
        else:
            found.extend(_find(source, word))
    if not found:
        raise DockerfileError("no source files were specified")
    return found


def _remote(
    beside: Source, url: str, instruction: str, fetch: Fetch | None,
) -> Found:
    if instruction != "ADD":
        raise DockerfileError(f"source can't be a URL for {instruction}")
    if fetch is None:
        raise DockerfileError(
            f"imagelab does not fetch {url}: this lab was opened without fetch_urls")
    fetched = fetch(url)
    name = fetched.name
    path = name or "download"
    node = Node(Kind.FILE, 0o600, mtime=fetched.mtime, content=fetched.content)
    source = image_source(Tree().over({path: node}), beside.budget)
    return Found(source, path, name, f"file:{source.digest(path)}", url=url)


def joint_digest(found: Sequence[Found]) -> str:
    """Return the digest of all things of one instruction, as history shows it."""
    if len(found) == 1:
        return found[0].digest
    return f"multi:{_hash(each.digest for each in found)}"


def _hash(digests: Iterator[str]) -> str:
    return hashlib.sha256(",".join(digests).encode("utf-8", "surrogateescape")).hexdigest()


def _find(source: Source, word: str) -> Iterator[Found]:
    path = word.removeprefix("/").removeprefix("./")
    if not _has_wildcards(path):
        yield _found(source, path)
        return
    for each in source.paths(""):
        if _matches(path, each):
            yield _found(source, each)


def _matches(pattern: str, path: str) -> bool:
    try:
        return path_match(pattern, path)
    except ValueError:
        return False


def _has_wildcards(path: str) -> bool:
    at = 0
    while at < len(path):
        if path[at] in "*?[":
            return True
        at += 2 if path[at] == "\\" else 1
    return False


def _found(source: Source, path: str) -> Found:
    """Return one thing by its path.

    Raises:
        DockerfileError: it is not there.
    """
    clean = posixpath.normpath(path)
    outside = DockerfileError(f"forbidden path outside the build context: {path} ()")
    if clean == ".." or clean.startswith("../"):
        raise outside
    try:
        node = source.files.stat(f"/{clean}")
    except FileError as error:
        if error.code in ("ENOTDIR", "ELOOP"):
            raise outside from error
        where = ("file not found in build context or excluded by .dockerignore: "
                 if source.is_context else "")
        raise DockerfileError(f"{where}stat {path}: file does not exist") from error
    name = posixpath.basename(clean)
    if not node.is_directory:
        return Found(source, clean, name, f"file:{source.digest(clean)}")
    return Found(source, clean, name, f"dir:{_hash(iter(sorted(_digests_below(source, clean))))}")


def _digests_below(source: Source, path: str) -> Iterator[str]:
    """Yield the digests of a folder and all in it; links count as what they lead to.

    Those that lead in circles do not count.
    """
    for below in source.paths(source.files.resolve(f"/{path}")):
        with suppress(FileError):
            yield source.digest(below)
