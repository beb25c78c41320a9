"""Programs that make, move and remove files."""

from __future__ import annotations

from dataclasses import replace

from imagelab.model.content import Content
from imagelab.model.filesystem import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.modes import new_mode
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.times import parse_date, parse_stamp
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.streams import ClosedError
from imagelab.shell.users import group_id, login_group, user_id


def base_name(path: str) -> str:
    """Return a path's last part, slashes at the end taken off."""
    return path.rstrip("/").rpartition("/")[2] or ("/" if path.startswith("/") else "")


def below(folder: str, name: str) -> str:
    """Return ``folder/name``."""
    return folder + name if folder.endswith("/") else f"{folder}/{name}"


def _quoted(io: Io, path: str) -> str:
    return gnu_quote(path) if io.gnu else f"'{path}'"


# --- cat ---------------------------------------------------------------------------------------


def cat(argv: list[str], io: Io) -> int:
    """Print files."""
    options, args = parse(io, argv, "nbsvetAETu")
    args = args or ["-"]
    state = io.state or {"at": 0, "status": 0, "line": 0}
    while state["at"] < len(args):
        path = args[state["at"]]
        io.state = state
        try:
            if path == "-" and not options:
                while (content := io.host.read_some(io.fds.get(0), 1 << 62)).size:
                    io.out(content)
            else:
                _show(io, io.content(path), options, state)
        except FileError as error:
            text = f"{path}: {error.message}"
            if not io.gnu and error.code != "EISDIR":
                text = f"can't open '{path}': {error.message}"
            elif not io.gnu:
                text = "read error: Is a directory"
            state["status"] = io.fail(text)
        except ClosedError:
            state["status"] = io.fail("-: Bad file descriptor")
        state["at"] += 1
    return int(state["status"])


def _show(io: Io, content: Content, options: dict[str, list[str]], state: dict[str, int]) -> None:
    if not options or set(options) <= {"u"}:
        io.out(content)
        return
    io.host.budget.take("words", content.size)
    out: list[bytes] = []
    blank = False
    for line in content.read().splitlines(keepends=True):
        body, end = (line[:-1], b"\n") if line.endswith(b"\n") else (line, b"")
        if "s" in options and not body and blank:
            continue
        blank = not body
        if set(options) & set("vetA"):
            body = b"".join(_visible(c) for c in body)
        if set(options) & set("tTA"):
            body = body.replace(b"\t", b"^I")
        if set(options) & set("eEA"):
            body += b"$"
        if "b" in options and blank:
            out.append(body + end)
            continue
        if set(options) & {"n", "b"}:
            state["line"] += 1
            out.append(b"%6d\t" % state["line"])
        out.append(body + (end if io.gnu or not set(options) & {"n", "b"} else b"\n"))
    io.out(b"".join(out))


def _visible(code: int) -> bytes:
    front = b""
    if code >= 128:
        front, code = b"M-", code - 128
    if code in (9, 10) and not front:
        return bytes([code])
    if code < 32:
        return front + b"^" + bytes([code + 64])
    return front + (b"^?" if code == 127 else bytes([code]))


# --- making ------------------------------------------------------------------------------------


