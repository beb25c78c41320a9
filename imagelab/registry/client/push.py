"""Images into a real registry: blobs that it lacks, then the manifest.

Distribution spec, "Push". Layers go up as their uncompressed tars, as the simulated registries
hold them too: no digest depends on a compressor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import quote, urlencode

from imagelab.model.content import CHUNK, Bytes, Content
from imagelab.model.reference import Reference
from imagelab.model.watch import Watch, unwatched
from imagelab.registry.client.errors import Refused
from imagelab.registry.client.pull import scope_of
from imagelab.registry.client.session import Session
from imagelab.registry.client.transport import seconds_for
from imagelab.registry.remote import MANIFEST_TYPE, Remote, digest_of

#: Repositories that are tried before a layer is sent.
_MAX_SOURCES = 4
#: Is told how a layer got there, the top one first: ``Pushed``, ``Mounted from …``.
Told = Callable[[str], object]
EXISTS = "Layer already exists"
PUSHED = "Pushed"
MOUNTED = "Mounted from"


def push(
    session: Session, reference: Reference, image: Remote,
    sources: Callable[[str], Sequence[str]], told: Told, watch: Watch = unwatched,
) -> None:
    """Bring an image into a repository, under the reference's tag.

    Args:
        session: the registry.
        reference: where the image goes.
        image: the image; its layers are uncompressed.
        sources: gives other repositories of the registry that may hold a layer, by its DiffID.
        told: see :data:`Told`.
        watch: counts the bytes of each layer that is sent, by its digest.

    Raises:
        EngineError: the registry refuses or cannot be reached; in the daemon's words.
    """
    for layer in reversed(image.layers):
        told(_push_blob(session, reference.path, layer.digest, layer.size, layer.content,
                        sources(layer.digest)[:_MAX_SOURCES], watch))
    config = Bytes(image.config_json)
    _push_blob(session, reference.path, digest_of(config.data), config.size, lambda: config, ())
    _push_manifest(session, reference, image)


def _push_blob(
    session: Session, path: str, digest: str, size: int, content: Callable[[], Content],
    sources: Sequence[str], watch: Watch = unwatched,
) -> str:
    """Bring a blob into a repository and say how: not, from another repository, or whole."""
    if _has(session, path, digest):
        return EXISTS
    where = ""
    for source in sources or ("",):
        where = _begin(session, path, digest, source)
        if not where:
            return f"{MOUNTED} {source}"
    query = urlencode({"digest": digest})
    where += ("&" if "?" in where else "?") + query
    with session.asked(
        "PUT", where, scopes=_scopes(path), content_type="application/octet-stream",
        body=lambda: watch(digest, size, _pieces(content())), size=size, seconds=seconds_for(size),
    ) as answer:
        _check(answer.status == 201, "a blob", answer.reason)
    return PUSHED


def _pieces(content: Content) -> Iterator[bytes]:
    """Stream a blob in pieces of some size: many of a tar's own are small."""
    kept = bytearray()
    for chunk in content.chunks():
        kept += chunk
        if len(kept) >= CHUNK:
            yield bytes(kept)
            kept.clear()
    if kept:
        yield bytes(kept)


def _has(session: Session, path: str, digest: str) -> bool:
    try:
        with session.asked("HEAD", f"/v2/{path}/blobs/{digest}", scopes=_scopes(path)) as answer:
            return answer.status == 200
    except Refused as error:
        if error.status == 404:
            return False
        raise


def _begin(session: Session, path: str, digest: str, source: str) -> str:
    """Ask for a place to send a blob to; empty where the registry has it from the source."""
    begin = f"/v2/{path}/blobs/uploads/"
    asked, scopes = begin, _scopes(path)
    if source:
        asked += "?" + urlencode({"mount": digest, "from": source})
        scopes = (*scopes, scope_of(source, "pull"))
    with session.asked("POST", asked, scopes=scopes) as answer:
        if source and answer.status == 201:
            return ""
        _check(answer.status == 202, "an upload", answer.reason)
        return session.location(begin, answer)


def _push_manifest(session: Session, reference: Reference, image: Remote) -> None:
    path = f"/v2/{reference.path}/manifests/{quote(reference.tag)}"
    with session.asked(
        "PUT", path, scopes=_scopes(reference.path), content_type=MANIFEST_TYPE,
        body=lambda: iter((image.manifest,)), size=len(image.manifest),
    ) as answer:
        _check(answer.status == 201, "a manifest", answer.reason)
        said = answer.header("Docker-Content-Digest")
    if said not in ("", image.digest):
        raise Refused(f"the registry calls the manifest {said[:71]}, and it is {image.digest}")


def _scopes(path: str) -> tuple[str, ...]:
    return (scope_of(path, "pull,push"),)


def _check(is_well: bool, what: str, reason: str) -> None:
    if not is_well:
        raise Refused(f"the registry answered {what} with HTTP status {reason}")
