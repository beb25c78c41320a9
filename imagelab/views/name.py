"""An image name taken apart: what was typed, what Docker assumes, and what is wrong with it.

The rules are the grammar of :mod:`imagelab.model.reference`; a name that it refuses is refused in
Docker's words, with what looks like the cause and a name that would do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from imagelab.engine.lookup import find_image, names_by_id
from imagelab.messages import text as message
from imagelab.model.image import Image, short_id
from imagelab.model.outcome import EngineError
from imagelab.model.reference import DEFAULT_DOMAIN, Reference, ReferenceError, parse
from imagelab.model.state import State
from imagelab.registry.search import repositories
from imagelab.views.grid import Cell, Grid, Look, cell
from imagelab.views.words import printable, short_digests

OFFICIAL = "library"
_ID = re.compile(r"(?:sha256:)?[0-9a-f]{64}|[0-9a-f]{12}")
_SHIFTED = str.maketrans("!#$%^&*()", "134567890")
_MAX_TYPED = 120
_MAX_READ = 4096


@dataclass(frozen=True)
class Part:
    """A part of a name.

    Attributes:
        kind: ``registry``, ``account``, ``path``, ``repository``, ``tag`` or ``digest``.
        value: what Docker takes it to be.
        typed: whether it was typed, not assumed.
        before: what separates it from the part in front of it.
    """

    kind: str
    value: str
    typed: bool
    before: str = ""


def parts(typed: str) -> tuple[Part, ...]:
    """Take a name apart.

    Raises:
        ReferenceError: it is none.
    """
    reference = parse(typed)
    full = reference.with_default_tag()
    account, _, repository = reference.path.rpartition("/")
    hub = reference.domain == DEFAULT_DOMAIN
    bare = _bare(typed, reference)
    found = [Part("registry", reference.domain, bare != typed)]
    if account:
        found.append(Part("account" if hub else "path", account, "/" in bare, "/"))
    found.append(Part("repository", repository, True, "/"))
    if full.tag:
        found.append(Part("tag", full.tag, bool(reference.tag), ":"))
    if full.digest:
        found.append(Part("digest", full.digest, True, "@"))
    return tuple(found)


def _bare(typed: str, reference: Reference) -> str:
    """Return what was typed without the registry."""
    for host in (reference.domain, "index.docker.io"):
        if typed.startswith(f"{host}/"):
            return typed.removeprefix(f"{host}/")
    return typed


def name(state: State, typed: str, language: str) -> Grid:
    """Return the drawing of a name.

    Args:
        state: the lab, which may have such an image.
        typed: the name, or what should be one.
        language: of the drawing's texts.
    """
    found = _find(state, typed)
    if _ID.fullmatch(typed) and (":" in typed or len(typed) == 64 or _by_id(found, typed)):
        return _drawn_id(typed, found, language)
    try:
        reference = parse(typed)
    except ReferenceError as error:
        return _refused(typed, str(error), language)
    return _drawn(typed, reference, _notes(state, reference, found, language), language)


def _find(state: State, typed: str) -> Image | None:
    try:
        return find_image(state, typed)
    except EngineError:
        return None


def _by_id(found: Image | None, typed: str) -> bool:
    return found is not None and names_by_id(found, typed)


def _drawn(typed: str, reference: Reference, notes: Sequence[str], language: str) -> Grid:
    heads: list[Cell] = []
    boxes: list[Cell] = []
    origins: list[Cell] = []
    for at, part in enumerate(parts(typed)):
        if part.before:
            heads.append(cell())
            boxes.append(cell(part.before))
            origins.append(cell())
        heads.append(cell(message(f"name.{part.kind}", language), look=Look.HEAD))
        look = Look.BOX if part.typed else Look.DASHED
        boxes.append(cell(short_digests(part.value), look=look, tint=at if part.typed else -1))
        origin = "typed" if part.typed else "assumed"
        origins.append(cell(message(f"name.{origin}", language)))
    title = message("name.title", language, typed=_shown(typed), full=short_digests(
        reference.with_default_tag().canonical))
    return Grid(title, (tuple(heads), tuple(boxes), tuple(origins)),
                tuple(notes))


def _notes(
    state: State, reference: Reference, found: Image | None, language: str,
) -> list[str]:
    account = reference.path.rpartition("/")[0]
    if reference.domain != DEFAULT_DOMAIN:
        said = [message("name.elsewhere", language, registry=reference.domain)]
    elif account == OFFICIAL:
        said = [message(f"name.{_kind_of_library(state, reference, found)}", language)]
    else:
        said = [message("name.community", language, account=account)]
    if reference.digest:
        said.append(message("name.pinned", language))
    elif not reference.tag:
        said.append(message("name.latest", language))
    if found is None and _ID.fullmatch(reference.familiar_name):
        said.append(message("name.perhaps_id", language))
    return [*said, _whereabouts(found, reference, language)]


def _kind_of_library(state: State, reference: Reference, found: Image | None) -> str:
    """Tell an official image from one that only has such a name: anyone may give it here.

    A pull leaves a name by digest, ``commit`` and ``tag`` leave none.
    """
    if found and not any(each.digest and each.name == reference.name
                         for each in state.references_of(found.id)):
        return "local"
    official = {each.name for each in repositories() if each.official}
    return "official" if reference.familiar_name in official else "unknown"


def _whereabouts(found: Image | None, reference: Reference, language: str) -> str:
    if found is None:
        return message("name.not_here", language, registry=reference.domain)
    return message("name.here", language, id=short_id(found.id))


def _drawn_id(typed: str, found: Image | None, language: str) -> Grid:
    digits = typed.removeprefix("sha256:")
    row = (cell(short_id(digits), look=Look.BOX, tint=0),)
    heads = (cell(message("name.id", language), look=Look.HEAD),)
    notes = [message("name.id_is_no_name", language)]
    if len(digits) == 64 and ":" not in typed:
        notes.append(message("name.id_refused", language, error=_refusal(digits)))
    notes.append(message("name.here", language, id=short_id(found.id)) if found
                 else message("name.id_not_here", language))
    title = message("name.title_id", language, typed=_shown(typed))
    return Grid(title, (heads, row), tuple(notes))


def _refusal(typed: str) -> str:
    """Return Docker's refusal of a name."""
    try:
        parse(typed)
    except ReferenceError as error:
        return short_digests(str(error))
    return ""


