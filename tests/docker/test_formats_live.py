"""``--format`` here and on a real Docker in the same state: output, errors, exit codes.

Images have the same IDs on both sides, so that nothing of theirs is normalised; of containers
the IDs, random volume names and spans of time are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from imagelab.daemon.clock import RandomIds, SystemClock
from imagelab.docker import rows
from imagelab.lab import Lab
from tests.conformance import conform
from tests.dockerd import Dockerd
from tests.proof.pair import Pair

pytestmark = pytest.mark.requires("docker", "dockerd")

#: Exit code, standard output, standard error.
Answer = tuple[int, str, str]
Normalise = Callable[[str], str]

BASE = str(conform.HERE / "base.tar")
LABELS = ("--change", "LABEL com.example.build-date=today", "--change", 'LABEL empty="" b="x y"')

#: Over the rows of list commands with ID and Size. A row printed as a whole (``{{.}}``) shows the
#: client's own memory, which the lab does not have.
ROW_TEMPLATES = (
    "json", "table", "", "raw", "pretty", "{{json .}}", "{{ json . }}", "table {{.ID}}",
    "table {{.ID}}\\t{{.Size}}", "table {{.Size}}\\t{{json .ID}}", "table{{.ID}}",
    "table {{.ID}}{{.Size}}\\n{{.ID}}", "table {{upper .ID}}\\t{{lower .Size}}", "table x",
    "tableau", "json {{.ID}}", "{{.Size}}\\t{{.ID}}\\n", "{{.Size}}\\x", "  {{.ID}}  ", "plain",
    "{{/* note */}}", "{{.Nothing}}", "{{.id}}", "{{.ID.Nothing}}", "{{Nothing}}", "{{.ID",
    "{{end}}", "{{if .ID}}", "{{.ID 1}}", "{{call .ID}}", "{{$x}}", "{{nil}}",
    "table {{.Nothing}}", "table {{.ID.Nothing}}", "table {{.ID", "table {{json .}}",
    "{{upper .Size}}", "{{lower .Size}}", "{{title .Size}}", "{{pad .Size 3 5}}|",
    "{{pad .Size 0 -1}}", '{{split .Size "."}}', '{{join (split .Size ".") "-"}}',
    "{{truncate .ID 5}}", "{{truncate .Size 100}}", "{{truncate .ID -1}}",
    "{{println .Size .ID}}", "{{print .Size 1 2 .ID}}", '{{printf "%-20s|%q" .Size .ID}}',
    "{{len .ID}}", "{{slice .ID 0 3}}", "{{index .ID 0}}",
    '{{range split .Size "M"}}[{{.}}]{{else}}none{{end}}',
    '{{range $i, $x := split .Size "."}}{{$i}}={{$x}} {{end}}',
    '{{if eq .Size "0B"}}empty{{else if contains .Size}}x{{else}}full{{end}}',
    '{{if eq .Size "0B"}}empty{{else}}full{{end}}', '{{if and .ID (ne .Size "")}}yes{{end}}',
    "{{with .Size}}{{.}}{{end}}", "{{with $x := .ID}}{{$x}}{{end}}", "{{- .Size -}} x",
    '{{.Size | upper | printf "%s!"}}', "{{html .Size}}{{js .Size}}{{urlquery .Size}}",
    "{{not .Size}}", "{{or .Size 1}}", '{{lt .Size "5"}}', "{{eq .Size 1}}", "{{json .Size}}",
    "{{json}}", "{{split .Size}}", "{{pad .Size}}", "{{truncate 5 .ID}}", '{{join .Size ","}}',
    "한글 {{.Size}}", "table 한글\\t{{.ID}}", "table {{.ID}}\\t{{.Nothing}}", "{{.Size}}{{break}}",
    '{{range split .Size ""}}{{if eq . "M"}}{{break}}{{end}}{{.}}{{end}}', "{{ .ID }}",
    '{{"a\\tb"}}', "{{`raw`}} {{.Size}}", "{{1}}{{true}}{{1.5}}",
    '{{print (len .Size) "|" (eq 1 1)}}', "{{ge (len .Size) 2}}",
)


def both(pair: Pair, *words: str) -> tuple[Answer, Answer]:
    here = pair.lab.docker(list(words), folder=pair.folder)
    there = pair.dockerd.docker(*words, check=False)
    return ((here.exit_code, here.stdout, here.stderr),
            (there.returncode, there.stdout, there.stderr))


def assert_same(pair: Pair, *words: str, normalise: Normalise = str) -> None:
    here, there = both(pair, *words)
    assert _normal(here, normalise) == _normal(there, normalise), words


def _normal(answer: Answer, normalise: Normalise) -> Answer:
    return answer[0], normalise(answer[1]), normalise(answer[2])


@pytest.fixture(scope="module")
def pair(dockerd: Dockerd, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Images made in one lab, in another one and in a real Docker; containers in both."""
    folder = tmp_path_factory.mktemp("archives")
    made = Pair(Lab(clock=SystemClock(), ids=RandomIds()), dockerd, folder)
    dockerd.remove_all()
    archive = str(folder / "all.tar")
    maker = Lab()
    made.lab, ours = maker, made.lab
    made.here("load", "-q", "-i", BASE)
    for number, script in enumerate(
        ("echo one > /one", "head -c 3000000 /dev/zero > /big; " * 3, "true"),
    ):
        name = f"c{number}"
        made.here("run", "--name", name, "ubuntu:14.04", "sh", "-c", script)
        made.here("commit", *(LABELS if number else ()), "-m", f"<note> {number}\ttab",
                  "-a", "me & you", name, f"team/made:{number}")
    made.here("tag", "team/made:1", "team/made:latest")
    # Names in two repositories would come in random order: the client asks a Go map.
    made.here("commit", "c1", "registry.example:5000/other/name:v1")
    dangling = made.here("commit", "c0").strip()
    names = ["ubuntu:14.04", "team/made", "registry.example:5000/other/name:v1", dangling]
    made.here("save", "-o", archive, *names)
    made.lab = ours
    made.both("load", "-q", "-i", archive)
    _make_containers(made)
    yield made
    dockerd.remove_all()


