"""The plan of a command line against carrying it out, on known labs and on many by chance."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.daemon.clock import SystemClock
from imagelab.formats.units import human_size
from imagelab.lab import Lab
from imagelab.views.change import Change
from imagelab.views.map.fold import MAX_NODES
from imagelab.views.plan.dry_run import COMMANDS, LineError, carry_out, copy, run, split
from imagelab.views.plan.plan import Plan, plan
from imagelab.views.plan.text import plan_picture
from imagelab.views.plan.who import image_of, names_of
from imagelab.views.plan.words import changes, said


def lab_of(*lines: str) -> Lab:
    lab = Lab()
    for line in lines:
        done = lab.docker(line)
        assert done.exit_code == 0, (line, done)
    return lab


@pytest.fixture
def lab() -> Lab:
    """The chapter's lab, with small images: base, first and second, a container of each."""
    return lab_of(
        "pull busybox", "run --name c1 busybox sh -c 'echo one > /first'",
        "commit c1 test:first", "run --name c2 test:first sh -c 'echo two > /second'",
        "commit c2 test:second")


def check(lab: Lab, line: str) -> Plan:
    """Plan a line, carry it out, and see that nothing came otherwise."""
    before = lab.state
    steps = len(lab.journal)
    planned = plan(lab.daemon, line)
    assert lab.state is before
    assert len(lab.journal) == steps
    done = lab.docker(split(line), stdin="y\n")
    assert planned.printed == done.stdout + done.stderr
    assert planned.exit_code == done.exit_code
    assert planned.state == lab.state
    assert planned.state.counter == lab.state.counter
    return planned


def ways_work(lab: Lab, planned: Plan) -> None:
    """Follow each way with real commands on a copy of the lab."""
    for way in planned.ways:
        trial = lab.at(lab.journal.head)
        for words in way.lines:
            assert trial.docker(words).exit_code == 0, (planned.words, way.lines)
        after = Change(lab.state, trial.state)
        assert after.freed == way.change.freed
        assert after.untagged == way.change.untagged


# --- known labs ----------------------------------------------------------------------------


def test_a_name_with_a_layer_of_its_own(lab: Lab) -> None:
    planned = plan(lab.daemon, "docker rmi test:second")
    assert [str(each) for each in planned.change.untagged] == ["test:second"]
    assert len(planned.change.deleted_images) == len(planned.change.deleted_layers) == 1
    assert planned.change.freed == 4
    parent, layer = planned.stays
    assert (parent.label, [each.kind for each in parent.reasons]) == (
        "test:first", ["reference", "stopped"])
    assert (layer.kind, layer.below) == ("layer", 1)
    assert {(each.kind, each.who) for each in layer.reasons} == {
        ("image", "test:first"), ("stands", "c2")}
    check(lab, "rmi test:second")


def test_a_container_in_the_way_and_the_commands_against_it(lab: Lab) -> None:
    planned = check(lab, "rmi test:first")
    assert planned.exit_code == 1
    assert planned.change.is_nothing
    assert [(each.kind, each.who) for each in planned.obstacles] == [("containers", ("c2",))]
    clear, force = planned.ways
    assert clear.lines == (("rm", "c2"), ("rmi", "test:first"))
    assert force.lines == (("rmi", "-f", "test:first"),)
    text = plan_picture(lab.daemon, "rmi test:first", "en").text
    assert "docker rm c2\n  docker rmi test:first" in text
    # The lesson's trap: even then the image stays, since another stands on it.
    assert "stays, without a name: test:second was made from it" in text


def test_children_go_first(lab: Lab) -> None:
    image = image_of(lab.state, "test:first")
    assert image is not None
    lab.docker("rm c2")
    planned = check(lab, f"rmi {image.id[7:19]}")
    assert [(each.kind, each.who) for each in planned.obstacles] == [
        ("children", ("test:second",))]
    (clear,) = planned.ways  # no force helps against children
    assert clear.lines == (("rmi", "test:second"), ("rmi", image.id[7:19]))
    ways_work(lab, planned)
    assert "-f does not help here" in plan_picture(
        lab.daemon, f"rmi {image.id[7:19]}", "en").text


