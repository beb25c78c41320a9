"""The lab, skopeo and a real daemon use the same registry, Debian's docker-registry on loopback."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.registry.client.manifest import OCI_MANIFEST
from tests.dockerd import Dockerd
from tests.registry import process
from tests.registry.fakes import Fake, error
from tests.registry.servers import Answer, Asked, digest, serving

pytestmark = pytest.mark.requires("docker-registry")
BASE = Path(__file__).parents[1] / "conformance" / "base.tar"
SECRETS = ("wonder", base64.b64encode(b"alice:wonder").decode())


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with process.serving(tmp_path_factory.mktemp("open")) as host:
        yield host


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A registry that wants a password."""
    with process.serving(tmp_path_factory.mktemp("closed"), account=True) as host:
        yield host


def _lab(folder: Path | None = None) -> Lab:
    lab = Lab.open(folder, registries="real") if folder else Lab(registries="real")
    _run(lab, f"load -i {BASE}")
    return lab


def _run(lab: Lab, line: str, stdin: str = "") -> str:
    result = lab.docker(line, stdin=stdin)
    assert result.exit_code == 0, f"{line}: {result.stderr}"
    return result.stdout


def _image_id(lab: Lab, name: str) -> str:
    return _run(lab, f"image inspect -f {{{{.Id}}}} {name}").strip()


def _skopeo(*words: str) -> str:
    return subprocess.run(
        ["skopeo", *words], check=True, capture_output=True, encoding="utf-8").stdout


def _made(lab: Lab, name: str) -> str:
    """Make an image with a layer of its own, and return its ID."""
    _run(lab, "run --name made ubuntu:14.04 sh -c 'echo hello > /greeting; rm /etc/passwd'")
    _run(lab, f"commit made {name}")
    return _image_id(lab, name)


# --- pushed from here -----------------------------------------------------------------------


@pytest.mark.requires("skopeo")
def test_skopeo_reads_what_the_lab_pushed(host: str, tmp_path: Path) -> None:
    lab = _lab()
    name = f"{host}/lab/greeting:1"
    image_id = _made(lab, name)
    said = _run(lab, f"push {name}").splitlines()
    assert said[-1].startswith("1: digest: sha256:")
    seen = json.loads(_skopeo("inspect", "--tls-verify=false", f"docker://{name}"))
    assert seen["Digest"] == said[-1].split()[2]
    assert seen["Layers"] == list(lab.state.images[image_id].diff_ids)
    _skopeo("copy", "--src-tls-verify=false", f"docker://{name}",
            f"docker-archive:{tmp_path}/copy.tar:greeting:copied")
    other = Lab()
    _run(other, f"load -i {tmp_path}/copy.tar")
    assert _image_id(other, "greeting:copied") == image_id


def test_a_daemon_pulls_what_the_lab_pushed(host: str, dockerd: Dockerd) -> None:
    lab = _lab()
    name = f"{host}/lab/for-daemon:1"
    image_id = _made(lab, name)
    ours = _run(lab, f"push {name}")
    dockerd.docker("pull", name)
    try:
        assert dockerd.docker("inspect", "-f", "{{.Id}}", name).stdout.strip() == image_id
        # There and back. Which layers the daemon sends again depends on what it has heard of them
        # before, in other tests. Its manifest is another, for it takes all layers of a registry
        # for packed ones.
        *theirs, last = dockerd.docker("push", name).stdout.splitlines()
        assert last.startswith("1: digest: sha256:")
        there = re.compile("(?<=: )(Layer already exists|Mounted from .*)")
        assert sorted(there.sub("Pushed", line) for line in theirs) == sorted(
            ours.splitlines()[:-1])
    finally:
        dockerd.docker("rmi", name)


def _settled(output: str) -> list[str]:
    """Return the lines that do not depend on how fast layers come."""
    passing = ("Verifying Checksum", "Download complete")  # a daemon may be past them unseen
    return sorted(line for line in output.splitlines() if not line.endswith(passing))


