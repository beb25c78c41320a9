"""List commands against what docker's client printed; see ``test_gotemplate`` for the recording."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab.docker.formatter import FormatError, render
from imagelab.docker.gotemplate import ExecError, Function, Nil, SubContext, parse

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "gotemplate_cases.json").read_text(encoding="utf-8")
)
IMAGE_HEADERS = {
    "ID": "IMAGE ID",
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "VirtualSize": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}
IMAGE_TABLE = (
    "table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t"
    "{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}"
)
CONTAINER_HEADERS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "RunningFor": "CREATED",
    "Status": "STATUS",
    "Ports": "PORTS",
    "Labels": "LABELS",
}
CONTAINER_TABLE = (
    "table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}"
)


def image_rows() -> list[SubContext]:
    return [SubContext("*formatter.imageContext", row) for row in CASES["images"]["rows"]]


def container_row(fields: dict[str, Any], labels: dict[str, str]) -> SubContext:
    fields = {**fields, "Platform": Nil("*formatter.Platform")}
    label = Function(("string",), lambda name: labels.get(name, ""))
    return SubContext("*formatter.ContainerContext", fields, {"Label": label})


def container_rows() -> list[SubContext]:
    recorded = CASES["containers"]
    return list(map(container_row, recorded["rows"], recorded["labels"]))


def outcome(
    rows: list[SubContext], headers: dict[str, str], format: str, default: str
) -> dict[str, Any]:
    try:
        stdout, stderr = render(rows, headers, format, default), ""
    except FormatError as error:
        stdout, stderr = "", f"{error}\n"
    return {"format": format, "stdout": stdout, "stderr": stderr, "exit": int(stderr != "")}


def name(case: dict[str, Any]) -> str:
    return repr(case["format"])


@pytest.mark.parametrize("case", CASES["images"]["cases"], ids=name)
def test_images(case: dict[str, Any]) -> None:
    assert outcome(image_rows(), IMAGE_HEADERS, case["format"], IMAGE_TABLE) == case


@pytest.mark.parametrize("case", CASES["images"]["empty"], ids=name)
def test_no_images(case: dict[str, Any]) -> None:
    assert outcome([], IMAGE_HEADERS, case["format"], IMAGE_TABLE) == case


# `docker ps` first runs the format as it is over a row of its own, and complains by itself.
TRIED = "failed to execute template: "
CONTAINER_CASES = [c for c in CASES["containers"]["cases"] if not c["stderr"].startswith(TRIED)]
TRIED_CASES = [c for c in CASES["containers"]["cases"] if c["stderr"].startswith(TRIED)]


@pytest.mark.parametrize("case", TRIED_CASES, ids=name)
def test_formats_that_fail_for_a_container(case: dict[str, Any]) -> None:
    with pytest.raises(ExecError) as caught:
        parse(case["format"]).execute(container_rows()[0])
    assert case["stderr"] == f"{TRIED}{caught.value}\n"


@pytest.mark.parametrize("case", CONTAINER_CASES, ids=name)
def test_containers(case: dict[str, Any]) -> None:
    assert outcome(container_rows(), CONTAINER_HEADERS, case["format"], CONTAINER_TABLE) == case


def test_no_format_is_the_default_table() -> None:
    rows = image_rows()
    table = next(case["stdout"] for case in CASES["images"]["cases"] if case["format"] == "table")
    assert render(rows, IMAGE_HEADERS, "", IMAGE_TABLE) == table
