"""Registries through the Engine API: pull, push, search, distribution, auth.

Words, statuses and the order of keys were recorded from engine 20.10.24.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.outside import Outside
from imagelab.storage.credentials import Credentials
from tests.api.conftest import Served, serving, with_base
from tests.dockerd import BASE_NAME

DIGEST = f"sha256:{'e' * 64}"
LOWERCASE = "invalid reference format: repository name must be lowercase"
NOBODY = {"X-Registry-Auth": "e30="}
REGISTRY = "localhost:5000"
BAR = re.compile(r"\[=*> *\] {1,7}[0-9.]+k?M?B(/[0-9.]+k?M?B)?")


@pytest.fixture(scope="module")
def same() -> Iterator[Served]:
    """A lab for requests that change nothing."""
    with serving(with_base()) as served:
        yield served


@pytest.fixture(scope="module")
def pushing() -> Iterator[Served]:
    """A lab with a registry in a container."""
    with serving(with_base()) as served:
        pull(served, "fromImage=registry&tag=2")
        served.ask("POST", "/containers/create?name=registry", {
            "Image": "registry:2", "ExposedPorts": {"5000/tcp": {}},
            "HostConfig": {"PortBindings": {"5000/tcp": [{"HostPort": "5000"}]}}})
        assert served.ask("POST", "/containers/registry/start").status == 204
        for repo in ("me/app", "me/other"):
            served.ask("POST", f"/images/{BASE_NAME}/tag?repo={REGISTRY}/{repo}&tag=1")
        yield served


def credentials(user: str, password: str) -> dict[str, str]:
    """Return the header that a client sends once somebody has logged in with it."""
    account = {"username": user, "password": password, "serveraddress": "x"}
    encoded = base64.urlsafe_b64encode(json.dumps(account).encode()).decode()
    return {"X-Registry-Auth": encoded}


def pull(lab: Served, query: str, headers: dict[str, str] | None = None) -> list[Any]:
    """Pull, and return the lines without those that only tell how far work is."""
    answer = lab.ask("POST", f"/images/create?{query}", headers=headers or NOBODY)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json"), answer
    return checked(answer.lines)


def push(lab: Served, path: str, headers: dict[str, str] | None = None) -> list[Any]:
    """Push, and return the same."""
    answer = lab.ask("POST", f"/images/{path}", headers=headers or NOBODY)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json"), answer
    return checked(answer.lines)


def checked(lines: list[Any]) -> list[Any]:
    """Return lines without ticks, which must have the form of a daemon's."""
    rest = []
    for line in lines:
        if "progress" not in line:
            rest.append(line)
            continue
        assert list(line) == ["status", "progressDetail", "progress", "id"]
        assert line["status"] in ("Downloading", "Extracting", "Pushing")
        assert set(line["progressDetail"]) <= {"current", "total"}
        assert BAR.fullmatch(line["progress"]), line["progress"]
    return rest


def commands(lab: Served) -> list[str]:
    rows = lab.daemon.journal.rows
    return [rows[number].command for number in range(len(rows))]


def refusal(lab: Served, method: str, path: str, body: Any = None,
            headers: dict[str, str] | None = None) -> tuple[int, str]:
    answer = lab.ask(method, path, body, headers=headers)
    assert list(answer.json) == ["message"]
    return answer.status, answer.json["message"]


def of_layer(status: str, layer: str) -> dict[str, Any]:
    return {"status": status, "progressDetail": {}, "id": layer}


# --- pull ----------------------------------------------------------------------------------

def test_a_pull(lab: Served) -> None:
    first, *layers, digest, last = pull(lab, "fromImage=docker.io/library/busybox&tag=latest")
    assert first == {"status": "Pulling from library/busybox", "id": "latest"}
    image = lab.ask("GET", "/images/busybox/json").json
    short = image["RootFS"]["Layers"][0][7:19]
    assert layers == [of_layer(status, short) for status in (
        "Pulling fs layer", "Verifying Checksum", "Download complete", "Pull complete")]
    assert digest == {"status": f"Digest: {image['RepoDigests'][0].partition('@')[2]}"}
    assert last == {"status": "Status: Downloaded newer image for busybox:latest"}
    assert pull(lab, "fromImage=busybox:latest") == [
        first, digest, {"status": "Status: Image is up to date for busybox:latest"}]
    assert lab.daemon.journal.current.command == "pull busybox:latest"


