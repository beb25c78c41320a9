"""The first page of a site: plain HTML, there at once, with ways to lessons and levels."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any
from urllib.parse import quote

from imagelab.course.levels.library import own
from imagelab.course.markup import as_html
from imagelab.course.notebooks import START
from imagelab.messages import text
from imagelab.site.contents import title
from imagelab.site.lite import ICON
from imagelab.views.html import EMPTY, Html, join, raw, tag

#: JupyterLite's pages look for this in the folder above theirs: it is where the site begins.
_LITE = tag("script", raw("{}"), id="jupyter-config-data", type="application/json",
            data_jupyter_lite_root=".")


def start_page(languages: Sequence[str], lessons: Collection[str]) -> str:
    """Return the page: a part for each language, the first one on top."""
    style = (files(__package__) / "static/start.css").read_text("utf-8")
    page = tag(
        "html",
        tag("head", tag("meta", charset="utf-8"),
            tag("meta", name_="viewport", content="width=device-width, initial-scale=1"),
            tag("link", rel="icon", href=ICON),
            tag("title", "imagelab"), tag("style", raw(style)), _LITE),
        tag("body", tag("main", [_part(each, lessons) for each in languages])),
        lang=languages[0])
    return f"<!doctype html>\n{page}\n"


def _part(language: str, lessons: Collection[str]) -> Html:
    def say(key: str) -> str:
        return text(f"site.{key}", language)

    return tag(
        "section",
        tag("h1", say("title")), tag("p", say("about")),
        tag("p", tag("a", say("open"), href=_lab(START), class_="open")),
        tag("h2", say("lessons")), tag("ul", [
            tag("li", tag("a", title(language, each), href=_lab(f"{language}/{each}.ipynb")))
            for each in lessons]),
        _levels(language, lessons),
        tag("p", as_html(say("kept")), class_="kept"),
        lang=language)


def _lab(path: str) -> str:
    return f"lab/index.html?path={quote(path)}"


def _levels(language: str, lessons: Collection[str]) -> Html:
    """Return links to the levels, each on a page of its own, by lesson."""
    found = [data for data in own().values() if data["lesson"] in lessons]
    if not found:
        return EMPTY
    groups = groupby(found, lambda data: data["lesson"])
    return join(
        tag("h2", text("site.levels", language)), tag("p", text("site.levels_about", language)),
        [tag("details", tag("summary", title(language, lesson)),
             tag("ul", [_level(language, data) for data in levels]))
         for lesson, levels in groups])


def _level(language: str, data: Any) -> Html:
    link = f"embed/index.html#level={quote(data['id'])}&lang={language}"
    return tag("li", tag("a", tag("code", data["id"]), " ", data[language]["title"], href=link))
