"""What is no request, or one of a hostile client: a clear answer, and nobody else is harmed.

Statuses and wordings without ``imagelab:`` are those of engine 20.10.24, asked over its socket.
"""

from __future__ import annotations

import json
import logging
import re
import select
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest

from imagelab.api import body as bodies
from imagelab.api import connection, request, server
from imagelab.api.listening import listen
from imagelab.api.routes import routes
from imagelab.api.server import Serving
from imagelab.daemon import Daemon
from imagelab.storage.errors import StorageError
from tests.api.conftest import SECONDS, Served, archive, serving, with_base

_CREATE = "/containers/create"
_FAULT = "imagelab: this request met a fault in the lab itself"


@pytest.fixture(scope="module")
def same() -> Iterator[Served]:
    """One lab for all that changes nothing."""
    with serving(with_base()) as lab:
        yield lab


def head(line: str, *headers: str, host: str = "docker") -> bytes:
    return "\r\n".join((line, f"Host: {host}", *headers, "", "")).encode("latin-1")


def said(lab: Served, sent: bytes, *, ends: bool = False) -> bytes:
    """Return all that comes back until the lab hangs up; ``ends`` closes our side before."""
    got = bytearray()
    with lab.socket() as client:
        if sent:  # it may have hung up already
            client.sendall(sent)
        if ends:
            client.shutdown(socket.SHUT_WR)
        while data := client.recv(1 << 16):
            got += data
    return bytes(got)


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def message(answer: bytes) -> str:
    """Return what the last answer says, in Docker's form."""
    document = json.loads(answer.rpartition(b"\r\n\r\n")[2])
    assert list(document) == ["message"]
    return str(document["message"])


def is_alive(lab: Served) -> bool:
    return lab.ask("GET", "/_ping").status == 200 and lab.ask("GET", "/images/json").status == 200


# --- no HTTP -------------------------------------------------------------------------------

@pytest.mark.parametrize(("sent", "code", "text"), [
    (b"\x16\x03\x01\x00\xc8\x01\x00", 400, "imagelab: illegal request line"),
    (b"\0\1\2\xff\r\n\r\n", 400, "imagelab: illegal request line"),
    (b"GET /_ping\r\n\r\n", 400, "imagelab: illegal request line"),
    (b"GET /_ping HTTP/1.1\r\n\r\n", 400, "imagelab: Missing mandatory Host: header"),
    (head("GET /_ping HTTP/1.1", "Host: b"), 400, "imagelab: Found multiple Host: headers"),
    (head("GET /_ping HTTP/2.0"), 505, "imagelab: this is not HTTP/1"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "imagelab: this is not HTTP/1"),
    (head("GET /_ping HTTP/1.1", "X y"), 400, "imagelab: illegal header line"),
    (head("GET /_ping HTTP/1.1", "X: a\0b"), 400, "imagelab: illegal header line"),
    (head("GET /\xff HTTP/1.1"), 400, "imagelab: illegal request line"),
    (head("POST /_ping HTTP/1.1", "Content-Length: -1"), 400, "imagelab: bad Content-Length"),
    (head("POST /_ping HTTP/1.1", f"Content-Length: {'9' * 40}"), 400,
     "imagelab: bad Content-Length"),
    (head("POST /_ping HTTP/1.1", "Content-Length: 1", "Content-Length: 2"), 400,
     "imagelab: conflicting Content-Length headers"),
    (head("POST /_ping HTTP/1.1", "Transfer-Encoding: gzip, chunked"), 501,
     "imagelab: Only Transfer-Encoding: chunked is supported"),
    (head("GET /_ping HTTP/1.1", *(f"X{number}: y" for number in range(20_000))), 431,
     "imagelab: Receive buffer too long"),
    (head(f"GET /{'x' * 200_000} HTTP/1.1"), 431, "imagelab: Receive buffer too long"),
])
def test_what_is_no_request_is_refused(same: Served, sent: bytes, code: int, text: str) -> None:
    answer = said(same, sent)
    assert (status(answer), message(answer)) == (code, text)
    assert b"\r\nConnection: close\r\n" in answer
    assert is_alive(same)


