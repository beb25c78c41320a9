"""Commands about images: ``images history tag rmi commit`` and the ``image`` group."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from imagelab.daemon import Daemon
from imagelab.docker import named_formats, rows
from imagelab.docker.command import ClientError, Command, needs_api
from imagelab.docker.errors import each_argument, given
from imagelab.docker.filters import parse_filters
from imagelab.docker.flags import Flag, Parsed, flag, many, switch
from imagelab.docker.formatter import FormatError, render
from imagelab.docker.gotemplate import SubContext
from imagelab.docker.io import Io, encode
from imagelab.docker.references import check_new_name, client_reference
from imagelab.engine.lookup import FULL_ID
from imagelab.engine.remove import Record
from imagelab.model.outcome import NotFound


def print_rows(
    io: Io,
    found: Iterable[SubContext],
    headers: dict[str, str],
    chosen: str,
    default: str,
) -> int:
    """Print rows the way ``--format`` says.

    Raises:
        ClientError: the template cannot be used.
    """
    try:
        io.out(encode(render(found, headers, chosen, default)))
    except FormatError as error:
        raise ClientError(str(error)) from error
    return 0


def _images(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    filters = parse_filters(parsed["filter"])
    if any(parsed.arguments):
        filters.setdefault("reference", []).append(parsed.arguments[0])
    found = daemon.images(every=parsed["all"], filters=filters)
    digests, chosen = parsed["digests"], parsed["format"]
    if digests:
        chosen = named_formats.with_digests(chosen)
    table = rows.image_rows(
        found, now=daemon.state.clock, truncate=not parsed["no-trunc"],
        digests=digests or named_formats.wants_digests(chosen))
    formats = named_formats.images(digests=digests)
    return print_rows(io, table, rows.IMAGE_HEADERS,
                      formats.named(chosen, quiet=parsed["quiet"]), formats.table)


def _history(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    name = parsed.arguments[0]
    if not name.strip("."):
        raise NotFound("page not found")
    table = rows.history_rows(
        daemon.history(name),
        now=daemon.state.clock,
        truncate=not parsed["no-trunc"],
        human=parsed["human"],
    )
    formats = named_formats.history(human=parsed["human"])
    return print_rows(io, table, rows.HISTORY_HEADERS,
                      formats.named(parsed["format"], quiet=parsed["quiet"]), formats.table)


def _tag(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    source, target = parsed.arguments
    if not FULL_ID.fullmatch(source):
        client_reference(source, _not_valid(source))
    if client_reference(target, _not_valid(target)).digest:
        raise ClientError("refusing to create a tag with a digest reference")
    daemon.tag(source, target)
    return 0


def _not_valid(name: str) -> str:
    return f'Error parsing reference: "{name}" is not a valid repository/tag: '


def _commit(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    container, reference = [*parsed.arguments, ""][:2]
    given(container)
    if reference:
        check_new_name(reference)
    io.print(
        daemon.commit(
            container, reference, author=parsed["author"], comment=parsed["message"],
            changes=parsed["change"], pause=parsed["pause"],
        )
    )
    return 0


def print_records(io: Io, records: Sequence[Record]) -> None:
    """Print the lines of a deletion as ``docker rmi`` does."""
    for record in records:
        io.print(f"{record.action}: {record.target}")


def _rmi(daemon: Daemon, io: Io, parsed: Parsed) -> int:
    def one(name: str) -> None:
        print_records(
            io, daemon.remove_image(name, force=parsed["force"], prune=not parsed["no-prune"])
        )

    return each_argument(io, parsed.arguments, one, forgive_missing=parsed["force"],
                         empty="Error response from daemon: page not found")


_FILTER = many("filter", "f")
_LIST_FLAGS = (
    switch("all", "a"),
    switch("digests"),
    _FILTER,
    flag("format"),
    switch("no-trunc"),
    switch("quiet", "q"),
    switch("tree", needs=needs_api("tree", "1.47")),
)
_HISTORY_FLAGS: tuple[Flag, ...] = (
    flag("format"),
    switch("human", "H", default=True),
    switch("no-trunc"),
    flag("platform", needs=needs_api("platform", "1.48")),
    switch("quiet", "q"),
)
_RMI_FLAGS = (
    switch("force", "f"),
    switch("no-prune"),
    Flag("platform", kind="strings", needs=needs_api("platform", "1.50")),
)

COMMANDS = (
    Command("images", "[OPTIONS] [REPOSITORY[:TAG]]", _images, _LIST_FLAGS, 0, 1,
            also=("image ls", "image list")),
    Command("history", "[OPTIONS] IMAGE", _history, _HISTORY_FLAGS, 1, 1,
            also=("image history",)),
    Command("tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", _tag, (), 2, 2,
            interspersed=False, also=("image tag",)),
    Command("commit", "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", _commit,
            (flag("author", "a"), many("change", "c"), flag("message", "m"),
             switch("pause", "p", default=True)), 1, 2,
            interspersed=False, also=("container commit",)),
    Command("rmi", "[OPTIONS] IMAGE [IMAGE...]", _rmi, _RMI_FLAGS, 1, None,
            also=("image rm", "image remove")),
)
