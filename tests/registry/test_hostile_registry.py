"""A registry that lies, stalls or leads astray: one line, nothing taken in, no secret told."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab import Lab
from imagelab.lab import Result
from imagelab.registry.client import pull, transport
from imagelab.registry.remote import MANIFEST_TYPE
from tests.registry.fakes import (
    Fake,
    config_of,
    descriptor,
    error,
    manifest_of,
    tar_of,
)
from tests.registry.servers import Answer, Asked, Server, digest, serving

LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
BASIC = {"WWW-Authenticate": 'Basic realm="tests"'}


def _lab(server: Server) -> Lab:
    """Return a lab that is logged in at a server, whatever that says to it."""
    lab = Lab(registries="real")
    credentials = lab.daemon.outside.credentials
    assert credentials is not None
    credentials.keep(server.host, "alice", "wonder")
    from imagelab.engine.login import logged_in

    lab.daemon.do("login", lambda state, _: logged_in(state, server.host, "alice"))
    return lab


def _refused(lab: Lab, line: str) -> str:
    """Run a command that must fail and leave nothing behind; return what it says."""
    before = lab.state
    result: Result = lab.docker(line)
    assert result.exit_code == 1, result
    assert result.stderr.count("\n") == 1, result.stderr
    assert (lab.state.images, lab.state.layers, lab.state.references) == (
        before.images, before.layers, before.references)
    return result.stderr.strip()


def _wrong_manifest_digest(fake: Fake) -> None:
    fake.answers["manifests/latest"] = Answer(
        200, {"Content-Type": MANIFEST_TYPE, "Docker-Content-Digest": f"sha256:{64 * '0'}"},
        fake.manifest)


def _wrong_config(fake: Fake) -> None:
    fake.answers[digest(fake.config)] = Answer(200, {}, fake.config + b" ")


def _other_config(fake: Fake) -> None:
    fake.answers[digest(fake.config)] = Answer(200, {}, fake.config.replace(b"amd64", b"amd46"))


def _wrong_layer(fake: Fake) -> None:
    other = bytearray(fake.packed)
    other[4] ^= 1  # the time in the header of gzip: unpacks to the same
    fake.answers[digest(fake.packed)] = Answer(200, {}, bytes(other))


def _long_layer(fake: Fake) -> None:
    fake.change_layer(size=len(fake.packed) - 1)


def _short_layer(fake: Fake) -> None:
    fake.change_layer(size=len(fake.packed) + 1)


def _other_diff_id(fake: Fake) -> None:
    fake.config = config_of(b"other")
    fake.manifest = json.dumps(manifest_of(fake.config, fake.packed)).encode()


def _two_layers_in_one(fake: Fake) -> None:
    fake.config = config_of(fake.layer, fake.layer)
    fake.manifest = json.dumps(manifest_of(fake.config, fake.packed)).encode()


def _negative_size(fake: Fake) -> None:
    fake.change_layer(size=-5)


def _size_that_is_no_number(fake: Fake) -> None:
    fake.change_layer(size=True)


def _immense_size(fake: Fake) -> None:
    fake.change_layer(size=10**30)


def _digest_with_a_path(fake: Fake) -> None:
    fake.change_layer(digest="sha256:../../../../etc/passwd")


def _malformed(fake: Fake) -> None:
    fake.manifest = b"{nope"


def _deep(fake: Fake) -> None:
    fake.manifest = b'{"schemaVersion":2,"layers":' + b"[" * 200_000


def _long_manifest(fake: Fake) -> None:
    fake.manifest = json.dumps({"schemaVersion": 2, "x": "y" * (5 << 20)}).encode()


def _two_kinds_at_once(fake: Fake) -> None:
    fake.change(manifests=[])


def _another_type_inside(fake: Fake) -> None:
    fake.change(mediaType=LIST)


def _layers_in_two_spellings(fake: Fake) -> None:
    fake.change(Layers=[])


def _unknown_type(fake: Fake) -> None:
    fake.media_type = "text/html"


def _schema_1(fake: Fake) -> None:
    fake.media_type = "application/vnd.docker.distribution.manifest.v1+prettyjws"


def _no_image(fake: Fake) -> None:
    fake.change(config=descriptor("application/vnd.cncf.helm.config.v1+json", fake.config))


def _config_of_wrong_types(fake: Fake) -> None:
    fake.config = config_of(fake.layer, created=5)
    fake.manifest = json.dumps(manifest_of(fake.config, fake.packed)).encode()


def _too_many_layers(fake: Fake) -> None:
    fake.change(layers=[descriptor("x", b"")] * 1001)


def _other_platforms_only(fake: Fake) -> None:
    arm = descriptor(MANIFEST_TYPE, fake.manifest, platform={"os": "linux",
                                                             "architecture": "s390x"})
    fake.media_type, fake.manifest = LIST, json.dumps(
        {"schemaVersion": 2, "mediaType": LIST, "manifests": [arm]}).encode()


def _other_manifest_than_listed(fake: Fake) -> None:
    listed = descriptor(MANIFEST_TYPE, fake.manifest, platform={"os": "linux",
                                                                "architecture": "amd64"})
    fake.answers[digest(fake.manifest)] = Answer(
        200, {"Content-Type": MANIFEST_TYPE}, fake.manifest + b" ")
    fake.media_type, fake.manifest = LIST, json.dumps(
        {"schemaVersion": 2, "mediaType": LIST, "manifests": [listed]}).encode()


def _layer_outside_of_the_root(fake: Fake) -> None:
    fake.__init__(layer=tar_of(**{"../../etc/evil": b"x"}))  # type: ignore[misc]


def _no_tar(fake: Fake) -> None:
    fake.__init__(layer=b"no tar at all" * 100)  # type: ignore[misc]


def _cut_gzip(fake: Fake) -> None:
    layer = tar_of(hello=b"hi\n")
    fake.__init__(layer=layer, packed=gzip.compress(layer)[:-9])  # type: ignore[misc]


@pytest.mark.parametrize(("lie", "words"), [
    (_wrong_manifest_digest, "manifest verification failed for digest sha256:000"),
    (_wrong_config, "error pulling image configuration: image config verification failed"),
    (_other_config, "error pulling image configuration: image config verification failed"),
    (_wrong_layer, "filesystem layer verification failed for digest sha256:"),
    (_long_layer, "filesystem layer verification failed for digest sha256:"),
    (_short_layer, "filesystem layer verification failed for digest sha256:"),
    (_other_diff_id, "layers from manifest don't match image configuration"),
    (_two_layers_in_one, "layers from manifest don't match image configuration"),
    (_negative_size, "invalid manifest: the size of sha256:"),
    (_size_that_is_no_number, "invalid manifest: the size of sha256:"),
    (_immense_size, "invalid manifest: its layers have more than"),
    (_digest_with_a_path, "invalid manifest: a descriptor has no digest"),
    (_malformed, "invalid manifest: it is no JSON"),
    (_deep, "invalid manifest: it is no JSON"),
    (_long_manifest, "the answer is longer than 4194304 bytes"),
    (_two_kinds_at_once, "invalid manifest: it must have layers and no manifests"),
    (_another_type_inside, "invalid manifest: its mediaType is not"),
    (_layers_in_two_spellings, "invalid manifest: the key layers is spelled in another way"),
    (_unknown_type, "unsupported manifest media type text/html"),
    (_schema_1, "imagelab does not simulate image manifests of version 2, schema 1"),
    (_no_image, 'Encountered remote "application/vnd.cncf.helm.config.v1+json"(unknown) when'),
    (_config_of_wrong_types, "invalid image JSON, created is no text"),
    (_too_many_layers, "invalid manifest: 1001 layers are too many"),
    (_other_platforms_only, "no matching manifest for linux/amd64 in the manifest list entries"),
    (_other_manifest_than_listed, "manifest verification failed for digest sha256:"),
    (_layer_outside_of_the_root, "failed to register layer: "),
    (_no_tar, "failed to register layer: "),
    (_cut_gzip, "unexpected EOF"),
])
def test_what_is_not_as_it_should_be(lie: Callable[[Fake], None], words: str) -> None:
    fake = Fake()
    lie(fake)
    with serving(fake) as server:
        assert words in _refused(_lab(server), f"pull {server.host}/a/b")


def test_the_image_itself_is_fine() -> None:
    with serving(Fake()) as server:
        result = _lab(server).docker(f"pull {server.host}/a/b")
        assert result.exit_code == 0, result.stderr


# --- bodies without end, and slow ones ------------------------------------------------------


def _endless(piece: bytes = bytes(1 << 16)) -> Iterator[bytes]:
    while True:
        yield piece


def _dripping(until: float) -> Iterator[bytes]:
    while time.monotonic() < until:
        time.sleep(0.05)
        yield b" "


@pytest.mark.parametrize("path", ["manifests/latest", "config", "layer", "tags/list"])
def test_a_body_without_end(path: str) -> None:
    fake = Fake()
    end = {"config": digest(fake.config), "layer": digest(fake.packed)}.get(path, path)
    fake.answers[end] = Answer(200, {"Content-Type": MANIFEST_TYPE}, _endless())
    with serving(fake) as server:
        every = "-a " if path == "tags/list" else ""
        line = _refused(_lab(server), f"pull {every}{server.host}/a/b")
    assert "longer than" in line or "it has more than" in line


def test_a_refusal_without_end() -> None:
    fake = Fake(answers={"manifests/latest": Answer(404, {}, _endless(b"x" * 1000))})
    with serving(fake) as server:
        assert "longer than" in _refused(_lab(server), f"pull {server.host}/a/b")


@pytest.mark.parametrize("path", ["manifests/latest", "config", "layer"])
def test_a_body_that_drips(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "DOCUMENT_SECONDS", 0.4)
    monkeypatch.setattr(pull, "_PAUSES", ())
    fake = Fake()
    end = {"config": digest(fake.config), "layer": digest(fake.packed)}.get(path, path)
    begin = time.monotonic()
    fake.answers[end] = Answer(200, {"Content-Type": MANIFEST_TYPE}, _dripping(begin + 20))
    with serving(fake) as server:
        line = _refused(_lab(server), f"pull {server.host}/a/b")
    assert "Client.Timeout or context cancellation while reading body" in line
    assert time.monotonic() - begin < 10


def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "SILENT_SECONDS", 0.4)
    monkeypatch.setattr(transport, "CONNECT_SECONDS", 0.4)

    def silent(asked: Asked) -> Answer:
        time.sleep(1.5)
        return Answer()

    with serving(silent) as server:
        line = _refused(_lab(server), f"pull {server.host}/a/b")
    # As engine 20.10 said of a server that slept.
    assert line == (f'Error response from daemon: Get "http://{server.host}/v2/": net/http: '
                    "request canceled (Client.Timeout exceeded while awaiting headers)")


def test_a_layer_that_swells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pull, "MAX_IMAGE", 1 << 20)
    fake = Fake(layer=tar_of(zeros=bytes(64 << 20)))
    with serving(fake) as server:
        line = _refused(_lab(server), f"pull {server.host}/a/b")
    assert line == "a layer becomes longer than 1048576 bytes when it is unpacked"


def test_half_a_layer_leaves_no_file(tmp_path: Path) -> None:
    fake = Fake()
    fake.answers[digest(fake.packed)] = Answer(200, {}, fake.packed[:-1] + b"x")
    with serving(fake) as server:
        lab = Lab.open(tmp_path, registries="real")
        assert lab.docker(f"pull {server.host}/a/b").exit_code == 1
    assert list((tmp_path / "incoming").iterdir()) == []
    assert list((tmp_path / "blobs" / "sha256").iterdir()) == []


# --- ways to other hosts --------------------------------------------------------------------


def _bearer(realm: str) -> dict[str, str]:
    return {"WWW-Authenticate": f'Bearer realm="{realm}",service="x",scope="y"'}


def _realm(fake: Fake, other: str) -> None:
    fake.answers["/v2/"] = error(401, "UNAUTHORIZED", "authentication required",
                                 **_bearer(f"http://{other}/token"))


def _manifest_moved(fake: Fake, other: str) -> None:
    fake.answers["/v2/"] = Answer(401, BASIC)
    fake.answers["manifests/latest"] = Answer(307, {"Location": f"http://{other}/m"})


def _config_moved(fake: Fake, other: str) -> None:
    fake.answers["/v2/"] = Answer(401, BASIC)
    fake.answers[digest(fake.config)] = Answer(307, {"Location": f"//{other}/c"})


def _layer_moved(fake: Fake, other: str) -> None:
    fake.answers["/v2/"] = Answer(401, BASIC)
    fake.answers[digest(fake.packed)] = Answer(302, {"Location": f"http://{other}/l"})


def _file_moved(fake: Fake, other: str) -> None:
    fake.answers[digest(fake.packed)] = Answer(302, {"Location": "file:///etc/passwd"})


@pytest.mark.parametrize("lead", [
    _realm, _manifest_moved, _config_moved, _layer_moved, _file_moved])
def test_nothing_leads_to_another_host(lead: Callable[[Fake, str], None]) -> None:
    fake = Fake()
    with serving(Fake()) as other, serving(fake) as server:
        lead(fake, other.host)
        line = _refused(_lab(server), f"pull {server.host}/a/b")
        assert "imagelab talks to the registry that was named and to no other" in line
        assert other.requests == []


def test_a_list_of_tags_that_goes_on_elsewhere() -> None:
    fake = Fake()
    with serving(Fake()) as other, serving(fake) as server:
        fake.answers["tags/list"] = Answer(
            200, {"Link": f'<http://{other.host}/v2/a/b/tags/list>; rel="next"'}, b'{"tags":[]}')
        line = _refused(_lab(server), f"pull -a {server.host}/a/b")
        assert "continues its list of tags at another address" in line
        assert other.requests == []


def test_an_upload_that_goes_elsewhere() -> None:
    fake = Fake()
    with serving(Fake()) as other, serving(fake) as server:
        fake.answers["/v2/"] = Answer(401, BASIC)
        fake.answers["uploads/"] = Answer(202, {"Location": f"http://{other.host}/u"})
        lab = _lab(server)
        lab.docker("pull busybox")
        lab.docker(f"tag busybox {server.host}/a/b")
        line = _refused(lab, f"push {server.host}/a/b")
        assert "leads to another address" in line
        assert other.requests == []
        assert lab.journal[-1].host_effects == ()


@pytest.mark.parametrize("challenge", [
    f"Bearer !{8000 * ' '}!", f"Bearer {8000 * 'a'}", f'Bearer realm="{8000 * chr(92)}', "=", "",
])
def test_challenges_that_are_none(challenge: str) -> None:
    with serving(lambda _: Answer(401, {"WWW-Authenticate": challenge})) as server:
        begun = time.monotonic()
        assert _refused(_lab(server), f"pull {server.host}/a:1")
        assert time.monotonic() - begun < 10


def test_redirects_in_a_circle() -> None:
    fake = Fake(answers={"manifests/latest": Answer(302, {"Location": "/v2/a/b/manifests/latest"})})
    with serving(fake) as server:
        assert "stopped after 5 redirects" in _refused(_lab(server), f"pull {server.host}/a/b")
        assert len(server.requests) < 10


def test_a_redirect_on_the_same_host_is_followed() -> None:
    fake = Fake()
    fake.answers[f"blobs/{digest(fake.packed)}"] = Answer(307, {"Location": "/store/1?x=y"})
    fake.answers["/store/1"] = Answer(200, {}, fake.packed)
    with serving(fake) as server:
        assert _lab(server).docker(f"pull {server.host}/a/b").exit_code == 0


# --- texts ----------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["../../../../etc", "a b", "x/y", "", "a\nb", 5, "latest?x=y"])
def test_tags_that_are_none(tag: Any) -> None:
    fake = Fake()
    fake.answers["tags/list"] = Answer(200, {}, json.dumps({"tags": [tag]}).encode())
    with serving(fake) as server:
        line = _refused(_lab(server), f"pull -a {server.host}/a/b")
    assert line == "Error response from daemon: the registry's list of tags is none"


@pytest.mark.parametrize("answer", [
    error(404, "MANIFEST_UNKNOWN", "two\nlines \x1b[31mred " + "x" * 10_000),
    Answer(404, {}, b"<html>\n\x1b[31m" + b"x" * 10_000),
    Answer(500, {}, b"\n\n"),
])
def test_a_refusal_is_one_short_printable_line(answer: Answer) -> None:
    with serving(Fake(answers={"manifests/latest": answer})) as server:
        line = _refused(_lab(server), f"pull {server.host}/a/b")
    assert line.isprintable()
    assert len(line) < 1000


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"token":"a\\r\\nX: y"}', b'{"token":5}'])
def test_tokens_that_are_none(body: bytes) -> None:
    fake = Fake(answers={"/token": Answer(200, {}, body)})
    with serving(fake) as server:
        fake.answers["/v2/"] = Answer(401, _bearer(f"http://{server.host}/token"))
        line = _refused(_lab(server), f"pull {server.host}/a/b")
    assert "token" in line


