"""Whether a kept lab is what it was: all its digests and references, and what can be mended.

Nothing here trusts what it finds. Mending removes nothing that could still be of use to somebody:
blobs that are not what their names say are put into ``damaged/``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from imagelab.model.content import Blob, digest_of
from imagelab.storage import claims
from imagelab.storage.blobs import files_before
from imagelab.storage.errors import Damaged, StorageError
from imagelab.storage.store import StepRecord, Store
from imagelab.storage.whole import Wholeness

#: Where blobs go that are not what their names say.
DAMAGED = "damaged"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be.

    Attributes:
        kind: of what: ``database``, ``object``, ``blob``, ``journal``, ``step``, ``head``,
            ``layout`` or ``incoming``.
        name: which one.
        detail: what is wrong with it.
        is_mended: whether it is as it should be by now.
    """

    kind: str
    name: str
    detail: str = ""
    is_mended: bool = False


@dataclass(frozen=True)
class Report:
    """What was looked at, and what is wrong.

    Attributes:
        findings: what is wrong, or was.
        steps: how many steps were read.
        objects: how many objects.
        blobs: how many blobs.
    """

    findings: tuple[Finding, ...]
    steps: int
    objects: int
    blobs: int

    @property
    def is_clean(self) -> bool:
        """Whether all is as it should be by now."""
        return all(finding.is_mended for finding in self.findings)


def examine(store: Store, *, repair: bool = False) -> Report:
    """Look at all of a lab, and mend what can be; nobody else can change it meanwhile.

    Raises:
        StorageError: it cannot be read at all, or it cannot be written to be mended.
    """
    if broken := store.integrity():  # then nothing that is read of it means anything
        return Report(tuple(Finding("database", "", line) for line in broken), 0, 0, 0)
    with store.lock():
        report = _look(store)
        if not repair or report.is_clean:
            return report
        _mend(store, report)
    with store.lock():  # what other tools read is written when the lock is given back
        after = _look(store)
    left = {(each.kind, each.name) for each in after.findings}
    mended = tuple(replace(each, is_mended=True) for each in report.findings
                   if (each.kind, each.name) not in left)
    return replace(after, findings=mended + after.findings)


# --- looking -------------------------------------------------------------------------------


def _look(store: Store) -> Report:
    objects = dict(store.misnamed_objects())
    findings = [Finding("object", name, detail) for name, detail in objects.items()]
    blobs = _digests(store)
    bad = {name for name, digest in blobs.items() if name != digest}
    findings += [Finding("blob", name, _of_blob(blobs[name])) for name in sorted(bad)]
    steps: tuple[StepRecord, ...] = ()
    try:
        steps, head = store.load()
    except Damaged as error:
        findings.append(Finding("journal", "", error.what))
    else:
        findings += _of_steps(store, steps, head, bad)
    findings += [Finding("incoming", path.name) for path in _abandoned(store)]
    return Report(tuple(findings), len(steps), store.object_count(), len(blobs))


def _digests(store: Store) -> dict[str, str]:
    """Return the digests of what lies among the blobs, by what their names say."""
    names = (f"sha256:{path.name}" for path in sorted(store.blobs.folder().iterdir()))
    return {name: _digest(store.blobs.get(name)) for name in names}


def _digest(blob: Blob | None) -> str:
    """Return ``sha256:…`` of a blob's file; nothing for what is none, or cannot be read."""
    try:
        return digest_of(blob.chunks()) if blob else ""
    except (OSError, EOFError):
        return ""


def _of_blob(digest: str) -> str:
    return f"its digest is {digest}" if digest else "it is no blob that can be read"


def _of_steps(
    store: Store, steps: tuple[StepRecord, ...], head: int, bad: set[str],
) -> Iterator[Finding]:
    """Yield what is wrong with the states of steps, and with what other tools see of the last."""
    reader = store.reader()
    whole = Wholeness(reader, bad)
    for step in steps:
        if problem := whole.problem(step.state_id):
            yield Finding("step", str(step.index), problem)
    if not steps:
        return
    if problem := whole.problem(steps[head].state_id):
        yield Finding("head", str(head), problem)
        return
    for problem in store.unpublished(reader.get_state(steps[head].state_id), bad):
        yield Finding("layout", problem)


def _abandoned(store: Store) -> Iterator[Path]:
    """Yield files of processes that broke off while they wrote them."""
    incoming = store.blobs.incoming()
    yield from files_before(claims.oldest(incoming), incoming)


# --- mending -------------------------------------------------------------------------------


def _mend(store: Store, report: Report) -> None:
    found = {kind: [each.name for each in report.findings if each.kind == kind]
             for kind in ("object", "blob", "step", "head")}
    store.remove_objects(found["object"])
    for name in found["blob"]:
        _put_aside(store.blobs.folder(), name.removeprefix("sha256:"))
    for path in list(_abandoned(store)):
        path.unlink(missing_ok=True)
    if any(each.kind == "journal" for each in report.findings):
        return
    steps, head = store.load()
    lost = set(map(int, found["step"]))
    if found["head"]:
        head = _nearest(steps, head, lost)
        store.set_head(head)
    if steps and head not in lost:
        store.publish_anew(store.reader().get_state(steps[head].state_id))


def _put_aside(folder: Path, name: str) -> None:
    damaged = folder.parent.parent / DAMAGED
    try:
        damaged.mkdir(mode=0o700, exist_ok=True)
        (folder / name).replace(damaged / name)
    except OSError as error:
        raise StorageError(f"{folder / name}: {error.strerror or error}") from None


def _nearest(steps: tuple[StepRecord, ...], head: int, lost: set[int]) -> int:
    """Return the step to stand at where that of the lab is lost: one it came from, or the last."""
    at = head
    while at in lost and at >= 0:
        at = steps[at].parent
    left = [step.index for step in steps if step.index not in lost]
    return at if at >= 0 else max(left, default=head)
