"""Carrying out a build: step by step, each on what the one before left in the lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, BinaryIO

from imagelab.daemon import incoming
from imagelab.daemon.build_bases import Bases, daemons_words
from imagelab.daemon.build_context import opened
from imagelab.daemon.build_maker import Maker, as_error
from imagelab.daemon.build_talk import Talk
from imagelab.daemon.outside import Outside
from imagelab.daemon.timeline import INTERRUPTED, Stopped
from imagelab.engine.builder import stages, steps
from imagelab.engine.builder.arguments import Arguments
from imagelab.engine.builder.copying import Keep
from imagelab.engine.builder.draft import Draft
from imagelab.engine.builder.options import BuildOptions, Emit, Made
from imagelab.engine.builder.platforms import check_base_platform, check_options
from imagelab.engine.builder.sources import Fetch, Source, find, joint_digest
from imagelab.engine.lookup import parse_reference
from imagelab.engine.progress import Progress
from imagelab.engine.tag import point, target_reference
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.tar_entries import InFile
from imagelab.model.config import Config
from imagelab.model.content import Content
from imagelab.model.image import short_id
from imagelab.model.outcome import BadRequest, EngineError, Outcome
from imagelab.model.reference import Reference
from imagelab.shell.budget import Budget, ExhaustedError
from imagelab.storage.blobs import BlobStore

if TYPE_CHECKING:
    from imagelab.daemon.daemon import Daemon

#: What all copying of a build may cost: paths visited, bytes read for digests, bytes written.
_BUDGET = {"entries": 2_000_000, "hashed": 16 << 30, "written": 16 << 30}
_BUILDKIT = ("option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how "
             "to build images with BuildKit enabled")


def build(
    daemon: Daemon, blobs: BlobStore, new_id: Callable[[int], str], context: BinaryIO,
    options: BuildOptions, emit: Emit, outside: Outside,
) -> str:
    """Build an image and return its ID.

    Args:
        daemon: the lab.
        blobs: where large contents are kept.
        new_id: makes an ID out of the lab's counter.
        context: a tar, compressed or not, in a seekable file.
        options: what else is asked for.
        emit: takes what the build says. It may raise ``KeyboardInterrupt``, and is told again and
            again how far the build is while a step waits.
        outside: what may be fetched from addresses.

    Raises:
        BuildError: a step failed; what was made before stays.
        Stopped: it was interrupted. As on a daemon whose client goes, the container of the step
            goes, and the images of the steps before stay for the cache.
        EngineError: nothing was begun.
    """
    def keep(content: Content) -> Content:
        # What is not in the context is in an image of the lab.
        return incoming.own(blobs, content) if isinstance(content, InFile) else content

    failure: EngineError | Stopped
    with daemon.step("build") as step:
        talk = Talk(emit, options.quiet, step)
        try:
            check_options(options)
            tags = [_target(text) for text in options.tags if text]
            with opened(daemon, context, options, outside, talk.say) as given:
                budget = Budget(**_BUDGET)
                text, files = given.read(options.dockerfile, budget)
                plan = stages.plan(text, options.target)
                bases = Bases(daemon, options.pull, talk.say, budget)
                maker = Maker(daemon, options, talk.say, new_id)
                building = _Building(daemon, options, talk.say, maker, bases, files, keep,
                                     outside.fetch_for_build(blobs), plan.escape, budget)
                try:
                    image_id = building.run(plan, tags)
                    talk.end(image_id)
                    return image_id
                except KeyboardInterrupt as error:
                    maker.remove_containers(quietly=True)
                    step.exit_code = INTERRUPTED
                    failure = Stopped()
                    failure.__cause__ = error
        except (EngineError, ExhaustedError, ValueError) as error:
            step.exit_code = 1
            failure = talk.fail(error)
        finally:
            talk.over()
    raise failure


def _target(text: str) -> Reference:
    """Return a name that the image is to have.

    Raises:
        EngineError: it is none.
    """
    try:
        with daemons_words():
            if parse_reference(text).digest:
                raise EngineError("build tag cannot contain a digest")
            return target_reference(text)
    except BadRequest as error:
        raise EngineError(error.message) from error


@dataclass
class _Building:
    """A build where it stands."""

    daemon: Daemon
    options: BuildOptions
    say: Emit
    maker: Maker
    bases: Bases
    context: Source
    keep: Keep
    fetch: Fetch | None
    escape: str
    budget: Budget
    arguments: Arguments = field(default_factory=Arguments)
    draft: Draft = field(default_factory=lambda: Draft(Config()))
    number: int = 0
    total: int = 0

    def run(self, plan: stages.Plan, tags: list[Reference]) -> str:
        """Carry out all stages, tag the last one's image and return its ID."""
        if plan.warnings:
            self.say(as_error("\n".join(plan.warnings) + "\n"))
        todo = stages.with_labels_at_end(plan.stages, self.options.labels)
        self.total = len(plan.outer) + sum(1 + len(stage.steps) for stage in todo)
        self.arguments = Arguments(given=self.options.arguments)
        for step in plan.outer:
            self._outer(step)
        for stage in todo:
            self._stage(stage)
        self._tell(self.total)
        image_id = self.maker.image_id
        if not image_id:
            raise DockerfileError("No image was generated. Is your Dockerfile empty?")
        if unused := self.arguments.unused:
            self.say(f"[Warning] One or more build-args [{' '.join(unused)}] were not consumed\n")
        self.say(f"Successfully built {short_id(image_id)}\n")
        for reference in dict.fromkeys(tags):
            self._tag(reference, image_id)
        return image_id

    def _tag(self, reference: Reference, image_id: str) -> None:
        self.daemon.do("tag", lambda state, now: point(
            state, reference, state.images[image_id], now=now))
        self.say(f"Successfully tagged {reference}\n")

    def _begin(self, line: str) -> None:
        self.number += 1
        self.say(f"Step {self.number}/{self.total} : {line}")
        self.say("\n")
        self._tell(self.number - 1)

    def _tell(self, done: int) -> None:
        """Tell how many steps are done; a daemon leaves that to the lines of its steps."""
        self.say(Progress("Building", "", done, self.total, "steps"))

    def _end(self) -> None:
        self._stand_on_image()
        self.say(f" ---> {short_id(self.maker.image_id)}\n")

    def _stand_on_image(self) -> None:
        self.draft = replace(self.draft, image_id=self.maker.image_id)

    # --- stages ------------------------------------------------------------------------------

    def _outer(self, step: stages.Step) -> None:
        """Carry out an ``ARG`` that stands before the first ``FROM``."""
        self._begin(step.line)
        assert isinstance(step.work, stages.Arg), "nothing else stands there"
        draft = steps.outer_draft(self.arguments.values, self.escape)
        pairs = steps.expanded_pairs(step.work.pairs, draft)
        self.arguments = self.arguments.declare(pairs, outer=True)

    def _stage(self, stage: stages.Stage) -> None:
        self.bases.check_free(stage.name)
        self._begin(stage.line)
        self.arguments = self.arguments.next_stage()
        words = steps.outer_draft(self.arguments.outer_values, self.escape)
        if stage.platform:
            check_base_platform(words.expand(stage.platform))
        base = words.expand(stage.base)
        if not base:
            raise DockerfileError(f"base name ({stage.base}) should not be blank")
        image = self.bases.base(base)
        self.bases.begin_stage()
        self.maker.image_id = image.id if image else ""
        self.maker.cache_lost = False
        self.draft = Draft(steps.first_config(image), escape=self.escape)
        if image and image.config.on_build:
            self._triggers(image.config.on_build)
        self._end()
        for step in stage.steps:
            self._begin(step.line)
            self._step(step)
            self._end()
        self.bases.end_stage(stage.name, self.maker.image_id)
        if self.maker.image_id:
            self.say(Made(self.maker.image_id))

    def _triggers(self, texts: tuple[str, ...]) -> None:
        """Carry out what the base image left for its children by ``ONBUILD``."""
        self.say(f"# Executing {len(texts)} build trigger")
        if len(texts) > 1:
            self.say("s")
        self.say("\n")
        for text in texts:
            self._stand_on_image()
            self._step(stages.trigger(text))

    # --- steps -------------------------------------------------------------------------------

    def _step(self, step: stages.Step) -> None:
        try:
            self._work(step.work)
        except Exception:
            self._leave_containers(removed=self.options.force_remove)
            raise
        self._leave_containers(removed=self.options.force_remove or self.options.remove)

    def _leave_containers(self, *, removed: bool) -> None:
        if removed:
            self.maker.remove_containers()
        else:
            self.maker.keep_containers()

    def _work(self, work: stages.Work) -> None:
        self.draft = replace(self.draft, arguments=self.arguments.values)
        if isinstance(work, stages.Run):
            self._run(work)
        elif isinstance(work, stages.Copy):
            self._copy(work)
        else:
            if isinstance(work, stages.Arg):
                self._declare(work)
            else:
                self.draft = work.action(self.draft)
            self._configured()

    def _declare(self, work: stages.Arg) -> None:
        pairs = steps.expanded_pairs(work.pairs, self.draft)
        self.arguments = self.arguments.declare(pairs)
        words = (name if value is None else f"{name}={value}" for name, value in pairs)
        self.draft = self.draft.with_config(" ".join(("ARG", *words)))

    def _configured(self) -> None:
        """Make the image of an instruction that runs nothing."""
        if self.draft.note:
            self.say(self.draft.note)
        config = steps.told_instruction(self.draft)
        if self.maker.cached(config):
            return
        identifier = self.maker.container(config)
        made = self.daemon.state.containers[identifier].config
        # As on the daemon, what a health check leaves open comes from the image before it.
        config = replace(self.draft.config, healthcheck=made.healthcheck)
        self.draft = replace(self.draft, config=config)
        self.maker.commit(self.draft, identifier, made, files=self.draft.makes_folder)

    def _run(self, work: stages.Run) -> None:
        if work.mounts:
            raise DockerfileError(f"the --mount {_BUILDKIT}")
        seen = self.arguments.for_cache(self.draft.arguments)
        for_cache, config = steps.run_configs(self.draft, work, seen)
        if self.maker.cached(for_cache):
            return
        identifier = self.maker.container(config)
        self.maker.run(identifier, config.cmd or ())
        self.maker.commit(self.draft, identifier, for_cache, files=True)

    def _copy(self, work: stages.Copy) -> None:
        if work.chmod:
            raise DockerfileError(f"the --chmod {_BUILDKIT}")
        work = steps.expanded(self.draft, work)
        source = self.bases.source(work.source_image) if work.source_image else self.context
        try:
            found = find(source, work.name, work.sources, self.fetch)
        except DockerfileError as error:
            raise DockerfileError(f"{work.name} failed: {error}") from error
        if len(found) > 1 and not work.target.endswith("/"):
            raise DockerfileError(
                f"When using {work.name} with more than one source file, the destination must be "
                "a directory and end with a /")
        config = steps.told_copy(self.draft, work, joint_digest(found))
        if not self.maker.cached(config):
            self.maker.image_id = self.daemon.do(work.name, lambda state, now: Outcome(
                *steps.copy_files(state, self.draft, work, found, config, now=now,
                                  keep=self.keep, budget=self.budget)))