def test_layers_are_sent_once_and_mounted_where_they_are(host: str) -> None:
    lab = _lab()
    for name in (f"{host}/mount/one", f"{host}/mount/two"):
        _run(lab, f"tag ubuntu:14.04 {name}")
    first, again, other = (
        [line.partition(": ")[2] for line in _run(lab, f"push {host}/{name}:latest").splitlines()
         if ": " in line and "digest" not in line and "Preparing" not in line]
        for name in ("mount/one", "mount/one", "mount/two"))
    assert first == ["Pushed", "Pushed"]
    assert again == ["Layer already exists"] * 2
    assert other == ["Mounted from mount/one"] * 2


def test_a_push_is_an_effect_outside_and_known_by_digest(host: str) -> None:
    lab = _lab()
    name = f"{host}/lab/effect:1"
    _run(lab, f"tag ubuntu:14.04 {name}")
    manifest = _run(lab, f"push {name}").splitlines()[-1].split()[2]
    step = lab.journal.current
    assert step.host_effects == (f"pushed {name} ({manifest})",)
    assert manifest in {ref.digest for ref in lab.state.references}
    lab.undo()
    assert manifest not in {ref.digest for ref in lab.state.references}


def test_all_tags_are_pushed_and_pulled(host: str) -> None:
    lab = _lab()
    for tag in ("a", "b", "c"):
        _run(lab, f"tag ubuntu:14.04 {host}/lab/many:{tag}")
    _run(lab, f"push -a {host}/lab/many")
    other = Lab(registries="real")
    said = _run(other, f"pull -a {host}/lab/many")
    # In whatever order the registry lists them.
    assert sorted(line for line in said.splitlines() if "Pulling from" in line) == [
        f"{tag}: Pulling from lab/many" for tag in ("a", "b", "c")]
    assert {ref.tag for ref in other.state.references if ref.tag} == {"a", "b", "c"}


# --- pulled to here -------------------------------------------------------------------------


def test_the_lab_pulls_what_a_daemon_pushed(host: str, dockerd: Dockerd) -> None:
    name = f"{host}/daemon/base:1"
    dockerd.reset()  # others may have left containers of the image that is to go
    dockerd.docker("tag", "ubuntu:14.04", name)
    theirs = dockerd.docker("push", name).stdout.splitlines()[-1].split()[2]
    wanted = dockerd.docker("inspect", "-f", "{{.Id}}", name).stdout.strip()
    dockerd.docker("rmi", name, "ubuntu:14.04")
    lab = Lab(registries="real")
    ours = _run(lab, f"pull {name}")
    assert _image_id(lab, name) == wanted
    assert f"Digest: {theirs}" in ours
    real = dockerd.docker("pull", name).stdout
    dockerd.docker("rmi", name)
    assert _settled(ours) == _settled(real)
    assert _run(lab, f"run --rm {name} echo here") == "here\n"
    # A layer that is packed there keeps its digest of the tar here, and goes back as that.
    _run(lab, f"tag {name} {host}/daemon/back:1")
    assert f"digest: {theirs}" not in _run(lab, f"push {host}/daemon/back:1")


@pytest.mark.requires("skopeo")
@pytest.mark.parametrize("options", [
    ("--format", "oci"), ("--format", "v2s2"),
    ("--format", "oci", "--dest-compress-format", "zstd"),
])
def test_the_lab_pulls_what_skopeo_copied(options: tuple[str, ...], host: str) -> None:
    name = f"{host}/skopeo/{'-'.join(options).strip('-')}:1"
    _skopeo("copy", "--dest-tls-verify=false", *options, f"docker-archive:{BASE}",
            f"docker://{name}")
    raw = _skopeo("inspect", "--raw", "--tls-verify=false", f"docker://{name}")
    assert (json.loads(raw)["mediaType"] == OCI_MANIFEST) == ("oci" in options)
    lab, known = Lab(registries="real"), _lab()
    said = _run(lab, f"pull {name}")
    assert f"Digest: {digest(raw.encode())}" in said
    ours, theirs = (each.state.images[_image_id(each, ref)] for each, ref in (
        (lab, name), (known, "ubuntu:14.04")))
    assert ours.diff_ids == theirs.diff_ids
    if "v2s2" in options:
        assert ours.id == theirs.id
    assert _run(lab, f"run --rm {name} echo here") == "here\n"
    by_digest = Lab(registries="real")
    bare = name.removesuffix(":1")
    _run(by_digest, f"pull {bare}@{digest(raw.encode())}")
    assert _run(by_digest, "images -q") == _run(lab, "images -q")


