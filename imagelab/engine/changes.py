"""Dockerfile instructions on a configuration: ``docker commit --change``.

Each instruction is a function from a configuration to another one, so that a build can use them
too. Rules and wordings are those of the daemon's classic builder.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from imagelab.engine.create import merge
from imagelab.formats.dockerfile import Instruction, parse
from imagelab.formats.dockerfile_words import DockerfileError, expand, expand_words
from imagelab.formats.duration import duration
from imagelab.formats.goquote import quoted
from imagelab.formats.ports import exposed_ports, parse_port_spec
from imagelab.model.config import Config
from imagelab.model.outcome import BadRequest

#: Instructions that ``commit --change`` takes; ``STOPSIGNAL`` is none of them (engine 20.10).
COMMIT_INSTRUCTIONS = frozenset({
    "cmd", "entrypoint", "env", "expose", "healthcheck", "label", "onbuild", "user", "volume",
    "workdir",
})
DEFAULT_SHELL = ("/bin/sh", "-c")
#: Most instructions of one commit; each may expose all ports.
MOST_CHANGES = 200
_MILLISECOND = 1_000_000
_INT32 = 1 << 31
#: Spans of a health check: flag and key.
_SPANS = {"interval": "Interval", "timeout": "Timeout", "start-period": "StartPeriod"}


@dataclass(frozen=True)
class Build:
    """What instructions change.

    Attributes:
        config: the configuration so far.
        cmd_set: whether one of them set a command, which a later ``ENTRYPOINT`` then keeps.
        escape: the character that escapes in the Dockerfile.
    """

    config: Config
    cmd_set: bool = False
    escape: str = "\\"

    def with_config(self, **fields: Any) -> Build:
        """Return it with fields of the configuration replaced."""
        return replace(self, config=replace(self.config, **fields))

    @property
    def variables(self) -> Mapping[str, str]:
        """The environment; of a name that is there twice the first value counts."""
        pairs = (entry.partition("=") for entry in reversed(self.config.env or ()))
        return {name: value for name, _, value in pairs}

    def expand(self, word: str) -> str:
        """Return a word without quotes, its variables replaced."""
        return expand(word, self.variables, self.escape)


def changed(config: Config, changes: Sequence[str]) -> Config:
    """Return a configuration with the instructions of ``commit --change`` carried out.

    What they leave empty is then filled from the configuration they began with.

    Raises:
        BadRequest: an instruction is none, or not one for ``--change`` (case ``commit-12``).
    """
    return merge(applied(config, changes), config)


def applied(config: Config, changes: Sequence[str]) -> Config:
    """Return a configuration with instructions carried out, as ``import --change`` wants it.

    Raises:
        BadRequest: as for :func:`changed`.
    """
    try:
        dockerfile = parse("\n".join(changes))
        for each in dockerfile.instructions:
            if each.name not in COMMIT_INSTRUCTIONS:
                raise DockerfileError(f"{each.name} is not a valid change command")
        if len(dockerfile.instructions) > MOST_CHANGES:
            raise DockerfileError(
                f"imagelab does not simulate a commit with more than {MOST_CHANGES} changes")
        build = Build(config, escape=dockerfile.escape)
        actions = [action_of(each) for each in dockerfile.instructions]
        for action in actions:
            build = action(build)
    except ValueError as error:
        raise BadRequest(str(error)) from error
    return build.config


#: What an instruction does.
Action = Callable[[Build], Build]


def action_of(instruction: Instruction) -> Action:
    """Check an instruction that changes nothing but the configuration; return what it does.

    All instructions of a Dockerfile are checked before the first one is carried out.

    Raises:
        DockerfileError: in the builder's words.
    """
    return _ACTIONS[instruction.name](instruction)


def _flags(instruction: Instruction, known: Sequence[str] = ()) -> dict[str, str]:
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


def _least_one(instruction: Instruction) -> tuple[str, ...]:
    if not instruction.arguments:
        raise DockerfileError(f"{instruction.name.upper()} requires at least one argument")
    return instruction.arguments


def _exactly_one(instruction: Instruction) -> str:
    if len(instruction.arguments) != 1:
        raise DockerfileError(f"{instruction.name.upper()} requires exactly one argument")
    _flags(instruction)
    return instruction.arguments[0]


def _command(instruction: Instruction, config: Config) -> tuple[str, ...]:
    """Return a command line; one that is no JSON array is for the shell."""
    if instruction.is_json:
        return instruction.arguments
    return (*(config.shell or DEFAULT_SHELL), *instruction.arguments)


def _cmd(instruction: Instruction) -> Action:
    _flags(instruction)

    def run(build: Build) -> Build:
        done = build.with_config(cmd=_command(instruction, build.config))
        return replace(done, cmd_set=build.cmd_set or bool(instruction.arguments))

    return run


def _entrypoint(instruction: Instruction) -> Action:
    _flags(instruction)

    def run(build: Build) -> Build:
        given = instruction.arguments
        entrypoint = _command(instruction, build.config) if given else None
        cmd = build.config.cmd if build.cmd_set else None
        return build.with_config(entrypoint=entrypoint, cmd=cmd)

    return run


def _checked_pairs(instruction: Instruction) -> list[tuple[str, str]]:
    _flags(instruction)
    words = _least_one(instruction)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    if not all(name for name, _ in pairs):
        raise DockerfileError(f"{instruction.name.upper()} names can not be blank")
    return pairs


def _expanded(build: Build, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Expand names and values, all with the variables that were there before."""
    return [(build.expand(name), build.expand(value)) for name, value in pairs]


