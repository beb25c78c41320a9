"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagelab.views import render


@pytest.fixture(params=["dot", "graphviz-pure"])
def renderer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Leave only one renderer to be found."""
    name: str = request.param
    found = [each for each in render.renderers() if Path(each).stem == name]
    if not found:
        pytest.skip(f"no {name}: install {'graphviz' if name == 'dot' else name}")
    monkeypatch.setattr(render, "renderers", lambda: iter(found))
    return name