def test_an_image_of_a_list(host: str) -> None:
    """Each platform's image is made by the lab; the list is written by hand, as none writes it."""
    lab = _lab()
    _run(lab, f"tag ubuntu:14.04 {host}/list/x:amd")
    amd = _run(lab, f"push {host}/list/x:amd").splitlines()[-1].split()
    arm_id = _made(lab, f"{host}/list/x:arm")
    arm = _run(lab, f"push {host}/list/x:arm").splitlines()[-1].split()
    media_type = "application/vnd.oci.image.index.v1+json"
    index = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": [
        {"mediaType": "application/vnd.docker.distribution.manifest.v2+json",
         "digest": line[2], "size": int(line[4]),
         "platform": {"os": "linux", "architecture": architecture}}
        for line, architecture in ((arm, "arm64"), (amd, "amd64"))]}).encode()
    _put(host, "/v2/list/x/manifests/both", media_type, index)
    other = Lab(registries="real")
    said = _run(other, f"pull {host}/list/x:both")
    assert f"Digest: {digest(index)}" in said
    assert _image_id(other, f"{host}/list/x:both") == _image_id(lab, "ubuntu:14.04")
    assert digest(index) in _run(other, "images --digests")
    _run(other, f"pull --platform linux/arm64/v8 {host}/list/x:both")
    assert _image_id(other, f"{host}/list/x:both") == arm_id
    missing = other.docker(f"pull --platform linux/s390x {host}/list/x:both")
    assert missing.stderr == "no matching manifest for linux/s390x in the manifest list entries\n"


