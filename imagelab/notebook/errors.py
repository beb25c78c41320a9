"""What a notebook shows of an error that the lab raised at a learner: one line, and a hint."""

from __future__ import annotations

import linecache
from traceback import walk_tb
from types import TracebackType
from typing import Any

from imagelab.course.hints import hints
from imagelab.lab import current
from imagelab.model.outcome import EngineError, NotFound
from imagelab.notebook.hints import show_hints
from imagelab.storage.errors import StorageError
from imagelab.views.small_frame import NeedsPandas

#: What the lab raises where somebody asked for something that is not there, or not to be had.
MEANT_FOR_LEARNERS = (EngineError, StorageError, ValueError, NeedsPandas)


def register(shell: Any) -> None:
    """Have an IPython shell show such errors without the lab's own lines; ``%tb`` shows all."""
    shell.set_custom_exc(MEANT_FOR_LEARNERS, show)


def show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show an error, as IPython's handlers do, and return the lines."""
    if not _is_of_the_lab(trace):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return []
    lines = [*_typed(trace), *shell.InteractiveTB.get_exception_only(kind, error)]
    shell._get_exc_info((kind, error, trace))  # keeps it for %tb
    shell._showtraceback(kind, error, lines)
    if isinstance(error, NotFound):
        lab = current()
        show_hints(lab.language, hints(
            lab.state, lab.state, (), 1, f"Error response from daemon: {error}\n"))
    return lines


def _is_of_the_lab(trace: TracebackType | None) -> bool:
    modules = [frame.f_globals.get("__name__", "") for frame, _ in walk_tb(trace)]
    return bool(modules) and modules[-1].partition(".")[0] == "imagelab"


def _typed(trace: TracebackType | None) -> list[str]:
    """Return the learner's line that asked: the last one before the lab's own."""
    lines = [linecache.getline(frame.f_code.co_filename, line).strip()
             for frame, line in walk_tb(trace)
             if frame.f_globals.get("__name__") == "__main__"]
    return [line for line in lines[-1:] if not line.startswith("get_ipython()")]  # it was a magic
