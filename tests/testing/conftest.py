"""A project of somebody else, whose tests use imagelab's fixtures."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import docker  # pytester forgets what its tests import, and halves of a library do not fit others
import pytest

__all__ = ["docker"]


class Imports:
    """What is imported in runs of pytest within this one."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType | None] = {}

    def pytest_unconfigure(self) -> None:
        self.modules.update(sys.modules)

    def keep(self, but: Path) -> None:
        """Have it stay imported, apart from what is in a folder."""
        for name, module in self.modules.items():
            file = getattr(module, "__file__", None) or ""
            if module is not None and not file.startswith(str(but)):
                sys.modules.setdefault(name, module)


@pytest.fixture
def imports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imports]:
    """Keeps what pytester would forget; few of our modules can be imported twice."""
    own = Imports()
    yield own
    own.keep(but=tmp_path_factory.getbasetemp())


@pytest.fixture
def project(
    imports: Imports, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch,
) -> pytest.Pytester:
    """A project with no plugin of pytest but ours, and no Docker."""
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\naddopts = -p imagelab\npythonpath = .")
    pytester.plugins.append(imports)
    return pytester