def _put(host: str, path: str, media_type: str, data: bytes) -> None:
    import urllib.request

    request = urllib.request.Request(
        f"http://{host}{path}", data, {"Content-Type": media_type}, method="PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 201


def test_tags_on_several_pages(host: str) -> None:
    tags = [f"t{number:03}" for number in range(25)]
    pages = [tags[start : start + 10] for start in range(0, 25, 10)]

    def respond(asked: Asked) -> Answer | None:
        if not asked.path.startswith("/v2/a/b/tags/list"):
            return Answer(200, {"Content-Type": "application/json"}, b"{}") if (
                asked.path == "/v2/") else fake(asked)
        page = int(asked.path.partition("page=")[2] or 0)
        following = {"Link": f'</v2/a/b/tags/list?page={page + 1}>; rel="next"'}
        return Answer(200, following if page < 2 else {}, json.dumps(
            {"name": "a/b", "tags": pages[page]}).encode())

    fake = Fake()
    fake.answers |= {f"manifests/{tag}": Answer(
        200, {"Content-Type": fake.media_type}, fake.manifest) for tag in tags}
    with serving(respond) as server:
        lab = Lab(registries="real")
        _run(lab, f"pull -a {server.host}/a/b")
    assert sorted(ref.tag for ref in lab.state.references if ref.tag) == tags


def test_layers_that_are_here_are_not_fetched_again() -> None:
    fake = Fake()
    with serving(fake) as server:
        lab = Lab(registries="real")
        _run(lab, f"pull {server.host}/a/b")
        _run(lab, f"pull {server.host}/a/b")
        fetched = [each.path for each in server.requests if digest(fake.packed) in each.path]
    assert len(fetched) == 1


def test_a_layer_that_breaks_off_is_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from imagelab.registry.client import pull

    monkeypatch.setattr(pull, "_PAUSES", (0.0, 0.0))
    fake = Fake()
    tries: list[str] = []

    def respond(asked: Asked) -> Answer | None:
        if not asked.path.endswith(digest(fake.packed)):
            return fake(asked)
        tries.append(asked.path)
        broken = Answer(200, {"Content-Length": "500"}, iter([b"x"]))
        return (broken, Answer(503), fake(asked))[len(tries) - 1]

    with serving(respond) as server:
        _run(Lab(registries="real"), f"pull {server.host}/a/b")
    assert len(tries) == 3


# --- accounts -------------------------------------------------------------------------------


def test_a_password_opens_the_registry(closed: str) -> None:
    lab = _lab()
    name = f"{closed}/lab/secret:1"
    _run(lab, f"tag ubuntu:14.04 {name}")
    assert lab.docker(f"push {name}").stderr == "no basic auth credentials\n"
    assert lab.docker(f"login -u alice --password-stdin {closed}", "wrong").exit_code == 1
    assert lab.state.logins == {}
    _run(lab, f"login -u alice --password-stdin {closed}", "wonder\n")
    _run(lab, f"push {name}")
    assert "Authenticating with existing credentials" in _run(lab, f"login {closed}")
    while lab.state.logins:
        lab.undo()
    # The password alone, as an undone login leaves it, opens nothing.
    assert lab.docker(f"push {name}").stderr == "no basic auth credentials\n"
    _run(lab, f"login -u alice --password-stdin {closed}", "wonder\n")
    _run(lab, f"logout {closed}")
    assert "no basic auth credentials" in lab.docker(f"pull {name}").stderr
    # The name alone, as an undone logout leaves it, opens nothing either.
    lab.undo()
    lab.undo()
    assert lab.state.logins == {closed: "alice"}
    assert "no basic auth credentials" in lab.docker(f"pull {name}").stderr


def test_a_kept_lab_has_the_password_in_one_file_only(closed: str, tmp_path: Path) -> None:
    lab = Lab.open(tmp_path, registries="real")
    _run(lab, f"login -u alice -p wonder {closed}")
    assert lab.journal.current.host_effects == (f"kept the password of alice for {closed}",)
    own = tmp_path / "credentials.json"
    assert own.stat().st_mode & 0o777 == 0o600
    for path in tmp_path.rglob("*"):
        if path.is_file() and path != own:
            data = path.read_bytes()
            assert not any(secret.encode() in data for secret in SECRETS), path
    assert "Login Succeeded" in _run(Lab.open(tmp_path, registries="real"), f"login {closed}")
    _run(Lab.open(tmp_path, registries="real"), f"logout {closed}")
    assert "wonder" not in own.read_text("utf-8")


def _token_server(fake: Fake, host: Callable[[], str]) -> Callable[[Asked], Answer | None]:
    """Answer as a registry that gives tokens to alice, for what they are asked for."""
    def respond(asked: Asked) -> Answer | None:
        if asked.path.startswith("/token?"):
            if asked.headers.get("Authorization") != f"Basic {SECRETS[1]}":
                return Answer(401, {}, b'{"details":"incorrect username or password"}')
            return Answer(200, {}, json.dumps({"access_token": "t0ken"}).encode())
        if asked.headers.get("Authorization") != "Bearer t0ken":
            return error(401, "UNAUTHORIZED", "authentication required", **{
                "WWW-Authenticate": f'Bearer realm="http://{host()}/token",service="tests"'})
        return fake(asked)

    return respond


def test_a_token_opens_the_registry() -> None:
    hosts: list[str] = []
    with serving(_token_server(Fake(), lambda: hosts[0])) as server:
        hosts.append(server.host)
        lab = Lab(registries="real")
        refused = lab.docker(f"pull {server.host}/a/b")
        assert "unauthorized: incorrect username or password" in refused.stderr
        assert server.headers("Authorization") == []
        assert lab.docker(f"login -u alice -p no {server.host}").exit_code == 1
        _run(lab, f"login -u alice -p wonder {server.host}")
        _run(lab, f"pull {server.host}/a/b")
        asked = [each.path for each in server.requests if each.path.startswith("/token")]
        assert asked[-1] == ("/token?account=alice&client_id=docker&scope=repository%3Aa%2Fb"
                             "%3Apull&service=tests")


# --- which registries are real --------------------------------------------------------------


def test_a_lab_that_was_not_opened_for_it_asks_nobody() -> None:
    with serving(Fake()) as server:
        assert Lab().docker(f"pull {server.host}/a/b").exit_code == 1
        assert Lab().docker(f"login -u alice -p wonder {server.host}").exit_code == 1
        assert server.requests == []


def test_only_loopback_may_do_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    from imagelab.registry.client import session

    monkeypatch.setattr(session, "is_loopback", lambda host: False)
    with serving(Fake()) as server:
        line = Lab(registries="real").docker(f"pull {server.host}/a/b").stderr
        # As engine 20.10 said of a registry without TLS at another address.
        assert line == (f'Error response from daemon: Get "https://{server.host}/v2/": tls: first '
                        "record does not look like a TLS handshake\n")
        assert server.requests == []


def test_the_library_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = Lab(registries="real").docker("pull localhost:5000/a/b")
    assert result.stderr.count("\n") == 1
    assert 'pip install "imagelab[registry]"' in result.stderr


# --- doors and interruptions ----------------------------------------------------------------


def test_the_terminal_has_an_option_for_it(tmp_path: Path) -> None:
    def docker(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "imagelab", "docker", *words], capture_output=True,
            encoding="utf-8", env={**os.environ, "IMAGELAB_HOME": str(tmp_path / "home")},
            check=False)

    with serving(Fake()) as server:
        assert docker("--registries", "real", "pull", f"{server.host}/a/b").returncode == 0
        assert docker("--registries=real", "pull", f"{server.host}/a/b").returncode == 0
        asked = len(server.requests)
        assert docker("pull", f"{server.host}/a/b").returncode == 1
        assert len(server.requests) == asked
    assert f"{server.host}/a/b" in docker("--fetch-urls", "images").stdout
    assert docker("--registries", "false", "images").returncode == 2
    assert "invalid choice" in docker("--registries=false", "images").stderr


