from __future__ import annotations

import re

import pytest

from imagelab.engine.tag import tag_image
from imagelab.messages import text as message
from imagelab.model.reference import DEFAULT_DOMAIN, ReferenceError, parse
from imagelab.model.state import State
from imagelab.views.grid import Look, picture
from imagelab.views.name import name, parts
from tests.views import labs

DIGEST = "sha256:" + "ab" * 32
HUB = DEFAULT_DOMAIN


def taken_apart(typed: str) -> list[str]:
    """Return the parts of a name, those that were assumed in brackets."""
    return [f"{each.before}{each.value}" if each.typed else f"{each.before}[{each.value}]"
            for each in parts(typed)]


def said(typed: str, state: State | None = None, language: str = "en") -> str:
    """Return the drawing's text on one line."""
    return " ".join(picture(name(state or State(), typed, language)).text.split())


@pytest.mark.parametrize(("typed", "expected"), [
    ("ubuntu", [f"[{HUB}]", "/[library]", "/ubuntu", ":[latest]"]),
    ("ubuntu:14.04", [f"[{HUB}]", "/[library]", "/ubuntu", ":14.04"]),
    ("library/ubuntu", [f"[{HUB}]", "/library", "/ubuntu", ":[latest]"]),
    (f"{HUB}/ubuntu", [HUB, "/[library]", "/ubuntu", ":[latest]"]),
    (f"index.{HUB}/a/b", [HUB, "/a", "/b", ":[latest]"]),
    ("alicek106/web:1.0", [f"[{HUB}]", "/alicek106", "/web", ":1.0"]),
    ("localhost:5000/team/app", ["localhost:5000", "/team", "/app", ":[latest]"]),
    ("localhost:5000/app", ["localhost:5000", "/app", ":[latest]"]),
    ("localhost/app", ["localhost", "/app", ":[latest]"]),
    ("archive.example/a/b/c:1", ["archive.example", "/a/b", "/c", ":1"]),
    (f"ubuntu@{DIGEST}", [f"[{HUB}]", "/[library]", "/ubuntu", f"@{DIGEST}"]),
    (f"ubuntu:14.04@{DIGEST}", [f"[{HUB}]", "/[library]", "/ubuntu", ":14.04", f"@{DIGEST}"]),
])
def test_a_name_is_taken_apart(typed: str, expected: list[str]) -> None:
    assert taken_apart(typed) == expected


def test_the_parts_make_up_the_full_name() -> None:
    for typed in ("ubuntu", "a/b:1", "localhost:5000/team/app", f"x@{DIGEST}", "a.b/c/d:e"):
        whole = "".join(each.before + each.value for each in parts(typed))
        assert whole == parse(typed).with_default_tag().canonical


def test_what_is_no_name_has_no_parts() -> None:
    with pytest.raises(ReferenceError):
        parts("UBUNTU")


def test_what_was_typed_looks_other_than_what_is_assumed() -> None:
    boxes = name(State(), "alicek106/web", "en").rows[1]
    assert [each.look for each in boxes if each.look is not Look.PLAIN] == [
        Look.DASHED, Look.BOX, Look.BOX, Look.DASHED]
    words = [each.lines for each in name(State(), "alicek106/web", "en").rows[2] if each.lines]
    assert words == [("assumed",), ("typed",), ("typed",), ("assumed",)]


@pytest.mark.parametrize(("typed", "key"), [
    ("ubuntu", "official"), ("library/ubuntu:1", "official"), ("a/b", "community"),
    ("localhost:5000/b", "elsewhere"), ("localhost:5000/library/b", "elsewhere")])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_it_says_whether_the_image_is_official(typed: str, key: str, language: str) -> None:
    kinds = ("official", "community", "elsewhere")
    found = [kind for kind in kinds
             if message(f"name.{kind}", language, account="a", registry="localhost:5000")
             in name(State(), typed, language).notes]
    assert found == [key]


def test_a_name_without_account_is_not_official_for_that() -> None:
    assert "Not an official image: it did not come" in said("commit_test:first", labs.second())
    assert "None of them has this name" in said("commit_test")
    assert "Official: library" in said("ubuntu:14.04", labs.second())
    # A tag of one's own in an official repository's name.
    state = tag_image(labs.first(), "commit_test:first", "ubuntu:16.04", now=1).state
    assert "Not an official image" in said("ubuntu:16.04", state)


def test_tag_and_digest_are_explained() -> None:
    assert "Docker takes latest" in said("ubuntu")
    assert "Docker takes latest" not in said("ubuntu:14.04")
    assert "always names the same image" in said(f"ubuntu@{DIGEST}")


