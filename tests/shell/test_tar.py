"""Archives that the real tar and gzip make and read, and such as nobody should trust."""

from __future__ import annotations

import gzip
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from imagelab.model.content import Zeros
from imagelab.model.filesystem import FileSystem
from imagelab.model.node import Node, directory, file, symlink
from tests.shell.support import container, run, text

_WHEN = 1_600_000_000
_LONG = "long-" * 30
_TREE: dict[str, Node] = {
    "w": directory(0o755, _WHEN * 10**9),
    "w/f": file(b"hello\n", 0o640, _WHEN * 10**9),
    "w/l": symlink("f", _WHEN * 10**9),
    f"w/{_LONG}": file(b"x" * 700, 0o600, _WHEN * 10**9),
}
_NAMES = ["f", "l", _LONG]


def _work(flavour: str, extra: dict[str, Node] | None = None) -> FileSystem:
    return container(flavour, {"w": directory(), **(extra or {})})


def _sh(files: FileSystem, script: str, flavour: str = "gnu") -> str:
    result = run(files, "sh" if flavour == "busybox" else "bash", "-c", script, cwd="/w")
    return text(result) + text(result, 2)


def _fails(files: FileSystem, script: str, flavour: str) -> bool:
    return run(files, "sh" if flavour == "busybox" else "bash", "-c", script,
               cwd="/w").process.status in (1, 2)


def _real(tmp_path: Path) -> Path:
    """Write the tree to the host."""
    (tmp_path / "f").write_bytes(b"hello\n")
    (tmp_path / _LONG).write_bytes(b"x" * 700)
    (tmp_path / "l").symlink_to("f")
    (tmp_path / "f").chmod(0o640)
    (tmp_path / _LONG).chmod(0o600)
    for name in _NAMES:
        subprocess.run(["touch", "-hd", f"@{_WHEN}", name], cwd=tmp_path, check=True)
    return tmp_path


def test_archive_is_the_one_that_gnu_tar_makes(tmp_path: Path) -> None:
    if shutil.which("tar") is None:
        pytest.skip("no tar on this machine")
    work = _real(tmp_path)
    subprocess.run(["tar", "--format=gnu", "--owner=root:0", "--group=root:0", "-cf",
                    work / "x.tar", *_NAMES], cwd=work, check=True)
    files = _work("gnu", _TREE)
    assert _sh(files, f"tar cf x.tar f l {_LONG}") == ""
    assert files.read("w/x.tar").read() == (work / "x.tar").read_bytes()


def test_archive_is_the_one_that_busybox_makes(tmp_path: Path) -> None:
    busybox = shutil.which("busybox")
    if busybox is None or Path("/etc/passwd").stat().st_uid or tmp_path.stat().st_uid:
        pytest.skip("no busybox on this machine, or not root")
    work = _real(tmp_path)
    subprocess.run([busybox, "tar", "cf", "x.tar", *_NAMES], cwd=work, check=True)
    files = _work("busybox", _TREE)
    assert _sh(files, f"tar cf x.tar f l {_LONG}", "busybox") == ""
    assert files.read("w/x.tar").read() == (work / "x.tar").read_bytes()


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_all_formats_are_read(form: int, flavour: str) -> None:
    name = "d/" + ("n" * 90 if form == tarfile.USTAR_FORMAT else "n" * 150)
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        head = tarfile.TarInfo("d")
        head.type, head.mode, head.mtime = tarfile.DIRTYPE, 0o750, _WHEN
        archive.addfile(head)
        head = tarfile.TarInfo(name)
        head.size, head.uid, head.gid, head.mtime, head.mode = 5, 1000, 1000, _WHEN, 0o4755
        archive.addfile(head, io.BytesIO(b"bytes"))
        head = tarfile.TarInfo("d/hard")
        head.type, head.linkname = tarfile.LNKTYPE, name
        archive.addfile(head)
        head = tarfile.TarInfo("d/soft")
        head.type, head.linkname = tarfile.SYMTYPE, "t" * 90
        archive.addfile(head)
    files = _work(flavour, {"w/x.tar": file(buffer.getvalue())})
    assert _sh(files, "tar xf x.tar", flavour) == ""
    node = files.stat(f"w/{name}")
    assert (node.content.read(), node.uid, node.gid, node.mode) == (b"bytes", 1000, 1000, 0o4755)
    assert node.mtime == _WHEN * 10**9
    assert files.links("w/d/hard") == 2
    assert files.stat("w/d/soft", follow=False).target == "t" * 90
    folder = files.stat("w/d")
    assert (folder.mode, folder.mtime) == (0o750, _WHEN * 10**9)


