"""The stages of a Dockerfile: its instructions, all checked before the first one runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from imagelab.engine.builder.checks import flags_of, least_one
from imagelab.engine.builder.draft import Action
from imagelab.engine.builder.instructions import action_of, with_labels
from imagelab.formats.dockerfile import Dockerfile, Instruction, parse
from imagelab.formats.dockerfile_words import DockerfileError

#: Most instructions of a Dockerfile that the lab carries out.
MOST_INSTRUCTIONS = 2000
_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")


@dataclass(frozen=True)
class Configure:
    """An instruction that changes nothing but the configuration; ``WORKDIR`` is one."""

    action: Action


@dataclass(frozen=True)
class Arg:
    """``ARG``: names with default values, or None, as they are written."""

    pairs: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class Run:
    """``RUN``."""

    instruction: Instruction
    mounts: bool


@dataclass(frozen=True)
class Copy:
    """``COPY`` or ``ADD``, the words as they are written.

    Attributes:
        name: ``COPY`` or ``ADD``.
        sources: what to copy.
        target: where to.
        source_image: stage or image of ``--from``; empty for the build context.
        chown: owner that was asked for.
        chmod: mode that was asked for.
    """

    name: str
    sources: tuple[str, ...]
    target: str
    source_image: str
    chown: str
    chmod: str


Work = Configure | Arg | Run | Copy


@dataclass(frozen=True)
class Step:
    """One instruction: the line that is shown, and what there is to do."""

    line: str
    work: Work


@dataclass(frozen=True)
class Stage:
    """What begins with a ``FROM``.

    Attributes:
        line: the instruction as it is shown.
        base: the image or stage, its variables not replaced yet.
        platform: value of ``--platform``, likewise.
        name: in lower case; empty for none.
        steps: what follows.
    """

    line: str
    base: str
    platform: str
    name: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Plan:
    """All that a Dockerfile asks for.

    Attributes:
        outer: the ``ARG`` before the first ``FROM``.
        stages: the stages, those behind the target left out.
        escape: the character that escapes.
        warnings: lines to be shown beforehand.
    """

    outer: tuple[Step, ...]
    stages: tuple[Stage, ...]
    escape: str
    warnings: tuple[str, ...]


def plan(text: str, target: str) -> Plan:
    """Read and check a Dockerfile.

    Args:
        text: the Dockerfile.
        target: name of the last stage to build; empty for all.

    Raises:
        DockerfileError: in the builder's words.
    """
    try:
        dockerfile = parse(text)
    except DockerfileError as error:
        raise DockerfileError(f"failed to parse Dockerfile: {error}") from error
    if len(dockerfile.instructions) > MOST_INSTRUCTIONS:
        raise DockerfileError("imagelab does not simulate a Dockerfile of more than "
                              f"{MOST_INSTRUCTIONS} instructions")
    outer, stages = _stages(dockerfile)
    if target:
        names = [stage.name for stage in stages]
        if target.lower() not in names:
            raise DockerfileError(f"failed to reach build target {target} in Dockerfile")
        stages = stages[: names.index(target.lower()) + 1]
    return Plan(outer, stages, dockerfile.escape, dockerfile.warnings)


def _stages(dockerfile: Dockerfile) -> tuple[tuple[Step, ...], tuple[Stage, ...]]:
    outer: list[Step] = []
    begun: list[tuple[Instruction, tuple[str, str, str], list[Step]]] = []
    for each in dockerfile.instructions:
        try:
            if each.name == "from":
                begun.append((each, _from(each), []))
                continue
            step = step_of(each)
        except ValueError as error:
            raise DockerfileError(f"dockerfile parse error line {each.line}: {error}") from error
        if begun:
            begun[-1][2].append(step)
        elif isinstance(step.work, Arg):
            outer.append(step)
        else:
            raise DockerfileError("no build stage in current context")
    return tuple(outer), tuple(
        Stage(each.original.strip(), *words, tuple(steps)) for each, words, steps in begun)


def _from(instruction: Instruction) -> tuple[str, str, str]:
    """Return base, platform and name of a stage."""
    base, *rest = instruction.arguments or ("", "")
    if rest and (len(rest) != 2 or rest[0].lower() != "as"):
        raise DockerfileError("FROM requires either one or three arguments")
    name = rest[1].lower() if rest else ""
    if rest and not _STAGE_NAME.fullmatch(name):
        raise DockerfileError(f'invalid name for build stage: "{rest[1]}", name can\'t start '
                              "with a number or contain symbols")
    flags = flags_of(instruction, ("platform",))
    return base, flags.get("platform", ""), name


def trigger(text: str) -> Step:
    """Read and check an instruction that an image left for its children.

    Raises:
        DockerfileError: in the builder's words.
    """
    instructions = parse(text).instructions
    if len(instructions) != 1:
        raise DockerfileError("onbuild trigger should be a single expression")
    return step_of(instructions[0])


def step_of(instruction: Instruction) -> Step:
    """Check an instruction.

    Raises:
        DockerfileError: in the builder's words.
    """
    check = _CHECKS.get(instruction.name)
    work = check(instruction) if check else Configure(_configured(instruction))
    return Step(instruction.original.strip(), work)


def _configured(instruction: Instruction) -> Action:
    try:
        return action_of(instruction)
    except KeyError:
        raise DockerfileError(f"unknown instruction: {instruction.name.upper()}") from None


def _run(instruction: Instruction) -> Run:
    flags = [each for each in instruction.flags if not each.startswith("--mount=")]
    for each in flags:
        raise DockerfileError(f"Unknown flag: {each.removeprefix('--').partition('=')[0]}")
    return Run(instruction, mounts=bool(instruction.flags))


def _copy(known: tuple[str, ...]) -> Callable[[Instruction], Copy]:
    def check(instruction: Instruction) -> Copy:
        name = instruction.name.upper()
        if len(instruction.arguments) < 2:
            raise DockerfileError(f"{name} requires at least two arguments, but only one was "
                                  "provided. Destination could not be determined")
        flags = flags_of(instruction, known)
        *sources, target = instruction.arguments
        return Copy(name, tuple(sources), target, flags.get("from", ""), flags.get("chown", ""),
                    flags.get("chmod", ""))

    return check


def _arg(instruction: Instruction) -> Arg:
    pairs = []
    for word in least_one(instruction):
        name, equals, value = word.partition("=")
        if not name:
            raise DockerfileError("ARG names can not be blank")
        pairs.append((name, value if equals else None))
    return Arg(tuple(pairs))


_CHECKS: dict[str, Callable[[Instruction], Work]] = {
    "add": _copy(("chown", "chmod")),
    "arg": _arg,
    "copy": _copy(("from", "chown", "chmod")),
    "run": _run,
}


def with_labels_at_end(stages: tuple[Stage, ...], labels: Mapping[str, str]) -> tuple[Stage, ...]:
    """Return stages, the last one with the steps that ``--label`` adds."""
    added = [_label_step(name, value) for name, value in sorted(labels.items())]
    return tuple(
        replace(stage, steps=(*stage.steps, *added)) if stage is stages[-1] else stage
        for stage in stages)


def _label_step(name: str, value: str) -> Step:
    work = Configure(lambda draft: with_labels(draft, [(name, value)]))
    return Step(f"LABEL {name}={value}", work)
