"""The kernel that this runs in, if it is one, and what asked it to run the cell."""

from __future__ import annotations

import sys
from typing import Any


def kernel() -> Any:
    """Return the notebook's kernel; None in a console or a script."""
    if "IPython" not in sys.modules:
        return None  # where it is not loaded, nothing runs in it
    from IPython.core.getipython import get_ipython

    return getattr(get_ipython(), "kernel", None)


def request() -> dict[str, Any]:
    """Return what the front end sent with the cell that runs; nothing outside a kernel."""
    found = kernel()
    try:
        return dict(_parent(found)["content"])
    except (AttributeError, KeyError, TypeError):
        return {}


def _parent(kernel: Any) -> Any:
    """Return the message that a kernel answers."""
    try:
        return kernel.get_parent("shell")
    except TypeError:  # a kernel in the page (JupyterLite) has one channel, and no names for more
        return kernel.get_parent()


def someone_watches() -> bool:
    """Whether a person may sit at the front end.

    Programs that run notebooks (``nbconvert``, nbval) say that nobody can be asked for input.
    """
    return kernel() is not None and bool(request().get("allow_stdin", True))
