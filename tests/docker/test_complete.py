"""What Tab offers in a docker command line."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.docker.complete import complete
from imagelab.docker.main import COMMANDS, GROUPS
from imagelab.model.state import State


@pytest.fixture(scope="module")
def state() -> State:
    """The chapter's images, two containers that have ended and one that runs."""
    lab = Lab()
    for line in (
        "pull -q busybox", "create --name commit_test busybox",
        "commit commit_test commit_test:first", "create --name commit_test2 commit_test:first",
        "run -d --name web busybox sleep 100000", "tag busybox localhost:5000/team/app:1",
    ):
        assert lab.docker(line).exit_code == 0
    return lab.state


def offered(state: State, line: str, folder: Path | None = None) -> list[str]:
    """Complete a line after ``docker``; its last word is the one at the cursor."""
    front, _, prefix = line.rpartition(" ")
    return complete(state, shlex.split(front), prefix, folder)


@pytest.mark.parametrize(("line", "expected"), [
    # commands
    ("comm", ["commit"]),
    ("rm", ["rm", "rmi"]),
    ("help comm", ["commit"]),
    ("image pr", ["prune"]),
    ("image l", ["load", "ls"]),  # the client offers no second names such as list either
    ("nonsense ", []),
    # references, with characters that split words elsewhere
    ("rmi ", ["busybox:latest", "commit_test:first", "localhost:5000/team/app:1"]),
    ("rmi commit_test:f", ["commit_test:first"]),
    ("image rm -f localhost:5000/te", ["localhost:5000/team/app:1"]),
    ("rmi docker.io/library/b", ["docker.io/library/busybox:latest"]),
    ("rmi busybox:latest ", ["commit_test:first", "localhost:5000/team/app:1"]),
    ("history com", ["commit_test:first"]),
    ("history commit_test:first ", []),
    ("tag com", ["commit_test:first"]),
    ("commit commit_test com", ["commit_test", "commit_test:first"]),
    ("images loc", ["localhost:5000/team/app", "localhost:5000/team/app:1"]),
    ("save -o x.tar bu", ["busybox:latest"]),
    ("save -o ", []),
    # containers, those first that the command can do something with
    ("rm ", ["web", "commit_test2", "commit_test"]),
    ("stop ", ["web", "commit_test2", "commit_test"]),
    ("kill co", ["commit_test2", "commit_test"]),
    ("start ", ["commit_test2", "commit_test", "web"]),
    ("rm -f web c", ["commit_test2", "commit_test"]),
    ("commit ", ["web", "commit_test2", "commit_test"]),
    ("inspect commit_test", ["commit_test2", "commit_test", "commit_test:first"]),
    ("logs commit_test ", []),
    ("export co", ["commit_test2", "commit_test"]),
    ("export -o x.tar web ", []),
    ("top ", ["web", "commit_test2", "commit_test"]),
    ("top web ", []),
    ("stats --no-stream web c", ["commit_test2", "commit_test"]),
    ("update --restart unl", ["unless-stopped"]),
    ("update --memory 64m w", ["web"]),
    # copies: containers with a colon, then what is in them
    ("cp w", ["web:"]),
    ("cp web:/et", ["web:/etc/"]),
    ("cp web:et", ["web:etc/"]),
    ("cp web:/etc/pass", ["web:/etc/passwd"]),
    ("cp web:/no/such", []),
    ("cp nothing:/e", []),
    ("cp web:/etc/passwd w", []),
    ("cp /x ", ["web:", "commit_test2:", "commit_test:"]),
    ("container cp -L w", ["web:"]),
    # names for images that are made or handed on
    ("build -t com", ["commit_test:first"]),
    ("push localhost", ["localhost:5000/team/app:1"]),
    ("import - com", ["commit_test", "commit_test:first"]),
    ("events -f container=w", ["container=web"]),
    ("events -f image=bu", ["image=busybox:latest"]),
    ("system prune --f", ["--filter", "--force"]),
    ("system prune --filter unt", ["until="]),
    ("builder pr", ["prune"]),
    # the Hub comes after what is here
    ("run busy", ["busybox:latest", "busybox"]),
    ("run busybox:lat", ["busybox:latest"]),
    ("pull hello-w", ["hello-world"]),
    ("run --name ", []),
    ("run --name new commit_t", ["commit_test:first"]),
    ("run busybox ", []),
    ("run busybox -", []),
    ("run imagelab/sec", []),  # private: nothing says that it exists
    # flags and their values
    ("images --f", ["--filter", "--format"]),
    ("rmi --no", ["--no-prune"]),
    ("commit -m x --mes", []),  # given already
    ("commit -m x --cha", ["--change"]),
    ("images -f d", ["dangling="]),
    ("images -af d", ["dangling="]),
    ("images --filter dangling=", ["dangling=true", "dangling=false"]),
    ("images --filter=dang", ["--filter=dangling="]),
    ("images -f before=com", ["before=commit_test:first"]),
    ("ps -f ancestor=bu", ["ancestor=busybox:latest"]),
    ("ps -af status=e", ["status=exited"]),
    ("ps -f since=w", ["since=web"]),
    ("inspect --type i", ["image"]),
    ("inspect --type=c", ["--type=container"]),
    ("run --pull a", ["always"]),
    ("rm -- -", []),
])
def test_what_fits(state: State, line: str, expected: list[str]) -> None:
    assert offered(state, line) == expected


