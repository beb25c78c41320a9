"""The real registry of the distribution project, as a process of this machine."""

from __future__ import annotations

import re
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
def serving(folder: Path, *, account: bool = False, port: int = 0) -> Iterator[str]:
    """Run a registry that keeps its files in ``data`` in a folder; give its host and port.

    With ``account`` it lets nobody in but ``alice``, by her password ``wonder``. A ``port`` of 0
    is any that is free.
    """
    config = folder / "config.yml"
    text = _CONFIG + _AUTH if account else _CONFIG
    config.write_text(text.format(folder=folder, port=port), "utf-8")
    (folder / "htpasswd").write_text(_HTPASSWD, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], stdin=subprocess.DEVNULL, stdout=log,
            stderr=log)
    try:
        yield f"localhost:{_port(process, folder / 'log')}"
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


def _port(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return the port that a registry has taken, as its log tells once it listens."""
    deadline = time.monotonic() + _SECONDS
    while not (found := re.search(r"listening on 127\.0\.0\.1:(\d+)", log.read_text("utf-8"))):
        assert process.poll() is None, "docker-registry does not start"
        assert time.monotonic() < deadline, "docker-registry does not start"
        time.sleep(0.05)
    return found[1]
