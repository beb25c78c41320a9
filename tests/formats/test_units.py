"""Sizes and durations; the expectations are what ``docker images`` (28.2.2) showed."""

from __future__ import annotations

import pytest

from imagelab.formats.units import (
    ago,
    binary_size,
    history_created_since,
    human_duration,
    human_size,
    image_created_since,
)

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.mark.parametrize(("size", "text"), [
    (0, "0B"), (1023, "1023B"), (1024, "1KiB"), (622_592, "608KiB"), (64 << 20, "64MiB"),
    (2 << 30, "2GiB"), (25_276_510_208, "23.54GiB"),
])
def test_memory_is_told_in_powers_of_two(size: int, text: str) -> None:
    assert binary_size(size) == text


@pytest.mark.parametrize(
    ("size", "three", "four"),
    [
        (0, "0B", "0B"),
        (12, "12B", "12B"),
        (999, "999B", "999B"),
        (1000, "1kB", "1kB"),
        (1023, "1.02kB", "1.023kB"),
        (9999, "10kB", "9.999kB"),
        (12345, "12.3kB", "12.35kB"),
        (65631, "65.6kB", "65.63kB"),
        (99950, "100kB", "99.95kB"),
        (999499, "999kB", "999.5kB"),
        (999500, "1e+03kB", "999.5kB"),
        (999950, "1e+03kB", "1000kB"),
        (1000000, "1MB", "1MB"),
        (2049902, "2.05MB", "2.05MB"),
        (2055000, "2.06MB", "2.055MB"),
        (188000000, "188MB", "188MB"),
        (1234567890, "1.23GB", "1.235GB"),
        (123456789012345, "123TB", "123.5TB"),
        (10**18, "1EB", "1EB"),
    ],
)
def test_human_size(size: int, three: str, four: str) -> None:
    assert human_size(size, 3) == three
    assert human_size(size) == four


def test_sizes_past_the_last_unit() -> None:
    assert human_size(10**28) == "1e+04YB"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "Less than a second"),
        (0.9, "Less than a second"),
        (1, "1 second"),
        (1.9, "1 second"),
        (2, "2 seconds"),
        (59.9, "59 seconds"),
        (60, "About a minute"),
        (119, "About a minute"),
        (120, "2 minutes"),
        (59 * MINUTE + 59, "59 minutes"),
        (HOUR, "About an hour"),
        (HOUR + 29 * MINUTE, "About an hour"),
        (HOUR + 30 * MINUTE, "2 hours"),
        (47 * HOUR + 29 * MINUTE, "47 hours"),
        (47 * HOUR + 30 * MINUTE, "2 days"),
        (14 * DAY - 1801, "13 days"),
        (14 * DAY - 1799, "2 weeks"),
        (60 * DAY - 1801, "8 weeks"),
        (60 * DAY - 1799, "2 months"),
        (365 * DAY, "12 months"),
        (730 * DAY - 1801, "24 months"),
        (730 * DAY - 1799, "1 years"),
        (730 * DAY, "2 years"),
        (2000 * 365 * DAY, "292 years"),
    ],
)
def test_human_duration(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text
    assert ago(seconds) == f"{text} ago"


def test_created_since_of_images_and_layers() -> None:
    now = 1616711768 + 3 * DAY
    assert image_created_since(1616711768, now) == "3 days ago"
    assert history_created_since(1616711768, now) == "3 days ago"
    assert image_created_since(0, now) == "51 years ago"
    assert image_created_since(-62135596800, now) == ""
    assert history_created_since(946684800, now) == ""
    assert history_created_since(946684801, now) == "21 years ago"
