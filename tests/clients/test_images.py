"""Images, archives and registries: a served lab and a real daemon, asked the same."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from imagelab.lab import Lab
from tests.api.conftest import Answered, serving, with_base
from tests.clients.beside import Beside, beside, plain
from tests.dockerd import BASE_ID, BASE_NAME, Dockerd, client_environment
from tests.registry import process

pytestmark = pytest.mark.requires("docker", "dockerd")

DIGEST = f"sha256:{'e' * 64}"
EMPTY_TAR = bytes(10240)
TAR = {"Content-Type": "application/x-tar"}


@pytest.fixture
def pair(dockerd: Dockerd) -> Iterator[Beside]:
    with beside(dockerd) as both:
        yield both


def same(pair: Beside, method: str, path: str, body: Any = None,
         headers: dict[str, str] | None = None) -> tuple[Answered, Answered]:
    """Ask both; statuses, types and bodies must agree, IDs and the daemon's folder aside."""
    mine, real = pair.ask(method, path, body, headers)
    shown = [(status, kind, re.sub(r"open \S+/imagedb", "open <root>/imagedb", text))
             for status, kind, text in (plain(mine), plain(real))]
    assert shown[0] == shown[1], (method, path)
    return mine, real


def filtered(**filters: object) -> str:
    return f"filters={quote(json.dumps(filters))}"


# --- the same requests ---------------------------------------------------------------------

NAMES = (
    "nosuch", "nosuch:1", "localhost:5000/me/app:1", DIGEST, "e" * 64, f"ubuntu@{DIGEST}",
    "UPPER", "a%20b", "%00", "ubuntu:", "-", "json", "a/json", "x" * 300, "UPPER.io/a",
    "[::1]:5000/a")


def test_images_that_are_not_there(pair: Beside) -> None:
    for name in NAMES:
        for rest in ("json", "history", "get"):
            same(pair, "GET", f"/images/{name}/{rest}")
        same(pair, "GET", f"/images/get?names={BASE_NAME}&names={name}")
        same(pair, "DELETE", f"/images/{name}?noprune=1")
        same(pair, "POST", f"/images/{name}/tag?repo=UPPER")
    for name in ("", "%20"):
        same(pair, "DELETE", f"/images/{name}")


def test_lists_and_their_filters(pair: Beside) -> None:
    for query in (
        "", "all=1", "all=0", "all=True", "only_ids=1", "filters=", filtered(),
        filtered(dangling={"true": True}), filtered(dangling=["false"]),
        filtered(dangling=["maybe"]), filtered(x=["a"]), filtered(reference=["ubuntu:*"]),
        filtered(reference=["["]), filtered(before=["nosuch"]), filtered(since=["UPPER"]),
        filtered(label={"a": True}), "filters=zz", "filters=null",
    ):
        same(pair, "GET", f"/images/json?{query}")


def test_names_are_given_and_taken(pair: Beside) -> None:
    for query in (
        "repo=foo&tag=1", "repo=docker.io/library/foo", "repo=foo:3", "repo=foo:3&tag=4",
        "repo=UPPER&tag=1", "repo=foo&tag=%20x", "repo=foo&tag=sha256:eeee",
        f"repo=foo@{DIGEST}", f"repo=foo@{DIGEST}&tag=5", "repo=&tag=1", "", "tag=5",
        "repo=sha256&tag=1", "repo=foo&tag=1&force=0", f"repo={'x' * 300}",
        f"repo=foo&tag={'x' * 130}", "repo=%00", f"repo={'e' * 64}",
        "repo=localhost:5000/a/b&tag=x",
    ):
        same(pair, "POST", f"/images/{BASE_NAME}/tag?{query}")
    same(pair, "GET", "/images/json")
    same(pair, "GET", f"/images/{BASE_NAME}/history")
    for name in ("foo:1", "foo:1", "docker.io/library/foo", BASE_ID[7:19], "foo:3", "foo:4",
                 BASE_NAME, "foo:5", "localhost:5000/a/b:x"):
        same(pair, "DELETE", f"/images/{name}")
    same(pair, "GET", "/images/json?all=1")


