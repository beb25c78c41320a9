"""Images out of a real registry: manifest, configuration and layers, each checked.

Distribution spec, "Pull".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Iterator
from dataclasses import dataclass
from functools import cache, partial

from imagelab.formats import image_config
from imagelab.formats.json_text import parsed
from imagelab.model.content import Blob, Content, Slice
from imagelab.model.layer import chain_id_of
from imagelab.model.reference import Reference, ReferenceError, parse
from imagelab.model.watch import Watch, unwatched
from imagelab.registry.client.auth import elsewhere
from imagelab.registry.client.errors import Refused
from imagelab.registry.client.layers import unpacked, verified
from imagelab.registry.client.manifest import (
    INDEXES,
    MANIFESTS,
    MAX_CONFIG,
    MAX_IMAGE,
    MAX_MANIFEST,
    Descriptor,
    Manifest,
    choose,
    read_index,
    read_manifest,
)
from imagelab.registry.client.session import Session
from imagelab.registry.client.transport import NetworkError, seconds_for
from imagelab.registry.remote import Remote, RemoteLayer, digest_of

#: Keeps a stream as a blob of the lab.
AddBlob = Callable[[Iterator[bytes]], Blob]

_MISMATCH = "layers from manifest don't match image configuration"
_MAX_TAGS = 100_000
_MAX_PAGES = 1000
#: Seconds before a blob that broke off is asked for again.
_PAUSES = (1.0, 2.0)


def scope_of(path: str, actions: str) -> str:
    """Return the scope of a token for a repository (distribution project, "token scope")."""
    return f"repository:{path}:{actions}"


def tags(session: Session, reference: Reference) -> tuple[str, ...]:
    """Return the tags of a repository, in the registry's order.

    Raises:
        EngineError: in the daemon's words.
    """
    found: list[str] = []
    path = f"/v2/{reference.path}/tags/list"
    for _ in range(_MAX_PAGES):
        scopes = (scope_of(reference.path, "pull"),)
        try:
            with session.asked("GET", path, scopes=scopes) as answer:
                found += _tags_in(answer.read(MAX_MANIFEST))
                following = answer.header("Link")
        except Refused as error:
            raise translated(error, reference) from None
        if len(found) > _MAX_TAGS:
            raise Refused(f"the registry lists more than {_MAX_TAGS} tags")
        if not following:
            return tuple(found)
        path = _next_page(session, path, following)
    raise Refused(f"the registry lists tags on more than {_MAX_PAGES} pages")


def _tags_in(body: bytes) -> list[str]:
    try:
        names = parsed(body)["tags"] or []
    except (ValueError, KeyError, TypeError):
        raise Refused("the registry's list of tags is none") from None
    if not isinstance(names, list) or not all(map(_is_tag, names)):
        raise Refused("the registry's list of tags is none")
    return names


def _is_tag(name: object) -> bool:
    try:
        return isinstance(name, str) and parse(f"name:{name}").tag == name
    except ReferenceError:
        return False


def _next_page(session: Session, path: str, link: str) -> str:
    """Return the path that a ``Link`` with ``rel="next"`` names (RFC 8288)."""
    where = link.partition("<")[2].partition(">")[0]
    found = session.path_of(path, where)
    if not where or found is None:
        raise Refused(elsewhere("continues its list of tags at", where))
    return found


@dataclass(frozen=True)
class Found:
    """An image that a registry has, its layers not yet fetched.

    Attributes:
        digest: of the manifest that the reference names, or of the list that it is on.
        manifest: the image manifest, byte for byte.
        config_json: the configuration, byte for byte.
        diff_ids: of the layers, the lowest first.
        layers: the layers as the registry has them.
    """

    digest: str
    manifest: bytes
    config_json: bytes
    diff_ids: tuple[str, ...]
    layers: tuple[Descriptor, ...]


@dataclass(frozen=True)
class Named:
    """What a reference names: an image or a list of images, its manifest understood.

    Attributes:
        digest: of its bytes.
        data: its bytes.
        images: the images on it, if it is a list.
        image: the image, if it is one.
    """

    digest: str
    data: bytes
    images: tuple[Descriptor, ...] = ()
    image: Manifest | None = None


def named(session: Session, reference: Reference) -> Named:
    """Fetch what a reference, with a tag or a digest, names.

    Raises:
        EngineError: it is not there, or is neither image nor list; in the daemon's words.
    """
    try:
        data, media_type, digest = _manifest(session, reference, reference.digest)
    except Refused as error:
        raise translated(error, reference) from None
    if media_type in INDEXES:
        return Named(digest, data, images=read_index(data, media_type))
    return Named(digest, data, image=read_manifest(data, media_type))


def find(session: Session, reference: Reference, top: Named, platform: str) -> Found:
    """Fetch an image's manifest, if a list names it, and configuration.

    Args:
        session: the registry.
        reference: the repository.
        top: what the reference names.
        platform: which image of a list, ``linux/amd64``.

    Raises:
        EngineError: it is missing or damaged; in the daemon's words.
    """
    data, manifest = top.data, top.image
    if manifest is None:
        chosen = choose(top.images, platform)
        data, media_type, _ = _manifest(session, reference, chosen.digest)
        if len(data) != chosen.size:
            raise Refused(f"manifest verification failed for digest {chosen.digest}")
        manifest = read_manifest(data, media_type)
    config_json = _config(session, reference, manifest.config)
    try:
        diff_ids = image_config.check(config_json)
    except image_config.ConfigError as error:
        raise Refused(str(error)) from None
    if len(diff_ids) != len(manifest.layers):
        raise Refused(_MISMATCH)
    return Found(top.digest, data, config_json, diff_ids, manifest.layers)


def _manifest(session: Session, reference: Reference, digest: str) -> tuple[bytes, str, str]:
    """Fetch a manifest or a list; return its bytes, media type and digest."""
    path = f"/v2/{reference.path}/manifests/{digest or reference.tag}"
    with session.asked("GET", path, scopes=(scope_of(reference.path, "pull"),),
                       accept=(*MANIFESTS, *INDEXES)) as answer:
        data = answer.read(MAX_MANIFEST)
        media_type = answer.header("Content-Type").partition(";")[0].strip().lower()
        said = answer.header("Docker-Content-Digest")
    own = digest_of(data)
    if own != (digest or said or own):
        raise Refused(f"manifest verification failed for digest {digest or said[:71]}")
    return data, media_type, own


def _config(session: Session, reference: Reference, wanted: Descriptor) -> bytes:
    path = _blob_path(reference, wanted)
    try:
        with session.asked("GET", path, scopes=(scope_of(reference.path, "pull"),)) as answer:
            data = answer.read(MAX_CONFIG)
    except Refused as error:
        raise Refused(
            "error pulling image configuration: download failed after attempts=1: "
            f"{_of_blob(error)}", error.code) from None
    if (digest_of(data), len(data)) != (wanted.digest, wanted.size):
        raise Refused("error pulling image configuration: image config verification failed "
                            f"for digest {wanted.digest}")
    return data


def fetch(
    session: Session, reference: Reference, found: Found, known: Container[str],
    add_blob: AddBlob, watch: Watch = unwatched,
) -> Remote:
    """Fetch the layers that are missing; return the image as the lab takes it in.

    Args:
        session: the registry.
        reference: the repository.
        found: the image.
        known: ChainIDs of the layers that are here.
        add_blob: where to keep the layers' bytes, unpacked.
        watch: counts the bytes of each layer, by its digest; from the start again where it is
            asked for again.

    Raises:
        EngineError: a layer is missing, damaged or not the configuration's.
    """
    layers: list[RemoteLayer] = []
    chain_id, room = "", MAX_IMAGE
    for descriptor, diff_id in zip(found.layers, found.diff_ids, strict=True):
        chain_id = chain_id_of(chain_id, diff_id)
        # A layer that is here may be gone when the lab takes the image in: fetched then.
        content = cache(partial(
            _content, session, reference, descriptor, diff_id, add_blob, room, watch))
        if chain_id not in known:
            room -= content().size
        layers.append(RemoteLayer(descriptor.digest, descriptor.size, content))
    return Remote(found.manifest, found.config_json, tuple(layers), found.digest)


def _content(
    session: Session, reference: Reference, wanted: Descriptor, diff_id: str, add_blob: AddBlob,
    room: int, watch: Watch,
) -> Content:
    """Fetch a layer and return its tar."""
    blob = _layer(session, reference, wanted, add_blob, room, watch)
    if blob.digest != diff_id:
        raise Refused(_MISMATCH)
    return Slice(blob, 0, blob.size)


def _layer(
    session: Session, reference: Reference, wanted: Descriptor, add_blob: AddBlob, room: int,
    watch: Watch,
) -> Blob:
    """Fetch a layer, again where the network or the server fails; never where bytes are wrong."""
    for pause in (*_PAUSES, None):
        try:
            with session.asked(
                "GET", _blob_path(reference, wanted), scopes=(scope_of(reference.path, "pull"),),
                seconds=seconds_for(wanted.size),
            ) as answer:
                chunks = watch(wanted.digest, wanted.size, answer.chunks())
                return add_blob(unpacked(verified(chunks, wanted), room))
        except NetworkError:
            if pause is None:
                raise
        except Refused as error:
            if pause is None or not error.temporary:
                raise Refused(_of_blob(error), error.code) from None
        time.sleep(pause)
    raise AssertionError("the last try returns or raises")


def _blob_path(reference: Reference, wanted: Descriptor) -> str:
    return f"/v2/{reference.path}/blobs/{wanted.digest}"


def _of_blob(error: Refused) -> str:
    return "unknown blob" if error.code == "BLOB_UNKNOWN" else error.message


def translated(error: Refused, reference: Reference) -> Refused:
    """Return a refusal of a repository or manifest as the daemon words it for its user."""
    name = reference.familiar_name
    if error.plain:
        return error
    if error.code == "MANIFEST_UNKNOWN":
        return Refused(f"manifest for {reference} not found: {error.message}", error.code, 404)
    if error.code == "NAME_UNKNOWN":
        return Refused(f"repository {name} not found: {error.message}", error.code, 404)
    if error.code == "DENIED" and not error.message.startswith(('Get "', 'Head "')):
        return Refused(
            f"pull access denied for {name}, repository does not exist or may require "
            f"'docker login': {error.message}", error.code, 404)
    return error
