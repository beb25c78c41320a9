"""The rows of list commands: which fields ``--format`` knows and how their cells read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from imagelab.docker.gotemplate import Function, Nil, SubContext
from imagelab.docker.table import ellipsis
from imagelab.formats import units
from imagelab.formats.goquote import quoted
from imagelab.formats.gotime import SECOND, format_time
from imagelab.model.image import short_id

IMAGE_HEADERS = {
    "ID": "IMAGE ID",
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "Digest": "DIGEST",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "Size": "SIZE",
    "Containers": "CONTAINERS",
    "VirtualSize": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
}
CONTAINER_HEADERS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Ports": "PORTS",
    "State": "STATE",
    "Status": "STATUS",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
    "Platform": "PLATFORM",
}
HISTORY_HEADERS = {
    "ID": "IMAGE",
    "CreatedSince": "CREATED",
    "CreatedAt": "CREATED AT",
    "CreatedBy": "CREATED BY",
    "Size": "SIZE",
    "Comment": "COMMENT",
}
NETWORK_HEADERS = {
    "ID": "NETWORK ID",
    "Name": "NAME",
    "Driver": "DRIVER",
    "Scope": "SCOPE",
    "IPv4": "IPV4",
    "IPv6": "IPV6",
    "Internal": "INTERNAL",
    "Labels": "LABELS",
    "CreatedAt": "CREATED AT",
}
VOLUME_HEADERS = {
    "Name": "VOLUME NAME",
    "Driver": "DRIVER",
    "Scope": "SCOPE",
    "Availability": "AVAILABILITY",
    "Mountpoint": "MOUNTPOINT",
    "Labels": "LABELS",
    "Links": "LINKS",
    "Size": "SIZE",
    "Group": "GROUP",
    "Status": "STATUS",
}
SEARCH_HEADERS = {
    "Name": "NAME",
    "Description": "DESCRIPTION",
    "StarCount": "STARS",
    "IsOfficial": "OFFICIAL",
}
_NONE = "<none>"
R = TypeVar("R")


class _ImageRow(NamedTuple):
    """A row of ``docker images``: an image under one of its names."""

    image: Mapping[str, Any]
    repository: str
    tag: str
    digest: str
    now: int
    truncate: bool


#: The fields of such a row. Templates ask for few of them, and lists have thousands of rows.
_IMAGE_FIELDS: Mapping[str, Callable[[_ImageRow], str]] = {
    "ID": lambda row: short_id(row.image["Id"]) if row.truncate else row.image["Id"],
    "Repository": lambda row: row.repository,
    "Tag": lambda row: row.tag,
    "Digest": lambda row: row.digest,
    "CreatedSince": lambda row: units.image_created_since(
        row.image["Created"], row.now / SECOND),
    "CreatedAt": lambda row: utc_text(row.image["Created"]),
    "Size": lambda row: units.human_size(row.image["Size"], 3),
    "Containers": lambda row: (
        "N/A" if row.image["Containers"] == -1 else str(row.image["Containers"])),
    "VirtualSize": lambda row: units.human_size(row.image["VirtualSize"]),
    "SharedSize": lambda row: (
        "N/A" if row.image["SharedSize"] == -1 else units.human_size(row.image["SharedSize"])),
    "UniqueSize": lambda row: (
        "N/A" if row.image["SharedSize"] == -1
        else units.human_size(row.image["Size"] - row.image["SharedSize"])),
}


class _Fields(Mapping[str, object], Generic[R]):
    """The fields of a row, each made when it is asked for."""

    def __init__(self, makers: Mapping[str, Callable[[R], str]], row: R) -> None:
        self._makers = makers
        self._row = row

    def __getitem__(self, name: str) -> str:
        return self._makers[name](self._row)

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


def image_rows(
    images: list[dict[str, Any]],
    *,
    now: int,
    truncate: bool,
    digests: bool,
) -> Iterator[SubContext]:
    """Yield the rows of ``docker images``: one for each name of an image."""
    for image in images:
        for names in _names(image, digests):
            row = _ImageRow(image, *names, now, truncate)
            yield SubContext("*formatter.imageContext", _Fields(_IMAGE_FIELDS, row))


def usage_image_rows(
    images: list[dict[str, Any]], *, now: int, truncate: bool,
) -> Iterator[SubContext]:
    """Yield the rows of ``docker system df -v``: one for each image, under its first tag."""
    for image in images:
        first = (image["RepoTags"] or ["<none>:<none>"])[0]
        repository, _, tag = first.rpartition(":")
        row = _ImageRow(image, repository, tag, "", now, truncate)
        yield SubContext("*formatter.imageContext", _Fields(_IMAGE_FIELDS, row))


def _names(image: dict[str, Any], digests: bool) -> list[tuple[str, str, str]]:
    """Return repository, tag and digest for each row that an image gets."""
    tags = [(repository, tag, _NONE) for repository, _, tag in (
        text.rpartition(":") for text in image["RepoTags"] or ()) if tag != _NONE]
    sums: dict[str, list[str]] = {}
    for text in image["RepoDigests"] or ():
        repository, _, digest = text.partition("@")
        if digest != _NONE:
            sums.setdefault(repository, []).append(digest)
    if not sums:
        return tags or [(_NONE, _NONE, _NONE)]
    if not digests:
        sums = {repository: [_NONE] for repository in sums}
    rows = [(repository, tag, digest) for repository, tag, _ in tags
            for digest in sums.get(repository, [_NONE])]
    tagged = {repository for repository, _, _ in tags}
    return rows + [(repository, _NONE, digest) for repository, found in sums.items()
                   if repository not in tagged for digest in found]


def utc_text(seconds: int) -> str:
    """Return a time as Go prints it: ``2021-03-25 22:36:08 +0000 UTC``."""
    text = format_time(seconds * SECOND) if seconds else "1970-01-01T00:00:00Z"
    return text.replace("T", " ").replace("Z", " +0000 UTC")


def container_rows(
    containers: list[dict[str, Any]],
    *,
    now: int,
    truncate: bool,
) -> list[SubContext]:
    """Return the rows of ``docker ps``."""
    return [_container_row(each, now, truncate) for each in containers]


def _container_row(each: dict[str, Any], now: int, truncate: bool) -> SubContext:
    labels: dict[str, str] = each["Labels"]
    command = ellipsis(each["Command"], 20) if truncate else each["Command"]
    names = [name.removeprefix("/") for name in each["Names"]]
    if truncate:  # what others call it is left out
        names = [name for name in names if "/" not in name]
    volumes = [mount["Name"] for mount in each["Mounts"]]
    return SubContext(
        "*formatter.ContainerContext",
        {
            "ID": short_id(each["Id"]) if truncate else each["Id"],
            "Names": ",".join(names),
            "Image": _container_image(each, truncate),
            "Command": quoted(command),
            "CreatedAt": utc_text(each["Created"]),
            "RunningFor": units.ago(now / SECOND - each["Created"]),
            "Ports": displayed_ports(each["Ports"]),
            "State": each["State"],
            "Status": each["Status"],
            "Size": _container_size(each),
            "Labels": _joined(labels),
            "Mounts": ",".join(ellipsis(name, 15) if truncate else name for name in volumes),
            "LocalVolumes": str(len(volumes)),
            "Networks": ",".join(sorted(each["NetworkSettings"]["Networks"])),
            "Platform": Nil("*formatter.Platform"),  # a daemon of this age does not tell
        },
        methods=_label_method(labels),
    )


def _joined(labels: Mapping[str, str]) -> str:
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels))


def _label_method(labels: Mapping[str, str]) -> dict[str, Function]:
    return {"Label": Function(("string",), lambda name: labels.get(str(name), ""))}


def displayed_ports(ports: list[dict[str, Any]]) -> str:
    """Return the PORTS column: ranges of ports, then those mapped to another number.

    Ports follow each other in one range only as long as protocol and host address stay and the
    host's number is the container's.
    """
    ranges: dict[tuple[str, str], list[int]] = {}
    done: list[str] = []
    mapped: list[str] = []
    for row in sorted(ports, key=_port_order):
        address, number, public = row.get("IP", ""), row["PrivatePort"], row.get("PublicPort", 0)
        if address and public != number:
            place = host_and_port(address, str(public))
            mapped.append(f"{place}->{number}/{row['Type']}")
            continue
        group = ranges.setdefault((address, row["Type"]), [number, number])
        if number > group[1] + 1:
            done.append(_port_range(address, row["Type"], *group))
            group[0] = number
        group[1] = number
    done += [_port_range(*key, *group) for key, group in ranges.items()]
    return ", ".join(done + mapped)


def _port_order(row: dict[str, Any]) -> tuple[int, str, int, str]:
    return row["PrivatePort"], row.get("IP", ""), row.get("PublicPort", 0), row["Type"]


def _port_range(address: str, protocol: str, first: int, last: int) -> str:
    text = str(first) if first == last else f"{first}-{last}"
    return f"{host_and_port(address, text)}->{text}/{protocol}" if address else f"{text}/{protocol}"


def host_and_port(address: str, port: str) -> str:
    """Return an address and a port as Go joins them: ``[::]:80``."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _container_image(each: dict[str, Any], truncate: bool) -> str:
    image = str(each["Image"]) or "<no image>"
    # Also a whole ID that was typed without its algorithm.
    is_id = truncate and short_id(image) == short_id(each["ImageID"])
    return short_id(image) if is_id else image


