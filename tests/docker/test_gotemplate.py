"""Templates against what docker's client printed.

``gotemplate_cases.json`` was recorded with the docker client it names, run as
``docker image inspect --format``, ``docker images --format`` and ``docker ps --all --format``
against a stub on a Unix socket that answered every request with the same few documents.
``document`` is the image's JSON; ``rows`` are the rows as ``--format json`` printed them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab.docker.gotemplate import (
    ExecError,
    Function,
    FunctionError,
    Int64,
    JSONNumber,
    Limits,
    Nil,
    ParseError,
    StringMap,
    StringSlice,
    Struct,
    SubContext,
    parse,
    raw,
)

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "gotemplate_cases.json").read_text(encoding="utf-8")
)
DOCUMENT: dict[str, Any] = CASES["document"]


def typed_image() -> Struct:
    """The document as the client's own struct, as far as the templates look at it."""
    config, root = DOCUMENT["Config"], DOCUMENT["RootFS"]
    labels = dict(sorted(config["Labels"].items()))
    return Struct(
        "image.InspectResponse",
        {
            "ID": DOCUMENT["Id"],
            "RepoTags": StringSlice(DOCUMENT["RepoTags"]),
            "RepoDigests": StringSlice(DOCUMENT["RepoDigests"]),
            "Created": DOCUMENT["Created"],
            "Author": DOCUMENT["Author"],
            "Config": Struct(
                "*v1.DockerOCIImageConfig",
                {
                    "Env": StringSlice(config["Env"]),
                    "Entrypoint": Nil("[]string"),
                    "Cmd": StringSlice(config["Cmd"]),
                    "Volumes": Nil("map[string]struct {}"),
                    "Labels": StringMap(labels),
                },
                marshal={"Env": config["Env"], "Cmd": config["Cmd"], "Labels": labels},
            ),
            "Architecture": DOCUMENT["Architecture"],
            "Os": DOCUMENT["Os"],
            "Size": Int64(DOCUMENT["Size"]),
            "RootFS": Struct(
                "image.RootFS", {"Type": root["Type"], "Layers": StringSlice(root["Layers"])}
            ),
        },
    )


def inspect(text: str) -> tuple[str, str, int]:
    """Output, errors and exit status, in the way of ``docker image inspect --format``."""
    try:
        template = parse(text)
    except ParseError as error:
        return "", f"template parsing error: {error}\n", 64
    try:
        return template.execute(typed_image()) + "\n", "", 0
    except ExecError:
        pass  # the client tries again with the JSON it got
    try:
        return template.execute(raw(DOCUMENT), missing_key_error=True) + "\n", "", 0
    except ExecError as error:
        return "\n", f"template parsing error: {error}\n", 1


@pytest.mark.parametrize("case", CASES["inspect"], ids=lambda case: repr(case["template"]))
def test_inspect_prints_what_docker_printed(case: dict[str, Any]) -> None:
    assert inspect(case["template"]) == (case["stdout"], case["stderr"], case["exit"])


def run(text: str, value: object = None, **options: Any) -> str:
    return parse(text).execute(value, **options)


class TestValues:
    def test_a_dict_keeps_its_order_in_json_only(self) -> None:
        value = {"b": 1, "a": 2}
        assert run("{{json .}}", value) == '{"b":1,"a":2}'
        assert run("{{.}} {{range $k, $v := .}}{{$k}}{{end}}", value) == "map[a:2 b:1] ab"

    def test_raw_sorts_maps_and_makes_numbers_text(self) -> None:
        document = raw({"b": [1, {"d": True, "c": 1.5}], "a": None})
        assert run("{{json .}}", document) == '{"a":null,"b":[1,{"c":1.5,"d":true}]}'
        assert run('{{printf "%d" (index .b 0)}}', document) == "%!d(json.Number=1)"
        assert isinstance(raw(12), JSONNumber)

    def test_missing_keys(self) -> None:
        assert run("{{.a}}|{{.a.b}}", {}) == "<no value>|<no value>"
        with pytest.raises(ExecError, match='map has no entry for key "a"'):
            run("{{.a}}", {}, missing_key_error=True)

    def test_nil_of_a_type(self) -> None:
        value = {"map": Nil("map[string]string"), "slice": Nil("[]string"), "ptr": Nil("*T")}
        assert run("{{.map}} {{.slice}} {{.ptr}} {{json .}}", value) == (
            'map[] [] <nil> {"map":null,"slice":null,"ptr":null}'
        )
        assert run('{{index .map "x"}}|{{len .slice}}|{{join .slice ","}}', value) == "|0|"
        assert run("{{if .map}}x{{end}}{{range .slice}}x{{else}}none{{end}}", value) == "none"
        with pytest.raises(ExecError, match=r"at <\.ptr\.Status>: nil pointer evaluating"):
            run("{{.ptr.Status}}", value)

    def test_nil_of_a_named_type(self) -> None:
        command, ports = Nil("strslice.StrSlice"), Nil("nat.PortSet")
        value = Struct("container.Config", {"Cmd": command, "ExposedPorts": ports})
        assert run('{{.Cmd}} {{.ExposedPorts}} {{join .Cmd " "}}', value) == "[] map[] "

    def test_a_field_of_a_struct_takes_no_arguments(self) -> None:
        value = Struct("main.T", {"Name": "x"})
        assert run("{{.}} {{.Name}} {{json .}}", value) == '{x} x {"Name":"x"}'
        with pytest.raises(ExecError, match="Name has arguments but cannot be invoked"):
            run("{{.Name 1}}", value)
        with pytest.raises(ExecError, match=r"can't evaluate field Nope in type main\.T"):
            run("{{.Nope}}", value)

    def test_a_row_marshals_itself_sorted_and_escaped(self) -> None:
        row = SubContext("*formatter.rowContext", {"B": "<1>", "A": "&"})
        assert run("{{json .}}", row) == r'{"A":"\u0026","B":"\u003c1\u003e"}'
        assert run("{{json .B}}", row) == '"<1>"'

    def test_a_method_that_fails(self) -> None:
        def fail(name: str) -> str:
            raise FunctionError(f"no {name}")

        row = SubContext("*formatter.rowContext", {}, {"Find": Function(("string",), fail)})
        message = 'template: :1:2: executing "" at <.Find>: error calling Find: no x'
        with pytest.raises(ExecError) as caught:
            run('{{.Find "x"}}', row)
        assert str(caught.value) == message

    def test_slices_of_text_count_bytes(self) -> None:
        assert run('{{slice "한글" 0 3}} {{len "한글"}} {{truncate "한글" 4}}') == "한 6 한\ufffd"

    def test_halves_of_a_character_join_again(self) -> None:
        assert run('{{slice "한" 0 1}}{{slice "한" 1}}') == "한"

    def test_a_lone_surrogate_is_shown_as_replaced(self) -> None:
        assert run("{{.}}{{json .}}", "a\ud800\udc80") == 'a\ufffd\ufffd"a\ufffd\ufffd"'


