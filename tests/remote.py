"""Notebooks run on a Jupyter server as a front end runs them: over HTTP and a WebSocket."""

from __future__ import annotations

import configparser
import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psutil
from websocket import create_connection

ROOT = Path(__file__).parent.parent
#: What a front end shows of a cell, by the type of the message that brings it.
_SHOWN = ("stream", "execute_result", "display_data", "error")
#: Tags of cells that nbval does not run, or does not compare.
_NOT_RUN = "nbval-skip"
_NOT_COMPARED = frozenset({"nbval-ignore-output", "raises-exception"})


def first_lesson(language: str) -> Path:
    """Return the path of a language's first lesson, below the notebooks' folder."""
    folder = ROOT / "notebooks"
    return min((folder / language).glob("*.ipynb")).relative_to(folder)


class Remote:
    """A Jupyter server.

    Attributes:
        address: without a slash at its end.
        token: that it knows us by.
    """

    def __init__(self, address: str, token: str) -> None:
        self.address = address
        self.token = token

    def get(self, path: str) -> bytes:
        """Return what the server says at a path.

        Raises:
            urllib.error.HTTPError: it says no.
        """
        return self._ask("GET", path)

    def ask(self, path: str, body: Any = None) -> Any:
        """Ask its API, with a body as POST, and return the answer.

        Raises:
            urllib.error.HTTPError: it says no.
        """
        return json.loads(self._ask("GET" if body is None else "POST", f"api/{path}", body))

    @contextmanager
    def kernel(self, notebook: str) -> Iterator[Kernel]:
        """Start a kernel for a notebook, whose path the server's folder is the root of."""
        session = self.ask("sessions", {
            "path": notebook, "name": notebook, "type": "notebook",
            "kernel": {"name": "python3"}})
        kernel = session["kernel"]["id"]
        connection = create_connection(
            f"{self.address.replace('http', 'ws', 1)}/api/kernels/{kernel}/channels",
            header=[f"Authorization: token {self.token}"], timeout=120)
        try:
            yield Kernel(connection)
        finally:
            connection.close()
            self._ask("DELETE", f"api/sessions/{session['id']}")

    def type(self, line: str) -> str:
        """Type a line in a new terminal, and return what stands there when it has ended."""
        name = self.ask("terminals", {})["name"]
        connection = create_connection(
            f"{self.address.replace('http', 'ws', 1)}/terminals/websocket/{name}",
            header=[f"Authorization: token {self.token}"], timeout=60)
        shown = ""
        try:
            connection.send(json.dumps(["stdin", f"{line}; echo ended$((1))\r"]))
            while "ended1" not in shown:
                kind, *content = json.loads(connection.recv())
                shown += content[0] if kind == "stdout" else ""
        finally:
            connection.close()
            self._ask("DELETE", f"api/terminals/{name}")
        return shown

    def _ask(self, method: str, path: str, body: Any = None) -> bytes:
        request = urllib.request.Request(
            f"{self.address}/{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"token {self.token}", "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            data: bytes = answer.read()
            return data


class Kernel:
    """A kernel behind a WebSocket."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._session = uuid4().hex

    def run(self, code: str) -> list[dict[str, Any]]:
        """Run a cell, and return its outputs as a notebook keeps them."""
        asked = uuid4().hex
        self._connection.send(json.dumps({
            "channel": "shell", "parent_header": {}, "metadata": {},
            "header": {"msg_id": asked, "msg_type": "execute_request", "version": "5.3",
                       "username": "", "session": self._session, "date": ""},
            "content": {"code": code, "silent": False, "store_history": True,
                        "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}}))
        outputs: list[dict[str, Any]] = []
        while True:
            message = json.loads(self._connection.recv())
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind in _SHOWN:
                outputs.append({"output_type": kind, **content})
            elif kind == "status" and content["execution_state"] == "idle":
                return outputs

    def run_lesson(self, notebook: Path) -> float:
        """Run a notebook's cells, and return the seconds until the first one had its outputs.

        Raises:
            AssertionError: a cell shows something else than the notebook keeps.
        """
        begin, first = time.perf_counter(), 0.0
        for cell in json.loads(notebook.read_text("utf-8"))["cells"]:
            tags = frozenset(cell["metadata"].get("tags", ()))
            if cell["cell_type"] != "code" or _NOT_RUN in tags:
                continue
            source = "".join(cell["source"])
            outputs = self.run(source)
            first = first or time.perf_counter() - begin
            if not tags & _NOT_COMPARED:
                shown, kept = (_text(each, cell["outputs"]) for each in (outputs, cell["outputs"]))
                assert shown == kept, f"{notebook.name}: {source}\n{shown}\nis not\n{kept}"
        return first


def _text(outputs: list[Any], kept: list[Any]) -> dict[str, str]:
    """Return the text of outputs by kind, of those kinds that a notebook keeps.

    It keeps pictures where a running kernel shows a widget, too. How often a stream was flushed
    says nothing.
    """
    kinds = {kind for output in kept for kind in output.get("data", ())}
    found: dict[str, str] = {}
    for output in outputs:
        parts = {output["name"]: output["text"]} if output["output_type"] == "stream" else {
            kind: text for kind, text in output.get("data", {"error": output}).items()
            if kind in kinds or kind == "error"}
        for kind, text in parts.items():
            found[kind] = found.get(kind, "") + ("".join(text) if _is_text(text) else repr(text))
    return {kind: _sanitized(text) for kind, text in found.items()}


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (
        isinstance(value, list) and all(isinstance(line, str) for line in value))


def _sanitized(text: str) -> str:
    """Leave out what was written over, and what may differ between two machines, as nbval does."""
    text = re.sub(r".*\r(?=[^\n])", "", text)
    rules = configparser.RawConfigParser()
    rules.read(ROOT / "tests/nbval.cfg", "utf-8")
    for name in rules.sections():
        text = re.sub(rules[name]["regex"], rules[name]["replace"], text)
    return text


def memory(pid: int) -> int:
    """Return the bytes that a process and all below it have: of shared memory, their share."""
    process = psutil.Process(pid)
    return sum(each.memory_full_info().pss
               for each in (process, *process.children(recursive=True)))
