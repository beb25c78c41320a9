"""RFC 3339 times, as Go's ``time.Time`` writes and reads them."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from imagelab.formats.gotime import SECOND, ZERO, format_time, is_time, parse_time

YEAR_1 = -62_135_596_800


@pytest.mark.parametrize(("text", "nanoseconds"), [
    (ZERO, YEAR_1 * SECOND),
    ("0001-01-01T00:00:00.000000001Z", YEAR_1 * SECOND + 1),
    ("0999-12-31T23:59:59Z", -30_610_224_001 * SECOND),
    ("1969-12-31T23:59:59Z", -SECOND),
    ("1969-12-31T23:59:59.999999999Z", -1),
    ("1970-01-01T00:00:00.000000001Z", 1),
    ("2000-02-29T12:00:00.5Z", 951_825_600 * SECOND + 500_000_000),
    ("2021-03-25T22:36:08.123456789Z", 1_616_711_768_123_456_789),
    ("2262-04-12T00:00:00Z", 9_223_372_800 * SECOND),
    ("9999-12-31T23:59:59.999999999Z", 253_402_300_800 * SECOND - 1),
])
def test_both_ways(text: str, nanoseconds: int) -> None:
    assert parse_time(text) == nanoseconds
    assert format_time(nanoseconds) == text


@pytest.mark.parametrize(("text", "utc"), [
    ("2021-03-26T07:36:08+09:00", "2021-03-25T22:36:08Z"),
    ("2021-03-25T17:06:08.120-05:30", "2021-03-25T22:36:08.12Z"),
    ("2021-03-25T22:36:08+00:00", "2021-03-25T22:36:08Z"),
    ("2021-03-25T22:36:08-00:00", "2021-03-25T22:36:08Z"),
    ("2021-03-25T22:36:08.1234567899999Z", "2021-03-25T22:36:08.123456789Z"),
    ("1970-01-01T01:00:00.25+02:00", "1969-12-31T23:00:00.25Z"),
])
def test_zones_and_fractions(text: str, utc: str) -> None:
    assert format_time(parse_time(text)) == utc


@pytest.mark.parametrize("text", [
    "", "never", "2021", "2021-03-25", "2021-03-25T22:36:08", "2021-03-25 22:36:08Z",
    "2021-13-01T00:00:00Z", "2021-00-01T00:00:00Z", "2021-02-29T00:00:00Z", "2021-01-00T00:00:00Z",
    "2021-01-01T24:00:00Z", "2021-01-01T00:60:00Z", "2021-01-01T00:00:60Z", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "2021-01-01T00:00:00.Z", "2021-01-01T00:00:00+0900",
    "2021-01-01T00:00:00+25:00", "2021-01-01T00:00:00+09:60", "2021-01-01t00:00:00z",
    " 2021-01-01T00:00:00Z", "2021-01-01T00:00:00Z\n", "٢٠٢١-01-01T00:00:00Z", "9" * 10_000,
    "-001-01-01T00:00:00Z", "\ud800",
])
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) == 0
    assert not is_time(text)


def test_zero_is_never_and_the_epoch_a_time() -> None:
    assert format_time(0) == ZERO
    assert parse_time("1970-01-01T00:00:00Z") == 0
    assert is_time("1970-01-01T00:00:00Z")
    assert is_time(ZERO)


@pytest.mark.parametrize(("nanoseconds", "text"), [
    (1 << 100, "9999-12-31T23:59:59.999999999Z"),
    (-(1 << 100), ZERO),
    ((YEAR_1 * SECOND) - 1, ZERO),
    (253_402_300_800 * SECOND, "9999-12-31T23:59:59.999999999Z"),
])
def test_times_out_of_range_are_the_first_and_the_last(nanoseconds: int, text: str) -> None:
    assert format_time(nanoseconds) == text


def test_against_pythons_datetime() -> None:
    dice = random.Random(1)
    for _ in range(500):
        moment = datetime(1, 1, 1, tzinfo=UTC) + timedelta(
            seconds=dice.randrange(9998 * 365 * 86_400), microseconds=dice.randrange(10**6))
        since = moment - datetime(1970, 1, 1, tzinfo=UTC)
        assert parse_time(moment.isoformat()) == since // timedelta(microseconds=1) * 1000
