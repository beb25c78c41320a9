"""``--help`` beside that of the real client: usage, aliases, flags, kinds, defaults, columns.

The client needs no daemon for it, only to know the API version that it would talk.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from imagelab.daemon import Daemon
from imagelab.docker.command import Command
from imagelab.docker.commands.build import NOTICES
from imagelab.docker.flags import Flag
from imagelab.docker.help import command_help, description, flag_lines, summary
from imagelab.docker.io import Io
from imagelab.docker.main import _GLOBAL_FLAGS, COMMANDS, GROUPS, execute
from tests.requires import require, unavailable

CLIENT = "28.2.2"
#: The API version of the lab's daemon, and the newest that the client knows.
OURS, NEWEST = "1.41", "1.50"
#: Flags for daemons with experimental features.
EXPERIMENTAL = {"checkpoint", "checkpoint-dir", "squash"}
_FLAG = re.compile(r"(?:  -(\w), |      )--([\w-]+)(?: ([\w-]+))? *")
#: Not what a description says in its own words, such as "(default shows just running)".
_DEFAULT = re.compile(r" \(default ([\w.\[\]-]+|\"[^\"]*\")\)$")
NAMES = sorted({command.name for command in COMMANDS.values()})


@pytest.fixture(scope="module")
def client() -> None:
    require("docker")
    found = ask("--version")
    if f"version {CLIENT}," not in found:
        unavailable("docker", f"this is about docker's client {CLIENT}, not: {found.strip()}")


@cache
def ask(line: str, version: str = OURS) -> str:
    """Return what the real client says, help being on standard error for some lines."""
    environment = {"PATH": os.environ["PATH"], "DOCKER_HOST": "unix:///nowhere",
                   "DOCKER_CONFIG": "/nowhere", "DOCKER_API_VERSION": version,
                   "DOCKER_BUILDKIT": "0", "HOME": "/nowhere"}
    done = subprocess.run(["docker", *line.split()], capture_output=True, encoding="utf-8",
                          env=environment, check=True, stdin=subprocess.DEVNULL)
    return done.stdout + done.stderr.removeprefix(f"{NOTICES[0]}\n")


def lab(line: str) -> tuple[int, str, str]:
    out, err = bytearray(), bytearray()
    code = execute(Daemon(), line.split(), Io(out.extend, err.extend))
    return code, out.decode(), err.decode()


def read_flags(text: str) -> dict[str, tuple[str, str, str, str]]:
    """Return short name, kind, default and joined description of each flag in a help text."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.partition("Options:\n")[2].partition("\n\n")[0].splitlines():
        if match := _FLAG.match(line):
            name = match[2]
            found[name] = [match[1] or "", match[3] or "bool", line[match.end() :]]
        elif name:
            found[name][2] += f" {line.strip()}"
    rows = {}
    for name, (short, kind, text) in found.items():
        default = _DEFAULT.search(text)
        plain = text[: default.start()] if default else text
        rows[name] = (short, kind, default[1] if default else "", plain)
    return rows


def fronts(text: str) -> list[str]:
    """Return the first column of a help text's flags, with the blanks up to the second."""
    return [match[0] for line in text.splitlines() if (match := _FLAG.match(line))]


def shape(flags: dict[str, tuple[str, str, str, str]]) -> dict[str, tuple[str, str, str]]:
    return {name: row[:3] for name, row in flags.items()}


def for_other_daemons(command: Command) -> set[str]:
    """Return what the client hides only when it knows the daemon."""
    return {each.name for each in command.flags if "only supported on" in each.needs}


@pytest.mark.parametrize("name", NAMES)
def test_flags_are_those_of_the_client(client: None, name: str) -> None:
    real, own = ask(f"{name} --help"), lab(f"{name} --help")[1]
    hidden = for_other_daemons(COMMANDS[name])
    want = {flag: row for flag, row in shape(read_flags(real)).items() if flag not in hidden}
    assert shape(read_flags(own)) == want
    if not hidden:
        assert fronts(own) == fronts(real)


@pytest.mark.parametrize("name", NAMES)
def test_the_rest_of_help_is_laid_out_as_the_clients(client: None, name: str) -> None:
    real, own = ask(f"{name} --help"), lab(f"{name} --help")[1]
    titles = re.compile(r"^(?:Usage: .*|Aliases:\n.*|Options:)$", re.MULTILINE)
    assert titles.findall(own) == titles.findall(real)
    assert re.search(r"[^\n]\n\Z", own)
    assert max(map(len, own.splitlines())) <= 80


@pytest.mark.parametrize("name", NAMES)
def test_flags_of_newer_daemons_are_known_and_refused(client: None, name: str) -> None:
    newer = read_flags(ask(f"{name} --help", NEWEST)).keys() - read_flags(ask(f"{name} --help"))
    known = {each.name: each for each in COMMANDS[name].flags if "API version" in each.needs}
    assert known.keys() == newer - EXPERIMENTAL
    for each in known.values():
        value = {"bool": [], "duration": ["1s"], "bytes": ["5"]}.get(each.kind, ["a=b"])
        words = [*name.split(), f"--{each.name}", *value, *["x"] * COMMANDS[name].least]
        code, out, err = lab(" ".join(words))
        assert (code, out, err) == (1, "", f"{each.needs}\n")


