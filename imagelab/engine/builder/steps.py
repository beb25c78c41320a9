"""What a step of a build leaves in the lab: containers, layers, images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from imagelab.engine.builder.copying import Keep, Target, copy, owner_of, target_path
from imagelab.engine.builder.draft import Draft
from imagelab.engine.builder.instructions import command_line
from imagelab.engine.builder.sources import Found
from imagelab.engine.builder.stages import Copy, Run
from imagelab.engine.child_image import add_child, base_image
from imagelab.engine.commit import committed_layer, new_layer
from imagelab.engine.processes import DEFAULT_PATH
from imagelab.model.config import Config
from imagelab.model.filesystem import FileSystem
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.state import State
from imagelab.model.tree import Tree
from imagelab.shell.budget import Budget

_ROOT = "/var/lib/docker/overlay2"


def told(draft: Draft, *words: str) -> Config:
    """Return the configuration of a step that runs nothing; its command says what it is."""
    return replace(draft.config, image=draft.image_id, cmd=(*draft.shell, *words))


def told_instruction(draft: Draft) -> Config:
    """Return that of the draft's last instruction."""
    if draft.makes_folder:
        return told(draft, f"#(nop) {draft.comment}")
    return told(draft, "#(nop) ", draft.comment)


def run_configs(draft: Draft, run: Run, seen: Sequence[str]) -> tuple[Config, Config]:
    """Return the configuration of a ``RUN`` for the cache, and that of its container.

    Args:
        draft: the image in the making.
        run: the instruction.
        seen: arguments that the cache tells apart, as ``NAME=value``.
    """
    command = command_line(run.instruction, draft)
    arguments = draft.arguments
    hidden = {entry.partition("=")[0] for entry in draft.config.env or ()}
    given = tuple(f"{name}={value}" for name, value in arguments.items() if name not in hidden)
    shown = tuple(each for each in seen if each.partition("=")[0] not in hidden)
    key = (f"|{len(shown)}", *shown, *command) if given else command
    entrypoint = None if key else draft.config.entrypoint  # no command: the image's own
    for_cache = replace(draft.config, image=draft.image_id, cmd=key, entrypoint=entrypoint)
    return for_cache, replace(
        for_cache, cmd=command, entrypoint=("",) if key else entrypoint,
        env=(*(draft.config.env or ()), *given), healthcheck={"Test": ["NONE"]})


def commit_container(
    state: State, draft: Draft, container_id: str, config: Config, *, now: int, files: bool,
) -> tuple[State, str]:
    """Make an image of a step's container and return the lab and the image's ID.

    Args:
        state: the lab.
        draft: the image in the making.
        container_id: the container.
        config: what the image tells of the container's configuration.
        now: the time.
        files: whether the files that the container changed count.

    Raises:
        EngineError: there would be more layers than the daemon allows.
    """
    container = state.containers[container_id]
    state, image = add_child(
        state, base_image(state, container.image_id),
        committed_layer(container) if files else None, config=draft.whole_config,
        container_config=config, now=now, container_id=container.id, author=draft.author)
    return state, image.id


def told_copy(draft: Draft, work: Copy, digest: str) -> Config:
    """Return the configuration of a ``COPY`` or ``ADD`` for the cache and for history."""
    owner = f"--chown={work.chown}" if work.chown else ""
    return told(draft, f"#(nop) {work.name} {owner}{digest} in {work.target} ")


def copy_files(
    state: State, draft: Draft, work: Copy, found: Sequence[Found], config: Config, *, now: int,
    keep: Keep, budget: Budget,
) -> tuple[State, str]:
    """Carry out a ``COPY`` or ``ADD`` and return the lab and the new image's ID.

    Args:
        state: the lab.
        draft: the image in the making.
        work: the instruction, its variables replaced.
        found: what is to be copied.
        config: what the image tells of the step.
        now: the time.
        keep: takes content into the lab's keeping.
        budget: what may be written.

    Raises:
        DockerfileError: it cannot be copied there.
        ExhaustedError: it is too much.
        EngineError: there would be more layers than the daemon allows.
    """
    base = base_image(state, draft.image_id)
    below = state.layer_of(base) if base else None
    files = FileSystem(below.tree if below else Tree(), {}, now=now)
    owner = owner_of(files, work.chown) if work.chown else None
    if owner is None and not work.source_image:
        owner = (0, 0)
    target = Target(
        files, _root(below), target_path(draft.config.working_dir, work.target), owner,
        unpacks=work.name == "ADD", keep=keep, budget=budget)
    copy(found, target)
    state, image = add_child(
        state, base, new_layer(files.changes, below), config=draft.whole_config,
        container_config=config, now=now, author=draft.author)
    return state, image.id


def _root(below: Layer | None) -> str:
    """Return the folder that a daemon has the files of the image in the making in."""
    digits = (below.chain_id if below else "sha256:" + "0" * 64).removeprefix("sha256:")
    return f"{_ROOT}/{digits}/merged"


def expanded(draft: Draft, work: Copy) -> Copy:
    """Return a ``COPY`` or ``ADD`` with its variables replaced; ``--from`` has none.

    Raises:
        DockerfileError: a word cannot be.
    """
    return replace(
        work, sources=tuple(map(draft.expand, work.sources)), target=draft.expand(work.target),
        chown=draft.expand(work.chown))


def expanded_pairs(
    pairs: Sequence[tuple[str, str | None]], draft: Draft,
) -> tuple[tuple[str, str | None], ...]:
    """Return names and defaults of ``ARG`` with their variables replaced.

    Raises:
        DockerfileError: a word cannot be.
    """
    return tuple((draft.expand(name), None if value is None else draft.expand(value))
                 for name, value in pairs)


def outer_draft(values: Mapping[str, str], escape: str) -> Draft:
    """Return what the words before and in a ``FROM`` are expanded with."""
    return Draft(Config(), escape=escape, arguments=values)


def first_config(image: Image | None) -> Config:
    """Return the configuration that a stage begins with."""
    config = replace(
        image.config if image else Config(), open_stdin=False, stdin_once=False, on_build=None)
    if any(entry.startswith("PATH=") for entry in config.env or ()):
        return config
    return replace(config, env=(*(config.env or ()), f"PATH={DEFAULT_PATH}"))
