"""A lesson's transcript: its commands with what a real Docker answered, as a file of cases.

The file has the format of the conformance cases (``tests/conformance/README.md``); a comment
``# cell`` stands in front of the commands of each cell. IDs are numbered through the whole
lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.conformance import conform
from tests.lessons.cells import Command

FOLDER = Path(__file__).parent / "transcripts"
CELL = "# cell"
#: A daemon passes on the latest word on a layer: this one is lost now and then.
_LOST = re.compile(r"^[0-9a-f]{12}: Verifying Checksum\n", re.MULTILINE)
_PROGRESS = re.compile(r"(?:^[0-9a-f]{12}: [A-Z][A-Za-z /]+\n){2,}", re.MULTILINE)
#: Lines end so at a terminal, and one of a build has a return too many.
_LINE_END = re.compile(r"\r+\n")
#: What depends on how a daemon compresses layers.
_MANIFEST_SIZE = re.compile(r"(?<= size: )\d+$", re.MULTILINE)


@dataclass(frozen=True)
class Answer:
    """What came of a command: its two streams and its exit code."""

    stdout: str
    stderr: str
    exit_code: int


class Normaliser(conform.Normaliser):
    """As for conformance cases, and for terminals and pulls too. One serves one lesson."""

    def text(self, text: str) -> str:
        text = _MANIFEST_SIZE.sub("<size>", _LINE_END.sub("\n", text))
        text = super().text(_PROGRESS.sub(_by_layer, _LOST.sub("", text)))
        return re.sub(r"[ ]+$", "", text, flags=re.MULTILINE)

    def rename(self, old: Answer, new: Answer) -> None:
        """Give IDs that came anew in a repetition the numbers of the old ones.

        Raises:
            ValueError: the repetition went another way.
        """
        before, after = self._seen(old), self._seen(new)
        if len(before) != len(after):
            raise ValueError(f"once {old}, and when repeated {new}")
        for known, fresh in zip(before, after, strict=True):
            if known in self._ids:
                self._ids.setdefault(fresh, self._ids[known])

    def _seen(self, answer: Answer) -> list[str]:
        """Return the IDs in an answer, shortened, in order of first appearance."""
        text = _PROGRESS.sub(_by_layer, f"{answer.stdout}\n{answer.stderr}")
        return list(dict.fromkeys(match[0][:12] for match in self._ID.finditer(text)))


def _by_layer(block: re.Match[str]) -> str:
    """Put together the lines of each layer: layers come as the network brings them."""
    lines = block[0].splitlines(keepends=True)
    layers = list(dict.fromkeys(line[:12] for line in lines))
    return "".join(sorted(lines, key=lambda line: layers.index(line[:12])))


def normalised(answers: Sequence[Answer], normaliser: Normaliser) -> list[Answer]:
    """Return a cell's answers normalised, standard output before standard error."""
    outs = [normaliser.text(answer.stdout) for answer in answers]
    errs = [normaliser.text(answer.stderr) for answer in answers]
    return [Answer(out, err, answer.exit_code)
            for out, err, answer in zip(outs, errs, answers, strict=True)]


def write(
    lesson: str, title: str, cells: Iterable[Sequence[tuple[Command, Answer]]],
) -> None:
    """Write a transcript; its answers must be normalised."""
    lines = [f"# {title}"]
    for cell in cells:
        lines += ["", CELL]
        for command, answer in cell:
            step = conform.Step(command=command.lines)
            lines += [*step.command_lines(), *_marked(answer)]
    path(lesson).write_text("\n".join(lines) + "\n", "utf-8")


def read(lesson: str) -> list[list[tuple[list[str], Answer]]]:
    """Return, for each cell of a transcript, its commands as lines, each with the answer.

    Raises:
        FileNotFoundError: the lesson has not been recorded.
    """
    cells: list[list[tuple[list[str], Answer]]] = []
    for step in conform.parse_case(path(lesson)).steps:
        if CELL in step.lead:
            cells.append([])
        cells[-1].append((step.command, _answer(step.expected)))
    return cells


def path(lesson: str) -> Path:
    """Return where a lesson's transcript is."""
    return FOLDER / f"{lesson}.txt"


def _marked(answer: Answer) -> list[str]:
    lines = []
    for marker, label, text in (("|", "stdout", answer.stdout), ("!", "stderr", answer.stderr)):
        lines += [f"{marker} {line}".rstrip() for line in text.splitlines()]
        if text and not text.endswith("\n"):
            lines.append(conform.NO_NEWLINE.format(label))
    if answer.exit_code:
        lines.append(f"? {answer.exit_code}")
    return lines


def _answer(marked: Sequence[str]) -> Answer:
    streams = {"|": "", "!": ""}
    code = 0
    for line in marked:
        if line[0] == "?":
            code = int(line[2:])
        elif line[0] == "\\":
            stream = "|" if "stdout" in line else "!"
            streams[stream] = streams[stream].removesuffix("\n")
        else:
            streams[line[0]] += f"{line[2:]}\n"
    return Answer(streams["|"], streams["!"], code)
