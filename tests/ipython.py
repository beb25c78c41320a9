"""An IPython of a test's own."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def ipython() -> Iterator[Any]:
    """Give an IPython with the lab's magics.

    It keeps no history: neither in the user's file, nor in a thread. At the end of the process
    there is nothing to tidy up, which takes each IPython that is still known some 0.3 s.
    """
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.run_line_magic("load_ext", "imagelab")
    yield shell
    InteractiveShell.clear_instance()
    atexit.unregister(shell.atexit_operations)
