"""Networks."""

from __future__ import annotations

from imagelab.api.routes import Route

ROUTES: tuple[Route, ...] = ()
