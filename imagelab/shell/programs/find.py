"""find, as a walk that can stop to run programs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import unescape
from imagelab.shell.pattern import matches
from imagelab.shell.programs.find_expression import ACTIONS, read_expression
from imagelab.shell.programs.find_values import permission_bits
from imagelab.shell.programs.inodes import block_count, inode_of, same_file
from imagelab.shell.programs.io import Io, RunRequest
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.paths import base_name, below
from imagelab.shell.regex import compile_pattern
from imagelab.shell.users import group_name, user_name

_KINDS = {"f": Kind.FILE, "d": Kind.DIRECTORY, "l": Kind.SYMLINK, "p": Kind.FIFO,
          "c": Kind.CHARACTER, "b": Kind.BLOCK}


@dataclass
class _Find:
    """A walk; everything that it remembers is in ``state``, made of JSON values."""

    io: Io
    state: dict[str, Any]

    def run(self) -> int:
        io, state = self.io, self.state
        if io.result is not None:
            if state["finishing"]:
                state["status"] = state["status"] or int(io.result != 0)
            else:
                state["results"].append(io.result == 0)
        while state["stack"]:
            self.visit()
            if state["quit"]:
                break
        return self.finish()

    def visit(self) -> None:
        """Look at the path on top; it is popped once its expression has a value."""
        io, state = self.io, self.state
        path, depth, left = state["stack"][-1]
        options = state["options"]
        io.step()
        try:
            node = io.stat(path, follow=depth == 0 and path.endswith("/"))
            state["directory"] = node.is_directory
        except FileError as error:
            if not state["results"]:
                state["stack"].pop()
                self.complain(path, error)
                return
            # A program that this expression ran took it away; what is left of the expression
            # still gets a value.
            node = Node(Kind.DIRECTORY if state["directory"] else Kind.FILE)
        deeper = node.is_directory and (options["maxdepth"] < 0 or depth < options["maxdepth"])
        if options["depth"] and deeper and not left:
            state["stack"][-1][2] = True
            self.push(path, depth)
            return
        state["prune"] = False
        if depth >= options["mindepth"]:
            self.next = 0
            self.value(state["expression"], path, node, depth)
        state["results"] = []
        state["stack"].pop()
        if deeper and not options["depth"] and not state["prune"] and not state["quit"]:
            self.push(path, depth)

    def complain(self, path: str, error: FileError) -> None:
        shown = f"'{path}'" if self.io.gnu else path
        self.state["status"] = self.io.fail(f"{shown}: {error.message}")

    def push(self, path: str, depth: int) -> None:
        try:
            names = self.io.names(path)
        except FileError as error:
            self.complain(path, error)
            return
        self.state["stack"] += [[below(path, name), depth + 1, False] for name in reversed(names)]

    # --- expressions -----------------------------------------------------------------------

    next = 0

    def value(self, expression: list[Any], path: str, node: Node, depth: int) -> bool:
        kind = expression[0]
        if kind == "and":
            return all(self.value(item, path, node, depth) for item in expression[1])
        if kind == "or":
            return any(self.value(item, path, node, depth) for item in expression[1])
        if kind == "not":
            return not self.value(expression[1], path, node, depth)
        if kind in ACTIONS or kind == "-exec+":
            return self.once(expression, path, node)
        return self.test(kind, expression[1] if len(expression) > 1 else "", path, node)

    def once(self, action: list[Any], path: str, node: Node) -> bool:
        """Do an action, or take its result when the expression is looked at again."""
        results = self.state["results"]
        at = self.next
        self.next += 1
        if at < len(results):
            return bool(results[at])
        if action[0] == "-exec":
            words = [word.replace("{}", path) for word in action[1]]
            self.request(words)
        results.append(self.act(action, path, node))
        return bool(results[at])

    def request(self, words: list[str]) -> None:
        io = self.io
        raise RunRequest(words, self.state, missing=io.words("'{name}': {message}",
                                                             "{name}: {message}"))

    def act(self, action: list[Any], path: str, node: Node) -> bool:
        io, state, kind = self.io, self.state, action[0]
        if kind == "-print":
            io.out(path + "\n")
        elif kind == "-print0":
            io.out(path + "\0")
        elif kind == "-printf":
            io.out(self.formatted(action[1], path, node))
        elif kind == "-ls":
            io.out(f"{mode_string(node)} {node.size:>8} {path}\n")
        elif kind == "-quit":
            state["quit"] = True
        elif kind == "-exec+":
            state["batches"].setdefault("\0".join(action[1]), []).append(path)
        elif kind == "-delete":
            try:
                if path in (".", ".."):
                    return True
                remove = io.files.rmdir if node.is_directory else io.files.unlink
                remove(path, cwd=io.cwd)
            except FileError as error:
                state["status"] = io.fail(f"cannot delete '{path}': {error.message}" if io.gnu
                                          else f"{path}: {error.message}")
                return False
        return True

    def formatted(self, text: str, path: str, node: Node) -> str:
        values = {"p": path, "f": base_name(path), "s": str(node.size), "m": f"{node.mode:o}",
                  "M": mode_string(node), "h": path.rpartition("/")[0] or ".",
                  "l": node.target, "u": user_name(self.io.files, node.uid) or str(node.uid),
                  "g": group_name(self.io.files, node.gid) or str(node.gid), "U": str(node.uid),
                  "G": str(node.gid), "k": str(block_count(node)), "%": "%",
                  "y": {v: k for k, v in _KINDS.items()}.get(node.kind, "?"),
                  "T@": f"{node.mtime // 10**9}.{node.mtime % 10**9:09d}0"}
        return unescape(re.sub(r"%(T@|.)", lambda m: values.get(m[1], m[0]), text))[0]

    def test(self, kind: str, word: str, path: str, node: Node) -> bool:
        io = self.io
        if kind in ("-name", "-iname"):
            name = base_name(path)
            return matches(word.lower(), name.lower()) if kind == "-iname" else matches(word, name)
        if kind in ("-path", "-wholename"):
            return matches(word, path)
        if kind == "-ipath":
            return matches(word.lower(), path.lower())
        if kind == "-type":
            return any(_KINDS.get(letter) is node.kind for letter in word.split(","))
        if kind == "-size":
            return self.size(word, node)
        if kind == "-empty":
            if node.is_directory:
                return not io.files.names(path, cwd=io.cwd)
            return node.kind is Kind.FILE and node.size == 0
        if kind == "-prune":
            self.state["prune"] = True
            return True
        if kind == "-newer":
            return node.mtime > int(word)
        if kind in ("-regex", "-iregex"):
            return self.regex(word, path, icase=kind == "-iregex")
        if kind == "-samefile":
            return same_file(io.files, path, word, io.cwd, follow=False)
        if kind == "-inum":
            return _compare(word, inode_of(io.files, path, io.cwd))
        if kind == "-perm":
            return self.permissions(word, node)
        if kind in ("-uid", "-gid"):
            return _compare(word, node.uid if kind == "-uid" else node.gid)
        if kind in ("-mtime", "-mmin"):
            unit = 86400 if kind == "-mtime" else 60
            return _compare(word, (io.host.now - node.mtime) // (unit * 10**9))
        if kind == "-links":
            return _compare(word, io.files.links(path, cwd=io.cwd))
        if kind == "-executable":
            return bool(node.mode & 0o111)
        if kind == "-nouser":
            return not user_name(io.files, node.uid)
        if kind == "-nogroup":
            return not group_name(io.files, node.gid)
        return kind != "-false"

    def regex(self, basic: str, path: str, *, icase: bool) -> bool:
        pattern = compile_pattern(basic, icase=icase)
        match = pattern.search(path, 0, self.io.host.budget)
        return match is not None and match.start == 0 and match.end == len(path)

    def size(self, word: str, node: Node) -> bool:
        match = re.fullmatch(r"([-+]?)(\d+)(.?)", word)
        assert match is not None, "it was looked at before the walk"
        unit = {"c": 1, "w": 2, "": 512, "b": 512, "k": 1024, "M": 1 << 20, "G": 1 << 30}[match[3]]
        size = 4096 if node.is_directory else node.size
        units = -(-size // unit)
        return _compare(match[1] + match[2], units)

    def permissions(self, word: str, node: Node) -> bool:
        wanted = permission_bits(word)
        assert wanted is not None, "it was looked at before the walk"
        if word.startswith("-"):
            return node.mode & wanted == wanted
        if word.startswith(("/", "+")):
            return bool(node.mode & wanted) or wanted == 0
        return node.mode == wanted

    def finish(self) -> int:
        """Run what ``-exec … +`` gathered."""
        state = self.state
        state["finishing"] = True
        while state["batches"]:
            joined = next(iter(state["batches"]))
            paths = state["batches"].pop(joined)
            self.request([*joined.split("\0")[:-1], *paths])
        return int(state["status"])


def _compare(word: str, value: int) -> bool:
    digits = word.lstrip("+-")
    if not (digits.isascii() and digits.isdigit()):
        return False
    number = int(digits)
    return value > number if word[0] == "+" else value < number if word[0] == "-" else (
        value == number
    )


def find(argv: list[str], io: Io) -> int:
    """Walk through directories."""
    if io.state is not None:
        return _Find(io, io.state).run()
    words = argv[1:]
    while words and words[0] in ("-H", "-L", "-P"):
        words.pop(0)
    paths = []
    while words and not words[0].startswith("-") and words[0] not in ("!", "("):
        paths.append(words.pop(0))
    expression, options = read_expression(io, words)
    stack = [[path, 0, False] for path in reversed(paths or ["."])]
    state: dict[str, Any] = {
        "expression": expression, "options": options, "stack": stack, "results": [],
        "status": 0, "prune": False, "quit": False, "batches": {}, "finishing": False,
        "directory": False,
    }
    return _Find(io, state).run()
