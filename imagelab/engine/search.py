"""``docker search``: repositories of the Hub, in the shape of the Engine API."""

from __future__ import annotations

from typing import Any

from imagelab.engine.filters import Filters, check_names, flag
from imagelab.model.outcome import BadRequest, EngineError

#: How many the daemon asks the Hub for, if nothing else is wished, and at most.
DEFAULT_LIMIT, MAX_LIMIT = 25, 100


def search(
    term: str, *, limit: int | None = None, filters: Filters | None = None,
) -> list[dict[str, Any]]:
    """Return what the Hub finds, the best first, as ``GET /images/search`` does.

    Args:
        term: text in a name or a description.
        limit: at most so many, before filters apply; None for the daemon's default.
        filters: ``stars``, ``is-official``, ``is-automated``.

    Raises:
        BadRequest: a filter or the limit cannot be, in the daemon's words.
        EngineError: the term names another registry (501), or is an address.
    """
    from imagelab.registry import search as hub

    filters = filters or {}
    check_names(filters, ("is-automated", "is-official", "stars"))
    automated = flag(filters, "is-automated", None)
    official = flag(filters, "is-official", None)
    stars = max(map(_stars, filters.get("stars", ())), default=0)
    if limit is not None and not 1 <= limit <= MAX_LIMIT:
        raise BadRequest(f"Limit {limit} is outside the range of [1, {MAX_LIMIT}]")
    found = hub.search(_hub_term(term))[: limit or DEFAULT_LIMIT]
    return [
        {"star_count": each.stars, "is_official": each.official, "name": each.name,
         "is_automated": False, "description": each.description}
        for each in found
        if not automated and each.stars >= stars and official in (None, each.official)
    ]


def _stars(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise BadRequest(f"Invalid filter 'stars={text}'") from None


def _hub_term(term: str) -> str:
    """Return a term for the Hub; what has a host in front is for another registry."""
    if "://" in term:
        raise EngineError('Invalid repository name (ex: "registry.domain.tld/myrepos")')
    front, slash, _ = term.partition("/")
    if slash and ("." in front or ":" in front or front == "localhost"):
        raise EngineError(f"imagelab does not simulate searching {front}", 501)
    return term.removeprefix("library/")
