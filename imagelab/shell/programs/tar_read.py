"""tar: reading archives; listing and extracting what is in them."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from imagelab.formats.tar_entries import TarError, entries
from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.model.node import Kind, Node
from imagelab.model.tree import parent_of
from imagelab.shell import pattern
from imagelab.shell.programs.content_file import ContentFile
from imagelab.shell.programs.modes import mode_string
from imagelab.shell.programs.paths import below
from imagelab.shell.programs.tar_session import MAX_ENTRIES, Session, TarEndError
from imagelab.shell.programs.times import strftime
from imagelab.shell.users import group_id, user_id

_SECOND = 1_000_000_000
_KINDS = {
    tarfile.REGTYPE: Kind.FILE, tarfile.AREGTYPE: Kind.FILE, tarfile.CONTTYPE: Kind.FILE,
    tarfile.SYMTYPE: Kind.SYMLINK, tarfile.CHRTYPE: Kind.CHARACTER, tarfile.FIFOTYPE: Kind.FIFO,
    tarfile.BLKTYPE: Kind.BLOCK, tarfile.DIRTYPE: Kind.DIRECTORY, tarfile.LNKTYPE: Kind.FILE,
}
#: Longest name of Linux, and most bits that an owner's number has.
_MAX_NAME = 4096
_NUMBERS = 0xFFFFFFFF


def members(session: Session, content: Content) -> Iterator[tuple[tarfile.TarInfo, Content]]:
    """Yield the entries of an archive that the names select, with their contents.

    Raises:
        TarEndError: the archive cannot be read to its end.
    """
    io, call = session.io, session.call
    file = ContentFile(content)
    wanted = {name.rstrip("/") or name: False for _, name in call.names}
    count = 0
    try:
        for member in entries(cast("BinaryIO", file), MAX_ENTRIES, padded=True):
            count += 1
            io.step(3)
            io.host.budget.take("entries")
            if member.type not in _KINDS or len(member.name) > _MAX_NAME or "\0" in member.name:
                continue
            if _selected(session, member.name, wanted):
                size = member.size if member.isreg() else 0
                yield member, file.stretch(member.offset_data, size)
            if member.offset_data + member.size > content.size:
                raise TarError("cut off")
    except TarError:
        raise _unreadable(session, content, count) from None
    if count == 0 and not any(content.read(512)) and content.size < 1024:
        raise _unreadable(session, content, 0)
    _not_found(session, [name for name, found in wanted.items() if not found])


def _unreadable(session: Session, content: Content, count: int) -> TarEndError:
    io = session.io
    if not io.gnu:
        return TarEndError("short read" if count or content.size < 512 else "invalid tar magic")
    if count:
        for _ in session.call.mode.replace("x", "xx"):
            io.fail("Unexpected EOF in archive")
        return TarEndError("Error is not recoverable: exiting now")
    io.fail("This does not look like a tar archive")
    if content.size > 512:
        io.fail("Skipping to next header")
    return TarEndError("Exiting with failure status due to previous errors")


def _selected(session: Session, name: str, wanted: dict[str, bool]) -> bool:
    name = name.rstrip("/")
    hit = not wanted
    for each in wanted:
        if name == each or name.startswith(each + "/") or (
                "wildcards" in session.call.flags and pattern.matches(each, name)):
            wanted[each] = hit = True
    session.io.step(len(wanted) // 8)
    return hit and not session.excluded(name)


def _not_found(session: Session, names: list[str]) -> None:
    if session.io.gnu and any(set("*?[") & set(name) for name in names) and (
            "wildcards" not in session.call.flags):
        session.io.fail("Pattern matching characters used in file names")
        session.io.fail("Use --wildcards to enable pattern matching, or --no-wildcards to "
                        "suppress this warning")
    for name in names:
        session.complain(f"{name}: {session.io.words('Not', 'not')} found in archive")
        if not session.io.gnu:
            return


def described(session: Session, member: tarfile.TarInfo, width: int) -> tuple[str, int]:
    """Return the line of ``tar -tv`` for an entry, and the width of its columns."""
    kind = _KINDS[member.type]
    mode = mode_string(Node(kind, member.mode & 0o7777))
    linked = member.islnk() and session.io.gnu
    if linked:
        mode = "h" + mode[1:]
    numeric = "numeric-owner" in session.call.flags
    user = member.uname if member.uname and not numeric else str(member.uid)
    group = member.gname if member.gname and not numeric else str(member.gid)
    size = f"{member.devmajor},{member.devminor}" if member.isdev() and not member.isfifo() else (
        str(member.size if member.isreg() else 0))
    pad = len(user) + len(group) + len(size) + 2
    width = max(width, pad)
    form = "%Y-%m-%d %H:%M" if session.io.gnu else "%Y-%m-%d %H:%M:%S"
    when = strftime(form, int(member.mtime) * _SECOND)
    tail = ""
    if member.issym() or member.islnk():
        tail = f" {'link to' if linked else '->'} {member.linkname}"
    gap = " " * (width - pad + 1)
    return f"{mode} {user}/{group}{gap}{size} {when} {shown(member)}{tail}", width


def shown(member: tarfile.TarInfo) -> str:
    """Return an entry's name, a slash behind that of a directory."""
    return member.name + "/" if member.isdir() and not member.name.endswith("/") else member.name