def _make_containers(pair: Pair) -> None:
    base = ("--network", "none", "--name")
    pair.both("create", *base, "created", "--label", "com.example.build-date=now", "--label", "a=",
              "--expose", "80", "team/made:1", "a long command", "with \"quotes\" and more")
    pair.both("run", *base, "done", "-v", "data:/data", "ubuntu:14.04", "sh", "-c", "echo x > /x")
    pair.both("run", "-d", *base, "up", "-v", "a-rather-long-volume-name:/v",
              "ubuntu:14.04", "sleep", "600")
    # Several mounts of one container come in random order: the daemon asks a Go map.
    pair.both("create", *base, "odd", "-v", "/anonymous", "ubuntu:14.04", "a b", "c\"d", "", "e f",
              "tab\there", "line\nhere")
    pair.both("run", "-d", *base, "paused", "ubuntu:14.04", "sleep", "600")
    pair.both("pause", "paused")
    for one in both(pair, "run", *base, "failed", "ubuntu:14.04", "sh", "-c", "exit 3"):
        assert one[0] == 3


class TestImages:
    @pytest.mark.parametrize("field", rows.IMAGE_HEADERS)
    def test_every_field(self, pair: Pair, field: str) -> None:
        for front in ("", "table "):
            assert_same(pair, "images", "--format", f"{front}{{{{.{field}}}}}")
        assert_same(pair, "images", "--digests", "--no-trunc", "--format", f"{{{{json .{field}}}}}")

    @pytest.mark.parametrize("template", ROW_TEMPLATES)
    def test_templates(self, pair: Pair, template: str) -> None:
        assert_same(pair, "images", "--format", template)

    @pytest.mark.parametrize("words", [
        ("-q",), ("-a",), ("--digests",), ("--no-trunc",), ("-q", "--no-trunc"),
        ("-q", "--format", "json"), ("-q", "--format", "{{.Tag}}"), ("-q", "--format", "table"),
        ("-q", "--format", "raw"), ("-q", "--no-trunc", "--format", "raw"),
        ("-q", "--format", "table {{.ID}}"), ("-q", "--format", ""), ("-q", "--digests"),
        ("--digests", "--format", "table"), ("--digests", "--format", "raw"),
        ("--digests", "--format", "json"), ("team/made",), ("team/made:1", "--format", "raw"),
        ("none", "--format", "json"), ("none", "--format", "table"),
        ("none", "--format", "{{.ID}}"),
        ("none", "--format", "{{.Nothing}}"), ("none", "--format", "table {{.Nothing}}"),
    ])
    def test_with_other_flags(self, pair: Pair, words: tuple[str, ...]) -> None:
        assert_same(pair, "images", *words)


