"""JupyterLab and Notebook 7 in a real browser: a server, and notebooks opened in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TOKEN = "lesson"


@dataclass(frozen=True)
class Front:
    """One of Jupyter's front ends.

    Attributes:
        name: for names of tests and screenshots.
        command: what starts its server, after the interpreter.
        path: of a notebook's page on that server, with the notebook's own path to come.
    """

    name: str
    command: Sequence[str]
    path: str


LAB = Front("lab", ["-m", "imagelab", "lab"], "lab/tree")
NOTEBOOK = Front("notebook", ["-m", "notebook", "--allow-root"], "notebooks")


class Server:
    """A Jupyter server on a folder of its own.

    Attributes:
        front: what it serves.
        address: of the server, without a slash at its end.
        notebooks: the folder that it shows.
    """

    def __init__(self, front: Front, address: str, notebooks: Path) -> None:
        self.front = front
        self.address = address
        self.notebooks = notebooks

    def url(self, path: str) -> str:
        """Return the address of a notebook's page."""
        fresh = "&reset" if self.front is LAB else ""
        return f"{self.address}/{self.front.path}/{path}?token={TOKEN}{fresh}"

    def write(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook with these cells, none of them run, and return its path."""
        notebook = {
            "nbformat": 4, "nbformat_minor": 5,
            "metadata": {"kernelspec": {
                "name": "python3", "display_name": "Python 3", "language": "python"}},
            "cells": [
                {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "outputs": [],
                 "execution_count": None, "source": source}
                for number, source in enumerate(cells)],
        }
        (self.notebooks / f"{name}.ipynb").write_text(json.dumps(notebook), "utf-8")
        return f"{name}.ipynb"

    def end_kernels(self) -> None:
        """Shut down all kernels, as an end of the server would."""
        for kernel in self._ask("GET", "kernels"):
            self._ask("DELETE", f"kernels/{kernel['id']}")

    def _ask(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            f"{self.address}/api/{path}", method=method,
            headers={"Authorization": f"token {TOKEN}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or "null")


@contextmanager
def serving(front: Front, folder: Path) -> Iterator[Server]:
    """Run a server in a folder, on copies of the package, its extension and the lessons."""
    for name in ("notebooks", "imagelab"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "labextension", folder / "share/labextensions/imagelab")
    environment = {
        **os.environ, "HOME": str(folder), "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"), "JUPYTER_RUNTIME_DIR": str(folder / "run"),
        "JUPYTER_TOKEN": TOKEN, "JUPYTER_PORT": "0", "BROWSER": "true",
        "PYTHONPATH": str(folder), "JUPYTER_ALLOW_ROOT": "1",
        "JUPYTER_PATH": str(folder / "share"),  # comes before what is installed
    }
    options = [*front.command, "--no-browser", "--expose-app-in-browser"]
    if front is NOTEBOOK:
        options.append(f"--notebook-dir={folder / 'notebooks'}")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *options], cwd=folder, env=environment, stdout=log,
            stderr=subprocess.STDOUT)
    try:
        server = Server(front, _address(process, folder), folder / "notebooks")
        _wait_for(f"{server.address}/api?token={TOKEN}", folder / "log")
        yield server
    finally:
        process.terminate()  # and with it, its kernels
        process.wait(20)


def _address(process: subprocess.Popen[bytes], folder: Path) -> str:
    """Return where the server listens, as it says itself: it chose the port."""
    said = folder / "run" / f"jpserver-{process.pid}.json"
    for _ in range(240):
        with suppress(OSError, ValueError):
            return f"http://127.0.0.1:{json.loads(said.read_text('utf-8'))['port']}"
        time.sleep(0.25)
    pytest.fail(f"Jupyter did not start:\n{(folder / 'log').read_text('utf-8')}")


def _wait_for(url: str, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"Jupyter did not start:\n{log.read_text('utf-8')}")


class Notebook:
    """A notebook that is open in a page.

    Commands go to Jupyter itself (``--expose-app-in-browser``): its menus are not what is
    tested, and differ from one front end to the other.

    Attributes:
        page: Playwright's page.
        server: where it was opened.
    """

    def __init__(self, page: Any, server: Server, path: str) -> None:
        """Open it, and wait until its own kernel answers.

        Where the page is JupyterLab already, the notebook takes the place of all that was open.
        """
        self.page = page
        self.server = server
        self._path = path
        if server.front is LAB and page.url.startswith(server.address):
            page.evaluate(_OPEN, path)
        else:
            page.goto(server.url(path))
        self._wait_for_kernel()

    def command(self, name: str, **arguments: Any) -> None:
        """Let Jupyter do something, without waiting until it is done."""
        self.page.evaluate(
            "([name, args]) => { window.jupyterapp.commands.execute(name, args) }",
            [name, arguments])

    def run_all(self, seconds: int = 120) -> None:
        """Run all cells, and wait until the last one has its number.

        An idle kernel says little: it is idle, too, before the first cell reaches it. And while
        Jupyter still lays out a notebook it may drop the command, so what did not start is asked
        again.
        """
        before = self.prompts()
        for _ in range(5):
            self.command("notebook:run-all-cells")
            if self.becomes(lambda: self.prompts() != before, seconds=10):
                break
        if not self.becomes(lambda: all(map(str.isdigit, self.prompts())), seconds):
            keep(self.page, "busy")
            pytest.fail(f"the last cell has not run: {self.prompts()}")

    def prompts(self) -> list[str]:
        """What stands in the brackets before each cell: nothing, a star or its number."""
        return [text.strip(" []:") for text in self.page.locator(
            ".jp-Notebook .jp-CodeCell .jp-InputPrompt").all_text_contents()]

    def ask(self, code: str) -> str:
        """Run code in the kernel, as a cell would, and return what it prints."""
        return str(self.page.evaluate(_ASK, code))

    def cell(self, number: int) -> Any:
        """The outputs of a cell, the first one being 0."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(number).locator(".jp-OutputArea")

    def save(self) -> Any:
        """Save the notebook, and return what is then in its file."""
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.context.save()")
        return json.loads((self.server.notebooks / self._path).read_text("utf-8"))

    def reload(self) -> None:
        """Load the page anew, as F5 does."""
        self.page.goto("about:blank")
        self.page.goto(self.server.url(self._path))
        self._wait_for_kernel()

    def restart_kernel(self) -> None:
        """Restart the kernel under the open page."""
        self.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
        self._wait_for_kernel()

    def theme(self, name: str) -> None:
        """Change to the theme ``light`` or ``dark``."""
        self.command("apputils:change-theme", theme=f"JupyterLab {name.title()}")
        light = "true" if name == "light" else "false"
        self.page.locator(f"body[data-jp-theme-light='{light}']").wait_for(
            state="attached")
        self.page.wait_for_timeout(300)  # the theme's style sheet

    def becomes(self, true: Callable[[], bool], seconds: int) -> bool:
        """Whether something comes true in some seconds."""
        for _ in range(seconds * 10):
            if true():
                return True
            self.page.wait_for_timeout(100)
        return False

    def _wait_for_kernel(self) -> None:
        self.page.wait_for_function(_IDLE, timeout=120_000)


#: Nobody is asked whether what was open is to be saved, and its kernels end.
_OPEN = """async (path) => {
    const { commands, serviceManager, shell } = window.jupyterapp;
    for (const widget of [...shell.widgets("main")]) widget.dispose();
    await serviceManager.sessions.shutdownAll();
    await commands.execute("docmanager:open", { path });
}"""

_IDLE = """() => {
    const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
    return Boolean(context?.isReady && context.session?.kernel?.status === "idle");
}"""

_ASK = """async (code) => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code });
    let printed = "";
    future.onIOPub = ({ header, content }) => {
        if (header.msg_type === "stream") printed += content.text;
        if (header.msg_type === "error") printed += content.traceback.join("\\n");
    };
    await future.done;
    return printed;
}"""


def keep(shown: Any, name: str) -> None:
    """Keep a screenshot, of a page or of a part of it, where one is asked for."""
    if folder := os.environ.get("IMAGELAB_SCREENSHOTS"):
        shown.screenshot(path=str(Path(folder) / f"{name}.png"))
