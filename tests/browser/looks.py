"""Languages and themes that views are looked at in."""

from __future__ import annotations

import os

import pytest

#: Whether all front ends, languages and themes are tested: ``make stress``.
STRESS = bool(os.environ.get("IMAGELAB_STRESS"))
#: Gives a test ``language`` and ``theme``: each once, and with ``make stress`` all of them.
looks = pytest.mark.parametrize(("language", "theme"), [
    ("ko", "light"), ("en", "dark"), *([("ko", "dark"), ("en", "light")] if STRESS else [])])
