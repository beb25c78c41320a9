"""Pushes to the simulated Hub and to registries in containers, and what pulls make of them.

Words were recorded from docker 28.2.2 and 20.10.24 with docker-registry 2.8.2: behind token
authentication for the Hub's, damaged by hand for the last ones. What needs no such registry is
compared live in ``tests/proof/test_push.py``.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.lab import Lab
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.reference import parse
from tests.deadline import within

REPOSITORIES = "/var/lib/registry/docker/registry/v2/repositories"
BLOBS = "/var/lib/registry/docker/registry/v2/blobs/sha256"
DENIED = "denied: requested access to the resource is denied\n"


def ok(lab: Lab, line: str) -> str:
    done = lab.docker(line)
    assert done.exit_code == 0, f"{line}: {done.stderr}"
    return done.stdout


def failed(lab: Lab, line: str) -> tuple[str, str]:
    done = lab.docker(line)
    assert done.exit_code == 1, line
    return done.stdout, done.stderr


@pytest.fixture
def lab() -> Lab:
    lab = Lab()
    ok(lab, "pull busybox")
    return lab


@pytest.fixture
def own(lab: Lab) -> Lab:
    """A lab with a registry of its own, and an image of two layers in it."""
    ok(lab, "run -d -p 5000:5000 --name registry registry:2")
    ok(lab, "run --name c1 busybox sh -c 'echo one > /one'")
    ok(lab, "commit c1 localhost:5000/app:1")
    ok(lab, "push localhost:5000/app:1")
    return lab


# --- the Hub --------------------------------------------------------------------------------


def short_ids(lab: Lab, name: str) -> list[str]:
    """Return what a push calls an image's layers, the topmost first."""
    layers = json.loads(ok(lab, f"inspect -f '{{{{json .RootFS.Layers}}}}' {name}"))
    return [layer[7:19] for layer in reversed(layers)]


def test_a_push_wants_a_login(lab: Lab) -> None:
    (layer,) = short_ids(lab, "busybox")
    ok(lab, "tag busybox student/app:1")
    assert failed(lab, "push student/app:1") == (
        f"The push refers to repository [docker.io/student/app]\n{layer}: Preparing\n", DENIED)
    assert failed(lab, "push -q student/app:1") == ("", DENIED)


@pytest.mark.parametrize("name", ["busybox", "other/app", "student", "studentx/app"])
def test_only_the_own_namespace_can_be_pushed_to(lab: Lab, name: str) -> None:
    ok(lab, "login -u student -p imagelab")
    ok(lab, f"tag busybox {name}:1")
    assert failed(lab, f"push {name}:1")[1] == DENIED
    assert failed(lab, f"push -a {name}")[1] == DENIED


def test_what_was_pushed_can_be_pulled_by_everybody_and_undo_takes_it_back(lab: Lab) -> None:
    ok(lab, "login -u student -p imagelab")
    ok(lab, "run --name c1 busybox touch /new")
    ok(lab, "commit c1 student/app:1")
    new, base = short_ids(lab, "student/app:1")
    pushed = ok(lab, "push student/app:1").splitlines()
    assert pushed[:-1] == [
        "The push refers to repository [docker.io/student/app]",
        f"{new}: Preparing", f"{base}: Preparing",
        f"{new}: Pushed", f"{base}: Mounted from library/busybox"]
    digest = pushed[-1].split()[2]
    assert ok(lab, "inspect -f '{{.RepoDigests}}' student/app:1") == f"[student/app@{digest}]\n"
    ok(lab, "logout")
    ok(lab, "rm c1")
    ok(lab, "rmi student/app:1")
    assert ok(lab, "pull student/app:1").splitlines() == [
        "1: Pulling from student/app", f"{base}: Already exists", f"{new}: Pulling fs layer",
        f"{new}: Verifying Checksum", f"{new}: Download complete", f"{new}: Pull complete",
        f"Digest: {digest}", "Status: Downloaded newer image for student/app:1",
        "docker.io/student/app:1"]
    assert ok(lab, "run --rm student/app:1 ls /new") == "/new\n"
    while "push" not in lab.undo().command:
        pass
    assert "pull access denied for student/app" in failed(lab, "pull student/app:2")[1]


