"""docker-py's builds, with a lab and with a real daemon."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, BuildError, DockerException, ImageNotFound
from docker.utils.proxy import ProxyConfig

from tests.dockerd import BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def script(*lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join((f"FROM {BASE_NAME}", *lines)).encode())


def lines(client: DockerClient, **wanted: Any) -> list[dict[str, Any]]:
    """Build without a network, and return what is said."""
    wanted.setdefault("network_mode", "none")
    return list(client.api.build(decode=True, **wanted))


def text(said: list[dict[str, Any]]) -> str:
    return "".join(each.get("stream", "") for each in said)


def said_by(client: DockerClient, image: Any, command: str | None = None) -> str:
    output: bytes = client.containers.run(image, command, network_mode="none", remove=True)
    return output.decode()


def test_an_image_and_what_was_said(client: DockerClient) -> None:
    image, log = client.images.build(
        fileobj=script("CMD echo hello world"), tag="made:1", network_mode="none")
    assert image.tags == ["made:1"]
    assert said_by(client, image) == "hello world\n"
    said = list(log)
    assert said[0] == {"stream": f"Step 1/2 : FROM {BASE_NAME}"}
    assert {"aux": {"ID": image.id}} in said
    assert said[-2:] == [{"stream": f"Successfully built {image.id[7:19]}\n"},
                         {"stream": "Successfully tagged made:1\n"}]


def test_words_of_success_in_a_command_are_no_success(client: DockerClient) -> None:
    image, _ = client.images.build(
        fileobj=script("CMD echo Successfully built 0123456789ab"), network_mode="none")
    assert said_by(client, image) == "Successfully built 0123456789ab\n"


def test_a_step_that_fails(client: DockerClient) -> None:
    with pytest.raises(BuildError) as error:
        client.images.build(fileobj=script("RUN echo said", "RUN exit 7"), network_mode="none")
    assert error.value.msg == "The command '/bin/sh -c exit 7' returned a non-zero code: 7"
    log = list(error.value.build_log)
    assert {"stream": "said\n"} in log
    assert log[-1]["errorDetail"]["code"] == 7


def test_a_script_that_cannot_be_read(client: DockerClient) -> None:
    with pytest.raises(APIError, match="unknown instruction: BOGUS") as error:
        client.images.build(fileobj=script("BOGUS"))
    assert error.value.status_code == 400
    with pytest.raises(APIError):
        client.images.build(fileobj=io.BytesIO(b""))


def test_errors_are_red(client: DockerClient) -> None:
    said = lines(client, fileobj=script("RUN echo wrong >&2"))
    assert {"stream": "\x1b[91mwrong\n\x1b[0m"} in said


def test_settings(client: DockerClient) -> None:
    said = lines(
        client, fileobj=script("ARG who", "USER $who"), tag="made", buildargs={"who": "me"},
        labels={"a": "b"}, shmsize=1 << 27, isolation="default",
        container_limits={"memory": 1 << 27}, rm=True, forcerm=True)
    assert "Successfully tagged made:latest" in text(said)
    config = client.images.get("made").attrs["Config"]
    assert (config["User"], config["Labels"]) == ("me", {"a": "b"})


def test_quiet(client: DockerClient) -> None:
    (only,) = lines(client, fileobj=script("ENV a=b"), quiet=True)
    assert client.images.get(only["stream"].strip()).attrs["Config"]["Env"][-1] == "a=b"


def test_proxies_are_there_for_the_build_and_not_for_the_image(client: DockerClient) -> None:
    client.api._proxy_configs = ProxyConfig(ftp="one", http="two")
    steps = [f"RUN env | grep -x {each}" for each in (
        "FTP_PROXY=own", "ftp_proxy=one", "HTTP_PROXY=two", "http_proxy=two")]
    said = lines(client, fileobj=script(*steps), buildargs={"FTP_PROXY": "own"}, tag="made")
    assert "Successfully tagged made:latest" in text(said)
    assert not any("proxy" in each.lower()
                   for each in client.images.get("made").attrs["Config"]["Env"])


def test_the_cache(client: DockerClient) -> None:
    steps = ("ENV a=b", "RUN touch /c", "RUN touch /d")

    def cached(**wanted: Any) -> int:
        return text(lines(client, fileobj=script(*steps), **wanted)).count("Using cache")

    assert cached(tag="one") == 0
    assert cached(tag="two") == 3
    assert cached(nocache=True) == 0
    assert cached(cache_from=["one"], tag="three") == 3
    client.images.remove("three")
    assert cached(cache_from=["nosuch"]) == 0


def test_stages(client: DockerClient) -> None:
    steps = ("RUN echo one > /one", f"FROM {BASE_NAME}", "COPY --from=0 /one /two",
             "ONBUILD RUN echo not here")
    both = io.BytesIO(script(*steps).getvalue().replace(b"\nRUN", b" AS first\nRUN", 1))
    lines(client, fileobj=both, tag="whole")
    assert said_by(client, "whole", "cat /two") == "one\n"
    assert client.images.get("whole").attrs["Config"]["OnBuild"] == ["RUN echo not here"]
    both.seek(0)
    lines(client, fileobj=both, tag="part", target="first")
    assert said_by(client, "part", "cat /one") == "one\n"
    assert not client.images.get("part").attrs["Config"]["OnBuild"]


# --- folders -------------------------------------------------------------------------------

@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, content in {
        "Dockerfile": f"FROM {BASE_NAME}\nCOPY . /src\nWORKDIR /src\n",
        "kept": "kept", "ignored": "no", "#odd": "odd", "sub/ignored": "no", "sub/kept": "kept",
        "sub/other.dockerfile": f"FROM {BASE_NAME}\nCOPY kept /here\n",
    }.items():
        path = tmp_path / "context" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "context"


def files(client: DockerClient, image: str) -> list[str]:
    return sorted(said_by(client, image, "find /src -type f").split())


@pytest.mark.parametrize("gzip", [False, True])
def test_a_folder(client: DockerClient, folder: Path, gzip: bool) -> None:
    lines(client, path=str(folder), tag="made", gzip=gzip)
    assert files(client, "made") == [
        "/src/#odd", "/src/Dockerfile", "/src/ignored", "/src/kept", "/src/sub/ignored",
        "/src/sub/kept", "/src/sub/other.dockerfile"]


def test_what_is_ignored(client: DockerClient, folder: Path) -> None:
    (folder / ".dockerignore").write_text(
        "Dockerfile\n.dockerignore\n  *ignored  \nsub\n!sub/kept\n\n \t\n#odd\n")
    lines(client, path=str(folder), tag="made")
    assert files(client, "made") == ["/src/#odd", "/src/kept", "/src/sub/kept"]


def test_a_dockerfile_elsewhere_in_the_folder(client: DockerClient, folder: Path) -> None:
    for name in ("sub/other.dockerfile", str(folder / "sub/other.dockerfile")):
        lines(client, path=str(folder), dockerfile=name, tag="made")
        assert said_by(client, "made", "cat /here") == "kept"


def test_a_dockerfile_outside_of_the_folder(client: DockerClient, folder: Path) -> None:
    outside = folder.parent / "outside"
    outside.write_text(f"FROM {BASE_NAME}\nCOPY . /src\n")
    (folder / "Dockerfile").unlink()
    lines(client, path=str(folder), dockerfile=str(outside), tag="made")
    assert files(client, "made") == [
        "/src/#odd", "/src/ignored", "/src/kept", "/src/sub/ignored", "/src/sub/kept",
        "/src/sub/other.dockerfile"]


def test_a_folder_without_a_dockerfile(client: DockerClient, tmp_path: Path) -> None:
    with pytest.raises(APIError, match="Cannot locate specified Dockerfile: Dockerfile"):
        client.images.build(path=str(tmp_path))
    with pytest.raises(DockerException):
        client.images.build(path=str(tmp_path), gzip=True, encoding="text/html")


def test_a_base_that_is_not_there(lab_client: DockerClient) -> None:
    with pytest.raises((BuildError, ImageNotFound)):
        lab_client.images.build(fileobj=io.BytesIO(b"FROM imagelab-has-no-such-image\n"))


def test_a_base_that_the_hub_has(lab_client: DockerClient) -> None:
    image, _ = lab_client.images.build(fileobj=io.BytesIO(b"FROM alpine:3.10\nRUN touch /made\n"))
    assert said_by(lab_client, image, "ls /made") == "/made\n"


def test_prune(client: DockerClient) -> None:
    assert client.api.prune_builds() == {"CachesDeleted": None, "SpaceReclaimed": 0}