_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?( \+0000 UTC|Z)"
_SPAN = r"(?i)(less than a second|about a minute|\d+ (seconds?|minutes?))( ago)?"


def of_container(pair: Pair) -> Normalise:
    """Return what makes texts about the containers of both sides comparable."""
    known: dict[str, str] = {}
    for line in "".join(pair.both("ps", "-a", "--no-trunc", "--format", "{{.ID}} {{.Names}}")
                        ).splitlines():
        identifier, name = line.split()
        known |= {identifier: f"<{name}>"}

    def normalise(text: str) -> str:
        for identifier, name in known.items():
            text = text.replace(identifier, name)
            text = text.replace(identifier[:12], f"{name[:-1]}:12>")
            text = text.replace(identifier[:12].upper(), f"{name[:-1]}:12^>")
            # What a template here leaves of an ID; of fewer digits, others might begin so too.
            text = re.sub(rf"\b{identifier[:5]}\b", f"{name[:-1]}:5>", text)
        text = re.sub(_TIME, "<time>", text)
        text = re.sub(_SPAN, "<span>", text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "<random>", text)
        text = re.sub(r"\b[0-9a-f]{14}…", "<random…>", text)
        return re.sub(r" +\n", "\n", re.sub(r"  +", "  ", text))

    return normalise


class TestPs:
    @pytest.mark.parametrize("field", rows.CONTAINER_HEADERS)
    def test_every_field(self, pair: Pair, field: str) -> None:
        normalise = of_container(pair)
        for words in (("-a",), ("-a", "--no-trunc"), ("-a", "-s")):
            for template in ("{{.%s}}", "table {{.%s}}", "{{json .%s}}"):
                assert_same(pair, "ps", *words, "--format", template % field, normalise=normalise)

    @pytest.mark.parametrize("template", [
        *ROW_TEMPLATES, "{{.Label \"a\"}}|{{.Label \"com.example.build-date\"}}|{{.Label \"no\"}}",
        "table {{.Names}}\\t{{.Label \"com.example.build-date\"}}", "{{.Label}}", "{{.Label 1}}",
        "table {{.Label}}", "{{range split .Labels \",\"}}{{.}};{{end}}", "{{.Names}}: {{.Status}}",
        "{{if eq .State \"running\"}}{{.Names}}{{end}}", "{{.Platform}}", "{{json .Platform}}",
        "{{if .Platform}}yes{{end}}", "{{.Platform.OS}}", "{{slice .Image 0 10}}",
        "{{slice .Command 0 3}}",
        "{{slice .Command 0 2}}", "{{slice .Status 0 2}}", "{{slice .CreatedAt 0 2}}",
        "{{slice .CreatedAt 0 29}}",
    ])
    def test_templates(self, pair: Pair, template: str) -> None:
        normalise = of_container(pair)
        assert_same(pair, "ps", "-a", "--format", template, normalise=normalise)

    @pytest.mark.parametrize("words", [
        (), ("-a",), ("-s",), ("-as",), ("-q",), ("-l",), ("-n", "2"), ("-a", "--no-trunc"),
        ("-aq", "--no-trunc"), ("-q", "--format", "{{.Names}}"), ("-q", "--format", "json"),
        ("-aq", "--format", "table"), ("-aq", "--format", "raw"), ("-as", "--format", "raw"),
        ("-as", "--format", "table"), ("-as", "--format", "json"), ("-a", "--format", "{{.Size}}"),
        ("-f", "name=no", "--format", "{{.Nothing}}"), ("-f", "name=no", "--format", "table"),
        ("-f", "name=no", "--format", "json"), ("--size=false", "-a", "--format", "{{.Size}}"),
        ("--size=false", "-a", "--format", "{{.Nothing}}"), ("-q", "--format", "{{.Nothing}}"),
        ("-q", "--format", "{{.No"), ("-q", "--format", "raw", "-s"), ("-q", "--format", ""),
        ("-a", "--format", "{{if eq .Names \"up\"}}{{.Size}}{{end}}"),
        ("-a", "--format", "{{if not .ID}}{{index (split .ID \"-\") 5}}{{end}}"),
        ("-a", "--format", "{{json .Size}}"), ("-a", "--format", "{{ json . }}"),
    ])
    def test_with_other_flags(self, pair: Pair, words: tuple[str, ...]) -> None:
        assert_same(pair, "ps", *words, normalise=of_container(pair))


