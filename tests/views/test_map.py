import json
from dataclasses import replace
from itertools import pairwise

from imagelab.engine import pull, tag
from imagelab.model.image import Image, short_id
from imagelab.model.layer import Layer
from imagelab.model.state import State
from imagelab.views.map import (
    FoldNode,
    ImageNode,
    LayerNode,
    Map,
    Mark,
    NameNode,
    Reason,
    layer_map,
)
from imagelab.views.map.fold import folded
from tests.views import labs

KEPT, NEW, UNTAGGED = Mark.KEPT, Mark.NEW, Mark.UNTAGGED
DELETED, MOVED, DANGLING = Mark.DELETED, Mark.MOVED, Mark.DANGLING


def name(drawing: Map, text: str) -> NameNode:
    return next(node for node in drawing.names if node.text == text)


def image(drawing: Map, image_id: str) -> ImageNode:
    return next(node for node in drawing.images if node.id == image_id)


def layers(drawing: Map) -> list[LayerNode]:
    return [node for node in drawing.layers if isinstance(node, LayerNode)]


def layer_with(drawing: Map, path: str) -> LayerNode:
    return next(node for node in layers(drawing) if [each.path for each in node.files] == [path])


def edges(drawing: Map, kind: str) -> list[tuple[str, str, Mark]]:
    return [(each.tail, each.head, each.mark) for each in drawing.edges if each.kind == kind]


def test_shared_layers_are_drawn_once() -> None:
    drawing = layer_map(labs.second())
    assert [node.text for node in drawing.names] == [
        "ubuntu:14.04", "commit_test:first", "commit_test:second"]
    assert len(drawing.images) == 3
    # Five of ubuntu, one each of first and second: 5 + 1 + 1, not 5 + 6 + 7.
    assert len({node.chain_id for node in layers(drawing)}) == len(drawing.layers) == 7
    assert [node.images for node in layers(drawing)] == [3, 3, 3, 3, 3, 2, 1]


def test_sizes_add_up_on_disk_and_not_in_the_list_of_images() -> None:
    state = labs.second()
    drawing = layer_map(state)
    ubuntu = image(drawing, labs.image_of(state, "ubuntu:14.04").id).size
    assert drawing.disk == ubuntu + 12 + 13
    assert drawing.total == ubuntu + (ubuntu + 12) + (ubuntu + 12 + 13)


def test_layers_stand_on_each_other_and_carry_images_and_containers() -> None:
    drawing = layer_map(labs.second())
    stack = [node.key for node in drawing.layers]
    assert edges(drawing, "on") == [
        (upper, lower, KEPT) for lower, upper in pairwise(stack)]
    assert [head for _, head, _ in edges(drawing, "top")] == [stack[4], stack[5], stack[6]]
    assert [head for _, head, _ in edges(drawing, "writable")] == [stack[4], stack[5]]
    assert len(edges(drawing, "parent")) == 2


def test_containers_lead_to_the_layers_that_their_changes_became() -> None:
    drawing = layer_map(labs.second())
    first, second = (layer_with(drawing, path) for path in ("/first", "/second"))
    one, two = drawing.containers
    assert edges(drawing, "commit") == [(one.key, first.key, KEPT), (two.key, second.key, KEPT)]
    assert (first.committed, second.committed) == (("commit_test",), ("commit_test2",))
    gone = layer_map(labs.second_alone(), labs.second())
    assert layer_with(gone, "/second").committed == ()
    assert (two.key, second.key, DELETED) in edges(gone, "commit")


def test_a_commit_without_changes_or_a_strange_id_leads_nowhere() -> None:
    empty = labs.with_container(labs.first(), "none", "commit_test:first", {}, digit="e")
    drawing = layer_map(labs.committed(empty, "none", "same:1"))
    assert layer_with(drawing, "/first").committed == ("commit_test",)
    # A container elsewhere that happens to have the ID which a foreign image names.
    state = labs.without_container(labs.first(), "commit_test")
    state = labs.with_container(state, "other", "commit_test:first", {})
    assert edges(layer_map(state), "commit") == []


def test_what_each_image_adds_makes_up_the_disk() -> None:
    drawing = layer_map(labs.second())
    assert drawing.parts == (187971405, 12, 13)
    assert sum(drawing.parts) == drawing.disk


def test_references_to_a_layer_are_counted_as_the_daemon_does() -> None:
    # On ubuntu's top layer: its image, the container commit_test, the layer of first.
    drawing = layer_map(labs.second())
    assert [node.references for node in layers(drawing)] == [1, 1, 1, 1, 3, 3, 1]


def test_counts_of_an_image() -> None:
    state = labs.second()
    node = image(layer_map(state), labs.image_of(state, "commit_test:first").id)
    assert (node.names, node.children, node.containers) == (1, 1, 1)
    assert not node.dangling
    assert not node.intermediate


