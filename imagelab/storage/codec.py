"""A state as objects: each part that never changes is one object, kept and read once.

Parts are found again by their identity, so keeping the next state costs what has changed, and
states that share a layer share it after reading too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from imagelab.model.config import Config
from imagelab.model.container import Container, Exec
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.network import Network
from imagelab.model.node import Changes, Node
from imagelab.model.process import Process
from imagelab.model.reference import Reference
from imagelab.model.state import State, Volume, image_table, layer_table, reference_table
from imagelab.model.table import Table
from imagelab.storage.blobs import BlobStore
from imagelab.storage.container import (
    config_from_json,
    config_to_json,
    endpoints_from_json,
    endpoints_to_json,
    exec_from_json,
    exec_to_json,
    get_logs,
    host_config_from_json,
    host_config_to_json,
    old_endpoint_from_json,
    process_from_json,
    process_to_json,
    put_logs,
    restarts_from_json,
    restarts_to_json,
)
from imagelab.storage.contents import Contents, Layers, bytes_from_json, bytes_to_json
from imagelab.storage.errors import StorageError
from imagelab.storage.files import StoredChanges, get_changes, put_changes
from imagelab.storage.memory import Memory
from imagelab.storage.network import network_from_json, network_to_json
from imagelab.storage.objects import Objects
from imagelab.storage.record import Record, damaged, is_digest, text_of
from imagelab.storage.tables import Rows, get_table, put_table

T = TypeVar("T")


class Codec:
    """States to objects and back. Every method raises ``StorageError``."""

    def __init__(self, objects: Objects, blobs: BlobStore) -> None:
        """Use a lab's objects and blobs."""
        self._objects = objects
        self._blobs = blobs
        self._memory = Memory()
        self._layers = Rows(
            "layers", _layer_table, lambda _, layer: self._put_layer(layer), str,
            self._layer_row, text_of)
        self._images = Rows(
            "images", _image_table, lambda _, image: self._put_image(image), str,
            self._image_row, text_of)
        self._losses: tuple[int, object] = (0, None)
        # What is in use somewhere, by kind and object.
        self._live: WeakValueDictionary[tuple[str, str], Any] = WeakValueDictionary()

    # --- writing ---------------------------------------------------------------------------

    def put_state(self, state: State) -> str:
        """Keep a state and all that is in it; return its object's name."""
        if self._losses != (losses := (self._objects.rollbacks, self._objects.removals)):
            self._memory.forget()
            self._losses = losses
        with self._memory.state():
            object_id = self._objects.put("state", {
                "layers": put_table(state.layers, self._layers, self._objects, self._memory),
                "images": put_table(state.images, self._images, self._objects, self._memory),
                "references": put_table(state.references, _REFERENCES, self._objects, self._memory),
                "containers": self._memory.base(
                    state.containers, lambda: self._write_containers(state.containers)),
                "clock": state.clock,
                "counter": state.counter,
                "volumes": self._memory.base(
                    state.volumes, lambda: self._write_volumes(state.volumes)),
                "logins": dict(state.logins),
                "hub": self._put_changes(state.hub),
                "sources": self._once(state.sources, self._write_sources),
                "networks": self._memory.base(
                    state.networks, lambda: self._write_networks(state.networks)),
                "pools": state.pools,
            })
        self._live["state", object_id] = state
        return object_id

    def _once(self, part: object, put: Callable[..., str], *values: Any) -> str:
        """Return a part's object, kept now unless it is there already."""
        object_id = self._memory.find(part)
        if not object_id:
            object_id = _stored_id(part)
            if not object_id or not self._objects.has(object_id):
                object_id = put(part, *values)
        self._memory.note(part, object_id)
        return object_id

    def _put(self, kind: str, part: object, values: dict[str, Any]) -> str:
        object_id = self._objects.put(kind, values)
        self._live[kind, object_id] = part
        return object_id

    def _put_layer(self, layer: Layer) -> str:
        """Keep a layer after those below it, without recursion: stacks may be deep."""
        stack: list[Layer] = []
        at: Layer | None = layer
        while at is not None and not self._memory.is_noted(at):
            stack.append(at)
            at = at.parent
        object_id = self._memory.find(at) if at is not None else None
        for part in reversed(stack):
            changes = self._put_changes(part.changes)
            object_id = self._once(part, self._write_layer, object_id, changes)
        assert object_id is not None
        return object_id

    def _write_layer(self, layer: Layer, parent: str | None, changes: str) -> str:
        if not is_digest(layer.diff_id):
            raise StorageError(f"cannot keep a layer whose DiffID is {layer.diff_id!r}")
        blob = layer.blob and self._contents().keep(layer.blob)
        return self._put("layer", layer, {
            "diff_id": layer.diff_id,
            "parent": parent,
            "blob": blob and {"digest": blob.digest, "size": blob.size},
            "changes": changes,
            "size": layer.size,
        })

    def _put_changes(self, changes: Changes) -> str:
        return self._once(changes, put_changes, self._contents())

    def _contents(self) -> Contents:
        """Return what keeps the files of one layer or container, and layers that are files."""
        return Contents(self._objects, self._blobs, Layers(self._put_changes, self._get_changes))

    def _put_image(self, image: Image) -> str:
        return self._once(image, self._write_image)

    def _write_image(self, image: Image) -> str:
        config = self._objects.put("image config", {"data": bytes_to_json(image.config_json)})
        return self._put("image", image, {
            "config": config, "parent": image.parent, "last_tag_time": image.last_tag_time,
        })

    def _write_containers(self, containers: Mapping[str, Container]) -> str:
        return self._objects.put("containers", {
            "rows": [self._put_container(each) for each in containers.values()]})

    def _put_container(self, container: Container) -> str:
        # The parts come first even where the container is known: they have to stay known too.
        parts = {
            "layer": self._put_layer(container.layer) if container.layer else None,
            "config": self._once(container.config, self._write_config),
            "changes": self._put_changes(container.changes),
            "mounts": {
                point: self._put_changes(changes) for point, changes in container.mounts.items()
            },
            "processes": {
                name: self._once(process, self._write_process)
                for name, process in container.processes.items()
            },
            "logs": self._once(container.logs, put_logs, self._objects),
            "execs": [self._once(run, self._write_exec) for run in container.execs.values()],
        }
        return self._once(container, self._write_container, parts)

    def _write_config(self, config: Config) -> str:
        return self._put("configuration", config, {"config": config_to_json(config)})

    def _write_process(self, process: Process) -> str:
        return self._put("process", process, process_to_json(process))

    def _write_exec(self, run: Exec) -> str:
        return self._put("exec", run, exec_to_json(run))

    def _write_container(self, container: Container, parts: dict[str, Any]) -> str:
        plain = {name: getattr(container, name) for name in _PLAIN}
        more = {
            "host_config": host_config_to_json(container.host_config),
            "volumes": dict(container.volumes),
            "read_only": list(container.read_only),
            "restarts": restarts_to_json(container.restarts),
            "anonymous": container.anonymous,
            "endpoints": endpoints_to_json(container.endpoints),
        }
        return self._put("container", container, {**plain, **more, **parts})

    def _write_volumes(self, volumes: Mapping[str, Volume]) -> str:
        return self._objects.put("volumes", {
            "rows": [self._once(each, self._write_volume) for each in volumes.values()]})

    def _write_volume(self, volume: Volume) -> str:
        labels = None if volume.labels is None else dict(volume.labels)
        return self._put("volume", volume, {
            "name": volume.name, "created": volume.created, "labels": labels,
            "changes": self._put_changes(volume.changes),
        })

    def _write_networks(self, networks: Mapping[str, Network]) -> str:
        return self._objects.put("networks", {
            "rows": [self._once(each, self._write_network) for each in networks.values()]})

    def _write_network(self, network: Network) -> str:
        return self._put("network", network, network_to_json(network))

    def _write_sources(self, sources: Mapping[str, tuple[str, ...]]) -> str:
        return self._objects.put("sources", {
            "sources": {layer: list(names) for layer, names in sources.items()}})

    # --- reading ---------------------------------------------------------------------------

    def get_changes(self, object_id: str) -> dict[str, Node]:
        """Read the files of a layer or container, which nothing holds then."""
        return get_changes(object_id, self._contents())

    def get_state(self, object_id: str) -> State:
        """Read a state; the files in it are read when they are looked at."""
        return self._shared("state", object_id, self._read_state)

    def _shared(self, kind: str, object_id: str, read: Callable[[Record], T]) -> T:
        """Return a part that is in use already, or read it."""
        part: T | None = self._live.get((kind, object_id))
        if part is None:
            part = read(self._objects.get(object_id, kind))
            self._live[kind, object_id] = part
        return part

    def _read_state(self, record: Record) -> State:
        containers = [
            self._shared("container", container, self._read_container)
            for container in self._rows(record, "containers")
        ]
        volumes = [
            self._shared("volume", volume, self._read_volume)
            for volume in self._rows(record, "volumes")
        ]
        networks = [
            self._shared("network", network, network_from_json)
            for network in self._rows(record, "networks")
        ]
        return State(
            get_table(record.value("layers"), self._layers, self._objects),
            get_table(record.value("images"), self._images, self._objects),
            get_table(record.value("references"), _REFERENCES, self._objects),
            {container.id: container for container in containers},
            record.integer("clock"),
            record.integer("counter"),
            {volume.name: volume for volume in volumes},
            record.text_mapping("logins", {}),
            self._get_changes(record.text("hub")) if "hub" in record else {},
            self._get_sources(record.value("sources", {})),
            {network.name: network for network in networks},
            record.integer("pools", 0),
        )

    def _rows(self, record: Record, kind: str) -> tuple[str, ...]:
        value = record.value(kind, [])
        if isinstance(value, list):  # of format 1, where each state had all rows
            return record.texts(kind, [])
        return self._objects.get(text_of(value), kind).texts("rows")

    def _layer_row(self, value: Any) -> tuple[str, Layer]:
        layer = self._get_layer(text_of(value))
        return layer.chain_id, layer

    def _image_row(self, value: Any) -> tuple[str, Image]:
        image = self._shared("image", text_of(value), self._read_image)
        return image.id, image

    def _get_sources(self, value: Any) -> dict[str, tuple[str, ...]]:
        if isinstance(value, str):
            value = self._objects.get(value, "sources").value("sources")
        return _read_sources(Record(value, "sources"))  # of format 1, where each state had them

    def _get_layer(self, object_id: str) -> Layer:
        """Read a layer after those below it, without recursion."""
        unread: list[tuple[str, Record]] = []
        at: str | None = object_id
        parent: Layer | None = None
        while at is not None and (parent := self._live.get(("layer", at))) is None:
            record = self._objects.get(at, "layer")
            unread.append((at, record))
            at = record.optional_text("parent")
        for name, record in reversed(unread):
            parent = self._live["layer", name] = self._read_layer(record, parent)
        assert parent is not None
        return parent

    def _read_layer(self, record: Record, parent: Layer | None) -> Layer:
        blob = None
        if record.value("blob") is not None:
            named = Record(record.value("blob"), "layer blob")
            blob = self._contents().blob(named.digest("digest"))
            if blob.size != named.size("size"):
                raise damaged(f"blob {blob.digest} has another size than it had")
        changes = self._get_changes(record.text("changes"))
        layer = Layer(record.digest("diff_id"), changes, parent, blob)
        # `docker images` wants the size and nothing else; counting again would read all files.
        vars(layer)["size"] = record.size("size")
        return layer

    def _get_changes(self, object_id: str) -> StoredChanges:
        changes: StoredChanges | None = self._live.get(("changes", object_id))
        if changes is None:
            changes = self._live["changes", object_id] = StoredChanges(
                object_id, self.get_changes)
        return changes

    def _read_image(self, record: Record) -> Image:
        config = self._objects.get(record.text("config"), "image config")
        return Image(
            bytes_from_json(config.value("data")), record.text("parent"),
            record.integer("last_tag_time"))

    def _read_container(self, record: Record) -> Container:
        layer = record.optional_text("layer")
        execs = [
            self._shared("exec", run, exec_from_json) for run in record.texts("execs", [])]
        return Container(
            id=record.text("id"),
            name=record.text("name"),
            image_id=record.text("image_id"),
            created=record.integer("created"),
            config=self._shared("configuration", record.text("config"), _read_config),
            host_config=host_config_from_json(record.value("host_config")),
            layer=None if layer is None else self._get_layer(layer),
            changes=self._get_changes(record.text("changes")),
            mounts={
                point: self._get_changes(changes)
                for point, changes in record.text_mapping("mounts").items()
            },
            processes={
                name: self._shared("process", process, process_from_json)
                for name, process in record.text_mapping("processes").items()
            },
            logs=get_logs(record.text("logs"), self._objects),
            status=record.text("status"),
            exit_code=record.integer("exit_code"),
            error=record.text("error"),
            started=record.integer("started"),
            finished=record.integer("finished"),
            pid=record.integer("pid"),
            volumes=record.text_mapping("volumes", {}),
            read_only=record.texts("read_only", []),
            restarts=restarts_from_json(record.value("restarts", None)),
            anonymous=record.flag("anonymous", False),
            endpoints=(endpoints_from_json(record.value("endpoints")) if "endpoints" in record
                       else old_endpoint_from_json(record.value("endpoint", None))),
            execs={run.id: run for run in execs},
        )

    def _read_volume(self, record: Record) -> Volume:
        return Volume(
            record.text("name"), record.integer("created"),
            self._get_changes(record.text("changes")),
            None if record.value("labels") is None else record.text_mapping("labels"))


