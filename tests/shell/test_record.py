"""Records and values: fields, defaults, equality."""

from __future__ import annotations

import pytest

from imagelab.shell.record import Record, Value, field


class Base(Record, kw_only=True):
    tested: bool = False


class Job(Base):
    name: str
    at: int = 0
    words: list[str] = field(default_factory=list)


class Point(Value):
    x: int
    y: int = 2


def test_fields_come_by_position_or_name() -> None:
    job = Job("a", 3, tested=True)
    assert (job.tested, job.name, job.at, job.words) == (True, "a", 3, [])
    assert Job(name="b", words=["w"]).words == ["w"]
    assert Job.field_names == ("tested", "name", "at", "words")


def test_every_object_has_a_list_of_its_own() -> None:
    one, other = Job("a"), Job("a")
    one.words.append("x")
    assert other.words == []


def test_a_field_without_default_must_be_given() -> None:
    with pytest.raises(TypeError, match="Job needs name"):
        Job()  # type: ignore[call-arg]


def test_values_are_equal_by_their_fields_and_records_are_not() -> None:
    assert Point(1) == Point(1, 2) == Point(x=1, y=2)
    assert Point(1) != Point(1, 3)
    assert Job("a") != Job("a")
