"""Pushes and pulls with a registry of one's own, here in a container, there a real one.

What depends on how a daemon compresses layers (digests, sizes of manifests) is left out, and so
are the order of lines about layers that are under way at one time, and those lines that a busy
daemon passes over since the next one is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.proof.pair import Pair
from tests.registry.process import serving, write_to

pytestmark = pytest.mark.requires("docker", "dockerd", "docker-registry")

HERE = "localhost:5000"
PASSING = ("Waiting", "Pulling fs layer", "Downloading", "Verifying Checksum",
           "Download complete")
MADE = (
    "run --network none --name c1 ubuntu:14.04 sh -c 'echo one > /one'",
    "commit c1 app:1",
    "run --network none --name c2 app:1 sh -c 'echo two > /two'",
    "commit c2 app:2",
    "rm c1 c2",
)
LAYERS = tuple(
    line for number in range(5) for line in (
        f"run --network none --name c{number} l:{number} sh -c 'echo {number} > /{number}'",
        f"commit c{number} l:{number + 1}"))
ABSENT = f"sha256:{'e' * 64}"
SCRIPTS = {
    "push and push again": (
        "tag app:1 REG/app:1", "push REG/app:1", "push REG/app:1", "tag app:2 REG/app:2",
        "push REG/app:2", "images --digests", "inspect -f '{{json .RepoDigests}}' app:2"),
    "mount": (
        "tag app:2 REG/app:2", "push REG/app:2", "tag app:2 REG/other:2", "push REG/other:2",
        "tag app:1 REG/a/b:1", "push REG/a/b:1", "tag app:2 REG/a/c:1", "push REG/a/c:1"),
    "all tags": (
        "tag app:1 REG/app:1", "tag app:2 REG/app:2", "push -a REG/app", "push -a REG/app:1",
        "push -q -a REG/app", "rmi REG/app:1 REG/app:2 app:2", "pull -a REG/app", "images",
        "pull -a REG/app", "pull -q -a REG/app", "pull -a REG/none"),
    "quiet and latest": (
        "tag app:1 REG/app", "push -q REG/app", "push REG/app", "image push REG/app:latest",
        "rmi REG/app", "pull REG/app", "rmi REG/app", "pull -q REG/app"),
    "many layers": (
        "tag ubuntu:14.04 l:0", *LAYERS, "tag l:5 REG/lay:1", "push REG/lay:1", "push REG/lay:1",
        "tag l:5 REG/lay2:1", "push REG/lay2:1", "rmi REG/lay:1 REG/lay2:1",
        "rm c0 c1 c2 c3 c4", "rmi l:5 l:4 l:3 l:2 l:1", "pull REG/lay:1"),
    "what cannot be pushed": (
        "push REG/nothing:1", "push -a REG/nothing", "push REG/app", "tag app:1 REG/app:1",
        "push REG/app", f"push app@{ABSENT}", "push UPPER", "push", "push a b", "push -a",
        "tag app:1 localhost:1/x:1", "push localhost:1/x:1", "push -q localhost:1/x:1",
        "push -a localhost:1/x", "tag app:1 localhost/x:1", "push localhost/x:1"),
    "what cannot be pulled": (
        "pull localhost:1/x:1", "pull -a localhost:1/x", "pull REG/none:1", "pull REG/none",
        f"pull REG/none@{ABSENT}", f"pull REG/none:1@{ABSENT}", "pull 127.0.0.1:1/x",
        "run REG/none:1", "run localhost:1/x:1"),
    "by digest": (
        "tag app:2 REG/app:2", "push REG/app:2", "rmi REG/app:2 app:2", "pull REG/app@DIGEST",
        "images --digests", "pull REG/app@DIGEST", "rmi REG/app@DIGEST", "images",
        "pull REG/app:2", "tag REG/app:2 REG/app:3", "rmi REG/app@DIGEST", "images --digests",
        "pull REG/app:2", "rmi REG/app:2", "images --digests", "rmi REG/app:3", "images"),
    "manifest": (
        "manifest inspect REG/app:1", "tag app:1 REG/app:1", "push REG/app:1",
        "manifest inspect REG/app:1", "manifest inspect --insecure REG/app:1",
        "manifest inspect --insecure -v REG/app:1", "manifest inspect --insecure REG/none:1",
        "manifest inspect --insecure REG/app", "manifest inspect localhost:1/x:1",
        "manifest inspect --insecure localhost:1/x:1", "manifest inspect UPPER",
        "manifest inspect", "manifest inspect a b", "manifest foo"),
}


@pytest.fixture
def registry(pair: Pair, tmp_path: Path) -> Iterator[str]:
    """Both registries, and images to push; the real one's host and port."""
    with serving(tmp_path) as there:
        pair.here("run", "-d", "-p", "5000:5000", "--name", "registry", "registry:2")
        for line in MADE:
            pair.both(*_words(line))
        yield there


