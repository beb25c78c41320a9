"""Programs that read text and print some of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from imagelab.model.content import Content
from imagelab.model.filesystem import FileError
from imagelab.shell.escapes import decode, encode, unescape
from imagelab.shell.pattern import CLASSES
from imagelab.shell.programs.io import Io, UsageError
from imagelab.shell.programs.options import missing, parse
from imagelab.shell.quoting import gnu_quote
from imagelab.shell.streams import part


def lines_of(data: bytes) -> list[bytes]:
    """Return lines without their ends."""
    lines = data.split(b"\n")
    return lines[:-1] if lines[-1] == b"" else lines


def read_each(io: Io, args: list[str]) -> tuple[list[tuple[str, bytes]], int]:
    """Return names and bytes of the files that can be read; complain about the others."""
    found, status = [], 0
    for path in args or ["-"]:
        try:
            found.append((path, io.data(path)))
        except FileError as error:
            status = 1
            if not io.gnu and error.code == "EISDIR":
                io.fail("read error: Is a directory")
            elif not io.gnu and io.name in _CANT_OPEN:
                io.fail(f"can't open '{path}': {error.message}")
            else:
                io.fail(f"{path}: {error.message}")
    return found, status


_CANT_OPEN = frozenset({"sha256sum", "md5sum", "sha1sum", "sha512sum", "cat"})


# --- head and tail -----------------------------------------------------------------------------


def _count(io: Io, text: str, what: str) -> tuple[str, int]:
    """Return sign and amount of ``-n``'s value."""
    sign = text[:1] if text[:1] in ("-", "+") else ""
    match = re.fullmatch(r"(\d{1,15})([bkKmMG]?)(B?)", text[len(sign) :], re.ASCII)
    if match is None:
        raise UsageError(f"{io.name}: " + (
            f"invalid number of {what}: {gnu_quote(text)}\n" if io.gnu
            else f"invalid number '{text}'\n"
        ))
    unit = {"": 1, "b": 512, "k": 1024, "K": 1024, "m": 1 << 20, "M": 1 << 20, "G": 1 << 30}
    return sign, int(match[1]) * unit[match[2]]


def _old_style(argv: list[str]) -> list[str]:
    """Write ``-5`` as ``-n 5``."""
    out = argv[:1]
    for arg in argv[1:]:
        match = re.fullmatch(r"-(\d+)([cq]?)", arg, re.ASCII)
        if match and out[-1] not in ("-n", "-c"):
            out += ["-c" if match[2] == "c" else "-n", match[1]]
        else:
            out.append(arg)
    return out


_LONG = {"lines": "n", "bytes": "c", "quiet": "q", "silent": "q", "verbose": "v", "follow": "f"}


def head(argv: list[str], io: Io) -> int:
    """Print the beginning of files."""
    options, args = parse(io, _old_style(argv), "qvz", "nc", long=_LONG)
    by_bytes = "c" in options
    text = options["c" if by_bytes else "n"][-1] if options.keys() & {"c", "n"} else "10"
    sign, amount = _count(io, text, "bytes" if by_bytes else "lines")

    def show(path: str) -> None:
        if by_bytes and not sign:
            _head_bytes(io, path, amount)
        elif by_bytes:
            content = io.content(path)
            io.out(part(content, 0, max(0, content.size - amount)))
        elif sign == "-":
            lines = io.data(path).splitlines(keepends=True)
            io.out(b"".join(lines[: max(0, len(lines) - amount)]))
        else:
            _head_lines(io, path, amount)

    return _each_with_title(io, args, options, show)


def _head_bytes(io: Io, path: str, amount: int) -> None:
    source = io.fds.get(0) if path == "-" else io.open(path, "r")
    if path != "-":
        io.files.read(path, cwd=io.cwd) if source and source.kind == "file" else None
    left = amount
    while left > 0:
        content = io.host.read_some(source, left)
        if not content.size:
            break
        io.out(content)
        left -= content.size


