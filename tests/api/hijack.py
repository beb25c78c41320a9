"""Hijacked connections, byte for byte."""

from __future__ import annotations

import json
import socket
import struct
from typing import Any

from tests.api.conftest import Served

#: A piece of output: its stream and its bytes.
Frame = tuple[int, bytes]


def opened(lab: Served, path: str, body: Any = None) -> socket.socket:
    """Ask for a stream, and return the connection with nothing read of it."""
    sent = b"" if body is None else json.dumps(body).encode()
    kind = "Content-Type: application/json\r\n" if sent else ""
    own = lab.socket()
    own.sendall(f"POST /v1.41{path} HTTP/1.1\r\nHost: docker\r\nContent-Length: {len(sent)}\r\n"
                f"{kind}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode() + sent)
    return own


def hijacked(lab: Served, path: str, body: Any = None) -> socket.socket:
    """Ask for a stream, and return the connection behind the head of the answer."""
    own = opened(lab, path, body)
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += own.recv(1)
    assert head.startswith(b"HTTP/1.1 101 UPGRADED\r\n"), head
    return own


def rest(own: socket.socket) -> bytes:
    """Return what comes up to the end."""
    with own:
        pieces = []
        while piece := own.recv(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


def frames(data: bytes) -> list[Frame]:
    """Return the frames of a stream."""
    found = []
    while data:
        stream, size = struct.unpack(">BxxxL", data[:8])
        found.append((stream, data[8:8 + size]))
        data = data[8 + size:]
    return found


def made(lab: Served, *command: str, **settings: Any) -> str:
    """Make a container of the base image and return its ID."""
    body = {"Image": "ubuntu:14.04", "Cmd": command, **settings}
    identifier: str = lab.ask("POST", "/containers/create", body).json["Id"]
    return identifier


def started(lab: Served, *command: str, **settings: Any) -> str:
    """Start a container of the base image and return its ID."""
    identifier = made(lab, *command, **settings)
    assert lab.ask("POST", f"/containers/{identifier}/start").status == 204
    return identifier