def test_a_layer_is_fetched_before_it_is_unpacked(lab: Served) -> None:
    answer = lab.ask("POST", "/images/create?fromImage=redis&tag=latest")
    steps: dict[str, list[str]] = {}
    for line in answer.lines:
        if "progressDetail" in line:
            of = steps.setdefault(line["id"], [])
            if line["status"] not in of[-1:]:
                of.append(line["status"])
    assert len(steps) > 3
    for each in steps.values():
        assert [status for status in each if status != "Waiting"] == [
            "Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete",
            "Extracting", "Pull complete"]
        assert each[0] == "Pulling fs layer"


def test_a_pull_by_digest(lab: Served) -> None:
    pull(lab, "fromImage=busybox&tag=latest")
    name = lab.ask("GET", "/images/busybox/json").json["RepoDigests"][0]
    lab.ask("DELETE", "/images/busybox")
    digest = name.partition("@")[2]
    for query in (f"fromImage=busybox&tag={digest}", f"fromImage={name}", f"fromImage={name}&tag="):
        lines = pull(lab, query)
        assert lines[0] == {"status": "Pulling from library/busybox",
                            "id": f"docker.io/library/{name}"}
    assert lab.ask("GET", f"/images/{name}/json").json["RepoTags"] == []


def test_a_pull_without_a_tag_is_of_all(lab: Served) -> None:
    for query in ("fromImage=busybox", "fromImage=busybox:&tag="):
        lines = pull(lab, query)
        heads = [each["id"] for each in lines if each["status"].startswith("Pulling from")]
        assert {"latest", "1.36", "musl"} <= set(heads)
        assert sum(each["status"].startswith("Digest: ") for each in lines) == len(heads)
        assert [each for each in lines if each["status"].startswith("Status: ")] == lines[-1:]
    assert lines[-1] == {"status": "Status: Image is up to date for busybox"}


@pytest.mark.parametrize(("query", "status", "message"), [
    ("fromImage=nosuch&tag=latest", 404,
     "pull access denied for nosuch, repository does not exist or may require 'docker login': "
     "denied: requested access to the resource is denied"),
    ("fromImage=busybox&tag=9", 404,
     "manifest for busybox:9 not found: manifest unknown: manifest unknown"),
    (f"fromImage=busybox&tag={DIGEST}", 404,
     f"manifest for busybox@{DIGEST} not found: manifest unknown: manifest unknown"),
    ("fromImage=busybox&tag=sha256:eeee", 400, "invalid tag format"),
    ("fromImage=busybox&tag=%20", 400, "invalid tag format"),
    ("fromImage=UPPER&tag=9", 400, LOWERCASE), ("fromImage=%00", 400, "invalid reference format"),
    ("fromImage=scratch&tag=latest", 403, "'scratch' is a reserved name"),
    ("fromImage=localhost:1/app&tag=9", 500,
     'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'),
    ("fromImage=busybox&tag=latest&platform=bogus", 400,
     '"bogus": unknown operating system or architecture: invalid argument'),
    ("fromImage=busybox&tag=latest&platform=linux/arm64", 404,
     "no matching manifest for linux/arm64 in the manifest list entries"),
    ("fromImage=ghcr.io/a/b&tag=1", 501, "imagelab does not simulate the registry ghcr.io"),
])
def test_pulls_that_are_refused(same: Served, query: str, status: int, message: str) -> None:
    assert refusal(same, "POST", f"/images/create?{query}") == (status, message)


# --- push ----------------------------------------------------------------------------------

def test_a_push(pushing: Served) -> None:
    name = f"{REGISTRY}/me/app"
    first, *layers, line, aux = push(pushing, f"{name}/push?tag=1")
    assert first == {"status": f"The push refers to repository [{name}]"}
    diff_ids = pushing.ask("GET", f"/images/{BASE_NAME}/json").json["RootFS"]["Layers"]
    shorts = [each[7:19] for each in reversed(diff_ids)]
    assert layers == [of_layer(status, short)
                      for status in ("Preparing", "Pushed") for short in shorts]
    digests = pushing.ask("GET", f"/images/{name}:1/json").json["RepoDigests"]
    (digest,) = (each.partition("@")[2] for each in digests if "/me/app@" in each)
    size = aux["aux"]["Size"]
    assert line == {"status": f"1: digest: {digest} size: {size}"}
    assert json.dumps(aux) == json.dumps({
        "progressDetail": {}, "aux": {"Tag": "1", "Digest": digest, "Size": size}})
    again = push(pushing, f"{name}:1/push")
    assert again[1 + len(shorts):-2] == [
        of_layer("Layer already exists", short) for short in shorts]
    assert again[-2:] == [line, aux]
    mounted = push(pushing, f"{REGISTRY}/me/other/push")
    assert mounted[1 + len(shorts):-2] == [
        of_layer("Mounted from me/app", short) for short in shorts]
    described = pushing.ask("GET", f"/distribution/{name}:1/json").json
    assert json.dumps(described) == json.dumps({
        "Descriptor": {"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
                       "digest": digest, "size": size},
        "Platforms": [{"architecture": "amd64", "os": "linux"}]})
    assert pushing.ask("GET", f"/distribution/{name}@{digest}/json").json == described


