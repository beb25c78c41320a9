"""The chapter's flow as states: ubuntu:14.04, two containers, two commits, and their removal."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from imagelab.engine import commit, pull, remove, remove_container
from imagelab.engine.lookup import find_image
from imagelab.lab import Lab
from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.node import Changes, Node, file
from imagelab.model.state import State

NOW = 1_700_000_000_000_000_000
FIRST: dict[str, Node] = {"first": file(b"test_first!\n", mtime=NOW)}
SECOND: dict[str, Node] = {"second": file(b"test_second~\n", mtime=NOW)}


def with_container(
    state: State, name: str, image: str, changes: Changes, *, digit: str = "a",
    status: str = "exited",
) -> State:
    """Return a state with a container as `run` leaves it."""
    found = find_image(state, image)
    config = replace(found.config, image=image, cmd=("/bin/bash",))
    return state.with_container(Container(
        digit * 64, name, found.id, config, NOW, layer=state.layer_of(found), changes=changes,
        status=status, started=NOW, finished=NOW))


def committed(state: State, container: str, reference: str = "") -> State:
    return commit.commit(
        state, container, now=NOW + len(state.images), reference=reference, author="alicek106",
    ).state


def without_image(state: State, name: str, *, force: bool = False) -> State:
    return remove.remove_image(state, name, now=NOW, force=force).state


def without_container(state: State, name: str) -> State:
    return remove_container.remove(state, name, now=NOW, force=True).state


def image_of(state: State, name: str) -> Image:
    return find_image(state, name)


@cache
def pulled() -> State:
    """Return a lab with ubuntu:14.04, five layers."""
    return pull.pull(State(), "ubuntu:14.04", now=NOW).state


@cache
def first() -> State:
    """Return a lab with commit_test:first, made of the container commit_test."""
    state = with_container(pulled(), "commit_test", "ubuntu:14.04", FIRST)
    return committed(state, "commit_test", "commit_test:first")


@cache
def second() -> State:
    """Return a lab with commit_test:second too, made of the running commit_test2."""
    state = with_container(
        first(), "commit_test2", "commit_test:first", SECOND, digit="b", status="running")
    return committed(state, "commit_test2", "commit_test:second")


@cache
def second_alone() -> State:
    """Return the same lab without the container commit_test2."""
    return without_container(second(), "commit_test2")


@cache
def many(images: int) -> State:
    """Return a lab with so many images: on two bases and on each other, some with containers.

    Some have two names, and some have lost theirs.
    """
    lab = Lab()
    lab.docker("pull ubuntu:14.04")
    lab.docker("pull busybox")
    for at in range(2, images):
        below = f"app:{at - 1}" if at > 3 and (at - 1) % 13 else "busybox"
        base = ("ubuntu:14.04", "busybox", below)[at % 3]
        lab.docker(f"run --name c{at} {base} touch /f{at}")
        lab.docker(f"commit c{at} app:{at if at % 13 else at - 2}")
        if at % 7:
            lab.docker(f"rm c{at}")
        if at % 11 == 0:
            lab.docker(f"tag app:{at} extra:{at}")
    assert len(lab.daemon.state.images) == images
    return lab.daemon.state
