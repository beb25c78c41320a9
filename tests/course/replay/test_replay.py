"""What was done in a lab is done again elsewhere, and ends in the same."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.course.replay.replay import Limits, ReplayError, replay
from imagelab.course.replay.transcript import (
    ROOM,
    Transcript,
    TranscriptError,
    from_json,
    to_json,
    transcript,
)
from imagelab.daemon import Daemon
from imagelab.daemon.given import STEP_ROOM
from imagelab.daemon.outside import Outside
from imagelab.model.outcome import BadRequest
from imagelab.model.state import State
from imagelab.terminal.prompt import Prompt


def _begin() -> Daemon:
    lab = Lab()
    lab.docker("pull busybox")
    lab.docker("create --name box busybox")
    return lab.daemon.fork(lab.journal.head)


START = _begin()


@pytest.fixture
def lab() -> Lab:
    return Lab(daemon=START.fork(0))


def taken(lab: Lab) -> Transcript:
    """Return a lab's transcript as somebody else gets it."""
    memory = lab.daemon.memory
    assert memory is not None
    found = transcript(lab.journal.path(after=0), memory.contents)
    return from_json(json.loads(json.dumps(to_json(found))))


def again(lab: Lab, folder: Path) -> State:
    folder = folder / "replay"
    folder.mkdir()
    return replay(START, taken(lab), folder).state


def same(one: State, other: State) -> bool:
    return (one.clock, one.references, set(one.images), set(one.containers)) == (
        other.clock, other.references, set(other.images), set(other.containers))


def words(*lines: str, **given: object) -> dict[str, object]:
    """Return a transcript that nobody's lab has written."""
    return {"version": 1, "steps": [{"words": line.split(), "folder": "/w", **given}
                                    for line in lines]}


def test_a_whole_session_ends_in_the_same_lab(lab: Lab, tmp_path: Path) -> None:
    host = tmp_path / "host"
    (host / "app").mkdir(parents=True)
    (host / "app" / "Dockerfile").write_text("FROM busybox\nARG A\nCOPY . /app\nRUN echo $A > /a\n")
    (host / "app" / "run").write_text("#!/bin/sh\n")
    (host / "app" / "run").chmod(0o755)
    (host / "variables").write_text("B=1\n")
    lab.shell.folder = host
    code = lab.shell.run("""
docker run -it --name c1 busybox
# echo hello > /hello
# exit
docker commit c1 hello:1
docker rmi nothing
cd app
export A=5
docker build -t app:1 --build-arg A .
docker build -t app:2 -f - . < Dockerfile
cd ..
docker run --env-file variables --name c2 app:1
docker cp app/run box:/run
docker commit box box:1
docker cp box:/bin/busybox tool
docker cp tool box:/tool
docker commit box box:2
docker save -o all.tar app:1 box:2
mv all.tar moved.tar
docker rmi -f app:1 app:2
docker load -i moved.tar
docker save hello:1 > hello.tar
docker rmi -f hello:1
docker load < hello.tar
docker export box | docker import - flat:1
echo bad | docker import - nothing:1
sleep 60
docker login -u student -p imagelab
docker tag flat:1 student/flat:1
docker push student/flat:1
docker container prune
y
docker tag flat:1 last:1
""", lambda *_: None)
    assert code == 0
    assert {str(name) for name in lab.state.references} >= {"app:1", "flat:1", "last:1", "box:2"}
    after = again(lab, tmp_path)
    assert same(after, lab.state)
    assert after.logins == lab.state.logins


def test_steps_that_were_undone_are_not_done_again(lab: Lab, tmp_path: Path) -> None:
    lab.docker("tag busybox a:1")
    lab.docker("rmi a:1")
    lab.undo()
    lab.docker("tag busybox b:1")
    assert len(taken(lab).steps) == 2
    assert same(again(lab, tmp_path), lab.state)