@pytest.mark.parametrize(("path", "message"), [
    (f"{REGISTRY}/me/nosuch/push?tag=1",
     f"An image does not exist locally with the tag: {REGISTRY}/me/nosuch"),
    (f"{REGISTRY}/me/app/push?tag=9", f"tag does not exist: {REGISTRY}/me/app:9"),
    (f"{REGISTRY}/me/app@{DIGEST}/push", "cannot push a digest reference"),
    ("ubuntu/push?tag=14.04", "denied: requested access to the resource is denied"),
])
def test_a_push_fails_in_its_stream(pushing: Served, path: str, message: str) -> None:
    lines = push(pushing, path)
    assert lines[0]["status"].startswith("The push refers to repository [")
    assert lines[-1] == {"errorDetail": {"message": message}, "error": message}


@pytest.mark.parametrize(("path", "headers", "status", "message"), [
    ("UPPER/push?tag=1", NOBODY, 500, LOWERCASE),
    ("ubuntu/push?tag=%20a", NOBODY, 500, "invalid tag format"),
    (f"ubuntu/push?tag={DIGEST}", NOBODY, 500, "invalid tag format"),
    ("ubuntu/push?tag=14.04", {}, 400, "Bad parameters and missing X-Registry-Auth: EOF"),
])
def test_pushes_that_are_refused(
    pushing: Served, path: str, headers: dict[str, str], status: int, message: str,
) -> None:
    assert refusal(pushing, "POST", f"/images/{path}", headers=headers) == (status, message)


# --- accounts ------------------------------------------------------------------------------

LOGGED_IN = {"IdentityToken": "", "Status": "Login Succeeded"}
WRONG = ('Get "https://registry-1.docker.io/v2/": unauthorized: incorrect username or password')


def test_an_account_of_the_hub(lab: Served) -> None:
    lab.ask("POST", f"/images/{BASE_NAME}/tag?repo=student/app&tag=1")
    assert "errorDetail" in push(lab, "student/app/push?tag=1")[-1]
    wrong = {"username": "student", "password": "wrong", "serveraddress": ""}
    assert refusal(lab, "POST", "/auth", wrong) == (401, WRONG)
    right = {**wrong, "password": "imagelab", "serveraddress": "https://index.docker.io/v1/"}
    assert lab.ask("POST", "/auth", right).json == LOGGED_IN
    assert "aux" in push(lab, "student/app/push?tag=1")[-1]
    assert refusal(lab, "POST", "/auth", {**right, "serveraddress": "ghcr.io"}) == (
        501, "imagelab does not simulate logging in to ghcr.io")
    assert lab.daemon.state.logins == {"docker.io": "student"}
    assert commands(lab)[-2:] == ["push student/app:1", "login ghcr.io"]


@pytest.mark.parametrize("header", [
    credentials("student", "wrong"), credentials("me", "my real password"), NOBODY,
    {"X-Registry-Auth": "%%%"}, {"X-Registry-Auth": ""}, {"X-Registry-Auth": "bnVsbA"},
    {"X-Registry-Auth": base64.b64encode(b'{"username":5,"password":[]}').decode()},
    {"X-Registry-Auth": base64.b64encode(b"[" * 20_000).decode()}], ids=range(8))
def test_credentials_that_the_hub_does_not_know_are_as_none(
    lab: Served, header: dict[str, str],
) -> None:
    assert pull(lab, "fromImage=busybox&tag=latest", header)[-1]["status"].startswith("Status: ")
    lab.ask("POST", "/images/busybox/tag?repo=student/app")
    assert push(lab, "student/app/push?tag=latest", header)[-1]["error"].startswith("denied: ")
    assert not lab.daemon.state.logins
    assert commands(lab)[-3:] == [
        "pull busybox:latest", "tag busybox student/app", "push student/app:latest"]


