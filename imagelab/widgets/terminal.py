"""``lab.terminal()``: a docker prompt in the notebook."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Any

from imagelab.engine.progress import Progress
from imagelab.messages import text as message
from imagelab.terminal.prompt import Prompt
from imagelab.terminal.scrollback import Entry
from imagelab.views.html import EMPTY, Html, join, tag
from imagelab.views.progress import Board, html
from imagelab.views.terminal import card
from imagelab.widgets.pane import Pane
from imagelab.widgets.view import View

#: Lines of the scrollback that are drawn, and characters of a line that may be typed.
MOST_DRAWN = 400
MOST_TYPED = 10_000
_KEYS = "ArrowUp ArrowDown Escape Ctrl+c Ctrl+d Ctrl+l"


def terminal(prompt: Prompt, language: Callable[[], str]) -> View:
    """Return the view of a prompt."""
    still = card(prompt.screen.text(), language())
    return View(still, lambda: TerminalPane(prompt, language), prompt.daemon, language)


class TerminalPane(Pane):
    """A prompt, what stands above it, and what may be typed next."""

    def __init__(
        self, prompt: Prompt, language: Callable[[], str],
        clock: Callable[[], float] = time.monotonic, busy: str = "terminal.busy",
    ) -> None:
        """Show a prompt.

        Args:
            prompt: the session; several panes may show the same one.
            language: of the texts.
            clock: tells seconds.
            busy: key of what is said while a line is at work.
        """
        self._prompt = prompt
        self._language = language
        self._clock = clock
        self._busy = busy
        self._board = Board()
        self._text = ""  # what is to stand in the input line
        self._token = 0  # counts what was put there by others than the learner's keys
        self._found: tuple[str, ...] = ()
        self._front = ""  # what stands before the word that is completed
        self._rest = ""  # and behind it
        self._chosen = 0
        self._lets_tab_go = False
        self._is_leaving = False  # whether Ctrl-P was the last key

    # --- what is done ------------------------------------------------------------------------

    def act(self, action: str, value: Any) -> None:
        """See :meth:`Pane.act`."""
        if action == "line" and isinstance(value, dict):
            self._enter(_typed(value.get("line")))
        elif action == "key" and isinstance(value, list) and len(value) == 3:
            self._key(_typed(value[0]), _typed(value[1]), value[2])
        elif action == "typed" and isinstance(value, str):
            self._text = _typed(value)
            self._lets_tab_go = False
            self._found = ()
        elif action == "press" and isinstance(value, str):
            self._press(value, self._text)
        elif action == "choose" and isinstance(value, str) and value in self._found:
            self._take(value)

    def _enter(self, line: str) -> None:
        if self._found:
            self._take(self._found[self._chosen])
            return
        self._put("")
        self._work(lambda: self._prompt.submit(line, self._tell))

    def _key(self, key: str, text: str, caret: object) -> None:
        self._text = text
        if key == "Tab":
            self._tab(text, caret if isinstance(caret, int) and caret >= 0 else len(text))
        elif key == "Escape":
            self._found = ()
            self._lets_tab_go = True
        elif key in ("ArrowUp", "ArrowDown") and self._found:
            self._chosen = (self._chosen + (1 if key == "ArrowDown" else -1)) % len(self._found)
        elif key == "ArrowUp":
            self._put(self._prompt.history.older(text))
        elif key == "ArrowDown":
            self._put(self._prompt.history.newer(text))
        else:
            self._press(key, text)

    def _press(self, key: str, text: str) -> None:
        """Press a key of terminals, or a button that stands for it."""
        self._is_leaving, was_leaving = key == "Ctrl+p", self._is_leaving
        if key == "Ctrl+c":
            self._put("")
            self._work(lambda: self._prompt.interrupt(text, self._tell))
        elif key == "Ctrl+d" and not text:
            self._work(lambda: self._prompt.end_input(self._tell))
        elif key == "Ctrl+l":
            self._prompt.clear()
        elif key == "detach" or (key == "Ctrl+q" and was_leaving):
            self._put("")
            self._work(lambda: self._prompt.detach(self._tell))

    def _tab(self, text: str, caret: int) -> None:
        """Complete the word at the cursor, or go to the next word that is offered."""
        if self._found:
            self._chosen = (self._chosen + 1) % len(self._found)
            return
        if not text:
            self._lets_tab_go = True  # the next one leaves the input line
            return
        done = self._prompt.complete(text[:caret])
        self._front, self._rest = text[: done.start], text[caret:]
        if len(done.found) == 1:
            self._take(done.found[0])
        elif done.found:
            self._put(f"{self._front}{done.common}{self._rest}")
            self._found, self._chosen = done.found, 0

    def _take(self, word: str) -> None:
        end = "" if word.endswith(("/", ":", "=")) or self._rest.startswith(" ") else " "
        self._put(f"{self._front}{word}{end}{self._rest}")

    def _put(self, text: str) -> None:
        """Have a text stand in the input line."""
        self._text, self._found, self._lets_tab_go = text, (), False
        self._token += 1

    # --- work that takes its time --------------------------------------------------------------

    def _work(self, run: Callable[[], object]) -> None:
        self._board.begin(self._clock())
        self._prompt.seen = self._show
        try:
            run()
        finally:
            self._board.end()
            self._prompt.seen = lambda: None

    def _tell(self, told: Progress) -> None:
        if self._board.take(told):
            self._show()

    def _show(self) -> None:
        """Show how far the work is, if that was not shown just now."""
        if self._board.is_due(self._clock()):
            self.push()

    # --- drawing -----------------------------------------------------------------------------

    def draw(self) -> Mapping[str, Html]:
        """See :meth:`Pane.draw`."""
        return {"head": self._head(), "main": self._log(), "foot": self._foot()}

    def _say(self, key: str, **values: object) -> str:
        return message(f"terminal.{key}", self._language(), **values)

    def _head(self) -> Html:
        return join(tag("h3", self._say("title")), tag("p", self._say("about"), class_="il-muted"))

    def _log(self) -> Html:
        screen = self._prompt.screen
        room, shown = MOST_DRAWN, []
        for entry in reversed(screen.entries):
            if room <= 0:
                break
            shown.append(_entry(entry, room))
            room -= entry.height
        hidden = screen.dropped + sum(entry.height for entry in screen.entries) - MOST_DRAWN
        more = tag("p", self._say("earlier", count=hidden), class_="il-muted") if hidden > 0 else ""
        if not screen.entries:
            more = tag("p", self._say("empty"), class_="il-muted")
        last = screen.entries[-1] if screen.entries else None
        rest = self._prompt.rest
        return tag(
            "div", more, reversed(shown), tag("pre", rest) if rest else "",
            id="log", class_="il-term-log", role="log", aria_live="polite", tabindex="0",
            aria_label=self._say("log"),
            data_scroll_end=f"{last.number}-{last.height}-{len(rest)}" if last else "0")

    def _foot(self) -> Html:
        busy = self._board.is_busy
        return join(
            self._ended(), self._bars() if busy else EMPTY, self._line(), self._offered(),
            self._buttons())

    def _ended(self) -> Html:
        if not self._prompt.has_ended:
            return EMPTY
        return tag("p", self._say("ended"), class_="il-note", role="status")

    def _bars(self) -> Html:
        pieces = list(self._board.pieces.values())
        return tag("div", html(pieces, self._language()) if pieces else "",
                   tag("p", message(self._busy, self._language()), class_="il-muted"),
                   role="status")

    def _line(self) -> Html:
        keys = _KEYS if self._lets_tab_go else f"{_KEYS} Tab"
        if self._prompt.held is not None:
            keys += " Ctrl+p Ctrl+q"
        chosen = f"offer-{self._chosen}" if self._found else None
        prompt = self._prompt.text
        field = tag(
            "input", type="password" if self._prompt.is_secret else "text", name="line", id="line",
            class_="il-input", value=self._text, maxlength=str(MOST_TYPED), autocomplete="off",
            autocapitalize="off", spellcheck="false", role="combobox",
            aria_label=self._say("line", prompt=prompt.strip()), aria_describedby="keys",
            aria_expanded="true" if self._found else "false", aria_controls="offered",
            aria_autocomplete="list", aria_activedescendant=chosen, data_keys=keys,
            data_key_action="key", data_input="typed", data_reset=str(self._token),
            data_focus=str(self._token))
        return tag(
            "form", tag("label", prompt, for_="line", class_="il-term-prompt"), field,
            tag("button", self._say("enter"), type="submit", class_="il-button il-primary"),
            id="form", class_="il-term-line", data_submit="line")

    def _offered(self) -> Html:
        options = (
            tag("span", word, role="option", id=f"offer-{number}", data_click="choose",
                data_value=word,
                aria_selected="true" if number == self._chosen else "false")
            for number, word in enumerate(self._found))
        return tag("div", options, id="offered", role="listbox", class_="il-term-offered",
                   aria_label=self._say("offered"))

    def _buttons(self) -> Html:
        held = self._prompt.held is not None
        return join(
            tag("p", self._say("choosing" if self._found else "keys"), id="keys",
                class_="il-muted"),
            tag("div",
                _button("Ctrl+c", self._say("interrupt")),
                _button("Ctrl+d", self._say("end_input")),
                _button("detach", self._say("detach")) if held else "",
                _button("Ctrl+l", self._say("clear")), class_="il-row"))


def _button(key: str, label: str) -> Html:
    return tag("button", label, type="button", id=f"press-{key.lower().replace('+', '-')}",
               class_="il-button", data_click="press", data_value=key)


def _entry(entry: Entry, room: int) -> Html:
    """Return a line with its output, of which the newest lines count."""
    lines = entry.lines[-max(1, room - 1):]
    typed = entry.prompt + entry.typed
    return tag("div",
               tag("pre", tag("span", entry.prompt, class_="il-term-prompt"),
                   tag("span", entry.typed, class_="il-term-typed")) if typed else "",
               _streams(lines), id=f"entry-{entry.number}")


def _streams(lines: list[tuple[int, str]]) -> Iterator[Html]:
    for stream, found in groupby(lines, key=lambda line: line[0]):
        text = "\n".join(text for _, text in found)
        yield tag("pre", text, class_="il-term-error" if stream == 2 else None)


def _typed(value: object) -> str:
    """Return what a browser says was typed, as far as it can be: one line or more."""
    text = value[:MOST_TYPED] if isinstance(value, str) else ""
    return text.encode("utf-8", "replace").decode().replace("\0", "")
