"""Bytes for a served lab by chance: requests to every endpoint, bent ones, and none at all."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote_from_bytes

from imagelab.api.routes import Route
from tests.api.conftest import archive

#: What is there, if nothing has removed it yet.
CONTAINERS = ("c1", "c2", "c3")
IMAGES = ("ubuntu:14.04", "made")
_TEXTS = (
    "", "c1", "c2", "c3", "ubuntu", "ubuntu:14.04", "made", "nosuch", "a/b", "../../etc/passwd",
    "/", "/etc", "/etc/passwd", "/nosuch", "/f", ".", "..", "a" * 300, "한", "\0", "\n", "\udcff",
    "%s",
    "0", "1", "-1", "10", "1.5", "9" * 25, "-" + "9" * 25, "1e9", "NaN", "true", "false", "True",
    "latest", "sha256:" + "0" * 64, "sha256:", "localhost:5000/x", "Nicht:Klein", "x@sha256:1",
    "KILL", "HUP", "SIGTERM", "WINCH", "ctrl-p,ctrl-q", "ctrl-", "next-exit", "removed", "-",
    "http://127.0.0.1:1/x", "CMD echo", "ENV a=b", "BOGUS", "linux/amd64", "linux/arm64", "bogus",
    "1700000000", "1700000000.5", "10m", "{}", "[]", "null", "[[[[", '{"a":1}', '{"label":["a"]}',
    '{"dangling":{"true":true}}', '{"until":["1h"]}', '{"reference":["*"]}', '{"name":["c"]}',
    '{"status":["exited"]}', '{"before":["c1"]}', '{"type":["image"]}', '{"":[""]}',
)
_PARAMETERS = (
    "all", "author", "buildargs", "cachefrom", "changes", "comment", "condition", "container",
    "copyUIDGID", "detachKeys", "details", "dockerfile", "extrahosts", "filters", "follow", "force",
    "fromImage", "fromSrc", "h", "labels", "limit", "logs", "message", "name", "names",
    "networkmode", "noOverwriteDirNonDir", "nocache", "noprune", "path", "pause", "platform",
    "ps_args",
    "q", "quiet", "remote", "repo", "rm", "signal", "since", "size", "stderr", "stdin", "stdout",
    "stream",
    "t", "tag", "tail", "target", "term", "timestamps", "until", "v", "w",
)
#: Those that an endpoint can do little without, and what it can do something with.
_NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "/containers/create": {"name": ("new", "c1")},
    "/images/create": {"fromImage": ("redis", "alpine"), "fromSrc": ("-",), "tag": ("latest",),
                       "repo": ("imported",)},
    "/containers/{name}/logs": {"stdout": ("1",), "stderr": ("1",), "follow": ("0", "1")},
    "/containers/{name}/attach": {"stdout": ("1",), "stdin": ("1",), "stream": ("1",),
                                  "logs": ("0", "1")},
    "/containers/{name}/archive": {"path": ("/", "/etc", "/f")},
    "/commit": {"container": CONTAINERS, "repo": ("made",), "changes": ("ENV a=b",)},
    "/build": {"t": ("made",), "q": ("0", "1")}, "/images/get": {"names": IMAGES},
    "/images/{name:path}/tag": {"repo": ("made", "other"), "tag": ("1",)},
    "/containers/{name}/rename": {"name": ("new", "c3")}, "/events": {"until": ("1", "0")},
    "/containers/{name}/kill": {"signal": ("KILL", "HUP")},
    "/containers/{name}/stop": {"t": ("0", "1")}, "/containers/{name}/restart": {"t": ("0",)},
    "/images/search": {"term": ("redis",)},
}
_CREATE: tuple[Any, ...] = (
    {"Image": "ubuntu:14.04", "Cmd": ["sh", "-c", "echo hey; sleep 0.01"]},
    {"Image": "ubuntu:14.04", "Cmd": ["cat"], "OpenStdin": True, "StdinOnce": True, "Tty": True,
     "Env": ["A=b"], "Labels": {"a": "b"}, "Volumes": {"/v": {}}, "ExposedPorts": {"80/tcp": {}},
     "WorkingDir": "/etc", "User": "root", "Entrypoint": ["env"], "StopTimeout": 1,
     "HostConfig": {"Memory": 1 << 30, "NetworkMode": "none", "Binds": ["v:/x"], "AutoRemove": True,
                    "RestartPolicy": {"Name": "always", "MaximumRetryCount": 1},
                    "PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
     "NetworkingConfig": {"EndpointsConfig": {"bridge": {}}}},
)
#: Documents by the end of a path.
_DOCUMENTS: dict[str, tuple[Any, ...]] = {
    "/containers/create": _CREATE, "/commit": _CREATE,
    "/exec": ({"AttachStdin": True, "AttachStdout": True, "Cmd": ["sh", "-c", "echo a; cat"]},
              {"AttachStdout": True, "Cmd": ["echo", "a"], "Tty": True, "Env": ["A=b"]}),
    "/start": ({"Detach": False, "Tty": False}, {"Detach": True}),
    "/volumes/create": ({"Name": "v1", "Labels": {"a": "b"}, "Driver": "local"},),
    "/networks/create": (
        {"Name": "n1", "Driver": "bridge", "Internal": False, "Labels": {"a": "b"},
         "IPAM": {"Config": [{"Subnet": "10.5.0.0/16", "Gateway": "10.5.0.1"}]}}, {"Name": "n2"}),
    "/connect": ({"Container": "c1", "EndpointConfig": {
        "Aliases": ["a"], "Links": ["c1:b"], "IPAMConfig": {"IPv4Address": "10.5.0.9"}}},),
    "/auth": ({"username": "a", "password": "b"},),
    "/update": ({"Memory": 5 << 20, "RestartPolicy": {"Name": "no"}},),
    "/disconnect": ({"Container": "c1", "Force": True},),
    "": ({"Name": "n1", "Container": "c1", "Force": True},),
}
#: Ends of paths of what talks for long.
_STREAMS = ("/attach", "/start", "/logs", "/wait", "/events", "/build", "/load")
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.5, 1e300, 1 << 62, 1 << 64, 10 ** 30, "", "a", "\0", "\udcff",
    [], {},
    [None], [1], ["a", 1], [[["a"]]], {"a": {"b": {"c": []}}}, {"a": 1}, "x" * 5000,
    {"80/tcp": [1]},
)
_HEADERS = (
    b"Connection: close", b"Connection: Upgrade\r\nUpgrade: tcp", b"Expect: 100-continue",
    b"Content-Encoding: gzip", b"X-Registry-Auth: e30=", b"X-Registry-Auth: !", b"Host: other",
    b"X-Registry-Config: e30=", b"Content-Type: application/tar", b"Content-Type: text/plain",
    b"Transfer-Encoding: chunked", b"Content-Length: 5", b"Content-Length: -5",
    b"X: " + b"y" * 5000,
    b"User-Agent: Docker-Client/28.2.2 (linux)", b"Content-Length: 99999999999999999999999", b" x",
)
_METHODS = (b"GET", b"POST", b"PUT", b"DELETE", b"HEAD", b"OPTIONS", b"CONNECT", b"PATCH", b"get")
_VERSIONS = (*(b"", b"/v1.41", b"/v1.24") * 9, b"/v1.12", b"/v1.99", b"/v1.")


class AnyRequests:
    """A source of what a client might send.

    Attributes:
        execs: IDs of execs.
    """

    def __init__(self, chance: random.Random, routes: tuple[Route, ...]) -> None:
        """Choose by chance out of all endpoints."""
        self.execs: tuple[str, ...] = ()
        self._chance = chance
        streams = [route for route in routes if route.path.endswith(_STREAMS)]
        self._routes = (*routes, *streams, *streams)
        bodies = archive(), archive(("../../x", "/abs", "a\0b", "d/../../y"))
        bomb = gzip.compress(bytes(3 << 20))
        self._archives = (*bodies, gzip.compress(bodies[0]), bodies[0][:700], bomb, bomb[:100], b"")

    def message(self) -> bytes:
        """Return what one connection sends."""
        chance = self._chance
        kind = chance.randrange(10)
        if kind == 0:
            return chance.randbytes(chance.choice((1, 10, 100, 3000)))
        sent = b"".join(self.request() for _ in range(chance.choice((1, 1, 1, 2, 3))))
        return sent if kind < 5 else self._bent(sent)

    def request(self) -> bytes:
        """Return a request to an endpoint, with some sense."""
        chance = self._chance
        route = chance.choice(self._routes)
        target = chance.choice(_VERSIONS) + self._path(route) + self._query(route)
        headers = [b"Host: docker"]
        body = self._body(route)
        if body or chance.random() < 0.2:
            headers.append(b"Content-Type: application/json")
        if route.path.endswith(("/attach", "/start")) and chance.random() < 0.5:
            headers.append(b"Connection: Upgrade\r\nUpgrade: tcp")
        headers += chance.choices(_HEADERS, k=chance.choice((0, 0, 0, 0, 0, 0, 1, 2)))
        if body and chance.random() < 0.4:
            headers.append(b"Transfer-Encoding: chunked")
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        elif body or chance.random() < 0.3:
            headers.append(b"Content-Length: %d" % len(body))
        method = route.method.encode() if chance.random() < 0.9 else chance.choice(_METHODS)
        line = b"%s %s HTTP/%s" % (method, target, b"1.1" if chance.random() < 0.9 else b"1.0")
        return b"\r\n".join((line, *headers, b"", body))

    def _path(self, route: Route) -> bytes:
        first = route.path.split("/")[1]
        known = {"containers": CONTAINERS, "images": IMAGES, "exec": self.execs}.get(first, ())
        name = self._one(known or ("v1", "bridge", "n1"), 0.8)
        return re.sub(r"\{[^}]*\}", lambda _: _quoted(name).decode(), route.path).encode()

    def _one(self, known: Sequence[str], share: float) -> str:
        return self._chance.choice(known if self._chance.random() < share else _TEXTS)

    def _query(self, route: Route) -> bytes:
        chance = self._chance
        needed = _NEEDED.get(route.path, {})
        pairs = [(name, self._one(known, 0.8)) for name, known in needed.items()
                 if chance.random() < 0.8]
        pairs += [(name, chance.choice(_TEXTS))
                  for name in chance.choices(_PARAMETERS, k=chance.choice((0, 0, 0, 1, 4)))]
        text = b"&".join(b"%s=%s" % (name.encode(), _quoted(value)) for name, value in pairs)
        return b"?" + text if text else b""

    def _body(self, route: Route) -> bytes:
        chance = self._chance
        wants_archive = route.method == "PUT" or route.path in (
            "/build", "/images/load", "/images/create")
        documents = next(each for end, each in _DOCUMENTS.items() if route.path.endswith(end))
        has_body = route.method in ("POST", "PUT") and (
            wants_archive or documents is not _DOCUMENTS[""])
        if chance.random() < 0.1:
            has_body = not has_body
        if not has_body:
            return b""
        if wants_archive if chance.random() < 0.9 else not wants_archive:
            return chance.choice(self._archives)
        document = chance.choice(documents)
        if chance.random() < 0.4:
            document = self._altered(document)
        return json.dumps(document).encode()

    def _altered(self, document: Any) -> Any:
        """Return a document with some of its values replaced."""
        if isinstance(document, dict):
            return {key: self._altered(value) if self._chance.random() < 0.5 else value
                    for key, value in document.items()}
        return self._chance.choice(_VALUES)

    def _bent(self, sent: bytes) -> bytes:
        """Return a message with some of its bytes changed."""
        chance = self._chance
        for _ in range(chance.choice((1, 1, 2, 5))):
            at = chance.randrange(len(sent) + 1)
            end = min(len(sent), at + chance.choice((1, 1, 5, 50)))
            bent = chance.choice((
                b"", chance.randbytes(end - at), sent[at:end] * 3, b"\r\n", b"\0", b" ", b"%",
                b"\r\n\r\n", b"9" * 30, b":"))
            sent = sent[:at] + bent + sent[end:]
        return sent

    def pieces(self, sent: bytes) -> Iterator[bytes]:
        """Yield a message as it is written: whole, or in pieces of any size."""
        if self._chance.random() < 0.6:
            yield sent
            return
        at = 0
        while at < len(sent):
            size = self._chance.choice((1, 7, 100, 5000))
            yield sent[at:at + size]
            at += size


def _quoted(text: str) -> bytes:
    return quote_from_bytes(text.encode("utf-8", "surrogateescape"), safe="/:").encode()
