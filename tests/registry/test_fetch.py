"""URLs are fetched from the public internet only, whatever leads elsewhere."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.model.outcome import EngineError
from imagelab.registry import fetch as module
from imagelab.registry.fetch import fetch, is_public
from tests.dockerd import Dockerd
from tests.registry.servers import Answer, Asked, serving

BASE = Path(__file__).parents[1] / "conformance" / "base.tar"
#: 2 January 2020, 03:04:05, as HTTP writes it.
MODIFIED, SECONDS = "Thu, 02 Jan 2020 03:04:05 GMT", 1577934245


@pytest.mark.parametrize("address", [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
    "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "2002:7f00:1::", "2001:0:7f00:1::", "fec0::1", "::ffff:0:7f00:1", "5f00::1", "4000::1",
    "no address", "",
])
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", [
    "127.0.0.1", "localhost", "[::1]", "127.1", "0x7f000001", "2130706433", "0", "10.0.0.1",
    "[::ffff:127.0.0.1]", "169.254.169.254",
])
def test_this_machine_and_its_networks_are_refused(host: str) -> None:
    with serving(lambda _: Answer(200, {}, b"secret")) as server:
        port = server.host.partition(":")[2]
        with pytest.raises(EngineError, match=r"the public internet|no such host"):
            fetch(f"http://{host}:{port}/x")
        assert server.requests == []


@pytest.mark.parametrize("url", [
    "ftp://example.com/x", "file:///etc/passwd", "gopher://x/", "http://", "http://user:pw@host/x",
    "http://host:99999/x", "http:///x", "//host/x", "", "http://[", "http://[::1/x",
])
def test_urls_that_are_none(url: str) -> None:
    with pytest.raises(EngineError):
        fetch(url)


# --- as if loopback were the internet -------------------------------------------------------


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_public", lambda address: address == "127.0.0.1")


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(("path", "name"), [
    ("/f.txt", "f.txt"), ("/a/plain", "plain"), ("/a/b%20c", "b c"), ("/q?x=/1", "q"),
    ("/dir/", ""), ("", ""), ("/a/..", ""), ("/한글", "한글"), ("/a%2Fb", "b"), ("/a%00b", ""),
])
def test_the_bytes_their_name_and_time(path: str, name: str) -> None:
    headers = {"Last-Modified": MODIFIED, "Content-Disposition": 'attachment; filename="other"'}
    with serving(lambda _: Answer(200, headers, b"hello\n")) as server:
        found = fetch(f"http://{server.host.replace('localhost', '127.0.0.1')}{path}")
        with found.file as file:
            assert file.read() == b"hello\n"
        assert (found.name, found.modified) == (name, SECONDS)


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("modified", ["", "yesterday", "Thu, 99 Jan 2020 03:04:05 GMT"])
def test_no_time_is_1970(modified: str) -> None:
    with serving(lambda _: Answer(200, {"Last-Modified": modified}, b"x")) as server:
        found = fetch(_url(server.host, "/x"))
        found.file.close()
        assert found.modified == 0


def _url(host: str, path: str) -> str:
    return f"http://{host.replace('localhost', '127.0.0.1')}{path}"


@pytest.mark.usefixtures("public")
def test_refusals_are_worded_as_a_daemon_words_them() -> None:
    # As engine 20.10 said for `docker import` of a server that answered so.
    with serving(lambda _: Answer(404, {}, b"gone away")) as server:
        url = _url(server.host, "/nf")
        with pytest.raises(EngineError) as refused:
            fetch(url)
        assert refused.value.message == f"failed to GET {url} with status 404 Not Found: gone away"
    with pytest.raises(EngineError) as refused:
        fetch(url)
    where = url.removeprefix("http://").removesuffix("/nf")
    assert refused.value.message == f'Get "{url}": dial tcp {where}: connect: connection refused'


@pytest.mark.usefixtures("public")
def test_a_redirect_keeps_the_name_and_is_checked_anew() -> None:
    def respond(asked: Asked) -> Answer:
        return {
            "/named": Answer(302, {"Location": "/other/place"}),
            "/other/place": Answer(200, {}, b"there"),
            "/in": Answer(302, {"Location": "http://169.254.169.254/latest/meta-data"}),
            "/file": Answer(302, {"Location": "file:///etc/passwd"}),
            "/loop": Answer(302, {"Location": "/loop"}),
            "/none": Answer(302, {"Location": "http://["}),
        }[asked.path]

    with serving(respond) as server:
        found = fetch(_url(server.host, "/named"))
        assert (found.name, found.file.read()) == ("named", b"there")
        found.file.close()
        for path, words in (("/in", "169.254.169.254 is not an address of the public internet"),
                            ("/file", 'unsupported protocol scheme "file"'),
                            ("/loop", "stopped after 10 redirects"),
                            ("/none", "failed to parse Location header")):
            with pytest.raises(EngineError, match=words):
                fetch(_url(server.host, path))


@pytest.mark.usefixtures("public")
def test_a_name_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere the second time must not be asked for a second time."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: str, *rest: Any, **more: Any) -> Any:
        if host != "rebind.test":
            assert host == "127.0.0.1"
            return real(host, *rest, **more)
        asked.append(host)
        return real("127.0.0.1" if len(asked) == 1 else "127.0.0.2", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    with serving(lambda _: Answer(200, {}, b"x")) as server:
        port = server.host.partition(":")[2]
        fetch(f"http://rebind.test:{port}/x").file.close()
        assert [each.headers["Host"] for each in server.requests] == [f"rebind.test:{port}"]
    assert len(asked) == 1


@pytest.mark.usefixtures("public")
def test_a_name_of_several_addresses_must_have_public_ones_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    info = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [
        (*info, ("127.0.0.1", 80)), (*info, ("10.0.0.1", 80))])
    with pytest.raises(EngineError, match="not an address of the public internet"):
        fetch("http://both.test/x")


@pytest.mark.usefixtures("public")
def test_size_and_time_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(_: Asked) -> Answer:
        return Answer(200, {}, iter(lambda: bytes(1 << 16), None))

    monkeypatch.setattr(module, "MAX_SIZE", 1 << 20)
    with serving(endless) as server, pytest.raises(EngineError, match="more than 1048576 bytes"):
        fetch(_url(server.host, "/x"))
    monkeypatch.setattr(module, "MAX_SIZE", 1 << 50)
    monkeypatch.setattr(module, "MAX_SECONDS", 0.3)
    with serving(endless) as server, pytest.raises(EngineError, match=r"Client\.Timeout"):
        fetch(_url(server.host, "/x"))


@pytest.mark.usefixtures("public")
def test_nothing_of_the_user_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda _: Answer(200, {"Set-Cookie": "a=b"}, b"x")) as server:
        fetch(_url(server.host, "/x")).file.close()
        assert set(server.requests[0].headers) == {
            "Host", "User-Agent", "Accept-Encoding", "Connection"}


def test_only_a_lab_that_was_opened_for_it_fetches() -> None:
    assert Lab().daemon.outside.fetch is None
    assert Lab(registries="real").daemon.outside.fetch is None
    allowed = Lab(fetch_urls=True).daemon.outside.fetch
    assert allowed is not None
    with pytest.raises(EngineError, match="not an address of the public internet"):
        allowed("http://127.0.0.1/x")


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize(("path", "target"), [
    ("/f.txt", "/d/"), ("/a/b%20c", "/d/"), ("/q?x=1", "/d/"), ("/f.txt", "/d/named"),
    ("/dir/", "/d/named"), ("/dir/", "/d/"), ("/nf", "/d/"),
])
def test_add_of_a_url_beside_a_real_builder(
    path: str, target: str, dockerd: Dockerd, tmp_path: Path,
) -> None:
    def respond(asked: Asked) -> Answer:
        return Answer(404, {}, b"gone") if asked.path == "/nf" else Answer(
            200, {"Last-Modified": MODIFIED}, b"hello\n")

    lab = Lab(fetch_urls=True)
    lab.docker(["load", "-i", str(BASE)])
    dockerd.docker("load", "-i", BASE)
    with serving(respond) as server:
        (tmp_path / "Dockerfile").write_text(
            f"FROM ubuntu:14.04\nADD {_url(server.host, path)} {target}\n", "utf-8")
        real = dockerd.docker("build", "-t", "added", tmp_path, check=False)
        ours = lab.docker(["build", "-t", "added", str(tmp_path)])
    assert ours.exit_code == real.returncode
    assert ours.stderr.splitlines()[-1] == real.stderr.splitlines()[-1]
    if real.returncode:
        return
    look = ("run", "--rm", "--network", "none", "added", "sh", "-c", "stat -c '%n %a %s %Y' /d/*")
    try:
        assert lab.docker(list(look)).stdout == dockerd.docker(*look).stdout != ""
    finally:
        dockerd.docker("rmi", "added")
