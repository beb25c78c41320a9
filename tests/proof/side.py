"""A folder of the host with docker in it, here or there, and all that can be seen afterwards."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shlex
import stat
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.client_log import without_closed_pipe
from tests.proof.pair import Pair

#: What is in the image of the containers.
INSIDE = r"""
cd /srv
mkdir -p d/full dir2 st v 'sp ace'
echo one > d/one; echo two > d/full/two; : > d/empty; echo f > file; echo g > 'sp ace/g h'
ln -s d ld; ln -s /srv/file lf; ln -s nowhere dang; ln -s loop loop; ln -s ld lld
ln -s ../../../../etc esc; ln -s /srv/d labs; ln -s ../vol lvol
ln file hard; chmod 640 d/one; chown 1000:1001 d/one; chmod 700 d/full; mkfifo pipe
echo s > st/su; chmod 4755 st/su; chmod 1777 st; mkdir 한글; echo 안녕 > 한글/인사.txt
mkdir -p /vol/in; echo v > /vol/v; echo w > /vol/in/w
"""
#: Times that files had before: of the host, and of the image that the image is made from.
KNOWN_TIMES = {1577934245, 1616711768}
#: A copy into the first container, after which all of its files are compared.
WRITES = re.compile(r"^docker cp .* c1:\S*( <.*)?$", re.MULTILINE)


@dataclass
class Side:
    """Where a case runs: a folder of the host, and docker in it."""

    pair: Pair
    real: bool
    folder: Path

    def docker(self, line: str) -> tuple[str, bytes, str]:
        """Run a line and return its exit code, output and errors; ``<`` and ``>`` are files."""
        words = shlex.split(line)[1:]
        stdin = b""
        target = None
        if words[-2:-1] == ["<"]:
            stdin = (self.folder / words[-1]).read_bytes()
            words = words[:-2]
        elif words[-2:-1] == [">"]:
            target = words[-1]
            words = words[:-2]
        if words[0] == "cp" and not {"-q", "--quiet"} & set(words):
            words.insert(1, "-q=false")
        code, out, err = self.client(words, stdin)
        if target:
            (self.folder / target).write_bytes(out)
            out = b""
        return f"{line}: exit {code}", out, self.plain(err.decode())

    def client(self, words: list[str], stdin: bytes = b"") -> tuple[int, bytes, bytes]:
        """Run a command and return its exit code, output and errors as they came."""
        return (self._real if self.real else self._lab)(words, stdin)

    def _lab(self, words: list[str], stdin: bytes) -> tuple[int, bytes, bytes]:
        done = self.pair.lab.docker(words, stdin, folder=self.folder)
        return done.exit_code, done.stdout_bytes, done.stderr_bytes

    def _real(self, words: list[str], stdin: bytes) -> tuple[int, bytes, bytes]:
        daemon = self.pair.dockerd
        done = subprocess.run(
            ["docker", *words], input=stdin, capture_output=True, cwd=self.folder, check=False,
            env=daemon.environment())
        return done.returncode, done.stdout, done.stderr

    def plain(self, text: str) -> str:
        """Return a text without folders, addresses and IDs."""
        text = text.replace(str(self.folder), "<cwd>")
        text = without_closed_pipe(text)
        text = re.sub(r"/\S*/overlay2/[0-9a-f]+/merged", "<root>", text)
        if "invalid symlink" in text:  # how far the client had read when it stopped
            text = re.sub(r"copied \S+", "copied <size>", text)
        text = re.sub(r"\"http://\S*/v1.41", '"<daemon>', text)
        return re.sub(r"[0-9a-f]{64}", "<id>", text)

    def run(self, case: str) -> list[object]:
        """Run a case's lines and return all that can be seen of what came of it."""
        seen: list[object] = []
        for line in case.splitlines():
            if line.startswith("docker "):
                head, out, err = self.docker(line)
                seen.append((head, self.plain(out.decode()), err))
            else:
                subprocess.run(["sh", "-c", line], cwd=self.folder, check=True)
        seen += [each for each in tree(self.folder) if not each[0].endswith(".tar")]
        seen += [(name, *entries((self.folder / name).read_bytes()))
                 for name in ("out.tar",) if (self.folder / name).exists()]
        self.folder = self.folder.parent / "aside"
        self.folder.mkdir()
        _, changes, _ = self.docker("docker diff c1")
        seen += sorted(changes.decode().splitlines())
        if not WRITES.search(case):
            return seen
        self.docker("docker export c1 > all.tar")
        self.docker("docker cp c1:/vol - > vol.tar")
        for name in ("all.tar", "vol.tar"):
            seen += entries((self.folder / name).read_bytes())
        return seen


def known(seconds: float) -> int | str:
    return int(seconds) if int(seconds) in KNOWN_TIMES else "now"


def tree(folder: Path) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content: object = ""
        if path.is_symlink():
            content = os.readlink(path).replace(str(folder), "<cwd>")
        elif stat.S_ISREG(status.st_mode):
            content = (status.st_nlink, status.st_size, hashlib.sha256(path.read_bytes()).digest())
        if path.name == "vol" or path.suffix == ".tar":
            content = ""
        found.append((str(path.relative_to(folder)), oct(status.st_mode), known(status.st_mtime),
                      status.st_uid, status.st_gid, content))
    return found


def entries(data: bytes) -> list[tuple[Any, ...]]:
    found = []
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isreg() else None
            found.append((member.name, member.type, oct(member.mode), member.uid, member.gid,
                          member.size, member.linkname.rpartition("/here/")[2], known(member.mtime),
                          hashlib.sha256(file.read()).hexdigest() if file else "",
                          (member.devmajor, member.devminor) if member.isdev() else ()))
    return found
