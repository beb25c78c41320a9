"""Finding what a user named: images and containers by name, ID or prefix."""

from __future__ import annotations

import re

from imagelab.model.container import Container
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, EngineError, NotFound
from imagelab.model.reference import Reference, ReferenceError, parse
from imagelab.model.state import FRONT, State

FULL_ID = re.compile(r"(?:sha256:)?([a-f0-9]{64})")
#: Where a daemon keeps the configurations of its images.
_IMAGES = "/var/lib/docker/image/overlay2/imagedb/content/sha256"
_PREFIX = re.compile(r"(?:sha256:)?([a-f0-9]{1,64})")
#: Hosts that a newer client knows.
_NEW_HOST = re.compile(r"\[|(?!localhost$)[^.:]+$")
_NAMED_NAME = re.compile(r"repository name \(.*\) must")


def find_image(state: State, text: str) -> Image:
    """Return the image that a text names: a whole ID, else a name, else a prefix of one ID.

    A name wins over an ID prefix, and an ambiguous prefix names nothing, as on the daemon.

    Raises:
        NotFound: ``No such image: …`` (cases ``rmi-09``, ``tag-02``).
        BadRequest: the text is neither a name nor an ID.
    """
    if match := FULL_ID.fullmatch(text):
        full = f"sha256:{match[1]}"
        if full in state.images:
            return state.images[full]
        raise NotFound(f"No such image: {text if ':' in text else full}")
    reference = parse_reference(text).with_default_tag()
    image_id = state.references.get(reference)
    if image_id is None:
        image_id = _by_prefix(state, text)
    if image_id is None:
        raise NotFound(f"No such image: {reference}")
    return state.images[image_id]


def check_configuration(state: State, image_id: str) -> None:
    """Refuse a whole ID that the daemon reads the configuration of without a look at its list.

    Raises:
        EngineError: there is no such image (case ``rmi-14``; words as lesson ``04-rmi`` recorded).
    """
    if image_id not in state.images:
        digits = image_id.removeprefix("sha256:")
        raise EngineError(
            f"failed to get digest {image_id}: open {_IMAGES}/{digits}: no such file or directory")


def parse_reference(text: str) -> Reference:
    """Parse an image name on behalf of the daemon.

    Raises:
        BadRequest: in the distribution project's words, as 20.10 has them: newer ones say which
            name must be lowercase, and know hosts by their capitals and by their IPv6 address.
    """
    try:
        found = parse(text)
    except ReferenceError as error:
        raise BadRequest(_NAMED_NAME.sub("repository name must", str(error))) from error
    if _NEW_HOST.match(found.domain):
        reason = "" if ":" in found.domain else ": repository name must be lowercase"
        raise BadRequest(f"invalid reference format{reason}")
    return found


def parse_named(text: str, tag: str = "", *, status: int = 500) -> Reference:
    """Parse an image name whose tag may come apart from it, as in the Engine API.

    Args:
        text: the name.
        tag: in place of its own tag; empty for none.
        status: what the daemon answers with where one of both cannot be.

    Raises:
        EngineError: as for :func:`parse_reference`, or ``invalid tag format``.
    """
    try:
        reference = parse_reference(text)
        return reference.tagged(tag) if tag else reference
    except BadRequest as error:
        raise EngineError(error.message, status) from error
    except ReferenceError as error:
        raise EngineError(str(error), status) from error


def _by_prefix(state: State, text: str) -> str | None:
    match = _PREFIX.fullmatch(text)
    if match is None:
        return None
    start = f"sha256:{match[1]}"
    among = state.images if len(start) < FRONT else state.images.having("front", start[:FRONT])
    found = [each for each in among if each.startswith(start)]
    return found[0] if len(found) == 1 else None


def names_by_id(image: Image, text: str) -> bool:
    """Whether a text names the image by its ID or a prefix of it, not by a reference."""
    return image.id.startswith(text) or image.id.removeprefix("sha256:").startswith(text)


def find_container(state: State, text: str) -> Container:
    """Return the container that a text names: a whole ID, else a name, else a prefix.

    Raises:
        NotFound: ``No such container: …``.
        BadRequest: several IDs begin so, or the text is empty.
    """
    if not text:
        raise BadRequest('invalid name or ID supplied: ""')
    if text in state.containers:
        return state.containers[text]
    name = text.lstrip("/")
    for container in state.containers.values():
        if container.name == name:
            return container
    found = containers_by_prefix(state, text)
    if len(found) > 1:
        raise BadRequest(f"Multiple IDs found with provided prefix: {text}")
    if not found:
        raise NotFound(f"No such container: {text}")
    return found[0]


def containers_by_prefix(state: State, text: str) -> list[Container]:
    """Return the containers whose IDs begin so; the empty text begins none."""
    return [each for key, each in state.containers.items() if text and key.startswith(text)]
