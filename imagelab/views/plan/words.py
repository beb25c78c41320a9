"""A plan in the learner's language: sections of rows, which the text and the page both show."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from imagelab.messages import text as message
from imagelab.model.image import short_id
from imagelab.model.node import size_of
from imagelab.model.state import State
from imagelab.views import words
from imagelab.views.change import Change
from imagelab.views.map import Mark, Reason
from imagelab.views.plan.dry_run import COMMANDS, LineError
from imagelab.views.plan.plan import Plan
from imagelab.views.plan.stays import Stay
from imagelab.views.plan.ways import Obstacle, Way
from imagelab.views.plan.who import names_of, short_name

#: Rows of one section, reasons of one row, and lines of output that are shown.
MOST_ROWS, MOST_REASONS, MOST_LINES = 40, 4, 60
_MOST_NAMED = 6


@dataclass(frozen=True)
class Row:
    """A row of a section.

    Attributes:
        said: what happens to it, symbol and word; empty for what stays.
        what: the thing.
        size: how many bytes, as Docker prints them; may be empty.
        why: sentences.
    """

    said: str
    what: str
    size: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True)
class Help:
    """A way past a refusal.

    Attributes:
        title: what kind of way it is.
        lines: command lines to type.
        notes: what they do.
    """

    title: str
    lines: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A plan in words.

    Attributes:
        title: of which command line.
        verdict: whether Docker would do it.
        printed: what it would print, line by line.
        obstacles: what is in its way.
        helps: the ways past that.
        changes: what would be different.
        space: what comes free, or is added.
        stays: what it touches and leaves.
        notes: what else there is to know.
    """

    title: str
    verdict: str
    printed: tuple[str, ...]
    obstacles: tuple[str, ...]
    helps: tuple[Help, ...]
    changes: tuple[Row, ...]
    space: str
    stays: tuple[Row, ...]
    notes: tuple[str, ...]


def said(plan: Plan, language: str) -> Said:
    """Put a plan into words."""
    return Said(
        title(plan, language), verdict(plan, language), printed(plan, language),
        tuple(_obstacle(plan.state, each, language) for each in plan.obstacles),
        tuple(_help(plan, each, language) for each in plan.ways),
        tuple(changes(plan.change, language)), space(plan.change, language),
        tuple(stay(each, language) for each in plan.stays), tuple(_notes(plan, language)))


def title(plan: Plan, language: str) -> str:
    """Say which command line a plan is of."""
    return message("plan.title", language, command=words.printable(plan.run.line))


def verdict(plan: Plan, language: str) -> str:
    """Say whether Docker would do it."""
    nothing = plan.change.is_nothing
    kind = ("nothing" if nothing else "done") if not plan.exit_code else (
        "refused" if nothing else "part")
    return message(f"plan.verdict_{kind}", language, code=plan.exit_code)


def can_be_done(plan: Plan) -> bool:
    """Whether there is anything to carry out."""
    return not (plan.exit_code and plan.change.is_nothing)


def printed(plan: Plan, language: str) -> tuple[str, ...]:
    """Return the lines that would be printed; an ID that is open stays open."""
    output = plan.printed
    for image in plan.change.new_images if plan.id_is_open else ():
        output = output.replace(image.id, "sha256:…")
    return printed_lines(output, language)


def printed_lines(output: str, language: str) -> tuple[str, ...]:
    """Return output as lines that say only what they show; not too many."""
    lines = [words.printable(line) for line in output.splitlines()]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES:] = [message("plan.more", language, count=len(lines) - MOST_LINES)]
    return tuple(lines)


# --- what changes --------------------------------------------------------------------------


def changes(change: Change, language: str) -> Iterator[Row]:
    """Yield a row for each thing that is different."""
    for reference in change.untagged:
        yield _row(Mark.UNTAGGED, "name", str(reference), language)
    for moved in change.moved:
        what = message("plan.moved", language, name=words.printable(str(moved.reference)),
                       before=short_id(moved.before), after=short_id(moved.after))
        yield Row(words.mark(Mark.MOVED, language), what)
    for reference in change.named:
        target = short_id(change.after.references[reference])
        what = message("plan.named", language, name=words.printable(str(reference)), id=target)
        yield Row(words.mark(Mark.NEW, language), what)
    for image in change.deleted_images:
        yield Row(words.mark(Mark.DELETED, language), image_of(change.before, image.id, language))
    for image in change.new_images:
        yield Row(words.mark(Mark.NEW, language), image_of(change.after, image.id, language))
    for mark, layers in ((Mark.DELETED, change.deleted_layers), (Mark.NEW, change.new_layers)):
        for layer in layers:
            chain = message("map.chain_id", language, id=short_id(layer.chain_id))
            yield _row(mark, "layer", f"{short_id(layer.diff_id)} ({chain})", language, layer.size)
    for container in change.removed_containers:
        yield _row(Mark.DELETED, "container", container.name, language,
                   size_of(container.changes))
    for volume in change.removed_volumes:
        yield _row(Mark.DELETED, "volume", volume.name, language, size_of(volume.changes))
    for network in change.removed_networks:
        yield _row(Mark.DELETED, "network", network.name, language)


def _row(mark: Mark, kind: str, who: str, language: str, size: int | None = None) -> Row:
    what = message(f"plan.{kind}", language, who=words.short_digests(words.printable(who)))
    return Row(words.mark(mark, language), what, "" if size is None else words.size(size))


