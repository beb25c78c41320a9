"""Build contexts: the lab's and the real client's, entry by entry."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import re
import socket
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from imagelab.docker.command import ClientError, NotSimulated
from imagelab.docker.context.opening import open_context, sending
from imagelab.docker.io import Io
from tests.stub_engine import Request, StubEngine, answering

Entries = dict[str, tuple[object, ...]]

DOCKERFILE = "FROM x\n"


@pytest.fixture(scope="module")
def engine() -> Iterator[StubEngine]:
    def answer(request: Request) -> tuple[int, bytes]:
        return 200, b'{"stream":""}\n'

    with answering(answer) as found:
        yield found


def make(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder


def surroundings(folder: Path, stdin: bytes = b"") -> tuple[Io, bytearray]:
    errors = bytearray()
    return Io(out=len, err=errors.extend, stdin=io.BytesIO(stdin), folder=folder), errors


def entries(file: bytes, renamed: str = "") -> Entries:
    """Return what a tar lists in its order, times of made-up files aside."""
    found: Entries = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(file)) as tar:
            for member in tar:
                content = b""
                if member.isreg():
                    content = _content(tar, member)
                name = "DOCKERFILE" if renamed and member.name == renamed else member.name
                made_up = renamed and name in ("DOCKERFILE", ".dockerignore")
                found[name] = (
                    member.type, member.mode, member.uid, member.gid, member.uname, member.gname,
                    0 if made_up else member.mtime, member.size, member.linkname,
                    member.devmajor, member.devminor,
                    content.replace(renamed.encode() or b"\0\0", b"DOCKERFILE"))
    except tarfile.ReadError:
        if not renamed:  # a stream with an added Dockerfile ends with that
            raise
    return found


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    assert file is not None
    return file.read()


def here(folder: Path, *words: str, stdin: bytes = b"") -> tuple[Any, ...]:
    """Return what the lab makes of ``docker build``'s words: a refusal, or what it sends."""
    surrounding, errors = surroundings(folder, stdin)
    dockerfile = words[1] if words[0] == "-f" else ""
    try:
        with open_context(words[-1], dockerfile, surrounding) as context:
            name = context.dockerfile
            renamed = name if name.startswith(".dockerfile.") else ""
            return (sending(context.size), "DOCKERFILE" if renamed else name,
                    entries(context.file.read(), renamed), errors.decode().strip())
    except NotSimulated as error:
        return "not simulated", error.message
    except ClientError as error:
        return "refused", error.message


def there(
    engine: StubEngine, folder: Path, *words: str, stdin: bytes = b"", user: int | None = None,
) -> tuple[Any, ...]:
    """Return the same of the real client."""
    engine.requests.clear()
    done = engine.docker("build", *words, cwd=folder, input=stdin, user=user)
    errors = done.stderr.decode().partition("environment-variable.\n\n")[2]
    if done.returncode:
        assert not engine.requests
        return "refused", errors.strip()
    (request,) = engine.requests
    name = request.query.get("dockerfile", "")
    renamed = name if name.startswith(".dockerfile.") else ""
    errors = re.sub(r'time="[^"]*" ', "", errors).strip()
    return (done.stdout.decode().split("\r")[0], "DOCKERFILE" if renamed else name,
            entries(request.body, renamed), errors)


def assert_same(engine: StubEngine, folder: Path, *words: str, stdin: bytes = b"") -> None:
    mine, real = here(folder, *words, stdin=stdin), there(engine, folder, *words, stdin=stdin)
    if real[1] == "DOCKERFILE":
        # The client adds two files in any order, and hence counts one of two sizes.
        assert mine[1:] == real[1:], words
        return
    assert mine == real, words
    if len(mine) > 2:
        assert list(mine[2]) == list(real[2]), f"{words}: order"


@pytest.mark.requires("docker")
def test_a_folder_is_packed_as_the_client_packs_it(tmp_path: Path, engine: StubEngine) -> None:
    folder = make(tmp_path / "p", {
        "Dockerfile": DOCKERFILE, "f": "five\n", "empty": "", "sub/g": "g",
        "sub/deep/x": "x" * 3000,
        "한글": "k", "n" * 120: "long", f"{'d' * 90}/{'e' * 60}": "far", "a b": "", "Zz": "",
    })
    (folder / "f").chmod(0o4640)
    (folder / "sub").chmod(0o2750)
    os.link(folder / "sub" / "g", folder / "sub" / "h")
    for name, target in (("up", "../../etc/passwd"), ("abs", "/etc"), ("broken", "nowhere"),
                         ("long", "t" * 150), ("k", "한"), ("inside", "sub")):
        (folder / name).symlink_to(target)
    os.mkfifo(folder / "fifo")
    for name, seconds in (("f", 1.9), ("empty", -1.5), ("a b", 2**33 + 1), ("Zz", 0)):
        os.utime(folder / name, (seconds, seconds))
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\n")).write_bytes(b"odd")
    with socket.socket(socket.AF_UNIX) as listener:
        before = Path.cwd()
        os.chdir(folder)  # a socket's path may have 107 characters
        try:
            listener.bind("sock")
        finally:
            os.chdir(before)
    if os.geteuid() == 0:
        os.chown(folder / "sub", 1000, 1001)
        os.mknod(folder / "null", 0o600 | 0o20000, os.makedev(1, 3))
        os.setxattr(folder / "Dockerfile", "security.capability",
                    bytes.fromhex("0100000200200000000000000000000000000000"))
    assert_same(engine, folder, ".")
    assert_same(engine, tmp_path, "p")
    assert_same(engine, tmp_path, str(folder))


