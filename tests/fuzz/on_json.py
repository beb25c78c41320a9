"""JSON and TOML that others may have written: configurations, levels, progress."""

from __future__ import annotations

import json
import re
from contextlib import suppress

from imagelab.course.levels.errors import LevelError
from imagelab.course.levels.read import build, parse, variants
from imagelab.course.levels.schema import check
from imagelab.course.progress.record import ProgressError, from_json, merge, to_json
from imagelab.course.replay import transcript
from imagelab.course.replay.transcript import TranscriptError
from imagelab.formats import image_config
from imagelab.formats.image_config import ConfigError
from imagelab.formats.json_text import DEEPEST, parsed
from imagelab.model.image import Image
from tests.fuzz.on_texts import text

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def any_json(data: bytes) -> None:
    """JSON of any kind is what Python reads, unless it is nested too deeply."""
    try:
        found = parsed(data)
    except ValueError:
        with suppress(ValueError, RecursionError):
            json.loads(data)
            assert _depth(data.decode(json.detect_encoding(data), "surrogatepass")) > DEEPEST
        return
    assert json.dumps(found) == json.dumps(json.loads(data))


def _depth(given: str) -> int:
    deepest = depth = 0
    for char in _STRINGS.sub("", given):
        depth += (char in "[{") - (char in "]}")
        deepest = max(deepest, depth)
    return deepest


def config(data: bytes) -> None:
    """A configuration that passes is an image whose every attribute can be read."""
    try:
        diff_ids = image_config.check(data)
    except ConfigError:
        return
    image = Image(data)
    assert image.diff_ids == diff_ids
    for name in dir(Image):
        if not name.startswith("_") and not callable(getattr(Image, name)):
            getattr(image, name)


def level(data: bytes) -> None:
    """A level's file that fits the schema is a level in each of its variants."""
    with suppress(LevelError):
        found = parse(text(data), "level")
        check(found, "level")
        for seed in range(min(variants(found), 9)):
            build(found, seed)


def progress(data: bytes) -> None:
    """Progress that reads is written as what reads the same; merging it again changes nothing."""
    try:
        value = parsed(data)
    except ValueError:
        return
    try:
        found = from_json(value)
    except ProgressError:
        return
    assert from_json(parsed(json.dumps(to_json(found)))) == found
    assert merge(found, found) == found
    for each in found.levels.values():
        for attempt in (each.best, each.failing):
            with suppress(TranscriptError):
                transcript.from_json(attempt.transcript if attempt else None)


def steps(data: bytes) -> None:
    """A transcript that reads is written as what reads the same."""
    try:
        value = parsed(data)
    except ValueError:
        return
    with suppress(TranscriptError):
        found = transcript.from_json(value)
        assert transcript.from_json(transcript.to_json(found)) == found
