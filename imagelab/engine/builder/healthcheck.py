"""The instruction ``HEALTHCHECK``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from imagelab.engine.builder.checks import flags_of, least_one
from imagelab.engine.builder.draft import Action, Draft
from imagelab.formats.dockerfile import Instruction
from imagelab.formats.dockerfile_words import DockerfileError
from imagelab.formats.duration import duration, format_duration
from imagelab.formats.goquote import quoted, quoted_rune

_MILLISECOND = 1_000_000
_INT32 = 1 << 31
#: Spans of a health check: flag and key.
_SPANS = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


def healthcheck(instruction: Instruction) -> Action:
    """Check a ``HEALTHCHECK``; return what it does.

    Raises:
        DockerfileError: in the builder's words.
    """
    kind, *command = least_one(instruction)
    kind = kind.upper()
    if kind == "NONE":
        if command:
            raise DockerfileError("HEALTHCHECK NONE takes no arguments")
        check: dict[str, Any] = {"Test": ["NONE"]}
    else:
        given = flags_of(instruction, (*_SPANS, "retries"))
        if kind != "CMD":
            raise DockerfileError(f"Unknown type {quoted(kind)} in HEALTHCHECK (try CMD)")
        if not command:
            raise DockerfileError("Missing command after HEALTHCHECK CMD")
        check = {"Test": ["CMD" if instruction.is_json else "CMD-SHELL", *command]}
        spans = {key: _span(name, given.get(name, "")) for name, key in _SPANS.items()}
        check |= {key: span for key, span in spans.items() if span}
        if given.get("retries"):
            check["Retries"] = _retries(given["retries"])

    def run(draft: Draft) -> Draft:
        done = draft.with_config(_told_check(check), healthcheck=check)
        old = (draft.config.healthcheck or {}).get("Test") or ["NONE"]
        if old[0] == "NONE":
            return done
        return replace(
            done, note=f"Note: overriding previous HEALTHCHECK: [{' '.join(map(str, old))}]\n")

    return run


def _told_check(check: Mapping[str, Any]) -> str:
    """Return a health check as history tells it: what Go prints of the whole structure."""
    words = " ".join(map(quoted, check["Test"]))
    spans = " ".join(quoted(format_duration(check.get(key, 0))) for key in _SPANS.values())
    return f"HEALTHCHECK &{{[{words}] {spans} {quoted_rune(check.get('Retries', 0))}}}"


def _span(name: str, text: str) -> int:
    """Return the nanoseconds of a span of time; 0 for none.

    Raises:
        ValueError: it is none, or less than a millisecond.
    """
    if not text:
        return 0
    span = duration(text)
    if span < _MILLISECOND:
        raise DockerfileError(f"Interval {quoted(name)} cannot be less than 1ms")
    return span


def _retries(text: str) -> int:
    digits = text[1:] if text[:1] in ("+", "-") else text
    if not (digits.isascii() and digits.isdigit()):
        raise DockerfileError(f"strconv.ParseInt: parsing {quoted(text)}: invalid syntax")
    number = int(digits[-20:]) if len(digits.lstrip("0")) <= 19 else _INT32 * 2
    number = -number if text[0] == "-" else number
    if not -_INT32 <= number < _INT32:
        raise DockerfileError(f"strconv.ParseInt: parsing {quoted(text)}: value out of range")
    if number < 1:
        raise DockerfileError(f"--retries must be at least 1 (not {number})")
    return number
