"""What is in an image, a container or a volume; and what must be in no layer at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from imagelab.course.levels.goals.case import Case, Difference, differs, tree_of
from imagelab.engine.rootfs import base_tree
from imagelab.model.container import Container
from imagelab.model.content import Content, Pattern
from imagelab.model.filesystem import FileSystem
from imagelab.model.image import Image
from imagelab.model.node import Changes, Kind, Node
from imagelab.model.state import State
from imagelab.views.plan.who import container_of, image_of

#: Bytes of one file that are compared with a text, or searched for one.
_MOST_READ = 1 << 24
#: Characters of a file that are shown.
_MOST_SHOWN = 200


def file(case: Case) -> Iterator[Difference]:
    """What ``path`` of ``image`` or ``container`` shows: ``present``, its ``text``, ``mode``."""
    where = "image" if "image" in case.keys else "container"
    name, path = case.keys[where], case.keys["path"]
    if _place(case, case.now) is None:
        yield differs(f"no_{where}", **{where: name})
        return
    node = _node(case, case.now)
    yield from _differences(case, node, {"place": name, "path": path})


def _differences(
    case: Case, node: Node | None, values: dict[str, str],
) -> Iterator[Difference]:
    says = {"present", "text", "mode"} & case.keys.keys()
    model = None if says else _node(case, case.solved)
    if not (case.keys.get("present", True) if says else model):
        if node is not None or _node(case, case.now, follow=False) is not None:
            yield differs("file_left", **values)
        return
    wanted = Kind.FILE if "text" in case.keys else model.kind if model else None
    if node is None or wanted not in (None, node.kind):
        yield differs("no_file", **values)
        return
    text = _text(model) if model else case.keys.get("text", _text(node)).strip()
    if _text(node) != text:
        yield differs("file_text", text=text, found=_text(node)[:_MOST_SHOWN], **values)
    mode = case.keys.get("mode")
    if mode and node.mode != int(mode, 8):
        yield differs("file_mode", mode=mode, found=f"{node.mode:04o}", **values)


def _place(case: Case, state: State) -> Image | Container | None:
    if "image" in case.keys:
        return image_of(state, case.keys["image"])
    return container_of(state, case.keys["container"])


def _node(case: Case, state: State, *, follow: bool = True) -> Node | None:
    """Return what a program finds at the path, which goes through links; None for nothing."""
    place = _place(case, state)
    if isinstance(place, Container):
        files = FileSystem(base_tree(place), place.changes)
    else:
        files = FileSystem(tree_of(state, place), {})
    return files.lookup(f"/{case.keys['path']}", follow=follow)


def _text(node: Node) -> str:
    return node.content.read(_MOST_READ).decode("utf-8", "replace").strip()


def secret(case: Case) -> Iterator[Difference]:
    """A ``text`` that is in no layer, setting or history row of ``image``, or of any image."""
    text = case.keys["text"]
    if "image" in case.keys:
        image = image_of(case.now, case.keys["image"])
        if image is None:
            yield differs("no_image", image=case.keys["image"])
        images: Iterable[Image] = [image] if image else []
    else:
        images = case.now.images.values()
    for image in images:
        yield from _leaks(case, image, text)


def _leaks(case: Case, image: Image, text: str) -> Iterator[Difference]:
    names = [str(each) for each in case.now.references_of(image.id)]
    name = case.keys.get("image") or (names[0] if names else image.id[7:19])
    if _says(image.json, text):
        yield differs("secret_config", image=name)
    layer = case.now.layer_of(image)
    for each in layer.stack if layer else ():
        if path := _path_with(each.changes, text):
            yield differs("secret_layer", image=name, path=f"/{path}", depth=each.depth)


def _says(config: Any, text: str) -> bool:
    """Whether JSON values have a text in them: as it is meant, not as JSON escapes it."""
    pending = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, str) and text in value:
            return True
        if isinstance(value, Mapping):
            pending += [*value, *value.values()]
        elif isinstance(value, list):
            pending += value
    return False


def _path_with(changes: Changes, text: str) -> str:
    for path, node in changes.items():
        is_file = node.kind is Kind.FILE
        if text in path or text in node.target or (
                is_file and _has(node.content, text.encode())):
            return path
    return ""


def _has(content: Content, wanted: bytes) -> bool:
    """Whether the beginning of a content has some bytes, also across two chunks."""
    if isinstance(content, Pattern):
        return wanted in content.head  # the rest is filler
    kept = b""
    for chunk in content.chunks(0, min(content.size, _MOST_READ)):
        kept += chunk
        if wanted in kept:
            return True
        kept = kept[-len(wanted):]
    return False


def volume(case: Case) -> Iterator[Difference]:
    """A volume ``name``: there or ``absent``; with a file ``path`` that holds ``text``."""
    name: str = case.keys["name"]
    found = case.now.volumes.get(name)
    if case.keys.get("absent"):
        if found:
            yield differs("volume_left", name=name)
    elif found is None:
        yield differs("no_volume", name=name)
    elif "path" in case.keys:
        yield from _in_volume(found.changes, case.keys, name)


def _in_volume(changes: Changes, keys: Any, name: str) -> Iterator[Difference]:
    node = changes.get(keys["path"].strip("/"))
    values = {"place": name, "path": keys["path"]}
    if node is None:
        yield differs("no_file", **values)
    elif _text(node) != keys["text"].strip():
        values |= {"text": keys["text"].strip(), "found": _text(node)[:_MOST_SHOWN]}
        yield differs("file_text", **values)
