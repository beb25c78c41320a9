"""cp."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.programs.inodes import Links, same_file
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.paths import base_name, below, quoted_path, unreachable
from imagelab.shell.quoting import gnu_quote

#: What GNU's calls a file that it cannot make.
_GNU_KINDS = {
    Kind.FILE: "regular file", Kind.DIRECTORY: "directory", Kind.SYMLINK: "symbolic link",
    Kind.FIFO: "fifo",
}


def cp(argv: list[str], io: Io) -> int:
    """Copy files and directories."""
    long = {"recursive": "r", "archive": "a", "force": "f", "verbose": "v", "parents": "X",
            "no-dereference": "P", "dereference": "L", "no-clobber": "n", "preserve": "p",
            "target-directory": "t", "no-target-directory": "T", "update": "u", "link": "l",
            "symbolic-link": "s"}
    options, args = parse(io, argv, "rRafpdvPLHnTuilsX", "t", long=long)
    return _Copy(io, set(options), options).run(args)


def copy_tree(io: Io, source: str, target: str, node: Node) -> int:
    """Copy a path and all below it, links and attributes kept; return the status."""
    copy = _Copy(io, {"a", "T"}, {})
    copy.tree(source, target, node)
    return copy.status


class _Copy:
    def __init__(self, io: Io, letters: set[str], options: dict[str, list[str]]) -> None:
        self.io, self.options, self.values = io, letters, options
        self.recursive = bool(letters & {"r", "R", "a"})
        self.preserve = bool(letters & {"a", "p"})
        self.keep_links = bool(letters & {"a", "d", "P"}) or (
            bool(letters & {"r", "R"}) and not letters & {"L", "H"}
        )
        self.status = 0
        self.cannot = io.words("cannot", "can't")
        self.linked = Links()
        self.made: set[str] = set()

    def run(self, args: list[str]) -> int:
        io = self.io
        if "t" in self.values:
            sources, place = args, self.values["t"][-1]
        elif len(args) < 2:
            what = "missing file operand" if not args else (
                f"missing destination file operand after {gnu_quote(args[0])}"
            )
            return missing(io, what)
        else:
            sources, place = args[:-1], args[-1]
        if len(sources) == 1 and not io.gnu:
            lost = unreachable(io, sources[0]) or unreachable(io, place)
            if lost:
                return io.fail(lost)
        into = io.is_directory(place) and "T" not in self.options
        if not io.gnu and "T" not in self.options:
            # Several, or a directory, go even into what is no directory.
            into = into or len(sources) > 1 or (
                io.lookup(place) is not None
                and io.is_directory(sources[0], follow=not self.keep_links))
        elif len(sources) > 1 and not into:
            return io.fail(f"target {gnu_quote(place)}: Not a directory"
                           if io.lookup(place) is not None
                           else f"target {gnu_quote(place)}: No such file or directory")
        return self.each(sources, place, into=into)

    def each(self, sources: list[str], place: str, *, into: bool) -> int:
        for source in sources:
            target = below(place, base_name(source)) if into else place
            self.top(source, target)
        return self.status

    def fail(self, message: str) -> None:
        self.status = self.io.fail(message)

    def top(self, source: str, target: str) -> None:
        io = self.io
        try:
            node = io.stat(source, follow=not (self.keep_links and "H" not in self.options))
        except FileError as error:
            self.fail(f"{self.cannot} stat "
                      f"{quoted_path(io, source)}: {error.message}")
            return
        if not io.gnu:
            try:
                io.stat(target, follow=False)
            except FileError as error:
                if error.code != "ENOENT":
                    self.fail(f"can't stat '{target}': {error.message}")
                    return
        if node.is_directory and not self.recursive:
            self.fail(f"-r not specified; omitting directory {gnu_quote(source)}" if io.gnu
                      else f"omitting directory '{source}'")
            return
        if self.same(source, target):
            return
        self.tree(source, target, node)

    def same(self, source: str, target: str) -> bool:
        """Whether both are one file, which is said then; busybox takes a link there for itself."""
        io, follow = self.io, not (self.keep_links and "H" not in self.options)
        same = same_file(io.files, source, target, io.cwd) if io.gnu else same_file(
            io.files, source, target, io.cwd, follow=follow, follow_other=False)
        if same:
            self.fail(f"{gnu_quote(source)} and {gnu_quote(target)} are the same file" if io.gnu
                      else f"'{source}' and '{target}' are the same file")
        return same

    def tree(self, source: str, target: str, node: Node) -> None:
        """Copy a path and all below it, without recursion.

        Directories that this made are not copied again. GNU cp remembers the first one only, and
        when it comes to it, it leaves what is not yet copied.
        """
        io = self.io
        self.made.clear()
        stack: list[tuple[str, str, bool]] = [(source, target, False)]
        while stack:
            here, there, finished = stack.pop()
            try:
                each = node if here == source else io.stat(here, follow=not self.keep_links)
            except FileError as error:
                self.fail(f"{self.cannot} stat "
                          f"{quoted_path(io, here)}: {error.message}")
                continue
            if each.is_directory and not finished and here != source and (
                io.files.resolve(here, cwd=io.cwd) in self.made
            ):
                self.fail(f"cannot copy a directory, {gnu_quote(source)}, into itself, "
                          f"{gnu_quote(target)}" if io.gnu
                          else f"recursion detected, omitting directory '{here}'")
                if io.gnu:
                    stack = [entry for entry in stack if entry[2]]
                continue
            if io.gnu and each.is_directory and not finished and self.cyclic(here, stack):
                self.fail(f"cannot copy cyclic symbolic link {gnu_quote(here)}")
                continue
            if finished:
                self.attributes(there, each)
                if not io.gnu:
                    self.tell(here, there)
                continue
            new = io.lookup(there) is None
            if not self.one(here, there, each):
                continue
            if each.is_directory:
                if not io.gnu or (new and not self.made):
                    self.made.add(io.files.resolve(there, cwd=io.cwd))
                stack.append((here, there, True))
                try:
                    names = io.names(here)
                except FileError as error:
                    self.fail(f"cannot access {gnu_quote(here)}: {error.message}")
                    continue
                if io.gnu:
                    names = self.made_last(names, here)
                stack.extend((below(here, n), below(there, n), False) for n in reversed(names))

    def cyclic(self, here: str, stack: list[tuple[str, str, bool]]) -> bool:
        """Whether a path is a link to a directory that is being copied."""
        io = self.io
        if io.stat(here, follow=False).kind is not Kind.SYMLINK:
            return False
        io.step(len(stack))
        place = io.files.resolve(here, cwd=io.cwd)
        return any(finished and io.files.resolve(folder, cwd=io.cwd) == place
                   for folder, _, finished in stack)

    def made_last(self, names: list[str], folder: str) -> list[str]:
        """Put the directory that was made behind what was there: mostly it is listed so."""
        place = self.io.files.resolve(folder, cwd=self.io.cwd)
        for made in self.made:
            parent, _, last = made.rpartition("/")
            if parent == place.rstrip("/") and last in names:
                return [*(name for name in names if name != last), last]
        return names

    def tell(self, here: str, there: str) -> None:
        if "v" in self.options:
            self.io.out(f"{gnu_quote(here)} -> {gnu_quote(there)}\n")

    def one(self, here: str, there: str, node: Node) -> bool:
        """Copy one path; False when it could not be."""
        io = self.io
        target = io.lookup(there, follow=node.kind is not Kind.SYMLINK)
        if target is not None and "n" in self.options and not node.is_directory:
            return False
        if target is not None and "u" in self.options and target.mtime >= node.mtime and (
            not node.is_directory
        ):
            return False
        try:
            if not io.gnu and self.is_made(node):
                if not self.cleared(here, there):
                    return False
                target = None
            if node.is_directory:
                if target is None:
                    io.files.mkdir(there, cwd=io.cwd, mode=node.mode & 0o777 | 0o700)
                    if not self.preserve:
                        io.files.chmod(there, node.mode & ~io.umask, cwd=io.cwd)
                elif not target.is_directory:
                    self.fail(f"cannot overwrite non-directory {gnu_quote(there)} with directory "
                              f"{gnu_quote(here)}" if io.gnu
                              else f"target '{there}' is not a directory")
                    return False
            elif target is not None and target.is_directory:
                self.fail(f"cannot overwrite directory {gnu_quote(there)} with non-directory"
                          if io.gnu else f"'{there}' is a directory")
                return False
            else:
                self.leaf(here, there, node, target)
        except FileError as error:
            self.fail(f"{self.no_creation(there, node)}: {error.message}")
            return False
        if not node.is_directory or (io.gnu and target is None):
            self.tell(here, there)
        return True

    def is_made(self, node: Node) -> bool:
        """Whether it is not written into what may be there, as a file is, but made anew."""
        return not node.is_directory and bool(self.options & {"l", "s"} or (
            node.kind is not Kind.FILE and (self.recursive or node.kind is Kind.SYMLINK)))

    def cleared(self, here: str, there: str) -> bool:
        """Whether nothing is in the way of what busybox makes anew; ``-f`` removes a file."""
        found = self.io.lookup(there, follow=False)
        if found is None:
            return True
        if self.same(here, there):
            return False
        if "f" not in self.options or found.is_directory:
            self.fail(f"can't create '{there}': File exists")
            return False
        self.io.files.unlink(there, cwd=self.io.cwd)
        return True

    def no_creation(self, there: str, node: Node) -> str:
        if self.io.gnu:
            return f"cannot create {_GNU_KINDS.get(node.kind, 'special file')} {gnu_quote(there)}"
        if node.kind is Kind.SYMLINK:
            return f"can't create symlink '{there}' to '{node.target}'"
        return f"can't create {'directory ' * node.is_directory}'{there}'"

    def leaf(self, here: str, there: str, node: Node, target: Node | None) -> None:
        io = self.io
        if "l" in self.options or "s" in self.options:
            (io.files.link if "l" in self.options else io.files.symlink)(here, there, cwd=io.cwd)
            return
        if node.inode and self.preserve and "a" in self.options:
            before = self.linked.first(node, there)
            if before is not None and target is None:
                io.files.link(before, there, cwd=io.cwd)
                return
        if not self.is_made(node):
            if io.gnu and target is None and io.lookup(there, follow=False) is not None:
                self.fail(f"not writing through dangling symlink {gnu_quote(there)}")
                return
            content = io.content(here)
            io.host.budget.take("written", content.size)
            opened = io.host.open(there, io.fds, cwd=io.cwd, mode="w", umask=io.umask)
            if not io.gnu:
                content = io.content(here)  # a link may have led back to it: now it is empty
            if target is None and opened.kind == "file":
                io.files.chmod(opened.path, node.mode & 0o777 & ~io.umask, cwd=io.cwd)
            io.host.write(opened, content)
        else:
            if target is not None:
                io.files.unlink(there, cwd=io.cwd)
            made = replace(node, uid=io.uid, gid=io.gid, mtime=io.host.now, inode=0, opaque=False)
            if node.kind is not Kind.SYMLINK:
                made = replace(made, mode=node.mode & ~io.umask)
            io.files.add(there, made, cwd=io.cwd)
        self.attributes(there, node)

    def attributes(self, there: str, node: Node) -> None:
        if not self.preserve:
            return
        io = self.io
        link = node.kind is Kind.SYMLINK
        try:
            if io.uid == 0:
                io.files.chown(there, node.uid, node.gid, cwd=io.cwd, follow=not link)
            if not link:
                io.files.chmod(there, node.mode, cwd=io.cwd)
            io.files.utime(there, node.mtime, cwd=io.cwd, follow=not link)
        except FileError:
            return
