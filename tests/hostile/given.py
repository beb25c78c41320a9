"""Hostile input of all kinds for one lab, all of it after the files of a folder ``secret``."""

from __future__ import annotations

import io
import itertools
import json
import os
import shutil
import zipfile
from pathlib import Path

from imagelab.lab import Lab
from tests.formats.archives import FILES, ITEM, pack
from tests.formats.layouts import Layout
from tests.hostile.layer_headers import FORMS, KINDS, TWICE
from tests.hostile.layer_links import LINKS
from tests.hostile.layers import NAMES
from tests.hostile.tars import END, archive, entry, folder, hard, symlink


class Given:
    """What a lab is fed.

    Attributes:
        here: the folder that commands are typed in.
    """

    def __init__(self, root: Path) -> None:
        """Lay out the files that nobody names."""
        self.here = root / "here"
        self._root = root
        self._numbers = itertools.count()
        self._secret = root / "secret"
        self._secret.mkdir()
        (self._secret / "key").write_text("nobody named this")
        self._up = "../" * 30 + str(self._secret).lstrip("/")
        self._labs: list[Lab] = []

    def secret(self) -> dict[str, str]:
        """Return what is in the folder that nobody names."""
        return {path.name: path.read_text() if path.is_file() else "a folder"
                for path in self._secret.iterdir()}

    def put(self, name: str, data: bytes) -> Path:
        """Return a new file for a step to name."""
        path = self.fresh("in") / name
        path.write_bytes(data)
        return path

    def fresh(self, name: str) -> Path:
        """Return a new folder."""
        made = self._root / f"{name}{next(self._numbers)}"
        made.mkdir()
        return made

    def empty(self) -> Lab:
        """Return a lab, which removes its own files at the very end."""
        self._labs.append(Lab())
        return self._labs[-1]

    def lab(self) -> Lab:
        """Return a lab with an image and the container ``c1``."""
        lab = self.empty()
        lab.docker("pull busybox")
        lab.docker("run --name c1 busybox mkdir /srv")
        return lab

    def _entries(self) -> dict[str, bytes]:
        """Return tars that are layers, contexts and files to copy all the same."""
        key, up = f"{self._secret}/key", self._up
        found = {
            "links to the secret": (
                symlink("a", f"{self._secret}"), entry("a/key", b"evil"),
                symlink("b", key), symlink("c", f"{up}/key"), symlink("d", up)),
            "a folder behind a link": (
                symlink("a", str(self._secret)), folder("a/new"), entry("a/new/x", b"evil")),
            "hard links to the secret": (hard("h", key), hard("i", f"{up}/key")),
            "names of the secret": (entry(key, b"evil"), entry(f"{up}/evil", b"evil")),
            "a Dockerfile that is a link": (symlink("Dockerfile", key),),
            "an ignore file that is a link": (
                symlink(".dockerignore", key), entry("Dockerfile", b"FROM busybox\nCOPY . /x\n")),
            "a Dockerfile that copies links": (
                symlink("l", str(self._secret)), symlink("k", key),
                entry("Dockerfile", b"FROM busybox\nCOPY l /l\nCOPY k /k\nADD l/key /x\n")),
        }
        return {name: b"".join(entries) + END for name, entries in found.items()}

    def archives(self) -> dict[str, bytes]:
        """Return archives for ``docker load``."""
        key = f"{self._secret}/key"
        cases = {**NAMES, **LINKS, **FORMS, **KINDS, **TWICE}
        layout = Layout()
        layout.image(FILES["1/layer.tar"])
        return {
            **{name: archive(case.layers) for name, case in cases.items()},
            **{name: archive([data]) for name, data in self._entries().items()},
            "config elsewhere": pack(FILES, ITEM | {"Config": key}),
            "config above": pack(FILES, ITEM | {"Config": f"{self._up}/key"}),
            "layer elsewhere": pack(FILES, ITEM | {"Layers": [key, f"{self._up}/key"]}),
            "layer is a link": pack(FILES | {"1/layer.tar": key, "2/layer.tar": self._up}, ITEM),
            "name of a registry": pack(FILES, ITEM | {"RepoTags": ["127.0.0.1:1/x/y:z"]}),
            "layout with an address": layout.packed(
                {**layout.image(FILES["1/layer.tar"]), "urls": ["http://127.0.0.1:1/x"]}),
        }

    def contexts(self) -> dict[str, bytes]:
        """Return tars for ``docker build -`` and ``docker cp -``."""
        return self._entries()

    def dockerfiles(self) -> dict[str, str]:
        """Return Dockerfiles for a folder with links that lead out of it."""
        copies = ("COPY key /k", "COPY up /u", "COPY up/key /k", f"COPY {self._up}/key /k",
                  f"ADD {self._secret}/key /k", "ADD http://127.0.0.1:1/x /x", "COPY . /all",
                  "ADD secret.tar /s", "FROM busybox AS b\nCOPY --from=b /../../etc/passwd /x",
                  f"COPY --from=busybox {self._up}/key /k", f"VOLUME {self._secret}",
                  f"WORKDIR {self._up}\nRUN echo evil > evil; cat key")
        return {text: f"FROM busybox\n{text}\nRUN ls -lR / > /list\n" for text in copies}

    def folder(self, dockerfile: str) -> Path:
        """Return a new folder to build in."""
        made = self.fresh("context")
        (made / "Dockerfile").write_text(dockerfile)
        (made / "key").symlink_to(self._secret / "key")
        (made / "up").symlink_to(self._secret)
        (made / "secret.tar").write_bytes(self._entries()["links to the secret"])
        return made

    def containers(self) -> dict[str, tuple[str, ...]]:
        """Return lines that leave something at ``/x`` of the container ``c1``."""
        before = "rm -f c1"
        run = "run --name c1 busybox sh -c"
        return {
            "link": (before, f"{run} 'ln -s {self._secret} /x'"),
            "folder of links": (before, (
                f"{run} 'mkdir /x; ln -s {self._secret}/key /x/k; ln -s {self._up} /x/l'")),
            "mount": (before, f"run --name c1 -v {self._secret}:/x busybox cat /x/key"),
            "programs": (before, f"{run} 'cat {self._secret}/key; wget http://127.0.0.1:1/; "
                                 f"nc 127.0.0.1 1; rm -rf {self._secret}; echo > {self._secret}/e; "
                                 f"mkdir /x; chroot /proc/1/root cat {self._secret}/key'"),
        }

    def requests(self) -> list[tuple[str, str, bytes]]:
        """Return requests to the Engine API."""
        bind = json.dumps({"Image": "busybox", "Cmd": ["cat", "/x/key"], "HostConfig": {
            "Binds": [f"{self._secret}:/x"], "ContainerIDFile": f"{self._secret}/id",
            "LogConfig": {"Type": "syslog", "Config": {"syslog-address": "tcp://127.0.0.1:1"}},
            "SecurityOpt": [f"seccomp={self._secret}/key"]}}).encode()
        tars = [*self._entries().values(), *(
            case.layers[0] for case in (*LINKS.values(), *KINDS.values()))]
        images = [archive([each]) for each in tars]
        return [
            *(("PUT", "/v1.41/containers/c1/archive?path=/srv", each) for each in tars),
            ("GET", "/v1.41/containers/c1/archive?path=/srv", b""),
            ("GET", f"/v1.41/containers/c1/archive?path={self._up}/key", b""),
            *(("POST", "/v1.41/build?t=b", each) for each in tars),
            ("POST", "/v1.41/build?remote=http://127.0.0.1:1/x", b""),
            ("POST", f"/v1.41/build?remote=file://{self._secret}/key", b""),
            ("POST", f"/v1.41/build?dockerfile={self._up}/key", tars[0]),
            *(("POST", "/v1.41/images/load", each) for each in images),
            *(("POST", "/v1.41/images/create?fromSrc=-&repo=i", each) for each in tars),
            ("POST", "/v1.41/images/create?fromSrc=http://127.0.0.1:1/x", b""),
            ("POST", f"/v1.41/images/create?fromSrc=file://{self._secret}/key", b""),
            ("POST", "/v1.41/images/create?fromImage=127.0.0.1:1/x/y", b""),
            ("POST", "/v1.41/containers/create?name=c2", bind),
            ("POST", "/v1.41/containers/c2/start", b""),
            ("GET", "/v1.41/containers/c2/logs?stdout=1", b""),
            ("POST", "/v1.41/volumes/create", json.dumps({
                "Name": "v", "DriverOpts": {"type": "none", "o": "bind",
                                            "device": str(self._secret)}}).encode()),
            ("POST", "/v1.41/auth", b'{"serveraddress":"http://127.0.0.1:1"}'),
            ("GET", "/v1.41/images/get?names=busybox", b""),
            ("GET", "/v1.41/distribution/127.0.0.1:1/x/json", b""),
            ("POST", "/v1.41/plugins/pull?remote=127.0.0.1:1/x", b"[]"),
        ]

    def saved_labs(self) -> dict[str, bytes]:
        """Return files of labs: one in order, and with names that are paths."""
        path = self.fresh("saved") / "lab"
        self.lab().save_to(path)
        good = path.read_bytes()
        return {"in order": good, "with other names": self._renamed(good),
                "with a pickle": self._renamed(good, b"cos\nsystem\n(S'id'\ntR.")}

    def _renamed(self, good: bytes, about: bytes = b"") -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(made, "w") as new:
            for each in old.infolist():
                data = old.read(each)
                new.writestr(each.filename, about or data)
            for name in (f"{self._up}/evil", f"{self._secret}/evil", "blobs/sha256/../../../evil",
                         "blobs/sha256/" + "a" * 64 + "/../../x"):
                new.writestr(name, b"evil")
        return made.getvalue()

    def kept_labs(self) -> list[tuple[str, Path]]:
        """Return folders of labs whose files lead elsewhere."""
        made: list[tuple[str, Path]] = []
        for name in ("blobs", "index.json", "oci-layout"):
            kept = self.fresh("kept")
            lab = Lab.open(kept)
            lab.docker("pull busybox")
            del lab
            path = kept / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            os.symlink(self._secret if name == "blobs" else self._secret / "key", path)
            made.append((f"{name} is a link", kept))
        return made
