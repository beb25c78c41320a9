"""``.dockerignore``: what the lab and the real client leave out of the same folders."""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from imagelab.docker.command import ClientError
from imagelab.docker.context.opening import open_context
from imagelab.docker.io import Io
from tests.stub_engine import Request, StubEngine, answering

pytestmark = pytest.mark.requires("docker")

TREE = (
    "a", "ab", "abc", "a.b", "axb", "a+b", "a(b)", "a^b", "a$", "a|b", "a{2}", "aa", "7", "a\\b",
    "a b", "-", "z", "!a", "^", "한", "A", "a]", "[a]", "\t", "a=b", "#a", "a\x07", "\x07", ".b",
    "d/a", "d/b", "d/a.b", "d/e/a", "d/e/b/c", "e/d/a", "e/b", "b/a/b/a", "b/b/b", "b/.a", "{a,b}",
)
PATTERNS = (
    "", "#a", " # a", " a ", "a\r", "\ufeffa", "/a", "//a", "./a", "d/../a", "d/", "/d/e/", "/",
    ".", "..", "../a", "!", "! ", "!!a", "! a\na", "a\n!a", "*\n!a", "*\n!d", "*\n!d/a",
    "*\n!d/e/a", "*\n!*/a", "*\n!**/a", "*\n!**", "**\n!**/a", "d\n!d/e", "d\n!d/e/b/c\nd/e/b",
    "d\n!d/*", "d/e\n!d\nd/e/a", "d\n!d/e\n*", "a\nd\n!d/a\n*", "Dockerfile\n.dockerignore",
    "Docker*\n!D*\n.d*", "a*", "*a", "a?b", "?", "*.*", "*/a", "*/*", "*/*/*", "d/*", "d/*/a",
    "d/**", "d/**\n!d/a", "**", "***", "**/", "**/*", "**/a", "**/a/", "**a", "a**", "**b",
    "**b*", "***/a", "**?", "?**", "a**b", "d**a", "**.b", "**/b/**", "b/**/a", "d/**/c",
    "**/d/**/c", "**/**/a", "/**/a", "*/**", "b/***/a", "**/.*", "**d/a", "d/e**", "d**",
    "**/e/**/b/**/c", "b/**b", "[ab]", "[a-c]", "[^a]", "[!a]", "[a", "a[", "[]", "[]a]",
    "[^]a]", "[z-a]", "[a-]", "[-a]", "[--z]", "[a-c-z]", "[a^]", "[^^]", "[.]", "*[.]*", "[/]",
    "d[/]a", "[^/]", "[*]", "[?]", "a[*]", "[**]", "[*]b", "[a]*/", "[\\]a]", "[\\-z]", "[\\^a]",
    "[\\[]a[\\]]", "\\[a\\]", "[한]", "[가-힣]", "[[:alpha:]]", "[[:^alpha:]]", "[^[:alpha:]]",
    "*[[:digit:]]", "[[:foo:]]", "[[.a.]]", "[:alpha:]", "[a&&b]", "[[a]]", "[[:alpha:]-z]",
    "[\\d-z]", "[a-\\d]", "[a-\\z]", "[\\w]", "\\a", "\\a*", "\\d*", "*\\d", "\\D", "\\w*",
    "\\W", "\\s", "\\S\\S", "\\\\", "a\\\\b", "a\\*", "\\!a", "\\#a", "\\*", "\\", "a\\", "*\\",
    "\\t*", "\\_*", "\\ *", "\\한*", "\\e*", "\\8*", "\\1*", "\\C*", "!\\1*", "a\n!\\1*", "[\\b]",
    "[\\A]", "a+*", "a(*", "a^*", "a$*", "a|*", "*|a", "|*", "a{*", "*{a,b}*", "a{2}", "a{2}*",
    "a{1,}*", "a{1,2}*", "a{,2}*", "a{01}*", "a{2,1}*", "a{1001}*", "a{0}*", "*{2}", "**/{2}",
    "{2}*", "a{2}{2}*", "|{2}*", "^{2}*", "*a{0,3}b", "a)*", "^a*", "*|^a", "(?i)a*", "*.{a,b}",
    "a|b", "a b", "d/e/", "d//e", "d/./e", "x*[", "x*\\", "x**\\", ".*[", "*.[", "x*[a-]",
    ".*[a-]", "?*[a-]", "[.]*[a-]", "*.*[a-]", "*y*[a-]", "*[a-]", "*a[a-]", ".a*[a-]",
    "\\.*[a-]", "x*[a-]*b\\", "!x*[", "x*[\n!", "[^x]*\\", "a*\n!x*[a-", "[x*a-]",
    "[[:aaaaaaaaaaaaaaaaaaaa:]]", "[[:a]",
    "x" * 65535, "x" * 65536, "a\n" + "x" * 70000,
)


