"""What a registry's refusals are called: its own words, as a daemon passes them on."""

from __future__ import annotations

from typing import Any

from imagelab.formats.json_text import parsed
from imagelab.model.outcome import EngineError

#: Bytes that a refusal's body may have.
MAX_BODY = 1 << 20
#: Letters of a server's text that a message shows.
_SHOWN = 400

#: Codes of the distribution spec, and the message that each has unless the server says more.
_USUAL = {
    "BLOB_UNKNOWN": "blob unknown to registry",
    "BLOB_UPLOAD_INVALID": "blob upload invalid",
    "BLOB_UPLOAD_UNKNOWN": "blob upload unknown to registry",
    "DENIED": "requested access to the resource is denied",
    "DIGEST_INVALID": "provided digest did not match uploaded content",
    "MANIFEST_BLOB_UNKNOWN": "blob unknown to registry",
    "MANIFEST_INVALID": "manifest invalid",
    "MANIFEST_UNKNOWN": "manifest unknown",
    "NAME_INVALID": "invalid repository name",
    "NAME_UNKNOWN": "repository name not known to registry",
    "SIZE_INVALID": "provided length did not match content length",
    "TOOMANYREQUESTS": "too many requests",
    "UNAUTHORIZED": "authentication required",
    "UNAVAILABLE": "service unavailable",
    "UNSUPPORTED": "The operation is unsupported.",
}


class Refused(EngineError):
    """A registry refused.

    Attributes:
        code: the distribution spec's code of the refusal; empty for an answer without one.
        plain: whether the server said nothing but its code; a daemon then adds nothing either.
        temporary: whether asking again may help.
    """

    def __init__(
        self, message: str, code: str = "", status: int = 500, *, plain: bool = False,
        temporary: bool = False,
    ) -> None:
        """Keep the words, the code and the HTTP status."""
        super().__init__(message, status)
        self.code = code
        self.plain = plain
        self.temporary = temporary


def refusal(status: int, reason: str, body: bytes) -> Refused:
    """Return the error that an answer of 400 and more means.

    Args:
        status: the answer's code.
        reason: code and words, ``404 Not Found``.
        body: the beginning of its body.
    """
    if not 400 <= status < 500:
        return Refused(f"received unexpected HTTP status: {reason}", temporary=status >= 500)
    try:
        answer = parsed(body)
    except ValueError:
        answer = None
    if isinstance(answer, dict):
        if status == 401 and isinstance(details := answer.get("details"), str) and details:
            return Refused(f"unauthorized: {line(details)}", "UNAUTHORIZED", status)
        errors = answer.get("errors")
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return _first(errors[0], status)
    if status == 401:
        return Refused("unauthorized: authentication required", "UNAUTHORIZED", status)
    if answer is None:
        text = body.decode("utf-8", "replace")
        return Refused(f"error parsing HTTP {status} response body: {_complaint(text)}: "
                       f'"{line(text)}"', "", status)
    return Refused(f"received unexpected HTTP status: {reason}", "", status)


def _complaint(text: str) -> str:
    """Return what Go says of a text that is no JSON, as far as its beginning tells."""
    first = text.lstrip()[:1]
    if not first:
        return "unexpected end of JSON input"
    if first not in '{["-0123456789tfn':
        return f"invalid character '{line(first)}' looking for beginning of value"
    return "it is no JSON"


def _first(error: dict[str, Any], status: int) -> Refused:
    code = str(error.get("code") or "UNKNOWN")
    name = line(code.lower().replace("_", " "))
    message = error.get("message")
    usual = _USUAL.get(code, "")
    if error.get("detail") is None and message in (usual, "", None):
        return Refused(name, code, status, plain=True)
    return Refused(f"{name}: {line(str(message or usual))}", code, status)


def line(text: str) -> str:
    """Return a server's text as the short printable line that a message may hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text[:_SHOWN]).strip()
