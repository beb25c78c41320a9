"""A transcript: the steps that led to where a lab stands, with all that they were given.

As JSON it is an object: ``version`` 1, ``steps``, and ``contents``, which has bytes by their
digest, compressed (zlib) and in base64. A step has ``words``, those after ``docker``; or ``to``
and ``line`` for a line that was typed to a process; or ``until`` for time that passed.
"""

from __future__ import annotations

import base64
import shlex
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from imagelab.daemon.given import AnyGiven, Given, GivenFile, GivenLine, GivenTime, Piece
from imagelab.daemon.journal import Step
from imagelab.model.node import Kind

VERSION = 1
#: Most steps of a transcript, and bytes of input that all of them have together.
MAX_STEPS = 2_000
ROOM = 2 << 20


@dataclass(frozen=True)
class Done:
    """A step.

    Attributes:
        words: the words after ``docker``; none where it was no docker command line.
        given: what it was given; None for what cannot be done again.
        exit_code: how it ended.
    """

    words: tuple[str, ...]
    given: AnyGiven | None
    exit_code: int = 0


@dataclass(frozen=True)
class Transcript:
    """Steps in order, and bytes by their digest."""

    steps: tuple[Done, ...] = ()
    contents: Mapping[str, bytes] = field(default_factory=dict)


def transcript(steps: Iterable[Step], contents: Mapping[str, bytes]) -> Transcript:
    """Return the transcript of steps of a journal.

    Contents for which there is no room are left out; a replay will say that.

    Args:
        steps: as :meth:`imagelab.daemon.journal.Journal.path` gives them.
        contents: what their lab remembers of what they were given.
    """
    done = tuple(_done(step) for step in steps)
    kept: dict[str, bytes] = {}
    room = ROOM
    for piece in _pieces(done):
        data = contents.get(piece.digest)
        if data is not None and piece.digest not in kept and len(data) <= room:
            kept[piece.digest] = data
            room -= len(data)
    return Transcript(done, kept)


def _done(step: Step) -> Done:
    is_docker = isinstance(step.given, Given)
    words = tuple(shlex.split(step.command)[1:]) if is_docker else ()
    return Done(words, step.given, step.exit_code)


def _pieces(steps: Iterable[Done]) -> Iterator[Piece]:
    for step in steps:
        if isinstance(step.given, Given):
            found = [step.given.stdin, *(file.piece for file in step.given.files)]
            yield from (piece for piece in found if piece is not None)


def to_json(found: Transcript) -> dict[str, Any]:
    """Return a transcript as JSON values."""
    return {
        "version": VERSION,
        "steps": [_step_to_json(step) for step in found.steps],
        "contents": {digest: base64.b64encode(zlib.compress(data)).decode()
                     for digest, data in found.contents.items()},
    }


def _step_to_json(step: Done) -> dict[str, Any]:
    given = step.given
    if isinstance(given, GivenLine):
        return {"to": given.id, "line": _text(given.line)} | _spare(
            {"exec": given.is_exec, "interrupt": given.interrupt})
    if isinstance(given, GivenTime):
        return {"until": given.until}
    if given is None:
        return {}
    lines = None if given.lines is None else list(map(_text, given.lines))
    return {"words": list(step.words), "folder": given.folder} | _spare({
        "exit_code": step.exit_code, "stdin": _piece(given.stdin), "is_read": given.is_read,
        "taken_over": given.taken_over, "writes": given.writes,
        "files": [_file(file) for file in given.files],
        "environment": dict(given.environment), "withheld": given.withheld,
        "lost": list(given.lost),
    }) | ({} if lines is None else {"lines": lines})


def _file(file: GivenFile) -> dict[str, Any]:
    return _spare({"path": file.path, "kind": file.kind.value, "mode": file.mode,
                   "mtime": file.mtime, "piece": _piece(file.piece), "target": file.target})


def _piece(piece: Piece | None) -> list[Any] | None:
    return None if piece is None else [piece.digest, piece.size]