def test_a_client_that_sends_on_and_on_still_reads_why_it_was_refused(lab: Served) -> None:
    with lab.socket() as client:
        client.sendall(head("GET / HTTP/1.1", f"X: {'y' * (8 << 20)}"))
        assert status(client.recv(1 << 16)) == 431


@pytest.mark.parametrize(("sent", "code", "text"), [
    ("Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "imagelab: illegal chunk header"),
    ("Transfer-Encoding: chunked\r\n\r\n5\r\n{\"Im", 400, "imagelab: peer closed connection"),
    ("Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n{}", 400, "imagelab: peer closed"),
    ("Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX", 400, "imagelab: malformed chunk footer"),
    ("Content-Length: 50\r\n\r\n{\"Im", 400, "imagelab: peer closed connection"),
])
def test_bodies_that_break_off(same: Served, sent: str, code: int, text: str) -> None:
    begin = f"POST {_CREATE} HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n"
    answer = said(same, (begin + sent).encode(), ends=True)
    assert status(answer) == code
    assert message(answer).startswith(text)
    assert is_alive(same)


# --- in what time, and how much ------------------------------------------------------------

def test_slow_clients_are_left(lab: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_HEAD_SECONDS", "_IDLE_SECONDS", "_BODY_SECONDS", "_LINGER_SECONDS"):
        monkeypatch.setattr(connection, name, 0.15)
    assert said(lab, b"") == b""
    assert status(said(lab, b"GET /_ping HT")) == 408
    first, second = head("GET /_ping HTTP/1.1"), b"GET /_pi"
    answers = said(lab, first + second)
    assert (status(answers), answers.count(b"HTTP/1.1 408")) == (200, 1)
    assert said(lab, first).count(b"HTTP/1.1") == 1
    upload = head("POST /images/load HTTP/1.1", "Transfer-Encoding: chunked")
    late = said(lab, upload + b"1\r\nx\r\n")
    assert (status(late), message(late)) == (408, "imagelab: the request took too long")
    # An answer need not wait for a body that does not come.
    unwanted = said(lab, head("GET /_ping HTTP/1.1", "Content-Length: 3"))
    assert (status(unwanted), unwanted[-2:]) == (200, b"OK")


def test_a_body_that_comes_a_byte_now_and_then_is_left(
    lab: Served, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bodies, "_WHOLE_SECONDS", 0.0)
    answer = lab.ask("POST", _CREATE, {})
    assert (answer.status, answer.json) == (408, {"message": "imagelab: the request took too long"})


def test_clients_that_do_not_take_their_answer_are_left(
    lab: Served, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_SEND_SECONDS", 0.05)
    lab.ask("POST", "/volumes/create", {"Labels": {"a": "x" * (3 << 20)}})
    with lab.socket() as client:
        client.sendall(head("GET /volumes HTTP/1.1"))
        assert is_alive(lab)
        look = select.poll()
        look.register(client, 0)
        assert look.poll(SECONDS * 1000)  # the lab has hung up
        got = 0
        with suppress(ConnectionResetError):
            while data := client.recv(1 << 16):
                got += len(data)
        assert got < 3 << 20


def test_no_more_than_a_request_may_have(lab: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request, "MAX_DOCUMENT", 100)
    monkeypatch.setattr(bodies, "MAX_BODY", 1 << 20)
    monkeypatch.setattr(connection, "_LINGER_SECONDS", 0.05)
    assert lab.ask("POST", _CREATE, {"Image": "x" * 200}).status == 413
    load = head("POST /images/load HTTP/1.1", "Transfer-Encoding: chunked", "Connection: close")
    piece = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
    answer = said(lab, load + piece * 17)
    assert status(answer) == 413
    assert message(answer) == "imagelab: the request has more than 1048576 bytes"
    # Of one that says so itself nothing is read.
    answer = said(lab, head("POST /images/load HTTP/1.1", "Content-Length: 9999999",
                            "Expect: 100-continue"))
    assert answer.startswith(b"HTTP/1.1 413")
    parameters = "&".join(f"a{number}" for number in range(11_000))
    refused = lab.ask("GET", f"/images/json?{parameters}")
    assert (refused.status, "too many parameters" in refused.json["message"]) == (400, True)


def test_there_are_no_more_connections_than_the_lab_can_bear(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "_MAX_CONNECTIONS", 3)
    with serving(with_base()) as lab:
        held = [lab.socket() for _ in range(3)]
        for each in held:
            each.sendall(head("GET /events HTTP/1.1"))
            assert status(each.recv(1 << 16)) == 200
        answer = said(lab, b"")
        assert (status(answer), message(answer)) == (
            503, "imagelab: there are 3 connections already: close some, and try again")
        for each in held:
            each.close()
        ends = [lab.ask("GET", "/_ping").status for _ in range(SECONDS)]
        assert ends[-1] == 200


def test_one_client_cannot_take_all_files_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 200))
    assert server._most_connections() == 50
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert server._most_connections() == server._MAX_CONNECTIONS


# --- one after the other -------------------------------------------------------------------

def test_requests_that_are_sent_at_once_are_answered_in_turn(same: Served) -> None:
    asked = ("/_ping", "/version", "/containers/nosuch/json", "/events?until=1", "/_ping")
    heads = b"".join(head(f"GET {path} HTTP/1.1") for path in asked)
    answers = said(same, heads + head("GET /_ping HTTP/1.1", "Connection: close"))
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"200", b"200", b"404", *[b"200"] * 3]


