"""What each kind of goal asks of a lab, and what it says of one that lacks it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagelab.course.levels.check import differences, told
from imagelab.course.levels.goals import KINDS, Case
from imagelab.course.levels.level import Goal, Level, Texts
from imagelab.course.levels.start import typed
from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.messages import languages, text
from imagelab.model.content import CHUNK
from imagelab.model.state import State

Keys = Callable[..., list[str]]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Gives the keys of what a lab lacks of one goal, after some lines upon lesson 4's start."""
    def after(daemon: Daemon, lines: str) -> State:
        fork = daemon.fork(0)
        typed(fork, lines, tmp_path)
        return fork.state

    def found(lines: str, kind: str, *, solution: str = "", **goal: Any) -> list[str]:
        begun = Lab.start("04-rmi").daemon
        texts = {each: Texts("", "", ("",)) for each in ("ko", "en")}
        level = Level("rmi-1", "04-rmi", 1, 1, "04-rmi", "", solution, {},
                      (Goal(kind, goal, {}),), (), texts)
        lacks = differences(level, begun.state, after(begun, lines), after(begun, solution))
        for language in languages:
            said = told(level, lacks, language)  # each has a text, and all that its places want
            assert bool(said) is bool(lacks)
            assert any("가" <= char <= "힣" for char in "".join(said)) is (
                language == "ko" and bool(said))
        return [each.key for each in lacks]

    return found


def test_every_kind_is_tried_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert not {kind for kind in KINDS if f'"{kind}"' not in source}


def test_references(keys: Keys) -> None:
    tag = "docker tag ubuntu:14.04 own:1"
    assert keys("", "references", solution=tag) == ["no_reference"]
    assert keys(tag, "references", solution=tag) == []
    assert keys(tag, "references") == ["reference_left"]
    assert keys(tag, "references", are=["own:1"]) == ["reference_left"] * 3


def test_reference(keys: Keys) -> None:
    assert keys("", "reference", name="own:1") == ["no_reference"]
    assert keys("docker tag ubuntu:14.04 own", "reference", name="own") == []
    same = {"name": "own:1", "same_as": "commit_test:first"}
    assert keys("docker tag ubuntu:14.04 own:1", "reference", **same) == ["reference_elsewhere"]
    assert keys("docker tag commit_test:first own:1", "reference", **same) == []
    moved = "docker tag commit_test:first own:1\ndocker rmi commit_test:first"
    assert keys(moved, "reference", **same) == []
    assert keys("", "reference", name="commit_test:first", absent=True) == ["reference_left"]


def test_layers(keys: Keys) -> None:
    def commit(script: str) -> str:
        return f"docker run --name own commit_test:first {script}\ndocker commit own own:1"

    one = {"image": "own:1", "on": "commit_test:first", "more": 1}
    assert keys("", "layers", **one) == ["no_image"]
    assert keys("docker tag ubuntu:14.04 own:1", "layers", **one) == ["not_on"]
    assert keys(commit("true"), "layers", **one) == ["layers_on"]
    assert keys(commit("touch /a"), "layers", **one) == []
    assert keys(commit("touch /b"), "layers", image="own:1", solution=commit("touch /a")) == []
    assert keys(commit("true"), "layers", image="own:1", solution=commit("touch /a")) == ["layers"]
    second = Lab.start("04-rmi").docker("image inspect commit_test:second").stdout
    count = len(json.loads(second)[0]["RootFS"]["Layers"])
    assert keys("", "layers", image="commit_test:second", most=count) == []
    assert keys("", "layers", image="commit_test:second", most=count - 1) == ["many_layers"]
    # A name that has moved meanwhile means what it meant at the start.
    moving = commit("touch /a") + "\ndocker tag ubuntu:14.04 commit_test:first"
    assert keys(moving, "layers", **one) == []


def test_size(keys: Keys) -> None:
    assert keys("", "size", image="ubuntu:14.04", most=200_000_000) == []
    assert keys("", "size", image="ubuntu:14.04", most=1000) == ["too_big"]
    own = "docker import - own:1 < layer.tar\n"  # of 1,000 bytes
    made = ("docker run --name own busybox sh -c 'mkdir /d; head -c 1000 /bin/busybox > /d/a'\n"
            "docker cp own:/d/. - > layer.tar\n")
    assert keys(made + own, "size", image="own:1", most=1000) == []
    assert keys(made + own, "size", image="own:1", most=999) == ["too_big"]