def test_a_layer_tells_its_command_and_files() -> None:
    drawing = layer_map(labs.second())
    base = layers(drawing)[0]
    assert "ADD file:" in base.command
    assert base.files == ()  # thousands
    top = layer_with(drawing, "/second")
    assert (top.command, top.size, top.files[0].kind) == ("/bin/bash", 13, "+")


def test_a_container_tells_its_state_and_changes() -> None:
    one, two = layer_map(labs.second()).containers
    assert (one.name, one.image, one.status, one.exit_code) == (
        "commit_test", "ubuntu:14.04", "exited", 0)
    assert (two.name, two.image, two.status, two.size) == (
        "commit_test2", "commit_test:first", "running", 13)
    assert [each.path for each in two.files] == ["/second"]


def test_a_digest_that_a_pull_brought_is_in_the_box_of_its_tag() -> None:
    drawing = layer_map(labs.pulled())
    (node,) = drawing.names
    assert node.text == "ubuntu:14.04"
    assert node.digest.startswith("sha256:")
    assert len(edges(drawing, "name")) == 1


def test_a_digest_that_stays_without_its_tag_has_a_box_of_its_own() -> None:
    before = labs.pulled()
    (by_tag,) = [reference for reference in before.references if reference.tag]
    after = before.without_references(by_tag)
    drawing = layer_map(after, before)
    assert {node.text.partition("@")[0]: node.mark for node in drawing.names} == {
        "ubuntu:14.04": UNTAGGED, "ubuntu": KEPT}


def test_one_state_has_no_marks() -> None:
    drawing = layer_map(labs.second())
    assert drawing.marks == {KEPT}
    assert {edge.mark for edge in drawing.edges} == {KEPT}
    assert drawing.disk_before is None


def test_a_commit_adds_a_name_an_image_and_a_layer() -> None:
    before = labs.with_container(labs.pulled(), "commit_test", "ubuntu:14.04", labs.FIRST)
    drawing = layer_map(labs.first(), before)
    assert [node.mark for node in drawing.names] == [KEPT, NEW]
    assert [node.mark for node in drawing.images] == [KEPT, NEW]
    assert [node.mark for node in drawing.layers] == [KEPT] * 5 + [NEW]
    assert [node.mark for node in drawing.containers] == [KEPT]
    assert [mark for _, _, mark in edges(drawing, "on")] == [KEPT] * 4 + [NEW]


def test_removing_first_takes_the_name_and_leaves_all_else_for_the_child() -> None:
    # Case flow-07: only `Untagged: commit_test:first`.
    before = labs.second_alone()
    after = labs.without_image(before, "commit_test:first")
    drawing = layer_map(after, before)
    assert name(drawing, "commit_test:first").mark is UNTAGGED
    node = image(drawing, labs.image_of(before, "commit_test:first").id)
    assert node.mark is UNTAGGED
    assert node.intermediate
    assert not node.dangling
    assert node.reasons == (Reason("child", "commit_test:second"),)
    assert {each.mark for each in drawing.layers} == {KEPT}
    assert drawing.disk == drawing.disk_before
    assert [mark for _, _, mark in edges(drawing, "name")] == [KEPT, UNTAGGED, KEPT]


def test_removing_second_then_deletes_both_images_and_their_layers() -> None:
    # Case flow-08: the last of a line takes its nameless parents along.
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    after = labs.without_image(before, "commit_test:second")
    drawing = layer_map(after, before)
    assert name(drawing, "commit_test:second").mark is UNTAGGED
    assert [node.mark for node in drawing.images] == [KEPT, DELETED, DELETED]
    assert [node.mark for node in drawing.layers] == [KEPT] * 5 + [DELETED] * 2
    assert drawing.disk_before is not None
    assert drawing.disk_before - drawing.disk == 12 + 13


def test_the_deleted_ones_tell_what_they_had() -> None:
    before = labs.without_image(labs.second_alone(), "commit_test:first")
    after = labs.without_image(before, "commit_test:second")
    gone = layer_with(layer_map(after, before), "/second")
    assert (gone.size, gone.images, gone.command) == (13, 1, "/bin/bash")


def test_forced_removal_under_a_stopped_container_leaves_the_layers_to_it() -> None:
    before = labs.first()
    before = labs.with_container(before, "user", "commit_test:first", {}, digit="c")
    after = labs.without_image(before, "commit_test:first", force=True)
    drawing = layer_map(after, before)
    assert [node.mark for node in drawing.images] == [KEPT, DELETED]
    kept = layer_with(drawing, "/first")
    assert kept.mark is KEPT
    assert kept.images == 0
    assert kept.reasons == (Reason("container", "user"),)
    assert kept.command == "/bin/bash"  # known from before


def test_forced_removal_under_a_running_container_leaves_a_dangling_image() -> None:
    before = labs.with_container(
        labs.first(), "user", "commit_test:first", {}, digit="c", status="running")
    after = labs.without_image(before, "commit_test:first", force=True)
    node = image(layer_map(after, before), labs.image_of(before, "commit_test:first").id)
    assert node.mark is DANGLING
    assert node.dangling
    assert node.reasons == (Reason("container", "user"),)


