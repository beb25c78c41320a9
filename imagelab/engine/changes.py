"""Dockerfile instructions on the configuration of a commit: ``docker commit --change``."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.engine.builder.draft import Draft
from imagelab.engine.builder.instructions import action_of
from imagelab.engine.create import merge
from imagelab.formats.dockerfile import parse
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.model.config import Config
from imagelab.model.outcome import BadRequest

#: Instructions that ``commit --change`` takes; ``STOPSIGNAL`` is none of them (engine 20.10).
COMMIT_INSTRUCTIONS = frozenset({
    "cmd", "entrypoint", "env", "expose", "healthcheck", "label", "onbuild", "user", "volume",
    "workdir",
})
#: Most instructions of one commit; each may expose all ports.
MOST_CHANGES = 200


def changed(config: Config, changes: Sequence[str], container: Config) -> Config:
    """Return a configuration with the instructions of ``commit --change`` carried out.

    Args:
        config: what they begin with.
        changes: the instructions.
        container: the container's configuration, which fills what is empty after that.

    Raises:
        BadRequest: an instruction is none, or not one for ``--change`` (case ``commit-12``).
    """
    return merge(applied(config, changes), container)


def applied(config: Config, changes: Sequence[str]) -> Config:
    """Return a configuration with instructions carried out, as ``import --change`` wants it.

    Raises:
        BadRequest: as for :func:`changed`.
    """
    try:
        dockerfile = parse("\n".join(changes))
        for each in dockerfile.instructions:
            if each.name not in COMMIT_INSTRUCTIONS:
                raise DockerfileError(f"{each.name} is not a valid change command")
        if len(dockerfile.instructions) > MOST_CHANGES:
            raise DockerfileError(
                f"imagelab does not simulate a commit with more than {MOST_CHANGES} changes")
        draft = Draft(config, escape=dockerfile.escape)
        actions = [action_of(each) for each in dockerfile.instructions]
        for action in actions:
            draft = action(draft)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return draft.config
