"""``docker build`` with the classic builder, and ``docker builder prune``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import flag_values
from imagelab.docker.command import ClientError, Command, NotSimulated, needs_experiments
from imagelab.docker.commands.limit_flags import KEYS, STEP_LIMITS
from imagelab.docker.commands.prune import agreed, print_reclaimed
from imagelab.docker.context.opening import BuildContext, open_context, sending
from imagelab.docker.errors import daemon_error
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Flag, Parsed, flag, many, switch
from imagelab.docker.io import Io, encode
from imagelab.docker.progress import print_progress
from imagelab.docker.variables import variables
from imagelab.engine.builder.options import BuildError, BuildOptions, Message
from imagelab.engine.progress import Progress
from imagelab.model.container import HostConfig
from imagelab.model.outcome import EngineError
from imagelab.model.reference import parse
from imagelab.storage.errors import reason_of

_DEPRECATED = (
    "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n")
_INSTALL = (
    "Install the buildx component to build images with BuildKit:\n{0}"
    "https://docs.docker.com/go/buildx/\n")
#: What the client says of its classic builder, told to use no other or having no other.
NOTICES = (
    f"{_DEPRECATED}            BuildKit is currently disabled; enable it by removing the "
    "DOCKER_BUILDKIT=0\n            environment-variable.\n",
    f"{_DEPRECATED}            {_INSTALL.format(' ' * 12)}")
#: Flags that are settings of the containers of steps, and the keys of ``HostConfig``.
_SETTINGS = {
    **{each.name: KEYS[each.name] for each in STEP_LIMITS},
    "cgroup-parent": "CgroupParent", "isolation": "Isolation", "shm-size": "ShmSize",
}


def is_for_builder(words: Sequence[str]) -> bool:
    """Whether a command line is one that the client has its notice for; asking for help is none."""
    if "--help" in words:
        return False
    return tuple(words[:1]) in (("build",), ("builder",)) or tuple(words[:2]) == ("image", "build")


def notice(environment: Mapping[str, str]) -> str:
    """Return what the client says before anything else, by ``DOCKER_BUILDKIT``.

    Raises:
        ClientError: BuildKit is wanted, which the lab has not.
    """
    wish = environment.get("DOCKER_BUILDKIT", "")
    if not wish:
        return NOTICES[1]
    try:
        wants_buildkit = flag_values.boolean(wish)
    except ValueError as error:
        raise ClientError(
            f"DOCKER_BUILDKIT environment variable expects boolean value: {error}") from error
    if not wants_buildkit:
        return NOTICES[0]
    raise ClientError("ERROR: BuildKit is enabled but the buildx component is missing or broken.\n"
                      f"       {_INSTALL.format(' ' * 7)}".rstrip("\n"))


def _build(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    if not parsed["disable-content-trust"]:
        raise NotSimulated("imagelab does not simulate --disable-content-trust=false")
    id_file = Path(io.path(parsed["iidfile"])) if parsed["iidfile"] else None
    if id_file is not None:
        with suppress(OSError):
            id_file.unlink()
    with open_context(parsed.arguments[0], parsed["file"], io) as context:
        said = _Said(io, quiet=parsed["quiet"])
        said.write(f"{sending(context.size)}\r\r\n")
        try:
            image = daemon.build(
                context.file, _options(context, parsed, io), said.take)
        except BuildError as error:
            said.complain()
            raise ClientError(error.message, error.code or 1) from error
        except EngineError as error:
            said.complain()
            raise ClientError(daemon_error(error)) from error
    if parsed["quiet"]:
        io.print(image)
    if id_file is not None:
        with daemon.step(f"build --iidfile {id_file}") as step:
            try:
                # With -q the client takes all that the daemon said for the ID.
                id_file.write_text(image + "\n" * parsed["quiet"], "utf-8")
            except OSError as error:
                raise ClientError(f"open {parsed['iidfile']}: {reason_of(error)}") from error
            step.host_effects.append(f"wrote {id_file}")
    return 0


@dataclass
class _Said:
    """What a build says: printed at once, or with ``-q`` kept for the case that it fails.

    Attributes:
        io: where to print.
        quiet: whether to keep it.
        kept: what was kept.
    """

    io: Io
    quiet: bool
    kept: bytearray = field(default_factory=bytearray)

    def write(self, text: str) -> None:
        (self.kept.extend if self.quiet else self.io.out)(encode(text))

    def take(self, message: Message) -> None:
        if isinstance(message, str):
            self.write(message)
        elif isinstance(message, Progress) and message.is_tick:
            self.io.tell(message)
        elif isinstance(message, Progress):
            print_progress(lambda line: self.write(f"{line}\n"), [message])

    def complain(self) -> None:
        """Print what was kept on standard error."""
        if self.kept:
            self.io.err(bytes(self.kept))


def _options(context: BuildContext, parsed: Parsed, io: Io) -> BuildOptions:
    arguments = (entry.partition("=") for entry in variables(parsed["build-arg"], (), io))
    labels = (entry.partition("=") for entry in parsed["label"])
    return BuildOptions(
        dockerfile=context.dockerfile,
        tags=parsed["tag"],
        arguments={name: value if equals else None for name, equals, value in arguments},
        labels={name: value for name, _, value in labels},
        target=parsed["target"],
        no_cache=parsed["no-cache"],
        cache_from=parsed["cache-from"],
        platform=parsed["platform"],
        pull=parsed["pull"],
        remove=parsed["rm"],
        force_remove=parsed["force-rm"],
        quiet=parsed["quiet"],
        host_config=HostConfig(network_mode=parsed["network"] or "default",
                               settings=_settings(parsed)),
    )


def _settings(parsed: Parsed) -> Mapping[str, Any]:
    settings = {key: parsed[name] for name, key in _SETTINGS.items() if parsed[name]}
    lists = {"ExtraHosts": parsed["add-host"], "SecurityOpt": parsed["security-opt"],
             "Ulimits": parsed["ulimit"]}
    return settings | {key: list(value) for key, value in lists.items() if value}


def _prune(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    """Delete nothing: the cache of the classic builder are images, which have their own prune."""
    if not parsed["force"]:
        kind = "all" if parsed["all"] else "all dangling"
        if not agreed(daemon, io, f"WARNING! This will remove {kind} build cache. "):
            return 0
    daemon.prune_cache(parse_filters(parsed["filter"]))
    print_reclaimed(io, 0)
    return 0


def _name(text: str) -> str:
    parse(text)
    return text


_FLAGS = (
    *STEP_LIMITS,
    many("add-host", read=flag_values.extra_host),
    many("build-arg", read=flag_values.variable),
    Flag("cache-from", kind="strings"),
    flag("cgroup-parent"),
    switch("compress"),
    switch("disable-content-trust", default=True),
    flag("file", "f"),
    switch("force-rm"),
    flag("iidfile"),
    flag("isolation"),
    many("label", read=flag_values.label),
    flag("network", default="default"),
    switch("no-cache"),
    flag("platform"),
    switch("pull"),
    switch("quiet", "q"),
    switch("rm", default=True),
    Flag("security-opt", kind="strings"),
    Flag("shm-size", kind="bytes"),
    switch("squash", needs=needs_experiments("squash")),
    many("tag", "t", read=_name),
    flag("target"),
    Flag("ulimit", kind="ulimit"),
)
COMMANDS = (
    Command("build", "[OPTIONS] PATH | URL | -", _build, _FLAGS, 1, 1,
            also=("image build", "builder build"),
            reads_stdin=lambda parsed: "-" in (parsed["file"], *parsed.arguments)),
    Command("builder prune", "", _prune,
            (switch("all", "a"), many("filter"), switch("force", "f"),
             Flag("keep-storage", kind="bytes")), 0, 0),
)
