"""Credentials that a client sends along with a command: ``X-Registry-Auth``."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from imagelab.api.request import Request
from imagelab.api.service import Service
from imagelab.formats.json_text import parsed

HEADER = "x-registry-auth"


async def recognize(service: Service, request: Request, server: str) -> None:
    """Let the lab see whom the credentials are of; what is none is passed over, as on a daemon."""
    sent = _sent(request.headers.get(HEADER, ""))
    user, password = sent.get("username"), sent.get("password")
    if isinstance(user, str) and isinstance(password, str):
        await service.call(service.daemon.recognize, server, user, password)


def _sent(header: str) -> dict[str, Any]:
    try:
        padded = header + "=" * (-len(header) % 4)
        document = parsed(base64.b64decode(padded, b"-_", validate=True))
    except (binascii.Error, ValueError):
        return {}
    return document if isinstance(document, dict) else {}
