"""Kernels for tests, each on sockets in a folder of its own.

Over TCP, Jupyter chooses a kernel's ports and leaves them free until the kernel has started; where
several tests run at once, another one takes such a port meanwhile, and the kernel dies.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from jupyter_client.manager import KernelManager

_FOLDER = tempfile.mkdtemp(prefix="kernels-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)


class Manager(KernelManager):
    """A manager of a kernel that nothing else can take the sockets of."""

    def __init__(self, **options: Any) -> None:
        if os.name != "nt":  # there, ZeroMQ has TCP alone
            options |= {"transport": "ipc", "connection_file": f"{_FOLDER}/{uuid4().hex}.json"}
        super().__init__(**options)


@contextmanager
def started() -> Iterator[Any]:
    """Start a kernel, give a client of it whose channels are open, and end it."""
    manager = Manager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
        with warnings.catch_warnings():
            # jupyter_client leaves its sockets to the garbage collector.
            warnings.simplefilter("ignore", ResourceWarning)
            del client, manager
            gc.collect()


def pytest_configure(config: pytest.Config) -> None:
    """As a plugin (``-p tests.kernels``): give nbval's notebooks such kernels."""
    from nbval import kernel

    kernel.KernelManager = Manager
