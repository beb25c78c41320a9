"""The course's own solutions replay: those that read more than their command lines."""

import re
from pathlib import Path

import pytest

from imagelab.course.levels.library import own
from imagelab.course.levels.play import Play
from imagelab.course.levels.read import build
from imagelab.course.replay.replay import replay
from imagelab.course.replay.transcript import transcript
from imagelab.terminal.session import Terminal

_READS = re.compile(r"docker (?:\w+ )?(?:build|cp|import|load|login|run -it|exec -it)|<|\|")
LEVELS = [name for name, data in own().items() if _READS.search(data["solution"])]


@pytest.mark.parametrize("name", LEVELS)
def test_what_solves_a_level_solves_it_again(name: str, tmp_path: Path) -> None:
    play = Play.start(build(own()[name], 1), tmp_path)
    Terminal(play.daemon, tmp_path).run(play.level.solution, lambda *_: None)
    assert play.check().passed
    memory = play.daemon.memory
    assert memory is not None
    done = transcript(play.daemon.journal.path(0), memory.contents)
    (tmp_path / "replay").mkdir()
    after = replay(play.daemon.fork(0), done, tmp_path / "replay")
    assert play.measure.verdict(after.state).passed
    assert after.state.references == play.daemon.state.references


def test_there_are_such_levels() -> None:
    assert len(LEVELS) >= 10
