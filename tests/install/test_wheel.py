"""An installed wheel: the lessons, the extension and a docker for terminals come with it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LESSONS = {path.relative_to(ROOT / "notebooks") for path in (ROOT / "notebooks").rglob("*.ipynb")
           if ".ipynb_checkpoints" not in path.parts}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a wheel of this checkout is installed."""
    return _installed(tmp_path_factory.mktemp("wheel"))


def test_all_lessons_of_a_wheel_go_to_the_learners_folder(site: Path, tmp_path: Path) -> None:
    assert (site / "share/jupyter/labextensions/imagelab/package.json").is_file()
    for named, folder in (((), "imagelab-notebooks"), (("my course",), "my course")):
        found = _lessons(site, tmp_path, *named)
        assert found == tmp_path / folder
        assert {path.relative_to(found) for path in found.rglob("*.ipynb")} == LESSONS


def test_its_docker_for_terminals_can_be_run_and_is_not_put_on_path(site: Path) -> None:
    assert os.access(site / "imagelab/client/bin/docker", os.X_OK)
    assert {path.stem for path in (site / "bin").iterdir()} == {"imagelab"}


def _installed(folder: Path) -> Path:
    """Install a wheel of this checkout, and none of what it needs, and return where it is."""
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(ROOT)], check=True)
    wheel, = folder.glob("imagelab-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--no-compile", "--target",
                    str(folder / "site"), str(wheel)], check=True)
    return folder / "site"


def _lessons(installed: Path, work: Path, *folder: str) -> Path:
    """Return where the wheel's ``imagelab lab`` has its lessons, run in a folder."""
    code = ("import sys; from pathlib import Path; from imagelab.course.notebooks import notebooks;"
            "print(notebooks(*map(Path, sys.argv[1:])))")
    done = subprocess.run(
        [sys.executable, "-c", code, *folder], cwd=work, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(installed)})
    return Path(done.stdout.rstrip("\n"))
