"""nginx: a web server that starts, logs, runs and ends, and serves nothing.

Checked with nginx 1.22.1: log lines, options, exit codes, what signals do. Process numbers are
fixed, and there is one worker, since the lab has one processor.
"""

from __future__ import annotations

from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, stamp, wait_for_signal, write
from imagelab.shell.programs.system import KERNEL

_CONFIGURATION = "/etc/nginx/nginx.conf"
_PID_FILE = "/run/nginx.pid"
_CACHES = ("client", "proxy", "fastcgi", "uwsgi", "scgi")
_WORKER = 29
#: How the master says that it ends, and its worker does.
_ENDINGS = {
    "QUIT": ("signal 3 (SIGQUIT) received, shutting down", "gracefully shutting down"),
    "TERM": ("signal 15 (SIGTERM) received, exiting", ""),
    "INT": ("signal 2 (SIGINT) received, exiting", ""),
}
_SIGNALS = (*_ENDINGS, "HUP", "USR1", "WINCH")


def nginx(argv: list[str], io: Io) -> int:
    """Run the master process, or say the version or whether the configuration is there."""
    if io.state is not None:
        return _go_on(io, worker=io.state)
    options = _options(argv[1:])
    if isinstance(options, str):
        io.err(f"nginx: {options}\n")
        return 1
    if unknown := options.keys() - set("cgqtv"):
        return not_simulated(io, f"nginx -{min(unknown)}")
    if "v" in options:
        io.err(f"nginx version: nginx/{_version(io)}\n")
        return 0
    path = options.get("c", _CONFIGURATION)
    try:
        configuration = io.data(path).decode("utf-8", "replace")
    except FileError as error:
        return _emergency(io, f'open() "{path}" failed', error, path if "t" in options else "")
    if "t" in options:
        if "q" not in options:
            io.err(f"nginx: the configuration file {path} syntax is ok\n"
                   f"nginx: configuration file {path} test is successful\n")
        return 0
    return _start(io, configuration, options.get("g", ""))


def _options(words: list[str]) -> dict[str, str] | str:
    """Return the options by letter, or what is wrong with them."""
    options: dict[str, str] = {}
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            return f'invalid option: "{word}"'
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in "cgeps":
                if not letters and not words:
                    return f'option "-{letter}" requires parameter'
                options[letter] = letters or words.pop(0)
                break
            if letter not in "?hvVtTq":
                return f'invalid option: "{letter}"'
            options[letter] = ""
    return options


def _version(io: Io) -> str:
    return io.env.get("NGINX_VERSION", "1.27.5")


def _compiler(io: Io) -> str:
    """Return what the project's own packages were built by; those of Ubuntu do not say it."""
    release = io.env.get("PKG_RELEASE", "")
    if not release:
        return ""
    return "gcc 12.2.0 (Debian 12.2.0-14)" if "~" in release else "gcc 14.2.0 (Alpine 14.2.0)"


def _start(io: Io, configuration: str, directives: str) -> int:
    for name in _CACHES:
        folder = f"/var/cache/nginx/{name}_temp"
        try:
            if io.lookup("/var/cache/nginx") and not io.lookup(folder):
                io.files.mkdir(folder, mode=0o700)
        except FileError as error:
            return _emergency(io, f'mkdir() "{folder}" failed', error)
    _notice(io, 'using the "epoll" event method')
    _notice(io, f"nginx/{_version(io)}")
    if compiler := _compiler(io):
        _notice(io, f"built by {compiler} ")
    _notice(io, f"OS: Linux {KERNEL}")
    _notice(io, "getrlimit(RLIMIT_NOFILE): 1048576:1048576")
    if "daemon off;" not in " ".join(f"{configuration} {directives};".split()):
        return 0  # The master goes to the background, and the container ends with its process 1.
    try:
        write(io, _PID_FILE, b"1\n")
    except FileError as error:
        return _emergency(io, f'open() "{_PID_FILE}" failed', error)
    _notice(io, "start worker processes")
    _notice(io, f"start worker process {_WORKER}")
    wait_for_signal(*_SIGNALS, state=_WORKER)


def _go_on(io: Io, worker: int) -> int:
    """Do what a signal asks for; the state is the number of the worker."""
    match io.signal:
        case "HUP":
            _notice(io, "signal 1 (SIGHUP) received, reconfiguring")
            _notice(io, "reconfiguring")
            _notice(io, 'using the "epoll" event method')
            _notice(io, "start worker processes")
            _notice(io, f"start worker process {worker + 1}")
            _end_worker(io, worker, "gracefully shutting down")
            worker += 1
        case "USR1":
            _notice(io, "signal 10 (SIGUSR1) received, reopening logs")
            _notice(io, "reopening logs")
            _notice(io, "reopening logs", worker)
        case "WINCH":
            _notice(io, "signal 28 (SIGWINCH) received")
        case "QUIT" | "TERM" | "INT":
            return _end(io, worker)
    wait_for_signal(*_SIGNALS, state=worker)


def _end_worker(io: Io, worker: int, manner: str) -> None:
    for line in filter(None, (manner, "exiting", "exit")):
        _notice(io, line, worker)
    _notice(io, f"signal 17 (SIGCHLD) received from {worker}")
    _notice(io, f"worker process {worker} exited with code 0")


def _end(io: Io, worker: int) -> int:
    master, manner = _ENDINGS[io.signal]
    _notice(io, master)
    _end_worker(io, worker, manner)
    _notice(io, "exit")
    if io.lookup(_PID_FILE):
        io.files.unlink(_PID_FILE)
    return 0


def _notice(io: Io, text: str, process: int = 1) -> None:
    io.err(f"{stamp(io, '%Y/%m/%d %T')} [notice] {process}#{process}: {text}\n")


def _emergency(io: Io, what: str, error: FileError, tested: str = "") -> int:
    """Say, in the log and on standard error, that something does not work."""
    number = {"ENOENT": 2, "EACCES": 13, "ENOTDIR": 20, "EISDIR": 21}.get(error.code, 5)
    text = f"{what} ({number}: {error.message})"
    io.err(f"{stamp(io, '%Y/%m/%d %T')} [emerg] 1#1: {text}\nnginx: [emerg] {text}\n")
    if tested:
        io.err(f"nginx: configuration file {tested} test failed\n")
    return 1
