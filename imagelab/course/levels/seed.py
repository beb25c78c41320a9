"""Which variants of levels a learner gets: neighbours others, the same learner always the same."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping

#: Digits of a seed that is given; there are fewer variants than that.
_MOST = 9


def default_seed(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return ``IMAGELAB_SEED``, else a number of the JupyterHub user's name; None without both."""
    own = environment.get("IMAGELAB_SEED", "")
    if own.isascii() and own.isdigit() and len(own) <= _MOST:
        return int(own)
    user = environment.get("JUPYTERHUB_USER", "")
    return zlib.crc32(user.encode()) if user else None