def image_of(state: State, image_id: str, language: str) -> str:
    """Name an image by its ID and, if it has one, by its first name."""
    name, short = names_of(state, image_id)[0], short_id(image_id)
    if name == short:
        return message("plan.image", language, who=short)
    return message("plan.image_named", language, id=short, name=words.printable(name))


def space(change: Change, language: str) -> str:
    """Say what comes free or is added, and where."""
    if change.new_layers:
        return message("plan.added", language, size=words.size(change.added),
                       bytes=change.added)
    if change.named or change.moved:
        return message("plan.added_nothing", language)
    if not change.freed:
        return message("plan.freed_nothing", language)
    parts = list(_freed_parts(change, language))
    if len(parts) > _MOST_NAMED:
        parts[_MOST_NAMED:] = ["…"]
    return message("plan.freed", language, size=words.size(change.freed), bytes=change.freed,
                   parts=" + ".join(parts))


def _freed_parts(change: Change, language: str) -> Iterator[str]:
    parts = (
        *(("layer", short_id(each.diff_id), each.size) for each in change.deleted_layers),
        *(("writable", each.name, size_of(each.changes)) for each in change.removed_containers),
        *(("volume", short_name(each.name), size_of(each.changes))
          for each in change.removed_volumes))
    for kind, who, size in sorted(parts, key=lambda part: -part[2]):
        if size:
            what = message(f"plan.{kind}", language, who=words.printable(who))
            yield f"{words.size(size)} ({what})"


# --- what stays ----------------------------------------------------------------------------


def stay(each: Stay, language: str) -> Row:
    """Say of a thing that it stays, and why."""
    label = words.short_digests(words.printable(each.label))
    if each.kind == "image" and label != short_id(each.id):
        what = message("plan.image_named", language, id=short_id(each.id), name=label)
    else:
        what = message(f"plan.{each.kind}", language, who=label)
    if each.below:
        what = message("plan.and_below", language, what=what, count=each.below)
    return Row("", what, words.size(each.size + each.below_size), reasons(each.reasons, language))


def reasons(found: Sequence[Reason], language: str) -> tuple[str, ...]:
    """Say why something stays, the first few reasons one by one."""
    lines = [message(f"plan.why_{each.kind}", language,
                     who=words.short_digests(words.printable(each.who))) for each in found]
    if len(lines) > MOST_REASONS:
        lines[MOST_REASONS:] = [message("plan.more", language, count=len(lines) - MOST_REASONS)]
    return tuple(lines)


# --- what is in the way --------------------------------------------------------------------


def _obstacle(state: State, obstacle: Obstacle, language: str) -> str:
    subject = obstacle.subject
    what = words.printable(subject)
    if subject in state.images:
        what = image_of(state, subject, language)
    return message(f"plan.obstacle_{obstacle.kind}", language, what=what,
                   who=_listed(obstacle.who), count=len(obstacle.who))


def _listed(names: Sequence[str]) -> str:
    shown = [words.printable(name) for name in names[:_MOST_NAMED]]
    return ", ".join(shown + ["…"] * (len(names) > _MOST_NAMED))


def _help(plan: Plan, way: Way, language: str) -> Help:
    change = way.change
    result = message("plan.way_result", language, names=len(change.untagged),
                     images=len(change.deleted_images),
                     containers=len(change.removed_containers), size=words.size(change.freed))
    notes = [*_force_notes(plan, change, language)] if way.forced else []
    stay_notes = _image_stays(plan, change, language)
    lines = tuple(words.printable(shlex.join(["docker", *each])) for each in way.lines)
    heading = message("plan.way_force" if way.forced else "plan.way_clear", language)
    return Help(heading, lines, (*notes, result, *stay_notes))


def _force_notes(plan: Plan, change: Change, language: str) -> Iterator[str]:
    if plan.line.name == "rm":
        killed = [each.name for each in change.removed_containers if each.is_active]
        yield message("plan.force_kill", language, who=_listed(killed))
        return
    gone = {image.id for image in change.deleted_images}
    under = [each.name for each in change.after.containers.values() if each.image_id in gone]
    if under:
        yield message("plan.force_under", language, who=_listed(under))
    for obstacle in plan.obstacles:
        if obstacle.kind == "names":
            yield message("plan.force_names", language, count=len(obstacle.who))
        elif obstacle.kind == "containers" and obstacle.subject not in gone:
            yield message("plan.force_untag", language, who=_listed(obstacle.who))


def _image_stays(plan: Plan, change: Change, language: str) -> Iterator[str]:
    """Say so if the image stays even after the way is clear, with a reason."""
    subjects = {each.subject for each in plan.obstacles}
    for image_id in sorted(subjects & change.after.images.keys()):
        for child in change.after.children_of(image_id)[:1]:
            yield message("plan.way_image_stays", language,
                          image=image_of(change.before, image_id, language),
                          child=words.printable(names_of(change.after, child.id)[0]))


def _notes(plan: Plan, language: str) -> Iterable[str]:
    if plan.is_asked:
        yield message("plan.note_asked", language)
    if plan.id_is_open:
        yield message("plan.note_id", language)
    if plan.obstacles and plan.line.name in ("rmi", "rm") and not any(
            way.forced for way in plan.ways):
        yield message("plan.note_no_force", language)


# --- lines that cannot be planned ----------------------------------------------------------


def refusal(error: LineError, language: str) -> str:
    """Say why a command line cannot be planned, and which can."""
    why = message(f"plan.line_{error.key}", language, command=words.printable(error.command))
    known = ", ".join(f"docker {name}" for name in COMMANDS)
    return f"{why} {message('plan.line_known', language, commands=known)}"