def test_several_names(lab: Lab) -> None:
    lab.docker("tag test:second other")
    image = image_of(lab.state, "other")
    assert image is not None
    planned = check(lab, f"rmi {image.id}")
    clear, force = planned.ways
    assert clear.lines == (("rmi", "other:latest", "test:second"),)
    assert force.lines == (("rmi", "-f", image.id),)
    assert clear.change.freed == force.change.freed == 4
    ways_work(lab, planned)


def test_things_may_be_called_like_commands() -> None:
    lab = lab_of("pull busybox", "tag busybox rmi", "tag busybox rm", "tag busybox image",
                 "run --name rm busybox true", "run --name rmi rmi true")
    for line in ("rm rm nobody rmi", "image rm image busybox image rm rmi", "rmi rmi rm image",
                 "rmi busybox rmi rm image busybox rmi"):
        ways_work(lab, plan(lab.daemon, line))
    lab.docker("run -d --name on busybox sleep 1000")
    planned = plan(lab.daemon, "rm on container")
    assert planned.ways[0].lines == (("stop", "on"), ("rm", "on"))
    lab.docker("run -d --name container busybox sleep 1000")
    planned = plan(lab.daemon, "container rm on container gone")
    assert planned.ways[0].lines[-1][:2] == ("container", "rm")
    ways_work(lab, planned)


def test_a_container_that_is_running_paused_or_about_to_be_started_again(lab: Lab) -> None:
    lab.docker("run -d --name r1 busybox sleep 1000")
    lab.docker("run -d --name p1 busybox sleep 1000")
    lab.docker("pause p1")
    lab.docker("run -d --name e1 --restart always busybox false")
    running, paused, ended = check(lab, "rm r1"), check(lab, "rm p1"), check(lab, "rm e1")
    assert running.ways[0].lines == (("stop", "r1"), ("rm", "r1"))
    assert paused.ways[0].lines == (("unpause", "p1"), ("stop", "p1"), ("rm", "p1"))
    assert ended.ways[0].lines == (("stop", "e1"), ("rm", "e1"))
    for each in (running, paused, ended):
        assert each.ways[1].forced
        assert [stay.reasons[0].kind for stay in each.stays if stay.kind == "container"] == [
            "runs"]
        ways_work(lab, each)
    used = check(lab, "rmi busybox")
    assert used.obstacles[0].running == ("r1", "p1", "e1")
    ways_work(lab, used)


def test_force_under_a_stopped_container_says_what_it_does(lab: Lab) -> None:
    image = image_of(lab.state, "test:second")
    assert image is not None
    lab.docker("run --name c3 test:second true")
    text = plan_picture(lab.daemon, f"rmi {image.id[7:19]}", "en").text
    assert "-f deletes the image although c3 was made from it" in text
    planned = check(lab, f"rmi -f {image.id[7:19]}")
    assert planned.change.freed == 0
    assert [stay.reasons[0].kind for stay in planned.stays if stay.kind == "container"] == [
        "image_gone"]


def test_prunes_say_what_they_leave(lab: Lab) -> None:
    planned = plan(lab.daemon, "image prune")
    assert planned.is_asked
    assert "[y/N]" in planned.printed
    assert {each.label for each in planned.stays} == {
        "busybox:latest", "test:first", "test:second"}
    assert not plan(lab.daemon, "image prune -f").is_asked
    lab.docker("tag busybox test:second")
    pruned = check(lab, "image prune")
    assert len(pruned.change.deleted_images) == 1
    everything = check(lab, "system prune -a")
    assert not everything.state.images
    assert everything.change.freed > 1_000_000
    assert f"Total reclaimed space: {everything.printed.split()[-1]}" in everything.printed


