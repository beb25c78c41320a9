"""Commands about the Hub itself: ``search login logout``."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imagelab.daemon import Daemon
from imagelab.docker import rows
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.images import print_rows
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Parsed, flag, many, number, switch
from imagelab.docker.io import Io, encode
from imagelab.registry.accounts import INDEX

_TABLE = r"table {{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}"
_MAX_PASSWORD = 1 << 16
_HIDDEN = "REDACTED"
_NO_TERMINAL = "Error: Cannot perform an interactive login from a non TTY device"


def _search(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    filters = parse_filters(parsed["filter"])
    if "is-automated" in filters:
        io.complain('WARNING: the "is-automated" filter is deprecated, and searching for '
                    '"is-automated=true" will not yield any results in future.')
    found = daemon.search(
        parsed.arguments[0], limit=parsed["limit"] if parsed["limit"] > 0 else None,
        filters=filters)
    table = rows.search_rows(found, truncate=not parsed["no-trunc"])
    return print_rows(io, table, rows.SEARCH_HEADERS, parsed["format"], _TABLE)


def _login(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    server = parsed.arguments[0] if parsed.arguments else ""
    user, password = _given_account(io, parsed)
    if not user and not password and (known := daemon.account(server)):
        io.print(f"Authenticating with existing credentials... [Username: {known}]\n\n"
                 " Info -> To login with a different account, run 'docker logout' followed by "
                 "'docker login'\n\n")
        daemon.login(server, known, "")
        io.print("Login Succeeded")
        return 0
    if not user:
        user = _typed(daemon, io, "Username: ")
        if not user:
            raise ClientError("Error: Non-null Username Required")
    if not password:
        password = _typed(daemon, io, "Password: ")
        io.print("")
        if not password:
            raise ClientError("Error: Password Required")
    daemon.login(server, user, password)
    io.print("Login Succeeded")
    return 0


def _given_account(io: Io, parsed: Parsed) -> tuple[str, str]:
    """Return user and password from the command line and standard input, as far as given.

    Raises:
        ClientError: the flags contradict each other.
    """
    user, password = parsed["username"], parsed["password"]
    for name, value in (("username", user), ("password", password)):
        if name in parsed.given and not value:
            raise ClientError(f"{name} is empty")
    if password:
        if parsed["password-stdin"]:
            raise ClientError(
                "conflicting options: cannot specify both --password and --password-stdin")
        io.complain("WARNING! Using --password via the CLI is insecure. Use --password-stdin.")
    if parsed["password-stdin"]:
        if not user:
            raise ClientError("the --password-stdin option requires --username to be set")
        password = io.stdin.read(_MAX_PASSWORD).decode("utf-8", "replace").rstrip("\r\n")
    return user, password


def _typed(daemon: Daemon, io: Io, prompt: str) -> str:
    """Ask at the terminal.

    Raises:
        ClientError: there is none.
    """
    if io.read_line is None:
        raise ClientError(_NO_TERMINAL)
    io.out(encode(prompt))
    with daemon.released():
        line = io.read_line()
    return line.decode("utf-8", "replace").strip()


def _logout(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    server = parsed.arguments[0] if parsed.arguments else INDEX
    daemon.logout(server)
    io.print(f"Removing login credentials for {server}")
    return 0


def without_password(words: Sequence[str]) -> list[str]:
    """Return a command line of ``docker login`` as it may be written down."""
    shown: list[str] = []
    for word in words:
        if shown and re.fullmatch(r"--password|-[^-]*p", shown[-1]):
            shown.append(_HIDDEN)
        elif match := re.match(r"--password=|-[^-]*p=?(?=.)", word):
            shown.append(match[0] + _HIDDEN)
        else:
            shown.append(word)
    return shown


def with_password(words: Sequence[str], password: str) -> list[str]:
    """Return a command line of ``docker login`` as it was before it was written down."""
    return [
        word.removesuffix(_HIDDEN) + password if word.endswith(_HIDDEN) else word
        for word in words]


COMMANDS = (
    Command("search", "[OPTIONS] TERM", _search,
            (many("filter", "f"), flag("format"), number("limit"), switch("no-trunc")), 1, 1),
    Command("login", "[OPTIONS] [SERVER]", _login,
            (flag("password", "p"), switch("password-stdin"), flag("username", "u")), 0, 1,
            reads_stdin=lambda parsed: bool(parsed["password-stdin"])),
    Command("logout", "[SERVER]", _logout, (), 0, 1),
)
