"""Texts that people write: names, Dockerfiles, patterns, templates, ports, times."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from imagelab.docker import gotemplate
from imagelab.docker.formatter import FormatError, render
from imagelab.docker.gotemplate import (
    ExecError,
    Int64,
    JSONNumber,
    Nil,
    ParseError,
    StringMap,
    StringSlice,
    Struct,
    SubContext,
)
from imagelab.formats import dockerfile, dockerignore, duration, gotime, ports, timestamp
from imagelab.formats.dockerfile_words import DockerfileError, expand, expand_words
from imagelab.formats.dockerignore import IgnoreError
from imagelab.formats.ignore_pattern import PatternError
from imagelab.formats.ignore_regex import UnsupportedPatternError
from imagelab.formats.ports import PortError
from imagelab.model import reference
from imagelab.model.reference import ReferenceError

_NOW = 1_700_000_000 * 10**9


def text(data: bytes) -> str:
    """Return bytes as a command line or a file has them."""
    return data.decode("utf-8", "surrogateescape")


def name(data: bytes) -> None:
    """A name that is one prints as itself.

    Its short form does so as well, but for a Hub's repository whose path begins as if with a
    host: Docker shows that by the path alone, too.
    """
    given = text(data)
    try:
        found = reference.parse(given)
    except ReferenceError:
        return
    front = found.path.partition("/")[0]
    if found.domain != reference.DEFAULT_DOMAIN or not set(".:") & set(front):
        assert front == "localhost" or reference.parse(str(found)) == found
    assert reference.parse(found.canonical) == found
    assert len(found.name) <= reference.MAX_NAME
    assert ".." not in found.path.split("/")
    with suppress(ReferenceError):
        found.tagged(given[-20:])


def file_of_docker(data: bytes) -> None:
    """A Dockerfile, and all of its words with variables in them."""
    given = text(data)
    try:
        found = dockerfile.parse(given)
    except DockerfileError:
        return
    variables = {"A": "a b", "B": "$A", "EMPTY": ""}
    for each in found.instructions:
        assert 0 < each.line <= given.count("\n") + 1
        assert each.trigger in each.original
        for word in each.arguments:
            _expanded(expand, word, variables, found.escape)
            _expanded(expand_words, word, variables, found.escape)


def _expanded(
    function: Callable[[str, dict[str, str], str], str | list[str]], word: str,
    variables: dict[str, str], escape: str,
) -> None:
    with suppress(DockerfileError):
        found = function(word, variables, escape)
        assert len("".join(found)) <= 5 * len(word) + 10


def ignore(data: bytes) -> None:
    """The first line is a path, the others are the patterns of a ``.dockerignore``."""
    path, _, patterns = data.partition(b"\n")
    where = "/".join(filter(None, text(path).split("/")))
    with suppress(IgnoreError, PatternError, UnsupportedPatternError):
        ignored = dockerignore.compile_patterns(dockerignore.read(patterns))
        parent: list[bool] | None = None
        parts = where.split("/")
        for count in range(1, len(parts) + 1):
            _, parent = ignored.visit("/".join(parts[:count]), parent)
            ignored.reopens("/".join(parts[:count]))
        ignored.names(where)


_ROW = {"ID": "abc123", "Repository": "ubuntu", "Tag": "14.04", "Size": "197MB", "Names": "c\t1"}
_HEADERS = {key: key.upper() for key in _ROW}


def _row() -> SubContext:
    return SubContext("formatter.imageContext", _ROW)


def _document() -> Struct:
    return Struct("image.InspectResponse", {
        "ID": "sha256:1", "RepoTags": StringSlice(["a:1", "b:2"]), "Size": Int64(-5),
        "N": JSONNumber("1e400"), "Nothing": Nil("[]string"), "Yes": True,
        "Config": Struct("*v1.Config", {
            "Labels": StringMap({"a": "b", "c": "<d>"}), "Env": StringSlice([])}),
    })


def template(data: bytes) -> None:
    """A ``--format``: it prints, or fails in Go's words, within its bounds."""
    given = text(data)
    with suppress(FormatError):
        shown = render([_row(), _row()], _HEADERS, given, "table {{.ID}}\t{{.Tag}}")
        assert len(shown) < 64 << 20
    try:
        parsed = gotemplate.parse(given)
    except ParseError:
        return
    for value in (_document(), {"a": [1.5, None, {"b": "c"}]}, "text"):
        with suppress(ExecError):
            parsed.execute(value)


def port(data: bytes) -> None:
    """Mappings of ports, one in each line."""
    specs = []
    for line in text(data).split("\n"):
        with suppress(PortError):
            specs.append(ports.parse_port_spec(line))
    for each in specs:
        assert each.ports.start >= 0
        assert each.ports.stop <= 1 << 16
    exposed = ports.exposed_ports(specs)
    assert len(set(exposed)) == len(exposed)


def moment(data: bytes) -> None:
    """Spans and points of time: what is read prints, and reads as the same."""
    given = text(data)
    with suppress(ValueError):
        span = duration.duration(given)
        assert duration.duration(duration.format_duration(span)) == span
    with suppress(ValueError):
        found = timestamp.parse_timestamp(given, _NOW)
        gotime.format_time(found)
        gotime.format_fixed(found)
    if gotime.is_time(given):
        at = gotime.parse_time(given)
        printed = gotime.format_time(at)
        assert gotime.format_time(gotime.parse_time(printed)) == printed
