"""The engine and the Hub side by side: what is here, what is there, and what came from there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from imagelab.messages import text as message
from imagelab.model.container import Container
from imagelab.model.image import Image, short_id
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.registry.hub import resolve
from imagelab.registry.remote import ManifestUnknown, NameUnknown
from imagelab.registry.search import Repository, repositories
from imagelab.views.grid import Cell, Grid, Look, cell
from imagelab.views.words import printable, short_digests

#: Images, names of one image and containers of one that are shown before "… more".
MAX_IMAGES, MAX_NAMES, MAX_CONTAINERS = 16, 3, 3
#: Docker's commands on their way; texts of this kind are the same in every language.
SEARCH, PULL, RUN = "docker search →", "← docker pull", "← docker create, run"
_NONE = "<none>"


def origin(state: State, image: Image) -> str:
    """Return the Hub's repository that an image was fetched from; empty for none.

    A pull leaves a name by digest, and the Hub knows that digest. A tag alone proves nothing:
    anyone can give any.
    """
    for reference in state.references_of(image.id):
        if reference.digest and _is_known(reference):
            return reference.familiar_name
    return ""


def _is_known(reference: Reference) -> bool:
    try:
        resolve(reference)
    except (NameUnknown, ManifestUnknown):
        return False
    return True


def hub(state: State, language: str) -> Grid:
    """Return the drawing of the engine, the Hub, and what goes between them.

    Args:
        state: the lab.
        language: of the drawing's texts.
    """
    fetched: dict[str, list[Image]] = {}
    own: list[Image] = []
    for image in _shown(state):
        source = origin(state, image)
        (fetched.setdefault(source, []) if source else own).append(image)
    drawing = _Drawing(state, language, fetched)
    rows = [drawing.head(), *drawing.fetched_rows(), *drawing.other_rows(own)]
    return Grid(message("hub.title", language), tuple(rows), tuple(drawing.notes()))


def _shown(state: State) -> list[Image]:
    """Return the images that ``docker images`` lists, and others that containers have."""
    parents = {image.parent for image in state.images.values()}
    used = {container.image_id for container in state.containers.values()}
    return [image for image in state.images.values()
            if state.references_of(image.id) or image.id not in parents or image.id in used]


class _Drawing:
    """The rows: container, way, image, way, repository."""

    def __init__(
        self, state: State, language: str, fetched: Mapping[str, Sequence[Image]],
    ) -> None:
        self.state = state
        self.language = language
        self.fetched = fetched

    def head(self) -> tuple[Cell, ...]:
        return (
            cell(message("hub.containers", self.language), look=Look.HEAD),
            cell(RUN),
            cell(message("hub.images", self.language), look=Look.HEAD),
            cell(SEARCH, PULL),
            cell("Docker Hub", look=Look.HEAD))

    def fetched_rows(self) -> list[tuple[Cell, ...]]:
        """Return a row for each image that came from the Hub, its repository beside the first."""
        known = {each.name: each for each in repositories()}
        rows: list[tuple[Cell, ...]] = []
        for name, images in self.fetched.items():
            for at, image in enumerate(images[:MAX_IMAGES]):
                there = Cell() if at else self._repository(
                    known.get(name, Repository(name, "", 0, False)), image)
                rows.append((*self._engine(image), cell(PULL), there))
            rows += self._more(len(images))
        return rows

    def other_rows(self, own: Sequence[Image]) -> list[tuple[Cell, ...]]:
        """Return what is only here beside what is only there."""
        here: list[tuple[Cell, ...]] = []
        here += [(*self._engine(image), Cell()) for image in own[:MAX_IMAGES]]
        here += [row[:4] for row in self._more(len(own))]
        orphans = [each for each in self.state.containers.values()
                   if each.image_id not in self.state.images]
        if orphans:
            here.append((self._containers(orphans), Cell(), Cell(), Cell()))
        there = self._unfetched()
        rows = max(len(here), len(there))
        here += [(Cell(), Cell(), Cell(), Cell())] * (rows - len(here))
        there += [Cell()] * (rows - len(there))
        return [(*row, repository) for row, repository in zip(here, there, strict=True)]

    def _unfetched(self) -> list[Cell]:
        """Return the repositories that nothing came from: official and private ones."""
        left = [each for each in repositories() if each.name not in self.fetched]
        shown = sorted((each for each in left if each.official or each.private),
                       key=lambda each: (each.private, -each.stars))
        cells = [self._repository(each) for each in shown]
        if len(left) > len(shown):
            cells.append(cell(message("hub.more", self.language, count=len(left) - len(shown))))
        return cells

    def _engine(self, image: Image) -> tuple[Cell, Cell, Cell]:
        used = [each for each in self.state.containers.values() if each.image_id == image.id]
        return (self._containers(used) if used else Cell(), cell("←") if used else Cell(),
                self._image(image))

    def _image(self, image: Image) -> Cell:
        references = self.state.references_of(image.id)
        names = self._cut([str(each) for each in references if each.tag], MAX_NAMES)
        digests = [short_digests(each.digest) for each in references if each.digest][:1]
        said = digests or [message("hub.only_here", self.language)]
        return cell(", ".join(names) or _NONE, short_id(image.id), *said, look=Look.BOX, tint=0)

    def _containers(self, found: Sequence[Container]) -> Cell:
        named = self._cut([each.name for each in found], MAX_CONTAINERS)
        return cell(*named, look=Look.BOX, tint=2)

    def _cut(self, names: list[str], limit: int) -> list[str]:
        if len(names) <= limit:
            return names
        more = message("layers.more", self.language, count=len(names) - limit)
        return [*names[:limit], more]

    def _repository(self, found: Repository, image: Image | None = None) -> Cell:
        if found.private:
            mark = message("hub.private", self.language)
        else:
            mark = message("hub.official", self.language) if found.official else ""
        said = " ".join(filter(None, (found.name, f"★{found.stars}", mark)))
        return cell(said, self._digest(found.name, image),
                    look=Look.BOX if found.official else Look.DASHED,
                    tint=1 if found.official else -1)

    def _digest(self, name: str, image: Image | None) -> str:
        """Return the digest that this repository of the Hub and the engine both have."""
        references = self.state.references_of(image.id) if image else ()
        found = (each.digest for each in references if each.familiar_name == name and each.digest)
        return short_digests(next(found, ""))

    def _more(self, number: int) -> Iterable[tuple[Cell, ...]]:
        if number > MAX_IMAGES:
            said = message("layers.more", self.language, count=number - MAX_IMAGES)
            yield (Cell(), Cell(), cell(said), Cell(), Cell())

    def notes(self) -> list[str]:
        official = sum(each.official for each in repositories())
        return [
            message("hub.summary", self.language, repositories=len(repositories()),
                    official=official, fetched=", ".join(map(printable, self.fetched)) or "-"),
            message("hub.how", self.language),
            message("hub.mark", self.language),
        ]
