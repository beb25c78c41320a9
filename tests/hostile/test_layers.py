"""Hostile layers through the docker command line: each has one result, soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagelab import Lab
from tests.deadline import within
from tests.hostile.layer_headers import FORMS, KINDS, NUMBERS, TWICE
from tests.hostile.layer_links import LINKS
from tests.hostile.layer_whiteouts import WHITEOUTS
from tests.hostile.layers import NAMES, one
from tests.hostile.tars import archive, entry, folder, listed, refusal, symlink

GROUPS = {"name": NAMES, "link": LINKS, "whiteout": WHITEOUTS, "number": NUMBERS, "form": FORMS,
          "kind": KINDS, "twice": TWICE}
CASES = {f"{group}: {name}": case for group, cases in GROUPS.items()
         for name, case in cases.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_hostile_layer_has_one_result(name: str, tmp_path: Path) -> None:
    """What a container of it has, and that it is saved as it came; or nothing but a refusal."""
    case = CASES[name]
    lab = Lab()
    path = tmp_path / "image.tar"
    path.write_bytes(archive(case.layers))
    with within(3):
        done = lab.docker(["load", "-q", "-i", str(path)])
        if done.exit_code:
            assert refusal(done.stderr) == case.answer
            assert not lab.state.images
            assert not lab.state.layers
            return
        assert seen(lab, tmp_path) == case.answer
    (first,) = lab.state.images
    assert lab.docker(["save", "-o", str(path), "t:1"]).exit_code == 0
    again = Lab()
    assert again.docker(["load", "-q", "-i", str(path)]).exit_code == 0
    assert list(again.state.images) == [first]
    assert seen(again, tmp_path) == case.answer


def seen(lab: Lab, folder: Path) -> str:
    """Return the files of a container of the image."""
    path = folder / "exported.tar"
    assert lab.docker("create --network none --name c1 t:1 x").exit_code == 0
    assert lab.docker(["export", "-o", str(path), "c1"]).exit_code == 0
    return listed(path.read_bytes())


def test_each_difference_from_a_daemon_has_a_reason() -> None:
    assert not [name for name, case in CASES.items()
                if (case.daemon is None) != (not case.why) or case.daemon == case.answer]


@pytest.mark.parametrize("names", [("d/x", "l/x"), ("l/x", "d/x")])
def test_one_file_by_two_ways_comes_twice(names: tuple[str, str], tmp_path: Path) -> None:
    """Through a link of the layer or not; a daemon writes the second over the first."""
    path = tmp_path / "image.tar"
    path.write_bytes(archive(one(
        folder("d"), symlink("l", "d"), *(entry(name, name.encode()) for name in names))))
    done = Lab().docker(["load", "-i", str(path)])
    assert done.stderr == "Error processing tar file(duplicates of file paths not supported): \n"
