"""Archives of images and containers: save, load, import, export."""

from __future__ import annotations

from imagelab.api.routes import Route

ROUTES: tuple[Route, ...] = ()
