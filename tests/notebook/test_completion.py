"""Tab in a notebook: in a real IPython, and over a real kernel's messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import imagelab
from tests.ipython import ipython

pytest.importorskip("IPython", reason="install imagelab[lab]")

SETUP = (
    "pull -q busybox", "create --name commit_test busybox",
    "commit commit_test commit_test:first", "tag busybox localhost:5000/team/app:1",
    "run -d --name web busybox sleep 100000",
)


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    from imagelab.notebook.completion import register

    with ipython() as found:
        register(found)
        register(found)
        lab = imagelab.use(imagelab.Lab())
        for line in SETUP:
            assert lab.docker(line).exit_code == 0
        yield found


def completed(shell: Any, cell: str) -> list[str]:
    """Return what a cell becomes: its cursor stands at ``|``, each match put in its place."""
    from IPython.core.completer import provisionalcompleter

    cursor = cell.index("|^|")
    code = cell.replace("|^|", "")
    with provisionalcompleter():
        found = list(shell.Completer.completions(code, cursor))
    assert all(each.end == cursor for each in found)
    return [code[: each.start] + each.text + code[each.end :] for each in found]


@pytest.mark.parametrize(("cell", "expected"), [
    ("%docker comm|^|", ["%docker commit"]),
    ("%docker rmi commit_test:f|^|", ["%docker rmi commit_test:first"]),
    ("%docker rmi commit_test:|^|", ["%docker rmi commit_test:first"]),
    ("%docker rmi localhost:5000/te|^|", ["%docker rmi localhost:5000/team/app:1"]),
    ("%docker stop w|^|", ["%docker stop web"]),
    ("%docker images --filter=dang|^|", ["%docker images --filter=dangling="]),
    ("%docker images -f dangling=t|^|", ["%docker images -f dangling=true"]),
    ("%docker image pr|^|", ["%docker image prune"]),
    ("%docker rmi com|^| busybox", ["%docker rmi commit_test:first busybox"]),
    ("x = 1\n%docker history com|^|\ny = 2", ["x = 1\n%docker history commit_test:first\ny = 2"]),
    ("out = %docker history com|^|", ["out = %docker history commit_test:first"]),
    ("%docker run \\\n  --name x commit_test:|^|",
     ["%docker run \\\n  --name x commit_test:first"]),
    ("%%docker run -i commit_test:|^|\nexit", ["%%docker run -i commit_test:first\nexit"]),
    ("%%lab\ndocker rmi commit_test:|^|", ["%%lab\ndocker rmi commit_test:first"]),
    ("%%lab\n# docker rmi commit_test:|^|", ["%%lab\n# docker rmi commit_test:first"]),
    ("%%lab\n$ docker stop web && docker rm we|^|", ["%%lab\n$ docker stop web && docker rm web"]),
    ("%%lab\nls; docker comm|^|", ["%%lab\nls; docker commit"]),
    ("%%lab\nls | docker loa|^|", ["%%lab\nls | docker load"]),
    ("%%lab\ndocker rmi $(docker images -q local|^|",
     ["%%lab\ndocker rmi $(docker images -q localhost:5000/team/app",
      "%%lab\ndocker rmi $(docker images -q localhost:5000/team/app:1"]),
    ("%%lab\ndocker rmi $(docker images -q one) commit_test:|^|",
     ["%%lab\ndocker rmi $(docker images -q one) commit_test:first"]),
    ("%%lab\necho \"$(docker stop we|^|", ["%%lab\necho \"$(docker stop web"]),
    ("%%lab\ndocker commit \\\n  -a \"two words\" \\\n  commit_|^|",
     ["%%lab\ndocker commit \\\n  -a \"two words\" \\\n  commit_test"]),
    ("%%lab\nsudo docker stop w|^|", ["%%lab\nsudo docker stop web"]),
    ("%%lab\nfor i in 1 2; do docker stop w|^|", ["%%lab\nfor i in 1 2; do docker stop web"]),
    ("%%lab\ndocker rmi 'commit_test:|^|", ["%%lab\ndocker rmi 'commit_test:first"]),
    ("%%lab\n# docke|^|", ["%%lab\n# docker"]),
])
def test_the_right_span_is_replaced(shell: Any, cell: str, expected: list[str]) -> None:
    assert completed(shell, cell) == expected


@pytest.mark.parametrize("cell", [
    "docker rmi commit_test:|^|",               # Python, not a terminal cell
    "%%lab\ncat commit_test:|^|",               # another program
    "%%lab\necho docker rmi commit_test:|^|",   # an argument
    "print('%docker rmi commit_test:|^|",
    "%%lab\ndocker run busybox commit_test:|^|",
    "%%lab\ndocker commit -m \"about commit_test:|^|",
])
def test_other_lines_are_left_alone(shell: Any, cell: str) -> None:
    assert not any("commit_test:first" in each for each in completed(shell, cell))


def test_python_is_completed_as_ever(shell: Any) -> None:
    shell.user_ns["docker_number"] = 1
    assert completed(shell, "docker_num|^|") == ["docker_number"]


def test_the_order_is_kept(shell: Any) -> None:
    assert completed(shell, "%docker start |^|") == [
        "%docker start commit_test", "%docker start web"]


def test_over_the_kernel_protocol() -> None:
    from tests import kernels

    code = "\n".join([
        "%load_ext imagelab", "import imagelab",
        "from imagelab.notebook.completion import register", "register(get_ipython())",
        "lab = imagelab.use(imagelab.Lab())",
        f"for line in {SETUP!r}: assert lab.docker(line).exit_code == 0",
    ])
    with kernels.started() as client:
        reply = client.execute_interactive(code, timeout=60)
        assert reply["content"]["status"] == "ok", reply["content"]
        for cell, start, matches in (
            ("%docker rmi localhost:5000/te", 12, ["localhost:5000/team/app:1"]),
            ("%%lab\n# docker rmi commit_test:", 19, ["commit_test:first"]),
            ("%docker rm", 8, ["rm", "rmi"]),
        ):
            found = client.complete(cell, len(cell), reply=True, timeout=60)["content"]
            assert found["status"] == "ok"
            assert (found["cursor_start"], found["cursor_end"]) == (start, len(cell))
            assert found["matches"] == matches
