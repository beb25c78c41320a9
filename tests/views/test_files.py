from dataclasses import replace

import pytest

from imagelab.model.layer import Layer
from imagelab.model.node import WHITEOUT, Changes, directory, file
from imagelab.views.files import file_changes

BASE = Layer("sha256:base", {
    "etc": directory(), "etc/hosts": file(b"1"), "etc/passwd": file(b"2"), "tmp": directory(),
})


def changed(changes: Changes, below: Layer | None = BASE) -> list[str]:
    return [f"{each.kind} {each.path}" for each in file_changes(changes, below)]


def test_added_changed_removed() -> None:
    assert changed({
        "etc": directory(), "etc/hosts": file(b"3"), "etc/passwd": WHITEOUT, "new": file(b""),
    }) == ["~ /etc/hosts", "- /etc/passwd", "+ /new"]


def test_directories_are_named_only_when_they_are_the_news() -> None:
    assert changed({"etc": directory(0o700), "empty": directory(), "full": directory(),
                    "full/a": file(b"")}) == ["+ /empty/", "+ /full/a"]


def test_a_replaced_directory_is_a_change() -> None:
    assert changed({"etc": replace(directory(), opaque=True), "etc/a": file(b"")}) == [
        "~ /etc/", "+ /etc/a"]


@pytest.mark.parametrize("hiding", [WHITEOUT, file(b""), replace(directory(), opaque=True)])
def test_what_a_layer_between_hides_is_new_again(hiding: object) -> None:
    between = Layer("sha256:between", {"etc": hiding}, BASE)  # type: ignore[dict-item]
    assert changed({"etc/hosts": file(b"")}, between) == ["+ /etc/hosts"]


def test_a_whiteout_of_nothing_is_no_change() -> None:
    assert changed({"gone": WHITEOUT}) == []
    assert changed({"etc": WHITEOUT}, None) == []