COMMITS: tuple[tuple[str, Any], ...] = (
    ("", None), ("repo=&tag=", None), ("repo=bar&tag=", None), ("repo=bar:7&tag=8", None),
    ("repo=&tag=9", None), ("repo=UPPER", None), ("repo=bar&tag=%20", None),
    (f"repo=bar@{DIGEST}", None), (f"repo=bar@{DIGEST}&tag=1", None), ("changes=BOGUS+x", None),
    ("changes=CMD+a&changes=ENV+B%3D2", None), ("author=me&comment=hello", None),
    ("pause=0", None), ("pause=bogus", None), ("pause=", None), ("changes=", None), ("", {}),
    ("", {"Cmd": ["x"]}), ("", {"Cmd": ["x"], "Env": ["C=3"], "Labels": {"l": "m"}}),
    ("changes=CMD+z", {"Cmd": ["x"], "Env": ["C=3"], "WorkingDir": "/tmp"}),
    ("changes=CMD+%5B%5D", {"Cmd": ["x"]}), ("changes=ENTRYPOINT+%5B%5D", {"Entrypoint": ["x"]}),
    ("", {"Bogus": 1}), ("", {"Cmd": "x y"}), ("", {"HostConfig": {"Binds": ["/a:/b"]}}),
    ("", {"Volumes": {"/v": {}}}), ("", {"User": None, "Labels": None}),
    ("", {"ExposedPorts": {"80/tcp": {}}, "Entrypoint": ["e"], "User": "u", "OnBuild": ["RUN x"],
          "StopSignal": "INT", "Hostname": "h", "Image": "zzz", "Tty": True, "OpenStdin": True}),
    ("", {"Healthcheck": {"Test": ["CMD", "x"], "Interval": 1000000000}}),
    ("", {"StopTimeout": 5, "Shell": ["a"], "MacAddress": "x", "NetworkDisabled": True,
          "ArgsEscaped": True, "Domainname": "d"}),
)


def test_commits(pair: Beside) -> None:
    pair.ask("POST", "/containers/create?name=c1", {
        "Image": BASE_NAME, "Cmd": ["sh", "-c", "echo hi > /hi"], "Env": ["A=1"],
        "Labels": {"x": "y"}, "HostConfig": {"NetworkMode": "none"}})
    same(pair, "POST", "/containers/c1/start")
    same(pair, "POST", "/containers/c1/wait")
    for query in ("container=nosuch", "container=", ""):
        same(pair, "POST", f"/commit?{query}")
    for query, body in COMMITS:
        mine, real = same(pair, "POST", f"/commit?container=c1&{query}", body)
        if mine.status == 201:
            here, there = described(pair, f"/images/{mine.json['Id']}/json",
                                    f"/images/{real.json['Id']}/json")
            assert here == there, (query, body)
    for name in ("bar:8", "bar:latest?noprune=1"):
        same(pair, "DELETE", f"/images/{name}")
    for query in (filtered(dangling=["maybe"]), filtered(x=["y"]), filtered(until=["1h", "2h"]),
                  filtered(until=["zz"]), "filters=zz", filtered(label=["nosuch"])):
        same(pair, "POST", f"/images/prune?{query}")
    mine, real = pair.ask("POST", "/images/prune")
    assert len(mine.json["ImagesDeleted"]) == len(real.json["ImagesDeleted"])
    assert mine.json["SpaceReclaimed"] == real.json["SpaceReclaimed"]
    same(pair, "POST", "/images/prune")
    pair.clear()


#: What no two daemons have in common.
_OWN = ("Id", "Created", "GraphDriver", "Metadata", "DockerVersion", "Container", "RootFS")


