"""Changes of JSON that leave it JSON: a value for another, a key gone, renamed or twice.

A first line that begins neither an object nor a list stays: it says what the rest is.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 2**64, -(2**63) - 1, 10**40, 1.5, 1e400, -0.0, "",
    "a", "한", "\ud800", "\0", "..", "../../etc/passwd", "/", "9" * 30, "sha256:" + "0" * 64,
    "2026-01-01T00:00:00Z", "x" * 300, [], {}, [[]], [{}], {"": ""}, [None], {"a": None}, "linux",
)
#: Lists and objects are opened up to here.
_MOST = 2_000

#: libFuzzer's own way of changing bytes.
Mutate = Callable[[bytes, int], bytes]


def mutated(data: bytes, most: int, seed: int, mutate: Mutate) -> bytes:
    """Return a text that is changed a little."""
    chance = random.Random(seed)
    head, rest = _split(data)
    if chance.random() < 0.25:
        return bytes(mutate(data, most))
    try:
        value = json.loads(rest)
        for _ in range(chance.choice((1, 1, 2, 4))):
            value = _changed(value, chance)
        found = head + json.dumps(value).encode()
    except (ValueError, RecursionError):
        return bytes(mutate(data, most))
    return found if len(found) <= most else bytes(mutate(data, most))


def _split(data: bytes) -> tuple[bytes, bytes]:
    line, newline, rest = data.partition(b"\n")
    return (line + newline, rest) if newline and line[:1] not in (b"{", b"[") else (b"", data)


def _changed(value: Any, chance: random.Random) -> Any:
    known = places(value)
    if not known:
        return chance.choice(_VALUES)
    holder, key = chance.choice(known)
    way = chance.randrange(8)
    if way == 0:
        del holder[key]
    elif way == 1:
        other, place = chance.choice(known)
        holder[key] = other.get(place) if isinstance(other, dict) else _at(other, place)
        value = json.loads(json.dumps(value))  # no part is in itself
    elif way == 2 and isinstance(holder, list):
        holder.insert(key, json.loads(json.dumps(holder[key])))
    elif way == 2:
        holder[chance.choice([each for _, each in known])] = holder.pop(key)
    elif way == 3 and isinstance(holder[key], str):
        holder[key] = _bent(holder[key], chance)
    elif way == 4 and type(holder[key]) is int:
        holder[key] += chance.choice((-1, 1, 256, -(2**40)))
    elif way == 5:
        holder[key] = chance.choice(([holder[key]], {"a": holder[key]}, str(holder[key])))
    else:
        holder[key] = chance.choice(_VALUES)
    return value


def _at(holder: list[Any], key: int) -> Any:
    return holder[key] if key < len(holder) else None


def _bent(given: str, chance: random.Random) -> str:
    at = chance.randrange(len(given) + 1)
    return given[:at] + chance.choice(("", "\n", "/", ":", "a", "é", "\0", given)) + given[at + 1:]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Return all holders with the keys or numbers of what they hold."""
    found: list[tuple[Any, Any]] = []
    pending = [value]
    while pending and len(found) < _MOST:
        holder = pending.pop()
        if isinstance(holder, dict | list):
            keys = list(holder) if isinstance(holder, dict) else range(len(holder))
            found += [(holder, key) for key in keys]
            pending += [holder[key] for key in keys]
    return found
