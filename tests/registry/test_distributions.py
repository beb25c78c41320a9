"""The distributions of the Hub: systems to look around in, of the size that Docker shows."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pytest

from imagelab.formats import layer_tar
from imagelab.lab import Lab
from imagelab.model.image import Image
from imagelab.model.node import Kind, file, size_of
from imagelab.model.reference import parse
from imagelab.model.tree import Tree, parent_of
from imagelab.registry import catalogue, hub
from imagelab.registry.catalogue import debian_12, dpkg
from tests.registry.changes import changes_of
from tests.registry.test_ubuntu_14_04 import follow, found, text

DEBIAN_LIKE = ["ubuntu:16.04", "ubuntu:22.04", "ubuntu:24.04", "debian:12", "debian:12-slim"]
MERGED = DEBIAN_LIKE[1:]
ALPINE = ["alpine:3.10", "alpine:3.20", "alpine:3.21"]
BUSYBOX = ["busybox:1.36", "busybox:1.37", "busybox:musl"]
EVERY = [*DEBIAN_LIKE, *ALPINE, *BUSYBOX]
#: What `docker images` shows of the official images of 2025 (of 2021 for 16.04 and 3.10), in MB.
SIZES = {
    "ubuntu:16.04": 135, "ubuntu:22.04": 77.9, "ubuntu:24.04": 78.1, "debian:12": 117,
    "debian:12-slim": 74.8, "alpine:3.10": 5.58, "alpine:3.20": 7.8, "alpine:3.21": 7.83,
}
GNU_PROGRAMS = """
[ apt apt-cache apt-get awk basename bash cat chmod chown cp cut date dd df dirname dpkg dpkg-query
du echo egrep env false find grep gzip head hostname id ln ls md5sum mkdir mkfifo mktemp more mount
mv perl printf ps pwd readlink rm rmdir sed seq sh sha256sum sleep sort stat su tail tar tee test
touch tr true truncate umount uname uniq wc which whoami xargs
"""
ALPINE_PROGRAMS = """
[ apk ash awk basename busybox cat chmod chown cp cut date dd df dirname du echo env false find
getent grep head hostname id ldd ln ls md5sum mkdir mkfifo mv ping printf ps pwd readlink rm rmdir
sed seq sh sha256sum sleep sort stat tail tar tee test touch tr true truncate uname uniq vi wc wget
which whoami xargs
"""


@cache
def tree_of(name: str) -> Tree:
    tree = Tree()
    for layer in hub.resolve(parse(name)).layers:
        tree = tree.over(changes_of(layer))
    return tree


def kinds(tree: Tree) -> Iterator[tuple[str, Kind]]:
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None
        yield path, entry.node.kind


def config_of(name: str) -> Image:
    return Image(hub.resolve(parse(name)).config_json)


@pytest.mark.parametrize(("name", "megabytes"), SIZES.items())
def test_an_image_weighs_what_the_official_one_does(name: str, megabytes: float) -> None:
    total = sum(size_of(changes_of(layer)) for layer in hub.resolve(parse(name)).layers)
    assert total / 1e6 == pytest.approx(megabytes, rel=0.02)


@pytest.mark.parametrize("name", DEBIAN_LIKE)
def test_find_has_thousands_of_paths(name: str) -> None:
    assert len(tree_of(name)) > 2500


@pytest.mark.parametrize(("name", "folders"), [
    ("ubuntu:16.04", "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp"
                     " usr var"),
    ("ubuntu:22.04", "bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root run sbin"
                     " srv sys tmp usr var"),
    ("ubuntu:24.04", "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp"
                     " usr var"),
    ("debian:12", "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr"
                  " var"),
    ("debian:12-slim", "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys"
                       " tmp usr var"),
    ("alpine:3.21", "bin dev etc home lib media mnt opt proc root run sbin srv sys tmp usr var"),
])
def test_the_root_holds_the_usual_folders(name: str, folders: str) -> None:
    assert " ".join(sorted(tree_of(name).names(""))) == folders


@pytest.mark.parametrize(("name", "pretty", "release"), [
    ("ubuntu:16.04", "Ubuntu 16.04.7 LTS", ("etc/debian_version", "stretch/sid\n")),
    ("ubuntu:22.04", "Ubuntu 22.04.5 LTS", ("etc/debian_version", "bookworm/sid\n")),
    ("ubuntu:24.04", "Ubuntu 24.04.2 LTS", ("etc/debian_version", "trixie/sid\n")),
    ("debian:12", "Debian GNU/Linux 12 (bookworm)", ("etc/debian_version", "12.11\n")),
    ("debian:12-slim", "Debian GNU/Linux 12 (bookworm)", ("etc/debian_version", "12.11\n")),
    ("alpine:3.10", "Alpine Linux v3.10", ("etc/alpine-release", "3.10.9\n")),
    ("alpine:3.20", "Alpine Linux v3.20", ("etc/alpine-release", "3.20.6\n")),
    ("alpine:3.21", "Alpine Linux v3.21", ("etc/alpine-release", "3.21.3\n")),
])
def test_it_says_what_it_is(name: str, pretty: str, release: tuple[str, str]) -> None:
    tree = tree_of(name)
    resolved = follow(tree, "etc/os-release")
    assert resolved == ("etc/os-release" if name == "alpine:3.10" else "usr/lib/os-release")
    assert f'PRETTY_NAME="{pretty}"\n' in text(tree, resolved)
    path, expected = release
    assert text(tree, path) == expected


@pytest.mark.parametrize("name", MERGED)
@pytest.mark.parametrize("folder", ["bin", "sbin", "lib", "lib64"])
def test_folders_are_merged_into_usr(name: str, folder: str) -> None:
    entry = tree_of(name).get(folder)
    assert entry is not None
    assert (entry.node.kind, entry.node.target) == (Kind.SYMLINK, f"usr/{folder}")
    assert tree_of(name).names(f"usr/{folder}")


@pytest.mark.parametrize("name", ["ubuntu:16.04", *ALPINE])
def test_folders_of_others_are_not_merged(name: str) -> None:
    assert "sh" in tree_of(name).names("bin")
    assert "ls" in tree_of(name).names("bin")


@pytest.mark.parametrize("name", EVERY)
def test_only_folders_hold_something(name: str) -> None:
    tree = tree_of(name)
    holders = {parent_of(path) for path in tree.paths()} - {""}
    assert {path for path, kind in kinds(tree) if path in holders
            and kind is not Kind.DIRECTORY} == set()


@pytest.mark.parametrize("name", EVERY)
def test_links_lead_somewhere(name: str) -> None:
    # Official images lack manual pages, too, to which alternatives lead.
    tree = tree_of(name)
    dangling = {
        path for path, kind in kinds(tree) if kind is Kind.SYMLINK and not follow(tree, path)}
    without_pages = {path for path in dangling if path.startswith("etc/alternatives/")
                     and path.endswith(".gz")}
    elsewhere = {path for path in dangling if (entry := tree.get(path))
                 and entry.node.target in ("/dev/null", "../proc/mounts")}
    assert dangling == without_pages | elsewhere
    if name in ("debian:12", *BUSYBOX):
        assert not dangling


@pytest.mark.parametrize("name", DEBIAN_LIKE)
def test_programs_are_found(name: str) -> None:
    missing = [one for one in GNU_PROGRAMS.split()
               if not found(tree_of(name), one) and (one, name[:6]) != ("ps", "debian")]
    assert missing == []
    assert str(found(tree_of(name), "sh")).endswith("bin/dash")
    assert found(tree_of(name), "apk") is None


def test_debian_comes_without_ps() -> None:
    assert found(tree_of("debian:12"), "ps") is None


@pytest.mark.parametrize("name", ALPINE)
def test_programs_of_alpine_are_applets(name: str) -> None:
    tree = tree_of(name)
    assert [one for one in ALPINE_PROGRAMS.split() if not found(tree, one)] == []
    assert {found(tree, one) for one in ("sh", "ls", "wget", "[")} == {"bin/busybox"}
    assert found(tree, "bash") is None
    assert found(tree, "apt-get") is None


@pytest.mark.parametrize("name", [*DEBIAN_LIKE, *ALPINE])
def test_accounts_agree(name: str) -> None:
    def names(path: str) -> list[str]:
        return [line.partition(":")[0] for line in text(tree_of(name), path).splitlines()]

    assert names("etc/passwd") == names("etc/shadow")
    if name in DEBIAN_LIKE:
        assert names("etc/group") == names("etc/gshadow")
        assert "_apt" in names("etc/passwd")
    for path, colons in (("passwd", 6), ("shadow", 8), ("group", 3)):
        lines = text(tree_of(name), f"etc/{path}").splitlines()
        assert {line.count(":") for line in lines} == {colons}
    groups = {line.split(":")[2] for line in text(tree_of(name), "etc/group").splitlines()}
    assert {line.split(":")[3] for line in text(tree_of(name), "etc/passwd").splitlines()} <= groups


@pytest.mark.parametrize("name", [*DEBIAN_LIKE, *ALPINE])
def test_owners_have_accounts(name: str) -> None:
    tree = tree_of(name)
    users = {int(line.split(":")[2]) for line in text(tree, "etc/passwd").splitlines()}
    groups = {int(line.split(":")[2]) for line in text(tree, "etc/group").splitlines()}
    entries = [entry for path in tree.paths() if (entry := tree.get(path))]
    assert {entry.node.uid for entry in entries} <= users
    assert {entry.node.gid for entry in entries} <= groups


def test_only_the_newest_ubuntu_has_a_user_of_its_own() -> None:
    assert "ubuntu:x:1000:1000:" in text(tree_of("ubuntu:24.04"), "etc/passwd")
    assert "ubuntu:" not in text(tree_of("ubuntu:22.04"), "etc/passwd")
    assert tree_of("ubuntu:24.04").names("home") == frozenset({"ubuntu"})


@pytest.mark.parametrize(("name", "count"), [
    ("ubuntu:16.04", 90), ("ubuntu:22.04", 101), ("ubuntu:24.04", 92), ("debian:12", 88)])
def test_dpkg_knows_about_as_many_packages_as_officially(name: str, count: int) -> None:
    status = text(tree_of(name), "var/lib/dpkg/status")
    packages = [line for line in status.splitlines() if line.startswith("Package: ")]
    assert len(packages) == pytest.approx(count, abs=9)
    assert len(packages) == len(set(packages))
    assert not any(line.startswith("Package: -") for line in packages)


@pytest.mark.parametrize("name", DEBIAN_LIKE)
def test_what_dpkg_lists_is_there_unless_left_out(name: str) -> None:
    tree = tree_of(name)
    listed = text(tree, "var/lib/dpkg/info/coreutils.list").splitlines()
    assert {"/.", "/bin/ls", "/usr/bin/wc"} <= set(listed)
    left_out = ("/usr/share/doc", "/usr/share/man", "/usr/share/info", "/usr/share/locale")
    assert [path for path in listed[1:] if not path.startswith(left_out)
            and not follow(tree, path[1:])] == []


@pytest.mark.parametrize(("name", "kept"), [
    ("ubuntu:22.04", False), ("ubuntu:24.04", False), ("debian:12-slim", False),
    ("debian:12", True)])
def test_small_images_leave_documentation_out(name: str, kept: bool) -> None:
    tree = tree_of(name)
    assert (tree.get("usr/share/man/man1/ls.1.gz") is not None) is kept
    assert (tree.get("usr/share/locale/ko/LC_MESSAGES/coreutils.mo") is not None) is kept
    assert tree.get("usr/share/doc/bash/copyright") is not None


def test_slim_is_what_is_left_of_the_whole_system() -> None:
    whole, slim = debian_12.rootfs(), debian_12.slim()
    assert set(slim) - set(whole) == {"etc/dpkg/dpkg.cfg.d/docker"}
    assert all(slim[path] == whole[path] for path in slim if path in whole)


@pytest.mark.parametrize(("settings", "left"), [
    ("", "usr/share/doc/a/copyright usr/share/doc/a/readme var/x"),
    ("path-exclude=/usr/share/doc/*", "var/x"),
    ("path-exclude=/usr/share/doc/*\npath-include=/usr/share/doc/*/copyright",
     "usr/share/doc/a/copyright var/x"),
    ("path-include /usr/share/doc/*/copyright\npath-exclude /usr/share/doc/*", "var/x"),
    ("#path-exclude=/*", "usr/share/doc/a/copyright usr/share/doc/a/readme var/x"),
])
def test_the_last_setting_that_fits_a_path_decides(settings: str, left: str) -> None:
    nodes = {path: file(b"") for path in (
        "usr/share/doc/a/copyright", "usr/share/doc/a/readme", "var/x")}
    assert " ".join(dpkg.without(nodes, settings)) == left


@pytest.mark.parametrize("name", ALPINE)
def test_apk_knows_what_is_installed(name: str) -> None:
    tree = tree_of(name)
    records = text(tree, "lib/apk/db/installed").split("\n\n")
    packages = {record.split("P:")[1].split("\n")[0] for record in records if record.strip()}
    assert set(text(tree, "etc/apk/world").split()) <= packages
    newer = {"busybox-binsh", "libcrypto3"}
    assert {"busybox", "musl", "zlib"} <= packages
    assert newer & packages == (set() if name == "alpine:3.10" else newer)
    assert ("libapk2" in packages) is (name == "alpine:3.21")
    folder = ""
    for line in "\n".join(records).splitlines():
        if line.startswith("F:"):
            folder = line[2:]
        elif line.startswith("R:"):
            assert tree.get(f"{folder}/{line[2:]}".strip("/")) is not None


def test_apk_checksums_are_of_the_bytes() -> None:
    tree = tree_of("alpine:3.21")
    digest = hashlib.sha1(text(tree, "etc/alpine-release").encode(), usedforsecurity=False)
    line = f"R:alpine-release\nZ:Q1{base64.b64encode(digest.digest()).decode()}\n"
    assert line in text(tree, "lib/apk/db/installed")


@pytest.mark.parametrize("name", [*DEBIAN_LIKE, *ALPINE])
def test_package_sources_are_an_example_archive(name: str) -> None:
    tree = tree_of(name)
    sources = [path for path, kind in kinds(tree) if kind is Kind.FILE
               and path.startswith(("etc/apk/repositories", "etc/apt/sources.list"))]
    hosts = {word.split("/")[2] for path in sources
             for word in text(tree, path).split() if "://" in word}
    assert hosts
    assert all(host.endswith(".example") for host in hosts)


@pytest.mark.parametrize("name", ["ubuntu:16.04", "debian:12"])
def test_the_image_brings_no_package_lists(name: str) -> None:
    assert tree_of(name).names("var/lib/apt/lists") <= {"partial"}
    assert tree_of(name).get("etc/apt/apt.conf.d/docker-clean") is not None


@pytest.mark.parametrize("name", EVERY)
def test_history_and_layers_agree(name: str) -> None:
    image = config_of(name)
    filled = [step for step in image.history if not step.get("empty_layer")]
    assert len(filled) == len(image.diff_ids) == (4 if name == "ubuntu:16.04" else 1)
    assert image.history[-1]["created"] == json.loads(
        hub.resolve(parse(name)).config_json)["created"]


@pytest.mark.parametrize(("name", "command"), [
    ("ubuntu:16.04", ("/bin/bash",)), ("ubuntu:22.04", ("/bin/bash",)),
    ("ubuntu:24.04", ("/bin/bash",)), ("debian:12", ("bash",)), ("debian:12-slim", ("bash",)),
    ("alpine:3.21", ("/bin/sh",)), ("busybox:musl", ("sh",))])
def test_it_runs_the_shell_that_the_official_image_runs(
    name: str, command: tuple[str, ...],
) -> None:
    assert config_of(name).config.cmd == command


@pytest.mark.parametrize(("one", "other"), [
    ("ubuntu", "ubuntu:24.04"), ("ubuntu:noble", "ubuntu:24.04"), ("ubuntu:jammy", "ubuntu:22.04"),
    ("ubuntu:xenial", "ubuntu:16.04"), ("debian", "debian:bookworm"),
    ("debian:bookworm-slim", "debian:12-slim"), ("alpine", "alpine:3.21"),
    ("busybox", "busybox:1.37"), ("busybox:stable", "busybox:1.36"),
])
def test_tags_of_one_image(one: str, other: str) -> None:
    assert hub.resolve(parse(one)) is hub.resolve(parse(other))


def _every_tag() -> list[str]:
    data = json.loads((files(catalogue) / "repositories.json").read_bytes())
    return [f"{repository}:{tag}" for repository, tags in data.items() for tag in tags]


@pytest.mark.parametrize("name", _every_tag())
def test_every_tag_of_the_hub_resolves(name: str) -> None:
    remote = hub.resolve(parse(name))
    assert remote.layers
    assert len(Image(remote.config_json).diff_ids) == len(remote.layers)


@pytest.mark.parametrize("name", [*ALPINE, *BUSYBOX, "debian:12-slim", "ubuntu:24.04"])
def test_pinned_digests_are_those_of_the_bytes(name: str) -> None:
    for layer in hub.resolve(parse(name)).layers:
        sha, size = hashlib.sha256(), 0
        for chunk in layer_tar.write(changes_of(layer)):
            sha.update(chunk)
            size += len(chunk)
        assert (f"sha256:{sha.hexdigest()}", size) == (layer.digest, layer.size)


@pytest.mark.parametrize(("name", "shell"), [
    *((name, "bash") for name in DEBIAN_LIKE), *((name, "sh") for name in [*ALPINE, *BUSYBOX])])
def test_one_can_look_around(name: str, shell: str) -> None:
    script = ("cd /tmp && echo one two > a && mkdir b && cp a b/ && cat b/a | wc -w && ls b"
              " && whoami && which ls && find / -xdev | wc -l")
    result = Lab().docker(f"run --rm {name} {shell} -c '{script}'")
    assert result.exit_code == 0
    words, listing, user, where, count = result.stdout.split()
    assert (words, listing, user) == ("2", "a", "root")
    assert where == ("/usr/bin/ls" if name in MERGED else "/bin/ls")
    assert int(count) > (280 if name in BUSYBOX else 500)
