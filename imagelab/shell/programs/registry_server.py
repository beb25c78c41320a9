"""The distribution project's ``registry``: it starts, logs, waits, and ends.

Pushes and pulls reach it through the engine, which finds its port and its folder in what it
remembers. Checked with version 2.8.2: log lines, exit codes, messages.
"""

from __future__ import annotations

import hashlib
import re

from imagelab.formats.gotime import format_time
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, wait_for_signal

#: Signals that end a Go program, with the status it then has as process 1.
_ENDINGS, _ENDED = ("HUP", "INT", "TERM"), 2
_SECRET = (
    "No HTTP secret provided - generated random secret. This may cause problems with uploads if "
    "multiple registries are behind a load-balancer. To provide a shared secret, fill in "
    "http.secret in the configuration file or set the REGISTRY_HTTP_SECRET environment variable.")
_USAGE = "Usage:\n  registry serve <config> [flags]\n\nFlags:\n  -h, --help   help for serve\n"
#: Variables that change nothing the lab shows.
_HARMLESS = re.compile(
    r"REGISTRY_(VERSION|LOG_.*|HTTP_SECRET|HTTP_HEADERS_.*|STORAGE_DELETE_ENABLED|STORAGE_CACHE_.*"
    r"|STORAGE_MAINTENANCE_.*|HEALTH_.*|VALIDATION_DISABLED)")
#: Where it listens; the address is one of what stands under ``http``.
_HTTP = re.compile(r"^http:[ \t\r]*\n((?:[ \t].*\n?|[ \t\r]*\n)*)", re.MULTILINE)
_ADDRESS = re.compile(r"^[ \t]+addr:[ \t]*(\S+)[ \t\r]*$", re.MULTILINE)
_ROOT = re.compile(r"^[ \t]+rootdirectory:[ \t]*(\S+)[ \t\r]*$", re.MULTILINE)


def registry(argv: list[str], io: Io) -> int:
    """Run the registry, or say its version."""
    if io.signal:
        return _ENDED
    if io.state is not None:
        wait_for_signal(*_ENDINGS, state=io.state)
    match argv[1:]:
        case ["-v" | "--version"]:
            io.out(f"registry github.com/docker/distribution {_version(io)}\n")
            return 0
        case ["serve"]:
            return _refuse(io, "configuration path unspecified")
        case ["serve", path] if not path.startswith("-"):
            return _serve(io, path)
        case [word, *_] if not word.startswith("-") and word not in ("garbage-collect", "help"):
            io.err(f'Error: unknown command "{word}" for "registry"\n'
                   "Run 'registry --help' for usage.\n")
            return 0
    return not_simulated(io, " ".join(argv))


def _refuse(io: Io, reason: str) -> int:
    io.err(f"configuration error: {reason}\n{_USAGE}")
    return 1


def _serve(io: Io, path: str) -> int:
    try:
        text = io.data(path).decode("utf-8", "replace")
    except FileError as error:
        return _refuse(io, f"open {path}: {error.message[0].lower()}{error.message[1:]}")
    address = io.env.get("REGISTRY_HTTP_ADDR") or _setting(
        _ADDRESS, _setting(_HTTP, text)) or ":5000"
    root = (io.env.get("REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY") or _setting(_ROOT, text)
            or "/var/lib/registry")
    known = ("REGISTRY_HTTP_ADDR", "REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY")
    for name in sorted(io.env):
        if name.startswith("REGISTRY_") and name not in known and not _HARMLESS.fullmatch(name):
            return not_simulated(io, f"a registry with {name}")
    if unknown := re.search(r"^(auth|proxy|notifications|middleware):", text, re.MULTILINE):
        return not_simulated(io, f"a registry with {unknown[1]}")
    host, _, port = address.rpartition(":")
    if not (port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65536):
        return not_simulated(io, f"a registry at {address}")
    if "REGISTRY_HTTP_SECRET" not in io.env:
        _log(io, "warning", _SECRET)
    _log(io, "info", "redis not configured")
    _log(io, "info", f"Starting upload purge in {_minutes(io)}m0s")
    _log(io, "info", "using inmemory blob descriptor cache")
    shown = "[::]" if host in ("", "0.0.0.0", "[::]") else host
    _log(io, "info", f"listening on {shown}:{int(port)}")
    wait_for_signal(*_ENDINGS, state={"port": int(port), "root": root})


def _setting(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1] if match else ""


def _version(io: Io) -> str:
    return io.env.get("REGISTRY_VERSION", "2.8.3")


def _instance(io: Io) -> bytes:
    """Return what stands for the random bytes of a registry's start."""
    return hashlib.sha256(f"{io.host.hostname} {io.host.now}".encode()).digest()


def _minutes(io: Io) -> int:
    """Return after how many minutes, by chance, it looks for uploads left unfinished."""
    return _instance(io)[16] % 60


def _log(io: Io, level: str, text: str) -> None:
    uid = _instance(io)[:16].hex()
    number = "-".join((uid[:8], uid[8:12], f"4{uid[13:16]}", f"a{uid[17:20]}", uid[20:]))
    io.err(f'time="{format_time(io.host.now)}" level={level} '
           f'msg="{text}" go.version=go1.20.8 instance.id={number} service=registry '
           f"version={_version(io)}\n")
