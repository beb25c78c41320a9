"""A request as handlers see it, with both dialects of what clients put into queries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any, BinaryIO, cast
from urllib.parse import unquote

from imagelab.api.body import Body
from imagelab.api.go_json import NoDocument, first, parsed
from imagelab.api.go_types import Kind, WrongKind, flag, listed, mapped, read, text
from imagelab.api.parameters import check_escapes, parameters, whole
from imagelab.engine.filters import Filters
from imagelab.formats.timestamp import parse_unix
from imagelab.model.outcome import BadRequest, EngineError
from imagelab.storage.errors import StorageError
from imagelab.storage.room import LOOK, check_room

#: Most bytes of a request that is a document.
MAX_DOCUMENT = 4 << 20
#: Most bytes of parameters in a body (Go's ``net/http``), and whose bodies may have some.
_MAX_FORM = 10 << 20
_FORM, _WITH_FORMS = "application/x-www-form-urlencoded", ("POST", "PUT")
#: Bytes of an upload that are kept in memory.
_IN_MEMORY = 1 << 20
#: The two forms of filters.
_SETS, _LISTS = mapped(mapped(flag())), mapped(listed(text()))
_FALSE = frozenset({"", "0", "no", "none", "false"})
#: A target that is a whole URL.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?@]*@)?(?P<host>[^/?]*)(?P<rest>/.*)?")


@dataclass(frozen=True)
class Request:
    """A request, its body still to be read.

    Attributes:
        method: ``GET``, ``POST`` …
        path: decoded, without the query.
        query: values by name, in the order given.
        headers: by their names in lower case.
        body: what follows the head.
        raw_query: the query as it came.
    """

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: Body
    raw_query: str = ""

    @classmethod
    def read(cls, method: str, target: str, headers: Mapping[str, str], body: Body) -> Request:
        """Return a request by its target, as it stands in the first line.

        A target that is a whole URL says itself whose it is, whatever ``Host`` says.

        Raises:
            BadRequest: it is none, or there is no end of parameters.
        """
        whole_url = _URL.fullmatch(target)
        if whole_url:
            headers = {**headers, "host": whole_url["host"]}
            target = whole_url["rest"] or "/"
        if not target.startswith("/") and target != "*":
            raise BadRequest(f"imagelab: {target[:80]!r} is no path")
        check_escapes(target)
        path, _, query = target.partition("?")
        decoded = unquote(path, errors="surrogateescape")
        return cls(method, decoded, parameters(query), headers, body, query)

    # --- the query -------------------------------------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter's first value."""
        return self.query.get(name, [default])[0]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return all values of a parameter."""
        return tuple(self.query.get(name, ()))

    def flag(self, name: str, default: bool = False) -> bool:
        """Return a parameter that is true or false; ``True`` and ``1`` are what clients send."""
        if name not in self.query:
            return default
        return self.text(name).strip().lower() not in _FALSE

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter that is a whole number; ``default`` for none.

        Raises:
            EngineError: it is none, in Go's words.
        """
        text = self.text(name).strip()
        return whole(text) if text else default

    def moment(self, name: str) -> int | None:
        """Return a parameter that is a time in Unix seconds, in nanoseconds; None for none.

        Raises:
            EngineError: it is no time, in Go's words.
        """
        text = self.text(name)
        try:
            return parse_unix(text) if text else None
        except ValueError as error:
            raise EngineError(str(error)) from error

    def check_size(self) -> None:
        """Refuse the size of a terminal, which changes nothing in the lab, if it is none.

        Raises:
            BadRequest: a side is no whole number, in Go's words.
        """
        with blamed():
            for side in ("h", "w"):
                whole(self.text(side))

    @property
    def filters(self) -> Filters:
        """The filters, as ``{"name": {"value": true}}`` or as ``{"name": ["value"]}``.

        Raises:
            EngineError: they are not JSON, or of another shape, in Go's words.
        """
        text = self.text("filters")
        if not text:
            return {}
        data = parsed(text)
        try:
            # Go looks at the values' names only, whatever stands behind them.
            return {name: list(values or ()) for name, values in (read(_SETS, data) or {}).items()}
        except WrongKind:
            with suppress(WrongKind):
                return {name: values or [] for name, values in read(_LISTS, data).items()}
            raise

    # --- the body --------------------------------------------------------------------------

    @property
    def length(self) -> int:
        """Bytes that the body has; -1 if that is not said."""
        if "transfer-encoding" in self.headers:
            return -1
        return int(self.headers.get("content-length", "0"))

    @property
    def has_form(self) -> bool:
        """Whether the body is said to be parameters."""
        return self.method in _WITH_FORMS and self._media_type == _FORM

    @property
    def _media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def with_form(self) -> Request:
        """Return the request with the parameters of its body, which win over those of the query.

        Raises:
            EngineError: they are none, or too many.
        """
        sent = (await self.body.read(_MAX_FORM)).decode("utf-8", "surrogateescape")
        check_escapes(sent)
        form = parameters(sent)
        return replace(self, query={
            name: [*form.get(name, ()), *self.query.get(name, ())]
            for name in (*form, *self.query)})

    async def document(self) -> Any:
        """Read a body that is JSON, and is said to be.

        Raises:
            EngineError: it is said to be something else (400), or as for :meth:`json`.
        """
        given = self.headers.get("content-type", "")
        if (given or self.length) and self._media_type != "application/json":
            raise BadRequest(f"Content-Type specified ({given}) must be 'application/json'")
        return await self.json()

    async def json(self) -> Any:
        """Read a body that is JSON; what follows its first value counts for nothing.

        Raises:
            NoDocument: there is none.
            EngineError: it is none (500), or too large.
        """
        data = await self.body.read(MAX_DOCUMENT)
        return first(data.decode("utf-8", "surrogateescape"))

    async def checked(self, kind: Kind) -> Any:
        """Read a document as the newer ones of the daemon's handlers do.

        Raises:
            BadRequest: it is none, or of another kind.
            EngineError: it is too large.
        """
        with blamed():
            try:
                document = await self.document()
            except NoDocument as error:
                raise BadRequest("got EOF while reading request body") from error
            return read(kind, document)

    async def spooled(self) -> BinaryIO:
        """Read the body into a file, a large one on disk, and return that at its beginning.

        Whoever asks for it closes it.

        Raises:
            EngineError: it is too large, breaks off, or finds no room.
        """
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - whoever asked closes it
        pieces: list[bytes] = []
        size = 0
        try:
            async for piece in self.body:
                pieces.append(piece)
                size += len(piece)
                if size >= _IN_MEMORY:  # others are served while a disk is slow
                    await asyncio.to_thread(_keep, file, pieces)
                    pieces, size = [], 0
            _keep(file, pieces)
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return cast(BinaryIO, file)

    @asynccontextmanager
    async def upload(self) -> AsyncIterator[BinaryIO]:
        """Give the file of :meth:`spooled`, and close it.

        Raises:
            EngineError: as there.
        """
        with await self.spooled() as file:
            yield file


@contextmanager
def blamed(front: str = "") -> Iterator[None]:
    """Have a fault in what is read meanwhile told as the client's: 400 instead of 500.

    Args:
        front: what the message is to begin with.
    """
    try:
        yield
    except EngineError as error:
        if error.status != 500:
            raise
        raise BadRequest(f"{front}{error.message}") from error


def _keep(file: SpooledTemporaryFile[bytes], pieces: list[bytes]) -> None:
    try:
        if file.tell() % LOOK < 2 * _IN_MEMORY:  # about as much is written at a time
            check_room(gettempdir())
        file.writelines(pieces)
    except (OSError, StorageError) as error:
        raise EngineError(f"imagelab: the request cannot be kept: {error}") from error
