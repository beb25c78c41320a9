"""What lesson 06 shows of a real Docker is what one prints, and the image comes back as it is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.lab import Lab
from tests import dockerd
from tests.dockerd import StartError
from tests.lessons.cells import LANGUAGES, NOTEBOOKS, Command
from tests.lessons.real import Real
from tests.requires import unavailable

LESSON = "06-save-and-export"
_ID = r"(?:sha256:)?[0-9a-f]{64}"


def consoles(language: str) -> list[str]:
    """Return what the lesson's text shows of a terminal."""
    notebook = json.loads((NOTEBOOKS / language / f"{LESSON}.ipynb").read_text("utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    return re.findall(r"^```console\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def steps(console: str) -> Iterator[tuple[str, str]]:
    """Yield the commands, each with what it shows."""
    for step in re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        yield command, shown


def test_both_languages_show_the_same() -> None:
    assert len({tuple(consoles(language)) for language in LANGUAGES}) == 1


@pytest.mark.requires("dockerd")
def test_an_image_goes_to_a_real_docker_and_back(tmp_path: Path) -> None:
    Lab.start(LESSON).docker("save -o notes.tar notes:1", folder=tmp_path)
    printed = ""
    try:
        with dockerd.started() as daemon:
            real = Real(daemon, tmp_path)
            for command, shown in steps("".join(consoles("en"))):
                answer = real.run(Command(command))
                pattern = re.sub(r"<(?:container|image)\\ ID>", _ID, re.escape(shown))
                assert re.fullmatch(pattern, answer.stdout + answer.stderr), (command, answer)
                printed += answer.stdout
    except StartError as error:
        unavailable("dockerd", str(error))
    lab = Lab()
    assert lab.docker("load -i back.tar", folder=tmp_path).stdout == "Loaded image: notes:2\n"
    assert lab.docker("images -q --no-trunc notes:2").stdout in printed
    assert lab.docker("run --rm notes:2 cat /notes /more").stdout == "keep\nreal\n"