def test_filters_and_no_prune_are_reasons(lab: Lab) -> None:
    (stay,) = [each for each in plan(lab.daemon, "container prune --filter label=x").stays
               if each.label == "c1"]
    assert [each.kind for each in stay.reasons] == ["filter"]
    everything = plan(lab.daemon, "image prune -a --filter label=x")
    for stay in everything.stays:  # with -a, a name keeps no image
        assert "reference" not in {each.kind for each in stay.reasons}
    assert [each.kind for each in everything.stays[-1].reasons] == ["filter"]
    lab.docker("rm c1 c2")
    lab.docker("rmi test:first")
    planned = check(lab, "rmi --no-prune test:second")
    assert [each.kind for each in planned.stays[0].reasons] == ["no_prune"]


def test_a_tag_that_moves_and_a_commit(lab: Lab) -> None:
    planned = check(lab, "tag busybox test:second")
    (moved,) = planned.change.moved
    assert str(moved.reference) == "test:second"
    assert [each.reasons[0].kind for each in planned.stays] == ["nothing"]
    lab.docker("run --name c3 busybox sh -c 'echo three > /third'")
    made = check(lab, "commit -m 'a; b' c3 test:third")
    assert made.change.added == 6
    assert made.printed.strip() in made.state.images
    assert not made.id_is_open


def test_a_prune_of_all_takes_networks() -> None:
    lab = lab_of("network create net1")
    planned = check(lab, "system prune -f")
    assert [each.name for each in planned.change.removed_networks] == ["net1"]
    assert not planned.change.is_nothing
    assert [row.what for row in changes(planned.change, "en")] == ["network net1"]
    assert check(lab, "image prune -f").change.is_nothing


def test_volumes() -> None:
    lab = lab_of("pull busybox", "volume create data", "volume create free",
                 "run --name v1 -v data:/data busybox sh -c 'echo x > /data/f'")
    planned = check(lab, "volume rm data")
    assert planned.ways[0].lines == (("rm", "v1"), ("volume", "rm", "data"))
    ways_work(lab, planned)
    removed = plan(lab.daemon, "rm v1")
    assert [(each.kind, each.reasons[0].kind) for each in removed.stays][-1] == (
        "volume", "rm_keeps")
    pruned = check(lab, "volume prune")
    assert [each.name for each in pruned.change.removed_volumes] == ["free"]
    assert [each.reasons[0].kind for each in pruned.stays] == ["mounted"]
    for line in ("container prune", "system prune"):
        (stay,) = [each for each in plan(lab.daemon, line).stays if each.kind == "volume"]
        assert [each.kind for each in stay.reasons] == ["prune_keeps"]


def test_the_machines_clock_leaves_a_new_id_open() -> None:
    lab = Lab(clock=SystemClock())
    lab.docker("pull busybox")
    lab.docker("run --name cc busybox sh -c 'echo x > /x'")
    planned = plan(lab.daemon, "commit cc x:1")
    assert planned.id_is_open
    text = plan_picture(lab.daemon, "commit cc x:1", "en").text
    assert "  sha256:…\n" in text
    other = carry_out(copy(lab.daemon), ("commit", "cc", "y:1"))
    assert not planned.comes_out_as(other)
    assert planned.comes_out_as(carry_out(lab.daemon, planned.words))
    gone = plan(lab.daemon, "rmi x:1")
    assert not gone.id_is_open
    assert gone.comes_out_as(carry_out(lab.daemon, gone.words))


def test_nobody_waits_for_a_plan() -> None:
    """On the machine's clock a stop may take ten seconds; in a plan it takes none."""
    import time

    lab = Lab(clock=SystemClock())
    lab.docker("pull busybox")
    lab.docker("run -d --name cc busybox sh -c 'trap \"\" TERM; while true; do sleep 1; done'")
    start = time.monotonic()
    planned = plan(lab.daemon, "rm cc")
    assert planned.ways[0].lines == (("stop", "cc"), ("rm", "cc"))
    assert time.monotonic() - start < 2
    lab.docker("rm -f cc")


