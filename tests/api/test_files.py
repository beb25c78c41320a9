"""Files of containers: ``archive`` and ``changes``. Answers as engine 20.10.24 gave them."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import tarfile
from base64 import b64decode
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Answered, Served

PREPARE = ("mkdir -p /d/e; echo hi > /d/f; chmod 4755 /d/f; ln -s f /d/l; ln -s nowhere /d/dang; "
           "ln /d/f /d/h; chmod 1777 /d/e; rm /etc/group")


def container(lab: Served, script: str = PREPARE, name: str = "c1") -> str:
    made = lab.ask("POST", f"/containers/create?name={name}", {
        "Image": "ubuntu:14.04", "Cmd": ["sh", "-c", script],
        "HostConfig": {"NetworkMode": "none"}})
    if script:
        lab.ask("POST", f"/containers/{name}/start")
    return str(made.json["Id"])


def archive(lab: Served, method: str, path: str, body: bytes | None = None, more: str = "",
            ) -> Answered:
    return lab.ask(method, f"/containers/c1/archive?path={quote(path, safe='')}{more}", body)


def stat(answered: Answered) -> Any:
    return json.loads(b64decode(answered.headers["X-Docker-Container-Path-Stat"]))


def names(answered: Answered) -> list[tuple[str, bytes, str]]:
    with tarfile.open(fileobj=BytesIO(answered.body)) as tar:
        return [(each.name, each.type, each.linkname) for each in tar]


def packed(*entries: tuple[str, bytes | None], **fields: Any) -> bytes:
    """Return a tar of files, and of what has no content as the fields say."""
    file = BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in entries:
            info = tarfile.TarInfo(name)
            if data is None:
                for key, value in fields.items():
                    setattr(info, key, value)
            info.size = len(data or b"")
            tar.addfile(info, BytesIO(data or b""))
    return file.getvalue()


def test_a_path_is_described_in_a_header(lab: Served) -> None:
    container(lab)
    seen = {path: stat(archive(lab, "HEAD", path)) for path in ("/d/f", "/d/e/", "/d/l")}
    assert all(each.pop("mtime").endswith("Z") for each in seen.values())
    assert seen == {
        "/d/f": {"name": "f", "size": 3, "mode": 0o755 | 1 << 23, "linkTarget": ""},
        "/d/e/": {"name": "e", "size": 4096, "mode": 0o777 | 1 << 20 | 1 << 31,
                  "linkTarget": ""},
        "/d/l": {"name": "l", "size": 1, "mode": 0o777 | 1 << 27, "linkTarget": "/d/f"},
    }


@pytest.mark.parametrize(("path", "status", "message"), [
    ("/nosuch", 404, "Could not find the file /nosuch in container c1"),
    ("", 400, "bad parameter: pathcannot be empty"),
    ("/d/dang/", 404, "Could not find the file /d/dang/ in container c1"),
])
def test_where_nothing_is(lab: Served, path: str, status: int, message: str) -> None:
    container(lab)
    got = archive(lab, "GET", path)
    assert (got.status, got.json) == (status, {"message": message})
    head = archive(lab, "HEAD", path)
    assert (head.status, head.body) == (status, b"")
    assert "X-Docker-Container-Path-Stat" not in head.headers


def test_looking_is_no_step(lab: Served) -> None:
    container(lab)
    steps = len(lab.daemon.journal)
    for path in ("/d", "/nosuch", ""):
        archive(lab, "HEAD", path)
    lab.ask("HEAD", "/containers/nosuch/archive?path=/")
    assert len(lab.daemon.journal) == steps


def test_looking_is_a_step_where_a_point_for_a_volume_is_made(lab: Served) -> None:
    made = lab.ask("POST", "/containers/create?name=c1", {
        "Image": "ubuntu:14.04", "HostConfig": {"Binds": ["data:/new/data"]}})
    steps = len(lab.daemon.journal)
    for _ in range(3):
        assert archive(lab, "HEAD", "/nosuch").status == 404
    assert len(lab.daemon.journal) == steps + 1
    changes = lab.ask("GET", f"/containers/{made.json['Id']}/changes").json
    assert {each["Path"] for each in changes} == {"/new", "/new/data"}


def test_files_come_as_a_tar(lab: Served) -> None:
    container(lab)
    folder = archive(lab, "GET", "/d")
    assert folder.headers["Content-Type"] == "application/x-tar"
    assert stat(folder)["name"] == "d"
    assert names(folder) == [
        ("d", tarfile.DIRTYPE, ""), ("d/dang", tarfile.SYMTYPE, "nowhere"),
        ("d/e", tarfile.DIRTYPE, ""), ("d/f", tarfile.REGTYPE, ""),
        ("d/h", tarfile.LNKTYPE, "d/f"), ("d/l", tarfile.SYMTYPE, "f")]
    assert names(archive(lab, "GET", "/d/l")) == [("l", tarfile.SYMTYPE, "f")]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_tar_goes_in_packed_or_not(lab: Served, pack: Any) -> None:
    container(lab, "")
    put = archive(lab, "PUT", "/srv", pack(packed(("x", b"content"))))
    assert (put.status, put.body) == (200, b"")
    assert b"content" in archive(lab, "GET", "/srv/x").body
    assert lab.ask("GET", "/containers/c1/changes").json == [
        {"Path": "/srv", "Kind": 0}, {"Path": "/srv/x", "Kind": 1}]


FAILED = "Error processing tar file(exit status 1): "
LINK = {"type": tarfile.SYMTYPE}


@pytest.mark.parametrize(("body", "message"), [
    (b"junk", FAILED + "unexpected EOF"),
    (b"j" * 2000, FAILED + "archive/tar: invalid tar header"),
    (packed(("a", b"x" * 5000))[:2000], FAILED + "unexpected EOF"),
    (gzip.compress(packed(("a", b"x" * 50_000)), mtime=0)[:60], FAILED + "unexpected EOF"),
    (packed(("../esc", b"")), FAILED + '"../esc" is outside of "/srv"'),
    (packed(("x/../../esc", b"")), FAILED + '"../esc" is outside of "/srv"'),
    (packed(("l", None), linkname="../../etc", **LINK),
     FAILED + 'invalid symlink "/srv/l" -> "../../etc"'),
    (packed(("h", None), type=tarfile.LNKTYPE, linkname="../etc/passwd"),
     FAILED + 'invalid hardlink "/etc/passwd" -> "../etc/passwd"'),
    (packed(("u", None), type=b"Z"), FAILED + "unhandled tar header type 90"),
    (packed(("n" * 256, b"")), f"{FAILED}open /srv/{'n' * 256}: file name too long"),
])
def test_a_tar_that_cannot_go_in(lab: Served, body: bytes, message: str) -> None:
    container(lab, "")
    put = archive(lab, "PUT", "/srv", body)
    assert (put.status, put.json) == (500, {"message": message})


def test_links_lead_inside_the_container_only(lab: Served) -> None:
    container(lab, "")
    body = packed(("out", None), ("out/evil", b"x"), linkname="/etc", **LINK)
    assert archive(lab, "PUT", "/srv", body).status == 200
    assert {"Path": "/etc/evil", "Kind": 1} in lab.ask("GET", "/containers/c1/changes").json
    assert names(archive(lab, "GET", "/../../etc/evil")) == [("evil", tarfile.REGTYPE, "")]


def test_a_folder_takes_no_files_place_unless_it_may(lab: Served) -> None:
    container(lab, "")
    archive(lab, "PUT", "/srv", packed(("x", b"file")))
    folder = packed(("x", None), type=tarfile.DIRTYPE)
    kept = archive(lab, "PUT", "/srv", folder, "&noOverwriteDirNonDir=true")
    assert kept.json["message"].endswith(
        'cannot overwrite non-directory "/srv/x" with directory "/srv"')
    assert archive(lab, "PUT", "/srv", folder, "&noOverwriteDirNonDir=0").status == 200
    assert names(archive(lab, "GET", "/srv/x")) == [("x", tarfile.DIRTYPE, "")]


def test_files_go_into_folders_that_are_there(lab: Served) -> None:
    container(lab, "")
    body = packed(("x", b""))
    missing = archive(lab, "PUT", "/nosuch", body)
    assert (missing.status, missing.json) == (
        404, {"message": "Could not find the file /nosuch in container c1"})
    assert archive(lab, "PUT", "/etc/passwd", body).json == {
        "message": "extraction point is not a directory"}
    assert lab.ask("PUT", "/containers/nosuch/archive?path=/", body).status == 404


def test_changes(lab: Served) -> None:
    container(lab, "")
    assert lab.ask("GET", "/containers/c1/changes").body == b"null\n"
    container(lab, name="c2")
    assert lab.ask("GET", "/containers/c2/changes").json == [
        {"Path": "/d", "Kind": 1}, *({"Path": f"/d/{name}", "Kind": 1} for name in (
            "dang", "e", "f", "h", "l")),
        {"Path": "/etc", "Kind": 0}, {"Path": "/etc/group", "Kind": 2}]
    assert lab.ask("GET", "/containers/nosuch/changes").status == 404
