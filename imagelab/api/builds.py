"""``POST /build`` and the pruning of its cache."""

from __future__ import annotations

from imagelab.api.routes import Route

ROUTES: tuple[Route, ...] = ()
