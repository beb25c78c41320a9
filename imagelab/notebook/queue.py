"""The cell that runs: what it is, who waits for it, and whether further ones do (Run All)."""

from __future__ import annotations

from typing import Any


def more_cells_wait() -> bool:
    """Return whether the front end has sent requests that the kernel has not begun."""
    from IPython.core.getipython import get_ipython

    kernel = getattr(get_ipython(), "kernel", None)
    return _in_line() > 1 or _arrived(kernel)


def holds_one_command() -> bool:
    """Whether the cell that runs is a cell magic, or one line that is a magic, and nothing else."""
    code = str(_request().get("code", "")).strip()
    return code.startswith("%%") or (code.startswith("%") and "\n" not in code)


def someone_watches() -> bool:
    """Whether a person may be at the front end: programs that run notebooks take no input."""
    return bool(_request().get("allow_stdin"))


def _request() -> dict[str, Any]:
    """Return what the front end asked for when it sent the cell; nothing outside a kernel."""
    from IPython.core.getipython import get_ipython

    kernel: Any = getattr(get_ipython(), "kernel", None)
    try:
        return dict(kernel.get_parent("shell")["content"])
    except (AttributeError, KeyError, TypeError):
        return {}


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
