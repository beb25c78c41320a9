"""Pyodide under Node: the Python of a browser, on a machine's own command line."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: pytest with all that it needs, none of which is compiled.
_PYTEST = ("pytest", "pluggy", "iniconfig", "packaging", "pygments")


@dataclass(frozen=True)
class Pyodide:
    """What runs modules of the tests.

    Attributes:
        folder: the npm package's.
        packages: the folder of what can be imported besides the standard library and imagelab.
    """

    folder: Path
    packages: Path

    def command(
        self, module: str, *words: str, folders: Mapping[str, Path] | None = None,
    ) -> list[str]:
        """Return the command line that runs a module.

        Args:
            module: its name; the current folder there is the checkout.
            words: what it finds in ``sys.argv``.
            folders: folders of this machine that it sees, each by its path there.
        """
        seen = {"/repo": ROOT, "/site": self.packages, **(folders or {})}
        wish = {"pyodide": str(self.folder), "module": module, "words": words,
                "folders": {inside: str(outside) for inside, outside in seen.items()}}
        return ["node", str(Path(__file__).with_name("run.mjs")), json.dumps(wish)]

    def run(self, module: str, *words: str, folders: Mapping[str, Path] | None = None) -> str:
        """Run a module to its end and return what it printed.

        Raises:
            subprocess.CalledProcessError: it failed; what it said has been printed.
        """
        done = subprocess.run(self.command(module, *words, folders=folders), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode or done.stderr:
            print(done.stdout[-10_000:], done.stderr[-10_000:], sep="\n")
        done.check_returncode()
        return done.stdout


def copy_pytest(folder: Path) -> None:
    """Put pytest where it can be imported from, out of this Python's own packages."""
    for name in _PYTEST:
        found = distribution(name)
        for file in found.files or ():
            if ".." not in file.parts and file.suffix != ".pyc":
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(str(found.locate_file(file)), target)
