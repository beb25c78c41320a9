"""``docker tag``: one more name for an image."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine.events import image_event
from imagelab.engine.lookup import find_image, parse_reference
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, EngineError, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State


def tag_image(state: State, source: str, target: str, *, now: int) -> Outcome[None]:
    """Give an image a name, which another image may lose by that (case ``tag-05``).

    Raises:
        NotFound: the source is not there.
        BadRequest: the target is no name, or has a digest.
    """
    image = find_image(state, source)
    return point(state, target_reference(target), image, now=now)


def target_reference(text: str) -> Reference:
    """Parse a name that is to be given.

    Raises:
        BadRequest: it is no name, or has a digest (case ``commit-14``).
        EngineError: it reads like the beginning of a digest.
    """
    reference = parse_reference(text)
    if reference.digest:
        raise BadRequest("refusing to create a tag with a digest reference")
    check_unambiguous(reference)
    return reference.with_default_tag()


def check_unambiguous(reference: Reference) -> None:
    """Refuse a name that would make ``sha256:…`` mean two things.

    Raises:
        EngineError: the name is ``sha256``.
    """
    if reference.familiar_name == "sha256":
        raise EngineError("refusing to create an ambiguous tag using digest algorithm as name")


def point(state: State, reference: Reference, image: Image, *, now: int) -> Outcome[None]:
    """Let a name point at an image and note the time; the event tells the name as it is given."""
    tagged = replace(image, last_tag_time=now)
    event = image_event(image, "tag", now, name=str(reference))
    state = state.with_image(tagged).with_reference(reference.with_default_tag(), image.id)
    return Outcome(state, None, (event,))