def described(pair: Beside, mine: str, real: str) -> tuple[Any, Any]:
    """Return what each says of its own image, as far as that can be compared."""
    found = pair.ask("GET", mine)[0].json, pair.ask("GET", real)[1].json
    for each in found:
        for key in _OWN:
            del each[key]
        for config in (each["Config"], each["ContainerConfig"]):
            if re.fullmatch("[0-9a-f]{12}", config["Hostname"]):
                config["Hostname"] = "<container>"
    return found


def tar_of(**files: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name.replace("__", "."))
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return made.getvalue()


IMPORTS: tuple[tuple[str, bytes | None], ...] = (
    ("", EMPTY_TAR), ("", b"junk"), ("", b""), ("", None), ("", tar_of(one=b"1\n")),
    ("repo=imp&tag=1", EMPTY_TAR), ("repo=imp:3", EMPTY_TAR), ("repo=imp:3&tag=4", EMPTY_TAR),
    ("repo=UPPER", EMPTY_TAR), ("repo=imp&tag=%20", EMPTY_TAR), (f"repo=imp@{DIGEST}", EMPTY_TAR),
    (f"repo=imp@{DIGEST}&tag=1", EMPTY_TAR), ("repo=sha256", EMPTY_TAR), ("tag=1", EMPTY_TAR),
    ("changes=CMD+a&changes=ENV+B%3D1&message=hello", EMPTY_TAR), ("changes=BOGUS", EMPTY_TAR),
    ("changes=", EMPTY_TAR), ("platform=windows", EMPTY_TAR), ("platform=bogus", EMPTY_TAR),
    ("platform=linux/arm64", EMPTY_TAR), ("platform=bogus&repo=UPPER", EMPTY_TAR),
    ("repo=UPPER&changes=BOGUS", EMPTY_TAR))


def test_imports(pair: Beside) -> None:
    for query, body in IMPORTS:
        mine, real = same(pair, "POST", f"/images/create?fromSrc=-&{query}", body, TAR)
        if mine.status == 200:
            here, there = described(pair, *(
                f"/images/{each.lines[-1]['status']}/json" for each in (mine, real)))
            assert here == there, query


def test_loads(pair: Beside) -> None:
    """What is loaded and what is not; the real one names its own files in some refusals."""
    archive = pair.ask("GET", f"/images/{BASE_NAME}/get")[1].body
    for query in ("?quiet=1", "?quiet=0", "", "?quiet=maybe"):
        same(pair, "POST", f"/images/load{query}", archive, TAR)
    for body in (b"junkjunk", archive[:500_000], archive[:100_000]):
        same(pair, "POST", "/images/load?quiet=1", body, TAR)
    for body in (b"", EMPTY_TAR, b"\x1f\x8b\x08junk", tar_of(x=b"1"), tar_of(manifest__json=b"zz"),
                 tar_of(manifest__json=b'[{"Config":"x","Layers":[]}]')):
        mine, real = pair.ask("POST", "/images/load", body, TAR)
        assert mine.status == real.status == 200
        assert list(mine.lines[-1]) == list(real.lines[-1]) == ["errorDetail", "error"]


# --- the form of lines ---------------------------------------------------------------------

#: What a busy daemon passes over, since the next word on a layer is there already.
_PASSING = frozenset({
    "Waiting", "Pulling fs layer", "Downloading", "Verifying Checksum", "Download complete",
    "Extracting", "Pushing"})


def alike(mine: Answered, real: Answered) -> None:
    """Assert that two streams say the same, how far work is and what comes by chance aside."""
    assert (mine.status, mine.headers["Content-Type"]) == (
        real.status, real.headers["Content-Type"])
    for each in (mine, real):
        assert all(line.endswith(b"\r") for line in each.body.split(b"\n")[:-1])
    here, there = forms(mine.lines), forms(real.lines)
    for kind in here.keys() & there.keys():
        assert here[kind] == there[kind], kind
    assert on_the_whole(mine.lines) == on_the_whole(real.lines)
    layers, others = on_layers(mine.lines), on_layers(real.lines)
    assert sorted(map(lasting, layers)) == sorted(map(lasting, others))
    for said in others:
        assert any(is_part(said, each) for each in layers), said


