"""mysqld and mysqladmin: a database server that makes its files, starts, logs, runs and ends.

The log has the lines of MySQL 8.0 and later that are there whatever the machine; 5.7 says more
in truth than it does here. Process numbers are fixed.
"""

from __future__ import annotations

from imagelab.model.content import Zeros
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.service import not_simulated, stamp, wait_for_signal, write

_ENDINGS = ("TERM", "QUIT")
_DATA = "/var/lib/mysql"
_SOCKETS = "/var/run/mysqld"
_PID_FILE = f"{_SOCKETS}/mysqld.pid"
_SERVER = "/usr/sbin/mysqld"
_TEMPORARY, _MAIN = 122, 1
#: What a new data directory holds, in bytes, besides the folders.
_FILES = {
    "ibdata1": 12 << 20, "mysql.ibd": 30 << 20, "undo_001": 16 << 20, "undo_002": 16 << 20,
    "#ib_16384_0.dblwr": 192 << 10, "#ib_16384_1.dblwr": 8 << 20, "ib_buffer_pool": 3_000,
}
_OLD_FILES = {
    "ibdata1": 12 << 20, "ib_logfile0": 48 << 20, "ib_logfile1": 48 << 20, "ib_buffer_pool": 400,
}
_FOLDERS = ("mysql", "performance_schema", "sys")


def mysqld(argv: list[str], io: Io) -> int:
    """Run the server, or make its files, or say the version."""
    if io.signal:
        return _end(io, "<via user signal>")
    if io.state is not None:
        wait_for_signal(*_ENDINGS)
    words = set(argv[1:])
    if words & {"--version", "-V"}:
        name = "mysqld" if _old(io) else _SERVER
        io.out(f"{name}  Ver {_version(io)} for Linux on x86_64 ({_edition(io)})\n")
        return 0
    if words & {"--help", "-?", "--verbose", "--initialize", "--print-defaults"}:
        return not_simulated(io, f"mysqld {argv[1]}")
    if "--initialize-insecure" in words:
        return _initialize(io)
    if io.lookup(f"{_DATA}/ibdata1") is None:
        return _no_files(io)
    temporary = "--daemonize" in words
    _start(io, _TEMPORARY if temporary else _MAIN, 0 if temporary else 3306)
    if temporary:
        return 0
    wait_for_signal(*_ENDINGS)


def mysqladmin(argv: list[str], io: Io) -> int:
    """Shut the server down that an entrypoint script runs for a while, or say the version."""
    if set(argv[1:]) & {"--version", "-V"}:
        io.out(f"mysqladmin  Ver {_version(io)} for Linux on x86_64 ({_edition(io)})\n")
        return 0
    running = io.lookup(_PID_FILE) and io.data(_PID_FILE) == b"%d\n" % _TEMPORARY
    if argv[-1] != "shutdown" or not running:
        return not_simulated(io, "mysqladmin")
    return _end(io, "root")


def _version(io: Io) -> str:
    return io.env.get("MYSQL_VERSION", "8.0.42").partition("-")[0]


def _old(io: Io) -> bool:
    return _version(io).startswith("5.")


def _recent(io: Io) -> bool:
    """Whether the server announces its beginning and end, as from 8.4 on."""
    return not _version(io).startswith(("5.", "8.0."))


def _edition(io: Io) -> str:
    return "MySQL Community Server (GPL)" if _old(io) else "MySQL Community Server - GPL"


def _initialize(io: Io) -> int:
    try:
        if io.names(_DATA):
            _log(io, "ERROR", "MY-010457", "--initialize specified but the data directory has "
                                           "files in it. Aborting.")
            return 1
        for folder in _FOLDERS:
            io.files.mkdir(f"{_DATA}/{folder}", mode=0o750)
        for name, size in (_OLD_FILES if _old(io) else _FILES).items():
            write(io, f"{_DATA}/{name}", Zeros(size))
    except FileError as error:
        return io.fail(f"{error.path}: {error.message}")
    if not _old(io):
        _announce(io, "start")
        _log(io, "System", "MY-013169",
             f"{_SERVER} (mysqld {_version(io)}) initializing of server in progress as process 80")
        _log_innodb(io)
    _log(io, "Warning", "MY-010453",
         "root@localhost is created with an empty password ! Please consider switching off the "
         "--initialize-insecure option.")
    if not _old(io):
        _announce(io, "end")
    return 0


def _no_files(io: Io) -> int:
    _log(io, "ERROR", "MY-010020", "Data Dictionary initialization failed.")
    _log(io, "ERROR", "MY-010119", "Aborting")
    return 1


def _start(io: Io, process: int, port: int) -> None:
    if io.is_directory(_SOCKETS):
        write(io, _PID_FILE, b"%d\n" % process)
    if _old(io):
        _log(io, "Note", "", f"mysqld (mysqld {_version(io)}) starting as process {process} ...")
        _log(io, "Note", "", "mysqld: ready for connections.")
        io.err(f"Version: '{_version(io)}'  socket: '{_SOCKETS}/mysqld.sock'  port: {port}  "
               f"{_edition(io)}\n")
        return
    _announce(io, "start")
    _log(io, "System", "MY-010116",
         f"{_SERVER} (mysqld {_version(io)}) starting as process {process}")
    _log_innodb(io)
    _log(io, "Warning", "MY-010068", "CA certificate ca.pem is self signed.")
    _log(io, "System", "MY-013602", "Channel mysql_main configured to support TLS. Encrypted "
                                    "connections are now supported for this channel.")
    _log(io, "Warning", "MY-011810",
         f"Insecure configuration for --pid-file: Location '{_SOCKETS}' in the path is "
         "accessible to all OS users. Consider choosing a different directory.")
    _log(io, "System", "MY-010931",
         f"{_SERVER}: ready for connections. Version: '{_version(io)}'  socket: "
         f"'{_SOCKETS}/mysqld.sock'  port: {port}  {_edition(io)}.")


def _log_innodb(io: Io) -> None:
    _log(io, "System", "MY-013576", "InnoDB initialization has started.", part="InnoDB", thread=1)
    _log(io, "System", "MY-013577", "InnoDB initialization has ended.", part="InnoDB", thread=1)


def _announce(io: Io, what: str) -> None:
    if _recent(io):
        number = "MY-015015" if what == "start" else "MY-015016"
        _log(io, "System", number, f"MySQL Server - {what}.")


def _end(io: Io, user: str) -> int:
    if _old(io):
        _log(io, "Note", "", "Giving 0 client threads a chance to die gracefully")
        _log(io, "Note", "", "mysqld: Shutdown complete")
    else:
        _log(io, "System", "MY-013172", f"Received SHUTDOWN from user {user}. Shutting down "
                                        f"mysqld (Version: {_version(io)}).")
        _log(io, "System", "MY-010910",
             f"{_SERVER}: Shutdown complete (mysqld {_version(io)})  {_edition(io)}.")
        _announce(io, "end")
    if io.lookup(_PID_FILE):
        io.files.unlink(_PID_FILE)
    return 0


def _log(io: Io, level: str, number: str, text: str, *, part: str = "Server",
         thread: int = 0) -> None:
    source = "" if _old(io) else f"[{number}] [{part}] "
    io.err(f"{stamp(io, '%Y-%m-%dT%T.%fZ')} {thread} [{level}] {source}{text}\n")
