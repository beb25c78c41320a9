"""The real client prints the lab's own documents: every byte is as the lab prints them.

The client talks to a socket that answers with what the lab's daemon says, as JSON. So both format
the same containers, images and search results, also some that no real daemon here could have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from imagelab.daemon import Daemon
from imagelab.daemon.clock import SystemClock
from imagelab.docker import rows
from imagelab.lab import Lab
from imagelab.model.outcome import EngineError
from tests.conformance import conform
from tests.docker.test_formats_live import ROW_TEMPLATES
from tests.stub_engine import Request, StubEngine, answering

pytestmark = pytest.mark.requires("docker")

HOUR = 3600 * 1_000_000_000
SEARCH_TEMPLATES = (
    "{{.Name}}", "{{.Description}}", "{{.StarCount}}", "{{.IsOfficial}}", "table", "", "raw",
    "json", "{{json .}}", "{{json .IsOfficial}}", "{{.IsAutomated}}",
    "table {{.Name}}\\t{{.StarCount}}", "table {{.Name}}\\t{{.IsOfficial}}",
    "table {{.IsAutomated}}", "table {{.Description}}|", "{{.Nothing}}", "{{.Name",
    "{{upper .Name}}", "{{title .Description}}", "{{lower .Description}}", "{{pad .Name 2 3}}|",
    "{{truncate .Name 3}}", '{{split .Name "/"}}', "{{println .Name}}",
    '{{join (split .Name "/") ":"}}', '{{range split .Name "/"}}[{{.}}]{{end}}',
    "{{len .StarCount}}", "{{if .IsOfficial}}official{{else}}not{{end}}",
    '{{if eq .StarCount "17642"}}ubuntu{{end}}', "{{with .IsOfficial}}{{.}}{{end}}",
    '{{printf "%-30s%5s" .Name .StarCount}}', "{{json .Description}}",
    '{{.StarCount | printf "%q"}}', "{{.Name.X}}", "{{.Name 1}}", "한글\\t{{.Name}}",
)


class Shifted(SystemClock):
    """The machine's clock, and how far it is off."""

    offset = -5 * HOUR

    def now(self, last: int) -> int:
        return super().now(last - self.offset) + self.offset


@pytest.fixture(scope="module")
def lab() -> Lab:
    """Images and containers that were made hours ago, so that no span of time changes."""
    clock = Shifted()
    lab = Lab(clock=clock)

    def run(*words: str) -> None:
        done = lab.docker(list(words))
        assert done.exit_code == 0, done.stderr

    run("load", "-q", "-i", str(conform.HERE / "base.tar"))
    run("pull", "-q", "busybox")
    run("run", "-d", "--name", "web", "-p", "8080:80", "-p", "127.0.0.1:53:53/udp",
        "-p", "9000-9003:9000-9003", "--expose", "443", "--label", "한글=값",
        "--label", 'com.example.build_date-x=1 "2" <3>', "--label", "empty=",
        "ubuntu:14.04", "sleep", "99999")
    run("run", "-d", "--name", "volumes", "-v", "a-name-of-more-than-fifteen:/a",
        "-v", "b2:/b", "-v", "/c", "busybox", "sh", "-c", "echo '한글 \"x\"\t' > /한; sleep 99999")
    run("create", "--name", "never", "ubuntu:14.04", "한글 이름이 아주 긴 명령입니다 정말로", "b")
    run("run", "--name", "big", "ubuntu:14.04", "sh", "-c", "head -c 123456 /dev/zero > /z")
    run("commit", "-m", "한글\t메모", "-c", "LABEL 이름=값", "big", "team/big:1")
    run("tag", "team/big:1", "team/big:2")
    run("commit", "big")
    run("pause", "volumes")
    clock.offset = 0
    return lab


@pytest.fixture(scope="module")
def engine(lab: Lab) -> Iterator[StubEngine]:
    with answering(lambda request: _answer(lab.daemon, request)) as found:
        yield found


def _answer(daemon: Daemon, request: Request) -> tuple[int, bytes]:
    query = request.query
    filters = {key: list(values) for key, values in json.loads(query.get("filters", "{}")).items()}
    every, size = query.get("all") == "1", query.get("size") == "1"
    limit = int(query.get("limit", "0"))
    documents: dict[str, Callable[[], Any]] = {
        "/images/search": lambda: daemon.search(
            query["term"], limit=limit or None, filters=filters),
        "/containers/json": lambda: daemon.containers(
            every=every, limit=limit, size=size, filters=filters),
        "/system/df": daemon.disk_usage,
        "/images/json": lambda: daemon.images(every=every, filters=filters),
    }
    try:
        if match := re.fullmatch("/images/(.*)/history", request.path):
            return 200, json.dumps(daemon.history(match[1])).encode()
        return 200, json.dumps(documents[request.path]()).encode()
    except EngineError as error:
        return error.status, json.dumps({"message": error.message}).encode()


