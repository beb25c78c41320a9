"""A solution that breaks what its level's task says must stay is no solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from imagelab.course.levels.check import Verdict, told
from imagelab.course.levels.library import find
from imagelab.course.levels.play import Play
from imagelab.course.levels.start import typed

#: A level, what is typed (SOLVED is its model solution), and what a check says first.
_BROKEN = [
    ("rmi-1", "SOLVED; docker rmi -f commit_test:first",
     "The name `commit_test:first` was to stay, and is gone."),
    ("rmi-1", "SOLVED; docker rm commit_test",
     "The container `commit_test` was to stay, and is gone."),
    ("rmi-1", "SOLVED; docker rm commit_test; docker create --name commit_test ubuntu:14.04",
     "The container `commit_test` was to stay, and is gone."),
    ("rmi-1", "SOLVED; docker tag commit_test:second ubuntu:14.04",
     "The name `ubuntu:14.04` was to stay as it was."),
    ("rmi-5", "SOLVED; docker rmi -f commit_test:first",
     "The name `commit_test:first` was to stay, and is gone."),
    ("rmi-6", "SOLVED; docker rmi sample:2", "The name `sample:2` was to stay, and is gone."),
    ("rmi-6", "SOLVED; docker rm commit_test", "The container `commit_test` was to stay"),
    ("rmi-7", "SOLVED; docker rmi spare:1", "The name `spare:1` was to stay, and is gone."),
    ("rmi-7", "SOLVED; docker stop -t 0 server",
     "The container `server` is `exited`. The goal is `running`."),
    ("practice-3", "SOLVED; docker rm notes", "The container `notes` was to stay"),
    ("practice-3", "SOLVED; docker stop -t 0 web",
     "The container `web` is `exited`. The goal is `running`."),
    ("inspect-5", "SOLVED; docker rmi app:2", "The name `app:2` was to stay, and is gone."),
    ("save-3", "SOLVED; docker rmi $(docker images -q -f dangling=true)",
     "Just one image without a name has to be left."),
    ("practice-6", "SOLVED; docker run --name other slim:1 rm /bin/cat; docker commit other slim:1",
     "`slim:1` has no file `/bin/cat`."),
]


def _verdict(folder: Path, name: str, lines: str) -> Verdict:
    play = Play.start(find(name, 0), folder)
    said = typed(play.daemon, lines.replace("SOLVED", play.level.solution.strip()), folder)
    assert "[exit code" not in said, said
    return play.check()


@pytest.mark.parametrize(("name", "lines", "said"), _BROKEN)
def test_what_must_stay_is_missed(tmp_path: Path, name: str, lines: str, said: str) -> None:
    verdict = _verdict(tmp_path, name, lines)
    assert not verdict.passed
    texts = told(find(name, 0), verdict.differences, "en")
    assert any(each.startswith(said) for each in texts), texts


@pytest.mark.parametrize(("name", "part", "spoilt", "said"), [
    ("history-2", "rm /", "rm /etc/passwd /", "`smaller:1` has no file `/etc/passwd`."),
    ("layer-2", "mkdir /data", "mkdir /data; touch /data/more",
     "`/data/more` can still be seen in `swapped:1`."),
    ("layer-2", "> /data/new", "> /data/new; echo other > /data/new",
     "`/data/new` in `swapped:1` holds `other`. The goal is `apple`."),
])
def test_files_that_must_stay_or_go_are_missed(
    tmp_path: Path, name: str, part: str, spoilt: str, said: str,
) -> None:
    level = find(name, 0)
    assert part in level.solution
    verdict = _verdict(tmp_path, name, level.solution.replace(part, spoilt))
    assert told(level, verdict.differences, "en") == [said]


def test_what_comes_beside_is_nobody_s_business(tmp_path: Path) -> None:
    more = "SOLVED; docker tag commit_test:second own:1; docker create --name own ubuntu:14.04"
    assert _verdict(tmp_path, "rmi-1", more).passed
