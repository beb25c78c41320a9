"""``docker cp``, ``export`` and ``import`` where they touch the host, and what undo leaves there.

What they do beside a real Docker is in ``tests/proof/test_copies.py``.
"""

from __future__ import annotations

import io
import os
import re
import socket
import stat
import subprocess
import sys
import tarfile
import tempfile
from io import BytesIO
from pathlib import Path

import pytest

from imagelab import Lab
from imagelab.daemon import Daemon
from imagelab.daemon.outside import Outside
from imagelab.docker.commands.cp import _renamed
from imagelab.docker.copies.target import HostTarget
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.engine.extract import ExtractError, extract
from imagelab.formats.file_archive import FileEntry
from imagelab.lab import Result
from imagelab.model.content import Slice, Zeros
from imagelab.model.node import Node, directory, file, symlink
from imagelab.registry.fetch import Download
from tests.conformance import conform
from tests.memory import peak_of

BASE = conform.HERE / "base.tar"


@pytest.fixture
def lab() -> Lab:
    made = Lab()
    made.docker(["load", "-i", str(BASE)])
    made.docker("create --name c1 ubuntu:14.04")
    return made


def run(lab: Lab, line: str, folder: Path, stdin: str | bytes = "") -> Result:
    done = lab.docker(line, stdin, folder=folder)
    assert done.exit_code == 0, done.stderr
    return done