def _refused(typed: str, error: str, language: str) -> Grid:
    notes, mended = _explained(typed[:_MAX_READ], language)
    if mended != typed and not _refusal(mended):
        notes.append(message("name.mend", language, name=mended))
    row = (cell(message("name.typed", language), look=Look.HEAD),
           cell(_shown(typed) or " ", look=Look.THICK))
    title = message("name.title_wrong", language, typed=_shown(typed))
    return Grid(title, (row,), (f"Docker: {_shown(error)}", *notes))


def _shown(data: str) -> str:
    shown = short_digests(printable(data))
    return shown if len(shown) <= _MAX_TYPED else f"{shown[:_MAX_TYPED]}…"


# --- why a name is none --------------------------------------------------------------------


_WHOLE, _PATH, _TAG, _DIGEST = range(4)
_Change = str | Callable[[re.Match[str]], str]


def _lower(match: re.Match[str]) -> str:
    return match[0].lower()


def _same(match: re.Match[str]) -> str:
    return match[0]


def _digits(match: re.Match[str]) -> str:
    """Return the digits on the keys of what was typed with shift."""
    return match[0].translate(_SHIFTED)


def _colon(match: re.Match[str]) -> str:
    """Return a colon for the space of ``ubuntu 14.04``, nothing for any other."""
    inside = match.start() > 0 and match.end() < len(match.string)
    return ":" if inside and ":" not in match.string else ""


#: What names must not have: end of the message's key, the part it is in, how it looks, and what
#: to put in its place. They are taken away one after the other.
_CAUSES: tuple[tuple[str, int, str, _Change], ...] = (
    ("empty", _WHOLE, r"^\s*\Z", _same),
    ("scheme", _WHOLE, r"^\w*://", ""),
    ("space", _WHOLE, r"\s+", _colon),
    ("at", _DIGEST, r"^@(?=[^:]*\Z)", ":"),
    ("digest", _DIGEST, r"^@(?!sha256:[0-9a-f]{64}\Z).*", _same),
    ("upper", _PATH, r"[A-Z]+", _lower),
    ("path", _PATH, r"[^A-Za-z0-9._/-]+", ""),
    ("slash", _PATH, r"^/+|/+\Z|(?<=/)/+", ""),
    ("ends", _PATH, r"(?<![A-Za-z0-9])[._-]+|[._-]+(?![A-Za-z0-9._-])|_{3,}", ""),
    ("no_name", _PATH, r"^\Z", ""),
    ("long", _PATH, r"^.{240,}", _same),
    ("no_tag", _TAG, r"^:\Z", ""),
    ("colons", _TAG, r"(?<!^):.*", ""),
    ("tag", _TAG, r"[^A-Za-z0-9_.:-]+", _digits),
    ("tag_front", _TAG, r"(?<=^:)[.-]+", ""),
    ("tag_long", _TAG, r"^.{130,}", _same),
)


def _explained(typed: str, language: str) -> tuple[list[str], str]:
    """Return what is wrong with a name, and the name without it as far as that can be guessed."""
    said = []
    for kind, part, pattern, change in _CAUSES:
        pieces = [typed, *_split(typed)[1:]]
        if found := re.findall(pattern, pieces[part]):
            what = _shown("".join(dict.fromkeys("".join(found))))
            said.append(message(f"name.wrong_{kind}", language, what=what))
            if kind == "empty":
                break
            pieces[part] = re.sub(pattern, change, pieces[part])
            typed = pieces[0] if part == _WHOLE else _split(typed)[0] + "".join(pieces[1:])
    return said or [message("name.wrong", language)], typed


def _split(typed: str) -> tuple[str, str, str, str]:
    """Return host with its slash, path, tag with its colon, digest with its ``@``."""
    rest, at, digest = typed.partition("@")
    front, slash, path = rest.partition("/")
    is_host = bool(slash) and ("." in front or ":" in front or front == "localhost")
    host = front + slash if is_host else ""
    path, colon, tag = (path if is_host else rest).partition(":")
    return host, path, colon + tag, at + digest
