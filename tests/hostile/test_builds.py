"""Tars that a build unpacks: links lead within the folder that they are unpacked in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imagelab import Lab
from tests.hostile.layer_headers import TWICE
from tests.hostile.layer_links import LINKS
from tests.hostile.tars import entry, listed

#: Those of one layer that a daemon unpacks; in a build a path may come twice.
UNPACKED = {
    **{name: (case.layers[0], case.answer) for name, case in LINKS.items()
       if len(case.layers) == 1 and not case.answer.startswith("!")},
    **{name: (TWICE[name].layers[0], answer) for name, answer in {
        "file twice": "a: f 644 2", "file, then folder": "a/x: f 644 2, a: d 755",
        "folder, then file": "a: f 644 1", "folder twice": "a/x: f 644 1, a: d 711",
        "folder that nobody listed, then file": "a: f 644 1"}.items()},
}
ADD = "FROM scratch\nADD in.tar /t/\n"
COPY = entry("Dockerfile", b"FROM scratch\nCOPY . /t/\n")


def below(answer: str, more: str = "") -> str:
    """Return what a container has, if all of an answer lies in ``/t``."""
    moved = re.sub(r"(^|, |= )(?=[^ ]+(: |$|,))", r"\1t/", answer)
    return ", ".join(sorted([*filter(None, (*moved.split(", "), more)), "t: d 755"]))


@pytest.mark.parametrize("name", UNPACKED)
@pytest.mark.parametrize("form", ["ADD", "context"])
def test_what_a_build_unpacks_stays_in_its_folder(form: str, name: str, tmp_path: Path) -> None:
    """As on a daemon, which changes its root for that."""
    data, answer = UNPACKED[name]
    lab = Lab()
    if form == "ADD":
        (tmp_path / "Dockerfile").write_text(ADD)
        (tmp_path / "in.tar").write_bytes(data)
        done = lab.docker("build -q -t t:1 .", folder=tmp_path)
    else:
        done = lab.docker("build -q -t t:1 -", COPY + data, folder=tmp_path)
    assert done.exit_code == 0, done.stderr
    lab.docker("create --network none --name c1 t:1 x")
    lab.docker("export -o out.tar c1", folder=tmp_path)
    own = "" if form == "ADD" else "t/Dockerfile: f 644 FROM scratch\nCOPY . /t/\n"
    assert listed((tmp_path / "out.tar").read_bytes()) == below(answer, own)
