"""The upkeep of a kept lab in a terminal: ``imagelab doctor`` and ``imagelab gc``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from imagelab.formats.printable import printable
from imagelab.formats.units import human_size
from imagelab.messages import text
from imagelab.storage.doctor import DAMAGED, Finding, Report, examine
from imagelab.storage.store import Store
from imagelab.storage.sweep import sweep


def doctor(folder: Path, language: str, *, repair: bool) -> int:
    """Say whether a lab is whole, and mend what can be; return the exit code.

    Raises:
        StorageError: there is no lab, or it cannot be read at all.
    """
    store = Store.open(folder, new=False)
    try:
        report = examine(store, repair=repair)
    finally:
        store.close()
    for finding in _together(report.findings):
        print(_line(finding, language))
    if any(finding.kind == "database" for finding in report.findings):
        print(text("upkeep.no_database", language))
        return 1
    print(text("upkeep.looked", language, folder=folder, steps=report.steps,
               objects=report.objects, blobs=report.blobs))
    print(text(f"upkeep.{_verdict(report, repair=repair)}", language))
    if repair and (folder / DAMAGED).is_dir():
        print(text("upkeep.put_aside", language, folder=folder / DAMAGED))
    return 0 if report.is_clean else 1


def _verdict(report: Report, *, repair: bool) -> str:
    if report.is_clean:
        return "mended_all" if report.findings else "clean"
    return "left" if repair else "try_repair"


def _together(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yield the findings, those of all steps with the same trouble as one."""
    def trouble(finding: Finding) -> tuple[str, str, bool] | Finding:
        is_step = finding.kind == "step"
        return (finding.kind, finding.detail, finding.is_mended) if is_step else finding

    for _, group in groupby(findings, trouble):
        first, *others = group
        yield replace(first, name=f"{first.name}-{others[-1].name}") if others else first


def _line(finding: Finding, language: str) -> str:
    line = text(f"upkeep.{finding.kind}", language, name=printable(finding.name),
                detail=printable(finding.detail))
    return f"{text('upkeep.mended', language)} {line}" if finding.is_mended else line


def collect(folder: Path, language: str, *, forget: bool) -> int:
    """Free what nothing in a lab needs, and say how much; return the exit code.

    Raises:
        StorageError: there is no lab, or it cannot be read or written.
    """
    store = Store.open(folder, new=False)
    try:
        forgotten = store.forget_steps() if forget else 0
        swept = sweep(store)
    finally:
        store.close()
    if forget:
        print(text("upkeep.forgotten", language, steps=forgotten))
    print(text("upkeep.freed", language, size=human_size(swept.bytes), blobs=swept.blobs,
               objects=swept.objects, files=swept.files))
    return 0
