"""``docker inspect``, ``docker image inspect`` and ``docker container inspect``."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import gotemplate
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.errors import daemon_error, given
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.gotemplate import Struct, Template
from imagelab.docker.inspect_types import (
    typed_container,
    typed_image,
    typed_network,
    typed_volume,
)
from imagelab.docker.io import Io, encode
from imagelab.formats import gojson
from imagelab.model.outcome import BadRequest, EngineError, NotFound

_TYPES = ("config", "container", "image", "network", "node", "plugin", "secret", "service", "task",
          "volume")
#: Those that the lab has, in the order in which the client looks for a name.
_SIMULATED = ("container", "image", "network", "volume")
#: What the client says of a network without a name.
EMPTY_NETWORK = "invalid network name or ID: value is empty"
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A document, and how to see it as the client's type.

    Attributes:
        document: as the daemon sends it.
        typed: gives it the client's type.
        raw: whether the client tries a template on the document itself, too.
    """

    document: Document
    typed: Callable[[Document], Struct]
    raw: bool = True


def _inspect(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    kind = parsed["type"]
    if kind and kind not in _TYPES:
        listed = ", ".join(f'"{each}"' for each in _TYPES)
        raise ClientError(f'unknown type: "{kind}": must be one of {listed}')
    if "type" in parsed.given and not kind:
        raise ClientError("type is empty: must be one of " + ", ".join(f'"{t}"' for t in _TYPES))
    if kind not in ("", *_SIMULATED):
        raise ClientError(f"imagelab does not simulate docker inspect --type {kind}")

    def find(name: str) -> Found:
        found = _find(daemon, kind, name, parsed["size"])
        if parsed["size"] and found.typed is not typed_container:
            io.complain(f"WARNING: --size ignored for {found.typed.__name__[len('typed_'):]}")
        return found

    return print_all(io, parsed, find)


def _inspect_image(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return print_all(io, parsed, lambda name: _find(daemon, "image", name, False))


def _inspect_container(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    return print_all(io, parsed, lambda name: _find(daemon, "container", name, parsed["size"]))


def _find(daemon: Daemon, kind: str, name: str, size: bool) -> Found:
    """Look for one kind after the other, as the client does (``inspect-02``)."""
    for each in _SIMULATED:
        if kind in ("", each):
            try:
                return _named(daemon, each, name, size)
            except (NotFound, BadRequest):  # no name of an image may still be one of a volume
                if kind:
                    raise
    raise ClientError(f"Error: No such object: {name}")


def _named(daemon: Daemon, kind: str, name: str, size: bool) -> Found:
    match kind:
        case "container":
            return Found(daemon.inspect_container(given(name), size=size), typed_container)
        case "image":
            if not name:
                raise ClientError("Error: No such image: ")
            return Found(daemon.inspect_image(name), typed_image)
        case "network":
            return network_named(daemon, name)
    return volume_named(daemon, name, raw=True)


def network_named(daemon: Daemon, name: str) -> Found:
    """Return the network of a name or ID.

    Raises:
        ClientError: the name is empty.
    """
    if not name.strip():
        raise ClientError(EMPTY_NETWORK)
    return Found(daemon.inspect_network(name), typed_network)


def volume_named(daemon: Daemon, name: str, *, raw: bool = False) -> Found:
    """Return the volume of a name.

    Raises:
        ClientError: the name is empty.
    """
    if not name.strip():
        raise ClientError("invalid volume name or ID: value is empty")
    return Found(daemon.inspect_volume(name), typed_volume, raw)


def print_all(io: Io, parsed: Parsed, find: Callable[[str], Found]) -> int:
    """Print what is found of each argument, then what went wrong."""
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


def _fill(template: Template, found: Found) -> str:
    """Run a template over the client's type, or where that fails over the raw document."""
    try:
        return template.execute(found.typed(found.document))
    except gotemplate.ExecError:
        if not found.raw:
            raise
        return template.execute(gotemplate.raw(found.document), missing_key_error=True)


def _as_json(documents: list[Document], *, compact: bool) -> str:
    if not documents:
        return "[]\n"
    if compact:
        return json.dumps(documents, ensure_ascii=False, separators=(",", ":")) + "\n"
    return gojson.clean(gojson.indented(documents)) + "\n"


_FORMAT = flag("format", "f")
COMMANDS = (
    Command("inspect", "[OPTIONS] NAME|ID [NAME|ID...]", _inspect,
            (_FORMAT, switch("size", "s"), flag("type")), 1, None),
    Command("image inspect", "[OPTIONS] IMAGE [IMAGE...]", _inspect_image,
            (_FORMAT, flag("platform", needs=needs_api("platform", "1.49"))), 1, None),
    Command("container inspect", "[OPTIONS] CONTAINER [CONTAINER...]", _inspect_container,
            (_FORMAT, switch("size", "s")), 1, None),
)
