"""``ps`` on the machine that containers seem to run on, for ``docker top``.

The daemon runs it with whatever options it is given; the usual ones are followed here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from imagelab.engine.info import MEMORY
from imagelab.engine.resources import resident_size
from imagelab.formats.gotime import SECOND
from imagelab.model.outcome import EngineError

#: The users of the machine; it knows no others' names.
_USERS = {0: "root", 1: "daemon", 2: "bin", 3: "sys", 4: "sync", 5: "games", 6: "man", 7: "lp",
          8: "mail", 9: "news", 10: "uucp", 13: "proxy", 33: "www-data", 34: "backup",
          38: "list", 39: "irc", 65534: "nobody"}


@dataclass(frozen=True)
class Row:
    """A process on the machine.

    Attributes:
        pid: its number.
        parent: its parent's number.
        uid: user.
        gid: group.
        argv: command and arguments.
        tty: whether it talks to a terminal.
        state: what it does: ``S`` for sleeping, ``D`` for being frozen.
        session: number of the process that leads its session.
        started: nanoseconds since 1970.
    """

    pid: int
    parent: int
    uid: int
    gid: int
    argv: tuple[str, ...]
    tty: bool
    state: str
    session: int
    started: int


Cell = Callable[[Row, int], str]


def _user(row: Row, _: int) -> str:
    return _USERS.get(row.uid, str(row.uid))


def _command(row: Row, _: int) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", "?", " ".join(row.argv))


def _name(row: Row, _: int) -> str:
    return row.argv[0].rpartition("/")[2][:15]


def _terminal(row: Row, _: int) -> str:
    return "pts/0" if row.tty else "?"


def _state(row: Row, _: int) -> str:
    leads = "s" if row.session == row.pid else ""
    return f"{row.state}{leads}+" if row.tty else f"{row.state}{leads}"


def _start(row: Row, now: int) -> str:
    """Return the time of the start: of the day, or the day if it is another."""
    start, today = (datetime.fromtimestamp(each // SECOND, UTC) for each in (row.started, now))
    if start.date() == today.date():
        return f"{start:%H:%M}"
    return f"{start:%b%d}" if start.year == today.year else f"{start:%Y}"


def _elapsed(row: Row, now: int) -> str:
    minutes, seconds = divmod((now - row.started) // SECOND, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    front = f"{days}-{hours:02d}:" if days else f"{hours:02d}:" if hours else ""
    return f"{front}{minutes:02d}:{seconds:02d}"


def _share(row: Row, _: int) -> str:
    return f"{100 * resident_size(row.argv) / MEMORY:.1f}"


def _kibibytes(row: Row, _: int) -> str:
    return str(resident_size(row.argv) // 1024)


def _virtual(row: Row, _: int) -> str:
    return str(3 * resident_size(row.argv) // 1024)


def _fixed(text: str) -> Cell:
    return lambda _, __: text


_TIME, _ZERO = _fixed("00:00:00"), _fixed("0")
#: Headings and cells of columns, by the name that ``-o`` has for them.
_COLUMNS: dict[str, tuple[str, Cell]] = {
    "pid": ("PID", lambda row, _: str(row.pid)),
    "tgid": ("TGID", lambda row, _: str(row.pid)),
    "lwp": ("LWP", lambda row, _: str(row.pid)),
    "ppid": ("PPID", lambda row, _: str(row.parent)),
    "pgid": ("PGID", lambda row, _: str(row.session)),
    "sid": ("SID", lambda row, _: str(row.session)),
    "uid": ("UID", lambda row, _: str(row.uid)),
    "euid": ("EUID", lambda row, _: str(row.uid)),
    "ruid": ("RUID", lambda row, _: str(row.uid)),
    "gid": ("GID", lambda row, _: str(row.gid)),
    "user": ("USER", _user), "euser": ("EUSER", _user), "ruser": ("RUSER", _user),
    "cmd": ("CMD", _command), "args": ("COMMAND", _command), "command": ("COMMAND", _command),
    "comm": ("COMMAND", _name), "ucmd": ("CMD", _name),
    "tty": ("TT", _terminal), "tt": ("TT", _terminal), "tname": ("TTY", _terminal),
    "stat": ("STAT", _state), "s": ("S", lambda row, _: row.state),
    "state": ("S", lambda row, _: row.state),
    "time": ("TIME", _TIME), "cputime": ("TIME", _TIME), "bsdtime": ("TIME", _fixed("0:00")),
    "stime": ("STIME", _start), "bsdstart": ("START", _start), "etime": ("ELAPSED", _elapsed),
    "c": ("C", _ZERO), "pcpu": ("%CPU", _fixed("0.0")), "%cpu": ("%CPU", _fixed("0.0")),
    "pmem": ("%MEM", _share), "%mem": ("%MEM", _share), "ni": ("NI", _ZERO),
    "nice": ("NI", _ZERO), "nlwp": ("NLWP", _fixed("1")),
    "rss": ("RSS", _kibibytes), "rsz": ("RSZ", _kibibytes),
    "vsz": ("VSZ", _virtual), "vsize": ("VSZ", _virtual),
}
_FULL = "user=UID pid ppid c stime tname time cmd"
_PLAIN = "pid tname time ucmd"
_BSD = "pid tname stat bsdtime args"
_BSD_USER = "user pid pcpu pmem vsz rss tname stat bsdstart bsdtime args"


def listing(
    rows: Sequence[Row], options: Sequence[str], now: int,
) -> tuple[list[str], list[list[str]]]:
    """Return the headings and the processes that ``ps`` prints.

    Raises:
        EngineError: there is no such column, none for the PID, or the options are not followed.
    """
    columns = [_column(name) for name in _wanted(list(options))]
    titles = [title for title, _ in columns]
    if "PID" not in titles:
        raise EngineError("Couldn't find PID field in ps output")
    return titles, [_cells([cell(row, now) for _, cell in columns], titles) for row in rows]


def _cells(cells: list[str], titles: list[str]) -> list[str]:
    """Cut a line into columns as the daemon does, at blanks: the last takes the rest.

    Raises:
        EngineError: there is no number where the PID should be.
    """
    words = " ".join(cells).split()
    at = len(titles) - 1
    pid = words[titles.index("PID")]
    if not pid.isdigit():
        raise EngineError(f"Unexpected pid '{pid}': strconv.Atoi: parsing \"{pid}\": "
                          "invalid syntax")
    return [*words[:at], " ".join(words[at:])]


def _column(text: str) -> tuple[str, Cell]:
    name, equals, title = text.partition("=")
    if name not in _COLUMNS:
        raise EngineError(f'ps: error: unknown user-defined format specifier "{name}"')
    usual, cell = _COLUMNS[name]
    return title if equals else usual, cell


def _wanted(options: list[str]) -> list[str]:
    """Return the columns that options ask for.

    Raises:
        EngineError: the lab does not follow them.
    """
    chosen: list[str] = []
    letters = ""
    given = " ".join(options)
    while options:
        word = options.pop(0)
        front, own, names = word.partition("o")
        if own and re.fullmatch(r"-?[eAfax]*", front) and (names or options):
            chosen += re.split(r"[, ]+", names or options.pop(0))
        elif re.fullmatch(r"-[eAfax]+|-?a?u?x?u?", word):
            letters += word
        else:
            raise EngineError(f"imagelab does not simulate ps with the options '{given}'")
    if chosen:
        return chosen
    if "f" in letters or not given:
        return _FULL.split()
    if "u" in letters:
        return _BSD_USER.split()
    return (_BSD if "x" in letters else _PLAIN).split()