def test_tags_of_what_was_pushed(lab: Lab) -> None:
    ok(lab, "login -u student -p imagelab")
    for tag in ("1", "2"):
        ok(lab, f"tag busybox student/app:{tag}")
    ok(lab, "push -a student/app")
    assert "manifest for student/app:3 not found: manifest unknown" in failed(
        lab, "pull student/app:3")[1]
    assert ok(lab, "pull -a student/app").count("Pulling from student/app") == 2
    assert json.loads(ok(lab, "manifest inspect student/app:1"))["layers"]
    assert failed(lab, "manifest inspect student/app:3")[1] == (
        "no such manifest: docker.io/student/app:3\n")


def test_a_private_repository_is_there_for_its_owner_only(lab: Lab) -> None:
    ok(lab, "login -u student -p imagelab")
    ok(lab, "tag busybox student/private")
    ok(lab, "push student/private")
    ok(lab, "pull student/private")
    ok(lab, "logout")
    missing, private = (
        failed(lab, f"pull student/{name}")[1] for name in ("missing", "private"))
    assert private == missing.replace("missing", "private")
    words = f"errors:\n{DENIED}unauthorized: authentication required\n\n"
    assert failed(lab, "manifest inspect student/private")[1] == words
    assert failed(lab, "manifest inspect student/missing")[1] == words


def test_a_free_account_has_one_private_repository(lab: Lab) -> None:
    ok(lab, "login -u student -p imagelab")
    for name in ("private", "private:2", "private-app", "public"):
        ok(lab, f"tag busybox student/{name}")
    ok(lab, "push student/private-app")
    assert failed(lab, "push student/private")[1] == DENIED
    ok(lab, "push student/public")
    ok(lab, "push student/private-app")
    lab.undo()
    lab.undo()
    lab.undo()
    lab.undo()
    ok(lab, "push student/private")
    ok(lab, "push student/private:2")


def test_manifests_of_the_catalogue(lab: Lab) -> None:
    shown = json.loads(ok(lab, "manifest inspect -v ubuntu:14.04"))
    assert shown["Ref"] == "docker.io/library/ubuntu:14.04"
    assert shown["Descriptor"]["digest"] in ok(lab, "pull ubuntu:14.04")
    assert shown["Descriptor"]["platform"] == {"architecture": "amd64", "os": "linux"}


# --- a registry of one's own ----------------------------------------------------------------


def test_the_data_is_the_files_of_the_volume(own: Lab) -> None:
    ok(own, "tag busybox localhost:5000/team/base:2")
    ok(own, "push localhost:5000/team/base:2")
    assert ok(own, f"exec registry ls {REPOSITORIES}") == "app\nteam\n"
    assert ok(own, f"exec registry ls {REPOSITORIES}/team/base/_manifests/tags") == "2\n"
    digest = ok(own, "inspect -f '{{index .RepoDigests 0}}' localhost:5000/app:1")
    link = ok(own, f"exec registry cat {REPOSITORIES}/app/_manifests/tags/1/current/link")
    assert link == digest.strip().partition("@")[2]
    number = short_ids(own, "localhost:5000/app:1")[0]
    listed = ok(own, f"exec registry sh -c 'cat {BLOBS}/{number[:2]}/{number}*/data | tar t'")
    assert listed == "one\n"


def test_a_named_volume_outlives_the_registry(lab: Lab) -> None:
    run = "run -d -p 5001:5000 --name registry -v images:/var/lib/registry registry:2"
    ok(lab, run)
    ok(lab, "tag busybox localhost:5001/app")
    ok(lab, "push localhost:5001/app")
    ok(lab, "rm -f -v registry")
    ok(lab, run)
    assert "Layer already exists" in ok(lab, "push localhost:5001/app")
    ok(lab, "rm -f registry")
    ok(lab, "volume rm images")
    ok(lab, run)
    assert failed(lab, "pull localhost:5001/app:latest")[1] == (
        "Error response from daemon: manifest for localhost:5001/app:latest not found: "
        "manifest unknown: manifest unknown\n")
    assert "Pushed" in ok(lab, "push localhost:5001/app")


@pytest.mark.parametrize(("command", "words"), [
    ("stop", "dial tcp 127.0.0.1:5000: connect: connection refused"),
    ("kill", "dial tcp 127.0.0.1:5000: connect: connection refused"),
    ("pause", "net/http: request canceled (Client.Timeout exceeded while awaiting headers)"),
])
def test_a_registry_that_does_not_answer(own: Lab, command: str, words: str) -> None:
    ok(own, f"{command} registry")
    refusal = f'Get "http://localhost:5000/v2/": {words}\n'
    assert failed(own, "push localhost:5000/app:1") == (
        "The push refers to repository [localhost:5000/app]\n", refusal)
    assert failed(own, "pull localhost:5000/app:1")[1] == f"Error response from daemon: {refusal}"