def is_of_layer(line: Any) -> bool:
    return "progressDetail" in line and "id" in line


def forms(lines: list[Any]) -> dict[str, set[tuple[str, ...]]]:
    """Return which keys lines have, in which order, by what they say."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for line in lines:
        status = line.get("status", "")
        kind = status if is_of_layer(line) else status.partition(" ")[0]
        keys = tuple(line)
        if "progress" in line:
            assert re.fullmatch(r"\[=*> *\] +\S+B(/\S+B)?", line["progress"]), line
            keys = (*keys, *sorted(set(line["progressDetail"]) - {"current"}))
        found.setdefault(kind, set()).add(keys)
    return found


def on_the_whole(lines: list[Any]) -> list[list[str]]:
    """Return the lines about each tag; a registry lists tags as it likes."""
    tags: list[list[str]] = [[]]
    for line in lines:
        if is_of_layer(line):
            continue
        if line.get("status", "").startswith(("Pulling from", "Status: ")):
            tags.append([])
        text = re.sub(r"sha256:[0-9a-f]{64}", "<digest>", json.dumps(line))
        tags[-1].append(re.sub(r'(size: |"Size": )\d+', r"\1<size>", text))
    return sorted(tags)


def on_layers(lines: list[Any]) -> list[list[str]]:
    """Return what is said of each layer, in order."""
    layers: dict[str, list[str]] = {}
    for line in filter(is_of_layer, lines):
        said = layers.setdefault(line["id"], [])
        if line["status"] not in said[-1:]:
            said.append(line["status"])
    return list(layers.values())


def lasting(said: list[str]) -> list[str]:
    return [each for each in said if each not in _PASSING]


def is_part(some: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(each in rest for each in some)


@pytest.mark.requires("docker-registry")
def test_what_pushes_pulls_and_loads_say(pair: Beside, tmp_path: Path) -> None:
    """The real registry listens where the lab publishes the one in a container."""
    with process.serving(tmp_path) as host:
        port = host.partition(":")[2]
        publish(pair, port)
        for words in (
            ("run", "--network", "none", "--name", "c1", BASE_NAME, "sh", "-c",
             "yes | head -c 3000000 > /one"),
            ("commit", "c1", f"{host}/me/app:1"), ("rm", "c1"),
            ("tag", f"{host}/me/app:1", f"{host}/me/app:2"),
            ("tag", f"{host}/me/app:1", f"{host}/me/other:1"),
        ):
            pair.docker(*words)
        auth = {"X-Registry-Auth": "e30="}
        name = f"/images/{host}/me"
        for path in (f"{name}/app/push?tag=1", f"{name}/app/push?tag=1", f"{name}/app:1/push",
                     f"{name}/other/push?tag=1", f"{name}/app/push", f"{name}/nosuch/push?tag=1",
                     f"{name}/app/push?tag=9", f"{name}/app@{DIGEST}/push"):
            alike(*pair.ask("POST", path, headers=auth))
        for path in (f"{name}/app/push?tag=%20", "/images/UPPER/push?tag=1"):
            same(pair, "POST", path, headers=auth)
        same(pair, "POST", f"{name}/app/push?tag=1")
        registry = f"/distribution/{host}/me"
        digests = [each.json["Descriptor"].pop("digest")
                   for each in pair.ask("GET", f"{registry}/app:1/json")]
        for rest in ("app:9", f"app@{DIGEST}", "none"):
            same(pair, "GET", f"{registry}/{rest}/json")
        archives = [each.body for each in pair.ask("GET", f"{name}/app:1/get")]
        remove(pair, f"{host}/me/app:1", f"{host}/me/app:2", f"{host}/me/other:1")
        create = f"/images/create?fromImage={host}/me"
        for rest in ("app&tag=1", "app&tag=1", "app:1", "app", "app:&tag=", "app:1&tag=2"):
            alike(*pair.ask("POST", f"{create}/{rest}", headers=auth))
        for rest in ("app&tag=9", "none&tag=1", "app&tag=sha256:eeee", f"app&tag={DIGEST}",
                     "app&tag=1&platform=bogus", "app&tag=%20"):
            same(pair, "POST", f"{create}/{rest}", headers=auth)
        remove(pair, f"{host}/me/app:1", f"{host}/me/app:2")
        alike(*(side.ask("POST", f"{create}/app&tag={digest}", headers=auth)
                for side, digest in zip(sides(pair), digests, strict=True)))
        remove(pair, digests=[f"{host}/me/app@{digest}" for digest in digests])
        alike(*(side.ask("POST", "/images/load?quiet=0", archive, headers=TAR)
                for side, archive in zip(sides(pair), archives, strict=True)))
    pair.clear()


def sides(pair: Beside) -> tuple[Any, Any]:
    return pair.lab, type(pair.lab)(pair.lab.daemon, pair.there.host)


def publish(pair: Beside, port: str) -> None:
    """Run a registry in the lab."""
    pair.here.docker("run", "-d", "-p", f"{port}:5000", "--name", "registry", "registry:2")


def remove(pair: Beside, *names: str, digests: list[str] | None = None) -> None:
    """Remove images on both sides."""
    for number, side in enumerate((pair.here, pair.there)):
        side.docker("rmi", *names, *((digests or [])[number:number + 1]))


# --- the real client -----------------------------------------------------------------------

def test_images_travel_between_both_with_their_ids(pair: Beside, tmp_path: Path) -> None:
    archive = tmp_path / "a.tar"
    for maker, taker in ((pair.here, pair.there), (pair.there, pair.here)):
        name = "lab" if maker is pair.here else "real"
        maker.docker("run", "--network", "none", "--name", "c1", BASE_NAME, "sh", "-c",
                     f"echo {name} > /{name}; rm /bin/vi; mkdir -p /d/e; ln -s x /l")
        maker.docker("commit", "-c", "ENV A=1", "c1", f"{name}:1")
        maker.docker("tag", f"{name}:1", f"localhost:5000/{name}:2")
        maker.docker("save", "-o", archive, f"{name}:1", f"localhost:5000/{name}", BASE_NAME)
        told = taker.docker("load", "-i", archive).stdout
        assert set(told.splitlines()) == {
            f"Loaded image: localhost:5000/{name}:2", f"Loaded image: {name}:1",
            f"Loaded image: {BASE_NAME}"}
        ids = [side.docker("images", "-q", "--no-trunc", name).stdout for side in (maker, taker)]
        assert ids[0] == ids[1] != ""
        maker.docker("rm", "c1")
    piped = subprocess.run(
        ["sh", "-c", "docker save real:1 lab:1 | docker load"], env=pair.here.environment(),
        capture_output=True, check=True, text=True)
    assert sorted(piped.stdout.splitlines()) == ["Loaded image: lab:1", "Loaded image: real:1"]
    pair.lab.ask("DELETE", "/images/real:1")


def test_imports_and_exports_of_the_client(pair: Beside, tmp_path: Path) -> None:
    path = tmp_path / "all.tar"
    for side in (pair.here, pair.there):
        side.docker("create", "--network", "none", "--name", "c1", BASE_NAME)
        side.docker("export", "-o", path, "c1")
        out = side.docker("import", "-c", "CMD [\"sh\"]", "-m", "hello", path, "flat:1").stdout
        assert re.fullmatch(r"sha256:[0-9a-f]{64}\n", out)
    pair.same("image", "inspect", "-f", "{{.Comment}} {{.Config.Cmd}} {{.RepoTags}}", "flat:1")
    for words in (("import", "-", "UPPER"), ("import", str(tmp_path / "nosuch")),
                  ("import", "-c", "BOGUS", str(path)), ("export", "nosuch"),
                  ("save", "nosuch"), ("load", "-i", str(tmp_path / "nosuch")),
                  ("import", "--platform", "windows", str(path))):
        pair.same(*words)
    broken = tmp_path / "broken.tar"
    broken.write_bytes(b"junk")
    pair.same("load", "-i", str(broken))
    pair.same("import", str(broken))
    refused = pair.here.docker("import", "http://files.example/a.tar", check=False)
    assert refused.stderr == (
        "Error response from daemon: imagelab does not fetch http://files.example/a.tar: this "
        "lab was opened without fetch_urls\n")
    pair.clear()


#: Lines of the client whose answers know neither chance nor time.
HUB = (
    "pull busybox", "pull busybox", "pull -q redis:7", "pull -a busybox", "pull nosuch/image",
    "pull busybox:9", "pull ghcr.io/a/b", "pull --platform linux/arm64 busybox",
    "pull localhost:5000/a", "search --limit 3 redis", "search --filter stars=x redis",
    "search --limit 101 redis", "search localhost:5000/a", "tag busybox student/app:1",
    "push student/app:1", "login -u student -p wrong", "login -u student -p imagelab",
    "push student/app:1", "push -a student/app", "push student/app:9", "rmi student/app:1",
    "pull student/app:1", "login ghcr.io -u a -p b", "run --rm -i alpine echo hi",
    "images -q busybox", "history busybox", "rmi nosuch", "rmi busybox",
    "manifest inspect localhost:1/a",
)


def test_the_hub_through_the_client_and_through_the_notebook(tmp_path: Path) -> None:
    """The real client shows what ``%docker`` shows."""
    notebook = Lab(daemon=with_base())
    with serving(with_base()) as lab:
        environment = client_environment(lab.host, tmp_path)
        for line in HUB:
            done = subprocess.run(
                ["docker", *line.split()], env=environment, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False, timeout=60)
            shown = notebook.docker(line)
            assert (done.returncode, warned(done.stdout), warned(done.stderr)) == (
                shown.exit_code, shown.stdout, shown.stderr), line


def warned(text: str) -> str:
    """Leave out what a client says of the file that it keeps passwords in."""
    return re.sub(r"\nWARNING! Your credentials are stored unencrypted(?:.*\n)+?.*credential-store"
                  r"/\n\n?", "", text)


def test_progress_in_a_terminal(tmp_path: Path) -> None:
    """The client draws bars of our lines, and ends with a line for each layer."""
    with serving(with_base()) as lab:
        path = tmp_path / "redis.tar"
        shown = in_terminal(lab.host, tmp_path, "pull", "redis")
        assert "Downloading [==================================================>]" in shown
        assert "Status: Downloaded newer image for redis:latest" in shown
        layers = lab.ask("GET", "/images/redis/json").json["RootFS"]["Layers"]
        assert shown.count(": Pull complete") == len(layers)
        in_terminal(lab.host, tmp_path, "save", "-o", str(path), "redis")
        lab.ask("DELETE", "/images/redis")
        shown = in_terminal(lab.host, tmp_path, "load", "-i", str(path))
        for layer in layers:
            assert f"{layer[7:19]}: Loading layer [====" in shown
        assert shown.endswith("Loaded image: redis:latest\r\n")


def in_terminal(host: str, config: Path, *words: str) -> str:
    """Run the client with a terminal of 200 columns as its output, and return what it draws."""
    ours, its = pty.openpty()
    os.set_inheritable(its, True)
    subprocess.run(["stty", "cols", "200"], stdin=its, check=True)
    client = subprocess.Popen(
        ["docker", *words], env=client_environment(host, config) | {"TERM": "xterm"},
        stdin=subprocess.DEVNULL, stdout=its, stderr=its)
    os.close(its)
    drawn = bytearray()
    try:
        while piece := os.read(ours, 1 << 16):
            drawn += piece
    except OSError:  # how a terminal ends
        pass
    finally:
        os.close(ours)
    assert client.wait(60) == 0
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", drawn.decode())
