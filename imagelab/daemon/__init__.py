"""The daemon: a state that commands change in turn, with a journal, a clock and listeners."""

from imagelab.daemon.daemon import Daemon

__all__ = ["Daemon"]