def touch(argv: list[str], io: Io) -> int:
    """Make files, or change their times."""
    long = {"no-create": "c", "date": "d", "reference": "r", "no-dereference": "h"}
    options, args = parse(io, argv, "camh", "dtr", long=long)
    if not args:
        return missing(io, "missing file operand")
    when: int | None = io.host.now
    if "r" in options:
        path = options["r"][-1]
        try:
            when = io.stat(path).mtime
        except FileError as error:
            return io.fail(f"failed to get attributes of {gnu_quote(path)}: {error.message}"
                           if io.gnu else f"{path}: {error.message}")
    elif "d" in options:
        when = parse_date(options["d"][-1], io.host.now)
        if when is None:
            text = options["d"][-1]
            return io.fail(io.words(f"invalid date format {gnu_quote(text)}",
                                    f"invalid date '{text}'"))
    elif "t" in options:
        when = parse_stamp(options["t"][-1], io.host.now)
        if when is None:
            text = options["t"][-1]
            return io.fail(io.words(f"invalid date format {gnu_quote(text)}",
                                    f"invalid date '{text}'"))
    status = 0
    for path in args:
        follow = "h" not in options
        try:
            if io.lookup(path, follow=follow) is None:
                if "c" in options:
                    continue
                io.open(path, "rw")
            if path.startswith("/dev/") or ("a" in options and "m" not in options):
                continue
            io.files.utime(path, when or 0, cwd=io.cwd, follow=follow)
        except FileError as error:
            status = io.fail(f"cannot touch {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
    return status


def mkdir(argv: list[str], io: Io) -> int:
    """Make directories."""
    long = {"parents": "p", "mode": "m", "verbose": "v"}
    options, args = parse(io, argv, "pv", "m", long=long)
    if not args:
        return missing(io, "missing operand")
    mode = 0o777
    if "m" in options:
        found = new_mode(options["m"][-1], 0o777, 0, is_directory=False)
        if found is None:
            return io.fail(f"invalid mode {gnu_quote(options['m'][-1])}" if io.gnu
                           else f"invalid mode '{options['m'][-1]}'")
        mode = found
    status = 0
    for path in args:
        try:
            if "p" in options:
                _make_parents(io, path, "v" in options)
                if io.is_directory(path):
                    continue
            io.files.mkdir(path, cwd=io.cwd, mode=0o777)
            io.host.budget.take("entries")
            if "m" in options:
                io.files.chmod(path, mode, cwd=io.cwd)
            if "v" in options:
                io.out(io.words(f"mkdir: created directory {gnu_quote(path)}\n",
                                f"created directory: '{path}'\n"))
        except FileError as error:
            verb = io.words("cannot create directory", "can't create directory")
            shown = error.path if "p" in options and error.path else path
            status = io.fail(f"{verb} {_quoted(io, shown)}: {error.message}")
    return status


def _make_parents(io: Io, path: str, verbose: bool) -> None:
    pieces = [piece for piece in path.split("/") if piece]
    front = "/" if path.startswith("/") else ""
    for piece in pieces[:-1]:
        front = below(front, piece) if front else piece
        node = io.lookup(front)
        if node is None:
            io.files.mkdir(front, cwd=io.cwd, mode=0o777)
            if verbose:
                io.out(io.words(f"mkdir: created directory {gnu_quote(front)}\n",
                                f"created directory: '{front}'\n"))
        elif not node.is_directory:
            raise FileError("ENOTDIR", front if io.gnu else f"{front}/")


def mkfifo(argv: list[str], io: Io) -> int:
    """Make named pipes."""
    options, args = parse(io, argv, "", "m")
    if not args:
        return missing(io, "missing operand")
    status = 0
    mode = new_mode(options["m"][-1], 0o666, 0, is_directory=False) if "m" in options else None
    for path in args:
        try:
            bits = 0o666 & ~io.umask if mode is None else mode
            io.files.add(path, Node(Kind.FIFO, bits, io.uid, io.gid, io.host.now), cwd=io.cwd)
        except FileError as error:
            status = io.fail(f"cannot create fifo {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
    return status


def mknod(argv: list[str], io: Io) -> int:
    """Make a device or a named pipe."""
    options, args = parse(io, argv, "", "m")
    if len(args) < 2:
        return missing(io, "missing operand")
    path, kind = args[0], args[1]
    if kind not in ("b", "c", "u", "p") or (kind != "p") != (len(args) == 4):
        return missing(io, f"invalid device type {gnu_quote(kind)}")
    numbers = [int(a) for a in args[2:] if a.isdigit() and len(a) < 9]
    if len(numbers) != len(args) - 2:
        return io.fail(f"invalid major device number {gnu_quote(args[2])}")
    mode = new_mode(options["m"][-1], 0o666, 0, is_directory=False) if "m" in options else None
    device = (numbers[0], numbers[1]) if numbers else (0, 0)
    what = {"b": Kind.BLOCK, "p": Kind.FIFO}.get(kind, Kind.CHARACTER)
    if io.uid and kind != "p":
        return io.fail(f"{path}: Operation not permitted")
    bits = 0o666 & ~io.umask if mode is None else mode
    try:
        io.files.add(path, Node(what, bits, io.uid, io.gid, io.host.now, device=device),
                     cwd=io.cwd)
    except FileError as error:
        return io.fail(f"{path}: {error.message}")
    return 0


def ln(argv: list[str], io: Io) -> int:
    """Make links."""
    long = {"symbolic": "s", "force": "f", "no-dereference": "n", "verbose": "v"}
    options, args = parse(io, argv, "sfnvrTbi", "tS", long=long)
    if not args:
        return missing(io, "missing file operand")
    targets, place = (args, ".") if len(args) == 1 else (args[:-1], args[-1])
    if "t" in options:
        targets, place = args, options["t"][-1]
    link = io.lookup(place, follow=False)
    into = io.is_directory(place) and "T" not in options and not (
        "n" in options and link is not None and link.kind is Kind.SYMLINK
    )
    if len(targets) > 1 and not into:
        return io.fail(f"target {gnu_quote(place)}: Not a directory" if io.gnu
                       else f"'{place}' is not a directory")
    status = 0
    for target in targets:
        path = below(place, base_name(target)) if into else place
        status = _link(io, target, path, options) or status
    return status


def _link(io: Io, target: str, path: str, options: dict[str, list[str]]) -> int:
    symbolic = "s" in options
    try:
        if not symbolic:
            source = io.stat(target, follow=not io.gnu)
            if source.is_directory:
                return io.fail(f"{target}: hard link not allowed for directory" if io.gnu
                               else f"{path}: Operation not permitted")
    except FileError as error:
        return io.fail(f"failed to access {gnu_quote(target)}: {error.message}" if io.gnu
                       else f"{target}: {error.message}")
    try:
        there = io.lookup(path, follow=False)
        if there is not None and "f" in options:
            io.files.unlink(path, cwd=io.cwd)
        if symbolic:
            io.files.symlink(target, path, cwd=io.cwd)
        else:
            io.files.link(target, path, cwd=io.cwd)
        if "v" in options:
            io.out(f"{gnu_quote(path)} {'->' if symbolic else '=>'} {gnu_quote(target)}\n")
    except FileError as error:
        kind = "symbolic" if symbolic else "hard"
        tail = "" if symbolic or error.code == "EEXIST" else f" => {gnu_quote(target)}"
        return io.fail(f"failed to create {kind} link {gnu_quote(path)}{tail}: {error.message}"
                       if io.gnu else f"{path}: {error.message}")
    return 0


def truncate(argv: list[str], io: Io) -> int:
    """Change the size of files."""
    options, args = parse(io, argv, "co", "sr", long={"size": "s", "no-create": "c",
                                                      "reference": "r"})
    if not args or not ("s" in options or "r" in options):
        return missing(io, "missing file operand" if not args else
                       "you must specify either '--size' or '--reference'")
    status = 0
    for path in args:
        try:
            node = io.lookup(path)
            if node is None and "c" in options:
                continue
            size = io.stat(options["r"][-1]).size if "r" in options else _sized(
                options["s"][-1], node.size if node else 0
            )
            if size is None:
                return io.fail(f"Invalid number: {gnu_quote(options['s'][-1])}" if io.gnu
                               else f"invalid number '{options['s'][-1]}'")
            resize(io, path, size)
        except FileError as error:
            status = io.fail(f"cannot open {gnu_quote(path)} for writing: {error.message}"
                             if io.gnu else f"{path}: open: {error.message}")
    return status


def resize(io: Io, path: str, size: int) -> None:
    """Cut a file, or fill it with zeros."""
    from imagelab.model.content import Zeros, join
    from imagelab.shell.streams import part

    opened = io.open(path, "rw")
    node = io.stat(opened.path or path)
    if node.kind is not Kind.FILE:
        return
    io.host.budget.take("written", max(0, size - node.size))
    more = Zeros(max(0, size - node.size))
    kept = part(node.content, 0, min(size, node.size))
    io.files.write(opened.path, join(kept, more))


def _sized(text: str, old: int) -> int | None:
    sign = text[:1] if text[:1] in "+-<>/%" and text else ""
    number = parse_size(text[len(sign) :])
    if number is None:
        return None
    return {"+": old + number, "-": max(0, old - number), "<": min(old, number),
            ">": max(old, number)}.get(sign, number)


def parse_size(text: str) -> int | None:
    """Return a number of bytes with a unit: ``10k``, ``2MB``; None if it is none."""
    digits = text.rstrip("kKMGTPEBbwci")
    unit = text[len(digits) :]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 16):
        return None
    units = {"": 1, "c": 1, "w": 2, "b": 512, "k": 1024}
    for power, letter in enumerate("KMGTPE", 1):
        units |= {letter: 1024**power, f"{letter}iB": 1024**power, f"{letter}B": 1000**power,
                  f"{letter.lower()}B": 1000**power}
    return int(digits) * units[unit] if unit in units else None


# --- removing ----------------------------------------------------------------------------------


def rm(argv: list[str], io: Io) -> int:
    """Remove files and, with -r, directories."""
    long = {"recursive": "r", "force": "f", "dir": "d", "verbose": "v",
            "no-preserve-root": "N", "preserve-root": "P", "one-file-system": "x"}
    options, args = parse(io, argv, "rRfidvI", long=long)
    recursive, force = bool({"r", "R"} & set(options)), "f" in options
    if not args:
        return 0 if force else missing(io, "missing operand")
    status = 0
    for path in args:
        if base_name(path) in (".", "..") and recursive:
            status = io.fail(f"refusing to remove '.' or '..' directory: skipping "
                             f"{gnu_quote(path)}" if io.gnu else "can't remove '.' or '..'")
            continue
        if path.strip("/") == "" and path and recursive and "N" not in options and io.gnu:
            io.fail("it is dangerous to operate recursively on '/'")
            status = io.fail("use --no-preserve-root to override this failsafe")
            continue
        status = _remove(io, path, recursive, force, options) or status
    return status


def _remove(io: Io, path: str, recursive: bool, force: bool, options: object) -> int:
    assert isinstance(options, dict)
    verb = io.words("cannot remove", "can't remove")
    try:
        node = io.stat(path, follow=False)
        if not node.is_directory or not recursive:
            if node.is_directory and "d" in options:
                io.files.rmdir(path, cwd=io.cwd)
            elif node.is_directory and not io.gnu:
                return io.fail(f"'{path}' is a directory")
            else:
                io.files.unlink(path, cwd=io.cwd)
            _said_removed(io, path, node, options)
            return 0
    except FileError as error:
        if force and error.code in ("ENOENT", "ENOTDIR"):
            return 0
        return io.fail(f"{verb} {_quoted(io, path)}: {error.message}")
    status = 0
    stack: list[tuple[str, bool]] = [(path, False)]
    while stack:
        here, emptied = stack.pop()
        try:
            node = io.stat(here, follow=False)
            if node.is_directory and not emptied:
                stack.append((here, True))
                stack.extend((below(here, name), False) for name in reversed(io.names(here)))
                continue
            if node.is_directory:
                io.files.rmdir(here, cwd=io.cwd)
            else:
                io.files.unlink(here, cwd=io.cwd)
            _said_removed(io, here, node, options)
        except FileError as error:
            if error.code == "ENOTEMPTY" and status:
                continue
            status = io.fail(f"{verb} {_quoted(io, here)}: {error.message}")
    return status


def _said_removed(io: Io, path: str, node: Node, options: dict[str, list[str]]) -> None:
    if "v" in options:
        what = "directory " if node.is_directory and io.gnu else ""
        io.out(f"removed {what}{_quoted(io, path)}\n")


def rmdir(argv: list[str], io: Io) -> int:
    """Remove empty directories."""
    long = {"parents": "p", "ignore-fail-on-non-empty": "i", "verbose": "v"}
    options, args = parse(io, argv, "pv", long=long)
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        here = path
        while True:
            try:
                io.files.rmdir(here, cwd=io.cwd)
            except FileError as error:
                if not (error.code == "ENOTEMPTY" and "i" in options):
                    status = io.fail(f"failed to remove {gnu_quote(here)}: {error.message}"
                                     if io.gnu else f"'{here}': {error.message}")
                break
            here = here.rstrip("/").rpartition("/")[0]
            if "p" not in options or not here:
                break
    return status


def unlink(argv: list[str], io: Io) -> int:
    """Remove one file."""
    if len(argv) != 2:
        return missing(io, "missing operand")
    try:
        io.files.unlink(argv[1], cwd=io.cwd)
    except FileError as error:
        return io.fail(f"cannot unlink {gnu_quote(argv[1])}: {error.message}" if io.gnu
                       else f"can't remove file '{argv[1]}': {error.message}")
    return 0


# --- copying and moving ------------------------------------------------------------------------


def cp(argv: list[str], io: Io) -> int:
    """Copy files and directories."""
    long = {"recursive": "r", "archive": "a", "force": "f", "verbose": "v", "parents": "X",
            "no-dereference": "P", "dereference": "L", "no-clobber": "n", "preserve": "p",
            "target-directory": "t", "no-target-directory": "T", "update": "u", "link": "l",
            "symbolic-link": "s"}
    options, args = parse(io, argv, "rRafpdvPLHnTuilsX", "t", long=long)
    return _Copy(io, set(options), options).run(args)


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
        self.linked: dict[str, str] = {}
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
        into = io.is_directory(place) and "T" not in self.options
        if len(sources) > 1 and not into:
            return io.fail(f"target {gnu_quote(place)}: Not a directory"
                           if io.gnu and io.lookup(place) is not None
                           else f"target {gnu_quote(place)}: No such file or directory"
                           if io.gnu else f"target '{place}' is not a directory"
                           ) if io.gnu or io.lookup(place) is not None else self.each(
                               sources, place, into=True)
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
                      f"{_quoted(io, source)}: {error.message}")
            return
        if node.is_directory and not self.recursive:
            self.fail(f"-r not specified; omitting directory {gnu_quote(source)}" if io.gnu
                      else f"omitting directory '{source}'")
            return
        if self.same(source, target):
            self.fail(f"{gnu_quote(source)} and {gnu_quote(target)} are the same file" if io.gnu
                      else f"'{source}' and '{target}' are the same file")
            return
        self.tree(source, target, node)

    def same(self, source: str, target: str) -> bool:
        try:
            files, cwd = self.io.files, self.io.cwd
            return files.resolve(source, cwd=cwd) == files.resolve(target, cwd=cwd)
        except FileError:
            return False

    def tree(self, source: str, target: str, node: Node) -> None:
        """Copy a path and all below it, without recursion."""
        io = self.io
        stack: list[tuple[str, str, bool]] = [(source, target, False)]
        while stack:
            here, there, finished = stack.pop()
            try:
                each = node if here == source else io.stat(here, follow=not self.keep_links)
            except FileError as error:
                self.fail(f"{self.cannot} stat "
                          f"{_quoted(io, here)}: {error.message}")
                continue
            if each.is_directory and not finished and here != source and (
                io.files.resolve(here, cwd=io.cwd) in self.made
            ):
                self.fail(f"cannot copy a directory, {gnu_quote(source)}, into itself, "
                          f"{gnu_quote(target)}" if io.gnu
                          else f"recursion detected, omitting directory '{here}'")
                continue
            if finished:
                self.attributes(there, each)
                continue
            if not self.one(here, there, each):
                continue
            if each.is_directory:
                self.made.add(io.files.resolve(there, cwd=io.cwd))
                stack.append((here, there, True))
                try:
                    names = io.names(here)
                except FileError as error:
                    self.fail(f"cannot access {gnu_quote(here)}: {error.message}")
                    continue
                stack.extend((below(here, n), below(there, n), False) for n in reversed(names))

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
            verb = "create directory" if node.is_directory else "create regular file"
            self.fail(f"cannot {verb} {gnu_quote(there)}: {error.message}" if io.gnu
                      else f"can't create {'directory ' * node.is_directory}'{there}': "
                           f"{error.message}")
            return False
        if "v" in self.options:
            io.out(f"{gnu_quote(here)} -> {gnu_quote(there)}\n")
        return True

    def leaf(self, here: str, there: str, node: Node, target: Node | None) -> None:
        io = self.io
        if "l" in self.options or "s" in self.options:
            (io.files.link if "l" in self.options else io.files.symlink)(here, there, cwd=io.cwd)
            return
        if node.inode and self.preserve and "a" in self.options:
            before = self.linked.get(str(node.inode))
            if before is not None and target is None:
                io.files.link(before, there, cwd=io.cwd)
                return
            self.linked[str(node.inode)] = there
        if node.kind is Kind.FILE or not (self.recursive or node.kind is Kind.SYMLINK):
            content = io.content(here)
            io.host.budget.take("written", content.size)
            opened = io.host.open(there, io.fds, cwd=io.cwd, mode="w", umask=io.umask)
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


