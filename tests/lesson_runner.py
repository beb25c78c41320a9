"""Run a lesson's cells with the standard library only and print what each one shows.

``python lesson_runner.py NOTEBOOK`` prints one JSON list: for each code cell its standard output
and error and the text of its last value, or null where the cell needs pandas, IPython, or
jsonschema for a level's file. So a lesson can be compared between Pythons that have no Jupyter.
Hints, which are displays, are left out.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import shlex
import sys
from pathlib import Path
from typing import Any


def main(path: str) -> None:
    cells = json.loads(Path(path).read_text("utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown = [
        _run("".join(cell["source"]), names) for cell in cells if cell["cell_type"] == "code"]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print(json.dumps(shown))


def _run(source: str, names: dict[str, Any]) -> dict[str, str] | None:
    import imagelab

    if "frames" in source or source == "%why" or source.endswith(".toml"):
        return None
    if source == "%check" and imagelab.current().play is None:
        return None  # its level is one of those that were left out
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        if source.startswith(("%docker", "%%docker")):
            line, _, body = source.partition("\n")
            imagelab.current().docker(shlex.split(line)[1:], body and f"{body}\n").show()
            value = None
        elif source.startswith("%%lab\n"):
            streams = {1: out, 2: err}
            imagelab.current().shell.run(
                source.partition("\n")[2],
                lambda stream, data: streams[stream].write(data.decode("utf-8", "replace")))
            value = None
        elif source.startswith(("%level ", "%check")):
            value = _level(source.split(), names)
        else:
            value = _python(source.replace("%load_ext imagelab", ""), names)
    return {"stdout": out.getvalue(), "stderr": err.getvalue(),
            "value": "" if value is None else repr(value)}


def _level(words: list[str], names: dict[str, Any]) -> Any:
    """Begin a level, or check the one that is played, as the magics do."""
    import imagelab
    from imagelab.course.levels import notes
    from imagelab.course.levels.card import card

    lab = imagelab.current()
    language = lab.language
    if words[0] == "%level":
        lab = names["lab"] = imagelab.use(imagelab.Lab.level(words[1], language=language))
    assert lab.play is not None, "a level is begun first"
    return notes.check(lab.play, language) if words[0] == "%check" else card(
        lab.play, lambda: language)


def _python(source: str, names: dict[str, Any]) -> Any:
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    if last is None:
        return None
    assert isinstance(last, ast.Expr)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


if __name__ == "__main__":
    main(sys.argv[1])