def _head_lines(io: Io, path: str, amount: int) -> None:
    source = io.fds.get(0) if path == "-" else io.open(path, "r")
    if path != "-" and source and source.kind == "file":
        io.files.read(path, cwd=io.cwd)
    out = []
    for _ in range(amount):
        line = io.host.read_line(source)
        io.host.budget.take("words", len(line))
        if not line:
            break
        out.append(line)
        if len(out) % 64 == 0:
            io.step()
    io.out(b"".join(out))


def tail(argv: list[str], io: Io) -> int:
    """Print the end of files."""
    argv = _old_style([argv[0], *(f"-n{a}" if re.fullmatch(r"\+\d+", a) and i == 0 else a
                                  for i, a in enumerate(argv[1:]))])
    options, args = parse(io, argv, "qvzfF", "ncs", long=_LONG)
    by_bytes = "c" in options
    text = options["c" if by_bytes else "n"][-1] if options.keys() & {"c", "n"} else "10"
    sign, amount = _count(io, text, "bytes" if by_bytes else "lines")

    def show(path: str) -> None:
        content = io.content(path)
        if by_bytes:
            start = max(0, amount - 1) if sign == "+" else max(0, content.size - amount)
            io.out(part(content, start, content.size))
            return
        io.host.budget.take("hashed", content.size)
        io.host.budget.take("words", content.size)
        lines = content.read().splitlines(keepends=True)
        if sign == "+":
            io.out(b"".join(lines[max(0, amount - 1) :]))
        elif amount:
            io.out(b"".join(lines[-amount:]))

    return _each_with_title(io, args, options, show)


def _each_with_title(
    io: Io, args: list[str], options: dict[str, list[str]], show: Callable[[str], None]
) -> int:
    status, first = 0, True
    titles = (len(args) > 1 or "v" in options) and "q" not in options
    for path in args or ["-"]:
        try:
            if path != "-":
                io.content(path) if not path.startswith("/dev/") else None
            if titles:
                name = "standard input" if path == "-" else path
                io.out(("" if first else "\n") + f"==> {name} <==\n")
            first = False
            show(path)
        except FileError as error:
            if error.code == "EISDIR" and io.gnu:
                if titles:
                    io.out(("" if first else "\n") + f"==> {path} <==\n")
                    first = False
                status = io.fail(f"error reading {gnu_quote(path)}: {error.message}")
            elif io.gnu:
                status = io.fail(f"cannot open {gnu_quote(path)} for reading: {error.message}")
            elif io.name == "tail":
                status = io.fail(f"can't open '{path}': {error.message}")
            else:
                status = io.fail(f"{path}: {error.message}")
    if status and not io.gnu and io.name == "tail" and len(args) == 1 and first:
        io.fail("no files")
    return status


# --- counting ----------------------------------------------------------------------------------


def wc(argv: list[str], io: Io) -> int:
    """Count lines, words and bytes."""
    options, args = parse(io, argv, "lwcmL", long={"lines": "l", "words": "w", "bytes": "c",
                                                   "chars": "m", "max-line-length": "L"})
    chosen = [letter for letter in "lwmcL" if letter in options] or ["l", "w", "c"]
    rows: list[tuple[list[int], str]] = []
    status = 0
    for path in args or ["-"]:
        try:
            content = io.content(path)
            rows.append((_counts(io, content, chosen), "" if path == "-" and not args else path))
        except FileError as error:
            status = io.fail(f"{path}: {error.message}")
            if io.gnu and error.code == "EISDIR":
                rows.append(([0] * len(chosen), path))
    if len(args) > 1:
        total = [sum(row[i] for row, _ in rows) for i in range(len(chosen))]
        rows.append((total, "total"))
    width = _wc_width(io, rows, args, chosen)
    for row, name in rows:
        line = " ".join(str(n).rjust(width) for n in row)
        io.out(line + (f" {name}" if name else "") + "\n")
    return status


def _counts(io: Io, content: Content, chosen: list[str]) -> list[int]:
    data = b""
    if set(chosen) - {"c"}:
        io.host.budget.take("hashed", content.size)
        io.host.budget.take("words", content.size)
        data = content.read()
    values = {"c": lambda: content.size, "l": lambda: data.count(b"\n"),
              "w": lambda: len(data.split()), "m": lambda: content.size,
              "L": lambda: max((len(line) for line in data.split(b"\n")), default=0)}
    return [values[letter]() for letter in chosen]


