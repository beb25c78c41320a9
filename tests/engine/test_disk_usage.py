"""``docker system df``: what is counted, and how often."""

from __future__ import annotations

from imagelab.engine.disk_usage import disk_usage, layers_size
from imagelab.lab import Lab
from tests.conformance import conform

BASE_SIZE = 2_049_902


def lab(*lines: str) -> Lab:
    made = Lab()
    for line in (f"load -q -i {conform.HERE / 'base.tar'}", *lines):
        done = made.docker(line)
        assert done.exit_code == 0, done.stderr
    return made


RUN = "run --name {} {} sh -c 'head -c {} /dev/zero > /{}'"
STORY = (
    RUN.format("c1", "ubuntu:14.04", 5000, "x"), "commit c1 one:1",
    RUN.format("c2", "one:1", 300, "y"), "commit c2 two:1", "rm c1",
)


def test_a_layer_counts_once_however_many_images_have_it() -> None:
    usage = disk_usage(lab(*STORY).state, now=0)
    assert usage["LayersSize"] == BASE_SIZE + 5000 + 300
    sizes = {row["RepoTags"][0]: (row["Size"], row["SharedSize"], row["Containers"])
             for row in usage["Images"]}
    assert sizes == {
        "ubuntu:14.04": (BASE_SIZE, BASE_SIZE, 0),
        "one:1": (BASE_SIZE + 5000, BASE_SIZE + 5000, 1),
        "two:1": (BASE_SIZE + 5300, BASE_SIZE + 5000, 0),
    }


def test_what_only_a_container_still_holds_does_not_count() -> None:
    made = lab(*STORY, "rmi -f two:1", "run --name c3 one:1 true", "rmi -f one:1", "rm c2")
    assert layers_size(made.state) == BASE_SIZE
    assert sum(layer.size for layer in made.state.layers.values()) == BASE_SIZE + 5000


def test_volumes_have_their_users_and_sizes() -> None:
    made = lab("volume create unused", "run -v v1:/a ubuntu:14.04 sh -c 'echo hi > /a/f'")
    usage = {each["Name"]: each["UsageData"] for each in disk_usage(made.state, now=0)["Volumes"]}
    assert usage == {"unused": {"RefCount": 0, "Size": 0}, "v1": {"RefCount": 1, "Size": 3}}
