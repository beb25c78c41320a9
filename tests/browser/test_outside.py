"""Docker clients outside of the notebook: its views follow what they do, and its cells stay."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.browser.jupyter import Notebook, Server, keep
from tests.browser.looks import STRESS

OWN = Path(__file__).parents[2] / "imagelab/client/bin/docker"
CELLS = (
    "import os\nos.environ['IMAGELAB_SERVE'] = {folder!r}",
    "%load_ext imagelab\nimport imagelab\n"
    "lab = imagelab.use(imagelab.Lab.start('04-rmi', language={language!r}))",
    "lab.show.map()",
    "lab.show.timeline()",
    "print('mine')",
)
MAP, TIMELINE, PRINTED = 2, 3, 4


@dataclass
class Outside:
    """A notebook, and a terminal beside it.

    Attributes:
        notebook: all of it has run; its lab is served as on Binder.
        environment: of the terminal.
        language: of the lab.
    """

    notebook: Notebook
    environment: dict[str, str]
    language: str

    def type(self, line: str) -> None:
        """Type a line in the terminal, and wait until it has been carried out."""
        done = subprocess.run(
            line, shell=True, capture_output=True, text=True, check=False, env=self.environment,
            stdin=subprocess.DEVNULL, timeout=60)
        assert done.returncode == 0, done.stderr

    def shows(self, cell: int, text: str, *, shown: bool = True) -> bool:
        """Whether a view comes to show a text, or to show it no longer."""
        view = self.notebook.cell(cell).locator(".imagelab")
        return self.notebook.becomes(
            lambda: (text in (view.text_content() or "")) is shown, seconds=10)


@pytest.fixture(scope="module", params=("ko", "en") if STRESS else ("ko",))
def outside(page: Any, jupyter: Server, request: pytest.FixtureRequest) -> Iterator[Outside]:
    with TemporaryDirectory(prefix="imagelab-") as folder:
        cells = [each.format(folder=folder, language=request.param) for each in CELLS]
        notebook = Notebook(page, jupyter, jupyter.write(f"outside-{request.param}", cells))
        notebook.run_all()
        path = f"{OWN.parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "IMAGELAB_SERVE": folder, "DOCKER_HOST": "", "PATH": path}
        yield Outside(notebook, environment, request.param)


def test_the_views_follow_a_terminals_docker(outside: Outside) -> None:
    outside.type("docker run --name there ubuntu:14.04 touch /new && "
                 "docker commit there outside:1")
    assert outside.shows(MAP, "outside:1")
    assert outside.shows(TIMELINE, "docker commit there outside:1")
    keep(outside.notebook.cell(MAP), f"outside-{outside.language}")
    outside.type("docker rmi outside:1 && docker rm there")
    assert outside.shows(MAP, "outside:1", shown=False)
    assert "docker rmi outside:1" in outside.notebook.ask("print(lab.journal)")


def test_while_a_cell_runs_the_lab_is_used_and_the_views_follow_when_it_has_ended(
    outside: Outside,
) -> None:
    line = f"cd / && sleep 0.5 && {shlex.quote(str(OWN))} tag ubuntu:14.04 meanwhile:1"
    typing = subprocess.Popen(line, shell=True, env=outside.environment)
    printed = outside.notebook.ask(
        "import time\nend = time.time() + 20\n"
        "while 'meanwhile:1' not in map(str, lab.state.references) and time.time() < end:\n"
        "    time.sleep(0.1)\n"
        "print('done')")
    assert (typing.wait(20), printed) == (0, "done\n")
    assert outside.shows(MAP, "meanwhile:1")
    assert outside.notebook.cell(PRINTED).text_content().strip() == "mine"


@pytest.mark.requires("docker")
def test_the_views_follow_the_real_docker(outside: Outside) -> None:
    host = outside.notebook.ask("served = lab.serve()\nprint(served.host)").strip()
    docker = f"DOCKER_HOST={host} PATH={shlex.quote(os.environ['PATH'])} docker"
    outside.type(f"{docker} create --name real_one ubuntu:14.04")
    assert outside.shows(MAP, "real_one")
    outside.type(f"{docker} rm real_one")
    assert outside.shows(MAP, "real_one", shown=False)
    assert outside.notebook.ask("served.stop()\nprint(served)") == (
        f"# no longer served at {host}\n")
