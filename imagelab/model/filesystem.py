"""A container's file system while something runs in it: a tree below, changes on top.

The changes follow overlayfs, since they become the layer that ``docker commit`` makes: writing
copies a file up with its parent directories, removing a lower path leaves a whiteout, and a
directory made where something was removed is opaque. Directories of lower layers cannot be
renamed (``EXDEV``), as on a daemon's overlay2; ``mv`` copies them instead.

Paths are absolute inside the container, ``/`` in front or not. A :class:`FileSystem` is the one
mutable thing below the engine: it lives as long as one command.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from imagelab.model.content import Bytes, Content, join
from imagelab.model.file_error import FileError
from imagelab.model.node import WHITEOUT, Changes, Kind, Node
from imagelab.model.tree import Tree, join_path, name_of, parent_of
from imagelab.model.upper import Upper

MAX_LINKS = 40
MAX_NAME = 255
MAX_PATH = 4096

def _byte_length(text: str) -> int:
    return len(text.encode("utf-8", "surrogateescape"))


#: What is wrong with removing a directory by a path that ends in no name.
_NO_NAME_TO_REMOVE = {"": "EBUSY", ".": "EINVAL", "..": "ENOTEMPTY"}


def _check_path(path: str) -> None:
    if not path:
        raise FileError("ENOENT", path)
    if _byte_length(path) >= MAX_PATH:
        raise FileError("ENAMETOOLONG", path)


class FileSystem:
    """A mutable view for one command.

    Attributes:
        now: time given to what is written, nanoseconds since 1970.
        uid: user on whose behalf files are touched; 0 may do everything.
        gid: that user's group.
        groups: that user's further groups.
        umask: permission bits taken away from new files and directories.
    """

    def __init__(
        self,
        tree: Tree,
        changes: Changes,
        *,
        now: int = 0,
        mounts: Mapping[str, Changes] | None = None,
        volumes: Mapping[str, str] | None = None,
        trees: Mapping[str, Tree] | None = None,
        read_only: Collection[str] = (),
    ) -> None:
        """Open a container's files.

        Args:
            tree: the image's layers, merged.
            changes: what the container has changed so far.
            now: see the attribute.
            mounts: what lies on mount points (``proc``, a volume) instead; it is kept apart
                from the changes and never committed.
            volumes: which volume lies on a mount point; points with the same one show the same.
            trees: what lies below the changes made on further mount points.
            read_only: mount points where nothing may be changed; the root is ``""``.
        """
        self.now = now
        self.uid = 0
        self.gid = 0
        self.groups: tuple[int, ...] = ()
        self.umask = 0o022
        self._read_only = read_only
        self._root = Upper(tree, changes)
        self._mounts: dict[str, Upper] = {}
        # What is written at one point of a volume shows at the others; content that is alike, even
        # the same object, says nothing: new volumes are all empty.
        uppers: dict[str, Upper] = {}
        for point, content in (mounts or {}).items():
            name = (volumes or {}).get(point, f"/{point}")  # no volume's name has a slash
            self._mounts[point] = uppers.setdefault(name, Upper(Tree(), content))
        self._mounts |= {point: Upper(tree, {}) for point, tree in (trees or {}).items()}
        # Of points inside of one another the innermost counts.
        self._points = sorted(self._mounts, key=len, reverse=True)

    # --- what came of it -------------------------------------------------------------------

    @property
    def changes(self) -> dict[str, Node]:
        """The container's changes now, mounts left out."""
        return dict(self._root.changes)

    def mounted(self, point: str) -> dict[str, Node]:
        """Return what lies on a mount point now."""
        return dict(self._mounts[point].changes)

    def take(self, point: str) -> dict[str, Node]:
        """Return what was changed on a mount point; from now on its tree is to show it."""
        upper = self._mounts[point]
        self._mounts[point] = Upper(upper.tree, {})
        return upper.changes

    # --- looking ---------------------------------------------------------------------------

    def resolve(self, path: str, *, cwd: str = "/", follow: bool = True) -> str:
        """Return the path without links, dots and double slashes; its last part may be missing.

        Raises:
            FileError: ``ENOENT``, ``ENOTDIR``, ``ELOOP``, ``EACCES`` or ``ENAMETOOLONG``.
        """
        return self._walk(path, cwd, follow=follow)

    def _walk(self, path: str, cwd: str, *, follow: bool, create: bool = False) -> str:
        """Resolve; with ``create`` a slash at the end is ``EISDIR``, as ``open(2)`` has it."""
        _check_path(path)
        todo = [] if path.startswith("/") else cwd.split("/")
        todo = [*todo, *path.split("/")][::-1]
        found, links = "", 0
        while todo:
            part = todo.pop()
            if not part:
                continue
            self._need_directory(found, path)
            if part in (".", ".."):
                found = found if part == "." else parent_of(found)
                continue
            if _byte_length(part) > MAX_NAME:
                raise FileError("ENAMETOOLONG", path)
            here = join_path(found, part)
            node = self._get(here)
            last = not any(todo)
            slash = last and bool(todo)
            if slash and create:
                raise FileError("EISDIR", path)
            if node is not None and node.kind is Kind.SYMLINK and (follow or not last or slash):
                links += 1
                if links > MAX_LINKS:
                    raise FileError("ELOOP", path)
                if node.target.startswith("/"):
                    found = ""
                todo.extend(node.target.split("/")[::-1])
                continue
            if node is None and not last:
                raise FileError("ENOENT", path)
            if slash and node is not None and not node.is_directory:
                raise FileError("ENOTDIR", path)
            found = here
        return found

    def _name(self, path: str, cwd: str) -> tuple[str, str]:
        """Return the path of a name to make or remove, and the last part as it was written.

        Only what is in front of the name follows links. The last part is ``""`` for the root;
        for ``.`` and ``..`` the path means nothing.

        Raises:
            FileError: there is no way to the name's directory.
        """
        _check_path(path)
        front, slash, last = path.rstrip("/").rpartition("/")
        folder = self._walk(front + slash or ".", cwd, follow=True) if last else ""
        self._need_directory(folder, path)
        if _byte_length(last) > MAX_NAME:
            raise FileError("ENAMETOOLONG", path)
        return join_path(folder, last), last

    def _free_name(self, path: str, cwd: str, *, directory: bool = False) -> str:
        """Return the path of a name to make.

        Raises:
            FileError: ``EEXIST``; ``ENOENT`` for a slash behind what is to be no directory …
        """
        found, last = self._name(path, cwd)
        if last in ("", ".", "..") or self._get(found) is not None:
            raise FileError("EEXIST", path)
        if path.endswith("/") and not directory:
            raise FileError("ENOENT", path)
        return found

    def _need_directory(self, found: str, path: str) -> None:
        node = self._get(found)
        if node is None:
            raise FileError("ENOENT", path)
        if not node.is_directory:
            raise FileError("ENOTDIR", path)
        if not self._may(node, 1):
            raise FileError("EACCES", path)

    def _may(self, node: Node, wish: int) -> bool:
        """Whether the user may read (4), write (2), search or run (1)."""
        if self.uid == 0:
            return wish != 1 or node.is_directory or bool(node.mode & 0o111)
        shift = 6 if node.uid == self.uid else 3 if self._is_in(node.gid) else 0
        return bool(node.mode >> shift & wish)

    def _is_in(self, gid: int) -> bool:
        """Whether the user is in a group."""
        return gid == self.gid or gid in self.groups

    def _place(self, path: str) -> tuple[Upper, str]:
        """Return the mount that a resolved path lies on, and the path inside it."""
        point = self._point(path)
        if point is None:
            return self._root, path
        return self._mounts[point], path[len(point) + 1 :]

    def _point(self, path: str) -> str | None:
        """Return the mount point that a resolved path lies on; None for the root."""
        for point in self._points:
            if path == point or path.startswith(point + "/"):
                return point
        return None

    def is_read_only(self, path: str, *, cwd: str = "/") -> bool:
        """Whether nothing may be changed at a path, whoever wishes to.

        Raises:
            FileError: there is no way to it.
        """
        return bool(self._read_only) and self._is_read_only(self.resolve(path, cwd=cwd))

    def _is_read_only(self, found: str) -> bool:
        return bool(self._read_only) and (self._point(found) or "") in self._read_only

    def _check_writable(self, found: str, path: str) -> None:
        if self._is_read_only(found):
            raise FileError("EROFS", path)

    def _get(self, path: str) -> Node | None:
        upper, inside = self._place(path)
        return upper.get(inside)

    def lookup(self, path: str, *, cwd: str = "/", follow: bool = True) -> Node | None:
        """Return the node at a path, or None where there is none or no way to it."""
        try:
            return self._get(self.resolve(path, cwd=cwd, follow=follow))
        except FileError:
            return None

    def stat(self, path: str, *, cwd: str = "/", follow: bool = True) -> Node:
        """Return the node at a path.

        Raises:
            FileError: there is none, or no way to it.
        """
        node = self._get(self.resolve(path, cwd=cwd, follow=follow))
        if node is None:
            raise FileError("ENOENT", path)
        return node

    def names(self, path: str, *, cwd: str = "/") -> list[str]:
        """Return the names in a directory, sorted.

        Raises:
            FileError: ``ENOTDIR``, ``EACCES`` or no way to it.
        """
        node = self.stat(path, cwd=cwd)
        if not node.is_directory:
            raise FileError("ENOTDIR", path)
        if not self._may(node, 4):
            raise FileError("EACCES", path)
        found = self.resolve(path, cwd=cwd)
        upper, inside = self._place(found)
        names = upper.list(inside)
        names |= {name_of(point) for point in self._mounts if point and parent_of(point) == found}
        return sorted(names)

    def links(self, path: str, *, cwd: str = "/", follow: bool = False) -> int:
        """Return the number of hard links.

        For a directory 2 and one for each one inside; but 1 if it is merged from several
        layers, where overlayfs does not count.
        """
        found = self.resolve(path, cwd=cwd, follow=follow)
        node = self.stat(path, cwd=cwd, follow=follow)
        if node.is_directory:
            upper, inside = self._place(found)
            if upper.has_several(inside):
                return 1
            below = (upper.get(join_path(inside, name)) for name in upper.list(inside))
            return 2 + sum(1 for child in below if child is not None and child.is_directory)
        return max(1, len(self._siblings(found, node)))

    def origin(self, path: str, *, cwd: str = "/", follow: bool = False) -> tuple[str, int]:
        """Return where a node is recorded: its mount point, and how deep its layer lies.

        The depth is -1 in the changes. Inode numbers of one place count from 1, whatever those
        of others are.

        Raises:
            FileError: there is nothing, or no way to it.
        """
        self.stat(path, cwd=cwd, follow=follow)
        found = self.resolve(path, cwd=cwd, follow=follow)
        upper, inside = self._place(found)
        entry = None if inside in upper.changes else upper.tree.get(inside)
        return found[: len(found) - len(inside)], entry.depth if entry else -1

    def walk(self, path: str, *, cwd: str = "/") -> Iterator[tuple[str, Node]]:
        """Yield the path given and all below it, links not followed, names in order.

        The paths yielded begin with the path as it was given.
        """
        stack = [path]
        while stack:
            here = stack.pop()
            node = self.stat(here, cwd=cwd, follow=False)
            yield here, node
            if node.is_directory:
                front = here if here.endswith("/") else f"{here}/"
                stack.extend(f"{front}{name}" for name in reversed(self.names(here, cwd=cwd)))

    def read(self, path: str, *, cwd: str = "/") -> Content:
        """Return the content of a regular file; devices give nothing.

        Raises:
            FileError: ``EISDIR``, ``EACCES``, ``ENOENT`` …
        """
        node = self.stat(path, cwd=cwd)
        if node.is_directory:
            raise FileError("EISDIR", path)
        if not self._may(node, 4):
            raise FileError("EACCES", path)
        return node.content if node.kind is Kind.FILE else Bytes()

    def may_run(self, path: str, *, cwd: str = "/") -> bool:
        """Whether the path is a regular file that the user may execute."""
        node = self.lookup(path, cwd=cwd)
        return node is not None and node.kind is Kind.FILE and self._may(node, 1)

    # --- changing --------------------------------------------------------------------------

    def write(
        self, path: str, content: Content | bytes, *, cwd: str = "/", append: bool = False,
        mode: int = 0o666,
    ) -> None:
        """Write a regular file: make it, replace its content, or append to it.

        Writing to a device (``/dev/null``) does nothing.

        Raises:
            FileError: ``EISDIR``, ``EACCES``, ``ENOENT`` …
        """
        data = Bytes(content) if isinstance(content, bytes) else content
        found = self._walk(path, cwd, follow=True, create=True)
        node = self._get(found)
        if node is None:
            gid = self._new_gid(found)
            new = Node(Kind.FILE, mode & ~self.umask, self.uid, gid, self.now, data)
            self._add(found, new, path)
            return
        if node.is_directory:
            raise FileError("EISDIR", path)
        if node.kind is Kind.FILE:
            self._check_writable(found, path)
        if not self._may(node, 2):
            raise FileError("EACCES", path)
        if node.kind is not Kind.FILE:
            return
        if append and not data.size:
            self._copy_up(found)  # opened for writing, but not written
            return
        whole = join(node.content, data) if append else data
        kept = node.mode if self.uid == 0 else _without_set_id(node.mode)
        self._change(found, content=whole, mtime=self.now, mode=kept)

    def mkdir(self, path: str, *, cwd: str = "/", mode: int = 0o777) -> None:
        """Make one directory.

        Raises:
            FileError: ``EEXIST``, ``ENOENT``, ``EACCES`` …
        """
        found = self._free_name(path, cwd, directory=True)
        mode = mode & 0o1777 & ~self.umask | self._set_gid(found)
        gid = self._new_gid(found)
        self._add(found, Node(Kind.DIRECTORY, mode, self.uid, gid, self.now), path)

    def symlink(self, target: str, path: str, *, cwd: str = "/") -> None:
        """Make a symbolic link.

        Raises:
            FileError: ``EEXIST``, ``ENOENT``, ``EACCES`` …
        """
        if not target:
            raise FileError("ENOENT", path)
        found = self._free_name(path, cwd)
        gid = self._new_gid(found)
        self._add(found, Node(Kind.SYMLINK, 0o777, self.uid, gid, self.now, target=target), path)

    def add(self, path: str, node: Node, *, cwd: str = "/") -> None:
        """Put a ready-made node (a device, a copied file) where nothing is.

        Raises:
            FileError: ``EEXIST``, ``ENOENT``, ``EACCES`` …
        """
        self._add(self._free_name(path, cwd, directory=node.is_directory), node, path)

    def link(self, source: str, path: str, *, cwd: str = "/") -> None:
        """Make a hard link; a lower file is copied up first, as overlayfs does.

        Raises:
            FileError: ``EPERM`` for a directory, ``EXDEV`` across mounts, ``EEXIST`` …
        """
        old = self.resolve(source, cwd=cwd, follow=False)
        node = self.stat(source, cwd=cwd, follow=False)
        found = self._free_name(path, cwd)
        upper, inside = self._place(old)
        if self._place(found)[0] is not upper:
            raise FileError("EXDEV", path)
        self._check_parent(found, path)
        if node.is_directory:
            raise FileError("EPERM", source)
        node = self._copy_up(old)
        if not node.inode:
            used = max((other.inode for other in upper.changes.values()), default=0)
            node = replace(node, inode=1 + used)
            upper.put(inside, node)
        self._add(found, replace(node, opaque=False), path)

    def unlink(self, path: str, *, cwd: str = "/") -> None:
        """Remove a file or link, not a directory.

        Raises:
            FileError: ``EISDIR``, ``ENOENT``, ``EACCES``, ``EBUSY`` for a mount point.
        """
        found, last = self._name(path, cwd)
        if last in ("", ".", ".."):
            raise FileError("EISDIR", path)
        node = self._existing(found, path)
        if path.endswith("/"):
            raise FileError("EISDIR" if node.is_directory else "ENOTDIR", path)
        self._check_removal(found, node, path, directory=False)
        self._remove(found)

    def rmdir(self, path: str, *, cwd: str = "/") -> None:
        """Remove an empty directory.

        Raises:
            FileError: ``ENOTEMPTY``, ``ENOTDIR``, ``ENOENT``, ``EACCES``, ``EBUSY``.
        """
        found, last = self._name(path, cwd)
        if last in _NO_NAME_TO_REMOVE:
            raise FileError(_NO_NAME_TO_REMOVE[last], path)
        self._check_removal(found, self._existing(found, path), path, directory=True)
        upper, inside = self._place(found)
        if upper.list(inside):
            raise FileError("ENOTEMPTY", path)
        self._remove(found)

    def rename(self, source: str, path: str, *, cwd: str = "/") -> None:
        """Move a path over another one of the same kind.

        Raises:
            FileError: ``EXDEV`` across mounts and for directories of lower layers, ``EISDIR``,
                ``ENOTDIR``, ``ENOTEMPTY``, ``EINVAL`` into itself, ``EBUSY`` …
        """
        old, last = self._name(source, cwd)
        new, new_last = self._name(path, cwd)
        upper, inside = self._place(old)
        if self._place(parent_of(old))[0] is not self._place(parent_of(new))[0]:
            raise FileError("EXDEV", path)
        if {last, new_last} & {"", ".", ".."}:
            raise FileError("EBUSY", path)
        node = self._existing(old, source)
        if not node.is_directory and (source.endswith("/") or path.endswith("/")):
            raise FileError("ENOTDIR", path)
        if new.startswith(old + "/"):
            raise FileError("EINVAL", path)
        if old.startswith(new + "/"):
            raise FileError("ENOTEMPTY", path)
        if old == new or self._same_file(old, new):
            return
        self._check_move(old, new, node, source, path)
        if inside not in upper.changes:
            node = replace(node, inode=0)
        moved = self._collect(upper, inside, node)
        if self._get(new) is not None:
            self._remove(new)
        self._remove(old)
        target = self._place(new)[1]
        for below, each in moved.items():
            if not below:
                # In a merged directory overlayfs marks a moved one opaque, needed or not.
                hides = each.is_directory and upper.is_merged(parent_of(target))
                self._add(new, replace(each, opaque=hides), path)
            else:
                upper.put(f"{target}/{below}", each)

    def _same_file(self, old: str, new: str) -> bool:
        """Whether two paths are hard links of one file of the changes."""
        upper, inside = self._place(old)
        first, second = (upper.changes.get(path) for path in (inside, self._place(new)[1]))
        return first is not None and second is not None and 0 != first.inode == second.inode

    def _check_move(self, old: str, new: str, node: Node, source: str, path: str) -> None:
        self._check_removal(old, node, source, directory=node.is_directory)
        there = self._get(new)
        if there is None:
            self._check_parent(new, path)
        else:
            self._check_removal(new, there, path, directory=node.is_directory)
        if not node.is_directory:
            return
        if parent_of(old) != parent_of(new) and not self._may(node, 2):
            raise FileError("EACCES", source)  # its ".." changes
        upper, inside = self._place(old)
        if upper.is_merged(inside):
            raise FileError("EXDEV", path)
        if there is not None and upper.list(self._place(new)[1]):
            raise FileError("ENOTEMPTY", path)

    @staticmethod
    def _collect(upper: Upper, inside: str, node: Node) -> dict[str, Node]:
        """Return a path and all below it in the changes, by paths relative to it."""
        moved = {"": replace(node, opaque=False)}
        stack = [(inside, "")]
        while stack:
            folder, front = stack.pop()
            for name in upper.names.get(folder, ()):
                below = upper.changes[join_path(folder, name)]
                if below.kind is Kind.WHITEOUT:
                    continue
                moved[join_path(front, name)] = below
                stack.append((join_path(folder, name), join_path(front, name)))
        return moved

    def chmod(self, path: str, mode: int, *, cwd: str = "/") -> None:
        """Set the permission bits.

        Raises:
            FileError: ``EPERM`` for someone else's file, ``ENOENT`` …
        """
        node = self._own(path, cwd)
        if self.uid and not self._is_in(node.gid):
            mode &= ~0o2000
        self._change(self.resolve(path, cwd=cwd), mode=mode & 0o7777)

    def chown(
        self, path: str, uid: int, gid: int, *, cwd: str = "/", follow: bool = True
    ) -> None:
        """Set owner and group.

        Raises:
            FileError: ``EPERM`` if not root (an owner may give the user's own group),
                ``ENOENT`` …
        """
        node = self._own(path, cwd, follow)
        if self.uid and (uid != node.uid or not (gid == node.gid or self._is_in(gid))):
            raise FileError("EPERM", path)
        mode = node.mode if node.is_directory else _without_set_id(node.mode)
        self._change(
            self.resolve(path, cwd=cwd, follow=follow), uid=uid, gid=gid, mode=mode)

    def utime(
        self, path: str, mtime: int | None, *, cwd: str = "/", follow: bool = True,
    ) -> None:
        """Set the time of the last change, nanoseconds since 1970; None for now.

        Who may write to a file may set its time to now, and no other, as ``utimensat(2)`` has it.

        Raises:
            FileError: ``EPERM`` or ``EACCES`` for someone else's file, ``ENOENT`` …
        """
        if mtime is not None:
            self._own(path, cwd, follow)
        else:
            node = self.stat(path, cwd=cwd, follow=follow)
            self._check_writable(self.resolve(path, cwd=cwd, follow=follow), path)
            if self.uid not in (0, node.uid) and not self._may(node, 2):
                raise FileError("EACCES", path)
            mtime = self.now
        self._change(self.resolve(path, cwd=cwd, follow=follow), mtime=mtime)

    def _own(self, path: str, cwd: str, follow: bool = True) -> Node:
        node = self.stat(path, cwd=cwd, follow=follow)
        self._check_writable(self.resolve(path, cwd=cwd, follow=follow), path)
        if self.uid not in (0, node.uid):
            raise FileError("EPERM", path)
        return node

    # --- overlay mechanics -----------------------------------------------------------------

    def _siblings(self, found: str, node: Node) -> list[str]:
        """Return the paths that are hard links of one file, the path itself included."""
        if not node.inode:
            return [found]
        upper, inside = self._place(found)
        front = found[: len(found) - len(inside)]
        if upper.changes.get(inside) is node:
            return [front + p for p, n in upper.changes.items() if n.inode == node.inode]
        entry = upper.tree.get(inside)
        depth = entry.depth if entry else -1
        same = (
            path for path in upper.tree.paths()
            if (e := upper.tree.get(path)) and e.depth == depth and e.node.inode == node.inode
        )
        return [front + path for path in same]

    def _copy_up(self, found: str) -> Node:
        """Bring a path, its parents first, into the changes and return its node."""
        upper, inside = self._place(found)
        node = upper.changes.get(inside)
        if node is not None and node.kind is not Kind.WHITEOUT:
            return node
        lower = upper.below(inside)
        if lower is None:
            raise FileError("ENOENT", found)
        if inside:
            self._copy_up(found[: len(found) - len(inside)] + parent_of(inside))
        # Hard links of a lower layer break apart on copy-up, and an opaque marker is the lower
        # layer's own business.
        node = replace(lower, inode=0, opaque=False)
        upper.put(inside, node)
        return node

    def _change(self, found: str, **fields: object) -> None:
        node = self._copy_up(found)
        upper, _ = self._place(found)
        changed = replace(node, **fields)  # type: ignore[arg-type]
        for path in self._siblings(found, node):
            upper.put(self._place(path)[1], changed)

    def _check_parent(self, found: str, path: str) -> None:
        parent = self._get(parent_of(found))
        if parent is None:
            raise FileError("ENOENT", path)
        if not parent.is_directory:
            raise FileError("ENOTDIR", path)
        self._check_writable(parent_of(found), path)
        if not self._may(parent, 2):
            raise FileError("EACCES", path)

    def _add(self, found: str, node: Node, path: str) -> None:
        """Put a node where nothing is; its directory's time changes."""
        self._check_parent(found, path)
        upper, inside = self._place(found)
        self._change(parent_of(found), mtime=self.now)
        if node.is_directory and inside in upper.changes:
            node = replace(node, opaque=True)  # there is a whiteout: keep what was there hidden
        upper.put(inside, node)

    def _existing(self, found: str, path: str) -> Node:
        node = self._get(found)
        if node is None:
            raise FileError("ENOENT", path)
        return node

    def _check_removal(self, found: str, node: Node, path: str, *, directory: bool) -> None:
        """Check what Linux checks before a name goes, in its order (``may_delete``)."""
        self._check_parent(found, path)
        parent = self._get(parent_of(found))
        assert parent is not None, "checked"
        if parent.mode & 0o1000 and self.uid not in (0, node.uid, parent.uid):
            raise FileError("EPERM", path)
        if node.is_directory != directory:
            raise FileError("ENOTDIR" if directory else "EISDIR", path)
        if found in self._mounts:
            raise FileError("EBUSY", path)

    def _remove(self, found: str) -> None:
        upper, inside = self._place(found)
        lower = upper.below(inside)
        self._change(parent_of(found), mtime=self.now)
        upper.drop(inside)
        if lower is not None:
            upper.put(inside, WHITEOUT)

    def _set_gid(self, found: str) -> int:
        """The set-group-ID bit of the directory that a path is in."""
        parent = self._get(parent_of(found))
        return parent.mode & 0o2000 if parent else 0

    def _new_gid(self, found: str) -> int:
        """Group of what is made at a path: a set-group-ID directory hands its own down."""
        parent = self._get(parent_of(found))
        return parent.gid if parent and parent.mode & 0o2000 else self.gid


def _without_set_id(mode: int) -> int:
    """Take away what Linux takes away when a program's content or owner changes."""
    mode &= ~0o4000
    return mode & ~0o2000 if mode & 0o010 else mode
