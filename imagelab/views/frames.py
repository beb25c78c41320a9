"""The lab as pandas DataFrames: stable columns, raw units, types that hold for empty tables too.

Sizes are bytes (``int64``), times UTC timestamps (``NaT`` for none), digests whole. What Docker
shows as ``<none>`` or ``<missing>`` is that text here too. Where pandas is not installed, a table
of our own stands in (:mod:`imagelab.views.small_frame`), which says so in the language that each
function takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from imagelab.daemon import Daemon
from imagelab.engine.containers import displayed_image, root_size
from imagelab.engine.history import history as engine_history
from imagelab.engine.images import image_size
from imagelab.engine.lookup import find_image
from imagelab.engine.prune import newest_first
from imagelab.formats.gotime import SECOND, parse_time
from imagelab.model.image import Image
from imagelab.model.node import size_of
from imagelab.model.reference import Reference
from imagelab.model.state import State
from imagelab.views.map import LayerNode, layer_map
from imagelab.views.sharing import tagged

if TYPE_CHECKING:
    import pandas as pd

    from imagelab.views.small_frame import SmallFrame

NONE = "<none>"
_TIME = "datetime64[ns, UTC]"
_LATEST = 2**63 - 1

IMAGES = {
    "repository": "str", "tag": "str", "digest": "str", "image_id": "str", "created": _TIME,
    "size": "int64", "unique_size": "int64", "layers": "int64", "containers": "int64",
    "parent": "str", "dangling": "bool", "intermediate": "bool",
}
CONTAINERS = {
    "name": "str", "container_id": "str", "image": "str", "image_id": "str", "command": "str",
    "status": "str", "exit_code": "int64", "created": _TIME, "started": _TIME, "finished": _TIME,
    "size": "int64", "root_size": "int64",
}
LAYERS = {
    "chain_id": "str", "diff_id": "str", "parent": "str", "depth": "int64", "size": "int64",
    "images": "int64", "references": "int64", "entries": "int64", "created_by": "str",
}
HISTORY = {
    "image_id": "str", "created": _TIME, "created_by": "str", "size": "int64", "comment": "str",
    "layer": "str",
}


def images(state: State, language: str = "en") -> pd.DataFrame:
    """Return the images, newest first; one with several tags has a row for each.

    Columns: ``repository``, ``tag``, ``digest`` (``<none>`` where there is none), ``image_id``,
    ``created``, ``size`` (all layers), ``unique_size`` (layers that no other image has),
    ``layers`` (how many), ``containers`` (made from it), ``parent`` (image it was committed
    from, or empty), ``dangling``, ``intermediate`` (nameless with children: only
    ``docker images -a`` shows it).
    """
    counted = Counter(chain_id for image in state.images.values() for chain_id in image.chain_ids)
    parents = {image.parent for image in state.images.values()}
    used = Counter(container.image_id for container in state.containers.values())
    rows = []
    for image in sorted(state.images.values(), key=newest_first):
        tagged = any(reference.tag for reference in state.references_of(image.id))
        common = {
            "image_id": image.id, "created": parse_time(image.created),
            "size": image_size(state, image), "unique_size": _unique(state, image, counted),
            "layers": len(image.chain_ids), "containers": used[image.id],
            "parent": image.parent, "dangling": not tagged and image.id not in parents,
            "intermediate": not tagged and image.id in parents,
        }
        rows += [{**common, **name} for name in _names(state.references_of(image.id))]
    return _table(rows, IMAGES, language)


def _unique(state: State, image: Image, counted: Mapping[str, int]) -> int:
    top = state.layer_of(image)
    return sum(layer.size for layer in (top.stack if top else ())
               if counted[layer.chain_id] == 1)


def _names(references: Sequence[Reference]) -> list[dict[str, str]]:
    """Return a row for each tag, with the digest of its repository, or for a lone digest."""
    digests = {ref.familiar_name: ref.digest for ref in references if not ref.tag}
    rows = [(ref.familiar_name, ref.tag, digests.get(ref.familiar_name, NONE))
            for ref in references if ref.tag]
    named = {row[0] for row in rows}
    rows += [(name, NONE, digest) for name, digest in digests.items() if name not in named]
    return [dict(zip(("repository", "tag", "digest"), row, strict=True))
            for row in rows or [(NONE, NONE, NONE)]]


def containers(state: State, language: str = "en") -> pd.DataFrame:
    """Return all containers, newest first.

    Columns: ``name``, ``container_id``, ``image`` (as ``docker ps`` shows it), ``image_id``,
    ``command``, ``status`` (``created``, ``running``, ``paused``, ``exited``), ``exit_code``,
    ``created``, ``started``, ``finished``, ``size`` (writable layer), ``root_size`` (that and
    the image).
    """
    rows = [
        {
            "name": each.name, "container_id": each.id, "image": displayed_image(state, each),
            "image_id": each.image_id, "command": " ".join(each.command),
            "status": each.status, "exit_code": each.exit_code, "created": each.created,
            "started": each.started, "finished": each.finished, "size": size_of(each.changes),
            "root_size": root_size(state, each),
        }
        for each in reversed(list(state.containers.values()))
    ]
    return _table(rows, CONTAINERS, language)


def layers(state: State, language: str = "en") -> pd.DataFrame:
    """Return the layers, each once, every one after the one it lies on.

    Columns: ``chain_id``, ``diff_id``, ``parent`` (ChainID of the layer below, or empty),
    ``depth`` (1 at the bottom), ``size`` (what it adds), ``images`` (how many have it),
    ``references`` (how many images, layers and containers stand right on it), ``entries`` (of
    its tar), ``created_by`` (history entry behind it).
    """
    rows = []
    for node in layer_map(state).layers:
        assert isinstance(node, LayerNode), "a map is drawn up unfolded"
        layer = state.layers[node.chain_id]
        rows.append({
            "chain_id": node.chain_id, "diff_id": node.diff_id,
            "parent": layer.parent.chain_id if layer.parent else "", "depth": layer.depth,
            "size": node.size, "images": node.images, "references": node.references,
            "entries": len(layer.changes), "created_by": node.command,
        })
    return _table(rows, LAYERS, language)


def history(state: State, ref: str, language: str = "en") -> pd.DataFrame:
    """Return an image's history, newest step first, as ``docker history`` lists it.

    Columns: ``image_id`` (or ``<missing>``), ``created``, ``created_by``, ``size``, ``comment``,
    ``layer`` (DiffID of the layer that the step made; empty if it made none).

    Raises:
        NotFound: there is no such image.
    """
    image = find_image(state, ref)
    made = iter(image.diff_ids)
    diff_ids = ["" if step.get("empty_layer") else next(made, "") for step in image.history]
    rows = [
        {
            "image_id": row["Id"], "created": row["Created"] * SECOND,
            "created_by": row["CreatedBy"], "size": row["Size"], "comment": row["Comment"],
            "layer": diff_id,
        }
        for row, diff_id in zip(engine_history(state, ref), reversed(diff_ids), strict=True)
    ]
    return _table(rows, HISTORY, language)


def sharing(state: State, *refs: str, language: str = "en") -> pd.DataFrame:
    """Return which of some images has which layer: a row a layer, a column an image.

    The index has two levels, ``layer`` (DiffID) and ``size``; a layer stands after the one it
    lies on. Columns are the images as given, all tagged ones if none are; values are booleans.
    :mod:`imagelab.views.sharing` draws the same for the eye.

    Raises:
        NotFound: there is no such image.
    """
    found = {ref: find_image(state, ref) for ref in refs} or dict(tagged(state))
    chains = {name: set(image.chain_ids) for name, image in found.items()}
    wanted = [node for node in layer_map(state).layers if isinstance(node, LayerNode)
              and any(node.chain_id in chain for chain in chains.values())]
    index = {"layer": _Column("str", [node.diff_id for node in wanted]),
             "size": _Column("int64", [node.size for node in wanted])}
    columns = {name: _Column("bool", [node.chain_id in chain for node in wanted])
               for name, chain in chains.items()}
    return _frame(columns, language, index)


class _Column(NamedTuple):
    """The values of a column, and pandas' name for their type."""

    dtype: str
    values: Sequence[Any]