def mv(argv: list[str], io: Io) -> int:
    """Move or rename files."""
    long = {"force": "f", "no-clobber": "n", "verbose": "v", "target-directory": "t",
            "no-target-directory": "T"}
    options, args = parse(io, argv, "fnivTu", "t", long=long)
    if "t" in options:
        sources, place = args, options["t"][-1]
    elif len(args) < 2:
        return missing(io, "missing file operand" if not args else
                       f"missing destination file operand after {gnu_quote(args[0])}")
    else:
        sources, place = args[:-1], args[-1]
    into = io.is_directory(place) and "T" not in options
    if len(sources) > 1 and not into:
        return io.fail(f"target {gnu_quote(place)}: Not a directory" if io.gnu
                       else f"can't stat '{place}': No such file or directory"
                       if io.lookup(place) is None else f"target '{place}' is not a directory")
    status = 0
    for source in sources:
        target = below(place, base_name(source)) if into else place
        status = _move(io, source, target, options) or status
    return status


def _move(io: Io, source: str, target: str, options: dict[str, list[str]]) -> int:
    try:
        node = io.stat(source, follow=False)
    except FileError as error:
        return io.fail(f"cannot stat {gnu_quote(source)}: {error.message}" if io.gnu
                       else f"can't rename '{source}': {error.message}")
    there = io.lookup(target, follow=False)
    if there is not None and "n" in options:
        return 0
    try:
        if there is not None and io.files.resolve(source, cwd=io.cwd, follow=False) == (
            io.files.resolve(target, cwd=io.cwd, follow=False)
        ):
            return io.fail(f"{gnu_quote(source)} and {gnu_quote(target)} are the same file"
                           ) if io.gnu else 0
        if there is not None and not there.is_directory and node.is_directory and io.gnu:
            return io.fail(f"cannot overwrite non-directory {gnu_quote(target)} with directory "
                           f"{gnu_quote(source)}")
        if there is not None and there.is_directory and not node.is_directory and io.gnu:
            return io.fail(f"cannot overwrite directory {gnu_quote(target)} with non-directory "
                           f"{gnu_quote(source)}")
        io.files.rename(source, target, cwd=io.cwd)
    except FileError as error:
        if error.code == "EXDEV":
            return _move_by_copy(io, source, target, node)
        if error.code == "EINVAL":
            return io.fail(f"cannot move {gnu_quote(source)} to a subdirectory of itself, "
                           f"{gnu_quote(target)}" if io.gnu
                           else f"can't rename '{source}': Invalid argument")
        return io.fail(f"cannot move {gnu_quote(source)} to {gnu_quote(target)}: {error.message}"
                       if io.gnu else f"can't rename '{source}': {error.message}")
    if "v" in options:
        io.out(f"renamed {gnu_quote(source)} -> {gnu_quote(target)}\n" if io.gnu
               else f"'{source}' -> '{target}'\n")
    return 0


