"""The cell that runs: what it is, and whether further ones wait for it, as under Run All."""

from __future__ import annotations

from typing import Any

from imagelab.widgets.kernel import kernel, request


def more_cells_wait() -> bool:
    """Return whether the front end has sent requests that the kernel has not begun.

    A kernel in the page (JupyterLite) cannot know: the page hands it one after the other.
    """
    return _in_line() > 1 or _arrived(kernel())


def holds_one_command() -> bool:
    """Whether the cell that runs is a cell magic, or one line that is a magic, and nothing else."""
    code = str(request().get("code", "")).strip()
    return code.startswith("%%") or (code.startswith("%") and "\n" not in code)


def _in_line() -> int:
    """Return how many requests ipykernel 7 has taken up, the one that runs among them."""
    import asyncio

    try:
        tasks = asyncio.all_tasks()
    except RuntimeError:  # no event loop: a plain IPython
        return 0
    names = (getattr(task.get_coro(), "__name__", "") for task in tasks)
    return sum(name == "run_in_context" for name in names)


def _arrived(kernel: Any) -> bool:
    """Return whether requests lie where nobody has looked at them yet."""
    socket = _socket(kernel)
    if socket is None:
        return False
    import zmq

    return bool(socket.getsockopt(zmq.EVENTS) & zmq.POLLIN)


def _socket(kernel: Any) -> Any:
    """Return what brings requests to the thread that runs cells; None if it cannot be found."""
    thread = getattr(kernel, "shell_channel_thread", None)
    try:
        if thread is not None:  # ipykernel 7: another thread receives them and hands them on
            return thread.manager.get_shell_channel_to_subshell_pair(None).to_socket
        return kernel.shell_stream.socket
    except AttributeError:
        return None
