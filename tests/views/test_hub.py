from __future__ import annotations

from imagelab.engine import pull, tag
from imagelab.model.image import short_id
from imagelab.model.reference import parse
from imagelab.model.state import State
from imagelab.registry.hub import resolve
from imagelab.registry.search import repositories
from imagelab.views.grid import Cell, Grid, Look, picture
from imagelab.views.hub import MAX_IMAGES, PULL, RUN, SEARCH, hub, origin
from tests.views import labs

CONTAINER, WAY_OUT, IMAGE, WAY_IN, REPOSITORY = range(5)


def row(grid: Grid, column: int, text: str) -> tuple[Cell, ...]:
    """Return the row that has a text in a column."""
    (found,) = [each for each in grid.rows[1:]
                if any(text in line for line in each[column].lines)]
    return found


def column(grid: Grid, which: int) -> list[str]:
    return [each[which].lines[0] for each in grid.rows[1:] if each[which].lines]


def test_the_commands_stand_between_engine_and_hub() -> None:
    for language in ("ko", "en"):
        head = hub(State(), language).rows[0]
        assert head[WAY_OUT].lines == (RUN,)
        assert head[WAY_IN].lines == (SEARCH, PULL)


def test_an_empty_engine_faces_official_private_and_folded_repositories() -> None:
    grid = hub(State(), "en")
    shown = column(grid, REPOSITORY)
    official = [each.name for each in repositories() if each.official]
    private = [each.name for each in repositories() if each.private]
    assert {line.split()[0] for line in shown[:-1]} == {*official, *private}
    assert shown[-1] == f"⋮ {len(repositories()) - len(shown) + 1} more repositories"
    assert column(grid, IMAGE) == column(grid, CONTAINER) == []
    assert "ubuntu" in official
    assert private


def test_the_mark_is_said_in_words_and_by_the_border() -> None:
    grid = hub(State(), "en")
    ubuntu = row(grid, REPOSITORY, "ubuntu ★")[REPOSITORY]
    assert ubuntu.lines[0].endswith("official")
    assert ubuntu.look is Look.BOX
    (secret,) = [each.name for each in repositories() if each.private]
    private = row(grid, REPOSITORY, secret)[REPOSITORY]
    assert private.lines[0].endswith("private")
    assert private.look is Look.DASHED


def test_a_fetched_image_faces_its_repository_with_the_same_digest() -> None:
    grid = hub(labs.second(), "en")
    found = row(grid, IMAGE, "ubuntu:14.04")
    assert found[WAY_IN].lines == (PULL,)
    assert found[REPOSITORY].lines[0].startswith("ubuntu ★")
    digest = f"sha256:{short_id(resolve(parse('ubuntu:14.04')).digest)}"
    assert found[IMAGE].lines[-1] == found[REPOSITORY].lines[-1] == digest
    assert found[CONTAINER].lines == ("commit_test",)
    assert found[WAY_OUT].lines == ("←",)


def test_what_was_made_here_faces_nothing_of_its_own() -> None:
    grid = hub(labs.second(), "en")
    for ref in ("commit_test:first", "commit_test:second"):
        found = row(grid, IMAGE, ref)
        assert found[IMAGE].lines[-1] == "only here"
        assert found[WAY_IN].lines == ()
    assert row(grid, CONTAINER, "commit_test2")[IMAGE].lines[0] == "commit_test:first"


def test_a_tag_alone_does_not_make_an_image_come_from_the_hub() -> None:
    state = tag.tag_image(labs.first(), "commit_test:first", "ubuntu:16.04", now=1).state
    mine = labs.image_of(state, "commit_test:first")
    assert origin(state, mine) == ""
    assert origin(state, labs.image_of(state, "ubuntu:14.04")) == "ubuntu"
    assert row(hub(state, "en"), IMAGE, "ubuntu:16.04")[IMAGE].lines[-1] == "only here"
    # A digest that the Hub does not know proves nothing either.
    forged = state.with_reference(parse(f"ubuntu@sha256:{'0' * 64}"), mine.id)
    assert origin(forged, mine) == ""


def test_a_second_name_stays_with_its_image() -> None:
    state = tag.tag_image(labs.pulled(), "ubuntu:14.04", "mine:1", now=1).state
    assert row(hub(state, "en"), IMAGE, "mine:1")[IMAGE].lines[0] == "mine:1, ubuntu:14.04"


def test_many_names_and_containers_of_an_image_are_cut() -> None:
    state = labs.pulled()
    for at in range(5):
        state = tag.tag_image(state, "ubuntu:14.04", f"mine:{at}", now=1).state
        state = labs.with_container(state, f"c{at}", "ubuntu:14.04", {}, digit="abcde"[at])
    found = row(hub(state, "en"), IMAGE, "mine:0")
    assert found[IMAGE].lines[0] == "mine:0, mine:1, mine:2, … 3 more"
    assert found[CONTAINER].lines == ("c0", "c1", "c2", "… 2 more")


def test_fetched_repositories_leave_the_list_of_the_others() -> None:
    state = pull.pull(labs.pulled(), "busybox", now=labs.NOW).state
    names = [line.split()[0] for line in column(hub(state, "en"), REPOSITORY)]
    assert names[:2] == ["ubuntu", "busybox"]
    assert len(names) == len(set(names))
    assert "Fetched from: ubuntu, busybox." in hub(state, "en").notes[0]


def test_an_untagged_image_and_an_orphan_are_shown() -> None:
    state = labs.committed(labs.first(), "commit_test")
    assert "<none>" in column(hub(state, "en"), IMAGE)
    gone = labs.without_image(labs.with_container(
        labs.first(), "left", "commit_test:first", {}, digit="e"), "commit_test:first", force=True)
    found = row(hub(gone, "en"), CONTAINER, "left")
    assert found[IMAGE].lines == ()


def test_an_intermediate_image_is_left_out_as_in_docker_images() -> None:
    state = labs.without_image(labs.second_alone(), "commit_test:first")
    assert "<none>" not in column(hub(state, "en"), IMAGE)


def test_many_images_are_cut() -> None:
    state = labs.first()
    for at in range(MAX_IMAGES + 3):
        state = labs.with_container(
            state, f"c{at}", "commit_test:first", {f"f{at}": labs.FIRST["first"]}, digit="d")
        state = labs.committed(state, f"c{at}", f"app:{at}")
    shown = column(hub(state, "en"), IMAGE)
    assert shown[-1] == "… 4 more"
    assert len(shown) == 1 + MAX_IMAGES + 1
    assert len(picture(hub(state, "en")).text.splitlines()) < 80