def test_a_kept_lab_is_left_as_it_is(tmp_path: Path) -> None:
    """No step, no file, no listener's call: not in the lab's folder either."""
    lab = Lab.open(tmp_path / "lab", registries="real")
    lab.docker("pull busybox")
    lab.docker("volume create data")
    lab.docker("run --name cc -v data:/d busybox sh -c 'echo x > /x'")
    lab.docker("commit cc x:1")
    told: list[object] = []
    lab.daemon.subscribe(told.append)

    def files() -> dict[str, bytes]:
        return {str(each): each.read_bytes() for each in (tmp_path / "lab").rglob("*")
                if each.is_file()}

    before, state = files(), lab.state
    for line in ("rmi x:1", "rmi busybox", "rm cc", "commit cc y:1", "commit cc", "tag x:1 z",
                 "system prune -af --volumes", "image prune -a", "volume rm data"):
        plan_picture(lab.daemon, line, "en")
    assert files() == before
    assert lab.state is state
    assert told == []
    assert len(lab.journal) == 4


# --- lines that cannot be planned ----------------------------------------------------------


@pytest.mark.parametrize(("line", "key"), [
    ("", "empty"), ("docker", "empty"), ("rmi 'x", "open_quote"), ("run busybox", "other"),
    ("pull busybox", "other"), ("foo", "unknown"), ("rmi $(docker images -q)", "shell"),
    ("rm a && rm b", "shell"), ("rmi `x`", "shell"), ("push a", "other"), ("load", "other"),
    ("docker login x", "other"), ("stop c", "other")])
def test_other_lines_are_refused_and_the_known_ones_named(lab: Lab, line: str, key: str) -> None:
    with pytest.raises(LineError) as caught:
        plan(lab.daemon, line)
    assert caught.value.key == key
    for language in ("en", "ko"):
        text = " ".join(plan_picture(lab.daemon, line, language).text.split())
        assert all(f"docker {name}" in text for name in COMMANDS)


def test_what_leaves_the_lab_never_runs_on_a_copy(lab: Lab) -> None:
    with pytest.raises(LineError):
        run(copy(lab.daemon), ("push", "test:first"))


def test_spellings(lab: Lab) -> None:
    short = plan(lab.daemon, "rmi test:second")
    assert plan(lab.daemon, "docker image rm test:second").state == short.state
    assert plan(lab.daemon, "docker -D image remove test:second").state == short.state
    forced = plan(lab.daemon, "container rm c1 nothing")
    assert forced.exit_code == 1
    assert forced.change.removed_containers[0].name == "c1"


def test_hostile_words_are_one_line(lab: Lab) -> None:
    picture = plan_picture(lab.daemon, "rmi 'a<b>\n\x1b[31m\u202e\"'", "en")
    assert not set("\x1b\u202e") & set(picture.text)
    assert picture.text.splitlines()[0] == \
        "What “docker rmi 'a<b> \ufffd[31m\ufffd\"'” would do"


# --- large labs ----------------------------------------------------------------------------


def test_a_large_lab_is_drawn_in_part() -> None:
    lab = lab_of("pull busybox")
    for at in range(60):
        lab.docker(f"run --name c{at} busybox sh -c 'echo {at} > /f'")
        lab.docker(f"commit c{at} app:{at}")
    picture = plan_picture(lab.daemon, "rmi app:7", "en")
    assert picture.dot.count("fillcolor") <= MAX_NODES
    assert "app:7" in picture.dot
    everything = plan_picture(lab.daemon, "system prune -af", "ko")
    assert everything.dot.count("fillcolor") <= MAX_NODES
    assert "… 외" in everything.text


# --- by chance -----------------------------------------------------------------------------

_NAMES = ("app:1", "app:2", "base", "team/app:1")


