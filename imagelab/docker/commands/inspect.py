"""``docker inspect``, ``docker image inspect`` and ``docker container inspect``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import gotemplate
from imagelab.docker.command import ClientError, Command
from imagelab.docker.errors import daemon_error
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.gotemplate import Struct, Template
from imagelab.docker.inspect_types import typed_container, typed_image
from imagelab.docker.io import Io, encode
from imagelab.formats import gojson
from imagelab.model.outcome import EngineError, NotFound

_TYPES = ("config", "container", "image", "network", "node", "plugin", "secret", "service", "task",
          "volume")
Document = Mapping[str, Any]


@dataclass(frozen=True)
class _Found:
    """A document, and how to see it as the client's type."""

    document: Document
    typed: Callable[[Document], Struct]


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    kind = parsed["type"]
    if kind and kind not in _TYPES:
        listed = ", ".join(f'"{each}"' for each in _TYPES)
        raise ClientError(f'unknown type: "{kind}": must be one of {listed}')
    if "type" in parsed.given and not kind:
        raise ClientError("type is empty: must be one of " + ", ".join(f'"{t}"' for t in _TYPES))
    if kind not in ("", "image", "container"):
        raise ClientError(f"imagelab does not simulate docker inspect --type {kind}")
    return _print_all(io, parsed, lambda name: _find(daemon, kind, name, parsed["size"]))


def _inspect_image(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return _print_all(io, parsed, lambda name: _find(daemon, "image", name, False))


def _inspect_container(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return _print_all(io, parsed, lambda name: _find(daemon, "container", name, parsed["size"]))


def _find(daemon: Daemon, kind: str, name: str, size: bool) -> _Found:
    """Look for a container first, then for an image, as the client does (``inspect-02``)."""
    if kind != "image":
        try:
            return _Found(daemon.inspect_container(name, size=size), typed_container)
        except NotFound:
            if kind == "container":
                raise
    try:
        return _Found(daemon.inspect_image(name), typed_image)
    except EngineError as error:
        if kind or not isinstance(error, NotFound):
            raise
        raise ClientError(f"Error: No such object: {name}") from error


def _print_all(io: Io, parsed: Parsed, find: Callable[[str], _Found]) -> int:
    template = _parse(parsed["format"])
    documents: list[Document] = []
    texts: list[str] = []
    errors: list[str] = []
    for name in parsed.arguments:
        try:
            found = find(name)
        except ClientError as error:
            errors.append(error.message)
        except EngineError as error:
            errors.append(daemon_error(error))
        else:
            documents.append(found.document)
            if template is not None:
                try:
                    texts.append(_fill(template, found) + "\n")
                except gotemplate.ExecError as error:
                    errors.append(f"template parsing error: {error}")
    if template is not None:
        io.out(encode("".join(texts) or "\n"))
    else:
        io.out(encode(_as_json(documents, compact=parsed["format"] == "json")))
    for message in errors:
        io.complain(message)
    return 1 if errors else 0


def _parse(text: str) -> Template | None:
    if text in ("", "json"):
        return None
    try:
        return gotemplate.parse(text)
    except gotemplate.ParseError as error:
        raise ClientError(f"template parsing error: {error}", 64) from error


def _fill(template: Template, found: _Found) -> str:
    """Run a template over the client's type, or where that fails over the raw document."""
    try:
        return template.execute(found.typed(found.document))
    except gotemplate.ExecError:
        return template.execute(gotemplate.raw(found.document), missing_key_error=True)


def _as_json(documents: list[Document], *, compact: bool) -> str:
    if not documents:
        return "[]\n"
    if compact:
        return json.dumps(documents, ensure_ascii=False, separators=(",", ":")) + "\n"
    return gojson.clean(json.dumps(documents, ensure_ascii=False, indent=4)) + "\n"


_FORMAT = flag("format", "f")
COMMANDS = (
    Command("inspect", "[OPTIONS] NAME|ID [NAME|ID...]", _inspect,
            (_FORMAT, switch("size", "s"), flag("type")), 1, None,
            summary="Show all that is known of images and containers"),
    Command("image inspect", "[OPTIONS] IMAGE [IMAGE...]", _inspect_image, (_FORMAT,), 1, None,
            summary="Show all that is known of images"),
    Command("container inspect", "[OPTIONS] CONTAINER [CONTAINER...]", _inspect_container,
            (_FORMAT, switch("size", "s")), 1, None,
            summary="Show all that is known of containers"),
)
