"""Checks of image names that the client makes before it asks the daemon."""

from __future__ import annotations

from imagelab.docker.command import ClientError
from imagelab.model.reference import Reference, ReferenceError, parse


def client_reference(text: str, front: str = "") -> Reference:
    """Parse a name on behalf of the client.

    Args:
        text: what was typed.
        front: what stands before the distribution project's words.

    Raises:
        ClientError: it is no name.
    """
    try:
        return parse(text)
    except ReferenceError as error:
        raise ClientError(f"{front}{error}") from error


def check_new_name(text: str) -> None:
    """Refuse what cannot be the name of a new image (case ``commit-14``).

    Raises:
        ClientError: it is no name, or has a digest.
    """
    if client_reference(text).digest:
        raise ClientError("refusing to create a tag with a digest reference")
