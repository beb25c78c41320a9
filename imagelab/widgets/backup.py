"""``%backup``: buttons that save the whole lab into a file and bring it back."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.storage.errors import StorageError
from imagelab.views.grid import Grid, picture
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

#: Bytes that a page can be given at once (Jupyter drops more than a few million), and take.
MOST_LINKED, MOST_TAKEN = 1_500_000, 64 << 20
#: Files that are offered.
_MOST_OFFERED = 12


@dataclass(frozen=True)
class Place:
    """Where labs are saved and found.

    Attributes:
        save: saves the lab and returns the file.
        saved: lists the files that are there, the newest first.
        restore: has the lab of a file take the place of the current one, and returns the level
            that is played in it; nothing for none.
        suffix: what the files' names end with.
    """

    save: Callable[[], Path]
    saved: Callable[[], Sequence[Path]]
    restore: Callable[[BinaryIO], str]
    suffix: str


def backup(place: Place, daemon: Daemon, language: Callable[[], str]) -> View:
    """Return the view of a place."""
    found = language()
    still = picture(
        Grid(message("backup.title", found), (), (message("backup.about", found),)), found)
    return View(still, lambda: BackupPane(place, language), daemon, language)


class BackupPane(Pane):
    """A button to save, and files to restore."""

    def __init__(self, place: Place, language: Callable[[], str]) -> None:
        """Save to a place and restore from it, in a language."""
        self._place, self._language = place, language
        self._saved: Path | None = None
        self._said = ""
        self._taken = bytearray()

    # --- what is done ------------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """See :meth:`Pane.act`."""
        if action == "save":
            self._try(self._save)
        elif action == "restore" and isinstance(value, str):
            path = next((each for each in self._offered() if each.name == value), None)
            if path is not None:
                self._try(lambda: self._restore(path.name, path.read_bytes()))
        elif action == "take" and isinstance(value, dict):
            self._take(value)

    def _try(self, run: Callable[[], None]) -> None:
        self._said, self._saved = "", None
        try:
            run()
        except (StorageError, OSError) as error:
            self._said = self._say("failed", reason=error)

    def _save(self) -> None:
        self._saved = self._place.save()
        self._said = self._say("saved", file=self._saved.name)

    def _restore(self, name: str, data: bytes) -> None:
        level = self._place.restore(BytesIO(data))
        key = "restored_level" if level else "restored"
        self._said = self._say(key, file=name, level=level)

    def _take(self, piece: dict[str, Any]) -> None:
        """Take a piece of a file out of the browser; the last one restores it."""
        name, size, at, data = (piece.get(key) for key in ("name", "size", "at", "data"))
        if not (isinstance(name, str) and type(size) is int and isinstance(data, str)):
            return
        if size > MOST_TAKEN:
            self._said = self._say("too_large", most=MOST_TAKEN >> 20)
            return
        if at == 0:
            self._taken.clear()
        if at != len(self._taken):
            return
        try:
            self._taken += base64.b64decode(data, validate=True)
        except (ValueError, binascii.Error):
            return
        if len(self._taken) >= size:
            whole = bytes(self._taken)
            self._taken.clear()
            self._try(lambda: self._restore(name[:200], whole))

    def _offered(self) -> Sequence[Path]:
        return self._place.saved()[:_MOST_OFFERED]

    # --- drawing -----------------------------------------------------------------------------

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        return {"head": self._head(), "main": join(self._saving(), self._restoring())}

    def _say(self, key: str, **values: object) -> str:
        return message(f"backup.{key}", self._language(), **values)

    def _head(self) -> Html:
        said = tag("p", self._said, class_="il-note", role="status", id="said")
        return join(tag("h3", self._say("title")), tag("p", self._say("about"), class_="il-muted"),
                    said if self._said else EMPTY)

    def _saving(self) -> Html:
        button = tag("button", self._say("save"), type="button", id="save",
                     class_="il-button il-primary", data_click="save")
        return tag("div", button, self._link(), class_="il-row")

    def _link(self) -> Html:
        """Return what brings a file that was just saved to the learner's machine."""
        if self._saved is None:
            return EMPTY
        try:
            data = self._saved.read_bytes()
        except OSError:
            return EMPTY
        if len(data) > MOST_LINKED:
            return tag("span", self._say("large", file=self._saved.name), class_="il-muted")
        address = f"data:application/zip;base64,{base64.b64encode(data).decode()}"
        return tag("a", self._say("download", file=self._saved.name), href=address, id="download",
                   download=self._saved.name)

    def _restoring(self) -> Html:
        buttons = [
            tag("button", self._say("restore", file=each.name), type="button",
                id=f"restore-{number}", class_="il-button", data_click="restore",
                data_value=each.name)
            for number, each in enumerate(self._offered())]
        upload = tag("label", self._say("upload"), " ", tag(
            "input", type="file", id="upload", accept=self._place.suffix, data_file="take"),
            for_="upload")
        return join(tag("h4", self._say("back")), tag("p", self._say("warning"), class_="il-muted"),
                    tag("div", buttons, class_="il-row") if buttons else EMPTY,
                    tag("p", upload))
