"""tree, in the C locale: its branches are drawn in ASCII."""

from __future__ import annotations

from dataclasses import dataclass, field

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell import pattern
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.paths import below
from imagelab.shell.programs.sizes import human_size
from imagelab.shell.users import group_name, user_name

_FLAGS = "adfFiQshpugnCAUtrlxNqvcD"
_VALUES = "LIP"
_LONG = {"--noreport": "noreport", "--dirsfirst": "dirsfirst"}
_MOST_DEPTH = 1000


def tree(argv: list[str], io: Io) -> int:
    """Draw folders and what is in them."""
    options: dict[str, str] = {}
    args: list[str] = []
    todo = list(argv[1:])
    while todo:
        word = todo.pop(0)
        if word in _LONG:
            options[_LONG[word]] = ""
        elif word.startswith("--"):
            return io.fail(f"Invalid argument `{word}'.\nusage: tree [-adfFiQshpug] [-L level] "
                           "[-I pattern] [-P pattern] [--noreport] [--dirsfirst] "
                           "[directory ...]")
        elif not word.startswith("-") or word == "-":
            args.append(word)
        else:
            for letter in word[1:]:
                if letter in _VALUES:
                    if not todo:
                        return io.fail(f"Missing argument to -{letter} option.")
                    options[letter] = todo.pop(0)
                elif letter in _FLAGS:
                    options[letter] = ""
                else:
                    return io.fail(f"Invalid argument -`{letter}'.")
    level = options.get("L", str(_MOST_DEPTH))
    if not (level.isascii() and level.isdigit() and len(level) < 5 and int(level)):
        return io.fail("Invalid level, must be greater than 0.")
    drawing = _Tree(io, options, int(level))
    for path in args or ["."]:
        drawing.root(path)
    if "noreport" not in options:
        drawing.report()
    return drawing.status


@dataclass(eq=False)
class _Tree:
    io: Io
    options: dict[str, str]
    level: int
    folders: int = 0
    files: int = 0
    status: int = 0
    _seen: set[str] = field(default_factory=set)

    def root(self, path: str) -> None:
        node = self.io.lookup(path)
        if node is None or not node.is_directory:
            self.io.out(f"{path}  [error opening dir]\n")
            self.files += node is not None
            self.status = 2 if node is None else self.status
            return
        self.io.out(self._facts(path, node) + self._name(path, path, node) + "\n")
        self._inside(path)

    def report(self) -> None:
        folders = f"{self.folders} director{'y' if self.folders == 1 else 'ies'}"
        files = f", {self.files} file{'' if self.files == 1 else 's'}"
        self.io.out(f"\n{folders}{'' if 'd' in self.options else files}\n")

    def _inside(self, start: str) -> None:
        """Draw what is below a folder, with a stack since folders may be nested deeply."""
        stack = [(path, node, "", last) for path, node, last in self._children(start)][::-1]
        self.folders += bool(stack)  # an empty one is not counted
        while stack:
            path, node, front, last = stack.pop()
            self.io.step()
            name = path.rpartition("/")[2]
            followed = self.io.lookup(path) if node.kind is Kind.SYMLINK else node
            branch = "" if "i" in self.options else front + ("`-- " if last else "|-- ")
            self.io.out(branch + self._facts(path, node) + self._name(path, name, node) + "\n")
            if followed is not None and followed.is_directory:
                self.folders += 1
            else:
                self.files += 1
            depth = len(front) // 4 + 1
            if node.is_directory and depth < self.level:
                deeper = front + ("    " if last else "|   ")
                children = [(p, n, deeper, end) for p, n, end in self._children(path)]
                stack.extend(children[::-1])

    def _children(self, folder: str) -> list[tuple[str, Node, bool]]:
        try:
            names = self.io.names(folder)
        except FileError:
            return []
        found: list[tuple[str, Node, bool]] = []
        for name in names:
            path = below(folder, name)
            node = self.io.lookup(path, follow=False)
            if node is None or (name.startswith(".") and "a" not in self.options):
                continue
            target = self.io.lookup(path)
            is_folder = target is not None and target.is_directory
            if self._left_out(name, is_folder, node.is_directory):
                continue
            found.append((path, node, is_folder))
        if "dirsfirst" in self.options:
            found.sort(key=lambda item: not item[2])
        last = len(found) - 1
        return [(path, node, at == last) for at, (path, node, _) in enumerate(found)]

    def _left_out(self, name: str, is_folder: bool, real_folder: bool) -> bool:
        if "d" in self.options and not is_folder:
            return True
        if "I" in self.options and self._fits(self.options["I"], name):
            return True
        return "P" in self.options and not real_folder and (
            not self._fits(self.options["P"], name))

    def _fits(self, patterns: str, name: str) -> bool:
        self.io.step(patterns.count("|") // 8)
        return any(pattern.matches(each, name) for each in patterns.split("|"))

    def _name(self, path: str, name: str, node: Node) -> str:
        quote = '"' if "Q" in self.options else ""
        shown = path if "f" in self.options else name
        mark = ""
        target = self.io.lookup(path)
        if "F" in self.options and target is not None:
            mark = "/" if target.is_directory else "*" if (
                node.kind is Kind.FILE and node.mode & 0o111) else ""
        link = node.kind is Kind.SYMLINK
        arrow = f" -> {quote}{node.target}{quote}{mark}" if link else mark
        return f"{quote}{shown}{quote}{arrow}"

    def _facts(self, path: str, node: Node) -> str:
        parts = []
        files, size = self.io.files, 4096 if node.is_directory else node.size
        if "p" in self.options:
            parts.append(mode_string(node))
        if "u" in self.options:
            parts.append(f"{user_name(files, node.uid) or node.uid:<8}")
        if "g" in self.options:
            parts.append(f"{group_name(files, node.gid) or node.gid:<8}")
        if "h" in self.options:
            parts.append(f"{human_size(size, gnu=True):>4}")
        elif "s" in self.options:
            parts.append(f"{size:11d}")
        return f"[{' '.join(parts)}]  " if parts else ""
