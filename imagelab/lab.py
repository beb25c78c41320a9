"""The lab a notebook holds: docker command lines, the journal, time travel, views."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from imagelab.daemon import Daemon
from imagelab.daemon.clock import Clock, Ids, RandomIds, SystemClock
from imagelab.daemon.outside import Outside
from imagelab.docker.io import Io
from imagelab.docker.main import execute
from imagelab.messages import languages
from imagelab.model.page import of_page
from imagelab.storage.credentials import FILE, Credentials
from imagelab.storage.errors import StorageError

if TYPE_CHECKING:
    from imagelab.api.server import Serving
    from imagelab.course.levels.play import Play
    from imagelab.course.saved_lab import SavedLab
    from imagelab.course.why.shown import Why
    from imagelab.daemon.journal import Journal, Step
    from imagelab.model.state import State
    from imagelab.registry.fetch import Download
    from imagelab.terminal.prompt import Prompt
    from imagelab.terminal.session import Terminal
    from imagelab.views.frames import Frames
    from imagelab.widgets.predict import Prediction
    from imagelab.widgets.show import Show
    from imagelab.widgets.view import View

#: Which registries names with a host mean.
Registries = Literal["simulated", "real"]
_UNQUOTED = re.compile(r"[A-Za-z0-9_./:@=,\- ]*")


@dataclass(frozen=True, repr=False)
class Result:
    """What a docker command line printed.

    Attributes:
        exit_code: 0 when all went well.
        stdout_bytes: standard output as it came.
        stderr_bytes: standard error as it came.
    """

    exit_code: int
    stdout_bytes: bytes
    stderr_bytes: bytes

    @property
    def stdout(self) -> str:
        """Standard output as text."""
        return self.stdout_bytes.decode("utf-8", "replace")

    @property
    def stderr(self) -> str:
        """Standard error as text."""
        return self.stderr_bytes.decode("utf-8", "replace")

    def __repr__(self) -> str:
        """Return exit code, output and errors as text."""
        return f"Result({self.exit_code}, stdout={self.stdout!r}, stderr={self.stderr!r})"

    def show(self) -> None:
        """Print what the command printed, and how it ended if not well."""
        print(self.stdout, end="", flush=True)
        code = f"[exit code {self.exit_code}]\n" if self.exit_code else ""
        print(self.stderr + code, end="", file=sys.stderr, flush=True)


class Lab:
    """A lab: a daemon of its own and all that a learner does with it.

    Attributes:
        daemon: its engine room.
        language: ``ko`` or ``en``, for the lab's own texts; Docker's are never translated.
        lesson: the lesson that it is the start of; empty for none.
        hints_seen: keys of the hints that its learner has been shown.
        play: the level being played in it, if there is one.
    """

    def __init__(
        self, *, clock: Clock | None = None, ids: Ids | None = None, language: str = "",
        daemon: Daemon | None = None, lesson: str = "", registries: Registries = "simulated",
        fetch_urls: bool = False,
    ) -> None:
        """Make an empty lab that is not kept.

        Args:
            clock: where time comes from; the lessons' clock, the same on every run, if left out.
            ids: where container IDs come from; the same on every run if left out.
            language: see the attribute; :func:`default_language` if left out.
            daemon: take this one instead of a new one.
            lesson: see the attribute.
            registries: ``real`` to have names with a registry's host mean that registry; the Hub
                and registries that run in the lab's containers stay the simulated ones.
            fetch_urls: whether ``ADD`` and ``docker import`` may fetch URLs of the public
                internet. Whoever wrote a Dockerfile names those, so this is a permission apart.
        """
        self.daemon = daemon or Daemon(
            clock=clock, ids=ids, outside=_outside(registries, fetch_urls, None))
        self.language = language or default_language()
        self.lesson = lesson
        self.hints_seen: set[str] = set()
        self.play: Play | None = None

    @classmethod
    def open(
        cls, folder: Path | str, *, language: str = "", registries: Registries = "simulated",
        fetch_urls: bool = False,
    ) -> Lab:
        """Open a lab kept in a folder, or make one there, on the system's clock.

        The arguments are those of a new lab. Passwords of real registries are kept in the folder
        too, in a file of their own that only its owner can read.

        Raises:
            StorageError: the folder cannot be used.
        """
        from imagelab.storage.store import Store

        folder = _kept(folder)
        daemon = Daemon(
            clock=SystemClock(), ids=RandomIds(), store=Store.open(folder),
            outside=_outside(registries, fetch_urls, folder))
        return cls(daemon=daemon, language=language)

    @classmethod
    def start(cls, lesson: str, *, language: str = "") -> Lab:
        """Return the known start of a lesson, ``01-commit`` for one.

        Raises:
            ValueError: there is no such lesson.
        """
        from imagelab.course.lessons import start

        return cls(daemon=start(lesson), language=language, lesson=lesson)

    @classmethod
    def level(
        cls, name: str, *, language: str = "", seed: int = 0, folder: Path | None = None,
    ) -> Lab:
        """Return the start of a level, in which it is played; ``%level`` does so.

        Args:
            name: the level's ID, or the path of its file.
            language: see the attribute.
            seed: which of its variants; neighbours get others.
            folder: where its files are put; the current one if left out.

        Raises:
            LevelError: there is no such level.
            OSError: its files cannot be written.
        """
        from imagelab.course.levels.library import find
        from imagelab.course.levels.play import Play

        play = Play.start(find(name, seed), folder or Path.cwd())
        lab = cls(daemon=play.daemon, language=language, lesson=play.level.lesson)
        lab.play = play
        return lab

    @classmethod
    def from_file(cls, path: Path | str) -> Lab:
        """Return the lab that :meth:`save_to` wrote, with its journal and the level played in it.

        Anybody may have written the file: it is checked and bounded.

        Raises:
            StorageError: it is no such file, or a damaged one.
        """
        from imagelab.course.saved_lab import load

        try:
            with open(path, "rb") as file:
                return cls.of(load(file, Path.cwd()))
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror or error}") from error

    @classmethod
    def of(cls, saved: SavedLab) -> Lab:
        """Return a lab that was saved."""
        lab = cls(daemon=saved.daemon, language=saved.language, lesson=saved.lesson)
        lab.play = saved.play
        return lab

    def save_to(self, path: Path | str) -> None:
        """Write the whole lab into one file: all steps with their states, and what is in them.

        Raises:
            StorageError: it cannot be written.
        """
        from imagelab.course.saved_lab import SavedLab, save

        save(SavedLab(self.daemon, self.language, self.lesson, self.play), Path(path))

    def __repr__(self) -> str:
        """Return what is in it and where it stands."""
        state, journal = self.state, self.journal
        return (f"<Lab: {len(state.images)} images, {len(state.containers)} containers, "
                f"{journal.current!r}>")

    def docker(
        self, line: str | Sequence[str], stdin: str | bytes = "", *, folder: Path | None = None,
    ) -> Result:
        """Run one docker command line; a failed command raises nothing.

        Args:
            line: what follows ``docker``, quoted as for a shell, or its words.
            stdin: standard input.
            folder: the folder that file names start from; the current one if left out.
        """
        try:
            words = _split(line) if isinstance(line, str) else list(line)
        except ValueError as error:
            return Result(2, b"", f"docker: {error}: close the quote and try again\n".encode())
        out, err = bytearray(), bytearray()
        data = stdin.encode() if isinstance(stdin, str) else stdin
        io = Io(out.extend, err.extend, BytesIO(data), folder=folder or Path.cwd())
        code = execute(self.daemon, words, io)
        return Result(code, bytes(out), bytes(err))

    @cached_property
    def shell(self) -> Terminal:
        """A shell in the current folder whose ``docker`` is this lab's; ``%%lab`` types here."""
        from imagelab.terminal.session import Terminal

        return Terminal(self.daemon, Path.cwd())

    def serve(self, host: str = "") -> Serving:
        """Serve the lab to docker clients, until what this returns is stopped or Python ends.

        It goes on in a thread of its own, so clients are answered while a cell runs, and while
        none does. What is returned shows the line that makes a terminal's clients use the lab.

        Args:
            host: where, as ``unix:///path`` or ``tcp://127.0.0.1:PORT``; a new socket, in a
                folder that only the user can enter, if left out.

        Raises:
            EngineError: it cannot be served there, or what that needs is not installed.
        """
        from imagelab.api.listening import check_installed, listen, listen_alone

        check_installed()
        from imagelab.api.server import Serving

        return Serving(self.daemon, listen(host) if host else listen_alone())

    def why(self, step: int | None = None) -> Why:
        """Return an explanation of why a docker command failed.

        Args:
            step: its number in the journal; the step that the lab stands at if left out.

        Raises:
            ValueError: there is no such step.
        """
        from imagelab.course.why.shown import why

        return why(self.daemon.typed, step, self.language)

    # --- time ------------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The lab as a value, now."""
        return self.daemon.state

    @property
    def journal(self) -> Journal:
        """All commands so far, each with the states before and after it."""
        return self.daemon.journal

    def undo(self) -> Step:
        """Take back the last command and return its step.

        Raises:
            EngineError: there is nothing to take back.
        """
        return self.daemon.undo()

    def redo(self) -> Step:
        """Do again what was taken back last and return its step.

        Raises:
            EngineError: there is nothing to do again.
        """
        return self.daemon.redo()

    def at(self, step: int | Step) -> Lab:
        """Return another lab, a copy of this one as it was after a step; 0 is the beginning.

        Whatever is done there leaves this one as it is.

        Raises:
            EngineError: there is no such step.
        """
        index = step if isinstance(step, int) else step.index
        if index < 0:
            index += len(self.journal.rows)
        return Lab(daemon=self.daemon.fork(index), language=self.language, lesson=self.lesson)

    # --- views -----------------------------------------------------------------------------

    @property
    def show(self) -> Show:
        """Pictures of the lab, each with a text twin."""
        from imagelab.widgets.show import Show

        return Show(self.daemon, lambda: self.language)

    def predict(self, line: str) -> Prediction:
        """Return questions about what a docker command that deletes will do, to be answered.

        Args:
            line: the command line, with or without ``docker`` in front.

        Raises:
            ValueError: it is no such command.
        """
        from imagelab.widgets.predict import Prediction

        return Prediction(self.daemon, lambda: self.language, line)

    def terminal(self) -> View:
        """Return a docker prompt: one for the lab, wherever it is shown.

        It stands in the folder that was current the first time. Outside a running notebook it is
        a picture of what was typed and printed so far.
        """
        from imagelab.widgets.terminal import terminal

        return terminal(self._prompt, lambda: self.language)

    @cached_property
    def _prompt(self) -> Prompt:
        from imagelab.terminal.prompt import Prompt

        return Prompt(self.daemon, Path.cwd())

    @property
    def frames(self) -> Frames:
        """Tables of the lab as pandas DataFrames; small tables of our own where it is missing."""
        from imagelab.views.frames import Frames

        return Frames(self.daemon, lambda: self.language)


