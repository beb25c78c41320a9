"""Variables for a container as the client reads them: ``--env`` and ``--env-file``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from imagelab.docker.command import ClientError
from imagelab.docker.io import Io

#: Most bytes of a file of variables.
_MAX_FILE = 1 << 20
_SPACES = " \t\n\v\f\r"


def variables(texts: Sequence[str], files: Sequence[str], io: Io) -> tuple[str, ...]:
    """Return entries of the environment: those of files, then those given one by one.

    Args:
        texts: ``NAME=value``; a bare ``NAME`` takes its value from the user's shell, and stays
            bare where it has none there. Of several with one name the last counts (case
            ``create-env-repeated``), here in the place of the first; the real client sends them
            in any order. Files may repeat a name.
        files: paths of files with an entry on each line; a bare name without a value is left out.
        io: the user's shell and folder.

    Raises:
        ClientError: a file cannot be.
    """
    found = [entry for path in files for entry in _entries(path, io)]
    given = (_with_value(text, io.environment) for text in texts)
    return (*found, *{entry.partition("=")[0]: entry for entry in given}.values())


def _with_value(text: str, environment: Mapping[str, str]) -> str:
    return f"{text}={environment[text]}" if text in environment else text


def _entries(path: str, io: Io) -> Iterator[str]:
    data = _read(path, io).removeprefix(b"\xef\xbb\xbf")
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            text = line.decode().removesuffix("\r").lstrip(_SPACES)
        except UnicodeDecodeError as error:
            shown = " ".join(map(str, line))
            raise _refusal(path, f"invalid utf8 bytes at line {number}: [{shown}]") from error
        if not text or text.startswith("#"):
            continue
        name, equals, _ = text.partition("=")
        if not name:
            raise _refusal(path, f"no variable name on line '{text}'")
        if any(char in _SPACES for char in name):
            raise _refusal(path, f"variable '{name}' contains whitespaces")
        if equals or name in io.environment:
            yield _with_value(text, io.environment)


def _read(path: str, io: Io) -> bytes:
    try:
        io.noting.file(io.path(path), follow=True)
        with open(io.path(path), "rb") as file:
            return file.read(_MAX_FILE)
    except IsADirectoryError as error:
        raise _refusal(path, f"read {path}: is a directory") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ClientError(f"open {path}: {reason.lower()}") from error


def _refusal(path: str, reason: str) -> ClientError:
    return ClientError(f"invalid env file ({path}): {reason}")
