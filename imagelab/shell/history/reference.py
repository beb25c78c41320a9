"""One reference to the history, as in ``!make:1:h``: the event, the words of it, the modifiers."""

from __future__ import annotations

import re

from imagelab.shell.history.entries import MAX_TEXT, EventError, Events, TooLongError
from imagelab.shell.history.words import after_blanks, word_end, word_spans
from imagelab.shell.quoting import single_quoted

_MAX_DIGITS = 9

_NUMBER = re.compile(r"-?[0-9]+")
_SEARCH = re.compile(r"\?[^?\n]*\??")
_PREFIX = re.compile(r"-?[^ \t\n:;&()|<>^$*%-]*")
_PREFIX_IN_QUOTES = re.compile(r'-?[^ \t\n:;&()|<>^$*%"-]*')
_DESIGNATOR = re.compile(r":?[%*$^-]|:[0-9]")
_FIRST = re.compile(r"\^|[0-9]+")
_LAST = re.compile(r"\*|\^|-(?:[0-9]+|\$|\^)?|")
_BLANK = re.compile(r"[ \t\n]")
_AND = re.compile(r"\\?&")


class Reference:
    """A reference in a line.

    Attributes:
        end: the place after what was read of it.
        only_print: it has the modifier ``p``.
    """

    def __init__(self, history: Events, line: str, at: int, quoted: bool) -> None:
        self.end = at
        self.only_print = False
        self._history, self._remembered = history, history.remembered
        self._line, self._at, self._in_quotes = line, at, quoted
        self._designator = self._modifiers = at  # where these begin
        self._everywhere = False                 # for the next substitution
        self._by_word = False                    # for all substitutions to come
        self._quoting = ""                       # "q" or "x"

    def value(self) -> str:
        """Return what to put in the reference's place.

        Raises:
            EventError: there is no such event or word, or a modifier fails.
            TooLongError: the value is too long.
        """
        event = self._event()
        if event is None:
            raise self._error(self._at, "event not found")
        self._history.spend(len(event))
        self._designator = self.end
        text = self._words(event)
        self._modifiers = self.end
        while self._next() == ":":
            text = self._history.take(self._modified(text))
        if self._quoting == "x":
            return _BLANK.sub(r"'\g<0>'", single_quoted(text, "bash"))
        return single_quoted(text, "bash") if self._quoting else text

    def _next(self, ahead: int = 0) -> str:
        return self._line[self.end + ahead:self.end + ahead + 1]

    def _error(self, start: int, message: str) -> EventError:
        return EventError(f"{self._line[start:self.end]}: {message}")

    def _read(self, pattern: re.Pattern[str]) -> str:
        """Go past what a pattern finds here and return it; nothing if it finds nothing."""
        if found := pattern.match(self._line, self.end):
            self.end = found.end()
            return found[0]
        return ""

    def _event(self) -> str | None:
        self.end += 1
        sign = self._next()
        if sign and sign in ":$*%^":
            return self._history.back(1)
        if sign in ("!", "#"):
            self.end += 1
            return self._history.back(1) if sign == "!" else self._line[:self._at]
        if number := self._read(_NUMBER):
            value = _number(number.lstrip("-"))
            return self._history.back(value) if sign == "-" else self._history.numbered(value)
        if search := self._read(_SEARCH):
            return self._history.containing(search.strip("?"))
        return self._history.beginning(
            self._read(_PREFIX_IN_QUOTES if self._in_quotes else _PREFIX)
        )

    def _words(self, event: str) -> str:
        """Return the words of an event that a word designator names; all if there is none."""
        found = _DESIGNATOR.match(self._line, self.end)
        if not found:
            return event
        sign, self.end = found[0].lstrip(":"), found.end()
        if sign == "%":
            return self._remembered.match
        words = [event[start:end] for start, end in word_spans(event)]
        if sign == "*":
            return " ".join(words[1:])
        if sign == "$":
            return words[-1] if words else event
        self.end -= 1
        return " ".join(self._range(words))

    def _range(self, words: list[str]) -> list[str]:
        """Read a designator with a number, ``^`` or ``-``, and return the words it names."""
        first = _place(self._read(_FIRST) or "0")
        last = self._read(_LAST)
        if last in ("*", "-$"):
            end = len(words)
        elif last == "-":
            end = len(words) - 1
        else:
            end = (_place(last.lstrip("-")) if last else first) + 1
        # "2-1" names nothing, but "1-" of two words is a range without words.
        if first >= len(words) or end > len(words) or (end <= first and last != "-"):
            raise self._error(self._designator, "bad word specifier")
        return words[first:end]

    def _modified(self, text: str) -> str:
        """Apply the modifier that comes next."""
        if self._next(1) in ("g", "a", "G"):
            self._everywhere |= self._next(1) != "G"
            self._by_word |= self._next(1) == "G"
            self.end += 1
        sign = self._next(1)
        self.end += 2
        if sign == "&" or (sign == "s" and self._next()):
            if sign == "s":
                self._read_substitution()
            return self._substituted(text)
        if sign == "p":
            self.only_print = True
        elif sign in ("q", "x"):
            self._quoting = sign
        elif sign in _CUTS:
            return _CUTS[sign](text)
        elif sign != "s":
            raise self._error(self.end - 1, "unrecognized history modifier")
        return text

    def _read_substitution(self) -> None:
        """Read ``/old/new/`` and remember it."""
        kept, mark = self._remembered, self._next()
        self.end += 1
        kept.old = self._read_until(mark) or kept.old or kept.search
        new = self._read_until(mark)
        if len(kept.old) * new.count("&") > MAX_TEXT:
            raise TooLongError
        kept.new = _AND.sub(lambda found: "&" if found[0] == "\\&" else kept.old, new)

    def _read_until(self, mark: str) -> str:
        """Read up to a mark, or to the line's end. A backslash makes a mark part of the text."""
        end = start = self.end
        while end < len(self._line) and self._line[end] != mark:
            end += 2 if self._line.startswith("\\" + mark, end) else 1
        self.end = min(end + 1, len(self._line))
        return self._line[start:end].replace("\\" + mark, mark)

    def _substituted(self, text: str) -> str:
        old, new = self._remembered.old, self._remembered.new
        if not old:
            raise self._error(self._modifiers, "no previous substitution")
        if old not in text:
            raise self._error(self._modifiers, "substitution failed")
        if text.count(old) * len(new) > MAX_TEXT:
            raise TooLongError
        everywhere, self._everywhere = self._everywhere, False
        if self._by_word:
            return self._substituted_by_word(text, everywhere)
        return text.replace(old, new, -1 if everywhere else 1)

    def _substituted_by_word(self, text: str, everywhere: bool) -> str:
        """Replace the first place in each word.

        bash goes on behind where the word ended before it was changed. So a change of its length
        may hide the start of the next word, or leave a rest that counts as one more word.
        """
        old, new = self._remembered.old, self._remembered.new
        at = end = 0
        changed = False
        while at + len(old) <= len(text):
            if at > end:
                at = after_blanks(text, at)
                end = word_end(text, at) if at < len(text) else at
            found = text.find(old, at, end + len(old))
            if found >= 0:
                text = self._history.take(text[:found] + new + text[found + len(old):])
                changed = True
            at = found + len(new) if found >= 0 and everywhere else end + 1
        if not changed:
            raise self._error(self._modifiers, "substitution failed")
        return text


def _number(digits: str) -> int:
    """Return a number; one that is out of every history's reach if it has many digits."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _MAX_DIGITS else 10 ** _MAX_DIGITS


def _place(text: str) -> int:
    return 1 if text == "^" else _number(text)


def _head(text: str) -> str:
    return text[:text.rindex("/")] if "/" in text else text


def _tail(text: str) -> str:
    return text[text.rfind("/") + 1:]


def _root(text: str) -> str:
    return text[:text.rindex(".")] if "." in text else text


def _extension(text: str) -> str:
    return text[text.rindex("."):] if "." in text else text


_CUTS = {"h": _head, "t": _tail, "r": _root, "e": _extension}
