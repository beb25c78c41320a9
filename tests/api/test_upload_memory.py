"""What a client sends takes room on the disk for a while, never in memory."""

from __future__ import annotations

from tests.memory import peak_of

#: Most bytes that the server may take, with its own and its tests' modules.
_MOST = 75 << 20
_CODE = r"""
import tarfile, zlib
from contextlib import suppress
from tests.api.conftest import serving, with_base

zeros, count = bytes(1 << 20), 40
entry = tarfile.TarInfo("zeros")
entry.size = count << 20
packer = zlib.compressobj(wbits=31)
bomb = packer.compress(entry.tobuf()) + b"".join(
    packer.compress(zeros) for _ in range(count)) + packer.compress(bytes(1024)) + packer.flush()

def upload(lab, method, path, pieces, end):
    with lab.socket() as client, suppress(OSError):
        head = f"{method} {path} HTTP/1.1\r\nHost: d\r\nTransfer-Encoding: chunked\r\n\r\n"
        client.sendall(head.encode())
        for piece in pieces:
            client.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        client.sendall(end)
        assert not end or client.recv(100).startswith(b"HTTP/1.1 ")

with serving(with_base()) as lab:
    lab.ask("POST", "/containers/create?name=c1", {"Image": "ubuntu:14.04"})
    for method, path in (("POST", "/images/load"), ("POST", "/images/create?fromSrc=-"),
                         ("PUT", "/containers/c1/archive?path=/"), ("POST", "/build?t=x")):
        upload(lab, method, path, [zeros] * count, b"")
        upload(lab, method, path, [bomb], b"0\r\n\r\n")
        assert lab.ask("GET", "/images/json").status == 200
"""


def test_uploads_and_what_they_unpack_to_take_no_memory() -> None:
    assert peak_of(_CODE) < _MOST
