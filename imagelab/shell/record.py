"""Classes whose annotations are their fields, as in a dataclass.

Making a dataclass compiles its methods. The shell has some fifty classes of this kind, and that
was most of what importing it took; the methods of a record are written once, here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast, dataclass_transform

_T = TypeVar("_T")


class _Made:
    def __init__(self, factory: Callable[[], Any]) -> None:
        self.factory = factory


def field(*, default_factory: Callable[[], _T]) -> _T:
    """Give a field a value of its own in every object."""
    return cast(_T, _Made(default_factory))


class _Fields:
    """What records and values share; ``field_names`` holds the names in their order."""

    field_names: tuple[str, ...] = ()
    _positions: tuple[str, ...] = ()
    _needed: tuple[str, ...] = ()
    _factories: tuple[tuple[str, Callable[[], Any]], ...] = ()

    def __init_subclass__(cls, *, kw_only: bool = False) -> None:
        names: dict[str, None] = {}
        positions: dict[str, None] = {}
        needed: dict[str, None] = {}
        factories: dict[str, Callable[[], Any]] = {}
        for base in cls.__mro__[:0:-1]:
            if issubclass(base, _Fields):
                names |= dict.fromkeys(base.field_names)
                positions |= dict.fromkeys(base._positions)
                needed |= dict.fromkeys(base._needed)
                factories.update(base._factories)
        for name in cls.__annotations__:
            names[name] = None
            if not kw_only:
                positions[name] = None
            default = cls.__dict__.get(name, cls)
            if isinstance(default, _Made):
                factories[name] = default.factory
            elif default is cls:
                needed[name] = None
        cls.field_names, cls._positions = tuple(names), tuple(positions)
        cls._needed, cls._factories = tuple(needed), tuple(factories.items())

    def __init__(self, *values: Any, **named: Any) -> None:
        # Through __dict__ this would be shorter, but objects whose __dict__ was asked for are slow.
        for name, factory in self._factories:
            if name not in named:
                setattr(self, name, factory())
        for name, value in zip(self._positions, values, strict=False):
            setattr(self, name, value)
        for name, value in named.items():
            setattr(self, name, value)
        for name in self._needed[len(values) :]:
            if name not in named:
                raise TypeError(f"{type(self).__name__} needs {name}")

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.field_names)
        return f"{type(self).__name__}({inside})"


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class Record(_Fields):
    """An object that changes: equal to nothing but itself."""


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(_Fields):
    """A value: equal to another one with equal fields, and not to be changed."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in self.field_names
        )
