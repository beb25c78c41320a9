"""One build on a lab or on a real daemon, and all that came of it, without times and IDs."""

from __future__ import annotations

import hashlib
import io
import json
import posixpath
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagelab.docker.commands.build import NOTICES
from tests.proof.build_cases import Build

#: Runs a command line in a folder: exit code, standard output, standard error.
Docker = Callable[[tuple[str, ...], Path], tuple[int, str, str]]
#: Layers of the base image.
_BASE_LAYERS = 2
_ID = re.compile(r"(?<!file:)(?<!multi:)(?<!dir:)\b(?:sha256:)?([0-9a-f]{64}|[0-9a-f]{12})\b")
_SENT = re.compile(r"Sending build context to Docker daemon +[0-9.]+[kM]?B\r\r\n")
_TIME = re.compile(r'"\d{4}-\d\d-\d\dT[0-9:.]+Z"')
_VERSION = re.compile(r'("docker_version":"[0-9.]+)\+[a-z0-9]+"')
_AGO = re.compile(r"(?<=\)) (?:Less than a second|About a minute|\d+ \w+) ago$")
#: Where a daemon has the files of an image in the making; the end is a number by chance.
_ROOT = re.compile(r"/\S+/overlay2/[0-9a-f]{64}/merged")
_OVERLAY = re.compile(r"/\S+/overlay2/")
_PIVOT = re.compile(r"\.pivot_root\d*")
#: What nearly every configuration has, and how it is written here.
_USUAL = {
    '"Hostname":"","Domainname":"","User":"","AttachStdin":false,"AttachStdout":false,'
    '"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,': "<plain>",
    '"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"': "<path>",
    '{"created":"<time>","created_by":"/bin/sh -c #(nop) ADD file:busybox in / "},'
    '{"created":"<time>","created_by":"/bin/sh -c mkdir -p /srv/data \\u0026\\u0026 fill '
    '/srv/data"},{"created":"<time>","created_by":"/bin/sh -c #(nop)  CMD [\\"/bin/sh\\"]",'
    '"empty_layer":true}': "<base>",
}
#: DiffIDs differ by the times in the layers.
_LAYER = re.compile(r"sha256:[0-9a-f]{64}(?=\"[,\]][^{}]*}}$)")
_BUILT = re.compile(r"^(?:Successfully built |sha256:)([0-9a-f]+)$", re.MULTILINE)


@dataclass
class Names:
    """Numbers for IDs, in the order they are met; an ID and its short form have one."""

    known: list[str] = field(default_factory=list)

    def __call__(self, text: str) -> str:
        """Return a text with its IDs replaced."""
        return _ID.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        for at, known in enumerate(self.known):
            if known.startswith(match[1]) or match[1].startswith(known):
                self.known[at] = max(known, match[1], key=len)
                return f"<id{at}>"
        self.known.append(match[1])
        return f"<id{len(self.known) - 1}>"


def write_files(folder: Path, build: Build) -> None:
    """Put a build's files and its Dockerfile into a folder."""
    for key, content in (*build.files.items(), ("Dockerfile", build.text)):
        name, _, mode = key.partition(":")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            path.mkdir(exist_ok=True)
            path.chmod(int(mode or "755", 8))
        elif isinstance(content, str) and content.startswith("-> "):
            path.symlink_to(content[3:])
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            path.chmod(int(mode or "644", 8))


def run(docker: Docker, builds: tuple[Build, ...], folder: Path) -> Iterator[str]:
    """Carry out builds one after another in a folder; yield what came of each, line by line."""
    names = Names()
    base = docker(("images", "-q", "--no-trunc", "ubuntu:14.04"), folder)[1]
    names(base)
    for build in builds:
        write_files(folder, build)
        code, out, err = docker(("build", *build.flags, "."), folder)
        yield f"exit code {code}"
        for stream, text in (("out", out), ("err", err)):
            yield "".join(f"{stream} {line}\n" for line in names(_plain(text)).splitlines())
        if code == 0:
            image = _BUILT.findall(out)[-1]
            yield from _image(docker, image, folder, names)
    yield from _left_over(docker, folder, names)


def _plain(text: str) -> str:
    """Leave out what differs from one build to the next on a real daemon."""
    text = _SENT.sub("", text)
    for notice in NOTICES:  # the recorded client was told to use this builder, the lab has no other
        text = text.replace(f"{notice}\n", "")
    text = text.replace("\x1b[0m\x1b[91m", "")  # cut anywhere between two writes
    text = _OVERLAY.sub("<overlay2>/", _ROOT.sub("<root>", text))
    return _PIVOT.sub(".pivot_root", text)


def _image(docker: Docker, image: str, folder: Path, names: Names) -> Iterator[str]:
    archive = folder.parent / "built.tar"
    docker(("save", "-o", str(archive), image), folder)
    with tarfile.open(archive) as tar:
        (entry,) = json.loads(_member(tar, "manifest.json"))
        config = _member(tar, entry["Config"]).decode()
        layers = [_member(tar, name) for name in entry["Layers"] or ()]
    if "busybox" in config:
        layers = layers[_BASE_LAYERS:]
    config = _VERSION.sub(r'\1"', _TIME.sub('"<time>"', config))
    config = _LAYER.sub("<layer>", config)
    for text, short in _USUAL.items():
        config = config.replace(text, short)
    yield f"config {names(config)}"
    for number, layer in enumerate(layers):
        yield from (f"layer {number} {line}" for line in sorted(_entries(layer)))


def _member(tar: tarfile.TarFile, name: str) -> bytes:
    """Read a file of an archive; ``docker save`` writes links for equal layers."""
    member = tar.getmember(name)
    if member.issym():
        return _member(tar, posixpath.normpath(f"{posixpath.dirname(name)}/{member.linkname}"))
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def _entries(layer: bytes) -> Iterator[str]:
    with tarfile.open(fileobj=io.BytesIO(layer)) as tar:
        for member in tar:
            marker = member.name.rpartition("/")[2].startswith(".wh.")
            file = tar.extractfile(member) if member.isreg() else None
            data = hashlib.md5(file.read()).hexdigest()[:6] if file else ""
            yield (f"{member.name.strip('/')} {member.type.decode()} "
                   f"{'' if marker else oct(member.mode & 0o7777)} {member.uid}:{member.gid} "
                   f"{member.linkname} {data}")


def _left_over(docker: Docker, folder: Path, names: Names) -> Iterator[str]:
    """Tell what is there at the end: images, their parents and steps, and containers."""
    listed = docker(("images", "-aq", "--no-trunc"), folder)[1].split()
    found: list[dict[str, Any]] = json.loads(
        docker(("inspect", *dict.fromkeys(listed)), folder)[1])
    yield f"images {len(found)}"
    rows = sorted(f"{names(each['Id'])} parent {names(each['Parent'])} "
                  f"{' '.join(each['ContainerConfig']['Cmd'] or [])} "
                  f"{each['RepoTags']} {each['Size']}" for each in found)
    yield from (f"image {names(row)}" for row in rows)
    containers = docker(("ps", "-a", "--no-trunc", "--format",
                         "{{.Image}} {{.Command}} {{.Status}}"), folder)[1].splitlines()
    shown = (_AGO.sub("", names(line)) for line in containers)
    yield from (f"container {line}" for line in sorted(shown))
