"""The page of one level or one view, in a frame of somebody else's page, led by links alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.browser.axe import violations
from tests.browser.hostile import EVIL
from tests.browser.jupyter import ROOT
from tests.browser.looks import STRESS
from tests.browser.site import Site, served

stress = pytest.mark.skipif(not STRESS, reason="make stress")
#: Milliseconds until a page has its lab, on a busy machine.
PATIENCE = 90_000
#: A page of somebody else's, which gives the frame the height that it asks for.
_AROUND = """<!doctype html><html lang="en"><head><title>around</title></head><body><main>
<script>
addEventListener("message", ({ source, data }) => {
  const frame = document.querySelector("iframe");
  if (source === frame.contentWindow && data.imagelab) {
    frame.style.height = `${data.imagelab.height}px`;
  }
});
</script>
<iframe title="lab" style="width: 100%%; border: 0" src="%s"></iframe></main></body></html>"""


class Embedded:
    """The page in a frame.

    Attributes:
        page: the page around it.
        frame: the page itself.
        errors: what no script has caught, and what was written as an error.
        outside: requests for anything outside of the site; none of them is let through.
    """

    def __init__(self, context: Any, address: str, link: str) -> None:
        self.errors: list[str] = []
        self.outside: list[str] = []
        self._opened = 0
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)
        own = (f"{address}/", "blob:", "data:")
        context.route(lambda url: not url.startswith(own), self._refuse)
        self.page.set_content(
            _AROUND % f"{address}/embed/index.html#{link.replace('&', '&amp;')}")
        self.frame = self.page.frames[-1]
        self.ready()

    def open(self, link: str) -> None:
        """Go to another link, or to the same one anew."""
        self._opened += 1
        self.frame.evaluate("link => { location.hash = link; }", f"{link}&opened={self._opened}")
        self.frame.wait_for_timeout(50)
        self.ready()

    def ready(self) -> None:
        """Wait for what the link asks for."""
        self.frame.wait_for_function(
            "document.querySelector('.imagelab') && !document.querySelector('#status').textContent",
            timeout=PATIENCE)
        self.settle()

    def settle(self) -> None:
        """Wait until all has been answered."""
        self.frame.wait_for_timeout(20)
        self.frame.wait_for_function("!document.querySelector('.imagelab[aria-busy]')")

    def type(self, line: str) -> None:
        """Type into the terminal."""
        if not self.frame.locator(".terminal input").is_visible():
            self.frame.locator(".terminal > summary").click()
        self.frame.locator(".terminal input").fill(line)
        self.frame.locator(".terminal input").press("Enter")
        self.settle()

    def press(self, name: str) -> None:
        """Press a button."""
        self.frame.get_by_role("button", name=name, exact=True).click()
        self.settle()

    def text(self, place: str) -> str:
        """Return what is to be read in a place of the page."""
        return str(self.frame.locator(f".place.{place}").inner_text())

    def violations(self) -> list[str]:
        """Return what axe-core finds that is serious or critical."""
        return violations(self.frame)

    def overflow(self) -> int:
        """Return how many pixels the page is wider than its frame."""
        return int(self.frame.evaluate("document.documentElement.scrollWidth - innerWidth"))

    def keep(self, name: str) -> None:
        """Keep a screenshot where ``IMAGELAB_SCREENSHOTS`` asks for one."""
        if folder := os.environ.get("IMAGELAB_SCREENSHOTS"):
            self.page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def _refuse(self, route: Any) -> None:
        self.outside.append(route.request.url)
        route.abort()


@pytest.fixture(scope="module")
def _embedded(browser: Any, site: Site) -> Iterator[Embedded]:
    context = browser.new_context(locale="ko-KR", viewport={"width": 1280, "height": 900})
    yield Embedded(context, site.address, "level=rmi-1")
    context.close()


@pytest.fixture
def embedded(_embedded: Embedded) -> Iterator[Embedded]:
    """The page, its lab loaded once for all tests."""
    yield _embedded
    assert _embedded.errors == []
    assert _embedded.outside == []


def play(embedded: Embedded, check: str) -> None:
    for line in ("docker rmi notes:1", "docker rm reader", "docker rmi notes:1"):
        embedded.type(line)
    embedded.press(check)


def test_a_level_is_played_in_somebody_elses_page(embedded: Embedded) -> None:
    embedded.open("level=rmi-1&seed=0")
    frame = embedded.frame
    assert frame.title() == "레벨 rmi-1: 막고 있는 것부터"
    assert "rmi-1" in embedded.text("card")
    assert frame.locator(".place.view svg").count() == 1
    play(embedded, "확인")
    assert "✔ 레벨 rmi-1: 해결했습니다." in embedded.text("card")
    assert embedded.violations() == []
    assert embedded.overflow() <= 0
    embedded.keep("embed-level-ko")
    frame.get_by_role("link", name="rmi-2").click()
    frame.wait_for_function("document.title.includes('rmi-2')")
    assert "rmi-2" in embedded.text("card")


def test_the_frame_gets_the_height_that_the_page_needs(embedded: Embedded) -> None:
    height = "document.querySelector('iframe').getBoundingClientRect().height"
    embedded.open("level=rmi-1")
    tall = embedded.page.evaluate(height)
    assert tall == pytest.approx(embedded.frame.evaluate(
        "document.documentElement.getBoundingClientRect().height"), abs=1)
    embedded.open("level=nothing")
    embedded.page.wait_for_function(f"{height} < {tall} / 2")


def test_a_link_to_what_was_typed_leads_there_again(embedded: Embedded) -> None:
    embedded.open("docker=pull%20busybox&view=space&lang=en")
    embedded.type("docker tag busybox mine:1")
    embedded.type("docker rmi nothing")
    embedded.frame.locator(".sharing > summary").click()
    link = embedded.frame.locator(".sharing textarea").first.input_value()
    embedded.frame.locator(".sharing").get_by_role("button", name="Copy").first.click()
    embedded.frame.locator(".sharing").get_by_role("button", name="Copied").wait_for()
    embedded.open("view=map")
    embedded.open(link.partition("#")[2])
    assert "mine:1" in embedded.text("view")
    assert "1 of 3" in embedded.text("notice")
    assert "No such image: nothing:latest" in embedded.text("notice")
    embedded.keep("embed-shared-en")


def test_a_hostile_link_is_told_in_words_and_nothing_else(embedded: Embedded) -> None:
    for link in (f"level={quote(EVIL)}", f"view={quote(EVIL)}", urlencode([
            ("docker", "run --name box busybox sh -c 'echo 1/0 > /x.py'"),
            ("docker", "cp box:/x.py /lib/python3.14/site-packages/imagelab/views/hub.py"),
            ("docker", EVIL), ("view", "layers"), ("of", EVIL)])):
        embedded.open(link)
        assert embedded.text("notice")
        assert embedded.frame.evaluate("window.hit") is None
        assert embedded.page.evaluate("window.hit") is None
        assert embedded.frame.locator("img, main script, main iframe").count() == 0
    assert "this is not allowed here" in embedded.text("notice")
    embedded.open("view=hub")
    assert embedded.frame.locator(".place.view svg").count() == 1


@stress
@pytest.mark.parametrize("width", [320, 700, 1200])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("name", "link"), [
    ("level", "level=rmi-1"),
    ("map", "lesson=04-rmi&docker=rmi%20commit_test:first&view=map&terminal=1"),
    ("timeline", "lesson=04-rmi&docker=rmi%20commit_test:second&view=timeline"),
    ("layers", "lesson=04-rmi&view=layers&of=commit_test:second"),
    ("compare", "lesson=04-rmi&view=compare&of=commit_test:first&of=commit_test:second"),
    ("predict", "lesson=04-rmi&view=predict&of=rmi%20commit_test:second"),
    ("plan", "lesson=04-rmi&view=plan&of=rmi%20commit_test:second"),
    ("sharing", "lesson=04-rmi&view=sharing"),
    ("refused", "level=nothing"),
])
def test_it_can_be_read_and_used_everywhere(
    embedded: Embedded, name: str, link: str, language: str, scheme: str, width: int,
) -> None:
    embedded.page.set_viewport_size({"width": width, "height": 900})
    embedded.page.emulate_media(color_scheme=scheme)
    try:
        embedded.open(f"{link}&lang={language}")
        for summary in embedded.frame.locator("#lab > details > summary").all():
            summary.click()
        assert embedded.violations() == []
        assert embedded.overflow() <= 0
        assert embedded.frame.evaluate("document.documentElement.lang") == language
        embedded.keep(f"embed-{name}-{language}-{scheme}-{width}")
    finally:
        embedded.page.emulate_media(color_scheme="light")
        embedded.page.set_viewport_size({"width": 1280, "height": 900})


@stress
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_page_stands_alone_in_each_language(browser: Any, site: Site, language: str) -> None:
    context = browser.new_context(locale={"ko": "ko-KR", "en": "en-GB"}[language])
    page = context.new_page()
    page.goto(f"{site.address}/embed/?level=start-1")  # mail programs may lose what is behind #
    page.wait_for_selector(".imagelab", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.lang") == language
    assert page.get_by_role("link").last.get_attribute("href") == "../"
    context.close()


@stress
def test_packages_that_cannot_be_loaded_are_told(browser: Any, site: Site) -> None:
    context = browser.new_context(locale="en")
    context.route("**/*.whl", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{site.address}/embed/index.html#level=rmi-1")
    page.wait_for_selector("#status.failed", timeout=PATIENCE)
    assert "could not be loaded" in page.get_by_role("status").inner_text()
    context.close()


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The page without the rest of the site."""
    folder = tmp_path_factory.mktemp("alone")
    shutil.copytree(ROOT / "imagelab/site/static/embed", folder / "embed")
    with served(folder) as site:
        yield site


