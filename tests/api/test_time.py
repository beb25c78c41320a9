"""Time on the system's clock."""

from __future__ import annotations

import json
import re
import time
from typing import Any

from imagelab.daemon.clock import SECOND, LessonClock
from imagelab.formats.gotime import parse_time
from tests.api.conftest import SECONDS, Served, serving, with_base


def test_a_container_ends_in_time_though_nobody_waits_for_it(lab: Served) -> None:
    created = run(lab, "sleep", "1")
    end = time.monotonic() + SECONDS
    while (state := state_of(lab, created))["Status"] == "running" and time.monotonic() < end:
        time.sleep(0.05)
    assert state["Status"] == "exited"
    assert parse_time(state["FinishedAt"]) - parse_time(state["StartedAt"]) >= SECOND
    assert lab.ask("GET", "/containers/json").json == []


def run(lab: Served, *command: str) -> str:
    created: str = lab.ask("POST", "/containers/create", {
        "Image": "ubuntu:14.04", "Cmd": command}).json["Id"]
    assert lab.ask("POST", f"/containers/{created}/start").status == 204
    return created


def state_of(lab: Served, container: str) -> Any:
    return lab.ask("GET", f"/containers/{container}/json").json["State"]


def test_the_age_of_a_container_is_told_by_the_clock_and_not_by_the_last_step(lab: Served) -> None:
    run(lab, "sleep", "600")
    steps, end = len(lab.daemon.journal), time.monotonic() + SECONDS
    shown = "Up Less than a second"
    while shown == "Up Less than a second" and time.monotonic() < end:
        time.sleep(0.05)
        shown = lab.ask("GET", "/containers/json").json[0]["Status"]
    assert re.fullmatch(r"Up [1-9]\d* seconds?", shown)
    assert len(lab.daemon.journal) == steps


def test_the_lessons_clock_goes_on_for_who_waits_but_not_for_who_is_about_to_attach() -> None:
    with serving(with_base(LessonClock())) as lab:
        name = run(lab, "sh", "-c", "sleep 9; exit 3")
        connection = lab.connection()
        connection.request("POST", f"/containers/{name}/wait")
        head = connection.getresponse()
        assert state_of(lab, name)["Status"] == "running"
        assert json.loads(head.read())["StatusCode"] == 3
        connection.close()
