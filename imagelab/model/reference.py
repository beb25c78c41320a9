"""Names of images: the grammar of the distribution project and Docker's familiar short forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

DEFAULT_DOMAIN = "docker.io"
DEFAULT_TAG = "latest"
MAX_NAME = 255

_ALNUM = r"[a-z0-9]+"
_COMPONENT = rf"{_ALNUM}(?:(?:\.|_|__|-+){_ALNUM})*"
_DOMAIN_PART = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_DOMAIN = rf"(?:{_DOMAIN_PART}(?:\.{_DOMAIN_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"
_REFERENCE = re.compile(
    rf"(?:(?P<domain>{_DOMAIN})/)?(?P<path>{_COMPONENT}(?:/{_COMPONENT})*)"
    rf"(?::(?P<tag>{_TAG}))?(?:@(?P<digest>{_DIGEST}))?"
)
_WHOLE_TAG = re.compile(_TAG)
_WHOLE_DIGEST = re.compile(_DIGEST)
_DIGEST_LENGTHS = {"sha256": 64, "sha384": 96, "sha512": 128}
_HEX64 = re.compile(r"[a-f0-9]{64}")


class ReferenceError(ValueError):
    """A text that names no image, in the distribution project's words."""


@dataclass(frozen=True, order=True)
class Reference:
    """A name, with a tag or a digest or neither.

    Attributes:
        domain: registry host, ``docker.io`` when the text named none.
        path: ``library/ubuntu``.
        tag: ``14.04``, or empty.
        digest: ``sha256:…``, or empty.
    """

    domain: str
    path: str
    tag: str = ""
    digest: str = ""

    @cached_property
    def familiar_name(self) -> str:
        """The name as Docker shows it: without the default host and ``library/``."""
        if self.domain != DEFAULT_DOMAIN:
            return f"{self.domain}/{self.path}"
        front, _, rest = self.path.partition("/")
        return rest if front == "library" and "/" not in rest else self.path

    @property
    def name(self) -> str:
        """The full name: ``docker.io/library/ubuntu``."""
        return f"{self.domain}/{self.path}"

    def __str__(self) -> str:
        """Return the familiar form: ``ubuntu:14.04``."""
        return self._familiar

    @cached_property
    def _familiar(self) -> str:
        return self._suffixed(self.familiar_name)

    @cached_property
    def canonical(self) -> str:
        """The full form: ``docker.io/library/ubuntu:14.04``."""
        return self._suffixed(self.name)

    def _suffixed(self, name: str) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{name}{tag}{digest}"

    def with_default_tag(self) -> Reference:
        """Return the reference with ``latest`` if it has neither tag nor digest."""
        return self if self.tag or self.digest else replace(self, tag=DEFAULT_TAG)

    def tagged(self, tag: str) -> Reference:
        """Return the reference with another tag.

        Raises:
            ReferenceError: it is none.
        """
        if not _WHOLE_TAG.fullmatch(tag):
            raise ReferenceError("invalid tag format")
        return replace(self, tag=tag)


def _split_domain(text: str) -> tuple[str, str]:
    """Split off the registry host as Docker does: it has a dot, a port, or is ``localhost``."""
    front, slash, rest = text.partition("/")
    is_host = "." in front or ":" in front or front == "localhost" or front.lower() != front
    if not slash or not is_host:
        return DEFAULT_DOMAIN, text
    if front == "index.docker.io":
        front = DEFAULT_DOMAIN
    return front, rest


def parse(text: str) -> Reference:
    """Parse what a user typed, completing the default registry and ``library/``.

    A name counts with its host towards the 255 characters, as the daemon has it; newer clients
    count the path only, and leave the refusal to the daemon.

    Raises:
        ReferenceError: in the words of the distribution project (case ``commit-14``).
    """
    if _HEX64.fullmatch(text):
        raise ReferenceError(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings")
    domain, rest = _split_domain(text)
    if domain == DEFAULT_DOMAIN and "/" not in rest:
        rest = f"library/{rest}"
    remote = rest.partition(":")[0]
    if remote.lower() != remote:
        raise ReferenceError(
            f"invalid reference format: repository name ({remote}) must be lowercase")
    full = f"{domain}/{rest}"
    match = _REFERENCE.fullmatch(full)
    if match is None:
        raise ReferenceError(
            "repository name must be lowercase" if _REFERENCE.fullmatch(full.lower())
            else "invalid reference format")
    # A host that is none by the grammar (``a_b.com``) counts as part of the path there.
    path = match["path"] if match["domain"] else match["path"].removeprefix(f"{domain}/")
    if len(f"{domain}/{path}") > MAX_NAME:
        raise ReferenceError("repository name must not be more than 255 characters")
    digest = match["digest"] or ""
    if digest:
        _check_digest(digest)
    return Reference(domain, path, match["tag"] or "", digest)


def is_digest(text: str) -> bool:
    """Whether a text is a digest, as ``sha256:`` and 64 hexadecimal digits are."""
    if not _WHOLE_DIGEST.fullmatch(text):
        return False
    try:
        _check_digest(text)
    except ReferenceError:
        return False
    return True


def _check_digest(digest: str) -> None:
    """Check as the digest library of OCI does.

    Raises:
        ReferenceError: in its words.
    """
    algorithm, _, encoded = digest.partition(":")
    length = _DIGEST_LENGTHS.get(algorithm)
    if length is None:
        raise ReferenceError("unsupported digest algorithm")
    if len(encoded) != length:
        raise ReferenceError("invalid checksum digest length")
    if encoded.lower() != encoded:
        raise ReferenceError("invalid checksum digest format")