def test_what_comes_during_a_stream_waits_but_not_without_end(lab: Served) -> None:
    with lab.socket() as client:
        client.sendall(head("GET /events HTTP/1.1") + head("GET /_ping HTTP/1.1"))
        assert status(client.recv(1 << 16)) == 200
        client.settimeout(0.05)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(SECONDS)
        with pytest.raises(OSError, match=r"Broken pipe|reset"):
            client.sendall(bytes(8 << 20))


def test_a_body_that_nobody_wants_is_no_request(same: Served) -> None:
    hidden = head("GET /version HTTP/1.1")
    sent = head("GET /_ping HTTP/1.1", f"Content-Length: {len(hidden)}") + hidden
    answers = said(same, sent + head("GET /_ping HTTP/1.1", "Connection: close"))
    assert answers.count(b"HTTP/1.1 200") == 2
    assert answers.count(b"\r\n\r\nOK") == 2


def test_a_client_that_asks_before_it_sends_a_body(same: Served) -> None:
    headers = ("Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue")
    with same.socket() as client:
        client.sendall(head(f"POST {_CREATE} HTTP/1.1", *headers, "Connection: close"))
        assert client.recv(1 << 16) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"{}")
        assert status(client.recv(1 << 16)) == 400
    with same.socket() as client:
        client.sendall(head("POST /nosuch HTTP/1.1", *headers))
        answer = client.recv(1 << 16)
        assert (status(answer), b"\r\nConnection: close\r\n" in answer) == (404, True)


def test_an_old_client_gets_no_chunks(same: Served) -> None:
    answer = said(same, b"GET /events?until=1&since=1 HTTP/1.0\r\n\r\n")
    begin, _, body = answer.partition(b"\r\n\r\n")
    assert (b"chunked" in begin, b"Connection: close" in begin) == (False, True)
    assert all(json.loads(line) for line in body.splitlines())


def test_only_what_has_a_head_of_its_own_answers_to_head(same: Served) -> None:
    paths = {re.sub(r"\{[^}]*\}", "nosuch", route.path) for route in routes()}
    assert len(paths) > 50
    for path in sorted(paths):
        answer = said(same, head(f"HEAD {path} HTTP/1.1", "Connection: close"))
        assert answer.endswith(b"\r\n\r\n")
        assert status(answer) == (200 if path == "/_ping" else 404), path


