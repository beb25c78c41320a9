"""What a client is explained when the lab itself fails."""

from __future__ import annotations

import logging

from imagelab.model.outcome import EngineError
from imagelab.storage.errors import StorageError

log = logging.getLogger("imagelab.api")


def explained(error: Exception) -> EngineError:
    """Return what to answer where a request ended with an error of whatever kind.

    What nobody foresaw is logged with where it came from; a client gets none of that.
    """
    if isinstance(error, EngineError):
        return error
    if isinstance(error, StorageError):
        return EngineError(f"imagelab: {error}")
    log.error("a request could not be answered", exc_info=error)
    if isinstance(error, MemoryError):
        return EngineError("imagelab: there is not enough memory for this")
    if isinstance(error, RecursionError):
        return EngineError("imagelab: this is nested too deeply")
    return EngineError("imagelab: this request met a fault in the lab itself")
