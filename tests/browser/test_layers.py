"""The layers view in a browser: what a learner clicks, and how long an archive of many takes."""

from __future__ import annotations

import io
import json
import re
import tarfile
import time
from collections.abc import Iterator
from hashlib import sha256

import pytest

from imagelab.lab import Lab
from imagelab.widgets.layers import LayersPane
from tests.browser.hostile import hostile_lab
from tests.browser.looks import looks
from tests.browser.stage import Stage
from tests.deadline import within

COMMANDS = (
    "pull ubuntu:14.04",
    "run --name one ubuntu:14.04 sh -c 'echo hello > /hello; mkdir /data; echo 1 > /data/one'",
    "commit one commit_test:first",
    "run --name two commit_test:first sh -c 'rm -r /data; echo more >> /hello; chmod 700 /bin/sh;"
    " rm -r /usr/share/doc; mkdir /usr/share/doc; echo x > /usr/share/doc/README'",
    "commit two commit_test:second",
)
#: Folders in folders, and files in each of those: 100,000 files.
OUTER, INNER, FILES = 100, 10, 100
#: Seconds of the kernel's processor; what the browser takes is printed.
MOST_TO_OPEN, MOST_TO_ANSWER = 3.0, 0.15
#: Clicks an element, and returns the seconds until the answer is drawn.
CLICK = """
async (element) => {
  const start = performance.now();
  const root = document.querySelector(".imagelab");
  element.click();
  do await new Promise(requestAnimationFrame);
  while (root.hasAttribute("aria-busy") || performance.now() - start < 10);
  return (performance.now() - start) / 1000;
}
"""


@pytest.fixture(scope="module")
def lab() -> Lab:
    lab = Lab(language="en")
    for line in COMMANDS:
        assert lab.docker(line).exit_code == 0, line
    return lab


def mounted(stage: Stage, lab: Lab, ref: str = "commit_test:second", theme: str = "light") -> None:
    def language() -> str:
        return lab.language

    pane = LayersPane(lab.daemon, language, ref)
    stage.mount(pane, lab.daemon, language=language, theme=theme)


def test_layers_modes_folders_and_files_by_mouse_and_keyboard(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab)
    page = stage.page
    assert page.get_by_text("Whiteout: layer 7 has an entry .wh.data").is_visible()
    assert page.get_by_text("Opaque directory: layer 7").is_visible()
    page.get_by_role("button", name=re.compile("^layer 6")).click()
    stage.settle()
    page.get_by_role("button", name=re.compile("added one")).focus()
    page.keyboard.press("Enter")
    stage.settle()
    side = page.locator(".il-side")
    assert side.get_by_role("heading", name="Content").is_visible()
    assert "/data/one" in side.inner_text()
    assert "removed by a whiteout at /data" in side.inner_text()
    page.get_by_role("button", name="up to here, merged").click()
    stage.settle()
    folder = page.locator("summary", has_text=re.compile("^etc/"))
    assert page.get_by_text("debian_version").count() == 0
    folder.focus()
    page.keyboard.press("Enter")
    stage.settle()
    assert page.locator("details[open] summary", has_text=re.compile("cron.daily/")).is_visible()
    # What is looked at stays where it is, whatever is drawn anew.
    assert folder.evaluate("each => each === document.activeElement")


def test_the_waste_leads_to_the_files(stage: Stage, lab: Lab) -> None:
    mounted(stage, lab)
    page = stage.page
    page.get_by_role("button", name="Show /usr/share/doc in the files").click()
    stage.settle()
    assert page.get_by_role("button", name="up to here, merged").get_attribute(
        "aria-pressed") == "true"
    assert page.locator("summary", has_text="doc/").first.is_visible()
    page.locator("summary", has_text="Layer by layer").click()
    page.get_by_label("only changes").check()
    stage.settle()
    assert page.locator("#stage details:not([data-toggle])").evaluate("each => each.open")
    assert page.locator("summary", has_text=re.compile("^etc/")).count() == 0


def test_a_step_anywhere_is_followed(stage: Stage) -> None:
    lab = Lab(language="en")
    for line in COMMANDS:
        lab.docker(line)
    mounted(stage, lab)
    lab.docker("rm -f two")
    lab.docker("rmi commit_test:second")
    stage.settle()
    page = stage.page
    assert page.get_by_text("no image commit_test:second").is_visible()
    assert page.locator(".il-main, .il-side, .il-foot").all_inner_texts() == ["", "", ""]
    page.get_by_label("Image").select_option("commit_test:first")
    stage.settle()
    assert page.get_by_role("heading", name="Layers of commit_test:first").is_visible()
    lab.undo()
    stage.settle()
    page.get_by_label("Image").select_option("commit_test:second")
    stage.settle()
    assert page.locator("#stage .il-layer").count() == 7


