"""What runs beside the page, in its worker: it reads the link, and keeps the panes up to date.

Both talk in JSON. The page begins with ``{"open": {link, language, address}}`` and gets
``{"open": [{name, fold, state}, …], script, style, language, title}``; from then on what panes and
the front end (``widgets/js``) tell each other goes as ``{"pane": name, "content": …}`` one way and
``{"pane": name, "state": …}`` the other.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from imagelab.course.levels import words
from imagelab.daemon import Daemon
from imagelab.embed.links import LinkError, read
from imagelab.embed.panes import Placed, placed, refused
from imagelab.embed.start import Begun, begin
from imagelab.messages import languages, text
from imagelab.widgets.assets import script, style
from imagelab.widgets.shown import Shown

#: Characters of an address that a page says it has.
_LONGEST_ADDRESS = 2_000


class Session:
    """One page and its lab."""

    def __init__(self, post: Callable[[str], object], folder: Path) -> None:
        """Wait for the page's first message.

        Args:
            post: takes a message for the page.
            folder: a folder for the lab's files; it is emptied whenever a link is opened.
        """
        self._post = post
        self._folder = folder
        self._panes: dict[str, _Sent] = {}
        self._due: list[Callable[[], None]] = []

    def receive(self, data: str) -> None:
        """Take a message of the page.

        Raises:
            ValueError: it is no JSON.
        """
        content = json.loads(data)
        if not isinstance(content, dict):
            return
        if isinstance(content.get("open"), dict):
            self._open(**{name: str(content["open"].get(name, ""))
                          for name in ("link", "language", "address")})
        pane = self._panes.get(str(content.get("pane")))
        try:
            if pane is not None:
                pane.shown.receive(content.get("content"))
        finally:
            self._catch_up()

    def _open(self, link: str, language: str, address: str) -> None:
        """Make the lab that a link asks for, and show it in place of the last one."""
        language = language if language in languages else "en"
        for each in self._panes.values():
            each.shown.forget()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        daemon, title = Daemon(), text("embed.title", language)
        try:
            situation = read(link)
            begun = begin(situation, self._folder, language)
        except LinkError as error:
            found = refused(error.said(language))
        except OSError as error:
            found = refused(words.no_files(error, language))
        else:
            daemon, title = begun.lab.daemon, _title(begun)
            found = placed(situation, begun, address[:_LONGEST_ADDRESS])
        self._panes = {each.name: self._sent(each, daemon, language) for each in found}
        self._send({
            "open": [{"name": each.name, "fold": each.fold, "state": self._panes[each.name].first()}
                     for each in found],
            "script": script(), "style": style(), "language": language, "title": title})

    def _sent(self, each: Placed, daemon: Daemon, language: str) -> _Sent:
        def send(state: Mapping[str, object]) -> None:
            self._send({"pane": each.name, "state": state})

        return _Sent(each, daemon, language, send, self._due.append)

    def _send(self, content: Mapping[str, Any]) -> None:
        # A browser cannot be sent halves of characters, which names of files may have.
        data = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace").decode()
        self._post(data)

    def _catch_up(self) -> None:
        """Draw what steps have changed."""
        while self._due:
            self._due.pop(0)()


class _Sent:
    """A pane, and what of it the page has.

    Attributes:
        shown: draws it, and takes the page's messages.
    """

    def __init__(
        self, place: Placed, daemon: Daemon, language: str,
        send: Callable[[Mapping[str, object]], object],
        later: Callable[[Callable[[], None]], object],
    ) -> None:
        self._send = send
        self._known: dict[str, str] = {}
        self._gone = text("embed.gone", language)
        self.shown = Shown(place.pane, daemon, lambda: language, tell=self._tell,
                           answer=lambda number: send({"done": number}), later=later)

    def first(self) -> dict[str, object]:
        """Return all that a page needs to begin with."""
        self._known = self.shown.texts()
        return {**self._known, "gone": self._gone, "done": 0}

    def _tell(self, texts: Mapping[str, str]) -> None:
        changed = {name: value for name, value in texts.items()
                   if self._known.get(name) != value}
        self._known.update(changed)
        if changed:
            self._send(changed)


def _title(begun: Begun) -> str:
    lab = begun.lab
    if lab.play is None:
        return text("embed.title", lab.language)
    return words.title(lab.play.level, lab.language)
