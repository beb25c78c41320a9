"""Other programs that read and write image archives: skopeo, podman, buildah and umoci."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.proof.pair import File, files_of_tar


@dataclass(frozen=True)
class Tools:
    """The programs, with images and settings of their own, apart from the machine's.

    Attributes:
        folder: where they run and what paths are relative to.
    """

    folder: Path

    def prepare(self) -> None:
        """Let images pass that nobody signed; the programs look in the home folder for that."""
        settings = self.folder / ".config" / "containers"
        settings.mkdir(parents=True)
        (settings / "policy.json").write_text(
            json.dumps({"default": [{"type": "insecureAcceptAnything"}]}), "utf-8")

    def run(self, *words: str) -> bytes:
        """Run a program, which must succeed, and return what it writes."""
        done = subprocess.run(
            words, cwd=self.folder, env={"PATH": os.environ["PATH"], "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL, capture_output=True, check=False)
        assert done.returncode == 0, f"{words}: {done.stderr.decode()}"
        return done.stdout

    def podman(self, *words: str) -> str:
        return self._with_images(
            "podman", "--cgroup-manager=cgroupfs", "--events-backend=none", *words)

    def buildah(self, *words: str) -> str:
        return self._with_images("buildah", *words)

    def _with_images(self, program: str, *words: str) -> str:
        return self.run(
            program, f"--root={self.folder}/images", f"--runroot={self.folder}/run",
            "--storage-driver=vfs", *words).decode().strip()

    def copy(self, source: str, target: str, *options: str) -> None:
        """Copy an image with skopeo from one ``transport:path`` to another."""
        self.run("skopeo", "copy", "--quiet", *options, source, target)

    def clean(self) -> None:
        """Remove all containers and images of podman and buildah."""
        self.podman("rm", "--all", "--force")
        self.podman("rmi", "--all", "--force")

    # --- what they say of an image ---------------------------------------------------------

    def config_of(self, source: str) -> bytes:
        """Return an image's configuration as skopeo finds it."""
        return self.run("skopeo", "inspect", "--config", "--raw", source)

    def id_of(self, source: str) -> str:
        return f"sha256:{hashlib.sha256(self.config_of(source)).hexdigest()}"

    def diff_ids_of(self, source: str) -> list[str]:
        config: dict[str, Any] = json.loads(self.config_of(source))
        return list(config["rootfs"]["diff_ids"])

    def files_of(self, source: str) -> dict[str, File]:
        """Return an image's files as umoci unpacks them."""
        bundle = self.folder / "bundle"
        self.run("rm", "-rf", "layout", "bundle")
        self.copy(source, "oci:layout:image")
        self.run("umoci", "unpack", "--image", "layout:image", "bundle")
        return files_of_folder(bundle / "rootfs")

    def podmans_files_of(self, name: str) -> dict[str, File]:
        """Return an image's files as a container of podman has them."""
        identifier = self.podman("create", "--network=none", name, "x")
        self.podman("export", "-o", "exported.tar", identifier)
        self.podman("rm", identifier)
        with tarfile.open(self.folder / "exported.tar") as tar:
            return files_of_tar(tar)


def files_of_folder(root: Path) -> dict[str, File]:
    """Return the files below a folder."""
    kinds = {stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFREG: "file"}
    found: dict[str, File] = {}
    for path in root.rglob("*"):
        info = path.lstat()
        kind = kinds[stat.S_IFMT(info.st_mode)]
        content: bytes | str = b""
        if kind == "symlink":
            content = os.readlink(path)
        elif kind == "file":
            content = path.read_bytes()
        found[str(path.relative_to(root))] = (
            kind, stat.S_IMODE(info.st_mode), info.st_uid, info.st_gid, content)
    return found
