"""Arguments of a build: what ``ARG`` declares and ``--build-arg`` gives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

#: Names that need no ``ARG``, and that the cache does not see without one.
_PREDEFINED = frozenset(
    name for plain in ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY")
    for name in (plain, plain.lower()))

#: Values by name; None for a name without one.
Values = Mapping[str, str | None]


@dataclass(frozen=True)
class Arguments:
    """The arguments where a build stands.

    Attributes:
        given: those of ``--build-arg``.
        outer: those declared before the first ``FROM``, with their defaults.
        declared: those declared in the stage, with their defaults.
        used: names declared anywhere so far.
    """

    given: Values = field(default_factory=dict)
    outer: Values = field(default_factory=dict)
    declared: Values = field(default_factory=dict)
    used: frozenset[str] = frozenset()

    def declare(self, pairs: Iterable[tuple[str, str | None]], *, outer: bool = False) -> Arguments:
        """Return them with more declared, in the stage or also before the first one."""
        new = dict(pairs)
        return replace(
            self, declared={**self.declared, **new}, used=self.used | new.keys(),
            outer={**self.outer, **new} if outer else self.outer)

    def next_stage(self) -> Arguments:
        """Return them as a stage begins: nothing is declared in it yet."""
        return replace(self, declared={})

    @property
    def values(self) -> dict[str, str]:
        """What the stage's instructions see, in order of the names."""
        return self._values(self.declared)

    @property
    def outer_values(self) -> dict[str, str]:
        """What ``FROM`` sees."""
        return self._values(self.outer)

    @property
    def unused(self) -> list[str]:
        """Names that were given and not declared in any stage built."""
        return sorted(self.given.keys() - self.used - _PREDEFINED)

    def for_cache(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Return those of some values that the cache tells apart, as ``NAME=value``."""
        return tuple(sorted(f"{name}={value}" for name, value in values.items()
                            if name in self.used or name not in _PREDEFINED))

    def _values(self, source: Values) -> dict[str, str]:
        names = sorted(source.keys() | (self.given.keys() & _PREDEFINED))
        found = ((name, self._value(name, source)) for name in names)
        return {name: value for name, value in found if value is not None}

    def _value(self, name: str, source: Values) -> str | None:
        for values in (self.given, source, self.outer):
            if (value := values.get(name)) is not None:
                return value
        return None