def test_it_tells_whether_the_image_is_here() -> None:
    image = labs.image_of(labs.second(), "commit_test:first")
    digits = image.id.removeprefix("sha256:")
    assert f"names the image {digits[:12]}" in said("commit_test:first", labs.second())
    assert "no such image" in said("commit_test", labs.second())
    for typed in (image.id, digits, digits[:12]):
        shown = said(typed, labs.second())
        assert "is an image ID" in shown
        assert f"names the image {digits[:12]}" in shown


def test_an_id_without_an_image() -> None:
    assert "no image with this ID" in said(DIGEST)
    # 64 digits are no name in Docker's eyes, so `commit` and `tag` refuse them (commit-14).
    assert "cannot specify 64-byte hexadecimal strings" in said("ab" * 32)
    assert "It looks like an ID" in said("0123456789ab")
    assert "It looks like an ID" not in said("ubuntu")


#: What client 28.2.2 answers to `docker tag`, and a name that it takes.
REFUSED = [
    ("UBUNTU", "invalid reference format: repository name (library/UBUNTU) must be lowercase",
     "ubuntu"),
    ("localhost:5000/Team/app",
     "invalid reference format: repository name (Team/app) must be lowercase",
     "localhost:5000/team/app"),
    ("ubuntu:!4.04", "invalid reference format", "ubuntu:14.04"),
    ("ubuntu:", "invalid reference format", "ubuntu"),
    ("ubuntu/", "invalid reference format", "ubuntu"),
    ("/ubuntu", "invalid reference format", "ubuntu"),
    ("a//b", "invalid reference format", "a/b"),
    ("-ubuntu", "invalid reference format", "ubuntu"),
    ("my_image.", "invalid reference format", "my_image"),
    ("a___b", "invalid reference format", "ab"),
    ("ubuntu 14.04", "invalid reference format", "ubuntu:14.04"),
    (" ubuntu ", "invalid reference format", "ubuntu"),
    ("http://x/y", "invalid reference format", "x/y"),
    ("ubuntu:14.04:1", "invalid reference format", "ubuntu:14.04"),
    ("ubuntu@14.04", "invalid reference format", "ubuntu:14.04"),
    ("ubuntu:.bad", "invalid reference format", "ubuntu:bad"),
    ("ubuntu$", "invalid reference format", "ubuntu"),
    ("이미지/ubuntu", "invalid reference format", "ubuntu"),
    ("UBUNTU:!4.04", "invalid reference format: repository name (library/UBUNTU) must be lowercase",
     "ubuntu:14.04"),
]


@pytest.mark.parametrize(("typed", "error", "mended"), REFUSED)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_slip_is_refused_in_dockers_words_and_mended(
    typed: str, error: str, mended: str, language: str,
) -> None:
    notes = name(State(), typed, language).notes
    assert notes[0] == f"Docker: {error}"
    assert notes[-1] == message("name.mend", language, name=mended)
    assert len(notes) >= 3
    parse(mended)


#: Refused, and nothing can be guessed.
HOPELESS = [
    ("", "empty"), ("  ", "empty"), (":14.04", "no_name"), ("ubuntu@sha256:abc", "digest"),
    (f"ubuntu@md5:{'a' * 32}", "digest"), (f"ubuntu@sha256:{'A' * 64}", "digest"),
    (f"ubuntu:{'a' * 129}", "tag_long"), ("a" * 300, "long")]


@pytest.mark.parametrize(("typed", "key"), HOPELESS)
def test_what_cannot_be_mended_is_explained(typed: str, key: str) -> None:
    notes = name(State(), typed, "en").notes
    assert notes[0].startswith("Docker: ")
    assert message(f"name.wrong_{key}", "en", what="") in notes
    assert not [note for note in notes if note.startswith("Try")]


def test_a_name_with_nothing_known_to_be_wrong_shows_the_grammar() -> None:
    # The part before the slash is a host for its colon, and that port is none.
    assert name(State(), "a:b/c", "en").notes[1:] == (message("name.wrong", "en"),)


def test_what_is_forbidden_is_named() -> None:
    assert "Not allowed in a tag: !" in said("ubuntu:!4.04")
    assert "Not allowed in a name: $%" in said("ub$un%tu")


def test_hugely_long_text_is_cut_and_quick() -> None:
    for typed in ("a" * 1_000_000, "-" * 1_000_000, "A/" * 500_000, "a:" * 500_000, "@" * 100_000):
        drawn = picture(name(State(), typed, "en"))
        assert len(drawn.text) < 5_000
        assert len(drawn.dot) < 30_000


def test_digests_are_shortened_as_docker_does() -> None:
    assert "sha256:abababababab" in said(f"ubuntu@{DIGEST}")
    assert not re.search(r"[0-9a-f]{64}", said(f"ubuntu@{DIGEST}"))
