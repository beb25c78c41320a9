"""What ``lab.show`` returns: a picture, which in a running notebook is alive."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from imagelab.daemon import Daemon
from imagelab.messages import text as message
from imagelab.views.picture import Picture
from imagelab.widgets.kernel import kernel, someone_watches
from imagelab.widgets.pane import Pane

if TYPE_CHECKING:
    from imagelab.widgets.live import Live

#: What the extension in ``labextension/`` shows: the widget, or its picture without a kernel.
KIND = "application/vnd.imagelab.view+json"


class View:
    """A picture with its text twin, and the pane that stands in its place where one can click.

    Attributes:
        still: the picture, as the lab was when it was asked for.
        pane: makes the pane that a notebook shows in its place.
    """

    def __init__(
        self, still: Picture, pane: Callable[[], Pane], daemon: Daemon,
        language: Callable[[], str],
    ) -> None:
        """Hold both; the pane is made when a notebook shows it.

        Args:
            still: see the attribute.
            pane: see the attribute.
            daemon: the lab that it shows.
            language: of the lab's texts.
        """
        self.still = still
        self.pane = pane
        self._daemon = daemon
        self._language = language

    @property
    def dot(self) -> str:
        """Graphviz source of the picture; empty where it is none of Graphviz'."""
        return self.still.dot

    @property
    def svg(self) -> str | None:
        """The picture as an ``svg`` element; None where nothing can draw it."""
        return self.still.svg

    @property
    def text(self) -> str:
        """The picture as plain text."""
        return self.still.text

    @cached_property
    def live(self) -> Live:
        """The widget, one for all places where it is shown.

        Raises:
            ImportError: anywidget is not installed.
        """
        from imagelab.widgets.live import Live

        gone = message("live.gone", self._language())
        return Live(self.pane(), self._daemon, self._language, gone)

    def __str__(self) -> str:
        """Return the text twin."""
        return self.text

    def __repr__(self) -> str:
        """Return the text twin, for consoles."""
        return self.text

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None,
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the faces: text, picture, and the widget where there is a kernel for it.

        A saved notebook keeps the first two, for whatever shows it without a kernel. Where the
        widget is missing, a line below the picture says so.
        """
        still: dict[str, Any] = {**self.still._repr_mimebundle_()}
        if kernel() is None:
            return still, {}
        note = message(self.still.note, self._language())
        kind = {KIND: {"alternative": self.still.alternative, "note": note}}
        if not someone_watches():
            # A widget in what nbconvert makes would be dead, and hide the picture.
            return {**still, **kind}, {}
        try:
            live = self.live
        except ImportError:
            said = self.still.captioned(message("live.no_widget", self._language()))
            return {**still, "text/html": said}, {}
        widget, metadata = live._repr_mimebundle_() or ({}, {})
        return {**widget, **still, **kind}, metadata