def test_config(keys: Keys) -> None:
    def change(text: str) -> str:
        return f"docker commit --change '{text}' commit_test own:1"

    cmd = {"image": "own:1", "key": "Cmd", "value": ["cat", "/first"]}
    assert keys(change('CMD ["cat", "/first"]'), "config", **cmd) == []
    assert keys(change("CMD cat /first"), "config", **cmd) == ["config"]
    assert keys(change('CMD ["cat", "/first", "/second"]'), "config", **cmd) == ["config"]
    none = {"image": "own:1", "key": "Entrypoint", "value": []}
    assert keys(change("ENTRYPOINT []"), "config", **none) == []
    assert keys(change("LABEL a=1"), "config", **none) == []
    for key, one, both in (("ExposedPorts", "EXPOSE 80", "EXPOSE 80 81"),
                           ("Volumes", "VOLUME /a", "VOLUME /a /b")):
        ports = {"image": "own:1", "key": key}
        assert keys(change(both), "config", **ports, solution=change(one)) == []
        assert keys(change(one), "config", **ports, solution=change(both)) == ["config"]
    env = {"image": "own:1", "key": "Env", "value": ["A=1"]}
    assert keys(change("ENV A=1"), "config", **env) == []  # PATH is there as well
    assert keys(change("ENV A=2"), "config", **env) == ["config"]
    label = {"image": "own:1", "key": "Labels"}
    assert keys(change("LABEL a=1 b=2"), "config", **label, solution=change("LABEL a=1")) == []
    assert keys(change("LABEL a=2"), "config", **label, solution=change("LABEL a=1")) == ["config"]


def test_history(keys: Keys) -> None:
    signed = "docker commit -a mina -m done commit_test own:1"
    any_name = {"image": "own:1", "author": "*", "comment": "*"}
    assert keys(signed, "history", **any_name) == []
    assert keys("docker commit commit_test own:1", "history", **any_name) == [
        "no_author", "no_comment"]
    assert keys(signed, "history", image="own:1", author="sora") == ["author"]
    assert keys(signed, "history", image="own:1", comment="do") == ["comment"]
    assert keys(signed, "history", image="own:1", on="ubuntu:14.04", more=1) == []
    for more in (0, 2):
        assert keys(signed, "history", image="own:1", on="ubuntu:14.04", more=more) == ["rows"]


def test_file(keys: Keys) -> None:
    where = {"image": "commit_test:first", "path": "/first"}
    assert keys("", "file", **where, text="test_first!") == []
    for other in ("other", "test_first", ""):
        assert keys("", "file", **where, text=other) == ["file_text"]
    assert keys("", "file", **where, present=False) == ["file_left"]
    assert keys("", "file", **where, mode="0600") == ["file_mode"]
    assert keys("", "file", image="ubuntu:14.04", path="/first") == []  # neither has the solution
    made = "docker start commit_test\ndocker exec commit_test sh -c 'echo {} > /a'"
    own = {"container": "commit_test", "path": "/a"}
    assert keys(made.format("one"), "file", **own, solution=made.format("one")) == []
    assert keys(made.format("two"), "file", **own, solution=made.format("one")) == ["file_text"]
    assert keys("", "file", **own, solution=made.format("one")) == ["no_file"]
    assert keys("", "file", container="nobody", path="/a") == ["no_container"]


