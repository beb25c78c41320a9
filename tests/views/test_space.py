from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

import pytest

from imagelab.docker.usage_totals import reclaimable
from imagelab.engine import tag
from imagelab.formats.units import human_size
from imagelab.lab import Lab
from imagelab.messages import languages
from imagelab.model.image import short_id
from imagelab.model.state import State
from imagelab.views.space import words
from imagelab.views.space.bars import Part, column_parts, disk_parts, image_parts, lengths, merged
from imagelab.views.space.measure import Deletion, Space, deletion, space
from imagelab.views.space.picture import picture, svg
from imagelab.views.space.text import bar
from tests.views import labs
from tests.views.pictures import SVG, text_areas
from tests.views.test_pictures import EVIL, hostile

UBUNTU = 187971405


def lab_with_everything() -> Lab:
    """Return a lab with two names, a dangling image, volumes, and a layer for a container only."""
    lab = Lab()
    for line in (
        "pull ubuntu:14.04",
        "run --name one ubuntu:14.04 sh -c 'echo test_first! > /first'",
        "commit one commit_test:first",
        "run --name two commit_test:first sh -c 'echo hello > /second'",
        "commit two commit_test:second",
        "tag commit_test:second again:1",
        "volume create data",
        "run --name three -v data:/data busybox sh -c 'echo hi > /data/f; echo new > /f'",
        "commit three gone:1",
        "run --name four gone:1 true",
        "rmi -f gone:1",
        "commit two",
        "run -d --name five busybox sleep 1000",
    ):
        assert lab.docker(line).exit_code == 0, line
    return lab


def test_every_number_of_an_image_is_one_that_docker_prints() -> None:
    lab = lab_with_everything()
    found = space(lab.daemon.state)
    text = ("{{range .Images}}{{.ID}}|{{.Size}}|{{.SharedSize}}|{{.UniqueSize}}|{{.Containers}}\n"
            "{{end}}")
    printed = lab.docker(f"system df -v --format '{text}'").stdout.split()
    shown = {
        "|".join((each.id, words.image_size(each.size, False),
                  words.number(each.shared_size, False), words.number(each.unique_size, False),
                  str(each.containers)))
        for each in found.images}
    assert shown == set(printed)
    usage = lab.daemon.disk_usage()
    assert {each.id: (each.size, each.shared_size) for each in found.images} == {
        row["Id"]: (row["Size"], row["SharedSize"]) for row in usage["Images"]}


def test_every_other_number_is_one_that_docker_prints() -> None:
    lab = lab_with_everything()
    found = space(lab.daemon.state)
    rows = lab.docker("system df --format "
                      "'{{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}'").stdout
    assert rows.splitlines() == [
        f"{each.kind}|{each.count}|{each.active}|{human_size(each.size)}|{reclaimable(each)}"
        for each in found.totals]
    text = "{{range .Containers}}{{.Names}}|{{.Size}}\n{{end}}"
    assert lab.docker(f"system df -v --format '{text}'").stdout.split() == [
        f"{each.name}|{human_size(each.size, 3)}" for each in found.containers]
    text = "{{range .Volumes}}{{.Name}}|{{.Links}}|{{.Size}}\n{{end}}"
    assert lab.docker(f"system df -v --format '{text}'").stdout.split() == [
        f"{each.name}|{len(each.users)}|{human_size(each.size)}" for each in found.volumes]


def test_names_are_the_rows_of_docker_images() -> None:
    lab = lab_with_everything()
    printed = lab.docker("images --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}'").stdout
    shown = [f"{each.id} {name}" for each in space(lab.daemon.state).images for name in each.names]
    assert sorted(printed.splitlines()) == sorted(shown)


def adds_up(found: Space) -> None:
    assert found.column - found.renamed - found.again == found.disk
    assert sum(each.unique_size for each in found.images) + sum(
        each.size for each in found.shared) == found.disk
    for image in found.images:
        assert sum(each.size for each in image.shared) == image.shared_size
        assert sum(part.size for part in image_parts(image)) == image.size
    assert sum(part.size for part in column_parts(found)) == found.column
    assert sum(part.size for part in disk_parts(found)) == found.disk


def test_the_column_less_what_it_counts_again_is_the_disk() -> None:
    adds_up(space(labs.second()))
    adds_up(space(lab_with_everything().daemon.state))
    adds_up(space(State()))


def test_the_chapters_sums() -> None:
    found = space(labs.second())
    column, disk = 3 * UBUNTU + 12 + 25, UBUNTU + 25
    assert (found.column, found.renamed, found.disk) == (column, 0, disk)
    said = list(words.arithmetic(found, "en"))
    assert said[0].endswith(f"{UBUNTU + 25:,} + {UBUNTU + 12:,} + {UBUNTU:,} = {column:,} bytes")
    assert f"A {UBUNTU:,} × 2 + B 12 × 1" in said[1]
    assert said[2].startswith(f"= {disk:,} bytes")


def test_a_second_name_is_counted_again() -> None:
    found = space(tag.tag_image(labs.pulled(), "ubuntu:14.04", "mine:1", now=1).state)
    assert (found.column, found.renamed, found.again, found.disk) == (2 * UBUNTU, UBUNTU, 0, UBUNTU)
    assert any("mine:1, ubuntu:14.04" in line for line in words.arithmetic(found, "en"))


def test_shared_layers_lie_under_those_that_fewer_images_have() -> None:
    found = space(labs.second())
    first, second, ubuntu = (found.image(labs.image_of(labs.second(), name).id) for name in (
        "commit_test:first", "commit_test:second", "ubuntu:14.04"))
    assert first
    assert second
    assert ubuntu
    assert [len(each.layers) for each in found.shared] == [5, 1]
    assert [each.number for each in second.shared] == [0, 1]
    assert [each.number for each in ubuntu.shared] == [0]
    assert (second.unique_size, first.unique_size) == (13, 0)


