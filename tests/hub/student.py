"""A student at a hub: logs in as a browser does, and then works on a server of their own."""

from __future__ import annotations

import json
import time
import urllib.request
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode

from tests.remote import Remote


def logged_in(hub: str, name: str, password: str) -> Remote:
    """Log in, wait for the server that starts, and return it.

    Raises:
        urllib.error.HTTPError: the hub says no.
        TimeoutError: the server does not start.
    """
    browser = _Browser(hub)
    browser.ask("login")
    browser.ask("login", {"username": name, "password": password, "_xsrf": browser.xsrf()})
    browser.ask("spawn")
    for _ in range(1800):
        if browser.api(f"users/{name}")["servers"].get("", {}).get("ready"):
            token = browser.api(f"users/{name}/tokens", {"note": "for what a page would do"})
            return Remote(f"{hub}/user/{name}", token["token"])
        time.sleep(0.1)
    raise TimeoutError(f"the server of {name} has not started")


class _Browser:
    """Cookies, and the hub's word against forged requests."""

    def __init__(self, hub: str) -> None:
        self._address = f"{hub}/hub"
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies))

    def xsrf(self) -> str:
        return next(each.value or "" for each in self._cookies if each.name == "_xsrf")

    def ask(self, path: str, form: dict[str, str] | None = None) -> None:
        self._open(urllib.request.Request(
            f"{self._address}/{path}", data=urlencode(form).encode() if form else None))

    def api(self, path: str, body: Any = None) -> Any:
        return json.loads(self._open(urllib.request.Request(
            f"{self._address}/api/{path}", data=json.dumps(body).encode() if body else None,
            headers={"X-XSRFToken": self.xsrf(), "Content-Type": "application/json",
                     "Referer": f"{self._address}/home"})))

    def _open(self, request: urllib.request.Request) -> bytes:
        with self._opener.open(request, timeout=180) as answer:
            data: bytes = answer.read()
            return data
