"""Random sequences of docker commands: a lab answers as a real daemon does, at each step.

``make test`` draws the same 12 each time. ``make stress`` draws 500 new ones; another number is
``IMAGELAB_STRESS=1000 python -m pytest tests/differential``.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.differential.replay import Replay
from tests.differential.sides import Here, There, labs_with_base
from tests.differential.strategies import sequences
from tests.differential.words import Command
from tests.dockerd import Dockerd

pytestmark = pytest.mark.requires("docker", "dockerd")

STRESS = int(os.environ.get("IMAGELAB_STRESS", "0"))
#: The sequences are drawn in so many parts, for as many processors as there may be.
PARTS = 4
new_lab = labs_with_base()


@pytest.mark.parametrize("part", range(PARTS))
def test_a_lab_answers_as_a_real_daemon(dockerd: Dockerd, part: int) -> None:
    @seed(secrets.randbits(32) if STRESS else part)
    @settings(
        max_examples=-(-(STRESS or 12) // PARTS), database=None, deadline=None,
        suppress_health_check=list(HealthCheck), print_blob=False)
    @given(commands=sequences())
    def run(commands: tuple[Command, ...]) -> None:
        with TemporaryDirectory(prefix="imagelab-") as name:
            folders = Path(name, "here"), Path(name, "there")
            for folder in folders:
                folder.mkdir()
            Replay(Here(new_lab(), folders[0]), There(dockerd, folders[1])).run(commands)

    run()
