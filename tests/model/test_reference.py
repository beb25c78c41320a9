"""Names of images; what docker's client 28.2.2 says of them stands beside each."""

from __future__ import annotations

import os
import subprocess

import pytest

from imagelab.model.reference import Reference, ReferenceError, parse
from tests.deadline import within

HEX = "0123456789abcdef" * 4
SHA256 = f"sha256:{HEX}"
FORMAT = "invalid reference format"
LENGTH = "repository name must not be more than 255 characters"

#: What is typed, and all of it.
VALID = {
    "ubuntu": "docker.io/library/ubuntu",
    "ubuntu:14.04": "docker.io/library/ubuntu:14.04",
    "library/ubuntu": "docker.io/library/ubuntu",
    "docker.io/ubuntu": "docker.io/library/ubuntu",
    "docker.io/library/ubuntu:1": "docker.io/library/ubuntu:1",
    "index.docker.io/ubuntu": "docker.io/library/ubuntu",
    "index.docker.io/foo/bar:1": "docker.io/foo/bar:1",
    "docker.io/library": "docker.io/library/library",
    "docker.io/a/b/c": "docker.io/a/b/c",
    "library/a/b": "docker.io/library/a/b",
    "DOCKER.IO/ubuntu": "DOCKER.IO/ubuntu",
    "docker.io:443/a": "docker.io:443/a",
    "localhost/foo": "localhost/foo",
    "localhost": "docker.io/library/localhost",
    "localhost:5000": "docker.io/library/localhost:5000",
    "localhost:5000/foo:1": "localhost:5000/foo:1",
    "LOCALHOST/foo": "LOCALHOST/foo",
    "Foo/bar": "Foo/bar",
    "foo/bar": "docker.io/foo/bar",
    "foo.com": "docker.io/library/foo.com",
    "foo.com:5000": "docker.io/library/foo.com:5000",
    "foo:8080/bar": "foo:8080/bar",
    "foo.com:99999999/a": "foo.com:99999999/a",
    "1.2.3.4:5/foo/bar/baz:t": "1.2.3.4:5/foo/bar/baz:t",
    "[::1]:5000/foo": "[::1]:5000/foo",
    "[::1]/foo": "[::1]/foo",
    "fo-o.com/b": "fo-o.com/b",
    "xn--n3h.com/a": "xn--n3h.com/a",
    "foo_bar/baz": "docker.io/foo_bar/baz",
    "a_b.com/c:1": "a_b.com/c:1",
    "a--b": "docker.io/library/a--b",
    "a.b_c__d---e": "docker.io/library/a.b_c__d---e",
    "a:_tag": "docker.io/library/a:_tag",
    "foo:Tag.": "docker.io/library/foo:Tag.",
    f"a:{'t' * 128}": f"docker.io/library/a:{'t' * 128}",
    f"a/{HEX}": f"docker.io/a/{HEX}",
    f"{HEX}:tag": f"docker.io/library/{HEX}:tag",
    HEX[1:]: f"docker.io/library/{HEX[1:]}",
    f"a/{'b' * 243}": f"docker.io/a/{'b' * 243}",
}
VALID_WITH_DIGEST = {
    f"a@{SHA256}": f"docker.io/library/a@{SHA256}",
    f"a:1@{SHA256}": f"docker.io/library/a:1@{SHA256}",
    f"x.io/a@sha512:{HEX}{HEX}": f"x.io/a@sha512:{HEX}{HEX}",
    f"a@sha384:{HEX}{HEX[:32]}": f"docker.io/library/a@sha384:{HEX}{HEX[:32]}",
}
INVALID = {
    **dict.fromkeys((
        "", " ", " a", "a ", "a b", "a\tb", "a\n", "a:1\n", "a:b c", "/a", "a/", "a//b", "a:",
        "a:/b", ":tag", "@", "a@", "a@sha256", "a@sha256:", f"@{SHA256}", "-a", "a-", "a/-b",
        "a/b-", "_a", "a_", ".a", "a.", "a..b", "a___b", "a-_b", "a._b", "./a", "../a",
        "a/../b", "-foo.com/b", "foo-.com/b", "foo..com/b", "foo.com./b",
        "foo_bar:80/baz", "foo.com:/bar", "foo:abc/bar", "a/b:c/d", "a/b:5/d", "[::1]", "[]/a",
        "[fe80::1%eth0]/foo", "[1.2.3.4]/foo", "a:.tag", "a:-tag", f"a:{'t' * 129}", "a:b:c",
        "foo.com/bar:1:2", "a:태그", "a:０", "한글", "a/한글", "http://foo/bar",
        "https://foo.com/bar", f"foo/bar@{SHA256}:t", f"a@{SHA256}@{SHA256}",
        f"a@sha256:{'g' * 64}", f"a@sha256:{'a' * 31}", "docker.io/", "docker.io//a",
    ), FORMAT),
    "Trusty": f"{FORMAT}: repository name (library/Trusty) must be lowercase",
    "Foo:1": f"{FORMAT}: repository name (library/Foo) must be lowercase",
    "foo/Bar": f"{FORMAT}: repository name (foo/Bar) must be lowercase",
    "foo.com:5000/a/B:Tag": f"{FORMAT}: repository name (a/B) must be lowercase",
    f"a@SHA256:{HEX}": f"{FORMAT}: repository name (library/a@SHA256) must be lowercase",
    "Foo_bar/baz": "repository name must be lowercase",
    HEX: f"invalid repository name ({HEX}), cannot specify 64-byte hexadecimal strings",
    "a" * 256: LENGTH,
    f"x.io/{'b' * 256}": LENGTH,
    f"a@sha256:{HEX.upper()}": "invalid checksum digest format",
    f"a@sha256:{HEX[1:]}": "invalid checksum digest length",
    f"a@sha512:{HEX}": "invalid checksum digest length",
    f"a@md5:{HEX}": "unsupported digest algorithm",
    f"a@foo+bar:{HEX}": "unsupported digest algorithm",
}


