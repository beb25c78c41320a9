"""Questions and judgements of a prediction in the learner's language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.docker.table import columns
from imagelab.engine.lookup import names_by_id, parse_reference
from imagelab.messages import text as message
from imagelab.model.outcome import EngineError
from imagelab.views import words
from imagelab.views.plan.dry_run import DELETING, LineError
from imagelab.views.plan.plan import Plan
from imagelab.views.plan.predict import FATES, Item, Judged
from imagelab.views.plan.stays import why_image
from imagelab.views.plan.who import image_of, users_of
from imagelab.views.plan.words import reasons, space


def title(plan: Plan, language: str) -> str:
    """Ask what a command line will do."""
    return message("predict.title", language, command=words.printable(plan.run.line))


def label(item: Item) -> str:
    """Name a thing on one line."""
    return words.short_digests(words.printable(item.label))


def fate(name: str, language: str) -> str:
    """Say what becomes of a thing, or that nothing was guessed."""
    return message(f"predict.fate_{name}" if name else "predict.no_guess", language)


def result(right: bool, language: str) -> str:
    """Say whether an answer is right."""
    return message("predict.right" if right else "predict.wrong", language)


def score(judged: Judged, language: str) -> str:
    """Say how much is right."""
    key = "predict.passed" if judged.passed else "predict.score"
    return message(key, language, right=judged.right, total=judged.total)


def refusal(error: LineError, language: str) -> str:
    """Say why a command line cannot be predicted, and which can, where that is the reason."""
    why = message(f"plan.line_{error.key}", language, command=words.printable(error.command))
    if error.key == "no_questions":
        return why
    known = ", ".join(f"docker {name}" for name in DELETING)
    return f"{why} {message('predict.can', language, commands=known)}"


# --- why -----------------------------------------------------------------------------------


def why(item: Item, plan: Plan, language: str) -> tuple[str, ...]:
    """Say why something becomes what it does."""
    said = {"name": _why_name, "image": _why_image}.get(item.kind, _why_other)
    return said(item, plan, language)


def _key(key: str, language: str) -> tuple[str, ...]:
    return (message(f"predict.why_{key}", language),)


def _why_name(item: Item, plan: Plan, language: str) -> tuple[str, ...]:
    image_id = next(target for each, target in plan.before.references.items()
                    if str(each) == item.id)
    typed, targets = _typed(plan)
    if item.fate == "kept":
        return _key(_why_name_stays(item.id in typed or image_id in targets, plan), language)
    if item.id in typed:
        return _key("named", language)
    return _key("with_tag" if image_id in plan.state.images else "with_image", language)


def _why_name_stays(meant: bool, plan: Plan) -> str:
    if plan.line.name == "rmi":
        return "refused" if meant and plan.exit_code else "not_named"
    return "image_stays" if plan.line.name.endswith("prune") else "left"


def _typed(plan: Plan) -> tuple[set[str], set[str]]:
    """Return the names that a command line has, and the IDs of images that it names by ID."""
    names, targets = set(), set()
    for each in plan.line.arguments if plan.line.name == "rmi" else ():
        image = image_of(plan.before, each)
        if image is not None and names_by_id(image, each):
            targets.add(image.id)
            continue
        try:
            names.add(str(parse_reference(each).with_default_tag()))
        except EngineError:
            continue
    return names, targets


def _why_image(item: Item, plan: Plan, language: str) -> tuple[str, ...]:
    if item.fate == "kept":
        return reasons(why_image(plan.state, item.id, plan.line), language)
    return _key("forced" if users_of(plan.state, item.id) else "unneeded", language)


def _why_other(item: Item, plan: Plan, language: str) -> tuple[str, ...]:
    """Say why a container or volume goes or stays."""
    for stay in plan.stays:
        if stay.id == item.id:
            return reasons(stay.reasons, language)
    if item.fate == "kept":
        return _key("left", language)
    if not plan.line.name.endswith("prune"):
        return _key("removed", language)
    return _key("not_running" if item.kind == "container" else "unused", language)


def why_freed(plan: Plan, language: str) -> str:
    """Say what comes free, and of what."""
    return space(plan.change, language)


# --- text ----------------------------------------------------------------------------------


def questions_text(plan: Plan, items: Sequence[Item], language: str) -> str:
    """Return the questions as text, and how to answer them."""
    lines = [title(plan, language)]
    for kind in dict.fromkeys(each.kind for each in items):
        fates = " / ".join(fate(each, language) for each in FATES[kind])
        lines += ["", f"{message(f'predict.{kind}', language)} ({fates}):"]
        lines += [f"  {label(each)}" for each in items if each.kind == kind]
    return "\n".join([*lines, "", message("predict.freed", language), "",
                      message("predict.how_text", language)])


def judged_text(judged: Judged, plan: Plan, language: str) -> str:
    """Return a guess beside the truth, as text."""
    keys = ("thing", "guessed", "truth")
    heads = ("", *(message(f"predict.{key}", language) for key in keys))
    table, reasons_ = zip((heads, ()), *judged_rows(judged, plan, language), strict=True)
    lines = [title(plan, language), score(judged, language), ""]
    for line, said in zip(columns(table), reasons_, strict=True):
        lines += [line, *(f"    - {each}" for each in said)]
    return "\n".join(lines)


def judged_rows(
    judged: Judged, plan: Plan, language: str,
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Yield for each answer whether it is right, the thing, the guess, the truth; and why."""
    for answer in judged.answers:
        item = answer.item
        what = message(f"plan.{item.kind}", language, who=label(item))
        yield ((result(answer.right, language), what, fate(answer.guessed, language),
                fate(item.fate, language)), why(item, plan, language))
    guessed = words.printable(judged.freed) or fate("", language)
    yield ((result(judged.freed_right, language), message("predict.freed", language), guessed,
            words.size(judged.true_freed)), (why_freed(plan, language),))
