"""What a container's processes see as ``/``: its image, the daemon's own files, its changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from imagelab.engine.container_paths import in_scope
from imagelab.engine.mounts import check_memory_options, in_memory
from imagelab.engine.networks import BUILTIN
from imagelab.model.config import Config
from imagelab.model.container import Container, HostConfig
from imagelab.model.file_error import FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Changes, Kind, Node, directory, file, symlink
from imagelab.model.outcome import EngineError
from imagelab.model.tree import Tree, parent_of

#: Files that the daemon mounts into every container: writing them changes no layer.
MOUNTED_FILES = ("etc/hostname", "etc/hosts", "etc/resolv.conf")
#: The daemon's own, inside of each container.
_NAME_SERVER = "127.0.0.11"
_DEVICES = {
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9),
    "tty": (5, 0),
}


def image_tree(container: Container) -> Tree:
    """Return the merged view of the layers of a container's image."""
    return container.layer.tree if container.layer else Tree()


def init_layer(tree: Tree, created: int) -> dict[str, Node]:
    """Return the daemon's layer between image and container: mount points the image lacks.

    It is made when the container is, and what it adds something to is changed then.
    """
    wanted = {
        ".dockerenv": file(b"", 0o755),
        "dev": directory(), "dev/pts": directory(), "dev/shm": directory(),
        "dev/console": file(b"", 0o755),
        "etc": directory(), "etc/mtab": symlink("/proc/mounts"),
        "proc": directory(), "sys": directory(),
        **{path: file(b"", 0o755) for path in MOUNTED_FILES},
    }
    added = {path: node for path, node in wanted.items() if tree.get(path) is None}
    folders = {parent_of(path) for path in added} - added.keys()
    # What was opaque hid what lay below it, and shall not hide itself.
    found = {path: replace(entry.node, opaque=False) for path in folders
             if (entry := tree.get(path)) is not None}
    return {path: replace(node, mtime=created) for path, node in (added | found).items()}


def base_tree(container: Container) -> Tree:
    """Return what lies below a container's changes: the image and the daemon's layer."""
    tree = image_tree(container)
    return tree.over(init_layer(tree, container.created))


def first_mounts(
    identifier: str, config: Config, host_config: HostConfig, now: int,
) -> dict[str, Changes]:
    """Return what lies on a new container's mount points: kernel files and names."""
    host = config.hostname
    texts = {
        "etc/hostname": f"{host}\n",
        "etc/hosts": f"127.0.0.1\tlocalhost\n172.17.0.2\t{host}\n",
        "etc/resolv.conf": _resolver(host_config),
    }
    mounts: dict[str, Changes] = {
        path: {"": Node(Kind.FILE, 0o644, mtime=now, content=file(text.encode()).content)}
        for path, text in texts.items()
    }
    mounts["dev"] = {"": directory(mtime=now), "pts": directory(), "shm": directory(0o1777)} | {
        name: Node(Kind.CHARACTER, 0o666, device=number) for name, number in _DEVICES.items()
    }
    mounts["proc"] = process_files((), now)
    mounts["sys"] = {"": directory(0o555, now)}
    return mounts


def _resolver(host_config: HostConfig) -> str:
    """Return what tells a container of name servers."""
    settings = host_config.settings
    domains, options = (settings.get(key) or () for key in ("DnsSearch", "DnsOptions"))
    servers = settings.get("Dns") or (_NAME_SERVER,)
    if host_config.network_mode not in ("default", *BUILTIN):  # the daemon's own one asks them
        servers = (_NAME_SERVER,)
        if not any(each.startswith("ndots:") for each in options):
            options = (*options, "ndots:0")
    lines = [f"search {' '.join(domains)}"] if domains and list(domains) != ["."] else []
    lines += [f"nameserver {each}" for each in servers]
    lines += [f"options {' '.join(options)}"] if options else []
    return "".join(f"{line}\n" for line in lines)


def process_files(argv: Sequence[str], now: int) -> dict[str, Node]:
    """Return what the kernel tells of the main process; nothing where there is none."""
    root = {"": directory(0o555, now)}
    if not argv:
        return root
    line = "".join(f"{word}\0" for word in argv).encode("utf-8", "surrogateescape")
    return root | {"1": directory(0o555, now), "1/cmdline": file(line, 0o444)}


def open_files(container: Container, now: int) -> FileSystem:
    """Open a container's files for one command that runs in it."""
    read_only = {*container.read_only}
    read_only |= {each.point for each in in_memory(container.host_config) if each.read_only}
    if has_read_only_root(container):
        read_only |= {"", *MOUNTED_FILES}
    return FileSystem(base_tree(container), container.changes, now=now, mounts=container.mounts,
                      volumes=container.volumes, read_only=read_only)


def has_read_only_root(container: Container) -> bool:
    """Whether the container's processes may change nothing but what is mounted."""
    return bool(container.host_config.settings.get("ReadonlyRootfs"))


def with_mount_points(container: Container, now: int) -> Container:
    """Make the folders that volumes are mounted on where they are missing.

    They are changes of the container, unlike what is in a volume (case ``commit-26``).
    """
    if not container.volumes:
        return container
    files = FileSystem(base_tree(container), container.changes, now=now)
    for point in container.volumes:
        make_folders(files, point)
    if files.changes == container.changes:
        return container
    return replace(container, changes=files.changes)


def with_memory(container: Container, now: int) -> Container:
    """Mount empty folders in memory; the folders that they are mounted on are made where missing.

    One that is there already gives its mode, as the runtime has it; so does that of another start.

    Raises:
        EngineError: what was said of one makes no sense.
    """
    check_memory_options(container.host_config)
    wanted = list(in_memory(container.host_config))
    if not wanted:
        return container
    files = FileSystem(base_tree(container), container.changes, now=now)
    mounts: dict[str, Changes] = {}
    for each in wanted:
        there = files.lookup(each.point)
        make_folders(files, each.point)
        mode = there.mode if there and there.is_directory else each.mode
        mounts[each.point] = {"": directory(mode, now, uid=each.uid, gid=each.gid)}
    return replace(container, changes=files.changes, mounts={**container.mounts, **mounts})


def with_working_directory(container: Container, now: int) -> Container:
    """Make the working directory where it is missing; it is a change of the container.

    The daemon does so when the container is made, and before each start.

    Raises:
        EngineError: something else is in the way.
    """
    wanted = container.config.working_dir
    if not wanted:
        return container
    files = FileSystem(base_tree(container), container.changes, now=now, mounts=container.mounts,
                       volumes=container.volumes)
    place = in_scope(container, files, wanted)
    node = files.lookup(place)
    if node is not None and node.is_directory:
        return container
    if node is not None:
        raise EngineError(f"Cannot mkdir: {wanted} is not a directory")
    make_folders(files, place)
    return replace(container, changes=files.changes)


def make_folders(files: FileSystem, path: str) -> None:
    """Make a folder and those above it, as far as they are missing.

    Raises:
        EngineError: something else is in the way.
    """
    here = ""
    for part in filter(None, path.split("/")):
        here = f"{here}/{part}"
        node = files.lookup(here)
        if node is not None and not node.is_directory:
            raise EngineError(f"Cannot mkdir: {path} is not a directory")
        if node is None:
            try:
                files.mkdir(here)
            except FileError as error:
                raise EngineError(f"mkdir {here}: {error.message.lower()}") from error
