"""Instructions that change nothing but the configuration, as actions on a draft.

Rules and wordings are those of the daemon's classic builder.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from imagelab.engine.builder.checks import exactly_one, flags_of, least_one
from imagelab.engine.builder.draft import Action, Draft
from imagelab.engine.builder.healthcheck import healthcheck
from imagelab.engine.signals import parse_signal
from imagelab.formats.dockerfile import Instruction
from imagelab.formats.dockerfile_words import DockerfileError, expand_words
from imagelab.formats.gopath import clean
from imagelab.formats.goquote import quoted
from imagelab.formats.ports import exposed_ports, parse_port_spec


def action_of(instruction: Instruction) -> Action:
    """Check an instruction that changes nothing but the configuration; return what it does.

    All instructions of a Dockerfile are checked before the first one is carried out.

    Raises:
        DockerfileError: in the builder's words.
    """
    return _ACTIONS[instruction.name](instruction)


def command_line(instruction: Instruction, draft: Draft) -> tuple[str, ...]:
    """Return a command line; one that is no JSON array is for the shell."""
    if instruction.is_json:
        return instruction.arguments
    return (*draft.shell, *instruction.arguments)


def _in_brackets(words: Sequence[str], name: str) -> str:
    """Return words as history tells those of ``CMD`` and ``ENTRYPOINT``."""
    return f"{name} [{' '.join(map(quoted, words))}]"


def _cmd(instruction: Instruction) -> Action:
    flags_of(instruction)

    def run(draft: Draft) -> Draft:
        cmd = command_line(instruction, draft)
        done = draft.with_config(_in_brackets(cmd, "CMD"), cmd=cmd)
        return replace(done, cmd_set=draft.cmd_set or bool(instruction.arguments))

    return run


def _entrypoint(instruction: Instruction) -> Action:
    flags_of(instruction)

    def run(draft: Draft) -> Draft:
        entrypoint = command_line(instruction, draft) if instruction.arguments else None
        cmd = draft.config.cmd if draft.cmd_set else None
        return draft.with_config(
            _in_brackets(entrypoint or (), "ENTRYPOINT"), entrypoint=entrypoint, cmd=cmd)

    return run


def _checked_pairs(instruction: Instruction) -> list[tuple[str, str]]:
    flags_of(instruction)
    words = least_one(instruction)
    pairs = list(zip(words[::2], words[1::2], strict=True))
    if not all(name for name, _ in pairs):
        raise DockerfileError(f"{instruction.name.upper()} names can not be blank")
    return pairs


def _expanded(draft: Draft, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Expand names and values, all with the variables that were there before."""
    return [(draft.expand(name), draft.expand(value)) for name, value in pairs]


def _told(name: str, pairs: Sequence[tuple[str, str]]) -> str:
    return " ".join((name, *(f"{key}={value}" for key, value in pairs)))


def _env(instruction: Instruction) -> Action:
    pairs = _checked_pairs(instruction)

    def run(draft: Draft) -> Draft:
        given = _expanded(draft, pairs)
        env = list(draft.config.env or ())
        for name, value in given:
            names = [entry.partition("=")[0] for entry in env]
            at = names.index(name) if name in names else len(env)
            env[at : at + 1] = [f"{name}={value}"]
        return draft.with_config(_told("ENV", given), env=tuple(env))

    return run


def _label(instruction: Instruction) -> Action:
    pairs = _checked_pairs(instruction)
    return lambda draft: with_labels(draft, _expanded(draft, pairs))


def with_labels(draft: Draft, pairs: Sequence[tuple[str, str]]) -> Draft:
    """Return a draft with labels as they are given, without variables."""
    labels = {**(draft.config.labels or {}), **dict(pairs)}
    return draft.with_config(_told("LABEL", pairs), labels=labels)


def _expose(instruction: Instruction) -> Action:
    words = sorted(least_one(instruction))
    flags_of(instruction)

    def run(draft: Draft) -> Draft:
        texts = [text for word in words
                 for text in expand_words(word, draft.variables, draft.escape)]
        ports: dict[str, Any] = {
            key: {} for key in exposed_ports(map(parse_port_spec, texts))}
        exposed = {**(draft.config.exposed_ports or {}), **ports}
        return draft.with_config(" ".join(("EXPOSE", *texts)), exposed_ports=exposed)

    return run


def _volume(instruction: Instruction) -> Action:
    words = [word.strip() for word in least_one(instruction)]
    flags_of(instruction)
    _refuse_empty(words)

    def run(draft: Draft) -> Draft:
        paths = [draft.expand(word) for word in words]
        _refuse_empty(paths)
        volumes = {**(draft.config.volumes or {}), **{path: {} for path in paths}}
        return draft.with_config(f"VOLUME [{' '.join(paths)}]", volumes=volumes)

    return run


def _refuse_empty(paths: Sequence[str]) -> None:
    if not all(paths):
        raise DockerfileError("VOLUME specified can not be an empty string")


def _user(instruction: Instruction) -> Action:
    word = exactly_one(instruction)

    def run(draft: Draft) -> Draft:
        user = draft.expand(word)
        return draft.with_config(f"USER {user}", user=user)

    return run


def _workdir(instruction: Instruction) -> Action:
    word = exactly_one(instruction)

    def run(draft: Draft) -> Draft:
        path = draft.expand(word)
        if not path:
            raise DockerfileError("cannot normalize nothing")
        if not path.startswith("/"):  # an absolute one stays as it is written
            path = clean(f"/{draft.config.working_dir}/{path}")
        return draft.with_config(f"WORKDIR {path}", working_dir=path)

    return run


def _shell(instruction: Instruction) -> Action:
    flags_of(instruction)
    if not instruction.arguments:
        raise DockerfileError("SHELL requires at least one argument")
    if not instruction.is_json:
        raise DockerfileError("SHELL requires the arguments to be in JSON form")
    shell = instruction.arguments
    return lambda draft: draft.with_config(f"SHELL [{' '.join(shell)}]", shell=shell)


def _stopsignal(instruction: Instruction) -> Action:
    word = exactly_one(instruction)

    def run(draft: Draft) -> Draft:
        signal = draft.expand(word)
        parse_signal(signal)
        return draft.with_config(f"STOPSIGNAL {signal}", stop_signal=signal)

    return run


def _maintainer(instruction: Instruction) -> Action:
    name = exactly_one(instruction)
    return lambda draft: replace(draft.with_config(f"MAINTAINER {name}"), author=name)


def _onbuild(instruction: Instruction) -> Action:
    trigger = least_one(instruction)[0].upper()
    flags_of(instruction)
    if trigger == "ONBUILD":
        raise DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")
    if trigger in ("FROM", "MAINTAINER"):
        raise DockerfileError(f"{trigger} isn't allowed as an ONBUILD trigger")
    text = instruction.trigger
    return lambda draft: draft.with_config(
        f"ONBUILD {text}", on_build=(*(draft.config.on_build or ()), text))


_ACTIONS: dict[str, Callable[[Instruction], Action]] = {
    "cmd": _cmd,
    "entrypoint": _entrypoint,
    "env": _env,
    "expose": _expose,
    "healthcheck": healthcheck,
    "label": _label,
    "maintainer": _maintainer,
    "onbuild": _onbuild,
    "shell": _shell,
    "stopsignal": _stopsignal,
    "user": _user,
    "volume": _volume,
    "workdir": _workdir,
}
