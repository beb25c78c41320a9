"""What goes beyond this Python: other servers, other programs."""

from __future__ import annotations

from threading import Thread

from imagelab.model.outcome import Unsimulated


def check_local(wish: str) -> None:
    """Check that threads can start here; in a browser none can, nor is there a socket or a process.

    Args:
        wish: what needs that, to follow ``imagelab cannot``.

    Raises:
        Unsimulated: they cannot.
    """
    try:
        thread = Thread(target=bool)
        thread.start()
    except RuntimeError:
        raise Unsimulated(
            f"imagelab cannot {wish} in a browser: use a lab on your own computer "
            '(pip install "imagelab[lab]", then imagelab lab)') from None
    thread.join()
