"""Which image has which layer: a row a layer, and what the images weigh together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from imagelab.engine.lookup import find_image
from imagelab.messages import text as message
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.state import State
from imagelab.views.files import file_changes
from imagelab.views.grid import Cell, Grid, Look, cell
from imagelab.views.map import MAX_ENTRIES
from imagelab.views.words import command, files, printable, size

#: Runs of layers that the same images have are drawn as one row if there are more rows.
MAX_ROWS = 24
#: Images that get a column, and rows in all; the sums are of everything.
MAX_IMAGES, _MOST_ROWS = 10, 60
_MIN_RUN = 3
HAS, HAS_NOT = "●", "·"


@dataclass(frozen=True)
class Sharing:
    """The layers of some images.

    Attributes:
        names: the images, as one typed them.
        images: the same images.
        layers: each once, after the one it lies on.
        made: the history entry behind each layer, by ChainID.
        total: sum of the images' sizes, as `docker images` lists them: by name.
        disk: bytes of the layers.
        parts: what each image adds to those before it, an image once.
    """

    names: tuple[str, ...]
    images: tuple[Image, ...]
    layers: tuple[Layer, ...]
    made: dict[str, str]
    total: int
    disk: int
    parts: tuple[tuple[str, int], ...]

    def columns(self, layer: Layer) -> tuple[bool, ...]:
        """Return which of the images that get a column have a layer."""
        return tuple(layer.chain_id in chain for chain in self._chains)

    @cached_property
    def _chains(self) -> tuple[frozenset[str], ...]:
        return tuple(frozenset(image.chain_ids) for image in self.images[:MAX_IMAGES])


def measure(state: State, refs: Sequence[str]) -> Sharing:
    """Return what some images share; all tagged ones if none are named.

    Raises:
        NotFound: there is no such image.
    """
    found = {ref: find_image(state, ref) for ref in refs} or dict(tagged(state))
    names, images = tuple(found), tuple(found.values())
    layers: dict[str, Layer] = {}
    parts: dict[str, tuple[str, int]] = {}
    total = 0
    for name, image in sorted(zip(names, images, strict=True),
                              key=lambda pair: len(pair[1].diff_ids)):
        stack = _stack(state, image)
        total += sum(layer.size for layer in stack)
        if image.id in parts:
            continue
        added = [layer for layer in stack if layer.chain_id not in layers]
        layers.update((layer.chain_id, layer) for layer in added)
        parts[image.id] = name, sum(layer.size for layer in added)
    disk = sum(layer.size for layer in layers.values())
    made = {key: value for image in images for key, value in commands(image)}
    return Sharing(names, images, tuple(layers.values()), made, total, disk,
                   tuple(parts.values()))


def tagged(state: State) -> Iterator[tuple[str, Image]]:
    """Yield all tags with their images, the oldest image first."""
    for image in state.images.values():
        for reference in state.references_of(image.id):
            if reference.tag:
                yield str(reference), image


def _stack(state: State, image: Image) -> tuple[Layer, ...]:
    top = state.layer_of(image)
    return top.stack if top else ()


def commands(image: Image) -> Iterator[tuple[str, str]]:
    """Yield each layer's ChainID with the history entry that made it, if they fit together."""
    made = [step for step in image.history if not step.get("empty_layer")]
    if len(made) == len(image.chain_ids):
        for chain_id, step in zip(image.chain_ids, made, strict=True):
            yield chain_id, str(step.get("created_by") or "")


def sharing(state: State, refs: Sequence[str], language: str) -> Grid:
    """Return the drawing of which image has which layer.

    Args:
        state: the lab.
        refs: the images; all tagged ones if there are none.
        language: of the drawing's texts.

    Raises:
        NotFound: there is no such image.
    """
    found = measure(state, refs)
    title = message("sharing.title", language)
    if not found.names:
        return Grid(title, (), (message("sharing.nothing", language),))
    heads = tuple(cell(message(f"sharing.{key}", language), look=Look.HEAD)
                  for key in ("layer", "size", "files"))
    names = tuple(cell(name, short_id(image.id), look=Look.HEAD)
                  for name, image in list(zip(found.names, found.images, strict=True))[:MAX_IMAGES])
    body = [_row(found, run, language) for run in _runs(found)[:_MOST_ROWS]]
    return Grid(title, ((*heads, *names), *body, _totals(state, found, language)),
                tuple(_notes(state, found, language)))


def _runs(found: Sharing) -> list[list[Layer]]:
    """Return the layers, in runs that stand on each other and that the same images have."""
    runs: list[list[Layer]] = []
    for layer in filter(lambda layer: any(found.columns(layer)), found.layers):
        same = bool(runs) and layer.parent == runs[-1][-1] and (
            found.columns(layer) == found.columns(runs[-1][-1]))
        if same and len(found.layers) > MAX_ROWS:
            runs[-1].append(layer)
        else:
            runs.append([layer])
    return [part for run in runs for part in ([run] if len(run) >= _MIN_RUN
                                              else [[layer] for layer in run])]


def _row(found: Sharing, run: Sequence[Layer], language: str) -> tuple[Cell, ...]:
    has = found.columns(run[0])
    shared = sum(has) > 1
    weight = size(sum(layer.size for layer in run))
    what = message("layers.folded", language, count=len(run)) if len(run) > 1 else (
        _what(found, run[0], language))
    marks = tuple(
        cell(f"{HAS} {weight}", look=Look.BOX if shared else Look.THICK, tint=0 if shared else 1)
        if each else cell(HAS_NOT) for each in has)
    return (cell(short_id(printable(run[-1].diff_id))), cell(weight), cell(what, even=True), *marks)


def _what(found: Sharing, layer: Layer, language: str) -> str:
    """Say what a layer changes, or for one that changes much the step that made it."""
    if len(layer.changes) <= MAX_ENTRIES and (
            changes := file_changes(layer.changes, layer.parent)):
        return files(changes, language, 1)
    return command(found.made.get(layer.chain_id, ""))


def _totals(state: State, found: Sharing, language: str) -> tuple[Cell, ...]:
    sizes = (cell(size(sum(layer.size for layer in _stack(state, image))), look=Look.HEAD)
             for image in found.images[:MAX_IMAGES])
    return (cell(message("sharing.image_size", language), look=Look.HEAD), Cell(), Cell(), *sizes)


def _notes(state: State, found: Sharing, language: str) -> Iterator[str]:
    named = [f"{printable(name)} {size(number)}" for name, number in found.parts]
    if len(named) > MAX_IMAGES:
        named[MAX_IMAGES:] = [message("layers.more", language, count=len(named) - MAX_IMAGES)]
    parts = " + ".join(named)
    yield message("sharing.legend", language)
    if len(found.images) > MAX_IMAGES or len(_runs(found)) > _MOST_ROWS:
        yield message("sharing.part", language, images=len(found.images),
                      layers=len(found.layers))
    yield message(
        "sharing.total", language, size=size(found.total), bytes=f"{found.total:,}",
        disk=size(found.disk), disk_bytes=f"{found.disk:,}", parts=parts)
    if len(found.layers) < len(state.layers):
        yield message("sharing.outside", language)