# --- targets -------------------------------------------------------------------------------

@pytest.mark.parametrize(("target", "code", "text"), [
    ("http://docker/_ping", 200, "OK"),
    ("ftp://user@docker:1/v1.41/_ping?a", 200, "OK"),
    ("http://docker", 404, "page not found"),
    ("*", 404, "page not found"),
    ("_ping", 400, "imagelab: '_ping' is no path"),
    ("?x=1", 400, "imagelab: '?x=1' is no path"),
    ("/_ping#frag", 404, "page not found"),
    ("/containers/%zz/json", 400, 'invalid URL escape "%zz"'),
    ("/containers/%4", 400, 'invalid URL escape "%4"'),
    ("/containers/json?all=%zz", 400, 'invalid URL escape "%zz"'),
    ("/containers/json?all=1;x=2", 400, "invalid semicolon separator in query"),
    ("/containers/%00/json", 404, "No such container: \0"),
    ("/containers/%ff%fe/json", 404, "No such container: \ufffd\ufffd"),
    ("/containers/a%3fb/json", 404, "No such container: a?b"),
    ("/images/%00/json", 400, "no such image: \0: invalid reference format"),
    ("/v1.41", 404, "page not found"),
    ("/v1.41/v1.41/_ping", 404, "page not found"),
    ("/V1.41/_ping", 404, "page not found"),
    ("/v01.041/_ping", 200, "OK"),
    ("/v1.41.0/_ping", 200, "OK"),
    ("/v1.41.9/_ping", 400, "client version 1.41.9 is too new."),
    ("/v99999.1/_ping", 400, "client version 99999.1 is too new."),
    (f"/v1.{'9' * 5000}/_ping", 400, f"client version 1.{'9' * 5000} is too new."),
])
def test_targets_of_all_shapes(same: Served, target: str, code: int, text: str) -> None:
    answer = said(same, head(f"GET {target} HTTP/1.1", "Connection: close"))
    body = answer.rpartition(b"\r\n\r\n")[2].decode()
    assert (status(answer), (body if code == 200 else json.loads(body)["message"])[:len(text)]) == (
        code, text)


