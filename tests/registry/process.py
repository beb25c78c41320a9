"""The real registry of the distribution project, as a process of this machine."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from imagelab.model.node import Changes

_CONFIG = """\
version: 0.1
storage:
  filesystem:
    rootdirectory: {folder}/data
http:
  addr: 127.0.0.1:{port}
"""
#: ``alice`` with the password ``wonder``, as ``htpasswd -Bbn`` wrote it.
_HTPASSWD = "alice:$2y$05$UmVtFTzKd29fu.MtS/u3eOP2jP8GQ/EDjSOvIAVsPZABjjfurkciW\n"
_AUTH = """\
auth:
  htpasswd:
    realm: tests
    path: {folder}/htpasswd
"""
_SECONDS = 20


@contextmanager
def serving(folder: Path, *, account: bool = False) -> Iterator[str]:
    """Run a registry that keeps its files in ``data`` in a folder; give its host and port.

    With ``account`` it lets nobody in but ``alice``, by her password ``wonder``.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = folder / "config.yml"
    text = _CONFIG + _AUTH if account else _CONFIG
    config.write_text(text.format(folder=folder, port=port), "utf-8")
    (folder / "htpasswd").write_text(_HTPASSWD, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log)
    try:
        _wait(port)
        yield f"localhost:{port}"
    finally:
        process.kill()
        process.wait()


def write_to(folder: Path, changes: Changes) -> None:
    """Write folders and files as they are in the lab."""
    for path, node in sorted(changes.items()):
        if node.is_directory:
            (folder / path).mkdir(parents=True, exist_ok=True)
        else:
            (folder / path).write_bytes(node.content.read())


def _wait(port: int) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, "docker-registry does not start"
            time.sleep(0.05)
