"""Images of an archive with the layers that their configurations name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from imagelab.formats import image_config, layer_tar
from imagelab.formats.archive.errors import ArchiveError
from imagelab.formats.archive.members import Budget
from imagelab.model.content import Blob
from imagelab.model.node import Changes
from imagelab.model.watch import Watch


@dataclass(frozen=True)
class Loaded:
    """An image of an archive.

    Attributes:
        config_json: the image configuration, byte for byte.
        tags: the names it is to get.
        layers: its layers' own tars, uncompressed, the lowest first, each with its changes.
        parent: ID of the image it was committed from, if that one is in the archive too.
        packed: bytes that each of the layers has in the archive.
    """

    config_json: bytes
    tags: tuple[str, ...]
    layers: tuple[tuple[Blob, Changes], ...]
    parent: str = ""
    packed: tuple[int, ...] = ()


#: Most images, names and layers of an archive. Each costs as much as there are before it.
MAX_IMAGES = 1_000
MAX_NAMES = 10_000
MAX_LAYERS = 10_000

#: Keeps a stream as a blob of the lab.
AddBlob = Callable[[Iterator[bytes]], Blob]


@dataclass(frozen=True)
class Source:
    """A layer as it is in an archive, compressed or not.

    Attributes:
        size: bytes it has there.
        chunks: opens its stream.
    """

    size: int
    chunks: Callable[[], Iterator[bytes]]


class Layers:
    """Keeps layers as blobs: each once, however many images have it."""

    def __init__(self, add_blob: AddBlob, budget: Budget, watch: Watch) -> None:
        self._add_blob = add_blob
        self._watch = watch
        self._budget = budget
        self._kept: dict[str, tuple[Blob, Changes]] = {}
        self._images = self._names = 0

    def image(
        self, config_json: bytes, sources: Sequence[Source], tags: tuple[str, ...],
        parent: str = "",
    ) -> Loaded:
        """Return an image with its layers kept.

        Args:
            config_json: its configuration.
            sources: its layers, the lowest first.
            tags: as in :class:`Loaded`.
            parent: as there.

        Raises:
            ArchiveError: the configuration is none, or the layers are not those it names.
            CompressionError: a layer is packed, and damaged.
            LayerError: a layer is no tar.
        """
        self._images += 1
        self._names += len(tags)
        if self._images > MAX_IMAGES or self._names > MAX_NAMES:
            raise ArchiveError(f"more than {MAX_IMAGES} images or {MAX_NAMES} names")
        try:
            diff_ids = image_config.check(config_json)
        except image_config.ConfigError as error:
            raise ArchiveError(str(error)) from error
        if len(sources) != len(diff_ids):
            raise ArchiveError(
                f"invalid manifest, layers length mismatch: expected {len(diff_ids)}, "
                f"got {len(sources)}")
        layers = tuple(
            self._layer(number, diff_id, source)
            for number, (diff_id, source) in enumerate(zip(diff_ids, sources, strict=True)))
        return Loaded(
            config_json, tags, layers, parent, tuple(source.size for source in sources))

    def _layer(self, number: int, diff_id: str, source: Source) -> tuple[Blob, Changes]:
        if diff_id not in self._kept:
            if len(self._kept) == MAX_LAYERS:
                raise ArchiveError(f"more than {MAX_LAYERS} layers")
            chunks = self._watch(diff_id, source.size, source.chunks())
            blob = self._add_blob(self._budget.unpacked(chunks))
            changes = layer_tar.read(blob)
            if blob.digest != diff_id:
                raise ArchiveError(
                    f'invalid diffID for layer {number}: expected "{diff_id}", '
                    f'got "{blob.digest}"')
            self._kept[diff_id] = (blob, changes)
        return self._kept[diff_id]
