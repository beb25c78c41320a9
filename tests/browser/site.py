"""A built site behind Python's own static server, and notebooks in it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

from imagelab.cli import main
from tests.browser.jupyter import LAB, Notebook, Server


class Site(Server):
    """A site that is served.

    Attributes:
        sent: bytes of files that browsers got so far.
    """

    def __init__(self, address: str, folder: Path) -> None:
        super().__init__(LAB, address, folder)
        self.sent = 0

    def url(self, path: str) -> str:
        """Return the address of a notebook's page."""
        return f"{self.address}/lab/index.html?path={quote(path)}"


def build(folder: Path, *options: str) -> None:
    """Build a site as a teacher does."""
    assert main(["site", str(folder), *options]) == 0
    # Lets tests speak to JupyterLab; a teacher's site has no need of it.
    settings = folder / "jupyter-lite.json"
    content = json.loads(settings.read_text("utf-8"))
    content["jupyter-config-data"]["exposeAppInBrowser"] = True
    settings.write_text(json.dumps(content), "utf-8")


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve a folder with Python's own server, in a thread."""
    class Handler(SimpleHTTPRequestHandler):
        def copyfile(self, source: Any, outputfile: Any) -> None:
            data = source.read()
            site.sent += len(data)
            with suppress(ConnectionError):  # the page is gone
                outputfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    site = Site(f"http://127.0.0.1:{server.server_address[1]}", folder)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Visit:
    """A browser of its own, as if of another person, that nothing but the site answers.

    Attributes:
        context: Playwright's.
        page: its page.
        outside: addresses elsewhere that anything in it asked for.
    """

    def __init__(self, browser: Any, site: Site) -> None:
        self.outside: list[str] = []
        self._site = site
        self.context = browser.new_context(viewport={"width": 1400, "height": 1000})
        self.context.on("request", self._note)
        self.page = self.context.new_page()

    def close(self) -> None:
        """End it; what it stored is gone."""
        self.context.close()

    def write(self, path: str, cells: Sequence[str]) -> str:
        """Write a notebook into the browser's storage, with JupyterLab open; return its path."""
        made: list[dict[str, Any]] = [
            {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [],
             "execution_count": None, "source": source}
            for number, source in enumerate(cells)]
        kernel = {"name": "python", "display_name": "Python (Pyodide)", "language": "python"}
        self.page.evaluate(_SAVE, [path, {
            "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": made}])
        return path

    def open(self, path: str) -> Notebook:
        """Open a notebook, and wait until its kernel answers."""
        return Notebook(self.page, self._site, path)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((f"{self._site.address}/", "data:", "blob:")):
            self.outside.append(request.url)


_SAVE = """async ([path, content]) => {
    const { contents } = window.jupyterapp.serviceManager;
    await contents.save(path, { type: "notebook", format: "json", content });
}"""
