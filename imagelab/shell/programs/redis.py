"""redis-server: it starts, logs, runs, keeps an empty database and ends; and redis-cli's version.

Checked with Redis 7.0.15 and written as 7.4 writes it (levels, ``tcp``, ``# Warning: no config``).
"""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, stamp, wait_for_signal, write

#: An empty database as Redis writes it: magic and version, end mark, no checksum.
_EMPTY_DATABASE = b"REDIS0012\xff" + bytes(8)
_ENDINGS = ("TERM", "INT")


def redis_server(argv: list[str], io: Io) -> int:
    """Run the server."""
    if io.signal:
        return _end(io, **io.state)
    if io.state is not None:
        wait_for_signal(*_ENDINGS, state=io.state)
    if argv[1:] in (["-v"], ["--version"]):
        io.out(f"Redis server v={_version(io)} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 "
               "build=0000000000000000\n")
        return 0
    settings = _settings(argv[1:], io)
    if settings is None:
        return 1
    if unknown := settings.keys() & {"sentinel", "daemonize", "cluster-enabled"}:
        return not_simulated(io, f"redis-server --{min(unknown)}")
    _start(io, configured=len(argv) > 1, port=settings.get("port", "6379"))
    saves = settings.get("save", "3600 1") not in ("", '""')
    path = f"{settings.get('dir', io.cwd).rstrip('/')}/dump.rdb"
    _load(io, path)
    _log(io, "*", "Ready to accept connections tcp")
    wait_for_signal(*_ENDINGS, state={"saves": saves, "path": path})


def redis_cli(argv: list[str], io: Io) -> int:
    """Say the version."""
    if argv[1:] in (["-v"], ["--version"]):
        io.out(f"redis-cli {_version(io)}\n")
        return 0
    return not_simulated(io, "redis-cli")


def _version(io: Io) -> str:
    return io.env.get("REDIS_VERSION", "7.4.2")


def _settings(words: list[str], io: Io) -> dict[str, str] | None:
    """Return the directives of a configuration file and of the options after it."""
    lines: list[str] = []
    if words and not words[0].startswith("--"):
        path = words[0] if words[0].startswith("/") else f"{io.cwd.rstrip('/')}/{words[0]}"
        try:
            lines = io.data(path).decode("utf-8", "replace").splitlines()
        except FileError as error:
            _log(io, "#", f"Fatal error, can't open config file '{path}': {error.message}", "C")
            return None
        words = words[1:]
    options = " ".join(word or '""' for word in words)
    lines += [part.strip() for part in f" {options}".split(" --")]
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {pair[0].lower(): pair[1] if len(pair) > 1 else "" for pair in pairs if pair}


def _start(io: Io, *, configured: bool, port: str) -> None:
    _log(io, "*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo", "C")
    _log(io, "*", f"Redis version={_version(io)}, bits=64, commit=00000000, modified=0, pid=1, "
                  "just started", "C")
    if configured:
        _log(io, "*", "Configuration loaded", "C")
    else:
        _log(io, "#", "Warning: no config file specified, using the default config. In order to "
                      "specify a config file use redis-server /path/to/redis.conf", "C")
    _log(io, "*", "monotonic clock: POSIX clock_gettime")
    _log(io, "*", f"Running mode=standalone, port={port}.")
    _log(io, "*", "Server initialized")


def _load(io: Io, path: str) -> None:
    node = io.lookup(path)
    if node is None:
        return
    age = max(0, (io.host.now - node.mtime) // 10**9)
    _log(io, "*", f"Loading RDB produced by version {_version(io)}")
    _log(io, "*", f"RDB age {age} seconds")
    _log(io, "*", "RDB memory usage when created 0.90 Mb")
    _log(io, "*", "Done loading RDB, keys loaded: 0, keys expired: 0.")
    _log(io, "*", "DB loaded from disk: 0.000 seconds")


def _end(io: Io, saves: bool, path: str) -> int:
    io.out(f"1:signal-handler ({io.host.now // 10**9}) Received SIG{io.signal} scheduling "
           "shutdown...\n")
    _log(io, "*", "User requested shutdown...")
    if saves:
        _log(io, "*", "Saving the final RDB snapshot before exiting.")
        write(io, path, _EMPTY_DATABASE)
        _log(io, "*", "DB saved on disk")
    _log(io, "#", "Redis is now ready to exit, bye bye...")
    return 0


def _log(io: Io, level: str, text: str, role: str = "M") -> None:
    io.out(f"1:{role} {stamp(io, '%d %b %Y %T.%L')} {level} {text}\n")
