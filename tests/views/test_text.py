import pytest

from imagelab.docker.table import display_width
from imagelab.model.state import State
from imagelab.views.map import layer_map
from imagelab.views.map.fold import folded
from imagelab.views.map.text import text
from tests.views import labs
from tests.views.test_pictures import hostile


def lines(after: State, before: State | None = None, language: str = "en") -> list[str]:
    return text(layer_map(after, before), language).splitlines()


def test_every_layer_stands_once_under_the_image_that_brought_it() -> None:
    said = lines(labs.second())
    layers = [line.split()[2] for line in said if "─ layer" in line]
    assert len(layers) == len(set(layers)) == 7
    blocks = [block.splitlines() for block in "\n".join(said).split("\n\n")]
    names = [block[0].split()[0] for block in blocks[1:]]
    assert names == ["ubuntu:14.04", "commit_test:first", "commit_test:second"]
    assert f"on layer {layers[0]} of ubuntu:14.04" in "\n".join(blocks[2])
    assert f"on layer {layers[5]} of commit_test:first" in "\n".join(blocks[3])


def test_it_tells_sizes_sharing_and_containers() -> None:
    said = "\n".join(lines(labs.second()))
    assert "On disk 188MB, not 564MB" in said
    assert "added by each image: 188MB + 12B + 13B" in said
    assert "+ /second  ← docker commit commit_test2" in said
    assert said.count("shared by 3 images") == 5
    assert "12B  shared by 2 images  + /first" in said
    assert "13B  in 1 image          + /second" in said
    assert "container commit_test      12B  ■ Exited (0)        + /first" in said
    assert "container commit_test2     13B  ● Running           + /second" in said


def test_a_removal_says_what_goes_and_why_the_rest_stays() -> None:
    before = labs.second_alone()
    after = labs.without_image(before, "commit_test:first")
    said = lines(after, before)
    assert "~ commit_test:first" in said
    assert "  <none> · intermediate image" in said
    assert "  └─ Stays for child commit_test:second" in said
    assert said[-1] == "~ Untagged"

    final = lines(labs.without_image(after, "commit_test:second"), after)
    assert "~ commit_test:second" in final
    assert [line[:4] for line in final if line.startswith("-")] == ["- im", "- ├─", "- im", "- ├─"]
    assert "On disk 188MB (-25B)" in final
    assert final[-1] == "~ Untagged   - Deleted"
    # As `docker rmi` prints them: ChainIDs.
    gone = labs.second().layers.keys() - labs.pulled().layers.keys()
    for chain_id in gone:
        assert f"ChainID {chain_id.removeprefix('sha256:')[:12]}" in "\n".join(final)


def test_a_moved_name_stands_at_both_ends() -> None:
    before = labs.second()
    said = lines(labs.committed(before, "commit_test", "commit_test:second"), before)
    assert "~ commit_test:second" in said
    assert "> commit_test:second" in said
    assert "  <none> · dangling image" in said
    assert said[-1] == "+ new   ~ Untagged   > moved   ! now dangling"


def test_layers_that_only_a_container_keeps_are_told_apart() -> None:
    before = labs.with_container(labs.first(), "user", "commit_test:first", {}, digit="c")
    after = labs.without_image(before, "commit_test:first", force=True)
    alone = lines(after)
    assert [line for line in alone if "in no image" in line]
    assert [line for line in alone if "container user" in line]
    assert "Stays for container user" in "\n".join(lines(after, before))


@pytest.mark.parametrize("language", ["ko", "en"])
def test_columns_line_up_in_both_languages(language: str) -> None:
    said = lines(labs.second(), language=language)
    table = [line for line in said if "─ " in line and ("+ /" in line or "~ /" in line)]
    assert len(table) == 7  # five layers with few files, two containers
    starts = {display_width(line[: max(line.rfind("+ /"), line.rfind("~ /"))]) for line in table}
    assert len(starts) == 1
    assert max(map(display_width, said)) <= 100


def test_an_empty_lab_says_so() -> None:
    assert text(layer_map(State()), "ko") == "아직 이미지가 없습니다."


def test_a_folded_map_tells_the_run() -> None:
    state = labs.second()
    for at in range(8):
        base = f"app:{at - 1}" if at else "commit_test:second"
        state = labs.with_container(state, "c", base, {f"f{at}": labs.FIRST["first"]}, digit="d")
        state = labs.without_container(labs.committed(state, "c", f"app:{at}"), "c")
    assert "⋮ 4 layers, one on the other" in text(folded(layer_map(state)), "en")


def test_hostile_text_stays_on_its_line_and_in_its_place() -> None:
    said = text(layer_map(hostile(), State()), "en", "caption\n\x1b[31m\u202e")
    assert len(said.splitlines()) == 12
    assert all(char.isprintable() for char in said.replace("\n", ""))
    assert max(map(display_width, said.splitlines())) <= 100