class TestHistory:
    @pytest.mark.parametrize("field", rows.HISTORY_HEADERS)
    def test_every_field(self, pair: Pair, field: str) -> None:
        for words in ((), ("--no-trunc",), ("--human=false",), ("--human=false", "--no-trunc")):
            for template in ("{{.%s}}", "table {{.%s}}", "{{json .%s}}"):
                assert_same(pair, "history", *words, "--format", template % field, "team/made:2")

    @pytest.mark.parametrize("template", ROW_TEMPLATES)
    def test_templates(self, pair: Pair, template: str) -> None:
        assert_same(pair, "history", "--format", template, "team/made:1")

    @pytest.mark.parametrize("words", [
        (), ("-q",), ("-q", "--no-trunc"), ("--no-trunc",), ("-H=false",),
        ("-q", "--format", "json"), ("-q", "--format", "raw"), ("-q", "--format", "table {{.ID}}"),
        ("-H=false", "--format", "table"), ("-H=false", "--format", "json"),
        ("-q", "--format", "{{.Size}}"), ("-q", "--format", "table"), ("-q", "--format", "{{.No"),
    ])
    @pytest.mark.parametrize("name", ["team/made:0", "team/made:2", "ubuntu:14.04"])
    def test_with_other_flags(self, pair: Pair, name: str, words: tuple[str, ...]) -> None:
        assert_same(pair, "history", *words, name)


class TestVolumesAndNetworks:
    @pytest.mark.parametrize("words", [
        (), ("-q",), ("--format", "raw"), ("-q", "--format", "raw"), ("--format", "table"),
        ("-q", "--format", "table"), ("--format", "{{.Name}} {{.Driver}}"), ("--format", "{{.No"),
        ("-q", "--format", "{{.Driver}}"), ("--format", "table {{.Name}}\\t{{.Scope}}"),
        ("--format", "{{.Nothing}}"),
    ])
    @pytest.mark.parametrize("which", [
        ("volume", "ls", "-f", "name=data"), ("network", "ls", "-f", "driver=host")])
    def test_with_other_flags(
        self, pair: Pair, which: tuple[str, ...], words: tuple[str, ...],
    ) -> None:
        assert_same(pair, *which, *words,
                    normalise=lambda text: re.sub(r"\b[0-9a-f]{12}\b", "<network>", text))


