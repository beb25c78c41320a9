"""An image: the exact bytes of its configuration and what the local store knows about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, TypeVar

from imagelab.model.config import Config
from imagelab.model.layer import chain_id_of

K = TypeVar("K", bytes, tuple[str, ...])
V = TypeVar("V")
#: Longest configuration for which what was worked out is kept: those that people make are short.
_LONGEST = 1 << 16


def _shared(work: Callable[[K], V]) -> Callable[[K], V]:
    """Let copies of an image, with another parent or time, ask again what one has worked out."""
    kept = lru_cache(maxsize=1 << 10)(work)
    return lambda key: kept(key) if len(key) <= _LONGEST else work(key)


@_shared
def _id_of(config_json: bytes) -> str:
    return f"sha256:{hashlib.sha256(config_json).hexdigest()}"


@_shared
def _parsed(config_json: bytes) -> Mapping[str, Any]:
    parsed: Mapping[str, Any] = json.loads(config_json)
    return parsed


@_shared
def _chain_ids_of(diff_ids: tuple[str, ...]) -> tuple[str, ...]:
    chain: list[str] = []
    for diff_id in diff_ids:
        chain.append(chain_id_of(chain[-1] if chain else "", diff_id))
    return tuple(chain)


@dataclass(frozen=True)
class Image:
    """An image in the store.

    Attributes:
        config_json: the image configuration, byte for byte; its SHA-256 is the image ID.
        parent: ID of the image this one was committed from, here; empty for a loaded or pulled
            image, or once the parent is deleted. Local knowledge, not part of the image.
        last_tag_time: when it last got a tag here, nanoseconds since 1970; 0 for never.
        parsed: the configuration, parsed, where whoever made the image has it.
    """

    config_json: bytes
    parent: str = ""
    last_tag_time: int = 0
    parsed: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)

    @cached_property
    def id(self) -> str:
        """``sha256:…`` of the configuration."""
        return _id_of(self.config_json)

    @cached_property
    def json(self) -> Mapping[str, Any]:
        """The configuration, parsed."""
        return _parsed(self.config_json) if self.parsed is None else self.parsed

    @cached_property
    def config(self) -> Config:
        """What containers of this image start with."""
        return Config.from_json(self.json.get("config"))

    @cached_property
    def diff_ids(self) -> tuple[str, ...]:
        """DiffIDs of the layers, the lowest first."""
        return tuple((self.json.get("rootfs") or {}).get("diff_ids") or ())

    @cached_property
    def chain_ids(self) -> tuple[str, ...]:
        """ChainIDs of the layers, the lowest first."""
        return _chain_ids_of(self.diff_ids)

    @property
    def chain_id(self) -> str:
        """ChainID of the top layer; empty for an image without layers."""
        return self.chain_ids[-1] if self.chain_ids else ""

    @property
    def history(self) -> tuple[Mapping[str, Any], ...]:
        """The history entries of the configuration, oldest first."""
        return tuple(self.json.get("history") or ())

    @property
    def author(self) -> str:
        """Who made it; empty if nobody is named."""
        return str(self.json.get("author") or "")

    @property
    def comment(self) -> str:
        """Its own comment, else that of the last step, where a commit leaves its message."""
        last = self.history[-1].get("comment") if self.history else None
        return str(self.json.get("comment") or last or "")

    @cached_property
    def created(self) -> str:
        """Time of creation as the configuration has it (RFC 3339)."""
        return str(self.json.get("created") or "0001-01-01T00:00:00Z")


def short_id(identifier: str) -> str:
    """Return the twelve digits that Docker prints of an ID."""
    return identifier.rpartition(":")[2][:12]
