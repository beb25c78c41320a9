"""Whether all that one place shows can be seen in another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from imagelab.course.levels.goals.case import Case, Difference, differs, tree_of
from imagelab.engine.rootfs import image_tree
from imagelab.model.content import Content
from imagelab.model.node import Changes, Kind, Node
from imagelab.model.state import State
from imagelab.model.tree import Tree, parent_of
from imagelab.views.plan.who import container_of, image_of

#: Bytes of a file that are compared.
_MOST_READ = 1 << 24
#: Files that are told one by one.
_MOST_TOLD = 3


def files(case: Case) -> Iterator[Difference]:
    """All that ``like`` shows is in ``image``, below ``path`` and ``but`` for some paths.

    ``like`` is an image or container as it was at the start; without it, the same image after the
    model solution counts. With ``only``, ``image`` has nothing else there. Times and permissions
    may differ.
    """
    name = case.keys["image"]
    image = image_of(case.now, name)
    if image is None:
        yield differs("no_image", image=name)
        return
    found, wanted = tree_of(case.now, image), _wanted(case)
    faults = list(_faults(case, found, wanted))
    for key, path in islice(faults, _MOST_TOLD):
        yield differs(key, place=name, path=f"/{path}", like=case.keys.get("like"))
    if len(faults) > _MOST_TOLD:
        yield differs("more_files", count=len(faults) - _MOST_TOLD, place=name)


def _wanted(case: Case) -> Tree:
    if "like" not in case.keys:
        return tree_of(case.solved, image_of(case.solved, case.keys["image"]))
    return _seen(case.start, case.keys["like"])


def _seen(state: State, name: str) -> Tree:
    """Return what a container has of its image and its own; or what an image has."""
    container = container_of(state, name)
    if container:
        return image_tree(container).over(container.changes)
    return tree_of(state, image_of(state, name))


def _faults(case: Case, found: Tree, wanted: Tree) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a path, and the path; of a directory that is missing, it alone."""
    gone: set[str] = set()
    for path in filter(lambda each: _counts(case, each), wanted.paths()):
        own, entry = found.get(path), wanted.get(path)
        if own is None:
            if parent_of(path) not in gone:
                yield "no_file", path
            gone.add(path)
        elif entry and not same(own.node, entry.node):
            yield "file_differs" if "like" in case.keys else "file_wrong", path
    if case.keys.get("only"):
        yield from (("file_left", path) for path in found.paths()
                    if _counts(case, path) and wanted.get(path) is None)


def _counts(case: Case, path: str) -> bool:
    return _is_in(path, case.keys.get("path", "/")) and not any(
        _is_in(path, each) for each in case.keys.get("but", ()))


def _is_in(path: str, folder: str) -> bool:
    return f"/{path}/".startswith(f"{folder.rstrip('/')}/")


def same_changes(one: Changes, other: Changes) -> bool:
    """Whether two sets of files are the same but for times and permissions."""
    return one.keys() == other.keys() and all(
        same(node, other[path]) for path, node in one.items())


def same(one: Node, other: Node) -> bool:
    """Whether two nodes are of one kind and hold the same."""
    if one.kind is not other.kind or one.target != other.target:
        return False
    return one.kind is not Kind.FILE or _same_content(one.content, other.content)


def _same_content(one: Content, other: Content) -> bool:
    return one == other or (
        one.size == other.size and one.read(_MOST_READ) == other.read(_MOST_READ))