def _container_size(each: dict[str, Any]) -> str:
    own = units.human_size(each.get("SizeRw", 0), 3)
    whole = each.get("SizeRootFs", 0)
    return f"{own} (virtual {units.human_size(whole, 3)})" if whole else own


class _HistoryRow(NamedTuple):
    """A row of ``docker history``: a step of an image."""

    step: Mapping[str, Any]
    now: int
    truncate: bool
    human: bool


_HISTORY_FIELDS: Mapping[str, Callable[[_HistoryRow], str]] = {
    "ID": lambda row: (
        short_id(row.step["Id"]) if row.truncate and row.step["Id"] != "<missing>"
        else row.step["Id"]),
    "CreatedSince": lambda row: (
        units.history_created_since(row.step["Created"], row.now / SECOND) if row.human
        else _history_created_at(row)),
    "CreatedAt": lambda row: _history_created_at(row),
    "CreatedBy": lambda row: _created_by(row),
    "Size": lambda row: (
        units.human_size(row.step["Size"], 3) if row.human else str(row.step["Size"])),
    "Comment": lambda row: row.step["Comment"],
}


def _history_created_at(row: _HistoryRow) -> str:
    return format_time(row.step["Created"] * SECOND) if row.step["Created"] else ""


def _created_by(row: _HistoryRow) -> str:
    text = str(row.step["CreatedBy"]).replace("\t", " ")
    return ellipsis(text, 45) if row.truncate else text