def test_a_name_that_is_given_again_moves_and_leaves_a_dangling_image() -> None:
    # Case commit-03.
    before = labs.second()
    old = labs.image_of(before, "commit_test:second").id
    after = labs.committed(before, "commit_test", "commit_test:second")
    new = labs.image_of(after, "commit_test:second").id
    drawing = layer_map(after, before)
    assert name(drawing, "commit_test:second").mark is MOVED
    assert (image(drawing, old).mark, image(drawing, new).mark) == (DANGLING, NEW)
    key = "name commit_test:second"
    assert [edge for edge in edges(drawing, "name") if edge[0] == key] == [
        (key, f"image {old}", UNTAGGED), (key, f"image {new}", MOVED)]


def test_an_image_that_was_dangling_before_is_not_marked_again() -> None:
    before = labs.committed(labs.second(), "commit_test")
    drawing = layer_map(tag.tag_image(before, "ubuntu:14.04", "x", now=1).state, before)
    assert [node.mark for node in drawing.images] == [KEPT] * 4
    assert drawing.images[-1].dangling
    assert name(drawing, "x:latest").mark is NEW


def test_removing_one_of_two_names_leaves_the_image_unmarked() -> None:
    before = tag.tag_image(labs.first(), "commit_test:first", "other", now=1).state
    drawing = layer_map(labs.without_image(before, "commit_test:first"), before)
    assert {node.mark for node in drawing.images} == {KEPT}


def test_a_container_that_ended_tells_both_states() -> None:
    before = labs.second()
    (stopped,) = [each for each in before.containers.values() if each.name == "commit_test2"]
    after = before.with_container(replace(stopped, status="exited", exit_code=137))
    node = layer_map(after, before).containers[1]
    assert (node.was, node.status, node.exit_code) == ("running", "exited", 137)
    removed = layer_map(labs.without_container(after, "commit_test2"), after).containers[1]
    assert (removed.mark, removed.was) == (DELETED, "")


def test_an_image_without_layers_and_one_without_history() -> None:
    # A configuration that says nothing at all is still an image.
    state = State().with_image(replace(labs.image_of(labs.pulled(), "ubuntu:14.04"),
                                       config_json=b"{}"))
    drawing = layer_map(state)
    assert drawing.images[0].size == 0
    assert drawing.layers == ()


def test_a_small_lab_is_not_folded() -> None:
    drawing = layer_map(labs.second())
    assert folded(drawing) is drawing


def test_a_large_lab_folds_untouched_bases_and_only_those() -> None:
    before = state = labs.second()
    for at in range(8):
        base = f"app:{at - 1}" if at else "commit_test:second"
        state = labs.with_container(state, "c", base, {f"f{at}": labs.FIRST["first"]}, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    drawing = folded(layer_map(state, before))
    folds = [node for node in drawing.layers if isinstance(node, FoldNode)]
    assert [(node.count, node.images) for node in folds] == [(4, 11)]
    assert len(drawing.layers) == 1 + 1 + 2 + 8
    assert drawing.disk == layer_map(state).disk
    keys = {node.key for node in drawing.nodes}
    assert {edge.tail for edge in drawing.edges} | {edge.head for edge in drawing.edges} <= keys
    assert (drawing.layers[1].key, folds[0].key, KEPT) in edges(drawing, "on")


def test_a_layer_that_two_others_stand_on_is_not_folded_away() -> None:
    base: list[Layer] = []
    for at in range(8):
        base.append(Layer(f"sha256:{at:064}", {}, base[-1] if base else None))
    left, right = (Layer(f"sha256:{seed * 64}", {}, base[3]) for seed in "ab")
    state = State()
    for top in (base[-1], left, right):
        diff_ids = [layer.diff_id for layer in top.stack]
        config = json.dumps({"rootfs": {"diff_ids": diff_ids}}).encode()
        state = state.with_image(Image(config))
    for layer in (*base, left, right):
        state = state.with_layer(layer)
    for at in range(3):  # enough to fold
        state = state.with_layer(Layer(f"sha256:{at + 90:064}", {}))
    drawing = folded(layer_map(state))
    assert [node.count for node in drawing.layers if isinstance(node, FoldNode)] == [3, 3]
    assert f"layer {base[3].chain_id}" in {node.key for node in drawing.layers}


def test_layers_of_two_bases_do_not_mix() -> None:
    state = pull.pull(labs.second(), "busybox", now=labs.NOW).state
    drawing = layer_map(state)
    assert [node.images for node in layers(drawing)].count(1) == 2
    (box,) = [node for node in drawing.names if node.text == "busybox:latest"]
    target = next(edge.head for edge in drawing.edges if edge.tail == box.key)
    assert short_id(target) == short_id(labs.image_of(state, "busybox").id)