def _kept(folder: Path | str) -> Path:
    """Return where a kept lab is; in a page without a server, below what the browser stores."""
    return Path(of_page("kept") or "", folder)


def _split(line: str) -> list[str]:
    """Split a line as a shell does; shlex reads letter by letter, which few lines need.

    Raises:
        ValueError: a quote is not closed.
    """
    return line.split() if _UNQUOTED.fullmatch(line) else shlex.split(line)


def _outside(registries: Registries, fetch_urls: bool, folder: Path | None) -> Outside:
    """Return what a lab may reach; with the folder that it is kept in, if it is.

    Raises:
        ValueError: there is no such kind of registries.
    """
    if registries not in ("simulated", "real"):
        raise ValueError(f"registries are 'simulated' or 'real', not {registries!r}")
    credentials = None
    if registries == "real":
        credentials = Credentials(folder / FILE if folder else None)
    return Outside(credentials, _fetch if fetch_urls else None)


def _fetch(url: str) -> Download:
    from imagelab.registry.fetch import fetch

    return fetch(url)


def default_language() -> str:
    """Return the language of ``IMAGELAB_LANG``, else that of the notebook's folder, else English.

    Notebooks run in their own folder, and lessons lie in ``ko`` and ``en``. A page without a server
    that has no folders goes by the browser's language.
    """
    wishes = (os.environ.get("IMAGELAB_LANG", ""), Path.cwd().name, of_page("language"))
    return next((wish for wish in wishes if wish in languages), "en")


class _Current:
    """Holds the lab that magics use, and who wants to know which it is."""

    lab: Lab | None = None
    told: Callable[[Lab], object] | None = None


def current() -> Lab:
    """Return the lab that magics use; the first call makes one."""
    if _Current.lab is None:
        use(Lab())
    assert _Current.lab is not None, "made just now"
    return _Current.lab


def use(lab: Lab) -> Lab:
    """Make a lab the one that magics use, and return it."""
    _Current.lab = lab
    if _Current.told is not None:
        _Current.told(lab)
    return lab


def follow(told: Callable[[Lab], object]) -> None:
    """Have a function told of the lab that magics use: at once, if there is one, and of others."""
    _Current.told = told
    if _Current.lab is not None:
        told(_Current.lab)