def test_ids_are_offered_where_digits_of_one_are_typed(state: State) -> None:
    image = next(iter(state.images)).removeprefix("sha256:")
    container = next(iter(state.containers))
    assert image[:12] in offered(state, f"rmi {image[:3]}")
    assert offered(state, f"rmi sha256:{image[:10]}") == [f"sha256:{image}"]
    assert offered(state, f"rmi {image[:20]}") == [image]
    assert container[:12] in offered(state, f"rm {container[:4]}")
    assert not any(image.startswith(each) for each in offered(state, "rmi "))


def test_a_dash_offers_long_and_short_flags(state: State) -> None:
    assert offered(state, "rmi -") == ["--force", "--no-prune", "--help", "-f"]


def test_every_command_and_every_group_is_offered(state: State) -> None:
    assert offered(state, "") == sorted(
        {*(name for name in COMMANDS if " " not in name), *GROUPS})
    for group in GROUPS:
        for name in offered(state, f"{group} "):
            assert f"{group} {name}" in COMMANDS


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_flag_of_every_command_is_offered(state: State, name: str) -> None:
    found = complete(state, name.split(), "--")
    assert {f"--{each.name}" for each in COMMANDS[name].flags if each.is_visible} <= set(found)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_what_takes_containers_or_images_says_so(state: State, name: str) -> None:
    first = COMMANDS[name].usage.removeprefix("[OPTIONS] ").split(" ")[0].strip("[]")
    found = complete(state, name.split(), "")
    if first.startswith("CONTAINER") and ":" not in first:
        assert {"web", "commit_test", "commit_test2"} == set(found)
    if first.startswith(("IMAGE", "SOURCE_IMAGE")):
        assert {"busybox:latest", "commit_test:first"} <= set(found)


def test_volumes() -> None:
    lab = Lab()
    lab.docker("pull -q busybox")
    assert lab.docker("create -v notes:/data busybox").exit_code == 0
    assert offered(lab.state, "ps -f volume=n") == ["volume=notes"]


@pytest.mark.parametrize(("line", "expected"), [
    ("build ", ["app/"]),
    ("build -t x a", ["app/"]),
    ("build -f ", ["app/", "notes.txt", "x.tar"]),
    ("build -f app/D", ["app/Dockerfile"]),
    ("build ./a", ["./app/"]),
    ("build --iidfile=n", ["--iidfile=notes.txt"]),
    ("import x", ["x.tar"]),
    ("load -i ", ["app/", "notes.txt", "x.tar"]),
    ("load --input=x", ["--input=x.tar"]),
    ("save -o x", ["x.tar"]),
    ("cp n", ["notes.txt"]),
    ("cp web:/etc/passwd ", ["app/", "notes.txt", "x.tar"]),
    ("cp notes.txt ", ["web:", "commit_test2:", "commit_test:"]),
    ("cp .h", [".hidden"]),
    ("cp no/such/", []),
    ("rmi n", []),
])
def test_paths_of_the_host(
    state: State, tmp_path: Path, line: str, expected: list[str],
) -> None:
    (tmp_path / "app").mkdir()
    for name in ("app/Dockerfile", "notes.txt", "x.tar", ".hidden", "two words"):
        (tmp_path / name).touch()
    assert offered(state, line, tmp_path) == expected


def test_a_path_from_the_root(state: State, tmp_path: Path) -> None:
    (tmp_path / "one.tar").touch()
    assert offered(state, f"load -i {tmp_path}/o", Path("/")) == [f"{tmp_path}/one.tar"]
