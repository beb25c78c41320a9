"""``docker cp`` by the real client: files, folders, links and tars, in and out, here and there."""

from __future__ import annotations

import io
import os
import shlex
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.client_log import without_closed_pipe
from tests.clients.beside import Beside, Told, beside, without_ids
from tests.dockerd import Dockerd

pytestmark = pytest.mark.requires("docker", "dockerd")

PREPARE = ("mkdir -p /d/e/empty; echo hi > /d/f; echo deep > /d/e/g; ln -s f /d/l; "
           "ln -s e /d/le; ln -s /etc/passwd /d/abs; ln -s nowhere /d/dang; ln /d/f /d/h; "
           "chmod 600 /d/f; chown 5:6 /d/e/g; touch '/d/sp ace'")


@pytest.fixture(scope="module")
def sides(dockerd: Dockerd) -> Iterator[Beside]:
    with beside(dockerd) as made:
        yield made


@pytest.fixture
def both(sides: Beside) -> Iterator[Beside]:
    """Both sides with a container that has ended and one that was never started."""
    with prepared(sides):
        yield sides


@contextmanager
def prepared(sides: Beside) -> Iterator[None]:
    sides.docker("run", "--network", "none", "--name", "c1", "ubuntu:14.04", "sh", "-c", PREPARE)
    sides.docker("create", "--network", "none", "--name", "new", "-v", "vol:/v/data",
                 "ubuntu:14.04")
    yield
    sides.clear()


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return made_folders(tmp_path)


def made_folders(place: Path) -> tuple[Path, Path]:
    """Return two folders of the host with the same files."""
    made = place / "here", place / "there"
    for folder in made:
        (folder / "in" / "sub").mkdir(parents=True)
        (folder / "in" / "a").write_text("a\n")
        (folder / "in" / "sub" / "b").write_text("b\n")
        (folder / "in" / "link").symlink_to("a")
        (folder / "in" / "a").chmod(0o640)
        (folder / "file").write_text("file\n")
        (folder / "out").mkdir()
        (folder / "link").symlink_to("in")
    return made


def copied(both: Beside, folders: tuple[Path, Path], line: str) -> None:
    """Copy on both sides, and assert that the same was said."""
    said = both.docker(*shlex.split(line), folders=folders)
    texts: list[Told] = []
    for (code, out, err), folder in zip(said, folders, strict=True):
        err = without_closed_pipe(without_ids(err.replace(str(folder), "FOLDER")))
        front = err.partition("/var/lib/docker/")[0].partition("/tmp/imagelab-dockerd")[0]
        texts.append((code, out, front if "lstat" in err else err))
    assert texts[0] == texts[1], line


def tree(folder: Path) -> list[tuple[str, str, int]]:
    """Return the files of a folder: path, content or target, permissions."""
    found = []
    for top, names, files in os.walk(folder):
        for name in (*names, *files):
            path = Path(top, name)
            text = os.readlink(path) if path.is_symlink() else (
                "" if path.is_dir() else path.read_text())
            found.append((str(path.relative_to(folder)), text, path.lstat().st_mode))
    return sorted(found)


OUT = (
    "cp c1:/d/f out", "cp c1:/d/f out/new", "cp c1:/d/f out/nosuch/", "cp c1:/d out",
    "cp c1:/d/. out", "cp c1:/d out/new", "cp c1:/d/e file", "cp c1:/d/f file", "cp c1:/d/l out",
    "cp -L c1:/d/l out", "cp -L c1:/d/abs out", "cp -L c1:/d/le out", "cp c1:/d/le out",
    "cp c1:/d/le/ out", "cp c1:/d/dang out", "cp c1:/nosuch out", "cp c1:/d/f/ out",
    "cp c1:'/d/sp ace' out", "cp nosuch:/x out", "cp c1:d/f out", "cp c1:/d/e/empty out",
    "cp c1:/../../d/f out", "cp -q c1:/d/f out", "cp -a c1:/d/e out", "cp new:/v out",
    "cp c1:/d/f in/sub/c", "cp c1:/nosuch -",
)


def test_files_come_out(both: Beside, tmp_path: Path) -> None:
    for number, line in enumerate(OUT):
        places = made_folders(tmp_path / str(number))
        copied(both, places, line)
        assert tree(places[0]) == tree(places[1]), line


@pytest.mark.parametrize("line", [
    "cp file c1:/d", "cp file c1:/d/new", "cp file c1:/d/f", "cp file c1:/d/e", "cp file c1:/d/l",
    "cp file c1:/d/le", "cp file c1:/d/abs", "cp file c1:/d/dang", "cp file c1:/nosuch/x",
    "cp file c1:/nosuch/", "cp in c1:/d", "cp in c1:/d/new", "cp in/. c1:/d/e", "cp in c1:/d/f",
    "cp in/link c1:/d", "cp -L in/link c1:/d", "cp link c1:/d/x", "cp -L link c1:/d/x",
    "cp nosuch c1:/d", "cp file nosuch:/d", "cp -a in c1:/d/owned", "cp file new:/v/data",
    "cp file new:/v/data/x", "cp in new:/", "cp file c1:/etc/hosts", "cp file c1:/d/../../up",
    "cp -q file c1:/d", "cp file c1:d/rel", "cp - c1:/d/f", "cp - c1:/nosuch",
])
def test_files_go_in(both: Beside, folders: tuple[Path, Path], line: str) -> None:
    copied(both, folders, line)
    for name in ("c1", "new"):
        mine, real = both.docker("diff", name)
        assert sorted(mine[1].splitlines()) == sorted(real[1].splitlines())
    mine_tar, real_tar = inside(both, "c1", "/d")
    assert mine_tar == real_tar


def inside(both: Beside, container: str, path: str) -> list[list[tuple[object, ...]]]:
    """Return what the tar of a container's folder has on both sides."""
    found: list[list[tuple[object, ...]]] = []
    for answered in both.ask("GET", f"/containers/{container}/archive?path={path}"):
        with tarfile.open(fileobj=io.BytesIO(answered.body)) as tar:
            found.append(sorted(
                (each.name, each.type, each.mode, each.uid, each.gid, each.size, each.linkname)
                for each in tar))
    return found


def test_the_tar_of_a_folder_is_that_of_a_real_daemon(both: Beside) -> None:
    for path in ("/d", "/d/e/", "/d/l", "/etc/passwd", "/d/h"):
        mine, real = inside(both, "c1", path)
        assert mine == real, path


def test_a_tar_goes_in_by_standard_input(both: Beside, tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo("from/tar")
        info.size, info.uid, info.mode = 5, 7, 0o600
        tar.addfile(info, io.BytesIO(b"12345"))
    body = path.read_bytes().decode("ascii")
    for target, code in (("c1:/d", 0), ("c1:/d/f", 1), ("c1:/nosuch", 1)):
        mine, real = both.docker("cp", "-", target, input=body)
        assert mine == real
        assert mine[0] == code
    mine_tar, real_tar = inside(both, "c1", "/d/from")
    assert mine_tar == real_tar
