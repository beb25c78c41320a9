"""Other programs that speak to a daemon: skopeo, python-on-whales, curl."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.clients.serving import Server, server
from tests.dockerd import BASE, BASE_ID, BASE_NAME, UnixConnection

__all__ = ["server"]


@pytest.fixture
def host(server: Server) -> str:
    """The address of a lab with the base image."""
    connection = UnixConnection(server.path)
    connection.request("POST", "/v1.41/images/load?quiet=1", BASE.read_bytes())
    assert b"Loaded image" in connection.getresponse().read()
    connection.close()
    return server.host


def run(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


# --- skopeo --------------------------------------------------------------------------------

@pytest.mark.requires("skopeo")
def test_skopeo_takes_an_image_out_and_puts_it_back_with_its_id(host: str, tmp_path: Path) -> None:
    daemon = ("--daemon-host", host)
    found = json.loads(run("skopeo", "inspect", *daemon, f"docker-daemon:{BASE_NAME}"))
    assert found["Layers"] == json.loads(run(
        "skopeo", "inspect", f"docker-archive:{BASE}:{BASE_NAME}"))["Layers"]
    oci = f"oci:{tmp_path / 'oci'}:one"
    run("skopeo", "copy", "--src-daemon-host", host, f"docker-daemon:{BASE_NAME}", oci)
    run("skopeo", "copy", "--dest-daemon-host", host, oci, "docker-daemon:back:1")
    config = json.loads(run("skopeo", "inspect", "--config", *daemon, "docker-daemon:back:1"))
    assert config["rootfs"]["diff_ids"] == found["Layers"]
    archive = tmp_path / "saved.tar"
    run("skopeo", "copy", "--src-daemon-host", host, f"docker-daemon:{BASE_NAME}",
        f"docker-archive:{archive}:kept:1")
    connection = UnixConnection(host.removeprefix("unix://"))
    connection.request("POST", "/v1.41/images/load?quiet=1", archive.read_bytes())
    assert b"Loaded image: kept:1" in connection.getresponse().read()
    connection.request("GET", "/v1.41/images/kept:1/json")
    assert json.loads(connection.getresponse().read())["Id"] == BASE_ID
    connection.close()


@pytest.mark.requires("skopeo")
def test_skopeo_says_what_is_missing(host: str) -> None:
    done = subprocess.run(
        ["skopeo", "inspect", "--daemon-host", host, "docker-daemon:nosuch:1"],
        capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "reference does not exist" in done.stderr


# --- python-on-whales ----------------------------------------------------------------------

@pytest.fixture
def whales(host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    from python_on_whales import DockerClient

    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return DockerClient(host=host)


@pytest.mark.requires("docker")
def test_python_on_whales_runs_commits_and_removes(whales: Any, tmp_path: Path) -> None:
    assert whales.run(BASE_NAME, ["echo", "hi"], remove=True) == "hi"
    container = whales.run(BASE_NAME, ["sh", "-c", "echo one > /one; sleep 600"], detach=True)
    assert container.state.running
    assert container.execute(["cat", "/one"]) == "one"
    whales.copy((container, "/one"), tmp_path / "one")
    assert (tmp_path / "one").read_text() == "one\n"
    image = container.commit("made:1")
    assert whales.image.inspect("made:1").id == image.id
    assert {tag for each in whales.image.list() for tag in each.repo_tags} == {BASE_NAME, "made:1"}
    whales.image.save("made:1", output=tmp_path / "made.tar")
    container.remove(force=True)
    whales.image.remove("made:1")
    assert not whales.image.exists("made:1")
    assert whales.image.load(tmp_path / "made.tar") == ["made:1"]
    assert whales.image.inspect("made:1").id == image.id
    assert whales.pull("hello-world", quiet=True).repo_tags == ["hello-world:latest"]


@pytest.mark.requires("docker")
def test_python_on_whales_hears_what_a_lab_has_not(whales: Any) -> None:
    from python_on_whales.exceptions import DockerException

    with pytest.raises(DockerException, match="swarm"):
        whales.service.list()
    with pytest.raises(DockerException, match="No such image: nosuch:1"):
        whales.image.remove("nosuch:1")


# --- curl ----------------------------------------------------------------------------------

def curl(host: str, *words: str) -> str:
    *options, path = words
    return run("curl", "-sS", "--unix-socket", host.removeprefix("unix://"), *options,
               f"http://lab{path}")


@pytest.mark.requires("curl")
def test_curl_asks_and_sends(host: str, tmp_path: Path) -> None:
    assert curl(host, "/_ping") == "OK"
    assert json.loads(curl(host, "/images/json"))[0]["Id"] == BASE_ID
    assert json.loads(curl(host, "-X", "POST", "/images/nosuch/tag?repo=x")) == {
        "message": "No such image: nosuch:latest"}
    body = json.dumps({"Image": BASE_NAME, "Cmd": ["echo", "hi"], "Tty": True})
    made = json.loads(curl(host, "-H", "Content-Type: application/json", "-d", body,
                           "/v1.41/containers/create?name=c1"))
    curl(host, "-X", "POST", "/containers/c1/start")
    assert json.loads(curl(host, "-X", "POST", "/containers/c1/wait"))["StatusCode"] == 0
    assert curl(host, f"/containers/{made['Id']}/logs?stdout=1") == "hi\r\n"
    # Of a large upload curl first asks whether it may come.
    assert "Loaded image" in curl(
        host, "--data-binary", f"@{BASE}", "-H", "Content-Type: application/x-tar",
        "/images/load")
    archive = tmp_path / "saved.tar"
    curl(host, "-o", str(archive), f"/images/{BASE_NAME}/get")
    assert f"Loaded image: {BASE_NAME}" in curl(host, "-T", str(archive), "-X", "POST",
                                                "/images/load")
