"""A page that shows a pane in a real browser, without Jupyter: quick, and just what a reader sees.

The widget is the one that a notebook shows; only the way of its messages is another: the page
asks a function of the test, and the answers come back with the function's value.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize

from imagelab.daemon import Daemon
from imagelab.widgets.live import Live
from imagelab.widgets.pane import Pane
from tests.browser.axe import violations

#: Of a page, in pixels.
SIZE: ViewportSize = {"width": 1280, "height": 900}
#: Milliseconds; a little more than the page waits for a typist.
TYPING_PAUSE = 150
_PAGE = """<!doctype html><html lang="en"><head><title>stage</title><style>
body { margin: 12px; font-family: sans-serif; background: #fff; }
body[data-jp-theme-light="false"] { background: #111; }
</style></head><body><main id="stage"></main></body></html>"""
_START = """
async ([script, style, state]) => {
  const sheet = document.createElement("style");
  sheet.textContent = style;
  document.head.append(sheet);
  const address = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  const { default: widget } = await import(address);
  const heard = new Map();
  const model = {
    get: (name) => state[name],
    on: (name, run) => heard.set(name, [...(heard.get(name) ?? []), run]),
    off: (name, run) => heard.set(name, (heard.get(name) ?? []).filter((each) => each !== run)),
    send: async (content) => window.take(await window.kernel(content)),
  };
  window.take = (updates) => {
    for (const update of updates) {
      const changed = Object.keys(update).filter((name) => state[name] !== update[name]);
      Object.assign(state, update);
      for (const name of changed) for (const run of heard.get(`change:${name}`) ?? []) run();
    }
  };
  window.typed = -Infinity;
  document.addEventListener("input", () => { window.typed = performance.now(); }, true);
  window.fire = (name) => { for (const run of heard.get(name) ?? []) run(); };
  window.leave = widget.render({ model, el: document.getElementById("stage") });
}
"""
_TOLD = """
async (pause) => {
  const rest = (time) => new Promise((go) => setTimeout(go, time));
  await rest(10);
  for (let left; (left = pause - (performance.now() - window.typed)) >= 0;) await rest(left + 1);
}
"""
_ANSWERED = """
async (updates) => {
  window.take(updates);
  const end = performance.now() + 10000;
  while (document.querySelector(".imagelab[aria-busy]")) {
    if (performance.now() > end) throw new Error("no answer came");
    await new Promise((go) => setTimeout(go, 5));
  }
}
"""


class _Staged(Live):
    """The widget, its messages kept for the page to fetch."""

    def __init__(self, pane: Pane, daemon: Daemon, language: Callable[[], str]) -> None:
        self.outbox: list[dict[str, Any]] = []
        super().__init__(pane, daemon, language, "gone: run the cell again")
        self._loop = None  # nobody runs the browser's loop between two lines of a test

    def _send(self, msg: dict[str, Any], buffers: Any = None) -> None:
        if msg.get("method") == "update":
            self.outbox.append(msg["state"])

    def fetch(self) -> list[dict[str, Any]]:
        """Return what has been sent since the last time."""
        sent, self.outbox = self.outbox, []
        return sent


class Stage:
    """One pane on a page.

    Attributes:
        page: Playwright's page.
        errors: what no script on the page has caught.
    """

    def __init__(self, page: Any) -> None:
        self.page = page
        self.errors: list[str] = []
        self._live: _Staged | None = None
        page.expose_function("kernel", self._kernel)
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def clear(self) -> None:
        """Begin anew: nothing is left of the last pane, its scripts and what they have done."""
        self._live = None
        self.page.goto("about:blank")
        self.page.set_viewport_size(SIZE)
        self.errors.clear()

    def mount(
        self, pane: Pane, daemon: Daemon, *, language: Callable[[], str] = lambda: "en",
        theme: str = "light",
    ) -> Any:
        """Show a pane and return the locator of its root."""
        self._live = _Staged(pane, daemon, language)
        self.page.set_content(_PAGE)
        self.theme(theme)
        state = {name: getattr(self._live, name) for name in
                 ("head", "main", "side", "foot", "language", "gone", "done")}
        self.page.evaluate(_START, [self._live._esm, self._live._css, state])
        self.settle()
        return self.page.locator(".imagelab")

    def theme(self, theme: str) -> None:
        """Turn the page ``light`` or ``dark``, as JupyterLab marks it."""
        self.page.evaluate(
            "light => document.body.setAttribute('data-jp-theme-light', light)",
            "true" if theme == "light" else "false")

    def settle(self) -> None:
        """Wait for what was typed to be told and for all answers; show what steps changed."""
        assert self._live is not None
        self.page.evaluate(_TOLD, TYPING_PAUSE)
        self.page.evaluate(_ANSWERED, self._live.fetch())

    def violations(self) -> list[str]:
        """Return what axe-core finds that is serious or critical."""
        return violations(self.page)

    def keep(self, name: str) -> None:
        """Keep a screenshot where ``IMAGELAB_SCREENSHOTS`` asks for one."""
        if folder := os.environ.get("IMAGELAB_SCREENSHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def _kernel(self, content: dict[str, Any]) -> list[dict[str, Any]]:
        if self._live is None:
            return []
        self._live._receive(None, content, [])
        return self._live.fetch()
