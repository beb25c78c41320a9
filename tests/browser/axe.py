"""What keeps people from using a page, as axe-core finds it."""

from __future__ import annotations

import json
from typing import Any

import pytest


def violations(shown: Any) -> list[str]:
    """Return what is serious or critical in a page or a frame."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="imagelab[dev]")
    found = axe.Axe().run(shown).response["violations"]
    return [f"{each['id']}: {node['html'][:200]} {json.dumps(node['any'][:1])[:300]}"
            for each in found if each["impact"] in ("serious", "critical")
            for node in each["nodes"]]
