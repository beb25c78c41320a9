"""Run lessons and keep what they show: ``python -m tests.keep_lessons notebooks/*/04-rmi.ipynb``.

A stored lesson shows pictures, never widgets: those are of a kernel that is long gone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"


def main(paths: list[str]) -> None:
    # A kernel begins in the lesson's folder; it is to run what stands here.
    os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent)
    for path in map(Path, paths):
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        metadata = dict(notebook.metadata)  # the kernel would put its Python's version there
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        NotebookClient(
            notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}},
            record_timing=False, store_widget_state=False).execute()
        for cell in notebook.cells:
            _without_widgets(cell.get("outputs", []))
            _join_streams(cell.get("outputs", []))
        notebook.metadata = nbformat.from_dict(metadata)  # type: ignore[no-untyped-call]
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]


def _join_streams(outputs: list[Any]) -> None:
    """Make one of a stream's neighbouring pieces: where it was cut is chance.

    As they came; nbclient would carry out the carriage returns in them.
    """
    for place in range(len(outputs) - 1, 0, -1):
        above, own = outputs[place - 1], outputs[place]
        if above.get("name") == own.get("name") and own["output_type"] == "stream":
            above["text"] += own["text"]
            del outputs[place]


def _without_widgets(outputs: list[Any]) -> None:
    for output in outputs:
        output.get("data", {}).pop(WIDGET, None)


if __name__ == "__main__":
    main(sys.argv[1:])
