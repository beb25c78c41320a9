"""cat."""

from __future__ import annotations

from imagelab.model.content import Content
from imagelab.model.file_error import FileError
from imagelab.shell.programs.io import Io
from imagelab.shell.programs.options import parse
from imagelab.shell.streams import ClosedError


def cat(argv: list[str], io: Io) -> int:
    """Print files."""
    options, args = parse(io, argv, "nbsvetAETu")
    args = args or ["-"]
    state = io.state or {"at": 0, "status": 0, "line": 0}
    while state["at"] < len(args):
        path = args[state["at"]]
        io.state = state
        try:
            if path == "-" and not options:
                while (content := io.host.read_some(io.fds.get(0), 1 << 62)).size:
                    io.out(content)
            else:
                _show(io, io.content(path), options, state)
        except FileError as error:
            text = f"{path}: {error.message}"
            if not io.gnu and error.code != "EISDIR":
                text = f"can't open '{path}': {error.message}"
            elif not io.gnu:
                text = "read error: Is a directory"
            state["status"] = io.fail(text)
        except ClosedError:
            state["status"] = io.fail("-: Bad file descriptor")
        state["at"] += 1
    return int(state["status"])


def _show(io: Io, content: Content, options: dict[str, list[str]], state: dict[str, int]) -> None:
    if not options or set(options) <= {"u"}:
        io.out(content)
        return
    io.host.budget.take("words", content.size)
    out: list[bytes] = []
    blank = False
    for line in content.read().splitlines(keepends=True):
        body, end = (line[:-1], b"\n") if line.endswith(b"\n") else (line, b"")
        if "s" in options and not body and blank:
            continue
        blank = not body
        if set(options) & set("vetA"):
            body = b"".join(_visible(c) for c in body)
        if set(options) & set("tTA"):
            body = body.replace(b"\t", b"^I")
        if set(options) & set("eEA"):
            body += b"$"
        if "b" in options and blank:
            out.append(body + end)
            continue
        if set(options) & {"n", "b"}:
            state["line"] += 1
            out.append(b"%6d\t" % state["line"])
        out.append(body + (end if io.gnu or not set(options) & {"n", "b"} else b"\n"))
    io.out(b"".join(out))


def _visible(code: int) -> bytes:
    front = b""
    if code >= 128:
        front, code = b"M-", code - 128
    if code in (9, 10) and not front:
        return bytes([code])
    if code < 32:
        return front + b"^" + bytes([code + 64])
    return front + (b"^?" if code == 127 else bytes([code]))