@dataclass(eq=False)
class Extractor:
    """Writes entries to the container's files."""

    session: Session
    _late: list[tuple[str, Node]] = field(default_factory=list)
    _links: list[tuple[str, Node]] = field(default_factory=list)

    def take(self, member: tarfile.TarInfo, content: Content) -> None:
        """Write one entry, or its content to standard output.

        Raises:
            TarEndError: busybox gives up at the first error.
        """
        session, io = self.session, self.session.io
        if io.gnu and "P" not in session.call.flags and ".." in member.name.split("/"):
            session.safe(member.name)
            session.complain(f"{member.name}: Member name contains '..'")
            return
        name = self._stripped(session.safe(member.name))
        if "v" in session.call.flags and (name or not io.gnu):
            session.tell(shown(member) if io.gnu else session.safe(shown(member)))
        if not name:
            return
        if "O" in session.call.flags:
            if member.isreg():
                io.out(content)
            return
        path = name if name.startswith("/") else below(session.call.folder, name)
        try:
            self._write(member, content, name, path.rstrip("/") or "/")
        except FileError as error:
            self._failed(member, name, error)

    def finish(self) -> None:
        """Make what had to wait: links that lead out, times and modes of directories."""
        files = self.session.io.files
        for path, node in self._links:
            if (there := files.lookup(path, follow=False)) and there.kind is Kind.FILE:
                files.unlink(path)
                files.add(path, node)
        for path, node in reversed(self._late):
            there = files.lookup(path, follow=False)
            if there is None or not there.is_directory:
                continue
            try:
                files.chmod(path, node.mode)
                if self.session.io.uid == 0 and "o" not in self.session.call.flags:
                    files.chown(path, node.uid, node.gid)
                files.utime(path, node.mtime)
            except FileError as error:
                self.session.complain(f"{path}: Cannot change mode: {error.message}")

    def _stripped(self, name: str) -> str:
        parts = [part for part in name.split("/") if part]
        if not self.session.call.strip:
            return name.rstrip("/") or name
        return "/".join(parts[self.session.call.strip :])

    def _write(self, member: tarfile.TarInfo, content: Content, name: str, path: str) -> None:
        io, files = self.session.io, self.session.io.files
        self._make_parents(path)
        node = self._node(member, content)
        there = files.lookup(path, follow=False)
        if there is not None and there.is_directory and node.is_directory:
            if "overwrite" not in self.session.call.flags:
                self._late.append((path, node))
            return
        if there is not None:
            if "k" in self.session.call.flags:
                raise FileError("EEXIST", path)
            self._clear(path, name, there)
        if member.islnk():
            self._link(member, path, name)
            return
        io.host.budget.take("written", node.size)
        if member.issym() and io.gnu and "P" not in self.session.call.flags and (
                member.linkname.startswith("/") or ".." in member.linkname.split("/")):
            # What follows must not be written through such a link.
            self._links.append((path, node))
            node = Node(Kind.FILE, 0, node.uid, node.gid, node.mtime)
        files.add(path, node)
        if node.is_directory:
            self._late.append((path, node))

    def _clear(self, path: str, name: str, there: Node) -> None:
        """Remove what is in an entry's place."""
        if not there.is_directory:
            self.session.io.files.unlink(path)
        elif not self.session.io.gnu:
            raise TarEndError(f"can't remove old file {name}: Is a directory")
        elif self.session.io.files.names(path):
            raise FileError("EEXIST", path)
        else:
            self.session.io.files.rmdir(path)

    def _link(self, member: tarfile.TarInfo, path: str, name: str) -> None:
        session = self.session
        target = self._stripped(session.safe(member.linkname, "hard link targets"))
        source = target if target.startswith("/") else below(session.call.folder, target)
        try:
            session.io.files.link(source, path)
        except FileError as error:
            session.complain(f"{name}: Cannot hard link to '{target}': {error.message}"
                             if session.io.gnu
                             else f"can't create hard link '{name}' to '{target}': "
                                  f"{error.message}")

    def _make_parents(self, path: str) -> None:
        files = self.session.io.files
        missing: list[str] = []
        folder = "/" + parent_of(path.lstrip("/"))
        while files.lookup(folder) is None:
            missing.append(folder)
            folder = "/" + parent_of(folder.lstrip("/"))
            self.session.io.step()
        for each in reversed(missing):
            files.mkdir(each)

    def _node(self, member: tarfile.TarInfo, content: Content) -> Node:
        io, flags = self.session.io, self.session.call.flags
        kind = _KINDS[member.type]
        mode = member.mode & 0o7777
        uid, gid = member.uid & _NUMBERS, member.gid & _NUMBERS
        if io.uid or "o" in flags:
            uid, gid = io.uid, io.gid
        elif "numeric-owner" not in flags:
            uid = _or(user_id(io.files, member.uname), uid)
            gid = _or(group_id(io.files, member.gname), gid)
        if (io.uid and "p" not in flags) or "no-same-permissions" in flags:
            mode &= ~io.umask & 0o777
        if kind is Kind.SYMLINK:
            mode = 0o777
        mtime = io.host.now if "m" in flags else int(member.mtime) * _SECOND
        device = (member.devmajor, member.devminor) if kind in (
            Kind.CHARACTER, Kind.BLOCK) else (0, 0)
        return Node(kind, mode, uid, gid, mtime, content,
                    target=member.linkname[:_MAX_NAME] if member.issym() else "", device=device)

    def _failed(self, member: tarfile.TarInfo, name: str, error: FileError) -> None:
        if not self.session.io.gnu:
            what = "can't create directory" if member.isdir() else "can't open"
            raise TarEndError(f"{what} '{name}': {error.message}") from None
        what = "mkdir" if member.isdir() else "open"
        if member.issym():
            what = f"create symlink to '{member.linkname}'"
        self.session.complain(f"{name}: Cannot {what}: {error.message}")


def _or(number: int | None, otherwise: int) -> int:
    return otherwise if number is None else number
