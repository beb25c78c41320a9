"""Registries: images/create, push, search, distribution, auth."""

from __future__ import annotations

from imagelab.api.routes import Route

ROUTES: tuple[Route, ...] = ()