@pytest.mark.parametrize(("language", "said"), [
    ("ko", "WebAssembly가 없거나"), ("en", "has no WebAssembly")])
def test_without_webassembly_it_says_so(
    browser: Any, alone: Site, language: str, said: str,
) -> None:
    context = browser.new_context(locale=language)
    context.add_init_script("delete globalThis.WebAssembly")
    page = context.new_page()
    page.goto(f"{alone.address}/embed/index.html#level=rmi-1")
    assert said in page.get_by_role("status").inner_text()
    context.close()


def test_opened_as_a_file_it_says_so(browser: Any, alone: Site) -> None:
    page = browser.new_page(locale="en")
    page.goto((alone.notebooks / "embed" / "index.html").as_uri())
    assert "opened as a file" in page.get_by_role("status").inner_text()
    page.close()


@pytest.mark.parametrize("missing", ["pyodide/runtime.mjs", "embed/page.mjs", "embed/worker.mjs"])
def test_what_cannot_be_loaded_is_told(browser: Any, alone: Site, missing: str) -> None:
    context = browser.new_context(locale="en")
    context.route(f"**/{missing}", lambda route: route.abort())
    page = context.new_page()
    page.goto(f"{alone.address}/embed/index.html#level=rmi-1")
    page.wait_for_selector("#status.failed")
    assert "could not be loaded" in page.get_by_role("status").inner_text()
    context.close()
