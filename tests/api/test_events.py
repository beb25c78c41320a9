"""``/events``: past ones, and those that come."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote

import pytest

from imagelab.daemon.clock import LessonClock
from tests.api.conftest import Served, serving, with_base


def volume(lab: Served, name: str) -> None:
    assert lab.ask("POST", "/volumes/create", {"Name": name}).status == 201


def past(lab: Served, filters: str = "", since: str = "0") -> list[Any]:
    answer = lab.ask("GET", f"/events?since={since}&until={time.time():.9f}&filters={filters}")
    assert answer.status == 200, answer.body
    assert answer.body.endswith(b"\n") or not answer.body
    return answer.lines


@contextmanager
def follow(lab: Served, query: str = "") -> Iterator[HTTPResponse]:
    connection = lab.connection()
    try:
        connection.request("GET", f"/v1.41/events{query}")
        with connection.getresponse() as response:
            yield response
    finally:
        connection.close()


def test_events_have_the_daemons_fields(lab: Served) -> None:
    volume(lab, "v1")
    lab.ask("POST", "/containers/create?name=c1", {"Image": "ubuntu:14.04", "Labels": {"a": "b"}})
    first, second = past(lab, quote('{"type": ["volume", "container"]}'))
    assert first.pop("timeNano") // 10**9 == first.pop("time")
    assert list(first.items()) == [
        ("Type", "volume"), ("Action", "create"),
        ("Actor", {"ID": "v1", "Attributes": {"driver": "local"}}), ("scope", "local")]
    identifier = second["id"]
    assert second | {"time": 0, "timeNano": 0} == {
        "status": "create", "id": identifier, "from": "ubuntu:14.04", "Type": "container",
        "Action": "create", "scope": "local", "time": 0, "timeNano": 0, "Actor": {
            "ID": identifier, "Attributes": {"a": "b", "image": "ubuntu:14.04", "name": "c1"}}}


def test_both_dialects_of_filters_choose(lab: Served) -> None:
    volume(lab, "v1")
    volume(lab, "v2")
    lab.ask("DELETE", "/volumes/v1")
    for filters, count in (
        ('{"event": ["destroy"]}', 1), ('{"event":{"destroy":true,"create":true}}', 3),
        ('{"volume": ["v2"]}', 1), ('{"volume":{"v2":true},"type":{"image":true}}', 0),
        ('{"nosuch": ["x"]}', 3), ("", 3),
    ):
        assert len(past(lab, quote(filters))) == count, filters


def test_a_stream_goes_on_until_its_time(lab: Served) -> None:
    volume(lab, "before")
    until = time.time() + 1
    with follow(lab, f"?since={time.time():.9f}&until={until:.9f}") as response:
        volume(lab, "after")
        assert json.loads(response.readline())["Actor"]["ID"] == "after"
        assert time.time() < until
        assert response.read() == b""
        assert time.time() >= until


def test_a_stream_begins_now(lab: Served) -> None:
    volume(lab, "before")
    with follow(lab) as response:  # its head is there
        volume(lab, "after")
        assert json.loads(response.readline())["Actor"]["ID"] == "after"


def test_on_the_clock_of_lessons_nothing_happens_meanwhile() -> None:
    with serving(with_base(LessonClock())) as lab:
        volume(lab, "v1")
        answer = lab.ask("GET", "/events?since=0&until=9999999999")
        assert [line["Actor"]["ID"] for line in answer.lines] == ["v1"]


@pytest.mark.parametrize(("query", "status", "message"), [
    ("since=x", 500, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ("until=2020-01-01", 500, 'strconv.ParseInt: parsing "2020-01-01": invalid syntax'),
    ("since=99999999999999999999", 500,
     'strconv.ParseInt: parsing "99999999999999999999": value out of range'),
    ("since=2&until=1", 400, "`since` time (2) cannot be after `until` time (1)"),
    ("filters=x", 500, "invalid character 'x' looking for beginning of value"),
])
def test_bounds_that_are_none_are_refused(
    lab: Served, query: str, status: int, message: str,
) -> None:
    answer = lab.ask("GET", f"/events?{query}")
    assert (answer.status, answer.json) == (status, {"message": message})
