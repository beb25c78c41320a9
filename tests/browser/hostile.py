"""A lab in which everything that images and users can name tries to be markup, DOT or a script."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile

from imagelab.lab import Lab

#: Sets ``window.hit`` in a page that takes it for markup; ends strings of HTML, SVG, DOT and JSON.
EVIL = ('"><img src=x onerror="window.hit=1"><script>window.hit=2</script>'
        "<svg onload='window.hit=3'></svg>]]></style></title></textarea>&lt;b&gt;"
        '"]; x [label="\\" URL="javascript:window.hit=4"]; {{7*7}} ${window.hit=5} '
        "javascript:window.hit=6 </details><iframe srcdoc='<script>parent.hit=7</script>'>"
        "\x1b]8;;javascript:window.hit=8\x07\u202e")
#: The same as the name of a file: no slash, no zero byte, not too long.
EVIL_NAME = '"><img src=x onerror="window.hit=1"><script>window.hit=9</script>'.replace("/", "\\")


def _tar(entries: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _file(name: str, data: bytes = b"") -> tuple[tarfile.TarInfo, bytes]:
    return tarfile.TarInfo(name), data


def _folder(name: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o755
    return info, b""


def _link(name: str, target: str) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    return info, b""


def archive() -> bytes:
    """Return an archive of two images, as ``docker save`` lays them out."""
    base = _tar([_folder(EVIL_NAME), _file(f"{EVIL_NAME}/{EVIL_NAME}", EVIL.encode()),
                 _folder("etc"), _file("etc/old", b"old\n"), _link("link", EVIL)])
    top = _tar([_file("etc/.wh.old"), _folder("etc"), _file(f"etc/{EVIL_NAME}.txt", EVIL.encode()),
                _file(f".wh.{EVIL_NAME}"), _file("binary", bytes(range(256)))])
    entries, manifest = [_file("a.tar", base), _file("b.tar", top)], []
    for tag, layers in (("app:1", [("a.tar", base)]),
                        ("app:2", [("a.tar", base), ("b.tar", top)])):
        config = json.dumps({
            "architecture": "amd64", "os": "linux", "author": EVIL, "comment": EVIL,
            "created": "2024-01-01T00:00:00Z", "container": EVIL,
            "config": {"Cmd": [EVIL], "Entrypoint": None, "Env": [f"X={EVIL}"], "User": EVIL,
                       "Labels": {EVIL: EVIL}, "WorkingDir": f"/{EVIL_NAME}"},
            "rootfs": {"type": "layers", "diff_ids": [
                f"sha256:{hashlib.sha256(data).hexdigest()}" for _, data in layers]},
            "history": [{"created": "2024-01-01T00:00:00Z", "created_by": EVIL, "comment": EVIL,
                         "author": EVIL} for _ in layers],
        }).encode()
        name = f"{hashlib.sha256(config).hexdigest()}.json"
        entries.append(_file(name, config))
        manifest.append({"Config": name, "RepoTags": [tag],
                         "Layers": [each for each, _ in layers]})
    entries.append(_file("manifest.json", json.dumps(manifest).encode()))
    return _tar(entries)


def hostile_lab(language: str = "en") -> Lab:
    """Return a lab with those images, a container of one, and lines that are no commands."""
    lab = Lab(language=language)
    assert lab.docker("load", stdin=archive()).exit_code == 0
    lab.docker(["create", "--name", "c1", "-e", EVIL, "--label", f"{EVIL}={EVIL}", "app:2", EVIL])
    lab.docker(["commit", "-a", EVIL, "-m", EVIL, "c1", "app:3"])
    lab.docker(["rmi", EVIL])
    lab.docker([EVIL])
    lab.docker(["tag", "app:2", EVIL])
    return lab
