"""Programs about what files are and weigh: stat, du, dd, checksums, readlink."""

from __future__ import annotations

import hashlib
import re

from imagelab.model.content import Content, join
from imagelab.model.filesystem import FileError
from imagelab.model.node import Kind, Node
from imagelab.shell.escapes import decode, unescape
from imagelab.shell.programs.files import below, parse_size, resize
from imagelab.shell.programs.inodes import block_count, inode_of
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.listing import human_size
from imagelab.shell.programs.modes import full_mode, mode_string
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.programs.text import lines_of
from imagelab.shell.programs.times import strftime
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.streams import ENDLESS, part
from imagelab.shell.users import group_name, user_name

_KIND_NAMES = {Kind.DIRECTORY: "directory", Kind.SYMLINK: "symbolic link", Kind.FIFO: "fifo",
               Kind.CHARACTER: "character special file", Kind.BLOCK: "block special file"}


def stat(argv: list[str], io: Io) -> int:
    """Print what is known about files."""
    options, args = parse(io, argv, "Lft", "c", long={
        "format": "c", "dereference": "L", "printf": "P", "terse": "t"})
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        try:
            follow = "L" in options
            node = io.stat(path, follow=follow)
            if "c" in options:
                io.out(_formatted(io, options["c"][-1], path, node, follow) + "\n")
            elif "P" in options:
                io.out(unescape(_formatted(io, options["P"][-1], path, node, follow))[0])
            else:
                io.out(_described(io, path, node, follow))
        except FileError as error:
            verb = io.words("cannot statx", "can't stat")
            shown = gnu_quote(path) if io.gnu else f"'{path}'"
            status = io.fail(f"{verb} {shown}: {error.message}")
    return status


def _kind_name(node: Node) -> str:
    if node.kind is Kind.FILE:
        return "regular file" if node.size else "regular empty file"
    return _KIND_NAMES.get(node.kind, "unknown")


