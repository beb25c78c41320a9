"""``docker cp``: files from a container to the host, and from the host to a container."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from imagelab.daemon import Daemon
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.output import check_copy_target
from imagelab.docker.copies import ends
from imagelab.docker.copies.place import Place, prepare, split_entry
from imagelab.docker.copies.source import host_entries
from imagelab.docker.copies.target import HostTarget
from imagelab.docker.flags import Parsed, switch
from imagelab.docker.io import Io
from imagelab.engine.container_archive import PathStat
from imagelab.engine.extract import ExtractError, extract
from imagelab.formats import file_archive
from imagelab.formats.file_archive import FileEntry
from imagelab.formats.gopath import clean
from imagelab.formats.goquote import quoted
from imagelab.formats.gotime import SECOND, format_time
from imagelab.formats.units import human_size
from imagelab.model.node import Kind
from imagelab.model.outcome import EngineError


@dataclass(frozen=True)
class _Copy:
    """A copy that was asked for, of one container.

    Attributes:
        daemon: the lab.
        io: where to read and write.
        container: as it was named.
        follow: whether a link that the source is, is followed (``-L``).
        as_user: whether files become those of the container's user (``-a``).
        quiet: whether nothing is said of how much was copied.
    """

    daemon: Daemon
    io: Io
    container: str
    follow: bool
    as_user: bool
    quiet: bool

    def tell(self, size: int, where: str) -> None:
        """Say how many bytes went where; the client does so before it says what failed."""
        if not self.quiet:
            self.io.complain(f"Successfully copied {human_size(size, 3)} to {where}")

    def log(self, text: str) -> None:
        """Print a line as the client's log has it."""
        time = format_time(self.daemon.state.clock // SECOND * SECOND)
        self.io.complain(f'time="{time}" level=error msg={quoted(text)}')

    def stat(self, path: str) -> PathStat | None:
        """Look at a path of the container; None where the copy itself will say what is wrong."""
        try:
            return self.daemon.stat_path(self.container, path)
        except EngineError:
            return None


def _cp(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source, target = parsed.arguments
    if not source:
        raise ClientError("source can not be empty")
    if not target:
        raise ClientError("destination can not be empty")
    from_container, source_path = _split(source)
    to_container, target_path = _split(target)
    if from_container and to_container:
        raise ClientError("copying between containers is not supported")
    if not (from_container or to_container):
        raise ClientError("must specify at least one container source")
    # Where nobody said otherwise, a terminal is told and a pipe is not.
    quiet = parsed["quiet"] if "quiet" in parsed.given else not io.is_read
    copy = _Copy(daemon, io, from_container or to_container, parsed["follow-link"],
                 parsed["archive"], quiet)
    if to_container:
        _copy_in(copy, source_path, target_path)
    elif target == "-":
        _stream_out(copy, source_path)
    else:
        _copy_out(copy, source_path, ends.absolute(io.path(target_path)))
    return 0


def _split(argument: str) -> tuple[str, str]:
    """Split ``container:path``; a path of the host has no container.

    A path that is absolute or begins with a dot is one of the host, whatever colons it has.
    """
    container, colon, path = argument.partition(":")
    if os.path.isabs(argument) or not colon or container.startswith("."):
        return "", argument
    return container, path


# --- out of a container --------------------------------------------------------------------


def _stream_out(copy: _Copy, source: str) -> None:
    source, _ = _followed(copy, source)
    archive = copy.daemon.get_archive(copy.container, source)
    with copy.daemon.released():  # whoever reads this may be a command of this lab
        for chunk in copy.io.noting.written(file_archive.write(archive.entries), printed=True):
            copy.io.out(chunk)


def _copy_out(copy: _Copy, source: str, target: str) -> None:
    check_copy_target(target)
    source, rename = _followed(copy, source)
    archive = copy.daemon.get_archive(copy.container, source)
    entries = archive.entries
    place = Place(source, exists=True, is_folder=archive.stat.node.is_directory, rename=rename)
    try:
        folder, renamed = prepare(place, ends.destination(target))
    except ClientError:
        copy.tell(0, target)
        raise
    if rename:
        entries = _renamed(entries, split_entry(source)[1], rename)
    if renamed:
        entries = _renamed(entries, *renamed)
    size = file_archive.length(entries)
    if size > shutil.disk_usage(folder).free:  # a file of zeros may be of any size in the lab
        raise ClientError(f"write {target}: no space left on device")
    with copy.daemon.step(f"cp {copy.container}:{source} {target}") as step:
        step.host_effects.append(f"wrote {target}")
        try:
            extract(HostTarget(folder), folder, entries)
        except ExtractError as error:
            raise ClientError(str(error)) from error
        finally:
            copy.tell(size, target)
    copy.io.noting.copied(entry.node.content for entry in entries)


def _followed(copy: _Copy, source: str) -> tuple[str, str]:
    """Return the source, or with ``-L`` where it leads, and the name that it is to keep."""
    stat = copy.stat(source) if copy.follow else None
    if stat is None or stat.node.kind is not Kind.SYMLINK:
        return source, ""
    return ends.keep_name(source, _joined(source, stat.link_target))


def _joined(path: str, link_target: str) -> str:
    """Return a link's target as seen from where the link is."""
    if link_target.startswith("/"):
        return link_target
    return clean(f"{split_entry(path)[0]}/{link_target}")


def _renamed(entries: Sequence[FileEntry], old: str, new: str) -> tuple[FileEntry, ...]:
    """Give the first part of all names another name, where it is the old one."""
    front = "" if old == "/" else old  # names of the root's files begin with a slash

    def rename(name: str) -> str:
        return new + name[len(front):] if name.startswith(front) else name

    return tuple(
        replace(each, name=rename(each.name), link=rename(each.link) if each.link else "")
        for each in entries)


# --- into a container ----------------------------------------------------------------------


def _copy_in(copy: _Copy, source: str, target: str) -> None:
    if source != "-":
        source = ends.absolute(copy.io.path(source))
    place = _container_place(copy, target)
    if source == "-":
        if not place.is_folder:
            raise ClientError(f'destination "{copy.container}:{target}" must be a directory')
        _put(copy, place, place.path, file_archive.read_packed(copy.io.stdin), 0)
        return
    start = ends.source(source, follow=copy.follow)
    folder, renamed = prepare(start, place)
    found = host_entries(
        start.path, start.rename,
        lambda below, real: copy.io.noting.file(os.path.join(source, below), str(real)))
    for line in found.left_out:
        copy.log(line)
    if found.failed:
        raise ClientError(found.failed)
    entries = _renamed(found.entries, *renamed) if renamed else found.entries
    _put(copy, place, folder, iter(entries), file_archive.length(entries))


def _put(copy: _Copy, place: Place, folder: str, entries: Iterator[FileEntry], size: int) -> None:
    try:
        copy.daemon.put_archive(copy.container, folder, entries, as_user=copy.as_user)
    finally:
        copy.tell(size, f"{copy.container}:{place.path}")


def _container_place(copy: _Copy, path: str) -> Place:
    """Look at where files are to go in a container; a link there is followed."""
    stat, place = copy.stat(path), path
    if stat is not None and stat.node.kind is Kind.SYMLINK:
        place = _joined(path, stat.link_target)
        stat = copy.stat(place)
    if stat is None:
        return Place(place)
    if stat.node.kind in (Kind.CHARACTER, Kind.BLOCK):
        raise ClientError(f'destination "{copy.container}:{path}" must be a directory or a '
                          "regular file: got a device")
    return Place(place, exists=True, is_folder=stat.node.is_directory)


COMMANDS = (
    Command(
        "cp",
        "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- "
        "CONTAINER:DEST_PATH", _cp,
        (switch("archive", "a"), switch("follow-link", "L"), switch("quiet", "q")), 2, 2,
        also=("container cp",),
        reads_stdin=lambda parsed: parsed.arguments[0] == "-" and ":" in parsed.arguments[1]),
)
