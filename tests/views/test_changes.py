from dataclasses import replace

import pytest

from imagelab.daemon import Daemon
from imagelab.engine import tag
from imagelab.lab import Lab
from imagelab.model.node import WHITEOUT, file
from imagelab.model.state import State, Volume
from imagelab.views.timeline.changes import changes, summary
from tests.views import labs
from tests.views.journals import EVIL


def said(before: State, after: State) -> str:
    return summary(changes(before, after), "en")


def tagged(state: State, source: str, target: str) -> State:
    return tag.tag_image(state, source, target, now=labs.NOW).state


def test_nothing_but_time_is_nothing() -> None:
    state = labs.second()
    assert said(state, state) == "changed nothing"
    assert said(state, replace(state, clock=state.clock + 5, counter=9)) == "changed nothing"


def test_a_pull_says_the_tag_and_not_its_digest() -> None:
    assert said(State(), labs.pulled()) == "+ image ubuntu:14.04, + layers: 5 (188MB)"
    assert said(labs.pulled(), State()) == "- image ubuntu:14.04, - layers: 5 (188MB)"


def test_a_commit_and_its_removal() -> None:
    before = labs.with_container(labs.pulled(), "commit_test", "ubuntu:14.04", labs.FIRST)
    assert said(labs.pulled(), before) == "+ container commit_test: ■ Exited (0)"
    assert said(before, labs.first()) == "+ image commit_test:first, + layers: 1 (12B)"
    assert said(labs.second(), labs.second_alone()) == "- container commit_test2"
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    assert said(labs.second_alone(), before) == "~ name commit_test:first (its image stays)"
    gone = said(before, labs.without_image(before, "commit_test:second"))
    assert gone.startswith("- image commit_test:second, ")
    assert gone.endswith(", - layers: 2 (25B)")


def test_names_that_come_and_move() -> None:
    before = labs.second_alone()
    more = tagged(before, "commit_test:first", "a:b")
    assert said(before, more) == "+ name a:b"
    moved = said(before, tagged(before, "commit_test:first", "commit_test:second"))
    assert moved.startswith("> name commit_test:second: moved to another image, ! image ")
    assert moved.endswith(": now dangling")


def test_containers_change() -> None:
    state = labs.second()
    old = next(each for each in state.containers.values() if each.name == "commit_test2")
    stopped = state.with_container(replace(old, status="exited", exit_code=137))
    assert said(state, stopped) == "~ container commit_test2: ● Running → ■ Exited (137)"
    renamed = state.with_container(replace(old, name="new"))
    assert said(state, renamed) == "~ container commit_test2 → new"
    changes_ = {"second": old.changes["second"], "a": file(b"1"), "etc/passwd": WHITEOUT}
    written = state.with_container(replace(old, changes=changes_))
    assert said(state, written) == "~ files of container commit_test2: + /a, - /etc/passwd"
    assert said(written, state) == (
        "~ files of container commit_test2: - /a, - /etc/passwd")


def test_what_no_map_shows() -> None:
    state = State()
    volume = replace(state, volumes={"v": Volume("v", 1)})
    assert said(state, volume) == "+ volume v"
    written = replace(state, volumes={"v": Volume("v", 1, {"a": file(b"1")})})
    assert said(volume, written) == "~ files of volume v"
    assert said(written, state) == "- volume v"
    logged = replace(state, logins={"docker.io": "student"})
    assert said(state, logged) == "+ login student @ docker.io"
    assert "Hub" in said(state, replace(state, hub={"a": file(b"1")}))


def test_networks_and_who_is_in_them() -> None:
    lab = Lab(language="en")
    for line, wanted in (
        ("network create net1", "+ network net1"),
        ("run -d --name c1 busybox sleep 100", "+ image busybox:latest, + layers: 1 (1.98MB), "
                                               "+ container c1: ● Running"),
        ("network connect net1 c1", "+ network net1 of container c1"),
        ("network disconnect bridge c1", "- network bridge of container c1"),
        ("stop c1", "~ container c1: ● Running → ■ Exited (137)"),
        ("network disconnect net1 c1", "- network net1 of container c1"),
        ("network prune -f", "- network net1"),
        ("network ls", "changed nothing"),
    ):
        assert lab.docker(line).exit_code == 0
        step = lab.journal.current
        assert said(step.before, step.after) == wanted, line


def test_many_things_of_a_kind_are_counted() -> None:
    state = labs.pulled()
    for name in "abcdef":
        state = tagged(state, "ubuntu:14.04", f"t:{name}")
    assert said(labs.pulled(), state) == "+ name t:a, t:b, t:c, … 3 more"


def test_of_many_files_few_are_kept() -> None:
    state = labs.with_container(labs.pulled(), "c", "ubuntu:14.04", {})
    container = next(iter(state.containers.values()))
    many = {f"f{number:05}": file(b"1") for number in range(5000)}
    (found,) = changes(state, state.with_container(replace(container, changes=many)))
    assert (len(found.names), found.count) == (3, 5000)
    assert "… 4997 more" in summary((found,), "en")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_hostile_names_stay_one_line(language: str) -> None:
    state = labs.with_container(labs.pulled(), EVIL, "ubuntu:14.04", {EVIL: file(b"1")})
    line = summary(changes(labs.pulled(), state), language)
    assert line.isprintable()
    container = next(iter(state.containers.values()))
    later = state.with_container(replace(container, changes={}))
    assert summary(changes(state, later), language).isprintable()


def test_a_daemons_steps() -> None:
    daemon = Daemon()
    daemon.pull("hello-world")
    step = daemon.journal[1]
    assert said(step.before, step.after).startswith("+ image hello-world:latest, + layers: 1")
