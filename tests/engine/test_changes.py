"""``commit --change`` against ``commit_changes.json``: what a daemon 20.10.24 answered.

Two containers were committed with each list of changes. ``configs`` has their configurations,
``result`` the keys of the image's that differ from it, ``error`` the daemon's refusal. Many of
the changes were made at random out of quotes, escapes, variables and keywords.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.engine.changes import changed
from imagelab.formats.dockerfile import Instruction, parse
from imagelab.model.config import Config
from imagelab.model.outcome import BadRequest

RECORDED = json.loads(Path(__file__).with_name("commit_changes.json").read_text("utf-8"))
CONFIGS: dict[str, dict[str, Any]] = RECORDED["configs"]


def commit(config: dict[str, Any], changes: list[str]) -> dict[str, Any]:
    try:
        own = Config.from_json(config)
        made = changed(own, changes, own).to_json()
    except BadRequest as error:
        return {"error": error.message}
    return {"result": {key: value for key, value in made.items() if config.get(key) != value}}


@pytest.mark.parametrize(
    "case", RECORDED["cases"], ids=lambda case: f"{case['config']} {case['changes']}")
def test_changes_give_what_the_daemon_gave(case: dict[str, Any]) -> None:
    want = {key: case[key] for key in ("result", "error") if key in case}
    got = commit(CONFIGS[case["config"]], case["changes"])
    assert got == want
    assert json.dumps(got) == json.dumps(want)  # keys in the daemon's order, as IDs depend on it


def test_changes_arrive_through_the_command_line() -> None:
    lab = Lab()
    lab.docker("pull -q ubuntu:14.04")
    lab.docker("create --name c1 -e A=1 ubuntu:14.04")
    done = lab.docker("""commit -c 'ENV B="$A 2"' --change 'CMD ["x"]' c1 one""")
    assert done.exit_code == 0, done.stderr
    shown = lab.docker("inspect -f '{{index .Config.Env 2}} {{json .Config.Cmd}}' one").stdout
    assert shown == 'B=1 2 ["x"]\n'
    refused = lab.docker("commit -c 'STOPSIGNAL 9' c1 two")
    assert (refused.exit_code, refused.stderr) == (
        1, "Error response from daemon: stopsignal is not a valid change command\n")
    assert lab.docker("images -q two").stdout == ""


@pytest.mark.parametrize("changes", [
    ["ENV X=" + "${A:-" * 20_000],
    ["ENV X=0123456789", *["ENV X=$X$X$X$X$X$X$X$X"] * 12],
    ["ENV X=0123456789", "ENV X=" + '"$X"' * 15_000, "ENV X=" + "$X" * 30_000],
    ["CMD " + "[" * 60_000],
    ["EXPOSE " + "0-65535 " * 8_000],
    ["EXPOSE 0-65535/tcp 0-65535/udp 0-65535/sctp"] * 20_000,
    ["CMD " + "x" * 70_000],
    ["HEALTHCHECK --retries=" + "9" * 60_000 + " CMD x"],
    ["HEALTHCHECK --interval=" + "9" * 60_000 + "h CMD x"],
    ["HEALTHCHECK --interval=" + "1h" * 30_000 + "x CMD x"],
    ["ONBUILD " * 8_000 + "RUN x"],
], ids=lambda changes: changes[-1][:30])
def test_changes_of_any_size_end(changes: list[str]) -> None:
    made = commit(CONFIGS["plain"], changes)
    assert made.keys() <= {"result", "error"}
    assert len(json.dumps(made)) < 5_000_000


def test_instructions_keep_their_lines_for_a_build() -> None:
    text = 'FROM a AS b\n\n# note\nRUN --x=1 one \\\n  # inside\n  two\nCOPY ["a b", "/c"]\n'
    assert parse(text).instructions == (
        Instruction("from", "FROM a AS b", (), ("a", "AS", "b"), False, 1),
        Instruction("run", "RUN --x=1 one   two", ("--x=1",), ("one   two",), False, 4),
        Instruction("copy", 'COPY ["a b", "/c"]', (), ("a b", "/c"), True, 7),
    )
