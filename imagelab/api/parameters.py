"""Parameters of a request as they stand in its query, or in a body that is a form."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from imagelab.model.outcome import BadRequest, EngineError

#: Most parameters of a request.
_MAX_PARAMETERS = 10_000
#: A number has fewer digits.
_MAX_DIGITS = 19
_NO_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}")


def check_escapes(text: str) -> None:
    """Refuse what has no escape after ``%``.

    Raises:
        BadRequest: in Go's words.
    """
    if wrong := _NO_ESCAPE.search(text):
        raise BadRequest(f'invalid URL escape "{wrong[0]}"')


def parameters(query: str) -> dict[str, list[str]]:
    """Return parameters by name.

    Raises:
        BadRequest: there is no end of them, or there is a semicolon.
    """
    if ";" in query:
        raise BadRequest("invalid semicolon separator in query")
    try:
        return parse_qs(query, keep_blank_values=True, errors="surrogateescape",
                        max_num_fields=_MAX_PARAMETERS)
    except ValueError as error:
        raise BadRequest(f"imagelab: there are too many parameters: {error}") from error


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