@pytest.mark.parametrize("version", ["1", "1.", ".", "1..4", "1.2.3", "1.11"])
def test_versions_that_are_too_old_are_told_so_in_plain_words(same: Served, version: str) -> None:
    answer = same.ask("GET", "/_ping", version=f"/v{version}")
    assert (answer.status, answer.headers["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.body.decode() == (
        f"client version {version} is too old. Minimum supported API version is 1.12, "
        "please upgrade your client to a newer version\n")


@pytest.mark.parametrize(("path", "cleaned"), [
    ("//_ping", "/_ping"), ("/./_ping", "/_ping"), ("/a/../_ping", "/_ping"), ("/a/..", "/"),
    ("/a/%2e%2e/_ping", "/_ping"), ("/images/../../etc/passwd/json", "/etc/passwd/json"),
    ("/images/json/.", "/images/json"), ("//[foo", "/%5Bfoo"),
    ("/images//json?filters=%7B%7D&a=b+c", "/images/json?filters=%7B%7D&a=b+c"),
])
def test_paths_are_cleaned(same: Served, path: str, cleaned: str) -> None:
    answer = same.ask("GET", path, version="")
    assert (answer.status, answer.headers["Location"]) == (301, cleaned)


# --- documents -----------------------------------------------------------------------------

@pytest.mark.parametrize(("sent", "code", "text"), [
    (b'{"Image"', 500, "unexpected EOF"),
    (b"   ", 500, "EOF"),
    (b'{"Image":z}', 500, "invalid character 'z' looking for beginning of value"),
    (b"\0{}", 500, "invalid character '\\x00' looking for beginning of value"),
    (b"\xff{}", 500, "invalid character 'ÿ' looking for beginning of value"),
    (b'{"Image":NaN}', 500, "invalid character 'N' looking for beginning of value"),
    (b'{"a":-Infinity}', 500, "invalid character 'I' in numeric literal"),
    (b"{'a':1}", 500, "invalid character '\\'' looking for beginning of object key string"),
    (b'{"a":1,}', 500, "invalid character '}' looking for beginning of object key string"),
    (b'{"a" 1}', 500, "invalid character '1' after object key"),
    (b'{"a":1 2}', 500, "invalid character '2' after object key:value pair"),
    (b'{"a":01}', 500, "invalid character '1' after object key:value pair"),
    (b"[1 2]", 500, "invalid character '2' after array element"),
    (b'{"a":[{}, {"b":[]}],"c":[1,]}', 500,
     "invalid character ']' looking for beginning of value"),
    (b'{"a":tru}', 500, "invalid character '}' in literal true (expecting 'e')"),
    (b'{"a":1.x}', 500, "invalid character 'x' after decimal point in numeric literal"),
    (b'{"a":1e+x}', 500, "invalid character 'x' in exponent of numeric literal"),
    (b'{"a":"b\nc"}', 500, "invalid character '\\n' in string literal"),
    (b'{"a":"\\x"}', 500, "invalid character 'x' in string escape code"),
    (b'{"a":"\\u12x4"}', 500, "invalid character 'x' in \\u hexadecimal character escape"),
    (b'{"a":"b\x7f', 500, "unexpected EOF"),
    (b'{"a":\xc3\xa9}', 500, "invalid character 'Ã' looking for beginning of value"),
    (b"\\", 500, "invalid character '\\\\' looking for beginning of value"),
    (b"[]", 500, "json: cannot unmarshal array into Go value of type "
     "runconfig.ContainerConfigWrapper"),
    (b'{"StopTimeout":1.50}', 500, "json: cannot unmarshal number 1.50 into Go struct field "
     "ContainerConfigWrapper.StopTimeout of type int"),
    (b'{"Hostname":1E+30}', 500, "json: cannot unmarshal number into Go struct field "
     "ContainerConfigWrapper.Hostname of type string"),
    (b"{} x", 400, "Config cannot be empty in order to create a container"),
    (b'{"X":' + b"[" * 200_000, 400, "imagelab: this JSON is nested too deeply"),
    (b'{"X":' + b"[" * 200 + b"]" * 200 + b"}", 400, "imagelab: this JSON is nested too deeply"),
    (b'{"X":' + b"9" * 5000 + b"}", 400, "imagelab: this JSON has a number without end"),
    (b'{"Image":"a\xff\\ud800"}', 400, "invalid reference format"),
])
def test_what_is_no_json(same: Served, sent: bytes, code: int, text: str) -> None:
    answer = same.ask("POST", _CREATE, sent, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.json["message"]) == (code, text)


@pytest.mark.parametrize("given", ["", ";;;", "text/plain", "application/x-www-form-urlencoded"])
def test_documents_of_another_type(same: Served, given: str) -> None:
    answer = same.ask("POST", _CREATE, b"{}", headers={"Content-Type": given} if given else {})
    assert (answer.status, answer.json["message"]) == (
        400, f"Content-Type specified ({given}) must be 'application/json'")


_EOF = "got EOF while reading request body"


@pytest.mark.parametrize(("path", "sent", "code", "text"), [
    (_CREATE, None, 500, "EOF"),
    ("/containers/x/update", None, 500, "EOF"),
    ("/auth", None, 500, "EOF"),
    ("/containers/x/exec", None, 400, _EOF),
    ("/exec/x/start", b" ", 400, _EOF),
    ("/volumes/create", None, 400, _EOF),
    ("/volumes/create", b"{", 400, "unexpected EOF"),
    ("/volumes/create", b"[]", 400,
     "json: cannot unmarshal array into Go value of type volume.VolumeCreateBody"),
    ("/exec/x/start", b"{} x", 404, "No such exec instance: x"),
    ("/commit?container=x", None, 404, "No such container: x"),
    ("/commit?container=x", b" ", 404, "No such container: x"),
    ("/images/x/push", None, 400, "Bad parameters and missing X-Registry-Auth: EOF"),
    ("/images/x/push", b"[]", 400, "Bad parameters and missing X-Registry-Auth: "
     "json: cannot unmarshal array into Go value of type types.AuthConfig"),
])
def test_handlers_say_each_in_their_way_that_there_is_no_document(
    same: Served, path: str, sent: bytes | None, code: int, text: str,
) -> None:
    headers = {"Content-Type": "application/json"} if sent else {}
    answer = same.ask("POST", path, sent, headers=headers)
    assert (answer.status, answer.json["message"]) == (code, text)


def test_credentials_may_be_said_to_be_of_any_type(same: Served) -> None:
    for given in ("text/plain", "application/x-www-form-urlencoded"):
        answer = same.ask("POST", "/auth", b"{x", headers={"Content-Type": given})
        assert (answer.status, answer.json["message"]) == (
            500, "invalid character 'x' looking for beginning of object key string")


@pytest.mark.parametrize(("path", "code", "front"), [
    ("/images/json", 500, ""), ("/volumes", 400, "error reading volume filters: "),
    ("/containers/json", 500, ""), ("/events", 500, "")])
def test_filters_that_are_none(same: Served, path: str, code: int, front: str) -> None:
    for given, text in (("x", "invalid character 'x' looking for beginning of value"),
                        ("%20", "unexpected end of JSON input"),
                        ("[]", "json: cannot unmarshal array into Go value of type "
                         "map[string]map[string]bool")):
        answer = same.ask("GET", f"{path}?filters={given}")
        assert (answer.status, answer.json["message"]) == (code, front + text)


@pytest.mark.parametrize(("kind", "code", "front"), [
    ("containers", 400, ""), ("images", 500, ""), ("volumes", 500, ""),
    ("build", 500, "could not parse filters: ")])
def test_filters_of_what_is_to_go_that_are_none(
    same: Served, kind: str, code: int, front: str,
) -> None:
    answer = same.ask("POST", f"/{kind}/prune?filters=x")
    assert (answer.status, answer.json["message"]) == (
        code, f"{front}invalid character 'x' looking for beginning of value")


# --- forms ---------------------------------------------------------------------------------

def _posted(
    lab: Served, path: str, form: str, *, method: str = "POST",
    kind: str = "application/x-www-form-urlencoded",
) -> tuple[int, str]:
    """Send parameters as a body, as ``curl -d`` does; return the status and what is said."""
    answer = lab.ask(method, path, form.encode(), headers={"Content-Type": kind})
    return answer.status, answer.json["message"] if answer.body else ""


def test_parameters_may_come_as_a_form(lab: Served) -> None:
    lab.ask("POST", f"{_CREATE}?name=c1", {"Image": "ubuntu:14.04", "Cmd": ["sleep", "600"]})
    lab.ask("POST", "/containers/c1/start")
    kill = "/containers/c1/kill"
    bogus = (400, "Invalid signal: BOGUS")
    assert _posted(lab, kill, "signal=BOGUS") == bogus
    assert _posted(lab, kill, "signal=BOGUS", kind="Application/X-WWW-Form-urlencoded; x") == bogus
    assert _posted(lab, f"{kill}?signal=WINCH", "a=b&signal=BOGUS") == bogus
    assert _posted(lab, f"{kill}?signal=BOGUS", "signal=WINCH") == (204, "")
    assert _posted(lab, f"{kill}?signal=BOGUS", "") == bogus
    assert _posted(lab, f"{kill}?signal=WINCH", "signal=BOGUS", kind="text/plain") == (204, "")
    assert _posted(lab, kill, "a;b") == (400, "invalid semicolon separator in query")
    assert _posted(lab, kill, "a=%zz") == (400, 'invalid URL escape "%zz"')
    assert _posted(lab, "/containers/c1/rename", "name=c+2")[0] == 400
    assert _posted(lab, "/containers/c1/rename", "name=c%32") == (204, "")
    refused = _posted(lab, "/containers/c2", "force=1", method="DELETE")
    assert refused[0] == 409


def test_an_archive_that_is_said_to_be_a_form_is_taken_for_one(lab: Served) -> None:
    """But a build's is a build's, whatever it is said to be."""
    lab.ask("POST", f"{_CREATE}?name=c1", {"Image": "ubuntu:14.04"})
    put = "/containers/c1/archive?path=/tmp"
    assert _posted(lab, put, archive(["f"]).decode(), method="PUT") == (200, "")
    assert lab.ask("GET", "/containers/c1/archive?path=/tmp/f").status == 404
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    built = lab.ask("POST", "/build?t=x", archive(), headers=form)
    assert built.lines[-1] == {"stream": "Successfully tagged x:latest\n"}


# --- web pages -----------------------------------------------------------------------------

@pytest.mark.parametrize(("host", "headers", "code"), [
    ("localhost:2375", (), 200), ("127.0.0.1:2375", (), 200), ("[::1]:2375", (), 200),
    ("LOCALHOST", (), 200), ("localhost", ("Sec-Fetch-Site: none",), 200),
    ("evil.example:2375", (), 403), ("", (), 403), ("localhost.evil.example", (), 403),
    ("evil.example:localhost", (), 403), ("127.0.0.1.nip.io", (), 403), ("0.0.0.0:2375", (), 403),
    ("localhost", ("Origin: http://localhost",), 403), ("localhost", ("Origin: null",), 403),
    ("localhost", ("Sec-Fetch-Site: cross-site",), 403),
    ("localhost", ("Sec-Fetch-Site: same-origin",), 403),
])
def test_a_web_page_gets_nothing_out_of_a_port(
    port: socket.socket, host: str, headers: tuple[str, ...], code: int,
) -> None:
    port.sendall(head("GET /version HTTP/1.1", *headers, host=host))
    answer = port.recv(1 << 16)
    assert status(answer) == code
    assert (b"GoVersion" in answer) == (code == 200)
    assert code == 200 or "localhost" in message(answer) or "not web pages" in message(answer)


def test_a_whole_url_says_itself_whose_it_is(port: socket.socket) -> None:
    port.sendall(head("GET http://evil.example/version HTTP/1.1", host="localhost"))
    assert status(port.recv(1 << 16)) == 403
    port.sendall(head("GET http://localhost:1/_ping HTTP/1.1", host="evil.example"))
    assert status(port.recv(1 << 16)) == 200


def test_a_socket_of_the_user_asks_nobody_who_he_is(same: Served) -> None:
    sent = head("GET /_ping HTTP/1.1", "Origin: x", "Connection: close", host="evil.example")
    assert status(said(same, sent)) == 200


@pytest.fixture(scope="module")
def listening() -> Iterator[Serving]:
    with Serving(with_base(), listen("tcp://127.0.0.1:0")) as lab:
        yield lab


@pytest.fixture
def port(listening: Serving) -> Iterator[socket.socket]:
    """A connection to a lab that is served at a port."""
    with socket.create_connection(("127.0.0.1", int(listening.host.rpartition(":")[2]))) as client:
        client.settimeout(SECONDS)
        yield client


# --- the lab itself fails ------------------------------------------------------------------

@pytest.mark.parametrize(("error", "text", "is_logged"), [
    (RuntimeError("at /home/secret"), _FAULT, True), (KeyError("x"), _FAULT, True),
    (UnicodeEncodeError("utf-8", "\udcff", 0, 1, "no"), _FAULT, True),
    (ConnectionResetError("elsewhere"), _FAULT, True), (TimeoutError("elsewhere"), _FAULT, True),
    (MemoryError(), "imagelab: there is not enough memory for this", True),
    (RecursionError(), "imagelab: this is nested too deeply", True),
    (StorageError("/lab: the disk is full"), "imagelab: /lab: the disk is full", False),
])
@pytest.mark.parametrize(("path", "method"), [("/images/json", "images"), ("/system/df", "df")])
def test_an_answer_comes_even_where_the_lab_fails(
    error: Exception, text: str, is_logged: bool, path: str, method: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(Daemon):
        def images(self, **_: Any) -> Any:  # on the loop
            raise error

        def disk_usage(self) -> Any:  # in a thread
            raise error

    with serving(Failing()) as lab, lab.socket() as client, caplog.at_level(logging.WARNING):
        client.sendall(head(f"GET {path} HTTP/1.1"))
        answer = client.recv(1 << 16)
        assert (status(answer), message(answer)) == (500, text)
        client.sendall(head("GET /_ping HTTP/1.1"))
        assert status(client.recv(1 << 16)) == 200
    assert len(caplog.records) == is_logged


def test_a_stream_whose_lab_fails_breaks_off(caplog: pytest.LogCaptureFixture) -> None:
    class Failing(Daemon):
        def save(self, *_: Any, **__: Any) -> Iterator[bytes]:
            yield b"some"
            raise RuntimeError

    with serving(Failing()) as lab:
        answer = said(lab, head("GET /images/get HTTP/1.1"))
        assert (status(answer), answer.endswith(b"0\r\n\r\n")) == (200, False)
        assert is_alive(lab)
    assert len(caplog.records) == 1


# --- uploads -------------------------------------------------------------------------------

_UPLOADS = (("POST", "/images/load"), ("POST", "/images/create?fromSrc=-"),
            ("PUT", "/containers/c1/archive?path=/"), ("POST", "/build?t=x"))


@pytest.mark.parametrize(("method", "path"), _UPLOADS)
def test_an_upload_finds_no_room(
    lab: Served, monkeypatch: pytest.MonkeyPatch, method: str, path: str,
) -> None:
    lab.ask("POST", f"{_CREATE}?name=c1", {"Image": "ubuntu:14.04"})
    usage = shutil.disk_usage("/")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=1 << 20))
    answer = lab.ask(method, path, bytes(5000))
    assert answer.status == 500
    assert "the disk is nearly full (1 MiB are left)" in answer.json["message"]
    assert is_alive(lab)


