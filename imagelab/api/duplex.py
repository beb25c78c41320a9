"""A hijacked connection: raw input from the client, and output to it."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import struct
import sys
from asyncio import StreamReader, StreamWriter

#: Seconds between the head of a hijacked connection and the first output, if nobody tells whether
#: the client has read the head. If somebody does: seconds for that, and between two looks.
HEAD_PAUSE = 0.03
_HEAD_SECONDS = 5.0
_HEAD_LOOK = 0.001
_CHUNK = 64 << 10
#: Seconds between looks whether the client has gone.
_LOOK = 0.5
#: Process, user and group at the other end of a socket (unix(7)).
_CREDENTIALS = struct.Struct("3i")
_NUMBER = struct.Struct("i")


def frame(stream: int, data: bytes) -> bytes:
    """Return output of a process without a terminal: 8 bytes of head, and the data."""
    return struct.pack(">BxxxL", stream, len(data)) + data


class Duplex:
    """Both directions of a connection."""

    def __init__(
        self, reader: StreamReader, writer: StreamWriter, begun: bytes, pause: float,
    ) -> None:
        """Go on with a connection.

        Args:
            reader: the client's bytes.
            writer: takes ours.
            begun: what the client sent already.
            pause: seconds before the first output, for a client that needs it; else 0.
        """
        self._reader = reader
        self._writer = writer
        self._begun = begun
        self._pause = pause
        self._opened = asyncio.get_running_loop().time()
        self._is_open = not pause

    async def read(self) -> bytes:
        """Return what the client sends next; nothing once its side is closed."""
        if self._begun:
            begun, self._begun = self._begun, b""
            return begun
        try:
            return await self._reader.read(_CHUNK)
        except OSError:
            return b""

    def is_of_this_user(self) -> bool:
        """Whether this process's user or root is at the other end, as far as the system tells.

        Where it does not, a socket's mode has kept others away.
        """
        asked = getattr(socket, "SO_PEERCRED", None)
        if asked is None:
            return True
        own = self._writer.get_extra_info("socket")
        _, user, _ = _CREDENTIALS.unpack(
            own.getsockopt(socket.SOL_SOCKET, asked, _CREDENTIALS.size))
        return user in (0, os.geteuid())

    async def until_gone(self) -> None:
        """Wait, after the client has closed its side, until it has closed both.

        Only a unix socket tells; a port's other end is known to have gone when it is written to.
        """
        own = self._writer.get_extra_info("socket")
        if not hasattr(select, "poll"):
            await asyncio.Event().wait()
        if self._writer.is_closing():
            return
        look = select.poll()
        look.register(own.fileno(), 0)  # its end is told unasked
        # A closed socket's number may be another's soon.
        while not self._writer.is_closing() and not look.poll(0):
            await asyncio.sleep(_LOOK)

    async def write(self, data: bytes) -> None:
        """Send bytes, as fast as the client takes them.

        Raises:
            ConnectionError: it has gone.
        """
        await self._until_head_is_read()
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError as error:
            # The writer keeps its own error, and with it, in its traceback, all that is at work.
            raise ConnectionResetError from error

    async def _until_head_is_read(self) -> None:
        """Wait with the first output, that it does not arrive together with the head.

        docker-py would lose it: it reads the socket beneath a buffer that has swallowed it.
        """
        while not self._is_open and not self._writer.is_closing():
            unread = self._unread()
            most = self._pause if unread is None else _HEAD_SECONDS
            left = self._opened + most - asyncio.get_running_loop().time()
            if unread == 0 or left <= 0:
                self._is_open = True
            else:
                await asyncio.sleep(left if unread is None else _HEAD_LOOK)

    def _unread(self) -> int | None:
        """Return what the other end of a socket has not read yet; None if the system keeps it."""
        own = self._writer.get_extra_info("socket")
        if sys.platform != "linux" or own.family != socket.AF_UNIX:
            return None
        from fcntl import ioctl
        from termios import TIOCOUTQ

        (unread,) = _NUMBER.unpack(ioctl(own.fileno(), TIOCOUTQ, _NUMBER.pack(0)))
        return int(unread)
