"""What a build may be for: which platform that is makes no difference to it."""

from __future__ import annotations

from imagelab.engine.builder.options import BuildOptions
from imagelab.engine.platforms import read_platform
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.model.outcome import BadRequest


def check_base_platform(text: str) -> None:
    """Refuse the platform of a ``FROM`` that is none.

    Raises:
        DockerfileError: in the builder's words.
    """
    try:
        read_platform(text)
    except BadRequest as error:
        raise DockerfileError(f"failed to parse platform {text}: {error.message}") from error


def check_options(options: BuildOptions) -> None:
    """Refuse what a daemon on Linux refuses before it begins.

    Raises:
        BadRequest: in its words.
    """
    settings = options.host_config.settings
    if settings.get("Isolation", "") not in ("", "default"):
        raise BadRequest(f'Unsupported isolation: "{settings["Isolation"]}"')
    if settings.get("SecurityOpt"):
        raise BadRequest(
            "The daemon on this platform does not support setting security options on build")
    if options.platform:
        read_platform(options.platform)
