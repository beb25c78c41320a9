"""Archives through the Engine API: save, load, import, export.

Statuses and words were recorded from engine 20.10.24 unless they begin with ``imagelab``.
"""

from __future__ import annotations

import gzip
import io
import json
import socket
import tarfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.client import IncompleteRead
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.daemon.outside import Outside
from imagelab.engine.progress import Tell, silent
from imagelab.model.outcome import EngineError
from imagelab.registry.fetch import Download
from tests.api.conftest import SECONDS, Served, serving, with_base
from tests.dockerd import BASE, BASE_ID, BASE_NAME

DIGEST = f"sha256:{'e' * 64}"
LOWERCASE = "invalid reference format: repository name must be lowercase"
EMPTY_TAR = bytes(10240)
TAR = {"Content-Type": "application/x-tar"}


@pytest.fixture(scope="module")
def same() -> Iterator[Served]:
    """A lab whose base image stays."""
    with serving(with_base()) as served:
        yield served


def refusal(lab: Served, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
    answer = lab.ask(method, path, body, headers=TAR)
    assert answer.headers["Content-Type"] == "application/json"
    return answer.status, answer.json["message"]


def members(archive: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {each.name: file.read() for each in tar if (file := tar.extractfile(each))}


def tar_of(name: str, size: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.size = size
        tar.addfile(member, io.BytesIO(b"x" * size))
    return made.getvalue()


# --- save ----------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [
    f"/images/get?names={BASE_NAME}", f"/images/{BASE_NAME}/get",
    f"/images/docker.io/library/{BASE_NAME}/get", "/images/get?names=ubuntu"])
def test_what_is_saved_is_loaded_again(same: Served, path: str) -> None:
    saved = same.ask("GET", path)
    assert (saved.status, saved.headers["Content-Type"]) == (200, "application/x-tar")
    assert saved.headers["Transfer-Encoding"] == "chunked"
    with serving(Daemon()) as other:
        loaded = other.ask("POST", "/images/load?quiet=1", saved.body, headers=TAR)
        assert loaded.body == b'{"stream":"Loaded image: ubuntu:14.04\\n"}\r\n'
        assert other.ask("GET", f"/images/{BASE_NAME}/json").json["Id"] == BASE_ID


def test_several_are_saved_together(lab: Served) -> None:
    lab.ask("POST", f"/images/{BASE_NAME}/tag?repo=localhost:5000/a/b&tag=1")
    archive = lab.ask("GET", f"/images/get?names={BASE_NAME}&names=localhost:5000/a/b").body
    (image,) = json.loads(members(archive)["manifest.json"])
    assert image["RepoTags"] == [BASE_NAME, "localhost:5000/a/b:1"]
    by_id = lab.ask("GET", f"/images/{BASE_ID}/get").body
    assert json.loads(members(by_id)["manifest.json"])[0]["RepoTags"] is None
    nothing = lab.ask("GET", "/images/get").body
    assert members(nothing) == {"manifest.json": b"null\n"}


@pytest.mark.parametrize(("name", "status", "message"), [
    ("nosuch", 404, "No such image: nosuch"), ("nosuch:1", 404, "reference does not exist"),
    (f"ubuntu@{DIGEST}", 404, "reference does not exist"),
    ("localhost:5000/me/app:1", 404, "reference does not exist"),
    (DIGEST, 500, f"failed to get digest {DIGEST}: open /var/lib/docker/image/overlay2/imagedb/"
                  f"content/sha256/{'e' * 64}: no such file or directory"),
    ("UPPER", 500, LOWERCASE), ("a%20b", 500, "invalid reference format"),
    ("%00", 500, "invalid reference format"), ("[::1]:5000/a", 500, "invalid reference format"),
])
def test_what_cannot_be_saved(same: Served, name: str, status: int, message: str) -> None:
    assert refusal(same, "GET", f"/images/{name}/get") == (status, message)
    several = f"/images/get?names={BASE_NAME}&names={name}"
    assert refusal(same, "GET", several) == (status, message)
    assert refusal(same, "GET", "/images/get?names=") == (500, "invalid reference format")


class Endless(Daemon):
    """A lab that saves archives without end."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0
        self.closed = threading.Event()

    def save(self, names: Sequence[str], *, tell: Tell = silent) -> Iterator[bytes]:
        try:
            while True:
                self.given += 1 << 16
                yield bytes(1 << 16)
        finally:
            self.closed.set()

    def settled(self) -> int:
        """Return how many bytes were given, once no more are."""
        before = -1
        while self.given != before:
            before = self.given
            time.sleep(0.05)
        return before


def test_an_archive_is_made_no_faster_than_it_is_taken() -> None:
    daemon = Endless()
    with serving(daemon) as lab:
        own = lab.socket()
        own.sendall(b"GET /images/get?names=x HTTP/1.1\r\nHost: docker\r\n\r\n")
        own.recv(1)
        first = daemon.settled()
        assert first < 8 << 20
        taken = 0
        while taken < 16 << 20:
            taken += len(own.recv(1 << 20))
        assert 8 << 20 < daemon.settled() - first < 24 << 20
        assert lab.ask("GET", "/images/json").status == 200  # nobody waits for the slow one
        assert not daemon.closed.is_set()
        own.close()
        assert daemon.closed.wait(SECONDS)


def test_an_archive_that_cannot_be_read_to_its_end_is_cut(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Damaged(Daemon):
        def save(self, names: Sequence[str], *, tell: Tell = silent) -> Iterator[bytes]:
            yield b"some"
            raise OSError("the disk is gone")

    with serving(Damaged()) as lab:
        with pytest.raises(IncompleteRead):
            lab.ask("GET", "/images/get?names=x")
        assert lab.ask("GET", "/images/json").status == 200
    assert [each.message for each in caplog.records] == ["a request could not be answered"]


# --- load ----------------------------------------------------------------------------------

def test_a_load_tells_of_new_layers_unless_it_is_to_be_quiet() -> None:
    archive = BASE.read_bytes()
    loaded = {"stream": "Loaded image: ubuntu:14.04\n"}
    for query, talks in (("?quiet=0", True), ("", True), ("?quiet=1", False)):
        with serving(Daemon()) as lab:
            answer = lab.ask("POST", f"/images/load{query}", archive, headers=TAR)
            assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
            *ticks, last = answer.lines
            assert last == loaded
            assert bool(ticks) == talks
            layers = lab.ask("GET", f"/images/{BASE_NAME}/json").json["RootFS"]["Layers"]
            for each in ticks:
                assert list(each) == ["status", "progressDetail", "progress", "id"]
                assert each["status"] == "Loading layer"
            if talks:
                assert [each["id"] for each in ticks if set(each["progressDetail"]) == {"total"}
                        ] == [layer[7:19] for layer in layers]
            assert lab.ask("POST", f"/images/load{query}", archive).lines == [loaded]


def test_a_load_may_be_compressed_and_come_in_chunks() -> None:
    archive = gzip.compress(BASE.read_bytes(), 1)
    with serving(Daemon()) as lab:
        connection = lab.connection()
        pieces = (archive[at:at + 50_000] for at in range(0, len(archive), 50_000))
        connection.request("POST", "/v1.41/images/load?quiet=1", pieces, TAR, encode_chunked=True)
        assert connection.getresponse().read() == b'{"stream":"Loaded image: ubuntu:14.04\\n"}\r\n'
        connection.close()
        assert lab.ask("GET", f"/images/{BASE_ID}/json").status == 200


def test_images_without_a_name_are_told_by_their_ids(same: Served) -> None:
    archive = same.ask("GET", f"/images/{BASE_ID}/get").body
    with serving(Daemon()) as lab:
        assert lab.ask("POST", "/images/load", archive).lines[-1] == {
            "stream": f"Loaded image ID: {BASE_ID}\n"}


def test_a_name_that_moves_is_told(lab: Served) -> None:
    lab.ask("POST", f"/images/create?fromSrc=-&repo={BASE_NAME}", EMPTY_TAR)
    old = lab.ask("GET", f"/images/{BASE_NAME}/json").json["Id"]
    assert lab.ask("POST", "/images/load?quiet=1", BASE.read_bytes()).lines == [
        {"stream": f"The image {BASE_NAME} already exists, renaming the old one with ID {old} to "
                   "empty string\n"},
        {"stream": f"Loaded image: {BASE_NAME}\n"}]


@pytest.mark.parametrize("body", [
    b"junkjunk", b"", EMPTY_TAR, tar_of("x", 5), tar_of("manifest.json", 3),
    BASE.read_bytes()[:300_000], gzip.compress(BASE.read_bytes(), 1)[:300_000],
    tar_of("../../etc/passwd", 5), b"\x1f\x8b" + bytes(100)], ids=range(9))
def test_what_cannot_be_loaded_is_a_line_of_a_good_answer(same: Served, body: bytes) -> None:
    before = same.daemon.state.images
    answer = same.ask("POST", "/images/load", body, headers=TAR)
    assert answer.status == 200
    (line,) = answer.lines
    assert list(line) == ["errorDetail", "error"]
    assert line["errorDetail"] == {"message": line["error"]}
    assert same.daemon.state.images is before


def test_a_load_that_breaks_off_changes_nothing() -> None:
    with serving(Daemon()) as lab:
        archive = BASE.read_bytes()
        for head in (f"Content-Length: {len(archive)}", "Transfer-Encoding: chunked"):
            own = lab.socket()
            own.sendall(f"POST /images/load HTTP/1.1\r\nHost: docker\r\n{head}\r\n\r\n".encode())
            own.sendall(f"{400_000:x}\r\n".encode() if "chunked" in head else b"")
            own.sendall(archive[:400_000])
            own.close()
        assert lab.ask("GET", "/images/json").json == []
        assert lab.ask("POST", "/images/load?quiet=1", archive).status == 200
        assert lab.ask("GET", "/images/json").json[0]["Id"] == BASE_ID


# --- import --------------------------------------------------------------------------------

def imported(lab: Served, query: str, body: bytes = EMPTY_TAR) -> dict[str, Any]:
    """Import a tar and return what the image is like."""
    answer = lab.ask("POST", f"/images/create?fromSrc=-&{query}", body, headers=TAR)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    (line,) = answer.lines
    assert list(line) == ["status"]
    assert answer.body.endswith(b'"}\r\n')
    image: dict[str, Any] = lab.ask("GET", f"/images/{line['status']}/json").json
    return image


@pytest.mark.parametrize(("query", "names"), [
    ("", []), ("tag=1", []), ("repo=imp&tag=1", ["imp:1"]), ("repo=imp", ["imp:latest"]),
    ("repo=imp:3", ["imp:3"]), ("repo=imp:3&tag=4", ["imp:4"]),
    ("repo=localhost:5000/a/b&tag=x", ["localhost:5000/a/b:x"])])
def test_what_an_import_is_called(lab: Served, query: str, names: list[str]) -> None:
    assert imported(lab, query)["RepoTags"] == names


def test_an_import_has_changes_and_a_message(lab: Served) -> None:
    image = imported(lab, "changes=CMD+a&changes=ENV+B%3D1&message=hello", tar_of("one", 5))
    assert (image["Comment"], image["Config"]["Cmd"], image["Config"]["Env"]) == (
        "hello", ["/bin/sh", "-c", "a"], ["B=1"])
    assert imported(lab, "", gzip.compress(tar_of("one", 5)))["Comment"] == "Imported from -"
    assert imported(lab, "", b"")["RootFS"]["Layers"] == [
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]


@pytest.mark.parametrize(("query", "status", "message"), [
    ("repo=UPPER", 400, LOWERCASE), ("repo=imp&tag=%20", 400, "invalid tag format"),
    (f"repo=imp@{DIGEST}", 400, "cannot import digest reference"),
    (f"repo=imp@{DIGEST}&tag=1", 400, "cannot import digest reference"),
    ("repo=sha256", 400, "refusing to create an ambiguous tag using digest algorithm as name"),
    ("changes=BOGUS", 400, "bogus is not a valid change command"),
    ("changes=", 400, "file with no instructions"),
    ("platform=windows", 400, "operating system is not supported"),
    ("platform=bogus", 400,
     '"bogus": unknown operating system or architecture: invalid argument')])
def test_imports_that_are_refused(same: Served, query: str, status: int, message: str) -> None:
    path = f"/images/create?fromSrc=-&{query}"
    assert refusal(same, "POST", path, EMPTY_TAR) == (status, message)


def test_what_is_no_tar_is_no_image(same: Served) -> None:
    assert refusal(same, "POST", "/images/create?fromSrc=-", b"junk") == (
        500, "Error processing tar file(exit status 1): unexpected EOF")


def test_a_lab_fetches_nothing_unless_it_was_opened_for_that(same: Served) -> None:
    for source, url in (("http://files.example/a.tar", "http://files.example/a.tar"),
                        ("files.example/a.tar", "http://files.example/a.tar"),
                        ("file:///etc/passwd", "file:///etc/passwd"),
                        ("/etc/passwd", "http:///etc/passwd"), ("", "http://")):
        assert refusal(same, "POST", f"/images/create?fromSrc={source}") == (
            501, f"imagelab does not fetch {url}: this lab was opened without fetch_urls")


def test_an_import_from_a_url() -> None:
    def fetch(url: str) -> Download:
        if url.endswith("nothing"):
            raise EngineError(f'Get "{url}": dial tcp: lookup files.example: no such host')
        return Download(io.BytesIO(tar_of("one", 5)), "a.tar", 0)

    with serving(Daemon(outside=Outside(fetch=fetch))) as lab:
        answer = lab.ask("POST", "/images/create?fromSrc=files.example/a.tar&repo=flat")
        first, *ticks, last = answer.lines
        assert first == {"status": "Downloading from http://files.example/a.tar"}
        assert [each["status"] for each in ticks] == ["Importing"] * len(ticks)
        assert ticks[-1]["progressDetail"] == {"current": 10240, "total": 10240}
        image = lab.ask("GET", "/images/flat/json").json
        assert last == {"status": image["Id"]}
        assert image["Comment"] == "Imported from http://files.example/a.tar"
        assert refusal(lab, "POST", "/images/create?fromSrc=http://files.example/nothing") == (
            500, 'Get "http://files.example/nothing": dial tcp: lookup files.example: '
                 "no such host")


# --- export --------------------------------------------------------------------------------

def test_an_export_holds_a_containers_files(lab: Served) -> None:
    lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME})
    exported = lab.ask("GET", "/containers/c1/export")
    assert (exported.status, exported.headers["Content-Type"]) == (200, "application/octet-stream")
    with tarfile.open(fileobj=io.BytesIO(exported.body)) as tar:
        names = tar.getnames()
    assert names[0] == ".dockerenv"
    assert "bin/sh" in names
    again = imported(lab, "repo=again", exported.body)
    assert again["RepoTags"] == ["again:latest"]
    assert refusal(lab, "GET", "/containers/nosuch/export") == (
        404, "No such container: nosuch")


def test_a_kept_archive_is_as_large_as_it_says() -> None:
    """A layer of many megabytes comes and goes through files, and arrives as it was."""
    layer = tar_of("big", 20 << 20)
    daemon = Daemon(clock=SystemClock(), ids=RandomIds())
    with serving(daemon) as lab:
        identifier = imported(lab, "repo=big", layer)["Id"]
        saved = lab.ask("GET", "/images/big/get").body
        lab.ask("DELETE", "/images/big")
        assert lab.ask("POST", "/images/load", saved).lines[-1] == {
            "stream": "Loaded image: big:latest\n"}
        assert lab.ask("GET", "/images/big/json").json["Id"] == identifier
    (found,) = (data for name, data in members(saved).items() if name.endswith("layer.tar"))
    assert found == layer


# --- clients that close their side ---------------------------------------------------------

@pytest.mark.parametrize("path", [
    f"/images/get?names={BASE_NAME}", "/containers/c1/export", "/containers/c1/archive?path=/bin"])
def test_archives_are_sent_to_their_end_though_the_client_says_no_more(
    lab: Served, path: str,
) -> None:
    """As ``nc -N`` does. To one of HTTP/1.0 nothing would tell that half of it is missing."""
    lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME})
    with lab.socket() as client:
        client.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            body = answer.read().partition(b"\r\n\r\n")[2]
    whole = lab.ask("GET", path).body
    assert len(whole) > 1 << 20
    assert len(body) == len(whole)


def test_a_load_tells_its_end_to_a_client_that_says_no_more(lab: Served) -> None:
    body = BASE.read_bytes()
    with lab.socket() as client:
        client.sendall(b"POST /images/load?quiet=1 HTTP/1.1\r\nHost: docker\r\n"
                       b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        client.shutdown(socket.SHUT_WR)
        with client.makefile("rb") as answer:
            said = answer.read().partition(b"\r\n\r\n")[2]
    line = b'{"stream":"Loaded image: ubuntu:14.04\\n"}\r\n'
    assert said == b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line)