@pytest.mark.requires("docker")
def test_where_the_dockerfile_is(tmp_path: Path, engine: StubEngine) -> None:
    folder = make(tmp_path / "p", {
        "Dockerfile": DOCKERFILE, "sub/D": DOCKERFILE, "sub/x": "", "lower/dockerfile": DOCKERFILE})
    make(tmp_path, {"out": "FROM out\n", "p2/D": DOCKERFILE})
    for name, target in (("in", "sub/D"), ("broken", "nowhere"), ("gone", "/nowhere/x"),
                         ("loop", "loop"), ("dir", "sub"), ("twice", "in")):
        (folder / name).symlink_to(target)
    (tmp_path / "alias").symlink_to("p")
    (tmp_path / "named").symlink_to("out")
    for words in (
        [".", "-f", "sub/D"], [".", "-f", "in"], [".", "-f", "twice"], [".", "-f", "dir/D"],
        [".", "-f", "broken"], [".", "-f", "gone"], [".", "-f", "loop"], [".", "-f", "missing"],
        [".", "-f", "../missing"], [".", "-f", "sub"], [".", "-f", "sub/D/x"],
        [".", "-f", "sub/D/"],
        [".", "-f", "../out"], [".", "-f", "../named"], [".", "-f", str(folder / "sub" / "D")],
        [".", "-f", "../p/sub/D"], [".", "-f", "../p2"], [".", "-f", ".."], [".", "-f", ""],
        ["sub"], ["sub", "-f", "sub/D"], ["sub", "-f", "Dockerfile"], ["lower"],
        ["..", "-f", "../out"],
        ["../alias"], ["../alias", "-f", "../p/in"], ["../p", "-f", "../alias/in"],
        ["../alias", "-f", "../alias/sub/../in"], ["./sub/../."],
        ["Dockerfile"], ["Dockerfile/"], ["Dockerfile/x"], ["missing"], [""], ["n" * 300],
        ["broken"], ["loop"],
    ):
        assert_same(engine, folder, *words[1:], words[0])


@pytest.mark.requires("docker")
@pytest.mark.parametrize("ignore", [None, "", "Dockerfile\na", "*", "a\n!b\n", "#x\n\n"])
def test_a_dockerfile_from_elsewhere_is_added(
    tmp_path: Path, engine: StubEngine, ignore: str | None,
) -> None:
    folder = make(tmp_path / "p", {"Dockerfile": DOCKERFILE, "a": "", "b": ""})
    make(tmp_path, {"out": "FROM out\n"})
    if ignore is not None:
        make(folder, {".dockerignore": ignore})
        (folder / ".dockerignore").chmod(0o640)
    for words in (("-f", "-", "."), ("-f", "../out", ".")):
        assert_same(engine, folder, *words, stdin=b"FROM y")
        if ignore is not None:
            mine, real = (here(folder, *words, stdin=b"FROM y")[0],
                          there(engine, folder, *words, stdin=b"FROM y")[0])
            assert mine == real


@pytest.mark.requires("docker")
def test_standard_input(tmp_path: Path, engine: StubEngine) -> None:
    def tar(format: int, name: str, **headers: str) -> bytes:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=format, pax_headers=headers) as made:
            made.addfile(tarfile.TarInfo("dir/"))
            entry = tarfile.TarInfo(name)
            entry.size = 2000
            made.addfile(entry, io.BytesIO(b"x" * 2000))
        return file.getvalue()

    plain = tar(tarfile.USTAR_FORMAT, "Dockerfile")
    for stdin in (
        b"", b"FROM x\n", b"#" * 600, b"#" * 5000, bytes(100), bytes(512), bytes(4096),
        bytes(range(256)) * 8, plain, gzip.compress(plain), bz2.compress(plain),
        lzma.compress(plain), lzma.compress(plain, lzma.FORMAT_ALONE), plain[:300],
        plain[:100] + b"\xff" + plain[101:], tar(tarfile.GNU_FORMAT, "n" * 200),
        tar(tarfile.PAX_FORMAT, "한"), tar(tarfile.PAX_FORMAT, "x", comment="a commit"),
    ):
        mine, real = here(tmp_path, "-", stdin=stdin), there(engine, tmp_path, "-", stdin=stdin)
        if real[1] == "Dockerfile":
            mine, real = _without_times(mine), _without_times(real)
        assert mine == real, stdin[:20]
        assert_same(engine, tmp_path, "-f", "other", "-", stdin=stdin)
    assert_same(engine, tmp_path, "-f", "-", "-", stdin=b"FROM x")