def _env(instruction: Instruction) -> Action:
    pairs = _checked_pairs(instruction)

    def run(build: Build) -> Build:
        env = list(build.config.env or ())
        for name, value in _expanded(build, pairs):
            names = [entry.partition("=")[0] for entry in env]
            at = names.index(name) if name in names else len(env)
            env[at : at + 1] = [f"{name}={value}"]
        return build.with_config(env=tuple(env))

    return run


def _label(instruction: Instruction) -> Action:
    pairs = _checked_pairs(instruction)

    def run(build: Build) -> Build:
        labels = {**(build.config.labels or {}), **dict(_expanded(build, pairs))}
        return build.with_config(labels=labels)

    return run


def _expose(instruction: Instruction) -> Action:
    words = sorted(_least_one(instruction))
    _flags(instruction)

    def run(build: Build) -> Build:
        texts = [text for word in words
                 for text in expand_words(word, build.variables, build.escape)]
        ports: dict[str, Any] = {
            key: {} for key in exposed_ports(map(parse_port_spec, texts))}
        return build.with_config(exposed_ports={**(build.config.exposed_ports or {}), **ports})

    return run


def _volume(instruction: Instruction) -> Action:
    words = [word.strip() for word in _least_one(instruction)]
    _flags(instruction)
    _refuse_empty(words)

    def run(build: Build) -> Build:
        paths = [build.expand(word) for word in words]
        _refuse_empty(paths)
        volumes = {**(build.config.volumes or {}), **{path: {} for path in paths}}
        return build.with_config(volumes=volumes)

    return run


def _refuse_empty(paths: Sequence[str]) -> None:
    if not all(paths):
        raise DockerfileError("VOLUME specified can not be an empty string")


def _user(instruction: Instruction) -> Action:
    word = _exactly_one(instruction)
    return lambda build: build.with_config(user=build.expand(word))


def _workdir(instruction: Instruction) -> Action:
    word = _exactly_one(instruction)

    def run(build: Build) -> Build:
        path = build.expand(word)
        if not path:
            raise DockerfileError("cannot normalize nothing")
        if not path.startswith("/"):  # an absolute one stays as it is written
            path = "/" + posixpath.normpath(f"/{build.config.working_dir}/{path}").lstrip("/")
        return build.with_config(working_dir=path)

    return run


def _onbuild(instruction: Instruction) -> Action:
    trigger = _least_one(instruction)[0].upper()
    _flags(instruction)
    if trigger == "ONBUILD":
        raise DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("FROM", "MAINTAINER"):
        raise DockerfileError(f"{trigger} isn't allowed as an ONBUILD trigger")
    text = instruction.trigger
    return lambda build: build.with_config(on_build=(*(build.config.on_build or ()), text))


def _healthcheck(instruction: Instruction) -> Action:
    kind, *command = _least_one(instruction)
    kind = kind.upper()
    if kind == "NONE":
        if command:
            raise DockerfileError("HEALTHCHECK NONE takes no arguments")
        check: dict[str, Any] = {"Test": ["NONE"]}
    else:
        given = _flags(instruction, (*_SPANS, "retries"))
        if kind != "CMD":
            raise DockerfileError(f"Unknown type {quoted(kind)} in HEALTHCHECK (try CMD)")
        if not command:
            raise DockerfileError("Missing command after HEALTHCHECK CMD")
        check = {"Test": ["CMD" if instruction.is_json else "CMD-SHELL", *command]}
        spans = {key: _span(name, given.get(name, "")) for name, key in _SPANS.items()}
        check |= {key: span for key, span in spans.items() if span}
        if given.get("retries"):
            check["Retries"] = _retries(given["retries"])
    return lambda build: build.with_config(healthcheck=check)


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


_ACTIONS: dict[str, Callable[[Instruction], Action]] = {
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "env": _env,
    "expose": _expose,
    "healthcheck": _healthcheck,
    "label": _label,
    "onbuild": _onbuild,
    "user": _user,
    "volume": _volume,
    "workdir": _workdir,
}
