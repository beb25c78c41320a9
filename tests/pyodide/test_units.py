"""The tests of the core, run in Pyodide: what holds in CPython holds in a browser's Python."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest

from tests.browser.looks import STRESS
from tests.pyodide.left_out import files, singles
from tests.pyodide.node import ROOT, Pyodide

ROOMS = ("model", "formats", "shell", "registry", "engine", "storage", "daemon", "docker",
         "messages", "course")
#: Some of each room, which take a few seconds together.
QUICK = """
    model/test_reference.py model/test_table.py model/test_tree.py
    formats/test_bad_archives.py formats/test_json_text.py formats/test_layer_tar_write.py
    shell/test_hard_links.py shell/test_history.py shell/test_users.py
    registry/test_storage.py
    engine/test_child_image.py engine/test_history.py engine/test_layers_and_deletion.py
    storage/test_blobs.py storage/test_store.py
    daemon/test_kept_failures.py
    docker/test_cp.py docker/test_noting.py docker/test_table.py
    messages/test_catalogue.py
    course/test_lessons.py course/replay/test_replay.py
"""


def _passed(pyodide: Pyodide, names: Iterable[str], record: Callable[[str, object], None]) -> int:
    """Run files of tests there and return how many tests passed; none may fail."""
    lines = pyodide.run("tests.pyodide.units", *(f"tests/{name}" for name in names))
    found = json.loads(lines.splitlines()[-1])
    assert not found["failed"], "\n".join(found["failed"])
    skipped = sum(found["skipped"].values())
    record("figure", f"in Pyodide: {found['passed']} tests passed, {skipped} were skipped")
    return int(found["passed"])


def _all_of(room: str) -> list[str]:
    below = ROOT / "tests"
    found = (path.relative_to(below).as_posix() for path in (below / room).rglob("test_*.py"))
    return sorted(set(found) - set(files()))


@pytest.mark.requires("npm")
def test_some_of_each_room(
    pyodide: Pyodide, record_property: Callable[[str, object], None],
) -> None:
    assert {name.partition("/")[0] for name in QUICK.split()} == set(ROOMS)
    assert _passed(pyodide, ["pyodide/only_there.py", *QUICK.split()], record_property) > 500


@pytest.mark.requires("npm")
@pytest.mark.skipif(not STRESS, reason="all tests of the core, for minutes: make stress")
@pytest.mark.parametrize("room", ROOMS)
def test_all_of_a_room(
    pyodide: Pyodide, room: str, record_property: Callable[[str, object], None],
) -> None:
    assert _passed(pyodide, _all_of(room), record_property)


def test_what_is_left_out_is_there() -> None:
    for name in files():
        assert (ROOT / "tests" / name).is_file()
    for name in singles():
        file, _, test = name.partition("::")
        function = f"def {test.partition('[')[0]}("
        assert function in (ROOT / "tests" / file).read_text("utf-8"), name