def _some_image(lab: Lab, by: random.Random) -> str:
    images = list(lab.state.images.values())
    if not images or by.random() < 0.1:
        return by.choice(("missing", "0000", *_NAMES))
    image = by.choice(images)
    digits = image.id[7:]
    return by.choice((names_of(lab.state, image.id)[0], names_of(lab.state, image.id)[-1],
                      digits[:12], digits, f"sha256:{digits}", digits[:6]))


def _some_container(lab: Lab, by: random.Random) -> str:
    found = list(lab.state.containers.values())
    if not found or by.random() < 0.1:
        return "missing"
    each = by.choice(found)
    return by.choice((each.name, each.id[:12], each.id))


def _line(lab: Lab, by: random.Random) -> str:
    """Return a line that can be planned."""
    flags = by.choice(("", "", "-f "))
    many = by.choice((1, 1, 2, 3))
    images = " ".join(_some_image(lab, by) for _ in range(many))
    containers = " ".join(_some_container(lab, by) for _ in range(many))
    removal = f"rmi {flags}{images}"
    return by.choice((
        removal, removal, removal, removal, f"rmi {images}", f"rmi {images}",
        f"image rm --no-prune {flags}{images}",
        f"rm {flags}{containers}", f"rm {flags}{containers}", f"rm -v {containers}",
        f"image prune {flags}", f"image prune -a {flags}", f"container prune {flags}",
        f"system prune {flags}", "system prune -a --volumes", "volume prune",
        f"volume rm {flags}data", f"tag {_some_image(lab, by)} {by.choice(_NAMES)}",
        f"commit {_some_container(lab, by)} {by.choice((*_NAMES, ''))}",
        f"commit -a me -c 'ENV a=b' {_some_container(lab, by)}"))


def _grown(by: random.Random) -> Iterator[Lab]:
    """Yield a lab again and again, after some more commands by chance."""
    lab = lab_of("pull busybox", "volume create data")
    for number in range(40):
        if not lab.state.images:
            lab.docker("pull busybox")
        for _ in range(by.randrange(5)):
            image = _some_image(lab, by)
            kind = by.choice((
                f"run --name n{number} {image} sh -c 'echo {by.randrange(3)} > /f{number % 4}'",
                f"run -v data:/d -v /anonymous --name v{number} {image} true",
                f"run -d --name r{number} {image} sleep 1000",
                f"run -d --rm --name q{number} {image} sleep 1000",
                f"pause r{number}", f"commit {_some_container(lab, by)} {by.choice(_NAMES)}",
                f"commit {_some_container(lab, by)}", "pull busybox",
                f"tag {image} {by.choice(_NAMES)}"))
            lab.docker(kind)
        yield lab


@pytest.mark.parametrize("seed", range(12))
def test_what_is_planned_is_what_comes(seed: int) -> None:
    by = random.Random(seed)
    refused = 0
    for lab in _grown(by):
        line = _line(lab, by)
        before = lab.state
        planned = check(lab, line)
        _sound(planned)
        if planned.obstacles:
            refused += 1
            back = lab.at(lab.journal[-1].parent)
            assert back.state == before
            again = plan(back.daemon, line)
            ways_work(back, again)
            assert any(not way.forced for way in again.ways), (line, planned.printed)
    assert refused


def _sound(planned: Plan) -> None:
    """See that a plan tells all, and that each reason holds."""
    change = planned.change
    printed = planned.run.stdout
    for image in change.deleted_images:
        if planned.line.name != "rm":
            assert re.search(f"eleted: {image.id}", printed)
    total = re.search(r"Total reclaimed space: (\S+)", printed)
    # Docker does not count the layers that go with the last container of a deleted image.
    if total and all(each.image_id in planned.before.images
                     for each in change.removed_containers):
        assert total[1] == human_size(change.freed)
    for each in planned.stays:
        assert each.id in {*planned.state.images, *planned.state.layers,
                           *planned.state.containers, *planned.state.volumes}
        assert each.reasons
    for language in ("en", "ko"):
        assert said(planned, language).title