def _table(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], language: str,
) -> pd.DataFrame:
    return _frame({name: _Column(dtype, _values((row[name] for row in rows), dtype))
                   for name, dtype in columns.items()}, language)


def _frame(
    columns: Mapping[str, _Column], language: str, index: Mapping[str, _Column] | None = None,
) -> pd.DataFrame:
    r"""Return a DataFrame, or where there is no pandas what stands in for it.

    pandas is told that tables hold text: ``\(`` in a command is no formula.
    """
    try:
        import pandas
    except ImportError:
        return cast("pd.DataFrame", _small(columns, language, index))
    pandas.set_option("display.html.use_mathjax", False)
    rows = None if index is None else pandas.MultiIndex.from_arrays(
        [pandas.Series(each.values, dtype=each.dtype) for each in index.values()],
        names=list(index))
    series = {name: pandas.Series(each.values, dtype=each.dtype, index=rows)
              for name, each in columns.items()}
    return pandas.DataFrame(series, index=rows, columns=list(columns))


def _small(
    columns: Mapping[str, _Column], language: str, index: Mapping[str, _Column] | None,
) -> SmallFrame:
    from imagelab.views.small_frame import SmallFrame, times

    plain = {name: times(each.values) if each.dtype == _TIME else each.values
             for name, each in columns.items()}
    rows = None if index is None else {name: each.values for name, each in index.items()}
    return SmallFrame(plain, language, rows)


def _values(values: Iterable[Any], dtype: str) -> list[Any]:
    if dtype == _TIME:
        return [value if 0 < value <= _LATEST else None for value in values]
    if dtype == "str":
        # A lone surrogate, from a JSON escape or a path that is no UTF-8, cannot be shown.
        return [value.encode("utf-8", "replace").decode() for value in values]
    return list(values)


class Frames:
    """Tables of a lab as pandas DataFrames; the functions of this module tell their columns."""

    def __init__(self, daemon: Daemon, language: Callable[[], str]) -> None:
        """Tabulate a daemon's lab; columns have the same names in every language.

        Args:
            daemon: see there.
            language: tells in which one a table says that pandas is missing.
        """
        self._daemon = daemon
        self._language = language

    def images(self) -> pd.DataFrame:
        """Return the images: see :func:`images`."""
        return images(self._daemon.state, self._language())

    def containers(self) -> pd.DataFrame:
        """Return the containers: see :func:`containers`."""
        return containers(self._daemon.state, self._language())

    def layers(self) -> pd.DataFrame:
        """Return the layers: see :func:`layers`."""
        return layers(self._daemon.state, self._language())

    def history(self, ref: str) -> pd.DataFrame:
        """Return an image's history: see :func:`history`."""
        return history(self._daemon.state, ref, self._language())

    def sharing(self, *refs: str) -> pd.DataFrame:
        """Return which image has which layer: see :func:`sharing`."""
        return sharing(self._daemon.state, *refs, language=self._language())
