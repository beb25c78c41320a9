"""The notebook's door: ``%docker``, ``%%docker``, ``%%lab``."""

from __future__ import annotations

import shlex
from functools import partial
from io import BytesIO
from pathlib import Path

from IPython.core.magic import Magics as BaseMagics
from IPython.core.magic import (
    cell_magic,
    line_cell_magic,
    line_magic,
    magics_class,
    no_var_expand,
)
from IPython.display import display

from imagelab.course.hints import hints, programs_not_found, slips
from imagelab.course.hints_base import Hint, hint
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.lab import Lab, current
from imagelab.model.state import State
from imagelab.notebook.bars import Bars
from imagelab.notebook.hints import show_hints, unseen
from imagelab.notebook.screen import Screen


@magics_class
class Magics(BaseMagics):
    """Magics on the current lab. A command that fails never raises."""

    # Templates such as {{.ID}} must reach docker as they were typed.
    @no_var_expand
    @line_cell_magic
    def docker(self, line: str, cell: str | None = None) -> None:
        """Run a docker command line in the lab; as a cell magic, the cell is its input.

        A container that reads from a terminal opens an input line where there is no cell.
        """
        lab = current()
        before = lab.state
        try:
            words = shlex.split(line)
        except ValueError:
            lab.docker(line).show()  # it says what is wrong with the line
            return
        screen = Screen()
        with Bars(screen, lab.language) as bars:
            io = Io(screen.out, screen.err, folder=Path.cwd(), cell=True, tell=bars.tell)
            if cell is None:
                io.read_line = partial(_read_line, screen, bars)
            else:
                io.stdin = BytesIO(cell.encode())
            code = execute(lab.daemon, words, io)
        screen.end(code)
        found = hints(before, lab.state, words, code, screen.text(2), screen.text(1))
        show_hints(lab.language, [*_of_folder(lab), *unseen(lab.hints_seen, found, code)],
                   screen.unanswered)

    @no_var_expand
    @line_magic
    def why(self, line: str) -> None:
        """Explain why the last docker command failed, or the step whose number is given."""
        from imagelab.course.why.shown import typed

        lab = current()
        display(typed(lab.daemon.typed, line, lab.language))  # type: ignore[no-untyped-call]

    @no_var_expand
    @cell_magic
    def lab(self, line: str, cell: str) -> None:
        """Type the cell's lines into the lab's terminal: docker, ls, cat, cd, pipes and loops."""
        lab = current()
        screen = Screen()
        typed = "\n".join(filter(None, (line, cell)))
        found = [hint for each in typed.splitlines() for hint in slips(each)]

        def told(
            words: list[str], before: State, after: State, code: int, out: str, err: str,
        ) -> None:
            found.extend(unseen(
                lab.hints_seen, hints(before, after, words, code, err, out), code))

        with Bars(screen, lab.language) as bars:
            lab.shell.run(typed, screen.emit, told, bars.tell)
        screen.flush()
        show_hints(
            lab.language, [*_of_folder(lab), *found, *programs_not_found(screen.text(2))],
            "cell_ended" if lab.shell.starved else "")


def _of_folder(lab: Lab) -> list[Hint]:
    """Return what there is to say, once, of a lab whose folder cannot be written."""
    return unseen(lab.hints_seen, [hint("read_only")] if lab.daemon.is_read_only else [], 0)


def _read_line(screen: Screen, bars: Bars) -> bytes:
    bars.end()
    return screen.read_line()
