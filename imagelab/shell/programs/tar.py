"""tar, as GNU's or as busybox's."""

from __future__ import annotations

from imagelab.model.content import Bytes, Content
from imagelab.model.file_error import FileError
from imagelab.shell.lookup import DEFAULT_PATH, which
from imagelab.shell.programs import gzip_data
from imagelab.shell.programs.gzip_data import GzipError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.tar_options import parse_call, usage
from imagelab.shell.programs.tar_read import Extractor, described, members, shown
from imagelab.shell.programs.tar_session import Session, TarEndError
from imagelab.shell.programs.tar_write import Writer, ended
from imagelab.shell.streams import Open

_COMPRESSED = {b"BZh": "bzip2", b"\xfd7z": "xz"}
_GIVES_UP = "Error is not recoverable: exiting now"


def tar(argv: list[str], io: Io) -> int:
    """Make, extract or list an archive."""
    session = Session(io, parse_call(argv, io))
    try:
        if session.call.mode == "c":
            _create(session)
        elif session.call.mode in "ru":
            _append(session)
        elif session.call.mode == "t":
            _list(session)
        else:
            _extract(session)
    except TarEndError as error:
        return io.fail(str(error), 2 if io.gnu else 1)
    if session.status and io.gnu:
        io.fail("Exiting with failure status due to previous errors")
    elif session.status and session.call.mode == "c":
        io.fail("error exit delayed from previous errors")
    return session.status


def _wants_gzip(session: Session) -> bool:
    call = session.call
    by_name = "a" in call.flags and call.mode == "c" and call.file.endswith((".gz", ".tgz"))
    if not ("z" in call.flags or by_name):
        return False
    io = session.io
    if io.gnu and which(io.files, "gzip", path=io.env.get("PATH", DEFAULT_PATH),
                        cwd=io.cwd) is None:
        io.err("tar (child): gzip: Cannot exec: No such file or directory\n"
               f"tar (child): {_GIVES_UP}\n")
        io.fail("Child returned status 2")
        raise TarEndError(_GIVES_UP)
    return True


def _not_simulated(session: Session) -> TarEndError | None:
    for letter, name in (("j", "bzip2"), ("J", "xz"), ("Z", "compress")):
        if letter in session.call.flags:
            session.io.err(f"imagelab does not simulate {name}\n")
            return TarEndError(_GIVES_UP)
    return None


def _target(session: Session, mode: str) -> Open | None:
    """Open the archive for writing; None is standard output."""
    io, path = session.io, session.call.file
    if path == "-":
        if io.terminal(1):
            raise session.fatal(
                "Refusing to write archive contents to terminal (missing -f option?)",
                "refusing to write archive contents to terminal")
        return None
    try:
        return io.open(path, mode)
    except FileError as error:
        raise session.fatal(f"{path}: Cannot open: {error.message}",
                            f"can't open '{path}': {error.message}") from None


def _create(session: Session) -> None:
    io, call = session.io, session.call
    if not call.names:
        if io.gnu:
            raise usage(io, "Cowardly refusing to create an empty archive", 2)
        raise TarEndError("empty archive")
    if error := _not_simulated(session):
        raise error
    target = _target(session, "w")
    pack = _wants_gzip(session)
    writer = Writer(session, target.path if target and target.kind == "file" else "")
    archive = ended(writer.entries(), padded=io.gnu)
    if pack:
        archive = gzip_data.compress(archive, io.host.budget)
    _write(session, target, archive)


def _write(session: Session, target: Open | None, archive: Content) -> None:
    if target is None:
        session.io.out(archive)
    else:
        session.io.host.write(target, archive)


def _append(session: Session) -> None:
    io, call = session.io, session.call
    if call.file == "-" or "z" in call.flags:
        raise usage(io, "Cannot update compressed archives" if "z" in call.flags
                    else "Options '-Aru' are incompatible with '-f -'", 2)
    old: Content = Bytes()
    if io.lookup(call.file) is not None:
        old = _archive(session)
    end, times = 0, dict[str, int]()
    names, call.names = call.names, []
    if old.size:
        for member, content in members(session, old):
            end = member.offset_data + -(-content.size // 512) * 512
            times[member.name.rstrip("/")] = int(member.mtime)
    call.names = names
    target = _target(session, "rw")
    assert target is not None, "no standard output"
    writer = Writer(session, target.path, times if call.mode == "u" else {})
    more = ended(writer.entries(), padded=False)
    target.pos = end
    io.host.write(target, more)
    size = io.files.stat(target.path).size
    target.pos = size
    io.host.write(target, bytes(-size % 10240))


def _archive(session: Session) -> Content:
    """Return the archive, decompressed.

    Raises:
        TarEndError: it cannot be read.
    """
    io, path = session.io, session.call.file
    if error := _not_simulated(session):
        raise error
    if path == "-" and io.terminal(0):
        raise session.fatal(
            "Refusing to read archive contents from terminal (missing -f option?)",
            "refusing to read archive contents from terminal")
    try:
        content = io.content(path)
    except FileError as error_found:
        if io.gnu and error_found.code == "EISDIR":
            io.fail(f"{path}: Cannot read: {error_found.message}")
            raise session.fatal("At beginning of tape, quitting now", "") from None
        if error_found.code == "EISDIR":
            raise TarEndError("short read") from None
        if "z" in session.call.flags and io.gnu:
            io.err(f"tar (child): {path}: Cannot open: {error_found.message}\n"
                   f"tar (child): {_GIVES_UP}\n")
            raise session.fatal("Child returned status 2", "") from None
        raise session.fatal(f"{path}: Cannot open: {error_found.message}",
                            f"can't open '{path}': {error_found.message}") from None
    return _unpacked(session, content)


def _unpacked(session: Session, content: Content) -> Content:
    io = session.io
    head = content.read(3)
    for magic, name in _COMPRESSED.items():
        if head == magic:
            io.err(f"imagelab does not simulate {name}\n")
            raise TarEndError(_GIVES_UP)
    packed = head.startswith(gzip_data.MAGIC)
    if not packed and "z" not in session.call.flags:
        return content
    if packed and "z" not in session.call.flags:
        if session.call.file == "-" and io.gnu:
            raise session.fatal("Archive is compressed. Use -z option", "")
        session.call.flags.add("z")
    _wants_gzip(session)
    try:
        return gzip_data.decompress(content, io.host.budget)
    except GzipError as error:
        if not io.gnu:
            if error.kind == "magic":
                io.fail("invalid magic")
            raise TarEndError("short read") from None
        words = {"magic": "not in gzip format", "end": "unexpected end of file"}
        text = words.get(error.kind, "invalid compressed data--format violated")
        io.err(f"\ngzip: stdin: {text}\n")
        io.fail("Child returned status 1")
        raise TarEndError(_GIVES_UP) from None


def _list(session: Session) -> None:
    width = 19
    for member, _ in members(session, _archive(session)):
        if session.io.gnu:
            session.safe(member.name)
        line = shown(member)
        if "v" in session.call.flags:
            line, width = described(session, member, width)
        session.tell(line)


def _extract(session: Session) -> None:
    content = _archive(session)
    session.check_folder(session.call.folder)
    extractor = Extractor(session)
    try:
        for member, inside in members(session, content):
            extractor.take(member, inside)
    finally:
        extractor.finish()
