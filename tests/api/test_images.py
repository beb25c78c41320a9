"""Images through the Engine API.

Statuses, words and shapes were recorded from engine 20.10.24 unless they begin with ``imagelab``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.api.conftest import Served, serving, with_base
from tests.dockerd import BASE_ID, BASE_NAME

DIGEST = f"sha256:{'e' * 64}"
OTHER = "localhost:5000/me/app:1"
LOWERCASE = "invalid reference format: repository name must be lowercase"
INVALID = "invalid reference format"
NO_TAG = "invalid tag format"


@pytest.fixture(scope="module")
def same() -> Iterator[Served]:
    """A lab for requests that change nothing."""
    with serving(with_base()) as served:
        yield served


@pytest.fixture(scope="module")
def committing() -> Iterator[Served]:
    """A lab with a container to commit."""
    with serving(with_base()) as served:
        made = served.ask("POST", "/containers/create?name=c1", {
            "Image": BASE_NAME, "Cmd": ["sh"], "Env": ["A=1"], "Labels": {"x": "y"}})
        assert made.status == 201
        yield served


def listed(lab: Served, filters: object = None, query: str = "") -> list[str]:
    """Return the names in a list of images."""
    wish = "" if filters is None else f"filters={quote(json.dumps(filters))}&"
    answer = lab.ask("GET", f"/images/json?{wish}{query}")
    assert answer.status == 200, answer.body
    return [name for each in answer.json for name in each["RepoTags"] or ["no tag"]]


def refusal(lab: Served, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = lab.ask(method, path, body)
    assert answer.headers["Content-Type"] == "application/json"
    assert list(answer.json) == ["message"]
    return answer.status, answer.json["message"]


# --- the list ------------------------------------------------------------------------------

@pytest.mark.parametrize("spell", [
    lambda value: {value: True}, lambda value: [value]], ids=["the CLI's", "docker-py's"])
def test_filters_come_in_two_dialects(lab: Served, spell: Any) -> None:
    lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME})
    lab.ask("POST", "/commit?container=c1")
    assert listed(lab, {"dangling": spell("true")}) == ["<none>:<none>"]
    assert listed(lab, {"dangling": spell("false")}) == [BASE_NAME]
    assert listed(lab, {"reference": spell("ubuntu:*")}) == [BASE_NAME]
    assert listed(lab, {"since": spell(BASE_NAME)}) == ["<none>:<none>"]
    assert listed(lab, {"label": spell("nosuch")}) == []


def test_a_list_has_nulls_where_a_daemon_has_them(lab: Served) -> None:
    lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME})
    identifier = lab.ask("POST", "/commit?container=c1").json["Id"]
    newest, base = lab.ask("GET", "/images/json").json
    size = base["Size"]
    assert base == {
        "Containers": -1, "Created": 1616711768, "Id": BASE_ID, "Labels": None, "ParentId": "",
        "RepoDigests": None, "RepoTags": [BASE_NAME], "SharedSize": -1, "Size": size,
        "VirtualSize": size}
    assert (newest["Id"], newest["ParentId"]) == (identifier, BASE_ID)
    assert (newest["RepoTags"], newest["RepoDigests"]) == (["<none>:<none>"], ["<none>@<none>"])


def test_parents_without_a_name_are_shown_with_all(lab: Served) -> None:
    for name in ("c1", "c2"):
        image = BASE_NAME if name == "c1" else "first"
        lab.ask("POST", f"/containers/create?name={name}", {"Image": image})
        lab.ask("POST", f"/commit?container={name}&repo={'first' if name == 'c1' else 'second'}")
    lab.ask("DELETE", "/containers/c2")
    lab.ask("DELETE", "/images/first?force=1")
    shown = ["second:latest", BASE_NAME]
    assert listed(lab) == listed(lab, query="all=0") == listed(lab, query="all=False") == shown
    everything = ["second:latest", "<none>:<none>", BASE_NAME]
    assert listed(lab, query="all=1") == listed(lab, query="all=True&only_ids=1") == everything


@pytest.mark.parametrize(("filters", "status", "message"), [
    ('{"x":["a"]}', 400, "Invalid filter 'x'"),
    ('{"dangling":["maybe"]}', 400, "Invalid filter 'dangling=[maybe]'"),
    ('{"before":["nosuch"]}', 404, "No such image: nosuch:latest"),
    ('{"reference":["["]}', 500, "syntax error in pattern"),
    ("zz", 500, "invalid character 'z' looking for beginning of value"),
])
def test_filters_that_are_refused(same: Served, filters: str, status: int, message: str) -> None:
    assert refusal(same, "GET", f"/images/json?filters={quote(filters)}") == (status, message)


@pytest.mark.parametrize("filters", [
    "[]", "5", '"x"', "true", '{"dangling":5}', '{"dangling":"true"}', '{"dangling":[true]}',
    '{"dangling":[["a"]]}', '{"dangling":{"true":"x"}}', '{"dangling":{"true":1}}',
    "[" * 5000, f'{{"label":[{"9" * 5000}]}}'])
def test_filters_of_another_kind_are_refused(same: Served, filters: str) -> None:
    for method, path in (("GET", "json"), ("POST", "prune"), ("GET", "search")):
        status, message = refusal(same, method, f"/images/{path}?filters={quote(filters)}")
        assert (status, message.partition(" ")[0]) in ((500, "json:"), (400, "imagelab:"))


def test_filters_that_say_nothing(same: Served) -> None:
    for filters in ("", "{}", "null", '{"label":null}', '{"label":[]}', '{"label":{}}'):
        assert same.ask("GET", f"/images/json?filters={quote(filters)}").json[0]["Id"] == BASE_ID


# --- one image -----------------------------------------------------------------------------

@pytest.mark.parametrize("name", [
    BASE_NAME, f"docker.io/library/{BASE_NAME}", f"library/{BASE_NAME}", BASE_ID, BASE_ID[7:],
    BASE_ID[7:19], "ubuntu%3A14.04"])
def test_an_image_has_many_names(same: Served, name: str) -> None:
    described = same.ask("GET", f"/images/{name}/json").json
    assert described["Id"] == BASE_ID
    assert (described["RepoTags"], described["RepoDigests"]) == ([BASE_NAME], [])
    assert same.ask("GET", f"/images/{name}/history").json[0]["Id"] == BASE_ID


def test_names_have_slashes_ports_tags_and_digests(lab: Served) -> None:
    digest = _pulled(lab, "busybox")
    for name in (OTHER, "a/json/b:get", "json", "search/json"):
        repo, _, tag = name.partition(":1") if name == OTHER else name.partition(":")
        tag = "1" if name == OTHER else tag
        tagged = lab.ask("POST", f"/images/busybox@{digest}/tag?repo={repo}&tag={tag}")
        assert (tagged.status, tagged.body) == (201, b"")
        assert tagged.headers["Content-Length"] == "0"
        assert "Content-Type" not in tagged.headers
        full = name if tag else f"{name}:latest"
        assert full in lab.ask("GET", f"/images/{name}/json").json["RepoTags"]
        assert full in lab.ask("GET", f"/images/{name}/history").json[0]["Tags"]
        assert lab.ask("DELETE", f"/images/{name}").json == [{"Untagged": full}]


def _pulled(lab: Served, name: str) -> str:
    """Pull an image from the Hub and return its digest."""
    lab.ask("POST", f"/images/create?fromImage={name}&tag=latest")
    digest: str = lab.ask("GET", f"/images/{name}/json").json["RepoDigests"][0].partition("@")[2]
    return digest


@pytest.mark.parametrize(("name", "status", "message"), [
    ("nosuch", 404, "No such image: nosuch:latest"),
    (OTHER, 404, f"No such image: {OTHER}"),
    (DIGEST, 404, f"No such image: {DIGEST}"),
    ("e" * 64, 404, f"No such image: {DIGEST}"),
    (f"ubuntu@{DIGEST}", 404, f"No such image: ubuntu@{DIGEST}"),
    ("UPPER", 400, LOWERCASE), ("a%20b", 400, INVALID), ("%00", 400, INVALID),
    ("ubuntu:", 400, INVALID), ("-", 400, INVALID), ("[::1]:5000/a", 400, INVALID),
    ("x" * 300, 400, "repository name must not be more than 255 characters"),
])
def test_an_image_that_is_not_there(same: Served, name: str, status: int, message: str) -> None:
    assert refusal(same, "GET", f"/images/{name}/history") == (status, message)
    assert refusal(same, "DELETE", f"/images/{name}") == (status, message)
    assert refusal(same, "POST", f"/images/{name}/tag?repo=UPPER") == (status, message)
    shown = name.replace("%20", " ").replace("%00", "\0")
    assert refusal(same, "GET", f"/images/{name}/json") == (
        status, f"no such image: {shown}: {message}")


# --- tag -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("query", "status", "message"), [
    ("repo=UPPER&tag=1", 500, LOWERCASE), ("repo=foo&tag=%20x", 500, NO_TAG),
    ("repo=foo&tag=sha256:eeee", 500, NO_TAG), (f"repo=foo&tag={'x' * 129}", 500, NO_TAG),
    ("repo=&tag=1", 500, INVALID), ("", 500, INVALID), ("repo=%00", 500, INVALID),
    ("repo=%ff", 500, INVALID),
    (f"repo=foo@{DIGEST}", 400, "refusing to create a tag with a digest reference"),
    ("repo=sha256&tag=1", 400,
     "refusing to create an ambiguous tag using digest algorithm as name"),
    (f"repo={'e' * 64}", 500, f"invalid repository name ({'e' * 64}), cannot specify 64-byte "
                              "hexadecimal strings"),
])
def test_names_that_cannot_be_given(same: Served, query: str, status: int, message: str) -> None:
    assert refusal(same, "POST", f"/images/{BASE_NAME}/tag?{query}") == (status, message)


@pytest.mark.parametrize(("query", "name"), [
    ("repo=foo&tag=1&force=0", "foo:1"), ("repo=docker.io/library/foo&tag=2", "foo:2"),
    ("repo=foo:3", "foo:3"), ("repo=foo:3&tag=4", "foo:4"), (f"repo=foo@{DIGEST}&tag=5", "foo:5"),
    ("repo=localhost:5000/a/b&tag=x", "localhost:5000/a/b:x")])
def test_names_and_tags_come_apart(lab: Served, query: str, name: str) -> None:
    assert lab.ask("POST", f"/images/{BASE_NAME}/tag?{query}").status == 201
    assert name in lab.ask("GET", f"/images/{BASE_ID}/json").json["RepoTags"]
    assert lab.daemon.journal.current.command == f"tag {BASE_NAME} {name}"


# --- removal -------------------------------------------------------------------------------

def test_a_removal_tells_what_went(lab: Served) -> None:
    digest = _pulled(lab, "busybox")
    image = lab.ask("GET", "/images/busybox/json").json
    lab.ask("POST", "/images/busybox/tag?repo=other")
    answer = lab.ask("DELETE", "/images/other:latest")
    assert (answer.status, answer.json) == (200, [{"Untagged": "other:latest"}])
    assert lab.ask("DELETE", "/images/busybox").json == [
        {"Untagged": "busybox:latest"}, {"Untagged": f"busybox@{digest}"},
        {"Deleted": image["Id"]}, {"Deleted": image["RootFS"]["Layers"][0]}]


def test_a_removal_may_be_forced_and_leave_parents(lab: Served) -> None:
    made = lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME}).json["Id"]
    assert refusal(lab, "DELETE", f"/images/{BASE_NAME}") == (
        409, f'conflict: unable to remove repository reference "{BASE_NAME}" (must force) - '
             f"container {made[:12]} is using its referenced image {BASE_ID[7:19]}")
    parent = lab.ask("POST", "/commit?container=c1").json["Id"]
    lab.ask("POST", "/containers/create?name=c2", {"Image": parent})
    child = lab.ask("POST", "/commit?container=c2&repo=child").json["Id"]
    lab.ask("DELETE", "/containers/c1")
    lab.ask("DELETE", "/containers/c2")
    lab.ask("DELETE", f"/images/{BASE_NAME}?noprune=0")
    assert lab.ask("DELETE", "/images/child?noprune=1").json == [
        {"Untagged": "child:latest"}, {"Deleted": child}]
    lab.ask("POST", "/containers/create?name=c1", {"Image": parent})
    assert lab.ask("DELETE", f"/images/{parent}").status == 409
    assert lab.ask("DELETE", f"/images/{parent}?force=True").json[0] == {"Deleted": parent}


def test_an_image_needs_a_name_to_be_removed(same: Served) -> None:
    for name in ("", "%20", "%09%20"):
        assert refusal(same, "DELETE", f"/images/{name}") == (400, "image name cannot be blank")


def test_pruning(lab: Served) -> None:
    nothing = {"ImagesDeleted": None, "SpaceReclaimed": 0}
    assert lab.ask("POST", "/images/prune").json == nothing
    lab.ask("POST", "/containers/create?name=c1", {"Image": BASE_NAME})
    identifier = lab.ask("POST", "/commit?container=c1").json["Id"]
    lab.ask("DELETE", "/containers/c1")
    labelled = quote('{"label":["nosuch"]}')
    assert lab.ask("POST", f"/images/prune?filters={labelled}").json == nothing
    assert lab.ask("POST", "/images/prune").json == {
        "ImagesDeleted": [{"Deleted": identifier}], "SpaceReclaimed": 0}
    size = lab.ask("GET", f"/images/{BASE_NAME}/json").json["Size"]
    done = lab.ask("POST", f"/images/prune?filters={quote(json.dumps({'dangling': ['false']}))}")
    assert done.json["ImagesDeleted"][:2] == [{"Untagged": BASE_NAME}, {"Deleted": BASE_ID}]
    assert done.json["SpaceReclaimed"] == size


@pytest.mark.parametrize(("filters", "status", "message"), [
    ('{"dangling":["maybe"]}', 400, "Invalid filter 'dangling=[maybe]'"),
    ('{"x":["y"]}', 400, "Invalid filter 'x'"),
    ('{"until":["1h","2h"]}', 500, "more than one until filter specified"),
    ('{"until":["zz"]}', 500, 'failed to parse value as time or duration: "zz"')])
def test_prunings_that_are_refused(
    same: Served, filters: str, status: int, message: str,
) -> None:
    assert refusal(same, "POST", f"/images/prune?filters={quote(filters)}") == (status, message)


# --- commit --------------------------------------------------------------------------------

def committed(lab: Served, query: str, body: Any = None) -> dict[str, Any]:
    """Commit the container, and return what the image is like."""
    answer = lab.ask("POST", f"/commit?container=c1&{query}", body)
    assert answer.status == 201, answer.body
    image: dict[str, Any] = lab.ask("GET", f"/images/{answer.json['Id']}/json").json
    return image


@pytest.mark.parametrize(("query", "names"), [
    ("", []), ("repo=&tag=", []), ("repo=&tag=9", []), ("repo=bar&tag=", ["bar:latest"]),
    ("repo=bar:7&tag=8", ["bar:8"]), (f"repo=bar@{DIGEST}&tag=1", ["bar:1"])])
def test_what_a_commit_is_called(committing: Served, query: str, names: list[str]) -> None:
    assert committed(committing, query)["RepoTags"] == names


PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@pytest.mark.parametrize(("query", "body", "config"), [
    ("", {}, {"Cmd": ["sh"], "Env": ["A=1", PATH], "Labels": {"x": "y"}}),
    ("", {"Bogus": 1}, {"Cmd": ["sh"], "Env": ["A=1", PATH]}),
    ("", {"Cmd": ["x"], "Env": ["C=3"], "Labels": {"l": "m"}},
     {"Cmd": ["x"], "Env": ["C=3", "A=1", PATH], "Labels": {"l": "m", "x": "y"}, "Hostname": ""}),
    ("", {"Cmd": "x y"}, {"Cmd": ["x y"]}),
    ("changes=CMD+z", {"Cmd": ["x"], "Env": ["C=3"], "WorkingDir": "/tmp"},
     {"Cmd": ["/bin/sh", "-c", "z"], "Env": ["C=3", "A=1", PATH], "WorkingDir": "/tmp"}),
    ("changes=CMD+a&changes=ENV+B%3D2", None,
     {"Cmd": ["/bin/sh", "-c", "a"], "Env": ["A=1", PATH, "B=2"]}),
    ("", {"Entrypoint": ["e"], "User": "u", "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/v": {}},
          "OnBuild": ["RUN x"], "StopSignal": "INT", "Tty": True, "StopTimeout": 3},
     {"Entrypoint": ["e"], "User": "u", "ExposedPorts": {"80/tcp": {}}, "Volumes": {"/v": {}},
      "OnBuild": ["RUN x"], "StopSignal": "INT", "Tty": True, "StopTimeout": 3, "Cmd": None}),
])
def test_the_configuration_of_a_commit(
    committing: Served, query: str, body: Any, config: dict[str, Any],
) -> None:
    made = committed(committing, query, body)["Config"]
    assert {key: made[key] for key in config} == config


def test_a_commit_has_an_author_and_a_comment(committing: Served) -> None:
    image = committed(committing, "author=me&comment=hello+you&pause=")
    assert (image["Author"], image["Comment"], image["Parent"]) == ("me", "hello you", BASE_ID)


@pytest.mark.parametrize(("query", "status", "message"), [
    ("container=nosuch", 404, "No such container: nosuch"),
    ("container=", 400, 'invalid name or ID supplied: ""'),
    ("", 400, 'invalid name or ID supplied: ""'),
    ("container=c1&changes=BOGUS+x", 400, "bogus is not a valid change command"),
    ("container=c1&changes=", 400, "file with no instructions"),
    ("container=c1&repo=UPPER", 500, LOWERCASE), ("container=c1&repo=a&tag=%20", 500, NO_TAG),
    (f"container=c1&repo=a@{DIGEST}", 400, "refusing to create a tag with a digest reference")])
def test_commits_that_are_refused(
    committing: Served, query: str, status: int, message: str,
) -> None:
    assert refusal(committing, "POST", f"/commit?{query}") == (status, message)


@pytest.mark.parametrize("body", [
    [], "x", 5, True, {"Cmd": 5}, {"Cmd": [1]}, {"Cmd": {}}, {"Env": {}}, {"Env": [{}]},
    {"Tty": "x"}, {"Labels": {"a": 5}}, {"Labels": []}, {"Volumes": {"/v": 5}}, {"Volumes": [1]},
    {"ExposedPorts": "80"}, {"StopTimeout": "x"}, {"StopTimeout": True}, {"Healthcheck": []},
    {"Healthcheck": {"Test": 5}}, {"Healthcheck": {"Interval": "5s"}}, {"User": 1 << 70},
    {"Entrypoint": [["a"]]}, {"Hostname": {}}, {"HostConfig": 5}, {"StopTimeout": 1 << 70}])
def test_fields_of_a_wrong_kind_are_refused(committing: Served, body: Any) -> None:
    images = len(committing.daemon.state.images)
    status, message = refusal(committing, "POST", "/commit?container=c1", body)
    assert status == 500
    assert message.startswith("json: cannot unmarshal")
    assert len(committing.daemon.state.images) == images
