"""The client: a command line goes to a lab, its output comes back, and input where it is wanted."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from imagelab.client import wire
from imagelab.client.door import NoLab, connect
from imagelab.client.keys import Keys

#: Exit codes, as a shell has them: this and the signal's number, and that for Ctrl-C.
_ENDED_BY_SIGNAL = 128
_INTERRUPTED = _ENDED_BY_SIGNAL + signal.SIGINT
_IN, _OUT, _ERR = 0, 1, 2


def main() -> int:
    """Run the command line and return its exit code."""
    _keep_standard_streams()
    try:
        with connect() as lab:
            pending = _begun(lab)
            return _Talk(lab, pending).run()
    except NoLab as none:
        _complain(str(none))
    except KeyboardInterrupt:
        return _INTERRUPTED
    except OSError as error:
        _complain(f"docker: the lab has gone: {error.strerror or error}")
    return 1


def _keep_standard_streams() -> None:
    """Have something stand in for those that are closed, before a socket takes their numbers."""
    for number in (_IN, _OUT, _ERR):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)


# --- the request ---------------------------------------------------------------------------

def _begun(lab: socket.socket) -> bytearray:
    """Send the command line; return what has come of the answer to it already.

    Raises:
        NoLab: whoever is there is none, or wants nothing of this.
    """
    body = json.dumps({
        "Words": sys.argv[1:], "Folder": _folder(), "Environment": dict(os.environ),
        "StdinIsTerminal": os.isatty(_IN), "StdoutIsTerminal": os.isatty(_OUT)}).encode()
    head = (f"POST {wire.PATH} HTTP/1.1\r\nHost: docker\r\nUser-Agent: {wire.AGENT}\r\n"
            "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n")
    lab.sendall(head.encode() + body)
    answer = bytearray()
    while b"\r\n\r\n" not in answer:
        data = lab.recv(wire.MOST)
        if not data:
            raise NoLab("docker: the lab has gone")
        answer += data
    status, rest = bytes(answer.split(b" ", 2)[1]), answer.partition(b"\r\n\r\n")[2]
    if status != b"101":
        raise NoLab(_refusal(status, rest))
    return rest


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError as error:
        raise NoLab(f"docker: the current folder: {error.strerror}") from error


def _refusal(status: bytes, body: bytearray) -> str:
    if status == b"404":
        return (f"docker: {os.environ.get('DOCKER_HOST', 'there')} is no lab: this docker runs "
                "commands in a lab of imagelab only")
    try:
        return f"docker: {json.loads(body)['message']}"
    except (ValueError, KeyError, TypeError):
        return f"docker: the lab answers {status.decode('ascii', 'replace')}"


# --- the conversation ----------------------------------------------------------------------

class _Talk:
    """A command at work."""

    def __init__(self, lab: socket.socket, pending: bytearray) -> None:
        self._lab = lab
        self._pending = pending
        self._keys = Keys(_IN)
        self._wants_input = False
        self._presses = 0
        self._is_unread = False

    def run(self) -> int:
        """Talk until the command has ended; return its exit code."""
        woken, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self._pressed)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told_to_end)
        try:
            while True:
                while found := wire.first(self._pending):
                    code = self._take(*found)
                    if code is not None:
                        return code
                self._wait(woken)
        finally:
            self._keys.restore()

    def _pressed(self, number: int, frame: FrameType | None) -> None:
        """Note Ctrl-C; a second one, before anything came of the first, ends the client."""
        self._presses += 1
        if self._presses > 1:
            self._told_to_end(number, frame)

    def _told_to_end(self, number: int, _: FrameType | None) -> None:
        self._keys.restore()
        os._exit(_ENDED_BY_SIGNAL + number)

    def _wait(self, woken: int) -> None:
        """Wait until something happens, and see to it."""
        inputs: list[Any] = [self._lab, woken]
        if self._wants_input:
            inputs.append(_IN)
        ready, _, _ = select.select(inputs, [], [])
        if woken in ready:
            os.read(woken, 64)
            self._interrupt()
        if self._lab in ready:
            data = self._lab.recv(wire.MOST)
            if not data:
                raise ConnectionResetError(None, "it no longer answers")
            self._pending += data
        if _IN in ready:
            self._send(wire.GIVEN, self._keys.read(wire.MOST))
            self._wants_input = False

    def _interrupt(self) -> None:
        if self._presses:
            self._wants_input = False
            self._keys.restore()
            self._send(wire.INTERRUPTED)
            self._presses = 0

    def _take(self, kind: int, data: bytes) -> int | None:
        """Take a frame; return the exit code if the command has ended."""
        if kind == wire.ENDED:
            return int(data) or int(self._is_unread)
        if kind == wire.WANTED:
            self._keys.prepare(data)
            self._wants_input = True
        elif kind in (wire.OUT, wire.ERR):
            self._write(_OUT if kind == wire.OUT else _ERR, data)
        return None

    def _write(self, where: int, data: bytes) -> None:
        try:
            while data:
                data = data[os.write(where, data):]
        except OSError:  # whoever read it has gone
            if not self._is_unread:
                self._is_unread = True
                self._send(wire.UNREAD)

    def _send(self, kind: int, data: bytes = b"") -> None:
        with suppress(BrokenPipeError):  # the lab has ended it, as what is to be read will say
            self._lab.sendall(wire.frame(kind, data))
