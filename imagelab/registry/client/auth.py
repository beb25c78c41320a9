"""Logging in at a registry: what it asks for, and the tokens it gives (RFC 7235, RFC 6750)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from imagelab.formats.json_text import parsed
from imagelab.registry.client.address import Origin, join
from imagelab.registry.client.errors import MAX_BODY, Refused, line, refusal
from imagelab.registry.client.transport import Request, asked

#: Who asks, as a docker client puts it to token servers.
_CLIENT = "docker"
_MAX_HEADER = 8 << 10
_TOKEN = re.compile(r"[\x21-\x7e]+")
_SCHEME = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)\s*")
_PARAMETER = re.compile(r'[\s,]*([A-Za-z0-9_-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')


@dataclass(frozen=True)
class Account:
    """A user and what proves it, which no repr shows."""

    user: str
    secret: str = field(repr=False)

    @property
    def basic(self) -> str:
        """The header of basic authentication (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.user}:{self.secret}".encode()).decode()


class Challenge(NamedTuple):
    """What a server asks for.

    Attributes:
        scheme: ``basic``, ``bearer`` …
        parameters: what belongs to it, by lower-case name.
    """

    scheme: str
    parameters: dict[str, str]


def challenge_in(headers: Iterable[str]) -> Challenge | None:
    """Return what ``WWW-Authenticate`` asks for: a token where it offers that, else a password."""
    found: dict[str, Challenge] = {}
    for header in headers:
        match = _SCHEME.match(header[:_MAX_HEADER])
        if match:
            scheme = match[1].lower()
            rest = header[match.end() : _MAX_HEADER]
            found.setdefault(scheme, Challenge(scheme, dict(_parameters(rest))))
    return found.get("bearer") or found.get("basic")


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and values up to what is none; a search beyond that could take hours."""
    at = 0
    while match := _PARAMETER.match(text, at):
        name, quoted, word = match.groups()
        yield name.lower(), word or re.sub(r"\\(.)", r"\1", quoted)
        at = match.end()


def token(
    origin: Origin, challenge: Challenge, account: Account | None, scopes: Iterable[str],
) -> str:
    """Fetch a token from where the challenge says, if that is the registry itself.

    Args:
        origin: the registry.
        challenge: what it asked for.
        account: whom the token is for; nobody if left out.
        scopes: what it is to allow, ``repository:a/b:pull``.

    Raises:
        Refused: the server is another host, or gives none.
        NetworkError: it does not answer.
    """
    realm = challenge.parameters.get("realm", "")
    path = join(origin, "/", realm) if realm.startswith(("http://", "https://")) else None
    if path is None:
        raise Refused(elsewhere("asks for a token from", realm))
    fields = [("account", account.user)] if account else []
    fields += [("client_id", _CLIENT)] if account else []
    fields += [("scope", scope) for scope in scopes]
    if service := challenge.parameters.get("service"):
        fields.append(("service", service))
    path += ("&" if "?" in path else "?") + urlencode(fields)
    headers = {"Authorization": account.basic} if account else {}
    with asked(Request(origin, path, headers=headers)) as answer:
        body = answer.read(MAX_BODY)
        if answer.status != 200:
            raise refusal(answer.status, answer.reason, body)
    return _token_in(body)


def _token_in(body: bytes) -> str:
    try:
        answer = parsed(body)
    except ValueError:
        raise Refused("unable to decode token response: it is no JSON") from None
    found = answer.get("token") or answer.get("access_token") if isinstance(answer, dict) else None
    if not isinstance(found, str) or not _TOKEN.fullmatch(found):
        raise Refused("authorization server did not include a token in the response")
    return found


def elsewhere(what: str, where: str) -> str:
    """Return the refusal of whatever leads away from the registry that was named."""
    return (f"the registry {what} another address, {line(where)}: imagelab talks to the registry "
            "that was named and to no other, without exception")
