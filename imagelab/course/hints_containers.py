"""Hints about containers: names, lives that are shorter than expected, programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

from imagelab.course.hints_base import (
    Done,
    Hint,
    command,
    hint,
    listed,
    nearest,
    references,
    refusals,
    rule,
    some,
)
from imagelab.engine.rootfs import open_files
from imagelab.model.container import Container
from imagelab.model.file_error import FileError
from imagelab.model.state import State
from imagelab.shell.lookup import DEFAULT_PATH
from imagelab.views.plan.who import container_of, image_of

_SHELLS = ("sh", "bash", "ash", "dash")
#: How the shells complain of a program that is not there.
_NOT_FOUND = re.compile(r"(?:^|: )([^\s:]{1,100}): (?:command )?not found\s*$", re.MULTILINE)
_MOST_READ = 10_000


def container_hints(done: Done) -> Iterator[Hint]:
    """Yield hints for what was done with containers."""
    yield from refusals(done, _RULES)
    if check := _AFTER.get(done.name):
        yield from check(done)


# --- what was refused ----------------------------------------------------------------------


def _running(done: Done, match: re.Match[str]) -> Hint:
    name = _name(done.after, match["container"])
    return hint("rm_running", name=name, force=command("rm", "-f", name),
                command=f"{command('stop', name)} && {command('rm', name)}")


def _name(state: State, identifier: str) -> str:
    found = container_of(state, identifier)
    return found.name if found else identifier


def _name_taken(done: Done, match: re.Match[str]) -> Hint:
    name = match["name"]
    other = container_of(done.after, match["container"])
    if other and other.is_active:
        return hint("name_taken_running", name=name, command=command("rm", "-f", name))
    again = ["start", *(["-a", "-i"] if other and other.config.open_stdin else []), name]
    return hint("name_taken", name=name, start=command(*again), command=command("rm", name))


def no_container(done: Done, name: str) -> Hint:
    """Say what there is in the place of a container that is not there."""
    names = [each.name for each in done.after.containers.values()]
    if meant := nearest(name, names):
        mended = [re.sub(f"^{re.escape(name)}(?=:|$)", meant, word) for word in done.words]
        return hint("container_nearest", name=name, command=command(*mended))
    if image_of(done.after, name) and done.name == "export":
        file = f"{name.partition(':')[0].rpartition('/')[2]}.tar"
        return hint("export_is_image", name=name, command=command("save", "-o", file, name))
    if image_of(done.after, name):
        return hint("container_is_image", name=name, command=command("run", "-it", name))
    return hint("container_missing", name=name)


def _no_object(done: Done, match: re.Match[str]) -> Hint:
    names = [each.name for each in done.after.containers.values()]
    name = match["name"]
    if meant := nearest(name, (*names, *references(done.after))):
        return hint("object_nearest", name=name, command=done.with_word(name, meant))
    return hint("object_missing", name=name)


def _not_running(done: Done, match: re.Match[str]) -> Hint:
    name = _name(done.after, match["container"])
    return hint("not_running", name=name, command=command("start", name))


def _paused(done: Done, match: re.Match[str]) -> Hint:
    name = _name(done.after, match["container"])
    return hint("paused", name=name, command=command("unpause", name))


def _restarting(done: Done, match: re.Match[str]) -> Hint:
    name = _name(done.after, match["container"])
    return hint("restarting", name=name, command=command("logs", name), stop=command("stop", name))


def _no_program(done: Done, match: re.Match[str]) -> Hint | None:
    program = match["program"]
    if program.startswith("-"):
        return None
    return program_hint(program, _container(done))


def _bad_name(done: Done, match: re.Match[str]) -> Hint:
    return hint("container_name", name=match["name"])


def _no_command(done: Done, _: re.Match[str]) -> Hint | None:
    """Add a shell that the image has."""
    image = image_of(done.after, done.arguments[0]) if done.arguments else None
    layer = done.after.layers.get(image.chain_id) if image else None
    if layer is None or len(done.arguments) > 1 or layer.tree.get("bin/sh") is None:
        return None
    return hint("run_no_command", name=done.arguments[0], command=command(*done.words, "sh"))


def _no_limits(done: Done, _: re.Match[str]) -> Hint:
    return hint("update_no_flags", command=command(
        "update", "--restart", "unless-stopped", *some(done.arguments)))


_RULES = (
    rule(r"You cannot remove a (?:running|restarting) container (?P<container>\S+?)\. Stop",
         _running),
    rule(r"Invalid container name \((?P<name>.*)\), only", _bad_name),
    rule(r'The container name "/(?P<name>[^"]+)" is already in use by container '
         r'"(?P<container>[^"]+)"', _name_taken),
    rule(r"No such container: (?P<name>.+)$",
         lambda done, match: no_container(done, match["name"])),
    rule(r"No such object: (?P<name>.+)$", _no_object),
    rule(r"Container (?P<container>\S+) is not running", _not_running),
    rule(r"Container (?P<container>\S+) is (?:already )?paused", _paused),
    rule(r"Container (?P<container>\S+) is restarting, wait", _restarting),
    rule(r"No command specified$", _no_command),
    rule(r"^you must provide one or more flags when using this command$", _no_limits),
    rule(r"Memory limit should be smaller than already set memoryswap limit",
         lambda done, _: hint("update_swap", command=_with_flags(done, "--memory-swap", "-1"))),
    rule(r'exec: "(?P<program>[^"]+)": (?:executable file not found|stat )', _no_program),
)


# --- programs ------------------------------------------------------------------------------


def program_hint(program: str, container: Container | None = None) -> Hint:
    """Return a hint for a program that is not there.

    Args:
        program: what was looked for.
        container: where; the terminal, or a container that is gone, if left out.
    """
    names = _programs(container) if container else _known_programs()
    if not names:
        return hint("program_bare_image", program=program)
    # A known one is no slip of the hand: a container that is gone did not have it.
    if program not in names and (meant := nearest(program, sorted(names))):
        return hint("program_nearest", program=program, nearest=meant)
    return hint("program_missing", program=program)


def _programs(container: Container) -> set[str]:
    """Return the programs that PATH finds in a container."""
    files = open_files(container, 0)
    names: set[str] = set()
    for folder in DEFAULT_PATH.split(":"):
        with suppress(FileError):
            names.update(files.names(folder))
    return names


def _known_programs() -> set[str]:
    from imagelab.shell.builtins.table import PLACES
    from imagelab.shell.programs.registry import APPLETS

    return {*APPLETS, *PLACES["bash"], "bash", "docker"}


def _container(done: Done) -> Container | None:
    """Return the container that a command made, or else the one it named first."""
    if done.new_containers:
        return done.new_containers[-1]
    return container_of(done.after, done.arguments[0]) if done.arguments else None


def programs_not_found(output: str, container: Container | None = None) -> Iterator[Hint]:
    """Yield a hint for the last program that a shell did not find, in what it printed."""
    found = _NOT_FOUND.findall(output[-_MOST_READ:].replace("\r\n", "\n"))
    if found and found[-1].startswith("%") and container is None:
        yield hint("magic_in_terminal", name=found[-1])
    elif found:
        yield program_hint(found[-1], container)


# --- what was done -------------------------------------------------------------------------


def _after_run(done: Done) -> Iterator[Hint]:
    yield from _after_exec(done)
    container = done.new_containers[-1] if done.new_containers else None
    if container and container.is_running and not done.given("detach"):
        yield hint("left_running", name=container.name, command=command("stop", container.name))
    if container is not None and container.status == "restarting" and done.given("detach"):
        yield hint("restarts", name=container.name, code=str(container.exit_code),
                   command=command("logs", container.name), stop=command("stop", container.name))
    if container is None or container.status != "exited" or not container.started:
        return
    if done.given("detach"):
        yield _ended_at_once(done, container)
    elif not done.given("interactive") and _is_bare_shell(container):
        yield hint("shell_without_input", command=_with_flags(done, "-it"))


def _after_start(done: Done) -> Iterator[Hint]:
    if done.given("attach", "interactive"):
        yield from _after_exec(done)
        return
    for name in done.arguments:
        container = container_of(done.after, name)
        before = container_of(done.before, name)
        if (container and before and container.status == "exited"
                and container.started != before.started):
            yield hint("ended_at_once", name=container.name, code=str(container.exit_code),
                       command=command("logs", container.name))


def _after_exec(done: Done) -> Iterator[Hint]:
    if done.exit_code != 125:
        output = f"{done.stdout[-_MOST_READ:]}\n{done.stderr[-_MOST_READ:]}"
        yield from programs_not_found(output, _container(done))


def _ended_at_once(done: Done, container: Container) -> Hint:
    if _is_bare_shell(container):
        return hint("shell_ended_at_once", name=container.name, command=_with_flags(done, "-it"))
    return hint("ended_at_once", name=container.name, code=str(container.exit_code),
                command=command("logs", container.name))


def _is_bare_shell(container: Container) -> bool:
    return (len(container.command) == 1 and not container.config.open_stdin
            and container.path.rpartition("/")[2] in _SHELLS)


def _with_flags(done: Done, *flags: str) -> str:
    """Return the command line with flags put in behind the command's name."""
    size = len(done.line.command.name.split()) if done.line else 1
    return command(*done.words[:size], *flags, *done.words[size:])