def test_lines_typed_into_a_container_are_typed_again(lab: Lab, tmp_path: Path) -> None:
    prompt = Prompt(lab.daemon, tmp_path)
    for line in ("docker run -it --name c1 busybox", "echo hello > /hello", "exit",
                 "docker commit c1 hello:1", "docker run -d --name c2 busybox sleep 9",
                 "docker exec -it c2 sh", "touch /b", "exit", "docker commit c2 b:1"):
        prompt.submit(line)
    assert {"hello:1", "b:1"} <= {str(name) for name in lab.state.references}
    assert same(again(lab, tmp_path), lab.state)


def test_a_login_that_failed_fails_again(lab: Lab, tmp_path: Path) -> None:
    lab.docker("login -u student -p wrong")
    assert not again(lab, tmp_path).logins


def test_a_login_by_standard_input_or_typed_is_answered(lab: Lab, tmp_path: Path) -> None:
    lab.docker("login -u student --password-stdin", stdin="imagelab")
    assert again(lab, tmp_path).logins == lab.state.logins
    lab.docker("logout")
    Prompt(lab.daemon, tmp_path).submit("docker login")
    prompt = Prompt(lab.daemon, tmp_path)
    for line in ("docker login", "student", "imagelab"):
        prompt.submit(line)
    (tmp_path / "second").mkdir()
    assert lab.state.logins
    assert again(lab, tmp_path / "second").logins == lab.state.logins


def test_input_that_was_not_kept_is_told(lab: Lab, tmp_path: Path) -> None:
    lab.docker("run -i busybox cat", stdin="x" * (1 << 20))
    with pytest.raises(ReplayError, match="step 1: - was too large"):
        again(lab, tmp_path)