def _words(line: str) -> list[str]:
    return [word.strip("'") for word in re.findall(r"'[^']*'|\S+", line)]


def _plain(text: str, host: str) -> list[str]:
    """Return lines without what the sides cannot have in common, sorted.

    IDs and digests are numbered as they come up in the text; an ID and its short form have one
    number. Of images in a list nobody knows which comes first, if they are of the same second;
    nor of tags, which a registry lists as it likes.
    """
    known: dict[str, str] = {}
    listed = text.startswith("REPOSITORY ")
    text = text.replace(host, "REG").replace(host.replace("localhost", "127.0.0.1"), "REG")
    text = "".join(sorted(re.split(r"^(?=\S+: Pulling from )", text, flags=re.MULTILINE)))
    text = "\n".join(line for line in text.splitlines()
                     if not line.startswith("registry  ") and not line.endswith(PASSING))
    text = re.sub(
        r"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b",
        lambda match: "#" if listed else known.setdefault(match[0][:12], f"#{len(known)}"), text)
    text = re.sub(r"size: \d+|\"size\": \d+|\"Raw\": \"[^\"]*\"", "size", text)
    text = re.sub(r"(diff\.tar)\.gzip", r"\1", text)
    text = re.sub(r"(?:\d+|an?|About an?) (?:second|minute|hour|month|year)s? ago|Less than .* ago",
                  "then", text)
    return sorted(re.sub(r"\s{2,}", "  ", line) for line in text.splitlines())


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_both_say_the_same(pair: Pair, registry: str, script: tuple[str, ...]) -> None:
    digests = {HERE: "", registry: ""}
    for line in script:
        shown = []
        for host in digests:
            words = [word.replace("REG", host).replace("DIGEST", digests[host])
                     for word in _words(line)]
            if host == HERE:
                done = pair.lab.docker(words, folder=pair.folder)
                code, out, err = done.exit_code, done.stdout, done.stderr
            else:
                real = pair.dockerd.docker(*words, check=False)
                code, out, err = real.returncode, real.stdout, real.stderr
            if match := re.search(r"digest: (sha256:\S+)", out):
                digests[host] = match[1]
            shown.append((code, _plain(out, host), _plain(err, host)))
        assert shown[0] == shown[1], line


def test_a_real_daemon_pulls_what_the_lab_pushed(pair: Pair, tmp_path: Path) -> None:
    pair.here("run", "-d", "-p", "5000:5000", "-v", "data:/var/lib/registry", "registry:2")
    pair.here("run", "--name", "c1", "ubuntu:14.04", "sh", "-c", "echo one > /one; rm /bin/vi")
    image = pair.here("commit", "c1", f"{HERE}/app:1").strip()
    pushed = pair.here("push", f"{HERE}/app:1")
    write_to(tmp_path / "data", pair.lab.state.volumes["data"].changes)

    with serving(tmp_path) as there:
        pulled = pair.there("pull", f"{there}/app:1")
        assert pair.there("images", "-q", "--no-trunc", f"{there}/app:1").strip() == image

    digests = [re.findall(r"(sha256:\w+)", text) for text in (pushed, pulled)]
    assert digests[0] == digests[1]
