"""What students handed in: files of progress, or folders that hold some, one for each student."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from imagelab.course.progress.file import NAME, read
from imagelab.course.progress.record import Progress, ProgressError, merge
from imagelab.messages import text

_SUFFIX = ".json"
#: Files that are looked at in one student's folder, and files of progress that count.
_MAX_FILES, _MAX_READ = 10_000, 20


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    Attributes:
        student: the name of the file or folder; that of its folder, if the file has the name that
            all have; the whole path, where others have the same name.
        progress: all that is in it, the best of several files.
        faults: what cannot be read of it, a line each.
    """

    student: str
    progress: Progress
    faults: tuple[str, ...]


def submissions(places: Sequence[Path], language: str) -> list[Submission]:
    """Return what was handed in, by the students' names.

    Args:
        places: files of progress; or folders, of which each file or folder in it is a student's.
        language: of what is said of files that cannot be read.

    Raises:
        OSError: a place cannot be looked into.
    """
    for place in places:
        place.stat()
    found = [each for place in places for each in (_entries(place) if place.is_dir() else [place])]
    found = list(dict.fromkeys(Path(os.path.abspath(each)) for each in found))
    count = Counter(map(_student, found))
    names = {each: _student(each) if count[_student(each)] == 1 else str(each) for each in found}
    return sorted((_submission(each, name, language) for each, name in names.items()),
                  key=lambda each: each.student)


def _student(place: Path) -> str:
    is_common = place.name == NAME and not place.is_dir()
    return place.parent.name if is_common else place.name.removesuffix(_SUFFIX)


def _entries(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        is_file = entry.is_file(follow_symlinks=False) and entry.name.endswith(_SUFFIX)
        if not entry.name.startswith(".") and (is_file or entry.is_dir(follow_symlinks=False)):
            yield Path(entry.path)


def _submission(place: Path, student: str, language: str) -> Submission:
    files = list(_files(place)) if place.is_dir() else [place]
    progress, faults = Progress(), []
    for path in files[:_MAX_READ]:
        try:
            progress = merge(progress, read(path, follow=False))
        except (OSError, ProgressError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            faults.append(text("grade.not_read", language, file=path.name, reason=reason))
    if not files:
        faults.append(text("grade.no_file", language))
    return Submission(student, progress, tuple(faults))


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files of progress in a folder and below; links are not followed."""
    seen = 0
    for below, _, names in os.walk(folder):
        for name in sorted(names):
            seen += 1
            if seen > _MAX_FILES:
                return
            if name.startswith("imagelab-progress") and name.endswith(_SUFFIX):
                yield Path(below, name)