def test_a_file_is_what_programs_find_at_the_path(keys: Keys) -> None:
    made = ("docker run --name own ubuntu:14.04 sh -c 'mkdir /d /dir; echo one > /d/a; "
            "ln -s /d/a /link; ln -s /d /other; ln -s /nothing /dangling; ln -s /loop /loop'\n"
            "docker commit own own:1")
    for path in ("/link", "/other/a", "//d//a", "/./d/../d/a"):
        assert keys(made, "file", image="own:1", path=path, text="one") == []
        assert keys(made, "file", container="own", path=path, text="two") == ["file_text"]
    for path in ("/dangling", "/loop"):
        assert keys(made, "file", image="own:1", path=path, present=True) == ["no_file"]
        assert keys(made, "file", image="own:1", path=path, present=False) == ["file_left"]
    assert keys(made, "file", image="own:1", path="/d/a/b", text="one") == ["no_file"]
    assert keys(made, "file", image="own:1", path="/dir", text="") == ["no_file"]
    empty = made.replace("mkdir /d /dir", "mkdir /d; : > /dir")
    assert keys(made, "file", image="own:1", path="/dir", solution=empty) == ["no_file"]
    assert keys(made, "file", image="own:1", path="/dir", solution=made) == []


@pytest.mark.parametrize("secret", ["a&b<c>", 'say "hi"', "back\\slash", "비밀"])
def test_a_secret_is_found_however_json_escapes_it(secret: str) -> None:
    lab = Lab.start("04-rmi")
    for kept in (["-c", f"LABEL key='{secret}'"], ["-m", secret]):
        assert lab.docker(["commit", *kept, "commit_test", "own:1"]).exit_code == 0
        case = Case({"image": "own:1", "text": secret}, lab.state, lab.state, lab.state)
        assert [each.key for each in KINDS["secret"](case)] == ["secret_config"]


def test_a_secret_is_found_anywhere_in_a_file(keys: Keys) -> None:
    # One that lies across two of the pieces in which files are read.
    split = ("head -c {} /dev/zero > key\nprintf swordfish >> key\n"
             "docker cp key commit_test:/key\ndocker commit commit_test own:1")
    for before in (CHUNK - 9, CHUNK - 5, CHUNK - 1, CHUNK):
        assert keys(split.format(before), "secret", image="own:1", text="swordfish") == [
            "secret_layer"], before
    assert keys("", "secret", image="ubuntu:14.04",
                text="adduser only stands in") == ["secret_layer"]


def test_a_secret_where_a_link_leads_is_found(keys: Keys) -> None:
    link = ("docker run --name own ubuntu:14.04 sh -c 'ln -s /home/swordfish /key'\n"
            "docker commit own own:1")
    assert "secret_layer" in keys(link, "secret", image="own:1", text="swordfish")


def test_secret(keys: Keys) -> None:
    kept = ("docker run --name own ubuntu:14.04 sh -c 'echo swordfish > /key'\n"
            "docker commit own own:1\n")
    removed = kept + ("docker run --name own2 own:1 rm /key\n"
                      "docker commit own2 own:2\n")
    assert keys(kept, "secret", image="own:1", text="swordfish") == [
        "secret_config", "secret_layer"]  # the command line of the container is in its history
    assert keys(removed, "secret", image="own:2", text="swordfish") == [
        "secret_config", "secret_layer"]
    clean = "docker run --name own ubuntu:14.04 true\ndocker commit own own:1"
    assert keys(clean, "secret", image="own:1", text="swordfish") == []
    named = "docker start commit_test\ndocker exec commit_test touch /swordfish\n"
    assert keys(named + "docker commit commit_test own:1", "secret", image="own:1",
                text="swordfish") == ["secret_layer"]
    label = "docker commit --change 'LABEL swordfish=1' commit_test own:1"
    assert "secret_config" in keys(label, "secret", image="own:1", text="swordfish")
    assert keys(clean, "secret", text="swordfish") == []
    # Of commit_test:second the layer above has it too: /root/.bash_history was copied up.
    assert keys(clean, "secret", text="test_first!") == ["secret_layer"] * 3


def test_volume(keys: Keys) -> None:
    made = "docker run -v data:/data ubuntu:14.04 sh -c 'echo hello > /data/a'"
    assert keys(made, "volume", name="data") == []
    assert keys("", "volume", name="data") == ["no_volume"]
    assert keys(made, "volume", name="data", absent=True) == ["volume_left"]
    assert keys(made, "volume", name="data", path="/a", text="hello") == []
    assert keys(made, "volume", name="data", path="/a", text="other") == ["file_text"]
    assert keys(made, "volume", name="data", path="/b", text="hello") == ["no_file"]