def _after_ps(done: Done, *instead: str) -> Iterator[Hint]:
    containers = done.after.containers.values()
    if done.exit_code or done.given("all", "filter", "last", "latest", "quiet"):
        return
    if containers and not any(each.is_active for each in containers):
        yield hint("ps_none_running", count=str(len(containers)),
                   command=command(*(instead or ("ps", "-a"))))


def _after_stats(done: Done) -> Iterator[Hint]:
    """Say why there are only zeros, or no rows at all."""
    if done.exit_code or done.given("format"):
        return
    stopped = [found.name for each in done.arguments
               if (found := container_of(done.after, each)) and not found.is_running]
    if stopped:
        yield hint("stats_stopped", containers=listed(stopped),
                   command=command("start", *some(stopped)))
    if not done.arguments and not done.given("all"):
        yield from _after_ps(done, "stats", "--no-stream", "-a")


def _after_events(done: Done) -> Iterator[Hint]:
    if not done.given("since") and "imagelab: on the clock of lessons" in done.stderr:
        yield hint("events_past", command=command(*done.words, "--since", "1h"))


def _after_inspect(done: Done) -> Iterator[Hint]:
    if done.given("type"):
        return
    for name in done.arguments:
        found = container_of(done.after, name)
        if found and found.name == name and image_of(done.after, name):
            yield hint("inspect_both", name=name,
                       command=command("inspect", "--type", "image", name))


def _after_rm(done: Done) -> Iterator[Hint]:
    """Notice layers that went with a container: its image had been deleted before."""
    gone = [each for key, each in done.before.containers.items()
            if key not in done.after.containers]
    freed = len(done.before.layers) - len(done.after.layers)
    if gone and freed:
        yield hint("rm_freed_layers", containers=listed(each.name for each in gone),
                   count=str(freed))


_AFTER: dict[str, Callable[[Done], Iterator[Hint]]] = {
    "run": _after_run, "create": _after_run, "start": _after_start, "exec": _after_exec,
    "ps": _after_ps, "stats": _after_stats, "events": _after_events,
    "inspect": _after_inspect, "rm": _after_rm,
}
