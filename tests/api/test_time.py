"""Time on the system's clock."""

from __future__ import annotations

import json
import time

from imagelab.daemon.clock import LessonClock
from tests.api.conftest import SECONDS, Served, serving, with_base


def test_a_container_ends_in_time_though_nobody_waits_for_it(lab: Served) -> None:
    created = lab.ask("POST", "/containers/create",
                      {"Image": "ubuntu:14.04", "Cmd": ["sleep", "1"]}).json["Id"]
    lab.ask("POST", f"/containers/{created}/start")
    statuses = [status(lab, created)]
    end = time.monotonic() + SECONDS
    while statuses[-1] == "running" and time.monotonic() < end:
        time.sleep(0.05)
        statuses.append(status(lab, created))
    assert (statuses[0], statuses[-1]) == ("running", "exited")
    assert lab.ask("GET", "/containers/json").json == []


def status(lab: Served, container: str) -> object:
    return lab.ask("GET", f"/containers/{container}/json").json["State"]["Status"]


def test_the_age_of_a_container_is_told_by_the_clock_and_not_by_the_last_step(lab: Served) -> None:
    created = lab.ask("POST", "/containers/create",
                      {"Image": "ubuntu:14.04", "Cmd": ["sleep", "9"]}).json["Id"]
    lab.ask("POST", f"/containers/{created}/start")
    time.sleep(1.1)
    assert lab.ask("GET", "/containers/json").json[0]["Status"] == "Up 1 second"


def test_the_lessons_clock_goes_on_for_who_waits_but_not_for_who_is_about_to_attach() -> None:
    with serving(with_base(LessonClock())) as lab:
        created = lab.ask("POST", "/containers/create",
                          {"Image": "ubuntu:14.04", "Cmd": ["sh", "-c", "sleep 9; exit 3"]})
        name = created.json["Id"]
        lab.ask("POST", f"/containers/{name}/start")
        connection = lab.connection()
        connection.request("POST", f"/containers/{name}/wait")
        head = connection.getresponse()
        assert status(lab, name) == "running"
        assert json.loads(head.read())["StatusCode"] == 3
        connection.close()