def history_rows(
    history: list[dict[str, Any]], *, now: int, truncate: bool, human: bool,
) -> Iterator[SubContext]:
    """Yield the rows of ``docker history``."""
    for each in history:
        row = _HistoryRow(each, now, truncate, human)
        yield SubContext("*image.historyContext", _Fields(_HISTORY_FIELDS, row))


def network_rows(networks: list[dict[str, Any]], *, truncate: bool) -> list[SubContext]:
    """Return the rows of ``docker network ls``."""
    return [_network_row(each, truncate) for each in networks]


def _network_row(each: dict[str, Any], truncate: bool) -> SubContext:
    labels: dict[str, str] = each["Labels"]
    return SubContext(
        "*network.networkContext",
        {
            "ID": short_id(each["Id"]) if truncate else each["Id"],
            "Name": each["Name"],
            "Driver": each["Driver"],
            "Scope": each["Scope"],
            "IPv4": "false",  # a daemon of this age does not tell
            "IPv6": _yes_or_no(each["EnableIPv6"]),
            "Internal": _yes_or_no(each["Internal"]),
            "Labels": _joined(labels),
            "CreatedAt": each["Created"].replace("T", " ").replace("Z", " +0000 UTC"),
        },
        methods=_label_method(labels),
    )


def volume_rows(volumes: list[dict[str, Any]]) -> list[SubContext]:
    """Return the rows of ``docker volume ls``."""
    return [_volume_row(each) for each in volumes]


def _volume_row(each: dict[str, Any]) -> SubContext:
    labels: dict[str, str] = each["Labels"] or {}
    usage = each.get("UsageData")
    return SubContext(
        "*formatter.volumeContext",
        {
            "Name": each["Name"],
            "Driver": each["Driver"],
            "Scope": each["Scope"],
            "Availability": "N/A",
            "Mountpoint": each["Mountpoint"],
            "Labels": _joined(labels),
            "Links": str(usage["RefCount"]) if usage else "N/A",
            "Size": units.human_size(usage["Size"]) if usage else "N/A",
            "Group": "N/A",
            "Status": "N/A",
        },
        methods=_label_method(labels),
    )


def stats_row(stats: dict[str, Any], *, truncate: bool) -> SubContext:
    """Return a row of ``docker stats``."""
    usage, limit = (stats["memory_stats"].get(key, 0) for key in ("usage", "limit"))
    share = 100 * usage / limit if limit else 0.0
    return SubContext(
        "*container.statsContext",
        {
            "Container": stats["asked"],
            "ID": short_id(stats["id"]) if truncate else stats["id"],
            "Name": stats["name"].removeprefix("/"),
            "CPUPerc": "0.00%",
            "MemUsage": f"{units.binary_size(usage)} / {units.binary_size(limit)}",
            "MemPerc": f"{share:.2f}%",
            "NetIO": "0B / 0B",
            "BlockIO": "0B / 0B",
            "PIDs": str(stats["pids_stats"].get("current", 0)),
        },
    )


def search_rows(found: list[dict[str, Any]], *, truncate: bool) -> list[SubContext]:
    """Return the rows of ``docker search``; official images are marked, in JSON by ``true``."""
    return [_search_row(each, truncate) for each in found]


def _search_row(each: dict[str, Any], truncate: bool) -> SubContext:
    description = each["description"].replace("\n", " ").replace("\r", " ")
    official = each["is_official"]
    fields = {
        "Name": each["name"],
        "Description": ellipsis(description, 45) if truncate else description,
        "StarCount": str(each["star_count"]),
        "IsOfficial": "[OK]" if official else "",
    }
    return SubContext(
        "*registry.searchContext", fields,
        marshal={**fields, "IsOfficial": _yes_or_no(official)})


def _yes_or_no(value: bool) -> str:
    return "true" if value else "false"
