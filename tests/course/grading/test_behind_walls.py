"""Grading as ``imagelab grade`` does it: in processes of their own, by the course's levels."""

import base64
import hashlib
import json
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

from imagelab import Lab
from imagelab.course.grading.grades import grades
from imagelab.course.grading.judge import Task, grade
from imagelab.course.grading.submissions import submissions
from imagelab.course.levels.library import own
from imagelab.course.progress import file, recorder
from imagelab.course.replay.crew import run


def fail(key: str, values: object) -> None:
    raise AssertionError((key, values))


def test_a_student_s_level_is_graded(tmp_path: Path) -> None:
    level = next(iter(own()))
    folder = tmp_path / "kim"
    folder.mkdir()
    lab = Lab.level(level, folder=folder)
    assert lab.play is not None
    recorder.record(lab.play, folder / file.NAME, fail)
    lab.shell.folder = folder
    lab.shell.run(lab.play.level.solution, lambda *_: None)
    assert lab.play.check().passed
    (row,) = grades(submissions([tmp_path], "en"), "en", 1).rows
    assert row.points[level] == own()[level].get("difficulty", 1)
    assert row.remarks == ()


def test_archives_that_nobody_should_send_are_an_attempt_that_fails() -> None:
    deep = _archive({"manifest.json": b"[" * 100_000})
    paths = _archive({"manifest.json": json.dumps([
        {"Config": "../../etc/passwd", "RepoTags": ["a:1"], "Layers": ["/etc/passwd"]}]).encode()})
    numbers = _archive({"manifest.json": b'[{"Config": ' + b"9" * 10_000 + b"}]"})
    level = next(iter(own()))
    tasks = [Task(level, 0, _loading(data), "en") for data in (deep, paths, numbers, b"PK\x03\x04")]
    results = [result for _, result in run(grade, tasks, seconds=60, processes=1)]
    assert len(results) == len(tasks)
    for result in results:
        assert not isinstance(result, Exception)
        assert not result.passed


def _archive(files: dict[str, bytes]) -> bytes:
    import tarfile

    out = BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, BytesIO(data))
    return out.getvalue()


def _loading(data: bytes) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    step = {"words": ["load"], "folder": "/", "stdin": [digest, len(data)]}
    return {"version": 1, "steps": [step],
            "contents": {digest: base64.b64encode(zlib.compress(data)).decode()}}