def test_undo_takes_back_what_came_in_but_not_what_went_out(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("in")
    before = lab.state
    run(lab, "cp in c1:/srv/in", tmp_path)
    assert lab.docker("diff c1").stdout.split() == ["C", "/srv", "A", "/srv/in"]
    lab.undo()  # the diff
    lab.undo()
    assert lab.state is before
    run(lab, "cp c1:/srv/data/a.txt out", tmp_path)
    assert lab.undo().host_effects == (f"wrote {tmp_path / 'out'}",)
    assert (tmp_path / "out").read_text() == "alpha\n"
    run(lab, "export -o all.tar c1", tmp_path)
    assert lab.journal.current.host_effects == (f"wrote {tmp_path / 'all.tar'}",)


def test_what_was_copied_stays_when_the_host_changes_its_file(lab: Lab, tmp_path: Path) -> None:
    for name, size in (("small", 10), ("large", 300_000)):
        path = tmp_path / name
        path.write_bytes(b"a" * size)
        run(lab, f"cp {name} c1:/srv/{name}", tmp_path)
        path.write_bytes(b"b" * size)
        path.unlink()
        assert run(lab, f"cp c1:/srv/{name} -", tmp_path).stdout_bytes.count(b"a") >= size
    (container,) = lab.state.containers.values()
    assert isinstance(container.changes["srv/large"].content, Slice)


EVENTS = {
    "cp in c1:/srv": ["extract-to-dir"],
    "cp c1:/srv/data out": ["archive-path"],
    "cp c1:/srv/data -": ["archive-path"],
    "cp -L c1:/srv/data out": ["archive-path"],
    "cp in c1:/no/such": [],
    "cp c1:/no out": [],
    "export c1": ["export"],
    "import in.tar": ["import"],
    "import in.tar a:1": ["tag", "import"],
}


@pytest.mark.parametrize("line", EVENTS)
def test_events_are_those_of_docker(lab: Lab, tmp_path: Path, line: str) -> None:
    """As ``docker events`` of engine 20.10.24 showed them for the same lines."""
    (tmp_path / "in").write_text("in")
    with tarfile.open(tmp_path / "in.tar", "w") as tar:
        tar.add(tmp_path / "in", "in")
    lab.docker(line, folder=tmp_path)
    events = lab.journal.current.events
    assert [each.action for each in events] == EVENTS[line]
    for event in events:
        if event.type == "container":
            assert dict(event.attributes) == {"image": "ubuntu:14.04", "name": "c1"}
        elif event.action == "import":
            assert event.attributes["name"] == event.id


def test_only_a_terminal_is_told_how_much_was_copied(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("in")
    for line, terminal, told in (
        ("cp in c1:/srv", True, True), ("cp in c1:/srv", False, False),
        ("cp -q in c1:/srv", True, False), ("cp -q=false in c1:/srv", False, True),
        ("cp c1:/srv/in out", True, True), ("cp c1:/srv/in -", True, False),
    ):
        out, err = bytearray(), bytearray()
        code = execute(lab.daemon, line.split(), Io(
            out.extend, err.extend, folder=tmp_path, terminal=terminal))
        assert code == 0
        where = "c1:/srv" if "c1:/srv " in f"{line} " else tmp_path / "out"
        assert err.decode() == (f"Successfully copied 2.05kB to {where}\n" if told else "")


def test_nothing_but_a_file_or_a_pipe_gets_an_export(lab: Lab, tmp_path: Path) -> None:
    err = bytearray()
    code = execute(lab.daemon, ["export", "c1"], Io(
        lambda _: None, err.extend, folder=tmp_path, terminal=True))
    assert (code, err.decode()) == (
        1, "cowardly refusing to save to a terminal. Use the -o flag or redirect\n")


# --- hostile names -------------------------------------------------------------------------


def names_outside(tmp_path: Path) -> set[str]:
    return {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")
            if "in" not in path.relative_to(tmp_path).parts[:1]}


HOSTILE: dict[str, list[tuple[str, Node, str]]] = {
    "up": [("../x", file(b"1"), "")],
    "far up": [("d/../../../x", file(b"1"), "")],
    "up to a folder": [("..", directory(0o777), "")],
    "link and below": [("l", symlink(".."), ""), ("l/x", file(b"1"), "")],
    "absolute link and below": [("l", symlink("/"), ""), ("l/tmp/x", file(b"1"), "")],
    "link out": [("l", symlink("../../x"), "")],
    "link there before": [("there/x", file(b"1"), "")],
    "folder through a link there before": [("there/d", directory(), ""),
                                           ("there/d/x", file(b"1"), "")],
    "folder where a link is": [("there", directory(0o700), ""), ("there/x", file(b"1"), "")],
    "hard link to outside": [("h", file(b""), "../secret")],
    "hard link through a link": [("h", file(b""), "there/secret")],
}


@pytest.mark.parametrize("entries", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_is_written_outside_of_the_folder(
    tmp_path: Path, entries: list[tuple[str, Node, str]],
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "secret").chmod(0o600)
    (folder / "there").symlink_to("..")
    before = names_outside(tmp_path)
    mode = tmp_path.stat().st_mode
    with pytest.raises(ExtractError):
        extract(HostTarget(str(folder)), str(folder),
                [FileEntry(name, node, link) for name, node, link in entries])
    assert names_outside(tmp_path) == before
    assert tmp_path.stat().st_mode == mode
    assert (tmp_path / "secret").stat().st_nlink == 1


@pytest.mark.parametrize("name", ["../x", "d/../../x", "d/../x", "d//x", "d/./x", "d/x/"])
def test_the_folder_trusts_no_name_that_is_not_clean(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "in"
    (folder / "d").mkdir(parents=True)
    target = HostTarget(str(folder))
    for change in (lambda path: target.put(path, file(b"1")), target.make_folder):
        with pytest.raises(ExtractError, match="is outside of"):
            change(f"{folder}/{name}")
    assert not list(tmp_path.rglob("x"))


def test_absolute_names_land_in_the_folder(tmp_path: Path) -> None:
    extract(HostTarget(str(tmp_path)), str(tmp_path), [FileEntry("/etc/x", file(b"1"))])
    assert (tmp_path / "etc" / "x").read_bytes() == b"1"


def test_a_file_takes_the_place_of_a_link_and_does_not_follow_it(
    lab: Lab, tmp_path: Path,
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "out" / "a.txt").symlink_to(tmp_path / "secret")
    run(lab, "cp c1:/srv/data/a.txt out", tmp_path)
    assert not (tmp_path / "out" / "a.txt").is_symlink()
    assert (tmp_path / "secret").read_text() == "secret"


def test_a_stream_stays_in_the_container(lab: Lab, tmp_path: Path) -> None:
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        for name, target in (("root", "/"), ("root/tmp/x", "")):
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE if target else tarfile.REGTYPE
            member.linkname = target
            tar.addfile(member)
    run(lab, "cp - c1:/srv", tmp_path, data.getvalue())
    assert "A /tmp/x" in lab.docker("diff c1").stdout
    assert not list(tmp_path.iterdir())


def test_devices_stay_in_the_container(lab: Lab, tmp_path: Path) -> None:
    lab.docker(["run", "--name", "c2", "ubuntu:14.04", "mknod", "/null", "c", "1", "3"])
    done = lab.docker("cp c2:/null out", folder=tmp_path)
    assert (done.exit_code, done.stderr) == (
        1, f"imagelab does not simulate devices on the host: {tmp_path / 'out'}\n")


def test_more_than_the_disk_holds_is_not_begun(lab: Lab, tmp_path: Path) -> None:
    lab.docker(["run", "--name", "c2", "ubuntu:14.04", "sh", "-c", ": > /f"])
    state = lab.state
    container = next(each for each in state.containers.values() if each.name == "c2")
    huge = {**container.changes, "f": file(Zeros(1 << 60))}
    lab.daemon._state = state.with_container(
        type(container)(**{**vars(container), "changes": huge}))
    done = lab.docker("cp c2:/f out", folder=tmp_path)
    assert (done.exit_code, done.stderr) == (
        1, f"write {tmp_path / 'out'}: no space left on device\n")
    assert not list(tmp_path.iterdir())


# --- what cannot be read -------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has none of these")
def test_sockets_are_left_out(lab: Lab, tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_text("f")
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(os.path.relpath(tmp_path / "d" / "s"))
        done = run(lab, "cp d c1:/srv", tmp_path)
    assert done.stderr.endswith(
        f'level=error msg="Can\'t add file {tmp_path}/d/s to tar: archive/tar: sockets not '
        'supported"\n')
    assert lab.docker("diff c1").stdout.splitlines()[1:] == ["A /srv/d", "A /srv/d/f"]


_AS_NOBODY = """
import os, sys
from imagelab import Lab
from imagelab.daemon import Daemon
from imagelab.daemon.outside import Outside
from imagelab.registry.fetch import Download
lab = Lab()
lab.docker(["load", "-i", sys.argv[1]])
lab.docker("create --name c1 ubuntu:14.04")
os.chdir(sys.argv[2])
os.setgid(65534); os.setuid(65534)
for line in sys.argv[3:]:
    done = lab.docker(line)
    print(done.exit_code, done.stderr.strip())
"""


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root")
def test_what_the_user_may_not_read_or_write(tmp_path: Path) -> None:
    above = Path(tempfile.gettempdir()).resolve()
    for path in (tmp_path, *(each for each in tmp_path.parents if above in each.parents)):
        path.chmod(0o755)
    (tmp_path / "d" / "sub").mkdir(parents=True)
    (tmp_path / "d" / "f").write_text("f")
    (tmp_path / "d" / "f").chmod(0o600)
    (tmp_path / "closed" / "d").mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    lines = ["cp d c1:/srv", "diff c1", "cp closed/d c1:/srv", "cp c1:/srv out",
             "cp c1:/etc/passwd .", "export -o all.tar c1"]
    done = subprocess.run(
        [sys.executable, "-c", _AS_NOBODY, str(BASE), str(tmp_path), *lines],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    told = re.sub(r"/\.tmp-all\.tar\w+", "/aside", done.stdout)
    assert told.splitlines() == [
        f"1 open {tmp_path}/d/f: permission denied",
        "0 ",
        f"1 lstat {tmp_path}/closed/d: permission denied",
        f"1 mkdir {tmp_path}/out: permission denied",
        f"1 open {tmp_path}/passwd: permission denied",
        f"1 failed to export container: open {tmp_path}/aside: permission denied",
    ]


# --- import from a URL ---------------------------------------------------------------------


def test_a_lab_that_may_not_fetch_says_so(lab: Lab) -> None:
    done = lab.docker("import http://files.example/root.tar a:1")
    assert (done.exit_code, done.stderr) == (
        1, "Error response from daemon: imagelab does not fetch http://files.example/root.tar: "
        "this lab was opened without fetch_urls\n")


def test_a_lab_that_may_fetch_imports_what_it_fetches() -> None:
    asked: list[str] = []

    def fetch(url: str) -> Download:
        asked.append(url)
        return Download(BytesIO(bytes(1024)), "root.tar", 0)

    lab = Lab(daemon=Daemon(outside=Outside(fetch=fetch)))
    done = lab.docker("import http://files.example/root.tar a:1")
    first, identifier = done.stdout.splitlines()
    assert first == "Downloading from http://files.example/root.tar"
    assert asked == ["http://files.example/root.tar"]
    (image,) = (each for each in lab.state.images.values() if each.id == identifier)
    assert image.comment == "Imported from http://files.example/root.tar"


# --- size ----------------------------------------------------------------------------------

_LARGE = """
import sys
from pathlib import Path
from imagelab import Lab
from imagelab.daemon import Daemon
from imagelab.daemon.outside import Outside
from imagelab.registry.fetch import Download
lab = Lab()
lab.docker(["load", "-i", sys.argv[1]])
folder = Path(sys.argv[2])
with (folder / "big").open("wb") as file:
    file.truncate(400_000_000)
for line in ("create --name c1 ubuntu:14.04", "cp big c1:/big", "cp c1:/big back",
             "export -o all.tar c1", "import all.tar flat:1"):
    done = lab.docker(line, folder=folder)
    assert done.exit_code == 0, done.stderr
assert (folder / "back").stat().st_size == 400_000_000
"""


def test_large_files_are_not_held_in_memory(tmp_path: Path) -> None:
    assert peak_of(_LARGE, str(BASE), str(tmp_path)) < 100e6


def test_names_of_the_root_get_a_front() -> None:
    entries = [FileEntry("/", directory()), FileEntry("/bin", directory())]
    assert [each.name for each in _renamed(entries, "/", "new")] == ["new/", "new/bin"]


def test_modes_reach_the_host(lab: Lab, tmp_path: Path) -> None:
    lab.docker(["run", "--name", "c2", "ubuntu:14.04", "sh", "-c",
                "mkdir -m 710 /d; echo x > /d/x; chmod 640 /d/x"])
    run(lab, "cp c2:/d out", tmp_path)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o710
    assert stat.S_IMODE((tmp_path / "out" / "x").stat().st_mode) == 0o640


@pytest.mark.skipif(sys.platform == "win32", reason="there links need a permission")
@pytest.mark.parametrize(("path", "plain", "followed"), [
    # As client 28.2.2 said of these files, with and without -L; "" where it asked the daemon.
    ("nope", "lstat DIR/nope: no such file or directory", None),
    ("nope/x", "lstat DIR/nope: no such file or directory", None),
    ("f/", "not a directory", None),
    ("f/x", "not a directory", None),
    ("f/.", "not a directory", None),
    ("f/../f", "", None),
    ("loop", "", "EvalSymlinks: too many links"),
    ("loop/x", "EvalSymlinks: too many links", None),
    ("dangling", "", "lstat DIR/nope: no such file or directory"),
    ("dangling/", "lstat DIR/nope: no such file or directory", None),
    ("through", "", "not a directory"),
    ("to_f/", "not a directory", None),
    ("to_f/.", "not a directory", None),
    ("d/../nope", "lstat DIR/nope: no such file or directory", None),
])
def test_sources_that_are_none(
    lab: Lab, tmp_path: Path, path: str, plain: str, followed: str | None,
) -> None:
    (tmp_path / "f").write_text("x")
    (tmp_path / "d").mkdir()
    for name, target in (("loop", "loop"), ("dangling", "nope/x"), ("through", "f/x"),
                         ("to_f", "f")):
        (tmp_path / name).symlink_to(target)
    for flag, words in (("", plain), ("-L", plain if followed is None else followed)):
        said = lab.docker(f"cp -q {flag} {path} none:/tmp/x", folder=tmp_path).stderr
        expected = words.replace("DIR", os.path.realpath(tmp_path))
        assert said == f"{expected or 'Error response from daemon: No such container: none'}\n"
