"""The terminal's door: ``imagelab docker``, ``imagelab lab``, ``imagelab undo`` and more."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from imagelab import __version__
from imagelab.course.levels.errors import LevelError
from imagelab.lab import Lab, default_language
from imagelab.messages import languages
from imagelab.model.outcome import EngineError
from imagelab.storage.errors import Damaged, InUse, StorageError

if TYPE_CHECKING:
    import argparse
    from types import ModuleType

    from imagelab.lab import Registries
    from imagelab.views.terminal_bars import TerminalBars


def home() -> Path:
    """Return the folder of the terminal's lab: ``IMAGELAB_HOME``, else ``~/.imagelab``."""
    return Path(os.environ.get("IMAGELAB_HOME") or Path.home() / ".imagelab").absolute()


def _open(
    folder: Path, *, registries: Registries = "simulated", fetch_urls: bool = False,
) -> Lab:
    """Open a kept lab.

    Raises:
        StorageError: the folder cannot be used; the message says how to name another one.
    """
    try:
        return Lab.open(folder, registries=registries, fetch_urls=fetch_urls)
    except (InUse, Damaged):
        raise
    except StorageError as error:
        way = "IMAGELAB_HOME names another folder" if folder == home() else "give another folder"
        raise StorageError(f"{error}; {way}") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words and words[0] == "docker":
            return _docker(words[1:])
        if words and words[0] == "lab":
            return _lab(words[1:])
        options = _parser().parse_args(words)
        return int(options.run(options))
    except Damaged as error:
        print(f"imagelab: {error}; `imagelab doctor` says more", file=sys.stderr)
        return 1
    except (EngineError, StorageError, LevelError) as error:
        print(f"imagelab: {error}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        if error.filename is None and not _is_somewhere():
            print("imagelab: the current folder is gone: change to one that is there",
                  file=sys.stderr)
            return 1
        raise
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not complain while it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


def _is_somewhere() -> bool:
    """Whether the folder that the terminal stands in is still there."""
    try:
        return bool(Path.cwd())
    except FileNotFoundError:
        return False


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="imagelab", description="Take Docker images apart without Docker.")
    parser.add_argument("--version", action="version", version=f"imagelab {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser(
        "docker", help="run a docker command in the terminal's lab; before it may stand "
        "--registries real, to use real registries, and --fetch-urls, to let it fetch URLs")
    commands.add_parser(
        "lab", help="open JupyterLab on the lessons, in a folder that may follow: they are copied "
        "to it, and work that is there stays; then JupyterLab's options")
    for name, run, about in (
        ("undo", _undo, "take back the last docker command"),
        ("redo", _redo, "do again what was taken back last"),
        ("journal", _journal, "list the docker commands so far"),
    ):
        commands.add_parser(name, help=about).set_defaults(run=run)
    serve = commands.add_parser(
        "serve", help="serve the terminal's lab to docker clients, until Ctrl-C")
    serve.add_argument(
        "--host", default="", metavar="unix:///PATH | tcp://127.0.0.1:PORT",
        help="where; a socket in the lab's folder if left out")
    serve.set_defaults(run=_serve)
    doctor = commands.add_parser(
        "doctor", help="verify every digest and reference of the terminal's lab")
    doctor.add_argument(
        "--repair", action="store_true", help="mend what can be; what cannot be is kept apart")
    doctor.set_defaults(run=lambda options: _upkeep().doctor(
        _lab_of(options), default_language(), repair=options.repair))
    collect = commands.add_parser(
        "gc", help="free what no image, container or undo step of the terminal's lab needs")
    collect.add_argument(
        "--forget", action="store_true",
        help="first forget all steps: none of those so far can be undone then")
    collect.set_defaults(run=lambda options: _upkeep().collect(
        _lab_of(options), default_language(), forget=options.forget))
    for each in (serve, doctor, collect):
        each.add_argument("--lab", default="", metavar="FOLDER", help="another lab")
    _add_levels(commands.add_parser("levels", help="list, try, verify and write exercises"))
    _add_assignment(commands.add_parser(
        "assignment", help="write the lessons as an nbgrader course"))
    _add_site(commands.add_parser(
        "site", help="write the course as a folder for any web server: it runs in the browser"))
    grade = commands.add_parser(
        "grade", help="write a table of points for files of progress that students handed in")
    grade.add_argument("places", nargs="+", metavar="SUBMISSIONS", help="a folder, or files")
    grade.add_argument("-o", "--output", default="grades.csv", metavar="TABLE.csv")
    grade.set_defaults(run=_grade)
    return parser


def _grade(options: argparse.Namespace) -> int:
    from imagelab.course.grading.commands import grade

    return grade(options.places, options.output, default_language())


def _add_assignment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the course's folder")
    parser.add_argument("--language", choices=languages, default=default_language())
    parser.add_argument(
        "--seed", type=_seed, default=0, help="which variants of the levels the students get")
    parser.set_defaults(run=_assignment)


def _assignment(options: argparse.Namespace) -> int:
    from imagelab.course.assignment.course import write
    from imagelab.course.notebooks import lessons

    folder = Path(options.folder)
    try:
        names = write(folder, lessons(options.language), options.seed)
    except OSError as error:
        print(f"imagelab: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{folder}: {len(names)} assignments. Go on there, nbgrader's environment being active:")
    for name in names:
        print(f"  nbgrader generate_assignment {name}")
    return 0


