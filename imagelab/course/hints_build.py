"""Hints about builds: the folder, the Dockerfile, the step that failed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from imagelab.course.hints_base import Done, Hint, command, hint, nearest, refusals, rule
from imagelab.course.hints_containers import programs_not_found
from imagelab.course.hints_images import moved_names, nameless
from imagelab.model.image import short_id
from imagelab.views.plan.who import image_of

#: What a line of a Dockerfile may begin with.
_INSTRUCTIONS = (
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL",
    "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)


def build_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for ``docker build``."""
    if done.name != "build":
        return
    if "returned a non-zero code: 127" in done.complaints:
        yield from programs_not_found(done.stdout)
    yield from refusals(done, _RULES)
    if done.exit_code == 0:
        yield from moved_names(done)
        yield from nameless(done, r"^Successfully built ([0-9a-f]{12})$")
        if "\n ---> Using cache\n" in done.stdout and not done.given("no-cache"):
            yield hint("build_cached", command=_with_front(done, "--no-cache"))
        if done.complaints.startswith("DEPRECATED: "):
            yield hint("build_notice")


def _with_front(done: Done, flag: str) -> str:
    """Return the command line with a flag put in behind ``build``."""
    size = done.words.index("build") + 1
    return command(*done.words[:size], flag, *done.words[size:])


# --- the folder and the Dockerfile ---------------------------------------------------------


def _arguments(done: Done, _: re.Match[str]) -> Hint:
    if done.arguments:
        return hint("build_one_folder", words=" ".join(done.arguments))
    return hint("build_no_context", command=command(*done.words, "."))


def _no_dockerfile(done: Done, match: re.Match[str]) -> Hint:
    folder, _, name = match["path"].rpartition("/")
    if done.given("file"):
        return hint("build_no_file", path=match["path"])
    return hint("build_no_dockerfile", folder=folder or "/", name=name)


def _context_is_file(done: Done, match: re.Match[str]) -> Hint:
    typed = done.arguments[0] if done.arguments else match["path"]
    folder = posixpath.dirname(typed) or "."
    if posixpath.basename(typed) == "Dockerfile":
        return hint("build_context_is_file", name=typed, command=done.with_word(typed, folder))
    moved = [each for word in done.words for each in (
        ("-f", typed, folder) if word == typed else (word,))]
    return hint("build_context_is_file", name=typed, command=command(*moved))


def _instruction(done: Done, match: re.Match[str]) -> Hint:
    line, word = match["line"], match["word"]
    if meant := nearest(word, _INSTRUCTIONS):
        return hint("build_instruction_nearest", line=line, word=word, nearest=meant)
    return hint("build_instruction", line=line, word=word)


# --- steps ---------------------------------------------------------------------------------


def _step_failed(done: Done, match: re.Match[str]) -> Hint | None:
    """Show the way into the image that the failed step began with: its container is still there.

    The container is gone with ``--force-rm``, and then nothing tells for sure which it was.
    """
    made = [each for each in done.new_containers if each.status == "exited" and each.exit_code]
    image = image_of(done.after, made[-1].image_id) if made else None
    if image is None:
        return None
    entry = ["--entrypoint", "sh"] if image.config.entrypoint else []
    return hint("build_step_failed", code=match["code"], command=command(
        "run", "-it", "--rm", *entry, short_id(image.id), *([] if entry else ["sh"])))


_RULES = (
    rule(r"'docker (?:\w+ )?build' requires 1 argument", _arguments),
    rule(r"unable to evaluate symlinks in Dockerfile path: lstat (?P<path>.+): no such file",
         _no_dockerfile),
    rule(r'unable to prepare context: path "(?P<name>.+)" not found$',
         lambda _, match: hint("build_no_folder", name=match["name"])),
    rule(r"unable to prepare context: context must be a directory: (?P<path>.+)$",
         _context_is_file),
    rule(r"dockerfile parse error line (?P<line>\d+): unknown instruction: (?P<word>\S+)$",
         _instruction),
    rule(r"no build stage in current context$|file with no instructions$|\) cannot be empty$",
         lambda *_: hint("build_no_from")),
    rule(r"file not found in build context or excluded by \.dockerignore: stat (?P<path>.+): ",
         lambda _, match: hint("build_no_source", path=match["path"])),
    rule(r"failed: no source files were specified$", lambda *_: hint("build_no_match")),
    rule(r"forbidden path outside the build context: (?P<path>.+) \(\)$",
         lambda _, match: hint("build_outside", path=match["path"])),
    rule(r"' returned a non-zero code: (?P<code>\d+)$", _step_failed),
)