def _layer_table(layers: Mapping[str, Layer]) -> Table[str, Layer]:
    return layer_table(layers.values())


def _image_table(images: Mapping[str, Image]) -> Table[str, Image]:
    return image_table(images.values())


def _reference_to_json(name: Reference) -> list[str]:
    return [name.domain, name.path, name.tag, name.digest]


def _reference(value: Any) -> Reference:
    match value:
        case [str(), str(), str(), str()]:
            return Reference(*value)
    raise damaged("a reference is not as it was written")


def _reference_row(value: Any) -> tuple[Reference, str]:
    match value:
        case [*name, str(image_id)]:
            return _reference(name), image_id
    raise damaged("a reference is not as it was written")


_REFERENCES = Rows(
    "references", reference_table, lambda name, image_id: [*_reference_to_json(name), image_id],
    _reference_to_json, _reference_row, _reference)


def _read_sources(record: Record) -> dict[str, tuple[str, ...]]:
    return {layer: record.texts(layer) for layer in record}


#: Attributes of a container that JSON has as they are.
_PLAIN = (
    "id", "name", "image_id", "created", "status", "exit_code", "error", "started", "finished",
    "pid",
)


def _stored_id(part: object) -> str:
    """Return the object that a part was read from, if it knows."""
    return part.object_id if isinstance(part, StoredChanges) else ""


def _read_config(record: Record) -> Config:
    return config_from_json(record.value("config"))
