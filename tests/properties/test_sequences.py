"""Random sequences of commands on a lab, and after each what must hold of any lab.

``make test`` draws the same few each time. ``make stress`` draws 500 new ones; another number is
``IMAGELAB_STRESS=1000 python -m pytest tests/properties``.
"""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.differential.sides import labs_with_base
from tests.differential.strategies import sequences_alone
from tests.differential.words import Command
from tests.properties.played import Played

STRESS = int(os.environ.get("IMAGELAB_STRESS", "0"))
#: The sequences are drawn in so many parts, for as many processors as there may be.
PARTS = 2
new_lab = labs_with_base()


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("is_kept", [False, True], ids=["in memory", "kept"])
def test_what_must_hold_holds_after_every_command(is_kept: bool, part: int) -> None:
    @seed(secrets.randbits(32) if STRESS else part)
    @settings(
        max_examples=-(-(STRESS or 8) // (2 * PARTS)), database=None, deadline=None,
        suppress_health_check=list(HealthCheck), print_blob=False)
    @given(commands=sequences_alone())
    def run(commands: tuple[Command, ...]) -> None:
        with TemporaryDirectory(prefix="imagelab-") as name, closing(
                Played(None if is_kept else new_lab(), Path(name))) as played:
            played.run(commands)

    run()
