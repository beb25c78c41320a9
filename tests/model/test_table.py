"""Tables against the dicts they stand for: rows, order, indexes, and that old copies stay."""

from __future__ import annotations

import random

import pytest

from imagelab.model.table import Table


def size_of(text: str) -> int:
    return len(text)


def check(table: Table[int, str], rows: dict[int, str]) -> None:
    assert dict(table) == rows
    assert list(table) == list(rows)
    assert list(table.items()) == list(rows.items())
    assert list(table.values()) == list(rows.values())
    assert len(table) == len(rows)
    for size in range(5):
        keys = {key for key, text in rows.items() if len(text) == size}
        assert set(table.having("size", size)) == keys
        assert len(table.having("size", size)) == len(keys)
        assert bool(table.having("size", size)) == bool(keys)


@pytest.mark.parametrize("start", [0, 10, 5000])
def test_a_table_is_what_a_dict_would_be(start: int) -> None:
    rows = {key: "x" * (key % 4) for key in range(start)}
    table = Table(rows, size=size_of)
    dice = random.Random(start)
    past: list[tuple[Table[int, str], dict[int, str]]] = []
    for turn in range(600):
        key = dice.randrange(start + 20)
        if dice.random() < 0.4:
            table = table.without(key)
            rows = {other: text for other, text in rows.items() if other != key}
        else:
            text = "x" * dice.randrange(5)
            table = table.with_row(key, text)
            rows = {**rows, key: text}
        assert (key in table, table.get(key, "none")) == (key in rows, rows.get(key, "none"))
        if turn % 50 == 0:
            past.append((table, rows))
    check(table, rows)
    for old, then in past:
        check(old, then)


def test_reading_one_row_does_not_depend_on_what_was_read_before() -> None:
    table = Table({1: "a", 2: "b"}, size=size_of).without(1).with_row(3, "c")
    for _ in range(2):
        assert [table.get(key) for key in (1, 2, 3)] == [None, "b", "c"]
        assert table[3] == "c"
        with pytest.raises(KeyError):
            table[1]
        check(table, {2: "b", 3: "c"})


def test_a_table_can_be_made_again_of_its_parts() -> None:
    dice = random.Random(7)
    table = Table(dict.fromkeys(range(100), "x"), size=size_of)
    base = table.parts.base
    for turn in range(32):
        key = dice.randrange(20)
        table = table.without(key) if dice.random() < 0.4 else table.with_row(key, "y" * turn)
        rows = dict(table)
        assert table.parts.base is base, "reading a table must not part it from the others"
        again = Table(base, size=size_of).with_changes(table.parts.changed, table.parts.gone)
        assert again.parts == table.parts
        check(again, rows)


def test_a_change_that_changes_nothing_gives_the_same_table() -> None:
    table = Table({1: "a"}, size=size_of)
    assert table.without(2) is table
    assert table.with_row(1, table[1]) is table
    assert table == {1: "a"}
    assert table != {1: "b"}