@pytest.mark.parametrize("name", NAMES)
def test_descriptions_are_broken_into_lines_as_the_clients(client: None, name: str) -> None:
    real = ask(f"{name} --help")
    rows = []
    for flag, (short, kind, default, text) in read_flags(real).items():
        shown = f"{text} (default {default})" if default else text
        # The help texts of these have line breaks of their own.
        rows.append((Flag(flag, short, kind, "" if kind == "duration" else ()), shown))
    again = flag_lines(rows) if rows else ""
    own_breaks = {"format", "cgroupns"}
    assert blocks(again, own_breaks) == blocks(real.partition("Options:\n")[2], own_breaks)


def blocks(text: str, without: set[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.partition("\n\n")[0].splitlines():
        if match := _FLAG.match(line):
            name = match[2]
        found.setdefault(name, []).append(line.rstrip())
    return {name: lines for name, lines in found.items() if name not in without}


def test_the_overview_is_laid_out_as_the_clients(client: None) -> None:
    real, own = ask("--help"), lab("--help")[1]
    listed = re.compile(r"^  (\w+) ( +)", re.MULTILINE)
    real_names = [match[0] for match in listed.finditer(real)]
    own_names = [match[0] for match in listed.finditer(own)]
    assert own_names == [each for each in real_names if each in own_names]
    assert {each.strip() for each in own_names} == {
        name for name in (*COMMANDS, *GROUPS) if " " not in name}
    assert fronts(own) == fronts(real)
    titles = re.compile(r"^\S.*:$|^Usage: .*|^Run .*", re.MULTILINE)
    assert titles.findall(own) == [
        each for each in titles.findall(real) if each != "Swarm Commands:"]


@pytest.mark.parametrize("group", GROUPS)
def test_a_groups_overview_is_laid_out_as_the_clients(client: None, group: str) -> None:
    real, own = ask(f"{group} --help"), lab(f"{group} --help")[1]
    listed = re.compile(r"^  \w+ +", re.MULTILINE)
    assert not set(listed.findall(own)) - set(listed.findall(real))
    assert own.splitlines()[0] == real.splitlines()[0]
    assert own.splitlines()[-1] == real.splitlines()[-1]


@pytest.mark.parametrize("line", [
    "help", "help rmi", "help image", "help image rm", "rmi -h", "rmi -fh", "image -h", "-h",
    "--help rmi", "--help", "image --help ls", "images --help x", "nonsense --help", "help --help",
])
def test_ways_to_ask_for_help(client: None, line: str) -> None:
    code, out, err = lab(line)
    real = ask(line).splitlines()
    assert code == 0
    notice = [each for each in real if "deprecated" in each]
    assert [each for each in (out + err).splitlines() if "deprecated" in each] == notice
    usage = next(each for each in real if each.startswith("Usage:"))
    assert usage in out.splitlines()
    assert not err or line == "-h"


@pytest.mark.parametrize(("line", "code", "err"), [
    ("help nonsense", 1, "unknown help topic: nonsense\n"),
    ("help image nonsense", 1, "unknown help topic: nonsense\n"),
    ("help rmi x", 1, "unknown help topic: x\n"),
    ("image --foo", 125, "unknown flag: --foo\n\nUsage:  docker image\n\n"
                         "Run 'docker image --help' for more information\n"),
    ("--foo", 125, "unknown flag: --foo\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n"
                   "Run 'docker --help' for more information\n"),
    ("-H", 125, "flag needs an argument: 'H' in -H\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]"
                "\n\nRun 'docker --help' for more information\n"),
    ("--log-level foo images", 1, "Unable to parse logging level: foo\n"),
    ("image remove", 1, "docker: 'docker image rm' requires at least 1 argument\n\n"
                        "Usage:  docker image rm [OPTIONS] IMAGE [IMAGE...]\n\n"
                        "See 'docker image rm --help' for more information\n"),
])
def test_what_the_client_says_of_lines_that_cannot_be(line: str, code: int, err: str) -> None:
    assert lab(line) == (code, "", err)


@pytest.mark.parametrize("line", ["--version", "-v nonsense", "--version nonsense --tls"])
def test_the_version_is_told_where_no_command_is_known(client: None, line: str) -> None:
    numbers = re.compile(r"build \w+$", re.MULTILINE)
    assert lab(line) == (0, numbers.sub("build imagelab", ask(line)), "")


@pytest.mark.parametrize("line", ["", "image", "-D image"])
def test_an_overview_that_nobody_asked_for_is_on_standard_error(line: str) -> None:
    code, out, err = lab(line)
    assert (code, out) == (0, "")
    assert err.startswith("Usage:  docker ")


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_described(name: str) -> None:
    command = COMMANDS[name]
    assert command_help(command).split("\n\n")[1].strip()
    assert not [each.name for each in command.flags
                if each.is_visible and not description(command, each)]


def test_groups_and_global_flags_are_described() -> None:
    assert all(map(summary, ("docker", *GROUPS)))
    text = lab("--help")[1]
    assert not [each.name for each in _GLOBAL_FLAGS
                if re.search(rf"--{each.name}( {each.kind})?$", text, re.MULTILINE)]


def test_help_texts_are_read_only_when_asked_for() -> None:
    code = ("import sys, imagelab.docker.main as main; "
            "assert not {'tomllib', 'imagelab.docker.help', 'fractions'} & "
            "set(sys.modules)")
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
