"""Restart policies: whether, when and how often what has ended is started again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imagelab.engine.advance import advance
from imagelab.engine.create import create
from imagelab.engine.exec import create_exec
from imagelab.engine.pause import pause
from imagelab.engine.processes import next_wake
from imagelab.engine.pull import pull
from imagelab.engine.signals import kill
from imagelab.engine.start import start
from imagelab.engine.update import update
from imagelab.formats.gotime import SECOND
from imagelab.model.config import Config
from imagelab.model.container import Container, Exec, HostConfig
from imagelab.model.outcome import Conflict
from imagelab.model.state import State
from imagelab.shell.budget import Budget

NOW = 1_772_442_000 * SECOND
TENTH = SECOND // 10


@pytest.fixture(scope="module")
def image() -> State:
    return pull(State(), "busybox", now=NOW).state


def begun(image: State, script: str, policy: str = "always", most: int = 0) -> State:
    config = Config(image="busybox", cmd=("sh", "-c", script))
    host_config = HostConfig(
        restart_policy=policy,
        settings={"RestartPolicy": {"Name": policy, "MaximumRetryCount": most}})
    state = create(image, config, identifier="c" * 64, now=NOW, name="c1",
                   host_config=host_config).state
    return start(state, "c1", now=NOW, budget=Budget()).state


def the_one(state: State) -> Container:
    return state.containers["c" * 64]


def later(state: State, time: int) -> State:
    return advance(state, time, Budget()).state


def starts(state: State, until: int) -> list[int]:
    """Return when it is started, in tenths of a second from the beginning."""
    events = advance(state, NOW + until, Budget()).events
    return [(each.time - NOW) // TENTH for each in events if each.action == "start"]


def test_pauses_are_doubled_up_to_a_minute(image: State) -> None:
    found = starts(begun(image, "false"), 400 * SECOND)
    pauses = [after - before for before, after in zip([0, *found], found, strict=False)]
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600, 600, 600]


def test_pauses_begin_anew_after_a_run_of_ten_seconds(image: State) -> None:
    short = starts(begun(image, "sleep 9.9"), 32 * SECOND)
    assert short == [100, 201, 304]
    assert starts(begun(image, "sleep 10"), 32 * SECOND) == [101, 202, 303]


def test_what_happens_at_an_end_and_a_restart(image: State) -> None:
    done = advance(begun(image, "echo once; exit 3"), NOW + TENTH, Budget())
    assert [each.action for each in done.events] == [
        "connect", "start", "die", "disconnect"]
    assert [piece.log.data for piece in done.value] == [b"once\n"]
    waiting = the_one(done.state)
    assert (waiting.status, waiting.exit_code, waiting.restarts.count) == ("restarting", 3, 2)
    assert next_wake(waiting) == NOW + 3 * TENTH
    assert [log.time for log in waiting.logs] == [NOW, NOW + TENTH]


@pytest.mark.parametrize(("policy", "most", "script", "times"), [
    ("no", 0, "exit 1", 0), ("", 0, "exit 1", 0), ("on-failure", 0, "exit 0", 0),
    ("on-failure", 2, "exit 1", 2), ("on-failure", 0, "exit 1", 6),
    ("on-failure", 5, "test -e /again && exit 0; touch /again; exit 1", 1),
    ("always", 0, "exit 0", 6), ("unless-stopped", 0, "exit 0", 6)])
def test_policies(image: State, policy: str, most: int, script: str, times: int) -> None:
    state = later(begun(image, script, policy, most), NOW + 10 * SECOND)
    assert the_one(state).restarts.count == times + (times == 6)
    assert the_one(state).status == ("restarting" if times == 6 else "exited")


@pytest.mark.parametrize("policy", ["always", "unless-stopped", "on-failure"])
@pytest.mark.parametrize("script", ["sleep 60; exit 1", "exit 1"])
def test_what_was_killed_stays_ended_until_it_is_started(
    image: State, policy: str, script: str,
) -> None:
    state = begun(image, script, policy)
    is_waiting = the_one(state).status == "restarting"
    done = kill(state, "c1", now=NOW + 1, budget=Budget())
    assert the_one(done.state).status == "exited"
    assert ([each.action for each in done.events] == []) is is_waiting
    state = later(done.state, NOW + 100 * SECOND)
    assert the_one(state).status == "exited"
    state = start(state, "c1", now=NOW + 100 * SECOND, budget=Budget()).state
    assert the_one(state).restarts.count == is_waiting  # anew
    assert the_one(later(state, NOW + 200 * SECOND)).restarts.count > 0


def test_a_signal_that_is_no_wish_to_end_it_counts_for_one_policy_only(image: State) -> None:
    for policy, after in (("always", "restarting"), ("unless-stopped", "exited")):
        state = begun(image, "exit 1", policy)
        config = replace(the_one(state).config, stop_signal="TERM")
        state = state.with_container(replace(the_one(state), config=config))
        state = kill(state, "c1", now=NOW, budget=Budget(), signal="HUP").state
        assert the_one(state).status == "restarting"
        assert the_one(later(state, NOW + TENTH)).status == after


def test_a_policy_that_is_taken_away_leaves_it_one_start(image: State) -> None:
    state = begun(image, "exit 1")
    state = update(state, "c1", {}, policy="no", now=NOW).state
    assert starts(state, SECOND) == [1]
    assert the_one(later(state, NOW + SECOND)).status == "exited"


def test_a_restart_that_fails_is_the_last(image: State) -> None:
    state = begun(image, "sleep 1; rm /bin/sh")
    state = later(state, NOW + 100 * SECOND)
    ended = the_one(state)
    assert (ended.status, ended.exit_code, ended.restarts.count) == ("exited", 127, 1)
    assert '"sh": executable file not found in $PATH' in ended.error
    assert next_wake(ended) is None


def test_of_a_long_time_only_the_last_hour_has_restarts(image: State) -> None:
    state = begun(image, "exit 1")
    week = 7 * 24 * 3600 * SECOND
    done = advance(state, NOW + week, Budget())
    times = [each.time for each in done.events if each.action == "start"]
    assert 60 <= len(times) <= 75
    assert min(times) == NOW + week - 3600 * SECOND
    assert the_one(done.state).status == "restarting"


def test_a_start_by_hand_leaves_it_to_its_restart(image: State) -> None:
    state = begun(image, "exit 1")
    assert start(state, "c1", now=NOW, budget=Budget()).state is state


def test_what_needs_a_process_is_refused_meanwhile(image: State) -> None:
    state = begun(image, "exit 1")
    text = f"Container {'c' * 64} is restarting, wait until the container is running"
    with pytest.raises(Conflict, match=text):
        pause(state, "c1", now=NOW)
    with pytest.raises(Conflict, match=text):
        create_exec(state, "c1", Exec("e" * 64, ("true",)), now=NOW)