IMAGE_TEMPLATES = (
    "json", "{{.Id}}", "{{.ID}}", "{{json .RepoTags}}", "{{.RepoTags}}", "{{index .RepoTags 0}}",
    "{{index .RepoTags 9}}", "{{json .Config}}", "{{.Config.Cmd}}", "{{json .Config.Labels}}",
    "{{.Config.Labels}}", '{{index .Config.Labels "b"}}', '{{index .Config.Labels "none"}}',
    "{{.Config.Labels.b}}", "{{range $k, $v := .Config.Labels}}{{$k}}={{$v}};{{end}}",
    "{{range .Config.Env}}{{println .}}{{end}}", "{{len .RootFS.Layers}} {{.RootFS.Type}}",
    '{{join .RootFS.Layers " "}}', "{{.Created}} {{.Author}} {{.Comment}}",
    "{{.Size}} {{.VirtualSize}}", "{{.Architecture}}/{{.Os}}", "{{json .Author}}",
    "{{.Config.Entrypoint}}", "{{.Config.Volumes}}", "{{json .Config.ExposedPorts}}",
    "{{.Config}}", "{{.RootFS}}", "{{.ContainerConfig.Cmd}}", "{{json .ContainerConfig.Env}}",
    "{{if .Config.Entrypoint}}yes{{else}}no{{end}}", "{{with .Config.Labels}}{{len .}}{{end}}",
    "{{.Config.Nothing}}", "{{.Nothing}}", "{{.Nothing.X}}", "{{.Config.Cmd.X}}",
    "{{index .Config.Cmd 5}}", "{{.No", "{{no}}", "{{.DockerVersion}}", "{{slice .Id 0 19}}",
    "{{truncate .Id 12}}", '{{split .Id ":"}}', "{{upper .Os}}",
    '{{printf "%T %v %q %d" .Os .Size .RepoTags .Size}}', '{{printf "%T" .Config.Labels}}',
    '{{eq .Os "linux"}}', "{{gt .Size 3}}", "{{json .Id}}", "{{.Config.Healthcheck}}",
    "{{json .Config.Healthcheck}}", "{{.Config.OnBuild}}", "{{.Variant}}|{{.Container}}",
    "{{.Metadata.Nothing}}", "{{pad .Os 2 2}}|", "{{title .Os}}", "table {{.Os}}", "raw",
)
CONTAINER_TEMPLATES = (
    "{{.Name}}", "{{.Id}}", "{{.ID}}",
    "{{.State.Status}} {{.State.ExitCode}} {{.State.Running}}",
    "{{.State.Paused}} {{.State.OOMKilled}} {{.State.Dead}} {{.State.Error}}|",
    "{{.State.StartedAt}} {{.State.FinishedAt}}", "{{.Created}}", "{{.Path}} {{.Args}}",
    "{{json .Args}}", "{{json .Config.Cmd}}", "{{json .Config.Labels}}", "{{.Config.Labels}}",
    "{{json .Config.Env}}", "{{.Config.Image}} {{.Image}}", "{{json .Mounts}}",
    "{{range .Mounts}}{{.Type}} {{.Name}} {{.Destination}} {{.RW}};{{end}}", "{{len .Mounts}}",
    "{{.HostConfig.NetworkMode}}", "{{json .HostConfig.RestartPolicy}}", "{{.HostConfig.Binds}}",
    "{{json .HostConfig.Binds}}", "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}}",
    "{{json .HostConfig.LogConfig}}", "{{.HostConfig.RestartPolicy}}", "{{.RestartCount}}",
    "{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{end}}", "{{.Platform}} {{.Driver}}",
    "{{json .NetworkSettings.Ports}}", "{{.NetworkSettings.IPAddress}}|", "{{.Config.Hostname}}",
    "{{json .Config.ExposedPorts}}", "{{.Config.ExposedPorts}}", "{{.State.Health}}",
    "{{json .State.Health}}", "{{.State.Health.Status}}",
    "{{if .State.Health}}x{{else}}none{{end}}",
    "{{.HostConfig.AutoRemove}} {{.HostConfig.Privileged}}", "{{json .HostConfig.CapAdd}}",
    "{{.HostConfig.Nothing}}", "{{.Nothing}}", "{{.State.Nothing}}", "{{.Name.X}}",
    "{{.SizeRw}}", "{{json .SizeRw}}", "{{.SizeRootFs}}", "{{.ExecIDs}}", "{{json .ExecIDs}}",
    "{{json .Config}}", "{{json .State}}", "{{json .HostConfig}}", "{{json .NetworkSettings}}",
    "{{.State.Pid | eq 0}}",
)


class TestInspect:
    @pytest.mark.parametrize("template", IMAGE_TEMPLATES)
    def test_of_images(self, pair: Pair, template: str) -> None:
        for name in ("team/made:0", "team/made:2", "ubuntu:14.04"):
            for words in (("inspect",), ("image", "inspect")):
                assert_same(pair, *words, "--format", template, name, normalise=_of_inspect)

    @pytest.mark.parametrize("template", CONTAINER_TEMPLATES)
    def test_of_containers(self, pair: Pair, template: str) -> None:
        normalise = of_container(pair)
        names = pair.there("ps", "-a", "--format", "{{.Names}}").split()
        for words in (("inspect", "-s"), ("container", "inspect")):
            assert_same(pair, *words, "--format", template, *names,
                        normalise=lambda text: _of_inspect(normalise(text)))

    def test_of_missing_ones(self, pair: Pair) -> None:
        for words in (("inspect",), ("image", "inspect"), ("container", "inspect")):
            for template in ("{{.Id}}", "json", "{{.No", ""):
                assert_same(pair, *words, "-f", template, "no-such")
                if template == "{{.Id}}":
                    assert_same(pair, *words, "-f", template, "no-such", "team/made:0", "other")


def _of_inspect(text: str) -> str:
    """Leave out where and when an image or a volume came to a machine."""
    text = re.sub(r'"(GraphDriver|Metadata)":\{.*?\}(,|(?=\}))(?=["\]}])', "", text)
    text = re.sub(r'("SandboxKey":")[^"]*', r"\1", text)
    text = re.sub(r'("Source":")[^"]*', r"\1", text)
    return re.sub(r'("(Pid|Parent)":)(\d+|"[^"]*")', r"\1", text)
