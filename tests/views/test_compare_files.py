"""Files and settings that differ between two images."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from imagelab.lab import Lab
from imagelab.model.content import Bytes, Pattern, Zeros, digest_of
from imagelab.model.image import Image
from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Changes, Node, directory, file, symlink
from imagelab.model.outcome import NotFound
from imagelab.views.compare import file_diff as module
from imagelab.views.compare.config_diff import config_diff
from imagelab.views.compare.content_diff import LINE_LIMIT, NO_NEWLINE, line_diff, text_lines
from imagelab.views.compare.file_diff import FileDiff, FileDifference, Verdict, file_diff
from imagelab.views.compare.picture import picture
from tests.deadline import within
from tests.views import labs
from tests.views.test_pictures import EVIL, hostile

ONE, TWO, CONTENT, META = (
    Verdict.ONLY_FIRST, Verdict.ONLY_SECOND, Verdict.CONTENT, Verdict.METADATA)


def stack(*layers: Changes, below: Layer | None = None) -> Layer:
    top = below
    for changes in layers:
        name = sorted((path, repr(node)) for path, node in changes.items())
        top = Layer(digest_of(iter([str(name).encode()])), changes, top)
    assert top
    return top


def verdicts(found: FileDiff) -> dict[str, Verdict]:
    return {each.shown: each.verdict for each in found.differences}


def at(found: FileDiff, path: str) -> FileDifference:
    return found.differences[found.places[path]]


BASE = stack({
    "etc": directory(), "etc/passwd": file(b"root\n"), "etc/group": file(b"root\n"),
    "usr": directory(), "usr/a": file(b"a"), "usr/b": file(b"bb"), "bin": symlink("usr"),
})


def test_what_differs_is_told_apart() -> None:
    first = stack({"etc/passwd": file(b"root\nme\n"), "first": file(b"1")}, below=BASE)
    second = stack({"etc/group": replace(file(b"root\n"), mode=0o600), "second": file(b"2"),
                    "bin": symlink("sbin")}, below=BASE)
    found = file_diff(first, second)
    assert verdicts(found) == {
        "/bin": CONTENT, "/etc/group": META, "/etc/passwd": CONTENT, "/first": ONE, "/second": TWO}
    assert at(found, "etc/group").what == ("mode",)
    assert at(found, "etc/passwd").what == ("content",)
    assert [each.path for each in found.differences] == sorted(found.places)
    assert found.counts[CONTENT] == 2
    assert file_diff(first, first) == FileDiff(())


def test_provenance_is_the_layer_that_shows() -> None:
    second = stack({"etc/passwd": file(b"1")}, {"etc/passwd": file(b"2")}, below=BASE)
    each = at(file_diff(BASE, second), "etc/passwd")
    assert each.first
    assert each.second
    assert (each.first.layer.depth, each.second.layer.depth) == (1, 3)


def test_the_same_files_from_other_layers_do_not_differ() -> None:
    first = stack({"x": file(b"1"), "y": file(b"2")}, below=BASE)
    second = stack({"y": file(b"2")}, {"x": file(b"1")}, below=BASE)
    assert file_diff(first, second).differences == ()
    removed = stack({"x": file(b"1")}, {"x": WHITEOUT}, below=BASE)
    assert file_diff(BASE, removed).differences == ()


def test_removed_and_opaque_directories_are_one_line_with_all_that_is_in_them() -> None:
    removed = stack({"usr": WHITEOUT}, below=BASE)
    (each,) = file_diff(BASE, removed).differences
    assert (each.shown, each.verdict, each.inside, each.size) == ("/usr/", ONE, 2, 3)
    opaque = stack({"usr": replace(directory(), opaque=True), "usr/b": file(b"bb")}, below=BASE)
    assert verdicts(file_diff(opaque, BASE)) == {"/usr/a": TWO}
    replaced = stack({"usr": file(b"no directory")}, below=BASE)
    assert verdicts(file_diff(BASE, replaced)) == {"/usr": CONTENT, "/usr/a": ONE, "/usr/b": ONE}
    assert at(file_diff(BASE, replaced), "usr").what == ("kind", "mode")


def test_times_of_directories_do_not_count_and_those_of_files_do() -> None:
    touched = stack({"usr": directory(mtime=5), "usr/a": file(b"a", mtime=5)}, below=BASE)
    found = file_diff(BASE, touched)
    assert verdicts(found) == {"/usr/a": META}
    assert at(found, "usr/a").what == ("mtime",)


def test_images_without_layers() -> None:
    assert file_diff(None, None).differences == ()
    assert set(verdicts(file_diff(None, BASE)).values()) == {TWO}


def oracle(first: Layer, second: Layer) -> set[str]:
    """Return the paths that differ by the merged trees, read whole."""
    one, other = first.tree, second.tree
    paths = {*one.paths(), *other.paths()}

    def key(node: Node) -> tuple[Any, ...]:
        time = 0 if node.is_directory else node.mtime
        return node.kind, node.mode, node.uid, node.gid, node.target, time, node.content.digest

    return {path for path in paths
            if (a := one.get(path)) is None or (b := other.get(path)) is None
            or key(a.node) != key(b.node)}


def test_it_agrees_with_the_merged_trees_of_a_lab() -> None:
    lab = Lab()
    for line in (
        "run --name aa alpine sh -c 'rm -r /etc/apk; echo 1 > /etc/motd; mkdir -p /x/y; "
        "echo > /x/y/z'",
        "commit aa a:1",
        "run --name bb a:1 sh -c 'rm -r /x; mkdir /x; echo 2 > /x/w; chmod 700 /etc; rm /etc/motd'",
        "commit bb b:1",
        "run --name cc alpine sh -c 'echo 1 > /etc/motd; mkdir -p /x/y'",
        "commit cc c:1",
    ):
        assert lab.docker(line).exit_code == 0, line
    state = lab.daemon.state
    tops = [state.layer_of(labs.image_of(state, ref)) for ref in ("alpine", "a:1", "b:1", "c:1")]
    for first in filter(None, tops):
        for second in filter(None, tops):
            found = file_diff(first, second)
            folders = tuple(f"{each.path}/" for each in found.differences if each.inside)
            whole = {path for path in oracle(first, second) if not path.startswith(folders)}
            assert set(found.places) == whole


def test_images_on_a_large_base_compare_at_once() -> None:
    changes: dict[str, Node] = {}
    for folder in range(1000):
        changes[f"usr/d{folder}"] = directory()
        changes |= {f"usr/d{folder}/f{at}": file(b"x") for at in range(100)}
    base = Layer("sha256:" + "b" * 64, changes)
    first = stack({"usr/d1/f1": file(b"new")}, below=base)
    second = stack({"usr/d1/f2": file(b"new")}, below=base)
    file_diff(first, second)  # the base's names are put in order once for all views
    with within(0.05):
        found = file_diff(first, second)
    assert verdicts(found) == {"/usr/d1/f1": CONTENT, "/usr/d1/f2": CONTENT}


def test_large_contents_are_read_as_far_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = stack({"same": file(Zeros(1 << 20)), "other": file(Pattern("a", 1 << 20))})
    second = stack({"same": file(Bytes(bytes(1 << 20))), "other": file(Pattern("b", 1 << 20))})
    assert verdicts(file_diff(first, second)) == {"/other": CONTENT}
    monkeypatch.setattr(module, "READ_LIMIT", 1 << 17)
    assert at(file_diff(first, second), "same").verdict is Verdict.UNREAD


def test_much_is_looked_at_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_LIMIT", 3)
    found = file_diff(None, stack({f"f{at}": file(b"") for at in range(9)}))
    assert len(found.differences) <= 3
    assert not found.complete


# --- settings ------------------------------------------------------------------------------


def image(**config: Any) -> Image:
    return Image(json.dumps({"config": config, "rootfs": {"diff_ids": []}}).encode())


def settings(first: Image, second: Image) -> dict[str, tuple[str | None, str | None]]:
    return {each.key: (each.first, each.second) for each in config_diff(first, second)}


def test_settings_are_compared_one_by_one() -> None:
    first = image(Env=["PATH=/bin", "A=1"], Cmd=["sh"], Labels={"x": "1"}, User="")
    second = image(Env=["PATH=/bin", "A=2", "B=3"], Cmd=["sh", "-c"], Labels=None,
                   ExposedPorts={"80/tcp": {}}, User="me")
    assert settings(first, second) == {
        "Env A": ("1", "2"), "Env B": (None, "3"), "Cmd": ('["sh"]', '["sh", "-c"]'),
        "Labels x": ("1", None), "ExposedPorts 80/tcp": (None, "{}"), "User": (None, "me")}
    assert config_diff(first, first) == ()


def test_origin_tells_images_with_the_same_files_apart() -> None:
    state = labs.second()
    found = settings(*(labs.image_of(state, ref) for ref in ("ubuntu:14.04", "commit_test:first")))
    assert found["author"] == (None, "alicek106")
    assert found["history"] == ("6", "7")
    assert "created" in found


@pytest.mark.parametrize("config", [
    None, [], "x", {"Env": None}, {"Env": {"a": 1}}, {"Labels": ["a=b", 7]}, {"Cmd": 5}])
def test_strange_configurations_are_taken(config: Any) -> None:
    strange = Image(json.dumps({"config": config, "author": [1]}).encode())
    config_diff(strange, image(Env=["A=1"]))
    config_diff(image(Env=["A=1"]), strange)


# --- contents ------------------------------------------------------------------------------


def test_lines_that_differ() -> None:
    assert line_diff(["a", "b", "c"], ["a", "x", "c"]) == (
        "@@ -1,3 +1,3 @@", " a", "-b", "+x", " c")
    assert line_diff(["a"], ["a"]) == ()


def test_only_short_texts_are_compared_by_lines() -> None:
    assert text_lines(Bytes("가\n나\n".encode())) == ["가", "나"]
    assert text_lines(Bytes(b"a")) == ["a", NO_NEWLINE]
    assert text_lines(Bytes()) == []
    assert text_lines(Bytes(b"\xff")) is None
    assert text_lines(Bytes(b"a\0b")) is None
    assert text_lines(Bytes(b"\n" * (LINE_LIMIT + 1))) is None
    assert text_lines(Zeros(1 << 40)) is None
    (line,) = [line for line in line_diff([], ["\x1b[2J\u202e" + "x" * 999]) if line[0] == "+"]
    assert "\x1b" not in line
    assert len(line) < 300


# --- the picture ---------------------------------------------------------------------------


def test_the_text_has_layers_files_and_settings() -> None:
    drawn = picture(labs.second(), ["ubuntu:14.04", "commit_test:second"], "en")
    assert "Layers in docker inspect" in drawn.text
    said = " ".join(drawn.text.split())
    assert "+ only in commit_test:second: 2" in said
    assert "+ /first 12B layer 6 of 7" in said
    assert "author (none) alicek106" in said
    assert "only in commit_test:second: 2" in drawn.dot


def test_each_other_image_is_compared_with_the_first() -> None:
    names = ["ubuntu:14.04", "commit_test:first", "commit_test:second"]
    text = picture(labs.second(), names, "ko").text
    assert "서로 다른 파일: ubuntu:14.04 → commit_test:first" in text
    assert "서로 다른 설정: ubuntu:14.04 → commit_test:second" in text
    with pytest.raises(NotFound):
        picture(labs.second(), ["ubuntu:14.04", "nothing"], "en")
    with pytest.raises(ValueError, match="two images or more"):
        picture(labs.second(), ["ubuntu:14.04"], "en")


def test_what_images_say_is_one_line_of_text() -> None:
    state = labs.committed(hostile(), "f" * 64, "clean:1")
    (evil,) = [each.id for each in state.images.values() if each.id not in {
        labs.image_of(state, "clean:1").id}]
    text = picture(state, [evil, "clean:1"], "en").text
    assert EVIL not in text
    assert "\x1b" not in text
