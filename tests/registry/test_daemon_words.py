"""What goes wrong at a registry is told in the words of a real daemon, asked at the same server."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from imagelab import Lab
from tests.dockerd import Dockerd
from tests.registry.fakes import JSON, Fake, config_of, descriptor, error, manifest_of
from tests.registry.servers import Answer, Server, digest, serving

LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def _plain(status: int, code: str, message: str) -> Answer:
    """Return a refusal without details, as other registries send it."""
    body = {"errors": [{"code": code, "message": message}]}
    return Answer(status, JSON, json.dumps(body).encode())


def _manifest(answer: Answer) -> Callable[[Fake, Server], None]:
    return lambda fake, _: fake.answers.update({"manifests/latest": answer})


def _token(answer: Answer) -> Callable[[Fake, Server], None]:
    def change(fake: Fake, server: Server) -> None:
        wish = {"WWW-Authenticate": f'Bearer realm="http://{server.host}/token",service="x"'}
        refusal = error(401, "UNAUTHORIZED", "authentication required", **wish)
        fake.answers.update(
            {"/token": answer, "/v2/": refusal, "manifests/latest": refusal,
             "tags/list": refusal})
    return change


def _basic(fake: Fake, _: Server) -> None:
    fake.answers["/v2/"] = error(
        401, "UNAUTHORIZED", "authentication required", **{"WWW-Authenticate": "Basic realm=x"})


def _wrong_config(fake: Fake, _: Server) -> None:
    fake.answers[digest(fake.config)] = Answer(200, {}, fake.config + b" ")


def _no_config(fake: Fake, _: Server) -> None:
    fake.answers[digest(fake.config)] = error(404, "BLOB_UNKNOWN", "blob unknown to registry")


def _other_diff_id(fake: Fake, _: Server) -> None:
    fake.config = config_of(b"other")
    fake.manifest = json.dumps(manifest_of(fake.config, fake.packed)).encode()


def _too_many_layers(fake: Fake, _: Server) -> None:
    fake.config = config_of(*[fake.layer] * 126)
    fake.manifest = json.dumps(manifest_of(fake.config, *[fake.packed] * 126)).encode()


def _no_image(fake: Fake, _: Server) -> None:
    fake.change(config=descriptor("application/vnd.cncf.helm.config.v1+json", fake.config))


def _other_platforms_only(fake: Fake, _: Server) -> None:
    fake.media_type, fake.manifest = LIST, json.dumps({
        "schemaVersion": 2, "mediaType": LIST, "manifests": [descriptor(
            fake.media_type, fake.manifest,
            platform={"os": "linux", "architecture": "s390x"})]}).encode()


@pytest.mark.parametrize("change", [
    _manifest(error(404, "MANIFEST_UNKNOWN", "manifest unknown")),
    _manifest(error(404, "NAME_UNKNOWN", "repository name not known to registry")),
    _manifest(error(403, "DENIED", "requested access to the resource is denied")),
    _manifest(error(429, "TOOMANYREQUESTS", "slow down")),
    _manifest(error(401, "UNAUTHORIZED", "authentication required")),
    _manifest(_plain(404, "MANIFEST_UNKNOWN", "manifest unknown")),
    _manifest(_plain(404, "NAME_UNKNOWN", "repository name not known to registry")),
    _manifest(_plain(403, "DENIED", "requested access to the resource is denied")),
    _manifest(Answer(500, {}, b"oops")),
    _manifest(Answer(404, {}, b"<h1>no</h1>")),
    _manifest(Answer(404)),
    _basic,
    _token(error(403, "DENIED", "requested access to the resource is denied")),
    _token(Answer(401, {}, b'{"details":"incorrect username or password"}')),
    _token(Answer(200, {}, b'{"nothing":1}')),
    _token(Answer(200, {}, b'{"token":"abc"}')),
    _no_image,
    _other_platforms_only,
    _wrong_config,
    _no_config,
    _other_diff_id,
    _too_many_layers,
])
def test_a_pull_that_fails(change: Callable[[Fake, Server], None], dockerd: Dockerd) -> None:
    fake = Fake()
    with serving(fake) as server:
        change(fake, server)
        real = dockerd.docker("pull", f"{server.host}/a/b", check=False)
        ours = Lab(registries="real").docker(f"pull {server.host}/a/b")
    assert real.returncode == 1
    assert ours.stderr == real.stderr
    # How far the layers had come meanwhile differs from run to run there.
    assert ours.stdout.splitlines()[:2] == real.stdout.splitlines()[:2]


@pytest.mark.parametrize("change", [
    _basic,
    _token(error(403, "DENIED", "requested access to the resource is denied")),
    _token(Answer(401, {}, b'{"details":"incorrect username or password"}')),
    _token(Answer(200, {}, b'{"nothing":1}')),
])
@pytest.mark.parametrize("line", ["pull -a {0}/a/b", "login -u alice -p wonder {0}"])
def test_other_commands_that_fail(
    line: str, change: Callable[[Fake, Server], None], dockerd: Dockerd,
) -> None:
    fake = Fake()
    with serving(fake) as server:
        change(fake, server)
        words = line.format(server.host)
        real = dockerd.docker(*words.split(), check=False)
        ours = Lab(registries="real").docker(words)
    assert (ours.stderr, ours.exit_code) == (real.stderr, real.returncode)


def test_nobody_is_there(dockerd: Dockerd) -> None:
    with serving(Fake()) as server:
        host = server.host
    for words in (f"pull {host}/a/b", f"pull -a {host}/a/b", f"login -u alice -p x {host}"):
        real = dockerd.docker(*words.split(), check=False)
        ours = Lab(registries="real").docker(words)
        assert ours.stderr.replace("[::1]", "127.0.0.1") == real.stderr
