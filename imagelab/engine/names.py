"""Random names of containers, made of two words out of an ID."""

from __future__ import annotations

from collections.abc import Collection

_LEFT = (
    "able", "brave", "bright", "calm", "careful", "cheerful", "clever", "cosy", "curious",
    "eager", "early", "fair", "fancy", "fearless", "fluffy", "friendly", "funny", "gentle",
    "golden", "grand", "happy", "honest", "jolly", "keen", "kind", "lively", "lucky", "merry",
    "mighty", "modest", "neat", "nimble", "noble", "patient", "polite", "proud", "quick",
    "quiet", "ready", "sharp", "silver", "smart", "steady", "sunny", "tidy", "warm", "wise",
    "witty", "young", "zealous",
)
_RIGHT = (
    "babbage", "bohr", "boole", "cantor", "carson", "cori", "curie", "darwin", "dijkstra",
    "einstein", "erdos", "euclid", "euler", "faraday", "fermat", "fermi", "feynman", "franklin",
    "galileo", "gauss", "goldberg", "hamilton", "heisenberg", "herschel", "hilbert", "hopper",
    "hypatia", "kepler", "knuth", "lamarr", "leibniz", "liskov", "lovelace", "maxwell",
    "meitner", "mendel", "mirzakhani", "newton", "noether", "pascal", "pasteur", "ramanujan",
    "ride", "ritchie", "sejong", "shannon", "tesla", "turing", "wing", "yonath",
)


def random_name(identifier: str, taken: Collection[str]) -> str:
    """Return a name that an ID leads to and that is free; a digit follows if it was not."""
    number = int(identifier[:12], 16)
    name = f"{_LEFT[number % len(_LEFT)]}_{_RIGHT[number // len(_LEFT) % len(_RIGHT)]}"
    if name not in taken:
        return name
    numbered = (f"{name}{digit}" for digit in range(len(taken) + 1))
    return next(each for each in numbered if each not in taken)