def test_files(keys: Keys) -> None:
    def own(script: str) -> str:
        return f"docker run --name own commit_test:first sh -c '{script}'\ndocker commit own own:1"

    like = {"image": "own:1", "like": "commit_test:first"}
    assert keys("", "files", **like) == ["no_image"]
    assert keys(own("touch /more; chmod 700 /first"), "files", **like) == []
    assert keys(own("rm /first"), "files", **like) == ["no_file"]
    assert keys(own("echo other > /first"), "files", **like) == ["file_differs"]
    assert keys(own("rm /first; mkdir /first"), "files", **like) == ["file_differs"]
    assert keys(own("rm /first"), "files", **like, but=["/first"]) == []
    assert keys(own("rm /first"), "files", **like, path="/etc") == []
    assert keys(own("rm /first"), "files", **like, path="/fir") == []
    linked = own("ln -s {} /link")
    assert keys(linked.format("/a"), "files", image="own:1", solution=linked.format("/a")) == []
    assert keys(linked.format("/b"), "files", image="own:1", solution=linked.format("/a")) == [
        "file_wrong"]
    assert keys(own("rm -r /usr"), "files", **like, path="/usr") == ["no_file"]  # told once
    assert keys(own("touch /more"), "files", **like, only=True) == ["file_left"]
    container = {"image": "own:1", "like": "commit_test2"}
    assert keys(own("true"), "files", **container, but=["/root"]) == ["no_file"]  # /second
    assert keys(own("echo test_second! > /second"), "files", **container, but=["/root"]) == []
    many = own("for n in 1 2 3 4 5; do touch /$n; done")
    assert keys(own("true"), "files", image="own:1", solution=many) == ["no_file"] * 3 + [
        "more_files"]
    right = own("echo right > /first")
    assert keys(right, "files", image="own:1", solution=right) == []
    assert keys(own("true"), "files", image="own:1", solution=right) == ["file_wrong"]


def test_kept(keys: Keys) -> None:
    assert keys("docker rmi commit_test:second", "kept") == ["reference_lost"]
    gone = "docker rmi commit_test:second"
    assert keys(gone, "kept", solution=gone) == []
    assert keys("docker tag ubuntu:14.04 commit_test:second", "kept") == ["reference_moved"]
    assert keys("docker rm commit_test", "kept") == ["container_lost"]
    assert keys("docker rm commit_test\ndocker create --name commit_test ubuntu:14.04",
                "kept") == ["container_lost"]
    assert keys("docker pull busybox\ndocker run -v data:/data busybox touch /data/a", "kept") == []


@pytest.mark.parametrize(("lines", "found"), [
    ("docker start own", []),
    ("docker rmi none\ndocker stop -t 0 web", ["container_status"]),
    ("docker restart -t 0 web", []),
    ("docker image prune -f", ["image_lost"]),
    ("docker rm -f own\ndocker volume rm data", ["container_lost", "volume_lost"]),
    ("docker run -v data:/data busybox sh -c 'echo other > /data/a'", ["volume_changed"]),
    ("docker run -v data:/data busybox sh -c 'echo first > /data/a'", []),
])
def test_kept_of_what_has_no_name_or_goes_on(lines: str, found: list[str], tmp_path: Path) -> None:
    assert _not_kept(lines, "", tmp_path) == found


def test_kept_leaves_alone_what_the_solution_changes(tmp_path: Path) -> None:
    solution = ("docker stop -t 0 web\n"
                "docker run -v data:/data busybox sh -c 'echo other > /data/a'")
    for lines in ("", solution, "docker rm -f web"):
        assert _not_kept(lines, solution, tmp_path) == []
    assert _not_kept("docker rm own\ndocker volume rm data", solution, tmp_path) == [
        "container_lost"]


def _not_kept(lines: str, solution: str, folder: Path) -> list[str]:
    begun = Daemon()
    typed(begun, """
docker pull -q busybox
docker run --name own -v data:/data busybox sh -c 'echo first > /data/a; echo a > /a'
docker run -d --name web busybox sleep 100000
docker commit own lost:1
docker commit -m again own lost:1
""", folder)
    now, solved = (begun.fork(begun.journal.head) for _ in range(2))
    typed(now, lines, folder)
    typed(solved, solution, folder)
    case = Case({}, begun.state, now.state, solved.state)
    lacks = list(KINDS["kept"](case))
    assert all(text(f"goal.{each.key}", language, **each.values)
               for each in lacks for language in languages)
    return [each.key for each in lacks]