def test_an_interrupted_pull_leaves_the_lab_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    from imagelab.registry.client import pull

    def interrupted(chunks: Iterator[bytes], _: object) -> Iterator[bytes]:
        yield next(chunks)[:10]
        raise KeyboardInterrupt

    with serving(Fake()) as server:
        lab = Lab.open(tmp_path, registries="real")
        with monkeypatch.context() as patch:
            patch.setattr(pull, "verified", interrupted)
            with pytest.raises(KeyboardInterrupt):
                lab.docker(f"pull {server.host}/a/b")
        assert lab.state.images == {}
        assert list((tmp_path / "incoming").iterdir()) == []
        assert list((tmp_path / "blobs" / "sha256").iterdir()) == []
        _run(lab, f"pull {server.host}/a/b")
        assert len(Lab.open(tmp_path).state.images) == 1


def test_others_use_a_kept_lab_while_one_pulls(tmp_path: Path) -> None:
    other = Lab.open(tmp_path)
    fake = Fake()

    def respond(asked: Asked) -> Answer | None:
        if asked.path.endswith(digest(fake.packed)):
            _run(other, "pull busybox")
        return fake(asked)

    with serving(respond) as server:
        lab = Lab.open(tmp_path, registries="real")
        _run(lab, f"pull {server.host}/a/b")
    assert [step.command for step in lab.journal] == [
        "docker pull busybox", f"docker pull {server.host}/a/b"]
    assert {ref.familiar_name for ref in lab.state.references} == {
        "busybox", f"{server.host}/a/b"}


def test_opening_a_lab_for_them_imports_no_client() -> None:
    code = ("import sys; from imagelab import Lab; Lab(registries='real', fetch_urls=True)\n"
            "print([name for name in sys.modules if name.startswith('urllib3')"
            " or name.startswith('imagelab.registry.client')])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8",
                          check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("host", ["alice:wonder@localhost:5000", "a b", "localhost:x", "[::1"])
def test_hosts_that_are_none(host: str) -> None:
    result = Lab(registries="real").docker(["login", "-u", "alice", "-p", "x", host])
    assert result.exit_code == 1
    assert "is no host of a registry" in result.stderr
    assert "wonder" not in result.stderr


def test_no_secret_shows_by_chance() -> None:
    from imagelab.registry.client.auth import Account

    assert "wonder" not in repr(Account("alice", "wonder"))


def test_manifests_of_real_registries_are_not_inspected() -> None:
    with serving(Fake()) as server:
        result = Lab(registries="real").docker(f"manifest inspect {server.host}/a/b")
        assert result.stderr == (
            "imagelab does not simulate 'docker manifest inspect' at a real registry\n")
