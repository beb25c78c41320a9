"""Deletion in labs of random history: the plan against the deed, layers against a sweep."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from imagelab.engine import commit, create, prune, remove, remove_container, tag
from imagelab.lab import Lab
from imagelab.model.config import Config
from imagelab.model.container import Container
from imagelab.model.content import digest_of
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, file
from imagelab.model.outcome import EngineError, Outcome
from imagelab.model.state import State

NAMES = ("one:1", "one:2", "two:latest", "registry.example/three:3", "base:1")


def beginning() -> State:
    """Return a lab with one named image of two layers."""
    layers: list[Layer] = []
    for number in range(2):
        layers.append(Layer(
            digest_of(iter([b"base %d" % number])), {f"base/{number}": file(b"base")},
            layers[-1] if layers else None))
    config = {
        "config": {"Cmd": ["sh"]}, "history": [{}, {}],
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]},
    }
    image = Image(json.dumps(config).encode())
    state = State().with_image(image)
    for layer in layers:
        state = state.with_layer(layer)
    return tag.tag_image(state, image.id, "base:1", now=1).state


class History:
    """A lab to which random things happen; chance comes from a seed alone."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.state = beginning()
        self.now = 1_700_000_000_000_000_000

    def any_image(self) -> str:
        """Return a name or an ID of an image, now and then one that is not there."""
        texts = [*map(str, self.state.references), *self.state.images,
                 *(each.removeprefix("sha256:")[:12] for each in self.state.images), "nothing:1"]
        return self.chance.choice(texts)

    def any_container(self) -> Container | None:
        containers = list(self.state.containers.values())
        return self.chance.choice(containers) if containers else None

    def happen(self) -> None:
        self.now += 1_000_000_000
        action = self.chance.choice(
            (self.create, self.create, self.change, self.change, self.commit, self.commit,
             self.commit, self.tag, self.remove, self.remove, self.remove_container, self.prune,
             self.run))
        action()

    def do(self, outcome: Outcome[Any]) -> None:
        self.state = outcome.state

    def create(self) -> None:
        identifier = f"{self.chance.getrandbits(256):064x}"
        with suppress(EngineError):
            self.do(create.create(
                self.state, Config(image=self.any_image()), identifier=identifier, now=self.now))

    def change(self) -> None:
        if container := self.any_container():
            path = self.chance.choice(("a", "b", "base/0"))
            node = self.chance.choice((file(b"x"), file(b"y"), WHITEOUT))
            changes = {**container.changes, path: node}
            self.state = self.state.with_container(replace(container, changes=changes))

    def run(self) -> None:
        if container := self.any_container():
            status = self.chance.choice(("running", "paused", "exited", "created"))
            self.state = self.state.with_container(replace(container, status=status))

    def commit(self) -> None:
        if container := self.any_container():
            name = self.chance.choice(("", *NAMES))
            try:
                self.do(commit.commit(
                    self.state, container.id, now=self.now, reference=name))
            except EngineError:
                assert container.image_id not in self.state.images

    def tag(self) -> None:
        with suppress(EngineError):
            self.do(tag.tag_image(
                self.state, self.any_image(), self.chance.choice(NAMES), now=self.now))

    def remove(self) -> None:
        with suppress(EngineError):
            self.do(remove.remove_image(
                self.state, self.any_image(), now=self.now, force=self.chance.random() < 0.4,
                prune=self.chance.random() < 0.8))

    def remove_container(self) -> None:
        if container := self.any_container():
            self.do(remove_container.remove(
                self.state, container.id, now=self.now, force=True))

    def prune(self) -> None:
        dangling = self.chance.choice(("true", "false"))
        if self.chance.random() < 0.5:
            self.do(prune.prune_images(self.state, {"dangling": [dangling]}, now=self.now))


def swept(state: State) -> set[str]:
    """Return the layers that a sweep from images and containers would keep."""
    tops = [state.layers[image.chain_id] for image in state.images.values() if image.diff_ids]
    tops += [each.layer for each in state.containers.values() if each.layer is not None]
    reached = set()
    for top in tops:
        layer: Layer | None = top
        while layer is not None:
            reached.add(layer.chain_id)
            layer = layer.parent
    return reached


@pytest.mark.parametrize("seed", range(25))
def test_exactly_the_layers_that_something_needs_are_there(seed: int) -> None:
    history = History(seed)
    for _ in range(120):
        history.happen()
        state = history.state
        assert set(state.layers) == swept(state)
        assert set(state.references.values()) <= set(state.images)
        assert {image.parent for image in state.images.values()} <= {"", *state.images}
        for image in state.images.values():
            assert set(image.chain_ids) <= set(state.layers)


@pytest.mark.parametrize("seed", range(10))
def test_a_removal_does_what_the_plan_says(seed: int) -> None:
    history = History(seed)
    for _ in range(40):
        history.happen()
        state, now = history.state, history.now
        for name in [*map(str, state.references), *state.images]:
            for force, keep_parents in ((False, False), (True, False), (False, True)):
                options = {"force": force, "prune": not keep_parents}
                plan = remove.plan(state, name, now=now, **options)
                done = remove.remove_image(state, name, now=now, **options)
                assert done.state == plan.state
                assert str(done.error) == str(plan.error)
                assert done.events == plan.events
                gone = set(state.images) - set(done.state.images)
                assert set(plan.images) == gone
                assert {layer.chain_id for layer in plan.layers} == (
                    set(state.layers) - set(done.state.layers))
                assert set(plan.untagged) == set(state.references) - set(done.state.references)
                if plan.error is None:
                    assert done.value == plan.records
                    lines = [record.target for record in plan.records]
                    assert gone <= set(lines)


def test_planning_changes_nothing() -> None:
    history = History(7)
    for _ in range(30):
        history.happen()
    state = history.state
    kept = replace(state)
    for name in state.images:
        remove.plan(state, name, now=1, force=True)
    assert state == kept


def test_pruning_passes_over_a_digest_that_went_with_its_tag() -> None:
    """As a daemon 20.10.24 answered for an image pulled from a mirror."""
    lab = Lab()
    for line in ("pull -q busybox", "run --name c1 busybox touch /x", "commit c1 mine", "rm c1"):
        lab.docker(line)
    done = lab.docker("image prune --all --force --filter until=1h")
    assert (done.exit_code, done.stderr) == (0, "")
    assert [line.partition("@")[0] for line in done.stdout.splitlines()[:3]] == [
        "Deleted Images:", "untagged: busybox:latest", "untagged: busybox"]
    # The image is left without a name: its child, younger than the filter asks, stands on it.
    assert lab.docker("images --all --format {{.Repository}}").stdout == "mine\n<none>\n"
