"""``--filter name=value`` as the daemon takes it."""

from __future__ import annotations

from collections.abc import Sequence


def parse_filters(texts: Sequence[str]) -> dict[str, list[str]]:
    """Collect filters by name; ``label!=x`` is the filter ``label!``.

    Names are taken in lower case and without spaces around them, as the client does.
    """
    filters: dict[str, list[str]] = {}
    for text in texts:
        name, _, value = text.partition("=")
        filters.setdefault(name.strip().lower(), []).append(value.strip())
    return filters
