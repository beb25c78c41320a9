"""The formats of list commands that have names: the default table, ``table`` and ``raw``.

As client 28.2 prints them. ``--quiet`` shortens these and leaves a template of the user's alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from imagelab.docker import gotemplate, rows
from imagelab.docker.command import ClientError

_TABLE = "table"
_RAW = "raw"
_DIGEST = "{{.Digest}}"
#: A container of which nothing is known.
_NOTHING: dict[str, Any] = {
    "Id": "", "Names": [], "Image": "", "ImageID": "", "Command": "", "Created": 0, "Ports": [],
    "Labels": {}, "State": "", "Status": "", "Mounts": [], "NetworkSettings": {"Networks": {}},
}


@dataclass(frozen=True)
class Formats:
    """What the names stand for.

    Attributes:
        table: the default table.
        quiet: the template of ``--quiet``.
        raw: a line for each field; None where the command knows no ``raw``.
        quiet_raw: the template of both.
    """

    table: str
    quiet: str = "{{.ID}}"
    raw: str | None = None
    quiet_raw: str = ""

    def named(self, chosen: str, *, quiet: bool = False) -> str:
        """Return the template for a ``--format``; the default table's names stay as they are."""
        if quiet and chosen in ("", _TABLE):
            return self.quiet
        if chosen == _RAW and self.raw is not None:
            return self.quiet_raw if quiet else self.raw
        return chosen


def images(*, digests: bool) -> Formats:
    """Return the formats of ``docker images``."""
    digest = r"\t" + _DIGEST if digests else ""
    return Formats(
        r"table {{.Repository}}\t{{.Tag}}" + digest + r"\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}",
        raw="repository: {{.Repository}}\ntag: {{.Tag}}\n"
        + ("digest: {{.Digest}}\n" if digests else "")
        + "image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n",
        quiet_raw="image_id: {{.ID}}",
    )


def wants_digests(template: str) -> bool:
    """Tell whether a template of ``docker images`` shows digests without ``--digests``.

    The client looks for exactly this text.
    """
    return _DIGEST in template


def with_digests(template: str) -> str:
    """Return what ``--digests`` makes of a template: tables get another column."""
    if template in ("", _TABLE) or not template.startswith(_TABLE) or wants_digests(template):
        return template
    return template + r"\t" + _DIGEST


def history(*, human: bool) -> Formats:
    """Return the formats of ``docker history``."""
    created = "CreatedSince" if human else "CreatedAt"
    return Formats(
        r"table {{.ID}}\t{{." + created + r"}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}")


def containers(*, size: bool) -> Formats:
    """Return the formats of ``docker ps``."""
    return Formats(
        r"table {{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
        r"\t{{.Names}}" + (r"\t{{.Size}}" if size else ""),
        raw="container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\n"
        "created_at: {{.CreatedAt}}\n" + _if_any("state", "State") + _if_any("status", "Status")
        + "names: {{.Names}}\n" + _if_any("labels", "Labels") + _if_any("ports", "Ports")
        + ("size: {{.Size}}\n" if size else ""),
        quiet_raw="container_id: {{.ID}}",
    )


NETWORKS = Formats(
    r"table {{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
    raw="network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
    quiet_raw="network_id: {{.ID}}")
VOLUMES = Formats(
    r"table {{.Driver}}\t{{.Name}}", quiet="{{.Name}}",
    raw="name: {{.Name}}\ndriver: {{.Driver}}\n", quiet_raw="name: {{.Name}}")


DISK_USAGE = Formats(
    r"table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
    raw="type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\n"
    "reclaimable: {{.Reclaimable}}\n")


def disk_usage_details() -> str:
    """Return the template that ``raw`` is for ``docker system df -v``."""
    parts = (("Images", "Image", images(digests=True)),
             ("Containers", "Container", containers(size=True)), ("Volumes", "Volume", VOLUMES))
    return "".join(f"{{{{range .{kind}}}}}type: {title}\n{formats.raw}\n{{{{end}}}}"
                   for kind, title, formats in parts)


def _if_any(label: str, field: str) -> str:
    """Return a line that has no space at its end where there is nothing to say."""
    return f"{label}:{{{{if .{field}}}}} {{{{.{field}}}}}{{{{end}}}}\n"


class _Watched(dict[str, object]):
    """The fields of a row, which know whether the size was asked for."""

    asked = False

    def __getitem__(self, name: str) -> object:
        """Return a field."""
        self.asked = self.asked or name == "Size"
        return super().__getitem__(name)

    def items(self) -> Any:
        """Return all fields, as JSON shows them."""
        self.asked = True
        return super().items()


def wants_size(template: str, now: int) -> bool:
    """Tell whether a template of ``docker ps`` asks for sizes.

    The client tries it on a container of which nothing is known, before it asks the daemon.

    Args:
        template: the whole value of ``--format``.
        now: the time, in nanoseconds.

    Raises:
        ClientError: the template cannot be parsed, or fails on that.
    """
    try:
        parsed = gotemplate.parse(template)
    except gotemplate.ParseError as error:
        raise ClientError(f"failed to parse template: {error}") from error
    row = rows.container_rows([_NOTHING], now=now, truncate=False)[0]
    fields = _Watched(row.fields)
    try:
        parsed.execute(replace(row, fields=fields))
    except gotemplate.ExecError as error:
        raise ClientError(f"failed to execute template: {error}") from error
    return fields.asked
