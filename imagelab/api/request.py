"""A request as handlers see it, with both dialects of what clients put into queries."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile, gettempdir
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, unquote

from imagelab.api.body import Body
from imagelab.api.go_json import parsed
from imagelab.api.go_types import WrongKind, flag, kind_of, listed, mapped, read, text
from imagelab.engine.filters import Filters
from imagelab.formats.timestamp import parse_unix
from imagelab.model.outcome import BadRequest, EngineError
from imagelab.storage.errors import StorageError
from imagelab.storage.room import LOOK, check_room

#: Most bytes of a request that is a document.
MAX_DOCUMENT = 4 << 20
#: Bytes of an upload that are kept in memory.
_IN_MEMORY = 1 << 20
#: A number has fewer digits.
_MAX_DIGITS = 19
#: Most parameters of a query.
_MAX_PARAMETERS = 10_000
#: The two forms of filters.
_SETS, _LISTS = mapped(mapped(flag())), mapped(listed(text()))
_FALSE = frozenset({"", "0", "no", "none", "false"})
#: A target that is a whole URL, and where a target has no escape after ``%``.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?@]*@)?(?P<host>[^/?]*)(?P<rest>/.*)?")
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")


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
        if wrong := _NO_ESCAPE.search(target):
            raise BadRequest(f'invalid URL escape "{wrong[0]}"')
        path, _, query = target.partition("?")
        if ";" in query:
            raise BadRequest("invalid semicolon separator in query")
        try:
            parameters = parse_qs(
                query, keep_blank_values=True, errors="surrogateescape",
                max_num_fields=_MAX_PARAMETERS)
        except ValueError as error:
            raise BadRequest(f"imagelab: the query has too many parameters: {error}") from error
        decoded = unquote(path, errors="surrogateescape")
        return cls(method, decoded, parameters, headers, body, query)

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
        for side in ("h", "w"):
            try:
                whole(self.text(side))
            except EngineError as error:
                raise BadRequest(error.message) from error

    @property
    def filters(self) -> Filters:
        """The filters, as ``{"name": {"value": true}}`` or as ``{"name": ["value"]}``.

        Raises:
            EngineError: they are not JSON, or of another shape, in Go's words.
        """
        text = self.text("filters")
        if not text:
            return {}
        data = parsed(text, status=500)
        try:
            # Go looks at the values' names only, whatever stands behind them.
            return {name: list(values or ()) for name, values in (read(_SETS, data) or {}).items()}
        except WrongKind:
            with suppress(WrongKind):
                return {name: values or [] for name, values in read(_LISTS, data).items()}
            raise

    # --- the body --------------------------------------------------------------------------

    async def document(self) -> dict[str, Any]:
        """Read a body that is a JSON object; an empty one if there is none.

        Raises:
            EngineError: it is none, or too large.
        """
        data = await self.body.read(MAX_DOCUMENT)
        if not data:
            return {}
        given = self.headers.get("content-type", "")
        if given.partition(";")[0].strip().lower() != "application/json":
            raise BadRequest(f"Content-Type specified ({given}) must be 'application/json'")
        document = parsed(
            data.decode("utf-8", "surrogateescape"), status=500, cut="unexpected EOF")
        if document is None:
            return {}
        if not isinstance(document, dict):
            raise WrongKind(f"json: cannot unmarshal {kind_of(document)} into Go value of a struct")
        return document

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


def _keep(file: SpooledTemporaryFile[bytes], pieces: list[bytes]) -> None:
    try:
        if file.tell() % LOOK < 2 * _IN_MEMORY:  # about as much is written at a time
            check_room(gettempdir())
        file.writelines(pieces)
    except (OSError, StorageError) as error:
        raise EngineError(f"imagelab: the request cannot be kept: {error}") from error


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        EngineError: it is none, in Go's words (500: most of the daemon's handlers do not say that
            this is the client's fault).
    """
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise EngineError(f'strconv.Atoi: parsing "{text}": invalid syntax')
    if len(digits) >= _MAX_DIGITS:
        raise EngineError(f'strconv.Atoi: parsing "{text}": value out of range')
    return int(text)

