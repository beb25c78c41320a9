"""docker-py's archives of containers' files, with a lab and with a real daemon."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.utils import tar as tar_of

from tests.clients.conftest import run
from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def made(client: DockerClient, command: Any = "true", **settings: Any) -> Container:
    return client.containers.create(BASE_NAME, command, network_mode="none", **settings)


def members(pieces: Any) -> dict[str, bytes | None]:
    """Return the files of an archive, and None for all that is not a plain one."""
    found: dict[str, bytes | None] = {}
    with tarfile.open(fileobj=io.BytesIO(b"".join(pieces))) as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isreg() else None
            found[member.name] = file.read() if file else None
    return found


def tar(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o644
        archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.mark.parametrize("volumes", [[], ["/data"]])
def test_files_come_out(client: DockerClient, volumes: list[str]) -> None:
    command = ["sh", "-c", "mkdir -p /data/d; printf 12345 > /data/one; echo > /data/d/two"]
    container = run(client, command, volumes=volumes)
    container.wait()
    pieces, stat = container.get_archive("/data/one")
    assert (stat["name"], stat["size"], stat["mode"], stat["linkTarget"]) == ("one", 5, 0o644, "")
    assert members(pieces) == {"one": b"12345"}
    pieces, stat = container.get_archive("/data")
    assert members(pieces) == {"data": None, "data/one": b"12345", "data/d": None,
                               "data/d/two": b"\n"}
    assert stat["mode"] >> 31 == 1  # a folder, as Go has it
    small, _ = container.get_archive("/data/one", chunk_size=1)
    assert members(small) == {"one": b"12345"}


def test_files_go_in(client: DockerClient) -> None:
    container = made(client, "cat /tmp/name")
    assert container.put_archive("/tmp", tar("name", b"hello")) is True
    container.start()
    container.wait()
    assert container.logs() == b"hello"


def test_into_a_volume_before_the_first_start(client: DockerClient, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b").write_text("b")
    (tmp_path / "a").write_text("a")
    container = made(client, "find /data", volumes=["/data"])
    with tar_of(str(tmp_path)) as packed:
        assert container.put_archive("/data", packed) is True
    container.start()
    container.wait()
    assert sorted(container.logs().decode().split()) == [
        "/data", "/data/a", "/data/folder", "/data/folder/b"]


def test_into_a_running_container(client: DockerClient) -> None:
    container = run(client, "cat", stdin_open=True)
    container.put_archive("/", tar("etc/new", b"1"))
    assert container.exec_run("cat /etc/new").output == b"1"
    pieces, _ = container.get_archive("/etc/new")
    assert members(pieces) == {"new": b"1"}


def test_what_is_not_there(client: DockerClient) -> None:
    container = made(client)
    with pytest.raises(NotFound, match="Could not find the file /nosuch in container"):
        container.get_archive("/nosuch")
    with pytest.raises(NotFound, match="Could not find the file /nosuch in container"):
        container.put_archive("/nosuch", tar("a", b""))
    with pytest.raises(APIError, match="extraction point is not a directory"):
        container.put_archive("/etc/passwd", tar("a", b""))
    with pytest.raises(APIError):
        container.put_archive("/tmp", b"no archive" * 100)


def test_export(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo one > /one"])
    container.wait()
    files = members(container.export())
    assert files["one"] == b"one\n"
    assert {".dockerenv", "etc/passwd"} <= files.keys()