def _add_site(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="FOLDER", help="the site's; a site there is replaced")
    parser.add_argument("--lang", choices=languages, help="one language; both if left out")
    parser.add_argument(
        "--lessons", nargs="+", default=[], metavar="LESSON",
        help="04-rmi, for one; all of them if left out")
    parser.add_argument(
        "--small", action="store_true",
        help="leave out Python itself: browsers fetch it from Pyodide's public network")
    parser.set_defaults(run=_site)


def _site(options: argparse.Namespace) -> int:
    from imagelab.site.command import site

    chosen = (options.lang,) if options.lang else languages
    return site(Path(options.folder), chosen, options.lessons, small=options.small)


def _seed(word: str) -> int:
    """Return a seed as ``%level`` takes it, too.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise ValueError
    return int(word)


def _add_levels(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(metavar="COMMAND")
    parser.set_defaults(run=lambda _: _levels().listing(default_language()))
    verify = what.add_parser("verify", help="say what is wrong with levels; with all, or some")
    verify.add_argument("names", nargs="*", metavar="LEVEL", help="an ID, or a file")
    verify.set_defaults(run=lambda options: _levels().verify(options.names))
    new = what.add_parser("new", help="write a level to begin with")
    new.add_argument("path", metavar="FILE.toml")
    new.set_defaults(run=lambda options: _levels().new(options.path))
    play = what.add_parser("try", help="play a level here")
    play.add_argument("name", metavar="LEVEL", help="an ID, or a file")
    play.add_argument("--seed", type=_seed, default=0, help="which of its variants")
    play.set_defaults(run=lambda options: _levels().play(
        options.name, default_language(), options.seed))


def _lab_of(options: argparse.Namespace) -> Path:
    """Return the folder of the lab that ``--lab`` names, else of the terminal's."""
    return Path(options.lab).absolute() if options.lab else home()


def _upkeep() -> ModuleType:
    from imagelab import upkeep

    return upkeep


def _levels() -> ModuleType:
    from imagelab.course.levels import commands

    return commands


# --- docker --------------------------------------------------------------------------------

_OWN_OPTIONS = ("--registries", "--fetch-urls")


def _docker(words: list[str]) -> int:
    from imagelab.docker.io import Io
    from imagelab.docker.main import execute

    lab, words = _opened(words)
    typed = sys.stdin is not None and sys.stdin.isatty()
    bars = _bars()
    io = Io(
        _writer(sys.stdout.buffer, bars), _writer(sys.stderr.buffer, bars),
        stdin=sys.stdin.buffer if sys.stdin else BytesIO(),
        read_line=sys.stdin.buffer.readline if typed else None,
        environment=dict(os.environ),
        terminal=sys.stdout.isatty(),
    )
    if bars is None:
        return execute(lab.daemon, words, io)
    io.tell = bars.tell
    with bars:
        return execute(lab.daemon, words, io)


def _bars() -> TerminalBars | None:
    """Return what shows how far long work is, if there is a terminal to show it."""
    if not sys.stderr.isatty():
        return None
    from imagelab.views.terminal_bars import TerminalBars

    def write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    return TerminalBars(write, lambda: shutil.get_terminal_size().columns)


def _opened(words: list[str]) -> tuple[Lab, list[str]]:
    """Open the lab as the options before docker's own words say; return it and those words.

    No word of docker's begins with one of them, so they cannot be confused.
    """
    import argparse

    parser = argparse.ArgumentParser(
        prog="imagelab docker", add_help=False, allow_abbrev=False, usage=argparse.SUPPRESS)
    parser.add_argument("--registries", choices=("simulated", "real"), default="simulated")
    parser.add_argument("--fetch-urls", action="store_true")
    own = 0
    while own < len(words) and words[own].startswith(_OWN_OPTIONS):
        own += 2 if words[own] == "--registries" else 1
    options = parser.parse_args(words[:own])
    lab = _open(home(), registries=options.registries, fetch_urls=options.fetch_urls)
    return lab, words[own:]


def _writer(stream: BinaryIO, bars: TerminalBars | None) -> Callable[[bytes], None]:
    """Return a function that writes at once: output of a running container is seen as it comes."""
    def write(data: bytes) -> None:
        if bars is not None:
            bars.end()
        stream.write(data)
        stream.flush()

    return write


# --- the Engine API ------------------------------------------------------------------------


def _serve(options: argparse.Namespace) -> int:
    from imagelab.api.listening import check_installed

    check_installed()
    from imagelab.api.command import serve

    folder = _lab_of(options)
    lab = _open(folder)
    return serve(lab.daemon, options.host or f"unix://{folder / 'docker.sock'}",
                 lambda host: print(
                     f"export DOCKER_HOST={host}  # the lab in {folder}, until Ctrl-C",
                     flush=True))


# --- the lab -------------------------------------------------------------------------------


def _undo(_: argparse.Namespace) -> int:
    step = _open(home()).undo()
    print(f"undone: {step.command}")
    for effect in step.host_effects:
        print(f"  not undone outside the lab: {effect}")
    return 0


def _redo(_: argparse.Namespace) -> int:
    print(f"redone: {_open(home()).redo().command}")
    return 0


def _journal(_: argparse.Namespace) -> int:
    print(repr(_open(home()).journal))
    return 0


def _lab(words: list[str]) -> int:
    from imagelab.course.notebooks import open_lab

    return open_lab(words)
