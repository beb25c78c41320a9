"""What the view of space says: its sums in words and in bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imagelab.docker.usage_totals import reclaimable
from imagelab.formats.units import human_size
from imagelab.messages import text
from imagelab.model.image import short_id
from imagelab.views.space.measure import ImageSpace, Shared, Space
from imagelab.views.words import letters, printable, short_digests, size

#: Images and groups of layers that are named one by one.
MAX_IMAGES, MAX_GROUPS = 20, 12
#: Numbers added up before one's eyes, and images named for a group.
_MAX_TERMS, _MAX_NAMES = 6, 4
_NAMELESS = "<none>:<none>"


def letter(group: Shared) -> str:
    """Return a group's letters."""
    return letters(group.number)


def short(image: ImageSpace) -> str:
    """Return the first name of an image."""
    return short_digests(printable(image.names[0]))


def row_name(image: ImageSpace) -> str:
    """Return the first name of an image, and how many more it has."""
    return short(image) + (f" (+{len(image.names) - 1})" if len(image.names) > 1 else "")


def name(image: ImageSpace) -> str:
    """Return what an image is called where its ID does not stand beside."""
    return f"<none> {short_id(image.id)}" if is_nameless(image) else row_name(image)


def is_nameless(image: ImageSpace) -> bool:
    """Whether a listed image is dangling: nameless ones with children are not listed."""
    return image.names == (_NAMELESS,)


def identity(image: ImageSpace, language: str) -> str:
    """Return an image's ID, and that it is dangling if so."""
    said = [short_id(image.id)]
    if is_nameless(image):
        said.append(text("space.dangling", language))
    return " · ".join(said)


def names(image: ImageSpace, language: str) -> str:
    """Return its names, the first few of many."""
    return _some([short_digests(printable(each)) for each in image.names], language, ", ")


def number(count: int, exact: bool) -> str:
    """Return SHARED SIZE and what else takes four digits, or all digits of a number of bytes."""
    return f"{count:,}" if exact else human_size(count)


def image_size(count: int, exact: bool) -> str:
    """Return SIZE as ``docker images`` prints it, or all its digits."""
    return f"{count:,}" if exact else size(count)


def group(found: Space, shared: Shared, language: str) -> str:
    """Say what a group of layers is and which images have it."""
    return text("space.group", language, letter=letter(shared), layers=len(shared.layers),
                size=human_size(shared.size), bytes=f"{shared.size:,}",
                images=len(shared.images), names=_users(found, shared, "", language))


def others(found: Space, shared: Shared, image: ImageSpace, language: str) -> str:
    """Name the images besides one that have a group of layers."""
    return _users(found, shared, image.id, language)


def _users(found: Space, shared: Shared, but: str, language: str) -> str:
    users = set(shared.images) - {but}
    who = [name(image) for image in found.images if image.id in users]
    if len(who) > _MAX_NAMES:
        who[_MAX_NAMES:] = [text("space.more_names", language, count=len(who) - _MAX_NAMES)]
    return ", ".join(who)


def arithmetic(found: Space, language: str) -> Iterator[str]:
    """Yield the sum of the column, what it counts again, and what is left: the disk."""
    if not found.images:
        return
    rows = [image.size for image in found.images for _ in image.names]
    yield text("space.column", language, sum=_sum(rows), bytes=f"{found.column:,}")
    if found.renamed:
        twice = [image for image in found.images if len(image.names) > 1]
        yield text("space.renamed", language, bytes=f"{found.renamed:,}",
                   names=_some([names(each, language) for each in twice], language))
    if found.again:
        terms = [f"{letter(each)} {each.size:,} × {len(each.images) - 1}"
                 for each in found.shared if each.size]
        yield text("space.again", language, bytes=f"{found.again:,}",
                   parts=_some(terms, language, " + "))
    yield text("space.disk", language, bytes=f"{found.disk:,}", size=human_size(found.disk))
    unique = sum(each.unique_size for each in found.images)
    shared = sum(each.size for each in found.shared)
    yield text("space.check", language, unique=f"{unique:,}", shared=f"{shared:,}",
               bytes=f"{found.disk:,}")


def _sum(terms: Sequence[int]) -> str:
    shown = [f"{term:,}" for term in terms[:_MAX_TERMS]]
    return " + ".join(shown + (["…"] if len(terms) > _MAX_TERMS else []))


def _some(parts: Sequence[str], language: str, between: str = "; ") -> str:
    shown = list(parts[:_MAX_TERMS])
    if len(parts) > _MAX_TERMS:
        shown.append(text("space.more_names", language, count=len(parts) - _MAX_TERMS))
    return between.join(shown)


def notes(found: Space, language: str) -> Iterator[str]:
    """Yield what else there is to say of the disk: what may come free, and what is no image."""
    images, containers, volumes, _ = found.totals
    if images.size:
        yield text("space.reclaimable", language, size=reclaimable(images),
                   bytes=f"{images.reclaimable:,}", disk=f"{images.size:,}",
                   used=f"{images.size - images.reclaimable:,}")
    if containers.count:
        yield text("space.containers", language, count=containers.count,
                   size=human_size(containers.size), bytes=f"{containers.size:,}")
    if volumes.count:
        yield text("space.volumes", language, count=volumes.count,
                   size=human_size(volumes.size), bytes=f"{volumes.size:,}")
    if found.held:
        held = sum(each.size for each in found.held)
        users = dict.fromkeys(user for each in found.held for user in each.users)
        yield text("space.held", language, count=len(found.held), size=human_size(held),
                   bytes=f"{held:,}", names=_some(list(map(printable, users)), language, ", "))
    if found.hidden:
        yield text("space.hidden", language, count=found.hidden)
