"""Checks of an instruction's flags and number of arguments, in the classic builder's words."""

from __future__ import annotations

from collections.abc import Sequence

from imagelab.formats.dockerfile import Instruction
from imagelab.formats.dockerfile_words import DockerfileError


def flags_of(instruction: Instruction, known: Sequence[str] = ()) -> dict[str, str]:
    """Return the flags of an instruction by name.

    Raises:
        DockerfileError: one is unknown, there twice, or without a value.
    """
    found: dict[str, str] = {}
    for word in instruction.flags:
        name, equals, value = word.removeprefix("--").partition("=")
        if name not in known:
            raise DockerfileError(f"Unknown flag: {name}")
        if name in found:
            raise DockerfileError(f"Duplicate flag specified: {name}")
        if not equals:
            raise DockerfileError(f"Missing a value on flag: {name}")
        found[name] = value
    return found


def least_one(instruction: Instruction) -> tuple[str, ...]:
    """Return the arguments of an instruction that needs some.

    Raises:
        DockerfileError: there is none.
    """
    if not instruction.arguments:
        raise DockerfileError(f"{instruction.name.upper()} requires at least one argument")
    return instruction.arguments


def exactly_one(instruction: Instruction) -> str:
    """Return the argument of an instruction that takes one.

    Raises:
        DockerfileError: there is none, or several.
    """
    if len(instruction.arguments) != 1:
        raise DockerfileError(f"{instruction.name.upper()} requires exactly one argument")
    flags_of(instruction)
    return instruction.arguments[0]