@pytest.mark.parametrize(("method", "path"), _UPLOADS)
def test_nothing_stays_of_an_upload_that_breaks_off(
    lab: Served, monkeypatch: pytest.MonkeyPatch, method: str, path: str,
) -> None:
    made: list[SpooledTemporaryFile[bytes]] = []
    monkeypatch.setattr(request, "_IN_MEMORY", 1000)
    monkeypatch.setattr(request, "SpooledTemporaryFile", _noted(made))
    lab.ask("POST", f"{_CREATE}?name=c1", {"Image": "ubuntu:14.04"})
    steps = len(lab.daemon.journal)
    piece = b"5000\r\n" + b"x" * 0x5000 + b"\r\n"
    answer = said(lab, head(f"{method} {path} HTTP/1.1", "Transfer-Encoding: chunked") + piece * 3,
                  ends=True)
    assert status(answer) == 400
    assert [file.closed for file in made] == [True] * len(made)
    assert len(lab.daemon.journal) == steps
    assert is_alive(lab)


def _noted(
    made: list[SpooledTemporaryFile[bytes]],
) -> Callable[[int], SpooledTemporaryFile[bytes]]:
    def make(size: int) -> SpooledTemporaryFile[bytes]:
        made.append(SpooledTemporaryFile(size))  # noqa: SIM115 - it is looked whether it is closed
        return made[-1]

    return make


