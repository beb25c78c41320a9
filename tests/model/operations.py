"""Random layers and file operations as JSON values, and how a FileSystem carries them out.

The same lists go to a FileSystem and to the kernel's overlayfs (``overlay_worker.py``), which
must agree on every result.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import WHITEOUT, Kind, Node, directory, file, symlink
from imagelab.model.tree import Tree, parent_of

SECOND = 1_000_000_000
#: Time of everything that an operation writes; the times of layers and of ``utime`` are earlier.
NOW = 2_000_000_000 * SECOND
USER = 1000

Operation = list[Any]
#: One layer: rows of path, kind, mode, uid, gid, seconds, text (content, target or the path of
#: the hard link); parents stand before what is in them, hard links at the end.
LayerRows = list[list[Any]]

FOLDERS = ("directory", "opaque")
NAMES = ("a", "b", "c", "가")
MODES = (0o644, 0o600, 0o666, 0o4755, 0o2755, 0o444)
FOLDER_MODES = (0o755, 0o777, 0o700, 0o1777, 0o775, 0o2775)


def random_layers(dice: random.Random) -> list[LayerRows]:
    """Two or three layers over one small set of names, with links, whiteouts, opaque folders."""
    layers: list[LayerRows] = []
    for _ in range(dice.choice((2, 2, 3))):
        layers.append(_random_layer(dice, tree_of(layers)))
    return layers


def _random_layer(dice: random.Random, below: Tree) -> LayerRows:
    rows: dict[str, list[Any]] = {}
    for _ in range(dice.randint(4, 12)):
        path = "/".join(dice.choice(NAMES) for _ in range(dice.choice((1, 1, 2, 2, 3))))
        if _open_way(rows, path, below):
            rows[path] = _random_row(dice, path, rows, below)
    return [rows[path] for path in _in_order(rows)]


def _open_way(rows: dict[str, list[Any]], path: str, below: Tree) -> bool:
    """Give the layer the parents of a path; they look as they do below, as after a copy-up."""
    if path in rows:
        return False
    parent = parent_of(path)
    if parent and parent not in rows:
        if not _open_way(rows, parent, below):
            return False
        entry = below.get(parent)
        node = entry.node if entry and entry.node.is_directory else directory(mtime=10 * SECOND)
        rows[parent] = [
            parent, "directory", node.mode, node.uid, node.gid, node.mtime // SECOND, ""]
    return not parent or rows[parent][1] in FOLDERS


def _random_row(
    dice: random.Random, path: str, rows: dict[str, list[Any]], below: Tree
) -> list[Any]:
    owner = dice.choice((0, 0, USER))
    seconds = 100 + dice.randrange(1000)
    kinds = ["file"] * 4 + ["directory"] * 4 + ["symlink"] * 2 + ["link"]
    if _shines_through(path, rows, below):
        kinds += ["whiteout", "opaque"]
    kind = dice.choice(kinds)
    files = [other for other, row in rows.items() if row[1] == "file"]
    if kind == "link" and files:
        source = rows[dice.choice(files)]
        return [path, "link", *source[2:6], source[0]]
    if kind in FOLDERS:
        return [path, kind, dice.choice(FOLDER_MODES), owner, owner, seconds, ""]
    if kind == "symlink":
        return [path, kind, 0o777, owner, owner, seconds, random_target(dice)]
    if kind == "whiteout":
        return [path, kind, 0, 0, 0, 0, ""]
    return [path, "file", dice.choice(MODES), owner, owner, seconds, f"{path} in {below.depth}\n"]


def _shines_through(path: str, rows: dict[str, list[Any]], below: Tree) -> bool:
    """Whether a lower layer has the path; overlayfs leaves whiteouts nowhere else."""
    folder = path
    while folder := parent_of(folder):
        if rows[folder][1] == "opaque":
            return False
    return below.get(path) is not None


def _in_order(rows: dict[str, list[Any]]) -> list[str]:
    return sorted(rows, key=lambda path: (rows[path][1] == "link", path.count("/"), path))


def random_target(dice: random.Random) -> str:
    return dice.choice((
        "a", "b", "c", "../a", "../b", "a/b", "/a", "/b/c", "/", ".", "..", "nothing", "a/",
        "/가/a"))


def random_operations(
    dice: random.Random, layers: list[LayerRows], count: int
) -> list[Operation]:
    known = [row[0] for rows in layers for row in rows]
    folders = ["", *(row[0] for rows in layers for row in rows if row[1] in FOLDERS)]
    return [_random_operation(dice, known, folders) for _ in range(count)]


def _known(dice: random.Random, known: list[str]) -> str:
    return f"/{dice.choice(known)}{_tail(dice)}"


def _new(dice: random.Random, known: list[str], folders: list[str]) -> str:
    """A path that may be free, remembered for the operations to come."""
    path = f"{dice.choice(folders)}/{dice.choice((*NAMES, 'd', 'e', 'f'))}".lstrip("/")
    known.append(path)
    return f"/{path}{_tail(dice)}"


def _tail(dice: random.Random) -> str:
    if dice.randrange(12):
        return ""
    return dice.choice(("/", "/.", "/..", "//", "/./../a", "/../b"))


def _random_operation(
    dice: random.Random, known: list[str], folders: list[str]
) -> Operation:
    name = dice.choices(
        ("write", "append", "mkdir", "rmdir", "unlink", "rename", "link", "symlink", "chmod",
         "chown", "lchown", "utime", "lutime", "user"),
        (4, 3, 6, 4, 6, 9, 3, 3, 2, 2, 1, 1, 1, 1),
    )[0]
    makes = name in ("mkdir", "symlink") or (name == "write" and dice.random() < 0.5)
    path = _new(dice, known, folders) if makes else _known(dice, known)
    if name in ("write", "append"):
        return [name, path, dice.choice(("", "x", "longer\n"))]
    if name in ("rename", "link"):
        if dice.random() < 0.3:
            return [name, path, _known(dice, known)]
        return [name, path, _new(dice, known, folders)]
    if name == "symlink":
        return [name, random_target(dice), path]
    if name == "mkdir":
        folders.append(path.strip("/"))
    if name in ("mkdir", "chmod"):
        modes = FOLDER_MODES if name == "mkdir" or dice.random() < 0.5 else MODES
        return [name, path, dice.choice(modes)]
    if name in ("chown", "lchown"):
        return [name, path, dice.choice((0, USER)), dice.choice((0, USER))]
    if name in ("utime", "lutime"):
        return [name, path, dice.randrange(1000)]
    if name == "user":
        return [name, dice.choice((0, 0, USER))]
    return [name, path]


def nodes_of(rows: LayerRows) -> dict[str, Node]:
    """The changes of one layer."""
    nodes: dict[str, Node] = {}
    inode = 0
    for path, kind, mode, uid, gid, seconds, text in rows:
        if kind == "link":
            if not nodes[text].inode:
                inode += 1
                nodes[text] = replace(nodes[text], inode=inode)
            nodes[path] = nodes[text]
            continue
        if kind == "whiteout":
            nodes[path] = WHITEOUT
            continue
        if kind == "file":
            node = file(text.encode())
        elif kind == "symlink":
            node = symlink(text)
        else:
            node = replace(directory(), opaque=kind == "opaque")
        nodes[path] = replace(node, mode=mode, uid=uid, gid=gid, mtime=seconds * SECOND)
    return nodes


def tree_of(layers: list[LayerRows]) -> Tree:
    tree = Tree()
    for rows in layers:
        tree = tree.over(nodes_of(rows))
    return tree


def apply(files: FileSystem, operation: Operation) -> str:
    """Carry out one operation; return ``ok`` or the name of the error."""
    name, *rest = operation
    try:
        if name == "write":
            files.write(rest[0], rest[1].encode())
        elif name == "append":
            files.write(rest[0], rest[1].encode(), append=True)
        elif name == "mkdir":
            files.mkdir(rest[0], mode=rest[1])
        elif name == "lchown":
            files.chown(*rest, follow=False)
        elif name in ("utime", "lutime"):
            files.utime(rest[0], rest[1] * SECOND, follow=name == "utime")
        elif name == "user":
            files.uid = files.gid = rest[0]
        else:
            getattr(files, name)(*rest)
    except FileError as error:
        return error.code
    return "ok"


def shown(node: Node) -> list[Any]:
    """What a look at a path tells: kind, mode, owner, time, content or target."""
    text = node.target if node.kind is Kind.SYMLINK else node.content.read().decode()
    mode = 0o777 if node.kind is Kind.SYMLINK else node.mode
    seconds = None if node.mtime == NOW else node.mtime // SECOND
    return [node.kind.value, mode, node.uid, node.gid, seconds, text]


def view_of_files(files: FileSystem) -> dict[str, list[Any]]:
    """All that root sees."""
    user, files.uid = files.uid, 0
    view = {path: shown(node) for path, node in files.walk("/")}
    files.uid = user
    return view


def view_of_tree(tree: Tree) -> dict[str, list[Any]]:
    root = tree.get("")
    assert root is not None
    view = {"/": shown(root.node)}
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None
        view["/" + path] = shown(entry.node)
    return view