def _without_times(sent: tuple[Any, ...]) -> tuple[object, ...]:
    """Leave out when the client made up a Dockerfile."""
    return (*sent[:2], {name: (*entry[:6], *entry[7:]) for name, entry in sent[2].items()})


def test_links_do_not_lead_out_of_the_context(tmp_path: Path) -> None:
    folder = make(tmp_path / "p", {"Dockerfile": DOCKERFILE, "x": ""})
    make(tmp_path, {"secret": "FROM secret\n", "other/Dockerfile": DOCKERFILE})
    (folder / "linked").symlink_to("../secret")
    (folder / "far").symlink_to("../other")
    (tmp_path / "alias").symlink_to("p")
    refused = ("not simulated", "imagelab does not follow links out of the build context: ")
    for words in (("-f", "linked", "."), ("-f", "far/Dockerfile", "."),
                  ("-f", "../alias/linked", "."), ("-f", "../alias/far/Dockerfile", ".")):
        assert here(folder, *words) == (refused[0], refused[1] + words[1])
    (folder / ".dockerignore").symlink_to("../secret")
    assert here(folder, ".") == (refused[0], refused[1] + ".dockerignore")
    (folder / ".dockerignore").unlink()
    (folder / "Dockerfile").unlink()
    (folder / "Dockerfile").symlink_to("../secret")
    assert here(folder, ".") == (refused[0], refused[1] + "Dockerfile")


@pytest.mark.parametrize("source", [
    "https://example.invalid/x.git", "http://example.invalid/x.tar", "git://example.invalid/x",
    "git@example.invalid:x/y", "github.com/x/y"])
def test_addresses_are_refused(tmp_path: Path, source: str) -> None:
    answer = f"imagelab does not simulate build contexts from URLs: {source}"
    assert here(tmp_path, source) == ("not simulated", answer)


def test_what_grows_without_end_is_refused(tmp_path: Path) -> None:
    folder = make(tmp_path, {"Dockerfile": DOCKERFILE, ".dockerignore": "#" * (1 << 20) + "\n"})
    assert here(folder, ".")[0] == "not simulated"
    (folder / ".dockerignore").unlink()
    for words in (("-f", "-", "."), ("-",)):
        assert here(folder, *words, stdin=b"#" * (1 << 25))[0] == "not simulated"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_damage_behind_the_end_of_a_tar_does_not_matter(
    tmp_path: Path, pack: Callable[[bytes], bytes],
) -> None:
    """The daemon of 20.10 builds from all of these, and finds no tar in the last one."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("Dockerfile"))
    packed = pack(file.getvalue())
    for damaged in (packed, packed[:-9], packed + b"junk"):
        assert list(here(tmp_path, "-", stdin=damaged)[2]) == ["Dockerfile"]
    surrounding, _ = surroundings(tmp_path, packed[:20])
    with open_context("-", "", surrounding) as context:
        assert context.file.read() == packed[:20]


@pytest.mark.requires("docker")
@pytest.mark.skipif(os.geteuid() != 0, reason="a file that its reader may not read needs root")
def test_what_cannot_be_read(engine: StubEngine) -> None:
    """Lab and client run as a user who may not read all."""
    for path in (engine.folder, engine.folder / "sock"):
        path.chmod(0o777)
    top = engine.folder / "unreadable"  # pytest's own folders are closed to that user
    for number, (ignore, name, mode, words) in enumerate((
        ("", "a", 0, ["."]), ("", "b", 0, ["."]), ("", "b", 0o444, ["."]), ("", "b", 0o111, ["."]),
        ("", "Dockerfile", 0, ["."]), ("", ".dockerignore", 0, ["."]), ("a", "a", 0, ["."]),
        ("b", "b", 0, ["."]), ("b", "b/c", 0, ["."]), ("", "b", 0, ["-f", "b/c", "."]),
        ("", "b", 0, ["b"]), ("", "b", 0, ["b/c"]), ("", "a", 0, ["-f", "../p/a", "b"]),
    )):
        folder = make(top / str(number) / "p", {
            "Dockerfile": DOCKERFILE, "a": "", "b/c": "", ".dockerignore": ignore})
        (folder / name).chmod(mode)
        os.seteuid(65534)
        try:
            mine = here(folder, *words)
        finally:
            os.seteuid(0)
        assert mine == there(engine, folder, *words, user=65534), (name, words)
