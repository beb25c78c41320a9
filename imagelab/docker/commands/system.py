"""``docker version`` and ``docker info``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import gotemplate
from imagelab.docker.command import ClientError, Command
from imagelab.docker.flags import Parsed, flag
from imagelab.docker.gotemplate import Nil, Struct
from imagelab.docker.io import Io, encode
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.registry.accounts import domain_of

#: The client whose behaviour the lab follows.
CLIENT_VERSION = "28.2.2"
_CLIENT = {
    "Version": CLIENT_VERSION,
    "ApiVersion": "1.41",
    "DefaultAPIVersion": "1.50",
    "GitCommit": "e6534b4",
    "GoVersion": "go1.24.3",
    "Os": "linux",
    "Arch": "amd64",
    "BuildTime": "Fri May 30 12:07:14 2025",
    "Context": "default",
}
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
Document = Mapping[str, Any]


def _version(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    server = daemon.version()
    engine = server["Components"][0]["Details"]
    engine["BuildTime"] = _unix_date(engine["BuildTime"])
    if parsed["format"]:
        return _fill(io, parsed["format"], _typed_version(server), "version")
    _print(io, _version_lines(server))
    return 0


def _typed_version(server: Document) -> Struct:
    client = Struct("system.clientVersion", {
        "APIVersion" if key == "ApiVersion" else key: value for key, value in _CLIENT.items()
    }, marshal=_CLIENT)
    parts = {"Client": client, "Server": _server_version(server)}
    return Struct("system.versionInfo", parts)


def _server_version(server: Document) -> Struct:
    fields = {"APIVersion" if key == "ApiVersion" else key: value
              for key, value in server.items()}
    fields["Platform"] = Struct("struct { Name string }", server["Platform"])
    fields["Components"] = [
        Struct("types.ComponentVersion",
               {**each, "Details": gotemplate.StringMap(sorted(each["Details"].items()))})
        for each in server["Components"]
    ]
    built = fields.pop("BuildTime")
    fields |= {"Experimental": False, "BuildTime": built}
    return Struct("*types.Version", fields, marshal=server)


def _version_lines(server: Document) -> Iterator[str]:
    client = _CLIENT
    yield "Client:"
    yield f" Version:           {client['Version']}"
    yield (f" API version:       {client['ApiVersion']} "
           f"(downgraded from {client['DefaultAPIVersion']})")
    yield f" Go version:        {client['GoVersion']}"
    yield f" Git commit:        {client['GitCommit']}"
    yield f" Built:             {client['BuildTime']}"
    yield f" OS/Arch:           {client['Os']}/{client['Arch']}"
    yield f" Context:           {client['Context']}"
    yield ""
    yield f"Server: {server['Platform']['Name']}"
    engine, *others = server["Components"]
    details = engine["Details"]
    yield " Engine:"
    yield f"  Version:          {engine['Version']}"
    yield (f"  API version:      {details['ApiVersion']} "
           f"(minimum version {details['MinAPIVersion']})")
    yield f"  Go version:       {details['GoVersion']}"
    yield f"  Git commit:       {details['GitCommit']}"
    yield f"  Built:            {details['BuildTime']}"
    yield f"  OS/Arch:          {details['Os']}/{details['Arch']}"
    yield f"  Experimental:     {details['Experimental']}"
    for each in others:
        yield f" {each['Name']}:"
        yield f"  Version:          {each['Version']}"
        yield f"  GitCommit:        {each['Details']['GitCommit']}"


def _unix_date(text: str) -> str:
    """Return a time as ``date`` prints it: ``Tue Apr  4 18:18:18 2023``."""
    from datetime import UTC, datetime

    moment = datetime.fromtimestamp(parse_time(text) // SECOND, UTC)
    return (f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:2} "
            f"{moment:%H:%M:%S} {moment.year}")


def _info(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    info = daemon.info()
    if parsed["format"]:
        client: dict[str, object] = {"Debug": False, **{key: value for key, value in _CLIENT.items()
                                     if key != "ApiVersion"}, "Plugins": [], "Warnings": None}
        return _fill(io, parsed["format"], _typed_info({**info, "ClientInfo": client}), "")
    _print(io, _info_lines(info, daemon.state.logins))
    return 0


def _typed_info(document: Document) -> Struct:
    fields: dict[str, object] = {
        key: Nil("[]string") if value is None else value for key, value in document.items()}
    for key in ("Plugins", "Swarm", "RegistryConfig", "ClientInfo"):
        fields[key] = Struct(f"system.{key}", {
            name: Nil("[]string") if value is None else value
            for name, value in document[key].items()})
    return Struct("system.dockerInfo", fields)


def _info_lines(info: Document, logins: Mapping[str, str]) -> Iterator[str]:
    yield "Client:"
    yield f" Version:    {CLIENT_VERSION}"
    yield f" Context:    {_CLIENT['Context']}"
    yield " Debug Mode: false"
    yield ""
    yield "Server:"
    yield f" Containers: {info['Containers']}"
    for status in ("Running", "Paused", "Stopped"):
        yield f"  {status}: {info[f'Containers{status}']}"
    yield f" Images: {info['Images']}"
    yield f" Server Version: {info['ServerVersion']}"
    yield f" Storage Driver: {info['Driver']}"
    for name, value in info["DriverStatus"]:
        yield f"  {name}: {value}"
    yield f" Logging Driver: {info['LoggingDriver']}"
    yield f" Cgroup Driver: {info['CgroupDriver']}"
    yield f" Cgroup Version: {info['CgroupVersion']}"
    yield " Plugins:"
    for kind in ("Volume", "Network", "Log"):
        yield f"  {kind}: {_words(info['Plugins'][kind])}"
    yield f" Swarm: {info['Swarm']['LocalNodeState']}"
    yield f" Runtimes: {_words(sorted(info['Runtimes']))}"
    yield f" Default Runtime: {info['DefaultRuntime']}"
    yield f" Init Binary: {info['InitBinary']}"
    for name, key in (("containerd", "Containerd"), ("runc", "Runc"), ("init", "Init")):
        yield f" {name} version: {info[f'{key}Commit']['ID']}"
    yield " Security Options:"
    yield "  seccomp"
    yield "   Profile: default"
    yield f" Kernel Version: {info['KernelVersion']}"
    yield f" Operating System: {info['OperatingSystem']}"
    yield f" OSType: {info['OSType']}"
    yield f" Architecture: {info['Architecture']}"
    yield f" CPUs: {info['NCPU']}"
    yield f" Total Memory: {_gibibytes(info['MemTotal'])}"
    yield f" Name: {info['Name']}"
    yield f" ID: {info['ID']}"
    yield f" Docker Root Dir: {info['DockerRootDir']}"
    yield " Debug Mode: false"
    if user := logins.get(domain_of(info["IndexServerAddress"])):
        yield f" Username: {user}"
    yield " Experimental: false"
    yield " Insecure Registries:"
    for network in info["RegistryConfig"]["InsecureRegistryCIDRs"]:
        yield f"  {network}"
    yield " Live Restore Enabled: false"
    yield ""


def _gibibytes(size: int) -> str:
    return f"{size / (1 << 30):.4g}GiB"


def _words(names: Sequence[str]) -> str:
    return " ".join(names)


def _print(io: Io, lines: Iterator[str]) -> None:
    for line in lines:
        io.print(line)


def _fill(io: Io, text: str, document: Struct, name: str) -> int:
    """Print a document by a template; what came before a failure is printed too.

    Raises:
        ClientError: the template cannot be parsed (exit code 64) or fails.
    """
    try:
        template = gotemplate.parse("{{json .}}" if text == "json" else text)
    except gotemplate.ParseError as error:
        raise ClientError(f"template parsing error: {_named(error, name)}", 64) from error
    try:
        io.print(template.execute(document))
    except gotemplate.ExecError as error:
        io.out(encode(f"{error.output}\n"))
        raise ClientError(_named(error, name)) from error
    return 0


def _named(error: Exception, name: str) -> str:
    """Return a template's message with the template's name in it."""
    return str(error).replace("template: :", f"template: {name}:", 1).replace(
        'executing ""', f'executing "{name}"', 1)


_FORMAT = (flag("format", "f"),)
COMMANDS = (
    Command("version", "[OPTIONS]", _version, _FORMAT, 0, 0),
    Command("info", "[OPTIONS]", _info, _FORMAT, 0, 0, also=("system info",)),
)