def test_a_stopped_registry_ends_with_2_and_starts_again(own: Lab) -> None:
    ok(own, "stop registry")
    assert ok(own, "inspect -f '{{.State.ExitCode}}' registry") == "2\n"
    ok(own, "start registry")
    assert "Layer already exists" in ok(own, "push localhost:5000/app:1")
    assert own.docker("logs registry").stderr.count('msg="listening on [::]:5000"') == 2


@pytest.mark.parametrize("options", [
    "-p 127.0.0.1:5000:5000", "-p 5000:80 -e REGISTRY_HTTP_ADDR=0.0.0.0:80", "--network host",
    "-p 5000:5000 -e REGISTRY_STORAGE_FILESYSTEM_ROOTDIRECTORY=/srv/images",
    "-p 5000:5000 -e REGISTRY_STORAGE_DELETE_ENABLED=true --restart=always",
])
def test_ways_to_run_one(lab: Lab, options: str) -> None:
    ok(lab, f"run -d {options} --name registry registry:2")
    ok(lab, "tag busybox 127.0.0.1:5000/app")
    ok(lab, "push 127.0.0.1:5000/app")
    ok(lab, "rmi 127.0.0.1:5000/app")
    assert "Downloaded newer image" in ok(lab, "pull localhost:5000/app:latest")


def test_places_that_no_registry_answers_at(lab: Lab) -> None:
    ok(lab, "run -d -p 127.0.0.2:5000:5000 registry:2")
    ok(lab, "run -d -p 5001:5001 registry:2")
    ok(lab, "run -d -p 5002:80 --name web nginx:alpine")
    front = "Error response from daemon: "
    assert failed(lab, "pull localhost:5000/a:1")[1].endswith("connect: connection refused\n")
    assert "manifest unknown" in failed(lab, "pull 127.0.0.2:5000/a:1")[1]
    assert failed(lab, "pull localhost:5001/a:1")[1] == (
        f'{front}Get "http://localhost:5001/v2/": EOF\n')
    assert failed(lab, "pull localhost:5002/a:1")[1] == (
        f"{front}imagelab does not simulate what web answers at localhost:5002\n")
    for host in ("example.com", "localhost.localdomain:5000"):
        assert failed(lab, f"pull {host}/a:1")[1] == (
            f"{front}imagelab does not simulate the registry {host}\n")


def test_what_a_registry_is_not_simulated_with(lab: Lab) -> None:
    done = lab.docker("run -e REGISTRY_AUTH=htpasswd registry:2")
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (
        126, "imagelab does not simulate a registry with REGISTRY_AUTH")
    done = lab.docker("run --rm registry:2 garbage-collect /etc/docker/registry/config.yml")
    assert done.stderr.startswith("imagelab does not simulate registry garbage-collect")
    done = lab.docker("run --rm registry:2 serve /none.yml")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (
        1, "configuration error: open /none.yml: no such file or directory")


def test_settings_of_a_registry_are_read_within_bounds(lab: Lab) -> None:
    number = "1" * 5000
    done = lab.docker(f"run --rm -e REGISTRY_HTTP_ADDR=:{number} registry:2")
    assert done.stderr.endswith(f"imagelab does not simulate a registry at :{number}\n")
    script = "head -c 200000 /dev/zero | tr '\\000' '\\n' > /c; wc -l < /c; registry serve /c"
    with within(3):
        done = lab.docker(["run", "--rm", "-d", "--name", "lines", "--entrypoint", "sh",
                           "registry:2", "-c", script])
    said = ok(lab, "logs lines")
    assert said == "200000\n"
    ok(lab, "rm -f lines")


def test_changed_files_are_found_out(own: Lab) -> None:
    (*_, digest) = json.loads(
        ok(own, "inspect -f '{{json .RootFS.Layers}}' localhost:5000/app:1"))
    layer = f"{BLOBS}/{digest[7:9]}/{digest[7:]}/data"
    ok(own, f"exec registry cp {layer} /kept")
    ok(own, "rm c1")
    ok(own, "rmi localhost:5000/app:1")
    pull = "pull localhost:5000/app:1"

    ok(own, f"exec registry sh -c 'echo more >> {layer}'")
    assert failed(own, pull)[1] == (
        f"filesystem layer verification failed for digest {digest}\n")
    ok(own, f"exec registry rm {layer}")
    assert failed(own, pull)[1] == "unknown blob\n"
    ok(own, f"exec registry sh -c 'dd if=/kept of={layer} bs=100 2>/dev/null'")
    assert "Downloaded newer image" in ok(own, pull)
    assert ok(own, "run --rm localhost:5000/app:1 cat /one") == "one\n"


