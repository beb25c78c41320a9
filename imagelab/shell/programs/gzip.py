"""gzip, gunzip and zcat."""

from __future__ import annotations

from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.node import Node
from imagelab.shell.escapes import encode
from imagelab.shell.programs import gzip_data
from imagelab.shell.programs.gzip_data import GzipError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.programs.paths import base_name

_LONG = {
    "decompress": "d", "uncompress": "d", "stdout": "c", "to-stdout": "c", "keep": "k",
    "force": "f", "test": "t", "list": "l", "verbose": "v", "quiet": "q", "no-name": "n",
    "name": "N", "fast": "1", "best": "9",
}
_SUFFIXES = {".gz": "", ".tgz": ".tar"}
_SECOND = 1_000_000_000


def gzip(argv: list[str], io: Io) -> int:
    """Compress or decompress files."""
    options, args = parse(io, argv, "dckftvqnN123456789" + "l" * io.gnu, long=_LONG)
    if io.name != "gzip":
        options["d"] = [""]
    if io.name == "zcat":
        options["c"] = [""]
    status = 0
    for path in args or ["-"]:
        try:
            status = _one(io, path, options) or status
        except FileError as error:
            status = _fail(io, f"{error.path}: {error.message}")
    return status


def _fail(io: Io, message: str, status: int = 1) -> int:
    """Write an error; GNU's gunzip and zcat are gzip under other names."""
    if not io.gnu:
        return io.fail(message)
    io.err(f"gzip: {message}\n")
    return status


def _one(io: Io, path: str, options: dict[str, list[str]]) -> int:
    unpack = bool({"d", "t", "l"} & set(options))
    if path != "-" and unpack and io.gnu and io.lookup(path) is None:
        path += "" if path.endswith(".gz") else ".gz"
    if path != "-" and io.is_directory(path):
        if io.gnu:
            return _fail(io, f"{path} is a directory -- ignored", 2)
        return io.fail(f"can't remove file '{path}': Is a directory")
    content = io.content(path)
    keep_input = path == "-" or bool({"c", "t", "l"} & set(options))
    target = path if keep_input else _target(path, unpack)
    if target == "":
        return _fail(io, f"{path}: unknown suffix {io.words('--', '-')} ignored", 2)
    if not unpack and not keep_input and path.endswith(".gz") and io.gnu:
        return _fail(io, f"{path} already has .gz suffix -- unchanged", 0)
    if not keep_input and "f" not in options and io.lookup(target, follow=False) is not None:
        if io.gnu:
            return _fail(io, f"{target} already exists;\tnot overwritten", 2)
        return io.fail(f"can't open '{target}': File exists")
    try:
        result = _result(io, path, content, options, unpack)
    except GzipError as error:
        return _complain(io, path, error, "c" in options)
    if "l" in options:
        _list(io, path, content, result)
    elif "t" in options:
        pass
    elif keep_input:
        io.out(result)
    else:
        _replace(io, path, target, result, keep="k" in options)
    if "v" in options and io.gnu and path != "-" and "t" not in options:
        _report(io, path, target, content, result, unpack, options)
    return 0


def _target(path: str, unpack: bool) -> str:
    """Return what a file becomes; nothing for one that is not known to be compressed."""
    if not unpack:
        return path + ".gz"
    for suffix, instead in _SUFFIXES.items():
        if path.endswith(suffix) and base_name(path) != suffix:
            return path.removesuffix(suffix) + instead
    return ""


def _result(
    io: Io, path: str, content: Content, options: dict[str, list[str]], unpack: bool
) -> Content:
    if unpack:
        return gzip_data.decompress(content, io.host.budget)
    level = max((int(letter) for letter in options if letter.isdigit()), default=6)
    name, mtime = b"", 0
    if io.gnu and path != "-" and "n" not in options:
        name, mtime = encode(base_name(path)), io.stat(path).mtime // _SECOND
    return gzip_data.compress(content, io.host.budget, level=level, name=name, mtime=mtime)


def _replace(io: Io, path: str, target: str, result: Content, *, keep: bool) -> None:
    """Write the file beside, with the mode, owner and time of the old one."""
    old: Node = io.stat(path)
    if io.lookup(target, follow=False) is not None:
        io.files.unlink(target, cwd=io.cwd)
    io.host.write(io.open(target, "w"), result)
    io.files.chmod(target, old.mode, cwd=io.cwd)
    if io.uid == 0:
        io.files.chown(target, old.uid, old.gid, cwd=io.cwd)
    io.files.utime(target, old.mtime, cwd=io.cwd)
    if not keep:
        io.files.unlink(path, cwd=io.cwd)


def _complain(io: Io, path: str, error: GzipError, shown: bool) -> int:
    name = "stdin" if path == "-" else path
    if shown:
        io.out(error.content)
    if error.kind == "garbage":
        if not io.gnu:
            return 0
        io.err(f"\ngzip: {name}: decompression OK, trailing garbage ignored\n")
        return 2
    if not io.gnu:
        magic = "no gzip/bzip2/xz magic" if io.name == "zcat" else "invalid magic"
        return io.fail({"magic": magic, "end": "unexpected end of file"}.get(
            error.kind, "corrupted data"))
    words = {"magic": "not in gzip format", "end": "unexpected end of file",
             "data": "invalid compressed data--format violated"}
    io.err(f"\ngzip: {name}: {words[error.kind]}\n")
    return 1


def _ratio(packed: Content, plain: Content) -> str:
    """Return how much smaller the data got, headers left out, as GNU gzip rounds it."""
    small = packed.size - gzip_data.overhead(packed)
    return f"{100 * (plain.size - small) / plain.size if plain.size else 0:5.1f}%"


def _list(io: Io, path: str, content: Content, result: Content) -> None:
    head = "         compressed        uncompressed  ratio uncompressed_name\n"
    name = "stdout" if path == "-" else _target(path, True) or path
    io.out(f"{head}{content.size:19d} {result.size:19d} {_ratio(content, result)} {name}\n")


def _report(
    io: Io, path: str, target: str, content: Content, result: Content, unpack: bool,
    options: dict[str, list[str]],
) -> None:
    packed, plain = (content, result) if unpack else (result, content)
    verb = "created" if "k" in options else "replaced with"
    tail = "" if "c" in options else f" -- {verb} {target}"
    io.err(f"{path}:\t{_ratio(packed, plain)}{tail}\n")
