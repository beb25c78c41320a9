"""The same commands in CPython and in Pyodide under Node: what a browser's Python makes of them.

``python -m tests.benchmarks.in_pyodide`` runs this alone; it needs npm.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from imagelab import Lab
from tests.benchmarks.timing import Times, timed
from tests.conformance import conform

IMAGE = "ubuntu:14.04"
RUNS = 41
#: How many times longer a command may take in Pyodide.
WISHES = {"commit of one file": 5}


def times() -> dict[str, Times]:
    """Time commands in a lab that is kept nowhere, in whichever Python this runs."""
    lab = Lab()

    def docker(line: str, number: str = "") -> None:
        done = lab.docker(line.format(number))
        assert done.exit_code == 0, f"{line}: {done.stderr}"

    docker(f"load -q -i {conform.HERE / 'base.tar'}")
    docker(f"run --name c1 {IMAGE} sh -c 'echo one > /one'")
    numbers = [str(number) for number in range(RUNS)]
    lines = {"commit of one file": "commit c1 one{}:1", "tag": f"tag {IMAGE} two{{}}:1",
             "inspect": f"inspect {IMAGE}", "history": f"history {IMAGE}", "images": "images",
             "run": f"run --rm {IMAGE} true", "rmi": "rmi one{}:1"}
    return {name: timed(partial(docker, line), numbers)
            for name, line in lines.items()}


def compared() -> str:
    """Return a table of both sides and their ratio."""
    from platformdirs import user_cache_path

    from imagelab.site.packages import npm_package
    from tests.pyodide.node import Pyodide, copy_pytest

    with TemporaryDirectory() as folder:
        packages = Path(folder)
        copy_pytest(packages)
        node = Pyodide(npm_package("pyodide", user_cache_path("imagelab", False)), packages)
        there = json.loads(node.run("tests.benchmarks.in_pyodide", "--here"))
    lines = [f"{'milliseconds: median (range)':28}{'CPython':36}{'Pyodide':36}"]
    for name, here in times().items():
        other = Times(tuple(there[name]))
        wish = f"  (wanted: at most {WISHES[name]})" if name in WISHES else ""
        lines.append(f"{name:28}{here!s:36}{other!s:36}{other.middle / here.middle:7.1f} times"
                     f"{wish}")
    return "\n".join(lines)


if __name__ == "__main__":
    if "--here" in sys.argv:
        print(json.dumps({name: found.runs for name, found in times().items()}))
    else:
        print(compared())
