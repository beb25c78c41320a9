"""Archives whose images name parents; what becomes of them was recorded from a daemon 20.10.24."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from tests.formats.archives import FIRST, config, item, pack

HISTORY = [{"created": "2021-03-25T22:36:08Z", "created_by": f"step {n}", "empty_layer": n > 0}
           for n in range(3)]


def id_of(data: bytes) -> str:
    return f"sha256:{sha256(data).hexdigest()}"


def loaded(folder: Path, *images: tuple[str, bytes, str]) -> tuple[Lab, Any]:
    """Load images, each with its name, its configuration and its parent."""
    files: dict[str, Any] = {"layer.tar": FIRST} | {f"{name}.json": data
                                                    for name, data, _ in images}
    items = [item(f"{name}.json", "layer.tar", tags=[f"{name}:1"], Parent=parent)
             for name, _, parent in images]
    (folder / "archive.tar").write_bytes(pack(files, *items))
    lab = Lab()
    return lab, lab.docker(["load", "-i", str(folder / "archive.tar")])


def parent(lab: Lab, name: str) -> str:
    return lab.docker(["inspect", "-f", "{{.Parent}}", name]).stdout.strip()


@pytest.mark.parametrize("steps", [0, 1])
def test_a_parent_has_all_steps_but_one(tmp_path: Path, steps: int) -> None:
    base = config(FIRST, history=HISTORY[:steps])
    child = config(FIRST, history=HISTORY[: steps + 1])
    lab, done = loaded(tmp_path, ("base", base, ""), ("child", child, id_of(base)))
    assert done.exit_code == 0
    assert parent(lab, "child:1") == id_of(base)


@pytest.mark.parametrize("history", [HISTORY, HISTORY[1:], HISTORY[:1]])
def test_another_image_is_no_parent(tmp_path: Path, history: list[Any]) -> None:
    base, child = config(FIRST, history=HISTORY[:1]), config(FIRST, history=history, comment="c")
    lab, done = loaded(tmp_path, ("base", base, ""), ("child", child, id_of(base)))
    assert done.exit_code == 1
    assert done.stderr == f"image {id_of(base)} is not a valid parent for {id_of(child)}\n"
    assert parent(lab, "child:1") == ""


def test_an_image_is_not_its_own_parent(tmp_path: Path) -> None:
    alone = config(FIRST)
    lab, done = loaded(tmp_path, ("alone", alone, id_of(alone)))
    assert done.exit_code == 0
    assert parent(lab, "alone:1") == ""
    assert lab.docker("rmi alone:1").exit_code == 0


def test_parents_go_in_no_circle(tmp_path: Path) -> None:
    """Other than with a daemon, which takes both and cannot delete them any more."""
    one, two = config(FIRST), config(FIRST, comment="two")
    lab, done = loaded(tmp_path, ("one", one, id_of(two)), ("two", two, id_of(one)))
    assert done.exit_code == 0
    assert parent(lab, "one:1") == id_of(two)
    assert parent(lab, "two:1") == ""
    assert lab.docker("rmi one:1 two:1").exit_code == 0
    assert lab.docker("images -qa").stdout == ""


def test_what_was_loaded_is_named_before_the_parent_is_refused(tmp_path: Path) -> None:
    """As engine 20.10 and its client do: the images are there by then."""
    base, child = config(FIRST, history=HISTORY[:1]), config(FIRST, history=HISTORY[1:])
    lab, done = loaded(tmp_path, ("base", base, ""), ("child", child, id_of(base)))
    assert done.stdout == "Loaded image: base:1\nLoaded image: child:1\n"
    assert lab.docker("inspect -f {{.Id}} child:1").exit_code == 0
