"""``docker system df``: what takes up how much, and what could be had back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from imagelab.daemon import Daemon
from imagelab.docker import gotemplate, named_formats, rows
from imagelab.docker.command import ClientError, Command
from imagelab.docker.commands.images import print_rows
from imagelab.docker.flags import Parsed, flag, switch
from imagelab.docker.formatter import render
from imagelab.docker.gotemplate import Struct, SubContext
from imagelab.docker.io import Io, encode
from imagelab.docker.usage_totals import Total, reclaimable, totals
from imagelab.formats import units

_HEADERS = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}
_CACHE_HEADERS = {
    "ID": "CACHE ID",
    "CacheType": "CACHE TYPE",
    "Size": "SIZE",
    "CreatedSince": "CREATED",
    "LastUsedSince": "LAST USED",
    "UsageCount": "USAGE",
    "Shared": "SHARED",
}
_IMAGE_TABLE = (
    r"table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}"
    r"\t{{.UniqueSize}}\t{{.Containers}}"
)
_CONTAINER_TABLE = (
    r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}"
    r"\t{{.Status}}\t{{.Names}}"
)
_VOLUME_TABLE = r"table {{.Name}}\t{{.Links}}\t{{.Size}}"
_CACHE_TABLE = (
    r"table {{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}"
    r"\t{{.UsageCount}}\t{{.Shared}}"
)
#: Names of the client's types, in the messages of templates that fail.
_CONTEXTS = {
    "Images": "Images", "Containers": "Containers", "Local Volumes": "Volumes",
    "Build Cache": "Builder",
}
Document = Mapping[str, Any]


def _df(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    usage = daemon.disk_usage()
    wanted = parsed["format"]
    if not parsed["verbose"]:
        formats = named_formats.DISK_USAGE
        listed = list(map(_row, totals(usage)))
        return print_rows(io, listed, _HEADERS, formats.named(wanted), formats.table)
    now = daemon.state.clock
    if wanted not in ("", "table"):
        _print_details(io, _details(usage, now, truncate=False), wanted)
    else:
        io.out(encode(_detail_tables(_details(usage, now, truncate=True))))
    return 0


def _row(total: Total) -> SubContext:
    return SubContext(f"*formatter.diskUsage{_CONTEXTS[total.kind]}Context", {
        "Type": total.kind,
        "TotalCount": str(total.count),
        "Active": str(total.active),
        "Size": units.human_size(total.size),
        "Reclaimable": reclaimable(total),
    })


def _details(usage: Document, now: int, *, truncate: bool) -> dict[str, list[SubContext]]:
    """Return the rows of ``-v`` by kind."""
    # The client leaves out what lies below a container's own files.
    containers = [{**each, "SizeRootFs": 0} for each in usage["Containers"]]
    return {
        "Images": list(rows.usage_image_rows(usage["Images"], now=now, truncate=truncate)),
        "Containers": rows.container_rows(containers, now=now, truncate=truncate),
        "Volumes": rows.volume_rows(usage["Volumes"]),
        "BuildCache": [],
    }


def _detail_tables(details: Mapping[str, Sequence[SubContext]]) -> str:
    cache = "Build cache usage: 0B"
    return "\n".join(
        f"{title}\n\n{render(details[kind], headers, '', table)}"
        for title, kind, headers, table in (
            ("Images space usage:", "Images", rows.IMAGE_HEADERS, _IMAGE_TABLE),
            ("Containers space usage:", "Containers", rows.CONTAINER_HEADERS, _CONTAINER_TABLE),
            ("Local Volumes space usage:", "Volumes", rows.VOLUME_HEADERS, _VOLUME_TABLE),
            (cache, "BuildCache", _CACHE_HEADERS, _CACHE_TABLE),
        ))


def _print_details(io: Io, details: Mapping[str, object], text: str) -> None:
    """Print all kinds by one template; the client ends it with no line break.

    Raises:
        ClientError: the template cannot be used; what it printed before is printed.
    """
    named = {"json": "{{json .}}", "raw": named_formats.disk_usage_details()}
    text = named.get(text, text.removeprefix("table").strip(" "))
    try:
        template = gotemplate.parse(text.replace("\\t", "\t").replace("\\n", "\n"))
    except gotemplate.ParseError as error:
        raise ClientError(f"template parsing error: {error}") from error
    try:
        io.out(encode(template.execute(Struct("*formatter.diskUsageContext", details))))
    except gotemplate.ExecError as error:
        io.out(encode(error.output))
        raise ClientError(str(error)) from error


COMMANDS = (
    Command("system df", "[OPTIONS]", _df, (flag("format"), switch("verbose", "v")), 0, 0),
)
