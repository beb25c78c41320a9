"""The simulated ubuntu:14.04 is a system one can look around in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from imagelab.model.node import Changes, Kind
from imagelab.model.reference import parse
from imagelab.model.tree import Tree, parent_of
from imagelab.registry import hub
from imagelab.registry.catalogue import ubuntu_14_04
from tests.registry.changes import changes_of

PATH = ("usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin")
PROGRAMS = """
[ apt-get awk basename bash cat chmod chown cp cut date dd df dirname dpkg du echo env false find
grep head hostname id ln ls md5sum mkdir mkfifo mknod mv perl printf ps pwd readlink rm rmdir sed
seq sh sha256sum sleep sort stat tail tar tee test touch tr true truncate uname uniq wc which xargs
"""


@pytest.fixture(scope="module")
def tree() -> Tree:
    tree = Tree()
    for layer in hub.resolve(parse("ubuntu:14.04")).layers:
        tree = tree.over(changes_of(layer))
    return tree


def text(tree: Tree, path: str) -> str:
    entry = tree.get(path)
    assert entry is not None, path
    return entry.node.content.read().decode()


def follow(tree: Tree, path: str, links: int = 20) -> str | None:
    """Return where a path leads, None for nowhere."""
    here = ""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if part == "..":
            here = parent_of(here)
            continue
        step = f"{here}/{part}".strip("/")
        entry = tree.get(step)
        if entry is None:
            return None
        if entry.node.kind is Kind.SYMLINK:
            target = entry.node.target
            base = target[1:] if target.startswith("/") else f"{here}/{target}".strip("/")
            rest = "/".join([base, *parts[index + 1 :]])
            return follow(tree, rest, links - 1) if links else None
        here = step
    return here


def found(tree: Tree, program: str) -> str | None:
    return next(filter(None, (follow(tree, f"{folder}/{program}") for folder in PATH)), None)


def test_find_has_thousands_of_paths(tree: Tree) -> None:
    assert len(tree) > 3000


def test_the_root_holds_the_usual_folders(tree: Tree) -> None:
    assert " ".join(sorted(tree.names(""))) == (
        "bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var")


@pytest.mark.parametrize(("path", "mode"), [
    ("tmp", 0o1777), ("root", 0o700), ("etc/shadow", 0o640), ("var/tmp", 0o1777),
    ("etc/passwd", 0o644), ("bin", 0o755), ("bin/ls", 0o755), ("bin/su", 0o4755),
    ("usr/sbin/policy-rc.d", 0o755), ("etc/sudoers", 0o440),
])
def test_modes(tree: Tree, path: str, mode: int) -> None:
    entry = tree.get(path)
    assert entry is not None
    assert oct(entry.node.mode) == oct(mode)


def test_shadow_belongs_to_its_group(tree: Tree) -> None:
    entry = tree.get("etc/shadow")
    assert entry is not None
    assert f"shadow:x:{entry.node.gid}:" in text(tree, "etc/group").splitlines()


@pytest.mark.parametrize("program", PROGRAMS.split())
def test_programs_are_elf_files(tree: Tree, program: str) -> None:
    path = found(tree, program)
    assert path is not None
    entry = tree.get(path)
    assert entry is not None
    assert entry.node.kind is Kind.FILE
    assert entry.node.mode & 0o111 == 0o111
    assert entry.node.content.read(7) == b"\x7fELF\x02\x01\x01"


def test_sh_is_dash(tree: Tree) -> None:
    assert found(tree, "sh") == "bin/dash"


def test_every_link_leads_somewhere(tree: Tree) -> None:
    dangling = [path for path, kind in entries(tree)
                if kind is Kind.SYMLINK and follow(tree, path) is None]
    assert dangling == []


def test_only_folders_hold_something(tree: Tree) -> None:
    holders = {parent_of(path) for path, _ in entries(tree)} - {""}
    assert {path for path, kind in entries(tree) if path in holders
            and kind is not Kind.DIRECTORY} == set()


def entries(tree: Tree) -> Iterator[tuple[str, Kind]]:
    for path in tree.paths():
        entry = tree.get(path)
        assert entry is not None
        yield path, entry.node.kind


def test_it_says_what_it_is(tree: Tree) -> None:
    assert 'VERSION_ID="14.04"\n' in text(tree, "etc/os-release")
    assert "DISTRIB_CODENAME=trusty\n" in text(tree, "etc/lsb-release")
    assert text(tree, "run/systemd/container") == "docker\n"


def test_accounts_agree(tree: Tree) -> None:
    def names(path: str) -> list[str]:
        return [line.partition(":")[0] for line in text(tree, path).splitlines()]

    assert names("etc/passwd") == names("etc/shadow")
    assert names("etc/group") == names("etc/gshadow")
    assert {line.count(":") for line in text(tree, "etc/passwd").splitlines()} == {6}
    assert {line.count(":") for line in text(tree, "etc/shadow").splitlines()} == {8}


def test_dpkg_knows_which_package_a_file_is_from(tree: Tree) -> None:
    assert "Package: bash\nStatus: install ok installed\n" in text(tree, "var/lib/dpkg/status")
    assert "/bin/bash\n" in text(tree, "var/lib/dpkg/info/bash.list")


def test_universe_is_switched_on_by_its_layer(tree: Tree) -> None:
    before = ubuntu_14_04.rootfs()["etc/apt/sources.list"].content.read()
    assert b"# deb http://security.example/ubuntu/ trusty-security universe\n" in before
    after = text(tree, "etc/apt/sources.list")
    assert "\ndeb http://security.example/ubuntu/ trusty-security universe\n" in after


def test_package_lists_are_removed_by_their_layer(tree: Tree) -> None:
    assert "var/lib/apt/lists/lock" in ubuntu_14_04.rootfs()
    assert tree.get("var/lib/apt/lists") is not None
    assert tree.names("var/lib/apt/lists") == frozenset()


def test_text_files_are_printable_and_binary_files_begin_as_such(tree: Tree) -> None:
    assert all(line.isprintable() for line in text(tree, "etc/init.d/rc").splitlines())
    zone = tree.get("usr/share/zoneinfo/Asia/Seoul")
    assert zone is not None
    assert zone.node.content.read(4) == b"TZif"


@pytest.mark.parametrize("build", [
    ubuntu_14_04.policy, ubuntu_14_04.no_lists, ubuntu_14_04.universe, ubuntu_14_04.marker,
    ubuntu_14_04.rootfs.__wrapped__,
])
def test_two_builds_are_equal(build: Callable[[], Changes]) -> None:
    assert build() == build()
