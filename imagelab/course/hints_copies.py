"""Hints about files that go in and out: ``cp``, and archives of images and of containers."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from imagelab.course.hints_base import Done, Hint, command, hint, listed, nearest, refusals, rule
from imagelab.course.hints_containers import no_container
from imagelab.course.hints_images import moved_names, nameless
from imagelab.engine.rootfs import open_files
from imagelab.model.container import Container
from imagelab.model.file_error import FileError
from imagelab.views.plan.who import container_of


def copy_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for ``cp``, ``export``, ``import``, ``save`` and ``load``."""
    if done.name == "cp":
        yield from refusals(done, _CP_RULES)
    elif done.name in ("export", "import", "load", "save"):
        yield from refusals(done, _ARCHIVE_RULES)
    if done.name == "import" and done.exit_code == 0:
        yield from _after_import(done)


# --- cp ------------------------------------------------------------------------------------


def _no_side(done: Done, match: re.Match[str]) -> Hint:
    for word in done.arguments:
        name, _, path = word.partition("/")
        found = container_of(done.after, name)
        if found and found.name == name:
            return hint("cp_no_colon", name=name, command=done.with_word(word, f"{name}:/{path}"))
    return hint("cp_no_container")


def _two_containers(done: Done, _: re.Match[str]) -> Hint:
    source, target = done.arguments
    name = posixpath.basename(source.partition(":")[2].rstrip("/")) or "files"
    return hint("cp_two_containers",
                command=f"{command('cp', source, name)} && {command('cp', name, target)}")


def _not_in_container(done: Done, match: re.Match[str]) -> Hint | None:
    source, target = done.arguments
    if target.startswith(f"{match['container']}:"):
        return _no_target(done, match)
    container = container_of(done.after, match["container"])
    if container is None:
        return None
    path = posixpath.normpath(posixpath.join("/", source.partition(":")[2]))
    folder, names = _nearest_folder(container, posixpath.dirname(path))
    if folder == posixpath.dirname(path) and (
            meant := nearest(posixpath.basename(path), names)):
        there = f"{match['container']}:{posixpath.join(folder, meant)}"
        return hint("cp_nearest", name=container.name, path=path,
                    command=done.with_word(source, there))
    return hint("cp_not_there", name=container.name, path=path, folder=folder,
                names=listed(names))


def _no_target(done: Done, match: re.Match[str]) -> Hint | None:
    """Say that the folder to copy into is not there, or its container."""
    target = done.arguments[-1]
    name, colon, path = target.partition(":")
    container = container_of(done.after, name)
    if not colon:
        return None
    if container is None:
        return no_container(done, name)
    folder, _ = _nearest_folder(container, posixpath.join("/", path))
    return hint("cp_no_target", name=container.name, path=path, folder=folder,
                command=done.with_word(target, f"{name}:{folder}"))


def _nearest_folder(container: Container, path: str) -> tuple[str, Sequence[str]]:
    """Return the deepest folder on the way to a path that is there, and what is in it."""
    files = open_files(container, 0)
    while True:
        try:
            return path, sorted(files.names(path), key=lambda name: (name.startswith("."), name))
        except FileError:
            if path == "/":
                return path, ()
            path = posixpath.dirname(path.rstrip("/"))


def _no_host_file(done: Done, match: re.Match[str]) -> Hint:
    typed = done.arguments[0] if done.name in ("cp", "import") else match["path"]
    return hint("no_host_file", name=typed)


_CP_RULES = (
    rule(r"^must specify at least one container source$", _no_side),
    rule(r"^copying between containers is not supported$", _two_containers),
    rule(r"Could not find the file .+ in container (?P<container>\S+)$", _not_in_container),
    rule(r"^no such directory$", _no_target),
    rule(r"^lstat (?P<path>.+): no such file or directory$", _no_host_file),
    rule(r'invalid output path: directory "(?P<path>.+)" does not exist$',
         lambda _, match: hint("no_host_folder", path=match["path"])),
)


# --- archives ------------------------------------------------------------------------------


def _value(done: Done, short: str, long: str) -> str:
    """Return the value of a flag; empty if it was not given as a word of its own or with ``=``."""
    for word, following in zip(done.words, [*done.words[1:], ""], strict=True):
        if word in (short, long):
            return following
        if word.startswith(f"{long}="):
            return word.partition("=")[2]
    return ""


def _no_manifest(done: Done, _: re.Match[str]) -> Hint | None:
    """Send an archive without a manifest to ``docker import``."""
    file = _value(done, "-i", "--input")
    return hint("load_of_export", file=file, command=command("import", file, "imported:1")
                ) if file else None


def _no_tar(done: Done, _: re.Match[str]) -> Hint | None:
    file = done.arguments[0] if done.name == "import" else _value(done, "-i", "--input")
    return hint("not_an_archive", file=file) if file not in ("", "-") else None


def _no_file_named(done: Done, _: re.Match[str]) -> Hint:
    """Put the argument, if there was one, where ``load`` looks for it."""
    return hint("load_no_file", command=command("load", "-i", *(done.arguments or ["image.tar"])))


def _to_screen(done: Done, _: re.Match[str]) -> Hint:
    size = len(done.words) - len(done.arguments)
    name = re.sub(r"[^a-z0-9_.-]+", "-", done.arguments[0])
    return hint("output_to_screen", command=command(
        *done.words[:size], "-o", f"{name}.tar", *done.words[size:]))


def _after_import(done: Done) -> Iterator[Hint]:
    new = [each for key, each in done.after.images.items() if key not in done.before.images]
    file = done.arguments[0]
    layer = done.after.layers.get(new[0].chain_id) if new else None
    if layer and {"manifest.json", "repositories"} & layer.changes.keys():
        yield hint("import_of_save", command=command("load", "-i", file)
                   if file != "-" else "docker load -i image.tar")
    yield from moved_names(done)
    yield from nameless(done, r"^sha256:([0-9a-f]{64})$")


_ARCHIVE_RULES = (
    rule(r"^invalid archive: does not contain a manifest\.json$", _no_manifest),
    rule(r"Error processing tar file\(exit status 1\): (?:unexpected EOF|archive/tar: invalid tar)",
         _no_tar),
    rule(r"^requested load from stdin, but stdin is empty$|'docker (?:image )?load' accepts no arg",
         _no_file_named),
    rule(r"^cowardly refusing to save to a terminal", _to_screen),
    rule(r"^open (?P<path>.+): no such file or directory$", _no_host_file),
    rule(r"invalid output path: stat (?P<path>.+): no such file or directory$",
         lambda _, match: hint("no_host_folder", path=match["path"])),
)