def _wc_width(io: Io, rows: list[tuple[list[int], str]], args: list[str], chosen: list[str]) -> int:
    if len(chosen) == 1 and len(rows) <= 1:
        return 0
    if not io.gnu:
        return 0 if len(chosen) == 1 and len(args) < 2 else 9
    if not args or "-" in args:
        return 7
    sizes = sum(node.size for path in args if (node := io.lookup(path)))
    return len(str(sizes))


# --- lines -------------------------------------------------------------------------------------


def _sort_number(text: bytes) -> tuple[int, Any]:
    match = re.match(rb"\s*(-?)(\d*)(?:\.(\d*))?", text)
    assert match is not None
    whole, rest = int(match[2][:300] or b"0"), (match[3] or b"").ljust(9, b"0")[:9]
    value = whole * 10**9 + int(rest)
    return (0, -value if match[1] else value)


def _human(text: bytes) -> tuple[int, Any]:
    match = re.match(rb"\s*-?[\d.]*([KMGTPE]?)", text)
    return (b" KMGTPE".find(match[1]) if match and match[1] else 0, _sort_number(text))


def sort(argv: list[str], io: Io) -> int:
    """Sort lines."""
    options, args = parse(io, argv, "nrufbdhVsczgMimC", "ktoTS", long={
        "numeric-sort": "n", "reverse": "r", "unique": "u", "key": "k", "field-separator": "t",
        "ignore-case": "f", "output": "o", "human-numeric-sort": "h", "version-sort": "V",
        "check": "c", "stable": "s",
    }, status=2)
    lines: list[bytes] = []
    for path in args or ["-"]:
        try:
            lines += lines_of(io.data(path))
        except FileError as error:
            return io.fail(f"cannot read: {path}: {error.message}" if io.gnu
                           else f"{path}: {error.message}", 2)
    separator = encode(unescape(options["t"][-1])[0]) if "t" in options else None
    letters = "".join(options)
    keys = [_key(io, text) for text in options.get("k", [])]
    io.step(len(lines) * (1 + len(keys)) // 50)
    order = list(lines)
    if not ("s" in options or "u" in options):
        order.sort(reverse="r" in options)
    for start, end, own in reversed(keys or [((1, 0), (0, 0), "")]):
        flags = own or letters
        reverse = "r" in own if own else "r" in options
        order.sort(key=_sort_key(start, end, flags, separator, bool(keys)), reverse=reverse)
    if "c" in options:
        for number, (a, b) in enumerate(zip(lines, order, strict=True), 1):
            if a != b:
                place = args[0] if args else "-"
                return io.fail(f"{place}:{number + 1}: disorder: {decode(lines[number])}"
                               if number < len(lines) else f"{place}: disorder")
        return 0
    if "u" in options:
        kept: list[bytes] = []
        tests = [_sort_key(s, e, own or letters, separator, bool(keys))
                 for s, e, own in keys or [((1, 0), (0, 0), "")]]
        for line in order:
            if not kept or any(test(line) != test(kept[-1]) for test in tests):
                kept.append(line)
        order = kept
    data = b"".join(line + b"\n" for line in order)
    if "o" in options:
        io.host.write(io.open(options["o"][-1], "w"), data)
    else:
        io.out(data)
    return 0


def _key(io: Io, text: str) -> tuple[tuple[int, int], tuple[int, int], str]:
    match = re.fullmatch(r"(\d{1,6})(?:\.(\d{1,6}))?([a-zA-Z]*)"
                         r"(?:,(\d{1,6})(?:\.(\d{1,6}))?([a-zA-Z]*))?", text)
    if match is None or match[1] == "0":
        raise UsageError(f"sort: invalid key {gnu_quote(text)}\n" if io.gnu
                         else "sort: bad field specification\n", 2)
    return ((int(match[1]), int(match[2] or 0)), (int(match[4] or 0), int(match[5] or 0)),
            (match[3] + (match[6] or "")).replace("b", ""))


def _sort_key(
    start: tuple[int, int], end: tuple[int, int], flags: str, separator: bytes | None, keyed: bool
) -> Callable[[bytes], Any]:
    def field(line: bytes) -> bytes:
        if not keyed:
            return line
        if separator is not None:
            pieces = line.split(separator)
            piece = separator.join(pieces[start[0] - 1 : end[0] or None])
        else:
            pieces = re.findall(rb"\s*\S+", line)
            piece = b"".join(pieces[start[0] - 1 : end[0] or None])
        return piece[start[1] - 1 :] if start[1] else piece

    def key(line: bytes) -> Any:
        piece = field(line)
        if "n" in flags or "g" in flags:
            return _sort_number(piece)
        if "h" in flags:
            return _human(piece)
        if "V" in flags:
            return [(0, int(t[:300]), b"") if t.isdigit() else (1, 0, t)
                    for t in re.findall(rb"\d+|\D+", piece)]
        if "f" in flags:
            piece = piece.upper()
        if "d" in flags:
            piece = re.sub(rb"[^A-Za-z0-9 \t]", b"", piece)
        return piece

    return key


def uniq(argv: list[str], io: Io) -> int:
    """Join neighbouring lines that are equal."""
    options, args = parse(io, argv, "cduiz", "fsw", long={"count": "c", "repeated": "d",
                                                        "unique": "u", "ignore-case": "i"})
    skip = int(options["f"][-1]) if options.get("f", ["x"])[-1].isdigit() else 0
    try:
        lines = lines_of(io.data(args[0] if args else "-"))
    except FileError as error:
        return io.fail(f"{args[0]}: {error.message}")

    def key(line: bytes) -> bytes:
        line = line.lower() if "i" in options else line
        return b"".join(re.findall(rb"\s*\S+", line)[skip:]) if skip else line

    groups: list[tuple[int, bytes]] = []
    for line in lines:
        if groups and key(groups[-1][1]) == key(line):
            groups[-1] = (groups[-1][0] + 1, groups[-1][1])
        else:
            groups.append((1, line))
    io.step(len(lines) // 50)
    out = []
    for count, line in groups:
        if ("d" in options and count < 2) or ("u" in options and count > 1):
            continue
        out.append((b"%7d " % count if "c" in options else b"") + line + b"\n")
    data = b"".join(out)
    if len(args) > 1:
        io.host.write(io.open(args[1], "w"), data)
    else:
        io.out(data)
    return 0


def cut(argv: list[str], io: Io) -> int:
    """Print parts of lines."""
    options, args = parse(io, argv, "snz", "bcfd", long={
        "fields": "f", "delimiter": "d", "characters": "c", "bytes": "b", "only-delimited": "s",
        "output-delimiter": "O", "complement": "C",
    })
    chosen = next((letter for letter in "bcf" if letter in options), None)
    if chosen is None:
        return missing(io, "you must specify a list of bytes, characters, or fields")
    ranges = _ranges(io, options[chosen][-1])
    delimiter = encode(options.get("d", ["\t"])[-1])
    if len(delimiter) != 1:
        return missing(io, "the delimiter must be a single character")
    joiner = encode(options["O"][-1]) if "O" in options else delimiter
    found, status = read_each(io, args)
    for _, data in found:
        out = []
        for line in lines_of(data):
            if chosen == "f":
                if delimiter not in line:
                    if "s" not in options:
                        out.append(line)
                    continue
                pieces = line.split(delimiter)
                out.append(joiner.join(_selected(pieces, ranges)))
            else:
                out.append(b"".join(_selected([line[i : i + 1] for i in range(len(line))],
                                              ranges)))
        io.step(len(out) // 20)
        io.out(b"".join(line + b"\n" for line in out))
    return status


def _ranges(io: Io, text: str) -> list[tuple[int, int]]:
    ranges = []
    for piece in text.split(","):
        match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", piece, re.ASCII)
        if match is None or not (match[1] or match[3]) or match[1] == "0":
            what = "fields are numbered from 1" if match and match[1] == "0" else (
                f"invalid field value {gnu_quote(piece)}"
            )
            raise UsageError(f"cut: {what}\nTry 'cut --help' for more information.\n" if io.gnu
                             else f"cut: invalid number '{piece}'\n")
        low = int(match[1] or 1)
        ranges.append((low, low if not match[2] else int(match[3] or 1 << 30)))
    return ranges


def _selected(items: list[bytes], ranges: list[tuple[int, int]]) -> list[bytes]:
    chosen: set[int] = set()
    for low, high in ranges:
        chosen.update(range(low, min(high, len(items)) + 1))
    return [item for number, item in enumerate(items, 1) if number in chosen]


# --- characters --------------------------------------------------------------------------------


def _set(text: str) -> bytes:
    """Return the bytes of tr's set: ranges, classes, escapes."""
    data = encode(unescape(text)[0])
    out = bytearray()
    pos = 0
    while pos < len(data):
        if data.startswith(b"[:", pos) and (end := data.find(b":]", pos)) > 0:
            test = CLASSES.get(decode(data[pos + 2 : end]))
            if test is not None:
                out += bytes(c for c in range(128) if test(chr(c)))
                pos = end + 2
                continue
        if data[pos + 1 : pos + 2] == b"-" and pos + 2 < len(data) and data[pos + 2] >= data[pos]:
            out += bytes(range(data[pos], data[pos + 2] + 1))
            pos += 3
        else:
            out.append(data[pos])
            pos += 1
    return bytes(out)


def tr(argv: list[str], io: Io) -> int:
    """Replace, squeeze or delete characters."""
    options, args = parse(io, argv, "cCdst", permute=False, long={
        "delete": "d", "squeeze-repeats": "s", "complement": "c"})
    if not args:
        return missing(io, "missing operand")
    if len(args) == 1 and not options.keys() & {"d", "s"}:
        if io.gnu:
            io.err(f"tr: missing operand after {gnu_quote(args[0])}\n"
                   "Two strings must be given when translating.\n"
                   "Try 'tr --help' for more information.\n")
            return 1
        return missing(io, "")
    first = _set(args[0])
    second = _set(args[1]) if len(args) > 1 else b""
    if options.keys() & {"c", "C"}:
        first = bytes(c for c in range(256) if c not in set(first))
    content = io.stdin()
    io.host.budget.take("words", content.size)
    data = content.read()
    if "d" in options:
        data = data.translate(None, first)
        squeezed = second
    else:
        if len(args) > 1:
            if not second:
                return io.fail("when not truncating set1, string2 must be non-empty")
            padded = second[: len(first)] + second[-1:] * (len(first) - len(second))
            table = bytearray(range(256))
            for a, b in zip(first, padded, strict=False):
                table[a] = b
            data = data.translate(bytes(table))
        squeezed = second if len(args) > 1 else first
    if "s" in options and squeezed:
        data = re.sub(b"([" + re.escape(squeezed) + b"])\\1+", rb"\1", data)
    io.out(data)
    return 0


def rev(argv: list[str], io: Io) -> int:
    """Reverse lines."""
    found, status = read_each(io, argv[1:])
    for _, data in found:
        io.out(b"".join(line[::-1] + b"\n" for line in lines_of(data)))
    return status


def tac(argv: list[str], io: Io) -> int:
    """Print lines last first."""
    found, status = read_each(io, argv[1:])
    for _, data in found:
        io.out(b"".join(reversed(data.splitlines(keepends=True))))
    return status


def nl(argv: list[str], io: Io) -> int:
    """Number lines."""
    options, args = parse(io, argv, "p", "bwsv")
    found, status = read_each(io, args)
    number = 0
    every = options.get("b", ["t"])[-1] == "a"
    for _, data in found:
        for line in lines_of(data):
            if line or every:
                number += 1
                io.out(b"%6d\t" % number + line + b"\n")
            else:
                io.out(b"       \n")
    return status


PROGRAMS = {
    "head": head, "tail": tail, "wc": wc, "sort": sort, "uniq": uniq, "cut": cut, "tr": tr,
    "rev": rev, "tac": tac, "nl": nl,
}