@pytest.fixture(scope="module")
def engine() -> Iterator[StubEngine]:
    def answer(request: Request) -> tuple[int, bytes]:
        return 200, b'{"stream":""}\n'

    with answering(answer) as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("context")
    _make(folder, [*(name for name in TREE if name != "a" and name != "d/a"), "a", "d/a"])
    return folder


def _make(folder: Path, names: list[str]) -> None:
    for name in ("Dockerfile", *names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def here(folder: Path) -> list[str] | str:
    errors = bytearray()
    try:
        with open_context(".", "", Io(out=len, err=errors.extend, folder=folder)) as context:
            return tarfile.open(fileobj=context.file).getnames()
    except ClientError as error:
        return error.message


def there(engine: StubEngine, folder: Path) -> list[str] | str:
    engine.requests.clear()
    done = engine.docker("build", ".", cwd=folder)
    if done.returncode:
        return done.stderr.decode().partition("environment-variable.\n\n")[2].strip()
    return tarfile.open(fileobj=io.BytesIO(engine.requests[0].body)).getnames()


def assert_same(engine: StubEngine, folder: Path, text: str) -> None:
    (folder / ".dockerignore").write_bytes(text.encode())
    assert here(folder) == there(engine, folder), repr(text[:200])


def test_patterns_one_by_one(engine: StubEngine, folder: Path) -> None:
    for text in PATTERNS:
        assert_same(engine, folder, text)


@pytest.mark.parametrize("seed", range(2))
def test_patterns_by_chance(engine: StubEngine, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for round_ in range(5):
        folder = tmp_path / str(round_)
        for _ in range(chance.randrange(5, 25)):
            parts = ["".join(chance.choices("ab.|", k=chance.randrange(1, 3)))
                     for _ in range(chance.randrange(1, 5))]
            path = folder.joinpath(*(part for part in parts if part.strip(".")), "f")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"")
        _make(folder, [])
        for _ in range(12):
            assert_same(engine, folder, "\n".join(
                _pattern(chance) for _ in range(chance.randrange(1, 6))))


def _pattern(chance: random.Random) -> str:
    parts = chance.choices(
        ["a", "b", "f", "ab", "*", "**", "?", "/", "/", "[ab]", ".", "|", "{2}", "\\.", "[^a]"],
        k=chance.randrange(1, 7))
    return chance.choice(["", "", "!"]) + "".join(parts)


def test_the_dockerfile_is_sent_whatever_is_ignored(engine: StubEngine, tmp_path: Path) -> None:
    _make(tmp_path, ["b/Dockerfile", "b/x", "b/Dockerfile.dockerignore", "Dockerfile.dockerignore"])
    (tmp_path / "Dockerfile.dockerignore").write_text("b\n")  # read by BuildKit only
    for text in ("*", "b", "b/*", "**/Dockerfile", "Dockerfile\n.dockerignore", "*\n!b\nb"):
        assert_same(engine, tmp_path, text)