def test_credentials_of_the_hub_count(lab: Served) -> None:
    """As when a client was logged in to a lab that began anew since."""
    lab.ask("POST", f"/images/{BASE_NAME}/tag?repo=student/app&tag=1")
    own = credentials("student", "imagelab")
    assert "aux" in push(lab, "student/app/push?tag=1", own)[-1]
    steps = len(lab.daemon.journal)
    pull(lab, "fromImage=student/app&tag=1", own)
    assert len(lab.daemon.journal) == steps + 1  # known by now


@pytest.mark.parametrize("body", [
    [], 5, "x", {"username": 5}, {"password": ["x"]}, {"serveraddress": {}}, {"username": True}])
def test_accounts_of_a_wrong_kind_are_refused(same: Served, body: Any) -> None:
    status, message = refusal(same, "POST", "/auth", body)
    assert status == 500
    assert message.startswith("json: cannot unmarshal")


# --- looking -------------------------------------------------------------------------------

def test_a_search(same: Served) -> None:
    found = same.ask("GET", "/images/search?term=redis&limit=2").json
    assert len(found) == 2
    assert list(found[0]) == [
        "star_count", "is_official", "name", "is_automated", "description"]
    assert (found[0]["name"], found[0]["is_official"], found[0]["is_automated"]) == (
        "redis", True, False)
    filters = quote(json.dumps({"is-official": {"true": True}, "stars": {"100": True}}))
    official = same.ask("GET", f"/images/search?term=redis&limit=&filters={filters}").json
    assert [each["name"] for each in official] == ["redis"]


@pytest.mark.parametrize(("query", "status", "message"), [
    ("limit=200", 400, "Limit 200 is outside the range of [1, 100]"),
    ("limit=0", 400, "Limit 0 is outside the range of [1, 100]"),
    ("limit=-1", 400, "Limit -1 is outside the range of [1, 100]"),
    ("limit=x", 500, 'strconv.Atoi: parsing "x": invalid syntax'),
    (f"limit={'9' * 5000}", 500, f'strconv.Atoi: parsing "{"9" * 5000}": value out of range'),
    (f"filters={quote(json.dumps({'bogus': ['x']}))}", 400, "Invalid filter 'bogus'"),
    (f"filters={quote(json.dumps({'stars': ['x']}))}", 400, "Invalid filter 'stars=x'"),
])
def test_searches_that_are_refused(same: Served, query: str, status: int, message: str) -> None:
    assert refusal(same, "GET", f"/images/search?term=redis&{query}") == (status, message)


@pytest.mark.parametrize(("name", "status", "message"), [
    ("busybox:9", 404, "manifest unknown: manifest unknown"),
    (f"busybox@{DIGEST}", 404, "manifest unknown: manifest unknown"),
    ("nosuch", 403, "errors:\ndenied: requested access to the resource is denied\n"
                    "unauthorized: authentication required\n"),
    ("UPPER", 400, LOWERCASE), ("%20", 400, "invalid reference format"),
    ("e" * 64, 500, "no manifest found for full image ID"),
    (DIGEST, 500, "no manifest found for full image ID"),
    ("localhost:1/x:1", 500,
     'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused'),
    ("ghcr.io/a/b", 501, "imagelab does not simulate the registry ghcr.io"),
])
def test_what_registries_do_not_have(
    same: Served, name: str, status: int, message: str,
) -> None:
    assert refusal(same, "GET", f"/distribution/{name}/json") == (status, message)


def test_an_image_of_the_hub_is_described_without_being_pulled(same: Served) -> None:
    described = same.ask("GET", "/distribution/busybox/json").json
    assert described["Platforms"] == [{"architecture": "amd64", "os": "linux"}]
    assert described == same.ask("GET", "/distribution/docker.io/library/busybox:latest/json").json


def test_a_real_registry_is_not_looked_at(tmp_path: Any) -> None:
    with serving(Daemon(outside=Outside(credentials=Credentials(None)))) as lab:
        assert refusal(lab, "GET", "/distribution/ghcr.io/a/b/json") == (
            501, "imagelab does not simulate looking at a real registry's images")
