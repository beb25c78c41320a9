"""How long something may take, on a machine that may be busy with other things."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

#: How many times longer than alone it may take on a busy machine; so long nothing may wait.
_BUSY = 30
#: How many times longer it may take than in CPython, where another Python runs the tests.
slower = 1


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Assert that what is done takes no more than so many seconds of a processor.

    By the clock it may take longer, for other tests run beside it; but not as long as what waits
    for something that does not come.
    """
    clock, processor = time.monotonic(), time.process_time()
    yield
    assert time.process_time() - processor < seconds * slower
    assert time.monotonic() - clock < seconds * slower * _BUSY