def _spare(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is as it mostly is."""
    return {key: value for key, value in values.items() if value}


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


# --- reading what anybody may have written -------------------------------------------------

#: Bounds of what one step holds: words and their characters, files, lines.
_MAX_WORDS, _MAX_TEXT, _MAX_FILES, _MAX_LINES = 2_000, 1 << 18, 2_000, 20_000
_KINDS = {kind.value: kind for kind in (Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK)}
#: Times later than this no clock of a lab reaches (the year 2116).
_MAX_TIME = 1 << 62


class TranscriptError(ValueError):
    """A transcript that is none; the message says what is the matter."""


def from_json(value: Any) -> Transcript:
    """Read a transcript of JSON values that may be anything.

    Raises:
        TranscriptError: they are no transcript, or one that is too large.
    """
    if not isinstance(value, dict) or value.get("version") != VERSION:
        raise TranscriptError(f"no transcript of version {VERSION}")
    steps = _list(value, "steps", MAX_STEPS)
    return Transcript(tuple(map(_step, steps)), _contents(value.get("contents", {})))


def _contents(value: Any) -> dict[str, bytes]:
    if not isinstance(value, dict):
        raise TranscriptError("contents are no object")
    found: dict[str, bytes] = {}
    room = ROOM
    for digest, text in value.items():
        if not isinstance(text, str):
            raise TranscriptError("a content is no text")
        try:
            unpacking = zlib.decompressobj()
            found[digest] = unpacking.decompress(base64.b64decode(text, validate=True), room + 1)
        except (ValueError, zlib.error) as error:
            raise TranscriptError("a content is damaged") from error
        room -= len(found[digest])
        if room < 0:
            raise TranscriptError(f"more than {ROOM:,} bytes of input")
    return found


def _step(value: Any) -> Done:
    if not isinstance(value, dict):
        raise TranscriptError("a step is no object")
    if "until" in value:
        return Done((), GivenTime(_number(value, "until", _MAX_TIME)))
    if "to" in value:
        line = _bytes(_string(value, "line"))
        return Done((), GivenLine(_string(value, "to"), _flag(value, "exec"), line,
                                  _flag(value, "interrupt")))
    if "words" not in value:
        return Done((), None)
    words = _strings(value, "words", _MAX_WORDS)
    lines = tuple(map(_bytes, _strings(value, "lines", _MAX_LINES))) if "lines" in value else None
    environment = value.get("environment", {})
    if not isinstance(environment, dict) or not all(
            isinstance(each, str) for each in environment.values()):
        raise TranscriptError("an environment is none")
    return Done(words, Given(
        _string(value, "folder"), _read_piece(value.get("stdin")), lines, _flag(value, "is_read"),
        _flag(value, "taken_over"), _flag(value, "writes"),
        tuple(map(_read_file, _list(value, "files", _MAX_FILES))), environment,
        _flag(value, "withheld"), _strings(value, "lost", _MAX_FILES)),
        _number(value, "exit_code", 1 << 16))


def _read_file(value: Any) -> GivenFile:
    if not isinstance(value, dict) or (kind := _KINDS.get(_string(value, "kind"))) is None:
        raise TranscriptError("a file is none")
    return GivenFile(
        _string(value, "path"), kind, _number(value, "mode", 0o7777),
        _number(value, "mtime", _MAX_TIME), _read_piece(value.get("piece")),
        _string(value, "target"))


def _read_piece(value: Any) -> Piece | None:
    match value:
        case None:
            return None
        case [str(digest), int(size)] if 0 <= size < _MAX_TIME:
            return Piece(digest, size)
    raise TranscriptError("what names bytes is damaged")


def _list(value: dict[str, Any], key: str, most: int) -> list[Any]:
    found = value.get(key, [])
    if not isinstance(found, list):
        raise TranscriptError(f"{key} is no list")
    if len(found) > most:
        raise TranscriptError(f"more than {most:,} {key}")
    return found


def _strings(value: dict[str, Any], key: str, most: int) -> tuple[str, ...]:
    found = _list(value, key, most)
    if not all(isinstance(each, str) for each in found):
        raise TranscriptError(f"{key} holds what is no text")
    if sum(map(len, found)) > _MAX_TEXT:
        raise TranscriptError(f"{key} is longer than {_MAX_TEXT:,} characters")
    return tuple(found)


def _string(value: dict[str, Any], key: str) -> str:
    found = value.get(key, "")
    if not isinstance(found, str) or len(found) > _MAX_TEXT:
        raise TranscriptError(f"{key} is no text, or a long one")
    return found


def _number(value: dict[str, Any], key: str, most: int) -> int:
    found = value.get(key, 0)
    if type(found) is not int or not 0 <= found <= most:
        raise TranscriptError(f"{key} is no number from 0 to {most}")
    return found


def _flag(value: dict[str, Any], key: str) -> bool:
    return value.get(key, False) is True


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise TranscriptError("a line is no text") from error
