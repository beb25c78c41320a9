"""httpd, the Apache HTTP Server: it starts, logs, runs and ends, and serves nothing.

Checked with Apache 2.4.71: log lines, exit codes, what signals do.
"""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, stamp, wait_for_signal, write

_ROOT = "/usr/local/apache2"
_PID_FILE = f"{_ROOT}/logs/httpd.pid"
_ADDRESS = "172.17.0.2"  # what `hostname -i` says in every container of the lab
_NAMELESS = (
    "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, "
    f"using {_ADDRESS}. Set the 'ServerName' directive globally to suppress this message\n")
_ENDINGS = {
    "TERM": "AH00491: caught SIGTERM, shutting down",
    "INT": "AH00491: caught SIGTERM, shutting down",
    "WINCH": "AH00492: caught SIGWINCH, shutting down gracefully",
}


def httpd(argv: list[str], io: Io) -> int:
    """Run the server in the foreground, or say the version or that the syntax is fine."""
    if io.signal:
        _log(io, "mpm_event", _ENDINGS[io.signal])
        if io.lookup(_PID_FILE):
            io.files.unlink(_PID_FILE)
        return 0
    if io.state is not None:
        wait_for_signal(*_ENDINGS)
    words = " ".join(argv[1:]).replace("-D ", "-D")
    if words in ("-v", "-V"):
        io.out(f"Server version: Apache/{_version(io)} (Unix)\n"
               "Server built:   May 21 2025 04:38:51\n")
        return 0
    if words not in ("", "-t", "-DFOREGROUND"):
        return not_simulated(io, f"httpd {words}")
    path = f"{_ROOT}/conf/httpd.conf"
    try:
        lines = io.data(path).decode("utf-8", "replace").splitlines()
    except FileError as error:
        io.err(f"httpd: Could not open configuration file {path}: {error.message}\n")
        return 1
    nameless = not any(line.strip().startswith("ServerName ") for line in lines)
    if nameless:
        io.err(_NAMELESS)
    if words == "-t":
        io.err("Syntax OK\n")
        return 0
    if not words:
        return 0  # It goes to the background, and the container ends with its process 1.
    if nameless:
        io.err(_NAMELESS)
    write(io, _PID_FILE, b"1\n")
    _log(io, "mpm_event",
         f"AH00489: Apache/{_version(io)} (Unix) configured -- resuming normal operations")
    _log(io, "core", "AH00094: Command line: 'httpd -D FOREGROUND'")
    wait_for_signal(*_ENDINGS)


def _version(io: Io) -> str:
    return io.env.get("HTTPD_VERSION", "2.4.63")


def _log(io: Io, module: str, text: str) -> None:
    io.err(f"[{stamp(io, '%a %b %d %T.%f %Y')}] [{module}:notice] [pid 1:tid 1] {text}\n")