def test_a_damaged_manifest_or_configuration(own: Lab) -> None:
    image = ok(own, "inspect -f '{{.Id}}' localhost:5000/app:1").strip().partition(":")[2]
    ok(own, "rmi -f localhost:5000/app:1")
    config = f"{BLOBS}/{image[:2]}/{image}/data"
    front = "error pulling image configuration: "
    ok(own, f"exec registry sh -c 'echo >> {config}'")
    assert failed(own, "pull localhost:5000/app:1") == (
        "1: Pulling from app\n",
        f"{front}image config verification failed for digest sha256:{image}\n")
    ok(own, f"exec registry rm {config}")
    assert failed(own, "pull localhost:5000/app:1")[1] == (
        f"{front}download failed after attempts=1: unknown blob\n")
    ok(own, f"exec registry sh -c 'echo x > {REPOSITORIES}/app/_manifests/tags/1/current/link'")
    assert failed(own, "pull localhost:5000/app:1")[1] == (
        "Error response from daemon: received unexpected HTTP status: 500 Internal Server Error\n")
    assert failed(own, "manifest inspect --insecure localhost:5000/app:1")[1] == (
        "received unexpected HTTP status: 500 Internal Server Error\n")


def test_loaded_layers_keep_their_bytes(own: Lab, tmp_path: Path) -> None:
    archive = Path(__file__).parents[1] / "conformance" / "base.tar"
    ok(own, f"load -i {archive}")
    ok(own, "tag ubuntu:14.04 localhost:5000/base")
    before = ok(own, "inspect -f '{{.Id}} {{.RootFS.Layers}}' localhost:5000/base")
    ok(own, "push localhost:5000/base")
    ok(own, "rmi -f localhost:5000/base ubuntu:14.04")
    ok(own, "pull localhost:5000/base")
    assert ok(own, "inspect -f '{{.Id}} {{.RootFS.Layers}}' localhost:5000/base") == before
    ok(own, f"save -o {tmp_path / 'base.tar'} localhost:5000/base")
    assert ok(Lab(), f"load -i {tmp_path / 'base.tar'}")


def test_a_layer_that_comes_twice_goes_once(own: Lab) -> None:
    """Recorded of an image with one archive added twice."""
    state = own.state
    busybox = state.images[state.references[parse("busybox:latest")]]
    config = json.loads(busybox.config_json)
    config["rootfs"]["diff_ids"] *= 2
    image = Image(json.dumps(config).encode())
    below = state.layer_of(busybox)
    assert below is not None
    twice = Layer(below.diff_id, below.changes, below)
    reference = parse("localhost:5000/twice:1")
    state = state.with_layer(twice).with_image(image).with_reference(reference, image.id)
    own = Lab(daemon=Daemon(state=state))
    name = below.diff_id[7:19]

    assert ok(own, "push localhost:5000/twice:1").splitlines()[1:-1] == [
        f"{name}: Preparing", f"{name}: Preparing", f"{name}: Mounted from app"]
    ok(own, "rmi localhost:5000/twice:1")
    assert ok(own, "pull localhost:5000/twice:1").splitlines()[1:-3] == [
        f"{name}: Already exists"]


def test_a_kept_lab_has_both_registries_still(tmp_path: Path) -> None:
    lab = Lab.open(tmp_path / "lab")
    for line in (
        "run -d -p 5000:5000 --name registry registry:2", "pull busybox",
        "tag busybox localhost:5000/app", "push localhost:5000/app",
        "login -u student -p imagelab", "tag busybox student/app", "push student/app",
        "rmi busybox localhost:5000/app student/app",
    ):
        ok(lab, line)
    lab = Lab.open(tmp_path / "lab")
    assert "Downloaded newer image" in ok(lab, "pull localhost:5000/app")
    assert "Downloaded newer image" in ok(lab, "pull student/app")
    assert ok(lab, "run --rm student/app echo hi") == "hi\n"


def test_a_push_is_one_event(own: Lab) -> None:
    ok(own, "push -a localhost:5000/app")
    (event,) = [event for event in own.journal.steps[-1].events if event.type == "image"]
    assert (event.action, event.id, event.attributes) == (
        "push", "localhost:5000/app", {"name": "localhost:5000/app"})
