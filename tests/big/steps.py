"""What is done with a large image on a kept lab, each step in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagelab.lab import Lab
from tests.big.archive import NAME, SAMPLE
from tests.memory import peak_of


@dataclass(frozen=True)
class Took:
    """What a step took.

    Attributes:
        seconds: by the clock on the wall, without starting Python and opening the lab.
        memory: most bytes that the process had at a time.
    """

    seconds: float
    memory: int


def took(folder: Path, archive: Path, *steps: str) -> Took:
    """Do some of :data:`STEPS` in one process, those before them done, and return what they took.

    Args:
        folder: where the lab is kept, and files are written.
        archive: from :mod:`tests.big.archive`.
        steps: their names.
    """
    memory = peak_of(
        f"import sys; from {__name__} import _main; _main(*sys.argv[1:])",
        str(folder), str(archive), *steps)
    return Took(float((folder / "seconds").read_text()), memory)


def _main(folder: str, archive: str, *steps: str) -> None:
    place = Path(folder)
    lab = Lab.open(place / "lab")
    seconds = 0.0
    for step in steps:
        before, run = STEPS[step]
        for line in before:
            _docker(lab, line)
        begun = time.perf_counter()
        run(lab, place, Path(archive))
        seconds += time.perf_counter() - begun
    (place / "seconds").write_text(str(seconds))


def _docker(lab: Lab, line: str) -> None:
    done = lab.docker(line)
    assert done.exit_code == 0, done.stderr


def _load(lab: Lab, _: Path, archive: Path) -> None:
    _docker(lab, f"load -q -i {archive}")


def _view(lab: Lab, _: Path, __: Path) -> None:
    view = lab.show.layers(NAME)
    assert "layer 4" in str(view)
    view._repr_mimebundle_()


def _waste(lab: Lab, _: Path, __: Path) -> None:
    from imagelab.views.layers.waste import waste

    (image_id,) = lab.state.references.values()
    top = lab.state.layer_of(lab.state.images[image_id])
    assert top is not None
    assert 0.5 < waste(top).efficiency < 1


def _change(lab: Lab, folder: Path, _: Path) -> None:
    (folder / "new").write_text("new\n")
    _docker(lab, f"create --name changed {NAME}")
    _docker(lab, f"cp {folder / 'new'} changed:/{SAMPLE}")


def _diff(lab: Lab, _: Path, __: Path) -> None:
    assert f"C /{SAMPLE}\n" in lab.docker("diff changed").stdout


def _save(lab: Lab, folder: Path, _: Path) -> None:
    _docker(lab, f"save -o {folder / 'saved.tar'} {NAME}")


_REGISTRY = "localhost:5000/big:1"
#: In the order that they are to be done in: the commands that come before it, and the step.
STEPS: dict[str, tuple[tuple[str, ...], Callable[[Lab, Path, Path], None]]] = {
    "load": ((), _load),
    "layer view": ((), _view),
    "waste and efficiency": ((), _waste),
    "save": ((), _save),
    "change of one file": ((), _change),
    # What is imported for a first one is no part of it.
    "commit of one file": (
        ("commit changed", "image prune -f"),
        lambda lab, *_: _docker(lab, "commit changed changed:1")),
    "diff": ((), _diff),
    "push": (
        ("run -d -p 5000:5000 --name registry registry:2", f"tag {NAME} {_REGISTRY}"),
        lambda lab, *_: _docker(lab, f"push {_REGISTRY}")),
}