def test_layers_that_only_containers_hold_and_images_that_are_hidden() -> None:
    lab = lab_with_everything()
    found = space(lab.daemon.state)
    assert [(each.size, each.users) for each in found.held] == [(4, ("four",))]
    said = " ".join(words.notes(found, "en"))
    assert "containers (four); docker system df does not count them" in said
    assert lab.docker("rm five one two").exit_code == 1
    assert lab.docker("rmi commit_test:first").exit_code == 0
    found = space(lab.daemon.state)
    assert found.hidden == 1
    assert "Intermediate images (1)" in " ".join(words.notes(found, "en"))
    adds_up(found)


def test_deleting_one_image_frees_what_rmi_frees() -> None:
    lab = lab_with_everything()
    for line in ("rm -f one two", "image prune -f"):
        assert lab.docker(line).exit_code == 0
    state = lab.daemon.state
    found = space(state)
    image = found.image(labs.image_of(state, "again:1").id)
    assert image
    done = deletion(state, image)
    assert done.command == "docker rmi again:1 commit_test:second"
    assert lab.docker(done.command.removeprefix("docker ")).exit_code == 0
    assert done.freed == found.disk - space(lab.daemon.state).disk == len(b"hello\n")


def test_what_others_need_frees_nothing_and_what_is_used_is_refused() -> None:
    state = labs.without_container(labs.second_alone(), "commit_test")
    found = space(state)
    first = found.image(labs.image_of(state, "commit_test:first").id)
    assert first
    assert deletion(state, first) == Deletion("docker rmi commit_test:first", 0, 0, False)
    state = labs.second()
    ubuntu = space(state).image(labs.image_of(state, "ubuntu:14.04").id)
    assert ubuntu
    refused = deletion(state, ubuntu)
    assert refused.freed == 0
    assert refused.error.startswith("conflict: unable to remove repository reference")


def test_lengths_keep_the_whole_and_show_the_smallest() -> None:
    assert lengths([3, 1], 100, 5) == [75, 25]
    drawn = lengths([188_000_000, 12, 13], 300, 7)
    assert sum(drawn) == pytest.approx(300)
    assert drawn[1:] == [7, 7]
    assert lengths([1] * 100, 50, 7) == pytest.approx([0.5] * 100)
    assert lengths([], 50, 7) == []
    assert [part.size for part in merged([Part(size) for size in (5, 1, 9, 2)], 3)] == [5, 9, 3]


def test_bars_of_text_have_a_sign_for_every_part() -> None:
    found = space(labs.second())
    second = found.images[0]
    drawn = bar(image_parts(second), second.size, second.size)
    assert (len(drawn), drawn[0], drawn[-2:]) == (24, "A", "B█")


@pytest.mark.parametrize("language", languages)
def test_picture_and_text_say_the_same_numbers(language: str) -> None:
    state = lab_with_everything().daemon.state
    drawn = picture(state, language)
    assert drawn.svg
    assert drawn.dot == ""
    root = ElementTree.fromstring(drawn.svg)
    said = "".join(each.text or "" for each in root.iter(f"{SVG}text"))
    for number in set(re.findall(r"\d[\d,.]*(?:kB|MB|B)\b", drawn.text)):
        assert number in said
    found = space(state)
    for each in (found.column, found.disk, found.renamed, found.again):
        assert f"{each:,}" in said
        assert f"{each:,}" in drawn.text
    alternative = root.get("aria-label")
    assert alternative
    assert f"{found.disk:,}" in alternative


@pytest.mark.parametrize("language", languages)
def test_texts_stay_inside_the_picture_and_apart(language: str) -> None:
    root = ElementTree.fromstring(svg(space(lab_with_everything().daemon.state), language))
    areas = [area for area in text_areas(root) if area.bottom - area.top <= 13]
    assert all(area.left >= 0 for area in areas)
    assert max(area.right for area in areas) <= float(root.get("width", "0"))
    for one, other in itertools.combinations(areas, 2):
        assert not one.overlaps(other)


def test_of_many_names_a_few_are_said() -> None:
    state = labs.first()
    for at in range(300):
        state = tag.tag_image(state, "commit_test:first", f"name:{at}", now=labs.NOW).state
    (named,) = [each for each in space(state).images if len(each.names) > 1]
    assert words.names(named, "en").endswith(", … 295 more")
    assert len(picture(state, "en").text) < 6000


def test_many_images_are_cut_and_their_sums_are_not() -> None:
    state = labs.first()
    for at in range(30):
        state = labs.with_container(state, "c", "commit_test:first", labs.SECOND, digit="d")
        state = labs.committed(state, "c", f"app:{at}")
        state = labs.without_container(state, "c")
    found = space(state)
    text = picture(state, "en").text
    assert len(re.findall(r"^app:", text, re.MULTILINE)) == words.MAX_IMAGES
    assert "… 12 more" in text
    assert f"{found.column:,}" in text
    adds_up(found)


def test_a_lab_without_images() -> None:
    for language in languages:
        drawn = picture(State(), language)
        assert drawn.svg
        assert len(drawn.text.splitlines()) == 3


def test_what_an_image_says_is_text_and_nothing_else() -> None:
    drawn = picture(hostile(), "en")
    assert drawn.svg
    root = ElementTree.fromstring(drawn.svg)
    assert {each.tag for each in root.iter()} <= {
        f"{SVG}{tag}" for tag in ("svg", "rect", "path", "text")}
    assert "\x1b" not in drawn.text
    assert EVIL not in drawn.text
    assert short_id(next(iter(hostile().images))) in drawn.text
