"""Labs that older releases kept, as SQL of what they wrote, are read and go on."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from imagelab.lab import Lab
from imagelab.storage.doctor import examine
from imagelab.storage.store import Store
from tests.storage.kept import do, listed, seen

#: What was typed in each of them, by the releases that wrote those formats.
TYPED = (
    "pull -q busybox",
    "run --name box busybox sh -c 'echo first > /first; mkdir -p /srv; "
    "head -c 100000 /dev/zero > /srv/zeros'",
    "commit -a alicek106 -m 'my first commit' box commit_test:first", "volume create kept",
    "run -d --name more -v kept:/data commit_test:first sleep 100000",
    "exec more sh -c 'echo kept > /data/file; rm /first'", "commit more commit_test:second",
    "rm -f more", "rmi commit_test:first", "rmi commit_test:second", "images -a",
)


@pytest.fixture(params=[1, 2])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    written = Path(__file__).parent / "labs" / f"format{request.param}.sql"
    with closing(sqlite3.connect(tmp_path / "imagelab.db")) as database:
        database.executescript(written.read_text())
        assert database.execute(
            "SELECT value FROM meta WHERE key = 'format'").fetchone() == (request.param,)
    return tmp_path


def test_all_of_it_is_there(folder: Path) -> None:
    lab = Lab.open(folder)
    assert [step.command for step in lab.journal] == [f"docker {line}" for line in TYPED]
    assert [step.exit_code for step in lab.journal] == [0] * len(TYPED)
    assert [each.split() for each in do(lab, "images --format '{{.Repository}} {{.Size}}'")
            .splitlines()] == [["commit_test", "2.08MB"], ["busybox", "1.98MB"]]
    assert do(lab, "run --rm commit_test:first cat /first") == "first\n"
    assert do(lab, "run --rm commit_test:first sh -c 'wc -c < /srv/zeros'") == "100000\n"
    assert do(lab, "run --rm -v kept:/data busybox cat /data/file") == "kept\n"
    lab.daemon.go_to(7)
    assert do(lab, "run --rm commit_test:second ls /") != do(lab, "run --rm busybox ls /")
    assert "more" in do(lab, "ps")
    store = Store.open(folder)
    assert examine(store).findings == ()
    store.close()


def test_other_tools_see_its_images(folder: Path) -> None:
    lab = Lab.open(folder)
    assert seen(folder) == listed(lab)
    lab.daemon.go_to(7)
    assert seen(folder) == listed(lab)