def _move_by_copy(io: Io, source: str, target: str, node: Node) -> int:
    there = io.lookup(target, follow=False)
    if there is not None and there.is_directory:
        io.files.rmdir(target, cwd=io.cwd)
    elif there is not None:
        io.files.unlink(target, cwd=io.cwd)
    copy = _Copy(io, {"a", "T"}, {})
    copy.tree(source, target, node)
    return copy.status or _remove(io, source, True, False, {})


# --- owners and modes --------------------------------------------------------------------------


def _walk(io: Io, path: str, recursive: bool) -> list[str]:
    if not recursive:
        return [path]
    found, stack = [], [path]
    while stack:
        here = stack.pop()
        found.append(here)
        if io.is_directory(here, follow=False):
            stack.extend(below(here, name) for name in reversed(io.names(here)))
    return found


def chmod(argv: list[str], io: Io) -> int:
    """Change permission bits."""
    todo = [a if not (a.startswith("-") and len(a) > 1 and set(a[1:]) <= set("rwxXst,ugo+-="))
            else f"\0{a}" for a in argv]
    options, args = parse(io, todo, "Rfvc", "", long={"recursive": "R", "reference": "r",
                                                      "verbose": "v", "changes": "c"})
    args = [a.removeprefix("\0") for a in args]
    if len(args) < 2:
        return missing(io, "missing operand" if not args
                       else f"missing operand after {gnu_quote(args[0])}")
    text, status = args[0], 0
    if new_mode(text, 0, 0, is_directory=False) is None:
        if io.gnu:
            io.err(f"chmod: invalid mode: {gnu_quote(text)}\n"
                   "Try 'chmod --help' for more information.\n")
            return 1
        return io.fail(f"invalid mode '{text}'")
    for top in args[1:]:
        try:
            for path in _walk(io, top, "R" in options):
                node = io.stat(path, follow=path == top)
                if node.kind is Kind.SYMLINK:
                    continue
                mode = new_mode(text, node.mode, io.umask, is_directory=node.is_directory,
                                gnu=io.gnu)
                assert mode is not None
                io.files.chmod(path, mode, cwd=io.cwd)
        except FileError as error:
            if error.code == "EPERM":
                status = io.fail(f"changing permissions of {gnu_quote(top)}: {error.message}"
                                 if io.gnu else f"{top}: {error.message}")
            else:
                status = io.fail(f"cannot access {gnu_quote(top)}: {error.message}" if io.gnu
                                 else f"{top}: {error.message}")
    return status