@looks
def test_it_can_be_read_by_everyone(
    stage: Stage, lab: Lab, language: str, theme: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lab, "language", language)
    mounted(stage, lab, theme=theme)
    page = stage.page
    page.locator("button.il-file").first.click()
    stage.settle()
    assert stage.violations() == []
    stage.keep(f"layers-{language}-{theme}")
    page.locator("[data-value=image]").click()
    stage.settle()
    page.locator("summary", has_text=re.compile("^etc/")).click()
    stage.settle()
    assert stage.violations() == []
    stage.keep(f"layers-image-{language}-{theme}")


def test_it_fits_a_narrow_window(stage: Stage, lab: Lab) -> None:
    stage.page.set_viewport_size({"width": 480, "height": 800})
    mounted(stage, lab)
    assert stage.page.evaluate("document.documentElement.scrollWidth") <= 480
    stage.keep("layers-narrow")


@pytest.mark.parametrize("ref", ["app:1", "app:2", "app:3"])
def test_hostile_images_are_inert(stage: Stage, ref: str) -> None:
    mounted(stage, hostile_lab(), ref)
    page = stage.page
    for mode in ("merged", "image", "layer"):
        page.locator(f"[data-value={mode}]").click()
        stage.settle()
        for at in range(page.locator("summary.il-file").count()):
            page.locator("summary.il-file").nth(at).click()
            stage.settle()
        for at in range(page.locator("button.il-file").count()):
            page.locator("button.il-file").nth(at).click()
            stage.settle()
            assert page.evaluate("window.hit") is None
    assert page.locator(".imagelab img, .imagelab script, .imagelab iframe").count() == 0


# --- an archive of many files --------------------------------------------------------------


def _entry(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, len(data)
    return info.tobuf(tarfile.USTAR_FORMAT) + data + bytes(-len(data) % 512)


def _many() -> Iterator[bytes]:
    for outer in range(OUTER):
        yield _entry(f"d{outer:02}", kind=tarfile.DIRTYPE)
        for inner in range(INNER):
            folder = f"d{outer:02}/e{inner}"
            yield _entry(folder, kind=tarfile.DIRTYPE)
            yield from (_entry(f"{folder}/f{at:02}", b"%d\n" % at) for at in range(FILES))
    yield bytes(1024)


def _archive(*layers: bytes) -> bytes:
    """Return an archive as ``docker save`` lays them out, with one image ``many:1``."""
    digests = [f"sha256:{sha256(layer).hexdigest()}" for layer in layers]
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                         "rootfs": {"type": "layers", "diff_ids": digests}}).encode()
    names = [f"{at}.tar" for at in range(len(layers))]
    manifest = json.dumps([{"Config": "c.json", "RepoTags": ["many:1"], "Layers": names}]).encode()
    files = dict(zip(names, layers, strict=True)) | {"c.json": config, "manifest.json": manifest}
    return b"".join((*(_entry(*each) for each in files.items()), bytes(1024)))


@pytest.fixture(scope="module")
def many() -> Lab:
    """A lab with an image of 100,000 files, some of which a second layer removes."""
    second = b"".join((_entry(".wh.d00"), _entry("d01", kind=tarfile.DIRTYPE),
                       _entry("d01/.wh..wh..opq"), _entry("new", b"new\n"), bytes(1024)))
    lab = Lab(language="en")
    done = lab.docker("load", stdin=io.BytesIO(_archive(b"".join(_many()), second)).read())
    assert done.exit_code == 0, done.stderr
    return lab


def test_an_archive_of_100000_files_opens_and_answers(
    stage: Stage, many: Lab, capsys: pytest.CaptureFixture[str],
) -> None:
    took: dict[str, float] = {}
    page = stage.page

    def click(what: str, locator: str, text: str = "") -> None:
        element = page.locator(locator, has_text=re.compile(text)).first
        element.scroll_into_view_if_needed()
        with within(MOST_TO_ANSWER):
            took[what] = page.evaluate(CLICK, element.element_handle())

    start = time.perf_counter()
    with within(MOST_TO_OPEN):
        mounted(stage, many, "many:1")
    took["opened"] = time.perf_counter() - start
    assert page.get_by_text("(files: 1,000, 2.9kB, layer 1)").count() == 2
    click("a layer", "[data-value='1']")
    click("a folder", "summary", "d50/")
    click("one in it", "summary", "e3/")
    assert page.locator("button.il-file", has_text="f42").is_visible()
    click("a file", "button.il-file", "f42")
    assert page.locator("pre.il-content").inner_text().strip() == "42"
    click("merged", "[data-value=merged]")
    click("whole image", "[data-value=image]")
    click("a removed folder", "summary", "d00/")
    with capsys.disabled():
        print("\n100,000 files:", ", ".join(
            f"{what} {seconds * 1000:.0f} ms" for what, seconds in took.items()))
