"""Hints for learners: what a docker command's result means and what to type next.

A hint is worked out from what the command did, never inside the command, and shown apart from
what Docker printed. It has no say in anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from imagelab import messages
from imagelab.course.hints_base import Done, Hint
from imagelab.course.hints_build import build_hints
from imagelab.course.hints_containers import container_hints, programs_not_found
from imagelab.course.hints_copies import copy_hints
from imagelab.course.hints_images import image_hints
from imagelab.course.hints_line import line_hints, slips
from imagelab.course.hints_registries import registry_hints
from imagelab.course.hints_removal import removal_hints
from imagelab.model.state import State

__all__ = ["Hint", "hints", "programs_not_found", "slips", "text"]

#: Hints for one command; more would not be read.
MOST = 2


def hints(
    before: State, after: State, words: Sequence[str], exit_code: int, stderr: str = "",
    stdout: str = "",
) -> tuple[Hint, ...]:
    """Return hints for a docker command line that has been carried out, the weightiest first.

    Args:
        before: the lab before it.
        after: the lab after it.
        words: the words after ``docker``.
        exit_code: how it ended.
        stderr: what it complained of.
        stdout: what it printed; a container's shell complains there when it has a terminal, and
            an exec that cannot start does.
    """
    done = Done(before, after, words, exit_code, stdout, stderr)
    found: dict[str, Hint] = {}
    for part in (line_hints, build_hints, copy_hints, removal_hints, image_hints,
                 container_hints, registry_hints):
        for each in part(done):
            found.setdefault(each.key, each)
    return tuple(found.values())[:MOST]


def text(hint: Hint, language: str) -> str:
    """Return a hint in words: plain text, in which backticks stand around what may be typed.

    Names in it come from images, files and users: whoever shows it escapes it.
    """
    return messages.text(f"hint.{hint.key}", language, **hint.values)