def _formatted(io: Io, text: str, path: str, node: Node, follow: bool) -> str:
    def value(match: re.Match[str]) -> str:
        letter = match[2]
        size = 4096 if node.is_directory else node.size
        when = strftime("%F %T.%N +0000", node.mtime)
        try:
            links = io.files.links(path, cwd=io.cwd, follow=follow)
            inode = inode_of(io.files, path, io.cwd, follow=follow)
        except FileError:
            links, inode = 1, 2
        name = gnu_quote(path) if io.gnu else f"'{path}'"
        target = f"{name} -> '{node.target}'" if node.kind is Kind.SYMLINK else name
        values = {
            "n": path, "s": str(size), "a": f"{node.mode:o}", "A": mode_string(node),
            "h": str(links), "u": str(node.uid), "g": str(node.gid),
            "U": user_name(io.files, node.uid) or "UNKNOWN",
            "G": group_name(io.files, node.gid) or "UNKNOWN", "F": _kind_name(node),
            "i": str(inode), "Y": str(node.mtime // 10**9), "X": str(node.mtime // 10**9),
            "Z": str(node.mtime // 10**9), "y": when, "x": when, "z": when,
            "f": f"{full_mode(node):x}", "b": str(block_count(node) * 2), "B": "512",
            "o": "4096", "N": target, "d": "51", "D": "33", "t": f"{node.device[0]:x}",
            "T": f"{node.device[1]:x}", "m": "/", "w": "-" if io.gnu else "0", "W": "0", "%": "%",
        }
        found = values.get(letter)
        if found is None:
            return "?" if io.gnu else match[0]
        width = int(match[1].lstrip("-0") or 0) if match[1] else 0
        return found.ljust(width) if match[1].startswith("-") else (
            found.rjust(width, "0" if match[1].startswith("0") else " ")
        )

    return re.sub(r"%(-?0?\d{0,3})([a-zA-Z%])", value, text)


def _described(io: Io, path: str, node: Node, follow: bool) -> str:
    name = f"{path} -> {node.target}" if node.kind is Kind.SYMLINK else path
    form = (
        f"  File: {name.replace('%', '%%')}\n"
        "  Size: %-10s\tBlocks: %-10b IO Block: %-6o %F\n"
        "Device: 33h/51d\tInode: %-10i  Links: %h\n"
        "Access: (%04a/%A)  Uid: (%5u/%8U)   Gid: (%5g/%8G)\n"
        "Access: %x\nModify: %y\nChange: %z\n"
    )
    if io.gnu:
        form += " Birth: -\n"
    return _formatted(io, form, path, node, follow)


# --- du ----------------------------------------------------------------------------------------


def du(argv: list[str], io: Io) -> int:
    """Print how much files weigh, in blocks of 4K."""
    options, args = parse(io, argv, "shkacxbm", "d", long={
        "summarize": "s", "human-readable": "h", "all": "a", "total": "c", "max-depth": "d",
        "apparent-size": "A", "bytes": "b", "one-file-system": "x"})
    deepest = 0 if "s" in options else 1 << 30
    if "d" in options:
        text = options["d"][-1]
        if not text.isdigit():
            return io.fail(f"invalid maximum depth {gnu_quote(text)}")
        deepest = int(text[:6])
    status = total = 0
    for path in args or ["."]:
        try:
            io.stat(path, follow=False)
        except FileError as error:
            status = io.fail(f"cannot access {gnu_quote(path)}: {error.message}" if io.gnu
                             else f"{path}: {error.message}")
            continue
        total += _weigh(io, path, options, deepest)
    if "c" in options:
        io.out(f"{_weight(io, total, options)}\ttotal\n")
    return status


def _weight(io: Io, amount: int, options: dict[str, list[str]]) -> str:
    if "b" in options:
        return str(amount)
    if "h" in options:
        return human_size(amount * 1024, gnu=io.gnu) if amount else "0"
    return str(-(-amount // 1024) if "m" in options else amount)


def _weigh(io: Io, top: str, options: dict[str, list[str]], deepest: int) -> int:
    """Add up a tree from the leaves; hard links count once."""
    sums: dict[str, int] = {}
    seen: set[int] = set()
    stack: list[tuple[str, int, bool]] = [(top, 0, False)]
    while stack:
        path, depth, left = stack.pop()
        node = io.stat(path, follow=False)
        if node.is_directory and not left:
            stack.append((path, depth, True))
            sums[path] = 0
            try:
                names = io.names(path)
            except FileError as error:
                io.fail(f"cannot read directory {gnu_quote(path)}: {error.message}")
                names = []
            stack += [(below(path, name), depth + 1, False) for name in reversed(names)]
            continue
        size = node.size if "b" in options else block_count(node)
        if node.is_directory:
            size = sums[path] + (4096 if "b" in options else 4)
        elif node.inode and node.inode in seen:
            continue
        seen.add(node.inode)
        if depth:
            parent = path.rpartition("/")[0]
            parent = parent if parent in sums else parent + "/" if parent + "/" in sums else top
            sums[parent] += size
        if depth <= deepest and (node.is_directory or "a" in options or depth == 0):
            io.out(f"{_weight(io, size, options)}\t{path}\n")
        if not depth:
            return size
    return 0


# --- dd ----------------------------------------------------------------------------------------


def dd(argv: list[str], io: Io) -> int:
    """Copy blocks."""
    values: dict[str, str] = {}
    for arg in argv[1:]:
        name, equals, value = arg.partition("=")
        if not equals or name not in ("if", "of", "bs", "ibs", "obs", "count", "skip", "seek",
                                      "conv", "status", "iflag", "oflag"):
            if io.gnu:
                io.err(f"dd: unrecognized operand {gnu_quote(arg)}\n"
                       "Try 'dd --help' for more information.\n")
                return 1
            return missing(io, "")
        values[name] = value
    numbers: dict[str, int] = {}
    for name, default in (("bs", "512"), ("count", "-"), ("skip", "0"), ("seek", "0")):
        text = values.get(name, values.get("ibs", default) if name == "bs" else default)
        number = ENDLESS if text == "-" else parse_size(text)
        if number is None or (name == "bs" and number == 0):
            return io.fail(f"invalid number: {gnu_quote(text)}" if io.gnu
                           else f"invalid number '{text}'")
        numbers[name] = number
    size = numbers["bs"]
    try:
        content = _dd_input(io, values, size, numbers)
    except FileError as error:
        return io.fail(f"failed to open {gnu_quote(values['if'])}: {error.message}" if io.gnu
                       else f"can't open '{values['if']}': {error.message}")
    try:
        _dd_output(io, values, content, numbers["seek"] * size)
    except FileError as error:
        return io.fail(f"failed to open {gnu_quote(values['of'])}: {error.message}" if io.gnu
                       else f"can't open '{values['of']}': {error.message}")
    if values.get("status") != "none":
        _dd_report(io, content.size, size, values.get("status") == "noxfer")
    return 0


def _dd_input(io: Io, values: dict[str, str], size: int, numbers: dict[str, int]) -> Content:
    amount = ENDLESS if numbers["count"] >= ENDLESS else min(ENDLESS, numbers["count"] * size)
    source = io.open(values["if"], "r") if "if" in values else io.fds.get(0)
    skip = numbers["skip"] * size
    if source is not None and source.kind == "file":
        content = io.files.read(source.path)
        start = source.pos + skip
        found = part(content, min(start, content.size), min(amount, max(0, content.size - start)))
        source.pos = min(content.size, start + found.size)
        return found
    if skip:
        io.host.read_some(source, skip)
    pieces: list[Content] = []
    left = amount
    while left > 0:
        piece = io.host.read_some(source, left)
        if not piece.size:
            break
        pieces.append(piece)
        left -= piece.size
    return join(*pieces)


def _dd_output(io: Io, values: dict[str, str], content: Content, seek: int) -> None:
    if "of" not in values:
        io.out(content)
        return
    keep = "notrunc" in values.get("conv", "").split(",")
    target = io.open(values["of"], "rw" if keep or seek else "w")
    if target.kind == "file":
        node = io.files.stat(target.path)
        if seek and not keep and node.size > seek:
            resize(io, target.path, seek)
        target.pos = seek
        if seek > io.files.stat(target.path).size:
            resize(io, target.path, seek)
    io.host.write(target, content)


def _dd_report(io: Io, total: int, size: int, short: bool) -> None:
    whole, rest = divmod(total, size)
    records = f"{whole}+{int(bool(rest))} records"
    io.err(f"{records} in\n{records} out\n")
    if short:
        return
    human = human_size(total, gnu=io.gnu)
    if io.gnu:
        io.err(f"{total} bytes{_both_units(total)} copied, 0.001 s, "
               f"{total / 1000 / 1000 * 1000:.1f} MB/s\n")
    else:
        unit = f" ({human}B)" if total >= 1024 else f" ({total}B)"
        speed = human_size(total * 1000, gnu=False)
        io.err(f"{total} bytes{unit} copied, 0.001000 seconds, {speed}B/s\n")


def _both_units(total: int) -> str:
    out = []
    for base, units in ((1000, ("kB", "MB", "GB", "TB")), (1024, ("KiB", "MiB", "GiB", "TiB"))):
        if total < base:
            continue
        value, unit = total / base, units[0]
        for each in units[1:]:
            if value < base:
                break
            value, unit = value / base, each
        out.append(f"{value:.1f} {unit}" if value < 9.95 else f"{value:.0f} {unit}")
    return f" ({', '.join(out)})" if out else ""


# --- checksums ---------------------------------------------------------------------------------

_KINDS = {"md5sum": "md5", "sha1sum": "sha1", "sha256sum": "sha256", "sha512sum": "sha512"}


def checksum(argv: list[str], io: Io) -> int:
    """Print or check digests."""
    options, args = parse(io, argv, "cbtsw", long={"check": "c", "status": "s", "quiet": "q",
                                                    "binary": "b", "text": "t"})
    if "c" in options:
        return _check(io, options, args or ["-"])
    status = 0
    for path in args or ["-"]:
        try:
            io.out(f"{_digest(io, path)}  {path}\n")
        except FileError as error:
            status = _cannot(io, path, error)
    return status


def _cannot(io: Io, path: str, error: FileError) -> int:
    if io.gnu:
        return io.fail(f"{path}: {error.message}")
    if error.code == "EISDIR":
        return io.fail("read error: Is a directory")
    return io.fail(f"can't open '{path}': {error.message}")


def _digest(io: Io, path: str) -> str:
    content = io.content(path)
    io.host.budget.take("hashed", content.size)
    digest = hashlib.new(_KINDS[io.name], usedforsecurity=False)
    for chunk in content.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _check(io: Io, options: dict[str, list[str]], args: list[str]) -> int:
    failed = unread = seen = 0
    for path in args:
        try:
            data = io.data(path)
        except FileError as error:
            return _cannot(io, path, error)
        for line in lines_of(data):
            match = re.fullmatch(r"([0-9a-f]{32,128}) [ *](.*)", decode(line))
            if match is None:
                continue
            seen += 1
            try:
                right = _digest(io, match[2]) == match[1]
            except FileError as error:
                _cannot(io, match[2], error)
                io.out(f"{match[2]}: FAILED" + (" open or read" if io.gnu else "") + "\n")
                unread += 1
                continue
            failed += not right
            if "s" not in options:
                io.out(f"{match[2]}: {'OK' if right else 'FAILED'}\n")
    if io.gnu and unread:
        io.fail(f"WARNING: {unread} listed file{'s' * (unread > 1)} could not be read")
    if failed + (0 if io.gnu else unread):
        count = failed + (0 if io.gnu else unread)
        if io.gnu:
            many = "checksums" if count > 1 else "checksum"
            io.fail(f"WARNING: {count} computed {many} did NOT match")
        else:
            io.fail(f"WARNING: {count} of {seen} computed checksums did NOT match")
    return int(bool(failed or unread))


# --- links -------------------------------------------------------------------------------------


def readlink(argv: list[str], io: Io) -> int:
    """Print where a link points, or with -f a path without links."""
    options, args = parse(io, argv, "fenqsvmz")
    real = io.name == "realpath" or bool(options.keys() & {"f", "e", "m"})
    if not args:
        return missing(io, "missing operand")
    status = 0
    for path in args:
        try:
            if real:
                found = "/" + io.files.resolve(path, cwd=io.cwd)
                if "e" in options or not io.gnu:
                    io.stat(path)
                text = found
            else:
                node = io.stat(path, follow=False)
                if node.kind is not Kind.SYMLINK:
                    status = 1
                    continue
                text = node.target
        except FileError as error:
            status = 1
            if io.name == "realpath" and "q" not in options:
                io.fail(f"{path}: {error.message}")
            continue
        io.out(text + ("" if "n" in options else "\n"))
    return status



PROGRAMS = {
    "stat": stat, "du": du, "dd": dd, "md5sum": checksum, "sha1sum": checksum,
    "sha256sum": checksum, "sha512sum": checksum, "readlink": readlink, "realpath": readlink,
}