def test_a_transcript_that_is_written_can_be_read_however_much_went_in(lab: Lab) -> None:
    for number in range(ROOM // STEP_ROOM + 2):
        lab.docker("run --rm -i busybox cat", stdin=bytes([number]) * STEP_ROOM)
    memory = lab.daemon.memory
    assert memory is not None
    found = transcript(lab.journal.path(after=0), memory.contents)
    assert sum(map(len, found.contents.values())) == ROOM
    assert from_json(to_json(found)) == found


def test_a_large_input_of_a_step_that_failed_does_not_matter(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(bytes(1 << 20))
    assert lab.docker(f"load -i {tmp_path}/large").exit_code
    lab.docker("commit box a:1")
    assert same(again(lab, tmp_path), lab.state)


def test_a_step_of_another_door_is_told(lab: Lab, tmp_path: Path) -> None:
    lab.daemon.tag("busybox", "a:1")
    with pytest.raises(ReplayError, match="step 1: it was not done by a docker command line"):
        again(lab, tmp_path)


def test_the_start_stays_as_it_is(lab: Lab, tmp_path: Path) -> None:
    lab.docker("rmi -f busybox")
    again(lab, tmp_path)
    assert START.state.references
    assert len(START.journal) == 0


# --- what nobody should have sent ----------------------------------------------------------

OUTSIDE = (
    "load -i {}/secret.tar", "load -i ../../../../../../../../{}/secret.tar",
    "import {}/secret.tar got:1", "import ../../../../../../../..{}/secret.tar got:1",
    "cp {}/secret.tar box:/got", "cp {} box:/got", "cp -L link box:/got",
    "cp link/secret.tar box:/", "cp deep/../../../../elsewhere/secret.tar box:/got",
    "cp deep/../../../../elsewhere box:/got",
    "import a/b/c/d/up/../../elsewhere/secret.tar got:1",
    "cp a/b/c/d/up/../../elsewhere/secret.tar box:/got",
    "run --env-file a/b/c/d/up/../../elsewhere/env --name got busybox",
    "import link/secret.tar got:1", "run --env-file {}/env --name got busybox",
    "run --label-file {}/env --name got busybox", "run --env-file link/env --name got busybox",
    "build -t got:1 {}", "build -t got:1 link", "build -t got:1 -f {}/Dockerfile .",
    "build -t got:1 -f link/Dockerfile .", "run -v {}:/host --name got busybox",
)
WRITES = (
    "save -o {}/out busybox", "save -o link/out busybox", "export -o {}/out box",
    "export -o ../../../../../../../../..{}/out box", "cp box:/bin/busybox {}/out",
    "cp box:/bin/busybox link/out", "cp box:/bin/busybox link", "run --cidfile {}/out busybox",
    "build --iidfile {}/out .", "save -o a/b/c/d/up/../../elsewhere/out busybox",
    "export -o a/b/c/d/up/../../elsewhere/out box",
    "save -o out-link busybox", "cp box:/bin/busybox out-link",
)
LINKS: list[dict[str, object]] = [
    {"path": "/w/link", "kind": "symlink"}, {"path": "/w/out-link", "kind": "symlink"},
    {"path": "/w/deep", "kind": "symlink", "target": "a/b/c/d/e/f/g/h"},
    {"path": "/w/a/b/c/d/e/f/g/h", "kind": "directory", "mode": 0o755},
    # From where it leads, two steps up are outside; by its name they are not.
    {"path": "/w/a/b/c/d/up", "kind": "symlink", "target": "../../../../.."},
]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "secret.tar").write_text("secret")
    (folder / "env").write_text("SECRET=secret\n")
    (folder / "Dockerfile").write_text("FROM busybox\nLABEL a=secret\n")
    return folder


def hostile(line: str, elsewhere: Path) -> Transcript:
    links = [LINKS[0] | {"target": str(elsewhere)}, LINKS[1] | {"target": f"{elsewhere}/out"}]
    return from_json(words(line.format(elsewhere), files=[*links, *LINKS[2:]]))


def test_the_names_of_these_tests_mean_something_on_a_host(
    tmp_path: Path, elsewhere: Path,
) -> None:
    """Without a replay around them they read what they are not to read."""
    (tmp_path / "w").mkdir()
    lab = Lab(daemon=START.fork(0))
    (tmp_path / "w/link").symlink_to(elsewhere)
    (tmp_path / "r/host/w/a/b/c/d").mkdir(parents=True)
    (tmp_path / "r/host/w/a/b/c/d/up").symlink_to("../../../../..")
    up = "run --env-file a/b/c/d/up/../../elsewhere/env busybox"
    assert lab.docker(up, folder=tmp_path / "r/host/w").exit_code == 0
    assert lab.docker("cp link/secret.tar box:/got", folder=tmp_path / "w").exit_code == 0
    assert lab.docker("run --env-file link/env busybox", folder=tmp_path / "w").exit_code == 0


@pytest.mark.parametrize("line", OUTSIDE)
def test_nothing_outside_of_the_folder_is_read(
    line: str, tmp_path: Path, elsewhere: Path,
) -> None:
    (tmp_path / "replay").mkdir()
    after = replay(START, hostile(line, elsewhere), tmp_path / "replay").state
    assert after.references == START.state.references
    assert set(after.images) == set(START.state.images)
    box = next(iter(START.state.containers))
    assert after.containers[box].changes == START.state.containers[box].changes
    assert set(after.containers) == {box}


@pytest.mark.parametrize("line", WRITES)
def test_nothing_outside_of_the_folder_is_written(
    line: str, tmp_path: Path, elsewhere: Path,
) -> None:
    (tmp_path / "replay").mkdir()
    before = sorted(os.listdir(elsewhere))
    replay(START, hostile(line, elsewhere), tmp_path / "replay")
    assert sorted(os.listdir(elsewhere)) == before


def test_no_address_is_fetched_whatever_the_lab_may(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(url: str) -> Any:
        asked.append(url)
        raise BadRequest(url)

    start = START.fork(0)
    start.outside = Outside(fetch=fetch)
    Lab(daemon=start.fork(0)).docker("import http://127.0.0.1:9/a.tar got:1")
    assert asked == ["http://127.0.0.1:9/a.tar"]
    (tmp_path / "replay").mkdir()
    steps = from_json(words("import http://127.0.0.1:9/a.tar got:1"))
    after = replay(start, steps, tmp_path / "replay").state
    assert after.references == START.state.references
    assert len(asked) == 1


def test_a_link_that_a_container_made_leads_nowhere(tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "replay").mkdir()
    steps = words(
        f"run --name evil busybox ln -s {elsewhere} /link", "cp evil:/link out",
        "cp box:/bin/busybox out/new", "import out/secret.tar got:1", "cp out/. box:/got")
    after = replay(START, from_json(steps), tmp_path / "replay").state
    assert not (elsewhere / "new").exists()
    assert after.references == START.state.references
    assert (tmp_path / "replay/host/w/out").is_symlink()


@pytest.mark.parametrize("path", [
    "/../../../../../../x", "/w/../../../x", "/", "", "..", "/w/..", "/w/\0", "/\ud800", "a" * 5000,
    "/w/link/x",
])
def test_files_of_a_transcript_stay_in_the_folder(
    path: str, tmp_path: Path, elsewhere: Path,
) -> None:
    (tmp_path / "replay").mkdir()
    link = {"path": "/w/link", "kind": "symlink", "target": str(elsewhere)}
    data = words("images", files=[link, {"path": path, "kind": "file", "piece": ["d", 1]}])
    data["contents"] = {"d": "eJxLBAAAYgBi"}
    with pytest.raises(ReplayError):
        replay(START, from_json(data), tmp_path / "replay")
    assert sorted(os.listdir(tmp_path)) == ["elsewhere", "replay"]
    assert not (elsewhere / "x").exists()


def test_names_with_control_characters_are_names(tmp_path: Path) -> None:
    data = words("cp a\nb\x1b[31m box:/x")
    steps = data["steps"]
    assert isinstance(steps, list)
    steps[0] |= {"words": ["cp", "a\nb\x1b[31m", "box:/x"],
                 "files": [{"path": "/w/a\nb\x1b[31m", "kind": "file", "piece": ["d", 1],
                            "mode": 0o644}]}
    data["contents"] = {"d": "eJxLBAAAYgBi"}
    (tmp_path / "replay").mkdir()
    replay(START, from_json(data), tmp_path / "replay")


@pytest.mark.parametrize("change", [
    lambda data: data.update(version=2),
    lambda data: data.update(steps={}),
    lambda data: data.update(steps=[1]),
    lambda data: data.update(steps=[{"words": ["images"]}] * 2_001),
    lambda data: data.update(steps=[{"words": "images"}]),
    lambda data: data.update(steps=[{"words": ["x" * (1 << 19)]}]),
    lambda data: data.update(steps=[{"words": ["a"], "stdin": ["d", -1]}]),
    lambda data: data.update(steps=[{"words": ["a"], "exit_code": 10**30}]),
    lambda data: data.update(steps=[{"words": ["a"], "environment": {"A": 1}}]),
    lambda data: data.update(steps=[{"words": ["a"], "files": [{"kind": "device"}]}]),
    lambda data: data.update(steps=[{"words": ["a"], "files": [{"kind": []}]}]),
    lambda data: data.update(steps=[{"words": ["a"], "lines": ["\ud800"]}]),
    lambda data: data.update(steps=[{"until": 10**40}]),
    lambda data: data.update(steps=[{"until": True}]),
    lambda data: data.update(steps=[{"to": 1}]),
    lambda data: data.update(contents={"d": "no base64!"}),
    lambda data: data.update(contents={"d": "AAAA"}),
    lambda data: data.update(contents=[]),
])
def test_what_is_no_transcript_is_refused(change: Callable[[dict[str, object]], None]) -> None:
    data = words("images")
    change(data)
    with pytest.raises(TranscriptError):
        from_json(data)


def test_a_compressed_bomb_is_refused_before_it_is_unpacked() -> None:
    import base64
    import zlib

    bomb = base64.b64encode(zlib.compress(bytes(1 << 23))).decode()
    with pytest.raises(TranscriptError, match="more than"):
        from_json(words("images") | {"contents": {"d": bomb}})


def test_thousands_of_steps_end_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "replay").mkdir()
    steps = from_json(words(*["run --rm busybox true"] * 2_000))
    with pytest.raises(ReplayError, match=r"more than 0\.2 seconds"):
        replay(START, steps, tmp_path / "replay", Limits(seconds=0.2))


def test_many_bytes_end_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "replay").mkdir()
    steps = from_json(words("save -o a busybox", "tag busybox c:1"))
    with pytest.raises(ReplayError, match="step 1: more than"):
        replay(START, steps, tmp_path / "replay", Limits(size=1 << 18))
