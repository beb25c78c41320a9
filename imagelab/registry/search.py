"""What ``docker search`` finds: the names and descriptions of the simulated Hub's repositories."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from imagelab.model.reference import parse
from imagelab.registry import accounts, catalogue


@dataclass(frozen=True)
class Repository:
    """A repository as the Hub describes it.

    Attributes:
        name: ``ubuntu``, ``account/name``.
        description: one line; may be empty.
        stars: how many people like it.
        official: whether it is one of the curated images without an account in their name.
        private: whether only those who are logged in can pull it; a search never finds it.
    """

    name: str
    description: str
    stars: int
    official: bool
    private: bool = False


@lru_cache(maxsize=1)
def repositories() -> tuple[Repository, ...]:
    """Return all repositories that the Hub describes, private ones too."""
    data = json.loads((files(catalogue) / "search.json").read_bytes())
    return tuple(Repository(**each) for each in data)


def search(term: str) -> tuple[Repository, ...]:
    """Return the public repositories with a text in name or description, in any case.

    The one of just that name comes first, then those with the most stars.
    """
    wanted = term.lower()
    found = [each for each in repositories() if not each.private
             and (wanted in each.name.lower() or wanted in each.description.lower())]
    return tuple(sorted(found, key=lambda each: (each.name != wanted, -each.stars, each.name)))


def is_private(name: str) -> bool:
    """Whether a repository, by its familiar name, wants a login before a pull."""
    return accounts.is_private(name) or any(
        each.private and each.name == name for each in repositories())


@lru_cache(maxsize=1)
def public_tags() -> Mapping[str, tuple[str, ...]]:
    """Return the tags of each repository that everybody may see, by familiar name.

    As on the Hub, nothing tells somebody who may not pull a repository that it exists.
    """
    from imagelab.registry.hub import tags

    return {each.name: tags(parse(each.name)) for each in repositories() if not each.private}