def chown(argv: list[str], io: Io) -> int:
    """Change owner and group."""
    options, args = parse(io, argv, "RhfvcHLP", "", long={"recursive": "R", "verbose": "v",
                                                         "no-dereference": "h"})
    if len(args) < 2:
        return missing(io, "missing operand" if not args
                       else f"missing operand after {gnu_quote(args[0])}")
    if argv[0].rpartition("/")[2] == "chgrp":
        uid, gid = None, _group(io, args[0])
        if gid is None:
            return io.fail(f"invalid group: {gnu_quote(args[0])}" if io.gnu
                           else f"unknown group {args[0]}")
    else:
        owner, found = args[0], _owner(io, args[0])
        if isinstance(found, str):
            return io.fail(f"invalid {found}: {gnu_quote(owner)}" if io.gnu
                           else f"unknown user/group {owner}" if ":" in owner
                           else f"unknown {found} {owner}")
        uid, gid = found
    status = 0
    for top in args[1:]:
        try:
            for path in _walk(io, top, "R" in options):
                follow = "h" not in options and path == top and "R" not in options
                node = io.stat(path, follow=follow)
                io.files.chown(path, node.uid if uid is None else uid,
                               node.gid if gid is None else gid, cwd=io.cwd, follow=follow)
        except FileError as error:
            verb = "changing ownership of" if error.code == "EPERM" else "cannot access"
            status = io.fail(f"{verb} {gnu_quote(top)}: {error.message}" if io.gnu
                             else f"{top}: {error.message}")
    return status


def _group(io: Io, text: str) -> int | None:
    found = group_id(io.files, text)
    if found is None and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    return found


def _owner(io: Io, text: str) -> tuple[int | None, int | None] | str:
    user, separator, group = text.partition(":")
    if not separator and "." in text and user_id(io.files, text) is None:
        user, separator, group = text.partition(".")
    uid: int | None = None
    gid: int | None = None
    if user:
        uid = user_id(io.files, user)
        if uid is None and user.isascii() and user.isdigit() and len(user) < 10:
            uid = int(user)
        if uid is None:
            return "user"
        if separator and not group:
            gid = login_group(io.files, user)
    if group:
        gid = _group(io, group)
        if gid is None:
            return "group"
    return uid, gid


PROGRAMS = {
    "cat": cat, "touch": touch, "mkdir": mkdir, "mkfifo": mkfifo, "mknod": mknod, "ln": ln,
    "truncate": truncate, "rm": rm, "rmdir": rmdir, "unlink": unlink, "cp": cp, "mv": mv,
    "chmod": chmod, "chown": chown, "chgrp": chown,
}
