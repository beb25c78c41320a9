"""docker-py's images, with a lab and with a real daemon."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from docker import DockerClient
from docker.errors import APIError, ImageLoadError, ImageNotFound, InvalidArgument
from docker.models.images import Image

from tests.clients.conftest import run
from tests.dockerd import BASE_ID, BASE_NAME

pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def tar(**files: bytes) -> bytes:
    """Return a tar of files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def base(client: DockerClient) -> Image:
    return client.images.get(BASE_NAME)


# --- lists and names -----------------------------------------------------------------------

def test_lists(client: DockerClient) -> None:
    api = client.api
    (only,) = api.images()
    assert (only["Id"], only["RepoTags"], only["ParentId"]) == (BASE_ID, [BASE_NAME], "")
    assert only["Size"] == only["VirtualSize"] == base(client).attrs["Size"]
    assert api.images(quiet=True) == [BASE_ID]
    assert client.images.list("ubuntu") == client.images.list(BASE_NAME) == [base(client)]
    assert client.images.list("nosuch") == []
    assert client.images.list(filters={"dangling": True}) == []
    assert len(client.images.list(all=True)) == client.info()["Images"] == 1
    with pytest.raises(APIError, match="Invalid filter 'x'"):
        client.images.list(filters={"x": "y"})


def test_tags(client: DockerClient) -> None:
    image = base(client)
    assert image.tag("own/name", "1") is True
    assert image.tag("own/name") is True
    image.reload()
    assert set(image.tags) == {BASE_NAME, "own/name:1", "own/name:latest"}
    assert client.images.list("own/name") == [image]
    client.images.remove("own/name:1")
    client.images.remove("own/name")
    image.reload()
    assert image.tags == [BASE_NAME]
    with pytest.raises(ImageNotFound):
        client.images.remove("own/name")
    with pytest.raises(ImageNotFound):
        client.api.tag("nosuch", "a")
    with pytest.raises(APIError, match="repository name must be lowercase"):
        image.tag("Own/Name")


def test_inspect_and_history(client: DockerClient) -> None:
    image = base(client)
    assert image.id == BASE_ID
    assert image.short_id == BASE_ID[:19]
    assert image.attrs["RootFS"]["Type"] == "layers"
    assert image.history()[0]["Id"] == BASE_ID
    assert image.history()[0]["Tags"] == [BASE_NAME]
    assert client.images.get(BASE_ID[7:19]) == image
    for name in ("nosuch", "a/b:c", BASE_ID[:-1] + "0"):
        with pytest.raises(ImageNotFound):
            client.images.get(name)
    with pytest.raises(APIError):
        client.api.inspect_image("registry.example//name")


# --- from containers, from tars ------------------------------------------------------------

