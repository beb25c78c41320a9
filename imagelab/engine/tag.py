"""``docker tag``: one more name for an image."""

from __future__ import annotations

from dataclasses import replace

from imagelab.engine.events import image_event
from imagelab.engine.lookup import find_image, parse_named
from imagelab.model.image import Image
from imagelab.model.outcome import BadRequest, EngineError, Outcome
from imagelab.model.reference import Reference
from imagelab.model.state import State


def tag_image(
    state: State, source: str, target: str, tag: str = "", *, now: int,
) -> Outcome[None]:
    """Give an image a name, which another image may lose by that (case ``tag-05``).

    Raises:
        NotFound: the source is not there.
        EngineError: as for :func:`target_reference`.
    """
    image = find_image(state, source)
    return point(state, target_reference(target, tag), image, now=now)


def target_reference(text: str, tag: str = "") -> Reference:
    """Parse a name that is to be given.

    Args:
        text: the name, with its tag or without.
        tag: in place of the name's own tag or digest; empty for none.

    Raises:
        EngineError: one of both cannot be (500).
        BadRequest: the name has a digest (case ``commit-14``), or reads like the beginning of one.
    """
    reference = parse_named(text)
    if tag:
        reference = parse_named(reference.name, tag)
    if reference.digest:
        raise BadRequest("refusing to create a tag with a digest reference")
    check_unambiguous(reference)
    return reference.with_default_tag()


def spelled(text: str, tag: str) -> str:
    """Return a name and a tag that come apart as a user types them in one word."""
    try:
        return str(target_reference(text, tag)) if tag else text
    except EngineError:
        return f"{text}:{tag}"


def check_unambiguous(reference: Reference) -> None:
    """Refuse a name that would make ``sha256:…`` mean two things.

    Raises:
        BadRequest: the name is ``sha256``.
    """
    if reference.familiar_name == "sha256":
        raise BadRequest("refusing to create an ambiguous tag using digest algorithm as name")


def point(state: State, reference: Reference, image: Image, *, now: int) -> Outcome[None]:
    """Let a name point at an image and note the time; the event tells the name as it is given."""
    tagged = replace(image, last_tag_time=now)
    event = image_event(image, "tag", now, name=str(reference))
    state = state.with_image(tagged).with_reference(reference.with_default_tag(), image.id)
    return Outcome(state, None, (event,))