def test_containers(keys: Keys) -> None:
    both = ["commit_test", "commit_test2"]
    assert keys("", "containers", are=both) == []
    assert keys("docker rm commit_test", "containers", are=both) == ["no_container"]
    assert keys("", "containers", solution="docker rm commit_test") == ["container_left"]
    own = {"name": "own", "status": "running", "image": "ubuntu:14.04"}
    run = "docker run -d --name own {} sleep 1000"
    assert keys(run.format("ubuntu:14.04"), "container", **own) == []
    assert keys(run.format("commit_test:first"), "container", **own) == ["container_image"]
    assert keys(run.format("ubuntu:14.04") + "\ndocker stop own", "container", **own) == [
        "container_status"]
    assert keys("", "container", **own) == ["no_container"]
    assert keys("", "container", name="commit_test", absent=True) == ["container_left"]


def test_counts(keys: Keys) -> None:
    run = "docker run -d --name own commit_test:second sleep 1000\n"
    assert keys(run, "running", least=1) == []
    assert keys(run, "running", most=0) == ["some_running"]
    assert keys(run + run.replace("own", "too"), "running", most=1) == ["many_running"]
    moved = "docker commit commit_test2 commit_test:second"
    assert keys(moved, "dangling", least=1) == []
    assert keys("", "dangling", least=1) == ["few_dangling"]
    nameless = "docker rmi -f commit_test:first"
    assert keys(nameless, "intermediate", least=1, most=1) == []
    assert keys(moved, "intermediate", least=1) == ["few_intermediate"]
    assert keys(nameless, "dangling", most=0) == []
    by_digest = "docker pull busybox\ndocker tag ubuntu:14.04 busybox:latest\n"
    assert keys(by_digest, "dangling", least=1) == []
    assert keys(run + "docker rmi -f commit_test:second", "nameless_in_use", least=1) == []
    assert keys(run, "nameless_in_use", least=1) == ["few_nameless_in_use"]
    stopped = "docker rmi -f commit_test:first"  # commit_test2 is of it
    assert keys(stopped, "nameless_in_use", least=1) == ["few_nameless_in_use"]
    for kind in ("running", "dangling", "intermediate", "nameless_in_use"):
        for bound in ("few", "many", "some"):
            assert all(text(f"goal.{bound}_{kind}", each, count=1, least=2, most=0)
                       for each in languages)


def test_freed(keys: Keys) -> None:
    all_gone = "docker rm -f commit_test commit_test2\ndocker rmi commit_test:second"
    assert keys(all_gone, "freed", bytes=1) == []
    assert keys("docker rmi -f commit_test:first", "freed", bytes=1) == ["little_freed"]
    assert keys("", "freed", solution=all_gone) == ["little_freed"]
    held = "docker rm commit_test2\ndocker create commit_test:second\n"
    by_force = "docker rmi -f commit_test:second commit_test:first"  # the container holds layers
    assert keys(held + by_force, "freed", bytes=1) == ["little_freed"]
    more = "docker pull busybox\n"
    assert keys(more + all_gone, "freed", solution=all_gone) == []


def test_registry(keys: Keys) -> None:
    run = "docker run -d -p 5000:5000 --name registry registry:2\n"
    push = "docker tag commit_test:first localhost:5000/own:1\ndocker push localhost:5000/own:1\n"
    own = {"name": "localhost:5000/own:1", "same_as": "commit_test:first"}
    assert keys(run + push, "registry", **own) == []
    assert keys(run, "registry", **own) == ["not_in_registry"]
    other = push.replace("first", "second")
    assert keys(run + other, "registry", **own) == ["other_in_registry"]
    renamed = push + "docker rmi -f commit_test:first"
    assert keys(run + renamed, "registry", **own) == []
    assert keys(run + push, "registry", name=own["name"], same_as="none:1") == ["no_reference"]
    assert keys(run + push, "registry", name=own["name"], absent=True) == ["registry_left"]
