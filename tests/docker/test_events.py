"""``docker events`` in a lab: whose events, from when to when, and what the lab adds.

What the lines say is compared with a real daemon in ``tests/proof/test_events.py``.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SECOND, SystemClock
from imagelab.daemon.watching import Selection
from imagelab.engine.volumes import NewVolume
from imagelab.lab import Lab
from imagelab.model.outcome import Event
from imagelab.storage.store import Store


def actions(lab: Lab, flags: str) -> list[str]:
    lines = lab.docker(f"events {flags} --format '{{{{.Action}}}} {{{{.Actor.ID}}}}'").stdout
    return lines.splitlines()


def test_only_the_steps_that_led_here_count() -> None:
    lab = Lab()
    lab.docker("volume create one")
    lab.docker("volume create two")
    lab.undo()
    lab.docker("volume create three")
    assert actions(lab, "--since 1h --until 0s") == ["create one", "create three"]
    lab.daemon.go_to(1)
    assert actions(lab, "--since 1h --until 0s") == ["create one"]


def test_layers_are_the_labs_own_and_are_left_out() -> None:
    lab = Lab()
    lab.docker("pull ubuntu:14.04")
    lab.docker("rmi ubuntu:14.04")
    assert {event.type for step in lab.journal for event in step.events} == {"image", "layer"}
    types = lab.docker("events --since 1h --until 0s --format '{{.Type}}'").stdout
    assert set(types.split()) == {"image"}


def test_times_bound_what_is_shown() -> None:
    lab = Lab()
    for name in ("one", "two", "three"):
        lab.docker(f"volume create {name}")
    # The clock of lessons gives each command one second: 09:00:01 and so on.
    day = "2026-03-02T09:00:0"
    assert actions(lab, f"--since {day}2 --until {day}2") == ["create two"]
    assert actions(lab, f"--until {day}1Z") == ["create one"]
    assert actions(lab, "--since 1772442003 --until 0s") == ["create three"]
    assert actions(lab, "--since 3s --until 2.5s") == []
    # As engine 20.10 answered: no time at all, but the end of waiting.
    assert actions(lab, "--until 0") == ["create one", "create two", "create three"]


def test_a_template_that_fails_later_than_on_the_empty_event() -> None:
    # As the real client, whose line ends with what the template made so far.
    lab = Lab()
    lab.docker("volume create one")
    template = '{{.Action}} {{if .Action}}{{slice .Action 0 99}}{{end}}'
    done = lab.docker(f"events --since 1h --until 0s --format '{template}'")
    assert (done.exit_code, done.stdout, done.stderr) == (1, "create \n", (
        'template: :1:28: executing "" at <slice .Action 0 99>: error calling slice: '
        "index out of range: 99\n"))


def test_on_the_clock_of_lessons_it_does_not_wait() -> None:
    lab = Lab()
    lab.docker("volume create one")
    done = lab.docker("events")
    assert (done.exit_code, done.stdout) == (0, "")
    assert done.stderr.startswith("imagelab: ")
    assert done.stderr.count("\n") == 1
    assert "--since" in done.stderr
    done = lab.docker("events --since 1h")
    assert done.stdout.count("\n") == 1
    assert done.stderr.startswith("imagelab: ")
    assert "--since" not in done.stderr
    assert lab.docker("events --since 1h --until 0s").stderr == ""


def test_what_ends_by_itself_is_told_when_somebody_looks() -> None:
    lab = Lab()
    lab.docker("run -d --name c1 ubuntu:14.04 sleep 2")
    lab.docker("version")
    lab.docker("version")
    lines = lab.docker("events --since 1h --until 0s --filter event=die").stdout
    assert lines.startswith("2026-03-02T09:00:03.")
    assert "exitCode=0" in lines


def test_other_processes_of_a_kept_lab_are_seen(tmp_path: Path) -> None:
    here = Daemon(clock=SystemClock(), store=Store.open(tmp_path))
    other = Daemon(clock=SystemClock(), store=Store.open(tmp_path))
    seen: list[str] = []
    began = threading.Event()
    here.create_volume(NewVolume("one"))

    class Enough(Exception):
        pass

    def see(event: Event) -> None:
        seen.append(event.id)
        began.set()
        if event.id == "two":
            raise Enough

    def watch() -> None:
        with suppress(Enough):
            here.watch(see, Selection(0, here.state.clock + 60 * SECOND, {}))

    watching = threading.Thread(target=watch)
    watching.start()
    assert began.wait(60)
    other.create_volume(NewVolume("two"))
    watching.join()
    assert seen == ["one", "two"]