@pytest.mark.parametrize(("text", "full"), [*VALID.items(), *VALID_WITH_DIGEST.items()])
def test_valid(text: str, full: str) -> None:
    reference = parse(text)
    assert reference.canonical == full
    assert parse(full) == reference
    assert parse(str(reference)) == reference


@pytest.mark.parametrize(("text", "message"), INVALID.items())
def test_invalid(text: str, message: str) -> None:
    with pytest.raises(ReferenceError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.requires("docker")
def test_the_client_says_the_same() -> None:
    expected = dict.fromkeys(VALID, "") | INVALID
    expected |= dict.fromkeys(VALID_WITH_DIGEST, "refusing to create a tag with a digest reference")
    differing = {
        text: answer for text, message in expected.items()
        if not (answer := _client_says(text)).endswith(message)
        or (message == "" and "parsing reference" in answer)}
    assert differing == {}


def _client_says(text: str) -> str:
    done = subprocess.run(
        ["docker", "--host", "unix:///nonexistent", "tag", "x", text],
        env={**os.environ, "DOCKER_CONFIG": "/nonexistent"}, capture_output=True, text=True)
    return done.stderr.removesuffix("\n")


@pytest.mark.parametrize(("text", "familiar"), [
    ("docker.io/library/ubuntu", "ubuntu"),
    ("docker.io/library/a/b", "library/a/b"),
    ("docker.io/me/ubuntu:1", "me/ubuntu:1"),
    ("quay.io/library/ubuntu", "quay.io/library/ubuntu"),
    (f"library/ubuntu:1@{SHA256}", f"ubuntu:1@{SHA256}"),
])
def test_the_familiar_form(text: str, familiar: str) -> None:
    assert str(parse(text)) == familiar


def test_the_default_tag_is_for_names_with_neither_tag_nor_digest() -> None:
    assert str(parse("a").with_default_tag()) == "a:latest"
    assert str(parse("a:1").with_default_tag()) == "a:1"
    assert parse(f"a@{SHA256}").with_default_tag() == Reference(
        "docker.io", "library/a", digest=SHA256)


@pytest.mark.parametrize("piece", ["a", "a-", "a.", "a_", "A", "-", "a/", "a:", "a.b-", "[:", "@a"])
def test_long_texts_take_no_long_time(piece: str) -> None:
    with within(2), pytest.raises(ReferenceError):
        parse(piece * 50_000 + "!")
