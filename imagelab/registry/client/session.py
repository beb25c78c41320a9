"""A conversation with one registry: how it is reached, who asks, what may be followed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from imagelab.model.outcome import EngineError
from imagelab.registry.client.address import Origin, is_loopback, join, origin_of
from imagelab.registry.client.auth import Account, Challenge, challenge_in, elsewhere, token
from imagelab.registry.client.errors import MAX_BODY, Refused, line, refusal
from imagelab.registry.client.transport import Answer, NotTls, Request, asked

#: Seconds in which a registry must say that it is there, as for a daemon.
_PING_SECONDS = 15.0
_MAX_REDIRECTS = 5
#: A token that names no end is good for sixty seconds (distribution project, "token").
_TOKEN_SECONDS = 50.0
_REDIRECTS = (301, 302, 303, 307, 308)


class Session:
    """A registry, as one account sees it. Nothing is asked before the first request.

    Attributes:
        host: the registry as the user named it, ``localhost:5000``.
    """

    def __init__(self, host: str, account: Account | None = None) -> None:
        """Name the registry and who asks; nobody in particular if left out."""
        self.host = host
        self._account = account
        self._met: tuple[Origin, Challenge | None] | None = None
        self._tokens: dict[tuple[str, ...], tuple[str, float]] = {}

    @contextmanager
    def asked(
        self, method: str, path: str, *, scopes: tuple[str, ...] = (),
        accept: tuple[str, ...] = (), content_type: str = "",
        body: Callable[[], Iterator[bytes]] | None = None, size: int = 0, seconds: float = 0.0,
    ) -> Iterator[Answer]:
        """Send a request and yield its answer, which is none of 400 and more.

        Args:
            method: ``GET`` …
            path: the path; it begins with a slash.
            scopes: what a token must allow for it.
            accept: media types that are understood.
            content_type: media type of the body.
            body: makes the body.
            size: bytes of it.
            seconds: how long all may take, if not as long as for a document.

        Raises:
            Refused: it refuses, or leads to another host.
            NetworkError: it does not answer.
        """
        origin, challenge = self._meet()
        request = Request(origin, path, method, size=size)
        headers = {"Accept": ", ".join(accept)} if accept else {}
        if content_type:
            headers["Content-Type"] = content_type
        try:
            headers |= self._authorization(challenge, scopes)
        except EngineError as error:
            # Of a push, a daemon tells what went wrong, not where.
            raise (_named(request, error) if method == "GET" else error) from None
        request = replace(request, headers=headers, seconds=seconds)
        with ExitStack() as stack:
            answer = self._followed(stack, request, body)
            if answer.status >= 400:
                raise refusal(answer.status, answer.reason, answer.read(MAX_BODY))
            yield answer

    def location(self, path: str, answer: Answer) -> str:
        """Return the path on the registry that an answer's ``Location`` means.

        Raises:
            Refused: there is none, or it is on another host.
        """
        where = answer.header("Location")
        found = self.path_of(path, where) if where else None
        if found is None:
            raise Refused(elsewhere("leads to", where) if where
                                else "the registry does not say where to send a blob")
        return found

    def path_of(self, path: str, where: str) -> str | None:
        """Return the path that an answer's address means, None where that is another host's.

        Args:
            path: what was asked for, from which a relative address starts.
            where: the address.
        """
        return join(self._meet()[0], path, where)

    def log_in(self) -> None:
        """See whether the account is one of the registry's.

        Raises:
            Refused: it is not.
            NetworkError: it does not answer.
        """
        origin, challenge = self._meet()
        request = Request(origin, "/v2/", seconds=_PING_SECONDS)
        try:
            request = replace(request, headers=self._authorization(challenge, ()))
        except EngineError as error:
            raise _named(request, error) from None
        with asked(request) as answer:
            if answer.status != 200:
                raise Refused(f"login attempt to {origin.url('/v2/')} failed with status: "
                                    f"{answer.reason}")

    def _followed(
        self, stack: ExitStack, request: Request, body: Callable[[], Iterator[bytes]] | None,
    ) -> Answer:
        """Send a request, and again where the same host has moved what is read."""
        for _ in range(_MAX_REDIRECTS):
            answer = stack.enter_context(asked(replace(request, body=body() if body else None)))
            if answer.status not in _REDIRECTS:
                return answer
            if request.method not in ("GET", "HEAD"):
                raise Refused(f"received unexpected HTTP status: {answer.reason}")
            request = replace(request, path=self.location(request.path, answer))
        raise Refused(f"{request.shown}stopped after {_MAX_REDIRECTS} redirects")

    def meet(self) -> None:
        """See whether the registry answers.

        Raises:
            EngineError: it does not.
        """
        self._meet()

    def _meet(self) -> tuple[Origin, Challenge | None]:
        """Find the registry, by HTTPS; on loopback by HTTP where nothing speaks TLS."""
        if self._met is None:
            try:
                self._met = _ping(origin_of(f"https://{self.host}"))
            except ValueError:
                # What stands before an @ may be a password.
                shown = line(self.host.rpartition("@")[2])
                raise Refused(f"{shown} is no host of a registry") from None
            except NotTls:
                origin = origin_of(f"http://{self.host}")
                if not is_loopback(origin.host):
                    raise
                self._met = _ping(origin)
        return self._met

    def _authorization(
        self, challenge: Challenge | None, scopes: tuple[str, ...],
    ) -> dict[str, str]:
        if challenge is None:
            return {}
        if challenge.scheme == "basic":
            if self._account is None:
                raise Refused("no basic auth credentials")
            return {"Authorization": self._account.basic}
        text, fetched = self._tokens.get(scopes, ("", 0.0))
        if not text or time.monotonic() - fetched > _TOKEN_SECONDS:
            fetched = time.monotonic()
            text = token(self._meet()[0], challenge, self._account, scopes)
            self._tokens[scopes] = (text, fetched)
        return {"Authorization": f"Bearer {text}"}


def _ping(origin: Origin) -> tuple[Origin, Challenge | None]:
    with asked(Request(origin, "/v2/", seconds=_PING_SECONDS)) as answer:
        challenge = challenge_in(answer.headers("WWW-Authenticate"))
        return origin, challenge if answer.status == 401 else None


def _named(request: Request, error: EngineError) -> EngineError:
    """Return an error of logging in with the request that it was for before it."""
    code = error.code if isinstance(error, Refused) else ""
    # A daemon asks for a tag's digest first.
    is_tag = "/manifests/" in request.path and "/manifests/sha256:" not in request.path
    if is_tag and request.method == "GET":
        request = replace(request, method="HEAD")
    return Refused(request.shown + error.message, code)