def test_real_tar_reads_ours(tmp_path: Path) -> None:
    files = _work("gnu", _TREE)
    assert _sh(files, f"tar czf x.tgz f l {_LONG}") == ""
    (tmp_path / "x.tgz").write_bytes(files.read("w/x.tgz").read())
    with tarfile.open(tmp_path / "x.tgz") as archive:
        assert archive.getnames() == _NAMES
        member = archive.extractfile("f")
        assert member is not None
        assert member.read() == b"hello\n"


def test_large_files_stay_lazy() -> None:
    files = _work("gnu", {"w/big": file(Zeros(1 << 30))})
    script = "tar cf x.tar big; mkdir o; tar xf x.tar -C o; ls -l o/big | cut -d ' ' -f 5"
    assert _sh(files, f"{script}; tar tf x.tar") == f"{1 << 30}\nbig\n"
    assert files.read("w/o/big") == Zeros(1 << 30)


def _archive(*heads: tarfile.TarInfo, data: bytes = b"evil") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for head in heads:
            head.size = len(data) if head.isreg() else 0
            archive.addfile(head, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_nothing_is_written_outside(flavour: str) -> None:
    link = tarfile.TarInfo("l")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc"
    data = _archive(tarfile.TarInfo("../../etc/up"), tarfile.TarInfo("/etc/abs"),
                    tarfile.TarInfo("a/../../../etc/mid"))
    files = _work(flavour, {"w/d": directory(), "w/x.tar": file(data)})
    before = files.names("etc")
    _sh(files, "cd d; tar xf ../x.tar", flavour)
    assert files.names("etc") == before
    if flavour == "gnu":
        files = _work("gnu", {"w/x.tar": file(_archive(link, tarfile.TarInfo("l/through")))})
        assert "Cannot open" in _sh(files, "tar xf x.tar")
        assert files.names("etc") == before
        assert files.stat("w/l", follow=False).target == "/etc"


@pytest.mark.parametrize("flavour", ["gnu", "busybox"])
def test_damaged_archives_are_refused(flavour: str) -> None:
    good = _archive(tarfile.TarInfo("f"))
    huge = bytearray(good)
    huge[124:136] = b"77777777777\0"
    total = sum(huge[:148]) + 8 * 32 + sum(huge[156:512])
    huge[148:156] = b"%06o\0 " % total
    for data in (bytes(huge), good[:600], b"\xff" * 3000, b"\x1f\x8b\x08" + bytes(40)):
        files = _work(flavour, {"w/x.tar": file(data)})
        assert _fails(files, "tar xf x.tar", flavour)


def test_gzip_reads_several_members_and_zeros_stay_lazy() -> None:
    data = gzip.compress(b"one\n") + gzip.compress(b"two\n") + gzip.compress(bytes(1 << 20))
    files = _work("gnu", {"w/x.gz": file(data)})
    assert _sh(files, "zcat x.gz | head -c 8; gunzip x.gz; ls -l x | cut -d ' ' -f 5") == (
        f"one\ntwo\n{8 + (1 << 20)}\n")


def test_gzip_output_is_the_same_in_every_run() -> None:
    first, second = (_work("gnu", _TREE) for _ in range(2))
    for files in (first, second):
        _sh(files, "gzip f; tar czf x.tgz l f.gz")
    assert first.read("w/x.tgz").read() == second.read("w/x.tgz").read()
    assert gzip.decompress(first.read("w/f.gz").read()) == b"hello\n"


def test_archive_shows_owners_by_the_names_of_the_container() -> None:
    nodes = {"w/f": Node(file(b"x").kind, 0o644, 1000, 4242, _WHEN * 10**9, file(b"x").content)}
    files = _work("gnu", nodes)
    assert _sh(files, "tar cf x.tar f; tar tvf x.tar; tar tvf x.tar --numeric-owner") == (
        "-rw-r--r-- user/4242         1 2020-09-13 12:26 f\n"
        "-rw-r--r-- 1000/4242         1 2020-09-13 12:26 f\n")