def test_commit(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo hello > /said"])
    container.wait()
    image = container.commit(
        "made", "1", message="why", author="me", changes=["EXPOSE 8000", 'CMD ["cat", "/said"]'])
    assert (image.attrs["Parent"], image.tags) == (BASE_ID, ["made:1"])
    assert (image.attrs["Comment"], image.attrs["Author"]) == ("why", "me")
    assert image.attrs["Config"]["ExposedPorts"] == {"8000/tcp": {}}
    assert client.containers.run(image, network_mode="none", remove=True) == b"hello\n"
    assert container.commit().tags == []
    with pytest.raises(APIError, match="bogus is not a valid change command"):
        client.api.commit(container.id, changes=["bogus"])


def last(lines: str) -> Any:
    return json.loads(lines.splitlines()[-1])


def test_import(client: DockerClient, tmp_path: Path) -> None:
    api = client.api
    path = tmp_path / "some.tar"
    path.write_bytes(tar(**{"etc/one": b"1"}))
    with path.open("rb") as file:
        ids = [last(each)["status"] for each in (
            api.import_image_from_data(path.read_bytes(), repository="own/data"),
            api.import_image_from_file(str(path), repository="own/file", tag="1"),
            api.import_image(src=file, repository="own/stream"),
            api.import_image(src=str(path), repository="own/changed",
                             changes=["USER me", 'CMD ["echo"]']))]
    tags = [client.images.get(each).tags for each in ids]
    assert tags == [["own/data:latest"], ["own/file:1"], ["own/stream:latest"],
                    ["own/changed:latest"]]
    config = client.images.get("own/changed").attrs["Config"]
    assert (config["User"], config["Cmd"]) == ("me", ["echo"])
    # It says that it sends pieces, and sends the whole.
    with path.open("rb") as file, pytest.raises(APIError, match="header line too long"):
        api.import_image_from_stream(file, repository="own/stream")


def test_save_and_load(client: DockerClient) -> None:
    image = base(client)
    image.tag("own/name", "1")
    whole = b"".join(image.save(named=f"{BASE_NAME}"))
    one = b"".join(client.api.get_image("own/name:1"))
    bare = b"".join(image.save())
    client.images.remove(BASE_NAME)
    client.images.remove("own/name:1")
    assert client.images.list() == []
    for archive, tags in ((bare, []), (one, ["own/name:1"]), (whole, [BASE_NAME, "own/name:1"])):
        (loaded,) = client.images.load(archive)
        assert loaded.id == BASE_ID
        assert sorted(loaded.tags) == sorted(tags)
    lines = list(client.api.load_image(whole))
    assert lines == [{"stream": f"Loaded image: {BASE_NAME}\n"}]


def test_what_cannot_be_saved_or_loaded(client: DockerClient) -> None:
    with pytest.raises(InvalidArgument):
        base(client).save(named="not/its-name")
    with pytest.raises(ImageLoadError):
        client.images.load(b"no archive")
    with pytest.raises(ImageNotFound):
        list(client.api.get_image("nosuch"))


# --- removing ------------------------------------------------------------------------------

def test_remove(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo > /f"])
    container.wait()
    image = container.commit("made", "1")
    records = client.api.remove_image("made:1")
    assert [next(iter(each)) for each in records] == ["Untagged", "Deleted", "Deleted"]
    assert records[:2] == [{"Untagged": "made:1"}, {"Deleted": image.id}]
    assert client.images.list(all=True) == [base(client)]


def test_what_a_container_needs_stays(client: DockerClient) -> None:
    container = run(client, ["true"])
    container.wait()
    by_name = (f'conflict: unable to remove repository reference "{BASE_NAME}" (must force) - '
               f"container {container.id[:12]} is using its referenced image {BASE_ID[7:19]}")
    by_id = (f"conflict: unable to delete {BASE_ID[7:19]} (must be forced) - image is being used "
             f"by stopped container {container.id[:12]}")
    for name, words in ((BASE_NAME, by_name), (BASE_ID, by_id)):
        with pytest.raises(APIError) as error:
            client.images.remove(name)
        assert (error.value.status_code, error.value.explanation) == (409, words)
    client.images.remove(BASE_NAME, force=True)
    with pytest.raises(ImageNotFound):
        client.images.get(BASE_NAME)


def test_prune(client: DockerClient) -> None:
    container = run(client, ["sh", "-c", "echo 12345 > /f"])
    container.wait()
    bare, named = container.commit(), container.commit("made")
    container.remove()
    done = client.images.prune()
    assert {each["Deleted"] for each in done["ImagesDeleted"]} >= {bare.id}
    assert named.id in [each.id for each in client.images.list()]
    done = client.images.prune({"dangling": False})
    assert done["SpaceReclaimed"] > 6
    assert {"Untagged": "made:latest"} in done["ImagesDeleted"]
    assert {"Deleted": named.id} in done["ImagesDeleted"]
    assert client.images.list(all=True) == []
    assert client.images.prune() == {"ImagesDeleted": None, "SpaceReclaimed": 0}


# --- the simulated Hub ---------------------------------------------------------------------

def test_pull(lab_client: DockerClient) -> None:
    images = lab_client.images
    image = images.pull("hello-world")
    assert image.tags == ["hello-world:latest"]
    assert images.pull("alpine", tag="3.10").tags == ["alpine:3.10"]
    assert images.get("alpine:3.10").attrs["RepoDigests"] != []
    (digest,) = image.attrs["RepoDigests"]
    images.remove("hello-world")
    assert digest in images.pull(digest).attrs["RepoDigests"]
    assert {tag for each in images.pull("hello-world", all_tags=True) for tag in each.tags} >= {
        "hello-world:latest"}
    with pytest.raises(ImageNotFound):
        images.pull("imagelab-has-no-such-image")
    with pytest.raises(APIError):
        images.pull("alpine", tag="no-such-tag")


def test_pull_as_a_stream(lab_client: DockerClient) -> None:
    lines = list(lab_client.api.pull("alpine", tag="3.10", stream=True, decode=True))
    assert lines[0] == {"status": "Pulling from library/alpine", "id": "3.10"}
    assert lines[-1] == {"status": "Status: Downloaded newer image for alpine:3.10"}
    said = lab_client.api.pull("alpine:3.10")
    assert "Image is up to date for alpine:3.10" in said


def test_registries(lab_client: DockerClient) -> None:
    data = lab_client.images.get_registry_data("busybox")
    assert data.has_platform("linux/amd64")
    assert data.pull().id == lab_client.images.pull("busybox").id
    found = lab_client.images.search("alpine", limit=5)
    assert found[0]["name"] == "alpine"
    assert found[0]["is_official"] is True
    assert lab_client.login("student", "imagelab")["Status"] == "Login Succeeded"
    with pytest.raises(APIError, match="incorrect username or password"):
        lab_client.login("student", "wrong", reauth=True)


def test_push(lab_client: DockerClient) -> None:
    lab_client.login("student", "imagelab")
    base(lab_client).tag("student/own", "1")
    lines = list(lab_client.images.push("student/own", tag="1", stream=True, decode=True))
    assert lines[0] == {
        "status": "The push refers to repository [docker.io/student/own]"}
    aux = lines[-1]["aux"]
    assert aux["Tag"] == "1"
    lab_client.images.remove("student/own:1")
    again = lab_client.images.pull(f"student/own@{aux['Digest']}")
    assert again.id == BASE_ID
