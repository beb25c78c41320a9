"""``POST /build``: its parameters, contexts and lines, as engine 20.10 has them."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest

from imagelab.daemon.outside import Outside
from imagelab.model.outcome import EngineError
from imagelab.registry.fetch import Download
from tests.api.conftest import Answered, Served, serving, with_base
from tests.dockerd import BASE_ID

FROM = "FROM ubuntu:14.04\n"
BUILT = [{"stream": "Step 1/1 : FROM ubuntu:14.04"}, {"stream": "\n"},
         {"stream": f" ---> {BASE_ID[7:19]}\n"}, {"aux": {"ID": BASE_ID}},
         {"stream": f"Successfully built {BASE_ID[7:19]}\n"}]


def context(dockerfile: str = FROM, **files: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, text in {"Dockerfile": dockerfile, **files}.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return made.getvalue()


def build(lab: Served, body: bytes | str = FROM, headers: Any = None,
          **query: Any) -> Answered:
    """Build from a tar or a Dockerfile; what is no text in the query goes as JSON."""
    words = {key: value if isinstance(value, str) else json.dumps(value)
             for key, value in query.items()}
    data = context(body) if isinstance(body, str) else body
    return lab.ask("POST", f"/build?{urlencode(words)}", data,
                   headers={"Content-Type": "application/x-tar", **(headers or {})})


def plain(answer: Answered) -> list[Any]:
    """Return the lines of a stream, without IDs."""
    assert answer.status == 200, answer.body
    assert all(line.endswith(b"}") for line in answer.body.split(b"\r\n")[:-1])
    text = re.sub(rb"\b[0-9a-f]{64}\b", b"<id>", answer.body)
    return [json.loads(line) for line in re.sub(rb"\b[0-9a-f]{12}\b", b"<id>", text).splitlines()]


def streams(answer: Answered) -> list[str]:
    return [line["stream"] for line in plain(answer) if "stream" in line]


def test_a_build_speaks_as_the_daemon_does(lab: Served) -> None:
    dockerfile = f"{FROM}RUN echo 'a<b>' >&2; sleep 0.01; echo hi\nCOPY f /f\n"
    answer = build(lab, context(dockerfile, f="x"), t="bt:1")
    assert answer.headers["Content-Type"] == "application/json"
    assert b'"stream":"Step 2/3 : RUN echo \'a\\u003cb\\u003e\' \\u003e\\u00262' in answer.body
    assert plain(answer) == [
        {"stream": "Step 1/3 : FROM ubuntu:14.04"}, {"stream": "\n"}, {"stream": " ---> <id>\n"},
        {"stream": "Step 2/3 : RUN echo 'a<b>' >&2; sleep 0.01; echo hi"}, {"stream": "\n"},
        {"stream": " ---> Running in <id>\n"},
        {"stream": "\x1b[91ma<b>\n\x1b[0m"}, {"stream": "hi\n"},
        {"stream": "Removing intermediate container <id>\n"}, {"stream": " ---> <id>\n"},
        {"stream": "Step 3/3 : COPY f /f"}, {"stream": "\n"}, {"stream": " ---> <id>\n"},
        {"aux": {"ID": "sha256:<id>"}},
        {"stream": "Successfully built <id>\n"}, {"stream": "Successfully tagged bt:1\n"}]
    again = build(lab, context(dockerfile, f="x"), t="bt:1")
    assert streams(again).count(" ---> Using cache\n") == 2
    image = lab.ask("GET", "/images/bt:1/json").json["Id"]
    assert image == next(line["aux"]["ID"] for line in again.lines if "aux" in line)


def test_a_quiet_build_says_its_id_or_why_it_failed(lab: Served) -> None:
    answer = build(lab, f"{FROM}ENV a=1\n", q="1")
    (line,) = answer.lines
    assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", line["stream"])
    failed = plain(build(lab, f"{FROM}ENV a=1\nFROM ubuntu:14.04\nRUN echo said; exit 4\n", q="1"))
    assert {"aux": {"ID": "sha256:<id>"}} in failed
    assert failed[-2:] == [{"stream": "said\n"}, {
        "errorDetail": {"code": 4, "message": "The command '/bin/sh -c echo said; exit 4' returned "
                                              "a non-zero code: 4"},
        "error": "The command '/bin/sh -c echo said; exit 4' returned a non-zero code: 4"}]
    refused = build(lab, "BOGUS\n", q="1")
    assert (refused.status, refused.json) == (
        400, {"message": "dockerfile parse error line 1: unknown instruction: BOGUS"})


def test_only_a_program_that_fails_has_a_code(lab: Served) -> None:
    missing = build(lab, f'{FROM}RUN ["nosuch"]\n').lines[-1]
    assert missing["errorDetail"] == {"message": missing["error"]}
    assert "executable file not found in $PATH" in missing["error"]
    assert build(lab, f"{FROM}RUN exit 3\n").lines[-1]["errorDetail"]["code"] == 3


def test_a_failed_build_leaves_its_container_or_not(lab: Served) -> None:
    kept = streams(build(lab, f"{FROM}RUN exit 1\n"))
    removed = streams(build(lab, f"{FROM}RUN exit 1\n", forcerm="1"))
    assert (kept[-1], removed[-1]) == (
        " ---> Running in <id>\n", "Removing intermediate container <id>\n")
    assert len(lab.daemon.state.containers) == 1
    assert "Removing" not in "".join(streams(build(lab, f"{FROM}RUN true\n", rm="False")))


def test_stages_arguments_labels_and_triggers(lab: Served) -> None:
    dockerfile = f"{FROM}ENV a=1\nFROM ubuntu:14.04 AS two\nARG x\nRUN echo $x\nFROM two\n"
    answer = build(lab, dockerfile, target="two", buildargs={"x": "y", "z": None},
                   labels={"l": "m", "n": None}, t="ob:1")
    said = streams(answer)
    assert [line for line in answer.lines if "aux" in line][1:]
    assert {"Step 6/7 : LABEL l=m", "Step 7/7 : LABEL n=", "y\n",
            "[Warning] One or more build-args [z] were not consumed\n"} < set(said)
    build(lab, "FROM ob:1\nONBUILD ENV a=b\nONBUILD ENV c=d\n", t="ob:2")
    at = (said := streams(build(lab, "FROM ob:2\n"))).index("# Executing 2 build trigger")
    assert said[at:at + 3] == ["# Executing 2 build trigger", "s", "\n"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_contexts_come_packed_or_not(lab: Served, pack: Callable[[bytes], bytes]) -> None:
    for headers in ({}, {"Content-Encoding": "gzip"}):
        assert build(lab, pack(context()), headers).lines == BUILT


REFUSALS: list[tuple[bytes, dict[str, Any], int, str]] = [
    (context(f"{FROM}BOGUS\n"), {}, 400, "dockerfile parse error line 2: unknown instruction: "
     "BOGUS"),
    (context(""), {}, 400, "the Dockerfile (Dockerfile) cannot be empty"),
    (b"", {}, 500, "Cannot locate specified Dockerfile: Dockerfile"),
    (bytes(1024), {}, 500, "Cannot locate specified Dockerfile: Dockerfile"),
    (b"no tar", {}, 500, "unexpected EOF"),
    (b"h" * 2000, {}, 500, "archive/tar: invalid tar header"),
    (gzip.compress(context())[:40], {}, 500, "unexpected EOF"),
    (context(), {"t": "A:x"}, 500, "invalid reference format: repository name must be lowercase"),
    (context(), {"t": f"a@{BASE_ID}"}, 500, "build tag cannot contain a digest"),
    (context(), {"target": "x"}, 400, "failed to reach build target x in Dockerfile"),
    (context(), {"dockerfile": "../x"}, 500,
     "forbidden path outside the build context: ../x ()"),
    (context(), {"squash": "1"}, 400, "squash is only supported with experimental mode"),
    (context(), {"isolation": "hyperv"}, 400, 'Unsupported isolation: "hyperv"'),
    (context(), {"securityopt": ""}, 400, "The daemon on this platform does not support setting "
     "security options on build"),
    (context(), {"platform": "x/y/z/w"}, 400, '"x/y/z/w": cannot parse platform specifier: '
     "invalid argument"),
    (context(), {"shmsize": "x"}, 500, 'strconv.ParseInt: parsing "x": invalid syntax'),
    (context(), {"shmsize": "9" * 20}, 500,
     f'strconv.ParseInt: parsing "{"9" * 20}": value out of range'),
    (context(), {"version": "3"}, 500, 'invalid version "3"'),
    (context(), {"version": "2"}, 501,
     "imagelab does not simulate BuildKit: build with DOCKER_BUILDKIT=0"),
    (context(), {"outputs": "x"}, 500, "invalid character 'x' looking for beginning of value"),
    (context(), {"remote": "ftp://x/y"}, 500, "remoteURL (ftp://x/y) could not be recognized as "
     "URL"),
    (context(), {"remote": "git://x/y"}, 501, "imagelab does not simulate repositories as build "
     "contexts: git://x/y"),
    (context(), {"remote": "http://x/y"}, 501, "imagelab does not fetch http://x/y: this lab was "
     "opened without fetch_urls"),
    (context(), {"remote": "client-session"}, 400, "experimental session with v1 builder is no "
     "longer supported, use builder version v2 (BuildKit) instead"),
    *((context(), {name: given}, status, f"{front}{rest}") for name, front, status, cases in (
        ("buildargs", "error reading build args: ", 400, (
            ("x", "invalid character 'x' looking for beginning of value"),
            ([], "json: cannot unmarshal array into Go value of type map[string]*string"),
            ({"a": 1}, "json: cannot unmarshal number into Go value of type string"))),
        ("labels", "error reading labels: ", 400, (
            ([1], "json: cannot unmarshal array into Go value of type map[string]string"),)),
        ("cachefrom", "", 500, (
            ({"a": 1}, "json: cannot unmarshal object into Go value of type []string"),
            ([1], "json: cannot unmarshal number into Go value of type string"))),
        ("ulimits", "error reading ulimit settings: ", 400, (
            ({"a": 1}, "json: cannot unmarshal object into Go value of type []*units.Ulimit"),
            ([1], "json: cannot unmarshal number into Go value of type units.Ulimit"),
            ([{"Name": "x", "Soft": "a"}], "json: cannot unmarshal string into Go struct field "
             "Ulimit.Soft of type int64"))),
    ) for given, rest in cases),
]


def test_what_cannot_be_built_is_refused_before_the_first_line(lab: Served) -> None:
    for body, query, status, message in REFUSALS:
        answer = build(lab, body, **query)
        assert (answer.status, answer.json) == (status, {"message": message}), query


@pytest.mark.parametrize(("query", "message"), [
    ({"memory": "5"}, "Minimum memory limit allowed is 6MB"),
    ({"cpuperiod": "5"}, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s "
                         "(i.e. 1000000)"),
    ({"shmsize": "-5"}, "SHM size can not be less than 0"),
    ({"extrahosts": "bad"}, 'bad format for add-host: "bad"'),
    ({"extrahosts": "a:x"}, 'invalid IP address in add-host: "x"'),
    ({"networkmode": "nosuch"}, "network nosuch not found"),
])
def test_settings_of_steps_count_when_a_step_runs(
    lab: Served, query: dict[str, str], message: str,
) -> None:
    assert build(lab, **query).lines == BUILT
    assert build(lab, f"{FROM}RUN true\n", **query).lines[-1] == {
        "errorDetail": {"message": message}, "error": message}


def test_settings_reach_the_containers_of_steps(lab: Served) -> None:
    build(lab, f"{FROM}RUN true\n", rm="0", memory="10000000", memswap="x", cpushares="7",
          extrahosts="a:1.2.3.4", networkmode="none", ulimits=[{"Name": "cpu", "Hard": 2}])
    (container,) = lab.ask("GET", "/containers/json?all=1").json
    found = lab.ask("GET", f"/containers/{container['Id']}/json").json["HostConfig"]
    assert (found["Memory"], found["MemorySwap"], found["CpuShares"], found["NetworkMode"]) == (
        10_000_000, 20_000_000, 7, "none")
    assert (found["ExtraHosts"], found["Ulimits"]) == (
        ["a:1.2.3.4"], [{"Name": "cpu", "Hard": 2, "Soft": 0}])


def test_a_build_ends_when_its_client_leaves(lab: Served) -> None:
    connection = lab.connection()
    connection.request("POST", "/v1.41/build", context(f"{FROM}ENV a=1\nRUN sleep 1000\n"))
    response = connection.getresponse()
    said = b""
    while said.count(b"Running in") < 2:
        said += response.read1(1000)
    while not lab.ask("GET", "/containers/json").json:
        pass
    response.close()
    connection.close()
    deadline = time.monotonic() + 10
    while lab.daemon.state.containers and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not lab.daemon.state.containers
    assert len(lab.daemon.state.images) == 2
    assert " ---> Using cache\n" in streams(build(lab, f"{FROM}ENV a=1\n"))


ANSWERS = {
    "/text": (b"FROM ubuntu:14.04\n", "text/plain; charset=utf-8"),
    "/unsaid": (b"FROM ubuntu:14.04\n", "application/octet-stream"),
    "/copy": (b"FROM ubuntu:14.04\nCOPY f /\n", ""),
    "/tar": (context(f"{FROM}COPY f /\n", f="x"), "application/x-tar"),
    "/packed": (gzip.compress(context(f"{FROM}COPY f /\n", f="x")), ""),
    "/html": (b"<html>", "text/html"),
    "/empty": (b"", "text/plain"),
    "/bad": (b"BOGUS\n", "text/plain"),
}


def fetch(url: str) -> Download:
    path = url.removeprefix("http://x")
    if path not in ANSWERS:
        raise EngineError(f"failed to GET {url} with status 404 Not Found: no", 404)
    data, kind = ANSWERS[path]
    return Download(io.BytesIO(data), path[1:], 0, kind)


def test_a_context_may_be_at_an_address() -> None:
    daemon = with_base()
    daemon.outside = replace(Outside(), fetch=fetch)
    with serving(daemon) as lab:
        def remote(path: str) -> Answered:
            return build(lab, b"", remote=f"http://x{path}")

        first, *rest = remote("/text").lines
        assert first == {"status": "http://x/text", "id": "Downloading context",
                         "progressDetail": {"current": 18}, "progress": "     18B"}
        assert rest == BUILT
        assert remote("/unsaid").lines[1:] == BUILT
        assert remote("/copy").lines[-1]["error"] == "COPY failed: missing build context"
        for path in ("/tar", "/packed"):
            assert plain(remote(path))[-1] == {"stream": "Successfully built <id>\n"}
        assert remote("/bad").lines[-1]["error"] == (
            "dockerfile parse error line 1: unknown instruction: BOGUS")
        for path, status, message in (
            ("/nosuch", 404, "error downloading remote context http://x/nosuch: failed to GET "
             "http://x/nosuch with status 404 Not Found: no"),
            ("/html", 500, "error detecting content type for remote http://x/html: unsupported "
             'Content-Type "text/html"'),
            ("/empty", 500, "error detecting content type for remote http://x/empty: empty "
             "response"),
        ):
            answer = remote(path)
            assert (answer.status, answer.json) == (status, {"message": message})


def test_the_cache_of_builds_has_nothing_to_prune(lab: Served) -> None:
    assert lab.ask("POST", "/build/prune?all=1").json == {
        "CachesDeleted": None, "SpaceReclaimed": 0}
    assert lab.ask("POST", "/build/cancel?id=x").status == 200
    for query, message in (
        ("filters=%7B%22until%22%3A%5B%22x%22%5D%7D", 'failed to prune build cache: "until" filter '
         "expects a duration (e.g., '24h'): time: invalid duration \"x\""),
        ("keep-storage=x", "keep-storage is in bytes and expects an integer, got x: "
         'strconv.Atoi: parsing "x": invalid syntax'),
    ):
        answer = lab.ask("POST", f"/build/prune?{query}")
        assert (answer.status, answer.json) == (500, {"message": message})
    for filters in ("%7B%22x%22%3A%5B%22y%22%5D%7D", "%7B%22id%22%3A%5B%22x%22%2C%22y%22%5D%7D"):
        assert lab.ask("POST", f"/build/prune?filters={filters}").status == 400
