"""What the comparison with overlayfs leaves out: mounts, cwd, names, values, and lessons of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from imagelab.model.content import CHUNK, Bytes, Zeros
from imagelab.model.file_error import MESSAGES, FileError
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import WHITEOUT, Changes, Kind, Node, directory, file, symlink
from imagelab.model.tree import Tree

BASE: Changes = {
    "srv": directory(), "srv/a.txt": file(b"a"), "srv/sub": directory(),
    "link": symlink("srv"), "home": replace(directory(0o755), uid=1000, gid=1000),
    "bin": directory(), "bin/sh": file(b"\x7fELF", 0o755), "opt": directory(),
}
TREE = Tree().over(BASE)


def files(mounts: dict[str, Changes] | None = None) -> FileSystem:
    return FileSystem(TREE, {}, now=5, mounts=mounts)


def code(action: Callable[[], object]) -> str:
    with pytest.raises(FileError) as caught:
        action()
    assert caught.value.message == MESSAGES[caught.value.code]
    return caught.value.code


def test_looking_changes_nothing() -> None:
    here = files()
    list(here.walk("/"))
    assert here.read("link/a.txt").read() == b"a"
    assert here.stat("/link", follow=False).kind is Kind.SYMLINK
    assert here.resolve("link/../srv/./sub//") == "srv/sub"
    assert here.changes == {}


def test_a_failed_operation_changes_nothing() -> None:
    here = files()
    for action in (
        lambda: here.rmdir("/srv"), lambda: here.rename("/srv", "/new"),
        lambda: here.link("/srv", "/new"), lambda: here.mkdir("/srv/a.txt"),
        lambda: here.rename("/bin/sh", "/srv"), lambda: here.unlink("/nothing"),
        lambda: here.link("/bin/sh", "/srv/a.txt"), lambda: here.symlink("", "/new"),
    ):
        code(action)
    assert here.changes == {}


def test_removing_a_folder_by_a_link_with_a_slash_spares_the_folder() -> None:
    here = FileSystem(TREE.over({"to": symlink("srv/sub")}), {})
    assert code(lambda: here.rmdir("/to/")) == "ENOTDIR"
    assert code(lambda: here.unlink("/to/")) == "ENOTDIR"
    assert here.lookup("/srv/sub") is not None


def test_relative_paths_begin_at_the_working_directory() -> None:
    here = files()
    here.write("../new", b"n", cwd="/srv/sub")
    here.mkdir("x", cwd="/link")
    here.rename("x", "y", cwd="/srv")
    assert here.names(".", cwd="/srv") == ["a.txt", "new", "sub", "y"]
    assert [path for path, _ in here.walk(".", cwd="/srv/sub/..")] == [
        ".", "./a.txt", "./new", "./sub", "./y"]
    assert code(lambda: here.stat("a", cwd="/gone")) == "ENOENT"
    assert code(lambda: here.write("a", b"", cwd="/gone")) == "ENOENT"


def test_names_and_paths_are_measured_in_bytes() -> None:
    here = files()
    here.write("/" + "가" * 85, b"")
    for action in (here.mkdir, here.unlink, here.rmdir, here.stat, lambda p: here.write(p, b"")):
        assert code(partial(action, "/" + "가" * 86)) == "ENAMETOOLONG"
        assert code(partial(action, "/" + "x/" * 2048)) == "ENAMETOOLONG"
    assert code(lambda: here.rename("/srv/a.txt", "/" + "x" * 256)) == "ENAMETOOLONG"
    undecodable = b"caf\xe9".decode("utf-8", "surrogateescape")
    here.write(f"/{undecodable}", b"x")
    assert here.read(f"/{undecodable}").read() == b"x"


def test_loops_of_links_end() -> None:
    here = FileSystem(Tree().over({"a": symlink("b"), "b": symlink("/a"), "c": symlink("c/c")}), {})
    for path in ("/a", "/b/x", "/c"):
        assert code(partial(here.stat, path)) == "ELOOP"
    many: Changes = {f"l{n}": symlink(f"l{n + 1}") for n in range(41)}
    here = FileSystem(Tree().over({**many, "l41": file(b"end")}), {})
    assert here.read("/l1").read() == b"end"
    assert code(lambda: here.read("/l0")) == "ELOOP"


def test_appending_keeps_large_content_lazy() -> None:
    here = FileSystem(Tree().over({"big": file(Zeros(1 << 40))}), {})
    for _ in range(3):
        here.write("/big", b"end", append=True)
    assert here.read("/big").size == (1 << 40) + 9
    here.write("/big", Bytes(b"x" * CHUNK))
    assert here.changes["big"].size == CHUNK


def test_a_device_takes_what_is_written() -> None:
    null = Node(Kind.CHARACTER, 0o666, device=(1, 3))
    here = files({"dev": {"": directory(), "null": null}})
    here.write("/dev/null", b"gone")
    here.write("/dev/null", b"gone", append=True)
    assert here.read("/dev/null").size == 0
    assert here.mounted("dev")["null"] == null
    assert here.changes == {}


MOUNTS: dict[str, Changes] = {
    "data": {"": directory(0o700, 3), "kept": file(b"k")},
    "srv/a.txt": {"": file(b"mounted")},
}


def test_mounts_hide_what_lies_below_and_stay_out_of_the_changes() -> None:
    here = files(MOUNTS)
    assert here.names("/") == ["bin", "data", "home", "link", "opt", "srv"]
    assert here.read("/link/a.txt").read() == b"mounted"
    here.write("/srv/a.txt", b"changed")
    here.write("/data/new", b"n")
    here.unlink("/data/kept")
    here.chmod("/data", 0o755)
    assert here.changes == {}
    assert here.names("/data/../data") == ["new"]
    assert here.mounted("data")[""].mode == 0o755
    assert here.mounted("srv/a.txt")[""].content.read() == b"changed"


def test_mounts_are_busy_and_devices_of_their_own() -> None:
    here = files(MOUNTS)
    assert code(lambda: here.unlink("/srv/a.txt")) == "EBUSY"
    assert code(lambda: here.rmdir("/data")) == "EBUSY"
    assert code(lambda: here.rename("/data", "/other")) == "EBUSY"
    assert code(lambda: here.rename("/bin/sh", "/srv/a.txt")) == "EBUSY"
    assert code(lambda: here.rename("/data/kept", "/srv/kept")) == "EXDEV"
    assert code(lambda: here.link("/data/kept", "/kept")) == "EXDEV"
    assert code(lambda: here.link("/bin/sh", "/data/sh")) == "EXDEV"
    assert code(lambda: here.rmdir("/srv")) == "ENOTEMPTY"
    assert here.changes == {}


def test_a_mount_of_one_layer_counts_links_of_folders() -> None:
    here = files({"dev": {"": directory(), "shm": directory()}})
    assert here.links("/dev") == 3
    assert here.links("/") == 1  # merged: overlayfs does not count
    assert here.links("/srv") == 3  # of one layer
    here.write("/srv/new", b"")
    assert here.links("/srv") == 1


def test_users() -> None:
    here = files()
    here.uid = here.gid = 1000
    assert code(lambda: here.write("/srv/a.txt", b"")) == "EACCES"
    assert code(lambda: here.write("/srv/new", b"")) == "EACCES"
    assert code(lambda: here.chmod("/srv/a.txt", 0o777)) == "EPERM"
    here.write("/home/mine", b"m")
    assert (here.stat("/home/mine").uid, here.stat("/home/mine").gid) == (1000, 1000)
    assert not here.may_run("/home/mine")
    assert here.may_run("/bin/sh")
    here.chmod("/home/mine", 0)
    assert code(lambda: here.read("/home/mine")) == "EACCES"


def test_root_needs_an_execute_bit_to_run() -> None:
    here = files()
    assert here.may_run("/bin/sh")
    assert not here.may_run("/srv/a.txt")
    assert not here.may_run("/srv")


def test_the_changes_given_are_not_touched() -> None:
    changes: Changes = {"": directory(), "srv": directory(), "srv/a.txt": WHITEOUT}
    here = FileSystem(TREE, changes, now=9)
    here.write("/srv/a.txt", b"new")
    assert changes["srv/a.txt"] is WHITEOUT
    before = here.changes
    here.unlink("/srv/a.txt")
    assert before["srv/a.txt"].kind is Kind.FILE
    assert here.changes["srv/a.txt"] is WHITEOUT


def test_a_folder_made_again_is_opaque_and_can_be_renamed() -> None:
    here = files()
    here.unlink("/srv/a.txt")
    here.rmdir("/srv/sub")
    here.rmdir("/srv")
    here.mkdir("/srv")
    assert here.names("/srv") == []
    assert here.changes["srv"].opaque
    here.rename("/srv", "/opt")
    assert here.changes["srv"] is WHITEOUT
    assert here.changes["opt"].opaque
    assert code(lambda: here.rename("/home", "/elsewhere")) == "EXDEV"


def test_hard_links_share_content_within_the_changes() -> None:
    here = files()
    here.link("/srv/a.txt", "/srv/b.txt")
    here.write("/srv/b.txt", b"+", append=True)
    assert here.read("/srv/a.txt").read() == b"a+"
    assert here.links("/srv/a.txt") == 2
    here.rename("/srv/a.txt", "/srv/b.txt")  # of one file: nothing happens
    assert here.links("/srv/a.txt") == 2
    here.unlink("/srv/a.txt")
    assert here.links("/srv/b.txt") == 1