def assert_same(lab: Lab, engine: StubEngine, *words: str) -> None:
    here, there = lab.docker(list(words)), engine.docker(*words)
    assert (here.exit_code, here.stdout, here.stderr) == (
        there.returncode, there.stdout.decode(), there.stderr.decode()), words


@pytest.mark.parametrize("template", SEARCH_TEMPLATES)
def test_search(lab: Lab, engine: StubEngine, template: str) -> None:
    for words in ((), ("--no-trunc", "--limit", "3")):
        assert_same(lab, engine, "search", *words, "--format", template, "ubuntu")


@pytest.mark.parametrize("words", [
    (), ("--no-trunc",), ("--limit", "2"), ("--limit", "200"), ("-f", "stars=100"),
    ("-f", "is-official=true"), ("-f", "is-official=false"), ("-f", "stars=x"), ("-f", "bogus=1"),
    ("-f", "is-automated=true"), ("-f", "stars=99999"), ("-f", "stars=99999", "--format", "json"),
    ("-f", "stars=99999", "--format", "{{.Nothing}}"),
])
def test_search_with_other_flags(lab: Lab, engine: StubEngine, words: tuple[str, ...]) -> None:
    assert_same(lab, engine, "search", *words, "ubuntu")


@pytest.mark.parametrize("command", [
    ("ps", "-a"), ("ps", "-as"), ("ps", "-a", "--no-trunc"), ("images",), ("images", "--digests"),
    ("images", "-a", "--no-trunc"), ("images", "-q", "--digests"), ("history", "team/big:1"),
    ("history", "--no-trunc", "team/big:1"), ("history", "-H=false", "busybox"),
])
def test_lists(lab: Lab, engine: StubEngine, command: tuple[str, ...]) -> None:
    fields = {"ps": rows.CONTAINER_HEADERS, "images": rows.IMAGE_HEADERS,
              "history": rows.HISTORY_HEADERS}[command[0]]
    formats = [f"{front}{{{{.{field}}}}}" for field in fields for front in ("", "table ")]
    whole = " ".join(f"{{{{json .{field}}}}}" for field in fields)
    table = "table " + "\\t".join(f"{{{{.{field}}}}}" for field in fields)
    assert_same(lab, engine, *command)
    for template in (*formats, whole, table, "json", "raw", "tableau", "table", "{{ .Digest }}"):
        assert_same(lab, engine, command[0], "--format", template, *command[1:])


@pytest.mark.parametrize("template", [
    *(each for each in ROW_TEMPLATES if "index .ID" not in each),
    '{{.Label "한글"}}|{{.Label "com.example.build_date-x"}}',
    'table {{.Label "com.example.build_date-x"}}',
    "{{range split .Ports \",\"}}{{.}};{{end}}",
])
def test_templates_over_containers(lab: Lab, engine: StubEngine, template: str) -> None:
    assert_same(lab, engine, "ps", "-a", "--format", template)


@pytest.mark.parametrize("template", [
    "", "table", "json", "raw", "{{json .}}", "{{.Type}}", "{{.TotalCount}}", "{{.Active}}",
    "{{.Size}}", "{{.Reclaimable}}", "table {{.Type}}", "table {{.TotalCount}}",
    "table {{.Active}}", "table {{.Size}}", "table {{.Reclaimable}}", "{{json .Type}}",
    "table {{.Type}}\\t{{.Size}}|", "{{.Type}}: {{.Size}}\\n", "{{.Nothing}}", "{{.Ty", "{{no}}",
    "table {{.Nothing}}", '{{if eq .Type "Images"}}{{.Size}}{{end}}', "{{upper .Type}}",
    '{{split .Reclaimable " "}}', "{{pad .Size 1 2}}|", "{{truncate .Type 3}}", "{{.Type.X}}",
    '{{join (split .Type " ") "_"}}', "{{println .Type .Active}}", "{{len .Size}}", "tableau",
])
def test_disk_usage(lab: Lab, engine: StubEngine, template: str) -> None:
    assert_same(lab, engine, "system", "df", "--format", template)


@pytest.mark.parametrize("template", [
    "", "table", "json", "raw", "{{json .Images}}", "{{json .Containers}}", "{{json .Volumes}}",
    "{{json .BuildCache}}", "{{len .Images}}", "{{.Nothing}}",
    "{{range .Images}}{{.Repository}} {{.SharedSize}} {{.UniqueSize}};{{end}}",
    "{{range .Containers}}{{.Names}} {{.Size}} {{.Mounts}};{{end}}",
    "{{range .Volumes}}{{.Name}} {{.Links}} {{.Size}};{{end}}", "{{.Im", "table {{len .Images}}",
    "{{(index .Images 0).ID}}", "{{range .BuildCache}}x{{end}}",
])
def test_disk_usage_in_detail(lab: Lab, engine: StubEngine, template: str) -> None:
    assert_same(lab, engine, "system", "df", "-v", "--format", template)