class TestErrors:
    def test_output_before_the_error_is_kept(self) -> None:
        with pytest.raises(ExecError) as caught:
            run("before {{.a}} {{.a.b}} after", {"a": "A"})
        assert caught.value.output == "before A "

    def test_the_place_counts_lines_and_bytes(self) -> None:
        with pytest.raises(ExecError) as caught:
            run("{{1}}\n한글 {{len 3}}")
        assert str(caught.value).startswith('template: :2:9: executing "" at <len 3>: ')

    @pytest.mark.parametrize("keyword", ["define", "block", "template"])
    def test_templates_within_templates_are_refused(self, keyword: str) -> None:
        with pytest.raises(ParseError, match=f"{keyword}.* is not supported"):
            parse(f'{{{{{keyword} "x"}}}}{{{{end}}}}')


BIG = {
    "list": ["x" * 50] * 10_000,
    "text": "가" * 200_000,
    "map": dict.fromkeys(map(str, range(5000))),
}


class TestBounds:
    @pytest.mark.parametrize(
        "text",
        [
            "{{range 1000000000}}{{end}}",
            "{{range 100000}}{{range 100000}}x{{end}}{{end}}",
            "{{range 100000}}{{len $.text}}{{end}}",
            "{{range 100000}}{{range $.list}}{{break}}{{end}}{{end}}",
            "{{range 100000}}{{range $.map}}{{break}}{{end}}{{end}}",
            "{{range 100000}}{{$x := json $.list}}{{end}}",
            "{{range 100000}}{{$x := eq $.text $.text}}{{end}}",
        ],
    )
    def test_steps(self, text: str) -> None:
        with pytest.raises(ExecError, match="too many steps"):
            run(text, BIG)

    @pytest.mark.parametrize(
        "text",
        [
            '{{pad "x" 1000000000 0}}',
            "{{$x := .text}}{{range 30}}{{$x = print $x $x}}{{end}}",
            '{{join (split .text "") .text}}',
            '{{printf "' + "%1000000d" * 9 + '" 1 2 3 4 5 6 7 8 9}}',
        ],
    )
    def test_strings(self, text: str) -> None:
        with pytest.raises(ExecError, match="result is longer than"):
            run(text, BIG)

    def test_output(self) -> None:
        with pytest.raises(ExecError, match="output is too long") as caught:
            run("{{range 100}}12345{{end}}", limits=Limits(output=12))
        assert caught.value.output == "1234512345"

    def test_steps_can_be_set(self) -> None:
        assert run("{{range 3}}x{{end}}", limits=Limits(steps=20)) == "xxx"
        with pytest.raises(ExecError, match="too many steps"):
            run("{{range 30}}x{{end}}", limits=Limits(steps=20))

    @pytest.mark.parametrize("text", ["{{" + "(" * 5000, "{{if 1}}" * 5000])
    def test_nesting_of_the_template(self, text: str) -> None:
        with pytest.raises(ParseError, match="max expression depth exceeded"):
            parse(text)

    @pytest.mark.parametrize("text", ["{{.}}", "{{json .}}", '{{printf "%d" .}}'])
    def test_nesting_of_the_value(self, text: str) -> None:
        value: list[object] = []
        for _ in range(5000):
            value = [value]
        with pytest.raises(ExecError, match="nested too deeply"):
            run(text, value)

    def test_long_templates_take_no_longer_than_they_are(self) -> None:
        assert run("{{1 -}}" + " " * 200_000) == "1"
        assert run(" " * 200_000 + "{{- 1}}") == "1"
        assert run("{{$a := 1}}" * 5000 + "{{$a}}") == "1"
        with pytest.raises(ParseError, match="unexpected"):
            parse("{{- " * 20_000)
