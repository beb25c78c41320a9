from __future__ import annotations

from dataclasses import replace

from imagelab.model.node import WHITEOUT, Changes, directory, file
from imagelab.views.layers.overlay import Cause
from imagelab.views.layers.path_history import Event, path_history
from tests.views.stacks import stack


def told(path: str, *layers: Changes) -> list[str]:
    return [said(each) for each in path_history(stack(layers), path)]


def said(event: Event) -> str:
    return f"{event.layer.depth}{event.mark}"


def test_a_file_is_added_changed_removed_and_added_again() -> None:
    assert told("f", {"f": file(b"1")}, {"x": file(b"")}, {"f": file(b"2")}, {"f": WHITEOUT},
                {"f": WHITEOUT}, {"f": file(b"3")}) == ["1+", "3~", "4-", "6+"]


def test_a_folder_takes_its_files_with_it() -> None:
    opaque = replace(directory(), opaque=True)
    found = path_history(stack([{"d/f": file(b"1")}, {"d": opaque}, {"d/f": file(b"2")},
                                {"d": WHITEOUT}]), "d/f")
    assert [said(each) for each in found] == ["1+", "2-", "3+", "4-"]
    hiders = [each.hider for each in found if each.hider]
    assert [(each.cause, each.path) for each in hiders] == [
        (Cause.OPAQUE, "d"), (Cause.WHITEOUT, "d")]


def test_a_copy_for_new_metadata_is_told_from_a_new_file() -> None:
    old = file(b"same")
    found = path_history(stack([
        {"f": old}, {"f": replace(old, mode=0o600)}, {"f": file(b"else")}]), "f")
    assert [each.copied for each in found] == [False, True, False]


def test_of_what_never_was_there_is_nothing_to_tell() -> None:
    assert told("nothing/here", {"f": file(b"")}, {"nothing": WHITEOUT}) == []
