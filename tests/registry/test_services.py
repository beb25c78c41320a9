"""Service and community images of the simulated Hub: what they hold, share, and do."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.model.image import Image
from imagelab.model.node import Kind, size_of
from imagelab.model.reference import parse
from imagelab.model.tree import Tree, parent_of
from imagelab.registry import catalogue, hub
from imagelab.registry.catalogue.layers import BUILDERS, pins
from imagelab.registry.pin import measure
from imagelab.registry.remote import Remote
from imagelab.shell.programs.hello import GREETING
from tests.registry.changes import changes_of

CATALOGUE = files(catalogue)
SEARCH = json.loads((CATALOGUE / "search.json").read_bytes())
REPOSITORIES = json.loads((CATALOGUE / "repositories.json").read_bytes())
OFFICIAL = {"ubuntu", "debian", "alpine", "busybox", "nginx", "httpd", "python", "node", "redis",
            "mysql", "registry", "hello-world"}
MEGABYTE = 10**6
#: Megabytes that ``docker images`` showed of the real ones in the spring of 2025.
SIZES = {
    "nginx": 192, "nginx:1.27": 192, "nginx:alpine": 48, "httpd": 148, "httpd:2.4": 148,
    "python": 1020, "python:3.12": 1020, "python:3.12-slim": 125, "python:3.12-alpine": 46,
    "node": 1120, "node:20": 1100, "node:20-slim": 200, "node:20-alpine": 134,
    "redis": 117, "redis:7": 117, "redis:alpine": 42, "mysql": 860, "mysql:5.7": 501,
    "registry:2": 25.4,
}
OWN = sorted(name for name in BUILDERS if name.split("/")[0] not in
             {"ubuntu-14.04", "ubuntu-16.04", "ubuntu-22.04", "ubuntu-24.04", "debian-12",
              "debian-12-slim", "alpine-3.10", "alpine-3.20", "alpine-3.21", "busybox",
              "busybox-1.36", "busybox-musl"})
SERVICES = ("nginx", "nginx:alpine", "httpd", "python:3.12", "python:3.12-slim",
            "python:3.12-alpine", "node:20", "node:20-slim", "node:20-alpine", "redis",
            "redis:alpine", "mysql:8.0", "mysql:5.7", "mysql")


def found(name: str) -> tuple[Image, Remote]:
    remote = hub.resolve(parse(name))
    return Image(remote.config_json), remote


def tree_of(name: str) -> Tree:
    tree = Tree()
    for layer in found(name)[1].layers:
        tree = tree.over(changes_of(layer))
    return tree


def node_text(tree: Tree, path: str) -> str:
    entry = tree.get(path)
    assert entry is not None, path
    return entry.node.content.read().decode()


def entries(tree: Tree) -> Iterator[tuple[str, Kind]]:
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None
        yield path, entry.node.kind


# --- search -------------------------------------------------------------------------------


def test_every_name_that_is_found_can_be_pulled_and_the_other_way_round() -> None:
    searched = {parse(each["name"]).path for each in SEARCH}
    assert searched == set(REPOSITORIES)
    for each in SEARCH:
        hub.resolve(parse(each["name"]))


def test_every_tag_names_an_image() -> None:
    for repository, tags in REPOSITORIES.items():
        for tag in tags:
            hub.resolve(parse(f"{repository}:{tag}"))


def test_search_has_the_official_ones_and_one_private() -> None:
    assert {each["name"] for each in SEARCH if each["official"]} == OFFICIAL
    assert [each["name"] for each in SEARCH if each.get("private")] == ["imagelab/secret-notes"]
    assert all("/" in each["name"] for each in SEARCH if not each["official"])


def test_a_search_for_ubuntu_has_something_to_tell_apart() -> None:
    about = [each for each in SEARCH
             if "ubuntu" in (each["name"] + each["description"]).lower()]
    assert len(about) >= 8
    assert max(about, key=lambda each: int(each["stars"]))["official"]


# --- images -------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "megabytes"), SIZES.items())
def test_sizes_are_near_the_real_ones(name: str, megabytes: int) -> None:
    size = sum(size_of(changes_of(layer)) for layer in found(name)[1].layers)
    assert size == pytest.approx(megabytes * MEGABYTE, rel=0.06)


def test_small_and_large() -> None:
    assert sum(size_of(changes_of(each)) for each in found("hello-world")[1].layers) == 10_072
    assert sum(size_of(changes_of(each)) for each in found("mysql:8.0")[1].layers) > 600 * MEGABYTE


@pytest.mark.parametrize("name", sorted({*SIZES, *(each["name"] for each in SEARCH)}))
def test_history_and_layers_agree(name: str) -> None:
    image, remote = found(name)
    filled = [step for step in image.history if not step.get("empty_layer")]
    assert len(filled) == len(remote.layers) == len(image.diff_ids)
    created = [step["created"] for step in image.history]
    assert created[-1] == json.loads(remote.config_json)["created"] == max(created)


def layers_of(name: str) -> tuple[str, ...]:
    return found(name)[0].diff_ids


def test_layers_are_shared_where_the_real_ones_share() -> None:
    slim = layers_of("debian:bookworm-slim")
    for name in ("nginx", "httpd", "redis", "python:3.12-slim", "node:20-slim"):
        assert layers_of(name)[:1] == slim
    for name in ("nginx:alpine", "redis:alpine", "python:3.12-alpine", "node:20-alpine"):
        assert layers_of(name)[:1] == layers_of("alpine")
    build_tools = layers_of("python:3.12")[:4]
    assert build_tools[:1] == layers_of("debian")
    for name in ("python", "node", "node:20"):
        assert layers_of(name)[:4] == build_tools
    assert layers_of("mysql:8.0")[:4] == layers_of("mysql")[:4]


@pytest.mark.parametrize(("name", "base"), [
    ("haneullab/nginx-hello", "nginx:alpine"), ("nurilab/nginx-site", "nginx"),
    ("haneullab/mysql-sample", "mysql:8.0"), ("onnurilab/redis-small", "redis:alpine"),
    ("baramlab/ubuntu-old", "ubuntu:14.04"), ("alicek106/volume_test", "ubuntu:14.04"),
    ("gaonlab/ubuntu", "ubuntu:22.04"), ("onnurilab/hello-korean", "busybox"),
])
def test_community_images_stand_on_official_ones(name: str, base: str) -> None:
    below = layers_of(base)
    assert layers_of(name)[: len(below)] == below
    assert len(layers_of(name)) > len(below)


@pytest.mark.parametrize(("name", "signal", "ports", "entrypoint", "cmd", "volumes"), [
    ("nginx", "SIGQUIT", {"80/tcp"}, ("/docker-entrypoint.sh",), ("nginx", "-g", "daemon off;"),
     set()),
    ("httpd", "SIGWINCH", {"80/tcp"}, None, ("httpd-foreground",), set()),
    ("redis", "", {"6379/tcp"}, ("docker-entrypoint.sh",), ("redis-server",), {"/data"}),
    ("mysql:8.0", "", {"3306/tcp", "33060/tcp"}, ("docker-entrypoint.sh",), ("mysqld",),
     {"/var/lib/mysql"}),
    ("python:3.12", "", set(), None, ("python3",), set()),
    ("node:20", "", set(), ("docker-entrypoint.sh",), ("node",), set()),
    ("hello-world", "", set(), None, ("/hello",), set()),
])
def test_configurations_are_those_of_the_real_ones(
    name: str, signal: str, ports: set[str], entrypoint: tuple[str, ...] | None,
    cmd: tuple[str, ...], volumes: set[str],
) -> None:
    config = found(name)[0].config
    assert config.stop_signal == signal
    assert set(config.exposed_ports or ()) == ports
    assert (config.entrypoint, config.cmd) == (entrypoint, cmd)
    assert set(config.volumes or ()) == volumes


@pytest.mark.parametrize("name", [each for each in OWN if pins()[each].size < 6 * MEGABYTE])
def test_pins_are_those_of_the_bytes(name: str) -> None:
    assert measure(BUILDERS[name]()) == pins()[name]


@pytest.mark.parametrize("name", OWN)
def test_two_builds_are_equal(name: str) -> None:
    assert BUILDERS[name]() == BUILDERS[name]()


# --- trees --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_trees_are_whole(name: str) -> None:
    tree = tree_of(name)
    kinds = dict(entries(tree))
    assert {path for path in kinds if parent_of(path)
            and kinds.get(parent_of(path)) is not Kind.DIRECTORY} == set()
    for path, mode in (("tmp", 0o1777), ("etc", 0o755), ("etc/passwd", 0o644)):
        entry = tree.get(path)
        assert entry is not None
        assert oct(entry.node.mode) == oct(mode)


@pytest.mark.parametrize("name", ["nginx", "nginx:alpine", "redis", "redis:alpine", "mysql:8.0",
                                  "mysql:5.7", "node:20", "node:20-alpine"])
def test_services_have_a_user_of_their_own_beside_the_others(name: str) -> None:
    tree = tree_of(name)
    user = name.partition(":")[0]
    accounts = [line.split(":") for line in node_text(tree, "etc/passwd").splitlines()]
    assert [len(each) for each in accounts] == [7] * len(accounts)
    assert [each[0] for each in accounts].count("root") == 1
    number = next(each[3] for each in accounts if each[0] == user)
    assert f"{user}:x:{number}:" in node_text(tree, "etc/group").splitlines()


@pytest.mark.parametrize("path", [
    "etc/nginx/nginx.conf", "etc/nginx/conf.d/default.conf", "usr/share/nginx/html/index.html",
    "docker-entrypoint.sh", "docker-entrypoint.d/10-listen-on-ipv6-by-default.sh",
    "docker-entrypoint.d/20-envsubst-on-templates.sh",
])
@pytest.mark.parametrize("name", ["nginx", "nginx:alpine"])
def test_nginx_has_real_texts(name: str, path: str) -> None:
    assert "stands in" not in node_text(tree_of(name), path)


@pytest.mark.skipif(sys.platform != "linux" or platform.machine() != "x86_64",
                    reason="the program is one for Linux on x86-64")
def test_hello_is_a_program_that_a_kernel_runs(tmp_path: Path) -> None:
    entry = tree_of("hello-world").get("hello")
    assert entry is not None
    program = tmp_path / "hello"
    program.write_bytes(entry.node.content.read())
    program.chmod(0o755)
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    assert done.stdout == GREETING


@pytest.mark.parametrize("path", [
    "nginx-1.27/files/docker-entrypoint.sh",
    "nginx-1.27/files/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh",
    "nginx-1.27/files/docker-entrypoint.d/15-local-resolvers.envsh",
    "nginx-1.27/files/docker-entrypoint.d/20-envsubst-on-templates.sh",
    "nginx-1.27/files/docker-entrypoint.d/30-tune-worker-processes.sh",
    "mysql-8.0/files/usr/local/bin/docker-entrypoint.sh",
    "redis-7.4/files/usr/local/bin/docker-entrypoint.sh",
    "node-20/files/usr/local/bin/docker-entrypoint.sh",
    "httpd-2.4/files/usr/local/bin/httpd-foreground",
])
def test_scripts_are_scripts_for_real_shells(path: str) -> None:
    text = (CATALOGUE / path).read_text("utf-8")
    shell = text.splitlines()[0].removeprefix("#!")
    subprocess.run([shell, "-n"], input=text, text=True, check=True)


# --- in use -------------------------------------------------------------------------------


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_hello_world(lab: Lab) -> None:
    done = lab.docker("run hello-world")
    assert (done.exit_code, done.stdout) == (0, GREETING)
    assert done.stderr.startswith("Unable to find image 'hello-world:latest' locally\n")


def test_nginx_from_start_to_end(lab: Lab) -> None:
    assert lab.docker("run -d --name web nginx").exit_code == 0
    logs = lab.docker("logs web")
    # What the real image printed on standard output.
    script = "/docker-entrypoint.sh:"
    ipv6 = "10-listen-on-ipv6-by-default.sh"
    default = "/etc/nginx/conf.d/default.conf"
    assert logs.stdout.splitlines() == [
        f"{script} /docker-entrypoint.d/ is not empty, will attempt to perform configuration",
        f"{script} Looking for shell scripts in /docker-entrypoint.d/",
        f"{script} Launching /docker-entrypoint.d/{ipv6}",
        f"{ipv6}: info: Getting the checksum of {default}",
        f"{ipv6}: info: Enabled listen on IPv6 in {default}",
        f"{script} Sourcing /docker-entrypoint.d/15-local-resolvers.envsh",
        f"{script} Launching /docker-entrypoint.d/20-envsubst-on-templates.sh",
        f"{script} Launching /docker-entrypoint.d/30-tune-worker-processes.sh",
        f"{script} Configuration complete; ready for start up",
    ]
    notices = [line.partition("1#1: ")[2] for line in logs.stderr.splitlines()]
    assert notices[:3] == ['using the "epoll" event method', "nginx/1.27.5",
                           "built by gcc 12.2.0 (Debian 12.2.0-14) "]
    assert notices[-1] == "start worker process 29"
    assert lab.docker("ps --format '{{.Names}} {{.Status}}'").stdout.startswith("web Up ")
    changed = lab.docker("diff web").stdout.splitlines()
    assert {"C /etc/nginx/conf.d/default.conf", "A /run/nginx.pid"} <= set(changed)
    assert lab.docker("stop web").stdout == "web\n"
    assert lab.docker("inspect -f {{.State.ExitCode}} web").stdout == "0\n"
    assert "signal 3 (SIGQUIT) received, shutting down" in lab.docker("logs web").stderr
    lab.docker("start web")
    assert "IPv6 listen already enabled" in lab.docker("logs web").stdout


def test_a_changed_page_is_committed(lab: Lab) -> None:
    lab.docker("run --name site nginx sh -c 'echo mine > /usr/share/nginx/html/index.html'")
    lab.docker("commit site mine")
    page = lab.docker("run --rm mine cat /usr/share/nginx/html/index.html")
    assert page.stdout == "mine\n"


def test_nginx_in_the_background_of_a_container_ends_it(lab: Lab) -> None:
    lab.docker("run -d --name gone nginx nginx")
    assert lab.docker("inspect -f '{{.State.Status}} {{.State.ExitCode}}' gone").stdout == (
        "exited 0\n")


@pytest.mark.parametrize(("image", "said"), [
    ("httpd", "caught SIGWINCH, shutting down gracefully"),
    ("redis", "Redis is now ready to exit, bye bye..."),
    ("haneullab/mysql-sample", "/usr/sbin/mysqld: Shutdown complete (mysqld 8.0.42)"),
    ("ubuntu/nginx", "signal 3 (SIGQUIT) received, shutting down"),
    ("haneullab/ubuntu-sshd", ""),
    ("onnurilab/redis-small", "User requested shutdown..."),
])
def test_services_run_until_they_are_stopped(lab: Lab, image: str, said: str) -> None:
    lab.docker(f"run -d --name service {image}")
    assert lab.docker("inspect -f {{.State.Status}} service").stdout == "running\n"
    lab.docker("stop service")
    assert lab.docker("inspect -f {{.State.ExitCode}} service").stdout == "0\n"
    logs = lab.docker("logs service")
    assert said in logs.stdout + logs.stderr


@pytest.mark.parametrize("tag", ["latest", "8.0", "5.7"])
def test_mysql_wants_a_password(lab: Lab, tag: str) -> None:
    done = lab.docker(f"run mysql:{tag}")
    assert done.exit_code == 1
    assert done.stderr.endswith(
        "+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not "
        "specified\n"
        "    You need to specify one of the following as an environment variable:\n"
        "    - MYSQL_ROOT_PASSWORD\n"
        "    - MYSQL_ALLOW_EMPTY_PASSWORD\n"
        "    - MYSQL_RANDOM_ROOT_PASSWORD\n")


@pytest.mark.parametrize("tag", ["latest", "8.0", "5.7"])
def test_mysql_with_a_password(lab: Lab, tag: str) -> None:
    lab.docker(f"run -d --name db -e MYSQL_ROOT_PASSWORD=x -e MYSQL_DATABASE=shop mysql:{tag}")
    logs = lab.docker("logs db")
    assert "[Entrypoint]: Creating database shop\n" in logs.stdout
    assert "[Entrypoint]: MySQL init process done. Ready for start up.\n" in logs.stdout
    assert "ready for connections" in logs.stderr.splitlines()[-1] + logs.stderr.splitlines()[-2]
    lab.docker("stop db")
    lab.docker("start db")
    assert lab.docker("logs db").stdout.count("Initializing database files") == 1
    assert lab.docker("inspect -f {{.State.Status}} db").stdout == "running\n"


@pytest.mark.parametrize(("line", "said"), [
    ("run --rm python:3.12-slim python --version", "Python 3.12.10\n"),
    ("run --rm python:3.12 pip --version",
     "pip 25.0.1 from /usr/local/lib/python3.12/site-packages/pip (python 3.12)\n"),
    ("run --rm python:3.12-alpine python3 -c \"print('hi')\"", "hi\n"),
    ("run --rm python", ""),
    ("run --rm node:20 --version", "v20.19.2\n"),
    ("run --rm node:20-alpine npm --version", "10.8.2\n"),
    ("run --rm node npm -v", "11.3.0\n"),
    ("run --rm redis redis-cli --version", "redis-cli 7.4.3\n"),
    ("run --rm mysql:5.7 --version",
     "mysqld  Ver 5.7.44 for Linux on x86_64 (MySQL Community Server (GPL))\n"),
    ("run --rm alpine echo hi", "hi\n"),
    ("run --rm mirinaelab/alpine-tools bash -c 'echo $0'", "bash\n"),
    ("run --rm nurilab/ubuntu-korean sh -c 'echo $LANG'", "ko_KR.UTF-8\n"),
    ("run --rm alicek106/volume_test ls /home/testdir_2", "readme\ntest\n"),
    ("run --rm onnurilab/hello-korean",
     "안녕하세요, 도커!\n이 글은 busybox 위에 얹은 작은 레이어에서 나왔습니다.\n"),
])
def test_images_run_what_one_expects(lab: Lab, line: str, said: str) -> None:
    done = lab.docker(line)
    assert (done.exit_code, done.stdout) == (0, said)


@pytest.mark.parametrize(("line", "blamed"), [
    ("python:3.12 pip install requests", "pip"), ("python:3.12 python app.py", "python"),
    ("node:20 npm start", "npm"), ("node:20 node /app/server.js", "node"),
    ("dalbitlab/python-notebook jupyter lab", "jupyter"), ("redis redis-cli ping", "redis-cli"),
    ("python:3.12 gcc --version", "gcc"),
])
def test_what_the_lab_lacks_says_so(lab: Lab, line: str, blamed: str) -> None:
    done = lab.docker(f"run --rm {line}")
    assert done.exit_code == 126
    assert done.stderr.endswith(f"imagelab does not simulate {blamed}\n")


@pytest.mark.parametrize(("image", "code", "said"), [
    ("gaonlab/ubuntu", 127, 'exec: "/start.sh": stat /start.sh: no such file or directory'),
    ("mirinaelab/python-report", 126, 'exec: "/app/report.sh": permission denied'),
    ("nurilab/nginx-site", 1, "exec /start.sh: no such file or directory\n"),
])
def test_flaws_of_community_images(lab: Lab, image: str, code: int, said: str) -> None:
    done = lab.docker(f"run {image}")
    assert done.exit_code == code
    assert said in done.stderr


def test_what_a_later_layer_deletes_still_weighs(lab: Lab) -> None:
    lab.docker("pull dalbitlab/ubuntu-cleanup")
    assert lab.docker("run --rm dalbitlab/ubuntu-cleanup ls /opt").stdout == ""
    size = lab.docker("images --format {{.Size}} dalbitlab/ubuntu-cleanup").stdout
    assert size == "378MB\n"


def test_a_password_in_an_image_is_for_all_to_see(lab: Lab) -> None:
    lab.docker("pull haneullab/mysql-sample")
    env = lab.docker("inspect -f '{{json .Config.Env}}' haneullab/mysql-sample").stdout
    assert "MYSQL_ROOT_PASSWORD=1234" in json.loads(env)


def test_the_page_tells_which_container_it_is_from(lab: Lab) -> None:
    identifier = lab.docker("run -d --name web haneullab/nginx-hello").stdout.strip()
    page = lab.docker("exec web cat /usr/share/nginx/html/index.html").stdout
    assert f"Hello from {identifier[:12]}" in page
