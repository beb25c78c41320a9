"""A kept lab with real images, and looks at its folder that owe nothing to the lab's own code."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from imagelab.lab import Lab

COMMANDS = (
    "pull busybox", "run --name one busybox sh -c 'echo one > /one; mkdir /srv; echo a > /srv/a'",
    "commit -m first one app:1", "run --name two app:1 rm -r /srv", "commit two app:2",
    "tag app:2 localhost:5000/my/app:x", "volume create kept", "save -o in.tar app:1",
    "import --change 'CMD true' in.tar imported:1",
)


def used(folder: Path) -> Lab:
    """Return a lab kept in a folder, with images that it made, pulled and imported."""
    lab = Lab.open(folder / "lab")
    do(lab, *COMMANDS, folder=folder)
    return lab


def do(lab: Lab, *lines: str, folder: Path | None = None) -> str:
    """Run commands that have to succeed; return what the last one printed."""
    out = ""
    for line in lines:
        result = lab.docker(line, folder=folder)
        assert result.exit_code == 0, f"{line}: {result.stderr}"
        out = result.stdout
    return out


def read(path: Path) -> dict[str, Any]:
    """Return a file's JSON."""
    found = json.loads(path.read_bytes())
    assert isinstance(found, dict)
    return found


def blob(folder: Path, digest: str) -> Path:
    """Return where a blob is, after a look at its digest."""
    path = folder / "blobs" / "sha256" / digest.removeprefix("sha256:")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
    return path


def blobs(folder: Path) -> set[str]:
    """Return the digests of all blobs of a lab."""
    return {f"sha256:{name}" for name in os.listdir(folder / "blobs" / "sha256")}


def seen(folder: Path) -> dict[str, list[str]]:
    """Return the image IDs that ``index.json`` leads to, each with the names it has there."""
    assert read(folder / "oci-layout") == {"imageLayoutVersion": "1.0.0"}
    found: dict[str, list[str]] = {}
    for entry in read(folder / "index.json")["manifests"]:
        manifest = _of(folder, entry)
        config = _of(folder, manifest["config"])
        assert [each["digest"] for each in manifest["layers"]] == config["rootfs"]["diff_ids"]
        for each in manifest["layers"]:
            assert blob(folder, each["digest"]).stat().st_size == each["size"]
        names = found.setdefault(manifest["config"]["digest"], [])
        names += [value for key, value in entry.get("annotations", {}).items()
                  if key == "org.opencontainers.image.ref.name"]
    return {image: sorted(names) for image, names in found.items()}


def _of(folder: Path, descriptor: dict[str, Any]) -> dict[str, Any]:
    path = blob(folder, descriptor["digest"])
    assert path.stat().st_size == descriptor["size"]
    return read(path)


def listed(lab: Lab) -> dict[str, list[str]]:
    """Return what :func:`seen` should return, from the commands that list images."""
    found: dict[str, list[str]] = {
        image: [] for image in do(lab, "images -aq --no-trunc").split()}
    for image in found:
        document = json.loads(do(lab, f"inspect {image}"))[0]
        found[image] = sorted(document["RepoTags"] + document["RepoDigests"])
    return found


def garbage(folder: Path) -> Iterator[Path]:
    """Yield files that a process which broke off could have left, an hour ago."""
    for name in ("incoming/0123", f"blobs/sha256/{hashlib.sha256(b'no one').hexdigest()}"):
        path = folder / name
        path.write_bytes(b"no one")
        os.utime(path, (1_700_000_000, 1_700_000_000))
        yield path
