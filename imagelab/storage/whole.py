"""Whether a kept state is whole: all of it can be read, and is what its digests say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator

from imagelab.formats import image_config, layer_content
from imagelab.formats.layer_content import LayerTar
from imagelab.model.content import Content, Joined, Slice, digest_of
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import Changes
from imagelab.model.state import State
from imagelab.storage.codec import Codec
from imagelab.storage.errors import Damaged, StorageError
from imagelab.storage.files import StoredChanges
from imagelab.storage.record import damaged


class Wholeness:
    """Looks at the states of one lab; what states share it looks at once."""

    def __init__(self, reader: Codec, bad: Collection[str]) -> None:
        """Take what reads states, and the digests of blobs that do not match those."""
        self._reader = reader
        self._bad = bad
        self._known: dict[Hashable, str] = {}
        # Held while the next is read, which shares most of it.
        self._last: State | None = None

    def problem(self, state_id: str) -> str:
        """Return what is wrong with a state; nothing if it is whole."""
        return self._once(state_id, lambda: self._check(state_id))

    def _once(self, part: Hashable, check: Callable[[], None]) -> str:
        if part not in self._known:
            try:
                check()
                self._known[part] = ""
            except Damaged as error:
                self._known[part] = error.what
            except StorageError as error:
                self._known[part] = str(error)
        return self._known[part]

    def _need(self, part: Hashable, check: Callable[[], None]) -> None:
        if problem := self._once(part, check):
            raise damaged(problem)

    def _check(self, state_id: str) -> None:
        state = self._last = self._reader.get_state(state_id)
        for reference, image_id in state.references.items():
            if image_id not in state.images:
                raise damaged(f"{reference} is the name of no image")
        for image in state.images.values():
            self._check_image(image, state)
        for layer in state.layers.values():
            if layer.parent is not None and layer.parent.chain_id not in state.layers:
                raise damaged(f"the layer below {layer.chain_id} is missing")
            self._check_layer(layer)
        for container in state.containers.values():
            if container.layer is not None and container.layer.chain_id not in state.layers:
                raise damaged(f"the layers of container {container.name} are missing")
        for changes in _writable(state):
            self._check_changes(changes)

    def _check_image(self, image: Image, state: State) -> None:
        self._need(image.id, lambda: _check_config(image))
        for chain_id in image.chain_ids:
            if chain_id not in state.layers:
                raise damaged(f"layer {chain_id} of image {image.id} is missing")

    def _check_layer(self, layer: Layer) -> None:
        self._need((layer.diff_id, _name(layer.changes)), lambda: self._check_diff_id(layer))

    def _check_diff_id(self, layer: Layer) -> None:
        self._check_changes(layer.changes)
        content = layer_content.of_layer(layer)
        if isinstance(content, Slice):
            self._check_content(content)
        if _digest_of(content) != layer.diff_id:
            raise damaged(f"layer {layer.diff_id} does not match its digest")

    def _check_changes(self, changes: Changes) -> None:
        self._need(_name(changes), lambda: self._check_files(changes))

    def _check_files(self, changes: Changes) -> None:
        # Read apart from what the state holds, so that they are not held longer than this.
        files = (self._reader.get_changes(changes.object_id) if isinstance(changes, StoredChanges)
                 else changes)
        for node in files.values():
            self._check_content(node.content)

    def _check_content(self, content: Content) -> None:
        match content:
            case Slice() if content.blob.digest in self._bad:
                raise damaged(f"blob {content.blob.digest} does not match its digest")
            case Joined():
                for part in content.parts:
                    self._check_content(part)
            case LayerTar():
                self._check_layer(Layer(content.diff_id, content.changes))


def _name(changes: Changes) -> Hashable:
    return changes.object_id if isinstance(changes, StoredChanges) else id(changes)


def _check_config(image: Image) -> None:
    try:
        image_config.check(image.config_json)
    except image_config.ConfigError as error:
        raise damaged(f"image {image.id}: {error}") from None


def _digest_of(content: Content) -> str:
    """Return the digest of a layer's tar: that of a whole blob is known, others are made."""
    if isinstance(content, Slice):
        return content.blob.digest
    try:
        return digest_of(content.chunks())
    except (OSError, EOFError) as error:
        raise damaged(str(error)) from None


def _writable(state: State) -> Iterator[Changes]:
    """Yield what containers, volumes and the Hub's store hold."""
    for container in state.containers.values():
        yield container.changes
        yield from container.mounts.values()
    for volume in state.volumes.values():
        yield volume.changes
    yield state.hub
