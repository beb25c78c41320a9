"""``docker cp``: files from a container to the host, and from the host to a container."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

from imagelab.daemon import Daemon
from imagelab.docker import host_paths
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.output import check_copy_target
from imagelab.docker.copy_place import Place, prepare, split_entry
from imagelab.docker.flags import Parsed, switch
from imagelab.docker.host_source import host_entries
from imagelab.docker.host_target import HostTarget
from imagelab.docker.io import Io
from imagelab.engine import container_paths as paths
from imagelab.engine.container_archive import PathStat
from imagelab.engine.extract import ExtractError, extract
from imagelab.formats import file_archive
from imagelab.formats.file_archive import FileEntry
from imagelab.formats.units import human_size
from imagelab.model.node import Kind
from imagelab.model.outcome import EngineError


def _cp(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source, target = parsed.arguments
    if not source:
        raise ClientError("source can not be empty")
    if not target:
        raise ClientError("destination can not be empty")
    quiet = parsed["quiet"] if "quiet" in parsed.given else not io.terminal
    from_container, source_path = _split(source)
    to_container, target_path = _split(target)
    if from_container and to_container:
        raise ClientError("copying between containers is not supported")
    if from_container:
        copied = _copy_out(daemon, io, parsed, from_container, source_path, target_path)
    elif to_container:
        copied = _copy_in(daemon, io, parsed, source_path, to_container, target_path)
    else:
        raise ClientError("must specify at least one container source")
    if copied is not None and not quiet:
        size, where = copied
        io.complain(f"Successfully copied {human_size(size, 3)} to {where}")
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


def _copy_out(
    daemon: Daemon, io: Io, parsed: Parsed, container: str, source: str, target: str,
) -> tuple[int, str] | None:
    """Copy to the host; return how many bytes and to where, None for standard output."""
    if target != "-":
        target = host_paths.absolute(io.folder, target)
        check_copy_target(target)
    rename = ""
    if parsed["follow-link"]:
        source, rename = _followed(daemon, container, source)
    archive = daemon.get_archive(container, source)
    if target == "-":
        with daemon.released():  # whoever reads this may be a command of this lab
            for chunk in file_archive.write(archive.entries):
                io.out(chunk)
        return None
    place = Place(source, exists=True, is_folder=archive.stat.node.is_directory, rename=rename)
    with daemon.step(f"cp {container}:{source} {target}") as step:
        step.host_effects.append(f"wrote {target}")
        _to_host(archive.entries, place, target)
    return file_archive.length(archive.entries), target


def _followed(daemon: Daemon, container: str, source: str) -> tuple[str, str]:
    """Return where a link in a container leads (``-L``), and the name that it is to keep."""
    stat = _stat(daemon, container, source)
    if stat is None or stat.node.kind is not Kind.SYMLINK:
        return source, ""
    return host_paths.keep_name(source, _joined(source, stat.link_target))


def _joined(path: str, link_target: str) -> str:
    """Return a link's target as seen from where the link is."""
    if link_target.startswith("/"):
        return link_target
    return paths.clean(f"{split_entry(path)[0]}/{link_target}")


def _stat(daemon: Daemon, container: str, path: str) -> PathStat | None:
    try:
        return daemon.stat_path(container, path)
    except EngineError:
        return None  # the copy itself says what is wrong


def _to_host(entries: Iterable[FileEntry], source: Place, target: str) -> None:
    """Write files to the host.

    Raises:
        ClientError: in the client's words.
    """
    if source.rename:
        entries = _renamed(entries, split_entry(source.path)[1], source.rename)
    try:
        folder, rename = prepare(source, host_paths.destination(target))
        if rename is not None:
            entries = _renamed(entries, *rename)
        extract(HostTarget(folder), folder, entries)
    except (ExtractError, EOFError) as error:
        raise ClientError(str(error)) from error


def _renamed(entries: Iterable[FileEntry], old: str, new: str) -> Iterable[FileEntry]:
    """Give the first part of all names, where it is the old one, another name."""
    if old == "/":  # names of the root's files begin with a slash
        old = ""
    for entry in entries:
        yield replace(entry, name=_with_front(entry.name, old, new),
                      link=_with_front(entry.link, old, new) if entry.link else "")


def _with_front(name: str, old: str, new: str) -> str:
    return new + name[len(old):] if name.startswith(old) else name


# --- into a container ----------------------------------------------------------------------


def _copy_in(
    daemon: Daemon, io: Io, parsed: Parsed, source: str, container: str, target: str,
) -> tuple[int, str]:
    """Copy from the host; return how many bytes and to where."""
    if source != "-":
        source = host_paths.absolute(io.folder, source)
    place = _container_place(daemon, container, target)
    where = f"{container}:{target}"
    as_user = parsed["archive"]
    if source == "-":
        if not place.is_folder:
            raise ClientError(f'destination "{where}" must be a directory')
        daemon.put_archive(
            container, place.path, file_archive.read_packed(io.stdin), as_user=as_user)
        return 0, where
    start = host_paths.source(source, follow=parsed["follow-link"])
    entries = host_entries(start.path, start.rename, io.complain)
    folder, rename = prepare(start, place)
    if rename is not None:
        entries = list(_renamed(entries, *rename))
    daemon.put_archive(container, folder, entries, as_user=as_user)
    return file_archive.length(entries), where


def _container_place(daemon: Daemon, container: str, path: str) -> Place:
    """Look at where files are to go in a container; a link there is followed."""
    stat = _stat(daemon, container, path)
    place = path
    if stat is not None and stat.node.kind is Kind.SYMLINK:
        place = _joined(path, stat.link_target)
        stat = _stat(daemon, container, place)
    if stat is None:
        return Place(place)
    if stat.node.kind in (Kind.CHARACTER, Kind.BLOCK):
        raise ClientError(f'destination "{container}:{path}" must be a directory or a regular '
                          "file: got a device")
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
