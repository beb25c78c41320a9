"""The recorded cases of a real Docker, replayed on a lab in Pyodide: its shell is a real one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from imagelab.docker.io import Io
from tests.browser.looks import STRESS
from tests.conformance import conform
from tests.pyodide.digests import of_daemon
from tests.pyodide.node import ROOT, Pyodide
from tests.test_conformance import BASE, CASES, EXPECTED, InProcess, Server, in_process

pytestmark = [
    pytest.mark.requires("npm"),
    pytest.mark.skipif(sys.platform != "linux", reason="recorded with the tools of a Linux system"),
]

#: A few, which print, read, write files, build and fail.
SOME = ("build-03-copy", "cp-01-in-and-out", "exec-01-running", "flow-05-history",
        "rmi-07-by-id-two-tags-one-repository", "save-01-round-trip")
#: Commands that bring files of the case into an image or a container.
_TAKES_FILES = re.compile(r"docker (?:image |container )?(?:build|cp|import)\b")


class There(Server):
    """Hands command lines on to a lab in Pyodide."""

    def __init__(self, folder: Path, process: subprocess.Popen[str]) -> None:
        super().__init__(folder)
        self._process = process

    def run(self, words: list[str], io: Io) -> int:
        self._send({"words": words, "folder": str(io.folder), "environment": io.environment})
        while True:
            kind, value = self._answer_of()
            match kind:
                case "out":
                    io.out(b64decode(value))
                case "err":
                    io.err(b64decode(value))
                case "read":
                    self._write(b64encode(io.stdin.read(value)).decode())
                case "code":
                    return int(value)

    def reset(self) -> None:
        self._send("reset")

    def digests(self) -> Any:
        self._send("digests")
        return self._answer_of()[1]

    def _send(self, wish: object) -> None:
        self._write(json.dumps(wish))

    def _write(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def _answer_of(self) -> tuple[str, Any]:
        assert self._process.stdout is not None
        kind, value = json.loads(self._process.stdout.readline())
        return kind, value


class InPyodide(InProcess):
    """The runner's daemon: a lab in Pyodide."""

    def __init__(self, there: There) -> None:
        super().__init__(there)
        self.there = there

    def reset(self) -> None:
        self.there.reset()


@contextmanager
def _in_pyodide(pyodide: Pyodide) -> Iterator[InPyodide]:
    """Give a lab in Pyodide, which sees the files of the cases."""
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", name)  # the cases' own folders are in it
        seen = {name: Path(name), "/etc": Path("/etc")}  # one case copies a file from there
        base = f"/repo/{BASE.relative_to(ROOT).as_posix()}"
        command = pyodide.command("tests.pyodide.door", base, folders=seen)
        with subprocess.Popen(command, text=True, stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as process:
            there = There(Path(name), process)
            yield InPyodide(there)
            there.close()
            process.communicate()


#: Cases that have a lab in Pyodide together, since that takes seconds to begin.
GROUPS = {kind: [name for name in sorted(EXPECTED) if name.startswith(f"{kind}-")]
          for kind in sorted({name.partition("-")[0] for name in EXPECTED})}


@pytest.mark.parametrize("names", GROUPS.values() if STRESS else [SOME])
def test_cases_give_what_docker_gave_and_the_same_digests(
    pyodide: Pyodide, names: Sequence[str], tmp_path: Path,
) -> None:
    with in_process() as here, _in_pyodide(pyodide) as there:
        for name in names:
            _check(name, here, there, tmp_path / name)


def _check(name: str, here: InProcess, there: InPyodide, folder: Path) -> None:
    case = conform.parse_case(CASES[name])
    wanted = case.lines(case.expected())
    got = case.lines(there.replay(case))
    if found := conform.difference(wanted, got, f"{name} (expected)", "lab in Pyodide"):
        pytest.fail(found, pytrace=False)
    if _TAKES_FILES.search(case.script_text()):
        return  # a layer has the time at which the case has just made them
    here.replay(case)
    own = json.loads(json.dumps(dict(of_daemon(here.daemon, folder))))
    assert there.there.digests() == own, name
